#include "specgen/engine/engine_version.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace specgen {
namespace {

// Of a number, beyond which all are the same.
constexpr uint32_t kMaxNumber = 999'999'999;

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
      // Another release: "20.10.7-24.0.7".
      std::string_view rest = first;
      if (HoldsMark(first, "^##.") &&
          std::count(first.begin(), first.end(), '.') == 2 &&
          TakeNumbers(&rest) && rest.empty())
        return false;
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

}  // namespace

bool IsArchitecture(std::string_view word) {
  return IsOneOf(kArchitectures, word);
}

bool DropArchitecture(std::string_view* text) {
  for (std::string_view name : kArchitectures) {
    std::string_view rest = *text;
    if (absl::ConsumeSuffix(&rest, name) && rest.size() > 1 &&
        absl::StrContains(".-_:", rest.back())) {
      *text = rest.substr(0, rest.size() - 1);
      return true;
    }
  }
  return false;
}

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

int StageRank(std::string_view stage) {
  return static_cast<int>(
      std::find(std::begin(kStages), std::end(kStages), stage) -
      std::begin(kStages));
}

bool HoldsMark(std::string_view text, std::string_view mark) {
  const bool at_start = absl::ConsumePrefix(&mark, "^");
  const std::string_view part = mark.substr(0, mark.find('*'));
  for (size_t at = 0; at + part.size() <= text.size() && (at == 0 || !at_start);
       ++at) {
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
