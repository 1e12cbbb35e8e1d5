#include "specgen/generator/devices.h"

#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/generator/fake_file_tree.h"

namespace specgen {
namespace {

constexpr FileFacts Node(uint32_t type, uint32_t major, uint32_t minor) {
  return {type | 0640u, 5, 6, major, minor};
}

const FakeFileTree& Files() {
  static const FakeFileTree* const files = new FakeFileTree({
      {"/", {.facts = {S_IFDIR | 0755}}},
      {"/dev", {.facts = {S_IFDIR | 0755}, .names = {"b", "file", "sub"}}},
      {"/dev/b", {.facts = Node(S_IFBLK, 8, 1)}},
      {"/dev/file", {.facts = {S_IFREG | 0644}}},
      {"/dev/sub", {.facts = {S_IFDIR | 0755}, .names = {"c"}}},
      {"/dev/sub/c", {.facts = Node(S_IFCHR, 1, 3)}},
      {"/zero-major", {.facts = Node(S_IFCHR, 0, 9)}},
      {"/fifo", {.facts = Node(S_IFIFO, 0, 0)}},
      {"/link", {.facts = {S_IFLNK | 0777}, .target = "/dev/sub/c"}},
      {"/empty", {.facts = {S_IFDIR | 0755}}},
      {"/closed", {.error = EACCES}},
  });
  return *files;
}

// "PATH TYPE MAJOR:MINOR MODE" of each device, or the refusal. The rules must
// be those of the devices.
std::string Find(std::string_view path, DeviceNodes nodes) {
  Arena arena;
  Slice<Device> devices;
  Slice<DeviceRule> rules;
  const Verdict verdict =
      DevicesFromPath(path, nodes, Files(), &arena, &devices, &rules);
  if (!verdict.ok()) {
    EXPECT_EQ(verdict.outcome(), Outcome::kRefused);
    EXPECT_EQ(verdict.stage(), Stage::kSpec);
    EXPECT_TRUE(devices.empty());
    return verdict.message();
  }
  std::string text;
  EXPECT_EQ(devices.size(), rules.size());
  for (size_t i = 0; i < devices.size(); ++i) {
    const Device& device = devices[i];
    EXPECT_EQ(device.uid, 5u);
    EXPECT_EQ(device.gid, 6u);
    EXPECT_TRUE(rules[i].allow);
    EXPECT_EQ(rules[i].type, device.type);
    EXPECT_EQ(rules[i].major, device.major);
    EXPECT_EQ(rules[i].minor, device.minor);
    EXPECT_EQ(rules[i].access, "rwm");
    absl::StrAppend(&text, i > 0 ? ", " : "", device.path, " ", device.type,
                    " ", device.major, ":", device.minor, " ",
                    device.file_mode);
  }
  return text;
}

std::string NotGathered(std::string_view path, std::string_view reason) {
  return absl::StrCat(
      "error gathering device information while adding custom device \"", path,
      "\": ", reason);
}

constexpr DeviceNodes kAll[] = {DeviceNodes::kByGoMode, DeviceNodes::kByMajor,
                                DeviceNodes::kByType,
                                DeviceNodes::kByTypePermissions};

TEST(DevicesFromPathTest, GivesTheModeAsTheEngineDoes) {
  const std::string full = absl::StrCat(S_IFBLK | 0640);
  EXPECT_EQ(Find("/dev/b", DeviceNodes::kByGoMode), "/dev/b b 8:1 " + full);
  EXPECT_EQ(Find("/dev/b", DeviceNodes::kByMajor), "/dev/b b 8:1 " + full);
  EXPECT_EQ(Find("/dev/b", DeviceNodes::kByType), "/dev/b b 8:1 " + full);
  EXPECT_EQ(Find("/dev/b", DeviceNodes::kByTypePermissions),
            absl::StrCat("/dev/b b 8:1 ", 0640));
}

TEST(DevicesFromPathTest, TakesFifosAndMajorZeroAsTheEngineDoes) {
  EXPECT_EQ(Find("/fifo", DeviceNodes::kByGoMode),
            NotGathered("/fifo", "not a device node"));
  EXPECT_EQ(Find("/fifo", DeviceNodes::kByMajor),
            NotGathered("/fifo", "not a device node"));
  EXPECT_EQ(Find("/fifo", DeviceNodes::kByTypePermissions),
            absl::StrCat("/fifo p 0:0 ", 0640));
  EXPECT_EQ(Find("/zero-major", DeviceNodes::kByMajor),
            NotGathered("/zero-major", "not a device node"));
  EXPECT_EQ(Find("/zero-major", DeviceNodes::kByTypePermissions),
            absl::StrCat("/zero-major c 0:9 ", 0640));
}

TEST(DevicesFromPathTest, WalksADirectory) {
  EXPECT_EQ(Find("/dev", DeviceNodes::kByTypePermissions),
            absl::StrCat("/dev/b b 8:1 ", 0640, ", /dev/sub/c c 1:3 ", 0640));
  for (DeviceNodes nodes : kAll) {
    EXPECT_EQ(Find("/empty", nodes),
              NotGathered("/empty", "not a device node"));
  }
}

TEST(DevicesFromPathTest, FollowsALinkAndKeepsItsName) {
  EXPECT_EQ(Find("/link", DeviceNodes::kByTypePermissions),
            absl::StrCat("/link c 1:3 ", 0640));
}

TEST(DevicesFromPathTest, SaysWhyThereIsNone) {
  EXPECT_EQ(Find("/none", DeviceNodes::kByGoMode),
            NotGathered("/none", "lstat /none: no such file or directory"));
  EXPECT_EQ(Find("/none", DeviceNodes::kByMajor),
            NotGathered("/none", "no such file or directory"));
  EXPECT_EQ(Find("/closed", DeviceNodes::kByTypePermissions),
            NotGathered("/closed", "permission denied"));
  EXPECT_EQ(Find("/dev/file", DeviceNodes::kByType),
            NotGathered("/dev/file", "not a device node"));
}

}  // namespace
}  // namespace specgen
