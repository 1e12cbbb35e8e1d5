// The options of an overlay, as Linux takes them apart (fs/overlayfs/params.c);
// runtimes join those of a mount with commas, so that one may hold several.
#ifndef SPECGEN_KNOWN_OVERLAY_OPTIONS_H_
#define SPECGEN_KNOWN_OVERLAY_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

namespace specgen {

// The parts of a text between marks before which no backslash stands: options
// between ',', and the directories of "lowerdir" between ':'. They view `text`.
std::vector<std::string_view> SplitAt(char mark, std::string_view text);

// What such a part means: of a backslash, the character behind it.
std::string WithoutBackslashes(std::string_view text);

// Whether an option of an overlay, without its value, names a directory.
bool IsOverlayDirectory(std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_KNOWN_OVERLAY_OPTIONS_H_
