// Paths, wherever they stand.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/printable.h"
#include "specgen/host/go_path.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kWarning = LintLevel::kWarning;

// Each path of the config that is not empty. Sources that are none, such as
// "tmpfs" or "server:/x", need no slash before them.
void ForEachPath(
    LintContext* lint,
    absl::FunctionRef<void(const JsonNode& path, std::string_view what,
                           bool must_be_absolute)>
        visit) {
  const auto visit_member = [&](const JsonNode* object, std::string_view key,
                                std::string_view what, bool must_be_absolute) {
    const JsonNode* node = Member(object, key);
    if (node != nullptr && !node->String().empty()) {
      visit(*node, what, must_be_absolute);
    }
  };
  for (const JsonNode* mount : lint->Mounts()) {
    visit_member(mount, "destination", "the destination", true);
    visit_member(mount, "source", "the source", IsBind(*mount));
  }
  visit_member(lint->config, "propagatedMount", "propagatedMount", true);
  for (const JsonNode* device : lint->Devices()) {
    visit_member(device, "path", "the device", true);
  }
  visit_member(lint->config, "workdir", "workdir", true);
}

void DotDotPath(LintContext* lint) {
  ForEachPath(lint, [&](const JsonNode& path, std::string_view what, bool) {
    for (std::string_view part : absl::StrSplit(path.text, '/')) {
      if (part != "..") continue;
      lint->At(path, absl::StrCat(what, " ", QuoteShort(path.text),
                                  " has a part \"..\": engines take it as it "
                                  "is, runtimes resolve it"));
      break;
    }
  });
  // The engine cleans this one; socket-name tells of what leads out.
  const JsonNode* socket = Member(Member(lint->config, "interface"), "socket");
  if (socket == nullptr || absl::StartsWith(socket->String(), "/")) return;
  const std::vector<std::string_view> parts =
      absl::StrSplit(socket->String(), '/');
  const std::string clean = CleanPath(socket->String());
  if (Holds(parts, "..") && clean != ".." && clean != "." &&
      !absl::StartsWith(clean, "../")) {
    lint->At(*socket,
             absl::StrCat("interface.socket ", QuoteShort(socket->text),
                          " has a part \"..\": engines connect to ",
                          QuoteShort(clean)));
  }
}

void RelativePath(LintContext* lint) {
  ForEachPath(lint, [&](const JsonNode& path, std::string_view what,
                        bool must_be_absolute) {
    if (!must_be_absolute || absl::StartsWith(path.text, "/")) return;
    std::string_view why;
    if (what == "the source") {
      why = absl::StartsWith(path.text, "~") || absl::StartsWith(path.text, "$")
                ? ": nobody expands it, and runtimes take it from the bundle, "
                  "the plugin's own directory"
                : ": runtimes take it from the bundle, the plugin's own "
                  "directory";
    }
    lint->At(path, absl::StrCat(what, " ", QuoteShort(path.text),
                                " is not absolute", why));
  });
}

void PairPath(LintContext* lint) {
  ForEachPath(lint, [&](const JsonNode& path, std::string_view what,
                        bool must_be_absolute) {
    if (!must_be_absolute || !IsPair(path.text)) return;
    lint->At(path,
             absl::StrCat(what, " ", QuoteShort(path.text),
                          " is written as `docker run` takes it: engines take "
                          "all of it for one path"));
  });
}

// Devices are left out, of which the engine says that it refuses them, and the
// socket: socket-name. Texts are not quoted: they may be secrets by the names
// that stand beside them.
void NulByte(LintContext* lint) {
  const auto look = [&](const JsonNode* node, std::string_view what) {
    if (node == nullptr || !absl::StrContains(node->String(), '\0')) return;
    lint->At(*node,
             absl::StrCat(what,
                          " has a NUL byte, where the kernel's texts end: "
                          "runtimes refuse it, \"invalid argument\""));
  };
  for (const JsonNode* mount : lint->Mounts()) {
    look(Member(mount, "destination"), "the destination");
    look(Member(mount, "source"), "the source");
    look(Member(mount, "type"), "the type");
    for (const JsonNode& option : Items(mount, "options")) {
      look(&option, "the option");
    }
  }
  for (const JsonNode& env : Items(lint->config, "env")) {
    look(Member(&env, "name"), "the variable's name");
    look(Member(&env, "value"), "the variable's value");
  }
  for (const JsonNode& word : Items(lint->config, "entrypoint")) {
    look(&word, "the word");
  }
  for (const JsonNode& word : Items(Member(lint->config, "args"), "value")) {
    look(&word, "the word");
  }
  look(Member(lint->config, "workdir"), "workdir");
  look(Member(lint->config, "propagatedMount"), "propagatedMount");
}

// Whether a text names dockerd's directory, or what is in it: a path as such,
// or among others, as in "--root=/var/lib/docker/x:/y".
bool NamesDataRoot(std::string_view text) {
  constexpr std::string_view kDataRoot = "/var/lib/docker";
  for (std::string_view path :
       absl::StrSplit(text, absl::ByAnyChar(" \t\n:;,='\"()[]{}<>|&"))) {
    if (!absl::StartsWith(path, "/")) continue;
    const std::string clean = CleanPath(path);
    if (absl::StartsWith(clean, kDataRoot) &&
        (clean.size() == kDataRoot.size() || clean[kDataRoot.size()] == '/')) {
      return true;
    }
  }
  return false;
}

void DataRootPath(LintContext* lint) {
  constexpr std::string_view kWhile =
      "is there only while dockerd keeps its data in /var/lib/docker "
      "(data-root)";
  const auto look = [&](const JsonNode* node) {
    if (node != nullptr && NamesDataRoot(node->String())) {
      lint->At(*node, absl::StrCat(QuoteShort(node->text), " ", kWhile));
    }
  };
  for (const JsonNode* mount : lint->Mounts()) {
    look(Member(mount, "source"));
    for (const JsonNode& option : Items(mount, "options")) look(&option);
  }
  for (const JsonNode& env : Items(lint->config, "env")) {
    // It may be a secret by its name.
    const JsonNode* value = Member(&env, "value");
    if (value != nullptr && NamesDataRoot(value->String())) {
      lint->At(*value, absl::StrCat("the path ", kWhile));
    }
  }
  for (const JsonNode& word : Items(lint->config, "entrypoint")) look(&word);
  for (const JsonNode& word : Items(Member(lint->config, "args"), "value")) {
    look(&word);
  }
}

constexpr LintRule kRules[] = {
    {"SG014", "dot-dot-path", kWarning, "the path has a part \"..\"",
     R"(A path has a part `..`. Engines write it as it is; what it means is up to the runtime, which resolves
it in the rootfs. And up to 29.7.2 dockerd finds a volume below `propagatedMount` only if the path that the driver
answers starts with that very text; since 29.8.0 it compares whole parts of clean paths. Before, `/data` took `/data2`
for its own, too. What a driver answers is not in its config, so no rule looks for that.)",
     R"("propagatedMount": "/data/../mnt")", R"("propagatedMount": "/mnt")",
     DotDotPath},
    {"SG015", "relative-path", kWarning, "the path is not absolute",
     R"(A destination, the source of a bind mount, `workdir`, `propagatedMount` or the path of a device that does not start with
`/`. runc refuses a relative working directory; a relative destination is against the runtime spec before 1.2.0; dockerd
takes a relative device from where it was started. A source is taken from the bundle, the plugin's own directory; nobody
expands `~` or a variable in it.)",
     R"("workdir": "data")", R"("workdir": "/data")", RelativePath},
    {"SG044", "pair-path", kWarning,
     "the path is a pair, as docker run takes it",
     R"(A path such as `/dev/fuse:/dev/fuse:rwm`, `/srv:/data:ro` or `/srv:rw,z`. `docker run` takes that apart at the colons;
of a plugin engines take all of it for one path, at which nothing is. A device has the same path on the host and in
the plugin, and all rights; a mount has a `source`, a `destination` and `options`.)",
     R"("linux": {"devices": [{"path": "/dev/fuse:/dev/fuse"}]})",
     R"("linux": {"devices": [{"path": "/dev/fuse"}]})", PairPath},
    {"SG046", "nul-byte", LintLevel::kError, "a text has a NUL byte",
     R"(A text that a runtime hands to the kernel, such as a word of the process, a variable or the source of a mount, has a
NUL byte, `\u0000` in JSON. The kernel's texts end there: execve(2) and mount(2) cannot be given one, and Go's
programs refuse it with "invalid argument". Engines write it to the spec, so that the plugin is installed and does not
start; of a device they refuse it.)",
     R"("env": [{"name": "KEY", "value": "a\u0000b"}])",
     R"("env": [{"name": "KEY", "value": "a"}])", NulByte},
    {"SG037", "data-root-path", kWarning,
     "a path holds the default place of dockerd's data",
     R"(`/var/lib/docker` is where dockerd keeps its data unless `data-root` says otherwise, and the directory of a plugin in it
has an id for its name: a path that is or lies below it is another one on another machine. Use `propagatedMount` for what
the host shall see, and a settable mount for the rest.)",
     R"("env": [{"name": "STATE", "value": "/var/lib/docker/plugins/state"}])",
     R"("env": [{"name": "STATE", "value": "/var/lib/volumes/state"}])",
     DataRootPath},
};

}  // namespace

bool IsPair(std::string_view path) {
  if (!absl::StartsWith(path, "/")) return false;
  if (absl::StrContains(path, ":/")) return true;
  const size_t colon = path.rfind(':');
  if (colon == std::string_view::npos) return false;
  // "rw", as of devices, and what volumes take, "ro,z".
  constexpr std::string_view kOfVolumes[] = {
      "ro",      "rw",       "z",         "Z",         "nocopy",
      "cached",  "shared",   "rshared",   "slave",     "rslave",
      "private", "rprivate", "delegated", "consistent"};
  const std::string_view rights = path.substr(colon + 1);
  const std::vector<std::string_view> words = absl::StrSplit(rights, ',');
  return std::all_of(
             words.begin(), words.end(),
             [&](std::string_view word) { return Holds(kOfVolumes, word); }) ||
         (!rights.empty() && rights.size() <= 3 &&
          rights.find_first_not_of("rwm") == std::string_view::npos);
}

absl::Span<const LintRule> PathRules() { return kRules; }

}  // namespace specgen
