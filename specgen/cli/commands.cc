#include "specgen/cli/commands.h"

#include "absl/types/span.h"
#include "specgen/cli/command.h"

namespace specgen {
namespace {

constexpr CommandInfo kCommands[] = {
    {"generate", "Make the runtime spec of a plugin",
     "Prints the bytes that dockerd of that release would hand to runc. "
     "Nothing "
     "on this machine is changed unless --apply is given.",
     "specgen generate --engine 28.5.2 config.json", &MakeGenerateCommand},
    {"batch", "Make many specs at once",
     "Reads requests as lines of JSON and writes an answer for each, in the "
     "same order,\non all CPUs. A request is an object like\n"
     "  {\"engine\": \"20.10\", \"config\": {...}, \"set\": "
     "[\"DEBUG=1\"]}\nand an answer has \"spec\" or \"error\".\n\n"
     "A request has \"config\" (an author's config.json), \"plugin\" "
     "(dockerd's stored state), \"config_text\" (such JSON in a string) or "
     "\"config_b64\" (in base64), and may have \"name\" (any value, which "
     "the answer has, too), \"engine\", \"shape\" (auto, config, stored or "
     "inspect), \"plugin_name\" (which one of an inspect list), \"set\" "
     "([\"NAME[.FIELD]=VALUE\"], or a list of such calls), \"restarted\", "
     "\"id\", \"rootfs\", \"lib_root\" or \"data_root\", \"exec_root\", "
     "\"metrics_socket\" or \"dockerd_exec_root\", and \"arch\", as the "
     "options of `specgen generate`.\n\nIn place of \"engine\" it may have "
     "\"engines\", a range of releases (\"20.10.0..28\", \"20.10.0..\") or a "
     "list of such: there is an answer for each way in which they behave, with "
     "\"engines\", those it is of.\n\nAn answer has \"line\", \"name\", and "
     "\"spec\" or \"error\" ({\"kind\", \"stage\", \"message\", "
     "\"position\"}; kind is refused, crashed or invalid, stage is request, "
     "decode, settings or spec), and may have \"failed_calls\", "
     "\"presumed\" and \"folders\" (that the engine makes: "
     "[{\"path\", \"mode\"}]).",
     "specgen batch requests.ndjson > answers.ndjson", &MakeBatchCommand},
    {"bundle", "Make an OCI bundle of a plugin, for runc and crun",
     "PLUGIN is a folder with config.json and rootfs (an author's, or one of "
     "dockerd's store, /var/lib/docker/plugins/ID), the folder of a plugin's "
     "image (an OCI layout, what skopeo copies to dir:, a docker-archive), or "
     "a "
     "tar archive of either. The bundle is made whole or not at all; making it "
     "again changes nothing. What has to be prepared on this machine is "
     "prepared, too: the folder of the plugin's socket, the shared mount for "
     "its volumes, and whatever else the engine would make.",
     "specgen bundle --dry-run -o /var/lib/sshfs ./sshfs-volume",
     &MakeBundleCommand},
    {"privileges", "Show what a plugin asks for, and what it really gets",
     "First the lines that `docker plugin install` shows of that engine, then "
     "what the spec grants, most dangerous first, each with the reason. With "
     "--since, only what an upgrade from that plugin adds; exit code 1 if it "
     "adds anything.",
     "specgen privileges --since v1/config.json v2/config.json",
     &MakePrivilegesCommand},
    {"lint", "Find mistakes in a plugin's config",
     "Everything that an engine refuses, crashes on, ignores or drops, with "
     "line "
     "and column. --explain tells what a rule is about. Nothing depends on "
     "this "
     "machine. Exit code 1 for warnings and errors, not for "
     "notes.",
     "specgen lint --engine 20.10.. config.json", &MakeLintCommand},
    {"diff", "Tell how two specs differ, in words",
     "Compares two plugins on one engine, two runtime specs, or one plugin on "
     "two engines; plugins are compared by the specs that are made of them. "
     "Exit codes like diff's: 0 the same, 1 different, 2 and more trouble.",
     "specgen diff config.json --engine 20.10.13 --to-engine 28.5.2",
     &MakeDiffCommand},
    {"report", "Write one page about a plugin",
     "A self-contained HTML page: what the plugin is, its privileges, the lint "
     "findings, engines and the parts of the spec, what changed when and why. "
     "With a second file, a newer version of the plugin, also what that "
     "changes. Readable without JavaScript, filterable with it. The same input "
     "gives the same bytes. Exit code 1 if no engine makes a spec of it, or "
     "none was made of the older one to compare; the page is written all the "
     "same.",
     "specgen report config.json -o report.html", &MakeReportCommand},
    {"validate", "Check a runtime spec against the rules of its OCI version",
     "Errors break a rule of the version; warnings are allowed, but likely not "
     "meant. Works on any spec, not only on specgen's.",
     "specgen generate config.json | specgen validate -", &MakeValidateCommand},
    {"schema", "Write the JSON Schema of a plugin's config.json",
     "Editors complete and check a config by it, and any validator of draft "
     "2020-12 does. It takes what all engines of the range read, and refuses "
     "values of a type that one of them refuses.",
     "specgen schema --engine 20.10.. -o config.schema.json",
     &MakeSchemaCommand},
    {"audit", "Compare running plugins with what dockerd should have made",
     "For each plugin of the dockerd of this machine the spec is made that its "
     "release makes of the stored state, and compared with the config.json "
     "that "
     "containerd keeps of the running plugin: both must be the same bytes. "
     "Exit code 1 if one differs, or is enabled and does not run. Nothing is "
     "changed. Needs the rights to read dockerd's directories, root's mostly.",
     "specgen audit --json", &MakeAuditCommand},
    {"engines", "List Docker's releases and how they differ",
     "Releases that answer every plugin alike are listed together, with what "
     "changed since the ones before them.",
     "specgen engines --since 20.10 --json", &MakeEnginesCommand},
    {"host-facts", "Record what specs depend on of this machine",
     "The output is what --host of other commands reads, so that specs for one "
     "machine can be made on another.",
     "specgen host-facts > host.json", &MakeHostFactsCommand},
    {"completion", "Print what teaches a shell specgen's options",
     "Bash sources it; zsh wants it as _specgen in a folder of $fpath, fish as "
     "specgen.fish in ~/.config/fish/completions.",
     "source <(specgen completion bash)", &MakeCompletionCommand},
    {"man", "Print a man page", "Pages are those of man(1), in section 1.",
     "specgen man generate | man -l -", &MakeManCommand},
};

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

}  // namespace specgen
