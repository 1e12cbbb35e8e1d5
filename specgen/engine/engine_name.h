// What people call an engine: the version in what they copy from a daemon, a
// package manager, a tag or an image.
#ifndef SPECGEN_ENGINE_ENGINE_NAME_H_
#define SPECGEN_ENGINE_ENGINE_NAME_H_

#include <string>
#include <string_view>
#include <vector>

#include "specgen/engine/engine_version.h"

namespace specgen {

// Finds the version of Docker in what people copy: a version or a line
// ("28.5.2", "28.5", "28.x"), with a candidate as Docker ("-rc.1", "-ce-rc1")
// or packages
// ("~rc.1", "_rc1") write it, alone, or in a tag, an address, the name of a
// package, image or file, a line that a package manager prints, a log, a header
// or all that `docker version` says. Of the engine's and its client's the
// former counts. Behind it may stand what editions ("-ce", "-ee-16", "-cs13")
// and packages ("-1~debian.12~bookworm", "+dfsg4-5", "-r0") have there.
//
// As often as it has it: the numbers and candidates are the same, but they may
// be of several builds. Nothing: it has none, or that of something else
// ("docker-compose 1.29.2"), or two. `*problem` becomes why, if that is not
// plain.
std::vector<EngineName> ParseEngineName(std::string_view text,
                                        std::string* problem);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_NAME_H_
