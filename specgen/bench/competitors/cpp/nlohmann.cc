// How long the same job takes with nlohmann::json, for Docker 28.5.2 only:
//
//   nlohmann DEFAULT_SPEC HOST_FACTS CONFIG GOLDEN
//
// Prints the nanoseconds of one spec: the median and the least of many rounds.
// DEFAULT_SPEC is the spec of a config with an entrypoint and nothing else,
// from which each spec starts. Keys keep their order (ordered_json), so the
// answer is compared byte by byte. Built by ../../run with Debian's
// nlohmann-json3-dev.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::ordered_json;

struct Node {
  int major;
  int minor;
  int mode;
};

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    std::cerr << path << ": cannot be read\n";
    std::exit(1);
  }
  return text.str();
}

// The member of an object; an empty list if it is null or not there.
const Json& ListOf(const Json& object, const char* key) {
  static const Json* const kNone = new Json(Json::array());
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? *kNone : *found;
}

Json HostFile(const char* path) {
  return {{"destination", path},
          {"type", "bind"},
          {"source", path},
          {"options", {"rbind", "ro"}}};
}

std::string Generate(const std::string& text, const Json& base,
                     const std::map<std::string, Node>& nodes) {
  const Json config = Json::parse(text);
  Json spec = base;

  Json& process = spec["process"];
  Json args = ListOf(config, "entrypoint");
  if (const auto found = config.find("args"); found != config.end()) {
    for (const Json& arg : ListOf(*found, "value")) args.push_back(arg);
  }
  process["args"] = std::move(args);
  for (const Json& env : ListOf(config, "env")) {
    const auto value = env.find("value");
    if (value == env.end() || value->is_null()) continue;
    process["env"].push_back(env.value("name", "") + "=" +
                             value->get_ref<const std::string&>());
  }
  const std::string workdir = config.value("workdir", "");
  if (!workdir.empty()) process["cwd"] = workdir;
  const Json linux_config = config.value("linux", Json::object());
  const Json& own = ListOf(linux_config, "capabilities");
  if (!own.empty()) {
    Json sets = Json::object();
    for (const char* set :
         {"bounding", "effective", "inheritable", "permitted"}) {
      Json all = process["capabilities"].value(set, Json::array());
      for (const Json& capability : own) all.push_back(capability);
      sets[set] = std::move(all);
    }
    process["capabilities"] = std::move(sets);
  }

  Json& mounts = spec["mounts"];
  Json runtime = std::move(mounts.back());
  mounts.erase(mounts.size() - 1);
  const std::string propagated = config.value("propagatedMount", "");
  if (!propagated.empty()) {
    const std::string& rootfs =
        spec["root"]["path"].get_ref<const std::string&>();
    mounts.push_back(
        {{"destination", propagated},
         {"type", "bind"},
         {"source", rootfs.substr(0, rootfs.rfind('/')) + "/propagated-mount"},
         {"options", {"rbind", "rw", "rshared"}}});
  }
  for (const Json& mount : ListOf(config, "mounts")) {
    Json added = {{"destination", mount.value("destination", "")},
                  {"type", mount.value("type", "")},
                  {"source", mount.at("source")}};
    const Json& options = ListOf(mount, "options");
    if (!options.empty()) added["options"] = options;
    mounts.push_back(std::move(added));
  }
  mounts.push_back(std::move(runtime));
  const std::string network =
      config.value("network", Json::object()).value("type", "");
  if (!network.empty()) {
    mounts.push_back(HostFile("/etc/hosts"));
    mounts.push_back(HostFile("/etc/resolv.conf"));
  }

  Json& linux_spec = spec["linux"];
  Json& namespaces = linux_spec["namespaces"];
  for (auto it = namespaces.begin(); it != namespaces.end();) {
    const std::string& type = (*it)["type"].get_ref<const std::string&>();
    const bool goes = (type == "network" && network == "host") ||
                      (type == "ipc" && config.value("ipchost", false)) ||
                      (type == "pid" && config.value("pidhost", false));
    it = goes ? namespaces.erase(it) : it + 1;
  }
  Json rules = ListOf(linux_spec["resources"], "devices");
  if (linux_config.value("allowAllDevices", false)) {
    rules = Json::array({{{"allow", true}, {"access", "rwm"}}});
  }
  Json devices = Json::array();
  for (const Json& device : ListOf(linux_config, "devices")) {
    const std::string& path = device["path"].get_ref<const std::string&>();
    const Node& node = nodes.at(path);
    devices.push_back({{"path", path},
                       {"type", "c"},
                       {"major", node.major},
                       {"minor", node.minor},
                       {"fileMode", node.mode},
                       {"uid", 0},
                       {"gid", 0}});
    rules.push_back({{"allow", true},
                     {"type", "c"},
                     {"major", node.major},
                     {"minor", node.minor},
                     {"access", "rwm"}});
  }
  // Go writes keys in the order of its structs.
  Json ordered = Json::object();
  for (auto& [key, value] : linux_spec.items()) {
    if (key == "maskedPaths") {
      if (!devices.empty()) ordered["devices"] = std::move(devices);
      if (!propagated.empty()) ordered["rootfsPropagation"] = "rshared";
    }
    if (key == "resources") {
      ordered[key] = {{"devices", std::move(rules)}};
    } else {
      ordered[key] = std::move(value);
    }
  }
  linux_spec = std::move(ordered);
  return spec.dump();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const Json base = Json::parse(ReadFile(argv[1]));
  std::map<std::string, Node> nodes;
  const Json host = Json::parse(ReadFile(argv[2]));
  for (const auto& entry : host["entries"]) {
    if (entry["type"] != "char") continue;
    nodes[entry["path"]] = {entry["major"], entry["minor"],
                            static_cast<int>(std::stol(
                                entry["mode"].get<std::string>(), nullptr, 8))};
  }
  const std::string config = ReadFile(argv[3]);
  // Go writes what HTML could misread as escapes; nlohmann does not.
  std::string golden = ReadFile(argv[4]);
  for (const auto& [escape, c] : {std::pair<std::string, char>{"\\u003c", '<'},
                                  {"\\u003e", '>'},
                                  {"\\u0026", '&'}}) {
    for (size_t at; (at = golden.find(escape)) != std::string::npos;) {
      golden.replace(at, escape.size(), 1, c);
    }
  }
  const std::string spec = Generate(config, base, nodes);
  if (spec != golden) {
    std::cerr << "not the golden spec: " << spec << "\n";
    return 1;
  }
  using Clock = std::chrono::steady_clock;
  size_t bytes = 0;
  const auto round = [&](int count) {
    const auto start = Clock::now();
    for (int i = 0; i < count; ++i)
      bytes += Generate(config, base, nodes).size();
    return std::chrono::duration<double, std::nano>(Clock::now() - start)
        .count();
  };
  int count = 1;
  while (round(count) < 20e6) count *= 2;
  std::vector<double> times;
  for (int i = 0; i < 25; ++i) times.push_back(round(count) / count);
  std::sort(times.begin(), times.end());
  if (bytes == 0) return 1;
  std::cout << times[times.size() / 2] << " " << times[0] << "\n";
  return 0;
}
