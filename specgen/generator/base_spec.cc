#include "specgen/generator/base_spec.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "specgen/base/once.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/rendered_base.h"

namespace specgen {

BaseSpec::BaseSpec(const Behaviour& behaviour) {
  const DefaultSpec& spec = behaviour.default_spec;
  capabilities = spec.capabilities;
  if (behaviour.capability_sets) {
    bounding = spec.bounding;
    effective = spec.effective;
    inheritable = spec.inheritable;
    permitted = spec.permitted;
  }
  mounts = spec.mounts;
  for (std::string_view type : spec.namespaces)
    namespaces.push_back({type, ""});
  masked_paths = spec.masked_paths;
  readonly_paths = spec.readonly_paths;
  Render(PiecesOf(behaviour), behaviour);
}

BaseSpec::BaseSpec() = default;
BaseSpec::~BaseSpec() = default;

void BaseSpec::Render(BasePieces rest, const Behaviour& behaviour) {
  rendered_ = std::make_unique<RenderedBase>(*this, std::move(rest), behaviour);
}

const RenderedBase& RenderedOf(const BaseSpec& base) { return *base.rendered_; }

std::shared_ptr<const BaseSpec> DefaultBaseSpec(const Behaviour& behaviour) {
  struct Kept {
    Once once;
    std::shared_ptr<const BaseSpec> spec;
  };
  static Kept* const all = new Kept[AllBehaviours().size()];

  for (size_t i = 0; i < AllBehaviours().size(); ++i) {
    if (&AllBehaviours()[i] != &behaviour) continue;
    Kept& kept = all[i];
    kept.once.Do([&] { kept.spec = std::make_shared<BaseSpec>(behaviour); });
    return kept.spec;
  }
  return std::make_shared<BaseSpec>(behaviour);
}

}  // namespace specgen
