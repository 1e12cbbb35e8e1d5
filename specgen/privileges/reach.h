// How far a grant reaches, and whether what was granted before reaches as far.
#ifndef SPECGEN_PRIVILEGES_REACH_H_
#define SPECGEN_PRIVILEGES_REACH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "specgen/known/capabilities.h"

namespace specgen {

// What a mount lets be done with the files that it shows. More bits are more.
using Powers = uint32_t;

inline constexpr Powers kRead = 1 << 0;
inline constexpr Powers kWrite = 1 << 1;
inline constexpr Powers kSetUserId = 1 << 2;  // not nosuid
inline constexpr Powers kOpenDevices = 1 << 3;
inline constexpr Powers kRunPrograms = 1 << 4;
inline constexpr Powers kFollowLinks = 1 << 5;
// What is mounted below, too; and of the bits above those that count there.
inline constexpr Powers kBelow = 1 << 6;
inline constexpr int kBelowShift = 8;
// The runtime decides whether it sees what is mounted there later: runc lets
// it. With kReceives it does; with kShares the host sees the plugin's, too.
inline constexpr Powers kMayReceive = 1 << 16;
inline constexpr Powers kReceives = 1 << 17;
inline constexpr Powers kShares = 1 << 18;
inline constexpr Powers kPropagation = kMayReceive | kReceives | kShares;
// These, too, in what is mounted below.
inline constexpr int kPropagationBelowShift = 3;

// What options protect.
inline constexpr Powers kProtected =
    kWrite | kSetUserId | kOpenDevices | kRunPrograms | kFollowLinks;

// By a mount's options, as runtimes take them: the last one wins.
Powers PowersOf(absl::Span<const std::string_view> options);

// Whether the option is one that takes something away: "ro", "rnosuid".
bool Protects(std::string_view option);

// "what is mounted below it, writing": what the bits mean.
std::string NamesOf(Powers powers);

struct Reach {
  // What it is of. Kinds have nothing to do with each other.
  std::string kind;
  // Absolute and clean: what lies below is reached, too. "" where only the
  // kind counts.
  std::string path = {};
  Powers powers = 0;
};

// A set of paths, with a number at each. What it is made of must outlive it.
class PathTree {
 public:
  static constexpr size_t kRoot = 0;
  static constexpr size_t kNone = SIZE_MAX;

  // The place of one element below another; kNone if there is none.
  size_t Find(size_t above, std::string_view element) const;
  size_t Make(size_t above, std::string_view element);
  // Makes all elements of a path.
  size_t MakePath(size_t above, std::string_view path);

 private:
  std::map<std::pair<size_t, std::string_view>, size_t> places_;
};

// Grants that there were before. What it is made of must outlive it.
class Reaches {
 public:
  void Add(GrantLevel level, const Reach& reach);

  // Whether one of them reaches as far, and was as grave. If not, and one of
  // the same path reached less far, `*more` says what it lacked.
  bool Hold(GrantLevel level, const Reach& reach, std::string* more);

 private:
  struct Known {
    GrantLevel level;
    const Reach* reach;
  };

  // What is the same needs no comparison.
  std::set<std::tuple<GrantLevel, std::string, std::string, Powers>> same_;
  PathTree tree_;
  std::map<size_t, std::vector<Known>> known_;  // by place
  size_t looked_at_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_REACH_H_
