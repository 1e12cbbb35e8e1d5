// The bytes of an archive, without its compression.
#ifndef SPECGEN_BUNDLE_ARCHIVE_STREAM_H_
#define SPECGEN_BUNDLE_ARCHIVE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/blob_reader.h"

namespace specgen {

// What a zstd frame may ask for as its window, which is held in memory: as
// RFC 8878 (3.1.1.1.2) recommends, and as much as every level up to 19 needs.
inline constexpr int kMaxZstdWindowLog = 23;

// Reads the bytes of a blob from front to back. If it starts as gzip or zstd
// does, they are decompressed, once: what that gives is never decompressed
// again (moby/go-archive compression.DecompressStream).
//
// gzip is taken as Go's compress/gzip takes it (go1.26 gunzip.go): any number
// of members, each with the right checksum and length, and nothing else behind
// them. zstd: any number of frames and nothing else. bzip2 and xz, which Docker
// knows too, are refused.
//
// Memory: less than 10 MiB, whatever the blob. Not thread-safe.
class ArchiveStream {
 public:
  // Both must outlive the stream. `budget` is how many bytes it may still give;
  // more are an error (kResourceExhausted).
  static absl::StatusOr<std::unique_ptr<ArchiveStream>> Open(BlobReader* blob,
                                                             uint64_t* budget);
  virtual ~ArchiveStream() = default;

  // The next bytes, none at the end; valid until the next call. Errors are
  // kInvalidArgument if the blob is damaged, or those of the blob. They do not
  // name it.
  absl::StatusOr<std::string_view> Next();

 protected:
  explicit ArchiveStream(uint64_t* budget) : budget_(budget) {}
  virtual absl::StatusOr<std::string_view> Decompress() = 0;

 private:
  uint64_t* budget_;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_ARCHIVE_STREAM_H_
