// RunDirectory. Each thread takes the next config of one list; nothing else is
// shared but the counts.
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/files.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/cpu_count.h"
#include "specgen/batch/spec_directory.h"
#include "specgen/batch/start_threads.h"
#include "specgen/plugin/input_kind.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

// After how many files the counts are passed on.
constexpr uint64_t kProgressFiles = 64;

class Directory {
 public:
  Directory(const Generator& generator, const Request& request,
            const std::string& config_directory,
            const std::string& spec_directory, Overwrite overwrite,
            const std::function<void(const FileProblem&)>& problem,
            const BatchOptions& options)
      : generator_(generator),
        request_(request),
        config_directory_(config_directory),
        spec_directory_(spec_directory),
        overwrite_(overwrite),
        problem_(problem),
        options_(options) {}

  BatchResult Run();

 private:
  absl::Status List();
  void Work();
  // Returns the size of the config.
  size_t Make(const std::string& name, Answer* answer, BatchCounts* counts);
  void Tell(const std::string& name, FileProblem* problem);
  void GiveUp(const absl::Status& status);
  bool MustStop();

  const Generator& generator_;
  const Request& request_;
  const std::string& config_directory_;
  const std::string& spec_directory_;
  const Overwrite overwrite_;
  const std::function<void(const FileProblem&)>& problem_;
  const BatchOptions& options_;

  std::vector<std::string> names_;
  std::set<DirectoryId> directories_;  // of the configs
  std::unique_ptr<SpecDirectory> specs_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> ends_{false};  // stopped, or given up

  std::mutex mutex_;  // guards result_, and the callbacks
  BatchResult result_;
};

absl::Status Directory::List() {
  const fs::path top(config_directory_);
  const auto failed = [](const fs::path& path, const std::error_code& error) {
    return AsBadInput(HostError(
        error.value(),
        absl::StrCat(path.string(), ": ", GoErrnoText(error.value()))));
  };
  const auto note = [&](const fs::path& path) {
    struct stat facts;
    if (stat(path.c_str(), &facts) == 0) {
      directories_.emplace(facts.st_dev, facts.st_ino);
    }
  };
  note(top);
  std::error_code error;
  fs::recursive_directory_iterator it(top, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      // Those behind a link are not gone through.
      if (!it->is_symlink(ignored)) note(it->path());
      continue;
    }
    if (!it->is_regular_file(ignored)) continue;
    std::string name = it->path().lexically_relative(top).string();
    if (absl::EndsWith(name, ".json")) names_.push_back(std::move(name));
  }
  if (error) return failed(top, error);
  std::sort(names_.begin(), names_.end());
  return absl::OkStatus();
}

bool Directory::MustStop() {
  if (ends_.load(std::memory_order_relaxed)) return true;
  if (options_.stop_fd < 0) return false;
  pollfd fd = {options_.stop_fd, POLLIN, 0};
  if (poll(&fd, 1, 0) <= 0 || fd.revents == 0) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  result_.stopped = true;
  ends_ = true;
  return true;
}

void Directory::GiveUp(const absl::Status& status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  result_.status.Update(status);
  ends_ = true;
}

void Directory::Tell(const std::string& name, FileProblem* problem) {
  problem->path = name;
  const std::lock_guard<std::mutex> lock(mutex_);
  problem_(*problem);
}

size_t Directory::Make(const std::string& name, Answer* answer,
                       BatchCounts* counts) {
  const std::string config = absl::StrCat(config_directory_, "/", name);
  FileProblem problem;
  size_t size = 0;
  const absl::StatusOr<std::string> text = ReadWholeFile(config);
  if (absl::IsAborted(text.status())) {
    // Nothing is wrong with the file.
    GiveUp(text.status());
    return size;
  }
  if (!text.ok()) {
    problem.outcome = RecordOutcome::kInvalid;
    problem.message = std::string(text.status().message());
    ++counts->invalid;
  } else {
    Request request = request_;
    request.plugin = *text;
    generator_.Generate(request, answer);
    problem.outcome = OutcomeOf(*answer);
    size = text->size();
    counts->bytes_read += size;
    if (answer->outcome() == Outcome::kSpec) {
      const absl::Status written = specs_->Write(name, answer->spec());
      if (!written.ok()) {
        GiveUp(written);
        return size;
      }
      ++counts->specs;
      counts->bytes_written += answer->spec().size();
      problem.message = WhyNoPlugin(*text, request.shape, "",
                                    *generator_.release().behaviour);
      if (!problem.message.empty()) Tell(name, &problem);
      return size;
    }
    problem.position = answer->position();
    problem.message = answer->message();
    ++(answer->outcome() == Outcome::kRefused ? counts->refused
                                              : counts->crashed);
  }
  const absl::StatusOr<SpecDirectory::Left> left = specs_->RemoveOld(name);
  if (!left.ok()) {
    GiveUp(left.status());
    return size;
  }
  problem.left = *left == SpecDirectory::Left::kOfSomebodyElse;
  Tell(name, &problem);
  return size;
}

void Directory::Work() {
  auto answer = std::make_unique<Answer>();
  BatchCounts counts;
  const auto pass_on = [&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    BatchCounts& all = result_.counts;
    all.Add(counts);
    all.bytes_read += counts.bytes_read;
    all.bytes_written += counts.bytes_written;
    counts = BatchCounts();
    if (options_.progress) options_.progress(all);
  };
  while (!MustStop()) {
    const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= names_.size()) break;
    // What a large config needed is given back.
    if (Make(names_[i], answer.get(), &counts) > (size_t{1} << 20)) {
      answer = std::make_unique<Answer>();
    }
    if (counts.answers() >= kProgressFiles) pass_on();
  }
  pass_on();
}

BatchResult Directory::Run() {
  result_.status = List();
  if (result_.status.ok()) {
    result_.status =
        SpecDirectory::Check(spec_directory_, names_, directories_, overwrite_);
  }
  result_.refused = !result_.status.ok();
  if (result_.refused) return std::move(result_);
  absl::StatusOr<std::unique_ptr<SpecDirectory>> specs =
      SpecDirectory::Open(spec_directory_, directories_, overwrite_);
  if (!specs.ok()) {
    result_.status = specs.status();
    return std::move(result_);
  }
  specs_ = *std::move(specs);
  const size_t most = options_.threads > 0 ? options_.threads : CpuCount();
  std::vector<std::thread> threads =
      StartThreads(std::min(most, std::max<size_t>(names_.size(), 1)) - 1,
                   [this] { Work(); });
  Work();
  for (std::thread& thread : threads) thread.join();
  result_.status.Update(specs_->Finish());
  return std::move(result_);
}

}  // namespace

BatchResult RunDirectory(const Generator& generator, const Request& request,
                         const std::string& config_directory,
                         const std::string& spec_directory, Overwrite overwrite,
                         const std::function<void(const FileProblem&)>& problem,
                         const BatchOptions& options) {
  return Directory(generator, request, config_directory, spec_directory,
                   overwrite, problem, options)
      .Run();
}

}  // namespace specgen
