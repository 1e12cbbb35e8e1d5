// Reads a file from front to back and takes its SHA-256 on the way.
#ifndef SPECGEN_BUNDLE_BLOB_READER_H_
#define SPECGEN_BUNDLE_BLOB_READER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sha2.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// What a manifest says of one of its files.
struct BlobInfo {
  std::string path;    // in the image's directory
  std::string sha256;  // 64 hexadecimal digits; "" if nothing is known
  int64_t size = -1;   // -1 if nothing is known
};

// Not thread-safe.
class BlobReader {
 public:
  // `name` is for messages. The file is read from where it is.
  BlobReader(UniqueFd fd, std::string name);

  // The next bytes, none at the end; valid until the next call.
  absl::StatusOr<std::string_view> Read();

  // Reads what is left, and checks that the file is what `info` says.
  absl::Status Verify(const BlobInfo& info);

  const std::string& name() const { return name_; }

 private:
  UniqueFd fd_;
  std::string name_;
  std::string buffer_;
  SHA2_CTX hash_;
  uint64_t size_ = 0;
};

// Whether `text` is what a SHA-256 looks like: 64 digits of 0-9a-f.
bool IsSha256(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_BLOB_READER_H_
