// Keeps credentials out of what people and reviewers are shown.
#ifndef SPECGEN_SECRETS_HIDE_SECRETS_H_
#define SPECGEN_SECRETS_HIDE_SECRETS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "specgen/json/json_tree.h"

namespace specgen {

// Whether what has this name (of a variable, an option, a key of JSON, a
// header) is meant to be known to few: DB_PASSWORD, --api-key, Authorization.
bool IsSecretName(std::string_view name);

// Whether a text gives itself away: a token of a known kind, a JWT, or letters
// and digits that nobody would write by hand.
bool LooksLikeSecret(std::string_view text);

// Replaces each secret by "(secret 1)", "(secret 2)", ...: equal ones by the
// same number, others by another one, so that texts that differ still do, and
// nothing can be guessed from the number. A text that has such words itself is
// taken for a secret as a whole.
//
// What is a secret is a guess: better one too many than one too few. It is made
// by name, and where there is none by form (see the test, which is a table).
// Time and memory grow with the texts. Not thread-safe.
class SecretHider {
 public:
  // Changes nothing if `show`.
  explicit SecretHider(bool show = false) : show_(show) {}

  // A text of any kind, in which secrets may stand: NAME=VALUE, --name VALUE,
  // "Name: value", URLs with a password, command lines, PEM, JSON.
  std::string Text(std::string_view text);

  // The value of what is called `name`.
  std::string Value(std::string_view name, std::string_view value);

  // NAME=VALUE, of an environment; an argument, or an option of a mount.
  std::string Entry(std::string_view entry);

  // How many entries have been looked at, each of the same only once: the specs
  // of many engines have the same ones.
  size_t looked_at() const { return looked_at_; }

  // A list in which one text may be the value of the one before, as of a
  // command line.
  std::vector<std::string> List(const std::vector<std::string_view>& list);

  // A spec, or whatever JSON: the same with the secrets in its strings
  // replaced; nothing if there are none.
  std::optional<std::string> Json(const JsonNode& root);

 private:
  friend class SecretsInJson;

  std::string NewEntry(std::string_view entry);
  std::string Hide(std::string_view secret);
  std::string Words(std::string_view text);
  std::string Word(std::string_view word);
  std::string Parts(std::string_view word);
  std::string Part(std::string_view part);
  std::string Tokens(std::string_view text);

  bool show_;
  absl::flat_hash_map<std::string, size_t> numbers_;
  size_t hidden_ = 0;  // how often
  // Entries without secrets, some megabytes of them.
  static constexpr size_t kMostRemembered = 64;
  static constexpr size_t kMaxHarmless = size_t{1} << 18;
  absl::flat_hash_set<std::string> harmless_;
  size_t looked_at_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_SECRETS_HIDE_SECRETS_H_
