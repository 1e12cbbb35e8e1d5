// A host that counts what it is asked, and remembers enough of it to tell
// whether the generator had any business asking.
#ifndef SPECGEN_FUZZ_WATCHED_HOST_H_
#define SPECGEN_FUZZ_WATCHED_HOST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/host/host.h"

namespace specgen::fuzz {

// Passes every call on to another host. Not thread-safe, unlike other hosts.
class WatchedHost : public Host {
 public:
  // `host` must outlive this.
  explicit WatchedHost(const Host& host) : host_(host) {}

  int Lstat(std::string_view path, FileFacts* facts) const override {
    Asked(path);
    return host_.Lstat(path, facts);
  }
  int Stat(std::string_view path, FileFacts* facts) const override {
    Asked(path);
    return host_.Stat(path, facts);
  }
  int ReadLink(std::string_view path, std::string* target) const override {
    Asked(path);
    return host_.ReadLink(path, target);
  }
  int ListDirectory(std::string_view path,
                 std::vector<std::string>* names) const override {
    Asked(path);
    return host_.ListDirectory(path, names);
  }
  int MountFlags(std::string_view path, uint64_t* flags) const override {
    Asked(path);
    return host_.MountFlags(path, flags);
  }
  const std::vector<uint32_t>& ThermalThrottleCpus() const override {
    ++cpu_calls_;
    return host_.ThermalThrottleCpus();
  }
  bool InUserNamespace() const override {
    ++namespace_calls_;
    return host_.InUserNamespace();
  }
  bool UnderRootlessKit() const override {
    ++namespace_calls_;
    return host_.UnderRootlessKit();
  }
  bool DetachedNetworkNamespace() const override {
    ++namespace_calls_;
    return host_.DetachedNetworkNamespace();
  }
  bool UnifiedCgroups() const override {
    ++namespace_calls_;
    return host_.UnifiedCgroups();
  }

  void Reset() {
    file_calls_ = cpu_calls_ = namespace_calls_ = 0;
    paths_.clear();
  }
  size_t file_calls() const { return file_calls_; }
  size_t cpu_calls() const { return cpu_calls_; }
  size_t namespace_calls() const { return namespace_calls_; }
  // The first of the paths that were asked for.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  static constexpr size_t kMaxPaths = 16;

  void Asked(std::string_view path) const {
    ++file_calls_;
    if (paths_.size() < kMaxPaths) paths_.emplace_back(path);
  }

  const Host& host_;
  mutable size_t file_calls_ = 0;
  mutable size_t cpu_calls_ = 0;
  mutable size_t namespace_calls_ = 0;
  mutable std::vector<std::string> paths_;
};

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_WATCHED_HOST_H_
