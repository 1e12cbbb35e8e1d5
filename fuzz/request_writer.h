// Writes requests as lines; see specgen/golden/request_line.h for the form.
#ifndef SPECGEN_FUZZ_REQUEST_WRITER_H_
#define SPECGEN_FUZZ_REQUEST_WRITER_H_

#include <string>

#include "specgen/golden/request_line.h"

namespace specgen::fuzz {

// One line, without its line feed. A config that is valid JSON in UTF-8 stands
// in it as it is (line feeds between its tokens become spaces); any other comes
// as base64.
std::string WriteRequestLine(const RequestLine& request);

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_REQUEST_WRITER_H_
