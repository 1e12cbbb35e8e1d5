#include "specgen/known/interface_types.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace specgen {
namespace {

constexpr GrantLevel kLow = GrantLevel::kLow;
constexpr GrantLevel kHigh = GrantLevel::kHigh;

// Where moby looks for each: v1.12.0:volume/drivers/extpoint.go;
// v1.13.0-rc1:pkg/authorization, daemon/graphdriver and libnetwork, over
// plugingetter; v17.05.0-ce:daemon/logger/plugin.go; v17.06.0-ce:
// daemon/metrics.go; v17.07.0-ce: swarmkit's manager/drivers; v22.06.0-beta.0:
// plugin/manager.go and swarmkit's agent/csi. daemon/graphdriver/plugin.go is
// gone in v28.0.0-rc.1.
constexpr InterfaceType kInterfaceTypes[] = {
    {"authz", "1.13.0-rc1", "", kHigh,
     "once dockerd is started with it, it sees every request to the engine's "
     "API and every answer, secrets in them too, and may forbid any"},
    {"csicontroller", "22.06.0-beta.0", "", kHigh,
     "makes, hands out and removes the cluster's volumes, and gets the secrets "
     "for them"},
    {"csinode", "22.06.0-beta.0", "", kHigh,
     "mounts the cluster's volumes for tasks: it handles their data, and gets "
     "the secrets for them"},
    {"graphdriver", "1.13.0-rc1", "27.5.1", kHigh,
     "keeps the files of all images and containers: it can read and change "
     "what runs in them"},
    {"ipamdriver", "1.13.0-rc1", "", kLow,
     "gives out the addresses of networks that use it", true},
    {"logdriver", "17.05.0-rc1", "", kHigh,
     "reads all that containers which log through it print, secrets in it too"},
    {"metricscollector", "17.06.0-rc1", "", kLow,
     "reads the engine's metrics: what runs, and how much", true},
    {"networkdriver", "1.13.0-rc1", "", kHigh,
     "connects containers: it can read, change and redirect all traffic of the "
     "networks that use it",
     true},
    {"secretprovider", "17.07.0-rc1", "", kHigh,
     "gives services their secrets: it knows them all, and which service gets "
     "which"},
    {"volumedriver", "1.12.0", "", kHigh,
     // ScopedPath of plugin/v2/plugin.go joins what the driver answers with a
     // directory of the host as it is.
     "keeps the data of all containers with its volumes: it can read and "
     "change it, and (up to 29.7.2, by answers with .. in them) give them any "
     "directory of the host"},
};

// Its place in AllReleases().
size_t PlaceOf(std::string_view name) {
  const absl::Span<const Release> all = AllReleases();
  return static_cast<size_t>(std::find_if(all.begin(), all.end(),
                                          [name](const Release& release) {
                                            return release.name == name;
                                          }) -
                             all.begin());
}

struct Places {
  size_t first;
  size_t last;
};

const std::vector<Places>& AllPlaces() {
  static const std::vector<Places>* const kPlaces = [] {
    auto* places = new std::vector<Places>();
    for (const InterfaceType& type : kInterfaceTypes) {
      places->push_back({PlaceOf(type.first), type.last.empty()
                                                  ? AllReleases().size()
                                                  : PlaceOf(type.last)});
    }
    return places;
  }();
  return *kPlaces;
}

}  // namespace

absl::Span<const InterfaceType> AllInterfaceTypes() { return kInterfaceTypes; }

const InterfaceType* FindInterfaceType(std::string_view capability) {
  const InterfaceType* const found =
      std::find_if(std::begin(kInterfaceTypes), std::end(kInterfaceTypes),
                   [capability](const InterfaceType& type) {
                     return type.capability == capability;
                   });
  return found == std::end(kInterfaceTypes) ? nullptr : found;
}

bool LooksFor(const Release& release, const InterfaceType& type) {
  const Places& places =
      AllPlaces()[static_cast<size_t>(&type - &kInterfaceTypes[0])];
  // A build is none of the list.
  const Release& of = release.build_of != nullptr ? *release.build_of : release;
  const auto here = static_cast<size_t>(&of - AllReleases().data());
  return here >= places.first && here <= places.last;
}

InterfaceTypeName SplitInterfaceType(std::string_view type) {
  const size_t slash = type.find('/');
  const std::string_view name = type.substr(0, slash);
  const size_t dot = name.rfind('.');
  return {dot == std::string_view::npos ? "" : name.substr(0, dot),
          dot == std::string_view::npos ? name : name.substr(dot + 1),
          slash == std::string_view::npos ? "" : type.substr(slash + 1),
          slash != std::string_view::npos};
}

bool Reads(const Release& release, const InterfaceTypeName& name) {
  return name.has_version ||
         release.behaviour->interface_types == InterfaceTypes::kText;
}

}  // namespace specgen
