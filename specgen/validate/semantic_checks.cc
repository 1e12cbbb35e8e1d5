#include "specgen/validate/semantic_checks.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/printable.h"
#include "specgen/privileges/capabilities.h"

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
    if (const JsonNode* process = spec_.Find("process")) Process(*process);
    const JsonNode* root = spec_.Find("root", "path");
    if (root != nullptr && root->is(JsonKind::kString) && root->text.empty()) {
      f_.Error("empty-path", *root, "the rootfs has no path");
    }
    if (const JsonNode* mounts = spec_.Find("mounts")) Mounts(*mounts);
    if (const JsonNode* hooks = spec_.Find("hooks")) Hooks(*hooks);
    if (const JsonNode* linux_part = spec_.Find("linux")) Linux(*linux_part);
    Hostname();
  }

 private:
  // Absolute in every version of the range?
  void MustBeAbsolute(const JsonNode* node, std::string_view what) {
    if (node == nullptr || !node->is(JsonKind::kString) ||
        IsAbsolute(node->text)) {
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
      f_.Error("no-args", process, "there is no program to run: no args");
    }
    MustBeAbsolute(process.Find("cwd"), "cwd");
    if (const JsonNode* env = process.Find("env")) {
      for (const JsonNode& entry : env->List()) {
        if (!entry.is(JsonKind::kString)) continue;
        const size_t equals = entry.text.find('=');
        if (equals == std::string_view::npos || equals == 0) {
          f_.Warning("env-form", entry,
                     absl::StrCat(Quote(entry.text), " is not NAME=VALUE"));
        }
      }
    }
    Rlimits(process);
    Capabilities(process);
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
        const std::string message =
            absl::StrCat(Quote(name.text), " is no capability of Linux");
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
          f_.Error("capability-not-permitted", name,
                   absl::StrCat(Quote(name.text), " is ", set.key,
                                " but not permitted: capset(2) fails"));
        }
      }
    }
  }

  void Mounts(const JsonNode& mounts) {
    std::map<std::string_view, std::string> seen;
    for (const JsonNode& mount : mounts.List()) {
      const JsonNode* destination = mount.Find("destination");
      if (destination != nullptr && destination->is(JsonKind::kString)) {
        if (!IsAbsolute(destination->text)) {
          const std::string message =
              absl::StrCat("the destination ", Quote(destination->text),
                           " is not an absolute path");
          if (rules_.to >= V::k1_2_0) {  // SHOULD since then
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
    }
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
    if (mount.String("type") == "bind" && !binds) {
      f_.Error("bind-option", mount,
               "a bind mount needs the option \"bind\" or \"rbind\": there is "
               "no file system of type bind");
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
    Propagation(part.Find("rootfsPropagation"));
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
    std::set<std::string_view> seen;
    for (const JsonNode& device : list.List()) {
      const JsonNode* path = device.Find("path");
      MustBeAbsolute(path, "a device's path");
      if (path != nullptr && path->is(JsonKind::kString) &&
          !seen.insert(path->text).second) {
        f_.Error("duplicate-device", *path,
                 absl::StrCat("there are two devices at ", Quote(path->text)));
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
      const JsonNode* namespaces = spec_.Find("linux", "namespaces");
      bool uts = false;
      if (namespaces != nullptr) {
        for (const JsonNode& entry : namespaces->List()) {
          uts |= entry.String("type") == "uts";
        }
      }
      if (!uts) {
        f_.Error("hostname-without-uts", *name,
                 absl::StrCat("a ", key, " needs a namespace of type \"uts\""));
      }
    }
  }

  const JsonNode& spec_;
  const OciVersionRange& rules_;
  FindingList& f_;
};

}  // namespace

void CheckMeaning(const JsonNode& spec, const OciVersionRange& rules,
                  FindingList* findings) {
  MeaningCheck(spec, rules, findings).Check();
}

}  // namespace specgen
