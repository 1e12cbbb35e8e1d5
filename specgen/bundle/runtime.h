// The OCI runtime that is to start a bundle, and which specs it takes.
#ifndef SPECGEN_BUNDLE_RUNTIME_H_
#define SPECGEN_BUNDLE_RUNTIME_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/bundle/start_check.h"

namespace specgen {

struct Runtime {
  std::string name;     // "runc" or "crun", as it calls itself; else ""
  std::string version;  // "1.1.5+ds1"
  // Types that it knows, as "runc features" lists them; empty if it lists none.
  std::vector<std::string> namespaces;
  // It says that it is one: by the runtime spec's version, or by its features.
  bool is_runtime = true;
};

// Runs `program`, found by PATH, with "--version" and "features". Errors:
// those of RunProgram, and kUnavailable if it knows no "--version".
absl::StatusOr<Runtime> AskRuntime(const std::string& program);

// What such programs print: "runc version 1.1.5+ds1\n…", and JSON.
Runtime ReadRuntime(std::string_view version, std::string_view features);

// Why it would refuse the spec, as what follows "because"; "" if nothing is
// known against it. The limits were found by trying releases of both runtimes
// with specs of all engines (specgen/bundle/README.md, "Which engines' specs
// run"); of other runtimes nothing is known.
std::string WhyRefused(const Runtime& runtime, const StartSpec& spec);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_RUNTIME_H_
