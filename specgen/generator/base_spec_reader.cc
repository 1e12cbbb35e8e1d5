#include "specgen/generator/base_spec_reader.h"

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
#include "specgen/generator/runtime_spec_schema.h"
#include "specgen/json/go_value.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

namespace schema = runtime_spec_1_0_0_rc2_dev;

constexpr GoField kSpecField = {"spec", GoKind::kStruct, GoForm::kPlain, false,
                                schema::kSpec};

// A struct value with its table: members by key.
struct Struct {
  const GoValue& value;
  absl::Span<const GoField> fields;

  size_t IndexOf(std::string_view key) const {
    size_t i = 0;
    while (fields[i].key != key) ++i;
    return i;
  }
  const GoField& Field(std::string_view key) const {
    return fields[IndexOf(key)];
  }
  const GoValue& Member(std::string_view key) const {
    return value[IndexOf(key)];
  }
  Struct Sub(std::string_view key) const {
    return {Member(key), Field(key).fields};
  }
};

std::string Encoded(const GoValue& value, const GoField& field) {
  std::string out;
  JsonWriter writer(&out);
  value.Encode(field, &writer);
  writer.Finish();
  return out;
}

// The items of an encoded list: what stands between its brackets.
std::string Items(const Struct& owner, std::string_view key) {
  const std::string json = Encoded(owner.Member(key), owner.Field(key));
  return json == "null" ? "" : json.substr(1, json.size() - 2);
}

enum class Comma { kBefore, kBehind };

// Those of the members that are written, each with a comma.
std::string Members(const Struct& owner,
                    std::initializer_list<std::string_view> keys, Comma comma) {
  std::string out;
  for (std::string_view key : keys) {
    const GoField& field = owner.Field(key);
    const GoValue& value = owner.Member(key);
    if (field.omits_empty && value.IsEmpty(field)) continue;
    if (comma == Comma::kBefore) out += ',';
    absl::StrAppend(&out, "\"", key, "\":", Encoded(value, field));
    if (comma == Comma::kBehind) out += ',';
  }
  return out;
}

}  // namespace

// Cuts a decoded spec into the parts that InitSpec needs.
class BaseSpecBuilder {
 public:
  BaseSpecBuilder(const Behaviour& behaviour, OwnedBaseSpec* owned)
      : behaviour_(behaviour), owned_(*owned), spec_(owned->spec_) {}

  void Build(const GoValue& value) {
    const Struct spec = {value, kSpecField.fields};
    spec_.head =
        Keep(Members(spec, {"ociVersion", "platform"}, Comma::kBehind));
    BuildProcess(spec.Sub("process"));
    spec_.hostname_tail = Keep(Members(spec, {"hostname"}, Comma::kBefore));
    BuildMounts(spec.Sub("mounts"));
    spec_.mount_items = Keep(Items(spec, "mounts"));
    spec_.hooks_tail =
        Keep(Members(spec, {"hooks", "annotations"}, Comma::kBefore));
    spec_.has_linux = !spec.Member("linux").is_nil();
    if (spec_.has_linux) BuildLinux(spec.Sub("linux"));
    spec_.tail = Keep(Members(spec, {"solaris", "windows"}, Comma::kBefore));
    JoinParts(
        {.replaces_process = behaviour_.replaces_process,
         .console_size = behaviour_.console_size},
        [this](std::string text) { return Keep(std::move(text)); }, &spec_);
  }

 private:
  std::string_view Keep(std::string text) {
    return owned_.text_.emplace_back(std::move(text));
  }

  void BuildProcess(const Struct& process) {
    std::string head =
        Members(process, {"consoleSize", "user"}, Comma::kBehind);
    head.pop_back();  // user is always there
    spec_.process_head = Keep(std::move(head));
    spec_.capability_items = Keep(Items(process, "capabilities"));
    spec_.process_tail = Keep(Members(
        process,
        {"rlimits", "noNewPrivileges", "apparmorProfile", "selinuxLabel"},
        Comma::kBefore));
  }

  void BuildMounts(const Struct& mounts) {
    const GoField item = {"mounts", GoKind::kStruct, GoForm::kPlain, false,
                          mounts.fields};
    for (size_t i = 0; i < mounts.value.size(); ++i) {
      const Struct mount = {mounts.value[i], mounts.fields};
      owned_.mounts_.push_back({Keep(mount.Member("destination").text()),
                                Keep(mount.Member("type").text()),
                                Keep(mount.Member("source").text()),
                                {},
                                Keep(Encoded(mount.value, item))});
    }
    spec_.mounts = owned_.mounts_;
  }

  void BuildLinux(const Struct& linux_spec) {
    spec_.linux_head = Keep(Members(
        linux_spec, {"uidMappings", "gidMappings", "sysctl"}, Comma::kBehind));
    spec_.has_resources = !linux_spec.Member("resources").is_nil();
    const Struct resources = linux_spec.Sub("resources");
    spec_.device_rule_items = Keep(Items(resources, "devices"));
    spec_.resources_tail =
        Keep(Members(resources,
                     {"disableOOMKiller", "oomScoreAdj", "memory", "cpu",
                      "pids", "blockIO", "hugepageLimits", "network"},
                     Comma::kBefore));
    spec_.cgroups_path_head =
        Keep(Members(linux_spec, {"cgroupsPath"}, Comma::kBehind));
    const Struct namespaces = linux_spec.Sub("namespaces");
    const GoField item = {"namespaces", GoKind::kStruct, GoForm::kPlain, false,
                          namespaces.fields};
    for (size_t i = 0; i < namespaces.value.size(); ++i) {
      const Struct entry = {namespaces.value[i], namespaces.fields};
      owned_.namespaces_.push_back({Keep(entry.Member("type").text()),
                                    Keep(Encoded(entry.value, item))});
    }
    spec_.namespaces = owned_.namespaces_;
    spec_.device_items = Keep(Items(linux_spec, "devices"));
    spec_.seccomp_head = Keep(Members(linux_spec, {"seccomp"}, Comma::kBehind));
    spec_.rootfs_propagation_head =
        Keep(Members(linux_spec, {"rootfsPropagation"}, Comma::kBehind));
    spec_.masked_path_items = Keep(Items(linux_spec, "maskedPaths"));
    spec_.readonly_path_items = Keep(Items(linux_spec, "readonlyPaths"));
    spec_.mount_label_head =
        Keep(Members(linux_spec, {"mountLabel"}, Comma::kBehind));
  }

  const Behaviour& behaviour_;
  OwnedBaseSpec& owned_;
  BaseSpec& spec_;
};

bool TakesBaseSpec(const Behaviour& behaviour) {
  return behaviour.takes_base_spec;
}

absl::StatusOr<std::unique_ptr<OwnedBaseSpec>> ReadBaseSpec(
    const Behaviour& behaviour, std::string_view json,
    std::string_view file_name) {
  if (!TakesBaseSpec(behaviour)) {
    return absl::FailedPreconditionError(
        absl::StrCat("Docker ", behaviour.name,
                     " takes no base spec: only 1.13.0-dev to 1.13.0-rc4 do"));
  }
  JsonIndex index;
  if (index.Build(json) != JsonIndex::Result::kOk) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_name, ":1:1: this is no JSON text"));
  }
  Arena arena;
  JsonReader reader(index, &arena);
  GoValue value;
  value.Decode(&reader, kSpecField);
  reader.ExpectEnd();
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_name, ":", LineAndColumn(index.all(), reader.problem().offset),
        ": ", reader.problem().message));
  }
  auto owned = std::make_unique<OwnedBaseSpec>();
  BaseSpecBuilder(behaviour, owned.get()).Build(value);
  return owned;
}

}  // namespace specgen
