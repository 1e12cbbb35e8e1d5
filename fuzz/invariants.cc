#include "fuzz/invariants.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/json_oracle.h"
#include "fuzz/watched_host.h"
#include "simdjson.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/json_writer.h"
#include "specgen/validate/known_violations.h"
#include "specgen/validate/validator.h"

namespace specgen::fuzz {
namespace {

using S = JsonShape;

// ---- The form of a runtime spec: config.md and config-linux.md of
// opencontainers/runtime-spec, v1.0.0-rc2 to v1.3.0, as far as Docker's engines
// and base specs write it.

constexpr S kPlatform[] = {{"os", S::kString, true},
                           {"arch", S::kString, true}};
constexpr S kBox[] = {{"height", S::kUint, true}, {"width", S::kUint, true}};
constexpr S kUser[] = {{"uid", S::kUint, true},
                       {"gid", S::kUint, true},
                       {"umask", S::kUint},
                       {"additionalGids", S::kUints},
                       {"username", S::kString}};
constexpr S kRlimit[] = {{"type", S::kString, true},
                         {"hard", S::kUint, true},
                         {"soft", S::kUint, true}};
constexpr S kSets[] = {{"bounding", S::kStrings},
                       {"effective", S::kStrings},
                       {"inheritable", S::kStrings},
                       {"permitted", S::kStrings},
                       {"ambient", S::kStrings}};
constexpr S kRoot[] = {{"path", S::kString, true}, {"readonly", S::kBool}};
// Up to 17.05 type and source are always there; see MountShape.
constexpr S kMount[] = {{"destination", S::kString, true},
                        {"type", S::kString},
                        {"source", S::kString},
                        {"options", S::kStrings}};
constexpr S kFullMount[] = {{"destination", S::kString, true},
                            {"type", S::kString, true},
                            {"source", S::kString, true},
                            {"options", S::kStrings}};
constexpr S kHook[] = {{"path", S::kString, true},
                       {"args", S::kStrings},
                       {"env", S::kStrings},
                       {"timeout", S::kInt}};
constexpr S kHooks[] = {{"prestart", S::kObjects, false, kHook},
                        {"poststart", S::kObjects, false, kHook},
                        {"poststop", S::kObjects, false, kHook}};
constexpr S kMapping[] = {{"hostID", S::kUint, true},
                          {"containerID", S::kUint, true},
                          {"size", S::kUint, true}};
constexpr S kDeviceRule[] = {{"allow", S::kBool, true},
                             {"type", S::kString},
                             {"major", S::kInt},
                             {"minor", S::kInt},
                             {"access", S::kString}};
constexpr S kMemory[] = {{"limit", S::kInt},     {"reservation", S::kInt},
                         {"swap", S::kInt},      {"kernel", S::kInt},
                         {"kernelTCP", S::kInt}, {"swappiness", S::kUint}};
constexpr S kCpu[] = {
    {"shares", S::kUint},         {"quota", S::kInt},
    {"period", S::kUint},         {"realtimeRuntime", S::kInt},
    {"realtimePeriod", S::kUint}, {"cpus", S::kString},
    {"mems", S::kString}};
constexpr S kPids[] = {{"limit", S::kInt}};
constexpr S kWeightDevice[] = {{"major", S::kInt, true},
                               {"minor", S::kInt, true},
                               {"weight", S::kUint},
                               {"leafWeight", S::kUint}};
constexpr S kThrottleDevice[] = {
    {"major", S::kInt, true}, {"minor", S::kInt, true}, {"rate", S::kUint}};
constexpr S kBlockIo[] = {
    {"blkioWeight", S::kUint},
    {"blkioLeafWeight", S::kUint},
    {"blkioWeightDevice", S::kObjects, false, kWeightDevice},
    {"blkioThrottleReadBpsDevice", S::kObjects, false, kThrottleDevice},
    {"blkioThrottleWriteBpsDevice", S::kObjects, false, kThrottleDevice},
    {"blkioThrottleReadIOPSDevice", S::kObjects, false, kThrottleDevice},
    {"blkioThrottleWriteIOPSDevice", S::kObjects, false, kThrottleDevice}};
constexpr S kHugepage[] = {{"pageSize", S::kString}, {"limit", S::kUint}};
constexpr S kPriority[] = {{"name", S::kString, true},
                           {"priority", S::kUint, true}};
constexpr S kNetwork[] = {{"classID", S::kUint},
                          {"priorities", S::kObjects, false, kPriority}};
constexpr S kResources[] = {{"devices", S::kObjects, false, kDeviceRule},
                            {"disableOOMKiller", S::kBool},
                            {"oomScoreAdj", S::kInt},
                            {"memory", S::kObject, false, kMemory},
                            {"cpu", S::kObject, false, kCpu},
                            {"pids", S::kObject, false, kPids},
                            {"blockIO", S::kObject, false, kBlockIo},
                            {"hugepageLimits", S::kObjects, false, kHugepage},
                            {"network", S::kObject, false, kNetwork}};
constexpr S kNamespace[] = {{"type", S::kString, true}, {"path", S::kString}};
constexpr S kDevice[] = {{"path", S::kString, true}, {"type", S::kString, true},
                         {"major", S::kInt, true},   {"minor", S::kInt, true},
                         {"fileMode", S::kUint},     {"uid", S::kUint},
                         {"gid", S::kUint}};
constexpr S kSeccompArg[] = {{"index", S::kUint, true},
                             {"value", S::kUint, true},
                             {"valueTwo", S::kUint, true},
                             {"op", S::kString, true}};
constexpr S kSyscall[] = {{"name", S::kString, true},
                          {"action", S::kString, true},
                          {"args", S::kObjects, false, kSeccompArg}};
constexpr S kSeccomp[] = {{"defaultAction", S::kString, true},
                          {"architectures", S::kStringsOrNull, true},
                          {"syscalls", S::kObjects, false, kSyscall}};
constexpr S kLinux[] = {{"uidMappings", S::kObjects, false, kMapping},
                        {"gidMappings", S::kObjects, false, kMapping},
                        {"sysctl", S::kStringMap},
                        {"resources", S::kObject, false, kResources},
                        {"cgroupsPath", S::kString},
                        {"namespaces", S::kObjects, false, kNamespace},
                        {"devices", S::kObjects, false, kDevice},
                        {"seccomp", S::kObject, false, kSeccomp},
                        {"rootfsPropagation", S::kString},
                        {"maskedPaths", S::kStrings},
                        {"readonlyPaths", S::kStrings},
                        {"mountLabel", S::kString}};
constexpr S kAnet[] = {
    {"linkname", S::kString},       {"lowerLink", S::kString},
    {"allowedAddress", S::kString}, {"configureAllowedAddress", S::kString},
    {"defrouter", S::kString},      {"linkProtection", S::kString},
    {"macAddress", S::kString}};
constexpr S kCappedCpu[] = {{"ncpus", S::kString}};
constexpr S kCappedMemory[] = {{"physical", S::kString}, {"swap", S::kString}};
constexpr S kSolaris[] = {{"milestone", S::kString},
                          {"limitpriv", S::kString},
                          {"maxShmMemory", S::kString},
                          {"anet", S::kObjects, false, kAnet},
                          {"cappedCPU", S::kObject, false, kCappedCpu},
                          {"cappedMemory", S::kObject, false, kCappedMemory}};
constexpr S kWindowsMemory[] = {{"limit", S::kUint}, {"reservation", S::kUint}};
constexpr S kWindowsCpu[] = {
    {"count", S::kUint}, {"shares", S::kUint}, {"percent", S::kUint}};
constexpr S kWindowsStorage[] = {
    {"iops", S::kUint}, {"bps", S::kUint}, {"sandboxSize", S::kUint}};
constexpr S kWindowsNetwork[] = {{"egressBandwidth", S::kUint}};
constexpr S kWindowsResources[] = {
    {"memory", S::kObject, false, kWindowsMemory},
    {"cpu", S::kObject, false, kWindowsCpu},
    {"storage", S::kObject, false, kWindowsStorage},
    {"network", S::kObject, false, kWindowsNetwork}};
constexpr S kWindows[] = {{"resources", S::kObject, false, kWindowsResources}};

// The two forms of process: capabilities were a list before 1.0.0-rc5. Args
// may be null, and then are not left out, in what Docker wrote before 17.09.
constexpr S kOldProcess[] = {{"terminal", S::kBool},
                             {"consoleSize", S::kObject, false, kBox},
                             {"user", S::kObject, true, kUser},
                             {"args", S::kStringsOrNull, true},
                             {"env", S::kStrings, true},
                             {"cwd", S::kString, true},
                             {"capabilities", S::kStrings},
                             {"rlimits", S::kObjects, false, kRlimit},
                             {"noNewPrivileges", S::kBool},
                             {"apparmorProfile", S::kString},
                             {"selinuxLabel", S::kString}};
constexpr S kProcess[] = {{"terminal", S::kBool},
                          {"consoleSize", S::kObject, false, kBox},
                          {"user", S::kObject, true, kUser},
                          {"args", S::kStringsOrNull},
                          {"env", S::kStrings, true},
                          {"cwd", S::kString, true},
                          {"capabilities", S::kObject, true, kSets},
                          {"rlimits", S::kObjects, false, kRlimit},
                          {"noNewPrivileges", S::kBool},
                          {"oomScoreAdj", S::kInt},
                          {"apparmorProfile", S::kString},
                          {"selinuxLabel", S::kString}};

constexpr S kOldSpec[] = {{"ociVersion", S::kString, true},
                          {"platform", S::kObject, true, kPlatform},
                          {"process", S::kObject, true, kOldProcess},
                          {"root", S::kObject, true, kRoot},
                          {"hostname", S::kString},
                          {"mounts", S::kObjects, true, kFullMount},
                          {"hooks", S::kObject, true, kHooks},
                          {"annotations", S::kStringMap},
                          {"linux", S::kObject, false, kLinux},
                          {"solaris", S::kObject, false, kSolaris},
                          {"windows", S::kObject, false, kWindows}};
constexpr S kSpec[] = {{"ociVersion", S::kString, true},
                       {"platform", S::kObject, false, kPlatform},
                       {"process", S::kObject, true, kProcess},
                       {"root", S::kObject, true, kRoot},
                       {"hostname", S::kString},
                       {"mounts", S::kObjects, true, kMount},
                       {"hooks", S::kObject, false, kHooks},
                       {"annotations", S::kStringMap},
                       {"linux", S::kObject, true, kLinux},
                       {"solaris", S::kObject, false, kSolaris},
                       {"windows", S::kObject, false, kWindows}};
constexpr S kOldShape = {"spec", S::kObject, true, kOldSpec};
constexpr S kShape = {"spec", S::kObject, true, kSpec};

// ---- What an answer may cost.

size_t InputSize(const Request& request) {
  size_t size = request.plugin.size() + request.plugin_name.size() +
                request.id.value_or("").size() +
                request.rootfs.value_or("").size() + request.lib_root.size() +
                request.exec_root.size() + request.metrics_socket.size();
  for (const std::string_view arg : request.set) size += arg.size() + 16;
  return size;
}

// How many bytes the request asks of the heap where nothing is reused.
size_t HeapOfNewAnswer(const Trial& trial) {
  const Generator generator(*trial.release, *trial.host, trial.base_spec);
  const size_t before = HeapBytes();
  Answer answer;
  generator.Generate(trial.request, &answer);
  return HeapBytes() - before;
}

void CheckCost(const Trial& trial, const Answer& answer,
               const WatchedHost& host, size_t heap) {
  const size_t input = InputSize(trial.request);
  const auto require = [&](size_t cost, size_t allowed, const char* what) {
    Require(cost <= allowed, what, [&] {
      return absl::StrCat(cost, " for an input of ", input, " bytes, at most ",
                          allowed, " are expected\n", Describe(trial, answer));
    });
  };
  require(answer.work(), input + 1, "work is linear: tokens looked at");
  // Each device may be a directory of the host.
  const size_t devices =
      answer.outcome() == Outcome::kRefused && answer.stage() != Stage::kSpec
          ? 0
          : answer.plugin().config.devices.size() +
                answer.plugin().settings.devices.size();
  const size_t walks = devices * trial.host_files;
  require(host.file_calls(), 256 + 16 * input + 8 * walks,
          "work is linear: questions to the host");
  require(answer.arena_bytes(), (64 << 10) + 128 * input + 256 * walks,
          "memory is linear: the arena");
  require(answer.spec().size(), (32 << 10) + 16 * input + 512 * walks,
          "memory is linear: the spec");
  require(answer.plan().size(), input,
          "memory is linear: directories that are planned");
  // 64 KiB: what an Answer starts with, of that 32 KiB for simdjson's tokens.
  // 2 KiB a directory: two keys of a hash table, which Abseil builds anew at
  // random under ASan (400 bytes a key), and entries of lists that grow by
  // doubling. Because of that chance, only what every try takes counts.
  const size_t allowed =
      (64 << 10) + 128 * input + 2048 * answer.plan().size() + 1024 * walks;
  for (int tries = 0; heap > allowed && tries < 8; ++tries) {
    heap = std::min(heap, HeapOfNewAnswer(trial));
  }
  require(heap, allowed, "memory is linear: bytes asked of the heap");
}

// ---- What may be asked of the host.

// Whether `path` is the directory or one above it.
bool IsOrHolds(std::string_view path, std::string_view directory) {
  return directory.substr(0, path.size()) == path &&
         (path.size() == directory.size() || path == "/" ||
          directory[path.size()] == '/');
}

// Whether the path is found from somewhere else than it says: from the working
// directory, or through a link.
bool LeadsElsewhere(const Host& host, std::string_view path) {
  if (path.substr(0, 1) != "/") return true;
  FileFacts facts;
  for (size_t end = 1; end != std::string_view::npos;) {
    end = path.find('/', end + 1);
    if (host.files.Lstat(path.substr(0, end), &facts) != 0) return false;
    if (S_ISLNK(facts.mode)) return true;
  }
  return false;
}

void CheckHostAccess(const Trial& trial, const Answer& answer,
                     const WatchedHost& host) {
  const Behaviour& b = *trial.release->behaviour;
  const UserNamespaceRule rule = trial.release->user_namespace;
  const bool spec_stage =
      answer.outcome() == Outcome::kSpec || answer.stage() == Stage::kSpec;
  const auto forbid = [&](bool may, size_t calls, const char* what) {
    Require(may || calls == 0, what, [&] {
      return absl::StrCat(calls, " questions, the first for ",
                          host.paths().empty() ? "no file" : host.paths()[0],
                          "\n", Describe(trial, answer));
    });
  };
  const bool in_namespace = spec_stage && rule != UserNamespaceRule::kNothing;
  forbid(in_namespace, host.namespace_calls(),
         "the host is asked for namespaces only where that matters");
  forbid(spec_stage && b.masks_thermal_throttle, host.cpu_calls(),
         "the host is asked for CPUs only where that matters");
  const bool makes_runtime = spec_stage && b.runtime_folder_mode != 0;
  const bool looks_at_mounts =
      spec_stage && (b.makes_bind_sources ||
                     (in_namespace && trial.host->facts.in_user_namespace()));
  const bool has_devices = spec_stage && b.devices != DevicesRule::kNone &&
                           !(b.devices == DevicesRule::kFromConfig
                                 ? answer.plugin().config.devices
                                 : answer.plugin().settings.devices)
                                .empty();
  forbid(makes_runtime || looks_at_mounts || has_devices, host.file_calls(),
         "the host is asked for files only where the plugin names some");
  if (spec_stage && !looks_at_mounts && !has_devices) {
    const std::string directory =
        JoinPath({trial.request.exec_root, answer.id()});
    for (const std::string& path : host.paths()) {
      Require(
          IsOrHolds(path, directory) || LeadsElsewhere(*trial.host, directory),
          "the host is asked for the runtime directory alone",
          [&] { return absl::StrCat(path, "\n", Describe(trial, answer)); });
    }
  }
}

// ---- Kernels and answers that are reused.

const std::vector<const simdjson::implementation*>& Kernels() {
  static const auto* const kernels = [] {
    auto* all = new std::vector<const simdjson::implementation*>;
    for (const simdjson::implementation* kernel :
         simdjson::get_available_implementations()) {
      if (kernel->supported_by_runtime_system()) all->push_back(kernel);
    }
    return all;
  }();
  return *kernels;
}

// Answers that are used again and again, one a kernel.
Answer& ReusedAnswer(size_t kernel) {
  static auto* const answers = [] {
    auto* all = new std::vector<std::unique_ptr<Answer>>;
    for (const simdjson::implementation* one : Kernels()) {
      all->push_back(std::make_unique<Answer>(one));
    }
    return all;
  }();
  return *(*answers)[kernel];
}

bool every_check = std::getenv("SPECGEN_FUZZ_EVERY_CHECK") != nullptr;

}  // namespace

bool ChecksToo(std::string_view input, uint64_t one_in) {
  if (every_check) return true;
  // Eight bytes at once: it is asked of each input.
  uint64_t hash = input.size();
  const auto mix = [&](size_t at, size_t size) {
    uint64_t word = 0;
    std::memcpy(&word, input.data() + at, size);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  };
  size_t at = 0;
  for (; at + 8 <= input.size(); at += 8) mix(at, 8);
  if (at < input.size()) mix(at, input.size() - at);
  return hash % one_in == 0;
}

bool EveryCheck() { return every_check; }
void SetEveryCheck() { every_check = true; }

void Fail(std::string_view what, std::string_view details) {
  std::cerr << "\nDOES NOT HOLD: " << what << "\n" << details << std::endl;
  std::abort();
}

std::string Describe(const Trial& trial, const Answer& answer) {
  const Request& request = trial.request;
  std::string text = absl::StrCat(
      "Docker ", trial.release->name, ", shape ",
      static_cast<int>(request.shape), ", exec root ", request.exec_root,
      "\n--- plugin\n", request.plugin.substr(0, 4000), "\n");
  for (const std::string_view arg : request.set) {
    absl::StrAppend(&text, "--- set ", arg, "\n");
  }
  absl::StrAppend(&text, "--- answer ", static_cast<int>(answer.outcome()),
                  " at stage ", static_cast<int>(answer.stage()), ", place ",
                  answer.position(), "\n", answer.message().substr(0, 2000),
                  answer.spec().substr(0, 20000), "\n");
  return text;
}

void RequireSame(const Answer& a, const Answer& b, std::string_view what) {
  const bool same_plan = std::equal(
      a.plan().begin(), a.plan().end(), b.plan().begin(), b.plan().end(),
      [](const PlannedFolder& x, const PlannedFolder& y) {
        return x.path == y.path && x.mode == y.mode;
      });
  Require(a.outcome() == b.outcome() && a.stage() == b.stage() &&
              a.spec() == b.spec() && a.message() == b.message() &&
              a.position() == b.position() && a.work() == b.work() &&
              a.shape() == b.shape() && same_plan,
          what, [&] {
            return absl::StrCat("one:   ", a.message(), a.spec(),
                                "\nother: ", b.message(), b.spec(), "\n");
          });
}

void CheckSpec(std::string_view spec, const Behaviour& behaviour,
               bool any_version) {
  const std::string problem =
      CheckShape(spec, behaviour.capability_sets ? kShape : kOldShape);
  Require(problem.empty(), "the answer is an OCI runtime spec",
          [&] { return absl::StrCat(problem, "\n", spec, "\n"); });
  if (!any_version) {
    const std::string head = absl::StrCat(
        "{\"ociVersion\":\"", behaviour.default_spec.oci_version, "\",");
    Require(spec.substr(0, head.size()) == head,
            "the spec has the engine's version",
            [&] { return absl::StrCat(head, "\n", spec, "\n"); });
  }
}

// The judge of users' specs finds nothing that Docker would not write.
void CheckWithValidator(std::string_view spec) {
  const auto tree = JsonTree::Parse(spec, "spec");
  Require(tree.ok(), "the validator reads the spec", [&] {
    return absl::StrCat(tree.status().message(), "\n", spec, "\n");
  });
  for (const SpecFinding& finding : ValidateSpec(**tree).findings) {
    if (!CountsAgainstDocker(finding)) continue;
    Require(FindKnownViolation(finding) != nullptr,
            "the spec keeps the rules of its version", [&] {
              return absl::StrCat(finding.pointer, ": ", finding.message, " (",
                                  finding.rule, ")\n", spec, "\n");
            });
  }
}

const Answer& CheckedAnswer(const Trial& trial) {
  const WatchedHost host(*trial.host);
  const Generator generator(*trial.release, host, trial.base_spec);
  Answer& answer = ReusedAnswer(0);
  const size_t before = HeapBytes();
  generator.Generate(trial.request, &answer);
  const size_t heap = HeapBytes() - before;
  CheckCost(trial, answer, host, heap);
  CheckHostAccess(trial, answer, host);

  if (answer.outcome() == Outcome::kSpec) {
    Require(answer.message().empty() && answer.position().empty(),
            "a spec comes without a message",
            [&] { return Describe(trial, answer); });
    CheckSpec(answer.spec(), *trial.release->behaviour,
              trial.base_spec != nullptr);
  } else {
    Require(!answer.message().empty(), "a refusal says why",
            [&] { return Describe(trial, answer); });
    Require(answer.stage() == Stage::kSpec ||
                (answer.id().empty() && answer.rootfs().empty()),
            "an answer keeps nothing of an earlier one",
            [&] { return Describe(trial, answer); });
    Require(answer.spec().empty(), "a refusal leaves no spec behind",
            [&] { return Describe(trial, answer); });
    Require(answer.stage() != Stage::kDecode || answer.plan().empty(),
            "what cannot be read has no effect",
            [&] { return Describe(trial, answer); });
    if (answer.stage() == Stage::kDecode) {
      CheckPlacedError(
          absl::StrCat("f:", answer.position(), ": ", answer.message()), "f",
          trial.request.plugin);
    }
  }

  const auto again = [&](size_t kernel) {
    Answer& other = ReusedAnswer(kernel);
    generator.Generate(trial.request, &other);
    if (answer.outcome() == Outcome::kRefused &&
        answer.stage() == Stage::kDecode &&
        Kernels()[kernel]->name() == "fallback") {
      // The kernel for CPUs without SIMD makes other tokens of what is no JSON
      // (of a quote in the middle of a number, say), so it may give another
      // reason.
      Require(other.outcome() == answer.outcome() &&
                  other.stage() == answer.stage(),
              "another kernel refuses the same texts",
              [&] { return Describe(trial, answer); });
      return;
    }
    RequireSame(answer, other, "another kernel gives the same answer");
  };
  if (ChecksToo(trial.input, 8)) {
    for (size_t kernel = 1; kernel < Kernels().size(); ++kernel) again(kernel);
    const WatchedHost same_host(*trial.host);
    const Generator same(*trial.release, same_host, trial.base_spec);
    const size_t before_fresh = HeapBytes();
    Answer fresh;
    same.Generate(trial.request, &fresh);
    CheckCost(trial, fresh, same_host, HeapBytes() - before_fresh);
    RequireSame(answer, fresh, "an Answer can be reused");
  }

  if (answer.outcome() == Outcome::kSpec && ChecksToo(trial.input, 16)) {
    const std::string pretty = IndentJson(answer.spec());
    Require(StripJson(pretty) == answer.spec(),
            "the pretty form differs in white space only",
            [&] { return absl::StrCat(pretty, "\n", answer.spec()); });
    if (trial.base_spec == nullptr) CheckWithValidator(answer.spec());
    for (const PlannedFolder& directory : answer.plan()) {
      Require(IsCleanPath(directory.path),
              "planned directories have clean paths",
              [&] { return Describe(trial, answer); });
    }
  }
  return answer;
}

void CheckPlacedError(std::string_view message, std::string_view file,
                      std::string_view text) {
  const auto details = [&] {
    return absl::StrCat(message, "\n--- text\n", text.substr(0, 4000));
  };
  constexpr char kWhat[] = "an error names a place in the file";
  std::string_view rest = message;
  Require(rest.substr(0, file.size()) == file && rest.size() > file.size() &&
              rest[file.size()] == ':',
          kWhat, details);
  rest.remove_prefix(file.size() + 1);
  const auto number = [&](char end) {
    size_t value = 0;
    const auto [at, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value);
    Require(error == std::errc() && at != rest.data() + rest.size() &&
                *at == end && value > 0,
            kWhat, details);
    rest.remove_prefix(static_cast<size_t>(at - rest.data()) + 1);
    return value;
  };
  const size_t line = number(':');
  const size_t column = number(':');
  Require(rest.size() > 1 && rest[0] == ' ', "an error has a message", details);
  for (size_t i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    Require(end != std::string_view::npos, kWhat, details);
    text.remove_prefix(end + 1);
  }
  const size_t length = text.substr(0, text.find('\n')).size();
  Require(column <= length + 1, kWhat, details);
}

}  // namespace specgen::fuzz
