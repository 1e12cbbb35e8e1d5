#include "specgen/bench/inputs.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace specgen {
namespace {

[[noreturn]] void Die(std::string_view message) {
  std::cerr << message << "\n";
  std::exit(1);
}

}  // namespace

std::string ReadFileOrDie(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) Die(absl::StrCat(path, ": cannot be read"));
  return text.str();
}

std::string BenchConfig(std::string_view name) {
  return ReadFileOrDie(absl::StrCat("specgen/bench/configs/", name, ".json"));
}

std::unique_ptr<HostSnapshot> BenchHost() {
  const std::string path = "specgen/bench/host.json";
  auto host = HostSnapshot::Parse(ReadFileOrDie(path), path);
  if (!host.ok()) Die(host.status().message());
  return *std::move(host);
}

const Release& ReleaseOrDie(std::string_view name) {
  auto release = FindRelease(name);
  if (!release.ok()) Die(release.status().message());
  return **release;
}

Request BenchRequest(std::string_view config) {
  Request request;
  request.plugin = config;
  request.shape = PluginShape::kConfig;
  request.id = "plugin";
  return request;
}

std::string BenchSpec(std::string_view engine, std::string_view name) {
  return ReadFileOrDie(
      absl::StrCat("specgen/bench/specs/", engine, "-", name, ".json"));
}

std::string GrowingConfig(std::string_view list, size_t count) {
  std::string items;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&items, i == 0 ? "" : ",\n    ");
    if (list == "env") {
      absl::StrAppend(&items, R"({"name": "NAME_)", i,
                      R"(", "settable": ["value"], "value": "value )", i,
                      R"("})");
    } else if (list == "devices") {
      absl::StrAppend(&items, R"({"name": "device)", i,
                      R"(", "path": "/dev/fuse"})");
    } else if (list == "capabilities") {
      absl::StrAppend(&items, "\"CAP_", i, "\"");
    } else if (list == "duplicates") {
      absl::StrAppend(&items, R"("env": [{"name": "A)", i,
                      R"(", "value": "b"}, {"name": "C"}])");
    } else {
      const std::string_view parent =
          list == "dev_mounts" ? "/dev/folder" : "/srv/folder";
      absl::StrAppend(&items, R"({"name": "mount)", i, R"(", "source": ")",
                      parent, i, R"(", "destination": ")", parent, i,
                      R"(", "type": "bind", "options": ["rbind", "ro"]})");
    }
  }
  if (list == "duplicates") return absl::StrCat("{", items, "}\n");
  const std::string text = absl::StrCat("[\n    ", items, "\n  ]");
  const bool mounts = list == "mounts" || list == "dev_mounts";
  return absl::StrCat(
      R"({
  "entrypoint": ["/plugin"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "p.sock"},
  "network": {"type": "host"},
  "linux": {"capabilities": )",
      list == "capabilities" ? std::string_view(text) : "[\"CAP_SYS_ADMIN\"]",
      list == "devices" ? absl::StrCat(", \"devices\": ", text) : "", R"(},
  "env": )",
      list == "env" ? text : "[]", R"(,
  "mounts": )",
      mounts ? text : "[]", "\n}\n");
}

}  // namespace specgen
