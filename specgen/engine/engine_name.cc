#include "specgen/engine/engine_name.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/base/hex.h"

namespace specgen {
namespace {

// What `docker version` and `docker info` print is shorter.
constexpr size_t kMaxBytes = 1 << 14;

constexpr std::string_view kExtras = "the extras";
constexpr std::string_view kOfSomethingElse =
    "by its words it is the version of something else; give the release alone, "
    "as 20.10.7";

// Words that say nothing of what a version is of, wherever they stand.
constexpr std::string_view kPlainWords[] = {
    "already",   "and",       "arch",      "architecture", "archive",
    "arg",       "at",        "available", "bin",          "blob",
    "candidate", "ce",        "channel",   "checkout",     "com",
    "commits",   "community", "daemon",    "detached",     "dind",
    "dockereng", "edition",   "ee",        "engine",       "enterprise",
    "env",       "epoch",     "export",    "fetch",        "git",
    "head",      "image",     "info",      "installed",    "installedversion",
    "io",        "is",        "latest",    "master",       "name",
    "newest",    "none",      "notes",     "now",          "or",
    "origin",    "package",   "packages",  "policy",       "raw",
    "refs",      "release",   "releases",  "remote",       "rootless",
    "setup",     "sh",        "spdxref",   "stable",       "string",
    "tag",       "tags",      "the",       "tree",         "tar",
    "type",      "gz",        "version",   "versioninfo",  "versions",
    "with"};

// What is behind "git" where that is not what a version is of.
constexpr std::string_view kGitWords[] = {"checkout", "clone", "commit",
                                          "fetch",    "refs",  "tag"};

// What a version may stand right behind where nothing names Docker.
constexpr std::string_view kLabels[] = {
    "at",     "b",         "branch", "candidate", "checkout", "cli",
    "client", "installed", "latest", "name",      "release",  "server",
    "stable", "string",    "tag",    "tags",      "v",        "version"};

// What may stand right behind a version.
constexpr std::string_view kBehind[] = {
    "already", "approved",  "as",     "bottled", "build",   "ce",     "cli",
    "client",  "community", "daemon", "docker",  "edition", "engine", "get",
    "go",      "installed", "latest", "linux",   "main",    "on",     "running",
    "server",  "sh",        "stable", "version", "windows", "with"};

// What limits the versions that may be, wherever it stands before them.
constexpr std::string_view kBoundWords[] = {
    "minimum", "min",    "least", "maximum", "max",    "most",   "since",
    "until",   "before", "after", "not",     "no",     "than",   "newer",
    "older",   "above",  "below", "later",   "except", "without"};

// What stands before "/docker" and "docker 28" where that is Docker: sections,
// distributions and kinds of packages. All others have a "docker" of their own
// there.
constexpr std::string_view kSections[] = {
    "almalinux",     "alpine",   "alpm",
    "amazon",        "apk",      "app-containers",
    "app-emulation", "arch",     "cellar",
    "centos",        "deb",      "debian",
    "extra",         "fedora",   "generic",
    "gentoo",        "kali",     "library",
    "local",         "moby",     "nixos",
    "oci",           "opensuse", "raspbian",
    "redhat",        "rhel",     "rocky",
    "rpm",           "suse",     "ubuntu"};

// What else stands before "docker 28" where that is Docker. Names of others
// have a version of theirs behind it: "jenkins docker 28".
constexpr std::string_view kDockerVerbs[] = {
    "conf", "have", "host", "i",   "ii",   "inst",    "install",
    "my",   "on",   "remv", "run", "runs", "upgraded"};

// What fetches packages that are called as Docker and are none of it.
constexpr std::string_view kOtherManagers[] = {
    "cargo", "composer", "conda", "galaxy",    "gem",  "helm",
    "mamba", "npm",      "nuget", "pip",       "pip3", "pipx",
    "pnpm",  "poetry",   "pypi",  "terraform", "uv",   "yarn"};

// Takes the ending of a file, with an architecture before it, off the end.
void DropFileEnding(std::string_view* text) {
  constexpr std::string_view kEndings[] = {
      ".gz",     ".xz",      ".zst", ".bz2", ".tar",   ".tgz",
      ".txz",    ".zip",     ".deb", ".dsc", ".rpm",   ".apk",
      ".ipk",    ".xbps",    ".pkg", ".asc", ".sig",   ".orig",
      ".debian", ".changes", "^",    ".drv", "-linux", ".linux"};
  for (bool again = true; again;) {
    again = false;
    for (std::string_view ending : kEndings) {
      again |= absl::ConsumeSuffix(text, ending);
    }
    // Homebrew's: ".arm64_sequoia.bottle".
    if (absl::ConsumeSuffix(text, ".bottle")) {
      *text = text->substr(0, text->rfind('.'));
    }
    again |= DropArchitecture(text);
  }
}

// Takes "*" and ".x" off the end: any version that begins so.
void DropWildcard(std::string_view* version) {
  std::string_view rest = *version;
  if (absl::ConsumeSuffix(&rest, "*")) {
    while (!rest.empty() && absl::StrContains(".-~", rest.back())) {
      rest.remove_suffix(1);
    }
    *version = rest;
  } else if (absl::ConsumeSuffix(&rest, ".x") &&
             std::count(rest.begin(), rest.end(), '.') < 2) {
    *version = rest;
  }
}

// Whether `docker version` has such a commit of Docker's own packages. Arch and
// Alpine have more digits, Fedora "1.fc42", Ubuntu its version, Nix the tag.
bool IsDockerBuild(std::string_view build, const EngineName& of) {
  // Docker had ten digits from 18.09.8 until 20.10.
  const bool has_ten = of.numbers >= std::vector<uint32_t>{18, 9, 8} &&
                       of.numbers < std::vector<uint32_t>{20};
  return IsHex(build) && (build.size() == 7 || (build.size() == 10 && has_ten));
}

bool IsCommit(std::string_view word) {
  return word.size() >= 7 && IsHex(word) &&
         std::any_of(word.begin(), word.end(), IsDigit);
}

// What stands between the names, versions and values of a text.
constexpr std::string_view kEnds = " \t\r\n\v\f|=\"'`,;/\\@?&#()[]{}<>";
// Behind these, words are about something new.
constexpr std::string_view kPhraseEnds = "\r\n\v\f|\"'`,;()[]{}<>";

bool Agree(const EngineName& a, const EngineName& b) {
  const size_t both = std::min(a.numbers.size(), b.numbers.size());
  return std::equal(a.numbers.begin(),
                    a.numbers.begin() + static_cast<ptrdiff_t>(both),
                    b.numbers.begin()) &&
         (a.numbers.size() != b.numbers.size() || a.candidate == b.candidate);
}

bool IsLine(const EngineName& name) { return name.numbers.size() < 3; }

// Whether Docker may have had, or may come to have, such a line: other numbers
// are amounts, priorities and years.
bool IsPlausibleLine(const EngineName& name) {
  constexpr uint32_t kFirstOfYears = 17;
  constexpr uint32_t kFirstOf1 = 12;
  constexpr uint32_t kLastOf1 = 13;
  const std::vector<uint32_t>& numbers = name.numbers;
  return (numbers[0] >= kFirstOfYears && numbers[0] < 100) ||
         (numbers[0] == 1 && numbers.size() == 2 && numbers[1] >= kFirstOf1 &&
          numbers[1] <= kLastOf1);
}

// Finds Docker's versions in a text, of whatever form. Words, be they of a
// sentence, the name of a package or an address, say what the versions behind
// them are of: a word that is not known here, of something else. So does a word
// that stands behind a version.
class VersionFinder {
 public:
  // `text` is in lower case.
  explicit VersionFinder(std::string text) : text_(std::move(text)) {
    StartPiece(0);
    while (at_ < text_.size()) {
      if (absl::StrContains(kEnds, text_[at_])) {
        if (absl::StrContains(kPhraseEnds, text_[at_])) {
          is_other_phrase_ = is_bound_phrase_ = false;
        }
        if (text_[at_] == '"') is_quoted_pair_ = CharAt(at_ - 1) == '=';
        if (is_dependencies_) {
          is_dependencies_ = !absl::StrContains("}[", text_[at_]);
        } else if (text_[at_] == '\n') {
          is_other_manager_ = false;
        }
        StartPiece(++at_);
      } else if (!IsWordChar(text_[at_])) {
        may_start_ &= at_++ > piece_;
      } else if (const size_t digits = at_ + (text_[at_] == 'v' ? 1 : 0);
                 digits < text_.size() && IsDigit(text_[digits])) {
        ReadNumber(digits);
      } else {
        ReadWord();
      }
    }
  }

  // What is meant of all that was found: what is said of the server counts more
  // than what of Docker, and that more than what of the client; a version more
  // than the line that it is of. Nothing: there is none, or those that count
  // most are not the same; `*problem` becomes what there is instead.
  std::vector<EngineName> Take(IsRelease is_release, std::string* problem) {
    std::erase_if(others_, [&](const Found& other) {
      return IsLine(other.name) || !is_release(other.name);
    });
    if (std::any_of(found_.begin(), found_.end(), [](const Found& found) {
          return !IsLine(found.name) ||
                 (found.tie != Tie::kNone && IsPlausibleLine(found.name));
        })) {
      std::erase_if(found_, [](const Found& found) {
        return IsLine(found.name) && !IsPlausibleLine(found.name);
      });
    }
    for (size_t i = 0; i < found_.size(); ++i) Describe(i);
    if (found_.empty()) {
      *problem = problem_;
      for (const Found& other : others_) {
        if (!Agree(others_[0].name, other.name)) {
          return Disagree(others_[0], other, problem);
        }
      }
      return {};
    }
    const Role role = std::max_element(found_.begin(), found_.end(),
                                       [](const Found& a, const Found& b) {
                                         return a.role < b.role;
                                       })
                          ->role;
    // Compose had such betas, too.
    if (!names_docker_ &&
        std::any_of(found_.begin(), found_.end(), [](const Found& found) {
          return found.name.numbers == std::vector<uint32_t>{2, 0, 0} &&
                 found.name.candidate.has_value() &&
                 found.name.candidate->number <= 6;
        })) {
      *problem = "it may be that of Compose: say moby or docker before it";
      return {};
    }
    if (names_image_ && role != Role::kServer) {
      *problem = "it names an image of Docker without a version, too";
      return {};
    }
    if (role < odd_role_) {
      *problem =
          absl::StrCat("it names a version of ",
                       odd_role_ == Role::kServer ? "the server" : "the engine",
                       " that is not understood");
      return {};
    }
    if (names_server_ && role != Role::kServer) {
      *problem = "it names a server, but no version of it that is understood";
      return {};
    }
    const Found* meant = nullptr;
    for (const Found& found : found_) {
      if (found.role != role) continue;
      if (meant != nullptr && !Agree(meant->name, found.name)) {
        return Disagree(*meant, found, problem);
      }
      if (meant == nullptr ||
          found.name.numbers.size() > meant->name.numbers.size()) {
        meant = &found;
      }
    }
    if (IsLine(meant->name)) {
      // A number or two may be anything where words that are not known follow.
      if (meant->tie < Tie::kDocker && IsOther()) return {};
      // Nor does a mere number count more than what is said of a part.
      for (const Found& found : found_) {
        if (meant->tie == Tie::kNone && !Agree(meant->name, found.name)) {
          return Disagree(*meant, found, problem);
        }
      }
    }
    // People name the release that they have beside one that they do not have.
    for (const Found& other : others_) {
      if (!Agree(meant->name, other.name)) {
        return Disagree(*meant, other, problem);
      }
    }
    const size_t numbers = meant->name.numbers.size();
    std::vector<EngineName> names;
    for (Found& found : found_) {
      if (found.role != role || found.name.numbers.size() != numbers) continue;
      names.push_back(std::move(found.name));
    }
    return names;
  }

 private:
  // Which of Docker a version is of.
  enum class Role : uint8_t { kPart, kEngine, kServer };
  // What ties a number to Docker.
  enum class Tie : uint8_t {
    kNone,
    kWord,    // a word before it
    kDocker,  // its form, or it is part of a name or the value of a key, where
              // the text names Docker
  };
  struct Found {
    EngineName name;
    Role role = Role::kPart;
    Tie tie = Tie::kNone;
    size_t words = 0;  // where what is said of it begins
    size_t begin = 0;
    size_t end = 0;
  };

  static std::vector<EngineName> Disagree(const Found& a, const Found& b,
                                          std::string* problem) {
    const auto& [first, second] = std::minmax(
        a, b, [](const Found& x, const Found& y) { return x.begin < y.begin; });
    *problem =
        absl::StrCat("it has two versions, ", first.name.version, " and ",
                     second.name.version, "; give the one alone");
    return {};
  }

  std::string_view Text(size_t begin, size_t end) const {
    return std::string_view(text_).substr(begin, end - begin);
  }
  size_t FindFirstOf(std::string_view chars, size_t begin) const {
    return std::min(text_.find_first_of(chars, begin), text_.size());
  }
  char CharAt(size_t at) const { return at < text_.size() ? text_[at] : ' '; }

  bool IsOther() const { return is_other_ || is_other_pair_; }
  // What follows is of something else.
  void SetOther() {
    (is_in_pair_ ? is_other_pair_ : is_other_) = true;
    is_other_piece_ = is_other_phrase_ = true;
  }
  // What follows is of Docker.
  void SetDocker() {
    is_other_ = is_other_pair_ = is_other_phrase_ = false;
    names_docker_ = true;
  }

  void StartPiece(size_t begin) {
    piece_ = begin;
    is_other_owner_ = is_other_piece_;
    may_start_ = true;
    is_other_piece_ = false;
    epoch_.reset();
    const size_t end = FindFirstOf(kEnds, begin);
    const bool is_key = end > begin && CharAt(end) == '=';
    std::string_view before = Text(0, begin);
    absl::ConsumeSuffix(&before, "'");
    is_in_pair_ = is_key || is_quoted_pair_ || absl::EndsWith(before, "=");
    // In "key=value", of a log or a metric of Docker, the key says what the
    // value is of; it is not what other keys say.
    if (is_key && names_docker_) is_other_pair_ = false;
  }

  // The end of the word that begins there; of "docker27.3.1", of the name.
  size_t EndOfWord(size_t begin) const {
    size_t end = begin;
    while (IsWordChar(CharAt(end))) {
      if (IsDigit(CharAt(end)) &&
          IsOneOf({"docker", "moby", "ce"}, Text(begin, end))) {
        std::string_view rest = Text(end, text_.size());
        TakeNumber(&rest);
        if (rest.size() > 1 && rest[0] == '.' && IsDigit(rest[1])) break;
        // CircleCI's "version: docker24"; machines are called so, too.
        if (rest.find_first_not_of(" \n") == std::string_view::npos &&
            absl::EndsWith(Text(0, begin), "version: ")) {
          break;
        }
      }
      ++end;
    }
    return end;
  }

  void ReadWord() {
    const size_t begin = at_;
    at_ = EndOfWord(begin);
    const std::string_view word = Text(begin, at_);
    if (word == "x86" && Text(at_, at_ + 3) == "_64") at_ += 3;
    const bool follows_name =
        IsOneOf({"name", "p"}, std::exchange(last_word_, word));
    last_is_word_ = may_start_ = true;
    // What `docker version` prints, as text, JSON or YAML.
    const bool is_label = absl::StrContains(":\"'", CharAt(at_));
    is_bound_phrase_ |= IsOneOf(kBoundWords, word);
    is_other_manager_ |= IsOneOf(kOtherManagers, word);
    // Those of a package: a line of it, or a section of JSON or TOML.
    if (absl::EndsWith(word, "dependencies")) {
      is_other_manager_ = true;
      is_dependencies_ |= absl::StrContains("\"]", CharAt(at_));
    }
    // NOLINTBEGIN(bugprone-branch-clone): in the order of what counts more
    if (IsEndOfOtherName(begin) || IsOfOtherOwner(begin) ||
        // A Go module with versions of its own.
        (word == "client" && absl::EndsWith(Text(0, begin), "moby/moby/"))) {
      SetOther();
    } else if (word == "docker" || word == "moby" || word == "dockerversion") {
      SetDocker();
      if (role_ == Role::kPart && !is_client_section_) role_ = Role::kEngine;
      if (absl::EndsWith(Text(piece_, begin), "get-") ||
          absl::EndsWith(Text(piece_, begin), "get.")) {
        has_docker_options_ = true;
      }
    } else if (word == "server" || word == "serverversion" ||
               word == "engineversion") {
      // Databases have an EngineVersion, too.
      if (!is_other_phrase_ && !(word == "engineversion" && IsOther()) &&
          !TakeRole(begin, Role::kServer)) {
        // Others have servers, too.
        if (is_label || word != "server" || names_docker_ ||
            absl::StartsWith(Text(at_, at_ + 9), " version:")) {
          SetDocker();
        } else {
          SetOther();
        }
        StartSection(begin, Role::kServer);
        names_server_ = true;
      }
    } else if (word == "runtimeversion" && names_docker_ && !IsOther()) {
      StartSection(begin, Role::kServer);  // crictl's
    } else if (word == "runtime" &&
               absl::EndsWith(Text(0, begin), "mirantis container ")) {
      SetDocker();
    } else if (word == "action" && Text(piece_, begin) == "setup-docker-") {
      SetDocker();
      at_ = FindFirstOf(" \r\n", at_);  // its own version
    } else if (word == "dockerd") {
      SetDocker();
      StartSection(begin, Role::kServer);
    } else if ((word == "engine" || word == "daemon") &&
               (is_label || follows_name ||
                (role_ == Role::kPart && !is_client_section_ &&
                 !found_.empty() && found_.back().role == Role::kPart))) {
      if (!is_other_phrase_) {
        SetDocker();
        if (role_ == Role::kPart) StartSection(begin, Role::kEngine);
      }
    } else if (IsOneOf({"client", "cli", "dockercli", "clientinfo"}, word)) {
      if (!TakeRole(begin, Role::kPart)) {
        StartSection(begin, Role::kPart);
        part_ = kClient;
        is_client_section_ = is_label;
      }
    } else if (word == "extras" || word == "openrc" || word == "completion") {
      role_ = Role::kPart;
      part_ = kExtras;
    } else if ((word == "build" && absl::EndsWith(Text(0, begin), "docker ")) ||
               (word == "archive" &&
                absl::EndsWith(Text(piece_, begin), "docker-")) ||
               (word == "git" &&
                absl::StartsWith(Text(at_, text_.size()), " version"))) {
      // What users build has versions of their own.
      SetOther();
    } else if (word == "build" || word == "commit" || word == "gitcommit") {
      ReadBuild(word == "build");
    } else if (word == "clone") {
      ReadClone();
    } else if (is_label && (word == "candidate" ||
                            absl::EndsWith(Text(0, at_), "version table"))) {
      ReadPolicy(word == "table");
    } else if (has_docker_options_ && begin > piece_ &&
               (word == "b" || word == "branch" || word == "version")) {
      SetDocker();
    } else if (follows_name || !IsPlain(begin)) {
      SetOther();
    } else if (word == "engine" || word == "daemon") {
      names_docker_ |= !IsOther();
    }
    // NOLINTEND(bugprone-branch-clone)
    names_image_ |= Text(piece_, begin) == "docker:" &&
                    (word == "dind" || word == "latest" || word == "stable");
    SkipSuite();
  }

  // Whether the word that begins there and ends at `at_` says nothing.
  bool IsPlain(size_t begin) const {
    const std::string_view word = Text(begin, at_);
    const std::string_view before = Text(piece_, begin);
    // Git itself has versions, too.
    if (word == "git" && before.empty()) {
      const std::string_view behind = Text(at_, text_.size());
      return absl::StrContains("@+", CharAt(at_)) ||
             std::any_of(std::begin(kGitWords), std::end(kGitWords),
                         [&](std::string_view next) {
                           return absl::StartsWith(
                               absl::ClippedSubstr(behind, 1), next);
                         });
    }
    return IsOneOf(kPlainWords, word) || IsArchitecture(word) ||
           IsCommit(word) || before == "-" ||  // options: "-fsSL"
           // Keys of apk's database.
           ((word == "p" || word == "v") && CharAt(at_) == ':') ||
           (word == "get" && absl::StrContains("-.", CharAt(at_))) ||
           (word == "app" && before == "docker.io-") ||  // Ubuntu's source
           (word.size() == 32 && absl::EndsWith(Text(0, begin), "nix/store/"));
  }

  // Whether the word that begins there is the end of another product's name:
  // "vscode-docker". Variables end so, too: "MY_DOCKER_VERSION=28.5.2".
  bool IsEndOfOtherName(size_t begin) const {
    if (begin == piece_ || !is_other_piece_ ||
        !absl::StrContains("-_+", text_[begin - 1])) {
      return false;
    }
    const size_t end = FindFirstOf(" \t\r\n=:", begin);
    const size_t mark = text_.find_first_not_of(' ', end);
    return !absl::StrContains(":=", CharAt(mark)) ||
           !absl::StrContains(Text(begin, end), "version");
  }

  // Whether the word that begins there is "docker" of someone else:
  // "myorg/docker", "community.docker", "jenkins docker".
  bool IsOfOtherOwner(size_t begin) const {
    const std::string_view word = Text(begin, at_);
    if (begin < 2 || (!absl::StartsWith(word, "docker") &&
                      (word != "moby" || text_[begin - 1] != '/'))) {
      return false;
    }
    if (is_other_manager_) return true;
    const char mark = text_[begin - 1];
    const size_t start = text_.find_last_of(kEnds, begin - 2) + 1;
    const std::string_view owner = Text(start, begin - 1);
    if (start == begin || owner.empty() || IsDigit(owner[0]) ||
        !std::all_of(owner.begin(), owner.end(), [](char c) {
          return IsWordChar(c) || c == '-' || c == '_';
        })) {
      return false;
    }
    if (mark == '.') {
      return owner == "community" ||
             (is_other_piece_ && CharAt(at_) == ' ' && owner != "nixpkgs");
    }
    if (!is_other_owner_) return false;
    if (IsOneOf(kSections, owner)) return false;
    // Pools have folders by letters.
    if (mark == '/') return owner.size() > 1;
    // "docker-ce", "docker:28" and "docker engine" are Docker's, whatever
    // stands before them.
    return mark == ' ' && !absl::StrContains("-.:/@=", CharAt(at_)) &&
           !absl::StartsWith(Text(at_, text_.size()), " engine") &&
           !absl::EndsWith(owner, "ing") && !IsOneOf(kDockerVerbs, owner);
  }

  void StartSection(size_t begin, Role role) {
    role_ = role;
    part_ = "";
    is_client_section_ = false;
    // What was said before a label is not about what is behind it.
    if (absl::StrContains(":\"'", CharAt(at_))) {
      words_ = std::max(words_, begin);
    }
  }

  // Gives the version right before the word that begins there that role, if
  // the word belongs to it: "27.3.1 (client)", "28.5 server,".
  bool TakeRole(size_t begin, Role role) {
    if (found_.empty() || found_.back().role != Role::kEngine) return false;
    const std::string_view before = Text(found_.back().end, begin);
    const char next = CharAt(at_);
    const bool is_bracketed = (before == " (" || before == "(") && next == ')';
    if (!is_bracketed &&
        (before != " " ||
         (at_ < text_.size() && !absl::StrContains(",;/|\r\n)", next)))) {
      return false;
    }
    found_.back().role = role;
    found_.back().tie = std::max(found_.back().tie, Tie::kWord);
    found_.back().name.part = role == Role::kPart ? kClient : "";
    return true;
  }

  // `apt-cache policy` has the version that is installed, the candidate for it,
  // and a table of all that there are: the first of these counts.
  void ReadPolicy(bool is_table) {
    if (is_table) {
      do {
        at_ = FindFirstOf("\n", at_ + 1);
      } while (CharAt(at_ + 1) == ' ' && at_ < text_.size());
      return;
    }
    if (found_.empty()) return;
    const size_t line = text_.rfind('\n', found_.back().begin) + 1;
    if (absl::StartsWith(
            absl::StripLeadingAsciiWhitespace(Text(line, found_.back().begin)),
            "installed:")) {
      at_ = FindFirstOf("\n", at_);
    }
  }

  // `git clone` says of what the version is behind that.
  void ReadClone() {
    const std::string_view rest = Text(at_, text_.size());
    if (!absl::StrContains(rest, '/')) return;
    for (std::string_view name : {"moby/moby", "docker/docker", "docker/engine",
                                  "docker/docker-ce", "docker/cli"}) {
      const size_t at = rest.find(name);
      if (at == std::string_view::npos ||
          absl::StrContains("-_", CharAt(at_ + at + name.size())) ||
          IsWordChar(CharAt(at_ + at + name.size()))) {
        continue;
      }
      has_docker_options_ = true;
      if (name == "docker/cli") {
        role_ = Role::kPart;
        part_ = kClient;
      }
      return;
    }
    SetOther();
  }

  // Passes over what lists of apt have behind a package: "/bookworm,now".
  void SkipSuite() {
    const std::string_view package = Text(piece_, at_);
    if (package != "docker.io" && !absl::StartsWith(package, "docker-") &&
        !absl::StartsWith(package, "moby-")) {
      return;
    }
    const size_t end = FindFirstOf(" \t\r\n", at_);
    const std::string_view suite = Text(at_, end);
    if (suite.rfind('/') == 0 &&
        std::none_of(suite.begin(), suite.end(), IsDigit)) {
      at_ = end;
    }
  }

  // Takes what stands behind "build" or "commit" of a version; it may look like
  // one.
  void ReadBuild(bool is_build) {
    if (found_.empty() || !found_.back().name.build.empty()) return;
    const size_t begin =
        std::min(text_.find_first_not_of(" :=/\"", at_), text_.size());
    const size_t end = FindFirstOf(" \t\r\n\",);", begin);
    const std::string_view build = Text(begin, end);
    if (build.empty() || (!is_build && !IsCommit(build))) return;
    at_ = end;
    EngineName& name = found_.back().name;
    name.build = std::string(build);
    if (name.packager == Packager::kAnyone && !IsDockerBuild(build, name)) {
      name.packager = Packager::kOther;
    }
  }

  // Takes a version or an epoch, whose digits begin there, or passes over what
  // is neither.
  void ReadNumber(size_t digits) {
    const size_t begin = at_;
    const bool may_start = std::exchange(may_start_, false);
    const bool follows_word = std::exchange(last_is_word_, false);
    // Nix has no dots in "docker_20_10".
    if (absl::EndsWith(Text(0, begin), "docker_") &&
        HoldsMark(Text(begin, FindFirstOf(kEnds, begin)), "^##_##") &&
        !IsWordChar(CharAt(begin + 5))) {
      text_[begin + 2] = '.';
    }
    std::string_view rest = Text(digits, text_.size());
    const uint32_t first = *TakeNumber(&rest);
    if (rest.size() > 1 && rest[0] == ':' && IsWordChar(rest[1]) &&
        first < 10 && !epoch_.has_value()) {
      epoch_ = first;
      may_start_ = may_start;
      last_is_word_ = follows_word;
      at_ = text_.size() - rest.size() + 1;
      return;
    }
    const size_t end = EndOfVersion(digits);
    if (may_start && !IsBound() && !IsJoined(begin, end) &&
        !IsKubernetes(begin)) {
      std::optional<EngineName> name = ReadVersion(digits, end);
      const bool is_other =
          IsOther() || is_bound_phrase_ ||
          (name.has_value() &&
           (!IsAmongKnownWords(begin, end) ||
            // dnf's number of packages: "Docker CE Stable - x86_64 28".
            (IsLine(*name) && IsArchitecture(last_word_))));
      if (name.has_value() && !is_other) {
        Keep(*std::move(name), begin, end, follows_word);
        at_ = end;
        is_other_phrase_ = false;
        return;
      }
      if (!is_other && LooksLikeVersion(rest)) {
        odd_role_ = std::max(odd_role_, role_);
      }
      if (is_other && absl::StartsWith(rest, ".")) {
        if (problem_.empty()) problem_ = kOfSomethingElse;
        // A client has other versions, and so have its plugins.
        if (name.has_value() && !is_client_section_) {
          others_.push_back({.name = *std::move(name), .begin = begin});
        }
      }
    }
    // Of "5-docker-ce_5:28.5.2" the number alone.
    at_ = digits;
    while (at_ < text_.size() && IsWordChar(text_[at_])) ++at_;
    if (!rest.empty() && absl::StrContains(".:", rest[0])) at_ = end;
    if (absl::StrContains(kEnds, CharAt(at_))) is_other_phrase_ = false;
  }

  // Whether what stands beside a version lets it be Docker's. Where Docker is
  // named before it, that is the next word; else all words of the line, or of
  // the quotes or brackets that it stands in.
  bool IsAmongKnownWords(size_t begin, size_t end) const {
    if (names_docker_) {
      std::string_view behind = Text(end, text_.size());
      if (!absl::ConsumePrefix(&behind, " ") || text_[end - 1] == '.' ||
          has_docker_options_) {
        return true;
      }
      // A heading of apk's: "docker-28.3.3-r4 description:".
      if (text_[FindFirstOf("\r\n", end) - 1] == ':') return true;
      absl::ConsumePrefix(&behind, "is ");
      if (!absl::ConsumePrefix(&behind, "(")) {
        absl::ConsumePrefix(&behind, "[");
      }
      const std::string_view piece =
          behind.substr(0, behind.find_first_of(kEnds));
      // An option or a key says what is behind it.
      return absl::StartsWith(piece, "-") ||
             absl::StartsWith(behind.substr(piece.size()), "=") ||
             AreKnown(piece.substr(0, piece.find(':')));
    }
    if (!last_word_.empty() && !IsOneOf(kLabels, last_word_) &&
        !IsCommit(last_word_))
      return false;
    const size_t line = text_.find_last_of("\r\n", begin) + 1;
    const std::string_view before = Text(line, begin);
    size_t last = FindFirstOf("\r\n", end);
    for (std::string_view pair : {"\"\"", "''", "``", "()", "[]", "{}"}) {
      const auto opened = std::count(before.begin(), before.end(), pair[0]);
      const auto closed = std::count(before.begin(), before.end(), pair[1]);
      if (pair[0] == pair[1] ? opened % 2 == 1 : opened > closed) {
        // Git has more behind a comma: "(tag: v28.5.2, origin/master)".
        last = std::min(last,
                        FindFirstOf(pair == "()" ? ",)" : pair.substr(1), end));
      }
    }
    return AreKnown(Text(end, last));
  }

  // Whether a version may stand before all of these words, or all up to the
  // version of a further package of Docker's.
  bool AreKnown(std::string_view text) const {
    for (size_t at = 0; at < text.size();) {
      const size_t begin = at;
      while (at < text.size() && IsWordChar(text[at])) ++at;
      const std::string_view word = text.substr(begin, at - begin);
      if (word.empty()) {
        ++at;
      } else if (IsDigit(word[0])) {
        if (names_docker_) return true;
        at = std::min(text.find_first_of(kEnds, at), text.size());
      } else if (!IsOneOf(kBehind, word) && !IsOneOf(kSections, word) &&
                 !IsArchitecture(word) && !IsCommit(word)) {
        return false;
      }
    }
    return true;
  }

  // Whether that is a version, though none that is understood, by what stands
  // behind its first number: ".5-1~debian".
  static bool LooksLikeVersion(std::string_view rest) {
    const size_t end = rest.find_first_not_of(".0123456789");
    return absl::StartsWith(rest, ".") && end != std::string_view::npos &&
           absl::StrContains("-+~_", rest[end]);
  }

  size_t EndOfVersion(size_t begin) const {
    const size_t end = FindFirstOf(kEnds, begin);
    // FreeBSD's epoch: "20.10.2,1".
    const std::string_view behind = Text(end, FindFirstOf(kEnds, end + 1));
    const std::string_view version = Text(begin, end);
    return behind.size() == 2 && behind[0] == ',' && IsDigit(behind[1]) &&
                   std::count(version.begin(), version.end(), '.') > 1
               ? end + 2
               : end;
  }

  // Whether that is a number of a date, a fraction or a list: "27/11/2025",
  // "27,3,1"; and that of a process: "dockerd[28]:".
  bool IsJoined(size_t begin, size_t end) const {
    const std::string_view number = Text(begin, end);
    if (std::count(number.begin(), number.end(), '.') > 1) return false;
    const auto joins = [](char c) { return c == '/' || c == ','; };
    return (joins(CharAt(end)) && IsDigit(CharAt(end + 1))) ||
           (begin > 1 && joins(text_[begin - 1]) &&
            IsDigit(text_[begin - 2])) ||
           (begin > 0 && text_[begin - 1] == '[' && CharAt(end) == ']' &&
            CharAt(end + 1) == ':');
  }

  // What Docker prints of its versions begins with no "v".
  bool IsKubernetes(size_t begin) const {
    return text_[begin] == 'v' &&
           (absl::EndsWith(Text(0, begin), "server version: ") ||
            absl::EndsWith(Text(0, begin), "client version: "));
  }

  // Whether this piece is but the end of a range: ">= 28.5".
  bool IsBound() const {
    std::string_view before = Text(0, piece_);
    // Of "<version>" and dpkg's "<none>", not of "> 28.5".
    if (absl::EndsWith(absl::StripTrailingAsciiWhitespace(before), ">")) {
      const size_t tag = before.rfind('<');
      const std::string_view name =
          before.substr(tag + 1, before.rfind('>') - tag - 1);
      if (tag != std::string_view::npos && !name.empty() &&
          std::all_of(name.begin(), name.end(),
                      [](char c) { return IsWordChar(c) || c == '.'; }))
        return false;
    }
    // Python's: "docker==7.1.0".
    if (absl::EndsWith(before, "==")) return true;
    const size_t last = before.find_last_not_of("= ");
    return last != std::string_view::npos &&
           absl::StrContains("<>!~^", before[last]) &&
           !absl::EndsWith(before.substr(0, last + 1), "->") &&
           !absl::EndsWith(before.substr(0, last + 1), "=>");
  }

  Tie TieOf(size_t begin, bool follows_word, std::string_view version) const {
    if (std::any_of(version.begin(), version.end(),
                    [](char c) { return c != '.' && !IsDigit(c); })) {
      return Tie::kDocker;
    }
    if (!follows_word) return text_[begin] == 'v' ? Tie::kWord : Tie::kNone;
    const size_t last = text_.find_last_not_of(" \t\r\n\"'", begin - 1);
    return names_docker_ &&
                   (last + 1 == begin || absl::StrContains(":=", text_[last]))
               ? Tie::kDocker
               : Tie::kWord;
  }

  // The version that stands there; nothing if it is none.
  std::optional<EngineName> ReadVersion(size_t digits, size_t end) {
    std::string_view text = Text(digits, end);
    if (std::count(text.begin(), text.end(), '.') == 3) {
      absl::ConsumeSuffix(&text, ".");  // of a sentence
    }
    absl::ConsumeSuffix(&text, ":");
    // The slot and the repository of Gentoo's.
    text = text.substr(0, text.find("::"));
    absl::ConsumeSuffix(&text, ":0");
    DropFileEnding(&text);
    DropWildcard(&text);
    // Go's of a commit: "v0.0.0-20200309214505-aa6a9891b09c".
    if (HoldsMark(text, "##############-%%%%%%%%%%%%")) {
      problem_ = "it is a commit that is no release";
      return std::nullopt;
    }
    return ParseVersion(text);
  }

  void Keep(EngineName name, size_t begin, size_t end, bool follows_word) {
    const Tie tie = TieOf(begin, follows_word, name.version);
    name.epoch = epoch_;
    if (name.part.empty() && role_ == Role::kPart) name.part = part_;
    const Role role = name.part.empty() ? role_ : Role::kPart;
    found_.push_back({std::move(name), role, tie, words_, begin, end});
    words_ = end;
  }

  // Adds what the words around a version say.
  void Describe(size_t index) {
    Found& found = found_[index];
    size_t end = FindFirstOf("\r\n", found.end);
    if (index + 1 < found_.size()) {
      end = std::min(
          end, std::max(found_[index + 1].words, found_[index + 1].begin));
    }
    EngineName& name = found.name;
    name.words = absl::StrCat(Text(found.words, end), " ");
    if (name.packager == Packager::kAnyone) name.packager = PackagerOf(name);
    // Homebrew's "docker" is the client.
    for (std::string_view homebrew :
         {"cellar/docker/", ".bottle", "(bottled)"}) {
      if (!absl::StrContains(name.words, homebrew)) continue;
      name.part = kClient;
      found.role = Role::kPart;
    }
  }

  // By the names of packages, and the epoch.
  static Packager PackagerOf(const EngineName& name) {
    for (std::string_view other :
         {"docker-ee", "docker-latest", "docker-stable", "docker-moby",
          "moby-engine", "moby-cli"}) {
      if (absl::StrContains(name.words, other)) return Packager::kOther;
    }
    if (absl::StrContains(name.words, "docker-engine")) {
      // Docker calls no package so since then.
      return name.numbers < std::vector<uint32_t>{17, 6} ? Packager::kDocker
                                                         : Packager::kOther;
    }
    // Docker's own packages have 5 (Debian's form) and 3 (Fedora's), and no
    // distribution's.
    const uint32_t epoch = name.epoch.value_or(0);
    return epoch == 3 || epoch == 5 ||
                   absl::StrContains(name.words, "docker-ce")
               ? Packager::kDocker
               : Packager::kAnyone;
  }

  std::string text_;
  size_t at_ = 0;
  // Of the piece between two of kEnds that `at_` is in.
  size_t piece_ = 0;
  bool may_start_ = true;    // a version may: a word or nothing is before it
  bool is_in_pair_ = false;  // of "key=value"
  bool is_quoted_pair_ = false;
  std::optional<uint32_t> epoch_;

  // What stands at `at_` is of something else than Docker, by the words in this
  // piece, since the last of kPhraseEnds, in pairs of "key=value", or by
  // others.
  bool is_other_piece_ = false;
  bool is_other_phrase_ = false;
  bool is_other_pair_ = false;
  bool is_other_ = false;
  bool is_other_owner_ = false;    // the piece before
  bool is_other_manager_ = false;  // in this line, or these dependencies
  bool is_dependencies_ = false;
  bool is_bound_phrase_ = false;

  std::string_view last_word_;
  bool last_is_word_ = false;  // no number was behind it
  bool names_docker_ = false;
  bool names_server_ = false;
  bool names_image_ = false;         // "docker:dind", whose version changes
  bool has_docker_options_ = false;  // --version and --branch are Docker's
  Role role_ = Role::kEngine;
  Role odd_role_ = Role::kPart;  // the highest of what looks like a version
  std::string_view part_;
  bool is_client_section_ = false;
  size_t words_ = 0;  // where what is said of the next version begins

  std::vector<Found> found_;
  std::vector<Found> others_;  // of something else, by their words
  std::string problem_;        // why what looks like a version is none
};

// Replaces what package managers and lists of software say of a package, a
// field in a line each, by its name and version:
//   package: docker.io
//   maintainer: ubuntu developers
//   version: 27.5.1-0ubuntu3
void UnfoldStanzas(std::string* text) {
  std::vector<std::string> lines;
  size_t package = 0;  // where its line is in `lines`, plus 1
  for (std::string_view line : absl::StrSplit(*text, '\n')) {
    std::string_view value = line;
    if (absl::ConsumePrefix(&value, "package: ") ||
        absl::ConsumePrefix(&value, "packagename: ")) {
      lines.emplace_back(value);
      package = lines.size();
    } else if (absl::StripAsciiWhitespace(line).empty()) {
      lines.emplace_back(line);
      package = 0;
    } else if (package == 0) {
      lines.emplace_back(line);
    } else if (absl::ConsumePrefix(&value, "version: ") ||
               absl::ConsumePrefix(&value, "packageversion: ")) {
      absl::StrAppend(&lines[package - 1], " ", value);
    }
  }
  *text = absl::StrJoin(lines, "\n");
}

// Replaces the lines of `docker node ls` and `docker-machine ls` by the version
// in them.
void UnfoldTables(std::string* text) {
  std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  for (std::string& line : lines) {
    const std::vector<std::string> pieces =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (pieces.size() < 4) continue;
    const bool is_node = HoldsMark(pieces[0], "^%%%%%%%%%%%%%%%%%%%%%%%%%") &&
                         pieces[0].size() == 25 &&
                         IsOneOf({"ready", "down", "unknown", "disconnected"},
                                 pieces[pieces[1] == "*" ? 3 : 2]);
    const bool is_machine =
        absl::StartsWith(pieces[4 < pieces.size() ? 4 : 0], "tcp://");
    if ((is_node || is_machine) &&
        HoldsMark(pieces.back(), is_node ? "^#" : "^v#")) {
      line = absl::StrCat("docker ", pieces.back());
    }
  }
  *text = absl::StrJoin(lines, "\n");
}

// Replaces names of the form "cpe:2.3:a:VENDOR:PRODUCT:VERSION:UPDATE:…" and
// "cpe:/a:VENDOR:PRODUCT:VERSION:UPDATE" by their words.
void UnfoldCpes(std::string* text) {
  for (std::string_view start : {"cpe:2.3:a:", "cpe:/a:"}) {
    for (size_t at = 0; (at = text->find(start, at)) != std::string::npos;) {
      const size_t end =
          std::min(text->find_first_of(" \t\r\n\"',|", at), text->size());
      const std::vector<std::string> parts = absl::StrSplit(
          absl::StrReplaceAll(
              text->substr(at + start.size(), end - at - start.size()),
              {{"\\", ""}}),
          ':');
      std::string words = absl::StrJoin(parts, " ");
      if (parts.size() > 3 && parts[3] != "*" && parts[3] != "-" &&
          !parts[3].empty()) {
        words = absl::StrCat(
            parts[0], " ", parts[1], " ", parts[2], "-",
            absl::StrJoin(absl::MakeConstSpan(parts).subspan(3), " "));
      }
      text->replace(at, end - at, words);
      at += words.size();
    }
  }
}

}  // namespace

std::vector<EngineName> ParseEngineName(std::string_view text,
                                        IsRelease is_release,
                                        std::string* problem) {
  if (text.size() > kMaxBytes) return {};
  absl::ConsumePrefix(&text, "\uFEFF");  // a byte order mark
  std::string lower =
      absl::StrReplaceAll(absl::AsciiStrToLower(text), {{"%3a", ":"},
                                                        {"%2b", "+"},
                                                        {"%2f", "/"},
                                                        {"%40", "@"},
                                                        {"%7e", "~"},
                                                        {"(s)=", "s="},
                                                        {"\u2264", "<="},
                                                        {"\u2265", ">="},
                                                        {"\u2260", "!="}});
  UnfoldCpes(&lower);
  UnfoldStanzas(&lower);
  UnfoldTables(&lower);
  return VersionFinder(std::move(lower)).Take(is_release, problem);
}

}  // namespace specgen
