// What the rules of a device cgroup say of a device.
#ifndef SPECGEN_PRIVILEGES_DEVICE_RULES_H_
#define SPECGEN_PRIVILEGES_DEVICE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "specgen/json/json_tree.h"

namespace specgen {

// A JSON number as such; nothing of all else.
std::optional<int64_t> JsonInteger(const JsonNode* node);

// The rules of a spec's linux.resources.devices, which must outlive this. The
// time to make it grows with their number, the time to ask it does not: a
// plugin may have as many rules as devices.
class DeviceRules {
 public:
  // `rules`: the list, or null. Then all may be opened.
  explicit DeviceRules(const JsonNode* rules);

  // Whether the cgroup lets a device of that type ("c", "b", ...) be opened:
  // the last rule that speaks of it wins.
  bool MayOpen(std::string_view type, int64_t major, int64_t minor) const;

  // How many rules were looked at so far.
  size_t looked_at() const { return looked_at_; }

 private:
  // Type, major, minor; "" and nothing for all of them.
  using What = std::tuple<std::string_view, std::optional<int64_t>,
                          std::optional<int64_t>>;
  struct LastRule {
    size_t number;
    bool allow;
  };

  std::map<What, LastRule> last_;
  mutable size_t looked_at_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_DEVICE_RULES_H_
