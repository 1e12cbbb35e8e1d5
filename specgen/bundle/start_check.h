// What will keep a plugin from starting, as far as a spec, a rootfs and a
// machine tell beforehand.
//
// dockerd makes the spec of such a plugin, and so does specgen: it is runc that
// says no in the end, in words that tell little ("exec: no such file or
// directory"). Each finding is a sentence for the reader, without its stop.
#ifndef SPECGEN_BUNDLE_START_CHECK_H_
#define SPECGEN_BUNDLE_START_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"

namespace specgen {

// What of a runtime spec decides about its start.
struct StartSpec {
  struct Mount {
    std::string destination;
    std::string source;
    bool is_bind = false;  // by its type or its options, as runc takes it
    std::string type = {};
    bool copies_up = false;  // what it covers (runc's tmpcopyup)
    bool is_noexec = false;
    // What the options of an overlay name.
    std::vector<std::string> directories = {};
  };
  std::string oci_version;
  std::string command;  // process.args[0]; "" if there is none
  std::string cwd;
  std::string search_path;  // PATH of process.env, the last one; else ""
  std::vector<Mount> mounts;
  std::vector<std::string> namespaces;  // their types
  // process.capabilities is a list, not an object of sets.
  bool has_capability_list = false;
};

// What to say of a spec that starts nothing: a runtime refuses it.
inline constexpr std::string_view kNoProgram =
    "the plugin names no program to start (\"entrypoint\")";

// Reads it of a spec; of a text that is none, what can be read.
StartSpec ReadStartSpec(std::string_view spec);

// Where a plugin runs, as far as that is known.
struct StartPlace {
  // Of the machine; null if it is another one: then sources are not looked at.
  const FileTree* files = nullptr;
  std::string_view bundle = {};  // the directory, as CheckSources takes it
  // The rootfs lies where it will run, so that its file system matters, too.
  bool has_rootfs = false;
  // It will have the init layer (init_layer.h).
  bool fills_rootfs = false;
  // Of the machine, in Go's name; "" is this one's.
  std::string_view architecture = {};
};

// Whether the rootfs has what the spec starts: the command, that it can be
// executed, its interpreter or loader, the working directory. `rootfs` is an
// open directory; symbolic links in it are followed as the plugin sees them,
// and nothing outside is looked at. Of what a mount of the spec covers, it
// counts whether the mount has it: an empty file system does not, nor does
// "propagated-mount", and of others the source is looked at. What is in one of
// which nothing is known is added to `*unknown`, in such a sentence.
//
// Scripts and programs are told as Linux does (fs/binfmt_script.c,
// fs/binfmt_elf.c), commands without a slash found as runc does (Go's
// exec.LookPath). A program for another machine than that of the place is a
// finding, although an emulator may be there for it.
std::vector<std::string> CheckRootfs(const StartSpec& spec, int rootfs,
                                     const StartPlace& place,
                                     std::vector<std::string>* unknown);

// What is there when the plugin starts, although it may not be yet.
struct MadeBefore {
  std::vector<std::string> paths;  // clean; directories
  // Clean as well; whatever lies in these is not judged.
  std::vector<std::string> directories;
  std::vector<std::string> files = {};  // clean
};

// Which mounts lie upon what they cannot: a directory upon a file of the
// rootfs, or the other way, or anything below a file; and those upon what the
// kernel's own file systems have not, where nothing can be made. `made` is as
// of CheckSources. What else an earlier mount covers is not judged.
std::vector<std::string> CheckMountPoints(const StartSpec& spec, int rootfs,
                                          const StartPlace& place,
                                          const MadeBefore& made);

// "Docker 17.09.0 would not start …" if that engine needs the directory
// `propagated_mount` in the rootfs, and it is missing; else "". Those with
// PropagatedMount::kRootfsPropagation mount upon it and never make it, and
// follow symbolic links as the host does, out of the rootfs (moby
// plugin/manager_linux.go, enable, v1.13.0 to v17.12).
std::string CheckPropagatedMount(const Release& release,
                                 std::string_view propagated_mount, int rootfs);

// Which sources of bind mounts, disks and directories of overlays are not
// there. A relative source lies below `bundle`; if that is "", it is not
// judged, nor is what may not be seen.
std::vector<std::string> CheckSources(const StartSpec& spec,
                                      const FileTree& files,
                                      const MadeBefore& made,
                                      std::string_view bundle);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_START_CHECK_H_
