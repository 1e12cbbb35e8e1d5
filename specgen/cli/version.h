// What `specgen --version` says.
#ifndef SPECGEN_CLI_VERSION_H_
#define SPECGEN_CLI_VERSION_H_

#include <string>

namespace specgen {

// specgen's own version, the one place where it stands.
inline constexpr char kVersion[] = "0.1.0";

// A line with the version and the commit it was built from, and one with the
// newest engine, the one that is meant where none is named, and the table's
// date. The commit is "unknown" unless the build
// was told (--config=release).
std::string VersionText();

}  // namespace specgen

#endif  // SPECGEN_CLI_VERSION_H_
