#include "fuzz/input.h"

#include <cstdlib>
#include <iostream>
#include <memory>

#include "absl/container/flat_hash_map.h"

namespace specgen::fuzz {
namespace {

const HostSnapshot* ParseOrDie(std::string_view json) {
  auto host = HostSnapshot::Parse(json, "built-in host");
  if (!host.ok()) {
    std::cerr << host.status().message() << "\n";
    std::abort();
  }
  return host->release();
}

const HostSnapshot& BareHost() {
  static const HostSnapshot* const host = HostSnapshot::Empty().release();
  return *host;
}

const HostSnapshot& DevicesHost() {
  static const HostSnapshot* const host = ParseOrDie(R"({"entries": [
    {"path": "/dev/fuse", "type": "char", "mode": "0600", "uid": 0, "gid": 0, "major": 10, "minor": 229},
    {"path": "/dev/net/tun", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 10, "minor": 200},
    {"path": "/dev/sda", "type": "block", "mode": "0660", "uid": 0, "gid": 6, "major": 8, "minor": 0},
    {"path": "/dev/pipe", "type": "fifo", "mode": "0644", "uid": 1, "gid": 2},
    {"path": "/dev/zero-major", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 0, "minor": 7},
    {"path": "/dev/link", "type": "symlink", "target": "net"},
    {"path": "/dev/disk", "type": "symlink", "target": "sda"},
    {"path": "/dev/loop", "type": "symlink", "target": "loop"},
    {"path": "/dev/empty", "type": "dir"},
    {"path": "/srv/file", "type": "file"},
    {"path": "/run/docker/plugins", "type": "dir"},
    {"path": "/lib/p/rootfs/data", "type": "dir"},
    {"path": "/lib/p/rootfs/link", "type": "symlink", "target": "/nowhere"}],
    "possible_cpus": [0, 1, 2, 3], "thermal_throttle_cpus": [0, 2, 3], "cwd": "/srv"})");
  return *host;
}

const HostSnapshot& RootlessHost() {
  static const HostSnapshot* const host = ParseOrDie(R"({"entries": [
    {"path": "/proc", "type": "dir"}, {"path": "/sys", "type": "dir"},
    {"path": "/etc/hosts", "type": "file"}, {"path": "/srv/locked", "type": "dir"},
    {"path": "/srv/file", "type": "file"}, {"path": "/run/docker", "type": "dir"},
    {"path": "/dev/fuse", "type": "char", "mode": "0600", "uid": 0, "gid": 0, "major": 10, "minor": 229}],
    "mounts": [{"path": "/srv/locked", "flags": ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"]},
               {"path": "/run", "flags": ["nosuid", "nodev"]}],
    "user_namespace": true, "rootlesskit": true, "detached_network_namespace": true, "unified_cgroups": true})");
  return *host;
}

const HostSnapshot& UsernsHost() {
  static const HostSnapshot* const host = ParseOrDie(R"({"entries": [
    {"path": "/srv/file", "type": "file"}, {"path": "/run/docker", "type": "dir"}],
    "mounts": [{"path": "/srv", "flags": ["noexec", "noatime"]}, {"path": "/run", "flags": ["ro"]}],
    "user_namespace": true})");
  return *host;
}

using Apply = void (*)(Input*);

const absl::flat_hash_map<std::string_view, Apply>& Words() {
  static const auto* const words =
      new absl::flat_hash_map<std::string_view, Apply>({
          {"config", [](Input* i) { i->shape = PluginShape::kConfig; }},
          {"stored", [](Input* i) { i->shape = PluginShape::kStored; }},
          {"inspect", [](Input* i) { i->shape = PluginShape::kInspect; }},
          {"restarted", [](Input* i) { i->restarted = true; }},
          {"id", [](Input* i) { i->given_id = true; }},
          {"metrics", [](Input* i) { i->metrics = true; }},
          {"named", [](Input* i) { i->named = true; }},
          {"devices", [](Input* i) { i->host = &DevicesHost(); }},
          {"userns", [](Input* i) { i->host = &UsernsHost(); }},
          {"rootless", [](Input* i) { i->host = &RootlessHost(); }},
      });
  return *words;
}

const Release& PickRelease(std::string_view word) {
  static const auto* const by_name = [] {
    auto* map = new absl::flat_hash_map<std::string_view, const Release*>;
    for (const Release& release : AllReleases()) {
      map->emplace(release.name, &release);
    }
    return map;
  }();
  const auto found = by_name->find(word);
  if (found != by_name->end()) return *found->second;
  return AllReleases()[Hash(word) % AllReleases().size()];
}

std::string_view TakeWord(std::string_view* line) {
  const size_t begin = line->find_first_not_of(' ');
  if (begin == std::string_view::npos) {
    *line = {};
    return {};
  }
  line->remove_prefix(begin);
  const std::string_view word = line->substr(0, line->find(' '));
  line->remove_prefix(word.size());
  return word;
}

}  // namespace

uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash ^ hash >> 29;
}

std::string_view TakeLine(std::string_view* text) {
  const std::string_view line = text->substr(0, text->find('\n'));
  text->remove_prefix(line.size() + (line.size() < text->size() ? 1 : 0));
  return line;
}

Input ParseInput(std::string_view data) {
  Input input;
  std::string_view line = TakeLine(&data);
  input.text = data;
  input.release = &PickRelease(TakeWord(&line));
  input.host = &BareHost();
  for (std::string_view word = TakeWord(&line); !word.empty();
       word = TakeWord(&line)) {
    const auto found = Words().find(word);
    if (found != Words().end()) found->second(&input);
  }
  return input;
}

}  // namespace specgen::fuzz
