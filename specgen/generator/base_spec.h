// The spec that InitSpec starts from: an engine's own default spec, or, for the
// few engines that take another one, what base_spec_reader.h reads.
#ifndef SPECGEN_GENERATOR_BASE_SPEC_H_
#define SPECGEN_GENERATOR_BASE_SPEC_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/namespace_list.h"

namespace specgen {

// The encoder's (rendered_base.h); nobody else looks into them.
struct BasePieces;
struct RenderedBase;

// The fields that InitSpec looks at or changes. What else there is, only the
// encoder knows. Immutable once it is made.
struct BaseSpec {
  // The engine's own, on a machine of that architecture. `behaviour` must
  // outlive this.
  BaseSpec(const Behaviour& behaviour, std::string_view architecture);

  // Empty: a reader fills in the fields and then calls Render.
  BaseSpec();
  ~BaseSpec();
  BaseSpec(const BaseSpec&) = delete;
  BaseSpec& operator=(const BaseSpec&) = delete;

  // Makes what the encoder needs: JSON of these fields, which stay as they are
  // from here on, and of all else there is, which `rest` holds.
  void Render(BasePieces rest, const Behaviour& behaviour);

  // Before 17.06.0 there were no sets, but one list.
  absl::Span<const std::string_view> capabilities;
  bool bounding = true;  // whether the set holds them
  bool effective = true;
  bool inheritable = true;
  bool permitted = true;

  absl::Span<const Mount> mounts;

  bool has_linux = true;
  bool has_resources = true;
  std::vector<Namespace> namespaces;
  std::string rootfs_propagation;
  absl::Span<const std::string_view> masked_paths;
  absl::Span<const std::string_view> readonly_paths;

 private:
  // Made by Render, and given to the encoder by RenderedOf.
  std::unique_ptr<const RenderedBase> rendered_;
  friend const RenderedBase& RenderedOf(const BaseSpec& base);
};

// The default spec of an engine on a machine of that architecture (Go's name;
// "" is amd64). It is made once for each behaviour of the table, at its first
// use, and kept; for other behaviours, which must outlive it, and for
// architectures that show in it, it is made anew. Thread-safe.
std::shared_ptr<const BaseSpec> DefaultBaseSpec(
    const Behaviour& behaviour, std::string_view architecture = {});

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_BASE_SPEC_H_
