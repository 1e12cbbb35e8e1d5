#include "specgen/bundle/runtime.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/run_program.h"
#include "specgen/bundle/start_check.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

// The first three numbers of a version.
using Version = std::array<int, 3>;
Version ReadVersion(std::string_view text) {
  Version version = {};
  size_t part = 0;
  for (std::string_view word : absl::StrSplit(text, '.')) {
    const size_t end =
        std::min(word.find_first_not_of("0123456789"), word.size());
    int number;
    if (part == version.size() ||
        !absl::SimpleAtoi(word.substr(0, end), &number)) {
      break;
    }
    version[part++] = number;
    if (end != word.size()) break;
  }
  return version;
}

// Since when a runtime takes what newer engines' specs have.
struct Limits {
  std::string_view name;
  Version time_namespace;
  Version oci_1_2;
};
constexpr Limits kLimits[] = {
    {"runc", {1, 2, 0}, {0, 0, 0}},  // it does not look at ociVersion
    {"crun", {1, 14, 3}, {1, 14, 3}},
};

// Null if nothing is known of it.
const Limits* FindLimits(const Runtime& runtime) {
  const auto* const found = std::find_if(
      std::begin(kLimits), std::end(kLimits),
      [&](const Limits& known) { return known.name == runtime.name; });
  return found == std::end(kLimits) ? nullptr : found;
}

}  // namespace

Runtime ReadRuntime(std::string_view version, std::string_view features) {
  Runtime runtime;
  // "runc version 1.1.5+ds1" and "crun version 1.8.1".
  const std::vector<std::string_view> words =
      absl::StrSplit(version.substr(0, version.find('\n')), ' ');
  if (words.size() >= 3 && words[1] == "version") {
    runtime.name = words[0];
    runtime.version = words[2];
  }
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(features, "features");
  const bool has_features = tree.ok() && (*tree)->root().is(JsonKind::kObject);
  // "spec: 1.0.2-dev"; of Kata "OCI specs: 1.0.2-dev".
  runtime.is_runtime = has_features || FindLimits(runtime) != nullptr ||
                       absl::StrContains(version, "spec:") ||
                       absl::StrContains(version, "specs:");
  if (!has_features) return runtime;
  if (const JsonNode* const list =
          (*tree)->root().Find("linux", "namespaces")) {
    for (const JsonNode& type : list->List()) {
      if (type.is(JsonKind::kString))
        runtime.namespaces.emplace_back(type.text);
    }
  }
  return runtime;
}

absl::StatusOr<Runtime> AskRuntime(const std::string& program) {
  const absl::StatusOr<ProgramOutput> version =
      RunProgram({program, "--version"});
  if (!version.ok()) return version.status();
  if (!version->succeeded) {
    const std::string_view error = FirstErrorLine(*version);
    return absl::UnavailableError(
        absl::StrCat(program, ": is no runtime: its --version fails",
                     error.empty() ? "" : absl::StrCat(": ", error)));
  }
  // Older ones do not know that.
  const absl::StatusOr<ProgramOutput> features =
      RunProgram({program, "features"});
  if (!features.ok()) return features.status();
  return ReadRuntime(version->out, features->succeeded ? features->out : "");
}

std::string WhyRefused(const Runtime& runtime, const StartSpec& spec) {
  // Of others than these only what they say of themselves is known.
  const Limits* const limits = FindLimits(runtime);
  const Version version = ReadVersion(runtime.version);
  if (limits != nullptr && spec.has_capability_list) {
    return "its process.capabilities is a list, as in OCI 1.0.0-rc5 and before";
  }
  for (const std::string& type : spec.namespaces) {
    const bool known =
        !runtime.namespaces.empty()
            ? std::find(runtime.namespaces.begin(), runtime.namespaces.end(),
                        type) != runtime.namespaces.end()
            : type != "time" || limits == nullptr ||
                  version >= limits->time_namespace;
    if (!known) return absl::StrCat("it has a namespace of type ", type);
  }
  if (limits != nullptr && ReadVersion(spec.oci_version) >= Version{1, 2, 0} &&
      version < limits->oci_1_2) {
    return absl::StrCat("it is of OCI ", spec.oci_version);
  }
  return "";
}

}  // namespace specgen
