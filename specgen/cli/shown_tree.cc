#include "specgen/cli/shown_tree.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "specgen/json/json_tree.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {

absl::StatusOr<std::unique_ptr<JsonTree>> AsShown(
    std::unique_ptr<JsonTree> tree, std::string_view name,
    SecretHider* secrets) {
  const std::optional<std::string> hidden = secrets->Json(tree->root());
  if (!hidden.has_value()) return tree;
  return JsonTree::Parse(*hidden, name);
}

absl::StatusOr<std::unique_ptr<JsonTree>> ParseAsShown(std::string_view text,
                                                       std::string_view name,
                                                       SecretHider* secrets) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(text, name);
  if (!tree.ok()) return tree;
  return AsShown(*std::move(tree), name, secrets);
}

}  // namespace specgen
