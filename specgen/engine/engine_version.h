// A version of Docker, as its releases, packages and images have it.
#ifndef SPECGEN_ENGINE_ENGINE_VERSION_H_
#define SPECGEN_ENGINE_ENGINE_VERSION_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"

namespace specgen {

// "rc.2" of 29.0.0-rc.2.
struct Candidate {
  std::string stage;  // "dev", "tp", "alpha", "beta" or "rc"
  uint32_t number = 0;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// Whose build a name means, as far as its form says that.
enum class Packager : uint8_t {
  kAnyone,
  kDocker,  // a package that only Docker itself makes, of the published sources
  kOther,   // one that Docker does not make, or makes of other sources
};

struct EngineName {
  // One to three: 28, 28.5 or 28.5.2.
  std::vector<uint32_t> numbers;
  std::optional<Candidate> candidate;
  // All from the numbers on, in lower case, without the ending of a file:
  // "20.10.24+dfsg1-1+deb12u1".
  std::string version;
  // What stands in it behind numbers and candidate, without "-ce":
  // "+dfsg1-1+deb12u1".
  std::string suffix;
  // What tells whose build it is, in lower case: the epoch of a package, what
  // `docker version` calls its build, and the words around it.
  std::optional<uint32_t> epoch;
  std::string build;
  std::string words;
  Packager packager = Packager::kAnyone;
  // Which part of Docker beside the engine has that version: "the client"; ""
  // is the engine.
  std::string_view part;
};

// The part that most have besides the engine.
inline constexpr std::string_view kClient = "the client";

// Reads a version alone, in lower case: "28.5", "29.5.0~rc1-1~debian.12".
// Behind the numbers may stand what editions ("-ce", "-ee-16"), packages
// ("+dfsg4-5", "-r0") and images ("-dind") have there. Nothing: it is none.
std::optional<EngineName> ParseVersion(std::string_view version);

// Whether that name of a release in the table is a candidate's or beta's.
inline bool NamesCandidate(std::string_view name) {
  return name.find('-') != std::string_view::npos;
}

// How near to a release a stage is: rc is the nearest.
int StageRank(std::string_view stage);

// Whether `text` holds `mark`, in which "#" stands for a digit, "%" for any
// character and "*" for any number of them; "^" in front is the start.
bool HoldsMark(std::string_view text, std::string_view mark);

inline bool IsOneOf(absl::Span<const std::string_view> words,
                    std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
inline bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}
inline bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

// Takes digits off the front of `text`; nothing if there are none.
std::optional<uint32_t> TakeNumber(std::string_view* text);

// Whether packages call an architecture so, or have that in its place: "all".
bool IsArchitecture(std::string_view word);
// Takes one off the end of `text`, and what parts it from the rest.
bool DropArchitecture(std::string_view* text);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_VERSION_H_
