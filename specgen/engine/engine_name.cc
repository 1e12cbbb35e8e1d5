#include "specgen/engine/engine_name.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace specgen {
namespace {

// What `docker version` and `docker info` print is shorter.
constexpr size_t kMaxBytes = 1 << 14;

constexpr std::string_view kExtras = "the extras";

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

// Words that say nothing of what a version is of, wherever they stand.
constexpr std::string_view kPlainWords[] = {
    "and",     "as",        "arch",       "architecture",  "archive",
    "arg",     "bin",       "blob",       "candidate",     "ce",
    "com",     "commits",   "common",     "community",     "container",
    "daemon",  "dind",      "dockereng",  "dockerversion", "ee",
    "edition", "engine",    "enterprise", "env",           "epoch",
    "exe",     "export",    "from",       "git",           "gz",
    "heads",   "installed", "io",         "latest",        "library",
    "linux",   "mirantis",  "name",       "notes",         "now",
    "or",      "origin",    "over",       "package",       "packages",
    "refs",    "release",   "releases",   "rootless",      "runtime",
    "snap",    "stable",    "tag",        "tags",          "tar",
    "to",      "tree",      "upgradable", "ver",           "version"};

// Takes the ending of a file, with an architecture before it, off the end.
void DropFileEnding(std::string_view* text) {
  constexpr std::string_view kEndings[] = {
      ".gz",     ".xz",      ".zst", ".bz2", ".tar",   ".tgz",
      ".txz",    ".zip",     ".deb", ".dsc", ".rpm",   ".apk",
      ".ipk",    ".xbps",    ".pkg", ".asc", ".sig",   ".orig",
      ".debian", ".changes", "^",    ".drv", "-linux", ".linux"};
  for (bool again = true; again;) {
    again = false;
    for (std::string_view ending : kEndings) {
      again |= absl::ConsumeSuffix(text, ending);
    }
    // Homebrew's: ".arm64_sequoia.bottle".
    if (absl::ConsumeSuffix(text, ".bottle")) {
      *text = text->substr(0, text->rfind('.'));
    }
    again |= DropArchitecture(text);
  }
}

// Takes "*" and ".x" off the end: any version that begins so.
void DropWildcard(std::string_view* version) {
  std::string_view rest = *version;
  if (absl::ConsumeSuffix(&rest, "*")) {
    while (!rest.empty() && absl::StrContains(".-~", rest.back())) {
      rest.remove_suffix(1);
    }
    *version = rest;
  } else if (absl::ConsumeSuffix(&rest, ".x") &&
             std::count(rest.begin(), rest.end(), '.') < 2) {
    *version = rest;
  }
}

// Whether `docker version` has such a commit of Docker's own packages. Arch and
// Alpine have more digits, Fedora "1.fc42", Ubuntu its version, Nix the tag.
bool IsDockerBuild(std::string_view build, const EngineName& of) {
  return IsHex(build) &&
         (build.size() == 7 || (build.size() == 10 && of.numbers[0] == 19));
}

bool IsCommit(std::string_view word) {
  return word.size() >= 7 && IsHex(word) &&
         std::any_of(word.begin(), word.end(), IsDigit);
}

// What stands between the names, versions and values of a text.
constexpr std::string_view kEnds = " \t\r\n\v\f|=\"'`,;/\\@?&#()[]{}<>";

// Finds Docker's versions in a text, of whatever form. Words, be they of a
// sentence, the name of a package or an address, say what the versions behind
// them are of: a word that is not known here, of something else.
class VersionFinder {
 public:
  // `text` is in lower case.
  explicit VersionFinder(std::string text) : text_(std::move(text)) {
    StartPiece(0);
    while (at_ < text_.size()) {
      if (absl::StrContains(kEnds, text_[at_])) {
        StartPiece(++at_);
      } else if (!IsWordChar(text_[at_])) {
        may_start_ &= at_++ > piece_;
      } else if (const size_t digits = at_ + (text_[at_] == 'v' ? 1 : 0);
                 digits < text_.size() && IsDigit(text_[digits])) {
        ReadNumber(digits);
      } else {
        ReadWord();
      }
    }
  }

  // The version; what is said of the engine counts more than what is of its
  // client, and a version more than a line of them. Nothing: there is none, or
  // there are two; `*problem` becomes what there is instead.
  std::optional<EngineName> Take(std::string* problem) {
    for (Found* found : {&version_, &part_version_, &line_, &part_line_}) {
      if (!found->name.has_value()) continue;
      // A number or two may be anything where words that are not known follow.
      if (found->name->numbers.size() < 3 && is_other_) return std::nullopt;
      if (!found->other.empty()) {
        *problem = absl::StrCat("it has two versions, ", found->name->version,
                                " and ", found->other);
        return std::nullopt;
      }
      EngineName& name = *found->name;
      name.text = std::move(text_);
      return std::move(name);
    }
    *problem = problem_;
    return std::nullopt;
  }

 private:
  struct Found {
    std::optional<EngineName> name;  // the first
    std::string other;               // the first other one
  };

  std::string_view Text(size_t begin, size_t end) const {
    return std::string_view(text_).substr(begin, end - begin);
  }
  size_t FindFirstOf(std::string_view chars, size_t begin) const {
    return std::min(text_.find_first_of(chars, begin), text_.size());
  }

  void StartPiece(size_t begin) {
    piece_ = begin;
    may_start_ = true;
    epoch_.reset();
    // The value of "key=value" is about what the key says.
    const size_t end = FindFirstOf(kEnds, begin);
    if (end > begin && end < text_.size() && text_[end] == '=') {
      is_other_ = false;
    }
  }

  void ReadWord() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsWordChar(text_[at_])) ++at_;
    const std::string_view word = Text(begin, at_);
    if (word == "x86" && Text(at_, at_ + 3) == "_64") at_ += 3;
    const char next = at_ < text_.size() ? text_[at_] : ' ';
    // What `docker version` prints, as text or as JSON.
    const bool is_label =
        (next == ':' || next == '"') && (begin == 0 || text_[begin - 1] != '-');
    may_start_ = true;
    if (word == "docker" || word == "moby") {
      is_other_ = false;
      if (!is_client_section_) part_ = "";
    } else if (word == "server" || word == "serverversion" ||
               word == "dockerd" || (word == "engine" && is_label)) {
      is_other_ = is_client_section_ = false;
      part_ = "";
    } else if (word == "client" || word == "cli" || word == "dockercli") {
      part_ = kClient;
      is_client_section_ = is_label;
    } else if (word == "extras" || word == "openrc" || word == "completion") {
      part_ = kExtras;
    } else if (word == "build" || word == "commit" || word == "gitcommit") {
      ReadBuild(word == "build");
    } else if (!IsOneOf(kPlainWords, word) && !IsArchitecture(word) &&
               !IsCommit(word)) {
      is_other_ = true;
    }
    SkipSuite();
  }

  // Passes over what lists of apt have behind a package: "/bookworm,now".
  void SkipSuite() {
    const std::string_view package = Text(piece_, at_);
    if (package != "docker.io" && !absl::StartsWith(package, "docker-")) return;
    const size_t end = FindFirstOf(" \t\r\n", at_);
    const std::string_view suite = Text(at_, end);
    if (suite.rfind('/') == 0 &&
        std::none_of(suite.begin(), suite.end(), IsDigit)) {
      at_ = end;
    }
  }

  // Takes what stands behind "build" or "commit" of the engine; it may look
  // like a version.
  void ReadBuild(bool is_build) {
    if (!version_.name.has_value() || has_build_) return;
    const size_t begin =
        std::min(text_.find_first_not_of(" :=/\"", at_), text_.size());
    const size_t end = FindFirstOf(" \t\r\n\",);", begin);
    const std::string_view build = Text(begin, end);
    if (!is_build && !IsCommit(build)) return;
    has_build_ = true;
    at_ = end;
    EngineName& name = *version_.name;
    if (name.packager == Packager::kAnyone && !IsDockerBuild(build, name)) {
      name.packager = Packager::kOther;
    }
  }

  // Takes a version or an epoch, whose digits begin there, or passes over what
  // is neither.
  void ReadNumber(size_t digits) {
    const size_t begin = at_;
    const bool may_start = std::exchange(may_start_, false);
    std::string_view rest = Text(digits, text_.size());
    const uint32_t first = *TakeNumber(&rest);
    if (rest.size() > 1 && rest[0] == ':' && IsWordChar(rest[1]) &&
        first < 10 && !epoch_.has_value()) {
      epoch_ = first;
      may_start_ = may_start;
      at_ = text_.size() - rest.size() + 1;
      return;
    }
    const size_t end = EndOfVersion(digits);
    if (may_start && !is_other_ && !IsBound() && Keep(Text(digits, end))) {
      at_ = end;
      return;
    }
    if (may_start && is_other_ && absl::StartsWith(rest, ".") &&
        problem_.empty()) {
      problem_ = "by its words it is the version of something else";
    }
    // Of "5-docker-ce_5:28.5.2" the number alone.
    at_ = digits;
    while (at_ < text_.size() && IsWordChar(text_[at_])) ++at_;
    if (!rest.empty() && absl::StrContains(".:", rest[0])) at_ = end;
    // No distribution has its mark in it.
    std::fill(text_.begin() + static_cast<ptrdiff_t>(begin),
              text_.begin() + static_cast<ptrdiff_t>(at_), ' ');
  }

  size_t EndOfVersion(size_t begin) const {
    const size_t end = FindFirstOf(kEnds, begin);
    // FreeBSD's epoch: "20.10.2,1".
    const std::string_view behind = Text(end, FindFirstOf(kEnds, end + 1));
    return behind.size() == 2 && behind[0] == ',' && IsDigit(behind[1])
               ? end + 2
               : end;
  }

  // Whether this piece is but the end of a range: ">= 28.5".
  bool IsBound() const {
    const std::string_view before = Text(0, piece_);
    const size_t last = before.find_last_not_of("= ");
    return last != std::string_view::npos &&
           absl::StrContains("<>", before[last]) &&
           !absl::EndsWith(before.substr(0, last + 1), "->");
  }

  // False: it is no version.
  bool Keep(std::string_view text) {
    if (std::count(text.begin(), text.end(), '.') == 3) {
      absl::ConsumeSuffix(&text, ".");  // of a sentence
    }
    absl::ConsumeSuffix(&text, ":");
    // The slot and the repository of Gentoo's.
    text = text.substr(0, text.find("::"));
    absl::ConsumeSuffix(&text, ":0");
    DropFileEnding(&text);
    DropWildcard(&text);
    // Go's of a commit: "v0.0.0-20200309214505-aa6a9891b09c".
    if (HoldsMark(text, "##############-%%%%%%%%%%%%")) {
      problem_ = "it is a commit that is no release";
      return false;
    }
    std::optional<EngineName> name = ParseVersion(text);
    if (!name.has_value()) return false;
    if (name->part.empty()) name->part = part_;
    const bool is_line = name->numbers.size() < 3;
    Found& found = name->part.empty() ? (is_line ? line_ : version_)
                                      : (is_line ? part_line_ : part_version_);
    if (!found.name.has_value()) {
      if (name->packager == Packager::kAnyone) {
        name->packager = PackagerOf(*name);
      }
      found.name = std::move(name);
    } else if (name->numbers != found.name->numbers ||
               name->candidate != found.name->candidate) {
      found.other = name->version;
    }
    return true;
  }

  // By the names of packages in the text, and the epoch.
  Packager PackagerOf(const EngineName& name) const {
    for (std::string_view other :
         {"docker-ee", "docker-latest", "docker-stable", "docker-moby",
          "moby-engine", "moby-cli"}) {
      if (absl::StrContains(text_, other)) return Packager::kOther;
    }
    if (absl::StrContains(text_, "docker-engine")) {
      // Docker calls no package so since then.
      return name.numbers < std::vector<uint32_t>{17, 6} ? Packager::kDocker
                                                         : Packager::kOther;
    }
    // Docker's own packages have 5 (Debian's form) and 3 (Fedora's), and no
    // distribution's.
    return epoch_ == 3 || epoch_ == 5 || absl::StrContains(text_, "docker-ce")
               ? Packager::kDocker
               : Packager::kAnyone;
  }

  std::string text_;  // numbers that are no versions become spaces
  size_t at_ = 0;
  // Of the piece between two of kEnds that `at_` is in.
  size_t piece_ = 0;
  bool may_start_ = true;  // a version may: a word or nothing is before it
  std::optional<uint32_t> epoch_;
  // What stands at `at_` is of something else than Docker, or but of a part.
  bool is_other_ = false;
  std::string_view part_;
  bool is_client_section_ = false;

  Found version_;
  Found part_version_;
  Found line_;
  Found part_line_;
  bool has_build_ = false;
  std::string problem_;  // why what looks like a version is none
};

}  // namespace

std::optional<EngineName> ParseEngineName(std::string_view text,
                                          std::string* problem) {
  if (text.size() > kMaxBytes) return std::nullopt;
  std::string lower = absl::StrReplaceAll(
      absl::AsciiStrToLower(text), {{"%3a", ":"}, {"%2b", "+"}, {"%7e", "~"}});
  // Homebrew's "docker" is the client.
  const bool is_client = absl::StrContains(lower, "cellar/docker/") ||
                         absl::StrContains(lower, ".bottle") ||
                         absl::StrContains(lower, "(bottled)");
  std::optional<EngineName> name =
      VersionFinder(std::move(lower)).Take(problem);
  if (name.has_value() && is_client) name->part = kClient;
  return name;
}

}  // namespace specgen
