// dockerd's stored state and `docker plugin inspect`'s list, any bytes, in the
// forms of any release.
//
// Must never: crash, hang, choose a plugin that was not asked for, or read the
// same plugin otherwise when it stands in another wrapping.
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"

namespace specgen::fuzz {
namespace {

// The state of one plugin reads the same as dockerd stores it and as a list of
// one.
void CheckWrappings(Trial trial) {
  const std::string_view plugin = trial.request.plugin;
  const size_t first = plugin.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || plugin[first] != '{') return;
  const std::string stored = absl::StrCat("{\"plugin\":", plugin, "}");
  const std::string list = absl::StrCat("[", plugin, "]");
  trial.request.plugin_name = {};
  trial.request.plugin = stored;
  trial.request.shape = PluginShape::kStored;
  const Answer& answer = CheckedAnswer(trial);
  const Outcome outcome = answer.outcome();
  const std::string spec(answer.spec());
  if (outcome != Outcome::kSpec) return;  // messages name places
  trial.request.plugin = list;
  trial.request.shape = PluginShape::kInspect;
  const Answer& other = CheckedAnswer(trial);
  // What has neither a config nor a name is no item of such a list.
  const bool same =
      other.outcome() == Outcome::kSpec
          ? other.spec() == spec
          : other.stage() == Stage::kDecode &&
                absl::StrContains(other.message(), "is no plugin");
  Require(same, "stored state and a list of one read the same",
          [&] { return absl::StrCat(spec, "\n", Describe(trial, other)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Input input = ParseInput(ToView(data, size));
  Trial trial{.input = ToView(data, size),
              .release = input.release,
              .host = input.host};
  trial.request.plugin = input.text;
  trial.request.shape = input.shape;
  if (input.given_id) trial.request.id = "p";
  trial.request.lib_root = "/lib";
  if (input.named) trial.request.plugin_name = "p";
  CheckedAnswer(trial);
  // Text after the state would end the wrapping early.
  if (ChecksToo(input.text, 2) && IsGoJson(input.text)) {
    CheckWrappings(trial);
  }
  return 0;
}

}  // namespace specgen::fuzz
