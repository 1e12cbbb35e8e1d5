#include "specgen/base/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"

namespace specgen {
namespace {

using std::string_literals::operator""s;

std::string ErrorOf(const absl::Status& status) {
  return std::string(status.message());
}

std::string ReadError(std::string_view path, size_t max_bytes = kMaxFileBytes) {
  const absl::StatusOr<std::string> bytes = ReadWholeFile(path, max_bytes);
  EXPECT_FALSE(bytes.ok()) << path;
  return ErrorOf(bytes.status());
}

// A stand-in for one of the first three descriptors.
class Redirected {
 public:
  Redirected(int fd, int replacement) : fd_(fd), saved_(dup(fd)) {
    dup2(replacement, fd);
  }
  ~Redirected() {
    dup2(saved_, fd_);
    close(saved_);
  }

 private:
  const int fd_;
  const int saved_;
};

class FilesTest : public testing::Test {
 protected:
  // All names in the directory, to see that nothing is left behind.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  mode_t Mode(std::string_view name) const {
    struct stat st;
    return stat((dir_ / name).c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
  }

  absl::Status Write(std::string_view name, std::string_view bytes,
                     Overwrite overwrite = Overwrite::kNo) const {
    return WriteWholeFile(dir_ / name, bytes, overwrite);
  }

  TempDirectory dir_;
};

using ReadTest = FilesTest;

TEST_F(ReadTest, AnyBytes) {
  const std::string bytes = "a\0\xff\n"s;
  EXPECT_EQ(*ReadWholeFile(dir_.Write("f", bytes)), bytes);
  EXPECT_EQ(*ReadWholeFile(dir_.Write("empty", "")), "");
}

TEST_F(ReadTest, LargeFiles) {
  std::string bytes;
  while (bytes.size() < 300000) absl::StrAppend(&bytes, bytes.size(), " ");
  EXPECT_EQ(*ReadWholeFile(dir_.Write("f", bytes)), bytes);
}

TEST_F(ReadTest, FilesThatTellNoSize) {
  EXPECT_NE(ReadWholeFile("/proc/self/status")->find("VmSize"),
            std::string::npos);
}

TEST_F(ReadTest, Pipes) {
  const std::string fifo = dir_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string bytes(200000, 'x');
  std::thread writer(
      [&] { EXPECT_TRUE(WriteWholeFile(fifo, bytes, Overwrite::kNo).ok()); });
  EXPECT_EQ(*ReadWholeFile(fifo), bytes);
  writer.join();
}

TEST_F(ReadTest, StandardInput) {
  const int file = open(dir_.Write("f", "input").c_str(), O_RDONLY);
  const Redirected redirected(STDIN_FILENO, file);
  EXPECT_EQ(*ReadWholeFile("-"), "input");
  close(file);
}

TEST_F(ReadTest, ClosedStandardInput) {
  const int saved = dup(STDIN_FILENO);
  close(STDIN_FILENO);
  EXPECT_EQ(ReadError("-"),
            "standard input: bad file descriptor: it is closed; give a file");
  dup2(saved, STDIN_FILENO);
  close(saved);
}

TEST_F(ReadTest, TheLimitIsExact) {
  const std::string path = dir_.Write("f", std::string(5000, 'x'));
  EXPECT_EQ(ReadWholeFile(path, 5000)->size(), 5000u);
  EXPECT_EQ(ReadError(path, 4999),
            absl::StrCat(path,
                         ": larger than 4999 bytes, the most that is "
                         "read: check that it is the right file"));
  EXPECT_EQ(ReadWholeFile(path, 4999).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(ReadTest, EndlessFilesEnd) {
  EXPECT_EQ(ReadError("/dev/zero", 1 << 20),
            "/dev/zero: larger than 1 MiB, the most that is read: check that "
            "it is the right file");
}

TEST_F(ReadTest, NamesWhatToDo) {
  EXPECT_EQ(ReadError(dir_ / "none"),
            absl::StrCat(dir_ / "none",
                         ": no such file or directory: check the "
                         "path"));
  EXPECT_EQ(ReadWholeFile(dir_ / "none").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadError(dir_.path()),
            absl::StrCat(dir_.path(), ": is a directory: name a file in it"));
  EXPECT_EQ(ReadError(dir_.Write("f", "") + "/x"),
            absl::StrCat(dir_ / "f/x", ": not a directory: check the path"));
  EXPECT_EQ(ReadError(""), ": no such file or directory: check the path");
  EXPECT_EQ(ReadError("a\0b"s), "a\0b: invalid argument"s);
}

using WriteTest = FilesTest;

TEST_F(WriteTest, NewFile) {
  const mode_t old = umask(027);
  const absl::Status status = Write("f", "a\0b"s);
  umask(old);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(dir_.Read("f"), "a\0b"s);
  EXPECT_EQ(Mode("f"), 0640u);
  EXPECT_EQ(Names(), std::set<std::string>{"f"});
}

TEST_F(WriteTest, RefusesToOverwrite) {
  dir_.Write("f", "old");
  const absl::Status status = Write("f", "new");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorOf(status),
            absl::StrCat(dir_ / "f",
                         ": is there already: name another file, "
                         "or give --force to replace it"));
  EXPECT_EQ(dir_.Read("f"), "old");
  EXPECT_EQ(Names(), std::set<std::string>{"f"});
}

TEST_F(WriteTest, Overwrites) {
  dir_.Write("f", "a longer old text");
  ASSERT_EQ(chmod((dir_ / "f").c_str(), 0604), 0);
  ASSERT_EQ(link((dir_ / "f").c_str(), (dir_ / "hard").c_str()), 0);
  ASSERT_TRUE(Write("f", "new", Overwrite::kYes).ok());
  EXPECT_EQ(dir_.Read("f"), "new");
  EXPECT_EQ(Mode("f"), 0604u);
  EXPECT_EQ(dir_.Read("hard"), "a longer old text");
  ASSERT_TRUE(Write("g", "made", Overwrite::kYes).ok());
  EXPECT_EQ(dir_.Read("g"), "made");
  EXPECT_EQ(Names(), (std::set<std::string>{"f", "g", "hard"}));
}

// Someone who has the file open keeps the old bytes, whole.
TEST_F(WriteTest, ReadersSeeOldOrNew) {
  const int reader = open(dir_.Write("f", "old").c_str(), O_RDONLY);
  ASSERT_TRUE(Write("f", "newer", Overwrite::kYes).ok());
  char buffer[16];
  EXPECT_EQ(std::string(buffer, read(reader, buffer, sizeof(buffer))), "old");
  close(reader);
}

TEST_F(WriteTest, FollowsLinks) {
  std::filesystem::create_directory(dir_ / "sub");
  dir_.Write("sub/f", "old");
  std::filesystem::create_symlink("sub/link2", dir_ / "link");
  std::filesystem::create_symlink("f", dir_ / "sub/link2");
  EXPECT_EQ(Write("link", "new").code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(Write("link", "new", Overwrite::kYes).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(dir_ / "link"));
  EXPECT_TRUE(std::filesystem::is_symlink(dir_ / "sub/link2"));
  EXPECT_FALSE(std::filesystem::is_symlink(dir_ / "sub/f"));
  EXPECT_EQ(dir_.Read("sub/f"), "new");
}

TEST_F(WriteTest, MakesWhatALinkLeadsTo) {
  std::filesystem::create_symlink(dir_ / "target", dir_ / "link");
  ASSERT_TRUE(Write("link", "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(dir_ / "link"));
  EXPECT_EQ(dir_.Read("target"), "new");
  std::filesystem::create_symlink("loop", dir_ / "loop");
  EXPECT_EQ(ErrorOf(Write("loop", "new")),
            absl::StrCat(dir_ / "loop", ": too many levels of symbolic links"));
}

TEST_F(WriteTest, BitByBit) {
  dir_.Write("old", "old");
  EXPECT_EQ(FileWriter::Start(dir_ / "old", Overwrite::kNo).status().code(),
            absl::StatusCode::kAlreadyExists);
  for (const bool commits : {false, true}) {
    for (const std::string name : {"new", "old"}) {
      auto writer = FileWriter::Start(dir_ / name, Overwrite::kYes);
      ASSERT_TRUE(writer.ok()) << writer.status();
      EXPECT_TRUE((*writer)->needs_commit());
      ASSERT_EQ(write((*writer)->fd(), "whole", 5), 5);
      EXPECT_EQ(dir_.Read("old"), "old");
      if (commits) {
        EXPECT_TRUE((*writer)->Commit().ok());
        EXPECT_EQ(dir_.Read(name), "whole");
        dir_.Write("old", "old");
      }
    }
    EXPECT_EQ(Names(), commits ? (std::set<std::string>{"new", "old"})
                               : std::set<std::string>{"old"});
  }
  // Somebody else was faster.
  auto writer = FileWriter::Start(dir_ / "late", Overwrite::kNo);
  ASSERT_TRUE(writer.ok());
  dir_.Write("late", "theirs");
  EXPECT_EQ((*writer)->Commit().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(dir_.Read("late"), "theirs");
  auto terminal = FileWriter::Start("/dev/null", Overwrite::kNo);
  ASSERT_TRUE(terminal.ok());
  EXPECT_FALSE((*terminal)->needs_commit());
  EXPECT_TRUE((*terminal)->Commit().ok());
}

TEST_F(WriteTest, RelativePaths) {
  const std::filesystem::path old = std::filesystem::current_path();
  std::filesystem::current_path(dir_.path());
  const absl::Status status = WriteWholeFile("f", "new", Overwrite::kNo);
  std::filesystem::current_path(old);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(dir_.Read("f"), "new");
}

TEST_F(WriteTest, LongestNames) {
  const std::string name(255, 'n');
  ASSERT_TRUE(Write(name, "new").ok());
  EXPECT_EQ(dir_.Read(name), "new");
  EXPECT_EQ(ErrorOf(Write(name + "n", "new")),
            absl::StrCat(dir_ / name, "n: file name too long"));
  EXPECT_EQ(Names(), std::set<std::string>{name});
}

TEST_F(WriteTest, NamesWhatToDo) {
  EXPECT_EQ(ErrorOf(Write("none/f", "")),
            absl::StrCat(dir_ / "none/f",
                         ": no such file or directory: make the folder first, "
                         "or name another"));
  EXPECT_EQ(ErrorOf(WriteWholeFile(dir_.path(), "", Overwrite::kYes)),
            absl::StrCat(dir_.path(), ": is a directory: name a file in it"));
  EXPECT_EQ(ErrorOf(Write("new/", "")),
            absl::StrCat(dir_ / "new/", ": is a directory: name a file in it"));
  EXPECT_EQ(ErrorOf(WriteWholeFile("", "", Overwrite::kYes)),
            "no name for the file to write");
  EXPECT_EQ(ErrorOf(WriteWholeFile("a\0b"s, "", Overwrite::kYes)),
            "a\0b: invalid argument"s);
  EXPECT_TRUE(Names().empty());
}

TEST_F(WriteTest, NeverWritesASocket) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  // A short name: a socket's path may have 107 bytes only.
  const std::filesystem::path old = std::filesystem::current_path();
  std::filesystem::current_path(dir_.path());
  address.sun_path[0] = 's';
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
            0);
  std::filesystem::current_path(old);
  EXPECT_EQ(ErrorOf(Write("s", "", Overwrite::kYes)),
            absl::StrCat(dir_ / "s",
                         ": a socket, which is never written: name a file"));
  close(fd);
}

// A file size limit stands for a full disk, which needs root to make.
TEST_F(WriteTest, AFailureChangesNothing) {
  dir_.Write("f", "old");
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit limit = old;
  limit.rlim_cur = 100;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const absl::Status overwritten =
      Write("f", std::string(101, 'x'), Overwrite::kYes);
  const absl::Status made = Write("new", std::string(101, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(ErrorOf(overwritten), absl::StrCat(dir_ / "f", ": file too large"));
  EXPECT_EQ(ErrorOf(made), absl::StrCat(dir_ / "new", ": file too large"));
  EXPECT_EQ(dir_.Read("f"), "old");
  EXPECT_EQ(Names(), std::set<std::string>{"f"});
}

TEST_F(WriteTest, Devices) {
  EXPECT_TRUE(WriteWholeFile("/dev/null", "x", Overwrite::kNo).ok());
  struct stat st;
  ASSERT_EQ(stat("/dev/null", &st), 0);
  EXPECT_TRUE(S_ISCHR(st.st_mode));
  EXPECT_EQ(ErrorOf(WriteWholeFile("/dev/full", "x", Overwrite::kNo)),
            "/dev/full: no space left on device: free some space, or name "
            "another place");
}

TEST_F(WriteTest, OpenFilesGoOnWhereTheyAre) {
  const int file =
      open(dir_.Write("f", "before ").c_str(), O_WRONLY | O_APPEND);
  {
    const Redirected redirected(STDOUT_FILENO, file);
    EXPECT_TRUE(WriteWholeFile("-", "1", Overwrite::kNo).ok());
    EXPECT_TRUE(WriteWholeFile("/dev/stdout", "2", Overwrite::kNo).ok());
    EXPECT_TRUE(WriteWholeFile("/proc/self/fd/1", "3", Overwrite::kNo).ok());
  }
  {
    const Redirected redirected(STDERR_FILENO, file);
    EXPECT_TRUE(WriteWholeFile("/dev/stderr", "4", Overwrite::kNo).ok());
  }
  EXPECT_TRUE(
      WriteWholeFile(absl::StrCat("/dev/fd/", file), "5", Overwrite::kNo).ok());
  close(file);
  EXPECT_EQ(dir_.Read("f"), "before 12345");
  EXPECT_EQ(ErrorOf(WriteWholeFile("/dev/fd/1000000", "5", Overwrite::kNo)),
            "/dev/fd/1000000: bad file descriptor: it is closed; name a file");
}

}  // namespace
}  // namespace specgen
