#include "specgen/validate/semantic_checks.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/known/capabilities.h"

namespace specgen {
namespace {

using V = OciVersion;

// getrlimit(2).
constexpr std::string_view kRlimits[] = {
    "RLIMIT_AS",     "RLIMIT_CORE",   "RLIMIT_CPU",        "RLIMIT_DATA",
    "RLIMIT_FSIZE",  "RLIMIT_LOCKS",  "RLIMIT_MEMLOCK",    "RLIMIT_MSGQUEUE",
    "RLIMIT_NICE",   "RLIMIT_NOFILE", "RLIMIT_NPROC",      "RLIMIT_RSS",
    "RLIMIT_RTPRIO", "RLIMIT_RTTIME", "RLIMIT_SIGPENDING", "RLIMIT_STACK",
};

constexpr std::string_view kPropagations[] = {"shared", "slave", "private",
                                              "unbindable"};

template <typename List>
bool Holds(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// What is no file system of Linux, though it stands where one belongs.
constexpr std::string_view kNoFileSystems[] = {"", "none", "rbind", "volume",
                                               "npipe"};

// Of annotations: below org.opencontainers, and none of those that config.md or
// the image spec's conversion.md has.
bool IsReserved(std::string_view key) {
  constexpr std::string_view kKnown[] = {
      "os",     "os.version", "os.features", "architecture", "variant",
      "author", "created",    "stopSignal",  "exposedPorts"};
  if (!absl::ConsumePrefix(&key, "org.opencontainers")) return false;
  if (!key.empty() && key[0] != '.') return false;
  return !absl::ConsumePrefix(&key, ".image.") || !Holds(kKnown, key);
}

// GOOS and GOARCH of Go (internal/syslist).
constexpr std::string_view kSystems[] = {
    "aix",     "android", "darwin",  "dragonfly", "freebsd", "hurd",
    "illumos", "ios",     "js",      "linux",     "nacl",    "netbsd",
    "openbsd", "plan9",   "solaris", "wasip1",    "windows", "zos"};
constexpr std::string_view kArchitectures[] = {
    "386",         "amd64",   "amd64p32", "arm",    "arm64",    "arm64be",
    "armbe",       "loong64", "mips",     "mips64", "mips64le", "mips64p32",
    "mips64p32le", "mipsle",  "ppc",      "ppc64",  "ppc64le",  "riscv",
    "riscv64",     "s390",    "s390x",    "sparc",  "sparc64",  "wasm"};

// Takes a number of that many digits.
bool TakeNumber(std::string_view* text, size_t digits, int* number) {
  if (text->size() < digits) return false;
  *number = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return false;
    *number = 10 * *number + (c - '0');
  }
  text->remove_prefix(digits);
  return true;
}

bool TakeOneOf(std::string_view* text, std::string_view characters) {
  if (text->empty() || !absl::StrContains(characters, (*text)[0])) return false;
  text->remove_prefix(1);
  return true;
}

// RFC 3339, 5.6: date-time.
bool IsDateTime(std::string_view text) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year, month, day, hour, minute, second;
  if (!TakeNumber(&text, 4, &year) || !TakeOneOf(&text, "-") ||
      !TakeNumber(&text, 2, &month) || !TakeOneOf(&text, "-") ||
      !TakeNumber(&text, 2, &day) || !TakeOneOf(&text, "Tt") ||
      !TakeNumber(&text, 2, &hour) || !TakeOneOf(&text, ":") ||
      !TakeNumber(&text, 2, &minute) || !TakeOneOf(&text, ":") ||
      !TakeNumber(&text, 2, &second)) {
    return false;
  }
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  // A minute may have a leap second.
  if (month < 1 || month > 12 || day < 1 ||
      day > kDays[month - 1] + (month == 2 && leap ? 1 : 0) || hour > 23 ||
      minute > 59 || second > 60) {
    return false;
  }
  if (TakeOneOf(&text, ".")) {
    const size_t digits =
        std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  if (TakeOneOf(&text, "Zz")) return text.empty();
  return TakeOneOf(&text, "+-") && TakeNumber(&text, 2, &hour) && hour <= 23 &&
         TakeOneOf(&text, ":") && TakeNumber(&text, 2, &minute) &&
         minute <= 59 && text.empty();
}

// "v7", "v8.1".
bool IsVariant(std::string_view text) {
  return absl::ConsumePrefix(&text, "v") && !text.empty() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// "SIGTERM", "SIGRTMIN+3"; and a number, as Docker takes it.
bool IsSignal(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  if (absl::ConsumePrefix(&text, "SIG")) {
    const size_t end = text.find_first_of("+-");
    const std::string_view name = text.substr(0, end);
    const std::string_view offset =
        end == std::string_view::npos ? "0" : text.substr(end + 1);
    return !name.empty() && !offset.empty() &&
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
               std::string_view::npos &&
           offset.find_first_not_of(kDigits) == std::string_view::npos;
  }
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

// "C:\\x", "C:/x", "\\\\server\\share", "\\\\.\\pipe\\x"; also "\\x", of the
// current drive, which Windows containers take for C:.
bool IsWindowsPath(std::string_view path) {
  const auto is_slash = [](char c) { return c == '\\' || c == '/'; };
  if (!path.empty() && is_slash(path[0])) return true;
  return path.size() >= 3 &&
         absl::ascii_isalpha(static_cast<unsigned char>(path[0])) &&
         path[1] == ':' && is_slash(path[2]);
}

// "\\\\?\\Volume{GUID}\\", in letters of either case, as Windows takes it.
bool IsVolumePath(std::string_view path) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::string_view kStart = "\\\\?\\Volume{";
  if (!absl::StartsWithIgnoreCase(path, kStart)) return false;
  path.remove_prefix(kStart.size());
  if (path.size() < kForm.size() + 1 || path[kForm.size()] != '}') return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '-'
            ? path[i] != '-'
            : !absl::ascii_isxdigit(static_cast<unsigned char>(path[i]))) {
      return false;
    }
  }
  path.remove_prefix(kForm.size() + 1);
  return path.empty() || path[0] == '\\';
}

// Of two at the same path: that is no error then (config-linux.md, devices).
bool IsSameDevice(const JsonNode& a, const JsonNode& b) {
  for (std::string_view key : {"type", "major", "minor"}) {
    const JsonNode* of_a = a.Find(key);
    const JsonNode* of_b = b.Find(key);
    if ((of_a == nullptr) != (of_b == nullptr)) return false;
    if (of_a != nullptr && of_a->text != of_b->text) return false;
  }
  return true;
}

bool IsAbsolute(std::string_view path) { return absl::StartsWith(path, "/"); }

uint64_t Unsigned(const JsonNode* node) {
  uint64_t value = 0;
  if (node != nullptr) {
    std::from_chars(node->text.data(), node->text.data() + node->text.size(),
                    value);
  }
  return value;
}

class MeaningCheck {
 public:
  MeaningCheck(const JsonNode& spec, const OciVersionRange& rules,
               FindingList* findings)
      : spec_(spec), rules_(rules), f_(*findings) {}

  void Check() {
    Platform();
    Root();
    Annotations();
    NulBytes(spec_);
    if (const JsonNode* process = spec_.Find("process")) Process(*process);
    if (const JsonNode* mounts = spec_.Find("mounts")) Mounts(*mounts);
    if (const JsonNode* hooks = spec_.Find("hooks")) Hooks(*hooks);
    if (const JsonNode* linux_part = spec_.Find("linux")) Linux(*linux_part);
    if (const JsonNode* part = spec_.Find("windows")) Windows(*part);
    if (const JsonNode* part = spec_.Find("vm")) Vm(*part);
    if (const JsonNode* list = spec_.Find("zos", "namespaces")) {
      Namespaces(*list);
    }
    Hostname();
  }

 private:
  // Which systems the document is for. Linux containers on Windows have parts
  // for both.
  void Platform() {
    windows_ = spec_.Find("windows") != nullptr;
    // Beside that of Windows, an empty part says nothing.
    const JsonNode* linux_part = spec_.Find("linux");
    linux_ = linux_part != nullptr && !(windows_ && linux_part->items.empty());
    // A document that names no system may be for any.
    may_be_linux_ = linux_ || (!windows_ && spec_.Find("solaris") == nullptr &&
                               spec_.Find("freebsd") == nullptr &&
                               spec_.Find("zos") == nullptr);
    has_user_namespace_ = HasNamespace("user");
  }
  bool IsWindowsOnly() const { return windows_ && !linux_; }

  bool IsAbsoluteThere(std::string_view path) const {
    if (IsWindowsOnly()) return IsWindowsPath(path);
    return IsAbsolute(path) || (windows_ && IsWindowsPath(path));
  }

  void Root() {
    const JsonNode* root = spec_.Find("root");
    const bool hyper_v = spec_.Find("windows", "hyperv") != nullptr &&
                         rules_.to >= V::k1_0_0_rc6;
    if (root == nullptr) {
      if (!hyper_v) f_.Error("required", spec_, "\"root\" is missing");
      return;
    }
    if (hyper_v) {
      f_.Error("root-with-hyperv", *root,
               "a Hyper-V container must have no \"root\"");
      return;
    }
    const JsonNode* path = root->Find("path");
    if (path != nullptr && path->is(JsonKind::kString)) {
      if (path->text.empty()) {
        f_.Error("empty-path", *path, "the rootfs has no path");
      } else if (IsWindowsOnly() && !IsVolumePath(path->text)) {
        f_.Error("volume-path", *path,
                 absl::StrCat("on Windows, the rootfs must be a volume GUID "
                              "path such as \\\\?\\Volume{GUID}\\, not ",
                              Quote(path->text)));
      }
    }
    const JsonNode* read_only = root->Find("readonly");
    if (IsWindowsOnly() && read_only != nullptr && read_only->is_true()) {
      f_.Error("readonly-on-windows", *read_only,
               "on Windows, \"readonly\" must be false");
    }
  }

  void Annotations() {
    const JsonNode* annotations = spec_.Find("annotations");
    if (annotations == nullptr || !annotations->is(JsonKind::kObject)) return;
    for (const JsonNode& member : annotations->items) {
      if (member.key.empty()) {
        f_.Error("empty-key", member, "an annotation's key must not be empty");
      } else if (rules_.from >= V::k1_2_0) {
        if (IsReserved(member.key)) {
          // Runtimes pass over it, and a later text may have it.
          f_.Warning("reserved-key", member,
                     absl::StrCat("the key ", Quote(member.key),
                                  " is reserved: of org.opencontainers there "
                                  "are only those of the runtime spec"));
        } else {
          ImageAnnotation(member);
        }
      }
    }
  }

  // What the image's config has must be there as that has it: the image spec
  // (v1.1.1, config.md) gives a form to one of these, and names for others that
  // should be used.
  void ImageAnnotation(const JsonNode& member) {
    std::string_view key = member.key;
    const std::string_view value = member.String();
    if (value.empty() ||
        !absl::ConsumePrefix(&key, "org.opencontainers.image.")) {
      return;
    }
    const auto should_be = [&](const auto& names, std::string_view what) {
      if (Holds(names, value)) return;
      f_.Warning("annotation-value", member,
                 absl::StrCat(Quote(value), " is no ", what, " that Go knows",
                              DidYouMean(names, value)));
    };
    if (key == "created" && !IsDateTime(value)) {
      f_.Error("annotation-value", member,
               absl::StrCat("the time must be one of RFC 3339, such as "
                            "2026-01-31T12:00:00Z, not ",
                            Quote(value)));
    } else if (key == "os") {
      should_be(kSystems, "operating system");
    } else if (key == "architecture") {
      should_be(kArchitectures, "architecture");
    } else if (key == "variant" && !IsVariant(value)) {
      f_.Warning("annotation-value", member,
                 absl::StrCat(Quote(value),
                              " is no variant of an architecture: these are "
                              "like \"v8\""));
    } else if (key == "stopSignal" && !IsSignal(value)) {
      f_.Warning("annotation-value", member,
                 absl::StrCat(Quote(value),
                              " is no signal: these are like \"SIGTERM\" and "
                              "\"SIGRTMIN+3\""));
    }
  }

  // C's strings, which the kernel takes, end there.
  void NulBytes(const JsonNode& root) {
    std::vector<const JsonNode*> pending = {&root};
    while (!pending.empty()) {
      const JsonNode* node = pending.back();
      pending.pop_back();
      if (node->is(JsonKind::kString) &&
          node->text.find('\0') != std::string_view::npos) {
        f_.Warning(
            "nul-byte", *node,
            absl::StrCat("there is a NUL character in ", Quote(node->text),
                         ": the kernel's strings end there"));
      }
      for (const JsonNode& item : node->items) pending.push_back(&item);
    }
  }

  void Windows(const JsonNode& part) {
    const JsonNode* cpu = part.Find("resources", "cpu");
    if (cpu != nullptr) {
      // dockerd writes all three for a process-isolated container, and 0 for
      // those that are not set (moby v28.5.2, daemon/oci_windows.go).
      int given = 0;
      for (std::string_view key : {"count", "shares", "maximum"}) {
        const JsonNode* const value = cpu->Find(key);
        given += value != nullptr && value->text != "0" ? 1 : 0;
      }
      if (given > 1) {
        f_.Error("windows-cpu", *cpu,
                 "only one of count, shares and maximum may be there");
      }
    }
    const JsonNode* network = part.Find("network");
    if (network != nullptr && network->is(JsonKind::kObject) &&
        network->Find("networkNamespace") != nullptr &&
        network->items.size() > 1) {
      f_.Warning("windows-network", *network,
                 "beside networkNamespace there must be no other setting");
    }
  }

  void Vm(const JsonNode& part) {
    MustBeAbsolute(part.Find("hypervisor", "path"), "the hypervisor's path");
    MustBeAbsolute(part.Find("kernel", "path"), "the kernel's path");
    MustBeAbsolute(part.Find("kernel", "initrd"), "the initrd's path");
    MustBeAbsolute(part.Find("image", "path"), "the image's path");
  }

  // Absolute in every version of the range?
  void MustBeAbsolute(const JsonNode* node, std::string_view what) {
    if (node == nullptr || !node->is(JsonKind::kString) ||
        IsAbsoluteThere(node->text)) {
      return;
    }
    f_.Error("relative-path", *node,
             absl::StrCat(what, " must be an absolute path, not ",
                          Quote(node->text)));
  }

  void Process(const JsonNode& process) {
    const JsonNode* args = process.Find("args");
    if (args != nullptr && args->is(JsonKind::kArray) && args->items.empty()) {
      f_.Error("no-args", *args, "there is no program to run: args is empty");
    } else if (args == nullptr && process.is(JsonKind::kObject) &&
               process.Find("commandLine") == nullptr &&
               rules_.to >= V::k1_0_2) {
      // Up to 1.0.1, args is a required field.
      f_.Error("no-args", process,
               IsWindowsOnly()
                   ? "there is no program to run: no args and no commandLine"
                   : "there is no program to run: no args");
    }
    MustBeAbsolute(process.Find("cwd"), "cwd");
    Environment(process);
    Rlimits(process);
    Capabilities(process);
  }

  // Of a process or a hook.
  void Environment(const JsonNode& program) {
    const JsonNode* env = program.Find("env");
    if (env == nullptr) return;
    for (const JsonNode& entry : env->List()) {
      if (!entry.is(JsonKind::kString)) continue;
      const size_t equals = entry.text.find('=');
      if (equals == std::string_view::npos || equals == 0) {
        f_.Warning("env-form", entry,
                   absl::StrCat(Quote(entry.text), " is not NAME=VALUE"));
      }
    }
  }

  void Rlimits(const JsonNode& process) {
    const JsonNode* rlimits = process.Find("rlimits");
    if (rlimits == nullptr) return;
    std::set<std::string_view> seen;
    for (const JsonNode& limit : rlimits->List()) {
      const JsonNode* type = limit.Find("type");
      if (type == nullptr || !type->is(JsonKind::kString)) continue;
      if (!Holds(kRlimits, type->text)) {
        f_.Error("rlimit-type", *type,
                 absl::StrCat(Quote(type->text), " is no resource limit"));
      }
      if (!seen.insert(type->text).second) {
        f_.Error("duplicate-rlimit", *type,
                 absl::StrCat(Quote(type->text), " is limited twice"));
      }
      const JsonNode* soft = limit.Find("soft");
      const JsonNode* hard = limit.Find("hard");
      if (soft != nullptr && hard != nullptr &&
          Unsigned(soft) > Unsigned(hard)) {
        f_.Error("rlimit-order", *soft, "soft is above hard");
      }
    }
  }

  void CapabilityList(const JsonNode& list) {
    std::set<std::string_view> seen;
    for (const JsonNode& name : list.List()) {
      if (!name.is(JsonKind::kString)) continue;
      if (FindCapability(name.text) == nullptr) {
        const Capability* const meant = FindCapabilityToAny(name.text);
        const std::string message =
            meant == nullptr
                ? absl::StrCat(Quote(name.text), " is no capability of Linux")
                : absl::StrCat(Quote(name.text), " is not how ", meant->name,
                               " is written");
        // From 1.1.0 on a runtime must go on, with a warning.
        if (rules_.to >= V::k1_1_0_rc_1) {
          f_.Warning("unknown-capability", name, message);
        } else {
          f_.Error("unknown-capability", name, message);
        }
      }
      if (!seen.insert(name.text).second) {
        f_.Warning("duplicate-capability", name,
                   absl::StrCat(Quote(name.text), " stands here twice"));
      }
    }
  }

  void Capabilities(const JsonNode& process) {
    const JsonNode* capabilities = process.Find("capabilities");
    if (capabilities == nullptr) return;
    CapabilityList(*capabilities);  // before 1.0.0-rc5
    if (!capabilities->is(JsonKind::kObject)) return;
    std::set<std::string_view> permitted;
    if (const JsonNode* list = capabilities->Find("permitted")) {
      for (const JsonNode& name : list->List()) permitted.insert(name.text);
    }
    for (const JsonNode& set : capabilities->items) {
      CapabilityList(set);
      if (set.key != "effective" && set.key != "ambient") continue;
      for (const JsonNode& name : set.List()) {
        if (name.is(JsonKind::kString) && !permitted.contains(name.text)) {
          f_.Error(
              "capability-not-permitted", name,
              absl::StrCat(Quote(name.text), " is ", set.key,
                           " but not permitted: ",
                           set.key == "ambient" ? "prctl(2) does not raise it"
                                                : "capset(2) fails"));
        }
      }
    }
  }

  void Mounts(const JsonNode& mounts) {
    std::map<std::string_view, std::string> seen;
    for (const JsonNode& mount : mounts.List()) {
      const JsonNode* destination = mount.Find("destination");
      if (destination != nullptr && destination->is(JsonKind::kString)) {
        if (!IsAbsoluteThere(destination->text)) {
          const std::string message =
              absl::StrCat("the destination ", Quote(destination->text),
                           " is not an absolute path");
          // On Linux a SHOULD since then.
          if (rules_.to >= V::k1_2_0 && may_be_linux_) {
            f_.Warning("relative-destination", *destination, message);
          } else {
            f_.Error("relative-destination", *destination, message);
          }
        }
        const auto [entry, is_new] =
            seen.try_emplace(destination->text, mount.Pointer());
        if (!is_new) {
          f_.Warning(
              "duplicate-destination", *destination,
              absl::StrCat("it is mounted over that of ", entry->second));
          entry->second = mount.Pointer();
        }
      }
      MountOptions(mount);
      MountMappings(mount);
    }
    if (IsWindowsOnly()) NestedMounts(mounts);
  }

  // In Windows, "c:\\a" and "C:/a/" name the same.
  static std::string FoldedPath(std::string_view path) {
    std::string folded = absl::AsciiStrToLower(path);
    std::replace(folded.begin(), folded.end(), '/', '\\');
    while (folded.size() > 3 && folded.back() == '\\') folded.pop_back();
    return folded;
  }

  void NestedMounts(const JsonNode& mounts) {
    std::map<std::string, const JsonNode*> destinations;
    for (const JsonNode& mount : mounts.List()) {
      const JsonNode* destination = mount.Find("destination");
      if (destination == nullptr || destination->String().empty()) continue;
      destinations.emplace(FoldedPath(destination->text), destination);
    }
    // Deeper than that is no path of Windows, and would take long.
    constexpr int kDeepest = 100;
    for (const auto& [path, node] : destinations) {
      int depth = 0;
      for (size_t at = path.find('\\');
           at != std::string::npos && depth < kDeepest;
           at = path.find('\\', at + 1), ++depth) {
        const std::string above = path.substr(0, at);
        if (at + 1 < path.size() && destinations.contains(above)) {
          f_.Error("nested-mounts", *node,
                   absl::StrCat("on Windows, the mount at ", Quote(node->text),
                                " must not be inside of another"));
          break;
        }
      }
    }
  }

  void MountMappings(const JsonNode& mount) {
    const JsonNode* uids = mount.Find("uidMappings");
    const JsonNode* gids = mount.Find("gidMappings");
    if ((uids == nullptr) != (gids == nullptr)) {
      f_.Error("mount-mappings", mount,
               absl::StrCat(uids != nullptr ? "uidMappings" : "gidMappings",
                            " must be there with ",
                            uids != nullptr ? "gidMappings" : "uidMappings"));
    }
    const JsonNode* idmap = nullptr;
    if (const JsonNode* options = mount.Find("options")) {
      for (const JsonNode& option : options->List()) {
        if (option.String() == "idmap" || option.String() == "ridmap") {
          idmap = &option;
        }
      }
    }
    const auto has_any = [](const JsonNode* list) {
      return list != nullptr && !list->List().empty();
    };
    if (idmap != nullptr && !has_any(uids) && !has_any(gids) &&
        !has_user_namespace_) {
      f_.Error("idmap-without-mappings", *idmap,
               absl::StrCat(Quote(idmap->text),
                            " needs uidMappings and gidMappings, or a user "
                            "namespace"));
    } else if (idmap == nullptr && uids != nullptr && gids != nullptr) {
      f_.Warning("mappings-without-idmap", mount,
                 "there should be the option \"idmap\" or \"ridmap\": older "
                 "runtimes pass over the mappings");
    }
  }

  bool HasNamespace(std::string_view type) const {
    for (std::string_view system : {"linux", "zos"}) {
      const JsonNode* namespaces = spec_.Find(system, "namespaces");
      if (namespaces == nullptr) continue;
      for (const JsonNode& entry : namespaces->List()) {
        if (entry.String("type") == type) return true;
      }
    }
    return false;
  }

  void MountOptions(const JsonNode& mount) {
    bool binds = false;
    std::string_view propagation;
    if (const JsonNode* options = mount.Find("options")) {
      for (const JsonNode& option : options->List()) {
        const std::string_view text = option.String();
        binds |= text == "bind" || text == "rbind";
        std::string_view plain = text;
        if (!Holds(kPropagations, plain) && absl::StartsWith(plain, "r")) {
          plain.remove_prefix(1);
        }
        if (!Holds(kPropagations, plain)) continue;
        if (!propagation.empty() && propagation != text) {
          f_.Warning("propagation-conflict", option,
                     absl::StrCat(Quote(propagation), " and ", Quote(text),
                                  " contradict each other"));
        }
        propagation = text;
      }
    }
    const JsonNode* type = mount.Find("type");
    if (mount.String("type") == "bind" && !binds) {
      f_.Error("bind-option", mount,
               "a bind mount needs the option \"bind\" or \"rbind\": there is "
               "no file system of type bind");
    } else if (linux_ && !windows_ && !binds &&
               mount.Find("destination") != nullptr &&
               (type == nullptr || type->is(JsonKind::kString)) &&
               Holds(kNoFileSystems, type == nullptr ? "" : type->text)) {
      f_.Error("bind-option", mount,
               "a mount needs a type that is a file system, or the option "
               "\"bind\" or \"rbind\"");
    }
    if (binds && mount.String("source").empty()) {
      f_.Warning("bind-source", mount,
                 "a bind mount without a source: runc binds the bundle's own "
                 "folder");
    }
  }

  void Hooks(const JsonNode& hooks) {
    if (!hooks.is(JsonKind::kObject)) return;
    for (const JsonNode& list : hooks.items) {
      for (const JsonNode& hook : list.List()) {
        MustBeAbsolute(hook.Find("path"), "a hook's path");
        Environment(hook);
      }
    }
  }

  void Linux(const JsonNode& part) {
    if (const JsonNode* list = part.Find("namespaces")) Namespaces(*list);
    if (const JsonNode* list = part.Find("devices")) Devices(*list);
    if (const JsonNode* rules = part.Find("resources", "devices")) {
      DeviceRules(*rules);
    }
    for (std::string_view key : {"maskedPaths", "readonlyPaths"}) {
      if (const JsonNode* list = part.Find(key)) {
        for (const JsonNode& path : list->List()) {
          MustBeAbsolute(&path, "such a path");
        }
      }
    }
    if (const JsonNode* offsets = part.Find("timeOffsets")) {
      TimeOffsets(*offsets, part.Find("namespaces"));
    }
    Propagation(part.Find("rootfsPropagation"));
    if (const JsonNode* seccomp = part.Find("seccomp")) Seccomp(*seccomp);
    if (const JsonNode* resources = part.Find("resources")) {
      Resources(*resources);
    }
    const JsonNode* l3_cache = part.Find("intelRdt", "l3CacheSchema");
    if (l3_cache != nullptr && !l3_cache->String().empty() &&
        (!absl::StartsWith(l3_cache->text, "L3:") ||
         absl::StrContains(l3_cache->text, "\n"))) {
      f_.Warning("l3-cache-schema", *l3_cache,
                 "l3CacheSchema should be one line that starts with \"L3:\"");
    }
    const JsonNode* flags = part.Find("personality", "flags");
    if (flags != nullptr && !flags->List().empty()) {
      f_.Error("personality-flags", *flags,
               "no flags of a personality are supported");
    }
    if (const JsonNode* policy = part.Find("memoryPolicy")) {
      MemoryPolicy(*policy);
    }
  }

  void MemoryPolicy(const JsonNode& policy) {
    const std::string_view mode = policy.String("mode");
    const bool has_nodes = !policy.String("nodes").empty();
    if (has_nodes && (mode == "MPOL_DEFAULT" || mode == "MPOL_LOCAL")) {
      f_.Warning("memory-nodes", policy,
                 absl::StrCat(mode, " takes no nodes: set_mempolicy(2) fails"));
    } else if (!has_nodes &&
               (mode == "MPOL_BIND" || mode == "MPOL_INTERLEAVE" ||
                mode == "MPOL_WEIGHTED_INTERLEAVE" ||
                mode == "MPOL_PREFERRED_MANY")) {
      f_.Warning("memory-nodes", policy,
                 absl::StrCat(mode, " needs nodes: set_mempolicy(2) fails"));
    }
  }

  // An errno goes with few actions.
  void Errno(const JsonNode& object, std::string_view action_key,
             std::string_view errno_key) {
    const std::string_view action = object.String(action_key);
    const JsonNode* errno_ret = object.Find(errno_key);
    if (errno_ret == nullptr || action.empty() || action == "SCMP_ACT_ERRNO" ||
        action == "SCMP_ACT_TRACE") {
      return;
    }
    f_.Error("errno-without-action", *errno_ret,
             absl::StrCat(Quote(action), " returns no errno"));
  }

  void Seccomp(const JsonNode& seccomp) {
    const JsonNode* metadata = seccomp.Find("listenerMetadata");
    if (metadata != nullptr && seccomp.String("listenerPath").empty()) {
      f_.Error("listener-metadata", *metadata,
               "listenerMetadata must not be there without listenerPath");
    }
    Errno(seccomp, "defaultAction", "defaultErrnoRet");
    Notifies(seccomp.Find("defaultAction"), seccomp);
    if (const JsonNode* syscalls = seccomp.Find("syscalls")) {
      for (const JsonNode& syscall : syscalls->List()) {
        Errno(syscall, "action", "errnoRet");
        Notifies(syscall.Find("action"), seccomp);
      }
    }
  }

  // Who is asked about such a call must be named.
  void Notifies(const JsonNode* action, const JsonNode& seccomp) {
    if (action == nullptr || action->String() != "SCMP_ACT_NOTIFY" ||
        !seccomp.String("listenerPath").empty()) {
      return;
    }
    f_.Warning("listener-path", *action,
               "SCMP_ACT_NOTIFY without listenerPath: nobody is asked, and "
               "runc refuses it");
  }

  // time_namespaces(7): the kernel has offsets of two clocks, below a second in
  // nanosecs, and takes them only for a namespace that is new.
  void TimeOffsets(const JsonNode& offsets, const JsonNode* namespaces) {
    if (!offsets.is(JsonKind::kObject) || offsets.items.empty()) return;
    const JsonNode* time = nullptr;
    if (namespaces != nullptr) {
      for (const JsonNode& entry : namespaces->List()) {
        if (entry.String("type") == "time") time = &entry;
      }
    }
    if (time == nullptr || !time->String("path").empty()) {
      f_.Warning("time-offsets", offsets,
                 "timeOffsets needs a new namespace of type time: runc refuses "
                 "it without");
    }
    for (const JsonNode& clock : offsets.items) {
      if (clock.key != "monotonic" && clock.key != "boottime") {
        f_.Warning("time-offsets", clock,
                   absl::StrCat(Quote(clock.key),
                                " is no clock of a time namespace: these are "
                                "monotonic and boottime"));
      }
      const JsonNode* nanosecs = clock.Find("nanosecs");
      constexpr uint64_t kSecond = 1000000000;
      if (IsPositive(nanosecs) && Unsigned(nanosecs) >= kSecond) {
        f_.Warning("time-offsets", *nanosecs,
                   "nanosecs is a second or more: the kernel refuses it");
      }
    }
  }

  static bool IsPositive(const JsonNode* node) {
    return node != nullptr && node->is(JsonKind::kNumber) &&
           !absl::StartsWith(node->text, "-") && Unsigned(node) > 0;
  }

  void Resources(const JsonNode& resources) {
    if (const JsonNode* cpu = resources.Find("cpu")) {
      const JsonNode* burst = cpu->Find("burst");
      const JsonNode* quota = cpu->Find("quota");
      if (IsPositive(burst) && IsPositive(quota) &&
          Unsigned(burst) > Unsigned(quota)) {
        f_.Error("cpu-burst", *burst, "burst must be no larger than quota");
      }
    }
    for (std::string_view key : {"weightDevice", "blkioWeightDevice"}) {
      const JsonNode* list = resources.Find("blockIO", key);
      if (list == nullptr) continue;
      for (const JsonNode& device : list->List()) {
        if (device.is(JsonKind::kObject) && device.Find("weight") == nullptr &&
            device.Find("leafWeight") == nullptr) {
          f_.Error("block-weight", device,
                   "there must be a weight or a leafWeight");
        }
      }
    }
    const JsonNode* rdma = resources.Find("rdma");
    if (rdma != nullptr && rdma->is(JsonKind::kObject)) {
      for (const JsonNode& device : rdma->items) {
        if (device.is(JsonKind::kObject) &&
            device.Find("hcaHandles") == nullptr &&
            device.Find("hcaObjects") == nullptr) {
          f_.Error("rdma-limits", device,
                   "there must be hcaHandles or hcaObjects");
        }
      }
    }
  }

  void Namespaces(const JsonNode& list) {
    std::set<std::string_view> seen;
    for (const JsonNode& entry : list.List()) {
      const JsonNode* type = entry.Find("type");
      if (type != nullptr && type->is(JsonKind::kString) &&
          !seen.insert(type->text).second) {
        f_.Error("duplicate-namespace", *type,
                 absl::StrCat("there are two namespaces of type ",
                              Quote(type->text)));
      }
      const JsonNode* path = entry.Find("path");
      if (path != nullptr && !path->String().empty()) {
        MustBeAbsolute(path, "a namespace's path");
      }
    }
  }

  void Devices(const JsonNode& list) {
    std::map<std::string_view, const JsonNode*> seen;
    for (const JsonNode& device : list.List()) {
      const JsonNode* path = device.Find("path");
      MustBeAbsolute(path, "a device's path");
      if (path != nullptr && path->is(JsonKind::kString)) {
        const auto [first, is_new] = seen.emplace(path->text, &device);
        if (!is_new && IsSameDevice(*first->second, device)) {
          f_.Warning("duplicate-device", *path,
                     absl::StrCat("the device ", Quote(path->text),
                                  " is there twice"));
        } else if (!is_new) {
          f_.Error(
              "duplicate-device", *path,
              absl::StrCat("there are two devices at ", Quote(path->text)));
        }
      }
      const std::string_view type = device.String("type");
      if (type == "c" || type == "b" || type == "u") {
        for (std::string_view key : {"major", "minor"}) {
          if (device.Find(key) == nullptr) {
            f_.Error("device-number", device,
                     absl::StrCat("a device of type ", Quote(type), " needs ",
                                  Quote(key)));
          }
        }
      }
    }
  }

  void DeviceRules(const JsonNode& list) {
    for (const JsonNode& rule : list.List()) {
      const JsonNode* type = rule.Find("type");
      if (type != nullptr && type->is(JsonKind::kString) &&
          !(type->text.empty() || type->text == "a" || type->text == "b" ||
            type->text == "c")) {
        f_.Error("device-rule-type", *type,
                 absl::StrCat(Quote(type->text),
                              " is no type of a rule: a (all), b or c"));
      }
      const JsonNode* access = rule.Find("access");
      if (access != nullptr && access->is(JsonKind::kString) &&
          access->text.find_first_not_of("rwm") != std::string_view::npos) {
        f_.Error("device-rule-access", *access,
                 absl::StrCat(Quote(access->text),
                              " is more than r (read), w (write) and m "
                              "(mknod)"));
      }
    }
  }

  void Propagation(const JsonNode* node) {
    if (node == nullptr || !node->is(JsonKind::kString) || node->text.empty() ||
        Holds(kPropagations, node->text)) {
      return;
    }
    if (absl::StartsWith(node->text, "r") &&
        Holds(kPropagations, node->text.substr(1))) {
      f_.Warning(
          "rootfs-propagation", *node,
          absl::StrCat(Quote(node->text),
                       " is not in the rules, which "
                       "have ",
                       Quote(node->text.substr(1)), "; runc and crun take it"));
    } else {
      f_.Error("rootfs-propagation", *node,
               absl::StrCat(Quote(node->text),
                            " is none of shared, slave, private, unbindable"));
    }
  }

  void Hostname() {
    for (std::string_view key : {"hostname", "domainname"}) {
      const JsonNode* name = spec_.Find(key);
      if (name == nullptr || name->String().empty()) continue;
      // The text allows it: then it is the name of the runtime's namespace.
      if (IsWindowsOnly() || spec_.Find("freebsd") != nullptr ||
          spec_.Find("solaris") != nullptr || HasNamespace("uts")) {
        continue;
      }
      f_.Warning("hostname-without-uts", *name,
                 absl::StrCat("a ", key,
                              " without a namespace of type \"uts\": runc "
                              "refuses it"));
    }
  }

  const JsonNode& spec_;
  const OciVersionRange& rules_;
  FindingList& f_;
  bool linux_ = false;
  bool windows_ = false;
  bool may_be_linux_ = false;
  bool has_user_namespace_ = false;
};

}  // namespace

void CheckMeaning(const JsonNode& spec, const OciVersionRange& rules,
                  FindingList* findings) {
  MeaningCheck(spec, rules, findings).Check();
}

}  // namespace specgen
