// Reads tar archives as Go's archive/tar does, which is what Docker unpacks
// with.
#ifndef SPECGEN_BUNDLE_TAR_READER_H_
#define SPECGEN_BUNDLE_TAR_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/archive_stream.h"
#include "specgen/bundle/tar_header.h"

namespace specgen {

// Formats, limits and refusals are those of go1.26 src/archive/tar/reader.go:
// V7, ustar, pax, GNU and star headers; long names and pax headers of up to
// 1 MiB; sparse files in GNU's old form and in the pax forms 0.0, 0.1 and 1.0,
// with a map of up to 1 MiB. An archive ends with its bytes between two
// entries, or with two blocks of zeros, whatever follows.
//
// Memory: a few MiB, whatever the archive. Not thread-safe.
class TarReader {
 public:
  // `stream` must outlive this.
  explicit TarReader(ArchiveStream* stream) : stream_(*stream) {}

  // Reads the next entry; false at the end. A global pax header is an entry of
  // type 'g' of which only `path` means something. Errors are kInvalidArgument,
  // or those of the stream; after one there is nothing more to read.
  absl::StatusOr<bool> Next(TarHeader* header);

  struct Piece {
    uint64_t offset = 0;
    std::string_view bytes;
  };
  // The next bytes of the last entry's file, holes left out; none at the end.
  // Valid until the next call.
  absl::StatusOr<Piece> ReadData();

 private:
  struct Region {
    int64_t offset;
    int64_t length;
  };
  struct PaxRecords;

  absl::StatusOr<std::string_view> Peek();
  // Reads up to `size` bytes to `to`; fewer only at the end.
  absl::StatusOr<size_t> ReadUpTo(char* to, size_t size);
  // Reads the next block to block_; false if the stream ends before it.
  absl::StatusOr<bool> ReadBlock();
  absl::Status SkipData();
  absl::StatusOr<std::string> ReadSpecial();
  // Takes the block as a header; false at the end of the archive.
  absl::StatusOr<bool> ReadHeader(TarHeader* header);
  // Sets left_ and padding_ for what follows the header.
  absl::Status ExpectData(const TarHeader& header);
  absl::Status AddRegion(std::optional<int64_t> offset,
                         std::optional<int64_t> length);
  absl::Status ReadOldSparseMap(TarHeader* header);
  absl::Status ReadSparseMap(const PaxRecords& pax, TarHeader* header);
  absl::Status ReadSparseMap10();
  absl::Status CheckSparseMap(const TarHeader& header);

  ArchiveStream& stream_;
  std::string_view chunk_;  // of the stream, not used yet
  uint8_t block_[512];
  int64_t left_ = 0;     // bytes of the last entry in the archive
  int64_t padding_ = 0;  // behind them
  bool is_sparse_ = false;
  bool map_fits_ = false;        // the map has as many bytes as there are
  std::vector<Region> regions_;  // of a sparse file, that hold its bytes
  size_t region_ = 0;            // that the next byte belongs to
  int64_t position_ = 0;         // in that, or in a file that is not sparse
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TAR_READER_H_
