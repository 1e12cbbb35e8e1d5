// Runs a fuzz target over files, without a fuzzer: the regression test.
//
//   x FILE_OR_DIRECTORY...
//
// Fails if a file cannot be read, or if there is none: a test of nothing would
// pass.
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "fuzz/invariants.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

// The file being run, for the message of whatever ends the program.
std::string current;

bool Run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) {
    std::cerr << path.string() << ": cannot be read\n";
    return false;
  }
  // Memory of exactly that size, so that a read behind its end shows.
  const std::unique_ptr<uint8_t[]> data(new uint8_t[text.size()]);
  if (!text.empty()) std::memcpy(data.get(), text.data(), text.size());
  current = path.string();
  LLVMFuzzerTestOneInput(data.get(), text.size());
  current.clear();
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  specgen::fuzz::SetEveryCheck();
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    if (!fs::is_directory(argv[i], error)) {
      files.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::cerr << argv[0] << ": there is no corpus: name files or directories\n";
    return 2;
  }
  std::atexit([] {
    if (!current.empty()) std::cerr << "while running " << current << "\n";
  });
  std::signal(SIGABRT, [](int) {
    std::cerr << "while running " << current << std::endl;
    std::_Exit(1);
  });
  for (const fs::path& file : files) {
    if (!Run(file)) return 1;
  }
  std::cout << "ran " << files.size() << " files\n";
  return 0;
}
