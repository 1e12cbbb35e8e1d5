// A tar archive, plain or compressed, or the directory of a plugin image, any
// bytes, unpacked into a rootfs (specgen/bundle: unpack, tree_writer, image,
// blob_reader).
//
// Must never: crash, hang, write, link, change or read outside of the rootfs,
// follow a link out of it, take more files, bytes or memory than the limits
// allow, make a tree that it cannot remove again, unpack the same archive
// otherwise when it is compressed, take compressed bytes otherwise than zlib
// and zstd do, pack a tree into an archive that is not the same tree again, or
// take a rootfs for unchanged that a plugin has changed.
//
// Words of the first line: "layer" a layer with whiteouts, "keep" owners and
// devices, "gzip" the text is compressed first, "zstd" the same so, "members"
// in two parts, "small" narrow limits, "sums" the headers' checksums stay as
// they are (else they are made right, so that most mutations get past them),
// "folders=PATH" directories that are made last, "unreadable" an archive that
// cannot be read, "interrupted" a signal at the beginning, "archive" the tree
// is packed as `bundle --tar` does, "again" the plugin changes the tree, as an
// archive behind a line "--- again" says, before specgen comes back to it. With
// "image" the text is the files of a directory, each behind a line "--- NAME";
// "@NAME@" in a file stands for the digest of an earlier one and "#NAME#" for
// its size. "blob:NAME" is stored under its digest.
//
// Everything happens in a directory in memory, as a user who may write nowhere
// else.
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "sha2.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/image.h"
#include "specgen/bundle/init_layer.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/mount_points.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/bundle/tree_archive.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/bundle/walk_tree.h"

namespace specgen::fuzz {
namespace {

constexpr uid_t kNobody = 65534;
constexpr TreeLimits kLimits = {.bytes = 1 << 20, .entries = 256};
constexpr TreeLimits kSmallLimits = {.bytes = 2000, .entries = 5};

// Stands in the files outside of the rootfs.
constexpr std::string_view kSecret = "this is not for plugins";

std::string Errno() { return std::strerror(errno); }

// Whether we are root, and not only in a sandbox's user namespace.
bool IsRoot() {
  static const bool root = [] {
    const UniqueFd file(memfd_create("owner", MFD_CLOEXEC));
    return geteuid() == 0 && fchown(file.get(), kNobody, kNobody) == 0;
  }();
  return root;
}

// Acts on files as nobody, where root would be able to do harm if what is
// tested here fails.
class AsNobody {
 public:
  AsNobody() {
    if (!IsRoot()) return;
    setfsgid(kNobody);
    setfsuid(kNobody);
  }
  ~AsNobody() {
    if (!IsRoot()) return;
    setfsuid(0);
    setfsgid(0);
  }
};

std::string Show(const struct stat& st) {
  return absl::StrCat(st.st_ino, " mode ", st.st_mode, " owner ", st.st_uid,
                      ":", st.st_gid, " links ", st.st_nlink, " size ",
                      st.st_size, " modified ", st.st_mtim.tv_sec, ".",
                      st.st_mtim.tv_nsec, " changed ", st.st_ctim.tv_sec, ".",
                      st.st_ctim.tv_nsec);
}

// base/outside is what must stay as it is, base/inner/rootfs the tree.
class Sandbox {
 public:
  static Sandbox& Get() {
    static auto* const sandbox = new Sandbox;
    return *sandbox;
  }

  // A directory as it was after the start.
  void MakeRootfs() {
    Require(mkdirat(inner_.get(), "rootfs", 0755) == 0 || errno == EEXIST,
            "there is room for a rootfs", Errno);
    Own(inner_.get(), "rootfs");
  }
  std::string rootfs() const { return base_ + "/inner/rootfs"; }
  int inner() const { return inner_.get(); }
  std::string image() const { return base_ + "/images/image"; }
  int images() const { return images_.get(); }

  // Nothing of it was touched: all that can happen to a file shows in its
  // times, which nobody can set back.
  void CheckOutside() const {
    for (const auto& item : outside_) {
      const std::string& name = item.first;
      const std::string before = Show(item.second);
      struct stat now;
      const std::string is =
          lstat(name.c_str(), &now) == 0 ? Show(now) : Errno();
      Require(is == before, "nothing happens outside of the rootfs", [&] {
        return absl::StrCat(name, ": was ", before, "\n is ", is);
      });
    }
  }
  bool IsOutside(const struct stat& st) const {
    return std::any_of(outside_.begin(), outside_.end(), [&](const auto& item) {
      return item.second.st_ino == st.st_ino && item.second.st_dev == st.st_dev;
    });
  }

 private:
  Sandbox() {
    const char* const test = std::getenv("TEST_TMPDIR");
    base_ = absl::StrCat(test != nullptr ? test : "/dev/shm",
                         "/specgen-image-XXXXXX");
    Require(mkdtemp(base_.data()) != nullptr, "there is a temporary directory",
            Errno);
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(Get().base_, ignored);
    });
    chmod(base_.c_str(), 0755);
    mkdir((base_ + "/outside").c_str(), 0755);
    mkdir((base_ + "/outside/folder").c_str(), 0777);
    mkdir((base_ + "/inner").c_str(), 0777);
    mkdir((base_ + "/images").c_str(), 0777);
    std::vector<std::string> names = {base_, base_ + "/outside",
                                      base_ + "/outside/folder"};
    for (std::string_view name : {"/outside/file", "/outside/folder/file",
                                  "/outside/folder/config.json"}) {
      names.push_back(absl::StrCat(base_, name));
      UniqueFd file(open(names.back().c_str(), O_CREAT | O_WRONLY, 0666));
      Require(write(file.get(), kSecret.data(), kSecret.size()) ==
                  static_cast<ssize_t>(kSecret.size()),
              "files can be written", Errno);
    }
    for (const std::string& name : names) {
      if (name != base_) Own(AT_FDCWD, name);
    }
    Own(AT_FDCWD, base_ + "/inner");
    inner_.Reset(open((base_ + "/inner").c_str(), O_RDONLY | O_DIRECTORY));
    images_.Reset(open((base_ + "/images").c_str(), O_RDONLY | O_DIRECTORY));
    for (const std::string& name : names) {
      struct stat st;
      Require(lstat(name.c_str(), &st) == 0, "files can be looked at", Errno);
      outside_.emplace_back(name, st);
    }
  }

  // Nobody may do as he likes with it.
  static void Own(int directory, const std::string& name) {
    if (!IsRoot()) return;
    Require(fchownat(directory, name.c_str(), kNobody, kNobody,
                     AT_SYMLINK_NOFOLLOW) == 0,
            "files can be given away", Errno);
  }

  std::string base_;
  UniqueFd inner_;
  UniqueFd images_;
  std::vector<std::pair<std::string, struct stat>> outside_;
};

// ---- What an archive became

struct Tree {
  std::string listing;  // all that can be seen of it
  bool shows_modes = true;
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

void List(int parent, const std::string& directory, const std::string& path,
          bool drops, Tree* tree) {
  UniqueFd fd(openat(parent, directory.c_str(),
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  std::vector<std::string> names;
  if (!fd.ok() || ReadNames(fd.get(), kMaxNameBytes, &names) != 0)
    return;  // not for us
  for (const std::string& name : names) {
    const std::string at = absl::StrCat(path, "/", name);
    struct stat st;
    if (fstatat(fd.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    Require(!Sandbox::Get().IsOutside(st), "no link leads out of the rootfs",
            [&] { return at; });
    ++tree->entries;
    // What no entry described has the time at which it was made.
    const bool described =
        std::abs(st.st_mtim.tv_sec - st.st_ctim.tv_sec) > 3600;
    absl::StrAppend(&tree->listing, at, " ",
                    tree->shows_modes ? st.st_mode : st.st_mode & S_IFMT, " ",
                    st.st_nlink, " ", described ? st.st_mtim.tv_sec : 0);
    if (drops) {
      Require((st.st_mode & (S_ISUID | S_ISGID)) == 0 && !S_ISCHR(st.st_mode) &&
                  !S_ISBLK(st.st_mode),
              "without owners there are no devices and no set-id files",
              [&] { return at; });
    }
    if (S_ISREG(st.st_mode)) {
      tree->bytes += static_cast<uint64_t>(st.st_size) / st.st_nlink;
      std::string text(std::min<size_t>(static_cast<size_t>(st.st_size), 4096),
                       '\0');
      UniqueFd file(openat(fd.get(), name.c_str(), O_RDONLY | O_NOFOLLOW));
      if (file.ok()) {
        text.resize(static_cast<size_t>(
            std::max<ssize_t>(0, read(file.get(), text.data(), text.size()))));
      }
      absl::StrAppend(&tree->listing, " ", st.st_size, " ", text);
    } else if (S_ISLNK(st.st_mode)) {
      char target[4096];
      const ssize_t size =
          readlinkat(fd.get(), name.c_str(), target, sizeof(target));
      if (size > 0) {
        absl::StrAppend(&tree->listing, " ",
                        std::string_view(target, static_cast<size_t>(size)));
      }
    }
    absl::StrAppend(&tree->listing, "\n");
    if (S_ISDIR(st.st_mode)) List(fd.get(), name, at, drops, tree);
  }
}

// ---- Inputs

// Makes the checksum of each tar header right.
std::string Repaired(std::string_view text) {
  std::string out(text);
  for (size_t at = out.find("ustar"); at != std::string::npos;
       at = out.find("ustar", at + 1)) {
    if (at < 257 || at - 257 + 512 > out.size()) continue;
    char* const header = out.data() + at - 257;
    std::memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < 512; ++i)
      sum += static_cast<unsigned char>(header[i]);
    std::snprintf(header + 148, 8, "%06o", sum);
  }
  return out;
}

std::string Sha256(std::string_view bytes) {
  SHA2_CTX hash;
  SHA256Init(&hash);
  SHA256Update(&hash, reinterpret_cast<const uint8_t*>(bytes.data()),
               bytes.size());
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &hash);
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(digest), sizeof(digest)});
}

UniqueFd InMemory(std::string_view bytes) {
  UniqueFd fd(memfd_create("archive", MFD_CLOEXEC));
  Require(fd.ok() && pwrite(fd.get(), bytes.data(), bytes.size(), 0) ==
                         static_cast<ssize_t>(bytes.size()),
          "there are files in memory", Errno);
  return fd;
}

struct Words {
  explicit Words(std::string_view line)
      : layer(absl::StrContains(line, "layer")),
        keep(absl::StrContains(line, "keep")),
        record(absl::StrContains(line, "record")),
        gzip(absl::StrContains(line, "gzip")),
        zstd(absl::StrContains(line, "zstd")),
        members(absl::StrContains(line, "members")),
        archive(absl::StrContains(line, "archive")),
        again(absl::StrContains(line, "again")),
        small(absl::StrContains(line, "small")),
        sums(absl::StrContains(line, "sums")),
        image(absl::StrContains(line, "image")),
        unreadable(absl::StrContains(line, "unreadable")),
        interrupted(absl::StrContains(line, "interrupted")),
        wanted(After(line, "wanted=").value_or("")),
        directories(After(line, "folders=")) {}

  static std::optional<std::string_view> After(std::string_view line,
                                               std::string_view key) {
    const size_t at = line.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    line.remove_prefix(at + key.size());
    return line.substr(0, line.find(' '));
  }

  bool layer, keep, record, gzip, zstd, members, archive, again, small, sums,
      image, unreadable, interrupted;
  std::string_view wanted;
  std::optional<std::string_view> directories;
};

// Unpacks through `unpack`, looks at what came of it, and removes it.
template <typename Unpack>
Tree Try(const Words& words, Unpack unpack, absl::Status* status) {
  Sandbox& sandbox = Sandbox::Get();
  sandbox.MakeRootfs();
  const TreeLimits& limits = words.small ? kSmallLimits : kLimits;
  {
    const AsNobody nobody;
    auto writer = TreeWriter::Open(sandbox.rootfs(),
                                   words.keep     ? Ownership::kKeep
                                   : words.record ? Ownership::kRecord
                                                  : Ownership::kDrop,
                                   limits);
    Require(writer.ok(), "a directory can be written to",
            [&] { return std::string(writer.status().message()); });
    std::optional<CatchInterrupts> signals;
    if (words.interrupted) {
      signal(SIGHUP, SIG_DFL);  // nohup's ignoring it would be heeded
      signals.emplace();
      raise(SIGHUP);
    }
    *status = unpack(writer->get());
    if (status->ok() && words.directories.has_value()) {
      *status = (*writer)->MakeDirectories(*words.directories);
    }
    if (status->ok()) *status = (*writer)->Finish();
    Require(!words.interrupted || !status->ok(), "a signal ends the work",
            [] { return ""; });
    Require(!words.keep || (*writer)->dropped_devices() == 0,
            "devices are left out with the owners only", [] { return ""; });
    for (const auto& recorded : (*writer)->ledger()) {
      const std::string& path = recorded.first;
      struct stat st;
      Require(status->ok() &&
                  lstat(absl::StrCat(sandbox.rootfs(), "/", path).c_str(),
                        &st) == 0,
              "what is on record is there", [&] { return path; });
    }
  }
  Require(status->ok() || !status->message().empty(), "a refusal says why",
          [] { return ""; });
  sandbox.CheckOutside();
  Tree tree;
  List(sandbox.inner(), "rootfs", "", !words.keep, &tree);
  Require(tree.entries <= limits.entries && tree.bytes <= limits.bytes,
          "a tree keeps to its limits", [&] {
            return absl::StrCat(tree.entries, " entries, ", tree.bytes,
                                " bytes\n", tree.listing);
          });
  {
    const AsNobody nobody;
    const int error = RemoveTree(sandbox.inner(), "rootfs");
    std::vector<std::string> left;
    ReadNames(sandbox.inner(), kMaxNameBytes, &left);
    Require(error == 0 && left.empty(), "what was made can be removed", [&] {
      return absl::StrCat(std::strerror(error), "\n", tree.listing);
    });
  }
  sandbox.CheckOutside();
  return tree;
}

// Compresses the bytes; with "members" in two parts, which are one archive.
std::string Packed(const Words& words, std::string_view bytes) {
  const auto pack = [&words](std::string_view part) {
    if (!words.zstd) return Gzip(part);
    // A frame without checksum, with a window of 2 MiB, of blocks as they are:
    // the library that specgen uses cannot compress.
    constexpr size_t kMaxBlock = 128 << 10;
    std::string out("\x28\xb5\x2f\xfd\0\x58", 6);
    do {
      const size_t size = std::min(part.size(), kMaxBlock);
      const size_t header = size << 3 | (size == part.size() ? 1 : 0);
      for (int shift : {0, 8, 16}) {
        out.push_back(static_cast<char>(header >> shift & 0xff));
      }
      absl::StrAppend(&out, part.substr(0, size));
      part.remove_prefix(size);
    } while (!part.empty());
    return out;
  };
  if (!words.members) return pack(bytes);
  const size_t half = Hash(bytes) % (bytes.size() + 1);
  // Between zstd's frames there may be one that means nothing.
  constexpr std::string_view kSkipped("\x50\x2a\x4d\x18\x02\0\0\0ab", 10);
  return absl::StrCat(pack(bytes.substr(0, half)),
                      words.zstd ? kSkipped : std::string_view(),
                      pack(bytes.substr(half)));
}

// Nobody unpacks more here.
constexpr size_t kMostUnpacked = 4 << 20;

// What the library makes of gzip, with its own eyes for headers, checksums and
// the beginning of a next member; nothing if it finds damage. `cannot_tell` if
// a header has flags that nobody defined, which Go overlooks.
std::optional<std::string> GunzipByLibrary(std::string_view bytes,
                                           bool* cannot_tell) {
  z_stream stream = {};
  Require(inflateInit2(&stream, 15 + 16) == Z_OK, "zlib starts",
          [] { return ""; });
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() < kMostUnpacked) {
    const size_t old = out.size();
    out.resize(old + 65536);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + old);
    stream.avail_out = 65536;
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (result == Z_STREAM_END && stream.avail_in > 0) {
      result = inflateReset(&stream);
    }
  }
  *cannot_tell = stream.msg != nullptr &&
                 stream.msg == std::string_view("unknown header flags set");
  inflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

std::optional<std::string> UnzstdByLibrary(std::string_view bytes) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23);
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  std::string out;
  size_t result = 0;
  while (out.size() < kMostUnpacked) {
    const size_t old = out.size();
    out.resize(old + 65536);
    ZSTD_outBuffer piece = {out.data() + old, 65536, 0};
    const size_t before = in.pos;
    result = ZSTD_decompressStream(context, &piece, &in);
    out.resize(old + piece.pos);
    if (ZSTD_isError(result) != 0) break;
    if (piece.pos == 0 && in.pos == before) break;
    if (in.pos == in.size && result == 0) break;
  }
  ZSTD_freeDCtx(context);
  if (result != 0 || in.pos < in.size) return std::nullopt;
  return out;
}

bool IsGzip(std::string_view bytes) {
  return absl::StartsWith(bytes, "\x1f\x8b\x08");
}
bool IsZstd(std::string_view bytes) {
  return absl::StartsWith(bytes, "\x28\xb5\x2f\xfd") ||
         absl::StrContains(bytes.substr(0, 4), "\x2a\x4d\x18");
}

void CheckArchive(const Words& words, std::string_view text) {
  const std::string tar = words.sums ? std::string(text) : Repaired(text);
  const auto unpack = [&](std::string_view bytes) {
    return [&words, bytes](TreeWriter* writer) {
      BlobReader reader(words.unreadable
                            ? UniqueFd(dup(Sandbox::Get().images()))
                            : InMemory(bytes),
                        "archive");
      return UnpackTar(
          &reader, words.layer ? Whiteouts::kApply : Whiteouts::kKeep, writer);
    };
  };
  const bool both = ChecksToo(text, 16);
  const bool packs = words.gzip || words.zstd;
  absl::Status status;
  Tree tree;
  if (both || !packs) tree = Try(words, unpack(tar), &status);
  absl::Status again;
  if (IsGzip(tar) || IsZstd(tar)) {
    if (packs || !status.ok() || words.interrupted) return;
    bool cannot_tell = false;
    const std::optional<std::string> plain =
        IsGzip(tar) ? GunzipByLibrary(tar, &cannot_tell) : UnzstdByLibrary(tar);
    if (cannot_tell) return;
    Require(plain.has_value(), "what is compressed is taken if it is whole",
            [&] { return absl::CHexEscape(tar.substr(0, 64)); });
    // Nobody undoes it twice.
    if (IsGzip(*plain) || IsZstd(*plain)) return;
    const Tree other = Try(words, unpack(*plain), &again);
    Require(again.ok() && tree.listing == other.listing,
            "what is compressed is what the library makes of it", [&] {
              return absl::StrCat(tree.listing, "\nbut\n", again.ToString(),
                                  "\n", other.listing);
            });
    return;
  }
  if (!both && !packs) return;
  const std::string packed = Packed(words, tar);
  const Tree other = Try(words, unpack(packed), &again);
  if (!both || !status.ok()) return;
  Require(again.ok() && tree.listing == other.listing,
          "a compressed archive unpacks the same", [&] {
            return absl::StrCat(status.ToString(), "\n", tree.listing,
                                "\nbut compressed\n", again.ToString(), "\n",
                                other.listing);
          });
}

// ---- What `bundle --tar` makes of a tree

// Unpacks as `bundle --tar` does, to a rootfs that it leaves; false if the
// archive is refused.
bool Record(const Words& words, Whiteouts whiteouts, UniqueFd archive,
            const TreeLimits& limits, TreeLedger* ledger) {
  Sandbox& sandbox = Sandbox::Get();
  sandbox.MakeRootfs();
  auto writer = TreeWriter::Open(sandbox.rootfs(), Ownership::kRecord, limits);
  Require(writer.ok(), "a directory can be written to",
          [&] { return std::string(writer.status().message()); });
  BlobReader reader(std::move(archive), "archive");
  absl::Status status = UnpackTar(&reader, whiteouts, writer->get());
  if (status.ok() && words.directories.has_value()) {
    status = (*writer)->MakeDirectories(*words.directories);
  }
  if (status.ok()) status = (*writer)->Finish();
  if (status.ok()) *ledger = (*writer)->TakeLedger();
  return status.ok();
}

// Packs the rootfs, and removes it.
UniqueFd Pack(const TreeLedger& ledger, std::string* listing) {
  const int inner = Sandbox::Get().inner();
  UniqueFd archive(memfd_create("archive", MFD_CLOEXEC));
  const UniqueFd rootfs(
      openat(inner, "rootfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const absl::Status status =
      ArchiveTree(rootfs.get(), "rootfs", ledger, ".",
                  UniqueFd(fcntl(archive.get(), F_DUPFD_CLOEXEC, 0)));
  Require(status.ok() && lseek(archive.get(), 0, SEEK_SET) == 0,
          "a tree can be packed", [&] { return status.ToString(); });
  Tree tree;
  tree.shows_modes = false;  // only the ledger knows them
  List(inner, "rootfs", "", /*drops=*/true, &tree);
  *listing = tree.listing;
  Require(RemoveTree(inner, "rootfs") == 0, "what was made can be removed",
          Errno);
  return archive;
}

std::string BytesOf(int fd) {
  std::string bytes(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  Require(pread(fd, bytes.data(), bytes.size(), 0) ==
              static_cast<ssize_t>(bytes.size()),
          "files in memory can be read", Errno);
  return bytes;
}

std::string Show(const InodeFacts& entry) {
  const bool is_link = entry.type == TreeEntry::Type::kSymlink;
  const bool is_device = entry.type == TreeEntry::Type::kCharDevice ||
                         entry.type == TreeEntry::Type::kBlockDevice;
  std::string text = absl::StrCat(
      "type ", static_cast<int>(entry.type), " mode ",
      is_link ? 0777 : entry.mode & 07777u, " owner ", entry.uid, ":",
      entry.gid, " modified ", entry.modified.tv_sec, ".",
      entry.modified.tv_nsec, " device ", is_device ? entry.major : 0, ":",
      is_device ? entry.minor : 0);
  auto xattrs = entry.xattrs;
  std::sort(xattrs.begin(), xattrs.end());
  for (const auto& [key, value] : xattrs) {
    absl::StrAppend(&text, " ", key, "=", value);
  }
  return text;
}

void CheckTarWriter(const Words& words, std::string_view text) {
  const std::string tar = words.sums ? std::string(text) : Repaired(text);
  const AsNobody nobody;
  TreeLedger first, second;
  if (!Record(words, words.layer ? Whiteouts::kApply : Whiteouts::kKeep,
              InMemory(tar), kLimits, &first)) {
    RemoveTree(Sandbox::Get().inner(), "rootfs");
    return;
  }
  std::string listing, other_listing;
  const UniqueFd packed = Pack(first, &listing);
  const TreeLimits more = {.bytes = 2 * kLimits.bytes,
                           .entries = 2 * kLimits.entries};
  Require(
      Record(Words(""), Whiteouts::kKeep,
             UniqueFd(fcntl(packed.get(), F_DUPFD_CLOEXEC, 0)), more, &second),
      "specgen reads what it packs", [&] { return listing; });
  const UniqueFd again = Pack(second, &other_listing);
  Require(listing == other_listing, "a packed tree is the same again",
          [&] { return absl::StrCat(listing, "\nbut\n", other_listing); });
  for (const auto& item : first) {  // no binding, which clang 14 cannot capture
    const std::string& path = item.first;
    const auto found = second.find(path);
    const std::string is = Show(*item.second);
    const std::string became =
        found == second.end() ? "gone" : Show(*found->second);
    Require(is == became, "a packed tree has all that is on record",
            [&] { return absl::StrCat(path, ": ", is, "\nbut ", became); });
  }
  Require(BytesOf(packed.get()) == BytesOf(again.get()),
          "equal trees give equal archives", [&] { return listing; });
}

// ---- What a plugin has changed

// All that a bundle has in common with another one of its source.
std::string Contents(int parent, const std::string& name) {
  std::string text;
  const UniqueFd top(openat(parent, name.c_str(),
                            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const absl::Status status =
      WalkTree(top.get(), name, [&text](const FoundFile& found) {
        const bool is_link = S_ISLNK(found.st.st_mode);
        absl::StrAppend(&text, found.path, " ",
                        is_link ? 0u : found.st.st_mode);
        if (is_link) {
          std::string target;
          Require(ReadSymlink(found, &target) == 0,
                  "links of a tree can be read", Errno);
          absl::StrAppend(&text, " ", target);
        }
        if (S_ISREG(found.st.st_mode)) {
          std::string bytes(static_cast<size_t>(found.st.st_size), '\0');
          const UniqueFd file = OpenFound(found);
          Require(file.ok() && pread(file.get(), bytes.data(), bytes.size(),
                                     0) == found.st.st_size,
                  "files of a tree can be read", Errno);
          absl::StrAppend(&text, " ", bytes.size(), " ", bytes);
        }
        text.push_back('\n');
        return absl::OkStatus();
      });
  return status.ok() ? text : "";
}

void CheckAgain(const Words& words, std::string_view text) {
  constexpr std::string_view kMark = "--- again\n";
  const size_t mark = text.find(kMark);
  const std::string_view change =
      mark == std::string_view::npos ? "" : text.substr(mark + kMark.size());
  const std::string tar = Repaired(text.substr(0, mark));
  const std::string changes = Repaired(change);
  Sandbox& sandbox = Sandbox::Get();
  sandbox.MakeRootfs();
  const int inner = sandbox.inner();
  {
    const AsNobody nobody;
    const auto open_at = [inner](const char* name) {
      return UniqueFd(
          openat(inner, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    };
    const auto unpack = [&](const char* name, const std::string& bytes) {
      const auto writer =
          TreeWriter::Make(open_at(name), Ownership::kDrop, kLimits);
      BlobReader reader(InMemory(bytes), "archive");
      absl::Status status = UnpackTar(&reader, Whiteouts::kApply, writer.get());
      const absl::Status finished = writer->Finish();
      return status.ok() ? finished : status;
    };
    const auto make = [&](const char* name) {
      return mkdirat(inner, name, 0755) == 0;
    };
    Require(make("before") && make("copy"), "there is room for more trees",
            Errno);
    const bool unpacked =
        unpack("rootfs", tar).ok() && unpack("before", tar).ok() &&
        MakeInitLayer(open_at("rootfs").get(), "rootfs", false).ok() &&
        MakeInitLayer(open_at("before").get(), "before", false).ok();
    if (unpacked) {
      const UniqueFd before = open_at("before");
      const UniqueFd rootfs = open_at("rootfs");
      // As far as that goes: a plugin is held to nothing.
      const bool changed = unpack("rootfs", changes).ok();
      const std::string a = Contents(inner, "before");
      const std::string b = Contents(inner, "rootfs");
      const auto difference = FirstDifference(
          before.get(), "before", rootfs.get(), "rootfs", MountPoints({}));
      Require(difference.ok() ? difference->empty() == (a == b) : !changed,
              "a rootfs that was changed is seen to be", [&] {
                return absl::StrCat(difference.ok()
                                        ? *difference
                                        : difference.status().ToString(),
                                    "\n", a, "\nbut\n", b);
              });
      const UniqueFd copy = open_at("copy");
      const auto writer = TreeWriter::Make(
          open_at("copy"), Ownership::kDrop,
          {.bytes = 4 * kLimits.bytes, .entries = 4 * kLimits.entries});
      absl::Status copied = CopyTree(rootfs.get(), "rootfs", TreeLedger(),
                                     "rootfs", copy.get(), writer.get());
      if (copied.ok()) copied = writer->Finish();
      Require(copied.ok() ? Contents(inner, "copy") == b : !changed,
              "a copy is what was copied", [&] {
                return absl::StrCat(copied.ToString(), "\n", b, "\nbut\n",
                                    Contents(inner, "copy"));
              });
      // A second bundle, and what a start makes.
      static_cast<void>(MakeInitLayer(rootfs.get(), "rootfs", false).ok());
      const auto last =
          TreeWriter::Make(open_at("rootfs"), Ownership::kDrop, kLimits);
      static_cast<void>(
          last->MakeDirectories(words.directories.value_or("d/volumes")).ok());
    }
    for (const char* name : {"rootfs", "before", "copy"}) {
      Require(RemoveTree(inner, name) == 0, "what was made can be removed",
              Errno);
    }
  }
  sandbox.CheckOutside();
}

// ---- Images

// Writes the files of the directory that the text describes.
void WriteImage(const Words& words, std::string_view text, int directory) {
  constexpr std::string_view kMark = "--- ";
  constexpr std::string_view kBlobs = "blobs/sha256/";
  mkdirat(directory, "blobs", 0755);
  mkdirat(directory, "blobs/sha256", 0755);
  std::vector<std::pair<std::string, std::string>> replaced;
  while (absl::StartsWith(text, kMark) && replaced.size() <= 32) {
    text.remove_prefix(kMark.size());
    std::string name(TakeLine(&text));
    const size_t end = text.find("\n--- ");
    const std::string_view given = text.substr(0, end);
    const std::string bytes = absl::StrReplaceAll(
        words.sums ? std::string(given) : Repaired(given), replaced);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    const std::string hex = Sha256(bytes);
    replaced.emplace_back(absl::StrCat("@", name, "@"), "sha256:" + hex);
    replaced.emplace_back(absl::StrCat("#", name, "#"),
                          absl::StrCat(bytes.size()));
    const bool link = absl::StartsWith(name, "link:");
    if (link) name.erase(0, 5);
    if (absl::StartsWith(name, "blob:")) name = absl::StrCat(kBlobs, hex);
    // Only names that such images have; what the files say is up to them.
    std::string_view rest = name;
    absl::ConsumePrefix(&rest, kBlobs);
    if (rest.empty() || rest.size() > 100 || rest == "." || rest == ".." ||
        rest.find_first_of(std::string_view("/\0", 2)) !=
            std::string_view::npos) {
      continue;
    }
    if (link) {
      static_cast<void>(symlinkat(bytes.c_str(), directory, name.c_str()) == 0);
      continue;
    }
    UniqueFd file(openat(directory, name.c_str(),
                         O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0644));
    if (file.ok()) {
      Require(write(file.get(), bytes.data(), bytes.size()) ==
                  static_cast<ssize_t>(bytes.size()),
              "files can be written", Errno);
    }
  }
}

void CheckImage(const Words& words, std::string_view text) {
  Sandbox& sandbox = Sandbox::Get();
  Require(mkdirat(sandbox.images(), "image", 0755) == 0,
          "there is room for an image", Errno);
  UniqueFd directory(
      openat(sandbox.images(), "image", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  WriteImage(words, text, directory.get());
  const auto form = FormOfImage(directory.get(), sandbox.image());
  if (form.ok()) {
    const auto image = ReadImage(std::move(directory), sandbox.image(), *form,
                                 ImageChoice{std::string(words.wanted), ""});
    Require(image.ok() || !image.status().message().empty(),
            "a refusal says why", [] { return ""; });
    if (image.ok()) {
      // A fuzzer may have seen the words in here.
      const bool known = absl::StrContains(text, kSecret);
      Require(known || !absl::StrContains(image->config, kSecret),
              "nothing outside of an image is read",
              [&] { return image->config; });
      absl::Status status;
      const Tree tree = Try(
          words,
          [&](TreeWriter* writer) { return UnpackLayers(*image, writer); },
          &status);
      Require(known || !absl::StrContains(tree.listing, kSecret),
              "nothing outside of an image is unpacked",
              [&] { return tree.listing; });
    }
  }
  Require(RemoveTree(sandbox.images(), "image") == 0, "an image can be removed",
          Errno);
  sandbox.CheckOutside();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = ToView(data, size);
  const std::string_view line = TakeLine(&text);
  const Words words(line);
  const size_t before = HeapBytes();
  const PeakHeapMeter peak;
  if (words.image) {
    CheckImage(words, text);
  } else if (words.archive) {
    CheckTarWriter(words, text);
  } else if (words.again) {
    CheckAgain(words, text);
  } else {
    CheckArchive(words, text);
  }
  const size_t heap = HeapBytes() - before;
  // Room for zstd's window of 8 MiB, our own copies of what is unpacked, and a
  // map of a sparse file as long as the limits let an archive be.
  Require(peak.bytes() <= (size_t{32} << 20) + 64 * size,
          "memory is bounded by the limits",
          [&] { return absl::StrCat(peak.bytes(), " bytes for ", size); });
  // An archive unpacks to a thousand times its size at most before the limits
  // end it, and is unpacked up to twice here.
  Require(heap <= (size_t{64} << 20) + 4096 * size,
          "work is bounded by the limits",
          [&] { return absl::StrCat(heap, " bytes for ", size); });
  return 0;
}

}  // namespace specgen::fuzz
