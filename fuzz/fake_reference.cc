// Stands in for Docker's code in the tests of the differential target: answers
// request lines with specgen's own generator. With "--lie", every answer that
// holds a spec is wrong in one byte, which the target must find.
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/golden/request_line.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

int main(int argc, char** argv) {
  const bool lies = argc > 1 && std::strcmp(argv[1], "--lie") == 0;
  const auto host = specgen::HostSnapshot::Parse(
      R"({"entries": [{"path": "/tmp", "type": "dir"},
  {"path": "/dev/null", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 3},
  {"path": "/dev/zero", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 5},
  {"path": "/dev/full", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 7}]})",
      "fake host");
  if (!host.ok()) return 1;
  const specgen::Generator generator(specgen::NewestRelease(), **host);
  specgen::Answer answer;
  std::string line;
  std::vector<std::string_view> set;
  while (std::getline(std::cin, line)) {
    const auto request = specgen::ParseRequestLine(line);
    if (!request.ok()) {
      std::cerr << request.status().message() << "\n";
      return 1;
    }
    generator.Generate(request->ToRequest(&set), &answer);
    std::string text = specgen::AnswerLine(answer, /*with_directories=*/false);
    if (lies && answer.outcome() == specgen::Outcome::kSpec) text[8] ^= 1;
    std::cout << request->name << '\t' << text << std::endl;
  }
  return 0;
}
