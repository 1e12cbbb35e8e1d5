#include "specgen/engine/engine_name.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace specgen {
namespace {

// No name that means something is longer.
constexpr size_t kMaxBytes = 200;
// Of a number, beyond which all are the same.
constexpr uint32_t kMaxNumber = 999'999'999;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
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

// Takes "Docker version", with what stands around the version itself, off both
// ends. False: something else stands there.
bool TakeSentence(std::string_view* text) {
  constexpr std::string_view kVersion = "version";
  const size_t at = text->find(kVersion);
  if (at != std::string_view::npos) {
    const std::string_view before = text->substr(0, at);
    if (!std::all_of(before.begin(), before.end(), [](char c) {
          return c == ' ' || c == '\t' || IsWordChar(c);
        })) {
      return false;
    }
    text->remove_prefix(at + kVersion.size());
    text->remove_prefix(
        std::min(text->find_first_not_of(" \t:"), text->size()));
  }
  const size_t build = text->find(", build");
  if (build != std::string_view::npos) *text = text->substr(0, build);
  return true;
}

// Who makes packages of a name.
enum class Packager {
  kAnyone,
  kDocker,      // only Docker itself, of the published sources
  kEnterprise,  // only Docker, of others
};

// Takes the name of a package or an image off the front of `text`.
Packager TakePackage(std::string_view* text) {
  using enum Packager;
  constexpr std::pair<std::string_view, Packager> kPackages[] = {
      {"docker-ce-cli", kDocker},
      {"docker-ce", kDocker},
      {"docker-ee-cli", kEnterprise},
      {"docker-ee", kEnterprise},
      {"docker.io", kAnyone},
      {"docker-engine", kDocker},
      {"docker-latest", kAnyone},
      {"docker-stable", kAnyone},
      {"moby-engine", kAnyone},
      {"docker", kAnyone},
      {"moby", kAnyone}};
  for (const auto& [name, packager] : kPackages) {
    std::string_view rest = *text;
    if (!TakeWord(name, &rest)) continue;
    const size_t end = rest.find_first_not_of("-=_:/ ");
    if (end == 0 || end == std::string_view::npos) continue;
    const char next = rest[end];
    if (!IsDigit(next) && next != 'v') continue;
    text->remove_prefix(text->size() - rest.size() + end);
    return packager;
  }
  return Packager::kAnyone;
}

// Takes the epoch of a package off the front of `text`. Docker's own packages
// have 5 (Debian's form) and 3 (Fedora's), and no distribution's.
bool TakeEpoch(std::string_view* text) {
  std::string_view rest = *text;
  const std::optional<uint32_t> epoch = TakeNumber(&rest);
  if (!epoch.has_value() || !absl::ConsumePrefix(&rest, ":")) return false;
  *text = rest;
  return *epoch == 3 || *epoch == 5;
}

// Takes "-ce" and its like off the front; "-ee-16" and "-cs13", too.
void TakeEdition(std::string_view* text) {
  if (text->empty() || !absl::StrContains("-~._", text->front())) return;
  std::string_view rest = text->substr(1);
  const bool is_enterprise = absl::ConsumePrefix(&rest, "ee");
  if (!is_enterprise && !absl::ConsumePrefix(&rest, "ce") &&
      !absl::ConsumePrefix(&rest, "cs")) {
    return;
  }
  if (is_enterprise && rest.size() > 1 && IsDigit(rest[1]) &&
      absl::StrContains("-.~", rest[0])) {
    rest.remove_prefix(1);
  }
  TakeNumber(&rest);
  if (!rest.empty() && IsWordChar(rest.front())) return;
  *text = rest;
}

// Takes "-rc.1" and its like, wherever it stands, out of `*suffix`: packages
// of the Fedora kind once were called "17.03.0.ce-0.1.rc1".
std::optional<Candidate> TakeCandidate(std::string* suffix) {
  for (size_t at = 0; at < suffix->size(); ++at) {
    if (IsWordChar((*suffix)[at])) continue;
    std::string_view rest = std::string_view(*suffix).substr(at + 1);
    for (std::string_view stage : {"alpha", "beta", "dev", "rc", "tp"}) {
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

// Whether `suffix` is what a package's version has behind that of Docker.
bool IsPackageSuffix(std::string_view suffix) {
  const bool is_plain = std::all_of(suffix.begin(), suffix.end(), [](char c) {
    return IsWordChar(c) || absl::StrContains(".+~:_-", c);
  });
  if (suffix.size() < 2 || !is_plain) return false;
  const std::string_view first = suffix.substr(1);
  switch (suffix.front()) {
    case '+':
    case '~':
      return IsWordChar(first.front());
    case '-':
      return IsDigit(first.front()) || HoldsMark(first.substr(0, 2), "r#");
    default:
      return false;
  }
}

}  // namespace

std::optional<EngineName> ParseEngineName(std::string_view text) {
  if (text.size() > kMaxBytes) return std::nullopt;
  const std::string lower =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  std::string_view left = lower;
  for (std::string_view quote : {"\"", "'"}) {
    if (left.size() > 1 && absl::StartsWith(left, quote) &&
        absl::EndsWith(left, quote)) {
      left = left.substr(1, left.size() - 2);
    }
  }
  if (!TakeSentence(&left)) return std::nullopt;
  EngineName name;
  name.text = lower;
  const Packager packager = TakePackage(&left);
  const bool has_epoch = TakeEpoch(&left);
  name.is_docker_package = packager == Packager::kDocker ||
                           (has_epoch && packager != Packager::kEnterprise);
  absl::ConsumePrefix(&left, "v");

  name.version = std::string(left);
  // Alpine has a package docker-engine, too.
  if (HoldsMark(name.version, "-r#")) name.is_docker_package = false;
  do {
    const std::optional<uint32_t> number = TakeNumber(&left);
    if (!number.has_value()) return std::nullopt;
    name.numbers.push_back(*number);
  } while (name.numbers.size() < 3 && left.size() > 1 && left[0] == '.' &&
           IsDigit(left[1]) && absl::ConsumePrefix(&left, "."));
  if (!left.empty() && IsWordChar(left.front())) return std::nullopt;
  TakeEdition(&left);
  TakeWord("-dind", &left);  // tags of images
  TakeWord("-rootless", &left);
  name.suffix = std::string(left);
  name.candidate = TakeCandidate(&name.suffix);
  if (name.suffix.empty()) return name;
  if (name.numbers.size() < 3 || !IsPackageSuffix(name.suffix)) {
    return std::nullopt;
  }
  return name;
}

bool HoldsMark(std::string_view text, std::string_view mark) {
  for (size_t at = 0; at + mark.size() <= text.size(); ++at) {
    const std::string_view part = text.substr(at, mark.size());
    if (std::equal(part.begin(), part.end(), mark.begin(), [](char c, char m) {
          return m == '#' ? IsDigit(c) : c == m;
        })) {
      return true;
    }
  }
  return false;
}

}  // namespace specgen
