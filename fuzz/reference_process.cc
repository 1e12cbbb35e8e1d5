#include "fuzz/reference_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace specgen::fuzz {

absl::StatusOr<std::unique_ptr<ReferenceProcess>> ReferenceProcess::Start(
    const std::string& command) {
  // A process that ends is an error of Ask, not our end.
  std::signal(SIGPIPE, SIG_IGN);
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "no pipe to the reference");
  }
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "cannot start the reference");
  if (pid == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  return std::unique_ptr<ReferenceProcess>(
      new ReferenceProcess(pid, to[1], from[0]));
}

ReferenceProcess::~ReferenceProcess() {
  close(to_);
  close(from_);
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<std::string> ReferenceProcess::Ask(std::string_view request) {
  const std::string line = absl::StrCat(request, "\n");
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t n = write(to_, line.data() + sent, line.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, "the reference takes nothing");
    sent += static_cast<size_t>(n);
  }
  for (;;) {
    if (const size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string answer = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return answer;
    }
    char bytes[65536];
    const ssize_t n = read(from_, bytes, sizeof(bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      return absl::UnavailableError("the reference ended without an answer");
    }
    unread_.append(bytes, static_cast<size_t>(n));
  }
}

}  // namespace specgen::fuzz
