#include "specgen/cli/commands.h"

#include "absl/types/span.h"
#include "specgen/cli/command.h"

namespace specgen {
namespace {

constexpr CommandInfo kCommands[] = {
    {"generate", "Make the runtime spec of a plugin",
     "Prints the bytes that dockerd of that release would hand to runc. Nothing "
     "on this machine is changed unless --apply is given.",
     "specgen generate --engine 28.5.2 config.json", &MakeGenerateCommand},
    {"host-facts", "Record what specs depend on of this machine",
     "The output is what --host of other commands reads, so that specs for one "
     "machine can be made on another.",
     "specgen host-facts > host.json", &MakeHostFactsCommand},
};

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

}  // namespace specgen
