// What people call an engine: the version in what they copy from a daemon, a
// package manager, a tag or an image.
#ifndef SPECGEN_ENGINE_ENGINE_NAME_H_
#define SPECGEN_ENGINE_ENGINE_NAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  // All that was read, in lower case: what tells whose build it is.
  std::string text;
  Packager packager = Packager::kAnyone;
  // Which part of Docker beside the engine has that version: "the client"; ""
  // is the engine.
  std::string_view part;
};

// Finds the version of Docker in what people copy: a version or a line
// ("28.5.2", "28.5", "28.x"), with a candidate as Docker ("-rc.1", "-ce-rc1")
// or packages
// ("~rc.1", "_rc1") write it, alone, or in a tag, an address, the name of a
// package, image or file, a line that a package manager prints, a log, a header
// or all that `docker version` says. Of the engine's and its client's the
// former counts. Behind it may stand what editions ("-ce", "-ee-16", "-cs13")
// and packages ("-1~debian.12~bookworm", "+dfsg4-5", "-r0") have there.
//
// Nothing: it has none, or that of something else ("docker-compose 1.29.2"), or
// two. `*problem` becomes why, if that is not plain.
std::optional<EngineName> ParseEngineName(std::string_view text,
                                          std::string* problem);

// The same of a version alone, in lower case.
std::optional<EngineName> ParseVersion(std::string_view version);

// Whether that name of a release in the table is a candidate's or beta's.
inline bool NamesCandidate(std::string_view name) {
  return name.find('-') != std::string_view::npos;
}

// How near to a release a stage is: rc is the nearest.
int StageRank(std::string_view stage);

// Whether `text` holds `mark`, in which "#" stands for a digit, "%" for any
// character and "*" for any number of them.
bool HoldsMark(std::string_view text, std::string_view mark);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_NAME_H_
