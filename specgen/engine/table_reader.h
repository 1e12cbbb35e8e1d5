// Reads releases.textproto and behaviours.textproto, when specgen is built.
#ifndef SPECGEN_ENGINE_TABLE_READER_H_
#define SPECGEN_ENGINE_TABLE_READER_H_

#include <string>
#include <vector>

#include "specgen/engine/engine_table.pb.h"

namespace specgen::engine {

// What both files say. Each behaviour is complete: it has what it takes from
// the one that it is based on, and each of its lists is a single `add`.
struct EngineTable {
  std::string date;
  std::vector<Behaviour> behaviours;  // oldest first
  std::vector<Release> releases;      // by version
  std::vector<Build> builds;          // by version
  std::vector<Distribution> distributions;
  std::vector<Difference> differences;
};

struct SourceFile {
  std::string name;  // for messages
  std::string text;
};

// Fills `table`. Returns all that is wrong, each as "FILE:LINE: what is wrong;
// what to do"; if there is anything, the table is not to be used.
std::vector<std::string> ReadEngineTable(const SourceFile& releases,
                                         const SourceFile& behaviours,
                                         EngineTable* table);

}  // namespace specgen::engine

#endif  // SPECGEN_ENGINE_TABLE_READER_H_
