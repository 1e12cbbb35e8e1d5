// Where specgen is published.
#ifndef SPECGEN_BASE_HOME_H_
#define SPECGEN_BASE_HOME_H_

namespace specgen {

// The address of the repository, the one place where it stands: `tools/lint`
// sees to that, and tools/home prints it to scripts. It is nowhere yet: whoever
// publishes specgen writes it here, as "https://github.com/OWNER/specgen".
inline constexpr char kHome[] = "https://specgen.example";

}  // namespace specgen

#endif  // SPECGEN_BASE_HOME_H_
