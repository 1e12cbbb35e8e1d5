#include "specgen/generator/devices.h"

#include <sys/stat.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "specgen/base/errno_text.h"
#include "specgen/host/eval_symlinks.h"
#include "specgen/host/go_path.h"
#include "specgen/json/go_string.h"

namespace specgen {
namespace {

// What a file is to runc: `type` and `file_mode` are a device's alone.
struct Node {
  enum { kDevice, kNotADevice, kError } is;
  std::string_view type;
  uint32_t file_mode;
};

// DeviceFromPath of runc's libcontainer/devices, and of containerd's oci since
// 24.0. `error` and `facts` are what lstat(2) of the path gives.
inline Node ReadNode(const FileFacts& facts, int error, DeviceNodes nodes) {
  if (error != 0) return {Node::kError, "", 0};
  const uint32_t type = facts.mode & S_IFMT;
  switch (nodes) {
    case DeviceNodes::kByGoMode:
      if (type != S_IFCHR && type != S_IFBLK) break;
      return {Node::kDevice, type == S_IFCHR ? "c" : "b",
              (facts.mode & 0777) | type};
    case DeviceNodes::kByMajor:
      // Only block and character devices have a number.
      if (facts.major == 0) break;
      return {Node::kDevice, type == S_IFBLK ? "b" : "c", facts.mode};
    case DeviceNodes::kByType:
    case DeviceNodes::kByTypePermissions:
      if (type != S_IFCHR && type != S_IFBLK && type != S_IFIFO) break;
      return {Node::kDevice,
              type == S_IFCHR   ? "c"
              : type == S_IFBLK ? "b"
                                : "p",
              nodes == DeviceNodes::kByType
                  ? facts.mode
                  : facts.mode & ~static_cast<uint32_t>(S_IFMT)};
  }
  return {Node::kNotADevice, "", 0};
}

// Where devices go, each with the rule that allows it.
struct DeviceLists {
  void Append(std::string_view path, const Node& node, const FileFacts& facts,
              Arena* arena) const {
    rules->Emplace(arena, true, node.type, int64_t{facts.major},
                   int64_t{facts.minor}, std::string_view("rwm"));
    devices->Emplace(arena, path, node.type, int64_t{facts.major},
                     int64_t{facts.minor}, node.file_mode, facts.uid,
                     facts.gid);
  }

  Slice<Device>* devices;
  Slice<DeviceRule>* rules;
};

// strings.Replace(path, from, to, 1).
std::string ReplaceFirst(std::string_view path, std::string_view from,
                         std::string_view to) {
  const size_t at = path.find(from);
  if (at == std::string_view::npos) return std::string(path);
  return absl::StrCat(path.substr(0, at), to, path.substr(at + from.size()));
}

// filepath.Walk: every file under a directory, in the order of names, a
// directory before what is in it. Does not follow symbolic links.
void AddDevicesUnder(std::string_view root, std::string_view path,
                     DeviceNodes nodes, const FileTree& files, Arena* arena,
                     const DeviceLists& lists) {
  std::vector<std::string> pending = {std::string(root)};
  while (!pending.empty()) {
    const std::string file = std::move(pending.back());
    pending.pop_back();
    FileFacts facts;
    const int error = files.Lstat(file, &facts);
    const Node node = ReadNode(facts, error, nodes);
    if (node.is == Node::kDevice) {
      lists.Append(arena->Copy(ReplaceFirst(file, root, path)), node, facts,
                   arena);
    }
    if (error != 0 || !S_ISDIR(facts.mode)) continue;
    std::vector<std::string> names;
    if (files.ListDirectory(file, &names) != 0) continue;
    for (size_t i = names.size(); i > 0; --i) {
      pending.push_back(JoinPath({file, names[i - 1]}));
    }
  }
}

// filepath.EvalSymlinks(path); the path itself if that fails.
std::string_view Target(std::string_view path, const FileTree& files,
                        Arena* arena) {
  std::string target;
  return EvalSymlinks(files, path, &target) ? arena->Copy(target) : path;
}

// The refusal of a path that gave no device.
Verdict NoDevice(std::string_view path, const Node& node, int error,
                 std::string_view on_host, DeviceNodes nodes) {
  std::string why = "not a device node";
  if (node.is == Node::kError) {
    why = GoErrnoText(error);
    // Go's os.Lstat names the path, unix.Lstat does not.
    if (nodes == DeviceNodes::kByGoMode) {
      why = absl::StrCat("lstat ", on_host, ": ", why);
    }
  }
  return Verdict::Refused(
      Stage::kSpec,
      absl::StrCat(
          "error gathering device information while adding custom device ",
          Quote(path), ": ", why));
}

}  // namespace

Verdict DevicesFromPath(std::string_view path, DeviceNodes nodes,
                        const FileTree& files, Arena* arena,
                        Slice<Device>* devices, Slice<DeviceRule>* rules) {
  const DeviceLists lists = {devices, rules};
  FileFacts facts;
  int error = files.Lstat(path, &facts);

  // A symbolic link stands for what it leads to.
  std::string_view on_host = path;
  if (error == 0 && S_ISLNK(facts.mode)) {
    on_host = Target(path, files, arena);
    error = files.Lstat(on_host, &facts);
  }

  const Node node = ReadNode(facts, error, nodes);
  if (node.is == Node::kDevice) {
    lists.Append(path, node, facts, arena);
    return Verdict();
  }

  // A directory stands for the devices in it.
  if (node.is == Node::kNotADevice) {
    const size_t before = devices->size();
    if (files.Stat(on_host, &facts) == 0 && S_ISDIR(facts.mode)) {
      AddDevicesUnder(on_host, path, nodes, files, arena, lists);
    }
    if (devices->size() > before) return Verdict();
  }

  return NoDevice(path, node, error, on_host, nodes);
}

}  // namespace specgen
