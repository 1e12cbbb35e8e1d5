// An author's config.json, any bytes, for any release.
//
// Must never: crash, hang, read outside the text, answer with anything but a
// whole spec or a reason, or depend on anything but the input (invariants.h).
#include "fuzz/input.h"
#include "fuzz/invariants.h"

using specgen::fuzz::Input;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Input input =
      specgen::fuzz::ParseInput(specgen::fuzz::ToView(data, size));
  specgen::fuzz::Trial trial{.input = specgen::fuzz::ToView(data, size),
                             .release = input.release,
                             .host = input.host};
  trial.request.plugin = input.text;
  trial.request.shape = input.shape;
  trial.request.restarted = input.restarted;
  if (input.given_id) {
    trial.request.id = "p";
    trial.request.rootfs = "/lib/p/rootfs";
  }
  trial.request.lib_root = "/lib";
  trial.request.exec_root = "/run/docker/plugins";
  if (input.metrics) trial.request.metrics_socket = "/run/docker/metrics.sock";
  if (input.named) trial.request.plugin_name = "p";
  specgen::fuzz::CheckedAnswer(trial);
  return 0;
}
