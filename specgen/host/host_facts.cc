#include "specgen/host/host_facts.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/printable.h"
#include "specgen/base/utf8.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/mount_table.h"
#include "specgen/host/path_walk.h"
#include "specgen/host/snapshot_format.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

struct Entry {
  FileFacts facts;
  std::string target;  // of a symbolic link
};

// Collects entries by their real paths.
class Collector {
 public:
  Collector(const Host& host, const HostFactsRequest& request)
      : host_(host), request_(request) {}

  // Collects `path`, all that a lookup of it passes through, and, if `tree`,
  // all that lies below.
  absl::Status Add(std::string_view path, bool tree) {
    if (!path.starts_with('/')) {
      return absl::InvalidArgumentError(absl::StrCat(
          Printable(path), ": not an absolute path: start it with a slash"));
    }
    Cursor cursor(*this);
    const int error = WalkPath(path, /*follow_last=*/true, &cursor);
    if (cursor.left_out()) return absl::OkStatus();
    if (error != 0) {
      Warn(path, error);
      return absl::OkStatus();
    }
    if (tree && S_ISDIR(cursor.mode())) AddBelow(cursor.path());
    return TooMany();
  }

  absl::Status TooMany() const {
    if (!full_) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", request_.max_files,
                     " files: include fewer or smaller folders"));
  }

  const std::map<std::string, Entry>& entries() const { return entries_; }
  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }

 private:
  // Walks over the host and writes down what it passes; see WalkPath.
  class Cursor {
   public:
    explicit Cursor(Collector& collector) : collector_(collector) {
      Rewind(/*absolute=*/true);
    }

    int Rewind(bool absolute) {
      if (!absolute) return ENOENT;  // never asked for
      path_ = "/";
      const Entry* entry = nullptr;
      const int error = collector_.Find(path_, &entry);
      if (error == 0) mode_ = entry->facts.mode;
      return error;
    }
    void GoUp() {
      path_.resize(std::max<size_t>(path_.rfind('/'), 1));
      mode_ = S_IFDIR;
    }
    int GoDown(std::string_view name) {
      if (path_ == "/proc" && came_by_link_) {
        left_out_ = true;
        return ENOENT;
      }
      if (path_.back() != '/') path_ += '/';
      path_ += name;
      const Entry* entry = nullptr;
      const int error = collector_.Find(path_, &entry);
      if (error != 0) return error;
      mode_ = entry->facts.mode;
      target_ = entry->target;
      return 0;
    }
    uint32_t mode() const { return mode_; }
    int ReadLink(std::string* target) {
      came_by_link_ = true;
      *target = target_;
      return 0;
    }

    const std::string& path() const { return path_; }
    // Whether the way led into /proc, and nothing is to be said of it.
    bool left_out() const { return left_out_; }

   private:
    Collector& collector_;
    std::string path_;
    std::string_view target_;
    uint32_t mode_ = S_IFDIR;
    bool came_by_link_ = false;
    bool left_out_ = false;
  };

  // Finds an entry by its real path, or asks for it and keeps it.
  int Find(const std::string& path, const Entry** found) {
    if (const auto it = entries_.find(path); it != entries_.end()) {
      *found = &it->second;
      return 0;
    }
    if (entries_.size() >= request_.max_files) {
      full_ = true;
      return ENOSPC;
    }
    Entry entry;
    int error = host_.files.Lstat(path, &entry.facts);
    if (error == 0 && S_ISLNK(entry.facts.mode)) {
      error = host_.files.ReadLink(path, &entry.target);
    }
    if (error != 0) return error;
    *found = &entries_.emplace(path, std::move(entry)).first->second;
    return 0;
  }

  void AddBelow(const std::string& top) {
    std::vector<std::string> directories = {top};
    while (!directories.empty() && !full_) {
      const std::string directory = std::move(directories.back());
      directories.pop_back();
      std::vector<std::string> names;
      if (const int error = host_.files.ListDirectory(directory, &names);
          error != 0) {
        Warn(directory, error);
        continue;
      }
      for (const std::string& name : names) {
        const std::string path =
            absl::StrCat(directory, directory == "/" ? "" : "/", name);
        const Entry* entry = nullptr;
        if (const int error = Find(path, &entry); error != 0) {
          if (full_) return;
          Warn(path, error);
        } else if (S_ISDIR(entry->facts.mode)) {
          if (path == "/proc" || path == "/sys") {
            warnings_.push_back(absl::StrCat(
                path, ": what is in it is left out; include it if wanted"));
          } else {
            directories.push_back(path);
          }
        } else if (S_ISLNK(entry->facts.mode)) {
          Cursor cursor(*this);
          const int walk_error = WalkPath(path, /*follow_last=*/true, &cursor);
          // Links that lead nowhere, or to a file with something behind it,
          // are written as they are; so are circles.
          if (walk_error == EACCES && !full_) Warn(path, walk_error);
        }
      }
    }
  }

  // Keeps a warning, unless the path is only not there.
  void Warn(std::string_view path, int error) {
    if (error == ENOENT || error == ENOTDIR || full_) return;
    warnings_.push_back(
        absl::StrCat(Printable(path), ": ", GoErrnoText(error)));
  }

  const Host& host_;
  const HostFactsRequest& request_;
  std::map<std::string, Entry> entries_;  // nodes stay where they are
  std::vector<std::string> warnings_;
  bool full_ = false;
};

// Writes the snapshot.
class Writer {
 public:
  explicit Writer(std::string* out) : json_(out) {}

  void Write(const Host& host, const HostFactsRequest& request,
             const std::map<std::string, Entry>& entries,
             absl::Span<const MountPoint* const> mounts) {
    json_.Raw("{\"entries\": [\n");
    const char* separator = "";
    for (const auto& [path, entry] : entries) {
      json_.Raw(std::string_view(separator));
      separator = ",\n";
      WriteEntry(path, entry);
    }
    json_.Raw("\n],\n");
    const MachineFacts& facts = host.facts;
    // What the kernel calls possible may be unknown; then any CPU may throttle.
    if (!facts.possible_cpus().empty()) {
      WriteNumbers("possible_cpus", facts.possible_cpus());
    }
    WriteNumbers("thermal_throttle_cpus", facts.thermal_throttle_cpus());
    WriteBool("user_namespace", facts.in_user_namespace());
    WriteBool("rootlesskit", facts.under_rootlesskit());
    WriteBool("detached_network_namespace", facts.detached_network_namespace());
    WriteBool("unified_cgroups", facts.unified_cgroups());
    if (request.cwd.has_value() && IsValidUtf8(*request.cwd)) {
      json_.Raw("\"cwd\": ");
      json_.String(*request.cwd);
      json_.Raw(",\n");
    }
    json_.Raw("\"mounts\": [");
    separator = "\n";
    for (const MountPoint* mount : mounts) {
      json_.Raw(std::string_view(separator));
      separator = ",\n";
      WriteMount(*mount);
    }
    json_.Raw("\n]}\n");
    json_.Finish();
  }

 private:
  void WriteEntry(std::string_view path, const Entry& entry) {
    json_.Raw("  {");
    WriteBytes("path", path);
    const SnapshotFileType* type = nullptr;
    for (const SnapshotFileType& candidate : kSnapshotFileTypes) {
      if (candidate.mode == (entry.facts.mode & S_IFMT)) type = &candidate;
    }
    json_.Raw(", \"type\": ");
    json_.String(type->name);
    json_.Raw(absl::StrFormat(", \"mode\": \"%04o\", \"uid\": %u, \"gid\": %u",
                              entry.facts.mode & 07777, entry.facts.uid,
                              entry.facts.gid));
    if (type->has_number) {
      json_.Raw(absl::StrFormat(", \"major\": %u, \"minor\": %u",
                                entry.facts.major, entry.facts.minor));
    }
    if (S_ISLNK(entry.facts.mode)) {
      json_.Raw(", ");
      WriteBytes("target", entry.target);
    }
    json_.Raw('}');
  }

  void WriteMount(const MountPoint& mount) {
    json_.Raw("  {");
    WriteBytes("path", mount.path);
    json_.Raw(", \"flags\": [");
    const char* separator = "";
    for (const SnapshotMountFlag& flag : kSnapshotMountFlags) {
      if ((mount.flags & flag.flag) == 0) continue;
      json_.Raw(std::string_view(separator));
      separator = ", ";
      json_.String(flag.name);
    }
    json_.Raw("]}");
  }

  // "key": "text", or "key_hex" for what is not UTF-8.
  void WriteBytes(std::string_view key, std::string_view bytes) {
    json_.Raw('"');
    json_.Raw(key);
    if (IsValidUtf8(bytes)) {
      json_.Raw("\": ");
      json_.String(bytes);
    } else {
      json_.Raw("_hex\": ");
      json_.String(absl::BytesToHexString(bytes));
    }
  }

  void WriteNumbers(std::string_view key, const std::vector<uint32_t>& all) {
    json_.Raw('"');
    json_.Raw(key);
    json_.Raw("\": [");
    const char* separator = "";
    for (const uint32_t number : all) {
      json_.Raw(std::string_view(separator));
      separator = ", ";
      json_.Integer(number);
    }
    json_.Raw("],\n");
  }

  void WriteBool(std::string_view key, bool value) {
    json_.Raw(absl::StrCat("\"", key, "\": ", value ? "true" : "false", ",\n"));
  }

  JsonWriter json_;
};

}  // namespace

absl::StatusOr<HostFacts> WriteHostFacts(const Host& host,
                                         const HostFactsRequest& request) {
  Collector collector(host, request);
  for (const bool tree : {true, false}) {
    for (const std::string& path : tree ? request.trees : request.paths) {
      if (absl::Status status = collector.Add(path, tree); !status.ok()) {
        return status;
      }
    }
  }
  if (request.cwd.has_value()) {
    if (absl::Status status = collector.Add(*request.cwd, /*tree=*/false);
        !status.ok()) {
      return status;
    }
  }

  // The directories above an entry are entries too, so a mount that holds one
  // is an entry itself.
  std::vector<const MountPoint*> mounts;
  for (const MountPoint& mount : request.mounts) {
    if (collector.entries().contains(mount.path)) mounts.push_back(&mount);
  }
  std::sort(mounts.begin(), mounts.end(),
            [](const MountPoint* a, const MountPoint* b) {
              return a->path < b->path;
            });

  HostFacts facts;
  Writer(&facts.json).Write(host, request, collector.entries(), mounts);
  facts.warnings = collector.TakeWarnings();
  if (request.cwd.has_value() && !IsValidUtf8(*request.cwd)) {
    // A snapshot has no other spelling for it.
    facts.warnings.push_back(
        absl::StrCat(Printable(*request.cwd),
                     ": the working folder is left out: it is not UTF-8"));
  }
  if (facts.json.size() > kMaxSnapshotBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the facts have more than ", kMaxSnapshotBytes,
                     " bytes: include fewer or smaller folders"));
  }
  return facts;
}

}  // namespace specgen
