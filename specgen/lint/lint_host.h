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

#include "specgen/host/host.h"

namespace specgen {

// So that what an engine refuses there is refused for what the config says. The
// paths given are character devices; everything else is an empty directory.
class LintHost : public Host {
 public:
  explicit LintHost(std::set<std::string, std::less<>> devices)
      : devices_(std::move(devices)) {}

  int Lstat(std::string_view path, FileFacts* facts) const override {
    if (path.empty()) return ENOENT;
    if (path.find('\0') != std::string_view::npos) return EINVAL;
    *facts = FileFacts();
    if (devices_.contains(path)) {
      facts->mode = S_IFCHR | 0666;
      facts->major = 1;
      facts->minor = 3;
    } else {
      facts->mode = S_IFDIR | 0755;
    }
    return 0;
  }
  int Stat(std::string_view path, FileFacts* facts) const override {
    return Lstat(path, facts);
  }
  int ReadLink(std::string_view path, std::string* target) const override {
    (void)path;
    target->clear();
    return EINVAL;
  }
  int ListDirectory(std::string_view path,
                 std::vector<std::string>* names) const override {
    (void)path;
    names->clear();
    return 0;
  }
  int MountFlags(std::string_view path, uint64_t* flags) const override {
    (void)path;
    *flags = 0;
    return 0;
  }
  const std::vector<uint32_t>& ThermalThrottleCpus() const override {
    static const std::vector<uint32_t>* const kNone =
        new std::vector<uint32_t>();
    return *kNone;
  }
  bool InUserNamespace() const override { return false; }
  bool UnderRootlessKit() const override { return false; }
  bool DetachedNetworkNamespace() const override { return false; }
  bool UnifiedCgroups() const override { return true; }

 private:
  const std::set<std::string, std::less<>> devices_;
};

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_HOST_H_
