#include "specgen/privileges/device_rules.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "specgen/json/json_tree.h"

namespace specgen {

std::optional<int64_t> JsonInteger(const JsonNode* node) {
  if (node == nullptr || !node->is(JsonKind::kNumber)) return std::nullopt;
  int64_t value = 0;
  std::from_chars(node->text.data(), node->text.data() + node->text.size(),
                  value);
  return value;
}

DeviceRules::DeviceRules(const JsonNode* rules) {
  if (rules == nullptr) return;
  const auto number = [](const JsonNode& rule, std::string_view key) {
    const std::optional<int64_t> value = JsonInteger(rule.Find(key));
    // A negative one stands for all.
    return value.has_value() && *value < 0 ? std::nullopt : value;
  };
  size_t i = 0;
  for (const JsonNode& rule : rules->List()) {
    std::string_view type = rule.String("type");
    if (type == "a") type = "";
    const JsonNode* const allow = rule.Find("allow");
    last_[{type, number(rule, "major"), number(rule, "minor")}] = {
        ++i, allow != nullptr && allow->is_true()};
    ++looked_at_;
  }
}

bool DeviceRules::MayOpen(std::string_view type, int64_t major,
                          int64_t minor) const {
  LastRule last = {0, true};
  for (const std::string_view of_type : {std::string_view(), type}) {
    for (const std::optional<int64_t> of_major :
         {std::optional<int64_t>(), std::optional<int64_t>(major)}) {
      for (const std::optional<int64_t> of_minor :
           {std::optional<int64_t>(), std::optional<int64_t>(minor)}) {
        const auto found = last_.find({of_type, of_major, of_minor});
        if (found == last_.end()) continue;
        ++looked_at_;
        if (found->second.number > last.number) last = found->second;
      }
    }
  }
  return last.allow;
}

}  // namespace specgen
