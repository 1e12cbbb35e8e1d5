#include "specgen/lint/lint_config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/files.h"
#include "specgen/base/printable.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/text_position.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = ".specgen.json";
// Far more than the rules and plugins that any repository has.
constexpr size_t kMaxValues = size_t{1} << 16;

bool Exists(const fs::path& path) {
  struct stat facts;
  return lstat(path.c_str(), &facts) == 0;
}

class ConfigReader {
 public:
  ConfigReader(const JsonTree& tree, std::string_view file,
               std::string_view folder)
      : tree_(tree), folder_(folder) {
    config_.file = std::string(file);
  }

  absl::StatusOr<LintConfig> Read() {
    const JsonNode& root = tree_.root();
    absl::Status status = Members(root, "the file", {"$schema", "lint"},
                                  [&](const JsonNode& member) {
                                    if (member.key == "lint")
                                      return ReadLint(member);
                                    std::string ignored;
                                    return String(member, &ignored);
                                  });
    if (!status.ok()) return status;
    return std::move(config_);
  }

 private:
  absl::Status Wrong(size_t offset, std::string_view message) const {
    return BadInputError(absl::StrCat(
        config_.file, ":", ToString(tree_.Position(offset)), ": ", message));
  }

  // Calls `read` for each member of an object that has no others than `known`,
  // and none of them twice.
  absl::Status Members(
      const JsonNode& node, std::string_view what,
      absl::Span<const std::string_view> known,
      const std::function<absl::Status(const JsonNode&)>& read) const {
    if (!node.is(JsonKind::kObject)) {
      return Wrong(node.offset, absl::StrCat(what, " is no object"));
    }
    std::vector<std::string_view> seen;
    for (const JsonNode& member : node.items) {
      if (std::find(known.begin(), known.end(), member.key) == known.end()) {
        const std::string_view nearest = NearestName(known, member.key);
        return Wrong(
            member.key_offset,
            absl::StrCat(
                "there is no key ", QuoteShort(member.key),
                nearest.empty()
                    ? absl::StrCat("; there are ", absl::StrJoin(known, ", "))
                    : absl::StrCat("; did you mean ", Quote(nearest), "?")));
      }
      if (std::find(seen.begin(), seen.end(), member.key) != seen.end()) {
        return Wrong(member.key_offset,
                     absl::StrCat(Quote(member.key), " stands there twice"));
      }
      seen.push_back(member.key);
      absl::Status status = read(member);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status String(const JsonNode& node, std::string* text) const {
    if (!node.is(JsonKind::kString)) {
      return Wrong(node.offset, absl::StrCat(Quote(node.key), " is no string"));
    }
    *text = std::string(node.text);
    return absl::OkStatus();
  }

  absl::Status ReadLint(const JsonNode& lint) {
    return Members(
        lint, "\"lint\"", {"engine", "failLevel", "ignore"},
        [&](const JsonNode& member) {
          if (member.key == "ignore") return ReadIgnores(member);
          if (member.key == "engine") {
            config_.engine_at = absl::StrCat(
                config_.file, ":", ToString(tree_.Position(member.offset)));
            absl::Status status = String(member, &config_.engine);
            return status.ok() && config_.engine.empty()
                       ? Wrong(member.offset, "\"engine\" is empty")
                       : status;
          }
          std::string level;
          absl::Status status = String(member, &level);
          if (!status.ok()) return status;
          for (LintLevel known :
               {LintLevel::kNote, LintLevel::kWarning, LintLevel::kError}) {
            if (LintLevelName(known) == level) config_.fail_level = known;
          }
          return config_.fail_level.has_value()
                     ? status
                     : Wrong(member.offset,
                             "\"failLevel\" is none of note, warning, error");
        });
  }

  absl::Status ReadIgnores(const JsonNode& list) {
    if (!list.is(JsonKind::kArray)) {
      return Wrong(list.offset, "\"ignore\" is no list");
    }
    for (const JsonNode& item : list.items) {
      LintConfig::Ignore ignore;
      absl::Status status =
          Members(item, "what to ignore", {"rules", "path", "reason"},
                  [&](const JsonNode& member) {
                    if (member.key == "rules") {
                      return ReadRules(member, &ignore.rules);
                    }
                    if (member.key == "path") {
                      return ReadPath(member, &ignore.path);
                    }
                    return String(member, &ignore.reason);
                  });
      if (!status.ok()) return status;
      if (ignore.rules.empty()) return Wrong(item.offset, "no \"rules\" named");
      if (absl::StripAsciiWhitespace(ignore.reason).empty()) {
        return Wrong(item.offset,
                     "no \"reason\" given: whoever reads it wants to know why");
      }
      config_.ignores.push_back(std::move(ignore));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRules(const JsonNode& list,
                         std::vector<const LintRule*>* rules) const {
    if (!list.is(JsonKind::kArray)) {
      return Wrong(list.offset, "\"rules\" is no list");
    }
    for (const JsonNode& item : list.items) {
      const LintRule* rule = FindLintRule(item.String());
      if (rule == nullptr) {
        return Wrong(
            item.offset,
            item.is(JsonKind::kString)
                ? absl::StrCat("there is no rule ", QuoteShort(item.text),
                               "; they are SG001 to ", LintRules().back().id)
                : std::string("the name of a rule is no string"));
      }
      rules->push_back(rule);
    }
    return absl::OkStatus();
  }

  absl::Status ReadPath(const JsonNode& node, std::string* path) const {
    absl::Status status = String(node, path);
    if (!status.ok()) return status;
    const fs::path given(*path);
    const fs::path whole = (fs::path(folder_) / given).lexically_normal();
    const std::string relative = whole.lexically_relative(folder_).string();
    if (path->empty() || given.is_absolute() || relative == ".." ||
        absl::StartsWith(relative, "../")) {
      return Wrong(node.offset,
                   absl::StrCat("\"path\" is not below the folder of ", kName));
    }
    *path = AbsolutePath(whole.string());
    return absl::OkStatus();
  }

  const JsonTree& tree_;
  const std::string_view folder_;
  LintConfig config_;
};

}  // namespace

bool LintConfig::Ignores(const LintRule& rule, std::string_view path) const {
  return std::any_of(ignores.begin(), ignores.end(), [&](const Ignore& ignore) {
    if (std::find(ignore.rules.begin(), ignore.rules.end(), &rule) ==
        ignore.rules.end()) {
      return false;
    }
    std::string_view rest = path;
    return ignore.path.empty() ||
           (absl::ConsumePrefix(&rest, ignore.path) &&
            (rest.empty() || rest[0] == '/' || ignore.path == "/"));
  });
}

absl::StatusOr<LintConfig> ParseLintConfig(std::string_view text,
                                           std::string_view file,
                                           std::string_view folder) {
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(text, file, kMaxValues);
  if (!tree.ok()) return tree.status();
  return ConfigReader(**tree, file, folder).Read();
}

absl::StatusOr<LintConfig> ReadLintConfig(const std::string& file) {
  const auto failed = [&file](int error) {
    return AsBadInput(
        HostError(error, absl::StrCat(file, ": ", GoErrnoText(error))));
  };
  const int fd =
      open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return failed(errno);
  const absl::Cleanup closes = [fd] { close(fd); };
  struct stat facts;
  if (fstat(fd, &facts) != 0) return failed(errno);
  if (!S_ISREG(facts.st_mode)) {
    return BadInputError(absl::StrCat(file, ": is no regular file"));
  }
  const absl::StatusOr<std::string> text =
      ReadOpenFile(fd, file, kMaxLintConfigBytes);
  if (!text.ok()) return AsBadInput(text.status());
  return ParseLintConfig(*text, file,
                         fs::path(AbsolutePath(file)).parent_path().string());
}

std::string FindLintConfig(std::string_view folder) {
  fs::path at(AbsolutePath(folder));
  while (true) {
    if (Exists(at / kName)) return (at / kName).string();
    if (Exists(at / ".git") || at == at.parent_path()) return "";
    at = at.parent_path();
  }
}

std::string AbsolutePath(std::string_view path) {
  std::error_code error;
  std::string whole = fs::absolute(path, error).lexically_normal().string();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  return whole;
}

std::vector<std::string> PluginsIn(const std::string& folder) {
  if (Exists(fs::path(folder) / "config.json")) {
    return {folder};
  }
  std::vector<std::string> folders;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->is_symlink(ignored) &&
        !absl::StartsWith(it->path().filename().string(), ".")) {
      folders.push_back(it->path().string());
    }
  }
  if (error) return {folder};
  std::sort(folders.begin(), folders.end());
  std::vector<std::string> plugins;
  for (const std::string& inner : folders) {
    std::vector<std::string> found = PluginsIn(inner);
    std::move(found.begin(), found.end(), std::back_inserter(plugins));
  }
  return plugins;
}

}  // namespace specgen
