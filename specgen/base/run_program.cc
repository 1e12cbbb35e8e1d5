#include "specgen/base/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"

namespace specgen {
namespace {

int64_t NowMs() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

// One stream of the program.
struct Stream {
  int fd;
  std::string* text;
};

// Reads both until they end; OK, or what went wrong.
absl::Status ReadStreams(Stream (&streams)[2], const ProgramLimits& limits) {
  const int64_t deadline = NowMs() + int64_t{limits.seconds} * 1000;
  int open = 2;
  while (open > 0) {
    struct pollfd wait[2];
    // poll(2) passes over negative ones.
    for (int i = 0; i < 2; ++i) wait[i] = {streams[i].fd, POLLIN, 0};
    const int64_t left = deadline - NowMs();
    const int ready = left > 0 ? poll(wait, 2, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return absl::UnavailableError(std::strerror(errno));
    if (ready == 0) {
      return absl::UnavailableError(
          absl::StrCat("did not end within ", limits.seconds, " seconds"));
    }
    for (int i = 0; i < 2; ++i) {
      if (wait[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t size = read(streams[i].fd, buffer, sizeof(buffer));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return absl::UnavailableError(std::strerror(errno));
      if (size == 0) {
        streams[i].fd = -1;
        --open;
        continue;
      }
      streams[i].text->append(buffer, static_cast<size_t>(size));
      if (streams[i].text->size() > limits.bytes) {
        return absl::UnavailableError(
            absl::StrCat("printed more than ", limits.bytes, " bytes"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProgramOutput> RunProgram(std::vector<std::string> command,
                                         ProgramLimits limits) {
  const std::string name = command[0];
  const auto failed = [&name](int error) {
    const std::string why = absl::StrCat(name, ": ", std::strerror(error));
    return IsShortage(error) || error == EAGAIN ? absl::AbortedError(why)
                                                : absl::UnavailableError(why);
  };
  int ends[4] = {-1, -1, -1, -1};
  const auto close_end = [&ends](int i) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  };
  const absl::Cleanup close_all = [&close_end] {
    for (int i = 0; i < 4; ++i) close_end(i);
  };
  if (pipe2(ends, O_CLOEXEC) != 0 || pipe2(ends + 2, O_CLOEXEC) != 0) {
    return failed(errno);
  }
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  posix_spawn_file_actions_adddup2(&files, ends[3], 2);
  pid_t child;
  const int error = posix_spawnp(&child, name.c_str(), &files, nullptr,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) {
    return absl::NotFoundError(
        absl::StrCat(name, ": there is no such program"));
  }
  if (error != 0) return failed(error);
  close_end(1);
  close_end(3);
  ProgramOutput output;
  Stream streams[2] = {{ends[0], &output.out}, {ends[2], &output.error}};
  const absl::Status read = ReadStreams(streams, limits);
  if (!read.ok()) kill(child, SIGKILL);
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
  }
  if (!read.ok()) {
    return absl::Status(read.code(), absl::StrCat(name, ": ", read.message()));
  }
  output.succeeded = how == 0;
  return output;
}

std::string_view FirstErrorLine(const ProgramOutput& output) {
  const std::string_view error = output.error;
  return absl::StripAsciiWhitespace(
      error.substr(0, error.find_first_of("\r\n")));
}

}  // namespace specgen
