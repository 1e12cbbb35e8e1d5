// Writes tar archives.
#ifndef SPECGEN_BUNDLE_TAR_WRITER_H_
#define SPECGEN_BUNDLE_TAR_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "specgen/bundle/tar_header.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// The archive is ustar, with a pax header before each entry that does not fit
// in there; names are bytes. Equal calls give equal bytes. Errors are those of
// the kernel, and name the archive; after one a part may be written. Holds a
// buffer and one entry's names and attributes in memory. Not thread-safe.
class TarWriter {
 public:
  // `name` is for messages.
  TarWriter(UniqueFd fd, std::string name);

  // Then exactly header.size bytes are to be added, if it is a file ('0').
  absl::Status AddHeader(const TarHeader& header);
  absl::Status AddBytes(std::string_view bytes);

  // Ends the archive; says whether all of it could be written.
  absl::Status Close();

 private:
  absl::Status AddBlocks(const TarHeader& header, std::string_view path);
  absl::Status Append(std::string_view bytes);
  absl::Status Pad();
  absl::Status Flush();

  UniqueFd fd_;
  std::string name_;
  std::string buffer_;
  uint64_t size_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TAR_WRITER_H_
