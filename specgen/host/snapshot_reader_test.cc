#include "specgen/host/snapshot_reader.h"

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/host/architecture.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {
namespace {

// The message for a file that must not be accepted.
std::string ErrorOf(std::string_view json) {
  const absl::StatusOr<Snapshot> snapshot = ReadSnapshot(json, "h.json");
  EXPECT_FALSE(snapshot.ok()) << json;
  return std::string(snapshot.status().message());
}

// The message for an entry that starts at 1:14.
std::string EntryError(std::string_view entry) {
  return ErrorOf(absl::StrCat(R"({"entries": [)", entry, "]}"));
}

TEST(SnapshotReaderTest, NotJson) {
  EXPECT_EQ(ErrorOf(""), "h.json:1:1: there is no JSON text");
  EXPECT_EQ(ErrorOf("[]"),
            "h.json:1:1: a snapshot must be an object, not a list");
  EXPECT_EQ(ErrorOf("\n 7"),
            "h.json:2:2: a snapshot must be an object, not a number");
  EXPECT_EQ(ErrorOf("{\"entries\": []}\n x"),
            "h.json:2:2: after the JSON value, here the end is expected");
  EXPECT_EQ(ErrorOf("{\"entries\": []}{}"),
            "h.json:1:16: after the JSON value, here the end is expected");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n{\"path"),
            "h.json:2:2: a string does not end");
  EXPECT_EQ(ErrorOf("{\"entries\": [\"}\\\"]\",\n {\"path\":"),
            "h.json:1:14: an entry must be an object, not a string");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n\"\xff\"]}"),
            "h.json:2:2: the text is not UTF-8");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n \"abc]}"),
            "h.json:2:2: a string does not end");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n \"a\tc\"]}"),
            "h.json:2:4: a control character stands in a string; write it as "
            "an escape");
  EXPECT_EQ(ErrorOf("{\"cwd\": \"\\ud800\"}"),
            "h.json:1:9: \"cwd\" has half of a pair of \\u escapes");
  for (const std::string_view json :
       {"{",
        "{\"entries\"",
        "{\"entries\":",
        "{\"entries\":[",
        "{\"entries\":[]",
        "{\"entries\":[]]",
        "{\"entries\":[}",
        "{\"entries\":[],}",
        "{\"entries\":[,]}",
        "{\"entries\" []}",
        "{entries: []}",
        "{\"entries\":[{]}",
        "{\"entries\":[{}}]",
        "nul",
        "{]",
        "}",
        "{\"entries\": [], \"cwd\": \"\\x\"}",
        "{\"entries\": [], \"cwd\": \"\\ud800\"}",
        "{\"entries\": [], \"rootlesskit\": truely}",
        "{\"entries\": [] \"cwd\": \"/\"}",
        "{\"\\x\": 1}",
        "{\"entries\": [], \"possible_cpus\": [1 2]}",
        "{\"entries\": [], \"possible_cpus\": [1,]}",
        "{\"entries\": [], \"possible_cpus\": [01]}"}) {
    EXPECT_EQ(ErrorOf(json).substr(0, 9), "h.json:1:") << json;
  }
}

TEST(SnapshotReaderTest, UnknownKeys) {
  EXPECT_EQ(ErrorOf(R"({"entry": []})"),
            "h.json:1:2: unknown key \"entry\"; did you mean \"entries\"?");
  EXPECT_EQ(ErrorOf(R"({"paths": []})"), "h.json:1:2: unknown key \"paths\"");
  EXPECT_EQ(
      ErrorOf("{\"entries\": [],\n  \"rootlessKit\": true}"),
      "h.json:2:3: unknown key \"rootlessKit\"; did you mean \"rootlesskit\"?");
  EXPECT_EQ(EntryError(R"({"pth": "/x"})"),
            "h.json:1:15: unknown key \"pth\"; did you mean \"path\"?");
  EXPECT_EQ(EntryError(R"({"zzz": "/x"})"), "h.json:1:15: unknown key \"zzz\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flag": []}]})"),
            "h.json:1:29: unknown key \"flag\"; did you mean \"flags\"?");
  EXPECT_EQ(ErrorOf("{\"a\\u001b[2J\xc3\xa9\": 1}"),
            "h.json:1:2: unknown key \"a\\x1b[2J\xc3\xa9\"");
  const std::string long_key(5000, 'k');
  EXPECT_EQ(ErrorOf("{\"" + long_key + "\": 1}"),
            "h.json:1:2: unknown key \"" + long_key.substr(0, 200) + "...\"");
}

TEST(SnapshotReaderTest, RepeatedAndMissingKeys) {
  EXPECT_EQ(ErrorOf("{}"), "h.json:1:1: no \"entries\"");
  EXPECT_EQ(ErrorOf(R"({"cwd": "/", "cwd": "/"})"),
            "h.json:1:14: key \"cwd\" twice");
  EXPECT_EQ(EntryError(R"({"uid": 1, "uid": 1})"),
            "h.json:1:25: key \"uid\" twice");
  EXPECT_EQ(EntryError("{}"), "h.json:1:14: an entry without \"path\"");
  EXPECT_EQ(EntryError(R"({"path": "/x"})"),
            "h.json:1:14: \"/x\" has no \"type\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{}]})"),
            "h.json:1:28: a mount without \"path\"");
}

TEST(SnapshotReaderTest, WrongJsonTypes) {
  EXPECT_EQ(ErrorOf(R"({"entries": {}})"),
            "h.json:1:13: \"entries\" must be a list, not an object");
  EXPECT_EQ(EntryError("7"),
            "h.json:1:14: an entry must be an object, not a number");
  EXPECT_EQ(EntryError(R"({"path": null})"),
            "h.json:1:23: \"path\" must be a string, not null");
  EXPECT_EQ(EntryError(R"({"mode": 493})"),
            "h.json:1:23: \"mode\" must be a string, not a number");
  EXPECT_EQ(EntryError(R"({"type": ["dir"]})"),
            "h.json:1:23: \"type\" must be a string, not a list");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "rootlesskit": "yes"})"),
            "h.json:1:32: \"rootlesskit\" must be true or false, not a string");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [[]]})"),
            "h.json:1:28: a mount must be an object, not a list");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flags": "ro"}]})"),
            "h.json:1:38: \"flags\" must be a list, not a string");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flags": [1]}]})"),
            "h.json:1:39: a mount flag must be a string, not a number");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "cwd": {}})"),
            "h.json:1:24: \"cwd\" must be a string, not an object");
}

TEST(SnapshotReaderTest, Numbers) {
  const std::string uid =
      "h.json:1:22: \"uid\" must be a whole number from 0 to 4294967295";
  for (const std::string_view number :
       {"-1", "4294967296", "1.5", "1e2", "\"1\"", "null",
        "99999999999999999999999"}) {
    EXPECT_EQ(EntryError(absl::StrCat("{\"uid\": ", number, "}")), uid);
  }
  EXPECT_EQ(EntryError(R"({"major": 4096})"),
            "h.json:1:24: \"major\" must be a whole number from 0 to 4095");
  EXPECT_EQ(EntryError(R"({"minor": 1048576})"),
            "h.json:1:24: \"minor\" must be a whole number from 0 to 1048575");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "possible_cpus": [65536]})"),
            "h.json:1:35: a CPU must be a whole number from 0 to 65535");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "possible_cpus": [1, 2, 1]})"),
            "h.json:1:34: CPU 1 twice");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "architecture": "sparc"})"),
            absl::StrCat("h.json:1:33: unknown architecture \"sparc\"; there "
                         "are ",
                         GoArchitectures()));
  EXPECT_EQ(ErrorOf(R"({"entries": [], "thermal_throttle_cpus": [1],
                       "possible_cpus": [0]})"),
            "h.json:1:42: CPU 1 is not in \"possible_cpus\"");
}

TEST(SnapshotReaderTest, Modes) {
  for (const std::string_view mode :
       {"", "8", "0x1ff", "10000", "100755", "-1", " 755", "077777777777777"}) {
    EXPECT_EQ(EntryError(absl::StrCat("{\"mode\": \"", mode, "\"}")),
              absl::StrCat("h.json:1:23: mode \"", mode,
                           "\" is not an octal number up to 07777"));
  }
}

TEST(SnapshotReaderTest, Types) {
  EXPECT_EQ(EntryError(R"({"type": "chr"})"),
            "h.json:1:23: unknown type \"chr\"; did you mean \"char\"?");
  EXPECT_EQ(EntryError(R"({"type": "directory"})"),
            "h.json:1:23: unknown type \"directory\"");
}

TEST(SnapshotReaderTest, ImpossibleEntries) {
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "symlink"})"),
            "h.json:1:14: \"/x\" is a symlink without \"target\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "dir", "target": "y"})"),
            "h.json:1:14: \"/x\" has a \"target\" but is no symlink");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "symlink", "target": ""})"),
            "h.json:1:58: no symlink can have the target \"\"");
  EXPECT_EQ(
      EntryError(R"({"path": "/x", "type": "symlink", "target": "a\u0000"})"),
      "h.json:1:58: no symlink can have the target \"a\\x00\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "char", "mode": "0600",
                           "uid": 0, "gid": 0, "major": 1})"),
            "h.json:1:14: \"/x\" is a device without \"major\" and \"minor\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "fifo", "mode": "0600",
                           "uid": 0, "gid": 0, "minor": 1})"),
            "h.json:1:14: \"/x\" has a device number but is no device");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "fifo", "mode": "0600",
                           "uid": 0})"),
            "h.json:1:14: \"/x\" needs \"mode\", \"uid\" and \"gid\"");
  EXPECT_EQ(EntryError(R"({"path": "/", "type": "file"})"),
            "h.json:1:23: \"/\" is always a dir");
}

TEST(SnapshotReaderTest, Paths) {
  EXPECT_EQ(EntryError(R"({"path": "x", "type": "dir"})"),
            "h.json:1:23: path \"x\" is not absolute");
  EXPECT_EQ(EntryError(R"({"path": "", "type": "dir"})"),
            "h.json:1:23: path \"\" is not absolute");
  EXPECT_EQ(EntryError(R"({"path": "/x/../y/", "type": "dir"})"),
            "h.json:1:23: path \"/x/../y/\" is not clean; write \"/y\"");
  EXPECT_EQ(EntryError(R"({"path": "/x\u0000", "type": "dir"})"),
            "h.json:1:23: path \"/x\\x00\" has a NUL");
  EXPECT_EQ(EntryError(R"({"path_hex": "2", "type": "dir"})"),
            "h.json:1:27: \"path_hex\" must be hexadecimal");
  EXPECT_EQ(EntryError(R"({"path_hex": "2fé", "type": "dir"})"),
            "h.json:1:27: \"path_hex\" must be hexadecimal");
  EXPECT_EQ(EntryError(R"({"path": "/x", "path_hex": "2f", "type": "dir"})"),
            "h.json:1:41: both \"path\" and \"path_hex\"");
  const std::string name(256, 'n');
  EXPECT_EQ(EntryError("{\"path\": \"/" + name + "\", \"type\": \"dir\"}"),
            "h.json:1:23: path \"/" + name.substr(0, 199) +
                "...\" has a name of more than 255 bytes");
  std::string path;
  while (path.size() < 4096) path += "/n";
  EXPECT_EQ(EntryError("{\"path\": \"" + path + "\", \"type\": \"dir\"}"),
            "h.json:1:23: path \"" + path.substr(0, 200) +
                "...\" has more than 4095 bytes");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "cwd": "x"})"),
            "h.json:1:24: path \"x\" is not absolute");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"path": "x"}]})"),
            "h.json:1:37: path \"x\" is not absolute");
}

TEST(SnapshotReaderTest, EntriesThatContradictEachOther) {
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/x\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/x\", \"type\": \"dir\"}]}"),
            "h.json:3:10: \"/x\" twice, first on line 2");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/\", \"type\": \"dir\"}]}"),
            "h.json:3:10: \"/\" twice, first on line 2");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/x/y/z\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/x\", \"type\": \"file\"}]}"),
            "h.json:2:10: \"/x/y\" cannot lie in \"/x\", which is of type "
            "\"file\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/f", "type": "file"}],
"cwd": "/f"})"),
            "h.json:2:8: \"cwd\" \"/f\" is not a dir");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/f", "type": "file"}],
"cwd": "/f/x"})"),
            "h.json:2:8: \"/f/x\" cannot lie in \"/f\", which is of type "
            "\"file\"");
}

TEST(SnapshotReaderTest, Mounts) {
  EXPECT_EQ(
      ErrorOf(
          R"({"entries": [], "mounts": [{"path": "/x", "flags": ["r0"]}]})"),
      "h.json:1:53: unknown mount flag \"r0\"; did you mean \"ro\"?");
  EXPECT_EQ(
      ErrorOf(
          R"({"entries": [], "mounts": [{"path": "/x", "flags": ["ro", "ro"]}]})"),
      "h.json:1:59: flag \"ro\" twice");
  EXPECT_EQ(
      ErrorOf(R"({"entries": [], "mounts": [{"path": "/x"}, {"path": "/x"}]})"),
      "h.json:1:53: mount point \"/x\" twice");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/l", "type": "symlink",
"target": "x"}], "mounts": [{"path": "/l"}]})"),
            "h.json:2:38: mount point \"/l\" is a symlink");
  EXPECT_EQ(ErrorOf(R"({"entries": [],
"mounts": [{"path": "/x", "path_hex": "2f"}]})"),
            "h.json:2:39: both \"path\" and \"path_hex\"");
}

TEST(SnapshotReaderTest, Limits) {
  const std::string big(kMaxSnapshotBytes + 1, ' ');
  EXPECT_EQ(ErrorOf(big), "h.json:1:1: the text is larger than 67108864 bytes");
  // Few bytes that stand for many files.
  std::string json = R"({"entries": [)";
  for (int i = 0; i < 1000; ++i) {
    std::string path = absl::StrCat("/", i);
    while (path.size() < 4090) path += "/d";
    absl::StrAppend(&json, i == 0 ? "" : ",\n", R"({"path": ")", path,
                    R"(", "type": "dir"})");
  }
  const std::string message = ErrorOf(json + "]}");
  EXPECT_NE(message.find(": more than 1048576 files"), std::string::npos)
      << message;
}

TEST(SnapshotReaderTest, DeepNestingIsRefused) {
  const std::string deep(100000, '[');
  EXPECT_EQ(ErrorOf("{\"entries\": " + deep).substr(0, 9), "h.json:1:");
  EXPECT_EQ(EntryError(deep).substr(0, 9), "h.json:1:");
}

}  // namespace
}  // namespace specgen
