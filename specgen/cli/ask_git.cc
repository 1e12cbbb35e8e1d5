#include "specgen/cli/ask_git.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/base/printable.h"
#include "specgen/base/run_program.h"

namespace specgen {
namespace {

// What git prints, asked about `name`; an error if it knows of no such thing.
absl::StatusOr<std::string> AskGit(std::string_view option,
                                   std::string_view name,
                                   std::vector<std::string> words) {
  // A repository may lack objects, and name a program that fetches them.
  setenv("GIT_ALLOW_PROTOCOL", "none", /*replace=*/1);
  setenv("GIT_NO_LAZY_FETCH", "1", /*replace=*/1);
  setenv("GIT_TERMINAL_PROMPT", "0", /*replace=*/1);
  constexpr int kPatience = 30;
  // So does who reads its index.
  words.insert(words.begin(),
               {"git", "--no-pager", "-c", "core.fsmonitor=false"});
  absl::StatusOr<ProgramOutput> ran = RunProgram(
      std::move(words), {.seconds = kPatience, .bytes = kMaxFileBytes});
  if (!ran.ok()) {
    return absl::Status(ran.status().code(),
                        absl::StrCat(option, ": ", ran.status().message()));
  }
  if (ran->succeeded) return std::move(ran->out);
  // What it warns of, or traces, comes first.
  std::string_view said = FirstErrorLine(*ran);
  for (std::string_view line : absl::StrSplit(ran->error, '\n')) {
    if (!absl::ConsumePrefix(&line, "fatal: ")) continue;
    said = line;
    break;
  }
  return BadInputError(absl::StrCat(
      option, ": there is no file ", QuoteShort(name),
      ", and git finds none: ", said.empty() ? "it did not say why" : said));
}

// What `git cat-file HOW NAME` prints.
absl::StatusOr<std::string> CatFile(std::string_view option,
                                    const std::string& how,
                                    const std::string& name) {
  return AskGit(option, name, {"cat-file", how, "--end-of-options", name});
}

std::string InFolder(const std::string& name) {
  return absl::StrCat(name, name.back() == ':' || name.back() == '/' ? "" : "/",
                      "config.json");
}

// Whether `name`, a blob, is a symbolic link.
bool IsLink(std::string_view option, const std::string& name) {
  const size_t end = name.rfind(':') + 1;  // of the revision, or the index
  std::vector<std::string> words;
  if (name.front() == ':') {
    // A path from "./" on is seen from here, as it is by git.
    const std::string_view path = std::string_view(name).substr(end);
    words = {"ls-files", "--stage", "-z", "--",
             absl::StrCat(
                 absl::StartsWith(path, ".") ? ":(literal)" : ":(top,literal)",
                 path)};
  } else {
    const size_t slash = std::max(end, name.rfind('/') + 1);
    words = {"ls-tree",
             "-z",
             "--full-tree",
             "--end-of-options",
             name.substr(0, slash),
             name.substr(slash)};
  }
  const absl::StatusOr<std::string> entry =
      AskGit(option, name, std::move(words));
  return entry.ok() && absl::StartsWith(*entry, "120000 ");
}

}  // namespace

bool IsInGit(const std::string& name) {
  const size_t colon = name.find(':');
  return colon != std::string::npos && name[0] != '-' &&
         !absl::StartsWith(std::string_view(name).substr(colon), "://") &&
         access(name.c_str(), F_OK) != 0;
}

absl::StatusOr<GitFile> ReadFromGit(std::string_view option,
                                    const std::string& name) {
  absl::StatusOr<std::string> type = CatFile(option, "-t", name);
  GitFile file;
  file.name = name;
  if (type.ok() && *type == "tree\n") {
    file.in_folder = true;
  } else if (!type.ok() && name[0] == ':') {
    // The index has files only.
    file.in_folder = CatFile(option, "-t", InFolder(name)).ok();
  }
  if (file.in_folder) {
    file.name = InFolder(name);
  } else if (!type.ok()) {
    return type.status();
  }
  absl::StatusOr<std::string> text = CatFile(option, "blob", file.name);
  if (!text.ok()) return text.status();
  constexpr size_t kLongestTarget = 4096;  // PATH_MAX
  if (text->size() < kLongestTarget && IsLink(option, file.name)) {
    return BadInputError(absl::StrCat(
        option, ": ", file.name, " is a symbolic link to ", QuoteShort(*text),
        ", which git does not follow: name the file itself"));
  }
  file.text = *std::move(text);
  return file;
}

}  // namespace specgen
