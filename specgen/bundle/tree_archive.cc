#include "specgen/bundle/tree_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "archive.h"
#include "archive_entry.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/walk_tree.h"

namespace specgen {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

struct FreeArchive {
  void operator()(struct archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
  void operator()(struct archive_entry* e) const { archive_entry_free(e); }
};

struct Output {
  UniqueFd fd;
  int error = 0;  // errno of the write that failed
};

la_ssize_t WriteOutput(struct archive* a, void* data, const void* bytes,
                       size_t size) {
  Output* output = static_cast<Output*>(data);
  const char* from = static_cast<const char*>(bytes);
  for (size_t done = 0; done < size;) {
    const ssize_t written = write(output->fd.get(), from + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      output->error = errno;
      archive_set_error(a, errno, "writing failed");
      return ARCHIVE_FATAL;
    }
    done += static_cast<size_t>(written);
  }
  return static_cast<la_ssize_t>(size);
}

mode_t FileTypeOf(TreeEntry::Type type) {
  switch (type) {
    case TreeEntry::Type::kFolder:
      return AE_IFDIR;
    case TreeEntry::Type::kSymlink:
      return AE_IFLNK;
    case TreeEntry::Type::kCharDevice:
      return AE_IFCHR;
    case TreeEntry::Type::kBlockDevice:
      return AE_IFBLK;
    case TreeEntry::Type::kFifo:
      return AE_IFIFO;
    default:
      return AE_IFREG;
  }
}

class Archiver {
 public:
  Archiver(const TreeLedger& ledger, const std::string& name)
      : ledger_(ledger), name_(name), archive_(archive_write_new()) {}

  absl::Status Open(UniqueFd file);
  absl::Status Add(const FoundFile& found);
  absl::Status Close();

 private:
  absl::Status Failed() const;
  absl::Status AddBytes(const FoundFile& found, uint64_t size);

  const TreeLedger& ledger_;
  const std::string& name_;
  Output output_;
  // Before the archive, which writes to it when it goes.
  std::unique_ptr<struct archive, FreeArchive> archive_;
  std::map<std::pair<dev_t, ino_t>, std::string> seen_;
};

absl::Status Archiver::Failed() const {
  if (output_.error != 0) return FileError(output_.error, name_);
  const char* const why = archive_error_string(archive_.get());
  return absl::InternalError(
      absl::StrCat(name_, ": ", why != nullptr ? why : "out of memory"));
}

absl::Status Archiver::Open(UniqueFd file) {
  output_.fd = std::move(file);
  struct archive* const a = archive_.get();
  // Programs warn of attributes that stand there in libarchive's way, too.
  if (a == nullptr ||
      archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
      archive_write_set_format_option(a, "pax", "xattrheader", "SCHILY") !=
          ARCHIVE_OK ||
      archive_write_open2(a, &output_, nullptr, &WriteOutput, nullptr,
                          nullptr) != ARCHIVE_OK) {
    return Failed();
  }
  return absl::OkStatus();
}

absl::Status Archiver::Add(const FoundFile& found) {
  const std::unique_ptr<struct archive_entry, FreeEntry> entry(
      archive_entry_new());
  if (entry == nullptr) return absl::ResourceExhaustedError("out of memory");
  struct archive_entry* const e = entry.get();
  const bool is_folder = S_ISDIR(found.st.st_mode);
  archive_entry_copy_pathname(
      e, absl::StrCat(found.path, is_folder ? "/" : "").c_str());
  const auto known = ledger_.find(found.path);
  const TreeEntry* const facts =
      known == ledger_.end() ? nullptr : &known->second;
  archive_entry_set_filetype(e, facts != nullptr ? FileTypeOf(facts->type)
                                                 : found.st.st_mode & S_IFMT);
  archive_entry_set_perm(
      e, (facts != nullptr ? facts->mode : found.st.st_mode) & 07777);
  archive_entry_set_mtime(e, 0, 0);
  if (facts != nullptr) {
    archive_entry_set_uid(e, facts->uid);
    archive_entry_set_gid(e, facts->gid);
    archive_entry_set_mtime(e, facts->modified.tv_sec, facts->modified.tv_nsec);
    for (const auto& [key, value] : facts->xattrs) {
      archive_entry_xattr_add_entry(e, key.c_str(), value.data(), value.size());
    }
    if (facts->type == TreeEntry::Type::kCharDevice ||
        facts->type == TreeEntry::Type::kBlockDevice) {
      archive_entry_set_rdevmajor(e, facts->major);
      archive_entry_set_rdevminor(e, facts->minor);
    }
  }
  if (S_ISLNK(found.st.st_mode)) {
    archive_entry_copy_symlink(e, ReadSymlink(found).c_str());
    archive_entry_set_perm(e, 0777);
  }
  bool is_link = false;
  if (!is_folder && found.st.st_nlink > 1) {
    const auto [first, is_new] = seen_.emplace(
        std::make_pair(found.st.st_dev, found.st.st_ino), found.path);
    is_link = !is_new;
    if (is_link) archive_entry_copy_hardlink(e, first->second.c_str());
  }
  const bool has_bytes = !is_link && archive_entry_filetype(e) == AE_IFREG;
  archive_entry_set_size(e, has_bytes ? found.st.st_size : 0);
  // A warning is about names that are not UTF-8; they are written as they are.
  const int result = archive_write_header(archive_.get(), e);
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return Failed();
  return has_bytes ? AddBytes(found, static_cast<uint64_t>(found.st.st_size))
                   : absl::OkStatus();
}

absl::Status Archiver::AddBytes(const FoundFile& found, uint64_t size) {
  const UniqueFd file = OpenFound(found);
  if (!file.ok()) return FileError(errno, found.path);
  std::string buffer(kBufferBytes, '\0');
  while (size > 0) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(errno, found.path);
    if (count == 0 || static_cast<uint64_t>(count) > size) {
      return absl::AbortedError(
          absl::StrCat(found.path, ": changed while it was packed"));
    }
    if (archive_write_data(archive_.get(), buffer.data(),
                           static_cast<size_t>(count)) != count) {
      return Failed();
    }
    size -= static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

absl::Status Archiver::Close() {
  if (archive_write_close(archive_.get()) != ARCHIVE_OK) return Failed();
  // Some file systems tell only now that the disk is full.
  if (close(output_.fd.Release()) != 0) return FileError(errno, name_);
  return absl::OkStatus();
}

}  // namespace

absl::Status ArchiveTree(int directory, const std::string& name,
                         const TreeLedger& ledger, UniqueFd archive) {
  Archiver archiver(ledger, name);
  absl::Status status = archiver.Open(std::move(archive));
  if (status.ok()) {
    status = WalkTree(directory, name, [&](const FoundFile& found) {
      return archiver.Add(found);
    });
  }
  return status.ok() ? archiver.Close() : status;
}

}  // namespace specgen
