// How engines find and call the plugin, and what that demands.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"
#include "specgen/known/interface_types.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kWarning = LintLevel::kWarning;
constexpr LintLevel kError = LintLevel::kError;

const std::vector<JsonNode>& Types(const LintContext& lint) {
  return Items(Member(lint.config, "interface"), "types");
}

// Whether some engine of the range looks for the plugin as `capability`.
bool Is(const LintContext& lint, std::string_view capability) {
  const InterfaceType* const type = FindInterfaceType(capability);
  const std::vector<JsonNode>& types = Types(lint);
  return std::any_of(
             types.begin(), types.end(),
             [&](const JsonNode& node) {
               const InterfaceTypeName name = SplitInterfaceType(node.String());
               return name.prefix == "docker" && name.capability == capability;
             }) &&
         std::any_of(lint.releases.begin(), lint.releases.end(),
                     [&](const Release& r) { return LooksFor(r, *type); });
}

// No name of a type is as long.
constexpr size_t kMostLookedAt = 256;

std::vector<std::string_view> CapabilityNames() {
  std::vector<std::string_view> names;
  for (const InterfaceType& type : AllInterfaceTypes()) {
    names.push_back(type.capability);
  }
  return names;
}

// How to write the type that is likely meant: such that nothing is wrong with
// it.
std::string Advice(std::string_view text) {
  const std::vector<std::string_view> names = CapabilityNames();
  // "docker/authz", "authz/1.0"; a name that is near one comes second.
  for (const bool exactly : {true, false}) {
    for (std::string_view part :
         absl::StrSplit(text.substr(0, kMostLookedAt), absl::ByAnyChar("./"))) {
      const std::string small = absl::AsciiStrToLower(part);
      const std::string_view name =
          exactly ? (Holds(names, small) ? std::string_view(small) : "")
                  : NearestName(names, small);
      if (name.empty()) continue;
      return absl::StrCat(
          exactly ? "; write " : "; did you mean ",
          QuoteShort(absl::StrCat("docker.", name, "/", kInterfaceVersion)),
          exactly ? "" : "?");
    }
  }
  return "; types are like \"docker.volumedriver/1.0\"";
}

enum class TypeProblem : uint8_t {
  kNone,
  kNoPrefix,
  kOtherPrefix,
  kUnknown,
  kNoVersion,
  kOtherEngines,
  kOtherVersion,
};

TypeProblem ProblemOf(const LintContext& lint, const InterfaceTypeName& name) {
  const InterfaceType* const type = FindInterfaceType(name.capability);
  if (name.prefix.empty()) return TypeProblem::kNoPrefix;
  if (name.prefix != "docker") return TypeProblem::kOtherPrefix;
  if (type == nullptr) return TypeProblem::kUnknown;
  // The engines that do not read it come before those that do.
  if (!Reads(lint.releases.front(), name)) {
    return TypeProblem::kNoVersion;
  }
  // Those that look for it follow each other.
  if (!LooksFor(lint.releases.front(), *type) ||
      !LooksFor(lint.releases.back(), *type)) {
    return TypeProblem::kOtherEngines;
  }
  return name.version == kInterfaceVersion ? TypeProblem::kNone
                                           : TypeProblem::kOtherVersion;
}

std::string ProblemText(const LintContext& lint, std::string_view text,
                        TypeProblem problem) {
  const std::string quoted = QuoteShort(text);
  const InterfaceTypeName name = SplitInterfaceType(text);
  const InterfaceType* const type = FindInterfaceType(name.capability);
  switch (problem) {
    case TypeProblem::kNone:
      return "";
    case TypeProblem::kNoPrefix:
      return absl::StrCat(quoted,
                          " has no prefix: engines look for \"docker\" only",
                          Advice(text));
    case TypeProblem::kOtherPrefix:
      return absl::StrCat(
          quoted,
          " is never found: engines look for the prefix \"docker\" only",
          Advice(text));
    case TypeProblem::kUnknown:
      return absl::StrCat("no engine uses ", quoted, Advice(text));
    case TypeProblem::kOtherVersion:
      return absl::StrCat(
          quoted,
          name.version.empty() ? " has no version" : " is of another version",
          type->registers_version
              ? ": engines do not register it when they enable the plugin"
              : ": engines use it all the same, as version 1.0",
          Advice(text));
    case TypeProblem::kNoVersion: {
      const std::string engines =
          lint.EnginesWhere([&](const Release& r) { return !Reads(r, name); });
      return absl::StrCat(
          quoted, " has no version: ", engines.empty() ? "the engine" : engines,
          " does not find it", Advice(text));
    }
    case TypeProblem::kOtherEngines:
      break;
  }
  const std::string engines =
      lint.EnginesWhere([&](const Release& r) { return !LooksFor(r, *type); });
  return absl::StrCat(
      engines.empty() ? "the engine" : engines, " does not use ", quoted,
      ": it came with ", type->first,
      type->last.empty() ? "" : absl::StrCat(", and the last is ", type->last));
}

void InterfaceTypeRule(LintContext* lint) {
  const bool crashes = lint->Any([](const Behaviour& b) {
    return b.interface_types == InterfaceTypes::kRaw;
  });
  for (const JsonNode& type : Types(*lint)) {
    const std::string_view text = type.String();
    if (IsRefused(&type, JsonKind::kString) ||
        (crashes &&
         (type.is(JsonKind::kNull) || absl::StartsWith(text, "/")))) {
      continue;
    }
    const TypeProblem problem = ProblemOf(*lint, SplitInterfaceType(text));
    if (problem == TypeProblem::kNone) continue;
    lint->At(type, [&] { return ProblemText(*lint, text, problem); });
  }
}

void NoInterface(LintContext* lint) {
  const JsonNode* interface = Member(lint->config, "interface");
  const JsonNode* types = Member(interface, "types");
  const JsonNode* socket = Member(interface, "socket");
  if (IsRefused(interface, JsonKind::kObject) ||
      HasMisspelt(lint->config, "interface")) {
    return;
  }
  const JsonNode& at = interface != nullptr ? *interface : *lint->config;
  if (Types(*lint).empty()) {
    if (IsRefused(types, JsonKind::kArray) || HasMisspelt(interface, "types")) {
      return;
    }
    lint->At(at, "interface.types is empty: engines never call the plugin");
  } else if (Text(interface, "socket").empty() &&
             !IsRefused(socket, JsonKind::kString) &&
             !HasMisspelt(interface, "socket")) {
    lint->At(at,
             "interface.socket is empty: engines cannot connect to the plugin");
  }
}

// moby v29.7.2, daemon/pkg/plugin/manager_linux.go: dockerd dials
// filepath.Join(ExecRoot, id, socket).
void SocketName(LintContext* lint) {
  const JsonNode* node = Member(Member(lint->config, "interface"), "socket");
  if (node == nullptr || node->String().empty()) return;
  const std::string_view socket = node->text;
  // sun_path has 108 bytes, the last of which is 0.
  constexpr size_t kMost = 107 - (kRuntimeDestination.size() + 1) - 64 - 1;
  std::string why;
  if (absl::StrContains(socket, '\0')) {
    why = "has a zero byte: no file has such a name";
  } else if (absl::StrContains(socket, "://")) {
    why =
        "is a URL; write the name that the socket has below "
        "/run/docker/plugins";
  } else if (absl::StartsWith(socket, "/")) {
    why =
        "is absolute; write the name that the socket has below "
        "/run/docker/plugins";
  } else if (const std::string clean = CleanPath(socket);
             clean == ".." || absl::StartsWith(clean, "../")) {
    why = "leads out of /run/docker/plugins";
  } else if (clean == ".") {
    why = "is the directory of the socket";
  } else if (CleanPath(socket).size() > kMost) {
    why = absl::StrCat("has more than ", kMost,
                       " bytes: with the engine's directory and the plugin's "
                       "id it is too long for a Unix socket");
  } else {
    return;
  }
  lint->At(*node,
           absl::StrCat("interface.socket ", QuoteShort(socket), " ", why));
}

// swarmkit v2, agent/csi/plugin/plugin.go: TargetPublishPath.
void CsiPropagatedMount(LintContext* lint) {
  if (!Is(*lint, "csinode")) return;
  const JsonNode* path = Member(lint->config, "propagatedMount");
  const std::string_view text = path == nullptr ? "" : path->String();
  if (!text.empty() && CleanPath(text) == "/data/published") return;
  if (IsRefused(path, JsonKind::kString) ||
      HasMisspelt(lint->config, "propagatedMount")) {
    return;
  }
  lint->At(path != nullptr ? *path : *lint->config,
           "a csinode plugin is told to publish volumes below "
           "/data/published: propagatedMount must be that");
}

bool HasCapability(const LintContext& lint, std::string_view name) {
  for (const JsonNode* list : lint.LinuxLists("capabilities", kCapabilities)) {
    for (const JsonNode& item : list->List()) {
      if (item.String() == name) return true;
    }
  }
  return false;
}

// Whether all engines of the range leave the plugin in the host's PID
// namespace: it can then mount in the host's mount namespace (nsenter,
// /proc/1/ns/mnt).
bool SeesHostProcesses(const LintContext& lint) {
  const JsonNode* pid_host = Member(lint.config, "pidhost");
  return pid_host != nullptr && pid_host->is_true() &&
         !lint.Any([](const Behaviour& b) { return (b.keys & kPidHost) == 0; });
}

void MountsNotPropagated(LintContext* lint) {
  const JsonNode* path = Member(lint->config, "propagatedMount");
  if (!Is(*lint, "volumedriver") ||
      !Text(lint->config, "propagatedMount").empty() ||
      IsRefused(path, JsonKind::kString) ||
      HasMisspelt(lint->config, "propagatedMount") ||
      SeesHostProcesses(*lint) ||
      IsRefused(Member(lint->config, "mounts"), JsonKind::kArray) ||
      !HasCapability(*lint, "CAP_SYS_ADMIN")) {
    return;
  }
  for (const JsonNode* mount : lint->Mounts()) {
    if (IsRefused(Member(mount, "options"), JsonKind::kArray)) return;
    for (const JsonNode& option : Items(mount, "options")) {
      if (option.String() == "rshared" || option.String() == "shared") return;
    }
  }
  lint->At(path != nullptr ? *path : *Member(lint->config, "interface"),
           "a volume driver that mounts (CAP_SYS_ADMIN) needs propagatedMount, "
           "or a mount that is rshared: else only the plugin sees its mounts");
}

void NetworkDriverWithoutHost(LintContext* lint) {
  if (!Is(*lint, "networkdriver")) return;
  const JsonNode* network = Member(lint->config, "network");
  const JsonNode* type = Member(network, "type");
  if (Text(network, "type") == "host" ||
      IsRefused(network, JsonKind::kObject) ||
      IsRefused(type, JsonKind::kString) ||
      HasMisspelt(lint->config, "network") || HasMisspelt(network, "type")) {
    return;
  }
  lint->At(type != nullptr ? *type : *Member(lint->config, "interface"),
           "a network driver needs the network type \"host\": what it makes in "
           "a network namespace of its own, the engine does not find");
}

// moby v28.5.2, pkg/plugins/plugins.go, ProtocolSchemeHTTPV1, and who asks for
// it: volume/drivers, libnetwork/drivers/remote, libnetwork/ipams/remote,
// daemon/logger.
void ProtocolScheme(LintContext* lint) {
  const JsonNode* scheme =
      Member(Member(lint->config, "interface"), "protocolScheme");
  if (scheme == nullptr || scheme->String().empty() ||
      scheme->text == "moby.plugins.http/v1") {
    return;
  }
  // The others pass over it (moby v18.06.0-ce, plugin/v2/plugin.go, Protocol).
  const auto reads = [](const Behaviour& b) {
    return (b.keys & kProtocolScheme) != 0;
  };
  if (!lint->Any(reads)) return;
  const std::string engines = lint->Engines(reads);
  for (const InterfaceType& type : AllInterfaceTypes()) {
    if (absl::StartsWith(type.capability, "csi") ||
        !Is(*lint, type.capability)) {
      continue;
    }
    // Of these they look at it; of others they call a client that is none.
    constexpr std::string_view kRefused[] = {"ipamdriver", "logdriver",
                                             "networkdriver", "volumedriver"};
    lint->At(*scheme,
             absl::StrCat(engines.empty() ? "engines" : engines,
                          " speak \"moby.plugins.http/v1\" with a plugin of "
                          "type ",
                          type.capability,
                          Holds(kRefused, type.capability)
                              ? ", and refuse "
                              : ", and cannot call it by ",
                          QuoteShort(scheme->text)));
    return;
  }
}

constexpr LintRule kRules[] = {
    {"SG018", "interface-type", kWarning,
     "engines do not use such an interface type, or not all of the range",
     R"(An interface type is `docker.CAPABILITY/1.0`, such as `docker.volumedriver/1.0`: engines look for that prefix, and speak
that version. Another one they pass over, but for `ipamdriver`, `metricscollector` and `networkdriver`: these are not
registered when the plugin is enabled. `authz`, `graphdriver`, `ipamdriver` and `networkdriver` came with 1.13.0, `logdriver` with 17.05,
`metricscollector` with 17.06, `secretprovider` with 17.07, `csicontroller` and `csinode` with 23.0; `graphdriver` went
with 28.0.)",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver", "docker.volumdriver/1.0"], "socket": "volumes.sock"}
})",
     "", InterfaceTypeRule},
    {"SG019", "no-interface", kWarning,
     "the plugin has no interface that an engine could call",
     "Without interface types no engine calls the plugin; without a socket "
     "none can connect.",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": [], "socket": "volumes.sock"}
})",
     "", NoInterface},
    {"SG030", "socket-name", kError,
     "the engine does not find the socket by that name",
     R"(`socket` is a name below `/run/docker/plugins`, where the plugin makes it; dockerd connects to EXEC_ROOT/ID/SOCKET. An
absolute path is joined to that like any other, `../x` leads out of the directory that both see, and a URL is no name. A
Unix socket's path has at most 107 bytes: with `/run/docker/plugins/`, an id of 64 and a slash, 22 are left.)",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "/run/docker/plugins/volumes.sock"}
})",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock"}
})",
     SocketName},
    {"SG031", "csi-propagated-mount", kWarning,
     "a CSI node plugin publishes where the engine does not look",
     R"(Engines have a `csinode` plugin mount volumes below `/data/published`, and look for them in the directory of
`propagatedMount`: that must be `/data/published`.)",
     R"({
  "entrypoint": ["/bin/csi"],
  "interface": {"types": ["docker.csinode/1.0"], "socket": "csi.sock"},
  "propagatedMount": "/mnt/volumes"
})",
     R"({
  "entrypoint": ["/bin/csi"],
  "interface": {"types": ["docker.csinode/1.0"], "socket": "csi.sock"},
  "propagatedMount": "/data/published"
})",
     CsiPropagatedMount},
    {"SG032", "mounts-not-propagated", kWarning,
     "the plugin can mount volumes, but only it sees them",
     R"(A volume driver with `CAP_SYS_ADMIN` likely mounts file systems. Without `propagatedMount`, or a mount of its own with
the option `rshared` or `shared`, these stay in the plugin's mount namespace: containers get empty directories. With
`pidhost` it can enter the host's mount namespace, so that nothing is said.)",
     R"("linux": {"capabilities": ["CAP_SYS_ADMIN"]})",
     R"("propagatedMount": "/mnt/volumes",
  "linux": {"capabilities": ["CAP_SYS_ADMIN"]})",
     MountsNotPropagated},
    {"SG033", "network-driver-without-host", kWarning,
     "a network driver does not see the host's network",
     R"(A network driver makes interfaces and moves them into containers. Without `"network": {"type": "host"}` it has a network
namespace of its own, without interfaces, and the engine does not find what it makes there.)",
     R"({
  "entrypoint": ["/bin/net"],
  "interface": {"types": ["docker.networkdriver/1.0"], "socket": "net.sock"}
})",
     R"({
  "entrypoint": ["/bin/net"],
  "interface": {"types": ["docker.networkdriver/1.0"], "socket": "net.sock"},
  "network": {"type": "host"}
})",
     NetworkDriverWithoutHost},
    {"SG034", "protocol-scheme", kWarning,
     "engines do not speak that protocol with such a plugin",
     R"(Engines speak `moby.plugins.http/v1` with plugins, which is the default, and refuse to use a volume, network, IPAM or log
driver with another `protocolScheme`. Only CSI plugins speak another, gRPC, whatever stands there. Engines before 18.06
do not read it.)",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock", "protocolScheme": "grpc"}
})",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock", "protocolScheme": "moby.plugins.http/v1"}
})",
     ProtocolScheme},
};

}  // namespace

absl::Span<const LintRule> InterfaceRules() { return kRules; }

}  // namespace specgen
