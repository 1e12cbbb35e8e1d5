#include "specgen/host/go_path.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

// The hashes below are FNV-1a over Go's answers for the same inputs in the
// same order, each ended by a NUL byte.
class Fnv1a {
 public:
  void Add(std::string_view text) {
    for (const char c : text) AddByte(static_cast<unsigned char>(c));
    AddByte(0);
  }
  uint64_t hash() const { return hash_; }

 private:
  void AddByte(uint64_t byte) {
    hash_ ^= byte;
    hash_ *= 0x100000001b3;
  }
  uint64_t hash_ = 0xcbf29ce484222325;
};

// All strings over "/", "." and "a" up to a length, each before its
// continuations.
std::vector<std::string> AllPaths(size_t max_length) {
  std::vector<std::string> paths;
  const std::function<void(const std::string&)> add =
      [&](const std::string& path) {
        paths.push_back(path);
        if (path.size() == max_length) return;
        for (const char c : {'/', '.', 'a'}) add(path + c);
      };
  add("");
  return paths;
}

// What the documentation of filepath.Clean says, done the slow way.
std::string SlowClean(std::string_view path) {
  const bool rooted = !path.empty() && path[0] == '/';
  std::vector<std::string> elements;
  std::string element;
  const auto end_element = [&] {
    if (element == "..") {
      if (!elements.empty() && elements.back() != "..") {
        elements.pop_back();
      } else if (!rooted) {
        elements.push_back(element);
      }
    } else if (!element.empty() && element != ".") {
      elements.push_back(element);
    }
    element.clear();
  };
  for (const char c : path) {
    if (c == '/') {
      end_element();
    } else {
      element += c;
    }
  }
  end_element();
  std::string clean = rooted ? "/" : "";
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) clean += '/';
    clean += elements[i];
  }
  return clean.empty() ? "." : clean;
}

TEST(CleanPathTest, MatchesGoAndTheOracleOnAllShortPaths) {
  Fnv1a hash;
  for (const std::string& path : AllPaths(6)) {
    const std::string clean = CleanPath(path);
    EXPECT_EQ(clean, SlowClean(path)) << path;
    EXPECT_EQ(IsCleanPath(path), clean == path) << path;
    hash.Add(clean);
  }
  EXPECT_EQ(hash.hash(), 0xcaa8c439a99650eb);
}

TEST(CleanPathTest, MatchesTheOracleOnAllPathsOfMediumLength) {
  for (const std::string& path : AllPaths(10)) {
    ASSERT_EQ(CleanPath(path), SlowClean(path)) << path;
  }
}

// Long paths are looked at many bytes at once.
TEST(CleanPathTest, MatchesTheOracleWhereverInALongPath) {
  const std::string filler = "/an/ordinary/path/of/some/length/";
  for (const std::string& part : AllPaths(4)) {
    for (size_t before = 0; before < filler.size(); ++before) {
      for (const size_t behind : {size_t{0}, size_t{3}, filler.size()}) {
        const std::string path =
            filler.substr(0, before) + part + filler.substr(0, behind);
        ASSERT_EQ(IsCleanPath(path), !path.empty() && SlowClean(path) == path)
            << path;
      }
    }
  }
}

TEST(CleanPathTest, AllFormsAgree) {
  for (const std::string& path : AllPaths(6)) {
    const std::string clean = CleanPath(path);
    std::string storage = "old";
    const std::string_view view = CleanPath(path, &storage);
    EXPECT_EQ(view, clean);
    if (clean == path) {
      EXPECT_EQ(view.data(), path.data()) << "copied " << path;
    }
    for (const std::string_view before : {"", "x", "/", "a/..", "../"}) {
      std::string out(before);
      AppendCleanPath(path, &out);
      EXPECT_EQ(out, std::string(before) + clean);
    }
  }
}

TEST(CleanPathTest, KeepsAllOtherBytes) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(CleanPath("/\0/../\xff//\n"sv), "/\xff/\n"sv);
  EXPECT_EQ(CleanPath("\\..\\/x"), "\\..\\/x");
}

struct Row {
  std::string_view path;
  std::string_view clean;
  std::string_view dir;
};

// Answers of Go itself.
constexpr Row kRows[] = {
    {"", ".", "."},
    {"/", "/", "/"},
    {"..", "..", "."},
    {"/..", "/", "/"},
    {"a", "a", "."},
    {"/a", "/a", "/"},
    {"a/", "a", "a"},
    {"a/..", ".", "a"},
    {"../..", "../..", ".."},
    {"aa/./..", ".", "aa"},
    {".a/b.//.bb", ".a/b./.bb", ".a/b."},
    {"/b///ba/bba.", "/b/ba/bba.", "/b/ba"},
    {"b...//.b/.", "b.../.b", "b.../.b"},
    {"./..b.b.", "..b.b.", "."},
    {"ab./b/a/a.../.", "ab./b/a/a...", "ab./b/a/a..."},
    {"..a/", "..a", "..a"},
    {"a/.//a", "a/a", "a"},
    {".bba././/////", ".bba.", ".bba."},
    {"a.a/b.b.//./b", "a.a/b.b./b", "a.a/b.b."},
    {"b//.././///.//", ".", "."},
    {"./b/.b/a..ba", "b/.b/a..ba", "b/.b"},
    {"a./b/.././.b//", "a./.b", "a./.b"},
    {"///b", "/b", "/"},
    {".//..a.//b/.", "..a./b", "..a./b"},
    {"./////ba", "ba", "."},
    {"./..//", "..", ".."},
    {"a///.", "a", "a"},
    {"/./a/a/.a/", "/a/a/.a", "/a/a/.a"},
    {"b.//b./a//aa.", "b./b./a/aa.", "b./b./a"},
    {"b/a/", "b/a", "b/a"},
};

TEST(CleanPathTest, MatchesGoOnRows) {
  for (const Row& row : kRows) {
    EXPECT_EQ(CleanPath(row.path), row.clean) << row.path;
    EXPECT_EQ(DirPath(row.path), row.dir) << row.path;
  }
}

TEST(DirPathTest, MatchesGoOnAllShortPaths) {
  Fnv1a hash;
  for (const std::string& path : AllPaths(6)) hash.Add(DirPath(path));
  EXPECT_EQ(hash.hash(), 0x3d9fc785ab5a21db);
}

TEST(BasePathTest, MatchesGoOnAllShortPaths) {
  Fnv1a hash;
  for (const std::string& path : AllPaths(6)) hash.Add(BasePath(path));
  EXPECT_EQ(hash.hash(), 0xf487a1fe2dda0f9a);
}

TEST(JoinPathTest, MatchesGoOnAllPairsOfShortPaths) {
  // Go's pairs were made in the same order, "continuations first" included.
  std::vector<std::string> small;
  for (std::string& path : AllPaths(6)) {
    if (path.size() <= 3) small.push_back(std::move(path));
  }
  Fnv1a hash;
  for (const std::string& a : small) {
    for (const std::string& b : small) {
      hash.Add(JoinPath({a, b}));
      Arena arena;
      EXPECT_EQ(JoinPath(a, b, &arena), JoinPath({a, b}));
    }
  }
  EXPECT_EQ(hash.hash(), 0xb20613cb6b9b750u);
}

TEST(JoinPathTest, SkipsEmptyElements) {
  EXPECT_EQ(JoinPath({}), "");
  EXPECT_EQ(JoinPath({"", ""}), "");
  EXPECT_EQ(JoinPath({"", "a", "", "b", ""}), "a/b");
  EXPECT_EQ(JoinPath({"", "/", ""}), "/");
  EXPECT_EQ(JoinPath({"/root", "../../etc"}), "/etc");
  EXPECT_EQ(JoinPath({"/dev", "/null"}), "/dev/null");
  EXPECT_EQ(JoinPath({"."}), ".");
}

TEST(DirPathTest, GivesTheSameInAnArena) {
  Arena arena;
  for (const std::string& path : AllPaths(6)) {
    EXPECT_EQ(DirPath(path, &arena), DirPath(path)) << path;
  }
}

}  // namespace
}  // namespace specgen
