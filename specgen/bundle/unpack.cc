#include "specgen/bundle/unpack.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "archive.h"
#include "archive_entry.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tree_writer.h"

namespace specgen {
namespace {

struct FreeArchive {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using ArchivePtr = std::unique_ptr<struct archive, FreeArchive>;

struct Input {
  BlobReader* reader;
  absl::Status status;  // of the last read
};

la_ssize_t ReadInput(struct archive* a, void* data, const void** bytes) {
  Input* input = static_cast<Input*>(data);
  absl::StatusOr<std::string_view> read = input->reader->Read();
  if (!read.ok()) {
    input->status = read.status();
    archive_set_error(a, EIO, "reading failed");
    return ARCHIVE_FATAL;
  }
  *bytes = read->data();
  return static_cast<la_ssize_t>(read->size());
}

absl::Status Damaged(const Input& input, struct archive* a,
                     std::string_view entry) {
  if (!input.status.ok()) return input.status;
  const char* why = archive_error_string(a);
  return absl::InvalidArgumentError(absl::StrCat(
      input.reader->name(), ": ",
      entry.empty() ? "" : absl::StrCat("\"", entry, "\": "),
      "no tar archive, or damaged: ", why != nullptr ? why : "unknown error"));
}

absl::Status WithName(const Input& input, const absl::Status& status) {
  if (status.ok() || absl::IsCancelled(status)) return status;
  return absl::Status(status.code(), absl::StrCat(input.reader->name(), ": ",
                                                  status.message()));
}

absl::StatusOr<TreeEntry> Describe(struct archive_entry* from) {
  TreeEntry entry;
  const char* path = archive_entry_pathname(from);
  entry.path = path != nullptr ? path : "";
  if (entry.path.empty()) {
    return absl::InvalidArgumentError("an entry without a name");
  }
  const char* const hard_link = archive_entry_hardlink(from);
  if (archive_entry_filetype(from) == AE_IFLNK) {
    const char* const link = archive_entry_symlink(from);
    entry.type = TreeEntry::Type::kSymlink;
    entry.target = link != nullptr ? link : "";
  } else if (hard_link != nullptr) {
    entry.type = TreeEntry::Type::kHardLink;
    entry.target = hard_link;
  } else {
    switch (archive_entry_filetype(from)) {
      case AE_IFREG:
        entry.type = TreeEntry::Type::kFile;
        break;
      case AE_IFDIR:
        entry.type = TreeEntry::Type::kFolder;
        break;
      case AE_IFCHR:
        entry.type = TreeEntry::Type::kCharDevice;
        break;
      case AE_IFBLK:
        entry.type = TreeEntry::Type::kBlockDevice;
        break;
      case AE_IFIFO:
        entry.type = TreeEntry::Type::kFifo;
        break;
      default:
        return absl::InvalidArgumentError(absl::StrCat(
            "\"", entry.path, "\": is of a type that no rootfs has"));
    }
  }
  entry.mode = archive_entry_perm(from);
  const int64_t uid = archive_entry_uid(from);
  const int64_t gid = archive_entry_gid(from);
  // The highest number stands for "no change" in chown(2).
  if (uid < 0 || gid < 0 || uid >= UINT32_MAX || gid >= UINT32_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", entry.path, "\": its owner ", uid, ":", gid,
                     " is none that Linux knows"));
  }
  entry.uid = static_cast<uint32_t>(uid);
  entry.gid = static_cast<uint32_t>(gid);
  entry.modified.tv_sec = archive_entry_mtime(from);
  entry.modified.tv_nsec = archive_entry_mtime_nsec(from);
  if (entry.type == TreeEntry::Type::kFile) {
    const int64_t size = archive_entry_size(from);
    if (size < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", entry.path, "\": has no size"));
    }
    entry.size = static_cast<uint64_t>(size);
  }
  entry.major = static_cast<uint32_t>(archive_entry_rdevmajor(from));
  entry.minor = static_cast<uint32_t>(archive_entry_rdevminor(from));
  archive_entry_xattr_reset(from);
  const char* key;
  const void* value;
  size_t size;
  while (archive_entry_xattr_next(from, &key, &value, &size) == ARCHIVE_OK) {
    entry.xattrs.emplace_back(
        key, std::string(static_cast<const char*>(value), size));
  }
  return entry;
}

absl::Status UnpackFile(struct archive* a, const Input& input,
                        const TreeEntry& entry, TreeWriter* writer) {
  while (true) {
    const void* bytes;
    size_t size;
    la_int64_t offset;
    const int result = archive_read_data_block(a, &bytes, &size, &offset);
    if (result == ARCHIVE_EOF) return absl::OkStatus();
    if (result != ARCHIVE_OK) return Damaged(input, a, entry.path);
    if (size == 0) continue;
    if (offset < 0) return Damaged(input, a, entry.path);
    absl::Status status =
        writer->Write(std::string_view(static_cast<const char*>(bytes), size),
                      static_cast<uint64_t>(offset));
    if (!status.ok()) return WithName(input, status);
  }
}

}  // namespace

absl::Status UnpackTar(BlobReader* reader, Whiteouts whiteouts,
                       TreeWriter* writer) {
  Input input{reader, absl::OkStatus()};
  const ArchivePtr a(archive_read_new());
  if (a == nullptr) return absl::ResourceExhaustedError("out of memory");
  archive_read_support_filter_gzip(a.get());
  archive_read_support_filter_zstd(a.get());
  archive_read_support_format_tar(a.get());
  if (archive_read_open2(a.get(), &input, nullptr, &ReadInput, nullptr,
                         nullptr) != ARCHIVE_OK) {
    return Damaged(input, a.get(), "");
  }
  if (absl::Status status = writer->StartLayer(); !status.ok()) {
    return WithName(input, status);
  }
  while (true) {
    struct archive_entry* next;
    const int result = archive_read_next_header(a.get(), &next);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) return Damaged(input, a.get(), "");
    absl::StatusOr<TreeEntry> entry = Describe(next);
    if (!entry.ok()) return WithName(input, entry.status());
    if (whiteouts == Whiteouts::kApply && TreeWriter::IsWhiteout(entry->path)) {
      absl::Status status = writer->Whiteout(entry->path);
      if (!status.ok()) return WithName(input, status);
      continue;
    }
    absl::Status status = writer->Add(*entry);
    if (!status.ok()) return WithName(input, status);
    if (entry->type == TreeEntry::Type::kFile) {
      status = UnpackFile(a.get(), input, *entry, writer);
      if (!status.ok()) return status;
    }
  }
  // The end of the last file.
  return WithName(input, writer->StartLayer());
}

}  // namespace specgen
