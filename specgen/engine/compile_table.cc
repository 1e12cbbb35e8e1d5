// Checks releases.textproto and behaviours.textproto, and writes them as C++
// constants: run when specgen is built, so that the program itself parses
// nothing and links no Protobuf.
//
//   compile_table RELEASES BEHAVIOURS ENGINE_TABLE_CC
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "specgen/engine/table_reader.h"
#include "specgen/engine/table_writer.h"

namespace specgen::engine {
namespace {

bool Read(const char* name, SourceFile* file) {
  std::ifstream in(name, std::ios::binary);
  file->name = name;
  file->text.assign(std::istreambuf_iterator<char>(in), {});
  if (!in) std::cerr << name << ": cannot be read\n";
  return !in.fail();
}

int Run(const char* releases_name, const char* behaviours_name,
        const char* source_name) {
  SourceFile releases;
  SourceFile behaviours;
  if (!Read(releases_name, &releases) || !Read(behaviours_name, &behaviours)) {
    return 1;
  }
  EngineTable table;
  const std::vector<std::string> problems =
      ReadEngineTable(releases, behaviours, &table);
  for (const std::string& problem : problems) std::cerr << problem << "\n";
  if (!problems.empty()) return 1;
  std::ofstream source(source_name);
  source << TableSource(table) << std::flush;
  return source.good() ? 0 : 1;
}

}  // namespace
}  // namespace specgen::engine

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: compile_table RELEASES BEHAVIOURS ENGINE_TABLE_CC\n";
    return 2;
  }
  return specgen::engine::Run(argv[1], argv[2], argv[3]);
}
