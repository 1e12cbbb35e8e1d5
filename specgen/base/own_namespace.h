// For tests that mount.
#ifndef SPECGEN_BASE_OWN_NAMESPACE_H_
#define SPECGEN_BASE_OWN_NAMESPACE_H_

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/functional/function_ref.h"
#include "gtest/gtest.h"

namespace specgen {

inline bool WriteTo(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return done;
}

// Runs `body`, which may use all of gtest's expectations, in a process with a
// user and a mount namespace of its own: it is root there, may mount, and
// whatever it mounts is gone afterwards. Needs no root; some systems forbid
// user namespaces, and there the test fails.
inline void InOwnNamespace(absl::FunctionRef<void()> body) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool ready =
        unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
        WriteTo("/proc/self/setgroups", "deny") &&
        WriteTo("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
        WriteTo("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1") &&
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!ready) {
      std::perror("a user and mount namespace");
      _exit(2);
    }
    body();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  ASSERT_NE(WEXITSTATUS(status), 2) << "no user namespace can be made here";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "failures are above";
}

}  // namespace specgen

#endif  // SPECGEN_BASE_OWN_NAMESPACE_H_
