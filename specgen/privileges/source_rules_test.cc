// What mounts, devices and interface types give, by the tables; and that
// README.md shows these tables as they are.
//
//   source_rules_test README
#include "specgen/privileges/source_rules.h"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/base/readme_test_main.h"
#include "specgen/engine/engine.h"
#include "specgen/known/interface_types.h"

namespace specgen {
namespace {

constexpr GrantLevel kLow = GrantLevel::kLow;
constexpr GrantLevel kMedium = GrantLevel::kMedium;
constexpr GrantLevel kHigh = GrantLevel::kHigh;
constexpr GrantLevel kCritical = GrantLevel::kCritical;

TEST(JudgeSource, OneLineACase) {
  struct Case {
    std::string_view source;
    GrantLevel read;
    GrantLevel write;
  };
  for (const Case& c : {
           // The same socket, however it is written; and what holds it.
           Case{"/run/docker.sock", kCritical, kCritical},
           Case{"/var/run/docker.sock", kCritical, kCritical},
           Case{"//var/run/docker.sock", kCritical, kCritical},
           Case{"/var/../run/docker.sock", kCritical, kCritical},
           Case{"/var/run/../run/docker.sock", kCritical, kCritical},
           Case{"/run/./docker.sock/", kCritical, kCritical},
           Case{"/mnt/../../run//docker.sock", kCritical, kCritical},
           Case{"../run/docker.sock", kCritical, kCritical},
           Case{"/run", kCritical, kCritical},
           Case{"/var/run/", kCritical, kCritical},
           Case{"/run/docker.sock.d", kMedium, kHigh},
           Case{"/run/docker.soc", kMedium, kHigh},
           Case{"/running", kLow, kMedium},
           Case{"/var/run/x", kMedium, kHigh},
           Case{"/var/lock", kMedium, kHigh},
           Case{"/var/lock/docker.sock", kCritical, kCritical},
           Case{"/var/locks", kLow, kMedium},
           Case{"/run/user/1000/docker.sock", kCritical, kCritical},
           Case{"/run/user/1000", kCritical, kCritical},
           Case{"/run/user/1000/x", kMedium, kHigh},
           // Other sockets.
           Case{"/run/containerd/containerd.sock", kCritical, kCritical},
           Case{"/run/containerd", kCritical, kCritical},
           Case{"/run/crio/crio.sock", kCritical, kCritical},
           Case{"/run/podman/podman.sock", kCritical, kCritical},
           Case{"/run/podman", kCritical, kCritical},
           Case{"/run/buildkit/buildkitd.sock", kCritical, kCritical},
           Case{"/run/systemd/private", kCritical, kCritical},
           Case{"/run/dbus/system_bus_socket", kCritical, kCritical},
           Case{"/var/run/dbus", kCritical, kCritical},
           Case{"/var/lib/kubelet/device-plugins", kCritical, kCritical},
           Case{"/var/lib/kubelet/device-plugins/kubelet.sock", kCritical,
                kCritical},
           Case{"/var/lib/kubelet", kCritical, kCritical},
           Case{"/var/lib/kubelet/pods", kHigh, kCritical},
           // Sockets that take no orders, beside those that do.
           Case{"/run/systemd/notify", kMedium, kMedium},
           Case{"/run/systemd/journal/socket", kMedium, kMedium},
           Case{"/run/systemd/journal/dev-log", kMedium, kMedium},
           Case{"/dev/log", kMedium, kMedium},
           Case{"/run/systemd/journal", kMedium, kHigh},
           Case{"/run/systemd/sessions", kMedium, kHigh},
           Case{"/run/systemd/system", kMedium, kCritical},
           Case{"/run/systemd/transient/x.service", kMedium, kCritical},
           Case{"/run/systemd", kCritical, kCritical},
           Case{"/run/udev/data", kMedium, kHigh},
           Case{"/run/udev/rules.d", kMedium, kCritical},
           Case{"/run/udev", kCritical, kCritical},
           Case{"/run/udev/control", kCritical, kCritical},
           Case{"/run/udev/tags", kMedium, kHigh},
           Case{"/run/docker/metrics.sock", kLow, kLow},
           Case{"/var/run/docker/metrics.sock", kLow, kLow},
           Case{"/run/user/1000/docker/metrics.sock", kLow, kLow},
           Case{"/run/docker/metrics.sockx", kHigh, kCritical},
           Case{"/srv/metrics.sock", kLow, kMedium},
           Case{"/run/libvirt/libvirt-sock", kCritical, kCritical},
           Case{"/run/libvirt", kCritical, kCritical},
           Case{"/srv/libvirt-sock", kCritical, kCritical},
           Case{"/run/libvirt/libvirt-sock-ro", kMedium, kMedium},
           Case{"/var/lib/libvirt/images", kHigh, kCritical},
           Case{"/run/isulad.sock", kCritical, kCritical},
           // By its name, wherever it is.
           Case{"/tmp/docker.sock", kCritical, kCritical},
           Case{"/docker.sock", kCritical, kCritical},
           Case{"/etc/docker.sock", kCritical, kCritical},
           Case{"/usr/share/zoneinfo/docker.sock", kCritical, kCritical},
           Case{"/home/u/.docker/run/docker.sock", kCritical, kCritical},
           Case{"/home/u/.docker/desktop/docker.sock", kCritical, kCritical},
           Case{"/home/u/.colima/default/docker.sock", kCritical, kCritical},
           Case{"/home/u/.lima/docker/sock/docker.sock", kCritical, kCritical},
           Case{"/home/u/.rd/docker.sock", kCritical, kCritical},
           Case{"/Users/u/.docker/run/docker.sock", kCritical, kCritical},
           Case{"/run/guest-services/backend.sock", kCritical, kCritical},
           Case{"/run/host-services/docker.proxy.sock", kCritical, kCritical},
           Case{"/var/run/docker.sock.raw", kCritical, kCritical},
           Case{"/mnt/x/containerd.sock", kCritical, kCritical},
           Case{"/run/k3s/containerd/containerd.sock", kCritical, kCritical},
           Case{"/run/k3s", kCritical, kCritical},
           Case{"/run/k0s/containerd.sock", kCritical, kCritical},
           Case{"/var/snap/microk8s/common/run/containerd.sock", kCritical,
                kCritical},
           Case{"/var/snap/docker/common/run/docker.sock", kCritical,
                kCritical},
           Case{"/srv/crio.sock", kCritical, kCritical},
           Case{"/srv/podman.sock", kCritical, kCritical},
           Case{"/srv/buildkitd.sock", kCritical, kCritical},
           Case{"/srv/dockershim.sock", kCritical, kCritical},
           Case{"/srv/kubelet.sock", kCritical, kCritical},
           Case{"/srv/mydocker.sock", kLow, kMedium},
           Case{"/srv/docker.sock.bak", kLow, kMedium},
           Case{"/srv/docker.sock/x", kLow, kMedium},
           Case{"/srv/docker", kLow, kMedium},
           // What a user's engine runs in; few users have one.
           Case{"/home/u/.docker/run", kCritical, kCritical},
           Case{"/home/u/.docker/desktop", kCritical, kCritical},
           Case{"/home/u/.colima", kCritical, kCritical},
           Case{"/home/u/.lima/default", kCritical, kCritical},
           Case{"/root/.colima/default", kCritical, kCritical},
           Case{"/home/u/.docker", kHigh, kHigh},
           Case{"/home/u/.docker/config.json", kHigh, kHigh},
           // The engine's state, where others keep it.
           Case{"/var/snap/docker", kHigh, kCritical},
           Case{"/var/snap/docker/common/var-lib-docker", kHigh, kCritical},
           Case{"/var/snap/docker/common/var-lib-docker/overlay2", kHigh,
                kCritical},
           Case{"/var/snap/docker/common/var-lib-docker/volumes/v", kHigh,
                kHigh},
           Case{"/var/lib/docker/100000.100000/plugins/x", kHigh, kCritical},
           Case{"/var/lib/docker/100000.100000/volumes/x", kHigh, kCritical},
           Case{"/var/lib/rancher/k3s", kHigh, kCritical},
           Case{"/var/lib/containers/storage", kHigh, kCritical},
           Case{"/var/lib/kubelet/config.yaml", kHigh, kCritical},
           Case{"/var/snap", kCritical, kCritical},
           // Links of the kernel's: to the root, or anywhere.
           Case{"/proc/1/root", kCritical, kCritical},
           Case{"/proc/self/root", kCritical, kCritical},
           Case{"/proc/thread-self/root", kCritical, kCritical},
           Case{"/proc/4026/cwd", kCritical, kCritical},
           Case{"/proc/self/cwd/", kCritical, kCritical},
           Case{"/proc/1/task/1/root", kCritical, kCritical},
           Case{"/proc/self/task/7/cwd", kCritical, kCritical},
           Case{"/dev/fd/../root", kCritical, kCritical},
           Case{"/proc/net/../root", kCritical, kCritical},
           Case{"/proc/net/../cwd/srv", kCritical, kCritical},
           Case{"/dev/fd/../cwd/srv", kCritical, kCritical},
           Case{"/proc/self/cwd/srv", kCritical, kCritical},
           Case{"/proc/1/cwd/..", kCritical, kCritical},
           Case{"/proc/1/task/1/cwd/srv", kCritical, kCritical},
           Case{"/proc/4026/root", kCritical, kCritical},
           Case{"/proc/4026/root/srv", kCritical, kCritical},
           Case{"/proc/4026/task/4026/root/srv", kCritical, kCritical},
           Case{"/proc/self/root/srv", kLow, kMedium},
           Case{"/proc/thread-self/root/srv", kLow, kMedium},
           Case{"/proc/self/fd/7/..", kCritical, kCritical},
           Case{"/proc/self/fd/7/../../../", kCritical, kCritical},
           Case{"/dev/fd/7/x", kCritical, kCritical},
           Case{"/proc/1/task/1/fd/3/x", kCritical, kCritical},
           Case{"/proc/1/map_files/0-1/x", kCritical, kCritical},
           Case{"/proc/1/root/etc/hostname", kLow, kMedium},
           Case{"/proc/1/root/srv", kLow, kMedium},
           Case{"/proc/1/root/run/docker.sock", kCritical, kCritical},
           Case{"/proc/1/root/../proc/self/root/srv", kHigh, kCritical},
           Case{"/proc/1/fd", kHigh, kCritical},
           Case{"/proc/config.gz", kMedium, kCritical},
           Case{"/proc/net/tcp", kMedium, kCritical},
           Case{"/proc/driver/nvidia", kMedium, kCritical},
           // What is of no process is the kernel's.
           Case{"/proc/asound", kMedium, kCritical},
           Case{"/proc/irq/7/smp_affinity", kMedium, kCritical},
           Case{"/proc/kallsyms", kMedium, kCritical},
           Case{"/proc/sysrq-trigger", kMedium, kCritical},
           Case{"/proc/1net", kMedium, kCritical},
           Case{"/proc/1/net/tcp", kMedium, kCritical},
           Case{"/proc/1/mounts", kLow, kLow},
           Case{"/proc/1/environ", kHigh, kCritical},
           Case{"/proc/thread-self/environ", kHigh, kCritical},
           Case{"/proc/vmcore", kCritical, kCritical},
           Case{"/proc/kcore", kCritical, kCritical},
           Case{"/proc/sys/net/ipv4/ip_forward", kLow, kHigh},
           Case{"/proc/sys/network", kLow, kCritical},
           Case{"/dev/oldmem", kCritical, kCritical},
           Case{"/dev/uio0", kCritical, kCritical},
           Case{"/dev/zfs", kCritical, kCritical},
           Case{"/dev/xen/privcmd", kCritical, kCritical},
           Case{"/dev/xen/evtchn", kMedium, kMedium},
           Case{"/dev/ubi0_1", kCritical, kCritical},
           Case{"/dev/mpt3ctl", kCritical, kCritical},
           Case{"/dev/st0", kHigh, kHigh},
           Case{"/dev/nst0", kHigh, kHigh},
           Case{"/dev/uhid", kHigh, kHigh},
           Case{"/dev/hvc0", kHigh, kHigh},
           Case{"/tmp/.X11-unix/X0", kHigh, kHigh},
           Case{"/tmp", kLow, kMedium},
           Case{"/tmp/x", kLow, kMedium},
           Case{"/run/user/1000/wayland-0", kHigh, kHigh},
           Case{"/dev/ipmi0", kHigh, kHigh},
           Case{"/dev/watchdog", kHigh, kHigh},
           Case{"/var/backups", kHigh, kCritical},
           Case{"/var/lib/sss/db", kHigh, kCritical},
           Case{"/home/me/.config/gcloud", kHigh, kHigh},
           Case{"/home/me/.netrc", kHigh, kHigh},
           Case{"/dev/vduse/control", kMedium, kMedium},
           Case{"/dev/vduse", kMedium, kMedium},
           Case{"/dev/vdu", kCritical, kCritical},
           Case{"/dev/ttyUSB0", kMedium, kMedium},
           Case{"/dev/ttyACM0", kMedium, kMedium},
           Case{"/dev/serial/by-id/x", kMedium, kMedium},
           Case{"/dev/ttyS0", kHigh, kHigh},
           Case{"/dev/ng0n1", kCritical, kCritical},
           Case{"/dev/dax0.0", kCritical, kCritical},
           Case{"/dev/usbmon0", kHigh, kHigh},
           Case{"/dev/ubuntu-vg/ubuntu-lv", kHigh, kHigh},
           Case{"/dev/ubuntu-vg", kMedium, kMedium},
           Case{"/dev/a/b/c", kHigh, kHigh},
           Case{"/dev/dri/card0", kMedium, kMedium},
           Case{"/dev/bus/usb/001/002", kMedium, kMedium},
           Case{"/dev/input/event3", kHigh, kHigh},
           Case{"/dev/sgx_enclave", kMedium, kMedium},
           Case{"/dev/sgx/provision", kMedium, kMedium},
           Case{"/dev/sg0", kCritical, kCritical},
           Case{"/proc/self/mountinfo", kLow, kLow},
           Case{"/proc/partitions", kLow, kLow},
           Case{"/proc/cmdline/x", kMedium, kCritical},
           Case{"/dev/rbd/pool/image", kCritical, kCritical},
           Case{"/dev/rbd0", kCritical, kCritical},
           Case{"/dev/md/0", kCritical, kCritical},
           Case{"/dev/zvol/pool/v", kCritical, kCritical},
           Case{"/dev/pmem0", kCritical, kCritical},
           Case{"/proc/1/fd/7", kHigh, kCritical},
           Case{"/dev/fd/7", kHigh, kCritical},
           Case{"/dev/stdin", kHigh, kCritical},
           Case{"/proc/1/rooted", kHigh, kCritical},
           Case{"/proc/x/root", kMedium, kCritical},
           Case{"/proc/self", kHigh, kCritical},
           Case{"/proc/mounts", kLow, kLow},
           Case{"/dev/core", kCritical, kCritical},
           Case{"/var/run/../etc/shadow", kHigh, kCritical},
           Case{"/var/run/../lib/docker", kHigh, kCritical},
           // Without a slash before it, a path is one of the bundle's.
           Case{"docker.sock", kLow, kCritical},
           Case{"../../proc/self/root", kCritical, kCritical},
           Case{"proc", kLow, kCritical},
           Case{"etc/shadow", kCritical, kCritical},
           Case{"./run/docker.sock", kCritical, kCritical},
           Case{"./docker.sock", kLow, kCritical},
           Case{"a/../../run/docker.sock", kCritical, kCritical},
           Case{".", kLow, kCritical},
           Case{"..", kCritical, kCritical},
           Case{"../..", kCritical, kCritical},
           Case{"../x", kHigh, kCritical},
           Case{"../etc/cron.d", kHigh, kCritical},
           Case{"../../dev/mem", kCritical, kCritical},
           Case{"..x/run/docker.sock", kCritical, kCritical},
           Case{"..x", kLow, kCritical},
           Case{"", kLow, kCritical},
           Case{"rootfs", kLow, kLow},
           Case{"./propagated-mount/", kLow, kLow},
           Case{"rootfs/.", kLow, kLow},
           Case{"rootfs/..", kCritical, kCritical},
           Case{"...", kLow, kCritical},
           // Disks and memory, which read-only does not protect.
           Case{"/dev/sda", kCritical, kCritical},
           Case{"/dev/sda1", kCritical, kCritical},
           Case{"/dev/sd", kMedium, kMedium},
           Case{"/dev/nvme0n1", kCritical, kCritical},
           Case{"/dev/disk/by-id/x", kCritical, kCritical},
           Case{"/dev/mapper", kCritical, kCritical},
           Case{"/dev/mem", kCritical, kCritical},
           Case{"/dev/kmem", kCritical, kCritical},
           Case{"/proc/kcore", kCritical, kCritical},
           Case{"/dev/kmsg", kHigh, kHigh},
           Case{"/dev", kCritical, kCritical},
           Case{"/dev/fuse", kLow, kLow},
           Case{"/dev/net/tun", kMedium, kMedium},
           Case{"/dev/loop0", kHigh, kHigh},
           Case{"/dev/zram0", kHigh, kHigh},
           Case{"/dev/null", kLow, kLow},
           Case{"/dev/./null", kLow, kLow},
           Case{"/dev/null/x", kHigh, kHigh},
           Case{"/dev/shm", kMedium, kHigh},
           // The whole host.
           Case{"/", kCritical, kCritical},
           Case{"/.", kCritical, kCritical},
           Case{"/..", kCritical, kCritical},
           Case{"/mnt/..", kCritical, kCritical},
           Case{"//", kCritical, kCritical},
           // Settings.
           Case{"/etc", kHigh, kCritical},
           Case{"/mnt/../etc", kHigh, kCritical},
           Case{"/etc/hostname", kLow, kMedium},
           Case{"/etc/hosts", kLow, kMedium},
           Case{"/etc/resolv.conf", kLow, kMedium},
           Case{"/etc/localtime", kLow, kMedium},
           Case{"/etc/ssl/certs", kLow, kHigh},
           Case{"/etc/ssl", kHigh, kHigh},
           Case{"/etc/other", kMedium, kHigh},
           Case{"/etcetera", kLow, kMedium},
           Case{"/etc/cron.d", kMedium, kCritical},
           Case{"/etc/cron.d/job", kMedium, kCritical},
           Case{"/var/spool/cron", kMedium, kCritical},
           Case{"/var/spool", kMedium, kCritical},
           Case{"/etc/ld.so.preload", kLow, kCritical},
           Case{"/etc/shadow", kHigh, kCritical},
           Case{"/etc/passwd", kLow, kCritical},
           Case{"/etc/systemd/system/x.service", kMedium, kCritical},
           Case{"/root", kHigh, kCritical},
           Case{"/root/.ssh", kHigh, kCritical},
           Case{"/root/.ssh/id_rsa", kHigh, kCritical},
           Case{"/home/me/.ssh", kHigh, kCritical},
           Case{"/home/me", kHigh, kCritical},
           Case{"/home", kHigh, kCritical},
           Case{"/home/me/x", kMedium, kHigh},
           Case{"/etc/docker", kHigh, kCritical},
           Case{"/etc/kubernetes/pki", kHigh, kCritical},
           Case{"/root/.docker", kHigh, kCritical},
           Case{"/root/.kube/config", kHigh, kCritical},
           Case{"/root/.aws", kHigh, kCritical},
           Case{"/root/.config/x", kHigh, kCritical},
           Case{"/etc/letsencrypt", kHigh, kCritical},
           Case{"/etc/wireguard/wg0.conf", kHigh, kCritical},
           Case{"/etc/ipsec.secrets", kHigh, kCritical},
           Case{"/etc/openvpn", kHigh, kCritical},
           Case{"/etc/NetworkManager", kHigh, kCritical},
           Case{"/etc/netplan", kHigh, kCritical},
           Case{"/run/user/1000/bus", kCritical, kCritical},
           Case{"/run/snapd.socket", kCritical, kCritical},
           Case{"/srv/system_bus_socket", kCritical, kCritical},
           // Programs and the kernel.
           Case{"/usr", kLow, kCritical},
           Case{"/bin", kLow, kCritical},
           Case{"/usr/local/bin/x", kLow, kCritical},
           Case{"/lib/modules", kLow, kCritical},
           Case{"/boot", kMedium, kCritical},
           Case{"/etc/alternatives/x", kLow, kCritical},
           Case{"/var/lib/dpkg", kLow, kCritical},
           Case{"/var/lib/dpkg/info/x.postinst", kLow, kCritical},
           Case{"/var/lib/dpkg-x", kLow, kMedium},
           Case{"/var/lib/rpm", kLow, kCritical},
           Case{"/etc/sysctl.d", kMedium, kCritical},
           Case{"/etc/logrotate.d", kMedium, kCritical},
           Case{"/etc/polkit-1", kHigh, kCritical},
           Case{"/proc", kCritical, kCritical},
           Case{"/proc/1", kHigh, kCritical},
           Case{"/proc/sys", kLow, kCritical},
           Case{"/proc/sys/kernel/core_pattern", kLow, kCritical},
           Case{"/proc/cpuinfo", kLow, kLow},
           Case{"/sys", kHigh, kCritical},
           Case{"/sys/class/net", kMedium, kCritical},
           Case{"/sys/fs/cgroup", kMedium, kCritical},
           Case{"/sys/fs/cgroup/memory", kMedium, kCritical},
           Case{"/sys/kernel/debug", kHigh, kCritical},
           Case{"/sys/kernel/debug/usb/usbmon", kHigh, kCritical},
           Case{"/sys/kernel/debug/tracing/events", kHigh, kCritical},
           Case{"/sys/kernel/tracing", kHigh, kCritical},
           Case{"/sys/kernel/config", kMedium, kCritical},
           Case{"/sys/kernel/config/usb_gadget", kMedium, kCritical},
           Case{"/sys/kernel/config/target/iscsi", kHigh, kCritical},
           Case{"/sys/kernel/security", kMedium, kCritical},
           Case{"/sys/kernel/security/apparmor", kMedium, kCritical},
           Case{"/sys/fs/selinux", kMedium, kCritical},
           Case{"/sys/fs/bpf", kHigh, kCritical},
           Case{"/sys/fs/pstore", kHigh, kHigh},
           Case{"/sys/fs/fuse/connections", kMedium, kCritical},
           Case{"/sys/firmware/efi/efivars", kMedium, kCritical},
           Case{"/sys/kernel", kHigh, kCritical},
           Case{"/sys/kernel/mm", kMedium, kCritical},
           // Containers and plugins.
           Case{"/var/lib/docker", kHigh, kCritical},
           Case{"/var/lib/docker/plugins", kHigh, kCritical},
           Case{"/var/lib/docker/plugins/0123/rootfs", kHigh, kCritical},
           Case{"/var/lib/docker/volumes", kHigh, kHigh},
           Case{"/var/lib/docker/volumes/v", kHigh, kHigh},
           Case{"/run/docker/plugins", kHigh, kHigh},
           Case{"/run/docker", kCritical, kCritical},
           Case{"/var/lib", kCritical, kCritical},
           Case{"/var", kCritical, kCritical},
           // The rest.
           Case{"/srv/data", kLow, kMedium},
           Case{"/var/lib/volumes", kLow, kMedium},
           Case{"/var/log", kMedium, kMedium},
           Case{"/run/log/journal", kMedium, kMedium},
           Case{"/run/incus", kCritical, kCritical},
           Case{"/mnt", kLow, kMedium},
           Case{"/opt", kHigh, kCritical},
           Case{"/opt/x", kLow, kHigh},
       }) {
    const SourceGrant read = JudgeSource(c.source, /*read_only=*/true);
    const SourceGrant write = JudgeSource(c.source, /*read_only=*/false);
    EXPECT_EQ(GrantLevelName(read.level), GrantLevelName(c.read))
        << c.source << ": " << read.why;
    EXPECT_EQ(GrantLevelName(write.level), GrantLevelName(c.write))
        << c.source << ": " << write.why;
  }
}

// The words that a reviewer gets.
TEST(JudgeSource, SaysWhy) {
  struct Case {
    std::string_view source;
    bool read_only;
    std::string_view why;
  };
  for (const Case& c : {
           Case{"/srv", true, "reads files of the host"},
           Case{"/srv", false, "writes files of the host"},
           Case{"/", true,
                "reads all files of the host, its secrets too, and can connect "
                "to the engine's socket"},
           Case{"/", false, "reads and changes all files of the host"},
           Case{"/etc/hosts", true,
                "how the host finds names: reads how the host finds names"},
           Case{"/etc/hosts", false,
                "how the host finds names: can send the host's connections "
                "elsewhere: names lead where it wants"},
           // One reason for both.
           Case{"/dev/null", true,
                "devices without a state: a device that every container has"},
           Case{"/dev/null", false,
                "devices without a state: a device that every container has"},
           // Of all that it holds, the gravest; of equally grave ones, the
           // first in the table.
           Case{"/run", false,
                "holds the socket of a container engine: who connects to it "
                "can start a container that has the whole host; read-only does "
                "not stop that"},
           Case{"/run/systemd", true,
                "holds the socket of the service manager: who connects to it "
                "as root can start programs on the host; read-only does not "
                "stop that"},
           // By what a reviewer calls it, not by one file of many in it.
           Case{"/dev", true,
                "all devices: raw disks and the memory of the host are among "
                "them, as far as the device rules let them be opened; "
                "read-only does not stop that"},
           Case{"/dev/.", false,
                "all devices: raw disks and the memory of the host are among "
                "them, as far as the device rules let them be opened; "
                "read-only does not stop that"},
           Case{"/dev/initctl", true,
                "the socket of the service manager: who connects to it as root "
                "can start programs on the host; read-only does not stop that"},
           Case{"/run/udev", true,
                "holds the socket of udev: who connects to it as root says in "
                "which environment udev runs its programs, as root; read-only "
                "does not stop that"},
           Case{"/run/docker/metrics.sock", false,
                "the engine's metrics socket: reads the engine's metrics: what "
                "runs, and how much"},
           Case{"/run/libvirt/libvirt-sock", true,
                "the sockets of virtual machines: who connects to libvirt can "
                "start a virtual machine that has the host's disks and "
                "devices; read-only does not stop that"},
           // Of two that may be it, as grave, the one that the path says.
           Case{"../etc/cron.d", false,
                "jobs that run at set times: the host runs, as root, what is "
                "written there"},
           Case{"../srv", false,
                "the engine's state: changes programs in containers, and what "
                "these may do"},
           Case{"x", false,
                "runtimes take it from the bundle, the plugin's own directory: "
                "decides which programs are run for the plugin, as root, and "
                "with which mounts"},
           Case{"", true,
                "runtimes take it from the bundle, the plugin's own directory: "
                "reads how the plugin is run"},
           Case{"rootfs", false,
                "runtimes take it from the bundle, the plugin's own "
                "directory"},
       }) {
    EXPECT_EQ(JudgeSource(c.source, c.read_only).why, c.why) << c.source;
  }
}

// What is mounted below: as what is above, not at all, or writable.
TEST(JudgeSource, WhatIsMountedBelow) {
  struct Case {
    std::string_view source;
    GrantLevel read, write;  // without "rbind"
    GrantLevel half;         // "rbind" and "ro"
  };
  for (const Case& c : {
           Case{"/", kCritical, kCritical, kCritical},
           Case{"/sys", kMedium, kCritical, kCritical},
           Case{"/sys/fs", kMedium, kCritical, kCritical},
           Case{"/sys/kernel", kMedium, kCritical, kCritical},
           Case{"/sys/fs/cgroup", kMedium, kCritical, kCritical},
           Case{"/sys/class", kMedium, kCritical, kMedium},
           Case{"/proc", kCritical, kCritical, kCritical},
           Case{"/proc/sys", kLow, kCritical, kCritical},
           Case{"/run", kCritical, kCritical, kCritical},
           Case{"/run/user", kCritical, kCritical, kCritical},
           Case{"/run/lock/x", kMedium, kHigh, kMedium},
           Case{"/run/systemd/resolve", kMedium, kHigh, kMedium},
           Case{"/mnt", kLow, kMedium, kMedium},
           Case{"/mnt/a", kLow, kMedium, kLow},
           Case{"/home", kHigh, kCritical, kCritical},
           Case{"/home/a/b", kMedium, kHigh, kMedium},
           Case{"/var/lib/docker", kHigh, kCritical, kCritical},
           Case{"/var/lib/docker/plugins", kHigh, kCritical, kCritical},
           Case{"/var/lib/docker/volumes", kHigh, kHigh, kHigh},
           Case{"/var/lib/docker/volumes/a", kHigh, kHigh, kHigh},
           Case{"/var/lib/docker/image", kHigh, kCritical, kHigh},
           Case{"/var/lib/nfs", kLow, kMedium, kMedium},
           Case{"/etc", kHigh, kCritical, kHigh},
           Case{"/usr", kLow, kCritical, kLow},
           Case{"/boot", kMedium, kCritical, kCritical},
           Case{"/srv", kLow, kMedium, kLow},
           Case{"/run/docker.sock", kCritical, kCritical, kCritical},
           Case{"/sysx", kLow, kMedium, kLow},
           // By links that each Linux has.
           Case{"/proc/1/root/mnt", kLow, kMedium, kMedium},
           Case{"/var/run", kCritical, kCritical, kCritical},
       }) {
    const auto level = [&](bool read_only, MountsBelow below) {
      return GrantLevelName(JudgeSource(c.source, read_only, below).level);
    };
    EXPECT_EQ(level(true, MountsBelow::kNone), GrantLevelName(c.read))
        << c.source;
    EXPECT_EQ(level(false, MountsBelow::kNone), GrantLevelName(c.write))
        << c.source;
    EXPECT_EQ(level(true, MountsBelow::kWritable), GrantLevelName(c.half))
        << c.source;
    // What is writable anyway.
    EXPECT_EQ(level(false, MountsBelow::kWritable),
              level(false, MountsBelow::kAlike))
        << c.source;
  }
  EXPECT_EQ(JudgeSource("/mnt", true, MountsBelow::kWritable).why,
            "what is mounted below it, such as /mnt/*, stays writable: writes "
            "files of the host");
  EXPECT_EQ(JudgeSource("/", true, MountsBelow::kNone).why,
            "reads the files of the host, its secrets too");
}

TEST(DeepestMount, WhereHostsMount) {
  for (const auto& [path, deepest] :
       std::vector<std::pair<std::string_view, size_t>>{
           {"", 0},
           {"etc", 1},
           {"etc/a/b", 1},
           {"home/a", 2},
           {"home/a/b", 2},
           {"usr/local/bin", 2},
           {"var/log", 2},
           {"var/log/a/b", 2},
           {"var/lib/x/y", 2},
           {"var/lib/lxcfs/proc", 3},
           {"var/lib/docker", 3},
           {"var/lib/docker/a/b", 5},
           {"var/lib/dockerx/a/b", 2},
           {"mnt", 1},
           {"mnt/a/b/c", 4},
           {"sys/class/net", 3},
           {"run/x", 2},
           {"dev/sda", 2}}) {
    const std::vector<std::string_view> elements =
        absl::StrSplit(path, '/', absl::SkipEmpty());
    EXPECT_EQ(DeepestMount(elements), deepest) << path;
  }
}

TEST(WithKnownLinks, FollowsThem) {
  EXPECT_EQ(WithKnownLinks("/var/run/x"), "/run/x");
  EXPECT_EQ(WithKnownLinks("/var/lock/../x"), "/run/x");
  EXPECT_EQ(WithKnownLinks("/proc/1/root/srv//x"), "/srv/x");
  EXPECT_EQ(WithKnownLinks("/proc/1/fd/3/x"), "/");
  EXPECT_EQ(WithKnownLinks("/dev/stdin"), "/proc/self/fd/0");
  EXPECT_EQ(WithKnownLinks("/../.."), "/");
  EXPECT_EQ(WithKnownLinks("/srv/x/"), "/srv/x");
}

// Each line of the table: at, below and above each of its paths.
TEST(SourceRules, HoldForEachPath) {
  std::set<std::string_view> names;
  for (const SourceRule& rule : SourceRules()) {
    EXPECT_TRUE(names.insert(rule.what).second) << rule.what;
    EXPECT_FALSE(rule.reading.empty()) << rule.what;
    EXPECT_LE(rule.read, rule.write) << rule.what;
    EXPECT_TRUE(rule.read == rule.write || !rule.writing.empty()) << rule.what;
    for (std::string_view pattern : absl::StrSplit(rule.paths, ' ')) {
      const std::string at =
          absl::StrReplaceAll(pattern, {{"*", "a"}, {"PID", "7"}});
      ASSERT_TRUE(absl::StartsWith(at, "/")) << rule.what << ": " << pattern;
      for (const bool read_only : {true, false}) {
        const GrantLevel level = read_only ? rule.read : rule.write;
        const auto judged = [&](const std::string& path) {
          return JudgeSource(path, read_only).level;
        };
        // Another rule may make more of it, never less.
        EXPECT_GE(judged(at), level) << at;
        EXPECT_GE(judged(absl::StrCat("//", at, "/.")), level) << at;
        EXPECT_GE(judged(absl::StrCat("/x/..", at)), level) << at;
        if (rule.usual && !absl::StartsWith(pattern, "/**/")) {
          EXPECT_GE(judged(absl::StrCat("/", at.substr(0, at.rfind('/')))),
                    level)
              << at;
        }
        if (rule.below && !absl::StartsWith(pattern, "/**/")) {
          EXPECT_GE(judged(absl::StrCat(at, "/1")), level) << at;
        }
      }
    }
  }
}

TEST(InterfaceTypes, FromTheirFirstReleaseToTheirLast) {
  struct Case {
    std::string_view capability;
    std::string_view engine;
    bool looks;
  };
  for (const Case& c : {
           Case{"volumedriver", "1.12.0", true},
           Case{"authz", "1.12.6", false},
           Case{"authz", "1.13.0-rc1", true},
           Case{"logdriver", "17.04.0", false},
           Case{"logdriver", "17.05.0-rc1", true},
           Case{"metricscollector", "17.05.0", false},
           Case{"metricscollector", "17.06.0", true},
           Case{"secretprovider", "17.06.2", false},
           Case{"secretprovider", "17.07.0", true},
           Case{"csinode", "20.10.24", false},
           Case{"csinode", "23.0.0", true},
           Case{"csicontroller", "29.0.0", true},
           Case{"graphdriver", "27.5.1", true},
           Case{"graphdriver", "28.0.0", false},
           Case{"networkdriver", "29.0.0", true},
       }) {
    EXPECT_EQ(
        LooksFor(**FindRelease(c.engine), *FindInterfaceType(c.capability)),
        c.looks)
        << c.capability << " " << c.engine;
  }
  for (std::string_view release : {"1.12.6", "28.5.2", "29.0.0"}) {
    const Release& engine = **FindRelease(release);
    EXPECT_EQ(Reads(engine, SplitInterfaceType("docker.authz")),
              release == "29.0.0")
        << release;
    EXPECT_TRUE(Reads(engine, SplitInterfaceType("docker.authz/")));
    EXPECT_TRUE(Reads(engine, SplitInterfaceType("docker.authz/2.0")));
  }
  for (const InterfaceType& type : AllInterfaceTypes()) {
    for (const Release& build : AllBuilds()) {
      EXPECT_EQ(LooksFor(build, type), LooksFor(*build.build_of, type))
          << type.capability << " " << build.name;
    }
    EXPECT_TRUE(FindRelease(type.first).ok()) << type.first;
    EXPECT_TRUE(type.last.empty() || FindRelease(type.last).ok()) << type.last;
  }
  EXPECT_EQ(FindInterfaceType("volume"), nullptr);
}

TEST(InterfaceTypes, AreTakenApartAsMobyDoes) {
  struct Case {
    std::string_view type, prefix, capability, version;
  };
  for (const Case& c : {
           Case{"docker.authz/1.0", "docker", "authz", "1.0"},
           Case{"com.acme.authz/1.0/x.y", "com.acme", "authz", "1.0/x.y"},
           Case{"docker.authz", "docker", "authz", ""},
           Case{"authz/1.0", "", "authz", "1.0"},
           Case{"authz", "", "authz", ""},
           Case{"docker./", "docker", "", ""},
           Case{"/1.0", "", "", "1.0"},
           Case{"", "", "", ""},
       }) {
    const InterfaceTypeName name = SplitInterfaceType(c.type);
    EXPECT_EQ(name.prefix, c.prefix) << c.type;
    EXPECT_EQ(name.capability, c.capability) << c.type;
    EXPECT_EQ(name.version, c.version) << c.type;
  }
}

// The tables of README.md.
std::string SourceTable() {
  std::string table =
      "| what | where | read-only | writable | why |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const SourceRule& rule : SourceRules()) {
    absl::StrAppend(
        &table, "| ", rule.what, " | `",
        absl::StrReplaceAll(rule.paths, {{" ", "` `"}}), "`",
        rule.below ? " and below" : "", " | ", GrantLevelName(rule.read), " | ",
        GrantLevelName(rule.write), " | ", rule.reading,
        rule.writing.empty() ? "" : absl::StrCat("; writable: ", rule.writing),
        " |\n");
  }
  return table;
}

std::string FileSystemTable() {
  std::string table =
      "| type | as a bind mount of |\n"
      "| --- | --- |\n";
  for (const KernelFileSystem& known : KernelFileSystems()) {
    absl::StrAppend(&table, "| `", known.type, "` | `", known.path, "` |\n");
  }
  return table;
}

std::string InterfaceTable() {
  std::string table =
      "| type | since | until | level | why |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const InterfaceType& type : AllInterfaceTypes()) {
    absl::StrAppend(&table, "| `docker.", type.capability, "/1.0` | ",
                    type.first, " | ", type.last, " | ",
                    GrantLevelName(type.level), " | ", type.why, " |\n");
  }
  return table;
}

TEST(ReadMe, ShowsTheTables) {
  EXPECT_TRUE(absl::StrContains(Readme(), SourceTable()))
      << "README.md should have:\n"
      << SourceTable();
  EXPECT_TRUE(absl::StrContains(Readme(), FileSystemTable()))
      << "README.md should have:\n"
      << FileSystemTable();
  EXPECT_TRUE(absl::StrContains(Readme(), InterfaceTable()))
      << "README.md should have:\n"
      << InterfaceTable();
}

}  // namespace
}  // namespace specgen
