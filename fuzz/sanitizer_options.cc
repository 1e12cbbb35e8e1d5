// What the sanitizers of a fuzz target are told, unless ASAN_OPTIONS and
// UBSAN_OPTIONS say otherwise.
#if defined(__clang__)

// Freed memory is kept from reuse for a while: 16 MB is that of a thousand
// inputs, and unlike the default, 256 MB, stays in the caches.
extern "C" __attribute__((used, visibility("default"))) const char*
__asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:"
         "quarantine_size_mb=16:malloc_context_size=12";
}

extern "C" __attribute__((used, visibility("default"))) const char*
__ubsan_default_options() {
  return "print_stacktrace=1";
}

#endif
