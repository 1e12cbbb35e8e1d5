// A machine as it is, but for its architecture.
#ifndef SPECGEN_HOST_HOST_OF_ARCHITECTURE_H_
#define SPECGEN_HOST_HOST_OF_ARCHITECTURE_H_

#include <memory>
#include <string_view>
#include <utility>

#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"

namespace specgen {

// Safe to share between threads, as the host that it is made of.
class HostOfArchitecture : public Host {
 public:
  // `architecture`: as in MachineFacts.
  HostOfArchitecture(std::unique_ptr<const Host> host,
                     std::string_view architecture)
      : Host(host->files, facts_), host_(std::move(host)) {
    const MachineFacts& theirs = host_->facts;
    facts_.architecture.Is(architecture);
    Take(theirs.possible_cpus, &facts_.possible_cpus);
    Take(theirs.thermal_throttle_cpus, &facts_.thermal_throttle_cpus);
    Take(theirs.in_user_namespace, &facts_.in_user_namespace);
    Take(theirs.under_rootlesskit, &facts_.under_rootlesskit);
    Take(theirs.detached_network_namespace, &facts_.detached_network_namespace);
    Take(theirs.unified_cgroups, &facts_.unified_cgroups);
  }

 private:
  // Found when it is asked for, as there.
  template <typename T>
  static void Take(const Fact<T>& theirs, Fact<T>* ours) {
    ours->IsFoundBy([&theirs] { return theirs(); });
  }

  const std::unique_ptr<const Host> host_;
  MachineFacts facts_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_OF_ARCHITECTURE_H_
