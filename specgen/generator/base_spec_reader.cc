#include "specgen/generator/base_spec_reader.h"

#include <cstddef>
#include <deque>
#include <string>
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

namespace specgen {
namespace {

namespace schema = runtime_spec_1_0_0_rc2_dev;

constexpr GoField kSpecField = {"spec", GoKind::kStruct, GoForm::kPlain, false,
                                schema::kSpec};

// A base spec with the memory that it points into.
struct OwnedBaseSpec {
  BaseSpec spec;
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> lists;
  std::vector<Mount> mounts;
};

// Takes the fields that InitSpec needs out of a decoded spec. The encoder takes
// the rest.
class BaseSpecBuilder {
 public:
  explicit BaseSpecBuilder(OwnedBaseSpec* owned)
      : owned_(*owned), spec_(owned->spec) {}

  void Build(const GoValue& value, const Behaviour& behaviour) {
    const GoStruct spec = {value, kSpecField.fields};
    const GoStruct process = spec.Sub("process");
    spec_.capabilities = Strings(process.Member("capabilities"));
    BuildMounts(spec.Sub("mounts"));
    spec_.has_linux = !spec.Member("linux").is_nil();
    if (spec_.has_linux) BuildLinux(spec.Sub("linux"));
    spec_.Render(PiecesOf(spec), behaviour);
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

  void BuildMounts(const GoStruct& mounts) {
    for (size_t i = 0; i < mounts.value.size(); ++i) {
      const GoStruct mount = {mounts.value[i], mounts.fields};
      owned_.mounts.push_back({Keep(mount.Member("destination").text()),
                               Keep(mount.Member("type").text()),
                               Keep(mount.Member("source").text()),
                               Strings(mount.Member("options"))});
    }
    spec_.mounts = owned_.mounts;
  }

  void BuildLinux(const GoStruct& linux) {
    spec_.has_resources = !linux.Member("resources").is_nil();
    const GoStruct namespaces = linux.Sub("namespaces");
    for (size_t i = 0; i < namespaces.value.size(); ++i) {
      const GoStruct entry = {namespaces.value[i], namespaces.fields};
      spec_.namespaces.push_back({Keep(entry.Member("type").text()),
                                  Keep(entry.Member("path").text())});
    }
    spec_.rootfs_propagation = linux.Member("rootfsPropagation").text();
    spec_.masked_paths = Strings(linux.Member("maskedPaths"));
    spec_.readonly_paths = Strings(linux.Member("readonlyPaths"));
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
