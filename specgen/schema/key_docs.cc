#include "specgen/schema/key_docs.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {
namespace {

constexpr KeyDoc kKeyDocs[] = {
    {"description", "Description",
     "What the plugin is for, in a sentence. Docker shows it in docker plugin "
     "ls.",
     "", ""},
    {"documentation", "Documentation", "Where to read more: a URL.",
     "https://docs.docker.com/engine/extend/plugins/", ""},
    {"manifestVersion", "ManifestVersion",
     "The version of the format that Docker 1.12 had.", "v0.1", ""},
    {"dockerVersion", "DockerVersion",
     "The Docker release that the plugin was made with. Engines write it; "
     "nobody reads it.",
     "", ""},
    {"interface", "Interface", "How Docker speaks with the plugin.", "", ""},
    {"interface.types", "Types",
     "What the plugin can do, as PREFIX.CAPABILITY/VERSION.",
     "docker.volumedriver/1.0 docker.networkdriver/1.0 docker.ipamdriver/1.0 "
     "docker.authz/1.0 docker.logdriver/1.0 docker.metricscollector/1.0 "
     "docker.graphdriver/1.0 docker.secretprovider/1.0 "
     "docker.csicontroller/1.0 docker.csinode/1.0",
     ""},
    {"interface.socket", "Socket",
     "The name of the plugin's socket in /run/docker/plugins: no path.",
     "plugin.sock", ""},
    {"interface.protocolScheme", "ProtocolScheme",
     "What is spoken there: \"\" is moby.plugins.http/v1, plain HTTP.",
     "moby.plugins.http/v1", ""},
    {"entrypoint", "Entrypoint",
     "The program that the plugin starts, by its path in the rootfs, and its "
     "first arguments.",
     "/plugin", "[]"},
    {"workdir", "WorkDir",
     "The directory in the rootfs that the program starts in.", "/", "\"/\""},
    {"user", "User", "Read and not used by any engine: plugins start as root.",
     "", ""},
    {"user.uid", "UID", "A number of a user; see user.", "", "0"},
    {"user.gid", "GID", "A number of a group; see user.", "", "0"},
    {"network", "Network", "The network that the plugin sees.", "", ""},
    {"network.type", "Type",
     "host is the machine's network. Anything else is a network of the "
     "plugin's own, with nothing in it but loopback; none says so.",
     "host none bridge", ""},
    {"linux", "Linux", "What the plugin may do beyond the usual.", "", ""},
    {"linux.capabilities", "Capabilities",
     "Capabilities that the plugin gets beside Docker's default ones.",
     "CAP_SYS_ADMIN CAP_NET_ADMIN", ""},
    {"linux.devices", "Devices",
     "Device nodes of the machine that the plugin may use.", "", ""},
    {"linux.devices.name", "Name",
     "By what docker plugin set names the device.", "fuse", ""},
    {"linux.devices.description", "Description",
     "What the plugin needs the device for.", "", ""},
    {"linux.devices.path", "Path",
     "The device's path on the machine, and in the plugin.", "/dev/fuse", ""},
    {"linux.devices.settable", "Settable",
     "What docker plugin set may change: path.", "path", "[]"},
    {"linux.deviceCreation", "DeviceCreation",
     "Whether the plugin may use all devices; later called allowAllDevices.",
     "", "false"},
    {"linux.allowAllDevices", "AllowAllDevices",
     "Whether the plugin may use all devices of the machine.", "", "false"},
    {"capabilities", "Capabilities",
     "What Docker 1.12 called linux.capabilities.", "CAP_SYS_ADMIN", ""},
    {"devices", "Devices", "What Docker 1.12 called linux.devices.", "", ""},
    {"devices.name", "Name", "By what docker plugin set names the device.",
     "fuse", ""},
    {"devices.description", "Description",
     "What the plugin needs the device for.", "", ""},
    {"devices.path", "Path",
     "The device's path on the machine, and in the plugin.", "/dev/fuse", ""},
    {"devices.settable", "Settable", "What docker plugin set may change: path.",
     "path", "[]"},
    {"propagatedMount", "PropagatedMount",
     "A directory in the plugin. What the plugin mounts in it, containers and "
     "the machine see, too: volume drivers need it.",
     "/mnt/volumes", "\"\""},
    {"ipchost", "IpcHost",
     "Whether the plugin shares the machine's IPC namespace.", "", "false"},
    {"pidhost", "PidHost",
     "Whether the plugin sees and may signal all processes of the machine.", "",
     "false"},
    {"mounts", "Mounts",
     "What is mounted in the plugin beside Docker's own mounts.", "", ""},
    {"mounts.name", "Name", "By what docker plugin set names the mount.",
     "state", ""},
    {"mounts.description", "Description", "What the mount is for.", "", ""},
    {"mounts.source", "Source",
     "What is mounted: for a bind mount a path on the machine, which must be "
     "there. null or \"\" has to be set before the plugin is enabled.",
     "/var/lib/plugin", ""},
    {"mounts.destination", "Destination",
     "Where it is mounted, as a path in the plugin.", "/data", ""},
    {"mounts.type", "Type", "bind, or a type of file system.", "bind tmpfs",
     ""},
    {"mounts.options", "Options",
     "Options of the mount. A bind mount needs bind or rbind.",
     "rbind ro rw rshared rslave nosuid nodev noexec", ""},
    {"mounts.settable", "Settable",
     "What docker plugin set may change: source.", "source", "[]"},
    {"env", "Env", "Variables of the plugin's environment.", "", ""},
    {"env.name", "Name",
     "The variable's name, by which docker plugin set names it, too.", "DEBUG",
     ""},
    {"env.description", "Description", "What the variable does.", "", ""},
    {"env.value", "Value", "Its value; null leaves it out until it is set.",
     "0", ""},
    {"env.settable", "Settable", "What docker plugin set may change: value.",
     "value", "[]"},
    {"args", "Args", "Arguments behind those of entrypoint.", "", ""},
    {"args.name", "Name", "By what docker plugin set names the arguments.",
     "args", ""},
    {"args.description", "Description", "What the arguments do.", "", ""},
    {"args.settable", "Settable", "What docker plugin set may change: value.",
     "value", "[]"},
    {"args.value", "Value", "The arguments.", "--verbose", "[]"},
    {"rootfs", "rootfs",
     "What Docker notes of the image's layers when it makes the plugin. "
     "Authors leave it out.",
     "", ""},
    {"rootfs.type", "type", "layers, as Docker writes it.", "layers", ""},
    {"rootfs.diff_ids", "diff_ids", "Digests of the layers.", "", ""},
};

}  // namespace

absl::Span<const KeyDoc> KeyDocs() { return kKeyDocs; }

const KeyDoc* KeyDocOf(std::string_view path) {
  const auto* const found =
      std::find_if(std::begin(kKeyDocs), std::end(kKeyDocs),
                   [path](const KeyDoc& doc) { return doc.path == path; });
  return found == std::end(kKeyDocs) ? nullptr : found;
}

}  // namespace specgen
