// An author's config.json, any bytes, for any release.
//
// Must never: crash, hang, read outside the text, answer with anything but a
// whole spec or a reason, depend on anything but the input (invariants.h), or
// read otherwise by the short way than by the long one (plugin_reader.h).
#include <string>

#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin_reader.h"

using specgen::fuzz::Input;

namespace {

// What one of the ways makes of a text; its plugin is judged by the spec.
struct Reading {
  template <typename Read>
  Reading(const specgen::JsonIndex& index, const Input& input, Read read) {
    specgen::JsonReader reader(index, &arena);
    specgen::PluginShape shape = input.shape;
    specgen::Plugin plugin;
    read(&reader, *input.release->behaviour, "", &shape, &plugin);
    const specgen::PluginConfig& c = plugin.config;
    outcome = absl::StrCat(static_cast<int>(reader.problem().kind), " ",
                           reader.problem().offset, " ",
                           reader.problem().message, " ", reader.work());
    if (!reader.ok()) return;
    absl::StrAppend(&outcome, " ", c.workdir, " ", c.network_type, " ",
                    c.propagated_mount, " ", c.socket, " ", c.uid, " ", c.gid,
                    c.ipc_host, c.pid_host, c.allow_all_devices);
    for (const auto* list : {&c.entrypoint, &c.capabilities, &c.args.value,
                             &c.args.settable, &c.interface_types}) {
      absl::StrAppend(&outcome, list->is_nil() ? "\nnil" : "\n");
      for (std::string_view item : *list) absl::StrAppend(&outcome, " ", item);
    }
    for (const auto& env : c.env) {
      absl::StrAppend(&outcome, "\n", env.name, "=",
                      env.value == nullptr ? "nil" : *env.value,
                      env.settable.size());
    }
    for (const auto& mount : c.mounts) {
      absl::StrAppend(&outcome, "\n", mount.name, " ", mount.destination, " ",
                      mount.type,
                      mount.source == nullptr ? "nil" : *mount.source,
                      mount.options.size(), mount.settable.size());
    }
    for (const auto& device : c.devices) {
      absl::StrAppend(&outcome, "\n", device.name,
                      device.path == nullptr ? "nil" : *device.path,
                      device.settable.size());
    }
  }

  specgen::Arena arena;
  std::string outcome;
};

void CheckBothWays(const Input& input) {
  specgen::JsonIndex index;
  if (index.Build(input.text) != specgen::JsonIndex::Result::kOk) return;
  const Reading short_way(index, input, specgen::ReadPlugin);
  const Reading long_way(index, input, specgen::ReadPluginTheLongWay);
  specgen::fuzz::Require(short_way.outcome == long_way.outcome,
                         "both ways of reading find the same", [&] {
                           return absl::StrCat(short_way.outcome, "\n---\n",
                                               long_way.outcome);
                         });
}

}  // namespace

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
  if (specgen::fuzz::ChecksToo(trial.input, 16)) CheckBothWays(input);
  return 0;
}
