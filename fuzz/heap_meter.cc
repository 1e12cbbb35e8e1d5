#include "fuzz/heap_meter.h"

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

#if defined(SPECGEN_FUZZ_ASAN)
[[maybe_unused]] const bool installed = [] {
  __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, size_t size) { bytes += size; },
      [](const volatile void*) {});
  return true;
}();
#endif

}  // namespace

size_t HeapBytes() { return bytes; }

#if !defined(SPECGEN_FUZZ_ASAN)
void* CountedNew(size_t size) {
  bytes += size;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
#endif

}  // namespace specgen::fuzz

#if !defined(SPECGEN_FUZZ_ASAN)
void* operator new(size_t size) { return specgen::fuzz::CountedNew(size); }
void* operator new[](size_t size) { return specgen::fuzz::CountedNew(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
#endif
