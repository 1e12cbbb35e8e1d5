#include "specgen/bundle/tar_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kBufferBytes = size_t{256} << 10;
constexpr size_t kMaxName = 100;
constexpr size_t kMaxPrefix = 155;

// Whether the number has room in a field of `size` bytes, with a NUL behind it.
bool Fits(int64_t number, size_t size) {
  return number >= 0 && number < int64_t{1} << 3 * (size - 1);
}

// Where to cut a path into a prefix and a name, so that the name begins at the
// result; 0 without a prefix, npos if it cannot be cut.
size_t CutPath(std::string_view path) {
  if (path.size() <= kMaxName) return 0;
  // The slash between the two is in neither. The name is not empty.
  for (size_t at = path.size() - kMaxName - 1;
       at <= kMaxPrefix && at + 1 < path.size(); ++at) {
    if (at > 0 && path[at] == '/') return at + 1;
  }
  return std::string_view::npos;
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
void AppendRecord(std::string_view key, std::string_view value,
                  std::string* records) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (absl::StrCat(length).size() + rest != length) ++length;
  absl::StrAppend(records, length, " ", key, "=", value, "\n");
}

std::string TimeText(const TarHeader& header) {
  std::string text = absl::StrCat(header.modified);
  if (header.modified_nanoseconds == 0) return text;
  absl::StrAppendFormat(&text, ".%09d", header.modified_nanoseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// What of the entry has no place in a ustar header; "" if all has.
std::string PaxRecords(const TarHeader& header) {
  std::string records;
  if (CutPath(header.path) == std::string::npos) {
    AppendRecord("path", header.path, &records);
  }
  if (header.target.size() > kMaxName) {
    AppendRecord("linkpath", header.target, &records);
  }
  if (!Fits(header.size, 12)) {
    AppendRecord("size", absl::StrCat(header.size), &records);
  }
  if (!Fits(header.uid, 8)) {
    AppendRecord("uid", absl::StrCat(header.uid), &records);
  }
  if (!Fits(header.gid, 8)) {
    AppendRecord("gid", absl::StrCat(header.gid), &records);
  }
  if (!Fits(header.modified, 12) || header.modified_nanoseconds != 0) {
    AppendRecord("mtime", TimeText(header), &records);
  }
  for (const auto& [key, value] : header.xattrs) {
    AppendRecord(absl::StrCat("SCHILY.xattr.", key), value, &records);
  }
  return records;
}

}  // namespace

TarWriter::TarWriter(UniqueFd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)) {
  buffer_.reserve(kBufferBytes);
}

absl::Status TarWriter::Flush() {
  for (std::string_view left = buffer_; !left.empty();) {
    const ssize_t count = write(fd_.get(), left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(errno, name_);
    left.remove_prefix(static_cast<size_t>(count));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status TarWriter::Append(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kBufferBytes - buffer_.size());
    buffer_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (buffer_.size() < kBufferBytes) break;
    if (absl::Status status = Flush(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TarWriter::Pad() {
  constexpr char kZeros[kBlock] = {};
  return Append(std::string_view(kZeros, -size_ % kBlock));
}

absl::Status TarWriter::AddBlocks(const TarHeader& header,
                                  std::string_view path) {
  if (absl::Status status = Pad(); !status.ok()) return status;
  std::string block(kBlock, '\0');
  const auto put = [&block](size_t at, std::string_view text, size_t size) {
    text = text.substr(0, size);
    std::copy(text.begin(), text.end(), block.begin() + static_cast<int>(at));
  };
  const auto put_number = [&put](size_t at, int64_t number, size_t size) {
    put(at,
        absl::StrFormat("%0*o", static_cast<int>(size - 1),
                        Fits(number, size) ? number : 0),
        size);
  };
  const size_t cut = CutPath(path);
  if (cut == std::string_view::npos || cut == 0) {
    put(0, path, kMaxName);
  } else {
    put(0, path.substr(cut), kMaxName);
    put(345, path.substr(0, cut - 1), kMaxPrefix);
  }
  put_number(100, header.mode, 8);
  put_number(108, header.uid, 8);
  put_number(116, header.gid, 8);
  put_number(124, header.size, 12);
  put_number(136, header.modified, 12);
  put(148, "        ", 8);
  block[156] = header.type;
  put(157, header.target, kMaxName);
  put(257, std::string_view("ustar\00000", 8), 8);
  put_number(329, header.device_major, 8);
  put_number(337, header.device_minor, 8);
  int64_t sum = 0;
  for (char c : block) sum += static_cast<uint8_t>(c);
  put_number(148, sum, 7);
  return Append(block);
}

absl::Status TarWriter::AddHeader(const TarHeader& header) {
  if (const std::string records = PaxRecords(header); !records.empty()) {
    TarHeader pax;
    pax.type = 'x';
    pax.mode = 0644;
    pax.size = static_cast<int64_t>(records.size());
    absl::Status status = AddBlocks(pax, "PaxHeaders/entry");
    if (status.ok()) status = Append(records);
    if (!status.ok()) return status;
  }
  return AddBlocks(header, header.path);
}

absl::Status TarWriter::AddBytes(std::string_view bytes) {
  return Append(bytes);
}

absl::Status TarWriter::Close() {
  absl::Status status = Pad();
  if (status.ok()) status = Append(std::string(2 * kBlock, '\0'));
  if (status.ok()) status = Flush();
  // Some file systems tell only now that the disk is full.
  if (status.ok() && close(fd_.Release()) != 0) {
    return FileError(errno, name_);
  }
  return status;
}

}  // namespace specgen
