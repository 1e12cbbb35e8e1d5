#include "specgen/host/assumed_devices.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>

#include "specgen/host/go_path.h"

namespace specgen {
namespace {

struct KnownDevice {
  std::string_view name;  // below /dev/; with "*", what starts so
  uint32_t type;
  uint32_t major;
  uint32_t minor;
};

constexpr KnownDevice kKnownDevices[] = {
    {"mem", S_IFCHR, 1, 1},
    {"kmem", S_IFCHR, 1, 2},
    {"null", S_IFCHR, 1, 3},
    {"port", S_IFCHR, 1, 4},
    {"zero", S_IFCHR, 1, 5},
    {"full", S_IFCHR, 1, 7},
    {"random", S_IFCHR, 1, 8},
    {"urandom", S_IFCHR, 1, 9},
    {"kmsg", S_IFCHR, 1, 11},
    {"tty", S_IFCHR, 5, 0},
    {"tty0", S_IFCHR, 4, 0},
    {"console", S_IFCHR, 5, 1},
    {"ptmx", S_IFCHR, 5, 2},
    {"watchdog", S_IFCHR, 10, 130},
    {"rtc", S_IFCHR, 10, 135},
    {"vfio/vfio", S_IFCHR, 10, 196},
    {"net/tun", S_IFCHR, 10, 200},
    {"cuse", S_IFCHR, 10, 203},
    {"uinput", S_IFCHR, 10, 223},
    {"fuse", S_IFCHR, 10, 229},
    {"kvm", S_IFCHR, 10, 232},
    {"btrfs-control", S_IFCHR, 10, 234},
    {"mapper/control", S_IFCHR, 10, 236},
    {"loop-control", S_IFCHR, 10, 237},
    {"vhost-net", S_IFCHR, 10, 238},
    {"sg*", S_IFCHR, 21, 0},
    {"input/*", S_IFCHR, 13, 64},
    {"sd*", S_IFBLK, 8, 0},
    {"sr*", S_IFBLK, 11, 0},
    {"hd*", S_IFBLK, 3, 0},
    {"loop*", S_IFBLK, 7, 0},
    {"md*", S_IFBLK, 9, 0},
    {"nbd*", S_IFBLK, 43, 0},
    {"mmcblk*", S_IFBLK, 179, 0},
    {"xvd*", S_IFBLK, 202, 0},
    // Numbers that Linux deals out as it starts; these are usual.
    {"nvme*", S_IFBLK, 259, 0},
    {"vd*", S_IFBLK, 254, 0},
    {"dm-*", S_IFBLK, 253, 0},
    {"mapper/*", S_IFBLK, 253, 0},
    {"disk/*", S_IFBLK, 8, 0},
    {"rbd*", S_IFBLK, 252, 0},
};

bool Names(const KnownDevice& known, std::string_view name) {
  if (known.name.back() != '*') return name == known.name;
  const std::string_view start = known.name.substr(0, known.name.size() - 1);
  return name.size() > start.size() && name.substr(0, start.size()) == start;
}

// Null if none is known at the clean path.
const KnownDevice* FindKnown(std::string_view path) {
  constexpr std::string_view kDev = "/dev/";
  if (path.substr(0, kDev.size()) != kDev) return nullptr;
  const std::string_view name = path.substr(kDev.size());
  const KnownDevice* const known = std::find_if(
      std::begin(kKnownDevices), std::end(kKnownDevices),
      [&](const KnownDevice& device) { return Names(device, name); });
  return known == std::end(kKnownDevices) ? nullptr : known;
}

bool IsInFolder(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

FileFacts LikelyDevice(std::string_view path) {
  std::string storage;
  FileFacts facts;
  facts.mode = S_IFCHR | 0666;
  facts.major = 1;
  facts.minor = 3;
  const KnownDevice* const known = FindKnown(CleanPath(path, &storage));
  if (known != nullptr) {
    facts.mode = known->type | 0666;
    facts.major = known->major;
    facts.minor = known->minor;
  }
  return facts;
}

bool IsBehindDevice(std::string_view path) {
  if (!path.ends_with('/') && !path.ends_with("/.")) return false;
  std::string storage;
  const std::string_view clean = CleanPath(path, &storage);
  const KnownDevice* const known = FindKnown(clean);
  // Directories are known by "disk/*" and the like, too.
  return known != nullptr &&
         (known->name.back() != '*' ||
          clean.find('/', sizeof("/dev/") - 1) == std::string_view::npos);
}

void AssumedDevices::Add(std::string_view path) {
  FileFacts ignored;
  if (path.empty() || IsBehindDevice(path)) return;
  const int error = assumed_files_.base.Lstat(path, &ignored);
  // What this user may not see, dockerd does.
  if (error == ENOENT || error == ENOTDIR || error == EACCES) {
    assumed_files_.paths.emplace(path);
  }
}

int AssumedDevices::Files::Lstat(std::string_view path,
                                 FileFacts* facts) const {
  if (paths.contains(path)) {
    *facts = LikelyDevice(path);
    return 0;
  }
  const int error = base.Lstat(path, facts);
  if (error != 0 && IsInFolder(path, folder)) {
    *facts = {.mode = S_IFDIR | 0755};
    return 0;
  }
  // The node before the slash would be assumed as well.
  return error == ENOENT && IsBehindDevice(path) ? ENOTDIR : error;
}

int AssumedDevices::Files::Stat(std::string_view path, FileFacts* facts) const {
  if (paths.contains(path)) return Lstat(path, facts);
  const int error = base.Stat(path, facts);
  return error != 0 && IsInFolder(path, folder) ? Lstat(path, facts) : error;
}

}  // namespace specgen
