// Writes the engine table as C++ constants, when specgen is built.
#ifndef SPECGEN_ENGINE_TABLE_WRITER_H_
#define SPECGEN_ENGINE_TABLE_WRITER_H_

#include <string>

#include "specgen/engine/table_reader.h"

namespace specgen::engine {

// engine_table.cc: what engine_table.h declares, in the structs of behaviour.h.
std::string TableSource(const EngineTable& table);

}  // namespace specgen::engine

#endif  // SPECGEN_ENGINE_TABLE_WRITER_H_
