#include "specgen/cli/ask_git.h"

#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/base/printable.h"
#include "specgen/base/run_program.h"

namespace specgen {
namespace {

// What `git cat-file HOW NAME` prints; an error without a message if git knows
// of no such thing.
absl::StatusOr<std::string> CatFile(std::string_view option,
                                    const std::string& how,
                                    const std::string& name) {
  // A repository may lack objects, and name a program that fetches them.
  setenv("GIT_ALLOW_PROTOCOL", "none", /*replace=*/1);
  setenv("GIT_NO_LAZY_FETCH", "1", /*replace=*/1);
  setenv("GIT_TERMINAL_PROMPT", "0", /*replace=*/1);
  constexpr int kPatience = 30;
  absl::StatusOr<ProgramOutput> ran = RunProgram(
      {"git", "--no-pager", "cat-file", how, "--end-of-options", name},
      {.seconds = kPatience, .bytes = kMaxFileBytes});
  if (!ran.ok()) {
    return absl::Status(ran.status().code(),
                        absl::StrCat(option, ": ", ran.status().message()));
  }
  if (ran->succeeded) return std::move(ran->out);
  // What it warns of, or traces, comes first.
  std::string_view said = FirstErrorLine(*ran);
  for (const std::string_view line : absl::StrSplit(ran->error, '\n')) {
    if (!absl::StartsWith(line, "fatal: ")) continue;
    said = line;
    break;
  }
  return BadInputError(absl::StrCat(
      option, ": there is no file ", QuoteShort(name),
      ", and git finds none: ", said.empty() ? "it did not say why" : said));
}

}  // namespace

bool IsInGit(const std::string& name) {
  const size_t colon = name.find(':');
  return colon != std::string::npos && colon > 0 && name[0] != '-' &&
         !absl::StartsWith(std::string_view(name).substr(colon), "://") &&
         access(name.c_str(), F_OK) != 0;
}

absl::StatusOr<GitFile> ReadFromGit(std::string_view option,
                                    const std::string& name) {
  const absl::StatusOr<std::string> type = CatFile(option, "-t", name);
  if (!type.ok()) return type.status();
  GitFile file;
  file.name = name;
  if (*type == "tree\n") {
    file.in_folder = true;
    absl::StrAppend(&file.name,
                    name.back() == ':' || name.back() == '/' ? "" : "/",
                    "config.json");
  }
  absl::StatusOr<std::string> text = CatFile(option, "blob", file.name);
  if (!text.ok()) return text.status();
  file.text = *std::move(text);
  return file;
}

}  // namespace specgen
