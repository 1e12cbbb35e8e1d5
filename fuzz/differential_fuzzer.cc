// The same plugin to specgen and to Docker's own code, which runs beside as a
// process (reference_process.h).
//
// Must never: answer otherwise than Docker. Any difference ends the program and
// prints the request line.
//
//   SPECGEN_REFERENCE          the command that starts Docker's code
//   SPECGEN_REFERENCE_RELEASE  the release whose code that is; default: newest
//   SPECGEN_REFERENCE_HOST     a snapshot file: the host that it runs on
//
// Docker's code looks at its host and makes directories there. With
// SPECGEN_REFERENCE_HOST it has one of its own, and may be asked anything.
// Otherwise it runs on the real machine, and a case is passed on only if
// specgen's answer shows that it asks for nothing but the runtime directory,
// what is below /tmp/specgen-ref, and device nodes that every machine has.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "fuzz/plugin_case.h"
#include "fuzz/reference_process.h"
#include "fuzz/request_writer.h"
#include "fuzz/watched_host.h"

namespace specgen::fuzz {
namespace {

constexpr std::string_view kOurDirectory = "/tmp/specgen-ref";
constexpr std::string_view kEveryMachine = R"({"entries": [
  {"path": "/tmp", "type": "dir", "mode": "1777"},
  {"path": "/dev/null", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 3},
  {"path": "/dev/zero", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 5},
  {"path": "/dev/full", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 7}]})";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Setup {
  const Release* release;
  std::unique_ptr<HostSnapshot> host;
  bool own_host;
  std::unique_ptr<ReferenceProcess> reference;
};

Setup Start() {
  Setup setup;
  const std::string release = Variable("SPECGEN_REFERENCE_RELEASE");
  const auto found = FindRelease(release);
  Require(release.empty() || found.ok(), "SPECGEN_REFERENCE_RELEASE is known",
          [&] { return release; });
  setup.release = release.empty() ? &NewestRelease() : *found;

  const std::string path = Variable("SPECGEN_REFERENCE_HOST");
  setup.own_host = !path.empty();
  std::string facts(kEveryMachine);
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    facts.assign(std::istreambuf_iterator<char>(file), {});
    Require(!facts.empty(), "SPECGEN_REFERENCE_HOST can be read",
            [&] { return path; });
  }
  auto host = HostSnapshot::Parse(facts, path.empty() ? "built-in" : path);
  Require(host.ok(), "SPECGEN_REFERENCE_HOST is a snapshot",
          [&] { return std::string(host.status().message()); });
  setup.host = *std::move(host);

  const std::string command = Variable("SPECGEN_REFERENCE");
  Require(!command.empty(), "SPECGEN_REFERENCE names Docker's code", [] {
    return "Set it to the command that answers request lines; see "
           "fuzz/README.md.\n";
  });
  auto reference = ReferenceProcess::Start(command);
  Require(reference.ok(), "the reference starts",
          [&] { return std::string(reference.status().message()); });
  setup.reference = *std::move(reference);
  return setup;
}

// Whether Docker's code may run on the real machine for this.
bool Harmless(const WatchedHost& host, const Answer& answer) {
  const auto ours = [](std::string_view path) {
    return path.find("..") == std::string_view::npos &&
           (path == kOurDirectory ||
            absl::StartsWith(path, absl::StrCat(kOurDirectory, "/")));
  };
  for (const std::string& path : host.paths()) {
    if (!ours(path) && path != "/" && path != "/tmp" && path != "/dev/null" &&
        path != "/dev/zero" && path != "/dev/full") {
      return false;
    }
  }
  for (const PlannedFolder& directory : answer.plan()) {
    if (!ours(directory.path)) return false;
  }
  // Only the first paths are kept.
  return host.file_calls() <= host.paths().size();
}

// Whether two answers are the same. Docker's words for what it cannot read
// depend on its version of Go; what Go prints of a crash is Go's.
bool Same(std::string_view docker, std::string_view ours) {
  if (docker == ours) return true;
  std::vector<std::string> theirs = absl::StrSplit(docker, '\t');
  std::vector<std::string> mine = absl::StrSplit(ours, '\t');
  if (theirs.size() != 3 || mine.size() != 3) return false;
  const bool words_differ =
      theirs[0] == "panic" || (theirs[0] == "error" && theirs[1] == "decode");
  if (theirs[0] == "ok" || theirs[0] != mine[0] || theirs[1] != mine[1]) {
    return false;
  }
  // The reference need not escape as specgen does.
  return words_differ || UnquoteJson(theirs[2]) == UnquoteJson(mine[2]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Setup* const setup = new Setup(Start());
  PluginCase plugin_case;
  ParseCase(data, size, &plugin_case);
  plugin_case.clear_engine();
  plugin_case.set_engine_name(std::string(setup->release->name));
  // No engine whose module is published reads a stored state of its own.
  plugin_case.clear_settings();
  plugin_case.clear_host();
  // dockerd adds the mount of the metrics socket later.
  plugin_case.mutable_paths()->clear_metrics_socket();
  if (!setup->own_host) plugin_case.clear_paths();
  specgen::RequestLine request = CaseRequest(plugin_case);
  request.restarted = plugin_case.restarted();
  request.lib_root = absl::StrCat(kOurDirectory, "/lib");
  // Nothing is made where this program was started.
  if (!absl::StartsWith(plugin_case.paths().exec_root(), "/")) {
    request.exec_root = absl::StrCat(kOurDirectory, "/run");
  }
  if (plugin_case.paths().rootfs().empty()) {
    request.rootfs = absl::StrCat(kOurDirectory, "/rootfs");
  }
  const std::string line = WriteRequestLine(request);
  // What the line says: JSON holds no bytes that are no UTF-8.
  request = *specgen::ParseRequestLine(line);

  const WatchedHost host(*setup->host);
  static specgen::Answer* const answer = new specgen::Answer;
  std::vector<std::string_view> set;
  specgen::Generator(*setup->release, host)
      .Generate(request.ToRequest(&set), answer);
  if (!setup->own_host && !Harmless(host, *answer)) return 0;
  const std::string ours =
      specgen::AnswerLine(*answer, /*with_directories=*/false);

  const auto reply = setup->reference->Ask(line);
  Require(reply.ok(), "Docker's code answers", [&] {
    return absl::StrCat(reply.status().message(), "\n--- request\n", line);
  });
  std::string_view theirs = *reply;
  const std::string_view name = theirs.substr(0, theirs.find('\t'));
  Require(name == request.name && name.size() < theirs.size(),
          "an answer starts with the name of its request",
          [&] { return absl::StrCat(*reply, "\n--- request\n", line); });
  theirs.remove_prefix(name.size() + 1);
  Require(Same(theirs, ours), "specgen answers as Docker does", [&] {
    return absl::StrCat("Docker ", setup->release->name, "\n--- request\n",
                        line, "\n--- Docker\n", theirs, "\n--- specgen\n",
                        ours);
  });
  return 0;
}

}  // namespace specgen::fuzz
