// A file of host facts, any bytes; and what is planned on such a host.
//
// Must never: crash, hang, take more memory than the file gives reason for,
// answer a lookup as no Linux could, or fail without naming the place.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/watched_host.h"
#include "specgen/base/arena.h"
#include "specgen/host/eval_symlinks.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/plan.h"
#include "specgen/host/planned_tree.h"

namespace specgen::fuzz {
namespace {

bool Same(const FileFacts& a, const FileFacts& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid &&
         a.major == b.major && a.minor == b.minor;
}

// Facts about one path that must agree with each other.
void CheckPath(const FileTree& files, const std::string& path) {
  const auto details = [&] { return path; };
  FileFacts lstat, stat;
  const int lstat_error = files.Lstat(path, &lstat);
  const int stat_error = files.Stat(path, &stat);
  std::string target;
  std::vector<std::string> names;
  const int link_error = files.ReadLink(path, &target);
  const int list_error = files.ListDirectory(path, &names);
  uint64_t flags = 0;
  const int flags_error = files.MountFlags(path, &flags);
  if (lstat_error != 0) {
    Require(stat_error == lstat_error && link_error == lstat_error &&
                list_error == lstat_error && flags_error == lstat_error,
            "all lookups of a missing file fail alike", details);
  } else {
    Require((link_error == 0) == S_ISLNK(lstat.mode),
            "links are what can be read as such", details);
    Require(S_ISLNK(lstat.mode) || (stat_error == 0 && Same(lstat, stat)),
            "what is no link is found the same either way", details);
    Require((list_error == 0) == (stat_error == 0 && S_ISDIR(stat.mode)),
            "directories are what can be listed", details);
    Require(flags_error == stat_error, "what is there is in some mount",
            details);
  }
  if (stat_error == 0) {
    Require(!S_ISLNK(stat.mode), "stat never stops at a link", details);
  }
  if (!path.empty() && path.size() < 4095) {
    const int expected =
        stat_error == 0 && !S_ISDIR(stat.mode) ? ENOTDIR : stat_error;
    FileFacts with_slash;
    for (const int error : {files.Lstat(path + "/", &with_slash),
                            files.Stat(path + "/", &with_slash)}) {
      Require(error == expected && (error != 0 || Same(with_slash, stat)),
              "with a slash behind it, a path names the directory or nothing",
              details);
    }
  }
  Require(std::is_sorted(names.begin(), names.end()) &&
              std::adjacent_find(names.begin(), names.end()) == names.end(),
          "names are sorted, none twice", details);
  if (path.empty()) return;
  std::string resolved;
  if (EvalSymlinks(files, path, &resolved)) {
    FileFacts facts;
    Require(files.Lstat(resolved, &facts) != 0 || !S_ISLNK(facts.mode),
            "a resolved path is no link",
            [&] { return absl::StrCat(path, " -> ", resolved); });
    Require(stat_error != 0 || path.size() > 3000 || Same(facts, stat),
            "a resolved path is the same file",
            [&] { return absl::StrCat(path, " -> ", resolved); });
  }
}

// A snapshot answers at once what others are asked one by one.
void CheckPlace(const FileTree& files, const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) return;
  const PlaceFacts at_once = files.LookUpPlace(path, slash);
  const PlaceFacts one_by_one = files.FileTree::LookUpPlace(path, slash);
  Require(at_once.error == one_by_one.error &&
              Same(at_once.facts, one_by_one.facts) &&
              at_once.directory_error == one_by_one.directory_error &&
              Same(at_once.directory, one_by_one.directory) &&
              at_once.directory_mount_flags == one_by_one.directory_mount_flags,
          "a place is what its parts are", [&] { return path; });
}

// Every file of the host, up to some number.
void Walk(const FileTree& files) {
  std::vector<std::string> pending = {"/"};
  size_t seen = 0;
  while (!pending.empty() && ++seen < 64) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    CheckPath(files, path);
    FileFacts facts;
    Require(files.Lstat(path, &facts) == 0, "what a directory lists is there",
            [&] { return path; });
    if (!S_ISDIR(facts.mode)) continue;
    std::vector<std::string> names;
    files.ListDirectory(path, &names);
    for (std::string& name : names) pending.push_back(JoinPath({path, name}));
  }
}

// Plans a directory as an engine would make it, and looks again.
void Plan(const Host& host, const std::string& path) {
  const WatchedHost watched(host);
  Arena arena;
  std::vector<PlannedFolder> plan;
  PlannedTree tree(watched.files, &arena, &plan);
  const Verdict verdict = tree.MkdirAll(path, 0700);
  Require(watched.file_calls() <= 256 + 16 * path.size(),
          "planning directories asks linearly often", [&] {
            return absl::StrCat(watched.file_calls(), " questions for ", path);
          });
  FileFacts facts;
  const size_t planned = plan.size();
  if (verdict.ok()) {
    Require(tree.Stat(path, &facts) == 0 && S_ISDIR(facts.mode),
            "a directory that was made is there", [&] { return path; });
    Require(tree.MkdirAll(path, 0700).ok() && plan.size() == planned,
            "making a directory again makes nothing", [&] { return path; });
    std::string absolute;
    if (!path.starts_with('/') && tree.WorkingDirectory(&absolute) == 0 &&
        absolute.size() + path.size() < 4000) {
      absolute += "/" + path;
      Require(tree.Stat(absolute, &facts) == 0 && S_ISDIR(facts.mode),
              "a directory that was made is there by its absolute path",
              [&] { return absolute; });
    }
  }
  for (const PlannedFolder& directory : plan) {
    Require(IsCleanPath(directory.path), "planned paths are clean",
            [&] { return absl::StrCat(path, ": ", directory.path); });
  }
  if (!path.empty()) CheckPath(tree, path);
  for (const PlannedFolder& directory : plan) {
    if (planned <= 8) CheckPath(tree, std::string(directory.path));
  }
  // Where something is planned already, and be it what is there, the short way
  // is not taken.
  std::vector<PlannedFolder> long_plan = {{"/", 0700}};
  PlannedTree long_way(host.files, &arena, &long_plan);
  const Verdict long_verdict = long_way.MkdirAll(path, 0700);
  Require(long_verdict.message() == verdict.message() &&
              std::equal(plan.begin(), plan.end(), long_plan.begin() + 1,
                         long_plan.end(),
                         [](const PlannedFolder& a, const PlannedFolder& b) {
                           return a.path == b.path && a.mode == b.mode;
                         }),
          "the short way plans what the long way plans", [&] { return path; });
}

}  // namespace

// The first line holds paths to look up and to plan, separated by spaces; the
// file follows.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = ToView(data, size);
  std::string_view line = TakeLine(&text);
  const size_t before = HeapBytes();
  const auto host = specgen::HostSnapshot::Parse(text, "host.json");
  const size_t heap = HeapBytes() - before;
  // 512 a byte: "/a" may be a directory, which is an entry of three tables that
  // grow by doubling; one of them Abseil builds anew at random under ASan.
  Require(heap <= (64 << 10) + 512 * size, "memory is linear",
          [&] { return absl::StrCat(heap, " bytes for a file of ", size); });
  if (!host.ok()) {
    CheckPlacedError(host.status().message(), "host.json", text);
    return 0;
  }
  const std::vector<uint32_t>& possible = (*host)->facts.possible_cpus();
  Require(std::adjacent_find(possible.begin(), possible.end(),
                             std::greater_equal<uint32_t>()) == possible.end(),
          "CPUs are sorted, none twice", [&] { return std::string(text); });
  Walk((*host)->files);
  for (int i = 0; i < 4 && !line.empty(); ++i) {
    const std::string path(line.substr(0, line.find(' ')));
    line.remove_prefix(std::min(path.size() + 1, line.size()));
    CheckPath((*host)->files, path);
    CheckPlace((*host)->files, path);
    Plan(**host, path);
  }
  return 0;
}

}  // namespace specgen::fuzz
