#include "specgen/bundle/runtime.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/bundle/start_check.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

constexpr int64_t kPatienceMs = 5000;
constexpr size_t kMaxOutput = size_t{1} << 20;

int64_t NowMs() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

// Reads until the end of the file, the deadline, or kMaxOutput.
absl::Status ReadAll(int fd, int64_t deadline, std::string* out) {
  char buffer[4096];
  while (true) {
    struct pollfd wait = {fd, POLLIN, 0};
    const int64_t left = deadline - NowMs();
    const int ready = left > 0 ? poll(&wait, 1, static_cast<int>(left)) : 0;
    if (ready == 0) {
      return absl::UnavailableError("says nothing for five seconds");
    }
    const ssize_t size = ready < 0 ? -1 : read(fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return absl::UnavailableError(std::strerror(errno));
    if (size == 0) return absl::OkStatus();
    out->append(buffer, static_cast<size_t>(size));
    if (out->size() > kMaxOutput) {
      return absl::UnavailableError("says more than 1 MiB");
    }
  }
}

// The standard output of "PROGRAM ARGUMENT"; "" if it ends with an error.
absl::StatusOr<std::string> OutputOf(const std::string& program,
                                     const char* argument) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::UnavailableError(
        absl::StrCat(program, ": ", std::strerror(errno)));
  }
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, to.get(), 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  std::string name = program;
  std::string word = argument;
  char* const arguments[] = {name.data(), word.data(), nullptr};
  pid_t child;
  const int error = posix_spawnp(&child, program.c_str(), &files, nullptr,
                                 arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) {
    return absl::NotFoundError(absl::StrCat(program,
                                            ": there is no such "
                                            "program"));
  }
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat(program, ": ", std::strerror(error)));
  }
  to.Reset(-1);
  std::string output;
  const absl::Status read = ReadAll(from.get(), NowMs() + kPatienceMs, &output);
  if (!read.ok()) kill(child, SIGKILL);
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
  }
  if (!read.ok()) {
    return absl::Status(read.code(),
                        absl::StrCat(program, ": ", read.message()));
  }
  return how == 0 ? output : "";
}

// The first three numbers of a version.
using Version = std::array<int, 3>;
Version ReadVersion(std::string_view text) {
  Version version = {};
  size_t part = 0;
  for (std::string_view word : absl::StrSplit(text, '.')) {
    const size_t end =
        std::min(word.find_first_not_of("0123456789"), word.size());
    int number;
    if (part == version.size() ||
        !absl::SimpleAtoi(word.substr(0, end), &number)) {
      break;
    }
    version[part++] = number;
    if (end != word.size()) break;
  }
  return version;
}

// Since when a runtime takes what newer engines' specs have.
struct Limits {
  std::string_view name;
  Version time_namespace;
  Version oci_1_2;
};
constexpr Limits kLimits[] = {
    {"runc", {1, 2, 0}, {0, 0, 0}},  // it does not look at ociVersion
    {"crun", {1, 14, 3}, {1, 14, 3}},
};

}  // namespace

Runtime ReadRuntime(std::string_view version, std::string_view features) {
  Runtime runtime;
  // "runc version 1.1.5+ds1" and "crun version 1.8.1".
  const std::vector<std::string_view> words =
      absl::StrSplit(version.substr(0, version.find('\n')), ' ');
  if (words.size() >= 3 && words[1] == "version") {
    runtime.name = words[0];
    runtime.version = words[2];
  }
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(features, "features");
  if (!tree.ok()) return runtime;
  if (const JsonNode* const list =
          (*tree)->root().Find("linux", "namespaces")) {
    for (const JsonNode& type : list->List()) {
      if (type.is(JsonKind::kString))
        runtime.namespaces.emplace_back(type.text);
    }
  }
  return runtime;
}

absl::StatusOr<Runtime> AskRuntime(const std::string& program) {
  const absl::StatusOr<std::string> version = OutputOf(program, "--version");
  if (!version.ok()) return version.status();
  const absl::StatusOr<std::string> features = OutputOf(program, "features");
  if (!features.ok()) return features.status();
  return ReadRuntime(*version, *features);
}

std::string WhyRefused(const Runtime& runtime, const StartSpec& spec) {
  const auto* const limits = std::find_if(
      std::begin(kLimits), std::end(kLimits),
      [&](const Limits& known) { return known.name == runtime.name; });
  if (limits == std::end(kLimits)) return "";
  const Version version = ReadVersion(runtime.version);
  if (spec.has_capability_list) {
    return "its process.capabilities is a list, as in OCI 1.0.0-rc5 and before";
  }
  for (const std::string& type : spec.namespaces) {
    const bool known =
        !runtime.namespaces.empty()
            ? std::find(runtime.namespaces.begin(), runtime.namespaces.end(),
                        type) != runtime.namespaces.end()
            : type != "time" || version >= limits->time_namespace;
    if (!known) return absl::StrCat("it has a namespace of type ", type);
  }
  if (ReadVersion(spec.oci_version) >= Version{1, 2, 0} &&
      version < limits->oci_1_2) {
    return absl::StrCat("it is of OCI ", spec.oci_version);
  }
  return "";
}

}  // namespace specgen
