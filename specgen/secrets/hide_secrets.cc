#include "specgen/secrets/hide_secrets.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/hex.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

constexpr std::string_view kOurWords = "(secret ";

template <typename List>
bool Holds(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// ---- Names

// Names that have one of these in them, whatever else.
constexpr std::string_view kSecretParts[] = {
    "password",   "passwd",        "passphrase",       "secret",
    "credential", "apikey",        "accesskey",        "privatekey",
    "authtoken",  "authorization", "connectionstring", "signingkey",
    "masterkey",  "sharedkey",     "authconfig",       "mnemonic",
};
// Names of which one of these is a word.
constexpr std::string_view kSecretWords[] = {
    "pass",   "passcode", "pw",   "cred", "creds",     "cookie", "jwt",
    "bearer", "otp",      "salt", "sig",  "signature", "psk",    "hmac",
};
// What ends in one of these is about a secret, but none.
constexpr std::string_view kAboutSecrets[] = {
    "file",    "files",    "path",     "paths",    "dir",       "directory",
    "folder",  "url",      "uri",      "endpoint", "host",      "hostname",
    "port",    "name",     "user",     "username", "ttl",       "timeout",
    "length",  "len",      "size",     "count",    "limit",     "expiry",
    "expires", "enabled",  "enable",   "disabled", "required",  "policy",
    "type",    "mode",     "format",   "version",  "algorithm", "alg",
    "issuer",  "audience", "scope",    "region",   "provider",  "driver",
    "store",   "backend",  "rotation", "interval",
};
constexpr std::string_view kNoSecretKeys[] = {"public",    "pub",  "primary",
                                              "partition", "sort", "foreign"};
// A value of such a name may be random without being secret.
constexpr std::string_view kNamesOfDigests[] = {
    "sha",  "sha1",     "sha256", "sha384", "sha512",  "md5",
    "sum",  "checksum", "digest", "commit", "rev",     "revision",
    "hash", "uuid",     "guid",   "id",     "version", "fingerprint",
};
// What is said of a secret, rather than one.
constexpr std::string_view kNoSecrets[] = {"true", "false", "yes",
                                           "no",   "on",    "off"};

// "dbPassword", "DB_PASSWORD", "--db-password": db, password.
std::vector<std::string> WordsOf(std::string_view name) {
  std::vector<std::string> words;
  bool in_word = false;
  char before = '\0';
  for (char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      in_word = false;
    } else {
      const bool new_word =
          absl::ascii_isupper(static_cast<unsigned char>(c)) &&
          absl::ascii_islower(static_cast<unsigned char>(before));
      if (!in_word || new_word) words.emplace_back();
      in_word = true;
      words.back().push_back(
          absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
    before = c;
  }
  return words;
}

// A name as long as this is none.
constexpr size_t kMaxName = 256;

bool IsKeyName(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  if (words.back() != "key" && words.back() != "keys") return false;
  return std::none_of(words.begin(), words.end(), [](const std::string& word) {
    return Holds(kNoSecretKeys, word);
  });
}

bool IsPath(std::string_view text) {
  return absl::StartsWith(text, "/") || absl::StartsWith(text, "./") ||
         absl::StartsWith(text, "../") || absl::StartsWith(text, "~/");
}

// Whether the value is one of those that a secret never has.
bool IsNoSecret(std::string_view name, std::string_view value) {
  if (value.empty()) return true;
  if (Holds(kNoSecrets, absl::AsciiStrToLower(value.substr(0, 8)))) return true;
  // TLS_KEY=/etc/tls/key.pem: where it is, not what it is.
  return IsPath(value) && IsKeyName(WordsOf(name));
}

bool IsNameOfDigest(std::string_view name) {
  if (name.size() > kMaxName) return false;
  const std::vector<std::string> words = WordsOf(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return Holds(kNamesOfDigests, word);
  });
}

// ---- Forms

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-'
             : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

// The starts by which services let their tokens be known.
constexpr std::string_view kTokenStarts[] = {
    "ghp_",     "gho_",     "ghu_",    "ghs_",      "ghr_",  "github_pat_",
    "glpat-",   "xoxb-",    "xoxp-",   "xoxa-",     "xoxs-", "sk_live_",
    "sk_test_", "rk_live_", "sk-ant-", "sk-proj-",  "AKIA",  "ASIA",
    "AIza",     "ya29.",    "hvs.",    "dckr_pat_", "npm_",  "pypi-",
    "SG.",      "dop_v1_",  "shpat_",  "whsec_",
};

bool IsKnownToken(std::string_view text) {
  if (text.size() < 16) return false;
  // A JSON Web Token: three parts, of which the first is an object's base64.
  if (absl::StartsWith(text, "eyJ") &&
      std::count(text.begin(), text.end(), '.') >= 1) {
    return true;
  }
  return std::any_of(
      std::begin(kTokenStarts), std::end(kTokenStarts),
      [&](std::string_view start) { return absl::StartsWith(text, start); });
}

// Whether so many neighbours are of different kinds (small, capital, digit) as
// in nothing that people write. In "CamelCase", capitals begin words.
bool IsRandom(std::string_view text) {
  while (absl::EndsWith(text, "=")) text.remove_suffix(1);
  constexpr size_t kLeast = 20;
  constexpr size_t kLeastRun = 12;
  constexpr size_t kLeastDistinct = 9;
  if (text.size() < kLeast || IsUuid(text)) return false;
  enum class Kind { kSmall, kCapital, kDigit, kOther };
  const auto kind_of = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return absl::ascii_islower(u)   ? Kind::kSmall
           : absl::ascii_isupper(u) ? Kind::kCapital
           : absl::ascii_isdigit(u) ? Kind::kDigit
                                    : Kind::kOther;
  };
  size_t changes = 0;
  size_t run = 0;
  size_t longest_run = 0;
  Kind before_last = Kind::kOther;
  Kind last = Kind::kOther;
  for (char c : text) {
    const Kind kind = kind_of(c);
    run = kind == Kind::kOther && c != '+' && c != '/' ? 0 : run + 1;
    longest_run = std::max(longest_run, run);
    const bool begins_word = last == Kind::kCapital && kind == Kind::kSmall &&
                             before_last != Kind::kCapital;
    if (kind != last && kind != Kind::kOther && last != Kind::kOther &&
        !begins_word) {
      ++changes;
    }
    before_last = last;
    last = kind;
  }
  return 5 * changes >= text.size() - 1 && longest_run >= kLeastRun &&
         std::set<char>(text.begin(), text.end()).size() >= kLeastDistinct;
}

// Of a path, whether a part of it is random; digests, such as the ids of
// plugins, are usual in paths.
bool HasRandomPart(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.size() >= 24 && !IsHex(part) && IsRandom(part)) return true;
  }
  return false;
}

bool IsOfToken(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("+/=_.~-").find(c) != std::string_view::npos;
}

bool IsSpace(char c) {
  return absl::ascii_isspace(static_cast<unsigned char>(c));
}
bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }
// What ends a word of a text.
bool EndsWord(char c) {
  return IsSpace(c) || IsQuote(c) ||
         std::string_view("()<>{}[]|\0", 10).find(c) != std::string_view::npos;
}
// What stands between the parts of a word: "a=1,b=2", "?a=1&b=2".
bool EndsPart(char c) { return c == ',' || c == ';' || c == '&' || c == '?'; }

bool IsFlag(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         word.find('=') == std::string_view::npos;
}

// The option whose value is USER:PASSWORD.
bool IsUserFlag(std::string_view word) {
  return word == "-u" || word == "--user" || word == "--proxy-user";
}

// What has a user before a colon; nothing where it is a number, as of
// `docker run --user`, or empty.
size_t PasswordOf(std::string_view user) {
  const size_t colon = user.find(':');
  if (colon == std::string_view::npos) return std::string_view::npos;
  const std::string_view rest = user.substr(colon + 1);
  return std::all_of(rest.begin(), rest.end(), absl::ascii_isdigit)
             ? std::string_view::npos
             : colon + 1;
}

}  // namespace

bool IsSecretName(std::string_view name) {
  if (name.size() > kMaxName) return false;
  std::vector<std::string> words = WordsOf(name);
  // TOKEN2 and TOKEN_2 are ones as TOKEN is.
  for (std::string& word : words) {
    word.resize(word.find_last_not_of("0123456789") + 1);
  }
  std::erase(words, "");
  if (words.empty() || Holds(kAboutSecrets, words.back())) return false;
  if (words.front() == "max" || words.front() == "min") return false;
  std::string all;
  for (const std::string& word : words) all += word;
  if (std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                  [&](std::string_view part) {
                    return absl::StrContains(all, part);
                  })) {
    return true;
  }
  for (const std::string& word : words) {
    if (Holds(kSecretWords, word) || absl::EndsWith(word, "token") ||
        word == "tokens") {
      return true;
    }
  }
  // PWD and OLDPWD are the shell's.
  if (words.size() > 1 && words.back() == "pwd") return true;
  if (words.back() == "auth") return true;
  // AWS_ACCESS_KEY_ID and the like.
  if (words.size() > 2 && words.back() == "id" &&
      words[words.size() - 2] == "key") {
    return true;
  }
  return IsKeyName(words);
}

bool LooksLikeSecret(std::string_view text) {
  if (IsKnownToken(text)) return true;
  if (IsPath(text)) return HasRandomPart(text);
  return IsRandom(text);
}

std::string SecretHider::Hide(std::string_view secret) {
  if (secret.empty()) return "";
  ++hidden_;
  const auto [entry, is_new] =
      numbers_.try_emplace(secret, numbers_.size() + 1);
  return absl::StrCat(kOurWords, entry->second, ")");
}

namespace {

// Whether a secret follows such a word of a text. A path is no name: what
// follows "/etc/passwd": is said of it.
bool NamesSecret(std::string_view word) {
  return word.find('/') == std::string_view::npos && IsSecretName(word);
}

}  // namespace

// Hides tokens that give themselves away.
std::string SecretHider::Tokens(std::string_view text) {
  std::string out;
  bool digest = false;  // "sha256:" stands before
  while (!text.empty()) {
    size_t size = 0;
    while (size < text.size() && IsOfToken(text[size])) ++size;
    const std::string_view token = text.substr(0, size);
    if (!token.empty()) {
      const bool is_digest = (digest && IsHex(token)) ||
                             absl::StartsWith(token, "sha256-") ||
                             absl::StartsWith(token, "sha384-") ||
                             absl::StartsWith(token, "sha512-");
      out += !is_digest && LooksLikeSecret(token) ? Hide(token)
                                                  : std::string(token);
      digest = IsNameOfDigest(token);
    }
    text.remove_prefix(size);
    if (text.empty()) break;
    if (text[0] != ':') digest = false;
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

// A word in which no URL has a password: "a=1,password=2".
std::string SecretHider::Parts(std::string_view word) {
  std::string out;
  while (!word.empty()) {
    size_t size = 0;
    while (size < word.size() && !EndsPart(word[size])) ++size;
    out += Part(word.substr(0, size));
    word.remove_prefix(size);
    if (word.empty()) break;
    out += word[0];
    word.remove_prefix(1);
  }
  return out;
}

std::string SecretHider::Part(std::string_view part) {
  const size_t first = part.find('=');
  // "password:x"
  const size_t colon = part.find(':');
  if (colon < first) {
    const std::string_view name = part.substr(0, colon);
    const std::string_view value = part.substr(colon + 1);
    if (NamesSecret(name) && !IsNoSecret(name, value)) {
      return absl::StrCat(part.substr(0, colon + 1), Hide(value));
    }
  }
  // The end of base64, or nothing.
  if (part.find_first_not_of('=', first) == std::string_view::npos) {
    return Tokens(part);
  }
  // "--opt=password=1": any of the names.
  size_t begin = 0;
  for (size_t equals = first; equals != std::string_view::npos;
       equals = part.find('=', equals + 1)) {
    const std::string_view name = part.substr(begin, equals - begin);
    const std::string_view value = part.substr(equals + 1);
    if (IsSecretName(name) && !IsNoSecret(name, value)) {
      return absl::StrCat(part.substr(0, equals + 1), Hide(value));
    }
    begin = equals + 1;
  }
  const std::string_view name = part.substr(0, first);
  const std::string_view value = part.substr(first + 1);
  return absl::StrCat(name, "=",
                      IsNameOfDigest(name) && IsHex(value) ? std::string(value)
                                                           : Tokens(value));
}

// A word: behind "//" there may be USER:PASSWORD@HOST.
std::string SecretHider::Word(std::string_view word) {
  const size_t last_at = word.rfind('@');
  if (last_at == std::string_view::npos) return Parts(word);
  std::string out;
  size_t done = 0;
  for (size_t begin = word.find("//"); begin < last_at;
       begin = word.find("//", begin)) {
    begin += 2;
    const std::string_view rest = word.substr(begin);
    const std::string_view authority =
        rest.substr(0, rest.find_first_of("/?#"));
    const size_t colon = authority.find(':');
    size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
      at += begin;
    } else {
      // A password with a slash in it, unless that is a port.
      if (PasswordOf(authority) == std::string_view::npos) continue;
      at = last_at;
    }
    if (colon != std::string_view::npos && begin + colon < at) {
      const size_t secret = begin + colon + 1;
      out += Parts(word.substr(done, secret - done));
      out += Hide(word.substr(secret, at - secret));
      done = at;
    } else if (LooksLikeSecret(word.substr(begin, at - begin))) {
      out += Parts(word.substr(done, begin - done));
      out += Hide(word.substr(begin, at - begin));
      done = at;
    }
    begin = at;
  }
  // USER:PASSWORD@tcp(HOST), of Go's database drivers, or
  // USER:PASSWORD@HOST:/PATH.
  const std::string_view host = word.substr(last_at + 1);
  const size_t colon = word.find(':');
  if (done == 0 && colon < last_at &&
      (host == "tcp" || host == "unix" ||
       (absl::StrContains(host, ":/") && word.find("//") > last_at))) {
    return absl::StrCat(word.substr(0, colon + 1),
                        Hide(word.substr(colon + 1, last_at - colon - 1)),
                        word.substr(last_at));
  }
  return out + Parts(word.substr(done));
}

// A text without PEM.
std::string SecretHider::Words(std::string_view text) {
  std::string out;
  bool secret_next = false;  // what comes is the value of what was
  bool user_next = false;    // it is USER:PASSWORD
  size_t i = 0;
  // The end of what starts at `from`: a backslash takes the next one along.
  const auto end_of = [&](size_t from, const auto& ends) {
    while (from < text.size() && !ends(text[from])) {
      from += text[from] == '\\' ? 2 : 1;
    }
    return std::min(from, text.size());
  };
  const auto skip_spaces = [&](size_t from) {
    while (from < text.size() && IsSpace(text[from])) ++from;
    return from;
  };
  while (i < text.size()) {
    const char c = text[i];
    if (EndsWord(c)) {
      out += c;
      ++i;
      if (IsQuote(c) && secret_next) {
        const size_t end = end_of(i, [c](char other) { return other == c; });
        out += Hide(text.substr(i, end - i));
        i = end;
        secret_next = false;
      }
      continue;
    }
    const size_t end = end_of(i, EndsWord);
    const std::string_view word = text.substr(i, end - i);
    i = end;
    if (std::exchange(secret_next, false) && !IsFlag(word) &&
        !IsNoSecret("", word)) {
      out += Hide(word);
      continue;
    }
    if (std::exchange(user_next, false)) {
      const size_t password = PasswordOf(word);
      if (password != std::string_view::npos) {
        absl::StrAppend(&out, word.substr(0, password),
                        Hide(word.substr(password)));
        continue;
      }
    }
    const std::string_view name =
        word.substr(0, word.find_last_not_of("=:") + 1);
    const bool is_secret = NamesSecret(name);
    out += Word(word);
    if (is_secret && absl::EndsWith(word, ":")) {
      // "Authorization: Bearer ...": the rest of the line, or what is quoted.
      const size_t value = skip_spaces(i);
      const size_t line = end_of(
          value, [](char other) { return IsQuote(other) || other == '\n'; });
      absl::StrAppend(&out, text.substr(i, value - i),
                      Hide(text.substr(value, line - value)));
      secret_next = line == value;
      i = line;
    } else if (is_secret && absl::EndsWith(word, "=")) {
      secret_next = true;  // NAME="VALUE"
    } else if (IsFlag(word)) {
      secret_next = is_secret;
      user_next = IsUserFlag(word);
    } else if (absl::EqualsIgnoreCase(word, "bearer") ||
               absl::EqualsIgnoreCase(word, "basic")) {
      const size_t value = skip_spaces(i);
      const std::string_view next =
          text.substr(value, end_of(value, EndsWord) - value);
      secret_next =
          next.size() >= 8 &&
          std::any_of(next.begin(), next.end(), [](char other) {
            return !absl::ascii_islower(static_cast<unsigned char>(other));
          });
    } else if (is_secret) {
      // JSON: "name": "value"; or name = value.
      size_t colon = i;
      if (colon < text.size() && IsQuote(text[colon])) ++colon;
      colon = skip_spaces(colon);
      if (colon < text.size() && (text[colon] == ':' || text[colon] == '=')) {
        absl::StrAppend(&out, text.substr(i, colon + 1 - i));
        i = colon + 1;
        secret_next = true;
      }
    }
  }
  return out;
}

std::string SecretHider::Text(std::string_view text) {
  if (show_) return std::string(text);
  if (absl::StrContains(text, kOurWords)) return Hide(text);
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  std::string out;
  for (size_t pem = text.find(kBegin); pem != std::string_view::npos;
       pem = text.find(kBegin)) {
    size_t end = text.find(kEnd, pem);
    if (end != std::string_view::npos)
      end = text.find("-----", end + kEnd.size());
    end = end == std::string_view::npos ? text.size() : end + 5;
    out += Words(text.substr(0, pem));
    out += Hide(text.substr(pem, end - pem));
    text.remove_prefix(end);
  }
  return out + Words(text);
}

std::string SecretHider::Value(std::string_view name, std::string_view value) {
  if (show_) return std::string(value);
  if (IsSecretName(name) && !IsNoSecret(name, value)) return Hide(value);
  if (IsNameOfDigest(name) && IsHex(value)) return std::string(value);
  return Text(value);
}

std::string SecretHider::Entry(std::string_view entry) {
  if (harmless_.contains(entry)) return std::string(entry);
  const size_t before = hidden_;
  std::string shown = NewEntry(entry);
  if (hidden_ == before && entry.size() <= kMostRemembered &&
      harmless_.size() < kMaxHarmless) {
    harmless_.emplace(entry);
  }
  return shown;
}

std::string SecretHider::NewEntry(std::string_view entry) {
  ++looked_at_;
  const size_t equals = entry.find('=');
  const std::string_view name = entry.substr(0, equals);
  if (equals == std::string_view::npos ||
      !std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
               c == '-' || c == '.';
      })) {
    return Text(entry);
  }
  return absl::StrCat(entry.substr(0, equals + 1),
                      Value(name, entry.substr(equals + 1)));
}

std::vector<std::string> SecretHider::List(
    const std::vector<std::string_view>& list) {
  std::vector<std::string> out;
  out.reserve(list.size());
  bool secret_next = false;
  bool user_next = false;
  for (std::string_view text : list) {
    const size_t password =
        user_next ? PasswordOf(text) : std::string_view::npos;
    if (show_) {
      out.emplace_back(text);
    } else if (secret_next && (absl::EqualsIgnoreCase(text, "bearer") ||
                               absl::EqualsIgnoreCase(text, "basic"))) {
      // "Authorization:", "Bearer", "...".
      out.emplace_back(text);
      continue;
    } else if (secret_next && !IsFlag(text) && !IsNoSecret("", text)) {
      out.push_back(Hide(text));
    } else if (password != std::string_view::npos) {
      out.push_back(
          absl::StrCat(text.substr(0, password), Hide(text.substr(password))));
    } else {
      out.push_back(Entry(text));
    }
    secret_next =
        (IsFlag(text) || absl::EndsWith(text, ":")) && IsSecretName(text);
    user_next = IsUserFlag(text);
  }
  return out;
}

// ---- JSON

class SecretsInJson {
 public:
  SecretsInJson(SecretHider* hider, JsonWriter* writer)
      : hider_(*hider), w_(*writer) {}

  // `name` is what the value is called, `secret` whether all in it is.
  void Write(const JsonNode& node, std::string_view name, bool secret) {
    secret |= IsSecretName(name);
    switch (node.kind) {
      case JsonKind::kObject:
        Object(node, secret);
        break;
      case JsonKind::kArray:
        List(node, name, secret);
        break;
      case JsonKind::kString:
        w_.String(secret && !IsNoSecret(name, node.text)
                      ? hider_.Hide(node.text)
                      : hider_.Value(name, node.text));
        break;
      case JsonKind::kNumber:
        if (secret) {
          // Other than the string of the same digits.
          w_.String(hider_.Hide(absl::StrCat("number ", node.text)));
        } else {
          w_.Raw(node.text);
        }
        break;
      case JsonKind::kTrue:
        w_.Raw("true");
        break;
      case JsonKind::kFalse:
        w_.Raw("false");
        break;
      case JsonKind::kNull:
      case JsonKind::kNothing:
        w_.Raw("null");
        break;
    }
  }

 private:
  void Object(const JsonNode& node, bool secret) {
    // A plugin's config has {"name": NAME, "value": VALUE}.
    std::string_view name;
    for (const JsonNode& item : node.items) {
      if (absl::EqualsIgnoreCase(item.key, "name")) name = item.String();
    }
    w_.Raw('{');
    for (const JsonNode& item : node.items) {
      if (&item != node.items.data()) w_.Raw(',');
      w_.String(item.key);
      w_.Raw(':');
      const bool is_value = absl::EqualsIgnoreCase(item.key, "value");
      Write(item, is_value ? name : item.key, secret);
    }
    w_.Raw('}');
  }

  void List(const JsonNode& node, std::string_view name, bool secret) {
    const bool texts =
        !secret && std::all_of(node.items.begin(), node.items.end(),
                               [](const JsonNode& item) {
                                 return item.is(JsonKind::kString);
                               });
    std::vector<std::string> shown;
    if (texts) {
      std::vector<std::string_view> all;
      all.reserve(node.items.size());
      for (const JsonNode& item : node.items) all.push_back(item.text);
      shown = hider_.List(all);
    }
    w_.Raw('[');
    for (size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) w_.Raw(',');
      if (texts) {
        w_.String(shown[i]);
      } else {
        Write(node.items[i], name, secret);
      }
    }
    w_.Raw(']');
  }

  SecretHider& hider_;
  JsonWriter& w_;
};

std::optional<std::string> SecretHider::Json(const JsonNode& root) {
  if (show_) return std::nullopt;
  const size_t before = hidden_;
  std::string out;
  JsonWriter writer(&out);
  SecretsInJson(this, &writer).Write(root, "", false);
  writer.Finish();
  if (hidden_ == before) return std::nullopt;
  return out;
}

}  // namespace specgen
