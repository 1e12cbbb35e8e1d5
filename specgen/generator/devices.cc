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

// Answers of reading one node.
enum class Node { kDevice, kNotADevice, kError };

// DeviceFromPath of runc's libcontainer/devices, and of containerd's oci since
// 24.0. `error` and `facts` are what lstat(2) of the path gives.
inline Node ReadNode(const FileFacts& facts, int error, DeviceNodes nodes,
                     Device* device) {
  if (error != 0) return Node::kError;
  device->major = facts.major;
  device->minor = facts.minor;
  device->uid = facts.uid;
  device->gid = facts.gid;
  device->file_mode = facts.mode;
  const uint32_t type = facts.mode & S_IFMT;
  switch (nodes) {
    case DeviceNodes::kByGoMode:
      if (type != S_IFCHR && type != S_IFBLK) return Node::kNotADevice;
      device->type = type == S_IFCHR ? "c" : "b";
      device->file_mode = (facts.mode & 0777) | type;
      break;
    case DeviceNodes::kByMajor:
      if (facts.major == 0) return Node::kNotADevice;
      // Only block and character devices have a number.
      device->type = type == S_IFBLK ? "b" : "c";
      break;
    case DeviceNodes::kByType:
    case DeviceNodes::kByTypePermissions:
      if (type != S_IFCHR && type != S_IFBLK && type != S_IFIFO) {
        return Node::kNotADevice;
      }
      device->type = type == S_IFCHR ? "c" : type == S_IFBLK ? "b" : "p";
      if (nodes == DeviceNodes::kByTypePermissions) {
        device->file_mode &= ~static_cast<uint32_t>(S_IFMT);
      }
      break;
  }
  return Node::kDevice;
}

// Where devices go, each with the rule that allows it.
struct DeviceLists {
  void Append(const Device& device, Arena* arena) const {
    rules->Emplace(arena, true, device.type, device.major, device.minor,
                   std::string_view("rwm"));
    devices->Append(arena, device);
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
    Device device;
    FileFacts facts;
    const int error = files.Lstat(file, &facts);
    if (ReadNode(facts, error, nodes, &device) == Node::kDevice) {
      device.path = arena->Copy(ReplaceFirst(file, root, path));
      lists.Append(device, arena);
    }
    if (error != 0 || !S_ISDIR(facts.mode)) continue;
    std::vector<std::string> names;
    if (files.ListDirectory(file, &names) != 0) continue;
    for (size_t i = names.size(); i > 0; --i) {
      pending.push_back(JoinPath({file, names[i - 1]}));
    }
  }
}

std::string WhyNone(Node node, int error, std::string_view on_host,
                    DeviceNodes nodes) {
  if (node != Node::kError) return "not a device node";
  // Go's os.Lstat names the path, unix.Lstat does not.
  return nodes == DeviceNodes::kByGoMode
             ? absl::StrCat("lstat ", on_host, ": ", GoErrnoText(error))
             : GoErrnoText(error);
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
  std::string resolved;
  if (error == 0 && S_ISLNK(facts.mode) &&
      EvalSymlinks(files, path, &resolved)) {
    on_host = resolved;
    error = files.Lstat(on_host, &facts);
  }

  Device device;
  const Node node = ReadNode(facts, error, nodes, &device);
  if (node == Node::kDevice) {
    device.path = path;
    lists.Append(device, arena);
    return Verdict();
  }

  // A directory stands for the devices in it.
  if (node == Node::kNotADevice) {
    const size_t before = devices->size();
    if (files.Stat(on_host, &facts) == 0 && S_ISDIR(facts.mode)) {
      AddDevicesUnder(on_host, path, nodes, files, arena, lists);
    }
    if (devices->size() > before) return Verdict();
  }

  return Verdict::Refused(
      Stage::kSpec,
      absl::StrCat(
          "error gathering device information while adding custom device ",
          Quote(path), ": ", WhyNone(node, error, on_host, nodes)));
}

}  // namespace specgen
