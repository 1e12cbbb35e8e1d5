// What a request says of dockerd's own --data-root and --exec-root, in place of
// what follows from them.
#ifndef SPECGEN_BATCH_DOCKERD_ROOTS_H_
#define SPECGEN_BATCH_DOCKERD_ROOTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "specgen/host/eval_symlinks.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/host/machine_facts.h"
#include "specgen/specgen.h"

namespace specgen {

// The metrics socket where nobody names one: see DefaultMetricsSocket.
// RootlessKit's dockerd has `rootless`.
inline std::string_view MetricsSocketOn(
    const MachineFacts& machine, std::optional<std::string_view> exec_root,
    std::string_view rootless) {
  const std::string_view socket = DefaultMetricsSocket(exec_root);
  return !socket.empty() && machine.under_rootlesskit() ? rootless : socket;
}

class DockerdRoots {
 public:
  std::optional<std::string_view> data_root;
  std::optional<std::string_view> exec_root;

  // Why these and what else the request names do not go together; "": they do.
  std::string_view Problem(bool has_lib_root, bool has_metrics_socket) const {
    if (data_root.has_value() && data_root->empty()) {
      return "\"data_root\" is empty";
    }
    if (exec_root.has_value() && exec_root->empty()) {
      return "\"dockerd_exec_root\" is empty";
    }
    if (data_root.has_value() && has_lib_root) {
      return "\"lib_root\" excludes \"data_root\"";
    }
    if (exec_root.has_value() && has_metrics_socket) {
      return "\"metrics_socket\" excludes \"dockerd_exec_root\"";
    }
    return "";
  }

  // Fills in what follows; it points into this. dockerd resolves the links of
  // its data root.
  void Apply(const FileTree& files, Request* request) {
    if (data_root.has_value()) {
      std::string directory(*data_root);
      EvalSymlinks(files, *data_root, &directory);
      lib_root_ = JoinPath({directory, "plugins"});
      request->lib_root = lib_root_;
    }
    if (exec_root.has_value()) {
      metrics_socket_ = JoinPath({*exec_root, "metrics.sock"});
      request->metrics_socket = metrics_socket_;
    }
  }

 private:
  std::string lib_root_;
  std::string metrics_socket_;
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_DOCKERD_ROOTS_H_
