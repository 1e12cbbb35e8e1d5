// Which sanitizers the compiler builds for.
#ifndef SPECGEN_BASE_SANITIZERS_H_
#define SPECGEN_BASE_SANITIZERS_H_

// gcc has macros, clang has features.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPECGEN_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define SPECGEN_THREAD_SANITIZER 1
#endif
#if __has_feature(memory_sanitizer)
#define SPECGEN_MEMORY_SANITIZER 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) && !defined(SPECGEN_ADDRESS_SANITIZER)
#define SPECGEN_ADDRESS_SANITIZER 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(SPECGEN_THREAD_SANITIZER)
#define SPECGEN_THREAD_SANITIZER 1
#endif

#endif  // SPECGEN_BASE_SANITIZERS_H_
