// The spec that an engine starts from, cut where InitSpec changes it.
#ifndef SPECGEN_ENGINE_BASE_SPEC_H_
#define SPECGEN_ENGINE_BASE_SPEC_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace specgen {

// A mount of the base spec: its fields, and the same as JSON.
struct BaseMount {
  std::string_view destination = {};
  std::string_view type = {};
  std::string_view source = {};
  absl::Span<const std::string_view> options = {};
  std::string_view json = {};
};

struct BaseNamespace {
  std::string_view type = {};
  std::string_view json = {};
};

// The parts are JSON as Go's encoding/json writes runtime-spec's structs, in
// the order in which they stand. A part that is a run of members of an object
// starts with a comma where something always stands before it ("tail" parts)
// and ends with one where something always follows ("head" parts); an absent
// run is empty. A part named `..._items` is what stands between the brackets of
// a list.
//
// No text is a null pointer: JsonWriter::Raw copies them all, the empty ones
// too.
//
// Views point into static storage or into whatever owns the BaseSpec.
struct BaseSpec {
  std::string_view head = "";  // "ociVersion":...,"platform":{...},

  std::string_view process_head = "";  // "consoleSize":{...},"user":{...}
  std::string_view capability_items =
      "";                 // the default list, where one is held
  bool bounding = false;  // which sets hold the default list
  bool effective = false;
  bool inheritable = false;
  bool permitted = false;
  std::string_view process_tail = "";  // ,"rlimits":[...]...

  std::string_view hostname_tail = "";  // ,"hostname":"..."
  absl::Span<const BaseMount> mounts = {};
  std::string_view mount_items = "";  // the same, all of them
  std::string_view hooks_tail = "";   // ,"hooks":{...},"annotations":{...}

  bool has_linux = true;
  std::string_view linux_head = "";  // "uidMappings":[...],
  bool has_resources = true;
  std::string_view device_rule_items = "";
  std::string_view resources_tail = "";     // ,"memory":{...}
  std::string_view cgroups_path_head = "";  // "cgroupsPath":"...",
  absl::Span<const BaseNamespace> namespaces = {};
  std::string_view device_items = "";
  std::string_view seccomp_head = "";             // "seccomp":{...},
  std::string_view rootfs_propagation_head = "";  // "rootfsPropagation":"...",
  absl::Span<const std::string_view> masked_paths = {};
  std::string_view masked_path_items = "";
  absl::Span<const std::string_view> readonly_paths = {};
  std::string_view readonly_path_items = "";
  std::string_view mount_label_head = "";  // "mountLabel":"...",

  std::string_view tail = "";  // ,"solaris":{...}

  // Parts that are joined, by JoinParts, with what stands between them: few
  // long pieces are written faster than many short ones.
  //
  // {, head, "process":{, and process_head or what replaces it
  std::string_view start = "";
  // process_tail unless it is replaced, and },"root":{"path":
  std::string_view process_end = "";
  // }, hostname_tail, ,"mounts":[, mount_items with a comma if there are any
  std::string_view mounts_start = "";
  // hooks_tail, ,"linux":{, linux_head
  std::string_view linux_start = "";
  // linux_start, "resources":{"devices":[, device_rule_items
  std::string_view rules_start = "";
  // resources_tail, }, and cgroups_path_head
  std::string_view resources_end = "";
  std::string_view namespace_items = "";
  // From the masked paths to the end of the spec.
  std::string_view masks_end = "";
  // seccomp_head, rootfs_propagation_head, masks_end
  std::string_view linux_end = "";
  // The same where the propagation of the rootfs is "rshared".
  std::string_view shared_linux_end = "";
};

// How an engine writes what it does not take from its base spec.
struct ProcessLayout {
  bool replaces_process;  // Behaviour::replaces_process
  bool console_size;      // Behaviour::console_size
};

// Makes the joined parts of the others. `keep` returns a view of a text that
// lives as long as the spec.
void JoinParts(ProcessLayout layout,
               absl::FunctionRef<std::string_view(std::string)> keep,
               BaseSpec* spec);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_BASE_SPEC_H_
