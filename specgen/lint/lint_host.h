// A machine on which nothing is missing.
#ifndef SPECGEN_LINT_LINT_HOST_H_
#define SPECGEN_LINT_LINT_HOST_H_

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/host/assumed_devices.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"

namespace specgen {

// So that what an engine refuses there is refused for what the config says. The
// paths given are devices; everything else is an empty directory.
class LintHost : public Host {
 public:
  explicit LintHost(std::set<std::string, std::less<>> devices)
      : Host(lint_files_, lint_facts_), lint_files_(std::move(devices)) {
    lint_facts_.unified_cgroups.Is(true);
  }

 private:
  class Files final : public FileTree {
   public:
    explicit Files(std::set<std::string, std::less<>> devices)
        : devices_(std::move(devices)) {}

    int Lstat(std::string_view path, FileFacts* facts) const override {
      if (path.empty() && !devices_.contains(path)) return ENOENT;
      if (path.find('\0') != std::string_view::npos) return EINVAL;
      *facts = FileFacts();
      if (IsBehindDevice(path)) return ENOTDIR;
      if (devices_.contains(path)) {
        *facts = LikelyDevice(path);
      } else {
        facts->mode = S_IFDIR | 0755;
      }
      return 0;
    }
    int Stat(std::string_view path, FileFacts* facts) const override {
      return Lstat(path, facts);
    }
    int ReadLink(std::string_view, std::string* target) const override {
      target->clear();
      return EINVAL;
    }
    int ListDirectory(std::string_view,
                      std::vector<std::string>* names) const override {
      names->clear();
      return 0;
    }
    int MountFlags(std::string_view, uint64_t* flags) const override {
      *flags = 0;
      return 0;
    }
    int WorkingDirectory(std::string* path) const override {
      *path = "/";
      return 0;
    }

   private:
    const std::set<std::string, std::less<>> devices_;
  };

  Files lint_files_;
  MachineFacts lint_facts_;
};

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_HOST_H_
