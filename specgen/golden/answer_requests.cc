// Answers recorded requests in the recorder's own form, to be compared with
// what Docker answers:
//
//   answer_requests --engine 28.5.2 --host host.json < requests > answers
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "specgen/golden/request_line.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

ABSL_FLAG(std::string, engine, "", "the Docker release");
ABSL_FLAG(std::string, host, "", "host facts, a snapshot file");

namespace specgen {
namespace {

int Run() {
  absl::StatusOr<const Release*> release =
      FindRelease(absl::GetFlag(FLAGS_engine));
  if (!release.ok()) {
    std::cerr << "answer_requests: " << release.status().message() << "\n";
    return 2;
  }
  const std::string path = absl::GetFlag(FLAGS_host);
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(text.str(), path);
  if (!file || !host.ok()) {
    std::cerr << "answer_requests: "
              << (file ? std::string(host.status().message())
                       : path + ": cannot be read")
              << "\n";
    return 4;
  }
  const Generator generator(**release, **host);
  Answer answer;
  std::string line;
  std::vector<std::string_view> set;
  while (std::getline(std::cin, line)) {
    absl::StatusOr<RequestLine> request = ParseRequestLine(line);
    if (!request.ok()) {
      std::cerr << "answer_requests: " << request.status().message() << ": "
                << line.substr(0, 200) << "\n";
      return 3;
    }
    generator.Generate(request->ToRequest(&set), &answer);
    std::cout << request->name << '\t'
              << AnswerLine(answer, request->shape == PluginShape::kStored)
              << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return specgen::Run();
}
