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
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/base/readme_test_main.h"
#include "specgen/json/json_tree.h"
#include "specgen/validate/validator.h"

namespace specgen {
namespace {

struct Must {
  std::string_view section;  // of the text: file#anchor
  // Those of the file that hold it; "": the schema's, or without the word.
  std::string_view lines;
  std::string_view must;
  std::string_view code;  // of the finding; "" is why it is not looked at
  // What is put into a good spec of 1.3.0: the document is "{OCI,PROCESS,ROOT"
  // and this, where a key of these replaces it.
  std::string_view bad;
  std::string_view good = {};
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
#define VM(members) "\"vm\":{\"kernel\":{\"path\":\"/k\"}," members "}"
#define IN_HYPERV(more)                                                      \
  "\"windows\":{\"layerFolders\":[\"C:\\\\l\"],\"hyperv\":{}},\"process\":{" \
  "\"cwd\":\"C:\\\\\",\"args\":[\"x\"]}" more

// The lines that have MUST, REQUIRED or SHALL, of all files about a spec or its
// bundle, as these print them in the runtime-spec repository:
//
//   git show v1.3.0:FILE | grep -nwE 'MUST|REQUIRED|SHALL' | cut -d: -f1
struct MustLines {
  std::string_view file;
  std::string_view lines;
};
constexpr MustLines kMustLines[] = {
    {"bundle.md", "14 19"},
    {"config.md",
     "17 30 31 33 35 36 41 43 44 66 70 72 74 75 76 78 87 91 95 96 97 98 99 100 "
     "101 102 103 104 105 107 108 109 110 111 112 114 115 116 118 120 123 124 "
     "133 134 138 139 143 144 145 146 147 148 149 151 153 154 155 161 192 197 "
     "240 245 246 247 248 249 252 264 268 269 272 273 274 275 278 289 303 304 "
     "310 341 342 370 371 530 555 556 560 561 562 565 566 570 571 572 575 576 "
     "579 580 583 584 587 588 591 592 596 598 602 603 607 609 610 618 619 621 "
     "622 630 633 634 638 641 642 646 649 650 720 723 724 727 731 732 733 734 "
     "735 736 737 738 740 741 743 754 759"},
    {"config-freebsd.md", "11"},
    {"config-linux.md",
     "29 39 40 41 43 45 46 88 89 90 127 132 134 135 137 180 214 224 226 228 "
     "232 238 244 251 303 315 317 320 322 368 372 405 409 466 494 496 533 538 "
     "542 544 548 550 608 614 641 642 692 717 719 721 734 739 740 742 747 753 "
     "754 757 759 761 763 765 767 770 771 773 775 777 779 780 783 785 826 885 "
     "888 927 928 929 930 935 939 946 947 948 963 969 970 972 1007 1009 1013 "
     "1016 1018 1068 1081 1108"},
    {"config-solaris.md", ""},
    {"config-vm.md", "9 10 24 25 26 29 44 45 46 74 75"},
    {"config-windows.md", "8 9 26 30 31 91 92 200 201"},
    {"config-zos.md", "23 29 30 31 33 35 36"},
    {"features.md", "10 14 15 17 18 19 20 32 49 131"},
    {"features-linux.md", "8 27 107 109 111 113 116 203 206 257"},
};

constexpr std::string_view kRoot = "\"root\":{\"path\":\"r\"}";

constexpr Must kMusts[] = {
    {"config.md#specification-version", "17", "ociVersion is REQUIRED",
     "required", "\"ociVersion\":null", ""},
    {"config.md#specification-version", "17",
     "ociVersion is a SemVer 2.0.0 version", "oci-version",
     "\"ociVersion\":\"1.0\"", "\"ociVersion\":\"1.2.0-dev\""},
    {"config.md#root", "30 33", "root is REQUIRED, but for Hyper-V", "required",
     "\"root\":null", IN_HYPERV("")},
    {"config.md#root", "31", "root is not set for Hyper-V", "root-with-hyperv",
     IN_HYPERV(",\"root\":{\"path\":\"r\"}"), IN_HYPERV("")},
    {"config.md#root", "35", "root.path is REQUIRED", "required", "\"root\":{}",
     ""},
    {"config.md#root", "36", "on Windows, root.path is a volume GUID path",
     "volume-path",
     IN_WINDOWS("\"servicing\":true") ",\"root\":{\"path\":\"C:\\\\r\"}",
     IN_WINDOWS("\"servicing\":true")},
    {"config.md#root", "44", "on Windows, root.readonly is not true",
     "readonly-on-windows",
     IN_WINDOWS("\"servicing\":true") ",\"root\":{\"path\":\"\\\\\\\\?"
                                      "\\\\Volume{ec84d99e-3f02-11e7-ac6c-"
                                      "00155d7682cf}\\\\\",\"readonly\":true}",
     IN_WINDOWS("\"servicing\":true")},
    {"config.md#mounts", "70", "destination is REQUIRED", "required",
     "\"mounts\":[{\"type\":\"proc\"}]",
     "\"mounts\":[{\"type\":\"proc\",\"destination\":\"/p\"}]"},
    {"config.md#mounts", "74", "on Windows, destination is absolute",
     "relative-destination",
     IN_WINDOWS("\"servicing\":true") ",\"mounts\":[{\"destination\":\"d\"}]",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"C:\\\\d\"}]"},
    {"config.md#mounts", "76", "on Solaris, destination is absolute",
     "relative-destination",
     "\"solaris\":{},\"mounts\":[{\"destination\":\"d\"}]",
     "\"solaris\":{},\"mounts\":[{\"destination\":\"/d\"}]"},
    {"config.md#mounts", "78", "elsewhere too; on Linux a SHOULD",
     "relative-destination",
     "\"freebsd\":{},\"mounts\":[{\"destination\":\"d\"}]",
     "\"linux\":{},\"mounts\":[{\"destination\":\"d\",\"type\":\"proc\"}]"},
    {"config.md#mounts", "75", "on Windows, no mount is inside of another",
     "nested-mounts",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"c:\\\\foo\"},{"
                               "\"destination\":\"C:\\\\foo\\\\bar\"}]",
     IN_WINDOWS(
         "\"servicing\":true") ",\"mounts\":[{\"destination\":\"c:\\\\foo\"},{"
                               "\"destination\":\"C:\\\\foobar\"}]"},
    {"config.md#linux-mount-options", "154 155",
     "with idmap, there are mappings or a user namespace",
     "idmap-without-mappings",
     IN_MOUNT("\"source\":\"/s\",\"options\":[\"bind\",\"idmap\"]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"user\"}]") ",\"mounts\":[{"
                                                      "\"destination\":\"/"
                                                      "m\",\"source\":\"/"
                                                      "s\",\"options\":["
                                                      "\"bind\",\"ridmap\"]}]"},
    {"config.md#posix-platform-mounts", "",
     "the type is a file system, or there is bind or rbind", "bind-option",
     IN_MOUNT("\"source\":\"/s\",\"type\":\"none\""),
     IN_MOUNT("\"source\":\"/s\",\"type\":\"none\",\"options\":[\"rbind\"]")},
    {"config.md#posix-platform-mounts", "192",
     "uidMappings come with gidMappings", "mount-mappings",
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[{"
              "\"containerID\":0,\"hostID\":0,\"size\":1}]"),
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[{"
              "\"containerID\":0,\"hostID\":0,\"size\":1}],"
              "\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]")},
    {"config.md#posix-platform-mounts", "197",
     "gidMappings come with uidMappings", "mount-mappings",
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"gidMappings\":[{"
              "\"containerID\":0,\"hostID\":0,\"size\":1}]"),
     IN_MOUNT("\"source\":\"/"
              "s\",\"options\":[\"bind\",\"idmap\"],\"uidMappings\":[{"
              "\"containerID\":0,\"hostID\":0,\"size\":1}],"
              "\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]")},
    {"config.md#process", "246 247", "consoleSize has height and width",
     "required", IN_PROCESS("\"consoleSize\":{\"height\":1}"),
     IN_PROCESS("\"consoleSize\":{\"height\":1,\"width\":1}")},
    {"config.md#process", "248", "cwd is REQUIRED", "required",
     "\"process\":{\"args\":[\"/x\"]}", ""},
    {"config.md#process", "249", "cwd is absolute", "relative-path",
     "\"process\":{\"cwd\":\"x\",\"args\":[\"/x\"]}", ""},
    {"config.md#process", "252", "args has an entry", "no-args",
     "\"process\":{\"cwd\":\"/\",\"args\":[]}", ""},
    {"config.md#process", "252", "on Windows, there is args or commandLine",
     "no-args",
     IN_WINDOWS("\"servicing\":true") ",\"process\":{\"cwd\":\"C:\\\\\"}",
     IN_WINDOWS("\"servicing\":true") ",\"process\":{\"cwd\":\"C:\\\\\","
                                      "\"commandLine\":\"x\"}"},
    {"config.md#posix-process", "264 272 274",
     "an rlimit has type, soft and hard", "required",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1}]"),
     IN_PROCESS(
         "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]")},
    {"config.md#posix-process", "268 269",
     "getrlimit(3) knows an rlimit's type", "rlimit-type",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]"),
     IN_PROCESS(
         "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]")},
    {"config.md#posix-process", "278", "no rlimit is there twice",
     "duplicate-rlimit",
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{"
                "\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]"),
     IN_PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{"
                "\"type\":\"RLIMIT_AS\",\"soft\":1,\"hard\":1}]")},
    {"config.md#linux-process", "310", "scheduler.policy is REQUIRED",
     "required", IN_PROCESS("\"scheduler\":{}"),
     IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_BATCH\"}")},
    {"config.md#linux-process", "310", "scheduler.policy is one of the list",
     "value", IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_X\"}"),
     IN_PROCESS("\"scheduler\":{\"policy\":\"SCHED_RR\"}")},
    {"config.md#linux-process", "341 342", "ioPriority has class and priority",
     "required", IN_PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\"}"),
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":0}")},
    {"config.md#linux-process", "342", "ioPriority.priority is 0 to 7",
     "limits",
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}"),
     IN_PROCESS(
         "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":7}")},
    {"config.md#linux-process", "", "execCPUAffinity has lists of CPUs", "form",
     IN_PROCESS("\"execCPUAffinity\":{\"initial\":\"a\"}"),
     IN_PROCESS("\"execCPUAffinity\":{\"initial\":\"0-3,7\"}")},
    {"config.md#posix-platform-hooks", "555 565", "a hook's path is REQUIRED",
     "required", "\"hooks\":{\"poststart\":[{}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\"}]}"},
    {"config.md#posix-platform-hooks", "556 566", "a hook's path is absolute",
     "relative-path", "\"hooks\":{\"poststart\":[{\"path\":\"h\"}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\"}]}"},
    {"config.md#posix-platform-hooks", "560 570", "a hook's timeout is above 0",
     "limits", "\"hooks\":{\"poststart\":[{\"path\":\"/h\",\"timeout\":0}]}",
     "\"hooks\":{\"poststart\":[{\"path\":\"/h\",\"timeout\":1}]}"},
    {"config.md#annotations", "720 723 743", "annotations are a map to strings",
     "type", "\"annotations\":{\"a\":1}", "\"annotations\":{\"a\":\"1\"}"},
    {"config.md#annotations", "737",
     "org.opencontainers.image.created is a time of RFC 3339",
     "annotation-value",
     "\"annotations\":{\"org.opencontainers.image.created\":\"2026-01-31\"}",
     "\"annotations\":{\"org.opencontainers.image.created\":\"2026-01-31T12:00:"
     "00.5+01:00\"}"},
    {"config.md#annotations", "724", "keys are not empty", "empty-key",
     "\"annotations\":{\"\":\"x\"}", "\"annotations\":{\"a\":\"\"}"},
    {"config-linux.md#namespaces", "29", "a namespace's type is REQUIRED",
     "required", IN_LINUX("\"namespaces\":[{}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"}]")},
    {"config-linux.md#namespaces", "39", "its path is absolute",
     "relative-path",
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"p\"}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"/p\"}]")},
    {"config-linux.md#namespaces", "46", "no type is there twice",
     "duplicate-namespace",
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]"),
     IN_LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"}]")},
    {"config-linux.md#user-namespace-mappings", "88 89 90",
     "a mapping has containerID, hostID and size", "required",
     IN_LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0}]"),
     IN_LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]")},
    {"config-linux.md#devices", "132 134", "a device has type and path",
     "required", IN_LINUX("\"devices\":[{\"type\":\"p\"}]"),
     IN_LINUX("\"devices\":[{\"type\":\"p\",\"path\":\"/p\"}]")},
    {"config-linux.md#devices", "132", "its type is c, b, u or p", "value",
     IN_LINUX("\"devices\":[{\"type\":\"x\",\"path\":\"/p\"}]"),
     IN_LINUX("\"devices\":[{\"type\":\"p\",\"path\":\"/p\"}]")},
    {"config-linux.md#devices", "137", "major and minor, unless it is p",
     "device-number",
     IN_LINUX("\"devices\":[{\"type\":\"c\",\"path\":\"/p\",\"major\":1}]"),
     IN_LINUX("\"devices\":[{\"type\":\"c\",\"path\":\"/"
              "p\",\"major\":1,\"minor\":1}]")},
    {"config-linux.md#allowed-device-list", "409", "a rule has allow",
     "required", IN_RESOURCES("\"devices\":[{\"access\":\"r\"}]"),
     IN_RESOURCES("\"devices\":[{\"access\":\"r\",\"allow\":true}]")},
    {"config-linux.md#memory", "", "swappiness is 0 to 100", "limits",
     IN_RESOURCES("\"memory\":{\"swappiness\":101}"),
     IN_RESOURCES("\"memory\":{\"swappiness\":100}")},
    {"config-linux.md#cpu", "494 496",
     "burst is no larger than a positive quota", "cpu-burst",
     IN_RESOURCES("\"cpu\":{\"burst\":2,\"quota\":1}"),
     IN_RESOURCES("\"cpu\":{\"burst\":1,\"quota\":1}")},
    {"config-linux.md#cpu", "", "cpus and mems are lists", "form",
     IN_RESOURCES("\"cpu\":{\"cpus\":\"0-\"}"),
     IN_RESOURCES("\"cpu\":{\"cpus\":\"0-3,7\",\"mems\":\"\"}")},
    {"config-linux.md#block-io", "533", "a weightDevice has major and minor",
     "required",
     IN_RESOURCES(
         "\"blockIO\":{\"weightDevice\":[{\"major\":1,\"weight\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,"
                  "\"weight\":1}]}")},
    {"config-linux.md#block-io", "538", "and weight or leafWeight",
     "block-weight",
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,"
                  "\"leafWeight\":1}]}")},
    {"config-linux.md#block-io", "542 544 548 550",
     "a throttled device has a rate", "required",
     IN_RESOURCES(
         "\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":1,\"minor\":1}]}"),
     IN_RESOURCES("\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":1,"
                  "\"minor\":1,\"rate\":1}]}")},
    {"config-linux.md#huge-page-limits", "608 614",
     "pageSize and limit are REQUIRED", "required",
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\"}]"),
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}]")},
    {"config-linux.md#huge-page-limits", "",
     "pageSize is SIZE and KB, MB or GB", "form",
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"64kB\",\"limit\":1}]"),
     IN_RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"64KB\",\"limit\":1}]")},
    {"config-linux.md#network", "641 642", "a priority has name and priority",
     "required",
     IN_RESOURCES("\"network\":{\"priorities\":[{\"name\":\"eth0\"}]}"),
     IN_RESOURCES(
         "\"network\":{\"priorities\":[{\"name\":\"eth0\",\"priority\":1}]}")},
    {"config-linux.md#rdma", "692", "there is hcaHandles or hcaObjects",
     "rdma-limits", IN_RESOURCES("\"rdma\":{\"m\":{}}"),
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaObjects\":1}}")},
    {"config-linux.md#rdma", "", "which are numbers", "type",
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaHandles\":\"x\"}}"),
     IN_RESOURCES("\"rdma\":{\"m\":{\"hcaHandles\":1}}")},
    {"config-linux.md#network-devices", "", "a device's name is a string",
     "type", IN_LINUX("\"netDevices\":{\"eth0\":{\"name\":23}}"),
     IN_LINUX("\"netDevices\":{\"eth0\":{\"name\":\"e\"}}")},
    {"config-linux.md#intelrdt", "753",
     "memBwSchema is one line and starts with MB:", "form",
     IN_LINUX("\"intelRdt\":{\"memBwSchema\":\"L3:0=1\"}"),
     IN_LINUX("\"intelRdt\":{\"memBwSchema\":\"MB:0=1\"}")},
    {"config-linux.md#intelrdt", "754", "each of schemata is one line", "form",
     IN_LINUX("\"intelRdt\":{\"schemata\":[\"a\\nb\"]}"),
     IN_LINUX("\"intelRdt\":{\"schemata\":[\"a\",\"b\"]}")},
    {"config-linux.md#memory-policy", "826", "mode is REQUIRED", "required",
     IN_LINUX("\"memoryPolicy\":{\"nodes\":\"1\"}"),
     IN_LINUX("\"memoryPolicy\":{\"nodes\":\"1\",\"mode\":\"MPOL_BIND\"}")},
    {"config-linux.md#seccomp", "885", "defaultAction is REQUIRED", "required",
     IN_LINUX("\"seccomp\":{}"), IN_SECCOMP("\"flags\":[]")},
    {"config-linux.md#seccomp", "", "architectures are those of libseccomp",
     "value", IN_SECCOMP("\"architectures\":[\"SCMP_ARCH_Z80\"]"),
     IN_SECCOMP("\"architectures\":[\"SCMP_ARCH_RISCV64\"]")},
    {"config-linux.md#seccomp", "888",
     "defaultErrnoRet goes with an action that has one", "errno-without-action",
     IN_SECCOMP("\"defaultErrnoRet\":1"),
     IN_LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","
              "\"defaultErrnoRet\":1}")},
    {"config-linux.md#seccomp", "939",
     "no listenerMetadata without listenerPath", "listener-metadata",
     IN_SECCOMP("\"listenerMetadata\":\"x\""),
     IN_SECCOMP("\"listenerMetadata\":\"x\",\"listenerPath\":\"/s\"")},
    {"config-linux.md#seccomp", "946 948", "a rule has names and action",
     "required", IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"]}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\"}]")},
    {"config-linux.md#seccomp", "947", "names has an entry", "empty-list",
     IN_SECCOMP("\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\"}]")},
    {"config-linux.md#seccomp", "963",
     "errnoRet goes with an action that has one", "errno-without-action",
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
                "\"errnoRet\":1}]"),
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_"
                "TRACE\",\"errnoRet\":1}]")},
    {"config-linux.md#seccomp", "969 970 972",
     "an argument has index, value and op", "required",
     IN_SECCOMP("\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
                "\"args\":[{\"index\":0,\"value\":1}]}]"),
     IN_SECCOMP(
         "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\","
         "\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]")},
    {"config-linux.md#masked-paths", "1068", "masked paths are absolute",
     "relative-path", IN_LINUX("\"maskedPaths\":[\"p\"]"),
     IN_LINUX("\"maskedPaths\":[\"/p\"]")},
    {"config-linux.md#readonly-paths", "1081", "read-only paths are absolute",
     "relative-path", IN_LINUX("\"readonlyPaths\":[\"p\"]"),
     IN_LINUX("\"readonlyPaths\":[\"/p\"]")},
    {"config-linux.md#personality", "1108", "domain is REQUIRED", "required",
     IN_LINUX("\"personality\":{}"),
     IN_LINUX("\"personality\":{\"domain\":\"LINUX32\"}")},
    {"config-linux.md#personality", "", "no flags are supported",
     "personality-flags",
     IN_LINUX("\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"x\"]}"),
     IN_LINUX("\"personality\":{\"domain\":\"LINUX\",\"flags\":[]}")},
    {"config-windows.md#layerfolders", "8", "layerFolders is REQUIRED",
     "required",
     "\"windows\":{\"hyperv\":{}},\"root\":null,\"process\":{\"cwd\":\"C:"
     "\\\\\",\"args\":[\"x\"]}",
     IN_HYPERV("")},
    {"config-windows.md#layerfolders", "9", "layerFolders has an entry",
     "empty-list",
     "\"windows\":{\"hyperv\":{},\"layerFolders\":[]},\"root\":null,"
     "\"process\":{\"cwd\":\"C:\\\\\",\"args\":[\"x\"]}",
     IN_HYPERV("")},
    {"config-windows.md#devices", "30 31", "a device has id and idType",
     "required", IN_WINDOWS("\"devices\":[{\"id\":\"x\"}]"),
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"class\"}]")},
    {"config-windows.md#devices", "31", "idType is class", "value",
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"y\"}]"),
     IN_WINDOWS("\"devices\":[{\"id\":\"x\",\"idType\":\"class\"}]")},
    {"config-windows.md#cpu", "", "only one of count, shares and maximum",
     "windows-cpu",
     IN_WINDOWS("\"resources\":{\"cpu\":{\"count\":1,\"shares\":1}}"),
     // As dockerd writes it.
     IN_WINDOWS(
         "\"resources\":{\"cpu\":{\"count\":0,\"shares\":1,\"maximum\":0}}")},
    {"config-windows.md#cpu", "91 92", "affinity has mask and group",
     "required",
     IN_WINDOWS("\"resources\":{\"cpu\":{\"affinity\":[{\"mask\":1}]}}"),
     IN_WINDOWS(
         "\"resources\":{\"cpu\":{\"affinity\":[{\"mask\":1,\"group\":0}]}}")},
    {"config-vm.md#kernel", "24 25", "kernel and its path are REQUIRED",
     "required", "\"vm\":{}", "\"vm\":{\"kernel\":{\"path\":\"/k\"}}"},
    {"config-vm.md#hypervisor", "9", "hypervisor.path is REQUIRED", "required",
     VM("\"hypervisor\":{}"), VM("\"hypervisor\":{\"path\":\"/h\"}")},
    {"config-vm.md#hypervisor", "10", "hypervisor.path is absolute",
     "relative-path", VM("\"hypervisor\":{\"path\":\"h\"}"),
     VM("\"hypervisor\":{\"path\":\"/h\"}")},
    {"config-vm.md#kernel", "26", "kernel.path is absolute", "relative-path",
     "\"vm\":{\"kernel\":{\"path\":\"k\"}}",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"}}"},
    {"config-vm.md#kernel", "29", "kernel.initrd is absolute", "relative-path",
     "\"vm\":{\"kernel\":{\"path\":\"/k\",\"initrd\":\"i\"}}",
     "\"vm\":{\"kernel\":{\"path\":\"/k\",\"initrd\":\"/i\"}}"},
    {"config-vm.md#image", "45", "image.path is absolute", "relative-path",
     VM("\"image\":{\"path\":\"i\",\"format\":\"raw\"}"),
     VM("\"image\":{\"path\":\"/i\",\"format\":\"raw\"}")},
    {"config-vm.md#hwconfig", "74 75", "an iomem has firstMFN and nrMFNs",
     "required", VM("\"hwConfig\":{\"iomems\":[{\"firstMFN\":1}]}"),
     VM("\"hwConfig\":{\"iomems\":[{\"firstMFN\":1,\"nrMFNs\":1}]}")},
    {"config-vm.md#hwconfig", "", "its numbers are numbers", "type",
     VM("\"hwConfig\":{\"irqs\":[\"1\"]}"), VM("\"hwConfig\":{\"irqs\":[1]}")},
    {"config-vm.md#image", "44 46", "image has path and format", "required",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"image\":{\"path\":\"/i\"}}",
     "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"image\":{\"path\":\"/"
     "i\",\"format\":\"raw\"}}"},
    {"config-zos.md#namespaces", "23", "a namespace's type is REQUIRED",
     "required", "\"zos\":{\"namespaces\":[{}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"}]}"},
    {"config-zos.md#namespaces", "36", "no type is there twice",
     "duplicate-namespace",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\"}]}"},
    {"config-zos.md#namespaces", "29", "its path is absolute", "relative-path",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"p\"}]}",
     "\"zos\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"/p\"}]}"},
    {"config-freebsd.md#devices", "11", "a device's path is REQUIRED",
     "required", "\"freebsd\":{\"devices\":[{}]}",
     "\"freebsd\":{\"devices\":[{\"path\":\"p\"}]}"},
    {"config-freebsd.md#jail", "", "sharing modes are those of the list",
     "value", "\"freebsd\":{\"jail\":{\"vnet\":\"disable\"}}",
     "\"freebsd\":{\"jail\":{\"vnet\":\"new\"}}"},
    // What a document does not show.
    {"bundle.md#container-format", "14", "config.json is there, by that name",
     "", "the bundle's: `validate DIRECTORY` reads that file"},
    {"bundle.md#container-format", "19", "all of it is in one directory", "",
     "the bundle's"},
    {"config.md#root", "41", "a directory is at root.path", "",
     "the bundle's: `bundle-root` of `validate DIRECTORY`"},
    {"config.md#root", "43", "with readonly, the rootfs is read-only", "",
     "the runtime's"},
    {"config.md#mounts", "66", "mounts are made in the listed order", "",
     "the runtime's"},
    {"config.md#mounts", "72",
     "on Linux, a relative destination is taken from /", "",
     "the runtime's; `relative-destination` warns"},
    {"config.md#mounts",
     "87 91 95 96 97 98 99 100 101 102 103 104 105 107 108 109 110 111 112 114 "
     "115 116 118 120 123 124 133 134 138 139 143 144 145 146 147 148 149 151 "
     "153 161",
     "runtimes know the options of the table", "", "the runtime's"},
    {"config.md#process", "240", "process is REQUIRED when start is called", "",
     "whether it is called; `create` takes a spec without"},
    {"config.md#process", "245", "consoleSize is ignored without terminal", "",
     "the runtime's"},
    {"config.md#posix-process", "273 275", "the limits are the process's", "",
     "the runtime's"},
    {"config.md#linux-process", "289",
     "a capability that cannot be granted is logged", "",
     "the machine's; `unknown-capability` warns"},
    {"config.md#linux-process", "303 304",
     "oom_score_adj is oomScoreAdj, and else left alone", "", "the runtime's"},
    {"config.md#user", "370 371", "uid and gid are REQUIRED", "",
     "the schema and all runtimes take a missing one for 0"},
    {"config.md#platform-specific-configuration", "530",
     "windows is set if the platform is Windows", "",
     "the platform is not named; without, Windows' paths are relative ones"},
    {"config.md#posix-platform-hooks",
     "561 562 571 572 575 576 579 580 583 584 587 588 591 592 596 598 602 603 "
     "607 609 610 618 619 621 622 630 633 634 638 641 642 646 649 650",
     "paths resolve, and hooks run, in their namespace, time and order", "",
     "the machine's and the runtime's"},
    {"config.md#annotations", "727",
     "keys of org.opencontainers are those of the text", "",
     "a later text's, too; `reserved-key` warns"},
    {"config.md#annotations", "731 732 733 734 735 736 738",
     "org.opencontainers.image.* have values of the image spec", "",
     "the image spec's, which takes any string; `annotation-value` warns of "
     "other names than it wants"},
    {"config.md#annotations", "740", "other specifications use no such keys",
     "", "other specifications'"},
    {"config.md#extensibility", "741 754", "unknown properties are ignored", "",
     "the runtime's; `unknown-key` warns"},
    {"config.md#valid-values", "759", "invalid values are an error", "",
     "the runtime's"},
    {"config-linux.md#namespaces", "40 43 45",
     "namespaces are joined, made or inherited", "", "the runtime's"},
    {"config-linux.md#namespaces", "41", "path is a namespace of its type", "",
     "the machine's"},
    {"config-linux.md#devices", "127", "the devices are there", "",
     "the runtime's"},
    {"config-linux.md#devices", "135", "no other file is at path", "",
     "the machine's"},
    {"config-linux.md#default-devices", "180",
     "the default devices are there, too", "", "the runtime's"},
    {"config-linux.md#network-devices", "214 232 238 244 251",
     "devices are moved, set up and then left alone", "", "the runtime's"},
    {"config-linux.md#network-devices", "224 226 228",
     "the device can be moved", "", "the machine's"},
    {"config-linux.md#control-groups", "303",
     "the cgroup is fit for the container", "", "the machine's"},
    {"config-linux.md#cgroups-path", "315", "it is absolute or relative", "",
     "every string is"},
    {"config-linux.md#cgroups-path", "317 320 322",
     "where it leads, always the same; what is invalid is an error", "",
     "the runtime's"},
    {"config-linux.md#cgroup-ownership", "368 372",
     "which files the container's root owns", "",
     "the machine's and the runtime's"},
    {"config-linux.md#allowed-device-list", "405",
     "rules are applied in the listed order", "", "the runtime's"},
    {"config-linux.md#memory", "466", "checkBeforeUpdate's check", "",
     "the machine's"},
    {"config-linux.md#unified", "717 721", "the controllers are there", "",
     "the machine's"},
    {"config-linux.md#unified", "719", "unknown keys are written all the same",
     "", "the runtime's"},
    {"config-linux.md#unified", "734",
     "what cannot be converted is an error (CPU shares and the like)", "",
     "the machine's and the runtime's"},
    {"config-linux.md#intelrdt",
     "739 740 742 747 757 759 761 763 765 767 770 771 773 775 777 779 780 783 "
     "785",
     "how the runtime uses resctrl", "", "the machine's and the runtime's"},
    {"config-linux.md#seccomp", "927 928 929 930 935 1007 1009 1013 1016 1018",
     "how the listener's socket is used", "", "the runtime's"},
    {"config-windows.md#devices", "26 30", "the devices are there", "",
     "the runtime's"},
    {"config-windows.md#hyperv", "200 201",
     "it runs with Hyper-V if, and only if, that is there", "",
     "the runtime's"},
    {"config-zos.md#namespaces", "30 33 35",
     "namespaces are joined, made or inherited", "", "the runtime's"},
    {"config-zos.md#namespaces", "31", "path is a namespace of its type", "",
     "the machine's"},
    {"features.md", "10 14 15 17 18 19 20 32 49 131",
     "what a runtime says that it takes", "",
     "of a features structure, not of a spec"},
    {"features-linux.md", "8 27 107 109 111 113 116 203 206 257",
     "what a runtime says that it takes, on Linux", "",
     "of a features structure, not of a spec"},
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

// Each line of the text that has the word stands in the table, and no other.
TEST(MustTable, HasEveryLine) {
  std::set<std::string> wanted;
  for (const MustLines& file : kMustLines) {
    for (std::string_view line : absl::StrSplit(file.lines, ' ')) {
      if (line.empty()) continue;
      wanted.insert(absl::StrCat(file.file, ":", line));
    }
  }
  EXPECT_EQ(wanted.size(), 287u);
  std::set<std::string> found;
  for (const Must& must : kMusts) {
    const std::string_view file =
        must.section.substr(0, must.section.find('#'));
    for (std::string_view line :
         absl::StrSplit(must.lines, ' ', absl::SkipEmpty())) {
      found.insert(absl::StrCat(file, ":", line));
    }
  }
  EXPECT_EQ(found, wanted);
}

TEST(MustTable, ReadMeShowsIt) {
  std::string table =
      "| section | lines | MUST | code | test |\n"
      "| --- | --- | --- | --- | --- |\n";
  int number = 0;
  for (const Must& must : kMusts) {
    absl::StrAppend(&table, "| ", must.section, " | ", must.lines, " | ",
                    must.must, " | ");
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
