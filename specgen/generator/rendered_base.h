// Pieces of JSON that the encoder (spec_encoder.h) has ready, and nobody else
// needs to know: they say what fields say, and are written wherever those
// fields are as they were. What a field holds now is what counts.
#ifndef SPECGEN_GENERATOR_RENDERED_BASE_H_
#define SPECGEN_GENERATOR_RENDERED_BASE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/json/go_value.h"

namespace specgen {

// A base spec in pieces, cut where InitSpec changes it: JSON as Go's
// encoding/json writes it, in the order in which it stands. A run of members of
// an object starts with a comma where something always stands before it ("tail"
// pieces) and ends with one where something always follows ("head" pieces); an
// absent run is empty. A piece named `..._items` is what stands between the
// brackets of a list.
struct BasePieces {
  std::string head;               // "ociVersion":...,"platform":{...},
  std::string process_head;       // "consoleSize":{...},"user":{...}
  std::string process_tail;       // ,"rlimits":[...]...
  std::string hostname_tail;      // ,"hostname":"..."
  std::string hooks_tail;         // ,"hooks":{...},"annotations":{...}
  std::string linux_head;         // "uidMappings":[...],
  std::string device_rule_items;  // of linux.resources.devices
  std::string resources_tail;     // ,"memory":{...}
  std::string cgroups_path_head;  // "cgroupsPath":"...",
  std::string device_items;       // of linux.devices
  std::string seccomp_head;       // "seccomp":{...},
  std::string mount_label_head;   // "mountLabel":"...",
  std::string tail;               // ,"solaris":{...}
};

// The pieces of an engine's own default spec.
BasePieces PiecesOf(const Behaviour& behaviour, std::string_view architecture);

// The pieces of a spec that was read (runtime_spec_schema.h).
BasePieces PiecesOf(const GoStruct& spec);

struct BaseSpec;

// Pieces of a base spec, and what is joined of them and of its fields: few long
// pieces are written faster than many short ones.
struct RenderedBase {
  RenderedBase(const BaseSpec& base, BasePieces base_pieces,
               const Behaviour& behaviour);

  BasePieces pieces;
  // Items of the base spec's own lists.
  std::string capability_items;
  std::vector<std::string> mounts;
  // Where each namespace starts in namespaces_member; and where another one
  // would, one byte behind the last one.
  std::vector<size_t> namespace_starts;

  // {, head, "process":{, and process_head
  std::string start;
  // The same for a process that the engine makes anew.
  std::string start_with_new_process;
  // process_tail, },"root":{"path":
  std::string process_end;
  // }, hostname_tail, ,"mounts":[, and the mounts, with a comma behind each
  std::string mounts_start;
  // hooks_tail, ,"linux":{, linux_head
  std::string linux_start;
  // linux_start, "resources":{"devices":[, device_rule_items
  std::string rules_start;
  // resources_tail, },
  std::string resources_end;
  // linux_start, "resources":{...}, as in the base spec; and without devices
  std::string resources;
  std::string resources_without_rules;
  // "namespaces":[...],
  std::string namespaces_member;
  // From seccomp_head to the end of the spec.
  std::string linux_end;
  // The same where the propagation of the rootfs is "rshared".
  std::string shared_linux_end;

  // Of the engine's literals (engine_literals.h): ,"env":["PATH=..., the
  // runtime directory's mount up to the source; and ends of mounts, with their
  // options and a comma: of that one, of that one with the network's two mounts
  // behind it, and of the propagated mount.
  std::string path_env;
  std::string runtime_start;
  std::string runtime_end;
  std::string runtime_end_and_network;
  std::string propagated_end;
};

// Those of `base`, as long as it lives. For the encoder alone.
const RenderedBase& RenderedOf(const BaseSpec& base);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_RENDERED_BASE_H_
