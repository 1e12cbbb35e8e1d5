// A file tree for tests: what is there is listed.
#ifndef SPECGEN_GENERATOR_FAKE_FILE_TREE_H_
#define SPECGEN_GENERATOR_FAKE_FILE_TREE_H_

#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/host/file_tree.h"

namespace specgen {

// Paths are looked up as they are; a link is not followed but by Stat.
class FakeFileTree : public FileTree {
 public:
  struct File {
    FileFacts facts = {};
    int error = 0;  // of any call about it
    std::string target = {};
    std::vector<std::string> names = {};
    uint64_t mount_flags = 0;
    int mount_error = 0;
  };

  explicit FakeFileTree(std::map<std::string, File, std::less<>> files)
      : files_(std::move(files)) {}

  int Lstat(std::string_view path, FileFacts* facts) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return ENOENT;
    *facts = found->second.facts;
    return found->second.error;
  }
  int Stat(std::string_view path, FileFacts* facts) const override {
    std::string target;
    if (ReadLink(path, &target) == 0) return Lstat(target, facts);
    return Lstat(path, facts);
  }
  int ReadLink(std::string_view path, std::string* target) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return ENOENT;
    if (found->second.target.empty()) return EINVAL;
    *target = found->second.target;
    return 0;
  }
  int ListDirectory(std::string_view path,
                    std::vector<std::string>* names) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return ENOENT;
    *names = found->second.names;
    return 0;
  }
  int MountFlags(std::string_view path, uint64_t* flags) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return ENOENT;
    *flags = found->second.mount_flags;
    return found->second.mount_error;
  }
  int WorkingDirectory(std::string*) const override { return ENOENT; }

 private:
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_FAKE_FILE_TREE_H_
