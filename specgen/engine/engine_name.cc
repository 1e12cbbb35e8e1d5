#include "specgen/engine/engine_name.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace specgen {
namespace {

// What `docker version` and `docker info` print is shorter.
constexpr size_t kMaxBytes = 1 << 14;
// Of a number, beyond which all are the same.
constexpr uint32_t kMaxNumber = 999'999'999;

constexpr std::string_view kClient = "the client";
constexpr std::string_view kExtras = "the extras";

using Words = absl::Span<const std::string_view>;

bool IsOneOf(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

// Takes digits off the front of `text`; nothing if there are none.
std::optional<uint32_t> TakeNumber(std::string_view* text) {
  if (text->empty() || !IsDigit(text->front())) return std::nullopt;
  uint32_t number = 0;
  while (!text->empty() && IsDigit(text->front())) {
    const auto digit = static_cast<uint32_t>(text->front() - '0');
    number = number > kMaxNumber / 10 ? kMaxNumber : number * 10 + digit;
    text->remove_prefix(1);
  }
  return number;
}

// Takes numbers with dots between off the front of `text`; false: there is
// none.
bool TakeNumbers(std::string_view* text) {
  if (!TakeNumber(text).has_value()) return false;
  for (std::string_view rest = *text;
       absl::ConsumePrefix(&rest, ".") && TakeNumber(&rest).has_value();) {
    *text = rest;
  }
  return true;
}

// Takes `word` off the front of `text` if no letter or digit follows.
bool TakeWord(std::string_view word, std::string_view* text) {
  if (!absl::StartsWith(*text, word)) return false;
  if (text->size() > word.size() && IsWordChar((*text)[word.size()])) {
    return false;
  }
  text->remove_prefix(word.size());
  return true;
}

constexpr std::string_view kArchitectures[] = {
    "x86_64",  "amd64",  "x64",      "aarch64",  "arm64",   "armhf",
    "armel",   "armv6",  "armv6l",   "armv6hl",  "armv7",   "armv7l",
    "armv7hl", "i386",   "i586",     "i686",     "x86",     "ppc64",
    "ppc64le", "s390x",  "ppc64el",  "riscv64",  "loong64", "loongarch64",
    "mips64",  "mipsel", "mips64el", "mips64le", "noarch",  "src",
    "source",  "all",    "any"};

// Words that say nothing of what a version is of, wherever they stand.
constexpr std::string_view kPlainWords[] = {
    "and",        "arch",      "architecture", "archive",    "arg",
    "bin",        "blob",      "candidate",    "ce",         "com",
    "commits",    "common",    "community",    "container",  "daemon",
    "dind",       "dockereng", "ee",           "edition",    "engine",
    "enterprise", "env",       "epoch",        "exe",        "export",
    "from",       "git",       "gz",           "heads",      "installed",
    "io",         "latest",    "library",      "linux",      "mirantis",
    "name",       "notes",     "now",          "or",         "over",
    "package",    "packages",  "refs",         "release",    "releases",
    "rootless",   "runtime",   "stable",       "tag",        "tags",
    "tar",        "to",        "tree",         "upgradable", "version"};

// Takes the ending of a file, with an architecture before it, off the end.
void DropFileEnding(std::string_view* text) {
  constexpr std::string_view kEndings[] = {
      ".gz",  ".xz",  ".zst", ".bz2",  ".tar",    ".tgz",     ".txz",
      ".zip", ".deb", ".dsc", ".rpm",  ".apk",    ".ipk",     ".xbps",
      ".pkg", ".asc", ".sig", ".orig", ".debian", ".changes", "^"};
  for (bool again = true; again;) {
    again = false;
    for (std::string_view ending : kEndings) {
      again |= absl::ConsumeSuffix(text, ending);
    }
    // Homebrew's: ".arm64_sequoia.bottle".
    if (absl::ConsumeSuffix(text, ".bottle")) {
      *text = text->substr(0, text->rfind('.'));
    }
    for (std::string_view name : kArchitectures) {
      std::string_view rest = *text;
      if (absl::ConsumeSuffix(&rest, name) && rest.size() > 1 &&
          absl::StrContains(".-_:", rest.back())) {
        *text = rest.substr(0, rest.size() - 1);
        again = true;
      }
    }
  }
}

// Takes "-ce" and its like off the front, and returns it without the "-".
// "-ee-16" and "-cs13", too, and what others add: Oracle, Rancher, Mirantis.
std::string_view TakeEdition(std::string_view* text) {
  if (text->empty() || !absl::StrContains("-~._", text->front())) return "";
  for (std::string_view edition : {"ee", "ce", "cs", "ol", "rd", "mcr", "m"}) {
    std::string_view rest = text->substr(1);
    if (!absl::ConsumePrefix(&rest, edition)) continue;
    if (edition == "ee" && rest.size() > 1 && IsDigit(rest[1]) &&
        absl::StrContains("-.~", rest[0])) {
      rest.remove_prefix(1);
    }
    const bool has_number = TakeNumber(&rest).has_value();
    if (edition == "m" && !has_number) continue;
    if (!rest.empty() && IsWordChar(rest.front())) continue;
    *text = rest;
    return edition;
  }
  return "";
}

constexpr std::string_view kStages[] = {"dev", "tp", "alpha", "beta", "rc"};

// Takes "-rc.1" and its like, wherever it stands, out of `*suffix`: packages
// of the Fedora kind once were called "17.03.0.ce-0.1.rc1".
std::optional<Candidate> TakeCandidate(std::string* suffix) {
  for (size_t at = 0; at < suffix->size(); ++at) {
    if (IsWordChar((*suffix)[at])) continue;
    std::string_view rest = std::string_view(*suffix).substr(at + 1);
    for (std::string_view stage : kStages) {
      std::string_view behind = rest;
      if (!absl::ConsumePrefix(&behind, stage)) continue;
      if (behind.size() > 1 && behind[0] == '.' && IsDigit(behind[1])) {
        behind.remove_prefix(1);
      }
      Candidate candidate = {std::string(stage),
                             TakeNumber(&behind).value_or(0)};
      if (!behind.empty() && IsWordChar(behind.front())) continue;
      suffix->erase(at, suffix->size() - at - behind.size());
      return candidate;
    }
  }
  return std::nullopt;
}

// Takes what tags of images have behind the version: "-dind-alpine3.22". True:
// it is the image of the client.
bool TakeVariants(std::string* suffix) {
  constexpr std::string_view kVariants[] = {
      "dind",   "rootless",          "git",        "cli", "experimental",
      "alpine", "windowsservercore", "nanoserver", "ltsc"};
  bool is_client = false;
  std::string_view left = *suffix;
  for (std::string_view rest = left; absl::ConsumePrefix(&rest, "-");) {
    const std::string_view word = rest.substr(0, rest.find('-'));
    const std::string_view variant =
        word.substr(0, word.find_first_of("0123456789"));
    if (!IsOneOf(kVariants, variant)) break;
    is_client |= variant == "cli";
    rest.remove_prefix(word.size());
    left = rest;
  }
  *suffix = std::string(left);
  return is_client;
}

// Whether `suffix` is what a package's version has behind that of Docker.
bool IsPackageSuffix(std::string_view suffix) {
  const bool is_plain = std::all_of(suffix.begin(), suffix.end(), [](char c) {
    return IsWordChar(c) || absl::StrContains(".+~:_,-", c);
  });
  if (suffix.size() < 2 || !is_plain) return false;
  const std::string_view first = suffix.substr(1);
  switch (suffix.front()) {
    case '+':
    case '~':
      return IsWordChar(first.front());
    case '_':
    case ',':
      return IsDigit(first.front());
    case '-': {
      // "-1.fc40", "-0ubuntu4.1", "-r0", "-lp152.2"; Slackware: "-noarch-1".
      const std::string_view word = first.substr(0, first.find_first_of("-._"));
      return std::any_of(word.begin(), word.end(), IsDigit) ||
             IsOneOf(kArchitectures, word);
    }
    default:
      return false;
  }
}

// Whether packages that Docker makes of the published sources have such a
// suffix: "~3-0~ubuntu-xenial", "-1~debian.12~bookworm", "-0.2.el7.centos".
bool IsDockerSuffix(std::string_view suffix) {
  if (suffix.empty() || suffix == "+incompatible") return true;
  // "~2.1" is left of "~2.1.rc1".
  if (absl::ConsumePrefix(&suffix, "~")) TakeNumbers(&suffix);
  if (!absl::ConsumePrefix(&suffix, "-") || !TakeNumbers(&suffix)) return false;
  for (std::string_view system : {"~debian", "~ubuntu", "~raspbian"}) {
    if (TakeWord(system, &suffix)) return true;
  }
  for (std::string_view system : {".el", ".fc", ".sles"}) {
    std::string_view rest = suffix;
    if (absl::ConsumePrefix(&rest, system) && TakeNumber(&rest).has_value()) {
      absl::ConsumePrefix(&rest, ".centos");
      absl::ConsumePrefix(&rest, ".rhel");
      return rest.empty();
    }
  }
  return false;
}

// What stands right behind the numbers, as if a "-" or "+" were between, "" if
// it may not stand there: "19.03.13ce", "29.0.0rc1", "25.0.8m1", "19.03.15nb1".
std::string Unglued(std::string_view text) {
  const std::string unglued = absl::StrCat("-", text);
  std::string_view behind_edition = unglued;
  if (!TakeEdition(&behind_edition).empty()) return unglued;
  std::string rest = unglued;
  if (TakeCandidate(&rest).has_value() &&
      !absl::StartsWith(rest, unglued.substr(0, 2))) {
    return unglued;
  }
  return HoldsMark(text.substr(0, 3), "nb#") ? absl::StrCat("+", text) : "";
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
      if (!found->other.empty()) {
        *problem = absl::StrCat("it has two versions, ", found->name->version,
                                " and ", found->other);
        return std::nullopt;
      }
      EngineName& name = *found->name;
      name.text = std::move(text_);
      return std::move(name);
    }
    if (has_commit_) *problem = "it is a commit that is no release";
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
    } else if (!IsOneOf(kPlainWords, word) && !IsOneOf(kArchitectures, word) &&
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
      has_commit_ = true;
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
  bool has_commit_ = false;
};

}  // namespace

std::optional<EngineName> ParseVersion(std::string_view version) {
  EngineName name;
  name.version = std::string(version);
  std::string_view left = version;
  do {
    const std::optional<uint32_t> number = TakeNumber(&left);
    if (!number.has_value()) return std::nullopt;
    name.numbers.push_back(*number);
  } while (name.numbers.size() < 3 && left.size() > 1 && left[0] == '.' &&
           IsDigit(left[1]) && absl::ConsumePrefix(&left, "."));
  std::string glued;
  if (!left.empty() && IsWordChar(left.front())) {
    glued = Unglued(left);
    if (glued.empty()) return std::nullopt;
    left = glued;
  }
  const std::string_view edition = TakeEdition(&left);
  name.suffix = std::string(left);
  name.candidate = TakeCandidate(&name.suffix);
  if (TakeVariants(&name.suffix)) name.part = kClient;
  if (!name.suffix.empty() &&
      (name.numbers.size() < 3 || !IsPackageSuffix(name.suffix))) {
    return std::nullopt;
  }
  // Docker itself has no "-ce" since 18.09.
  const bool is_docker_edition =
      edition.empty() ||
      (edition == "ce" && name.numbers < std::vector<uint32_t>{18, 9});
  if (!is_docker_edition || !IsDockerSuffix(name.suffix)) {
    name.packager = Packager::kOther;
  }
  return name;
}

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

int StageRank(std::string_view stage) {
  return static_cast<int>(
      std::find(std::begin(kStages), std::end(kStages), stage) -
      std::begin(kStages));
}

bool HoldsMark(std::string_view text, std::string_view mark) {
  const std::string_view part = mark.substr(0, mark.find('*'));
  for (size_t at = 0; at + part.size() <= text.size(); ++at) {
    const std::string_view found = text.substr(at, part.size());
    if (std::equal(found.begin(), found.end(), part.begin(),
                   [](char c, char m) {
                     return m == '%' || (m == '#' ? IsDigit(c) : c == m);
                   })) {
      return part.size() == mark.size() ||
             HoldsMark(text.substr(at + part.size()),
                       mark.substr(part.size() + 1));
    }
  }
  return false;
}

}  // namespace specgen
