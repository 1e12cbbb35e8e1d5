#include "specgen/host/snapshot_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/host/architecture.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/path_walk.h"
#include "specgen/host/snapshot_format.h"
#include "specgen/host/snapshot_tree.h"
#include "specgen/json/json_text.h"

namespace specgen {
namespace {

// The kernel's dev_t has 12 bits of major and 20 bits of minor number.
constexpr uint64_t kMaxMajor = (1 << 12) - 1;
constexpr uint64_t kMaxMinor = (1 << 20) - 1;
// Far beyond any kernel's NR_CPUS; keeps a list from filling the memory.
constexpr uint64_t kMaxCpu = (1 << 16) - 1;

// The one of that name in a table of snapshot_format.h; null if there is none.
template <typename T, size_t size>
const T* FindNamed(const T (&table)[size], std::string_view name) {
  const T* const found = std::find_if(
      table, table + size, [name](const T& row) { return row.name == name; });
  return found == table + size ? nullptr : found;
}

template <typename T, size_t size>
std::vector<std::string_view> Names(const T (&table)[size]) {
  std::vector<std::string_view> names;
  for (const T& row : table) names.push_back(row.name);
  return names;
}

// A value of the file, and where it stands.
template <typename T>
struct Placed {
  T value = T();
  size_t offset = 0;
};
using PlacedText = std::optional<Placed<std::string>>;

// One of the "entries", as it is written.
struct Entry {
  size_t offset = 0;
  PlacedText path;
  const SnapshotFileType* type = nullptr;
  std::optional<uint32_t> mode, uid, gid, major, minor;
  PlacedText target;
};

// What is wrong with an entry as a whole; "" if nothing is.
std::string_view ContradictionIn(const Entry& entry) {
  if (entry.type == nullptr) return "has no \"type\"";
  const bool is_link = entry.type->mode == S_IFLNK;
  if (is_link && !entry.target.has_value()) {
    return "is a symlink without \"target\"";
  }
  if (!is_link && entry.target.has_value()) {
    return "has a \"target\" but is no symlink";
  }
  const bool has_number = entry.major.has_value() || entry.minor.has_value();
  if (entry.type->has_number && !(entry.major && entry.minor)) {
    return "is a device without \"major\" and \"minor\"";
  }
  if (!entry.type->has_number && has_number) {
    return "has a device number but is no device";
  }
  if (entry.type->needs_owner_and_mode &&
      !(entry.mode && entry.uid && entry.gid)) {
    return "needs \"mode\", \"uid\" and \"gid\"";
  }
  return "";
}

// What is wrong with a path that has to be absolute, clean and such as a kernel
// could have; "" if nothing is.
std::string ProblemOfPath(std::string_view path) {
  std::string problem;
  if (!path.starts_with('/')) {
    problem = "is not absolute";
  } else if (path.find('\0') != std::string_view::npos) {
    problem = "has a NUL";
  } else if (path.size() > kMaxPathBytes) {
    problem = absl::StrCat("has more than ", kMaxPathBytes, " bytes");
  } else if (!IsCleanPath(path)) {
    problem = absl::StrCat("is not clean; write ", QuoteShort(CleanPath(path)));
  } else {
    size_t begin = 0;
    while (begin < path.size()) {
      const size_t end = std::min(path.find('/', begin), path.size());
      if (end - begin > kMaxNameBytes) {
        problem =
            absl::StrCat("has a name of more than ", kMaxNameBytes, " bytes");
        break;
      }
      begin = end + 1;
    }
  }
  if (problem.empty()) return "";
  return absl::StrCat("path ", QuoteShort(path), " ", problem);
}

// Reads a snapshot's text, once.
class Reader {
 public:
  Reader(std::string_view json, std::string_view file_name)
      : text_(json, file_name, kMaxSnapshotBytes),
        facts_(std::make_unique<MachineFacts>()) {}

  absl::StatusOr<Snapshot> Read() {
    absl::Status status = text_.Open();
    if (status.ok()) status = ReadRoot();
    if (status.ok()) status = text_.Close();
    if (status.ok()) status = CheckCpus();
    if (!status.ok()) return status;
    Snapshot snapshot;
    if (const auto problem = tree_.Finish(&snapshot.files);
        problem.has_value()) {
      return ErrorOf(*problem);
    }
    facts_->possible_cpus.Is(std::move(possible_cpus_.value));
    facts_->thermal_throttle_cpus.Is(std::move(thermal_throttle_cpus_.value));
    snapshot.facts = std::move(facts_);
    return snapshot;
  }

 private:
  using Cpus = Placed<std::vector<uint32_t>>;

  absl::Status ReadRoot() {
    enum Key : size_t {
      kEntries,
      kArchitecture,
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
        "entries",
        "architecture",
        "possible_cpus",
        "thermal_throttle_cpus",
        "user_namespace",
        "rootlesskit",
        "detached_network_namespace",
        "unified_cgroups",
        "cwd",
        "mounts",
    };
    bool has_entries = false;
    absl::Status status =
        text_.ReadObject("a snapshot", kKeys, [&](size_t key) {
          const std::string what = Quote(kKeys[key]);
          switch (static_cast<Key>(key)) {
            case kEntries:
              has_entries = true;
              return text_.ReadList(what, [this] { return ReadEntry(); });
            case kArchitecture:
              return ReadArchitecture(what);
            case kPossibleCpus:
              knows_possible_cpus_ = true;
              return ReadCpus(what, &possible_cpus_);
            case kThermalThrottleCpus:
              return ReadCpus(what, &thermal_throttle_cpus_);
            case kUserNamespace:
              return ReadFact(what, &facts_->in_user_namespace);
            case kRootlessKit:
              return ReadFact(what, &facts_->under_rootlesskit);
            case kDetachedNetworkNamespace:
              return ReadFact(what, &facts_->detached_network_namespace);
            case kUnifiedCgroups:
              return ReadFact(what, &facts_->unified_cgroups);
            case kCwd:
              return ReadWorkingDirectory(what);
            case kMounts:
              break;
          }
          return text_.ReadList(what, [this] { return ReadMount(); });
        });
    if (status.ok() && !has_entries) {
      return text_.ErrorAt(0, "no \"entries\"");
    }
    return status;
  }

  absl::Status ReadFact(std::string_view what, Fact<bool>* fact) {
    absl::StatusOr<bool> value = text_.ReadBool(what);
    if (value.ok()) fact->Is(*value);
    return value.status();
  }

  absl::Status ReadArchitecture(std::string_view what) {
    const size_t offset = text_.offset();
    absl::StatusOr<std::string_view> name = text_.ReadString(what);
    if (!name.ok()) return name.status();
    const std::string_view architecture = GoArchitecture(*name);
    if (architecture.empty()) {
      return text_.ErrorAt(
          offset, absl::StrCat("unknown architecture ", QuoteShort(*name),
                               "; there are ", GoArchitectures()));
    }
    facts_->architecture.Is(architecture);
    return absl::OkStatus();
  }

  absl::Status ReadCpus(std::string_view what, Cpus* cpus) {
    cpus->offset = text_.offset();
    std::vector<uint32_t>& numbers = cpus->value;
    absl::Status status = text_.ReadList(what, [&] {
      if (numbers.size() > kMaxCpu) {
        return text_.ErrorAt(cpus->offset, "the same CPU twice");
      }
      return ReadNumber("a CPU", kMaxCpu, &numbers.emplace_back());
    });
    if (!status.ok()) return status;
    std::sort(numbers.begin(), numbers.end());
    const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
    if (twice == numbers.end()) return absl::OkStatus();
    return text_.ErrorAt(cpus->offset, absl::StrCat("CPU ", *twice, " twice"));
  }

  absl::Status CheckCpus() const {
    const std::vector<uint32_t>& possible = possible_cpus_.value;
    for (const uint32_t cpu : thermal_throttle_cpus_.value) {
      if (knows_possible_cpus_ &&
          !std::binary_search(possible.begin(), possible.end(), cpu)) {
        return text_.ErrorAt(
            thermal_throttle_cpus_.offset,
            absl::StrCat("CPU ", cpu, " is not in \"possible_cpus\""));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadNumber(std::string_view what, uint64_t max,
                          uint32_t* number) {
    absl::StatusOr<uint64_t> value = text_.ReadNumber(what, max);
    if (value.ok()) *number = static_cast<uint32_t>(*value);
    return value.status();
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
    Entry entry;
    entry.offset = text_.offset();
    absl::Status status = text_.ReadObject("an entry", kKeys, [&](size_t key) {
      const std::string what = Quote(kKeys[key]);
      switch (static_cast<Key>(key)) {
        case kPath:
        case kPathHex:
          return ReadBytes("path", key == kPathHex, &entry.path);
        case kType:
          return ReadType(what, &entry.type);
        case kMode:
          return ReadMode(what, &entry.mode.emplace());
        case kUid:
          return ReadNumber(what, UINT32_MAX, &entry.uid.emplace());
        case kGid:
          return ReadNumber(what, UINT32_MAX, &entry.gid.emplace());
        case kMajor:
          return ReadNumber(what, kMaxMajor, &entry.major.emplace());
        case kMinor:
          return ReadNumber(what, kMaxMinor, &entry.minor.emplace());
        case kTarget:
        case kTargetHex:
          break;
      }
      return ReadBytes("target", key == kTargetHex, &entry.target);
    });
    if (!status.ok()) return status;
    if (!entry.path.has_value()) {
      return text_.ErrorAt(entry.offset, "an entry without \"path\"");
    }
    if (const std::string_view problem = ContradictionIn(entry);
        !problem.empty()) {
      return text_.ErrorAt(
          entry.offset,
          absl::StrCat(QuoteShort(entry.path->value), " ", problem));
    }
    return AddFile(entry);
  }

  absl::Status AddFile(const Entry& entry) {
    if (absl::Status status = CheckPlacedPath(*entry.path); !status.ok()) {
      return status;
    }
    std::string_view target;
    if (entry.target.has_value()) {
      target = entry.target->value;
      if (target.empty() || target.size() > kMaxPathBytes ||
          target.find('\0') != std::string_view::npos) {
        return text_.ErrorAt(entry.target->offset,
                             absl::StrCat("no symlink can have the target ",
                                          QuoteShort(target)));
      }
    }
    const SnapshotFileType& type = *entry.type;
    const FileFacts facts = {
        .mode = type.mode | entry.mode.value_or(type.default_permissions),
        .uid = entry.uid.value_or(0),
        .gid = entry.gid.value_or(0),
        .major = entry.major.value_or(0),
        .minor = entry.minor.value_or(0)};
    const auto problem =
        tree_.AddFile(entry.path->value, facts, target, entry.path->offset);
    return problem.has_value() ? ErrorOf(*problem) : absl::OkStatus();
  }

  absl::Status ReadType(std::string_view what, const SnapshotFileType** type) {
    const size_t offset = text_.offset();
    absl::StatusOr<std::string_view> name = text_.ReadString(what);
    if (!name.ok()) return name.status();
    *type = FindNamed(kSnapshotFileTypes, *name);
    if (*type != nullptr) return absl::OkStatus();
    return text_.ErrorAt(
        offset, absl::StrCat("unknown type ", QuoteShort(*name),
                             DidYouMean(Names(kSnapshotFileTypes), *name)));
  }

  absl::Status ReadMode(std::string_view what, uint32_t* mode) {
    const size_t offset = text_.offset();
    absl::StatusOr<std::string_view> octal = text_.ReadString(what);
    if (!octal.ok()) return octal.status();
    *mode = 0;
    bool good = !octal->empty();
    for (const char c : *octal) {
      good = good && c >= '0' && c <= '7' && *mode <= 07777;
      if (good) *mode = *mode * 8 + static_cast<uint32_t>(c - '0');
    }
    if (good && *mode <= 07777) return absl::OkStatus();
    return text_.ErrorAt(offset,
                         absl::StrCat("mode ", QuoteShort(*octal),
                                      " is not an octal number up to 07777"));
  }

  // A text under its key or, in hexadecimal, under that and "_hex".
  absl::Status ReadBytes(std::string_view key, bool is_hex, PlacedText* bytes) {
    const size_t offset = text_.offset();
    if (bytes->has_value()) {
      return text_.ErrorAt(
          offset, absl::StrCat("both \"", key, "\" and \"", key, "_hex\""));
    }
    const std::string what = absl::StrCat("\"", key, is_hex ? "_hex\"" : "\"");
    absl::StatusOr<std::string_view> string = text_.ReadString(what);
    if (!string.ok()) return string.status();
    Placed<std::string>& placed = bytes->emplace();
    placed.offset = offset;
    if (!is_hex) {
      placed.value = std::string(*string);
      return absl::OkStatus();
    }
    // With a byte that is not ASCII, HexStringToBytes reads beside its table.
    if (!std::all_of(string->begin(), string->end(), absl::ascii_isxdigit) ||
        !absl::HexStringToBytes(*string, &placed.value)) {
      return text_.ErrorAt(offset, absl::StrCat(what, " must be hexadecimal"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckPlacedPath(const Placed<std::string>& path) const {
    const std::string problem = ProblemOfPath(path.value);
    return problem.empty() ? absl::OkStatus()
                           : text_.ErrorAt(path.offset, problem);
  }

  absl::Status ReadWorkingDirectory(std::string_view what) {
    const size_t offset = text_.offset();
    absl::StatusOr<std::string_view> path = text_.ReadString(what);
    if (!path.ok()) return path.status();
    absl::Status status = CheckPlacedPath({std::string(*path), offset});
    if (status.ok()) tree_.SetWorkingDirectory(*path, offset);
    return status;
  }

  absl::Status ReadMount() {
    enum Key : size_t { kPath, kPathHex, kFlags };
    static constexpr std::string_view kKeys[] = {"path", "path_hex", "flags"};
    const size_t mount_offset = text_.offset();
    PlacedText path;
    uint64_t flags = 0;
    absl::Status status = text_.ReadObject("a mount", kKeys, [&](size_t key) {
      if (key == kFlags) {
        return text_.ReadList("\"flags\"", [&] { return ReadFlag(&flags); });
      }
      absl::Status read = ReadBytes("path", key == kPathHex, &path);
      return read.ok() ? CheckPlacedPath(*path) : read;
    });
    if (!status.ok()) return status;
    if (!path.has_value()) {
      return text_.ErrorAt(mount_offset, "a mount without \"path\"");
    }
    tree_.AddMount(path->value, flags, path->offset);
    return absl::OkStatus();
  }

  absl::Status ReadFlag(uint64_t* flags) {
    const size_t offset = text_.offset();
    absl::StatusOr<std::string_view> name = text_.ReadString("a mount flag");
    if (!name.ok()) return name.status();
    const SnapshotMountFlag* const known =
        FindNamed(kSnapshotMountFlags, *name);
    if (known == nullptr) {
      return text_.ErrorAt(
          offset, absl::StrCat("unknown mount flag ", QuoteShort(*name),
                               DidYouMean(Names(kSnapshotMountFlags), *name)));
    }
    if ((*flags & known->flag) != 0) {
      return text_.ErrorAt(offset,
                           absl::StrCat("flag ", Quote(*name), " twice"));
    }
    *flags |= known->flag;
    return absl::OkStatus();
  }

  absl::Status ErrorOf(const SnapshotTreeBuilder::Problem& problem) const {
    std::string message = problem.message;
    if (problem.first_place.has_value()) {
      absl::StrAppend(&message, ", first on line ",
                      text_.Line(*problem.first_place));
    }
    return text_.ErrorAt(problem.place, message);
  }

  JsonText text_;
  SnapshotTreeBuilder tree_{kMaxSnapshotFiles};
  std::unique_ptr<MachineFacts> facts_;
  bool knows_possible_cpus_ = false;
  Cpus possible_cpus_;
  Cpus thermal_throttle_cpus_;
};

}  // namespace

absl::StatusOr<Snapshot> ReadSnapshot(std::string_view json,
                                      std::string_view file_name) {
  return Reader(json, file_name).Read();
}

}  // namespace specgen
