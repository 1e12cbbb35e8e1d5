#include "specgen/cli/commands.h"

#include "absl/types/span.h"
#include "specgen/cli/command.h"

namespace specgen {
namespace {

constexpr CommandInfo kCommands[] = {
    {"generate", "Make the runtime spec of a plugin",
     "Prints the bytes that dockerd of that release would hand to runc. Nothing "
     "on this\nmachine is changed unless --apply is given.",
     "specgen generate --engine 28.5.2 config.json", &MakeGenerateCommand},
    {"batch", "Make many specs at once",
     "Reads requests as lines of JSON and writes an answer for each, in the "
     "same order,\non all CPUs. A request is an object like\n"
     "  {\"engine\": \"20.10\", \"config\": {...}, \"set\": "
     "[\"DEBUG=1\"]}\nand an answer has \"spec\" or \"error\". "
     "specgen/batch/record_format.h and\nspecgen.proto beside it describe "
     "both forms.",
     "specgen batch requests.ndjson > answers.ndjson", &MakeBatchCommand},
    {"host-facts", "Record what specs depend on of this machine",
     "The output is what --host of other commands reads, so that specs for one "
     "machine\ncan be made on another.",
     "specgen host-facts > host.json", &MakeHostFactsCommand},
};

}  // namespace

absl::Span<const CommandInfo> AllCommands() { return kCommands; }

}  // namespace specgen
