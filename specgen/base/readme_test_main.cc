#include "specgen/base/readme_test_main.h"

#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "specgen/base/files.h"

namespace specgen {
namespace {

const std::string* readme = nullptr;

}  // namespace

const std::string& Readme() { return *readme; }

}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " README\n";
    return 2;
  }
  const absl::StatusOr<std::string> text = specgen::ReadWholeFile(argv[1]);
  if (!text.ok()) {
    std::cerr << text.status() << "\n";
    return 2;
  }
  specgen::readme = &*text;
  return RUN_ALL_TESTS();
}
