// What a spec really lets a plugin do, said in a line each.
#ifndef SPECGEN_PRIVILEGES_GRANTS_H_
#define SPECGEN_PRIVILEGES_GRANTS_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"
#include "specgen/json/json_tree.h"
#include "specgen/known/capabilities.h"
#include "specgen/plugin/plugin.h"
#include "specgen/privileges/reach.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {

struct Grant {
  GrantLevel level = GrantLevel::kInfo;
  // What kind of thing: "capability", "mount", "device", ... (README.md).
  std::string_view id;
  std::string what;  // "CAP_SYS_ADMIN"
  std::string why;
  // It is about a device that the machine does not have.
  bool assumed = false;
  // How far it reaches; without a kind, it is of what it is about.
  Reach reach = {};
  // More of its kind that are no graver and told only if they are new: an
  // overlay has many directories.
  std::vector<Grant> also = {};
};

// What is known of the machine that the spec is for.
struct GrantHost {
  // To follow symbolic links in the sources of mounts; null: none are followed.
  const FileTree* files = nullptr;
  // The paths of devices that only count as there; see AssumedDevices.
  std::set<std::string, std::less<>> assumed = {};
};

// The grants of a plugin's spec, most dangerous first. `spec` is what `release`
// made of `plugin` (parsed); the plugin tells what was asked for and is not
// there.
std::vector<Grant> FindGrants(const Release& release, const Plugin& plugin,
                              const JsonNode& spec, const GrantHost& host = {});

// Those of `now` that give more than those of `before`, in whatever words:
// README.md tells the rule.
std::vector<Grant> AddedGrants(const std::vector<Grant>& before,
                               const std::vector<Grant>& now);

// Hides the secrets in them, such as passwords in the sources of mounts.
void HideSecrets(std::vector<Grant>* grants, SecretHider* secrets);

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_GRANTS_H_
