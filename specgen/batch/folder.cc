// RunFolder. Each thread takes the next config of one list; nothing else is
// shared but the counts.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/buffer.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/cpu_count.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

// After how many files the counts are passed on.
constexpr uint64_t kProgressFiles = 64;

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

// 0 or an errno; EFBIG for a file of over kMaxSize.
int ReadWhole(const std::string& path, Buffer* text) {
  text->Clear();
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno;
  int error = 0;
  for (;;) {
    const ssize_t n = read(fd, text->Reserve(size_t{64} << 10),
                           size_t{64} << 10);
    if (n == 0) break;
    if (n < 0) {
      if (errno == EINTR) continue;
      error = errno;
      break;
    }
    text->AddSize(static_cast<size_t>(n));
    if (text->size() > JsonIndex::kMaxSize) {
      error = EFBIG;
      break;
    }
  }
  close(fd);
  return error;
}

// Writes a file so that nobody ever sees a part of it. 0 or an errno.
int WriteWhole(const std::string& path, const std::string& temporary,
               std::string_view text) {
  const int fd = open(temporary.c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return errno;
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) unlink(temporary.c_str());
  return error;
}

class Folder {
 public:
  Folder(const Generator& generator, const Request& request,
         const std::string& config_folder, const std::string& spec_folder,
         const std::function<void(const FileProblem&)>& problem,
         const BatchOptions& options)
      : generator_(generator),
        request_(request),
        config_folder_(config_folder),
        spec_folder_(spec_folder),
        problem_(problem),
        options_(options) {}

  BatchResult Run();

 private:
  absl::Status List();
  void Work();
  void Make(const std::string& name, Answer* answer, Buffer* text,
            BatchCounts* counts);
  void GiveUp(int error, const std::string& path);
  bool MustStop();

  const Generator& generator_;
  const Request& request_;
  const std::string& config_folder_;
  const std::string& spec_folder_;
  const std::function<void(const FileProblem&)>& problem_;
  const BatchOptions& options_;

  std::vector<std::string> names_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> ends_{false};  // stopped, or given up

  std::mutex mutex_;  // guards result_, and the callbacks
  BatchResult result_;
};

absl::Status Folder::List() {
  std::error_code error;
  const fs::path top(config_folder_);
  const fs::path specs = fs::weakly_canonical(spec_folder_, error);
  const fs::path configs = fs::canonical(top, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), config_folder_);
  }
  // Specs among the configs would be the next run's configs.
  const auto [in_configs, unused] =
      std::mismatch(configs.begin(), configs.end(), specs.begin(), specs.end());
  if (in_configs == configs.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(spec_folder_, ": lies in the folder of configs: choose "
                                   "another folder for the specs"));
  }
  fs::recursive_directory_iterator it(top, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    std::string name = it->path().lexically_relative(top).string();
    if (absl::EndsWith(name, ".json")) names_.push_back(std::move(name));
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(), config_folder_);
  }
  std::sort(names_.begin(), names_.end());
  return absl::OkStatus();
}

bool Folder::MustStop() {
  if (ends_.load(std::memory_order_relaxed)) return true;
  if (options_.stop_fd < 0) return false;
  pollfd fd = {options_.stop_fd, POLLIN, 0};
  if (poll(&fd, 1, 0) <= 0 || fd.revents == 0) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  result_.stopped = true;
  ends_ = true;
  return true;
}

void Folder::GiveUp(int error, const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  result_.status.Update(absl::ErrnoToStatus(error, path));
  ends_ = true;
}

void Folder::Make(const std::string& name, Answer* answer, Buffer* text,
                  BatchCounts* counts) {
  const std::string config = absl::StrCat(config_folder_, "/", name);
  const std::string spec = absl::StrCat(spec_folder_, "/", name);
  FileProblem problem;
  const int error = ReadWhole(config, text);
  if (error != 0) {
    problem.outcome = RecordOutcome::kInvalid;
    problem.message =
        error == EFBIG ? "the file is larger than 64 MiB" : ErrorText(error);
    ++counts->invalid;
  } else {
    Request request = request_;
    request.plugin = text->view();
    generator_.Generate(request, answer);
    problem.outcome = OutcomeOf(*answer);
    counts->bytes_read += text->size();
    if (answer->outcome() == Outcome::kSpec) {
      const size_t slash = name.rfind('/');
      if (slash != std::string::npos) {
        std::error_code ignored;  // the write will tell
        fs::create_directories(
            absl::StrCat(spec_folder_, "/", name.substr(0, slash)), ignored);
      }
      const int write_error = WriteWhole(
          spec, absl::StrCat(spec, ".", getpid(), ".tmp"), answer->spec());
      if (write_error != 0) return GiveUp(write_error, spec);
      ++counts->specs;
      counts->bytes_written += answer->spec().size();
      return;
    }
    problem.position = answer->position();
    problem.message = answer->message();
    ++(answer->outcome() == Outcome::kRefused ? counts->refused
                                              : counts->crashed);
  }
  if (unlink(spec.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return GiveUp(errno, spec);
  }
  problem.path = name;
  const std::lock_guard<std::mutex> lock(mutex_);
  problem_(problem);
}

void Folder::Work() {
  auto answer = std::make_unique<Answer>();
  Buffer text;
  BatchCounts counts;
  const auto pass_on = [&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    BatchCounts& all = result_.counts;
    all.specs += counts.specs;
    all.refused += counts.refused;
    all.crashed += counts.crashed;
    all.invalid += counts.invalid;
    all.bytes_read += counts.bytes_read;
    all.bytes_written += counts.bytes_written;
    counts = BatchCounts();
    if (options_.progress) options_.progress(all);
  };
  while (!MustStop()) {
    const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= names_.size()) break;
    Make(names_[i], answer.get(), &text, &counts);
    if (text.size() > (size_t{1} << 20)) {
      text.Release(0);
      answer = std::make_unique<Answer>();
    }
    if (counts.answers() >= kProgressFiles) pass_on();
  }
  pass_on();
}

BatchResult Folder::Run() {
  result_.status = List();
  if (!result_.status.ok()) return std::move(result_);
  std::error_code error;
  fs::create_directories(spec_folder_, error);
  if (error) {
    result_.status = absl::ErrnoToStatus(error.value(), spec_folder_);
    return std::move(result_);
  }
  const size_t most = options_.threads > 0 ? options_.threads : CpuCount();
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(most, names_.size()); ++i) {
    threads.emplace_back([this] { Work(); });
  }
  Work();
  for (std::thread& thread : threads) thread.join();
  return std::move(result_);
}

}  // namespace

BatchResult RunFolder(const Generator& generator, const Request& request,
                      const std::string& config_folder,
                      const std::string& spec_folder,
                      const std::function<void(const FileProblem&)>& problem,
                      const BatchOptions& options) {
  return Folder(generator, request, config_folder, spec_folder, problem,
                options)
      .Run();
}

}  // namespace specgen
