// Unpacks tar archives into a tree.
#ifndef SPECGEN_BUNDLE_UNPACK_H_
#define SPECGEN_BUNDLE_UNPACK_H_

#include "absl/status/status.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tree_writer.h"

namespace specgen {

enum class Whiteouts {
  kApply,  // a layer of an image
  kKeep,   // a plain archive: ".wh.x" is a name like any other
};

// Unpacks what `reader` gives: tar (see TarReader), as it is or compressed with
// gzip or zstd (see ArchiveStream). Everything is made through `writer`, which
// is left open for more; its limits hold. What Docker would refuse is
// kInvalidArgument; messages start with the reader's name. What is compressed
// is read to its end.
absl::Status UnpackTar(BlobReader* reader, Whiteouts whiteouts,
                       TreeWriter* writer);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_UNPACK_H_
