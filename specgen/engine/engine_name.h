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
  // The whole name, in lower case: what tells whose build it is.
  std::string text;
  Packager packager = Packager::kAnyone;
};

// Understands, in any case and with white space or quotes around:
// - versions and lines, "28.5.2", "28.5", "28", "28.x", with candidates as
//   Docker ("-rc.1", "-ce-rc1") and packages ("~rc.1", "_rc1") write them;
// - what stands around them: "v", "docker-v", "-ce", "Docker version ...,
//   build ...", a label ("Server Version:"), the name of a package or image, an
//   epoch ("5:");
// - "-ee-16", "-cs13": Docker's Enterprise and Commercially Supported engines;
// - behind a whole version, that of a package: "-1~debian.12~bookworm",
//   "+dfsg4-5", "-0ubuntu4.1", "-1.fc40", "-r0", "_1";
// - the lines in which package managers list a package, its file, its address:
//   "docker-ce.x86_64 3:28.5.2-1.el9 @docker-ce-stable", "refs/tags/v28.5.2".
// Nothing: it is no version, or that of something else.
std::optional<EngineName> ParseEngineName(std::string_view text);

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

// Whether that stands behind a version in packages of Debian's own: "-9+b5",
// "-1+deb12u1", also of a file; "-8ubuntu1" and "+rpi1" are others' builds.
bool IsDebianRevision(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_NAME_H_
