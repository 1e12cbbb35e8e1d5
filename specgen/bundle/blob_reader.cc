#include "specgen/bundle/blob_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sha2.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

}  // namespace

BlobReader::BlobReader(UniqueFd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)), buffer_(kBufferBytes, '\0') {
  SHA256Init(&hash_);
}

absl::StatusOr<std::string_view> BlobReader::Read() {
  ssize_t count;
  do {
    // A pipe may be waited for.
    if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
    count = read(fd_.get(), buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return InputError(errno, name_);
  SHA256Update(&hash_, reinterpret_cast<const uint8_t*>(buffer_.data()),
               static_cast<size_t>(count));
  size_ += static_cast<uint64_t>(count);
  return std::string_view(buffer_.data(), static_cast<size_t>(count));
}

absl::Status BlobReader::Verify(const BlobInfo& info) {
  while (true) {
    absl::StatusOr<std::string_view> bytes = Read();
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) break;
  }
  if (info.size >= 0 && size_ != static_cast<uint64_t>(info.size)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ": has ", size_, " bytes, but the manifest says ",
                     info.size, ": the image is damaged, copy it again"));
  }
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &hash_);
  const std::string hex = absl::BytesToHexString(
      std::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
  if (!info.sha256.empty() && hex != info.sha256) {
    return absl::InvalidArgumentError(absl::StrCat(
        name_, ": its SHA-256 is ", hex, ", but the manifest says ",
        info.sha256, ": the image is damaged or was tampered with"));
  }
  return absl::OkStatus();
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace specgen
