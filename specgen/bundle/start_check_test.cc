#include "specgen/bundle/start_check.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/live_host.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

TEST(ReadStartSpecTest, ReadsWhatDecides) {
  const StartSpec spec = ReadStartSpec(
      R"({"ociVersion":"1.0.2","process":{"args":["/p","x"],"cwd":"/w",)"
      R"("env":["PATH=/a","X=PATH=/b","PATH=/c:/d"]},"mounts":[)"
      R"({"destination":"/a","source":"/s","type":"bind"},)"
      R"({"destination":"/b","source":"t","type":"none","options":["ro","rbind"]},)"
      R"({"destination":"/c","source":"u","type":"x","options":["bind"]},)"
      R"({"destination":"/d","source":"tmpfs","type":"tmpfs","options":["nosuid"]}],)"
      R"("linux":{"namespaces":[{"type":"mount"},{"type":"pid","path":"/x"}]}})");
  EXPECT_EQ(spec.oci_version, "1.0.2");
  EXPECT_EQ(spec.command, "/p");
  EXPECT_EQ(spec.cwd, "/w");
  EXPECT_EQ(spec.search_path, "/c:/d");
  EXPECT_EQ(spec.namespaces, (std::vector<std::string>{"mount", "pid"}));
  ASSERT_EQ(spec.mounts.size(), 4u);
  EXPECT_EQ(spec.mounts[1].destination, "/b");
  EXPECT_EQ(spec.mounts[1].source, "t");
  std::string binds;
  for (const StartSpec::Mount& mount : spec.mounts) {
    binds += mount.is_bind ? 'b' : '-';
  }
  EXPECT_EQ(binds, "bbb-");
  EXPECT_FALSE(spec.has_capability_list);
  EXPECT_TRUE(
      ReadStartSpec(R"({"process":{"capabilities":[]}})").has_capability_list);
  EXPECT_FALSE(
      ReadStartSpec(R"({"process":{"capabilities":{}}})").has_capability_list);
  for (
      std::string_view odd :
      {"", "[]", "{", R"({"process":[],"mounts":{},"linux":1})",
       R"({"process":{"args":"x","env":{},"cwd":1},"mounts":[1],"linux":{"namespaces":[1,{"type":1}]}})"}) {
    const StartSpec none = ReadStartSpec(odd);
    EXPECT_EQ(none.command + none.cwd, "") << odd;
    EXPECT_EQ(none.mounts.size() + none.namespaces.size(), 0u) << odd;
  }
}

// Knows some paths only.
class KnownFiles : public FileTree {
 public:
  explicit KnownFiles(std::map<std::string, int, std::less<>> errors)
      : errors_(std::move(errors)) {}
  int Lstat(std::string_view path, FileFacts*) const override {
    const auto known = errors_.find(path);
    return known == errors_.end() ? ENOENT : known->second;
  }
  int Stat(std::string_view path, FileFacts* facts) const override {
    return Lstat(path, facts);
  }
  int ReadLink(std::string_view, std::string*) const override { return ENOENT; }
  int ListDirectory(std::string_view,
                    std::vector<std::string>*) const override {
    return ENOENT;
  }
  int MountFlags(std::string_view, uint64_t*) const override { return ENOENT; }
  int WorkingDirectory(std::string*) const override { return ENOENT; }

 private:
  const std::map<std::string, int, std::less<>> errors_;
};

// The head of a 64-bit program of this byte order.
std::string Elf(uint16_t machine, std::string_view loader = "") {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = machine;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = loader.empty() ? 1 : 2;
  Elf64_Phdr segments[2] = {};
  segments[0].p_type = PT_LOAD;
  segments[1].p_type = PT_INTERP;
  segments[1].p_offset = sizeof(header) + 2 * sizeof(Elf64_Phdr);
  segments[1].p_filesz = loader.size() + 1;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.append(reinterpret_cast<const char*>(segments), sizeof(segments));
  return absl::StrCat(bytes, loader, std::string(1, '\0'));
}

class CheckRootfsTest : public testing::Test {
 protected:
  CheckRootfsTest() {
    struct utsname machine;
    EXPECT_EQ(uname(&machine), 0);
    const bool arm = std::string_view(machine.machine) == "aarch64";
    ours_ = arm ? EM_AARCH64 : EM_X86_64;
    foreign_ = arm ? EM_X86_64 : EM_AARCH64;
    fs::create_directories(temp_ / "rootfs/w");
    spec_.command = "/p";
    spec_.cwd = "/w";
  }

  void Add(std::string_view path, std::string_view bytes, mode_t mode = 0755) {
    const std::string file = temp_.Write(absl::StrCat("rootfs", path), bytes);
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
  }
  void Link(std::string_view path, std::string_view target) {
    fs::create_symlink(target, temp_ / absl::StrCat("rootfs", path));
  }

  std::string Check() const {
    const UniqueFd rootfs(
        open((temp_ / "rootfs").c_str(), O_RDONLY | O_DIRECTORY));
    std::vector<std::string> unknown;
    std::vector<std::string> told =
        CheckRootfs(spec_, rootfs.get(), place_, &unknown);
    for (const std::string& one : unknown) {
      told.push_back(absl::StrCat("unknown: ", one));
    }
    return absl::StrJoin(told, "; ");
  }
  void Expect(std::string_view words) const {
    const std::string found = Check();
    if (words.empty()) {
      EXPECT_EQ(found, "");
    } else {
      EXPECT_TRUE(absl::StrContains(found, words)) << found;
      EXPECT_FALSE(absl::StrContains(found, " | ")) << found;
    }
  }

  TempDirectory temp_;
  StartSpec spec_;
  StartPlace place_ = {.has_rootfs = true};
  uint16_t ours_ = 0;
  uint16_t foreign_ = 0;
};

TEST_F(CheckRootfsTest, TheCommandIsToBeAFileThatCanBeExecuted) {
  Expect("the command \"/p\" is not in the rootfs");
  spec_.command = "";
  Expect("the plugin names no program to start");
  spec_.command = "/p";
  fs::create_directory(temp_ / "rootfs/p");
  Expect("the command \"/p\" is a directory");
  fs::remove(temp_ / "rootfs/p");
  ASSERT_EQ(mkfifo((temp_ / "rootfs/p").c_str(), 0755), 0);
  Expect("is not a regular file");
  fs::remove(temp_ / "rootfs/p");
  for (const auto& [mode, words] :
       std::map<mode_t, std::string_view>{{0644, "is not executable"},
                                          {0666, "is not executable"},
                                          {0100, ""},
                                          {0010, ""},
                                          {0001, ""},
                                          {0755, ""}}) {
    Add("/p", Elf(ours_), mode);
    if (geteuid() == 0 || (mode & 0400) != 0) Expect(words);
    fs::remove(temp_ / "rootfs/p");
  }
  Add("/p", "");
  Expect("is an empty file");
  Add("/p", "echo hi\n");
  Expect("neither a program nor a script");
}

TEST_F(CheckRootfsTest, LinksAreFollowedInsideTheRootfs) {
  Link("/p", "/bin/q");
  Expect("the command \"/p\" is not in the rootfs");
  Add("/bin/q", Elf(ours_));
  Expect("");
  fs::remove(temp_ / "rootfs/p");
  Link("/p", "../../../../bin/q");
  Expect("");
  // A program of the machine's is none of the rootfs's.
  fs::remove(temp_ / "rootfs/p");
  Link("/p", "/proc/self/exe");
  Expect("is not in the rootfs");
  fs::remove(temp_ / "rootfs/p");
  Link("/p", "/p");
  Expect("cannot be opened");
}

TEST_F(CheckRootfsTest, PathsAreThoseOfTheKernel) {
  Add("/p", Elf(ours_));
  Add("/s", "#!/p/\n");
  for (std::string_view command : {"/p/", "/p//", "/p/.", "../p/"}) {
    spec_.command = command;
    Expect(absl::StrCat("the command \"", command,
                        "\" is written as a directory"));
  }
  spec_.command = "/s";
  Expect("the interpreter \"/p/\" of the command \"/s\" is written as a");
  // A file holds nothing, and what is not there neither.
  for (std::string_view command : {"/p/../p", "/p/./../p", "/none/../p"}) {
    spec_.command = command;
    Expect(absl::StrCat("the command \"", command, "\" is not in the rootfs"));
  }
  for (std::string_view command : {"/w/../p", "/w/./../../p", "//p", "/./p"}) {
    spec_.command = command;
    Expect("");
  }
  // What the runtime makes is there.
  spec_.cwd = "/made/a";
  spec_.mounts = {{"/upon/a", "/srv", true}};
  for (std::string_view command : {"/made/../p", "../../p", "/made/a/../../p",
                                   "/upon/../p", "/upon/a/../../p"}) {
    spec_.command = command;
    EXPECT_FALSE(absl::StrContains(Check(), "the command")) << command;
  }
}

TEST_F(CheckRootfsTest, CommandsAreFoundAsTheRuntimeFindsThem) {
  spec_.command = "p";
  spec_.search_path = "/none:/w/bin:rel:";
  Expect("the command \"p\" is in no directory of PATH (/none:/w/bin:rel:)");
  Add("/w/bin/p", Elf(ours_), 0644);  // passed over
  Expect("is in no directory of PATH");
  Add("/w/bin/p", Elf(ours_));
  Expect("");
  Add("/w/bin/p", Elf(foreign_));
  Expect("the command \"p\" (/w/bin/p) is for another machine");
  fs::remove(temp_ / "rootfs/w/bin/p");
  // Go starts nothing that it finds so.
  for (const auto& [place, part] : std::map<std::string_view, std::string_view>{
           {"/w/rel/p", "rel"}, {"/w/p", ""}}) {
    Add(place, Elf(ours_));
    Expect(absl::StrCat("the command \"p\" (", place, ") is found by \"", part,
                        "\" in PATH, which is not absolute"));
    spec_.search_path = "/none:/w/bin";
    Expect("is in no directory of PATH");
    spec_.search_path = "/none:/w/bin:rel:";
    fs::remove(temp_ / absl::StrCat("rootfs", place));
  }
  // env does.
  Add("/s", "#!/env p\n");
  Add("/env", Elf(ours_));
  Add("/w/p", Elf(ours_));
  spec_.command = "/s";
  Expect("");
  fs::remove(temp_ / "rootfs/w/p");
  Expect("the interpreter \"p\" of the command \"/s\" is in no directory");
  spec_.command = "p";
  Add("/p", Elf(ours_));
  Expect("is in no directory of PATH");
  spec_.command = "../p";
  Expect("");
  spec_.command = "./p";
  Expect("is not in the rootfs");
}

TEST_F(CheckRootfsTest, ProgramsAreForTheMachineThatIsMeant) {
  place_.architecture = "arm64";
  Add("/p", Elf(EM_X86_64));
  Expect("is for another machine (amd64; that of --arch is arm64)");
  Add("/p", Elf(EM_AARCH64));
  Expect("");
  place_.architecture = "amd64";
  Expect("is for another machine (arm64; that of --arch is amd64)");
  // In its byte order.
  place_.architecture = "s390x";
  Add("/p", Elf(EM_S390));
  Expect("is for another machine (s390x; that of --arch is s390x)");
  std::string big = Elf(EM_S390);
  big[EI_DATA] = ELFDATA2MSB;
  std::swap(big[offsetof(Elf64_Ehdr, e_machine)],
            big[offsetof(Elf64_Ehdr, e_machine) + 1]);
  Add("/p", big);
  Expect("");
  place_.architecture = "amd64";
  Expect("is for another machine (s390x; that of --arch is amd64)");
  place_.architecture = "loong64";  // nobody knows its programs
  Expect("");
}

TEST_F(CheckRootfsTest, ProgramsAreForThisMachineAndHaveTheirLoader) {
  Add("/p", Elf(foreign_));
  Expect("is for another machine");
  std::string big = Elf(ours_);
  big[EI_DATA] = ELFDATA2MSB;
  Add("/p", big);
  Expect("is for another machine");
  Add("/p", std::string(ELFMAG) + "short");
  Expect("is a damaged program");
  Add("/p", Elf(ours_, "/lib/ld.so"));
  Expect("needs the loader \"/lib/ld.so\"");
  Add("/lib/ld.so", "x");
  Expect("the loader \"/lib/ld.so\" of the command \"/p\" is no ELF file");
  Add("/lib/ld.so", "#!/p");
  Expect("is no ELF file");
  Add("/lib/ld.so", Elf(ours_).substr(0, 19));
  Expect("is no ELF file");
  Add("/lib/ld.so", Elf(foreign_));
  Expect("the loader \"/lib/ld.so\" of the command \"/p\" is for another");
  Add("/lib/ld.so", Elf(ours_), 0644);
  Expect("the loader \"/lib/ld.so\" of the command \"/p\" is not executable");
  Add("/lib/ld.so", Elf(ours_));
  Expect("");
  // A loader's own loader is not asked for.
  Add("/lib/ld.so", Elf(ours_, "/no"));
  Expect("");
  std::string odd = Elf(ours_);
  odd[EI_CLASS] = 7;
  Add("/p", odd);
  Expect("is a damaged program");
  for (const int type : {ET_REL, ET_CORE, ET_NONE}) {
    std::string object = Elf(ours_);
    object[offsetof(Elf64_Ehdr, e_type)] = static_cast<char>(type);
    Add("/p", object);
    Expect("is no program but an object file or a core");
  }
  std::string fixed = Elf(ours_);
  fixed[offsetof(Elf64_Ehdr, e_type)] = ET_EXEC;
  Add("/p", fixed);
  Expect("");
  // Cut, as by a copy that did not end.
  std::string lying = Elf(ours_);
  lying.replace(offsetof(Elf64_Ehdr, e_phoff), 8, std::string(8, '\xff'));
  Add("/p", lying);
  Expect("is a damaged program");
  Add("/p", Elf(ours_).substr(0, sizeof(Elf64_Ehdr)));
  Expect("is a damaged program");
  Add("/p", Elf(ours_).substr(0, sizeof(Elf64_Ehdr) - 1));
  Expect("is a damaged program");
  std::string loaded = Elf(ours_);
  const auto size = static_cast<char>(loaded.size());
  loaded[sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz)] = size;
  Add("/p", loaded);
  Expect("");
  loaded.pop_back();
  Add("/p", loaded);
  Expect("is a damaged program");
}

TEST_F(CheckRootfsTest, ScriptsHaveTheirInterpreter) {
  Add("/p", "#!/bin/sh -e\necho\n");
  Expect("the interpreter \"/bin/sh\" of the command \"/p\" is not in the");
  Add("/bin/sh", Elf(ours_));
  Expect("");
  Add("/p", "#! \t/bin/sh\n");
  Expect("");
  Add("/p", "#!/bin/sh");
  Expect("");
  Add("/bin/sh", Elf(foreign_));
  Expect("the interpreter \"/bin/sh\" of the command \"/p\" is for another");
  Add("/p", "#!/bin/sh\r\necho\r\n");
  Expect("as on Windows");
  Add("/p", "#!\necho\n");
  Expect("names no interpreter");
  Add("/p", "#!p\n");  // of the working directory, where it is not
  Expect("the interpreter \"p\"");
  Add("/p", "#!/p\n");
  Expect("too many interpreters");
  for (int i = 0; i < 5; ++i) {
    Add(i == 0 ? "/p" : absl::StrCat("/s", i),
        absl::StrCat("#!/s", i + 1, "\n"));
  }
  Add("/s5", Elf(ours_));
  Expect("");
}

TEST_F(CheckRootfsTest, EnvFindsItsInterpreterInThePath) {
  spec_.search_path = "/none:/bin";
  Add("/usr/bin/env", Elf(ours_));
  Add("/p", "#!/usr/bin/env python3\n");
  Expect(
      "the interpreter \"python3\" of the command \"/p\" is in no directory");
  Add("/bin/python3", Elf(ours_), 0644);
  Expect("is in no directory");
  Add("/bin/python3", Elf(foreign_));
  Expect(
      "the interpreter \"python3\" of the command \"/p\" (/bin/python3) is for "
      "another machine");
  Add("/bin/python3", Elf(ours_));
  Expect("");
  // What env itself makes of these is not judged.
  for (const char* line :
       {"", " A=1 sh", " -i sh", " -v", " -u X sh", " --help", " -S",
        " -S -i sh", " -S PATH=/x sh", " -S A=1", " -S \"sh\"", " -S ${SH}",
        " -vv sh", " --split-string sh", " -S python3 -u", " -S python3"}) {
    Add("/p", absl::StrCat("#!/usr/bin/env", line, "\n"));
    Expect("");
  }
  for (const char* line :
       {" sh", " -S sh -e", " -Ssh", " -S\tsh\t-e", " -vS sh",
        " -vvS  A=1 B= sh", " --split-string=sh -e"}) {
    Add("/p", absl::StrCat("#!/usr/bin/env", line, "\n"));
    Expect("the interpreter \"sh\" of the command \"/p\" is in no directory");
  }
  Add("/p", "#!/usr/bin/env -S /no/sh -e\n");
  Expect(
      "the interpreter \"/no/sh\" of the command \"/p\" is not in the rootfs");
  // Without -S it is one word.
  Add("/p", "#!/usr/bin/env python3 -u\n");
  Expect("the interpreter \"python3 -u\" of the command \"/p\" is in no");
  Add("/p", "#!/usr/bin/env /no/sh\n");
  Expect(
      "the interpreter \"/no/sh\" of the command \"/p\" is not in the rootfs");
  for (const char* line :
       {"#!/usr/bin/env sh\r\n", "#!/usr/bin/env -S sh\r\n"}) {
    Add("/p", line);
    Expect("as on Windows");
  }
  Add("/p", "#!/bin/other python4\n");
  Add("/bin/other", Elf(ours_));
  Expect("");
}

TEST_F(CheckRootfsTest, WhatAMountCoversIsNotJudged) {
  const auto mount_upon = [this](std::string_view destination) {
    StartSpec::Mount mount;
    mount.destination = destination;
    spec_.mounts = {mount};
  };
  spec_.command = "/data/bin/p";
  for (std::string_view covering :
       {"/data", "/data/bin", "/data/bin/p", "data/", "/x/../data", "/"}) {
    mount_upon(covering);
    Expect("");
  }
  for (std::string_view other : {"/dat", "/data/bin/p/x", "/data2", ""}) {
    mount_upon(other);
    if (!other.empty()) Expect("is not in the rootfs");
  }
  // Where links lead counts.
  spec_.command = "/p";
  Link("/p", "data/bin/p");
  mount_upon("/data");
  Expect("");
  mount_upon("/w");
  spec_.cwd = "/w/x";
  spec_.command = "/w/x/p";
  Expect("");
  // So it does for a search.
  spec_.command = "p";
  spec_.search_path = "/none:/w/bin";
  Expect("");
  spec_.search_path = "/none";
  Expect("is in no directory of PATH");
}

// What covers the program must have it.
TEST_F(CheckRootfsTest, WhatAMountCoversIsLookedForInIt) {
  spec_.command = "/data/bin/p";
  spec_.search_path = "/none:/data/bin";
  Add("/data/bin/p", Elf(ours_, "/lib/ld.so"));
  Add("/lib/ld.so", Elf(ours_));
  Link("/link", "/data/bin/p");
  Link("/to-data", "/data/bin");
  Link("/dangling", "/data/bin/q");
  for (const char* program : {"full/bin/p", "full/ld.so", "full/p"}) {
    ASSERT_EQ(chmod(temp_.Write(program, Elf(ours_)).c_str(), 0755), 0);
  }
  fs::create_directories(temp_ / "empty/bin");
  fs::create_directories(temp_ / "bundle/propagated-mount");
  const std::string full = temp_ / "full";
  const std::string empty = temp_ / "empty";
  const std::string bundle = temp_ / "bundle";
  const std::string propagated = temp_ / "bundle/propagated-mount";
  const LiveHost host;
  constexpr std::string_view kHidden = " is hidden by what is mounted upon";
  struct Case {
    std::string destination, source;
    std::string_view type;
    std::string_view words;      // of a finding on this machine
    std::string_view elsewhere;  // on another
  };
  constexpr std::string_view kOther = "\" is not that of the rootfs, but of";
  for (const Case& c : std::vector<Case>{
           {"/data", full, "bind", "", kOther},
           {"/data/", empty, "bind", kHidden, kOther},
           {"data/bin", full, "bind", "", kOther},
           {"/data/bin", empty, "bind", kHidden, kOther},
           {"/data/bin", "/no/such", "bind", kHidden, kOther},
           {"/", full, "bind", kHidden, kOther},
           {"/data", "../full", "bind", "", kOther},
           {"/data", "../empty", "bind", kHidden, kOther},
           {"/lib", full, "bind", "", kOther},
           {"/lib", empty, "bind", "the loader \"/lib/ld.so\"", kOther},
           // The directory of volumes begins empty, here and elsewhere.
           {"/data", propagated, "bind", kHidden, kHidden},
           {"/lib", propagated, "bind", kHidden, kHidden},
           {"/w", propagated, "bind", "", ""},
           {"/data", "tmpfs", "tmpfs", kHidden, kHidden},
           {"/lib", "tmpfs", "tmpfs", kHidden, kHidden},
           {"/data", "x", "ext4", "", ""},
           {"/data", "proc", "proc", "", ""},
           // Who mounts upon the file itself means that.
           {"/data/bin/p", full + "/p", "bind", "", ""},
           {"/data/bin/p/x", full, "bind", "", ""}}) {
    SCOPED_TRACE(absl::StrCat(c.source, " upon ", c.destination));
    spec_.mounts = {
        {c.destination, c.source, c.type == "bind", std::string(c.type)}};
    place_ = {&host.files, bundle, true};
    Expect(c.words);
    place_ = {nullptr, bundle, true};
    Expect(c.elsewhere);
  }
  place_ = {&host.files, bundle, true};
  const auto mount = [](std::string_view destination,
                        const std::string& source) {
    StartSpec::Mount bind;
    bind.destination = destination;
    bind.source = source;
    bind.is_bind = true;
    return bind;
  };
  // The last one counts.
  spec_.mounts = {mount("/data", empty), mount("/data/bin", full)};
  Expect("");
  spec_.mounts = {mount("/data/bin", full), mount("/data", empty)};
  Expect(kHidden);
  // Links lead into mounts.
  for (std::string_view command : {"/link", "/to-data/p", "p"}) {
    spec_.command = command;
    spec_.mounts = {mount("/data/bin", empty)};
    Expect(command == "p" ? "is in no directory of PATH" : kHidden);
    spec_.mounts = {mount("/data/bin", full)};
    Expect("");
  }
  spec_.command = "/dangling";
  Expect(kHidden);
  spec_.mounts = {};
  Expect("is not in the rootfs");
  // runc copies there what it covers.
  spec_.command = "/data/bin/p";
  StartSpec::Mount copied;
  copied.destination = "/data";
  copied.type = "tmpfs";
  spec_.mounts = {copied};
  Expect(kHidden);
  spec_.mounts[0].copies_up = true;
  Expect("");
  EXPECT_TRUE(ReadStartSpec(R"({"mounts":[{"options":["tmpcopyup"]}]})")
                  .mounts[0]
                  .copies_up);
}

TEST_F(CheckRootfsTest, WhatAMountHasIsToBeExecutable) {
  const auto write = [this](std::string_view path, std::string_view bytes,
                            mode_t mode) {
    ASSERT_EQ(chmod(temp_.Write(path, bytes).c_str(), mode), 0);
  };
  spec_.command = "/bin/p";
  Add("/bin/p", Elf(ours_));
  write("d/p", Elf(ours_), 0755);
  fs::create_symlink("/bin/q", temp_ / "d/link");
  fs::create_directory_symlink("d", temp_ / "to-d");
  const std::string directory = temp_ / "d";
  const LiveHost host;
  place_ = {&host.files, "", true};
  const auto upon = [&](std::string_view at, const std::string& source) {
    StartSpec::Mount bind;
    bind.destination = at;
    bind.source = source;
    bind.is_bind = true;
    spec_.mounts = {bind};
  };
  for (const auto& [at, source] :
       std::vector<std::pair<std::string, std::string>>{
           {"/bin", directory},
           {"/bin", temp_ / "to-d"},
           {"/bin/p", directory + "/p"}}) {
    SCOPED_TRACE(at);
    upon(at, source);
    for (std::string_view command : {"/bin/p", "p"}) {
      spec_.command = command;
      spec_.search_path = "/bin";
      spec_.mounts[0].is_noexec = false;
      Expect("");
      write("d/p", Elf(foreign_), 0755);
      Expect("is for another machine");
      write("d/p", "#!/none\n", 0755);
      Expect("the interpreter \"/none\" of the command");
      write("d/p", Elf(ours_), 0644);
      Expect(command == "p" ? "in no directory of PATH" : "is not executable");
      write("d/p", Elf(ours_), 0755);
      spec_.mounts[0].is_noexec = true;
      Expect(command == "p" ? "in no directory of PATH"
                            : "cannot be executed: that is noexec");
    }
  }
  // Where a link leads nobody looks.
  upon("/bin", directory);
  spec_.mounts[0].is_noexec = true;
  for (std::string_view command : {"/bin/link", "link"}) {
    spec_.command = command;
    Expect("");
  }
  const std::vector<std::pair<std::string_view, bool>> options = {
      {R"("noexec")", true},
      {R"("exec")", false},
      {R"("noexec","exec")", false},
      {R"("exec","noexec","ro")", true},
      // The recursive ones come last, and are for bind mounts only.
      {R"("rbind","rnoexec","exec")", true},
      {R"("rbind","rexec","noexec")", false},
      {R"("rbind","rnoexec","rexec")", false},
      {R"("rnoexec")", false}};
  for (const auto& [words, is_noexec] : options) {
    EXPECT_EQ(
        ReadStartSpec(absl::StrCat(R"({"mounts":[{"options":[)", words, "]}]}"))
            .mounts[0]
            .is_noexec,
        is_noexec)
        << words;
  }
}

// Runtimes follow the rootfs's links to where they mount.
TEST_F(CheckRootfsTest, MountsLieWhereLinksLead) {
  Add("/bin/p", Elf(ours_));
  Add("/usr/bin/q", Elf(ours_));
  Link("/to-bin", "/bin");
  Link("/to-usr", "usr");
  Link("/dangling", "/none");
  for (const auto& [at, command, is_hidden] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"/to-bin", "/bin/p", true},
           {"/to-bin", "/to-bin/p", true},
           {"/to-bin/x", "/bin/p", false},
           {"/to-usr/bin", "/usr/bin/q", true},
           {"/to-usr/bin/x/y", "/usr/bin/q", false},
           {"/dangling", "/bin/p", false},
           {"/dangling", "/dangling/p", true},
           {"/to-bin/../usr", "/usr/bin/q", true}}) {
    SCOPED_TRACE(absl::StrCat(at, " ", command));
    spec_.command = command;
    spec_.mounts = {{at, "tmpfs", false, "tmpfs"}};
    Expect(is_hidden ? "is hidden by what is mounted upon" : "");
  }
  // A mount upon the way has other links, or none.
  spec_.command = "/bin/p";
  spec_.mounts = {{"/", "x", false, "ext4"},
                  {"/to-bin", "tmpfs", false, "tmpfs"}};
  Expect("");
  spec_.command = "/to-bin/p";
  Expect("is hidden by");
}

TEST_F(CheckRootfsTest, DirectoriesAreMountedUponDirectories) {
  Add("/file", "");
  fs::create_directory(temp_ / "rootfs/dir");
  Link("/to-file", "file");
  Link("/to-dir", "/dir");
  Link("/under", "/dir/sub");
  Add("/dir/sub", "");
  fs::create_directory(temp_ / "source");
  temp_.Write("source-file", "");
  const std::string directory = temp_ / "source";
  const std::string file = temp_ / "source-file";
  const LiveHost host;
  const FileTree& files = host.files;
  const auto check = [&](std::vector<StartSpec::Mount> mounts,
                         const FileTree* tree, bool fills_rootfs = false) {
    spec_.mounts = std::move(mounts);
    const UniqueFd rootfs(
        open((temp_ / "rootfs").c_str(), O_RDONLY | O_DIRECTORY));
    return absl::StrJoin(
        CheckMountPoints(spec_, rootfs.get(),
                         {tree, temp_.path(), false, fills_rootfs},
                         {{"/made"}, {}, {temp_ / "config.json"}}),
        "; ");
  };
  struct Case {
    std::string destination, source;
    bool is_bind;
    std::string_view words;
  };
  for (const Case& c : std::vector<Case>{
           {"/file", file, true, ""},
           {"/file", directory, true, "which is a directory, is mounted upon"},
           {"file/", directory, true, "upon \"file/\", which is none in the"},
           {"/to-file", directory, true, "which is none in the rootfs"},
           {"/file", "source", true, "\"source\", which is a directory"},
           {"/file", "source-file", true, ""},
           {"/file", "rootfs/file", true, ""},
           {"/dir", "rootfs/./to-dir/../dir", true, ""},
           {"/dir", directory, true, ""},
           {"/dir", file, true, "which is no directory, is mounted upon"},
           {"/to-dir", file, true, "upon \"/to-dir\", which is one in the"},
           {"/dir", "", true, ""},
           {"/file", "/no/such", true, ""},
           {"/new", directory, true, ""},
           {"/new", file, true, ""},
           {"/dir", "tmpfs", false, ""},
           {"/to-dir", "tmpfs", false, ""},
           {"/file", "tmpfs", false, "a file system is mounted upon \"/file\""},
           {"/new", "tmpfs", false, ""},
           {"/file/x", directory, true, "below \"/file\", which is no"},
           {"file//x/y/", file, true, "\"file//x/y/\", below \"/file\""},
           {"/file/x", "tmpfs", false, "below \"/file\", which is no"},
           {"/file/x", "/no/such", true, "below \"/file\", which is no"},
           {"/to-file/x", file, true, "below \"/to-file\", which is no"},
           {"/to-dir/x", directory, true, ""},
           {"/dir/x/y", directory, true, ""},
           {"/new/x", file, true, ""}}) {
    SCOPED_TRACE(absl::StrCat(c.source, " upon ", c.destination));
    const std::vector<StartSpec::Mount> mounts = {
        {c.destination, c.source, c.is_bind}};
    const std::string found = check(mounts, &files);
    EXPECT_EQ(found.empty(), c.words.empty()) << found;
    EXPECT_TRUE(absl::StrContains(found, c.words)) << found;
    // Of another machine the sources are not known.
    const bool is_below = absl::StrContains(c.words, "below");
    EXPECT_EQ(check(mounts, nullptr), c.is_bind && !is_below ? "" : found);
  }
  // What is made before the start is a directory, whatever machine it is for.
  for (const FileTree* tree : {&files, static_cast<const FileTree*>(nullptr)}) {
    for (const std::string& source :
         {std::string("/made"), temp_ / "propagated-mount"}) {
      EXPECT_NE(check({{"/file", source, true}}, tree), "") << source;
      EXPECT_NE(check({{"/to-file", source, true}}, tree), "") << source;
      EXPECT_EQ(check({{"/dir", source, true}}, tree), "") << source;
      EXPECT_EQ(check({{"/new", source, true}}, tree), "") << source;
    }
  }
  // So is the rootfs, and what is in it is what is in it.
  for (const FileTree* tree : {&files, static_cast<const FileTree*>(nullptr)}) {
    for (std::string source : {"config.json", "./config.json", "rootfs/file"}) {
      EXPECT_EQ(check({{"/file", source, true}}, tree), "") << source;
      EXPECT_NE(check({{"/dir", source, true}}, tree), "") << source;
    }
    for (std::string source : {"rootfs", "rootfs/dir"}) {
      EXPECT_NE(check({{"/file", source, true}}, tree), "") << source;
      EXPECT_EQ(check({{"/dir", source, true}}, tree), "") << source;
    }
    for (std::string source : {"rootfs/to-file", "rootfs/none"}) {
      EXPECT_EQ(check({{"/file", source, true}}, tree), "") << source;
      EXPECT_EQ(check({{"/dir", source, true}}, tree), "") << source;
    }
  }
  // The init layer makes files.
  for (const bool fills : {true, false}) {
    EXPECT_EQ(check({{"/etc/hosts", directory, true}}, &files, fills).empty(),
              !fills);
    EXPECT_EQ(check({{"/etc/hosts", file, true}}, &files, fills), "");
  }
  // Nothing can be made in the kernel's file systems.
  for (const auto& [at, is_there] :
       std::vector<std::pair<std::string, bool>>{{"/sys/no/such", false},
                                                 {"/sys", true},
                                                 {"/sys/kernel", true},
                                                 {"/proc/uptime", true}}) {
    const std::vector<StartSpec::Mount> mounts = {
        {"/sys", "sysfs", false, "sysfs"},
        {"/proc", "proc", false, "proc"},
        {at, directory, true}};
    EXPECT_EQ(check(mounts, &files).empty(), is_there) << at;
    EXPECT_EQ(check(mounts, nullptr), "") << at;
    EXPECT_EQ(check({{at, directory, true}}, &files), "") << at;
  }
  // runc takes few mounts there.
  for (const auto& [at, source, is_taken] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"/proc", directory, false},
           {"/proc/", temp_ / "propagated-mount", false},
           {"/proc", "/proc", true},
           {"/proc", "/proc/1/..", true},
           {"/proc/cpuinfo", file, true},
           {"/proc/self", directory, false},
           {"/proc/nosuch", file, false},
           {"/procs", directory, true}}) {
    for (const FileTree* tree :
         {&files, static_cast<const FileTree*>(nullptr)}) {
      const std::string found =
          check({{"/proc", "proc", false, "proc"}, {at, source, true}}, tree);
      EXPECT_EQ(found.empty(), is_taken) << found;
      EXPECT_EQ(absl::StrContains(found, "runc takes"), !is_taken) << found;
    }
  }
  // The init layer makes room for its own directories, and for those above.
  Add("/sys", "");
  Add("/dev", "");
  Add("/etc/hosts", "");
  const std::vector<StartSpec::Mount> init = {{"/sys", "sysfs", false},
                                              {"/dev", "tmpfs", false}};
  EXPECT_NE(check(init, &files), "");
  EXPECT_EQ(check(init, &files, /*fills_rootfs=*/true), "");
  const std::vector<StartSpec::Mount> other = {{"/etc/hosts", "tmpfs", false},
                                               {"/file", "tmpfs", false}};
  EXPECT_EQ(check(other, &files, true), check(other, &files));
  EXPECT_NE(check({{"/etc/hosts", directory, true}}, &files, true), "");
  // Its files take the place of links.
  Link("/etc/resolv.conf", "/dir");
  EXPECT_EQ(check({{"/etc/resolv.conf", directory, true}}, &files), "");
  EXPECT_NE(check({{"/etc/resolv.conf", directory, true}}, &files, true), "");
  EXPECT_EQ(check({{"/etc/resolv.conf", file, true}}, &files, true), "");
  // And has files of its own, where nothing is yet.
  const std::vector<StartSpec::Mount> below = {{"/etc/hostname/x", "a", true}};
  EXPECT_EQ(check(below, &files), "");
  EXPECT_NE(check(below, &files, true), "");
  EXPECT_EQ(check({{"/sys/x", "a", true}}, &files, true), "");
  EXPECT_EQ(check({{"/file", "", true}, {"/to-file/x", "a", true}}, &files),
            "");
  EXPECT_EQ(check({{"/file", "tmpfs", false}, {"/file/x", "a", true}}, &files),
            check({{"/file", "tmpfs", false}}, &files));
  // What is mounted before is what counts then; what is mounted behind is not.
  EXPECT_EQ(
      check({{"/dir", directory, true}, {"/dir/sub", directory, true}}, &files),
      "");
  EXPECT_EQ(
      check({{"/dir", directory, true}, {"/under", directory, true}}, &files),
      "");
  EXPECT_NE(
      check({{"/dir/sub", directory, true}, {"/dir", directory, true}}, &files),
      "");
}

TEST_F(CheckRootfsTest, TheWorkingDirectoryIsToBeOne) {
  Add("/p", Elf(ours_));
  for (std::string_view fine : {"/w", "", "/", "/x/../w"}) {
    spec_.cwd = fine;
    Expect("");
  }
  spec_.cwd = "/w/none";
  Expect("the working directory \"/w/none\" is not in the rootfs");
  Link("/w/dangling", "/nope");
  Link("/w/mounted", "/vol/x");
  for (std::string_view dangling : {"/w/dangling", "/w/dangling/x"}) {
    spec_.cwd = dangling;
    Expect("is a symbolic link to what is not in the rootfs");
  }
  spec_.cwd = "/w/mounted";
  Expect("is a symbolic link to what is not in the rootfs");
  spec_.mounts = {{"/vol", "x", false, "ext4"}};
  Expect("");
  // The init layer has files.
  for (const bool fills : {false, true}) {
    place_.fills_rootfs = fills;
    for (std::string_view at : {"/etc/hosts", "/etc/hosts/x"}) {
      spec_.cwd = at;
      Expect(fills ? "is no directory" : "is not in the rootfs");
    }
    spec_.cwd = "/etc";
    Expect("is not in the rootfs: runc and crun make it");
  }
  // Nothing can be made in the kernel's file systems.
  const KnownFiles kernels({{"/sys/kernel", 0}, {"/proc/self", 0}});
  spec_.mounts = {{"/sys", "sysfs", false, "sysfs"},
                  {"/proc", "proc", false, "proc"},
                  {"/sys/tmp", "tmpfs", false, "tmpfs"}};
  for (std::string_view at :
       {"/sys/x", "/proc/x", "/sys/tmp/x", "/sys/kernel", "/proc/self"}) {
    spec_.cwd = at;
    place_.files = &kernels;
    Expect(at == "/sys/x" || at == "/proc/x" ? "nothing can be made there"
                                             : "");
    place_.files = nullptr;
    Expect("");
  }
  spec_.mounts = {};
  spec_.cwd = "/p";
  Expect("the working directory \"/p\" is no directory");
  spec_.cwd = "/p/x";
  Expect("the working directory \"/p/x\" cannot be opened");
  for (std::string_view relative : {"w", ".", "./w", "w/"}) {
    spec_.cwd = relative;
    Expect(absl::StrCat("the working directory \"", relative,
                        "\" is not absolute: runc refuses"));
  }
}

TEST(CheckPropagatedMountTest, SomeEnginesNeedItsDirectory) {
  TempDirectory temp;
  fs::create_directories(temp / "rootfs/there");
  temp.Write("rootfs/file", "");
  fs::create_symlink("there", temp / "rootfs/inside");
  fs::create_symlink("/there", temp / "rootfs/absolute");
  fs::create_symlink("../..", temp / "rootfs/above");
  fs::create_symlink("none", temp / "rootfs/dangling");
  const UniqueFd rootfs(open((temp / "rootfs").c_str(), O_RDONLY));
  const auto finding = [&](std::string_view engine, std::string_view path) {
    const absl::StatusOr<const Release*> release = FindRelease(engine);
    EXPECT_TRUE(release.ok()) << release.status();
    return CheckPropagatedMount(**release, path, rootfs.get());
  };
  const auto check = [&](std::string_view engine, std::string_view path) {
    return finding(engine, path).empty();
  };
  // Links lead where they lead on the host.
  EXPECT_EQ(finding("17.09.0", "/inside"), "");
  EXPECT_EQ(finding("17.09.0", "/"), "");
  for (std::string_view out : {"/absolute", "/absolute/x", "/above"}) {
    EXPECT_TRUE(absl::StrContains(finding("17.09.0", out), "out of the rootfs"))
        << out;
    EXPECT_EQ(finding("18.03.0", out), "") << out;
  }
  EXPECT_TRUE(
      absl::StrContains(finding("17.09.0", "/dangling"), "has no directory"));
  for (std::string_view needs : {"1.13.0", "1.13.1", "17.09.0", "17.12.0"}) {
    EXPECT_TRUE(check(needs, "")) << needs;
    EXPECT_TRUE(check(needs, "/there")) << needs;
    EXPECT_TRUE(check(needs, "there/")) << needs;
    EXPECT_FALSE(check(needs, "/none")) << needs;
    EXPECT_FALSE(check(needs, "/file")) << needs;
  }
  for (std::string_view other : {"1.12.0", "18.03.0", "20.10.24"}) {
    EXPECT_TRUE(check(other, "/none")) << other;
  }
}

TEST(CheckMountPointsTest, AskNothingOfAMachineWithoutSys) {
  const KnownFiles bare({});
  const TempDirectory temp;
  const UniqueFd rootfs(open(temp.path().c_str(), O_RDONLY | O_DIRECTORY));
  StartSpec spec;
  spec.mounts = {{"/sys", "sysfs", false, "sysfs"},
                 {"/sys/a", "/b", true, "bind"}};
  EXPECT_TRUE(CheckMountPoints(spec, rootfs.get(), {&bare}, {}).empty());
  const KnownFiles with_sys({{"/sys/kernel", 0}});
  EXPECT_FALSE(CheckMountPoints(spec, rootfs.get(), {&with_sys}, {}).empty());
  // The engine's own.
  spec.mounts[1] = {"/sys/fs/cgroup", "cgroup", false, "cgroup"};
  EXPECT_TRUE(CheckMountPoints(spec, rootfs.get(), {&with_sys}, {}).empty());
}

TEST(CheckSourcesTest, SourcesAreToBeThere) {
  const KnownFiles files({{"/there", 0},
                          {"/hidden", EACCES},
                          {"/file/x", ENOTDIR},
                          {"/b/rel", 0},
                          {"/up", 0}});
  const MadeBefore made{{"/made", "/sys/made", "/proc/made"}, {"/b2"}};
  const auto check = [&](std::string_view source, bool is_bind = true,
                         std::string_view bundle = "/b") {
    StartSpec spec;
    spec.mounts.push_back({"/to", std::string(source), is_bind});
    return absl::StrJoin(CheckSources(spec, files, made, bundle), "; ");
  };
  for (std::string_view fine : {"/there", "/hidden", "/made", "/x/../made",
                                "/b2", "/b2/any", "rel", "../up", ""}) {
    EXPECT_EQ(check(fine), "") << fine;
  }
  // Nobody can make anything there.
  for (std::string_view missing :
       {"/none", "/made/x", "/b22", "none", "/sys/nosuch", "/proc/nosuch/x",
        "/sys/made", "/proc/made"}) {
    EXPECT_TRUE(absl::StrContains(check(missing),
                                  absl::StrCat("\"", missing,
                                               "\", which is mounted upon "
                                               "\"/to\", is not there")))
        << missing;
  }
  // Disks and overlays.
  const auto check_mount = [&](std::string_view members) {
    return absl::StrJoin(CheckSources(ReadStartSpec(absl::StrCat(
                                          R"({"mounts":[{"destination":"/to",)",
                                          members, "}]}")),
                                      files, made, "/b"),
                         "; ");
  };
  for (std::string_view fine :
       {R"("type":"ext4","source":"/there")", R"("type":"ext4","source":"x")",
        R"("type":"ext4","source":"LABEL=x")",
        R"("type":"tmpfs","source":"/x")",
        R"("type":"cifs","source":"//nas/x")",
        R"("type":"nfs","source":"/none")", R"("type":"overlay","source":"/x")",
        R"("type":"overlay","options":["lowerdir=/there:/made:rel::/there",)"
        R"("upperdir=/b2/u","workdir=/b2/w","ro","lowerdir"])",
        R"("type":"overlay","options":["lowerdir=/there,upperdir=/made,)"
        R"(workdir=/there,x=/none"])",
        R"("type":"tmpfs","options":["lowerdir=/none"])"}) {
    EXPECT_EQ(check_mount(fine), "") << fine;
  }
  for (const auto& [members, missing] :
       std::vector<std::pair<std::string_view, std::string_view>>{
           {R"("type":"ext4","source":"/none")", "/none"},
           {R"("type":"xfs","source":"/none","options":["ro"])", "/none"},
           {R"("options":["lowerdir=/there:/a\\:b"],"type":"overlay")", "/a:b"},
           {R"("type":"overlay","options":["lowerdir=/there::/c"])", "/c"},
           {R"("type":"overlay","options":["lowerdir+=/c:d"])", "/c:d"},
           {R"("type":"overlay","options":["datadir+=/c"])", "/c"},
           {R"("type":"overlay","options":["upperdir=/u:v"])", "/u:v"},
           {R"("type":"overlay","options":["xino=on,upperdir=/u,x"])", "/u"},
           {R"("type":"overlay","options":["lowerdir=/there\\,x"])",
            "/there,x"},
           {R"("type":"overlay","options":["workdir=/w"])", "/w"}}) {
    EXPECT_EQ(check_mount(members),
              absl::StrCat("\"", missing, "\", which is mounted upon \"/to\", ",
                           "is not there: a runtime refuses to start without "
                           "it"))
        << members;
  }
  EXPECT_TRUE(absl::StrContains(check("/file/x"), "Not a directory"));
  EXPECT_EQ(check("/none", /*is_bind=*/false), "");
  EXPECT_EQ(check("none", true, ""), "");
}

}  // namespace
}  // namespace specgen
