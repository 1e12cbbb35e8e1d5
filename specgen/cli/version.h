// What `specgen --version` says.
#ifndef SPECGEN_CLI_VERSION_H_
#define SPECGEN_CLI_VERSION_H_

#include <string>

namespace specgen {

// specgen's own version, the one place where it stands.
inline constexpr char kVersion[] = "0.1.0";

// A line with the version, and one with the newest engine and the table's date.
std::string VersionText();

}  // namespace specgen

#endif  // SPECGEN_CLI_VERSION_H_
