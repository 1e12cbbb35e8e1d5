#include "specgen/privileges/source_rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/host/go_path.h"
#include "specgen/known/proc_files.h"

namespace specgen {
namespace {

using Level = GrantLevel;
constexpr bool kAndBelow = true;
constexpr bool kUsual = true;
constexpr Level kLow = Level::kLow;
constexpr Level kMedium = Level::kMedium;
constexpr Level kHigh = Level::kHigh;
constexpr Level kCritical = Level::kCritical;

// One line each: what, where, whether also below, the level of reading and of
// writing, and why. The words are those of README.md, which a test compares.
constexpr SourceRule kRules[] = {
    // Nothing that others could not have.
    {"devices without a state",
     "/dev/null /dev/zero /dev/full /dev/random "
     "/dev/urandom",
     false, kLow, kLow, "a device that every container has"},
    {"what tells the host's name and time",
     "/etc/hostname /etc/localtime /etc/timezone /etc/os-release "
     "/usr/lib/os-release /usr/share/zoneinfo /etc/machine-id "
     "/etc/nsswitch.conf /etc/services /etc/protocols /etc/mime.types",
     kAndBelow, kLow, kMedium, "reads what is no secret of the host",
     "changes how programs of the host see its name and time"},
    {"how the host finds names", "/etc/hosts /etc/resolv.conf", false, kLow,
     kMedium, "reads how the host finds names",
     "can send the host's connections elsewhere: names lead where it wants"},
    {"certificates that the host trusts",
     "/etc/ssl/certs /etc/ca-certificates /etc/ca-certificates.conf "
     "/usr/share/ca-certificates /usr/local/share/ca-certificates "
     "/etc/pki/tls/certs /etc/pki/ca-trust",
     kAndBelow, kLow, kHigh, "reads which certificates the host trusts",
     "can make the host trust a certificate of its own"},
    // What is of no process.
    {"what the kernel and its drivers tell of themselves",
     "/proc/* /proc/PID/net", kAndBelow, kMedium, kCritical,
     "reads how the kernel and its drivers are set up, and what they do",
     "changes what the kernel and its drivers do"},
    {"the kernel's counters",
     "/proc/cpuinfo /proc/meminfo /proc/loadavg /proc/uptime /proc/version "
     "/proc/stat /proc/vmstat /proc/diskstats /proc/filesystems "
     "/proc/partitions /proc/modules /proc/devices /proc/cmdline /proc/mdstat "
     "/proc/swaps /proc/interrupts /proc/PID/mounts /proc/PID/mountinfo",
     false, kLow, kLow, "reads counters that every container sees"},

    // Who connects gives orders; a read-only mount does not stop connect(2).
    {"the socket of a container engine",
     "/**/docker.sock /**/docker.sock.raw /**/docker.raw.sock "
     "/**/docker-cli.sock /**/docker.proxy.sock /**/containerd.sock "
     "/**/containerd.sock.ttrpc /**/docker-containerd.sock /**/crio.sock "
     "/**/cri-dockerd.sock /**/dockershim.sock /**/podman.sock "
     "/**/buildkitd.sock /**/nri.sock /**/finch.sock /**/balena-engine.sock "
     "/**/balena.sock /run/guest-services /run/host-services "
     "/run/docker.sock /run/user/*/docker.sock "
     "/run/docker/containerd/containerd.sock "
     "/run/docker/containerd/docker-containerd.sock "
     "/run/docker/libcontainerd/docker-containerd.sock "
     "/run/docker/swarm/control.sock /run/containerd/containerd.sock "
     "/run/containerd/containerd.sock.ttrpc "
     "/run/k3s/containerd/containerd.sock /run/crio/crio.sock "
     "/run/cri-dockerd.sock /run/dockershim.sock /run/podman/podman.sock "
     "/run/user/*/podman/podman.sock /run/buildkit/buildkitd.sock "
     "/run/user/*/buildkit/buildkitd.sock /run/nri/nri.sock "
     "/run/balena-engine.sock /run/balena.sock "
     "/run/k0s/containerd.sock "
     "/var/snap/microk8s/common/run/containerd.sock "
     "/var/lib/lxd/unix.socket /var/snap/lxd/common/lxd/unix.socket "
     "/var/lib/incus/unix.socket /run/incus/unix.socket /**/isulad.sock "
     "/run/isulad.sock",
     kAndBelow, kCritical, kCritical,
     "who connects to it can start a container that has the whole host; "
     "read-only does not stop that"},
    {"the engine's metrics socket",
     "/run/docker/metrics.sock /run/user/*/docker/metrics.sock", false, kLow,
     kLow, "reads the engine's metrics: what runs, and how much"},
    {"the sockets of virtual machines",
     "/**/libvirt-sock /**/virtqemud-sock /run/libvirt", kAndBelow, kCritical,
     kCritical,
     "who connects to libvirt can start a virtual machine that has the host's "
     "disks and devices; read-only does not stop that"},
    {"libvirt's sockets for questions",
     "/run/libvirt/libvirt-sock-ro /run/libvirt/virtqemud-sock-ro", false,
     kMedium, kMedium,
     "reads which virtual machines there are, and how they are set up; "
     "read-only does not stop that"},
    {"what a user's own engine runs in",
     "/home/*/.docker/run /home/*/.docker/desktop /home/*/.colima "
     "/home/*/.config/colima /home/*/.lima /home/*/.rd /home/*/.orbstack "
     "/root/.docker/run /root/.docker/desktop /root/.colima "
     "/root/.config/colima /root/.lima /root/.rd /root/.orbstack",
     kAndBelow,
     kCritical,
     kCritical,
     "the engine's socket is there: who connects to it can start a container "
     "that has what the engine has; read-only does not stop that",
     {},
     !kUsual},
    {"the socket of the service manager",
     "/run/systemd/private /run/dbus/system_bus_socket "
     "/**/system_bus_socket /run/user/*/bus /run/snapd.sock "
     "/run/snapd.socket /run/initctl /dev/initctl",
     false, kCritical, kCritical,
     "who connects to it as root can start programs on the host; read-only "
     "does not stop that"},
    {"the socket of udev", "/run/udev/control", false, kCritical, kCritical,
     "who connects to it as root says in which environment udev runs its "
     "programs, as root; read-only does not stop that"},
    {"the kubelet's sockets",
     "/**/kubelet.sock /var/lib/kubelet/device-plugins "
     "/var/lib/kubelet/plugins_registry /var/lib/kubelet/pod-resources "
     "/run/kubelet",
     kAndBelow, kCritical, kCritical,
     "who connects to them can take a driver's place for all pods of the node; "
     "read-only does not stop that"},

    {"sockets for logs and for being ready",
     "/dev/log /run/systemd/journal/dev-log /run/systemd/journal/socket "
     "/run/systemd/journal/stdout /run/systemd/journal/syslog "
     "/run/systemd/notify",
     false, kMedium, kMedium,
     "writes lines of its own into the host's log, or says how it is; "
     "read-only does not stop that"},

    {"enclaves of the processor", "/dev/sgx /dev/sgx*", kAndBelow, kMedium,
     kMedium, "runs code in memory that the host cannot look into"},

    // Behind all file systems and processes.
    {"raw disks",
     "/dev/sd* /dev/hd* /dev/vd* /dev/xvd* /dev/nvme* /dev/mmcblk* /dev/dm-* "
     "/dev/md* /dev/rbd* /dev/zd* /dev/sg* /dev/bsg /dev/mapper /dev/disk "
     "/dev/block /dev/raw /dev/bcache* /dev/drbd* /dev/bcache /dev/drbd "
     "/dev/md /dev/rbd /dev/zvol /dev/pmem* "
     "/dev/dasd* /dev/mtd* /dev/cciss /dev/etherd /dev/scini* /dev/ublkb* "
     "/dev/pxd* /dev/ng* /dev/dax* /dev/ubi* /dev/nand* /dev/ida "
     "/dev/zfs /dev/megaraid* /dev/mpt*",
     kAndBelow, kCritical, kCritical,
     "who can open a disk reads and changes all files on it, past the file "
     "system; read-only does not stop that"},
    {"other block devices",
     "/dev/loop* /dev/nbd* /dev/ram* /dev/zram* /dev/sr* /dev/fd* /dev/st* "
     "/dev/nst*",
     kAndBelow, kHigh, kHigh,
     "who can open one reads and changes what others may have on it; "
     "read-only does not stop that"},
    {"memory of the host",
     "/dev/mem /dev/kmem /dev/port /proc/kcore /proc/vmcore /dev/cpu "
     "/dev/oldmem /dev/crash /dev/uio* /dev/xen/privcmd",
     kAndBelow, kCritical, kCritical,
     "who can open it reads or changes the memory of the kernel and of all "
     "processes; read-only does not stop that"},
    {"the kernel's log", "/dev/kmsg /proc/kmsg", false, kHigh, kHigh,
     "reads the kernel's log, with addresses in its memory, and writes lines "
     "of its own; read-only does not stop that"},
    {"terminals and input devices",
     "/dev/console /dev/tty* /dev/pts /dev/vcs* /dev/input /dev/uinput "
     "/dev/uhid /dev/hidraw* /dev/usbmon* /dev/hvc*",
     kAndBelow, kHigh, kHigh,
     "who can open them reads what people type on the host, and types for "
     "them; read-only does not stop that"},
    {"the screens of desktops",
     "/tmp/.X11-unix /run/user/*/wayland-0",
     kAndBelow,
     kHigh,
     kHigh,
     "who connects to it sees what people do on the host, and types for them; "
     "read-only does not stop that",
     {},
     !kUsual},
    {"serial adapters", "/dev/ttyUSB* /dev/ttyACM* /dev/serial", kAndBelow,
     kMedium, kMedium,
     "talks to what is connected to the host's serial ports; read-only does "
     "not stop that"},
    {"what manages the machine",
     "/dev/ipmi* /dev/ipmidev /dev/watchdog /dev/watchdog* /dev/mei*",
     kAndBelow, kHigh, kHigh,
     "resets the host or switches it off, and sets up its management "
     "controller; read-only does not stop that"},
    {"FUSE", "/dev/fuse", false, kLow, kLow, "mounts file systems of its own"},
    {"shared memory of the host", "/dev/shm /dev/mqueue", kAndBelow, kMedium,
     kHigh, "reads what processes of the host share",
     "changes the memory that processes of the host share"},
    {"all devices", "/dev", false, kCritical, kCritical,
     "raw disks and the memory of the host are among them, as far as the "
     "device rules let them be opened; read-only does not stop that"},
    {kMayBeADisk,
     "/dev/*/*",
     kAndBelow,
     kHigh,
     kHigh,
     "LVM has its disks there, by the name of their group: who can open a disk "
     "reads and changes all files on it; read-only does not stop that",
     {},
     !kUsual},
    {"other devices",
     "/dev /dev/accel /dev/binderfs /dev/bus /dev/char /dev/dma_heap /dev/dri "
     "/dev/dvb /dev/hugepages /dev/infiniband /dev/misc /dev/net "
     "/dev/nvidia-caps /dev/snd /dev/usb /dev/v4l /dev/vduse /dev/vfio "
     "/dev/xen",
     kAndBelow, kMedium, kMedium,
     "a device of the host, as far as the device rules let it be opened; "
     "read-only does not stop that"},

    // What root on the host runs or obeys.
    {"jobs that run at set times",
     "/etc/crontab /etc/cron.d /etc/cron.hourly /etc/cron.daily "
     "/etc/cron.weekly /etc/cron.monthly /etc/anacrontab /etc/at.allow "
     "/var/spool/cron /var/spool/at /var/spool/anacron",
     kAndBelow, kMedium, kCritical, "reads what runs on the host, and when",
     "the host runs, as root, what is written there"},
    {"what is loaded into programs",
     "/etc/ld.so.preload /etc/ld.so.conf /etc/ld.so.conf.d /etc/ld.so.cache",
     kAndBelow, kLow, kCritical, "reads which libraries programs load",
     "every program of the host, root's too, loads the library that is named "
     "there"},
    {"kernel modules",
     "/lib/modules /usr/lib/modules /etc/modules /etc/modules-load.d "
     "/etc/modprobe.d /etc/modprobe.conf /lib/modprobe.d /usr/lib/modprobe.d "
     "/lib/firmware /usr/lib/firmware",
     kAndBelow, kLow, kCritical, "reads the kernel's modules",
     "the host's kernel loads what is written there"},
    {"the boot files", "/boot /efi", kAndBelow, kMedium, kCritical,
     "reads the kernel, and how the host boots",
     "decides which kernel and which programs the host boots"},
    {"services and their start",
     "/etc/systemd /run/systemd/system /run/systemd/user "
     "/run/systemd/transient /run/systemd/control /run/systemd/generator "
     "/run/systemd/generator.early /run/systemd/generator.late "
     "/run/systemd/system.control /run/systemd/user.control "
     "/run/systemd/system.attached /etc/init.d /etc/rc.local /etc/rc.d "
     "/etc/rc0.d "
     "/etc/rc1.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d /etc/rc6.d "
     "/etc/rcS.d "
     "/etc/inittab /etc/init /etc/udev /run/udev/rules.d /etc/profile "
     "/etc/profile.d /etc/bash.bashrc /etc/environment /etc/default /etc/skel "
     "/etc/network /etc/dbus-1 /etc/apt /etc/dpkg "
     "/etc/yum.repos.d /etc/fstab /etc/sysctl.conf /etc/sysctl.d "
     "/etc/tmpfiles.d /etc/binfmt.d /etc/kernel /etc/initramfs-tools "
     "/etc/grub.d /etc/logrotate.conf /etc/logrotate.d /etc/rsyslog.conf "
     "/etc/rsyslog.d /etc/update-motd.d /etc/dhcp /etc/ppp /etc/acpi",
     kAndBelow, kMedium, kCritical, "reads how the host's services are run",
     "the host runs, as root, what is written there"},
    {"what packages bring",
     "/var/lib/dpkg /var/lib/rpm /var/lib/pacman /var/lib/snapd "
     "/var/lib/flatpak /var/lib/dkms /var/lib/cloud",
     kAndBelow, kLow, kCritical, "reads which packages the host has",
     "the host runs, as root, the scripts that are written there"},
    {"ssh keys", "/root/.ssh /home/*/.ssh /etc/ssh", kAndBelow, kHigh,
     kCritical,
     "reads private keys: it can log in elsewhere, or be taken for the host",
     "can let itself log in (authorized_keys, sshd_config)"},
    {"accounts and passwords",
     "/etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/sudoers "
     "/etc/sudoers.d /etc/polkit-1 /etc/pam.d /etc/security /etc/krb5.keytab "
     "/etc/opasswd /var/backups /var/lib/sss /var/kerberos "
     "/var/lib/krb5kdc",
     kAndBelow, kHigh, kCritical,
     "reads password hashes, or who may become root",
     "decides who may become root on the host"},
    {"the lists of accounts", "/etc/passwd /etc/group /etc/passwd- /etc/group-",
     false, kLow, kCritical, "reads which accounts there are",
     "can make an account of its own with root's rights"},
    {"credentials",
     "/root/.gnupg /root/.azure /home/*/.docker /home/*/.aws /home/*/.kube "
     "/home/*/.gnupg /home/*/.azure /home/*/.config /home/*/.netrc "
     "/home/*/.git-credentials /etc/ssl/private /etc/pki "
     "/etc/rancher /etc/k0s /etc/ceph /run/secrets",
     kAndBelow, kHigh, kHigh,
     "reads keys and tokens, with which it can act elsewhere",
     "reads and replaces keys and tokens that the host uses elsewhere"},
    {"credentials, and what root's programs run with them",
     "/root/.docker /root/.aws /root/.kube /root/.config /etc/letsencrypt "
     "/etc/kubernetes",
     kAndBelow, kHigh, kCritical,
     "reads keys and tokens, with which it can act elsewhere",
     "programs of the host run, as root, the helpers, plugins, hooks and pods "
     "that are named there"},
    {"keys of networks",
     "/etc/wireguard /etc/ipsec.secrets /etc/openvpn /etc/NetworkManager "
     "/etc/netplan",
     kAndBelow, kHigh, kCritical,
     "reads the keys and passwords of the host's networks",
     "decides where the host's connections lead, and which scripts run as root "
     "with them"},
    {"the engine's settings",
     "/etc/docker /etc/containerd /etc/crio /etc/containers /etc/cni "
     "/etc/buildkit /opt/cni",
     kAndBelow, kHigh, kCritical,
     "reads the engine's settings, and keys for registries",
     "decides which program the engine runs for each container"},
    {"root's home directory", "/root", kAndBelow, kHigh, kCritical,
     "reads root's files, keys and histories among them",
     "root's shell runs what is written there"},
    {"programs of the host",
     "/bin /sbin /lib /lib32 /lib64 /libx32 /usr /nix /snap /etc/alternatives",
     kAndBelow, kLow, kCritical, "reads programs and libraries of the host",
     "can replace programs that root runs on the host"},
    {"programs beside the system's", "/opt", kAndBelow, kLow, kHigh,
     "reads programs of the host", "can replace programs that the host runs"},

    // What other containers and plugins are made of.
    {"other plugins' directories",
     "/var/lib/docker/plugins "
     "/var/snap/docker/common/var-lib-docker/plugins",
     kAndBelow, kHigh, kCritical,
     "reads other plugins' files and settings, with the secrets in them",
     "changes other plugins' programs and settings, and what they may do"},
    {"sockets of plugins", "/run/docker/plugins", kAndBelow, kHigh, kHigh,
     "can talk to other plugins as the engine does; read-only does not stop "
     "that",
     "can talk to other plugins as the engine does, and take their place"},
    {"volumes of containers",
     "/var/lib/docker/volumes "
     "/var/lib/containers/storage/volumes "
     "/var/snap/docker/common/var-lib-docker/volumes "
     "/home/*/.local/share/docker/volumes "
     "/home/*/.local/share/containers/storage/volumes",
     kAndBelow, kHigh, kHigh, "reads the data of all containers",
     "changes the data of all containers"},
    {"the engine's state",
     "/var/lib/docker /var/lib/docker-engine /var/lib/containerd "
     "/var/lib/containers /var/lib/rancher /var/lib/crio /var/lib/buildkit "
     "/var/lib/cni /var/lib/cri-dockerd /var/lib/balena-engine /var/lib/k0s "
     "/var/lib/lxd /var/lib/lxc /var/lib/incus "
     "/var/lib/machines /var/snap/docker /var/snap/microk8s /var/snap/lxd "
     "/run/docker /run/containerd /run/crio /run/runc /run/crun /run/k3s "
     "/run/k0s /run/libpod "
     "/home/*/.local/share/docker /home/*/.local/share/containers",
     kAndBelow, kHigh, kCritical,
     "reads images, containers and their environment, with the secrets in them",
     "changes programs in containers, and what these may do"},
    {"virtual machines", "/var/lib/libvirt /etc/libvirt", kAndBelow, kHigh,
     kCritical, "reads the disks and settings of virtual machines",
     "changes the disks of virtual machines, and which devices of the host "
     "they "
     "have"},
    {"the kubelet's state", "/var/lib/kubelet /var/lib/etcd", kAndBelow, kHigh,
     kCritical, "reads the secrets and the data of all pods",
     "changes what runs in pods, and as whom"},

    // The kernel.
    {"the kernel's settings", "/proc/sys", kAndBelow, kLow, kCritical,
     "reads the kernel's settings",
     "can name the program that the kernel runs as root (core_pattern, "
     "modprobe)"},
    {"the network's settings in the kernel", "/proc/sys/net", kAndBelow, kLow,
     kHigh, "reads the kernel's settings",
     "changes what the host forwards and takes from networks"},
    {"processes of the host", "/proc /proc/PID", kAndBelow, kHigh, kCritical,
     "reads the environment and memory of the host's processes, and reaches "
     "their files through /proc/PID/root",
     "changes processes of the host, and the kernel's settings"},
    {"control groups", "/sys/fs/cgroup /cgroup", kAndBelow, kMedium, kCritical,
     "reads which containers there are, and what they use",
     "changes all limits and device rules, and with cgroups v1 has the kernel "
     "run a program as root (release_agent)"},
    {"the kernel's debugging files (debugfs)", "/sys/kernel/debug", kAndBelow,
     kHigh, kCritical,
     "reads what drivers do, USB traffic with what people type in it, and "
     "addresses in the kernel's memory",
     "changes how the kernel and its drivers work"},
    {"the kernel's tracing (tracefs)",
     "/sys/kernel/tracing /sys/kernel/debug/tracing", kAndBelow, kHigh,
     kCritical,
     "reads what is traced of all processes of the host, and addresses in the "
     "kernel's memory",
     "traces the kernel and all processes of the host"},
    {"pinned maps and programs of BPF", "/sys/fs/bpf", kAndBelow, kHigh,
     kCritical,
     "opens what the kernel's BPF programs keep, such as those of networks and "
     "security tools; read-only does not stop that",
     "changes what the kernel's BPF programs keep"},
    {"logs of crashes of the kernel (pstore)", "/sys/fs/pstore", kAndBelow,
     kHigh, kHigh,
     "reads the kernel's log of its crashes, with addresses in its memory",
     "reads and deletes the kernel's log of its crashes"},
    {"passwords of storage targets",
     "/sys/kernel/config/target "
     "/sys/kernel/config/nvmet",
     kAndBelow, kHigh, kCritical,
     "reads the passwords that iSCSI and NVMe targets of the host ask for",
     "hands out any disk of the host", !kUsual},
    {"what users set up in the kernel (configfs)", "/sys/kernel/config",
     kAndBelow, kMedium, kCritical,
     "reads which storage targets and USB gadgets the host has",
     "sets up storage targets and USB gadgets: it can hand out any disk of the "
     "host"},
    {"the kernel's security modules (securityfs)",
     "/sys/kernel/security /sys/fs/selinux /sys/fs/smackfs", kAndBelow, kMedium,
     kCritical,
     "reads which security policy the host has, and what was measured of it",
     "changes the host's security policy"},
    {"the firmware's variables (efivarfs)", "/sys/firmware/efi/efivars",
     kAndBelow, kMedium, kCritical, "reads how the firmware starts the host",
     "changes how the firmware starts the host"},
    {"the kernel's own files", "/sys/kernel", kAndBelow, kMedium, kCritical,
     "reads how the kernel is set up",
     "changes how the kernel works, and has it run a program as root "
     "(uevent_helper)"},
    {"devices and drivers", "/sys", kAndBelow, kMedium, kCritical,
     "reads which devices the host has, and their state",
     "changes devices and drivers, and has the kernel run a program as root "
     "(uevent_helper)"},

    // The rest that is more than files.
    {"users' home directories", "/home", kAndBelow, kMedium, kHigh,
     "reads the files of the host's users",
     "changes the files of the host's users, and what their shells run"},
    {"what udev knows of devices", "/run/udev", kAndBelow, kMedium, kHigh,
     "reads which devices the host has, and what they are",
     "changes what services of the host take devices for"},
    {"state of running services", "/run", kAndBelow, kMedium, kHigh,
     "reads the state of services, and can connect to their sockets; "
     "read-only does not stop that",
     "changes the state of services, and can take the place of their sockets"},
    {"the host's settings", "/etc", kAndBelow, kMedium, kHigh,
     "reads how the host is set up",
     "changes how the host is set up, and what its services do"},
    {"logs", "/var/log /run/log", kAndBelow, kMedium, kMedium,
     "reads what services of the host write, often with secrets",
     "reads and changes what services of the host write: traces go"},
};

// One element against another of a rule.
bool MatchesElement(std::string_view element, std::string_view pattern) {
  if (pattern == "PID") return IsProcess(element);
  return absl::ConsumeSuffix(&pattern, "*")
             ? absl::StartsWith(element, pattern) &&
                   element.size() > pattern.size()
             : element == pattern;
}

enum class Place { kElsewhere, kAbove, kAt, kBelow };

using Elements = std::vector<std::string_view>;

Elements ElementsOf(std::string_view path) {
  return absl::StrSplit(path, '/', absl::SkipEmpty());
}

// One of the paths of a rule, as its elements.
struct Pattern {
  const SourceRule* rule;
  // Only the last element is given: that file, wherever it is.
  bool anywhere;
  Elements elements;
  // How closely it names a path: by the file's own name, then by what it says
  // of the path, then by how long it is.
  std::pair<size_t, size_t> closeness = {};
};

// The patterns of kRules, in that order, that can say something of a path.
class Patterns {
 public:
  // Of a path that begins with `first`.
  static const std::vector<Pattern>& Of(std::string_view first) {
    static const Patterns* const kPatterns = new Patterns();
    const auto found = kPatterns->by_first_.find(first);
    return found == kPatterns->by_first_.end() ? kPatterns->of_any_
                                               : found->second;
  }

 private:
  Patterns() {
    std::vector<Pattern> all;
    for (const SourceRule& rule : kRules) {
      for (std::string_view path : absl::StrSplit(rule.paths, ' ')) {
        const bool anywhere = absl::ConsumePrefix(&path, "/**/");
        const auto says =
            path.size() - static_cast<size_t>(std::count_if(
                              path.begin(), path.end(),
                              [](char c) { return c == '*' || c == '/'; }));
        Pattern pattern = {&rule, anywhere, ElementsOf(path)};
        pattern.closeness = {anywhere ? SIZE_MAX : says,
                             pattern.elements.size()};
        all.push_back(std::move(pattern));
      }
    }
    const auto says_first = [](const Pattern& pattern) {
      return !pattern.anywhere && !pattern.elements.empty() &&
             !absl::StrContains(pattern.elements[0], '*');
    };
    for (const Pattern& pattern : all) {
      if (says_first(pattern)) by_first_.try_emplace(pattern.elements[0]);
    }
    for (const Pattern& pattern : all) {
      if (says_first(pattern)) {
        by_first_[pattern.elements[0]].push_back(pattern);
        continue;
      }
      of_any_.push_back(pattern);
      for (auto& [first, patterns] : by_first_) patterns.push_back(pattern);
    }
  }

  absl::flat_hash_map<std::string_view, std::vector<Pattern>> by_first_;
  // Those that any first element can match.
  std::vector<Pattern> of_any_;
};

// Where a path is, seen from what a rule names.
Place PlaceOf(const Elements& path, const Elements& wanted) {
  for (size_t i = 0; i < path.size() && i < wanted.size(); ++i) {
    if (!MatchesElement(path[i], wanted[i])) return Place::kElsewhere;
  }
  if (path.size() < wanted.size()) return Place::kAbove;
  return path.size() == wanted.size() ? Place::kAt : Place::kBelow;
}

Place PlaceOf(const Elements& path, const Pattern& pattern) {
  if (!pattern.anywhere) return PlaceOf(path, pattern.elements);
  return path.back() == pattern.elements.back() ? Place::kAt
                                                : Place::kElsewhere;
}

// File systems of the kernel's that are the same wherever they are mounted, and
// where hosts have them.
constexpr KernelFileSystem kKernelFileSystems[] = {
    {"proc", "/proc"},
    {"sysfs", "/sys"},
    {"cgroup", "/sys/fs/cgroup"},
    {"cgroup2", "/sys/fs/cgroup"},
    {"cpuset", "/sys/fs/cgroup/cpuset"},
    {"devtmpfs", "/dev"},
    {"debugfs", "/sys/kernel/debug"},
    {"tracefs", "/sys/kernel/tracing"},
    {"securityfs", "/sys/kernel/security"},
    {"configfs", "/sys/kernel/config"},
    {"bpf", "/sys/fs/bpf"},
    {"fusectl", "/sys/fs/fuse/connections"},
    {"pstore", "/sys/fs/pstore"},
    {"resctrl", "/sys/fs/resctrl"},
    {"efivarfs", "/sys/firmware/efi/efivars"},
    {"selinuxfs", "/sys/fs/selinux"},
    {"smackfs", "/sys/fs/smackfs"},
    {"binfmt_misc", "/proc/sys/fs/binfmt_misc"},
};

// Where hosts mount file systems besides the kernel's. Of each path that lies
// below one of these, a mount of what is above it need not have it.
enum class Mounted {
  kAlways,
  kUsually,
  kPerhaps,
  // Anything that lies below may be one more.
  kPerhapsBelow,
};

struct MountPlace {
  std::string_view path;
  Mounted mounted;
};

constexpr MountPlace kMountPlaces[] = {
    {"/dev/mqueue", Mounted::kAlways},
    {"/dev/pts", Mounted::kAlways},
    {"/dev/shm", Mounted::kAlways},
    {"/run", Mounted::kAlways},
    {"/afs/*", Mounted::kUsually},
    {"/boot/efi", Mounted::kUsually},
    {"/dev/hugepages", Mounted::kUsually},
    {"/home/*", Mounted::kUsually},
    {"/media/*", Mounted::kUsually},
    {"/mnt/*", Mounted::kUsually},
    {"/net/*", Mounted::kUsually},
    {"/run/containerd/*/*/*/rootfs", Mounted::kUsually},
    {"/run/credentials/*", Mounted::kUsually},
    {"/run/docker/netns/*", Mounted::kUsually},
    {"/run/lock", Mounted::kUsually},
    {"/run/netns/*", Mounted::kUsually},
    {"/run/user/*", Mounted::kUsually},
    {"/sys/kernel/debug/tracing", Mounted::kUsually},
    {"/var/lib/containerd/*", Mounted::kUsually},
    {"/var/lib/containers/*", Mounted::kUsually},
    {"/var/lib/docker/containers/*/mounts/*", Mounted::kUsually},
    {"/var/lib/docker/overlay2/*/merged", Mounted::kUsually},
    {"/var/lib/docker/plugins/*/propagated-mount", Mounted::kUsually},
    {"/var/lib/docker/volumes/*/_data", Mounted::kUsually},
    {"/var/lib/kubelet/plugins/*/*", Mounted::kUsually},
    {"/var/lib/kubelet/pods/*/volumes/*/*", Mounted::kUsually},
    {"/var/lib/lxcfs", Mounted::kUsually},
    {"/var/lib/nfs/rpc_pipefs", Mounted::kUsually},
    {"/*", Mounted::kPerhaps},
    {"/boot/*", Mounted::kPerhaps},
    {"/opt/*", Mounted::kPerhaps},
    {"/srv/*", Mounted::kPerhaps},
    {"/usr/*", Mounted::kPerhaps},
    {"/var/*", Mounted::kPerhaps},
    {"/afs", Mounted::kPerhapsBelow},
    {"/dev", Mounted::kPerhapsBelow},
    {"/media", Mounted::kPerhapsBelow},
    {"/mnt", Mounted::kPerhapsBelow},
    {"/net", Mounted::kPerhapsBelow},
    {"/proc", Mounted::kPerhapsBelow},
    {"/run", Mounted::kPerhapsBelow},
    {"/snap", Mounted::kPerhapsBelow},
    {"/sys", Mounted::kPerhapsBelow},
    {"/var/lib/containerd", Mounted::kPerhapsBelow},
    {"/var/lib/containers", Mounted::kPerhapsBelow},
    {"/var/lib/docker", Mounted::kPerhapsBelow},
    {"/var/lib/kubelet", Mounted::kPerhapsBelow},
    {"/var/lib/rancher", Mounted::kPerhapsBelow},
};

struct PlaceOfMount {
  std::string_view path;
  Elements elements;
  Mounted mounted;
};

// All of them, the kernel's first.
const std::vector<PlaceOfMount>& MountPlaces() {
  static const std::vector<PlaceOfMount>* const kPlaces = [] {
    auto* places = new std::vector<PlaceOfMount>();
    for (const KernelFileSystem& known : kKernelFileSystems) {
      places->push_back({known.path, ElementsOf(known.path), Mounted::kAlways});
    }
    for (const MountPlace& place : kMountPlaces) {
      places->push_back({place.path, ElementsOf(place.path), place.mounted});
    }
    return places;
  }();
  return *kPlaces;
}

// Symbolic links that each Linux of today has (proc(5)).
struct KnownLink {
  std::string_view path;
  // Absolute; "" if it is to any file.
  std::string_view target;
  // It may lead elsewhere, so that what is reached through it may be anywhere.
  bool anywhere = false;
};

constexpr KnownLink kKnownLinks[] = {
    {"/var/run", "/run"},
    {"/var/lock", "/run/lock"},
    {"/dev/core", "/proc/kcore"},
    {"/dev/fd", "/proc/self/fd"},
    {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"},
    {"/dev/stderr", "/proc/self/fd/2"},
    {"/proc/mounts", "/proc/self/mounts"},
    {"/proc/net", "/proc/self/net"},
    {"/proc/thread-self", "/proc/self/task/self"},
    // When the mount is made, runc is still in the host's root, as init is;
    // other processes may be in a container's. Where they work is as it comes:
    // runc does in the plugin's rootfs.
    {"/proc/1/root", "/"},
    {"/proc/self/root", "/"},
    {"/proc/self/task/PID/root", "/"},
    {"/proc/PID/root", "/", true},
    {"/proc/PID/task/PID/root", "/", true},
    {"/proc/PID/cwd", "/", true},
    {"/proc/PID/task/PID/cwd", "/", true},
    {"/proc/PID/fd/*", "", true},
    {"/proc/PID/task/PID/fd/*", "", true},
    {"/proc/PID/map_files/*", "", true},
};

const KnownLink* FindLink(const Elements& path) {
  static const std::vector<Elements>* const kPaths = [] {
    auto* paths = new std::vector<Elements>();
    for (const KnownLink& link : kKnownLinks) {
      paths->push_back(ElementsOf(link.path));
    }
    return paths;
  }();
  const auto found =
      std::find_if(kPaths->begin(), kPaths->end(), [&](const Elements& wanted) {
        return std::equal(path.begin(), path.end(), wanted.begin(),
                          wanted.end(), MatchesElement);
      });
  return found == kPaths->end() ? nullptr
                                : &kKnownLinks[found - kPaths->begin()];
}

// The kernel's way through an absolute path: links are followed, as far as
// they are known, before "..". What may be anywhere is the root, which holds
// it.
Elements KernelsWay(std::string_view source) {
  Elements done;
  Elements rest = ElementsOf(source);  // the next one last
  std::reverse(rest.begin(), rest.end());
  while (!rest.empty()) {
    const std::string_view element = rest.back();
    rest.pop_back();
    if (element == ".") continue;
    if (element == "..") {
      if (!done.empty()) done.pop_back();
      continue;
    }
    done.push_back(element);
    const KnownLink* const link = FindLink(done);
    if (link == nullptr) continue;
    if (link->anywhere && !rest.empty()) return {};
    if (!link->target.empty()) done = ElementsOf(link->target);
  }
  return done;
}

// Whether each host has another file system at or above the path, seen from
// `top`.
bool IsOnAnother(const Elements& path, const Elements& top) {
  return std::any_of(MountPlaces().begin(), MountPlaces().end(),
                     [&](const PlaceOfMount& other) {
                       const Place at = PlaceOf(path, other.elements);
                       return other.mounted == Mounted::kAlways &&
                              PlaceOf(top, other.elements) == Place::kAbove &&
                              (at == Place::kAt || at == Place::kBelow);
                     });
}

SourceGrant JudgeElements(const Elements& elements, bool read_only,
                          MountsBelow below = MountsBelow::kAlike) {
  SourceGrant best = {
      nullptr, read_only ? kLow : kMedium,
      read_only ? "reads files of the host" : "writes files of the host"};
  if (elements.empty()) {
    return {&kRules[0], kCritical,
            !read_only ? "reads and changes all files of the host"
            : below == MountsBelow::kNone
                ? "reads the files of the host, its secrets too"
                : "reads all files of the host, its secrets too, and can "
                  "connect to the engine's socket"};
  }
  const auto take = [&](const SourceRule& rule, std::string_view holds) {
    const std::string_view why =
        read_only || rule.writing.empty() ? rule.reading : rule.writing;
    best = {&rule, read_only ? rule.read : rule.write,
            absl::StrCat(holds, rule.what, ": ", why)};
  };
  // What names the path most closely says what it is.
  std::pair<size_t, size_t> closest = {};
  const std::vector<Pattern>& patterns = Patterns::Of(elements[0]);
  for (const Pattern& pattern : patterns) {
    const Place place = PlaceOf(elements, pattern);
    const bool names_it =
        place == Place::kAt || (place == Place::kBelow && pattern.rule->below);
    if (names_it && pattern.closeness > closest) {
      closest = pattern.closeness;
      take(*pattern.rule, "");
    }
  }
  // What it holds may be more.
  for (const Pattern& pattern : patterns) {
    const SourceRule& rule = *pattern.rule;
    if ((read_only ? rule.read : rule.write) > best.level && rule.usual &&
        PlaceOf(elements, pattern) == Place::kAbove &&
        !(below == MountsBelow::kNone &&
          IsOnAnother(pattern.elements, elements))) {
      take(rule, "holds ");
    }
  }
  if (!read_only || below != MountsBelow::kWritable) return best;
  for (const PlaceOfMount& place : MountPlaces()) {
    if (place.mounted > Mounted::kUsually ||
        PlaceOf(elements, place.elements) != Place::kAbove) {
      continue;
    }
    SourceGrant there = JudgeElements(place.elements, /*read_only=*/false);
    if (there.level > best.level) {
      best = std::move(there);
      best.why = absl::StrCat("what is mounted below it, such as ", place.path,
                              ", stays writable: ", best.why);
    }
  }
  return best;
}

// Runtimes take it from the bundle, which lies in the engine's state.
SourceGrant JudgeRelative(std::string_view source, bool read_only) {
  const std::string path = CleanPath(source);
  if (path != ".." && !absl::StartsWith(path, "../")) {
    const Elements elements = ElementsOf(source);
    const auto named =
        std::count_if(elements.begin(), elements.end(),
                      [](std::string_view element) { return element != "."; });
    if (named > 1) {
      SourceGrant grant = JudgeElements({}, read_only);
      grant.why = absl::StrCat(kRelativeMayLead, grant.why);
      return grant;
    }
    // Its rootfs and what is mounted there are its own anyway; what else is
    // there says what is run for it, as root: config.json, and containerd's
    // "runtime", "options.json" and "shim-binary-path".
    const bool is_own =
        named == 1 && (path == "rootfs" || path == "propagated-mount");
    return {nullptr, read_only || is_own ? kLow : kCritical,
            absl::StrCat(
                "runtimes take it from the bundle, the plugin's own directory",
                is_own      ? ""
                : read_only ? ": reads how the plugin is run"
                            : ": decides which programs are run for the "
                              "plugin, as root, and with which mounts")};
  }
  SourceGrant grant = JudgeSource(absl::StrCat("/", path), read_only);
  SourceGrant state = JudgeSource("/run/docker/x", read_only);
  return grant.level < state.level ? state : grant;
}

}  // namespace

absl::Span<const SourceRule> SourceRules() { return kRules; }

size_t DeepestMount(absl::Span<const std::string_view> path) {
  const Elements elements(path.begin(), path.end());
  size_t deepest = 0;
  for (const PlaceOfMount& place : MountPlaces()) {
    const Place at = PlaceOf(elements, place.elements);
    if (at != Place::kAt && at != Place::kBelow) continue;
    deepest = std::max(deepest, place.mounted == Mounted::kPerhapsBelow
                                    ? elements.size()
                                    : place.elements.size());
  }
  return deepest;
}

absl::Span<const KernelFileSystem> KernelFileSystems() {
  return kKernelFileSystems;
}

std::string WithKnownLinks(std::string_view path) {
  return absl::StrCat("/", absl::StrJoin(KernelsWay(path), "/"));
}

SourceGrant JudgeKernelFileSystem(const KernelFileSystem& file_system,
                                  bool read_only) {
  return JudgeElements(ElementsOf(file_system.path), read_only,
                       MountsBelow::kNone);
}

SourceGrant JudgeSource(std::string_view source, bool read_only,
                        MountsBelow below) {
  if (!absl::StartsWith(source, "/")) return JudgeRelative(source, read_only);
  SourceGrant grant = JudgeElements(KernelsWay(source), read_only, below);
  // Where the host has no such link, ".." leads elsewhere.
  SourceGrant cleaned =
      JudgeElements(KernelsWay(CleanPath(source)), read_only, below);
  return cleaned.level > grant.level ? cleaned : grant;
}

}  // namespace specgen
