// Files of other revisions, from the git command.
#ifndef SPECGEN_CLI_ASK_GIT_H_
#define SPECGEN_CLI_ASK_GIT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace specgen {

// Whether git is meant by `name`: "REV:PATH", or ":PATH" of the index, as git
// show takes them, where there is no file of that name.
bool IsInGit(const std::string& name);

struct GitFile {
  std::string name;  // of a folder that of its config.json
  std::string text;
  bool in_folder = false;  // PATH is a folder's
};

// The plugin of that name in the repository that specgen was started in. Of
// what a repository may say nothing is run: no hook, no filter, no fetch of
// what it lacks. Errors, which start with `option`, are bad input, or the
// host's if git cannot be run.
absl::StatusOr<GitFile> ReadFromGit(std::string_view option,
                                    const std::string& name);

}  // namespace specgen

#endif  // SPECGEN_CLI_ASK_GIT_H_
