// A base spec, any bytes, for the engines that take one.
//
// Must never: crash, lose or change what it does not know how to use, or make
// of it a spec that is no base spec itself.
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "specgen/generator/base_spec_reader.h"

namespace specgen::fuzz {
namespace {

constexpr std::string_view kConfigs[] = {
    R"({"entrypoint":["/p"],"network":{"type":"host"},"propagatedMount":"/data",
        "capabilities":["CAP_SYS_ADMIN"],"linux":{"capabilities":["CAP_A"],
        "devices":[{"path":"/dev/fuse"}]},"mounts":[{"destination":"/dev/mqueue",
        "source":"/srv","type":"bind"},{"destination":"/m","type":"tmpfs",
        "source":""}],"env":[{"name":"A","value":"b"}]})",
    R"({"entrypoint":["/p"],"deviceCreation":true,
        "linux":{"deviceCreation":true,"allowAllDevices":true}})",
    R"({})",
};

const Release& PickTaker(const Release& wanted) {
  static const auto* const takers = [] {
    auto* all = new std::vector<const Release*>;
    for (const Release& release : AllReleases()) {
      if (TakesBaseSpec(*release.behaviour)) all->push_back(&release);
    }
    return all;
  }();
  if (TakesBaseSpec(*wanted.behaviour)) return wanted;
  return *(*takers)[Hash(wanted.name) % takers->size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using specgen::ReadBaseSpec;
  const Input input = ParseInput(ToView(data, size));
  if (!specgen::TakesBaseSpec(*input.release->behaviour)) {
    const auto refused =
        ReadBaseSpec(*input.release->behaviour, input.text, "f");
    Require(!refused.ok(), "an engine without base specs takes none",
            [&] { return std::string(input.release->name); });
  }
  const specgen::Release& release = PickTaker(*input.release);
  const auto base = ReadBaseSpec(*release.behaviour, input.text, "base.json");
  if (!base.ok()) {
    CheckPlacedError(base.status().message(), "base.json", input.text);
    return 0;
  }
  const std::string_view config = kConfigs[input.given_id ? 1
                                           : input.named  ? 2
                                                          : 0];
  Trial trial{.input = ToView(data, size),
              .release = &release,
              .host = input.host,
              .base_spec = *base};
  // What the base spec adds to the answer counts as input.
  const std::string padded =
      absl::StrCat(config, std::string(input.text.size(), ' '));
  trial.request.plugin = padded;
  trial.request.shape = specgen::PluginShape::kConfig;
  trial.request.id = "p";
  trial.request.rootfs = "/lib/p/rootfs";
  trial.request.lib_root = "/lib";
  const specgen::Answer& answer = CheckedAnswer(trial);
  if (answer.outcome() != specgen::Outcome::kSpec) return 0;
  const std::string spec(answer.spec());
  const auto again = ReadBaseSpec(*release.behaviour, spec, "spec.json");
  Require(again.ok(), "a spec that was made is a base spec",
          [&] { return absl::StrCat(again.status().message(), "\n", spec); });
  return 0;
}

}  // namespace specgen::fuzz
