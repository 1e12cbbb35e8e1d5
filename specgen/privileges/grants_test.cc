// What is told of a spec, one line a case; and that it is told in our own words
// whatever hides secrets.
#include "specgen/privileges/grants.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/json/json_tree.h"
#include "specgen/known/interface_types.h"
#include "specgen/privileges/source_rules.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// The grants of a spec that no plugin asked for.
std::vector<Grant> GrantsOf(std::string_view spec, const GrantHost& host = {},
                            const Release& release = DefaultRelease()) {
  auto tree = JsonTree::Parse(spec, "spec");
  EXPECT_TRUE(tree.ok()) << tree.status() << spec;
  return FindGrants(release, Plugin(), (*tree)->root(), host);
}

// What is told of mounts: "critical proc at /x".
std::string Mounts(const std::vector<Grant>& grants) {
  std::string out;
  for (const Grant& grant : grants) {
    if (!absl::StrContains(grant.id, "mount") &&
        !absl::StrContains(grant.id, "file-system") &&
        grant.id != "network-files" && grant.id != "metrics-socket") {
      continue;
    }
    if (grant.id == "default-mount-gone") continue;
    absl::StrAppend(&out, out.empty() ? "" : "; ", GrantLevelName(grant.level),
                    " ", grant.what);
  }
  return out;
}

std::string MountSpec(std::string_view type, std::string_view source,
                      std::string_view destination, std::string_view options) {
  return absl::StrCat(R"({"mounts":[{"type":")", type, R"(","source":")",
                      source, R"(","destination":")", destination,
                      R"(","options":[)", options, "]}]}");
}

TEST(Grants, OfFileSystems) {
  struct Case {
    std::string_view type, source, destination, options, told;
  };
  for (const Case& c : {
           // The kernel's, anywhere.
           Case{"proc", "proc", "/x", "", "critical proc at /x"},
           Case{"proc", "proc", "/x", R"("ro")",
                "critical proc at /x (read-only)"},
           Case{"proc", "proc", "/proc/x", "", "critical proc at /proc/x"},
           Case{"proc", "proc", "/proc", "", ""},
           Case{"proc", "proc", "proc/", "", ""},
           Case{"sysfs", "sysfs", "/x", "", "critical sysfs at /x"},
           Case{"sysfs", "sysfs", "/sys", "", "critical sysfs at /sys"},
           Case{"sysfs", "sysfs", "/sys", R"("ro")", ""},
           Case{"sysfs", "sysfs", "/sys", R"("ro","rw")",
                "critical sysfs at /sys"},
           Case{"sysfs", "sysfs", "/x", R"("ro")",
                "medium sysfs at /x (read-only)"},
           Case{"cgroup", "cgroup", "/sys/fs/cgroup", "",
                "critical cgroup at /sys/fs/cgroup"},
           Case{"cgroup", "cgroup", "/sys/fs/cgroup", R"("ro")", ""},
           Case{"cgroup2", "x", "/x", "", "critical cgroup2 at /x"},
           Case{"cgroup2", "x", "/x", R"("ro")",
                "medium cgroup2 at /x (read-only)"},
           Case{"debugfs", "x", "/x", "", "critical debugfs at /x"},
           Case{"debugfs", "x", "/x", R"("ro")",
                "high debugfs at /x (read-only)"},
           Case{"tracefs", "x", "/x", "", "critical tracefs at /x"},
           Case{"configfs", "x", "/x", R"("ro")",
                "medium configfs at /x (read-only)"},
           Case{"securityfs", "x", "/x", R"("ro")",
                "medium securityfs at /x (read-only)"},
           Case{"securityfs", "x", "/x", "", "critical securityfs at /x"},
           Case{"bpf", "x", "/x", "", "critical bpf at /x"},
           Case{"efivarfs", "x", "/x", "", "critical efivarfs at /x"},
           Case{"configfs", "x", "/x", "", "critical configfs at /x"},
           Case{"binfmt_misc", "x", "/x", "", "critical binfmt_misc at /x"},
           Case{"devtmpfs", "x", "/x", "", "critical devtmpfs at /x"},
           Case{"devtmpfs", "x", "/x", R"("ro")",
                "critical devtmpfs at /x (read-only)"},
           // By the type alone, too, as crun takes it.
           Case{"bind", "/etc", "/x", "", "critical /etc at /x"},
           Case{"bind", "/etc", "/x", R"("ro")", "high /etc at /x (read-only)"},
           Case{"none", "/etc", "/x", R"("bind")", "critical /etc at /x"},
           Case{"none", "/etc", "/x", R"("rbind")", "critical /etc at /x"},
           // Nothing of the host.
           Case{"tmpfs", "/etc", "/x", "", ""},
           Case{"devpts", "x", "/x", "", ""},
           Case{"mqueue", "x", "/x", "", ""},
           // Disks and directories.
           Case{"ext4", "/dev/sda1", "/x", "",
                "critical /dev/sda1 at /x of type ext4"},
           Case{"ecryptfs", "/etc", "/x", "",
                "critical /etc at /x of type ecryptfs"},
           Case{"ext4", "/dev/fuse", "/x", "",
                "medium /dev/fuse at /x of type ext4"},
           Case{"cifs", "//etc/shadow", "/x", "",
                "medium //etc/shadow at /x of type cifs"},
           Case{"nfs", "h:/etc", "/x", "", "medium h:/etc at /x of type nfs"},
           Case{"nfs", "", "/x", "", "medium (no source) at /x of type nfs"},
           Case{"fuse.x", "/etc", "/x", "", "medium /etc at /x of type fuse.x"},
           Case{"9p", "/etc", "/x", "", "medium /etc at /x of type 9p"},
           Case{"afs", "/etc", "/x", "", "medium /etc at /x of type afs"},
           Case{"ceph", "/etc", "/x", "", "medium /etc at /x of type ceph"},
           Case{"fuse", "/etc", "/x", "", "medium /etc at /x of type fuse"},
           Case{"nfs4", "/etc", "/x", "", "medium /etc at /x of type nfs4"},
           Case{"smb3", "/etc", "/x", "", "medium /etc at /x of type smb3"},
           Case{"virtiofs", "/etc", "/x", "",
                "medium /etc at /x of type virtiofs"},
           Case{"fusex", "/etc", "/x", "", "critical /etc at /x of type fusex"},
           // Taken from the rootfs, where it may be a link.
           Case{"ext4", "etc", "/x", "", "critical etc at /x of type ext4"},
           Case{"ramfs", "etc", "/x", "", "medium etc at /x of type ramfs"},
           Case{"ext4", "/srv/x", "/x", R"("ro")",
                "medium /srv/x at /x of type ext4 (read-only)"},
           Case{"", "/etc", "/x", "", ""},
           Case{"none", "/etc", "/x", "", ""},
           Case{"tmpfsx", "x", "/x", "", "medium x at /x of type tmpfsx"},
           Case{"bind", "", "/x", "", "critical (no source) at /x"},
           Case{"bind", "", "/x", R"("ro")",
                "low (no source) at /x (read-only)"},
           Case{"bind", "/srv/x", "/x", R"("rslave","slave","private")",
                "medium /srv/x at /x"},
           Case{"tmpfs", "/srv/x", "/x", R"("rshared")", ""},
           Case{"overlay", "/etc", "/x", "",
                "medium /etc at /x of type overlay"},
           Case{"overlay", "o", "/x",
                R"("lowerdir=/a:/b","upperdir=/etc","workdir=/w")",
                "critical /etc as upperdir of the overlay at /x; medium /w as "
                "workdir of the overlay at /x; medium o at /x of type overlay; "
                "low /a as lowerdir of the overlay at /x (read-only)"},
           Case{"overlay", "o", "/x", R"("lowerdir=/a:/etc/shadow:/b")",
                "high /etc/shadow as lowerdir of the overlay at /x "
                "(read-only); medium o at /x of type overlay"},
           Case{"overlay", "o", "/x", R"("lowerdir=/a::/root","userxattr")",
                "high /root as lowerdir of the overlay at /x (read-only); "
                "medium o at /x of type overlay"},
           Case{"overlay", "o", "/x", R"("xino=on,lowerdir+=/run/docker.sock")",
                "critical /run/docker.sock as lowerdir of the overlay at /x "
                "(read-only); medium o at /x of type overlay"},
           Case{"overlay", "o", "/x", R"("lowerdir=/a\\:/etc/shadow")",
                "medium o at /x of type overlay; low /a:/etc/shadow as "
                "lowerdir of the overlay at /x (read-only)"},
           Case{"overlay", "o", "/x",
                R"("ro","lowerdir=/a","upperdir=/etc","workdir=/w")",
                "high /etc as upperdir of the overlay at /x (read-only); "
                "medium o at /x of type overlay (read-only); low /a as "
                "lowerdir of the overlay at /x (read-only); low /w as workdir "
                "of the overlay at /x (read-only)"},
           // Options of bind mounts.
           Case{"bind", "/etc", "/x", R"("rbind","rro")",
                "high /etc at /x (read-only)"},
           Case{"bind", "/etc", "/x", R"("rbind","rro","rw")",
                "high /etc at /x (read-only)"},
           Case{"bind", "/etc", "/x", R"("rbind","rro","rrw")",
                "critical /etc at /x"},
           Case{"bind", "/etc", "/x", R"("rbind","ro","rrw")",
                "critical /etc at /x"},
           // Of others, runc passes over the recursive ones.
           Case{"ext4", "/dev/sda1", "/x", R"("rro")",
                "critical /dev/sda1 at /x of type ext4"},
           Case{"bind", "/etc", "/x", R"("rbind","ro,x")",
                "critical /etc at /x"},
           Case{"proc", "proc", "/x", R"("bind")", "critical proc at /x"},
       }) {
    EXPECT_EQ(
        Mounts(GrantsOf(MountSpec(c.type, c.source, c.destination, c.options))),
        c.told)
        << c.type << " " << c.source << " " << c.options;
  }
}

TEST(Grants, OfPropagation) {
  struct Case {
    std::string_view type, source, options, told;
  };
  for (const Case& c : {
           Case{"bind", "/srv/x", R"("rshared")", "high /srv/x at /x"},
           Case{"bind", "/srv/x", R"("shared","ro")",
                "high /srv/x at /x (read-only)"},
           Case{"bind", "", R"("shared")", "high (no source) at /x"},
           Case{"bind", "/srv/x", R"("rslave","slave","private","rprivate")",
                ""},
           Case{"bind", "/srv/x", R"("unshared","shared2")", ""},
           Case{"tmpfs", "/srv/x", R"("rshared")", ""},
       }) {
    std::string told;
    for (const Grant& grant :
         GrantsOf(MountSpec(c.type, c.source, "/x", c.options))) {
      if (grant.id != "shared-propagation") continue;
      absl::StrAppend(&told, told.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.what);
    }
    EXPECT_EQ(told, c.told) << c.type << " " << c.source << " " << c.options;
  }
}

// Each overlay directory costs something.
TEST(Grants, OfMoreDirectoriesThanAreLookedAt) {
  std::string many;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&many, "/a", i, ":");
  EXPECT_TRUE(absl::StrContains(
      Mounts(GrantsOf(MountSpec("overlay", "o", "/x",
                                absl::StrCat("\"lowerdir=", many, "\"")))),
      "critical /a10000 as lowerdir"));
}

// A mount with a long destination counts for as many as it has KiB.
TEST(Grants, OfDirectoriesOfMountsWithLongDestinations) {
  const auto told = [](size_t directories, size_t bytes) {
    std::string many;
    for (size_t i = 0; i < directories; ++i)
      absl::StrAppend(&many, "/a", i, ":");
    const std::string mounts =
        Mounts(GrantsOf(MountSpec("overlay", "o", std::string(bytes, 'x'),
                                  absl::StrCat("\"lowerdir=", many, "\""))));
    return absl::StrContains(mounts, "critical");
  };
  EXPECT_FALSE(told(10000, 1023));
  EXPECT_TRUE(told(10001, 1023));
  EXPECT_FALSE(told(5000, 1024));
  EXPECT_TRUE(told(5001, 1024));
}

// What an engine has the plugin do, if it reads the type and looks for it.
TEST(Grants, OfInterfaces) {
  struct Case {
    std::string_view types, engine, told;
  };
  for (const Case& c : {
           Case{R"("docker.volumedriver/1.0")", "28.5.2",
                "high docker.volumedriver/1.0"},
           Case{R"("docker.volumedriver/2.0")", "28.5.2",
                "high docker.volumedriver/2.0"},
           Case{R"("docker.ipamdriver/1.0")", "28.5.2",
                "low docker.ipamdriver/1.0"},
           Case{R"("x.volumedriver/1.0")", "28.5.2", ""},
           Case{R"("volumedriver/1.0")", "28.5.2", ""},
           Case{R"("docker.x/1.0")", "28.5.2", ""},
           Case{R"("docker.volumedriver")", "28.5.2", ""},
           Case{R"("docker.volumedriver")", "29.0.0",
                "high docker.volumedriver"},
           Case{R"("docker.logdriver/1.0")", "17.04.0", ""},
           Case{R"("docker.logdriver/1.0")", "17.05.0",
                "high docker.logdriver/1.0"},
           Case{R"("docker.graphdriver/1.0")", "28.5.2", ""},
           Case{R"("docker.authz/1.0", "docker.authz/1.0")", "28.5.2",
                "high docker.authz/1.0"},
           Case{R"("docker.authz/1.0", "docker.authz/2.0")", "28.5.2",
                "high docker.authz/1.0"},
           Case{R"("docker.ipamdriver/1.0", "docker.authz/1.0")", "28.5.2",
                "high docker.authz/1.0; low docker.ipamdriver/1.0"},
       }) {
    const Release* release = FindRelease(c.engine).value();
    auto host = HostSnapshot::Parse(R"({"entries":[]})", "host");
    ASSERT_TRUE(host.ok()) << host.status();
    Request request;
    const std::string config =
        absl::StrCat(R"({"interface":{"socket":"s","types":[)", c.types, "]}}");
    request.plugin = config;
    Answer answer;
    Generator(*release, **host).Generate(request, &answer);
    ASSERT_EQ(answer.outcome(), Outcome::kSpec) << answer.message() << config;
    auto tree = JsonTree::Parse(answer.spec(), "spec");
    ASSERT_TRUE(tree.ok());
    std::string told;
    for (const Grant& grant :
         FindGrants(*release, answer.plugin(), (*tree)->root())) {
      if (grant.id != "interface") continue;
      EXPECT_NE(grant.why, "");
      absl::StrAppend(&told, told.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.what);
    }
    EXPECT_EQ(told, c.told) << c.types << " " << c.engine;
  }
}

// What the plugin asked for is told from what the engine adds, not by where it
// is mounted.
TEST(Grants, OfTheEnginesOwnMounts) {
  struct Case {
    std::string_view config;
    std::string_view told;
    std::string_view engine = "28.5.2";
  };
  for (const Case& c : {
           Case{R"({})", ""},
           Case{R"({"mounts":[{"source":"/","destination":
                "/run/docker/plugins","type":"bind","options":["rbind"]}]})",
                "critical / at /run/docker/plugins"},
           Case{R"({"mounts":[{"source":"/run/docker/plugins/plugin",
                "destination":"/run/docker/plugins","type":"bind",
                "options":["rbind","rshared"]}]})",
                "high /run/docker/plugins/plugin at /run/docker/plugins"},
           Case{R"({"network":{"type":"host"}})",
                "info /etc/hosts; info /etc/resolv.conf"},
           Case{R"({"network":{"type":"host"},"mounts":[{"source":"/etc/hosts",
                "destination":"/etc/hosts","type":"bind","options":["rbind"]}]})",
                "medium /etc/hosts at /etc/hosts; info /etc/hosts; info "
                "/etc/resolv.conf"},
           Case{R"({"network":{"type":"host"},"mounts":[{"source":"/etc/hosts",
                "destination":"/etc/hosts","type":"bind",
                "options":["rbind","ro"]}]})",
                "low /etc/hosts at /etc/hosts (read-only); info /etc/hosts; "
                "info /etc/resolv.conf"},
           Case{R"({"mounts":[{"source":"/etc/hosts","destination":
                "/etc/hosts","type":"bind","options":["rbind"]}]})",
                "medium /etc/hosts at /etc/hosts"},
           Case{R"({"propagatedMount":"/v"})", "medium /v"},
           Case{R"({"propagatedMount":"/v","mounts":[{"source":
                "/var/lib/docker/plugins/OTHER/propagated-mount",
                "destination":"/v","type":"bind","options":["rbind"]}]})",
                "critical /var/lib/docker/plugins/OTHER/propagated-mount at "
                "/v; medium /v"},
           Case{R"({"interface":{"types":["docker.metricscollector/1.0"]}})",
                "low /run/docker/metrics.sock"},
           Case{R"({"interface":{"types":["docker.metricscollector/1.0"]},
                "mounts":[{"source":"/etc/metrics.sock","destination":
                "/run/docker/metrics.sock","type":"bind",
                "options":["rbind"]}]})",
                "high /etc/metrics.sock at /run/docker/metrics.sock; low "
                "/run/docker/metrics.sock"},
           // The first engines take the options of bind mounts for their own.
           Case{R"({"mounts":[{"source":"/","destination":
                "/run/docker/plugins","type":"bind","options":["ro"]}]})",
                "critical / at /run/docker/plugins", "1.12.6"},
       }) {
    const Release* release = FindRelease(c.engine).value();
    auto host = HostSnapshot::Parse(
        R"({"entries":[{"path":"/var/lib/docker/plugins/plugin/rootfs/run/docker/plugins","type":"dir"}]})",
        "host");
    ASSERT_TRUE(host.ok()) << host.status();
    Request request;
    request.plugin = c.config;
    request.metrics_socket = "/run/docker/metrics.sock";
    Answer answer;
    Generator(*release, **host).Generate(request, &answer);
    ASSERT_EQ(answer.outcome(), Outcome::kSpec) << answer.message() << c.config;
    auto tree = JsonTree::Parse(answer.spec(), "spec");
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(Mounts(FindGrants(*release, answer.plugin(), (*tree)->root())),
              c.told)
        << c.config;
  }
}

TEST(Grants, FollowLinks) {
  auto host = HostSnapshot::Parse(R"({"entries":[
    {"path":"/srv/sock","type":"symlink","target":"/var/run/docker.sock"},
    {"path":"/srv/up","type":"symlink","target":"../run/docker.sock"},
    {"path":"/srv/chain","type":"symlink","target":"sock"},
    {"path":"/srv/etc","type":"symlink","target":"/gone/../etc"},
    {"path":"/srv/self","type":"symlink","target":"self"},
    {"path":"/srv/dir","type":"symlink","target":"/var/lib"},
    {"path":"/srv/data","type":"symlink","target":"/mnt/data"},
    {"path":"/srv/init","type":"symlink","target":"/proc/1/root"},
    {"path":"/srv/real","type":"dir"},
    {"path":"/srv/real/x","type":"symlink","target":"../../etc/shadow"}]})",
                                  "host");
  ASSERT_TRUE(host.ok()) << host.status();
  struct Case {
    std::string_view source;
    std::string_view told;
  };
  for (const Case& c : {
           Case{"/srv/sock",
                "critical /srv/sock, which leads to "
                "/var/run/docker.sock, at /x"},
           Case{"/srv/up",
                "critical /srv/up, which leads to /run/docker.sock, at /x"},
           Case{"/srv/chain",
                "critical /srv/chain, which leads to "
                "/var/run/docker.sock, at /x"},
           Case{"/srv/etc", "critical /srv/etc, which leads to /etc, at /x"},
           Case{"/srv/dir/docker",
                "critical /srv/dir/docker, which leads to "
                "/var/lib/docker, at /x"},
           Case{"/srv/real/x",
                "critical /srv/real/x, which leads to /etc/shadow, at /x"},
           // The kernel goes through links before "..".
           Case{"/srv/dir/../run/initctl",
                "critical /srv/dir/../run/initctl, which leads to "
                "/var/run/initctl, at /x"},
           Case{"/srv/init",
                "critical /srv/init, which leads to /proc/1/root, at /x"},
           Case{"/srv/init/srv/data", "medium /srv/init/srv/data at /x"},
           Case{"/srv/init/srv/etc",
                "critical /srv/init/srv/etc, which leads to /etc, at /x"},
           Case{"/proc/self/root/srv/up",
                "critical /proc/self/root/srv/up, which leads to "
                "/run/docker.sock, at /x"},
           Case{"/srv/data", "medium /srv/data at /x"},
           Case{"/srv/self", "medium /srv/self at /x"},
           Case{"/srv/self/../../etc", "critical /srv/self/../../etc at /x"},
           Case{"/srv/real", "medium /srv/real at /x"},
           Case{"/srv/gone/x", "medium /srv/gone/x at /x"},
           Case{"/../srv/sock",
                "critical /../srv/sock, which leads to /var/run/docker.sock, "
                "at /x"},
           Case{"//srv//./sock",
                "critical //srv//./sock, which leads to /var/run/docker.sock, "
                "at /x"},
       }) {
    EXPECT_EQ(Mounts(GrantsOf(MountSpec("bind", c.source, "/x", "\"rbind\""),
                              {&(*host)->files})),
              c.told);
  }
}

// Twice as many links as the kernel follows, and paths as long as it takes.
TEST(Grants, FollowSoManyLinksOnly) {
  std::string entries =
      R"({"path":"/l0","type":"symlink","target":"/run/docker.sock"})";
  for (int i = 1; i < 90; ++i) {
    absl::StrAppend(&entries, R"(,{"path":"/l)", i,
                    R"(","type":"symlink","target":"/l)", i - 1, "\"}");
  }
  auto host = HostSnapshot::Parse(absl::StrCat("{\"entries\":[", entries, "]}"),
                                  "host");
  ASSERT_TRUE(host.ok()) << host.status();
  const auto level = [&](std::string_view source) {
    const std::string told = Mounts(GrantsOf(
        MountSpec("bind", source, "/x", R"("bind")"), {&(*host)->files}));
    return told.substr(0, told.find(' '));
  };
  EXPECT_EQ(level("/l79"), "critical");
  EXPECT_EQ(level("/l80"), "medium");
  const std::string slashes(4095 - 3, '/');
  EXPECT_EQ(level(absl::StrCat(slashes, "/l0")), "critical");
  EXPECT_EQ(level(absl::StrCat(slashes, "//l0")), "medium");
}

// A socket is none the less one where the mount is read-only.
TEST(Grants, OfSockets) {
  auto host = HostSnapshot::Parse(R"({"entries":[
    {"path":"/srv/file.sock","type":"file"},
    {"path":"/srv/link","type":"symlink","target":"gone.sock"},
    {"path":"/srv/there","type":"socket"}]})",
                                  "host");
  ASSERT_TRUE(host.ok()) << host.status();
  struct Case {
    std::string_view source;
    std::string_view level;
  };
  for (const Case& c : {
           Case{"/srv/there", "medium"},
           Case{"/srv/gone.sock", "medium"},
           Case{"/srv/gone.sock/", "medium"},
           Case{"/srv/./x.socket", "medium"},
           Case{"/opt/x/y.sock", "medium"},
           Case{"/srv/virt-sock", "medium"},
           Case{"/srv/x.sock.lock", "low"},
           Case{"x.sock", "low"},
           Case{"/srv/socket", "medium"},
           Case{"/srv/file.sock", "low"},
           Case{"/srv/x.sockets", "low"},
           Case{"/srv/x.sock.d/y", "low"},
           Case{"/srv/sock.txt", "low"},
           // What rules say of sockets.
           Case{"/srv/docker.sock", "critical"},
           Case{"/run/docker/metrics.sock", "low"},
       }) {
    const std::string spec =
        MountSpec("bind", c.source, "/x", R"("bind","ro")");
    const std::string told =
        absl::StrCat(c.level, " ", c.source, " at /x (read-only)");
    EXPECT_EQ(Mounts(GrantsOf(spec, {&(*host)->files})), told);
    // Of an unknown machine, names are all that there is.
    if (c.source != "/srv/there" && c.source != "/srv/file.sock") {
      EXPECT_EQ(Mounts(GrantsOf(spec)), told);
    }
  }
  EXPECT_EQ(
      Mounts(GrantsOf(MountSpec("bind", "/srv/link", "/x", R"("bind","ro")"),
                      {&(*host)->files})),
      "medium /srv/link at /x (read-only)");
  // Nor is it a file where it is writable.
  const auto why = [&](std::string_view source) {
    for (const Grant& grant :
         GrantsOf(MountSpec("bind", source, "/x", R"("rbind")"),
                  {&(*host)->files})) {
      if (grant.id == "mount") return grant.why;
    }
    return std::string();
  };
  for (std::string_view source : {"/srv/there", "/srv/gone.sock"}) {
    EXPECT_TRUE(absl::StartsWith(why(source), "a socket: who connects"));
  }
  EXPECT_EQ(why("/srv/file.sock"), "writes files of the host");
}

// "critical raw disks: ... (b 8:0)"
std::string Device(std::string_view path, std::string_view type, int major,
                   int minor, const GrantHost& host) {
  for (const Grant& grant :
       GrantsOf(absl::StrCat(R"({"linux":{"devices":[{"path":")", path,
                             R"(","type":")", type, R"(","major":)", major,
                             R"(,"minor":)", minor, "}]}}"),
                host)) {
    if (grant.id == "device") {
      return absl::StrCat(GrantLevelName(grant.level), " ", grant.why);
    }
  }
  return "";
}

TEST(Grants, OfDevices) {
  struct Case {
    std::string_view path;
    std::string_view type;
    int major;
    int minor;
    std::string_view there;    // what is told if it is there
    std::string_view assumed;  // and if its path is all that is known
  };
  for (const Case& c : {
           Case{"/dev/sda", "b", 8, 0, "critical", "critical"},
           Case{"/dev//sda", "b", 8, 0, "critical", "critical"},
           Case{"/dev/../dev/mem", "c", 1, 1, "critical", "critical"},
           Case{"dev/sda", "b", 8, 0, "critical", "critical"},
           Case{"/dev/sr0", "b", 11, 0, "high", "high"},
           Case{"/dev/disk9", "b", 253, 0, "critical", "medium"},
           Case{"/dev/loop0", "b", 7, 0, "high", "high"},
           Case{"/dev/nbd0", "b", 43, 0, "high", "high"},
           Case{"/dev/ram0", "b", 1, 0, "high", "high"},
           Case{"/dev/sg0", "c", 21, 0, "critical", "critical"},
           Case{"/dev/cpu/0/msr", "c", 202, 0, "critical", "critical"},
           Case{"/dev/kmsg", "c", 1, 11, "high", "high"},
           Case{"/dev/uinput", "c", 10, 223, "high", "high"},
           Case{"/dev/tty0", "c", 4, 0, "high", "high"},
           Case{"/dev/tty", "c", 5, 0, "medium", "medium"},
           Case{"/dev/console", "c", 5, 1, "high", "high"},
           Case{"/dev/input/event3", "c", 13, 67, "high", "high"},
           Case{"/dev/hidraw0", "c", 244, 0, "high", "high"},
           Case{"/dev/null", "c", 1, 3, "low", "low"},
           Case{"/dev/fuse", "c", 10, 229, "low", "low"},
           Case{"/dev/net/tun", "c", 10, 200, "medium", "medium"},
           // The number counts where it says what a device is.
           Case{"/dev/fine", "b", 8, 16, "critical", "medium"},
           Case{"/dev/fine", "c", 1, 1, "critical", "medium"},
           Case{"/dev/fine", "c", 1, 3, "low", "medium"},
           Case{"/dev/fine", "b", 1, 3, "high", "medium"},
           Case{"/dev/null", "c", 1, 1, "critical", "low"},
           Case{"/dev/core", "c", 10, 200, "critical", "critical"},
           Case{"/srv/fine", "c", 1, 3, "low", "medium"},
           Case{"/etc/fine", "c", 10, 200, "medium", "medium"},
           Case{"/dev/ttyUSB0", "c", 188, 0, "medium", "medium"},
           Case{"/dev/vg/lv", "b", 253, 0, "critical", "high"},
           Case{"/dev/vg/lv", "c", 240, 0, "medium", "high"},
           Case{"/dev/pipe", "p", 0, 0, "info", "info"},
       }) {
    const auto level = [&](const GrantHost& host) {
      const std::string told = Device(c.path, c.type, c.major, c.minor, host);
      return told.substr(0, told.find(' '));
    };
    EXPECT_EQ(level({}), c.there) << c.path;
    EXPECT_EQ(level({nullptr, {std::string(c.path)}}), c.assumed) << c.path;
  }
}

// Numbers that are a device's for good, whatever it is called, and those beside
// them.
TEST(Grants, OfDevicesByNumber) {
  struct Case {
    std::string_view type;
    int major, minor;
    std::string_view path;  // "" if the number says nothing
  };
  for (const Case& c : {
           Case{"c", 1, 0, ""},
           Case{"c", 1, 1, "/dev/mem"},
           Case{"c", 1, 2, "/dev/kmem"},
           Case{"c", 1, 3, "/dev/null"},
           Case{"c", 1, 4, "/dev/port"},
           Case{"c", 1, 5, "/dev/zero"},
           Case{"c", 1, 6, ""},
           Case{"c", 1, 7, "/dev/full"},
           Case{"c", 1, 8, "/dev/random"},
           Case{"c", 1, 9, "/dev/urandom"},
           Case{"c", 1, 10, ""},
           Case{"c", 1, 11, "/dev/kmsg"},
           Case{"c", 1, 12, ""},
           Case{"c", 4, 0, "/dev/tty0"},
           Case{"c", 4, 64, "/dev/tty0"},
           Case{"c", 5, 0, ""},
           Case{"c", 5, 1, "/dev/console"},
           Case{"c", 7, 1, "/dev/vcs0"},
           Case{"c", 8, 0, ""},
           Case{"c", 10, 222, ""},
           Case{"c", 10, 223, "/dev/uinput"},
           Case{"c", 10, 229, "/dev/fuse"},
           Case{"c", 13, 9, "/dev/input/x"},
           Case{"c", 21, 9, "/dev/sg0"},
           Case{"c", 162, 1, "/dev/raw/raw1"},
           Case{"c", 202, 9, "/dev/cpu/0/msr"},
           Case{"c", 0, 0, ""},
           Case{"b", 1, 9, "/dev/ram0"},
           Case{"b", 2, 1, "/dev/fd0"},
           Case{"b", 7, 9, "/dev/loop0"},
           Case{"b", 11, 9, "/dev/sr0"},
           Case{"b", 43, 9, "/dev/nbd0"},
           Case{"b", 0, 0, "/dev/sda"},
           Case{"b", 10, 229, "/dev/sda"},
           Case{"b", 259, 0, "/dev/sda"},
       }) {
    const std::string told = Device("/srv/fine", c.type, c.major, c.minor, {});
    EXPECT_EQ(
        told.substr(0, told.find(' ')),
        c.path.empty()
            ? "medium"
            : GrantLevelName(JudgeSource(c.path, /*read_only=*/false).level))
        << c.type << " " << c.major << ":" << c.minor;
    // The engines' own rule about FUSE.
    const auto grants = GrantsOf(absl::StrCat(
        R"({"linux":{"devices":[{"path":"/srv/fine","type":")", c.type,
        R"(","major":)", c.major, R"(,"minor":)", c.minor, "}]}}"));
    EXPECT_EQ(std::count_if(grants.begin(), grants.end(),
                            [](const Grant& grant) {
                              return grant.id == "fuse-rule-order";
                            }),
              c.path == "/dev/fuse" ? 1 : 0)
        << c.type << " " << c.major << ":" << c.minor;
  }
}

// A device and the bind mount of it are of the same level.
TEST(Grants, OfDevicesAndOfMountsAreTheSame) {
  for (const SourceRule& rule : SourceRules()) {
    for (std::string_view pattern : absl::StrSplit(rule.paths, ' ')) {
      std::string path(pattern);
      if (!absl::StartsWith(path, "/dev/")) continue;
      if (path.back() == '*') path.back() = '0';
      if (path == "/dev/shm" || path == "/dev/mqueue" || path == "/dev/log" ||
          path == "/dev/initctl") {
        continue;  // no devices
      }
      const std::string told = Device(path, "c", 1, 3, {nullptr, {path}});
      EXPECT_EQ(told.substr(0, told.find(' ')),
                GrantLevelName(JudgeSource(path, /*read_only=*/false).level))
          << path;
    }
  }
}

// A spec of which nothing is told.
std::string QuietSpec() {
  const DefaultSpec& usual = DefaultRelease().behaviour->default_spec;
  std::vector<std::string> mounts;
  for (const Mount& mount : usual.mounts) {
    mounts.push_back(absl::StrCat(
        R"({"destination":")", mount.destination, R"(","type":")", mount.type,
        R"(","source":")", mount.source, R"(","options":[")",
        absl::StrJoin(mount.options, R"(",")"), R"("]})"));
  }
  return absl::StrCat(
      R"({"process":{"noNewPrivileges":true,"apparmorProfile":"p",)"
      R"("capabilities":{"effective":["CAP_KILL"],"inheritable":[]}},)"
      R"("mounts":[)",
      absl::StrJoin(mounts, ","),
      R"(],"linux":{"seccomp":{},"namespaces":[{"type":"network"},)"
      R"({"type":"pid"},{"type":"ipc"},{"type":"user"}],)"
      R"("resources":{"devices":[{"allow":false,"access":"rwm"}]},)"
      R"("devices":[],"maskedPaths":[")",
      absl::StrJoin(usual.masked_paths, R"(",")"), R"("]}})");
}

// What a spec tells by what it has, or has not.
TEST(Grants, OfEachPartOfASpec) {
  const std::string quiet = QuietSpec();
  struct Case {
    std::string_view part, changed, told;
  };
  for (const Case& c : {
           Case{"", "", ""},
           Case{R"("noNewPrivileges":true,)", "",
                "info unconfined noNewPrivileges"},
           Case{R"("noNewPrivileges":true)", R"("noNewPrivileges":false)",
                "info unconfined noNewPrivileges"},
           Case{R"("apparmorProfile":"p",)", "",
                "info unconfined AppArmor profile"},
           Case{R"("seccomp":{},)", "", "info unconfined seccomp filter"},
           Case{R"({"type":"network"},)", "", "high host-network network"},
           Case{R"({"type":"pid"},)", "", "high host-pid pid"},
           Case{R"({"type":"ipc"},)", "", "medium host-ipc ipc"},
           Case{R"(,{"type":"user"})", "", "low host-root uid 0"},
           Case{R"({"allow":false,"access":"rwm"})", R"({"allow":true})",
                "critical all-devices all"},
           Case{R"("allow":false,"access")",
                R"("allow":true,"type":"a","access")",
                "critical all-devices all"},
           Case{R"("allow":false,"access")",
                R"("allow":false,"type":"a","access")", ""},
           Case{R"("allow":false,"access")",
                R"("allow":true,"type":"c","access")", ""},
           Case{R"("allow":false,"access")",
                R"("allow":true,"major":1,"access")", ""},
           Case{R"("resources":{"devices":[{"allow":false,"access":"rwm"}]},)",
                "", "critical all-devices all"},
           Case{R"("devices":[{"allow":false,"access":"rwm"}])", "",
                "critical all-devices all"},
           Case{R"("devices":[],)",
                R"("devices":[{"path":"/dev/x","type":"c","major":9}],)",
                "info device-denied /dev/x"},
           Case{R"(["CAP_KILL"])", R"(["CAP_KILL","CAP_KILL"])", ""},
           Case{R"(["CAP_KILL"])", R"(["CAP_SYS_ADMIN","CAP_SYS_ADMIN"])",
                "critical capability CAP_SYS_ADMIN"},
           Case{R"(["CAP_KILL"])", R"(["CAP_NONE"])",
                "info capability CAP_NONE"},
           // As any runtime takes it.
           Case{R"(["CAP_KILL"])", R"(["cap_sys_admin","21","cap_kill"])",
                "critical capability cap_sys_admin; critical capability 21; "
                "info capability cap_kill"},
           Case{R"({"effective":["CAP_KILL"],"inheritable":[]})",
                R"(["CAP_SYS_ADMIN"])", "critical capability CAP_SYS_ADMIN"},
           Case{R"("inheritable":[])", R"("inheritable":["CAP_KILL"])",
                "low inheritable-capabilities those the plugin asks for"},
           Case{R"("inheritable":[])", R"("bounding":["CAP_SYS_ADMIN"])", ""},
           Case{R"("capabilities":{"effective":["CAP_KILL"],"inheritable":[]})",
                R"("x":1)", "info no-capabilities process.capabilities"},
           Case{R"("/proc/kcore",)", "", "low unmasked-path /proc/kcore"},
           Case{R"("destination":"/dev/shm")", R"("destination":"/dev/shm2")",
                "info default-mount-gone /dev/shm"},
       }) {
    std::string told;
    const std::string spec = absl::StrReplaceAll(quiet, {{c.part, c.changed}});
    for (const Grant& grant : GrantsOf(spec)) {
      absl::StrAppend(&told, told.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.id, " ",
                      grant.what);
      EXPECT_NE(grant.why, "") << told;
    }
    EXPECT_EQ(told, c.told) << c.part << " -> " << c.changed;
    // A case that changes nothing shows nothing.
    EXPECT_TRUE(c.part.empty() || spec != quiet) << c.part;
  }
}

// What the newest releases mask, and since when.
TEST(Grants, SayWhichReleaseMasksAPath) {
  auto tree = JsonTree::Parse("{}", "spec");
  ASSERT_TRUE(tree.ok());
  for (const auto& [engine, told] :
       {std::pair<std::string_view, bool>{"28.0.1", true}, {"28.0.2", false}}) {
    const std::vector<Grant> grants =
        FindGrants(**FindRelease(engine), Plugin(), (*tree)->root(), {});
    EXPECT_EQ(std::count_if(grants.begin(), grants.end(),
                            [](const Grant& grant) {
                              return absl::StrContains(grant.what,
                                                       "thermal_throttle");
                            }),
              told ? 1 : 0)
        << engine;
  }
  for (const Grant& grant : GrantsOf("{}")) {
    if (grant.what != "/proc/interrupts") continue;
    EXPECT_TRUE(absl::StrContains(grant.why, "ince Docker ")) << grant.why;
  }
}

// By what it is, what it is about, and how grave it is.
TEST(AddedGrants, AreThoseThatWereNotThere) {
  const Grant grant = {GrantLevel::kLow, "id", "what", "why"};
  EXPECT_TRUE(AddedGrants({grant}, {grant}).empty());
  EXPECT_EQ(AddedGrants({}, {grant}).size(), 1u);
  Grant other = grant;
  other.why = "told in other words";
  EXPECT_TRUE(AddedGrants({grant}, {other}).empty());
  other = grant;
  other.level = GrantLevel::kHigh;
  EXPECT_EQ(AddedGrants({grant}, {grant, other}).size(), 1u);
  other = grant;
  other.id = "other";
  EXPECT_EQ(AddedGrants({grant}, {grant, other}).size(), 1u);
  other = grant;
  other.what = "other";
  EXPECT_EQ(AddedGrants({grant}, {grant, other}).size(), 1u);
}

std::string Mount(std::string_view source, std::string_view destination,
                  std::string_view options, std::string_view type = "bind") {
  return absl::StrCat(R"({"type":")", type, R"(","source":")", source,
                      R"(","destination":")", destination, R"(","options":[")",
                      absl::StrReplaceAll(options, {{" ", R"(",")"}}),
                      R"("]})");
}

// What is told of mounts that are added: "medium /srv at /x", with what is new
// of one that was there behind it.
std::string Added(std::string_view before, std::string_view now,
                  const GrantHost& host = {},
                  const Release& release = DefaultRelease()) {
  const auto grants = [&](std::string_view mounts) {
    return GrantsOf(absl::StrCat(R"({"mounts":[)", mounts, "]}"), host,
                    release);
  };
  std::string out;
  for (const Grant& grant : AddedGrants(grants(before), grants(now))) {
    if (grant.id == "default-mount-gone") continue;
    const size_t more = grant.why.find("; new: ");
    absl::StrAppend(&out, out.empty() ? "" : "; ", GrantLevelName(grant.level),
                    " ", grant.what,
                    more == std::string::npos ? "" : grant.why.substr(more));
  }
  return out;
}

// Those that are not looked at are new, unless all is the same.
TEST(AddedGrants, OfMoreDirectoriesThanAreLookedAt) {
  std::string many;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&many, "/a", i, ":");
  const auto overlay = [&](std::string_view more) {
    return Mount("o", "/x", absl::StrCat("lowerdir=", many, more), "overlay");
  };
  EXPECT_EQ(Added(overlay(""), overlay("")), "");
  EXPECT_EQ(Added(overlay(""), overlay("/b")),
            "critical /a10000 as lowerdir of the overlay at /x (read-only)");
}

TEST(AddedGrants, OfMounts) {
  struct Case {
    std::string before, now, added;
  };
  const std::string tmpfs = Mount("tmpfs", "/x/etc", "ro", "tmpfs");
  const std::string srv = Mount("/srv", "/x", "rbind");
  const auto overlay = [](std::string_view options) {
    return Mount("o", "/x", options, "overlay");
  };
  for (const Case& c : {
           // The same, and less.
           Case{Mount("/srv", "/x", "rbind"), Mount("/srv", "/x", "rbind"), ""},
           Case{Mount("/srv", "/x", "rbind"), Mount("/srv/", "/y", "rbind"),
                ""},
           Case{Mount("/var/run/x", "/x", "rbind"),
                Mount("/run/x", "/x", "rbind"), ""},
           Case{Mount("/run/x", "/x", "rbind"),
                Mount("//var/./run/y/../x", "/x", "rbind"), ""},
           Case{Mount("/srv", "/x", "rbind"), Mount("/srv", "/x", "rbind ro"),
                ""},
           Case{Mount("/srv", "/x", "rbind"), Mount("/srv/a/b", "/x", "rbind"),
                ""},
           Case{Mount("/srv", "/x", "rbind"), Mount("/srv", "/x", "bind"), ""},
           Case{Mount("/srv", "/x", "rbind"),
                Mount("/srv", "/x", "rbind nosuid nodev noexec"), ""},
           Case{Mount("/srv", "/x", "rbind rslave"),
                Mount("/srv", "/x", "rbind rprivate"), ""},
           Case{Mount("/srv", "/x", "rbind rshared"),
                Mount("/srv", "/x", "rbind rslave"), ""},
           Case{Mount("/srv", "/x", "rbind rshared"),
                Mount("/srv/a", "/x", "rbind rshared"), ""},
           Case{Mount("/", "/x", "rbind"),
                Mount("/run/docker.sock", "/x", "bind"), ""},
           Case{Mount("/", "/x", "rbind"),
                absl::StrCat(Mount("/", "/x", "rbind"), ",", tmpfs), ""},
           Case{absl::StrCat(Mount("/", "/x", "rbind"), ",", tmpfs),
                Mount("/usr", "/x", "rbind ro"), ""},
           Case{Mount("proc", "/x", "nosuid", "proc"),
                Mount("proc", "/y", "nosuid ro", "proc"), ""},
           Case{Mount("/srv", "/x", "rbind"),
                Mount("overlay", "/x", "lowerdir=/srv/a,upperdir=/srv/b",
                      "overlay"),
                "medium overlay at /x of type overlay"},
           // More.
           Case{"", Mount("/srv", "/x", "bind"), "medium /srv at /x"},
           Case{Mount("/srv/a", "/x", "rbind"), Mount("/srv", "/x", "rbind"),
                "medium /srv at /x"},
           Case{Mount("/srv/a", "/x", "rbind"), Mount("/srv/ab", "/x", "rbind"),
                "medium /srv/ab at /x"},
           Case{Mount("/srv", "/x", "rbind ro"), Mount("/srv", "/x", "rbind"),
                "medium /srv at /x; new: writing"},
           Case{Mount("/etc", "/x", "rbind"),
                Mount("/etc", "/x", "rbind rslave"),
                "critical /etc at /x; new: what the host mounts there later"},
           Case{Mount("/srv", "/x", "bind"), Mount("/srv", "/x", "rbind"),
                "medium /srv at /x; new: what is mounted below it"},
           Case{Mount("/srv", "/x", "rbind nosuid nodev noexec"),
                Mount("/srv", "/x", "rbind nodev"),
                "medium /srv at /x; new: set-user-ID programs, running "
                "programs"},
           Case{Mount("/srv", "/x", "rbind rro"),
                Mount("/srv", "/x", "rbind ro"),
                "low /srv at /x (read-only, but for what is mounted below it); "
                "new: writing in what is mounted below it"},
           Case{Mount("/srv", "/x", "rbind"),
                Mount("/srv", "/x", "rbind rshared"),
                "high /srv at /x; medium /srv at /x; new: what the host mounts "
                "there later, that the host sees what is mounted there"},
           Case{Mount("/srv", "/x", "rbind rprivate"),
                Mount("/srv", "/x", "rbind"),
                "medium /srv at /x; new: what the host mounts there later"},
           // Without what is mounted below, a path there may be another's.
           Case{Mount("/", "/x", "bind"),
                Mount("/run/docker.sock", "/x", "bind"),
                "critical /run/docker.sock at /x"},
           Case{Mount("/mnt", "/x", "bind"), Mount("/mnt/a", "/x", "bind"),
                "medium /mnt/a at /x"},
           Case{Mount("/etc", "/x", "bind"), Mount("/etc/a/b", "/x", "bind"),
                ""},
           // What is graver than what was told.
           Case{Mount("/opt/x", "/x", "rbind"),
                Mount("/opt/x/docker.sock", "/x", "rbind"),
                "critical /opt/x/docker.sock at /x"},
           // A mount behind it hides nothing: it may be elsewhere, or go.
           Case{absl::StrCat(Mount("/", "/x", "rbind"), ",", tmpfs),
                Mount("/", "/x", "rbind"), ""},
           Case{"", absl::StrCat(srv, ",", Mount("t", "/x", "", "tmpfs")),
                "medium /srv at /x"},
           Case{"",
                absl::StrCat(Mount("/srv", "/x/y", "rbind"), ",",
                             Mount("t", "/x", "", "tmpfs")),
                "medium /srv at /x/y"},
           Case{"", Mount("/", "/run/docker/plugins/x", "rbind"),
                "critical / at /run/docker/plugins/x"},
           // All of it has the kernel's file system that is there.
           Case{Mount("/proc", "/x", "rbind"), Mount("p", "/y", "", "proc"),
                ""},
           Case{Mount("/sys", "/x", "rbind"), Mount("s", "/y", "ro", "sysfs"),
                ""},
           Case{Mount("/", "/x", "rbind"), Mount("p", "/y", "", "proc"), ""},
           Case{Mount("/proc", "/x", "rbind ro"), Mount("p", "/y", "", "proc"),
                "critical proc at /y; new: writing"},
           Case{Mount("/proc", "/x", "bind"), Mount("p", "/y", "", "proc"),
                "critical proc at /y"},
           Case{Mount("/proc", "/x", "rbind"), Mount("s", "/y", "", "sysfs"),
                "critical sysfs at /y"},
           Case{Mount("/sys", "/x", "rbind"), Mount("d", "/y", "", "debugfs"),
                "critical debugfs at /y"},
           Case{Mount("/sys/fs", "/x", "rbind"), Mount("s", "/y", "", "sysfs"),
                "critical sysfs at /y"},
           Case{Mount("/proc", "/x", "rbind"),
                Mount("p", "/y", "hidepid=0", "proc"), "critical proc at /y"},
           // Where these lead nobody knows.
           Case{Mount("/proc/1/fd/3/x", "/x", "rbind"),
                Mount("/proc/1/fd/3/x", "/x", "rbind ro"), ""},
           Case{Mount("/proc/1/fd/3/x", "/x", "rbind"),
                Mount("/etc", "/x", "rbind"), "critical /etc at /x"},
           Case{Mount("x", "/x", "bind"), Mount("./x", "/x", "bind"), ""},
           Case{Mount("x", "/x", "bind"), Mount("y", "/x", "bind"),
                "critical y at /x"},
           Case{"", Mount("rootfs", "/x", "bind"), "low rootfs at /x"},
           Case{"", Mount("./propagated-mount/", "/x", "bind"),
                "low ./propagated-mount/ at /x"},
           Case{"", Mount("rootfs/x", "/x", "bind"), "critical rootfs/x at /x"},
           Case{"", Mount(".", "/x", "bind"), "critical . at /x"},
           Case{"", Mount("config.json", "/x", "bind ro"),
                "low config.json at /x (read-only)"},
           // A link in it leads anywhere.
           Case{Mount("x", "/x", "bind"), Mount("x/y", "/x", "bind ro"),
                "critical x/y at /x (read-only)"},
           Case{Mount("x/y", "/x", "bind"), Mount("x/y", "/x", "bind ro"), ""},
           Case{Mount("proc", "/x", "ro", "proc"),
                Mount("proc", "/x", "", "proc"),
                "critical proc at /x; new: writing"},
           Case{Mount("h:/a", "/x", "ro", "nfs"),
                Mount("h:/b", "/x", "ro", "nfs"),
                "medium h:/b at /x of type nfs (read-only)"},
           // Servers may export what is below with more rights.
           Case{Mount("h:/a", "/x", "", "nfs"),
                Mount("h:/a/b", "/x", "", "nfs"),
                "medium h:/a/b at /x of type nfs"},
           // Each directory of an overlay.
           Case{overlay("lowerdir=/root/.ssh"),
                overlay("lowerdir=/root/.ssh:/etc/kubernetes"),
                "high /etc/kubernetes as lowerdir of the overlay at /x "
                "(read-only)"},
           Case{overlay("lowerdir=/a:/b"), overlay("lowerdir=/b:/a"), ""},
           Case{overlay("lowerdir=/a:/b"), overlay("lowerdir=/b"), ""},
           Case{overlay("lowerdir=/a:/b"), Mount("/b", "/x", "bind ro"), ""},
           // What is no layer is not shown.
           Case{overlay("upperdir=/a,workdir=/b"), Mount("/b", "/x", "bind"),
                "medium /b at /x"},
           Case{overlay("lowerdir=/a,datadir+=/b"),
                Mount("/b", "/x", "bind ro"), "low /b at /x (read-only)"},
           Case{overlay("upperdir=/proc/self/fd/3,workdir=/proc/1/root/b"),
                overlay("upperdir=/proc/self/fd/3,workdir=/b/c ro"), ""},
           Case{overlay("upperdir=/a,workdir=/b"),
                overlay("upperdir=/a,workdir=/proc/self/fd/3"),
                "critical /proc/self/fd/3 as workdir of the overlay at /x"},
           Case{overlay("lowerdir=/,upperdir=/,workdir=/a"),
                overlay("lowerdir=/proc/self/cwd/a,upperdir=/proc/9/root/a,"
                        "workdir=/proc/1/root/a"),
                "critical /proc/self/cwd/a as lowerdir of the overlay at /x "
                "(read-only); critical /proc/9/root/a as upperdir of the "
                "overlay at /x"},
           Case{"", overlay("lowerdir=a"),
                "critical a as lowerdir of the overlay at /x (read-only); "
                "medium o at /x of type overlay"},
           // What else it may do with them.
           Case{overlay("lowerdir=/a,upperdir=/b,workdir=/c"),
                overlay("lowerdir=/a,upperdir=/b,workdir=/c,metacopy=on"),
                "medium o at /x of type overlay"},
           Case{overlay("redirect_dir=on,lowerdir=/a"),
                overlay("lowerdir=/a redirect_dir=on"), ""},
           Case{overlay("lowerdir=/a::/b"), Mount("/b", "/x", "bind ro"),
                "low /b at /x (read-only)"},
           // The engine's own, for a network.
           Case{absl::StrCat(Mount("/etc", "/etc", "rbind"), ",",
                             Mount("/etc/hosts", "/etc/hosts", "rbind ro")),
                Mount("/etc", "/etc", "rbind"), ""},
           Case{Mount("/etc/hosts", "/etc/hosts", "rbind ro"),
                Mount("/etc/hosts", "/x", "rbind ro"),
                "low /etc/hosts at /x (read-only)"},
           // Options of what is mounted there before.
           Case{absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("/srv", "/y", "bind")),
                absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("/srv", "/x", "bind remount")),
                "critical /etc at /x; new: writing"},
           Case{absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("/opt", "/y", "rbind ro nosuid")),
                absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("/opt", "/y", "rbind ro nosuid"), ",",
                             Mount("t", "/y", "remount ro", "tmpfs")),
                "high /opt at /y (read-only, but for what is mounted below "
                "it); new: set-user-ID programs"},
           Case{absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("t", "/y", "", "tmpfs")),
                absl::StrCat(Mount("/etc", "/x", "rbind ro"), ",",
                             Mount("t", "/y", "remount", "tmpfs")),
                "critical /etc at /x; new: writing"},
           Case{Mount("/etc", "/x", "rbind"),
                absl::StrCat(Mount("/etc", "/x", "rbind"), ",",
                             Mount("t", "/x", "remount rshared", "tmpfs")),
                "critical /etc at /x; new: what the host mounts there later, "
                "that the host sees what is mounted there"},
           // Options of file systems.
           Case{Mount("/dev/x", "/x", "subvol=/a", "btrfs"),
                Mount("/dev/x", "/x", "subvol=/b", "btrfs"),
                "medium /dev/x at /x of type btrfs"},
           Case{Mount("/dev/x", "/x", "subvol=/a ssd", "btrfs"),
                Mount("/dev/x", "/x", "ro ssd,subvol=/a nosuid", "btrfs"), ""},
           Case{Mount("/dev/x", "/x", "subvol=/a subvol=/b", "btrfs"),
                Mount("/dev/x", "/x", "subvol=/b subvol=/a", "btrfs"),
                "medium /dev/x at /x of type btrfs"},
           // Only an overlay's are told by themselves.
           Case{Mount("/dev/x", "/x", "workdir=/a", "btrfs"),
                Mount("/dev/x", "/x", "workdir=/b", "btrfs"),
                "medium /dev/x at /x of type btrfs"},
           Case{Mount("/dev/x", "/x", "a\\\\,b", "btrfs"),
                Mount("/dev/x", "/x", "a\\\\ b", "btrfs"), ""},
           Case{Mount("proc", "/x", "subset=pid", "proc"),
                Mount("proc", "/x", "nosuid", "proc"), "critical proc at /x"},
           // Without "r", what is mounted below stays as it is.
           Case{Mount("/srv", "/x", "rbind rprivate"),
                Mount("/srv", "/x", "rbind private"),
                "medium /srv at /x; new: what the host mounts later in what is "
                "mounted below it"},
           // Without "rbind", what each host has mounted below is not there.
           Case{"", Mount("/sys", "/x", "bind ro"),
                "medium /sys at /x (read-only)"},
           Case{"", Mount("/sys", "/x", "rbind rro"),
                "high /sys at /x (read-only)"},
           Case{"", Mount("/sys", "/x", "rbind ro"),
                "critical /sys at /x (read-only, but for what is mounted below "
                "it)"},
           Case{Mount("/sys", "/x", "bind ro"), Mount("/sys", "/x", "rbind ro"),
                "critical /sys at /x (read-only, but for what is mounted below "
                "it); new: what is mounted below it"},
           Case{Mount("/var/lib", "/x", "bind"),
                Mount("/var/lib/lxcfs/proc", "/x", "bind"),
                "medium /var/lib/lxcfs/proc at /x"},
           // What was for the source alone was not for what is mounted below.
           Case{Mount("/mnt", "/x", "rbind slave"),
                Mount("/mnt/a", "/x", "bind slave"), "medium /mnt/a at /x"},
           Case{Mount("/mnt", "/x", "rbind rslave"),
                Mount("/mnt/a", "/x", "bind slave"), ""},
           Case{Mount("/etc", "/x", "rbind slave"),
                Mount("/etc/a/b", "/x", "bind slave"), ""},
           // To a runtime in C, what is before a NUL.
           Case{Mount("/srv", "/x", "rbind"),
                Mount("/etc\\u0000/srv", "/x", "rbind"), "critical /etc at /x"},
           Case{Mount("/srv", "/x", "rbind ro"),
                Mount("/srv", "/x", "rbind ro\\u0000 rw\\u0000x"),
                "medium /srv at /x; new: writing"},
           Case{Mount("/srv", "/x", "rbind ro"),
                Mount("/srv", "/x", "rbind ro\\u0000rw"), ""},
           Case{"", Mount("/etc", "/x", "rbind\\u0000", "none"),
                "critical /etc at /x"},
           Case{"", Mount("/etc", "/x", "rbind", "bind\\u0000x"),
                "critical /etc at /x"},
           Case{"", Mount("p\\u0000", "/x", "", "proc\\u0000y"),
                "critical proc at /x"},
           // The kernel's links lead anywhere.
           Case{Mount("/proc", "/x", "rbind"),
                Mount("/proc/self/fd/3", "/x", "bind"),
                "critical /proc/self/fd/3 at /x"},
           Case{Mount("/proc", "/x", "rbind"),
                Mount("/proc/1/exe", "/x", "bind"),
                "critical /proc/1/exe at /x"},
           Case{Mount("/", "/x", "rbind"),
                Mount("/proc/1/ns/mnt", "/x", "bind"),
                "critical /proc/1/ns/mnt at /x"},
           Case{Mount("/proc", "/x", "rbind"),
                Mount("/proc/1/fdinfo", "/x", "bind"), ""},
       }) {
    EXPECT_EQ(Added(c.before, c.now), c.added) << c.before << "\n" << c.now;
  }
}

// Options that the runc of an engine does not know protect nothing.
TEST(Grants, ByTheRuncOfTheEngine) {
  const auto told = [](std::string_view engine, std::string_view mount) {
    std::string out;
    for (const Grant& grant :
         GrantsOf(absl::StrCat(R"({"mounts":[)", mount, "]}"), {},
                  **FindRelease(engine))) {
      if (grant.id != "mount" && grant.id != "file-system") continue;
      const size_t note = grant.why.find("; without effect");
      absl::StrAppend(&out, GrantLevelName(grant.level), " ", grant.what,
                      note == std::string::npos ? "" : grant.why.substr(note));
    }
    return out;
  };
  const std::string rro = Mount("/etc", "/x", "rbind rro rnosuid rro rrw2");
  EXPECT_EQ(told("20.10.15", rro), "high /etc at /x (read-only)");
  EXPECT_EQ(told("20.10.14", rro),
            "critical /etc at /x; without effect: rro, rnosuid (unknown to "
            "this engine's runc)");
  EXPECT_EQ(told("20.10.14", Mount("/etc", "/x", "bind ro rrw")),
            "high /etc at /x (read-only)");
  EXPECT_EQ(told("28.5.2", Mount("/srv", "/x", "rro rrw", "ext4")),
            "medium /srv at /x of type ext4; without effect: rro (runc takes "
            "it for bind mounts only)");
  const std::string ro = Mount("/srv", "/x", "rbind ro nosymfollow");
  EXPECT_EQ(Added(ro, Mount("/srv", "/x", "rbind rro nosymfollow"), {},
                  **FindRelease("20.10.15")),
            "");
  EXPECT_EQ(Added(ro, Mount("/srv", "/x", "rbind rro nosymfollow"), {},
                  **FindRelease("20.10.14")),
            "medium /srv at /x; new: writing");
  EXPECT_EQ(
      Added(ro, Mount("/srv", "/x", "rbind ro"), {}, **FindRelease("20.10.14")),
      "");
  EXPECT_EQ(
      Added(ro, Mount("/srv", "/x", "rbind ro"), {}, **FindRelease("20.10.15")),
      "low /srv at /x (read-only, but for what is mounted below it); new: "
      "symbolic links");
}

// "remount" sets the options of what is there.
TEST(Grants, OfWhatIsRemounted) {
  const auto told = [](const std::string& mounts) {
    return Mounts(GrantsOf(absl::StrCat(R"({"mounts":[)", mounts, "]}")));
  };
  const std::string sys = Mount("sysfs", "/sys", "ro nosuid", "sysfs");
  EXPECT_EQ(told(sys), "");
  for (std::string_view at : {"/sys", "/sys/", "/link", "/x/../sys"}) {
    EXPECT_EQ(told(absl::StrCat(sys, ",", Mount("t", at, "remount", "tmpfs"))),
              "critical sysfs at /sys")
        << at;
  }
  EXPECT_EQ(told(absl::StrCat(sys, ",", Mount("t", "/x", "", "tmpfs"), ",",
                              Mount("t", "/x", "remount", "tmpfs"))),
            "");
  EXPECT_EQ(
      told(absl::StrCat(sys, ",", Mount("t", "/sys", "remount ro", "tmpfs"))),
      "");
  // Where a path goes up again, it may be of any mount before.
  const std::string etc = Mount("/etc", "/a", "bind ro");
  for (const auto& [before, at, level] :
       {std::tuple<std::string_view, std::string_view, std::string_view>{
            "/y", "/y", "high"},
        {"/y", "/z", "critical"},
        {"/y", "/x/../y", "critical"},
        {"/x/../y", "/y", "critical"},
        {"/x/../y", "/x/../y", "critical"}}) {
    EXPECT_EQ(told(absl::StrCat(etc, ",", Mount("t", before, "ro", "tmpfs"),
                                ",", Mount("t", at, "remount", "tmpfs"))),
              absl::StrCat(level, " /etc at /a (read-only)")
                  .substr(0, level == "critical" ? level.size() + 11
                                                 : std::string::npos))
        << before << " " << at;
  }
  // More than once, and by any of them.
  EXPECT_EQ(told(absl::StrCat(sys, ",", Mount("t", "/sys", "remount", "tmpfs"),
                              ",", Mount("t", "/sys", "remount ro", "tmpfs"))),
            "critical sysfs at /sys");
}

// Who may mount makes it writable.
TEST(Grants, OfCapabilitiesThatMayRemount) {
  const auto why = [](std::string_view set) {
    std::string out;
    for (const Grant& grant : GrantsOf(absl::StrCat(
             R"({"process":{"capabilities":)", set, R"(},"mounts":[)",
             Mount("/srv", "/x", "bind ro"), "]}"))) {
      if (grant.id == "mount") out = grant.why;
    }
    return out;
  };
  for (std::string_view may :
       {R"(["CAP_SYS_ADMIN"])", R"({"permitted":["CAP_SYS_ADMIN"]})",
        R"(["0x15"])"}) {
    EXPECT_TRUE(absl::StrContains(why(may), "can make it writable")) << may;
  }
  EXPECT_FALSE(absl::StrContains(why(R"(["CAP_KILL"])"), "writable"));
}

// Without "r", what is mounted below stays writable.
TEST(Grants, OfHalfOfWhatIsReadOnly) {
  struct Case {
    std::string_view source, options, told;
  };
  constexpr std::string_view kHalf =
      " (read-only, but for what is mounted below it)";
  for (const Case& c : {
           Case{"/sys", "bind ro", "medium /sys at /x (read-only)"},
           Case{"/sys", "rbind rro", "high /sys at /x (read-only)"},
           Case{"/sys", "rbind ro", "critical /sys at /x"},
           Case{"/mnt", "rbind ro", "medium /mnt at /x"},
           Case{"/mnt/a", "rbind ro", "low /mnt/a at /x"},
           Case{"/var/lib", "rbind ro", "critical /var/lib at /x"},
           Case{"/etc", "rbind ro", "high /etc at /x"},
           Case{"/home", "rbind ro", "critical /home at /x"},
           Case{"/home/a", "rbind ro", "high /home/a at /x"},
       }) {
    const bool half = !absl::EndsWith(c.told, ")");
    EXPECT_EQ(Mounts(GrantsOf(absl::StrCat(
                  R"({"mounts":[)", Mount(c.source, "/x", c.options), "]}"))),
              absl::StrCat(c.told, half ? kHalf : ""));
  }
}

// Where the host has links, paths are compared behind them.
TEST(AddedGrants, FollowLinks) {
  auto host = HostSnapshot::Parse(R"({"entries":[
    {"path":"/data","type":"symlink","target":"/srv"},
    {"path":"/srv","type":"dir"},
    {"path":"/srv/out","type":"symlink","target":"/opt"}]})",
                                  "host");
  ASSERT_TRUE(host.ok()) << host.status();
  const GrantHost on = {&(*host)->files};
  const std::string srv = Mount("/srv", "/x", "rbind");
  EXPECT_EQ(Added(srv, Mount("/data/a", "/x", "rbind"), on), "");
  EXPECT_EQ(Added(srv, Mount("/srv/out", "/x", "rbind"), on),
            "critical /srv/out, which leads to /opt, at /x");
}

// What a proc shows of processes is of the plugin's own namespace.
TEST(Grants, OfAProcMount) {
  const auto why = [](std::string_view options, std::string_view namespaces) {
    std::string out;
    for (const Grant& grant : GrantsOf(
             absl::StrCat(R"({"mounts":[)", Mount("p", "/x", options, "proc"),
                          R"(],"linux":{"namespaces":[)", namespaces, "]}}"))) {
      if (grant.id == "kernel-file-system") out = grant.why;
    }
    return out;
  };
  constexpr std::string_view kPid = R"({"type":"pid"})";
  EXPECT_TRUE(absl::StrContains(why("", kPid), "the plugin's own"));
  EXPECT_TRUE(absl::StrContains(why("ro", kPid), "the plugin's own"));
  EXPECT_TRUE(absl::StrContains(why("", ""), "processes of the host"));
}

// Docker takes all devices of a directory.
TEST(AddedGrants, OfAssumedDevices) {
  const auto added = [](std::string_view before, std::string_view now) {
    const auto grants = [](std::string_view path) {
      GrantHost host;
      host.assumed.insert(std::string(path));
      return GrantsOf(
          absl::StrCat(R"({"linux":{"devices":[{"path":")", path,
                       R"(","type":"c","major":1}],"resources":{"devices":[)",
                       R"({"allow":true,"type":"c","major":1,"minor":0,)",
                       R"("access":"rwm"}]}}})"),
          host);
    };
    std::string out;
    for (const Grant& grant : AddedGrants(grants(before), grants(now))) {
      absl::StrAppend(&out, grant.what);
    }
    return out;
  };
  EXPECT_EQ(added("/dev/dri", "/dev/dri/card0"), "");
  EXPECT_EQ(added("/dev/dri/card0", "/dev/dri"), "/dev/dri");
  EXPECT_EQ(added("/dev/dri", "/dev/drill"), "/dev/drill");
}

// What the runtime has open.
TEST(Grants, OfOpenFiles) {
  const auto told = [](std::string_view cwd, std::string_view program,
                       std::string_view path = "/bin") {
    std::string out;
    for (const Grant& grant : GrantsOf(absl::StrCat(
             R"({"process":{"cwd":")", cwd, R"(","args":[")", program,
             R"(","/proc/self/fd/7"],"env":["X=/dev/fd","PATH=)", path,
             R"("]}})"))) {
      if (grant.id != "open-file") continue;
      absl::StrAppend(&out, out.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.what);
    }
    return out;
  };
  EXPECT_EQ(told("/", "/p"), "");
  EXPECT_EQ(told("/proc/self", "fd"), "");
  EXPECT_EQ(told("/proc/self/fd/7", "/p"), "critical workdir /proc/self/fd/7");
  EXPECT_EQ(told("/proc/self/fd/7/../..", "p"),
            "critical workdir /proc/self/fd/7/../..");
  EXPECT_EQ(told("proc/self/fd/7", "p"), "critical workdir proc/self/fd/7");
  EXPECT_EQ(told("/proc/self/fd\\u0000/../..", "p"),
            "critical workdir /proc/self/fd");
  EXPECT_EQ(told("/", "/proc/self/exe"), "critical entrypoint /proc/self/exe");
  EXPECT_EQ(told("/x", "../proc/self/fd/7/../bin/sh"),
            "critical entrypoint ../proc/self/fd/7/../bin/sh");
  EXPECT_EQ(told("/proc/self", "./exe"), "critical entrypoint ./exe");
  EXPECT_EQ(told("/", "p", "/bin:/proc/self/fd/7/bin:/sbin"),
            "critical entrypoint p");
  EXPECT_EQ(told("/proc", "exe", "self"), "critical entrypoint exe");
  EXPECT_EQ(told("/", "/p", "/proc/self/fd/7/bin"), "");
  EXPECT_EQ(told("/dev/fd/7", "./x"),
            "critical workdir /dev/fd/7; critical entrypoint ./x");
}

// What the engine mounts itself is its own, and nothing that looks like it to a
// runtime in C.
TEST(Grants, OfMountsThatLookLikeTheEngines) {
  auto host = HostSnapshot::Parse(R"({"entries":[]})", "host");
  ASSERT_TRUE(host.ok()) << host.status();
  for (std::string_view destination :
       {R"(/run/docker/metrics.sock\u0000)", R"(/run/docker/plugins\u0000x)",
        "/run/docker/metrics.sock"}) {
    Request request;
    const std::string config = absl::StrCat(
        R"({"entrypoint":["/p"],"mounts":[{"type":"bind","source":"/etc",)",
        R"("destination":")", destination, R"(","options":["rbind"]}]})");
    request.plugin = config;
    Answer answer;
    Generator(DefaultRelease(), **host).Generate(request, &answer);
    ASSERT_EQ(answer.outcome(), Outcome::kSpec) << answer.message();
    auto tree = JsonTree::Parse(answer.spec(), "spec");
    ASSERT_TRUE(tree.ok());
    const std::string told =
        Mounts(FindGrants(DefaultRelease(), answer.plugin(), (*tree)->root()));
    EXPECT_TRUE(absl::StartsWith(told, "critical /etc at /run/docker/"))
        << destination << ": " << told;
  }
}

// Those that are in it by now, and those that are not.
TEST(AddedGrants, OfDirectoriesOfDevices) {
  auto host = HostSnapshot::Parse(R"({"entries":[
    {"path":"/dev/dri","type":"dir","mode":"0755","uid":0,"gid":0},
    {"path":"/dev/dri/card0","type":"char","mode":"0660","uid":0,"gid":0,"major":226,"minor":0}]})",
                                  "host");
  ASSERT_TRUE(host.ok()) << host.status();
  const auto grants = [&](std::string_view path) {
    Request request;
    const std::string config =
        absl::StrCat(R"({"entrypoint":["/p"],"linux":{"devices":[{"path":")",
                     path, R"("}]}})");
    request.plugin = config;
    Answer answer;
    Generator(DefaultRelease(), **host).Generate(request, &answer);
    EXPECT_EQ(answer.outcome(), Outcome::kSpec) << answer.message();
    auto tree = JsonTree::Parse(answer.spec(), "spec");
    EXPECT_TRUE(tree.ok());
    return FindGrants(DefaultRelease(), answer.plugin(), (*tree)->root(),
                      {&(*host)->files});
  };
  const auto assumed = [](std::string_view path) {
    GrantHost on;
    on.assumed.insert(std::string(path));
    return GrantsOf(
        absl::StrCat(R"({"linux":{"resources":{"devices":[{"allow":)"
                     R"(true,"type":"c"}]},"devices":[{"path":")",
                     path, R"(","type":"c","major":1}]}})"),
        on);
  };
  const auto added = [](const std::vector<Grant>& before,
                        const std::vector<Grant>& now) {
    std::string out;
    for (const Grant& grant : AddedGrants(before, now)) {
      if (grant.id != "device") continue;
      absl::StrAppend(&out, out.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.what);
    }
    return out;
  };
  EXPECT_EQ(added({}, grants("/dev/dri")),
            "medium /dev/dri/card0; medium /dev/dri");
  EXPECT_EQ(added(grants("/dev/dri"), grants("/dev/dri/card0")), "");
  EXPECT_EQ(added(grants("/dev/dri/card0"), grants("/dev/dri")),
            "medium /dev/dri");
  EXPECT_EQ(added(grants("/dev/dri"), assumed("/dev/dri/card9")), "");
  EXPECT_EQ(added(grants("/dev/dri"), assumed("/dev/sdz")),
            "critical /dev/sdz");
  EXPECT_EQ(added(grants("/dev/dri/card0"), assumed("/dev/dri/card9")),
            "medium /dev/dri/card9");
}

// Who has a capability has it however it is written.
TEST(AddedGrants, OfCapabilities) {
  const auto added = [](std::string_view before, std::string_view now) {
    const auto grants = [](std::string_view names) {
      return GrantsOf(
          absl::StrCat(R"({"process":{"capabilities":[)", names, "]}}"));
    };
    std::string out;
    for (const Grant& grant : AddedGrants(grants(before), grants(now))) {
      absl::StrAppend(&out, out.empty() ? "" : "; ",
                      GrantLevelName(grant.level), " ", grant.what);
    }
    return out;
  };
  constexpr std::string_view kExact = R"("CAP_SYS_ADMIN")";
  EXPECT_EQ(added(kExact, kExact), "");
  EXPECT_EQ(added(kExact, R"("CAP_SYS_ADMIN","21","sys_admin")"), "");
  EXPECT_EQ(added(kExact, R"("16")"), "critical 16");
  EXPECT_EQ(added(R"("21")", R"("21")"), "");
  EXPECT_EQ(added(R"("21")", kExact), "critical CAP_SYS_ADMIN");
  EXPECT_EQ(added(R"("21")", R"("cap_sys_admin")"), "critical cap_sys_admin");
  EXPECT_EQ(added("", R"("CAP_SYSLOG","cap_sys_admin")"),
            "critical cap_sys_admin; medium CAP_SYSLOG");
  EXPECT_EQ(added("", R"("cap_sys_admin\u0000x")"), "critical cap_sys_admin");
  EXPECT_EQ(added(kExact, R"("CAP_SYS_ADMIN\u0000x")"), "");
}

// One of all devices is no more; the same one may have another name.
TEST(AddedGrants, OfDevices) {
  const auto added = [](std::string_view before, std::string_view now) {
    std::string out;
    for (const Grant& grant : AddedGrants(GrantsOf(before), GrantsOf(now))) {
      absl::StrAppend(&out, out.empty() ? "" : "; ", grant.id, " ", grant.what);
    }
    return out;
  };
  constexpr std::string_view kAll =
      R"({"linux":{"resources":{"devices":[{"allow":true,"access":"rwm"}]}}})";
  const auto one = [](std::string_view path, int major) {
    return absl::StrCat(
        R"({"linux":{"devices":[{"path":")", path, R"(","type":"c","major":)",
        major,
        R"(,"minor":229}],"resources":{"devices":[{"allow":true,"type":"c",)",
        R"("major":)", major, R"(,"minor":229,"access":"rwm"}]}}})");
  };
  EXPECT_EQ(added(kAll, one("/dev/fuse", 10)), "");
  EXPECT_EQ(added(one("/dev/fuse", 10), kAll), "all-devices all");
  EXPECT_EQ(added(one("/dev/fuse", 10), one("/dev/misc/fuse", 10)),
            "fuse-rule-order /dev/misc/fuse");
  EXPECT_EQ(added(one("/dev/x", 200), one("/dev/x", 201)), "device /dev/x");
}

// No word of ours is taken for a secret; those of the input are hidden.
TEST(Grants, HideWhatIsOfTheInputOnly) {
  std::string mounts;
  for (const SourceRule& rule : SourceRules()) {
    for (std::string_view path : absl::StrSplit(rule.paths, ' ')) {
      for (std::string_view options : {"\"rbind\"", R"("rbind","ro")"}) {
        absl::StrAppend(&mounts, mounts.empty() ? "" : ",",
                        R"({"type":"bind","destination":"/d","source":")", path,
                        R"(","options":[)", options, "]}");
      }
    }
  }
  for (const KernelFileSystem& known : KernelFileSystems()) {
    absl::StrAppend(&mounts, R"(,{"type":")", known.type,
                    R"(","destination":"/x"})");
  }
  std::vector<Grant> grants =
      GrantsOf(absl::StrCat(R"({"mounts":[)", mounts, "]}"));
  for (const InterfaceType& type : AllInterfaceTypes()) {
    grants.push_back({type.level, "interface",
                      absl::StrCat("docker.", type.capability, "/1.0"),
                      std::string(type.why)});
  }
  for (const Capability& capability : kLinuxCapabilities) {
    grants.push_back({capability.level, "capability",
                      std::string(capability.name),
                      std::string(capability.why)});
  }
  std::vector<Grant> hidden = grants;
  SecretHider secrets;
  HideSecrets(&hidden, &secrets);
  ASSERT_EQ(hidden.size(), grants.size());
  for (size_t i = 0; i < grants.size(); ++i) {
    EXPECT_EQ(hidden[i].what, grants[i].what);
    EXPECT_EQ(hidden[i].why, grants[i].why);
  }

  constexpr std::string_view kToken =
      "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
  hidden = GrantsOf(absl::StrCat(
      R"({"mounts":[)", R"({"type":"bind","source":"/srv/)", kToken,
      R"(","destination":"/d"},)",
      R"({"type":"cifs","source":"//u:hunter2@h/s","destination":"/d"},)",
      R"({"type":")", kToken, R"(","source":"s","destination":"/d"},)",
      R"({"type":"overlay","source":"s","destination":"/d",)",
      R"("options":["upperdir=/srv/)", kToken, R"("]}]})"));
  HideSecrets(&hidden, &secrets);
  for (const Grant& grant : hidden) {
    for (std::string_view text : {grant.what, grant.why}) {
      EXPECT_FALSE(absl::StrContains(text, kToken)) << text;
      EXPECT_FALSE(absl::StrContains(text, "hunter2")) << text;
    }
  }
}

}  // namespace
}  // namespace specgen
