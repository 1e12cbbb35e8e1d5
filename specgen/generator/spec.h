// The OCI runtime spec that InitSpec makes, under runtime-spec's own names, as
// far as an engine changes what it starts from. Everything else stands in the
// base spec, and the encoder (spec_encoder.h) writes both.
#ifndef SPECGEN_GENERATOR_SPEC_H_
#define SPECGEN_GENERATOR_SPEC_H_

#include <string_view>

#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/mount_list.h"
#include "specgen/generator/namespace_list.h"

namespace specgen {

// Go's append(first, second...), without a copy: the strings of both.
struct Strings {
  absl::Span<const std::string_view> first = {};
  absl::Span<const std::string_view> second = {};

  bool empty() const { return first.empty() && second.empty(); }
};

// A list of the base spec's with what is added behind it.
template <typename T>
struct ExtendedList {
  bool keeps_base = true;  // else `added` stands in place of the base's list
  Slice<T> added = {};

  void Append(Arena* arena, const T& item) { added.Append(arena, item); }
  // All that is in the list is thrown away, the base spec's too.
  void Clear() {
    keeps_base = false;
    added.SetEmpty();
  }
};

// As in Go, a pointer is null where the engine has none: what follows it there
// crashes.
struct Spec {
  struct Capabilities {
    Strings bounding;
    Strings effective;
    Strings inheritable;
    Strings permitted;
  };
  struct Process {
    // Made anew by the engine: nothing of the base spec's process is left.
    bool is_new = false;
    Strings args;
    bool args_are_nil = false;  // append(nil, nothing...) is nil
    Strings env;
    std::string_view cwd;
    // Before 17.06.0 it was one list, which all four hold.
    Capabilities* capabilities = nullptr;
  };
  struct Root {
    std::string_view path;
  };
  struct Resources {
    ExtendedList<DeviceRule> devices;
  };
  struct Linux {
    Resources* resources = nullptr;
    bool keeps_cgroups_path = true;  // the base spec's
    NamespaceList namespaces;
    ExtendedList<Device> devices;
    std::string_view rootfs_propagation;
    absl::Span<const std::string_view> masked_paths;
    absl::Span<const std::string_view> readonly_paths;
  };

  Process process;
  Root root;
  MountList mounts;
  Linux* linux = nullptr;
};

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_SPEC_H_
