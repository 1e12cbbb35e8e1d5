#include "fuzz/heap_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPECGEN_FUZZ_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SPECGEN_FUZZ_ASAN 1
#endif

#if defined(SPECGEN_FUZZ_ASAN)
#include <sanitizer/allocator_interface.h>
#endif

namespace specgen::fuzz {
namespace {

thread_local size_t bytes = 0;
thread_local ptrdiff_t held = 0;
thread_local ptrdiff_t peak = 0;

[[maybe_unused]] void CountTaken(size_t asked, size_t got) {
  bytes += asked;
  held += static_cast<ptrdiff_t>(got);
  peak = std::max(peak, held);
}
[[maybe_unused]] void CountGiven(size_t size) {
  held -= static_cast<ptrdiff_t>(size);
}

#if defined(SPECGEN_FUZZ_ASAN)
[[maybe_unused]] const bool installed = [] {
  __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, size_t size) { CountTaken(size, size); },
      [](const volatile void* memory) {
        CountGiven(
            __sanitizer_get_allocated_size(const_cast<const void*>(memory)));
      });
  return true;
}();
#endif

}  // namespace

size_t HeapBytes() { return bytes; }

PeakHeapMeter::PeakHeapMeter() : before_(held) { peak = held; }
size_t PeakHeapMeter::bytes() const {
  return static_cast<size_t>(peak - before_);
}

#if !defined(SPECGEN_FUZZ_ASAN)
void* CountedNew(size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  CountTaken(size, malloc_usable_size(memory));
  return memory;
}
void CountedDelete(void* memory) {
  CountGiven(malloc_usable_size(memory));
  std::free(memory);
}
#endif

}  // namespace specgen::fuzz

#if !defined(SPECGEN_FUZZ_ASAN)
void* operator new(size_t size) { return specgen::fuzz::CountedNew(size); }
void* operator new[](size_t size) { return specgen::fuzz::CountedNew(size); }
void operator delete(void* memory) noexcept {
  specgen::fuzz::CountedDelete(memory);
}
void operator delete[](void* memory) noexcept {
  specgen::fuzz::CountedDelete(memory);
}
void operator delete(void* memory, size_t) noexcept {
  specgen::fuzz::CountedDelete(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  specgen::fuzz::CountedDelete(memory);
}
#endif
