// Prints the spec of a plugin: example ENGINE HOST_FACTS CONFIG
//
// C++ needs no detour by C: this is linked with //specgen:generator.
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "specgen/base/files.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const absl::StatusOr<const specgen::Release*> engine =
      specgen::FindRelease(argv[1]);
  const absl::StatusOr<std::string> facts = specgen::ReadWholeFile(argv[2]);
  const absl::StatusOr<std::string> config = specgen::ReadWholeFile(argv[3]);
  for (const absl::Status& status :
       {engine.status(), facts.status(), config.status()}) {
    if (status.ok()) continue;
    std::cerr << status.message() << "\n";
    return 4;
  }
  const absl::StatusOr<std::unique_ptr<specgen::HostSnapshot>> host =
      specgen::HostSnapshot::Parse(*facts, argv[2]);
  if (!host.ok()) {
    std::cerr << host.status().message() << "\n";
    return 3;
  }
  const specgen::Generator generator(**engine, **host);
  specgen::Request request;
  request.plugin = *config;
  specgen::Answer answer;
  generator.Generate(request, &answer);
  if (answer.outcome() == specgen::Outcome::kSpec) {
    std::cout << answer.spec();
    return 0;
  }
  std::cerr << argv[3] << ": " << answer.message() << "\n";
  return answer.outcome() == specgen::Outcome::kCrashed ? 5
         : answer.stage() == specgen::Stage::kDecode    ? 3
                                                        : 1;
}
