#include "specgen/host/host_snapshot.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/host/go_path.h"
#include "specgen/host/path_walk.h"
#include "specgen/host/snapshot_format.h"
#include "specgen/json/json_text.h"

namespace specgen {
namespace {

constexpr uint32_t kRoot = 0;
constexpr uint32_t kNowhere = UINT32_MAX;

// The kernel's dev_t has 12 bits of major and 20 bits of minor number.
constexpr uint64_t kMaxMajor = (1 << 12) - 1;
constexpr uint64_t kMaxMinor = (1 << 20) - 1;
// Far beyond any kernel's NR_CPUS; keeps a list from filling the memory.
constexpr uint64_t kMaxCpu = (1 << 16) - 1;

constexpr uint32_t kImplicitFolderMode = S_IFDIR | 0755;

// Whether a folder could have an entry of that name, beside itself and the one
// that holds it.
bool IsEntryName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name != "." &&
         name != "..";
}

std::string_view TypeName(uint32_t mode) {
  for (const SnapshotFileType& type : kSnapshotFileTypes) {
    if (type.mode == (mode & S_IFMT)) return type.name;
  }
  return "file";
}

}  // namespace

struct HostSnapshot::Tree {
  struct Node {
    std::string_view path = {};    // absolute and without symbolic links
    std::string_view target = {};  // of a symbolic link
    FileFacts facts = {};
    uint32_t parent = kNowhere;  // the root's is the root
    // The children are sorted_children[first_child] and so on.
    uint32_t first_child = 0;
    uint32_t child_count = 0;
    uint64_t mount_flags = 0;

    std::string_view name() const { return BasePath(path); }
  };

  // The folder of which a path's last element, `*name`, is an entry, or is not
  // there at all, if it can be told without a walk: what stands before that
  // element is the key of a folder. `slash` is where the path's last one
  // stands.
  uint32_t FindFolderOf(std::string_view path, size_t slash,
                        std::string_view* name) const {
    if (slash == std::string_view::npos) return kNowhere;
    *name = path.substr(slash + 1);
    const auto folder =
        by_path.find(path.substr(0, std::max<size_t>(slash, 1)));
    if (folder == by_path.end() || !S_ISDIR(nodes[folder->second].facts.mode) ||
        !IsEntryName(*name) || CheckPath(path) != 0) {
      return kNowhere;
    }
    return folder->second;
  }

  // Finds an entry of a folder.
  uint32_t FindChild(uint32_t folder, std::string_view name) const {
    const auto begin = sorted_children.begin() + nodes[folder].first_child;
    const auto end = begin + nodes[folder].child_count;
    const auto it = std::lower_bound(
        begin, end, name, [this](uint32_t child, std::string_view wanted) {
          return nodes[child].name() < wanted;
        });
    return it != end && nodes[*it].name() == name ? *it : kNowhere;
  }

  std::deque<std::string> strings;  // what the views point into
  std::vector<Node> nodes;          // nodes[kRoot] is "/"
  absl::flat_hash_map<std::string_view, uint32_t> by_path;
  std::vector<uint32_t> sorted_children;  // by parent, then by name
  uint32_t cwd = kNowhere;
  std::vector<uint32_t> possible_cpus;
  std::vector<uint32_t> thermal_throttle_cpus;
  bool user_namespace = false;
  bool rootlesskit = false;
  bool detached_network_namespace = false;
  bool unified_cgroups = false;
};

// Stands on one node of the tree; see WalkPath.
class HostSnapshot::Cursor {
 public:
  explicit Cursor(const Tree& tree) : tree_(tree) {}

  int Rewind(bool absolute) {
    node_ = absolute ? kRoot : tree_.cwd;
    return node_ == kNowhere ? ENOENT : 0;
  }
  void GoUp() { node_ = tree_.nodes[node_].parent; }
  int GoDown(std::string_view name) {
    node_ = tree_.FindChild(node_, name);
    return node_ == kNowhere ? ENOENT : 0;
  }
  uint32_t mode() const { return tree_.nodes[node_].facts.mode; }
  int ReadLink(std::string* target) const {
    *target = tree_.nodes[node_].target;
    return 0;
  }
  uint32_t node() const { return node_; }

 private:
  const Tree& tree_;
  uint32_t node_ = kRoot;
};

// Makes a Tree from a snapshot file.
class HostSnapshot::Builder {
 public:
  // `text` may be null if only Finish is called.
  explicit Builder(JsonText* text)
      : text_(text), tree_(std::make_unique<Tree>()) {
    tree_->nodes.push_back(
        {.path = "/", .facts = {.mode = kImplicitFolderMode}, .parent = kRoot});
    origins_.push_back({.offset = 0, .listed = false});
    tree_->by_path.emplace("/", kRoot);
  }

  absl::Status ReadText() {
    enum Key : size_t {
      kEntries,
      kPossibleCpus,
      kThermalThrottleCpus,
      kUserNamespace,
      kRootlessKit,
      kDetachedNetworkNamespace,
      kUnifiedCgroups,
      kCwd,
      kMounts,
    };
    static constexpr std::string_view kKeys[] = {
        "entries",         "possible_cpus", "thermal_throttle_cpus",
        "user_namespace",  "rootlesskit",   "detached_network_namespace",
        "unified_cgroups", "cwd",           "mounts",
    };
    bool has_entries = false;
    bool has_possible_cpus = false;
    size_t thermal_offset = 0;
    absl::Status status = text_->Open();
    if (!status.ok()) return status;
    status = text_->ReadObject("a snapshot", kKeys, [&](size_t key) {
      switch (static_cast<Key>(key)) {
        case kEntries:
          has_entries = true;
          return text_->ReadList("\"entries\"", [this] { return ReadEntry(); });
        case kPossibleCpus:
          has_possible_cpus = true;
          return ReadCpus(kKeys[key], &tree_->possible_cpus);
        case kThermalThrottleCpus:
          thermal_offset = text_->offset();
          return ReadCpus(kKeys[key], &tree_->thermal_throttle_cpus);
        case kUserNamespace:
          return ReadBool(kKeys[key], &tree_->user_namespace);
        case kRootlessKit:
          return ReadBool(kKeys[key], &tree_->rootlesskit);
        case kDetachedNetworkNamespace:
          return ReadBool(kKeys[key], &tree_->detached_network_namespace);
        case kUnifiedCgroups:
          return ReadBool(kKeys[key], &tree_->unified_cgroups);
        case kCwd:
          return ReadCwd();
        case kMounts:
          break;
      }
      return text_->ReadList("\"mounts\"", [this] { return ReadMount(); });
    });
    if (status.ok()) status = text_->Close();
    if (!status.ok()) return status;
    if (!has_entries) return text_->ErrorAt(0, "no \"entries\"");
    for (const uint32_t cpu : tree_->thermal_throttle_cpus) {
      if (has_possible_cpus &&
          !std::binary_search(tree_->possible_cpus.begin(),
                              tree_->possible_cpus.end(), cpu)) {
        return text_->ErrorAt(
            thermal_offset,
            absl::StrCat("CPU ", cpu, " is not in \"possible_cpus\""));
      }
    }
    if (status = PlaceMountsAndCwd(); !status.ok()) return status;
    return LinkParents();
  }

  // Call after ReadText, or instead of it for an empty host.
  std::unique_ptr<const Tree> Finish() {
    Tree& tree = *tree_;
    tree.sorted_children.reserve(tree.nodes.size() - 1);
    for (uint32_t i = kRoot + 1; i < tree.nodes.size(); ++i) {
      tree.sorted_children.push_back(i);
    }
    std::sort(tree.sorted_children.begin(), tree.sorted_children.end(),
              [&tree](uint32_t a, uint32_t b) {
                const Tree::Node& left = tree.nodes[a];
                const Tree::Node& right = tree.nodes[b];
                if (left.parent != right.parent) {
                  return left.parent < right.parent;
                }
                return left.name() < right.name();
              });
    for (uint32_t i = 0; i < tree.sorted_children.size(); ++i) {
      Tree::Node& parent =
          tree.nodes[tree.nodes[tree.sorted_children[i]].parent];
      if (parent.child_count++ == 0) parent.first_child = i;
    }
    // Breadth first, so that a parent's flags are known before its children's.
    std::vector<uint32_t> order = {kRoot};
    order.reserve(tree.nodes.size());
    for (size_t next = 0; next < order.size(); ++next) {
      Tree::Node& node = tree.nodes[order[next]];
      const auto mount = mount_flags_.find(order[next]);
      node.mount_flags = mount != mount_flags_.end()
                             ? mount->second
                             : tree.nodes[node.parent].mount_flags;
      for (uint32_t i = 0; i < node.child_count; ++i) {
        order.push_back(tree.sorted_children[node.first_child + i]);
      }
    }
    return std::move(tree_);
  }

 private:
  // Where in the file a node comes from.
  struct Origin {
    size_t offset;
    bool listed;  // as an entry, not only as something's parent
  };

  struct Mount {
    std::string_view path;
    size_t offset;
    uint64_t flags;
  };

  absl::Status ReadBool(std::string_view key, bool* answer) {
    absl::StatusOr<bool> read = text_->ReadBool(Quote(key));
    if (!read.ok()) return read.status();
    *answer = *read;
    return absl::OkStatus();
  }

  absl::Status ReadCpus(std::string_view key, std::vector<uint32_t>* cpus) {
    const size_t offset = text_->offset();
    absl::Status status = text_->ReadList(Quote(key), [&]() -> absl::Status {
      if (cpus->size() > kMaxCpu) {
        return text_->ErrorAt(offset, "the same CPU twice");
      }
      absl::StatusOr<uint64_t> cpu = text_->ReadNumber("a CPU", kMaxCpu);
      if (cpu.ok()) cpus->push_back(static_cast<uint32_t>(*cpu));
      return cpu.status();
    });
    if (!status.ok()) return status;
    std::sort(cpus->begin(), cpus->end());
    const auto twice = std::adjacent_find(cpus->begin(), cpus->end());
    if (twice != cpus->end()) {
      return text_->ErrorAt(offset, absl::StrCat("CPU ", *twice, " twice"));
    }
    return absl::OkStatus();
  }

  // Reads an absolute, clean path that a kernel could have, and keeps it.
  absl::StatusOr<std::string_view> CheckedPath(std::string_view path,
                                               size_t offset) {
    if (path.empty() || path.front() != '/') {
      return text_->ErrorAt(
          offset, absl::StrCat("path ", QuoteShort(path), " is not absolute"));
    }
    if (path.find('\0') != std::string_view::npos) {
      return text_->ErrorAt(
          offset, absl::StrCat("path ", QuoteShort(path), " has a NUL"));
    }
    if (path.size() > kMaxPathBytes) {
      return text_->ErrorAt(
          offset, absl::StrCat("path ", QuoteShort(path), " has more than ",
                               kMaxPathBytes, " bytes"));
    }
    if (!IsCleanPath(path)) {
      return text_->ErrorAt(offset, absl::StrCat("path ", QuoteShort(path),
                                                 " is not clean; write ",
                                                 QuoteShort(CleanPath(path))));
    }
    for (std::string_view rest = path; !rest.empty();) {
      const size_t slash = rest.find('/');
      if (std::min(slash, rest.size()) > kMaxNameBytes) {
        return text_->ErrorAt(offset, absl::StrCat("path ", QuoteShort(path),
                                                   " has a name of more than ",
                                                   kMaxNameBytes, " bytes"));
      }
      rest = slash == std::string_view::npos ? std::string_view()
                                             : rest.substr(slash + 1);
    }
    return tree_->strings.emplace_back(path);
  }

  absl::StatusOr<std::string_view> CheckedTarget(std::string_view target,
                                                 size_t offset) {
    if (target.empty() || target.size() > kMaxPathBytes ||
        target.find('\0') != std::string_view::npos) {
      return text_->ErrorAt(
          offset,
          absl::StrCat("no symlink can have the target ", QuoteShort(target)));
    }
    return tree_->strings.emplace_back(target);
  }

  absl::StatusOr<std::string> ReadHex(std::string_view what) {
    const size_t offset = text_->offset();
    absl::StatusOr<std::string_view> hex = text_->ReadString(what);
    if (!hex.ok()) return hex.status();
    std::string bytes;
    // With a byte that is not ASCII, HexStringToBytes reads beside its table.
    if (!std::all_of(hex->begin(), hex->end(), absl::ascii_isxdigit) ||
        !absl::HexStringToBytes(*hex, &bytes)) {
      return text_->ErrorAt(offset, absl::StrCat(what, " must be hexadecimal"));
    }
    return bytes;
  }

  absl::StatusOr<uint32_t> ReadMode() {
    const size_t offset = text_->offset();
    absl::StatusOr<std::string_view> octal = text_->ReadString("\"mode\"");
    if (!octal.ok()) return octal.status();
    uint32_t mode = 0;
    for (const char c : *octal) {
      if (c < '0' || c > '7' || mode > 07777) {
        mode = UINT32_MAX;
        break;
      }
      mode = mode * 8 + static_cast<uint32_t>(c - '0');
    }
    if (octal->empty() || mode > 07777) {
      return text_->ErrorAt(
          offset, absl::StrCat("mode ", QuoteShort(*octal),
                               " is not an octal number up to 07777"));
    }
    return mode;
  }

  absl::Status ReadEntry() {
    enum Key : size_t {
      kPath,
      kPathHex,
      kType,
      kMode,
      kUid,
      kGid,
      kMajor,
      kMinor,
      kTarget,
      kTargetHex,
    };
    static constexpr std::string_view kKeys[] = {
        "path", "path_hex", "type",  "mode",   "uid",
        "gid",  "major",    "minor", "target", "target_hex",
    };
    const size_t entry_offset = text_->offset();
    size_t path_offset = entry_offset;
    size_t target_offset = entry_offset;
    const SnapshotFileType* type = nullptr;
    std::optional<std::string> path, target;
    std::optional<uint32_t> mode, uid, gid, major, minor;

    const auto read_type = [&]() -> absl::Status {
      const size_t offset = text_->offset();
      absl::StatusOr<std::string_view> name = text_->ReadString("\"type\"");
      if (!name.ok()) return name.status();
      std::vector<std::string_view> names;
      for (const SnapshotFileType& candidate : kSnapshotFileTypes) {
        if (candidate.name == *name) {
          type = &candidate;
          return absl::OkStatus();
        }
        names.push_back(candidate.name);
      }
      return text_->ErrorAt(offset,
                            absl::StrCat("unknown type ", QuoteShort(*name),
                                         DidYouMean(names, *name)));
    };
    const auto read_text = [&](bool hex, std::string_view key, size_t* offset,
                               std::optional<std::string>* text) {
      *offset = text_->offset();
      if (text->has_value()) {
        return text_->ErrorAt(
            *offset, absl::StrCat("both \"", key, "\" and \"", key, "_hex\""));
      }
      if (hex) {
        absl::StatusOr<std::string> bytes =
            ReadHex(absl::StrCat("\"", key, "_hex\""));
        if (!bytes.ok()) return bytes.status();
        *text = *std::move(bytes);
        return absl::OkStatus();
      }
      absl::StatusOr<std::string_view> string = text_->ReadString(Quote(key));
      if (string.ok()) *text = std::string(*string);
      return string.status();
    };
    const auto read_number = [&](size_t key, uint64_t max,
                                 std::optional<uint32_t>* number) {
      absl::StatusOr<uint64_t> read = text_->ReadNumber(Quote(kKeys[key]), max);
      if (read.ok()) *number = static_cast<uint32_t>(*read);
      return read.status();
    };

    absl::Status status = text_->ReadObject("an entry", kKeys, [&](size_t key) {
      switch (static_cast<Key>(key)) {
        case kPath:
        case kPathHex:
          return read_text(key == kPathHex, "path", &path_offset, &path);
        case kType:
          return read_type();
        case kMode: {
          absl::StatusOr<uint32_t> read = ReadMode();
          if (read.ok()) mode = *read;
          return read.status();
        }
        case kUid:
          return read_number(key, UINT32_MAX, &uid);
        case kGid:
          return read_number(key, UINT32_MAX, &gid);
        case kMajor:
          return read_number(key, kMaxMajor, &major);
        case kMinor:
          return read_number(key, kMaxMinor, &minor);
        case kTarget:
        case kTargetHex:
          break;
      }
      return read_text(key == kTargetHex, "target", &target_offset, &target);
    });
    if (!status.ok()) return status;

    if (!path.has_value()) {
      return text_->ErrorAt(entry_offset, "an entry without \"path\"");
    }
    const auto error = [&](std::string_view message) {
      return text_->ErrorAt(entry_offset,
                            absl::StrCat(QuoteShort(*path), " ", message));
    };
    if (type == nullptr) return error("has no \"type\"");
    const bool is_link = type->mode == S_IFLNK;
    if (is_link != target.has_value()) {
      return error(is_link ? "is a symlink without \"target\""
                           : "has a \"target\" but is no symlink");
    }
    if (type->has_number && !(major.has_value() && minor.has_value())) {
      return error("is a device without \"major\" and \"minor\"");
    }
    if (!type->has_number && (major.has_value() || minor.has_value())) {
      return error("has a device number but is no device");
    }
    if (type->needs_owner_and_mode &&
        !(mode.has_value() && uid.has_value() && gid.has_value())) {
      return error("needs \"mode\", \"uid\" and \"gid\"");
    }

    absl::StatusOr<std::string_view> kept = CheckedPath(*path, path_offset);
    if (!kept.ok()) return kept.status();
    Tree::Node node = {
        .path = *kept,
        .facts = {.mode = type->mode | mode.value_or(type->default_permissions),
                  .uid = uid.value_or(0),
                  .gid = gid.value_or(0),
                  .major = major.value_or(0),
                  .minor = minor.value_or(0)}};
    if (is_link) {
      kept = CheckedTarget(*target, target_offset);
      if (!kept.ok()) return kept.status();
      node.target = *kept;
    }
    return AddEntry(node, path_offset);
  }

  absl::Status AddEntry(const Tree::Node& node, size_t offset) {
    if (node.path == "/") {
      if (!S_ISDIR(node.facts.mode)) {
        return text_->ErrorAt(offset, "\"/\" is always a dir");
      }
      if (!origins_[kRoot].listed) {
        tree_->nodes[kRoot].facts = node.facts;
        origins_[kRoot] = {.offset = offset, .listed = true};
        return absl::OkStatus();
      }
    }
    if (const auto it = tree_->by_path.find(node.path);
        it != tree_->by_path.end()) {
      return text_->ErrorAt(
          offset, absl::StrCat(QuoteShort(node.path), " twice, first on line ",
                               text_->Line(origins_[it->second].offset)));
    }
    return AddNode(node, {.offset = offset, .listed = true});
  }

  absl::Status AddNode(const Tree::Node& node, Origin origin) {
    if (tree_->nodes.size() >= kMaxFiles) {
      return text_->ErrorAt(origin.offset,
                            absl::StrCat("more than ", kMaxFiles, " files"));
    }
    tree_->by_path.emplace(node.path,
                           static_cast<uint32_t>(tree_->nodes.size()));
    tree_->nodes.push_back(node);
    origins_.push_back(origin);
    return absl::OkStatus();
  }

  absl::Status ReadCwd() {
    cwd_offset_ = text_->offset();
    absl::StatusOr<std::string_view> path = text_->ReadString("\"cwd\"");
    if (path.ok()) path = CheckedPath(*path, cwd_offset_);
    if (path.ok()) cwd_ = *path;
    return path.status();
  }

  absl::Status ReadMount() {
    enum Key : size_t { kPath, kPathHex, kFlags };
    static constexpr std::string_view kKeys[] = {"path", "path_hex", "flags"};
    Mount mount = {.path = {}, .offset = text_->offset(), .flags = 0};
    const auto read_flag = [&]() -> absl::Status {
      const size_t offset = text_->offset();
      absl::StatusOr<std::string_view> name = text_->ReadString("a mount flag");
      if (!name.ok()) return name.status();
      std::vector<std::string_view> names;
      for (const SnapshotMountFlag& flag : kSnapshotMountFlags) {
        if (flag.name == *name) {
          if ((mount.flags & flag.flag) != 0) {
            return text_->ErrorAt(
                offset, absl::StrCat("flag ", QuoteShort(*name), " twice"));
          }
          mount.flags |= flag.flag;
          return absl::OkStatus();
        }
        names.push_back(flag.name);
      }
      return text_->ErrorAt(
          offset, absl::StrCat("unknown mount flag ", QuoteShort(*name),
                               DidYouMean(names, *name)));
    };
    absl::Status status =
        text_->ReadObject("a mount", kKeys, [&](size_t key) -> absl::Status {
          if (key == kFlags) {
            return text_->ReadList("\"flags\"", read_flag);
          }
          if (!mount.path.empty()) {
            return text_->ErrorAt(text_->offset(),
                                  "both \"path\" and \"path_hex\"");
          }
          mount.offset = text_->offset();
          std::string bytes;
          if (key == kPathHex) {
            absl::StatusOr<std::string> read = ReadHex("\"path_hex\"");
            if (!read.ok()) return read.status();
            bytes = *std::move(read);
          } else {
            absl::StatusOr<std::string_view> read =
                text_->ReadString("\"path\"");
            if (!read.ok()) return read.status();
            bytes = std::string(*read);
          }
          absl::StatusOr<std::string_view> path =
              CheckedPath(bytes, mount.offset);
          if (path.ok()) mount.path = *path;
          return path.status();
        });
    if (!status.ok()) return status;
    if (mount.path.empty()) {
      return text_->ErrorAt(mount.offset, "a mount without \"path\"");
    }
    mounts_.push_back(mount);
    return absl::OkStatus();
  }

  // Finds `path`, or adds it as a folder.
  absl::StatusOr<uint32_t> FindOrAddFolder(std::string_view path,
                                           size_t offset) {
    if (const auto it = tree_->by_path.find(path); it != tree_->by_path.end()) {
      return it->second;
    }
    absl::Status status =
        AddNode({.path = path, .facts = {.mode = kImplicitFolderMode}},
                {.offset = offset, .listed = false});
    if (!status.ok()) return status;
    return static_cast<uint32_t>(tree_->nodes.size() - 1);
  }

  absl::Status PlaceMountsAndCwd() {
    for (const Mount& mount : mounts_) {
      absl::StatusOr<uint32_t> node = FindOrAddFolder(mount.path, mount.offset);
      if (!node.ok()) return node.status();
      if (S_ISLNK(tree_->nodes[*node].facts.mode)) {
        return text_->ErrorAt(
            mount.offset, absl::StrCat("mount point ", QuoteShort(mount.path),
                                       " is a symlink"));
      }
      if (!mount_flags_.emplace(*node, mount.flags).second) {
        return text_->ErrorAt(
            mount.offset,
            absl::StrCat("mount point ", QuoteShort(mount.path), " twice"));
      }
    }
    if (cwd_.empty()) return absl::OkStatus();
    absl::StatusOr<uint32_t> node = FindOrAddFolder(cwd_, cwd_offset_);
    if (!node.ok()) return node.status();
    tree_->cwd = *node;
    if (!S_ISDIR(tree_->nodes[*node].facts.mode)) {
      return text_->ErrorAt(
          cwd_offset_,
          absl::StrCat("\"cwd\" ", QuoteShort(cwd_), " is not a dir"));
    }
    return absl::OkStatus();
  }

  // Joins every node to the folder that holds it, and adds that folder if it
  // was not listed. Nodes added here are joined in their turn.
  absl::Status LinkParents() {
    for (uint32_t i = kRoot + 1; i < tree_->nodes.size(); ++i) {
      const std::string_view path = tree_->nodes[i].path;
      const std::string_view parent_path =
          path.substr(0, std::max<size_t>(path.rfind('/'), 1));
      const size_t offset = origins_[i].offset;
      absl::StatusOr<uint32_t> parent = FindOrAddFolder(parent_path, offset);
      if (!parent.ok()) return parent.status();
      if (const uint32_t mode = tree_->nodes[*parent].facts.mode;
          !S_ISDIR(mode)) {
        return text_->ErrorAt(
            offset,
            absl::StrCat(QuoteShort(path), " cannot lie in ",
                         QuoteShort(parent_path), ", which is of type \"",
                         TypeName(mode), "\""));
      }
      tree_->nodes[i].parent = *parent;
    }
    return absl::OkStatus();
  }

  JsonText* const text_;
  std::unique_ptr<Tree> tree_;
  std::vector<Origin> origins_;  // one for each node
  std::vector<Mount> mounts_;
  absl::flat_hash_map<uint32_t, uint64_t> mount_flags_;  // by node
  std::string_view cwd_;
  size_t cwd_offset_ = 0;
};

absl::StatusOr<std::unique_ptr<HostSnapshot>> HostSnapshot::Parse(
    std::string_view json, std::string_view file_name) {
  JsonText text(json, file_name, kMaxJsonBytes);
  Builder builder(&text);
  if (absl::Status status = builder.ReadText(); !status.ok()) return status;
  // The constructor is private, so make_unique cannot call it.
  return std::unique_ptr<HostSnapshot>(new HostSnapshot(builder.Finish()));
}

std::unique_ptr<HostSnapshot> HostSnapshot::Empty() {
  return std::unique_ptr<HostSnapshot>(
      new HostSnapshot(Builder(nullptr).Finish()));
}

HostSnapshot::HostSnapshot(std::unique_ptr<const Tree> tree)
    : tree_(std::move(tree)) {}

HostSnapshot::~HostSnapshot() = default;

[[gnu::hot]] int HostSnapshot::Find(std::string_view path, bool follow_last,
                                    uint32_t* node) const {
  // A path without symbolic links and detours is the key of its node.
  if (const auto it = tree_->by_path.find(path); it != tree_->by_path.end()) {
    if (!follow_last || !S_ISLNK(tree_->nodes[it->second].facts.mode)) {
      *node = it->second;
      return 0;
    }
  }
  std::string_view name;
  const uint32_t folder = tree_->FindFolderOf(path, path.rfind('/'), &name);
  if (folder != kNowhere && tree_->FindChild(folder, name) == kNowhere) {
    return ENOENT;
  }
  Cursor cursor(*tree_);
  const int error = WalkPath(path, follow_last, &cursor);
  *node = cursor.node();
  return error;
}

[[gnu::hot]] int HostSnapshot::Lstat(std::string_view path,
                                     FileFacts* facts) const {
  uint32_t node;
  const int error = Find(path, /*follow_last=*/false, &node);
  if (error == 0) *facts = tree_->nodes[node].facts;
  return error;
}

int HostSnapshot::Stat(std::string_view path, FileFacts* facts) const {
  uint32_t node;
  const int error = Find(path, /*follow_last=*/true, &node);
  if (error == 0) *facts = tree_->nodes[node].facts;
  return error;
}

int HostSnapshot::ReadLink(std::string_view path, std::string* target) const {
  uint32_t node;
  const int error = Find(path, /*follow_last=*/false, &node);
  if (error != 0) return error;
  if (!S_ISLNK(tree_->nodes[node].facts.mode)) return EINVAL;
  *target = tree_->nodes[node].target;
  return 0;
}

int HostSnapshot::ListDirectory(std::string_view path,
                             std::vector<std::string>* names) const {
  uint32_t node;
  const int error = Find(path, /*follow_last=*/true, &node);
  if (error != 0) return error;
  const Tree::Node& folder = tree_->nodes[node];
  if (!S_ISDIR(folder.facts.mode)) return ENOTDIR;
  names->clear();
  names->reserve(folder.child_count);
  for (uint32_t i = 0; i < folder.child_count; ++i) {
    const uint32_t child = tree_->sorted_children[folder.first_child + i];
    names->emplace_back(tree_->nodes[child].name());
  }
  return 0;
}

int HostSnapshot::MountFlags(std::string_view path, uint64_t* flags) const {
  uint32_t node;
  const int error = Find(path, /*follow_last=*/true, &node);
  if (error == 0) *flags = tree_->nodes[node].mount_flags;
  return error;
}

[[gnu::hot]] PlaceFacts HostSnapshot::LookUpPlace(std::string_view path,
                                                  size_t slash) const {
  // As in Find, without looking for the path itself first.
  std::string_view name;
  const uint32_t folder = tree_->FindFolderOf(path, slash, &name);
  if (folder == kNowhere) return FileTree::LookUpPlace(path, slash);
  PlaceFacts place;
  const uint32_t node = tree_->FindChild(folder, name);
  if (node != kNowhere) {
    place.facts = tree_->nodes[node].facts;
    return place;
  }
  const Tree::Node& holder = tree_->nodes[folder];
  place.error = ENOENT;
  place.directory = holder.facts;
  place.directory_mount_flags = holder.mount_flags;
  return place;
}

const std::vector<uint32_t>& HostSnapshot::ThermalThrottleCpus() const {
  return tree_->thermal_throttle_cpus;
}

const std::vector<uint32_t>& HostSnapshot::PossibleCpus() const {
  return tree_->possible_cpus;
}

bool HostSnapshot::InUserNamespace() const { return tree_->user_namespace; }

bool HostSnapshot::UnderRootlessKit() const { return tree_->rootlesskit; }

bool HostSnapshot::DetachedNetworkNamespace() const {
  return tree_->detached_network_namespace;
}

bool HostSnapshot::UnifiedCgroups() const { return tree_->unified_cgroups; }

}  // namespace specgen
