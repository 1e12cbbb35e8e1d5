// A host that counts what it is asked, and remembers enough of it to tell
// whether the generator had any business asking.
#ifndef SPECGEN_FUZZ_WATCHED_HOST_H_
#define SPECGEN_FUZZ_WATCHED_HOST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"

namespace specgen::fuzz {

// Passes every question on to another host; a fact is asked for once. Not
// thread-safe, unlike other hosts.
class WatchedHost : public Host {
 public:
  // `host` must outlive this.
  explicit WatchedHost(const Host& host)
      : Host(watched_files_, watched_facts_), watched_files_(host.files) {
    const MachineFacts& theirs = host.facts;
    watched_facts_.architecture.Is(theirs.architecture());
    Watch(theirs.possible_cpus, &cpu_calls_, &watched_facts_.possible_cpus);
    Watch(theirs.thermal_throttle_cpus, &cpu_calls_,
          &watched_facts_.thermal_throttle_cpus);
    Watch(theirs.in_user_namespace, &namespace_calls_,
          &watched_facts_.in_user_namespace);
    Watch(theirs.under_rootlesskit, &namespace_calls_,
          &watched_facts_.under_rootlesskit);
    Watch(theirs.detached_network_namespace, &namespace_calls_,
          &watched_facts_.detached_network_namespace);
    Watch(theirs.unified_cgroups, &namespace_calls_,
          &watched_facts_.unified_cgroups);
  }

  size_t file_calls() const { return watched_files_.calls(); }
  size_t cpu_calls() const { return cpu_calls_; }
  size_t namespace_calls() const { return namespace_calls_; }
  // The first of the paths that were asked for.
  const std::vector<std::string>& paths() const {
    return watched_files_.paths();
  }

 private:
  class Files final : public FileTree {
   public:
    explicit Files(const FileTree& under) : under_(under) {}

    int Lstat(std::string_view path, FileFacts* facts) const override {
      Asked(path);
      return under_.Lstat(path, facts);
    }
    int Stat(std::string_view path, FileFacts* facts) const override {
      Asked(path);
      return under_.Stat(path, facts);
    }
    int ReadLink(std::string_view path, std::string* target) const override {
      Asked(path);
      return under_.ReadLink(path, target);
    }
    int ListDirectory(std::string_view path,
                      std::vector<std::string>* names) const override {
      Asked(path);
      return under_.ListDirectory(path, names);
    }
    int MountFlags(std::string_view path, uint64_t* flags) const override {
      Asked(path);
      return under_.MountFlags(path, flags);
    }
    int WorkingDirectory(std::string* path) const override {
      return under_.WorkingDirectory(path);
    }

    size_t calls() const { return calls_; }
    const std::vector<std::string>& paths() const { return paths_; }

   private:
    static constexpr size_t kMaxPaths = 16;

    void Asked(std::string_view path) const {
      ++calls_;
      if (paths_.size() < kMaxPaths) paths_.emplace_back(path);
    }

    const FileTree& under_;
    mutable size_t calls_ = 0;
    mutable std::vector<std::string> paths_;
  };

  template <typename T>
  static void Watch(const Fact<T>& theirs, size_t* calls, Fact<T>* watched) {
    watched->IsFoundBy([&theirs, calls] {
      ++*calls;
      return theirs();
    });
  }

  Files watched_files_;
  MachineFacts watched_facts_;
  size_t cpu_calls_ = 0;
  size_t namespace_calls_ = 0;
};

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_WATCHED_HOST_H_
