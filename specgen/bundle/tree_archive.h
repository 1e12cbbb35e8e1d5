// Packs a tree into a tar archive.
#ifndef SPECGEN_BUNDLE_TREE_ARCHIVE_H_
#define SPECGEN_BUNDLE_TREE_ARCHIVE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// Writes what is in `directory`, which messages call `name`, to the empty file
// `archive`, which must not lie in it. Owners, modes, times, types and extended
// attributes are those that `ledger` has for a path in the directory's `part`
// ("." for all of it); what it does not know belongs to root, has the mode that
// it has on disk, and is of 1970. So equal trees and ledgers give equal bytes,
// whoever packs them, wherever.
//
// The archive is ustar, with pax headers where that does not suffice. It starts
// with "./"; other paths follow in the order of their bytes, directories before
// what is in them. Errors name the file; after one, a part may be written.
absl::Status ArchiveTree(int directory, const std::string& name,
                         const TreeLedger& ledger, std::string_view part,
                         UniqueFd archive);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TREE_ARCHIVE_H_
