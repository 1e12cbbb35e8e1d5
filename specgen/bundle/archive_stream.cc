#include "specgen/bundle/archive_stream.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/bundle/blob_reader.h"

namespace specgen {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kBufferBytes = size_t{256} << 10;
// As much as tells how a blob is compressed.
constexpr size_t kPeekBytes = 10;
// With its NUL; Go reads no longer names and comments.
constexpr int kMaxGzipString = 512;

absl::Status Damaged(std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("damaged: ", why));
}

// What was read of a blob and is not used yet.
class Input {
 public:
  explicit Input(BlobReader* blob) : blob_(*blob) {}

  // The bytes at the front, `count` of them or more; fewer only at the end.
  absl::StatusOr<std::string_view> Peek(size_t count) {
    while (left_.size() < count && !at_end_) {
      std::string joined(left_);
      absl::StatusOr<std::string_view> more = blob_.Read();
      if (!more.ok()) return more.status();
      at_end_ = more->empty();
      if (joined.empty()) {
        left_ = *more;
        continue;
      }
      joined.append(*more);
      joined_ = std::move(joined);
      left_ = joined_;
    }
    return left_;
  }
  void Skip(size_t count) { left_.remove_prefix(count); }

 private:
  BlobReader& blob_;
  std::string joined_;
  std::string_view left_;
  bool at_end_ = false;
};

class PlainStream : public ArchiveStream {
 public:
  PlainStream(std::unique_ptr<Input> input, uint64_t* budget)
      : ArchiveStream(budget), input_(std::move(input)) {}

 protected:
  absl::StatusOr<std::string_view> Decompress() override {
    absl::StatusOr<std::string_view> bytes = input_->Peek(1);
    if (bytes.ok()) input_->Skip(bytes->size());
    return bytes;
  }

 private:
  std::unique_ptr<Input> input_;
};

class GzipStream : public ArchiveStream {
 public:
  GzipStream(std::unique_ptr<Input> input, uint64_t* budget)
      : ArchiveStream(budget),
        input_(std::move(input)),
        buffer_(kBufferBytes, '\0') {}
  ~GzipStream() override {
    if (is_open_) inflateEnd(&inflate_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

 protected:
  absl::StatusOr<std::string_view> Decompress() override {
    while (true) {
      if (!in_member_) {
        absl::StatusOr<std::string_view> next = input_->Peek(1);
        if (!next.ok()) return next.status();
        if (next->empty()) return *next;
        if (absl::Status status = ReadHeader(); !status.ok()) return status;
      }
      absl::StatusOr<std::string_view> bytes = Inflate();
      if (!bytes.ok() || !bytes->empty()) return bytes;
    }
  }

 private:
  static absl::Status CutOff() { return Damaged("gzip: it is cut off"); }

  absl::Status ReadHeader();
  absl::Status ReadTrailer();
  absl::StatusOr<std::string_view> Inflate();
  // Reads `count` bytes of the header to `to`.
  absl::Status ReadPart(size_t count, uint8_t* to);
  absl::Status SkipString();

  std::unique_ptr<Input> input_;
  std::string buffer_;
  z_stream inflate_ = {};
  bool is_open_ = false;
  bool in_member_ = false;
  uLong checksum_ = 0;
  uint32_t length_ = 0;  // modulo 2^32, as the trailer has it
};

absl::Status GzipStream::ReadPart(size_t count, uint8_t* to) {
  absl::StatusOr<std::string_view> bytes = input_->Peek(count);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() < count) return CutOff();
  std::copy_n(bytes->data(), count, to);
  checksum_ = crc32(checksum_, to, static_cast<uInt>(count));
  input_->Skip(count);
  return absl::OkStatus();
}

absl::Status GzipStream::SkipString() {
  for (int i = 0; i < kMaxGzipString; ++i) {
    uint8_t byte;
    if (absl::Status status = ReadPart(1, &byte); !status.ok()) return status;
    if (byte == 0) return absl::OkStatus();
  }
  return Damaged("gzip: a name or comment in its header is too long");
}

absl::Status GzipStream::ReadHeader() {
  constexpr uint8_t kHasChecksum = 2;
  constexpr uint8_t kHasExtra = 4;
  constexpr uint8_t kHasName = 8;
  constexpr uint8_t kHasComment = 16;
  checksum_ = crc32(0, nullptr, 0);
  uint8_t header[10];
  absl::Status status = ReadPart(sizeof(header), header);
  if (!status.ok()) return status;
  if (header[0] != 0x1f || header[1] != 0x8b || header[2] != Z_DEFLATED) {
    return Damaged("gzip: other bytes follow the compressed ones");
  }
  if ((header[3] & kHasExtra) != 0) {
    uint8_t size[2];
    status = ReadPart(sizeof(size), size);
    for (int left = size[0] + 256 * size[1]; status.ok() && left > 0; --left) {
      uint8_t byte;
      status = ReadPart(1, &byte);
    }
  }
  if (status.ok() && (header[3] & kHasName) != 0) status = SkipString();
  if (status.ok() && (header[3] & kHasComment) != 0) status = SkipString();
  if (status.ok() && (header[3] & kHasChecksum) != 0) {
    const uLong expected = checksum_ & 0xffff;
    uint8_t sum[2];
    status = ReadPart(sizeof(sum), sum);
    if (status.ok() && sum[0] + 256u * sum[1] != expected) {
      return Damaged("gzip: its header does not fit the header's checksum");
    }
  }
  if (!status.ok()) return status;
  // Only the deflated bytes are zlib's.
  const int result =
      is_open_ ? inflateReset(&inflate_) : inflateInit2(&inflate_, -MAX_WBITS);
  if (result != Z_OK) return absl::ResourceExhaustedError("out of memory");
  is_open_ = true;
  in_member_ = true;
  checksum_ = crc32(0, nullptr, 0);
  length_ = 0;
  return absl::OkStatus();
}

absl::Status GzipStream::ReadTrailer() {
  const uLong checksum = checksum_;
  uint8_t trailer[8];
  absl::Status status = ReadPart(sizeof(trailer), trailer);
  if (!status.ok()) return status;
  const auto number = [&trailer](size_t at) {
    return trailer[at] | uint32_t{trailer[at + 1]} << 8 |
           uint32_t{trailer[at + 2]} << 16 | uint32_t{trailer[at + 3]} << 24;
  };
  if (number(0) != checksum || number(4) != length_) {
    return Damaged("gzip: its bytes do not fit their checksum or length");
  }
  in_member_ = false;
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> GzipStream::Inflate() {
  inflate_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
  inflate_.avail_out = static_cast<uInt>(buffer_.size());
  int result = Z_OK;
  while (result == Z_OK && inflate_.avail_out > 0) {
    absl::StatusOr<std::string_view> bytes = input_->Peek(1);
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) return CutOff();
    inflate_.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
    inflate_.avail_in = static_cast<uInt>(bytes->size());
    result = inflate(&inflate_, Z_NO_FLUSH);
    input_->Skip(bytes->size() - inflate_.avail_in);
  }
  if (result == Z_MEM_ERROR) {
    return absl::ResourceExhaustedError("out of memory");
  }
  if (result != Z_OK && result != Z_STREAM_END) {
    return Damaged(absl::StrCat(
        "gzip: ", inflate_.msg != nullptr ? inflate_.msg : "bad data"));
  }
  const std::string_view out(buffer_.data(),
                             buffer_.size() - inflate_.avail_out);
  checksum_ = crc32(checksum_, reinterpret_cast<const Bytef*>(out.data()),
                    static_cast<uInt>(out.size()));
  length_ += static_cast<uint32_t>(out.size());
  if (result == Z_STREAM_END) {
    if (absl::Status status = ReadTrailer(); !status.ok()) return status;
  }
  return out;
}

class ZstdStream : public ArchiveStream {
 public:
  ZstdStream(std::unique_ptr<Input> input, uint64_t* budget)
      : ArchiveStream(budget),
        input_(std::move(input)),
        buffer_(kBufferBytes, '\0'),
        context_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           kMaxZstdWindowLog);
  }

 protected:
  absl::StatusOr<std::string_view> Decompress() override {
    ZSTD_outBuffer out = {buffer_.data(), buffer_.size(), 0};
    while (out.pos < out.size) {
      absl::StatusOr<std::string_view> bytes = input_->Peek(1);
      if (!bytes.ok()) return bytes.status();
      if (bytes->empty() && !in_frame_) break;
      ZSTD_inBuffer in = {bytes->data(), bytes->size(), 0};
      const size_t before = out.pos;
      const size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(result) != 0) {
        return ZSTD_getErrorCode(result) ==
                       ZSTD_error_frameParameter_windowTooLarge
                   ? absl::InvalidArgumentError(
                         "zstd: it needs a window of more than 8 MiB: compress "
                         "it with level 19 or less, and without --long")
                   : Damaged(absl::StrCat("zstd: ", ZSTD_getErrorName(result)));
      }
      input_->Skip(in.pos);
      in_frame_ = result != 0;
      if (bytes->empty() && out.pos == before && in_frame_) {
        return Damaged("zstd: it is cut off");
      }
    }
    return std::string_view(buffer_.data(), out.pos);
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::unique_ptr<Input> input_;
  std::string buffer_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool in_frame_ = false;
};

bool IsZstd(std::string_view start) {
  if (absl::StartsWith(start, "\x28\xb5\x2f\xfd"sv)) return true;
  // A frame that is to be skipped.
  return start.size() >= 8 && (static_cast<uint8_t>(start[0]) & 0xf0) == 0x50 &&
         start.substr(1, 3) == "\x2a\x4d\x18"sv;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArchiveStream>> ArchiveStream::Open(
    BlobReader* blob, uint64_t* budget) {
  auto input = std::make_unique<Input>(blob);
  absl::StatusOr<std::string_view> start = input->Peek(kPeekBytes);
  if (!start.ok()) return start.status();
  if (absl::StartsWith(*start, "\x1f\x8b\x08"sv)) {
    return std::make_unique<GzipStream>(std::move(input), budget);
  }
  if (IsZstd(*start)) {
    return std::make_unique<ZstdStream>(std::move(input), budget);
  }
  for (const auto& [magic, name] :
       {std::pair("BZh"sv, "bzip2"sv), std::pair("\xfd"
                                                 "7zXZ\0"sv,
                                                 "xz"sv)}) {
    if (absl::StartsWith(*start, magic)) {
      return absl::InvalidArgumentError(
          absl::StrCat("is compressed with ", name,
                       ": compress it with gzip or zstd, or not at all"));
    }
  }
  return std::make_unique<PlainStream>(std::move(input), budget);
}

absl::StatusOr<std::string_view> ArchiveStream::Next() {
  absl::StatusOr<std::string_view> bytes = Decompress();
  if (!bytes.ok()) return bytes;
  if (bytes->size() > *budget_) {
    return absl::ResourceExhaustedError(
        "unpacks to more bytes than the limit allows (--max-size sets it)");
  }
  *budget_ -= bytes->size();
  return bytes;
}

}  // namespace specgen
