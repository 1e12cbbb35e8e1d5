#include "specgen/generator/mount_list.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

std::vector<Mount> At(const std::vector<std::string_view>& destinations) {
  std::vector<Mount> mounts;
  mounts.reserve(destinations.size());
  for (std::string_view destination : destinations) {
    mounts.push_back({destination, "bind", "/src", {}});
  }
  return mounts;
}

std::string Destinations(MountList list, Arena* arena) {
  std::string text;
  for (const Mount& mount : list.Edit(arena)) {
    absl::StrAppend(&text, mount.destination, " ");
  }
  return text;
}

TEST(MountListTest, KeepsTheBaseUntouchedUntilItIsEdited) {
  const std::vector<Mount> base = At({"/proc", "/dev"});
  Arena arena;
  MountList list(base, 1, &arena);
  EXPECT_EQ(list.size(), 2u);
  list.Append(&arena, At({"/a"})[0]);
  list.Append(&arena, At({"/b"})[0]);  // more than there was room for
  EXPECT_EQ(list.size(), 4u);
  EXPECT_TRUE(list.starts_with_base());
  ASSERT_EQ(list.own().size(), 2u);
  EXPECT_EQ(list.own()[1].destination, "/b");

  list.Edit(&arena)[0].destination = "/other";
  EXPECT_FALSE(list.starts_with_base());
  EXPECT_EQ(list.size(), 4u);
  EXPECT_EQ(list.own().size(), 4u);
  EXPECT_EQ(base[0].destination, "/proc");
  EXPECT_EQ(Destinations(list, &arena), "/other /dev /a /b ");

  list.Append(&arena, At({"/c"})[0]);
  list.Truncate(4);
  EXPECT_EQ(Destinations(list, &arena), "/other /dev /a /b ");
}

TEST(MountListTest, OfNoBaseHasItsOwn) {
  Arena arena;
  MountList list({}, 0, &arena);
  EXPECT_EQ(list.size(), 0u);
  EXPECT_TRUE(list.Edit(&arena).empty());
  list.Append(&arena, At({"/a"})[0]);
  EXPECT_EQ(Destinations(list, &arena), "/a ");
}

// What is left of /dev/pts, /dev/shm and /dev/mqueue.
std::string AfterYielding(const std::vector<std::string_view>& user,
                          bool* edited = nullptr) {
  const std::vector<Mount> base =
      At({"/proc", "/dev/pts", "/dev/mqueue", "/sys", "/dev/shm"});
  Arena arena;
  MountList list(base, 1, &arena);
  list.Append(&arena, At({"/run"})[0]);
  Slice<PluginMount> user_mounts;
  for (std::string_view destination : user) {
    PluginMount mount;
    mount.destination = destination;
    user_mounts.Append(&arena, mount);
  }
  YieldDevMounts(user_mounts, &arena, &list);
  if (edited != nullptr) *edited = !list.starts_with_base();
  return Destinations(list, &arena);
}

TEST(YieldDevMountsTest, DropsWhatIsBelowDevOnly) {
  bool edited = true;
  EXPECT_EQ(AfterYielding({"/proc", "/sys", "/dev", "/dev0/x"}, &edited),
            "/proc /dev/pts /dev/mqueue /sys /dev/shm /run ");
  EXPECT_FALSE(edited);
  EXPECT_EQ(AfterYielding({"/dev/shm"}),
            "/proc /dev/pts /dev/mqueue /sys /run ");
}

TEST(YieldDevMountsTest, DoesNotLookAtTheMountBehindADroppedOne) {
  EXPECT_EQ(AfterYielding({"/dev/mqueue", "/dev/pts"}),
            "/proc /dev/mqueue /sys /dev/shm /run ");
}

TEST(YieldDevMountsTest, FindsOneOfManyAsOneOfAFew) {
  // From one below kMostCompared to three above it.
  for (size_t others = kMostCompared - 2; others < kMostCompared + 3;
       ++others) {
    std::vector<std::string> names = {"/dev/shm"};
    for (size_t i = 0; i < others; ++i)
      names.push_back(absl::StrCat("/dev/", i));
    EXPECT_EQ(AfterYielding({names.begin(), names.end()}),
              AfterYielding({"/dev/shm"}))
        << others;
  }
}

}  // namespace
}  // namespace specgen
