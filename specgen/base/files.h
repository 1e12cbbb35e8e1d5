// Reading and writing whole files.
//
// Errors are absl::Status with a message for people: "FILE: what went wrong:
// what to do about it", with "standard input" or "standard output" for FILE
// where that is meant. Failures are the host's
// (cause.h); of what was given to be read, the caller says AsBadInput.
#ifndef SPECGEN_BASE_FILES_H_
#define SPECGEN_BASE_FILES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace specgen {

// Far more than any plugin, spec or snapshot has.
inline constexpr size_t kMaxFileBytes = size_t{64} << 20;

// The bytes of the file `path`, or of standard input if it is "-". Anything
// that can be read will do, such as a pipe. More than `max_bytes` are an error
// (kResourceExhausted), found without reading all of them.
absl::StatusOr<std::string> ReadWholeFile(std::string_view path,
                                          size_t max_bytes = kMaxFileBytes);

// The same of an open file, from its beginning; `name` is for messages. The
// descriptor stays open.
absl::StatusOr<std::string> ReadOpenFile(int fd, std::string_view name,
                                         size_t max_bytes = kMaxFileBytes);

enum class Overwrite { kNo, kYes };

// Writes the file `path`, whole or not at all: whoever opens it sees the old
// bytes or the new ones, and after a failure nothing has changed and nothing is
// left behind.
//
// - A file that is there is an error (kAlreadyExists), unless `overwrite`. It
//   is replaced by a new one with the same permission bits, and the same owner
//   if we may give files away. Other hard links to it keep the old bytes.
// - A new file has mode 0644, less the umask.
// - A symbolic link stays; what it leads to is written. A link on the way, or
// at
//   its end, that another user may have planted is an error: one in a directory
//   like /tmp that is neither ours nor of the directory's owner.
// - "-", /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N mean that
//   open file itself; terminals, pipes and other character devices are opened.
//   All these are written as they are, even without `overwrite`; here a failure
//   can leave a part behind.
// - Block devices, sockets and directories are refused.
absl::Status WriteWholeFile(std::string_view path, std::string_view bytes,
                            Overwrite overwrite);

// Opens a directory for files of output (O_PATH); the caller closes it. Makes
// what is missing of it. Symbolic links are as above.
absl::StatusOr<int> OpenOutputDirectory(const std::string& path);

// The same for the file `name` (no path) of an open directory, but whatever of
// that name is there is replaced, a symbolic link too: none is followed.
// Messages call it `path`.
absl::Status WriteFileAt(int directory, const std::string& name,
                         std::string_view bytes, Overwrite overwrite,
                         std::string_view path);

// The same for those who write bit by bit: until Commit a regular file is as it
// was, or is not there, and without it nothing is left behind.
class FileWriter {
 public:
  static absl::StatusOr<std::unique_ptr<FileWriter>> Start(
      std::string_view path, Overwrite overwrite);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  int fd() const;  // to write to; it stays ours
  // Not of a pipe, say, which is written as it is.
  bool needs_commit() const;
  // Must be called last.
  absl::Status Commit();

 private:
  struct Parts;
  explicit FileWriter(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_FILES_H_
