// For those who get memory, or do not, from something else than `new`.
#ifndef SPECGEN_BASE_NO_MEMORY_H_
#define SPECGEN_BASE_NO_MEMORY_H_

#include <new>

namespace specgen {

// Does what `new` does where there is no memory.
[[noreturn]] inline void ThrowNoMemory() {
  if (const std::new_handler handler = std::get_new_handler();
      handler != nullptr) {
    handler();
  }
  throw std::bad_alloc();
}

}  // namespace specgen

#endif  // SPECGEN_BASE_NO_MEMORY_H_
