#include "specgen/cli/commands.h"

#include "absl/types/span.h"
#include "specgen/cli/command.h"

namespace specgen {
namespace {

constexpr CommandInfo kCommands[] = {
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
    {"generate", "Make the runtime spec of a plugin",
     "Prints the bytes that dockerd of that release would hand to runc. "
     "Nothing "
     "on this machine is changed unless --apply is given.",
     "specgen generate --engine 28.5.2 config.json", &MakeGenerateCommand},
    {"host-facts", "Record what specs depend on of this machine",
     "The output is what --host of other commands reads, so that specs for one "
     "machine can be made on another.",
     "specgen host-facts > host.json", &MakeHostFactsCommand},
    {"engines", "List Docker's releases and how they differ",
     "Releases that answer every plugin alike are listed together, with what "
     "changed since the ones before them.",
     "specgen engines --since 20.10 --json", &MakeEnginesCommand},
    {"completion", "Print what teaches a shell specgen's options",
     "Bash sources it; zsh wants it as _specgen in a folder of $fpath, fish as "
     "specgen.fish in ~/.config/fish/completions.",
     "source <(specgen completion bash)", &MakeCompletionCommand, true},
    {"man", "Print a man page", "Pages are those of man(1), in section 1.",
     "specgen man generate | man -l -", &MakeManCommand, true},
};

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

}  // namespace specgen
