// Mounts, devices, settings, `docker plugin set`, an engine and a host as a
// structure (plugin_case.proto), changed part by part.
//
// Must never: crash or hang on any mix of mounts, links and directories; or
// answer with anything but a whole spec or a reason (invariants.h).
#include <memory>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/plugin_case.h"

namespace specgen::fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  PluginCase plugin_case;
  ParseCase(data, size, &plugin_case);
  const std::unique_ptr<specgen::HostSnapshot> host = CaseHost(plugin_case);
  const specgen::RequestLine request = CaseRequest(plugin_case);
  Trial trial{.input = ToView(data, size),
              .release = &CaseRelease(plugin_case),
              .host = host.get()};
  std::vector<std::string_view> set;
  trial.request = request.ToRequest(&set);
  trial.request.restarted = plugin_case.restarted();
  CheckedAnswer(trial);
  return 0;
}

}  // namespace specgen::fuzz
