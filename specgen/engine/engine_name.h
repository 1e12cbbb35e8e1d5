// What people call an engine: the version in what they copy from a daemon, a
// package manager, a tag or an image.
#ifndef SPECGEN_ENGINE_ENGINE_NAME_H_
#define SPECGEN_ENGINE_ENGINE_NAME_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "specgen/engine/engine_version.h"

namespace specgen {

// Whether Docker has such a release.
using IsRelease = absl::FunctionRef<bool(const EngineName&)>;

// Finds the version of Docker in what people copy: a version or a line
// ("28.5.2", "28.5", "28.x"), with a candidate as Docker ("-rc.1", "-ce-rc1")
// or packages
// ("~rc.1", "_rc1") write it, alone, or in a tag, an address, the name of a
// package, image or file, a line that a package manager prints, a log, a header
// or all that `docker version` says. Of the engine's and its client's the
// former counts. Behind it may stand what editions ("-ce", "-ee-16", "-cs13")
// and packages ("-1~debian.12~bookworm", "+dfsg4-5", "-r0") have there.
//
// Where a text has more than that, words say what a version is of: the nearest
// name before it must be Docker's and the next word behind it a known one, or,
// where nothing names Docker, all words of its line must be known.
//
// As often as it has it: the numbers and candidates are the same, but they may
// be of several builds. Nothing: it has none, or that of something else
// ("docker-compose 1.29.2"), or two. `*problem` becomes why, if that is not
// plain.
std::vector<EngineName> ParseEngineName(std::string_view text,
                                        IsRelease is_release,
                                        std::string* problem);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_NAME_H_
