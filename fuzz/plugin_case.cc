#include "fuzz/plugin_case.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fuzz/proto_mutator.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_writer.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size)
    __attribute__((weak));

namespace specgen::fuzz {
namespace {

using fuzz_case::Device;
using fuzz_case::Env;
using fuzz_case::File;
using fuzz_case::Mount;
using fuzz_case::MountPoint;

// The request's own paths are joined with each mount's, so that long ones would
// make any cost look large.
constexpr size_t kLongestPath = 128;

constexpr std::string_view kWords[] = {
    "/",
    ".",
    "..",
    "/dev",
    "/dev/",
    "/dev/pts",
    "/dev/shm",
    "/dev/mqueue",
    "/dev/fuse",
    "/dev/net/tun",
    "/dev/sda",
    "/dev/x",
    "/dev/null",
    // What the reference's host has, see reference_host.json.
    "/dev/net",
    "/dev/link/",
    "/srv/b/net/../sda",
    "/srv/dangling",
    "/srv/file",
    "/proc",
    "/sys",
    "/sys/fs/cgroup",
    "/run",
    "/run/docker/plugins",
    "/etc/hosts",
    "/srv",
    "/srv/a",
    "/srv/b/c",
    "/mnt",
    "/mnt/a",
    "/var/lib/docker/plugins",
    "/lib/p/rootfs",
    "bind",
    "rbind",
    "tmpfs",
    "sysfs",
    "proc",
    "cgroup",
    "ro",
    "rw",
    "nosuid",
    "nodev",
    "noexec",
    "shared",
    "rshared",
    "rslave",
    "private",
    "host",
    "none",
    "bridge",
    "source",
    "path",
    "value",
    "type",
    "a",
    "b",
    "a=1",
    "a.source=/srv/a",
    "a.value=x y",
    "a.path=/dev/fuse",
    "=",
    "a=",
    "CAP_SYS_ADMIN",
    "CAP_NET_ADMIN",
    "docker.volumedriver/1.0",
    "docker.metricscollector/1.0",
    "../",
    "//",
    "/./",
    "<&>",
    "\xE2\x80\xA8",
    "28.5.2",
    "1.13.0-dev",
    "1.13.0-rc4",
    "18.03.0",
    "29.7.2",
    "20.10.24",
};

void Strings(std::string_view key, const auto& list, JsonWriter* w) {
  w->Raw(key);
  char open = '[';
  for (const std::string& item : list) {
    w->Raw(open);
    open = ',';
    w->String(item);
  }
  if (open == '[') w->Raw('[');
  w->Raw(']');
}

// `"key":` and a string, or null.
void Text(std::string_view key, bool has, std::string_view text,
          JsonWriter* w) {
  w->Raw(key);
  if (has) {
    w->String(text);
  } else {
    w->Raw("null");
  }
}

template <typename List, typename Item>
void Objects(std::string_view key, const List& list, JsonWriter* w, Item item) {
  w->Raw(key);
  w->Raw('[');
  bool comma = false;
  for (const auto& one : list) {
    if (comma) w->Raw(',');
    comma = true;
    w->Raw('{');
    item(one);
    w->Raw('}');
  }
  w->Raw(']');
}

void Mounts(const auto& list, JsonWriter* w) {
  Objects(",\"mounts\":", list, w, [&](const Mount& mount) {
    Text("\"name\":", true, mount.name(), w);
    Text(",\"destination\":", true, mount.destination(), w);
    Text(",\"type\":", true, mount.type(), w);
    Text(",\"source\":", mount.has_source(), mount.source(), w);
    Strings(",\"options\":", mount.option(), w);
    Strings(",\"settable\":", mount.settable(), w);
  });
}

void Devices(std::string_view key, const auto& list, JsonWriter* w) {
  Objects(key, list, w, [&](const Device& device) {
    Text("\"name\":", true, device.name(), w);
    Text(",\"path\":", device.has_path(), device.path(), w);
    Strings(",\"settable\":", device.settable(), w);
  });
}

// The author's file. What an engine does not read is there as well, as in
// plugins that want to run on several.
void Config(const PluginCase& c, JsonWriter* w) {
  Strings("{\"entrypoint\":", c.entrypoint(), w);
  Text(",\"workdir\":", true, c.workdir(), w);
  Strings(",\"interface\":{\"socket\":\"p.sock\",\"types\":",
          c.interface_type(), w);
  Text("},\"network\":{\"type\":", true, c.network(), w);
  Text("},\"propagatedMount\":", true, c.propagated_mount(), w);
  w->Raw(c.ipc_host() ? std::string_view(",\"ipchost\":true")
                      : std::string_view(",\"ipchost\":false"));
  w->Raw(c.pid_host() ? std::string_view(",\"pidhost\":true")
                      : std::string_view(",\"pidhost\":false"));
  const std::string_view all = c.allow_all_devices() ? "true" : "false";
  Strings(",\"capabilities\":", c.capability(), w);
  Devices(",\"devices\":", c.device(), w);
  Strings(",\"linux\":{\"capabilities\":", c.capability(), w);
  Devices(",\"devices\":", c.device(), w);
  w->Raw(absl::StrCat(",\"deviceCreation\":", all, ",\"allowAllDevices\":", all,
                      "}"));
  Mounts(c.mount(), w);
  Objects(",\"env\":", c.env(), w, [&](const Env& env) {
    Text("\"name\":", true, env.name(), w);
    Text(",\"value\":", env.has_value(), env.value(), w);
    Strings(",\"settable\":", env.settable(), w);
  });
  Text(",\"args\":{\"name\":", true, c.args().name(), w);
  Strings(",\"value\":", c.args().value(), w);
  Strings(",\"settable\":", c.args().settable(), w);
  w->Raw("}}");
}

std::string Cut(const std::string& path, std::string_view otherwise) {
  if (path.empty()) return std::string(otherwise);
  return path.substr(0, kLongestPath);
}

size_t MutateBytes(uint8_t* data, size_t size, size_t max_size) {
  return LLVMFuzzerMutate == nullptr ? size
                                     : LLVMFuzzerMutate(data, size, max_size);
}

size_t Print(const PluginCase& plugin_case, uint8_t* out, size_t max_size) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(plugin_case, &text);
  if (text.size() > max_size) return 0;
  return text.copy(reinterpret_cast<char*>(out), text.size());
}

}  // namespace

const Release& CaseRelease(const PluginCase& plugin_case) {
  const auto releases = AllReleases();
  for (const Release& release : releases) {
    if (release.name == plugin_case.engine_name()) return release;
  }
  return releases[plugin_case.engine() % releases.size()];
}

RequestLine CaseRequest(const PluginCase& plugin_case) {
  RequestLine request;
  JsonWriter w(&request.plugin);
  if (!plugin_case.raw_config().empty()) {
    w.Raw(plugin_case.raw_config());
  } else if (!plugin_case.has_settings()) {
    Config(plugin_case, &w);
  } else {
    request.shape = PluginShape::kStored;
    const bool manifest =
        CaseRelease(plugin_case).behaviour->form == StateForm::kManifest;
    w.Raw(plugin_case.settings().enabled()
              ? std::string_view("{\"Enabled\":true,")
              : std::string_view("{\"Id\":\"i\","));
    w.Raw(manifest ? std::string_view("\"Manifest\":")
                   : std::string_view("\"Config\":"));
    Config(plugin_case, &w);
    w.Raw(manifest ? std::string_view(",\"Config\":")
                   : std::string_view(",\"Settings\":"));
    Strings("{\"Env\":", plugin_case.settings().env(), &w);
    Strings(",\"Args\":", plugin_case.settings().args(), &w);
    Mounts(plugin_case.settings().mount(), &w);
    Devices(",\"Devices\":", plugin_case.settings().device(), &w);
    w.Raw("}}");
  }
  w.Finish();
  request.name = "case";
  request.set.assign(plugin_case.set().begin(), plugin_case.set().end());
  request.id = Cut(plugin_case.paths().id(), "p");
  request.rootfs = Cut(plugin_case.paths().rootfs(), "/lib/p/rootfs");
  request.lib_root = Cut(plugin_case.paths().lib_root(), "/lib");
  request.exec_root =
      Cut(plugin_case.paths().exec_root(), "/run/docker/plugins");
  request.metrics_socket = Cut(plugin_case.paths().metrics_socket(), "");
  return request;
}

std::unique_ptr<HostSnapshot> CaseHost(const PluginCase& plugin_case) {
  const fuzz_case::Host& host = plugin_case.host();
  // By path: directories come before what is in them, and one path is there
  // once.
  std::map<std::string, const File*> files;
  for (const File& file : host.file()) {
    if (file.path().empty() || file.path()[0] != '/' ||
        file.path().size() > kLongestPath || !IsCleanPath(file.path()) ||
        file.path() == "/" || file.path().find('\0') != std::string::npos ||
        files.size() >= 32) {
      continue;
    }
    files.emplace(file.path(), &file);
  }
  const auto below_a_file = [&](const std::string& path) {
    for (size_t end = path.rfind('/'); end > 0 && end != std::string::npos;
         end = path.rfind('/', end - 1)) {
      const auto found = files.find(path.substr(0, end));
      if (found != files.end() && found->second->type() != File::DIR) {
        return true;
      }
    }
    return false;
  };
  std::string json;
  JsonWriter w(&json);
  w.Raw("{\"entries\":[");
  bool comma = false;
  for (const auto& [path, file] : files) {
    if (below_a_file(path)) continue;
    static constexpr std::string_view kTypes[] = {
        "dir", "file", "symlink", "char", "block", "fifo", "socket"};
    const bool link = file->type() == File::SYMLINK;
    const std::string& target = file->target();
    if (link && (target.empty() || target.size() > kLongestPath ||
                 target.find('\0') != std::string::npos)) {
      continue;
    }
    if (comma) w.Raw(',');
    comma = true;
    w.Raw("{\"path\":");
    w.String(path);
    w.Raw(absl::StrFormat(
        ",\"type\":\"%s\",\"mode\":\"%04o\",\"uid\":%d,\"gid\":%d",
        kTypes[std::clamp(static_cast<int>(file->type()), 0, 6)],
        file->mode() & 07777, file->uid(), file->gid()));
    if (file->type() == File::CHAR || file->type() == File::BLOCK) {
      w.Raw(absl::StrFormat(",\"major\":%d,\"minor\":%d", file->major() & 0xFFF,
                            file->minor() & 0xFFFFF));
    }
    if (link) Text(",\"target\":", true, target, &w);
    w.Raw('}');
  }
  w.Raw("],\"mounts\":[");
  comma = false;
  std::map<std::string, uint32_t> mounts;
  for (const MountPoint& mount : host.mount_point()) {
    const auto found = files.find(mount.path());
    if (found == files.end() || found->second->type() != File::DIR ||
        below_a_file(mount.path())) {
      continue;
    }
    mounts.emplace(mount.path(), mount.flags());
  }
  for (const auto& [path, flags] : mounts) {
    static constexpr std::string_view kFlags[] = {
        "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"};
    std::vector<std::string> names;
    for (size_t i = 0; i < std::size(kFlags); ++i) {
      if ((flags >> i & 1) != 0) names.emplace_back(kFlags[i]);
    }
    if (comma) w.Raw(',');
    comma = true;
    Text("{\"path\":", true, path, &w);
    Strings(",\"flags\":", names, &w);
    w.Raw('}');
  }
  w.Raw("],\"thermal_throttle_cpus\":[");
  std::vector<uint32_t> cpus;
  for (const uint32_t cpu : host.thermal_throttle_cpu()) {
    cpus.push_back(cpu & 0x3FF);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  cpus.resize(std::min<size_t>(cpus.size(), 8));
  for (size_t i = 0; i < cpus.size(); ++i) {
    if (i > 0) w.Raw(',');
    w.Integer(cpus[i]);
  }
  const auto flag = [&](std::string_view key, bool value) {
    w.Raw(absl::StrCat(",\"", key, "\":", value ? "true" : "false"));
  };
  w.Raw(']');
  flag("user_namespace", host.user_namespace());
  flag("rootlesskit", host.rootlesskit());
  flag("detached_network_namespace", host.detached_network_namespace());
  flag("unified_cgroups", host.unified_cgroups());
  if (const auto cwd = files.find(host.cwd());
      cwd != files.end() && cwd->second->type() == File::DIR &&
      !below_a_file(host.cwd())) {
    Text(",\"cwd\":", true, host.cwd(), &w);
  }
  w.Raw('}');
  w.Finish();
  auto snapshot = HostSnapshot::Parse(json, "case host");
  return snapshot.ok() ? *std::move(snapshot) : HostSnapshot::Empty();
}

namespace {

class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber,
                const std::string&) override {}
};

}  // namespace

void ParseCase(const uint8_t* data, size_t size, PluginCase* plugin_case) {
  google::protobuf::TextFormat::Parser parser;
  Silent silent;
  parser.RecordErrorsTo(&silent);
  parser.AllowPartialMessage(true);
  parser.SetRecursionLimit(16);
  // What was read before an error stays.
  (void)parser.ParseFromString(
      std::string(reinterpret_cast<const char*>(data), size), plugin_case);
}

size_t MutateCase(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  PluginCase plugin_case;
  ParseCase(data, size, &plugin_case);
  ProtoMutator mutator(seed, kWords, MutateBytes);
  mutator.Mutate(&plugin_case);
  const size_t mutated = Print(plugin_case, data, max_size);
  return mutated > 0 ? mutated : std::min(size, max_size);
}

size_t CrossOverCases(const uint8_t* data1, size_t size1, const uint8_t* data2,
                      size_t size2, uint8_t* out, size_t max_out,
                      unsigned seed) {
  PluginCase one, two;
  ParseCase(data1, size1, &one);
  ParseCase(data2, size2, &two);
  ProtoMutator(seed, kWords, MutateBytes).CrossOver(two, &one);
  return Print(one, out, max_out);
}

}  // namespace specgen::fuzz
