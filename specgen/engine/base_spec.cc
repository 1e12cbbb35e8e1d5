#include "specgen/engine/base_spec.h"

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace specgen {
namespace {

// A member of an object that holds a list, with a comma; none if it is empty.
std::string ListHead(std::string_view name, std::string_view items) {
  return items.empty() ? "" : absl::StrCat("\"", name, "\":[", items, "],");
}

}  // namespace

void JoinParts(ProcessLayout layout,
               absl::FunctionRef<std::string_view(std::string)> keep,
               BaseSpec* spec) {
  std::string_view process = spec->process_head;
  if (layout.replaces_process) {
    process = layout.console_size
                  ? "\"consoleSize\":{\"height\":0,\"width\":0},"
                    "\"user\":{\"uid\":0,\"gid\":0}"
                  : "\"user\":{\"uid\":0,\"gid\":0}";
  }
  spec->start = keep(absl::StrCat("{", spec->head, "\"process\":{", process));
  spec->process_end =
      keep(absl::StrCat(layout.replaces_process ? "" : spec->process_tail,
                        "},\"root\":{\"path\":"));
  spec->mounts_start = keep(absl::StrCat("}", spec->hostname_tail,
                                         ",\"mounts\":[", spec->mount_items,
                                         spec->mount_items.empty() ? "" : ","));
  spec->linux_start =
      keep(absl::StrCat(spec->hooks_tail, ",\"linux\":{", spec->linux_head));
  spec->rules_start =
      keep(absl::StrCat(spec->linux_start, "\"resources\":{\"devices\":[",
                        spec->device_rule_items));
  spec->resources_end =
      keep(absl::StrCat(spec->resources_tail, "},", spec->cgroups_path_head));
  spec->namespace_items = keep(absl::StrJoin(
      spec->namespaces, ",", [](std::string* out, const BaseNamespace& entry) {
        out->append(entry.json);
      }));
  std::string masks =
      absl::StrCat(ListHead("maskedPaths", spec->masked_path_items),
                   ListHead("readonlyPaths", spec->readonly_path_items),
                   spec->mount_label_head);
  if (!masks.empty()) masks.pop_back();
  spec->masks_end = keep(absl::StrCat(masks, "}", spec->tail, "}"));
  // A comma stands before the end of "linux" if masks_end has no member.
  const auto with_masks = [&](std::string members) {
    if (spec->masks_end[0] == '}' && !members.empty()) members.pop_back();
    return keep(absl::StrCat(members, spec->masks_end));
  };
  spec->linux_end = with_masks(
      absl::StrCat(spec->seccomp_head, spec->rootfs_propagation_head));
  spec->shared_linux_end = with_masks(
      absl::StrCat(spec->seccomp_head, "\"rootfsPropagation\":\"rshared\","));
}

}  // namespace specgen
