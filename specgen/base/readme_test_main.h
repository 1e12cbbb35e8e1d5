// The main function of tests that hold a table beside a README: its path is
// their argument.
#ifndef SPECGEN_BASE_README_TEST_MAIN_H_
#define SPECGEN_BASE_README_TEST_MAIN_H_

#include <string>

namespace specgen {

// Its text, while tests run.
const std::string& Readme();

}  // namespace specgen

#endif  // SPECGEN_BASE_README_TEST_MAIN_H_
