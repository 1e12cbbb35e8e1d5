// JSON as it may be shown to people.
#ifndef SPECGEN_CLI_SHOWN_TREE_H_
#define SPECGEN_CLI_SHOWN_TREE_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "specgen/json/json_tree.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {

// The tree with the secrets in its strings replaced. Of two texts that are
// hidden by the same SecretHider, what differs still does.
absl::StatusOr<std::unique_ptr<JsonTree>> AsShown(
    std::unique_ptr<JsonTree> tree, std::string_view name,
    SecretHider* secrets);

// The same of a text. Errors are those of JsonTree::Parse.
absl::StatusOr<std::unique_ptr<JsonTree>> ParseAsShown(std::string_view text,
                                                       std::string_view name,
                                                       SecretHider* secrets);

}  // namespace specgen

#endif  // SPECGEN_CLI_SHOWN_TREE_H_
