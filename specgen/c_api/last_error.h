// Why the last call of each thread failed.
//
// Not a thread_local: where a thread's first one has a destructor, or its
// library was loaded by dlopen(), libc allocates, and ends the process if there
// is no memory.
#ifndef SPECGEN_C_API_LAST_ERROR_H_
#define SPECGEN_C_API_LAST_ERROR_H_

#include <string_view>

namespace specgen {

// What SetLastError keeps where there is no memory for what it was given.
inline constexpr char kNoMemory[] = "out of memory";

// That of this thread; "" if none was set. Lives until the next one is set.
const char* LastError() noexcept;

// False if there was no memory for it.
bool SetLastError(std::string_view message) noexcept;

}  // namespace specgen

#endif  // SPECGEN_C_API_LAST_ERROR_H_
