#include "specgen/generator/base_spec_reader.h"

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/rendered_base.h"
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

// A base spec with the memory that it points into.
struct OwnedBaseSpec {
  BaseSpec spec;
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> lists;
  std::vector<Mount> mounts;
};

// Takes the fields that InitSpec needs out of a decoded spec. The rest becomes
// pieces of JSON.
class BaseSpecBuilder {
 public:
  explicit BaseSpecBuilder(OwnedBaseSpec* owned)
      : owned_(*owned), spec_(owned->spec) {}

  void Build(const GoValue& value, const Behaviour& behaviour) {
    const Struct spec = {value, kSpecField.fields};
    const Struct process = spec.Sub("process");
    BasePieces pieces;
    pieces.head = Members(spec, {"ociVersion", "platform"}, Comma::kBehind);
    pieces.process_head =
        Members(process, {"consoleSize", "user"}, Comma::kBehind);
    pieces.process_head.pop_back();  // user is always there
    pieces.process_tail = Members(
        process,
        {"rlimits", "noNewPrivileges", "apparmorProfile", "selinuxLabel"},
        Comma::kBefore);
    pieces.hostname_tail = Members(spec, {"hostname"}, Comma::kBefore);
    pieces.hooks_tail = Members(spec, {"hooks", "annotations"}, Comma::kBefore);
    pieces.tail = Members(spec, {"solaris", "windows"}, Comma::kBefore);

    spec_.capabilities = Strings(process.Member("capabilities"));
    BuildMounts(spec.Sub("mounts"));
    spec_.has_linux = !spec.Member("linux").is_nil();
    if (spec_.has_linux) BuildLinux(spec.Sub("linux"), &pieces);
    spec_.Render(std::move(pieces), behaviour);
  }

 private:
  std::string_view Keep(const std::string& text) {
    return owned_.texts.emplace_back(text);
  }

  absl::Span<const std::string_view> Strings(const GoValue& list) {
    std::vector<std::string_view>& strings = owned_.lists.emplace_back();
    for (size_t i = 0; i < list.size(); ++i) {
      strings.push_back(Keep(list[i].text()));
    }
    return strings;
  }

  void BuildMounts(const Struct& mounts) {
    for (size_t i = 0; i < mounts.value.size(); ++i) {
      const Struct mount = {mounts.value[i], mounts.fields};
      owned_.mounts.push_back({Keep(mount.Member("destination").text()),
                               Keep(mount.Member("type").text()),
                               Keep(mount.Member("source").text()),
                               Strings(mount.Member("options"))});
    }
    spec_.mounts = owned_.mounts;
  }

  void BuildLinux(const Struct& linux, BasePieces* pieces) {
    spec_.has_resources = !linux.Member("resources").is_nil();
    const Struct namespaces = linux.Sub("namespaces");
    for (size_t i = 0; i < namespaces.value.size(); ++i) {
      const Struct entry = {namespaces.value[i], namespaces.fields};
      spec_.namespaces.push_back({Keep(entry.Member("type").text()),
                                  Keep(entry.Member("path").text())});
    }
    spec_.rootfs_propagation = linux.Member("rootfsPropagation").text();
    spec_.masked_paths = Strings(linux.Member("maskedPaths"));
    spec_.readonly_paths = Strings(linux.Member("readonlyPaths"));

    const Struct resources = linux.Sub("resources");
    pieces->linux_head = Members(
        linux, {"uidMappings", "gidMappings", "sysctl"}, Comma::kBehind);
    pieces->device_rule_items = Items(resources, "devices");
    pieces->resources_tail =
        Members(resources,
                {"disableOOMKiller", "oomScoreAdj", "memory", "cpu", "pids",
                 "blockIO", "hugepageLimits", "network"},
                Comma::kBefore);
    pieces->cgroups_path_head = Members(linux, {"cgroupsPath"}, Comma::kBehind);
    pieces->device_items = Items(linux, "devices");
    pieces->seccomp_head = Members(linux, {"seccomp"}, Comma::kBehind);
    pieces->mount_label_head = Members(linux, {"mountLabel"}, Comma::kBehind);
  }

  OwnedBaseSpec& owned_;
  BaseSpec& spec_;
};

}  // namespace

bool TakesBaseSpec(const Behaviour& behaviour) {
  return behaviour.takes_base_spec;
}

absl::StatusOr<std::shared_ptr<const BaseSpec>> ReadBaseSpec(
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
  const auto owned = std::make_shared<OwnedBaseSpec>();
  BaseSpecBuilder(owned.get()).Build(value, behaviour);
  return std::shared_ptr<const BaseSpec>(owned, &owned->spec);
}

}  // namespace specgen
