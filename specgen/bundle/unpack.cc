#include "specgen/bundle/unpack.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/bundle/archive_stream.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tar_reader.h"
#include "specgen/bundle/tree_writer.h"

namespace specgen {
namespace {

absl::Status WithName(const BlobReader& reader, const absl::Status& status) {
  if (status.ok() || absl::IsCancelled(status)) return status;
  return absl::Status(status.code(),
                      absl::StrCat(reader.name(), ": ", status.message()));
}

absl::Status Refused(const TarHeader& header, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", header.path, "\": ", why));
}

absl::StatusOr<TreeEntry::Type> TypeOf(const TarHeader& header,
                                       Whiteouts whiteouts) {
  switch (header.type) {
    case '0':
      return TreeEntry::Type::kFile;
    case '1':
      return TreeEntry::Type::kHardLink;
    case '2':
      return TreeEntry::Type::kSymlink;
    case '3':
      return TreeEntry::Type::kCharDevice;
    case '4':
      return TreeEntry::Type::kBlockDevice;
    case '5':
      return TreeEntry::Type::kDirectory;
    case '6':
      return TreeEntry::Type::kFifo;
    case 'g':
      return TreeEntry::Type::kNothing;
    case 'S':
      // GNU's old sparse files, which Docker does not take.
      if (whiteouts == Whiteouts::kKeep) return TreeEntry::Type::kFile;
      break;
    default:
      break;
  }
  return Refused(header, "is of a type that no rootfs has");
}

// The times that Docker sets; others become 1970 (go-archive time.go).
struct timespec TimeOf(const TarHeader& header) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kSecond = 1000000000;
  const int64_t seconds = header.modified;
  const int64_t nanoseconds = header.modified_nanoseconds;
  struct timespec time = {};
  if (seconds < 0 || nanoseconds < 0 || seconds > kMax / kSecond ||
      (seconds == kMax / kSecond && nanoseconds > kMax % kSecond)) {
    return time;
  }
  time.tv_sec = seconds;
  time.tv_nsec = nanoseconds;
  return time;
}

absl::StatusOr<TreeEntry> Describe(TarHeader& header, Whiteouts whiteouts) {
  absl::StatusOr<TreeEntry::Type> type = TypeOf(header, whiteouts);
  if (!type.ok()) return type.status();
  TreeEntry entry;
  entry.type = *type;
  entry.mode = static_cast<uint32_t>(header.mode & 07777);
  // The highest number stands for "no change" in chown(2).
  if (header.uid < 0 || header.gid < 0 || header.uid >= UINT32_MAX ||
      header.gid >= UINT32_MAX) {
    return Refused(header,
                   absl::StrCat("its owner ", header.uid, ":", header.gid,
                                " is none that Linux knows"));
  }
  entry.uid = static_cast<uint32_t>(header.uid);
  entry.gid = static_cast<uint32_t>(header.gid);
  entry.modified = TimeOf(header);
  if (*type == TreeEntry::Type::kFile) {
    entry.size = static_cast<uint64_t>(header.size);
  }
  if (*type == TreeEntry::Type::kCharDevice ||
      *type == TreeEntry::Type::kBlockDevice) {
    // As many bits as the kernel has for each.
    if (header.device_major < 0 || header.device_major >= 1 << 12 ||
        header.device_minor < 0 || header.device_minor >= 1 << 20) {
      return Refused(
          header,
          absl::StrCat("its device number ", header.device_major, ":",
                       header.device_minor, " is none that Linux knows"));
    }
    entry.major = static_cast<uint32_t>(header.device_major);
    entry.minor = static_cast<uint32_t>(header.device_minor);
  }
  entry.path = std::move(header.path);
  entry.target = std::move(header.target);
  for (auto& [key, value] : header.xattrs) {
    entry.xattrs.emplace_back(key, std::move(value));
  }
  return entry;
}

absl::Status UnpackEntries(TarReader* tar, Whiteouts whiteouts,
                           TreeWriter* writer) {
  if (absl::Status status = writer->StartLayer(); !status.ok()) return status;
  TarHeader header;
  while (true) {
    absl::StatusOr<bool> there = tar->Next(&header);
    if (!there.ok()) return there.status();
    if (!*there) break;
    absl::Status status;
    if (whiteouts == Whiteouts::kApply && TreeWriter::IsWhiteout(header.path)) {
      status = writer->Whiteout(header.path);
      if (!status.ok()) return status;
      continue;
    }
    absl::StatusOr<TreeEntry> entry = Describe(header, whiteouts);
    if (!entry.ok()) return entry.status();
    // Docker makes room for it, as for any entry.
    if (whiteouts == Whiteouts::kKeep &&
        entry->type == TreeEntry::Type::kNothing) {
      continue;
    }
    status = writer->Add(*entry);
    if (!status.ok()) return status;
    if (entry->type != TreeEntry::Type::kFile) continue;
    while (true) {
      absl::StatusOr<TarReader::Piece> piece = tar->ReadData();
      if (!piece.ok()) {
        return absl::Status(
            piece.status().code(),
            absl::StrCat("\"", entry->path, "\": ", piece.status().message()));
      }
      if (piece->bytes.empty()) break;
      status = writer->Write(piece->bytes, piece->offset);
      if (!status.ok()) return status;
    }
  }
  return writer->EndLayer();
}

}  // namespace

absl::Status UnpackTar(BlobReader* reader, Whiteouts whiteouts,
                       TreeWriter* writer) {
  absl::StatusOr<std::unique_ptr<ArchiveStream>> stream =
      ArchiveStream::Open(reader, writer->archive_budget());
  if (!stream.ok()) return WithName(*reader, stream.status());
  TarReader tar(stream->get());
  absl::Status status = UnpackEntries(&tar, whiteouts, writer);
  // What is compressed has its checksum behind the archive's end.
  while (status.ok()) {
    absl::StatusOr<std::string_view> bytes = (*stream)->Next();
    status = bytes.status();
    if (bytes.ok() && bytes->empty()) break;
  }
  return WithName(*reader, status);
}

}  // namespace specgen
