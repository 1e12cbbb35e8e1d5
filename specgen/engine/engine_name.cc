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

// No name that means something is longer.
constexpr size_t kMaxBytes = 400;
// Of a number, beyond which all are the same.
constexpr uint32_t kMaxNumber = 999'999'999;

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

constexpr std::pair<std::string_view, Packager> kPackages[] = {
    {"docker-ce-rootless-extras", Packager::kDocker},
    {"docker-ce-cli", Packager::kDocker},
    {"docker-ce", Packager::kDocker},
    {"docker-ee-cli", Packager::kOther},
    {"docker-ee", Packager::kOther},
    {"docker.io", Packager::kAnyone},
    {"docker-engine", Packager::kDocker},
    {"docker-rootless-extras", Packager::kAnyone},
    {"docker-cli", Packager::kAnyone},
    {"docker-client", Packager::kAnyone},
    {"docker-common", Packager::kAnyone},
    {"docker-latest", Packager::kOther},
    {"docker-stable", Packager::kOther},
    {"docker-moby", Packager::kOther},
    {"moby-engine", Packager::kOther},
    {"moby-cli", Packager::kOther},
    {"dockerd", Packager::kAnyone},
    {"docker", Packager::kAnyone},
    {"moby", Packager::kAnyone}};

// What may stand before a version in a sentence, a label or a list.
constexpr std::string_view kWordsBefore[] = {"engine",
                                             "community",
                                             "enterprise",
                                             "edition",
                                             "ce",
                                             "ee",
                                             "server",
                                             "client",
                                             "version",
                                             "serverversion",
                                             "server_version",
                                             "release",
                                             "docker_version",
                                             "tag",
                                             "installed",
                                             "candidate",
                                             "***",
                                             "package",
                                             "i",
                                             "i+",
                                             "ii",
                                             "hi",
                                             "mirantis",
                                             "container",
                                             "runtime",
                                             "env",
                                             "export",
                                             "-",
                                             "docker_ce_version"};

// What may stand behind it in a list of packages, besides what IsColumn knows.
constexpr std::string_view kWordsBehind[] = {
    "packages", "installed", "stable", "extra",       "community", "updates",
    "main",     "out",       "-",      "description", "update",    "repository",
    "oss",      "fedora",    "epel",   "amazonlinux"};

// The parts of addresses and paths that say nothing of what a version is of.
constexpr std::string_view kPathWords[] = {
    "",        "http",      "https",         "github.com", "releases",
    "tag",     "tree",      "refs",          "tags",       "heads",
    "archive", "commits",   "docker",        "moby",       "cli",
    "engine",  "docker-ce", "docker-client", "download"};

// Takes the ending of a file, with an architecture before it, off the end.
void DropFileEnding(std::string_view* text) {
  constexpr std::string_view kEndings[] = {
      ".gz",  ".xz",  ".zst", ".bz2",  ".tar",    ".tgz",     ".txz",
      ".zip", ".deb", ".dsc", ".rpm",  ".apk",    ".ipk",     ".xbps",
      ".pkg", ".asc", ".sig", ".orig", ".debian", ".changes", "^{}"};
  for (bool again = true; again;) {
    again = false;
    for (std::string_view ending : kEndings) {
      again |= absl::ConsumeSuffix(text, ending);
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

// Takes the name of a package or an image off the front of `text`, and what is
// between it and a version. False, and nothing is taken: neither a version nor
// nothing is behind it.
bool TakePackage(std::string_view* text, Packager* packager) {
  for (const auto& [name, of] : kPackages) {
    std::string_view rest = *text;
    if (!TakeWord(name, &rest)) continue;
    rest.remove_prefix(std::min(rest.find_first_not_of("-_:/@"), rest.size()));
    const bool before_version =
        !rest.empty() && (IsDigit(rest.front()) || rest.front() == 'v');
    if (!rest.empty() && !before_version) continue;
    *text = rest;
    *packager = of;
    return true;
  }
  return false;
}

// Takes the epoch of a package off the front of `text`. Docker's own packages
// have 5 (Debian's form) and 3 (Fedora's), and no distribution's.
bool TakeEpoch(std::string_view* text) {
  std::string_view rest = *text;
  const std::optional<uint32_t> epoch = TakeNumber(&rest);
  if (!epoch.has_value() || !absl::ConsumePrefix(&rest, ":") || rest.empty()) {
    return false;
  }
  *text = rest;
  return *epoch == 3 || *epoch == 5;
}

// Takes "-ce" and its like off the front, and returns it without the "-".
// "-ee-16" and "-cs13", too, and what others add: Oracle, Rancher, Mirantis.
std::string_view TakeEdition(std::string_view* text) {
  if (text->empty() || !absl::StrContains("-~._", text->front())) return "";
  for (std::string_view edition : {"ee", "ce", "cs", "ol", "rd", "m"}) {
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

// Takes what tags of images have behind the version: "-dind-alpine3.22".
void TakeVariants(std::string* suffix) {
  std::string_view rest = *suffix;
  for (bool again = true; again;) {
    again = false;
    for (std::string_view word :
         {"-dind", "-rootless", "-cli", "-git", "-experimental"}) {
      again |= TakeWord(word, &rest);
    }
    if (absl::ConsumePrefix(&rest, "-alpine") ||
        absl::ConsumePrefix(&rest, "-windowsservercore") ||
        absl::ConsumePrefix(&rest, "-nanoserver")) {
      rest.remove_prefix(std::min(rest.find('-'), rest.size()));
      again = true;
    }
  }
  *suffix = std::string(rest);
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
    case '-':
      if (IsDigit(first.front())) return true;
      for (std::string_view mark : {"r#", "alt#", "ubuntu#", "debian#"}) {
        if (HoldsMark(first.substr(0, mark.size()), mark)) return true;
      }
      // Slackware: "-x86_64-1_sbo".
      return IsOneOf(kArchitectures, first.substr(0, first.find('-')));
    default:
      return false;
  }
}

// Whether packages that Docker makes of the published sources have such a
// suffix: "~3-0~ubuntu-xenial", "-1~debian.12~bookworm", "-0.2.el7.centos".
bool IsDockerSuffix(std::string_view suffix) {
  if (suffix.empty() || suffix == "+incompatible") return true;
  if (absl::ConsumePrefix(&suffix, "~")) TakeNumber(&suffix);
  if (!absl::ConsumePrefix(&suffix, "-") || !TakeNumber(&suffix)) return false;
  for (std::string_view rest = suffix;
       absl::ConsumePrefix(&rest, ".") && TakeNumber(&rest).has_value();) {
    suffix = rest;
  }
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

// Whether a list of packages may have that behind a version.
bool IsColumn(std::string_view word) {
  return IsOneOf(kArchitectures, word) || IsOneOf(kWordsBehind, word) ||
         absl::StrContains(word, '/') || absl::StrContains("[({@<", word[0]) ||
         absl::StrContains("])}", word.back()) ||
         absl::StartsWith(word, "docker-ce-") ||
         absl::StartsWith(word, "canonical") ||
         std::all_of(word.begin(), word.end(), IsDigit);
}

// Whether a version may stand in `word`, beyond the one that was found.
bool MayHoldVersion(std::string_view word) { return HoldsMark(word, "#.#*.#"); }

// Leaves of a path or an address the last part, if that is a package's or all
// others only say that it is Docker's; of "docker-ce/bookworm,now" the package.
// False: it is of something else.
bool TakePath(std::string_view* text) {
  *text = text->substr(0, text->find("@sha256:"));
  const size_t slash = text->find_last_of("/@");
  if (slash == std::string_view::npos) return true;
  const std::string_view path = text->substr(0, slash);
  std::string_view last = text->substr(slash + 1);
  Packager packager;
  constexpr size_t kStoreHash = 32;  // of Nix and Guix
  if (absl::StrContains(path, "/store") && last.size() > kStoreHash) {
    last.remove_prefix(kStoreHash + 1);
  }
  std::string_view rest = last;
  if (TakePackage(&rest, &packager) ||
      (TakeEpoch(&rest), TakePackage(&rest, &packager))) {
    *text = last;
    return true;
  }
  const std::string_view first = path.substr(0, path.find('/'));
  rest = first;
  if (first != "docker" && first != "moby" && TakePackage(&rest, &packager) &&
      rest.empty() && !last.empty() && absl::ascii_isalpha(last[0])) {
    *text = first;
    return true;
  }
  for (std::string_view part : absl::StrSplit(path, absl::ByAnyChar("/:@"))) {
    if (!IsOneOf(kPathWords, part)) return false;
  }
  *text = last;
  return true;
}

// Finds the one word of a line that is or holds a version; what is around the
// version in that word is taken off. False: there is none, or there is more in
// the line than is understood.
bool TakeLine(std::string_view line, std::string_view* version,
              Packager* packager) {
  const std::vector<std::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t|=\"'"), absl::SkipEmpty());
  const bool is_dpkg = words.size() > 2 && words[0] == "ii";
  bool has_package = false;
  size_t i = 0;
  for (;; ++i) {
    if (i == words.size()) return false;
    std::string_view word = words[i];
    while (word.size() > 1 && absl::StrContains(":,", word.back())) {
      word.remove_suffix(1);
    }
    // A commit before a tag (git ls-remote).
    constexpr size_t kCommit = 40;
    if (i == 0 && word.size() == kCommit && IsHex(word)) continue;
    const size_t colon = std::min(word.find(':'), word.size());
    if (IsOneOf(kWordsBefore, word.substr(0, colon))) {
      has_package |= word == "***";  // the installed one (apt-cache policy)
      word.remove_prefix(std::min(colon + 1, word.size()));
    }
    if (word.empty() || word == ":") continue;
    const bool is_path = absl::StrContains(word, '/');
    if (!TakePath(&word)) return false;
    has_package |= is_path;
    if (is_path && IsOneOf(kPathWords, word))
      continue;  // github.com/docker/cli
    DropFileEnding(&word);
    bool has_epoch = TakeEpoch(&word);  // "3:docker-ce-28.5.2-1.el9"
    if (TakePackage(&word, packager)) {
      has_package = true;
      if (word.empty()) continue;
    }
    has_epoch |= TakeEpoch(&word);
    has_package |= has_epoch;
    if (has_epoch && *packager == Packager::kAnyone) {
      *packager = Packager::kDocker;
    }
    absl::ConsumePrefix(&word, "v");
    // The slot and the repository of Gentoo's.
    word = word.substr(0, word.find(':'));
    *version = word;
    break;
  }
  for (++i; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == ",") continue;
    if (word == "build" && i + 1 < words.size()) {
      ++i;
      continue;
    }
    if (!has_package || MayHoldVersion(word)) return false;
    if (!is_dpkg && !IsColumn(word)) return false;
  }
  return true;
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
  TakeVariants(&name.suffix);
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

std::optional<EngineName> ParseEngineName(std::string_view text) {
  if (text.size() > kMaxBytes) return std::nullopt;
  std::string line = absl::StrReplaceAll(
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(text)),
      {{"%3a", ":"}, {"%2b", "+"}, {"%7e", "~"}});
  std::string_view version;
  Packager packager = Packager::kAnyone;
  if (!TakeLine(line, &version, &packager)) return std::nullopt;
  DropWildcard(&version);
  std::optional<EngineName> name = ParseVersion(version);
  if (!name.has_value()) return std::nullopt;
  // Docker calls no package so since 17.03.
  if (name->numbers[0] >= 17 && absl::StrContains(line, "docker-engine")) {
    packager = Packager::kOther;
  }
  if (name->packager == Packager::kAnyone) name->packager = packager;
  name->text = std::move(line);
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

bool IsDebianRevision(std::string_view text) {
  if (absl::ConsumePrefix(&text, "-")) {
    do {
      if (!TakeNumber(&text).has_value()) return false;
    } while (absl::ConsumePrefix(&text, "."));
  }
  if (absl::ConsumePrefix(&text, "+deb") &&
      !(TakeNumber(&text).has_value() && absl::ConsumePrefix(&text, "u") &&
        TakeNumber(&text).has_value())) {
    return false;
  }
  return text.empty() || (absl::ConsumePrefix(&text, "+b") &&
                          TakeNumber(&text).has_value() && text.empty());
}

}  // namespace specgen
