// Each MUST of the runtime spec's text (v1.3.0) about a document: where it
// stands, the rule here that finds a document which breaks it, and a document
// on each side. README.md shows this table as it is.
//
//   must_table_test README
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/readme_test_main.h"
#include "specgen/json/json_tree.h"
#include "specgen/validate/validator.h"

namespace specgen {
namespace {

struct Must {
  std::string_view section;  // of the text: file#anchor
  std::string_view must;
  std::string_view code;  // of the finding; "" is why it is not looked at
  // What is put into a good spec of 1.3.0: the document is "{OCI,PROCESS,ROOT"
  // and this, where a key of these replaces it.
  std::string_view bad;
  std::string_view good;
};

#define IN_PROCESS(members) \
  "\"process\":{\"cwd\":\"/\",\"args\":[\"/x\"]," members "}"
#define IN_LINUX(members) "\"linux\":{" members "}"
#define IN_RESOURCES(members) IN_LINUX("\"resources\":{" members "}")
#define IN_MOUNT(members) \
  IN_LINUX("") ",\"mounts\":[{\"destination\":\"/m\"," members "}]"
#define IN_SECCOMP(members) \
  IN_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"," members "}")
#define IN_WINDOWS(members)                                             \
  "\"windows\":{\"layerFolders\":[\"C:\\\\l\"]," members                \
  "},\"root\":{\"path\":\"\\\\\\\\?\\\\Volume{ec84d99e-3f02-11e7-ac6c-" \
  "00155d7682cf}\\\\\"},\"process\":{\"cwd\":\"C:\\\\\",\"args\":[\"x\"]}"
#define IN_HYPERV(more)                                                      \
  "\"windows\":{\"layerFolders\":[\"C:\\\\l\"],\"hyperv\":{}},\"process\":{" \
  "\"cwd\":\"C:\\\\\",\"args\":[\"x\"]}" more

constexpr std::string_view kRoot = "\"root\":{\"path\":\"r\"}";

constexpr Must kMusts[] = {
    {"config.md#specification-version", "ociVersion is REQUIRED", "required",
     "\"ociVersion\":null", ""},
    {"config.md#specification-version", "ociVersion is a SemVer 2.0.0 version",
     "oci-version", "\"ociVersion\":\"1.0\"", "\"ociVersion\":\"1.2.0-dev\""},
    {"config.md#root", "root is REQUIRED, but for Hyper-V", "required",
     "\"root\":null", IN_HYPERV("")},
    {"config.md#root", "root is not set for Hyper-V", "root-with-hyperv",
     IN_HYPERV(",\"root\":{\"path\":\"r\"}"), IN_HYPERV("")},
    {"config.md#root", "root.path is REQUIRED", "required", "\"root\":{}", ""},
    {"config.md#root", "on Windows, root.path is a volume GUID path",
     "volume-path",
     IN_WINDOWS("\"servicing\":true") ",\"root\":{\"path\":\"C:\\\\r\"}",
     IN_WINDOWS("\"servicing\":true")},
    {"config.md#root", "on Windows, root.readonly is not true",
     "readonly-on-windows",
     IN_WINDOWS("\"servicing\":true") ",\"root\":{\"path\":\"\\\\\\\\?"
                                      "\\\\Volume{ec84d99e-3f02-11e7-ac6c-"
                                      "00155d7682cf}\\\\\",\"readonly\":true}",
     IN_WINDOWS("\"servicing\":true")},
    {"config.md#mounts", "destination is REQUIRED", "required",
     "\"mounts\":[{\"type\":\"proc\"}]",
     "\"mounts\":[{\"type\":\"proc\",\"destination\":\"/p\"}]"},
    {"config.md#mounts", "destination is absolute; on Linux a SHOULD",
     "relative-destination",
     IN_WINDOWS("\"servicing\":true") ",\"mounts\":[{\"destination\":\"d\"}]",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"C:\\\\d\"}]"},
    {"config.md#mounts", "on Windows, no mount is inside of another",
     "nested-mounts",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"c:\\\\foo\"},{"
                               "\"destination\":\"C:\\\\foo\\\\bar\"}]",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"c:\\\\foo\"},{"
                               "\"destination\":\"C:\\\\foobar\"}]"},
    {"config.md#linux-mount-options",
     "with idmap, there are mappings or a user namespace",
     "idmap-without-mappings",
     IN_MOUNT("\"source\":\"/s\",\"options\":[\"bind\",\"idmap\"]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"user\"}]") ",\"mounts\":[{"
                                                      "\"destination\":\"/"
                                                      "m\",\"source\":\"/"
                                                      "s\",\"options\":["
                                                      "\"bind\",\"ridmap\"]}]"},
    {"config.md#posix-platform-mounts",
     "the type is a file system, or there is bind or rbind", "bind-option",
     IN_MOUNT("\"source\":\"/s\",\"type\":\"none\""),
     IN_MOUNT("\"source\":\"/s\",\"type\":\"none\",\"options\":[\"rbind\"]")},
    {"config.md#posix-platform-mounts", "uidMappings come with gidMappings",
     "mount-mappings",
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[]"),
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[],"
              "\"gidMappings\":[]")},
    {"config.md#posix-platform-mounts", "gidMappings come with uidMappings",
     "mount-mappings",
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"gidMappings\":[]"),
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[],"
              "\"gidMappings\":[]")},
    {"config.md#process", "consoleSize has height and width", "required",
     IN_PROCESS("\"consoleSize\":{\"height\":1}"),
     IN_PROCESS("\"consoleSize\":{\"height\":1,\"width\":1}")},
    {"config.md#process", "cwd is REQUIRED", "required",
     "\"process\":{\"args\":[\"/x\"]}", ""},
    {"config.md#process", "cwd is absolute", "relative-path",
     "\"process\":{\"cwd\":\"x\",\"args\":[\"/x\"]}", ""},
    {"config.md#process", "args has an entry", "no-args",
     "\"process\":{\"cwd\":\"/\",\"args\":[]}", ""},
    {"config.md#process", "on Windows, there is args or commandLine", "no-args",
     IN_WINDOWS("\"servicing\":true") ",\"process\":{\"cwd\":\"C:\\\\\"}",
     IN_WINDOWS("\"servicing\":true") ",\"process\":{\"cwd\":\"C:\\\\\","
                                      "\"commandLine\":\"x\"}"},
    {"config.md#posix-process", "an rlimit has type, soft and hard", "required",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1}]"),
     IN_PROCESS(
         "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]")},
    {"config.md#posix-process", "getrlimit(3) knows an rlimit's type",
     "rlimit-type",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]"),
     IN_PROCESS(
         "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]")},
    {"config.md#posix-process", "no rlimit is there twice", "duplicate-rlimit",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{"
                "\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]"),
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{"
                "\"type\":\"RLIMIT_AS\",\"soft\":1,\"hard\":1}]")},
    {"config.md#linux-process", "scheduler.policy is REQUIRED", "required",
     IN_PROCESS("\"scheduler\":{}"),
     IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_BATCH\"}")},
    {"config.md#linux-process", "scheduler.policy is one of the list", "value",
     IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_X\"}"),
     IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_RR\"}")},
    {"config.md#linux-process", "ioPriority has class and priority", "required",
     IN_PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\"}"),
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":0}")},
    {"config.md#linux-process", "ioPriority.priority is 0 to 7", "limits",
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}"),
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":7}")},
    {"config.md#linux-process", "execCPUAffinity has lists of CPUs", "form",
     IN_PROCESS("\"execCPUAffinity\":{\"initial\":\"a\"}"),
     IN_PROCESS("\"execCPUAffinity\":{\"initial\":\"0-3,7\"}")},
    {"config.md#posix-platform-hooks", "a hook's path is REQUIRED", "required",
     "\"hooks\":{\"poststart\":[{}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\"}]}"},
    {"config.md#posix-platform-hooks", "a hook's path is absolute",
     "relative-path", "\"hooks\":{\"poststart\":[{\"path\":\"h\"}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\"}]}"},
    {"config.md#posix-platform-hooks", "a hook's timeout is above 0", "limits",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\",\"timeout\":0}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\",\"timeout\":1}]}"},
    {"config.md#annotations", "annotations are a map to strings", "type",
     "\"annotations\":{\"a\":1}", "\"annotations\":{\"a\":\"1\"}"},
    {"config.md#annotations", "keys are not empty", "empty-key",
     "\"annotations\":{\"\":\"x\"}", "\"annotations\":{\"a\":\"\"}"},
    {"config-linux.md#namespaces", "a namespace's type is REQUIRED", "required",
     IN_LINUX("\"namespaces\":[{}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"}]")},
    {"config-linux.md#namespaces", "its path is absolute", "relative-path",
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"p\"}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"/p\"}]")},
    {"config-linux.md#namespaces", "no type is there twice",
     "duplicate-namespace",
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"}]")},
    {"config-linux.md#user-namespace-mappings",
     "a mapping has containerID, hostID and size", "required",
     IN_LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0}]"),
     IN_LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]")},
    {"config-linux.md#devices", "a device has type and path", "required",
     IN_LINUX("\"devices\":[{\"type\":\"p\"}]"),
     IN_LINUX("\"devices\":[{\"type\":\"p\",\"path\":\"/p\"}]")},
    {"config-linux.md#devices", "its type is c, b, u or p", "value",
     IN_LINUX("\"devices\":[{\"type\":\"x\",\"path\":\"/p\"}]"),
     IN_LINUX("\"devices\":[{\"type\":\"p\",\"path\":\"/p\"}]")},
    {"config-linux.md#devices", "major and minor, unless it is p",
     "device-number",
     IN_LINUX("\"devices\":[{\"type\":\"c\",\"path\":\"/p\",\"major\":1}]"),
     IN_LINUX("\"devices\":[{\"type\":\"c\",\"path\":\"/"
              "p\",\"major\":1,\"minor\":1}]")},
    {"config-linux.md#allowed-device-list", "a rule has allow", "required",
     IN_RESOURCES("\"devices\":[{\"access\":\"r\"}]"),
     IN_RESOURCES("\"devices\":[{\"access\":\"r\",\"allow\":true}]")},
    {"config-linux.md#memory", "swappiness is 0 to 100", "limits",
     IN_RESOURCES("\"memory\":{\"swappiness\":101}"),
     IN_RESOURCES("\"memory\":{\"swappiness\":100}")},
    {"config-linux.md#cpu", "burst is no larger than a positive quota",
     "cpu-burst", IN_RESOURCES("\"cpu\":{\"burst\":2,\"quota\":1}"),
     IN_RESOURCES("\"cpu\":{\"burst\":1,\"quota\":1}")},
    {"config-linux.md#cpu", "cpus and mems are lists", "form",
     IN_RESOURCES("\"cpu\":{\"cpus\":\"0-\"}"),
     IN_RESOURCES("\"cpu\":{\"cpus\":\"0-3,7\",\"mems\":\"\"}")},
    {"config-linux.md#block-io", "a weightDevice has major and minor",
     "required",
     IN_RESOURCES(
         "\"blockIO\":{\"weightDevice\":[{\"major\":1,\"weight\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,"
                  "\"weight\":1}]}")},
    {"config-linux.md#block-io", "and weight or leafWeight", "block-weight",
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,"
                  "\"leafWeight\":1}]}")},
    {"config-linux.md#block-io", "a throttled device has a rate", "required",
     IN_RESOURCES(
         "\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":1,\"minor\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":1,"
                  "\"minor\":1,\"rate\":1}]}")},
    {"config-linux.md#huge-page-limits", "pageSize and limit are REQUIRED",
     "required", IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\"}]"),
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}]")},
    {"config-linux.md#huge-page-limits", "pageSize is SIZE and KB, MB or GB",
     "form",
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"64kB\",\"limit\":1}]"),
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"64KB\",\"limit\":1}]")},
    {"config-linux.md#network", "a priority has name and priority", "required",
     IN_RESOURCES("\"network\":{\"priorities\":[{\"name\":\"eth0\"}]}"),
     IN_RESOURCES(
         "\"network\":{\"priorities\":[{\"name\":\"eth0\",\"priority\":1}]}")},
    {"config-linux.md#rdma", "there is hcaHandles or hcaObjects", "rdma-limits",
     IN_RESOURCES("\"rdma\":{\"m\":{}}"),
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaObjects\":1}}")},
    {"config-linux.md#rdma", "which are numbers", "type",
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaHandles\":\"x\"}}"),
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaHandles\":1}}")},
    {"config-linux.md#network-devices", "a device's name is a string", "type",
     IN_LINUX("\"netDevices\":{\"eth0\":{\"name\":23}}"),
     IN_LINUX("\"netDevices\":{\"eth0\":{\"name\":\"e\"}}")},
    {"config-linux.md#intelrdt", "memBwSchema is one line and starts with MB:",
     "form", IN_LINUX("\"intelRdt\":{\"memBwSchema\":\"L3:0=1\"}"),
     IN_LINUX("\"intelRdt\":{\"memBwSchema\":\"MB:0=1\"}")},
    {"config-linux.md#intelrdt", "each of schemata is one line", "form",
     IN_LINUX("\"intelRdt\":{\"schemata\":[\"a\\nb\"]}"),
     IN_LINUX("\"intelRdt\":{\"schemata\":[\"a\",\"b\"]}")},
    {"config-linux.md#memory-policy", "mode is REQUIRED", "required",
     IN_LINUX("\"memoryPolicy\":{\"nodes\":\"1\"}"),
     IN_LINUX("\"memoryPolicy\":{\"nodes\":\"1\",\"mode\":\"MPOL_BIND\"}")},
    {"config-linux.md#seccomp", "defaultAction is REQUIRED", "required",
     IN_LINUX("\"seccomp\":{}"), IN_SECCOMP("\"flags\":[]")},
    {"config-linux.md#seccomp", "architectures are those of libseccomp",
     "value", IN_SECCOMP("\"architectures\":[\"SCMP_ARCH_Z80\"]"),
     IN_SECCOMP("\"architectures\":[\"SCMP_ARCH_RISCV64\"]")},
    {"config-linux.md#seccomp",
     "defaultErrnoRet goes with an action that has one", "errno-without-action",
     IN_SECCOMP("\"defaultErrnoRet\":1"),
     IN_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","
              "\"defaultErrnoRet\":1}")},
    {"config-linux.md#seccomp", "no listenerMetadata without listenerPath",
     "listener-metadata", IN_SECCOMP("\"listenerMetadata\":\"x\""),
     IN_SECCOMP("\"listenerMetadata\":\"x\",\"listenerPath\":\"/s\"")},
    {"config-linux.md#seccomp", "a rule has names and action", "required",
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"]}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\"}]")},
    {"config-linux.md#seccomp", "names has an entry", "empty-list",
     IN_SECCOMP("\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\"}]")},
    {"config-linux.md#seccomp", "errnoRet goes with an action that has one",
     "errno-without-action",
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
                "\"errnoRet\":1}]"),
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_"
                "TRACE\",\"errnoRet\":1}]")},
    {"config-linux.md#seccomp", "an argument has index, value and op",
     "required",
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
                "\"args\":[{\"index\":0,\"value\":1}]}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
         "\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]")},
    {"config-linux.md#masked-paths", "masked paths are absolute",
     "relative-path", IN_LINUX("\"maskedPaths\":[\"p\"]"),
     IN_LINUX("\"maskedPaths\":[\"/p\"]")},
    {"config-linux.md#readonly-paths", "read-only paths are absolute",
     "relative-path", IN_LINUX("\"readonlyPaths\":[\"p\"]"),
     IN_LINUX("\"readonlyPaths\":[\"/p\"]")},
    {"config-linux.md#personality", "domain is REQUIRED", "required",
     IN_LINUX("\"personality\":{}"),
     IN_LINUX("\"personality\":{\"domain\":\"LINUX32\"}")},
    {"config-linux.md#personality", "no flags are supported",
     "personality-flags",
     IN_LINUX("\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"x\"]}"),
     IN_LINUX("\"personality\":{\"domain\":\"LINUX\",\"flags\":[]}")},
    {"config-windows.md#layerfolders", "layerFolders is REQUIRED", "required",
     "\"windows\":{\"hyperv\":{}},\"root\":null,\"process\":{\"cwd\":\"C:"
     "\\\\\",\"args\":[\"x\"]}",
     IN_HYPERV("")},
    {"config-windows.md#layerfolders", "layerFolders has an entry",
     "empty-list",
     "\"windows\":{\"hyperv\":{},\"layerFolders\":[]},\"root\":null,"
     "\"process\":{\"cwd\":\"C:\\\\\",\"args\":[\"x\"]}",
     IN_HYPERV("")},
    {"config-windows.md#devices", "a device has id and idType", "required",
     IN_WINDOWS("\"devices\":[{\"id\":\"x\"}]"),
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"class\"}]")},
    {"config-windows.md#devices", "idType is class", "value",
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"y\"}]"),
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"class\"}]")},
    {"config-windows.md#cpu", "only one of count, shares and maximum",
     "windows-cpu",
     IN_WINDOWS("\"resources\":{\"cpu\":{\"count\":1,\"shares\":1}}"),
     IN_WINDOWS("\"resources\":{\"cpu\":{\"shares\":1}}")},
    {"config-windows.md#cpu", "affinity has mask and group", "required",
     IN_WINDOWS("\"resources\":{\"cpu\":{\"affinity\":[{\"mask\":1}]}}"),
     IN_WINDOWS(
         "\"resources\":{\"cpu\":{\"affinity\":[{\"mask\":1,\"group\":0}]}}")},
    {"config-vm.md#kernel", "kernel and its path are REQUIRED", "required",
     "\"vm\":{}", "\"vm\":{\"kernel\":{\"path\":\"/k\"}}"},
    {"config-vm.md#hypervisor", "the paths are absolute", "relative-path",
     "\"vm\":{\"kernel\":{\"path\":\"k\"}}",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"hypervisor\":{\"path\":\"/h\"}}"},
    {"config-vm.md#image", "image has path and format", "required",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"image\":{\"path\":\"/i\"}}",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"image\":{\"path\":\"/"
     "i\",\"format\":\"raw\"}}"},
    {"config-zos.md#namespaces", "a namespace's type is REQUIRED", "required",
     "\"zos\":{\"namespaces\":[{}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"}]}"},
    {"config-zos.md#namespaces", "no type is there twice",
     "duplicate-namespace",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"}]}"},
    {"config-zos.md#namespaces", "its path is absolute", "relative-path",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"p\"}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"/p\"}]}"},
    {"config-freebsd.md#devices", "a device's path is REQUIRED", "required",
     "\"freebsd\":{\"devices\":[{}]}",
     "\"freebsd\":{\"devices\":[{\"path\":\"p\"}]}"},
    {"config-freebsd.md#jail", "sharing modes are those of the list", "value",
     "\"freebsd\":{\"jail\":{\"vnet\":\"disable\"}}",
     "\"freebsd\":{\"jail\":{\"vnet\":\"new\"}}"},
    // What a document does not show.
    {"config.md#root", "a directory is at root.path", "", "the machine's", ""},
    {"config.md#mounts", "mounts are made in the listed order", "",
     "the runtime's", ""},
    {"config.md#user", "uid and gid are REQUIRED", "",
     "the schema and all runtimes take a missing one for 0", ""},
    {"config.md#posix-platform-hooks",
     "paths resolve, and hooks run, in their namespace and order", "",
     "the machine's and the runtime's", ""},
    {"config.md#annotations",
     "org.opencontainers.image.* have values of the image spec", "",
     "the image spec's: most are any string", ""},
    {"config.md#extensibility", "unknown properties are ignored", "",
     "the runtime's; `unknown-key` warns", ""},
    {"config.md#valid-values", "invalid values are an error", "",
     "the runtime's", ""},
    {"config-linux.md#namespaces", "path is a namespace of its type", "",
     "the machine's", ""},
    {"config-linux.md#devices", "no other file is at path", "", "the machine's",
     ""},
    {"config-linux.md#cgroups-path", "it is absolute or relative", "",
     "every string is", ""},
    {"config-linux.md#network-devices", "the device can be moved", "",
     "the machine's", ""},
    {"config-linux.md#unified", "the controllers are there", "",
     "the machine's", ""},
    {"config-linux.md#intelrdt", "how the runtime uses resctrl", "",
     "the machine's and the runtime's", ""},
    {"config-linux.md#seccomp", "how the listener's socket is used", "",
     "the runtime's", ""},
};

// The document: what `members` has replaces what every good one has; null
// leaves it out.
std::string Document(std::string_view members) {
  std::string out = "{";
  const auto add = [&](std::string_view key, std::string_view member) {
    if (absl::StrContains(members, absl::StrCat("\"", key, "\":null"))) return;
    // Of a repeated key the last counts, so that these come first.
    absl::StrAppend(&out, out.size() > 1 ? "," : "", member);
  };
  add("ociVersion", "\"ociVersion\":\"1.3.0\"");
  add("process", "\"process\":{\"cwd\":\"/\",\"args\":[\"/x\"]}");
  if (!absl::StrContains(members, "\"hyperv\"")) add("root", kRoot);
  if (!members.empty()) absl::StrAppend(&out, ",", members);
  out += "}";
  for (std::string_view key : {"ociVersion", "root"}) {
    const std::string gone = absl::StrCat("\"", key, "\":null");
    const size_t at = out.find(gone);
    if (at == std::string::npos) continue;
    const bool behind = at > 0 && out[at - 1] == ',';
    out.erase(behind ? at - 1 : at, gone.size() + (behind ? 1 : 0));
    if (out.substr(0, 2) == "{,") out.erase(1, 1);
  }
  return out;
}

// The rules of the errors; what is only there twice for the sake of this test
// does not count.
std::set<std::string> Errors(std::string_view text) {
  std::set<std::string> rules;
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(text, "x");
  EXPECT_TRUE(tree.ok()) << tree.status() << "\n" << text;
  if (!tree.ok()) return rules;
  for (const SpecFinding& finding : ValidateSpec(**tree).findings) {
    if (finding.severity == SpecSeverity::kError) {
      rules.insert(std::string(finding.rule));
    }
  }
  return rules;
}

TEST(MustTable, ABrokenRuleIsFoundAndAKeptOneIsNot) {
  for (const Must& must : kMusts) {
    if (must.code.empty()) continue;
    const std::string bad = Document(must.bad);
    EXPECT_EQ(Errors(bad), std::set<std::string>{std::string(must.code)})
        << must.section << ": " << must.must << "\n"
        << bad;
    const std::string good = Document(must.good);
    EXPECT_EQ(Errors(good), std::set<std::string>{})
        << must.section << ": " << must.must << "\n"
        << good;
  }
}

TEST(MustTable, ReadMeShowsIt) {
  std::string table =
      "| section | MUST | code | test |\n| --- | --- | --- | --- |\n";
  int number = 0;
  for (const Must& must : kMusts) {
    absl::StrAppend(&table, "| ", must.section, " | ", must.must, " | ");
    if (must.code.empty()) {
      absl::StrAppend(&table, "not from the document: ", must.bad, " | |\n");
    } else {
      absl::StrAppend(&table, "`", must.code, "` | ", ++number, " |\n");
    }
  }
  EXPECT_TRUE(absl::StrContains(Readme(), table)) << "README.md should have:\n"
                                                  << table;
}

}  // namespace
}  // namespace specgen
