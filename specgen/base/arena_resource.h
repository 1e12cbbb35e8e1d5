// An arena as memory for the standard library's containers.
#ifndef SPECGEN_BASE_ARENA_RESOURCE_H_
#define SPECGEN_BASE_ARENA_RESOURCE_H_

#include <cassert>
#include <cstddef>
#include <memory_resource>

#include "specgen/base/arena.h"

namespace specgen {

// For containers that live no longer than what `arena` holds. What they give
// back is free only with the arena, so reserve() what is known to be needed.
class ArenaResource final : public std::pmr::memory_resource {
 public:
  explicit ArenaResource(Arena* arena) : arena_(arena) {}

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    assert(alignment <= alignof(std::max_align_t));
    static_cast<void>(alignment);
    return arena_->AllocateBytes(bytes);
  }
  void do_deallocate(void* /*memory*/, size_t /*bytes*/,
                     size_t /*alignment*/) override {}
  bool do_is_equal(
      const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  Arena* const arena_;
};

}  // namespace specgen

#endif  // SPECGEN_BASE_ARENA_RESOURCE_H_
