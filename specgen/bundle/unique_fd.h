// A file descriptor with an owner.
#ifndef SPECGEN_BUNDLE_UNIQUE_FD_H_
#define SPECGEN_BUNDLE_UNIQUE_FD_H_

#include <unistd.h>

#include <string>
#include <utility>

namespace specgen {

// The path of an open file for calls that take no descriptor, whatever lies
// where it was opened. As a link it says where that is now.
inline std::string ProcPath(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

// Closes its descriptor in the end; -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~UniqueFd() { Reset(-1); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_UNIQUE_FD_H_
