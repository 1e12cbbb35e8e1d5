#include "specgen/bundle/tree_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tar_header.h"
#include "specgen/bundle/tar_writer.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/walk_tree.h"

namespace specgen {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

char TypeOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return '5';
    case S_IFLNK:
      return '2';
    case S_IFCHR:
      return '3';
    case S_IFBLK:
      return '4';
    case S_IFIFO:
      return '6';
    default:
      return '0';
  }
}

char TypeOf(InodeFacts::Type type) {
  switch (type) {
    case InodeFacts::Type::kDirectory:
      return '5';
    case InodeFacts::Type::kSymlink:
      return '2';
    case InodeFacts::Type::kCharDevice:
      return '3';
    case InodeFacts::Type::kBlockDevice:
      return '4';
    case InodeFacts::Type::kFifo:
      return '6';
    default:
      return '0';
  }
}

class Archiver {
 public:
  Archiver(const std::string& name, const TreeLedger& ledger,
           std::string_view part, TarWriter* tar)
      : name_(name),
        ledger_(ledger),
        part_(part),
        tar_(*tar),
        buffer_(kBufferBytes, '\0') {}

  absl::Status Add(const FoundFile& found);

 private:
  // What the ledger has for the path; null if it has nothing.
  const InodeFacts* FactsOf(std::string_view path) const;
  absl::Status AddBytes(const FoundFile& found, uint64_t size);
  // For messages.
  std::string NameOf(const FoundFile& found) const {
    return absl::StrCat(name_, "/", found.path);
  }

  const std::string& name_;
  const TreeLedger& ledger_;
  const std::string_view part_;
  TarWriter& tar_;
  std::string buffer_;
  std::map<std::pair<dev_t, ino_t>, std::string> seen_;
};

const InodeFacts* Archiver::FactsOf(std::string_view path) const {
  if (path == part_) {
    path = ".";
  } else if (part_ != "." && (!absl::ConsumePrefix(&path, part_) ||
                              !absl::ConsumePrefix(&path, "/"))) {
    return nullptr;
  }
  const auto known = ledger_.find(path);
  return known == ledger_.end() ? nullptr : known->second.get();
}

absl::Status Archiver::Add(const FoundFile& found) {
  const bool is_directory = S_ISDIR(found.st.st_mode);
  TarHeader header;
  header.path = absl::StrCat(found.path, is_directory ? "/" : "");
  header.type = TypeOf(found.st.st_mode);
  header.mode = found.st.st_mode & 07777;
  const InodeFacts* const facts = FactsOf(found.path);
  if (facts != nullptr) {
    header.type = TypeOf(facts->type);
    header.mode = facts->mode & 07777;
    header.uid = facts->uid;
    header.gid = facts->gid;
    header.modified = facts->modified.tv_sec;
    header.modified_nanoseconds = static_cast<int32_t>(facts->modified.tv_nsec);
    if (header.type == '3' || header.type == '4') {
      header.device_major = facts->major;
      header.device_minor = facts->minor;
    }
  }
  if (S_ISLNK(found.st.st_mode)) {
    if (const int error = ReadSymlink(found, &header.target); error != 0) {
      return FileError(error, NameOf(found));
    }
    header.mode = 0777;
  }
  if (!is_directory && found.st.st_nlink > 1) {
    const auto [first, is_new] = seen_.emplace(
        std::make_pair(found.st.st_dev, found.st.st_ino), found.path);
    if (!is_new) {
      header.type = '1';
      header.target = first->second;
    }
  }
  if (facts != nullptr) {
    // Attributes stand at the first of a file's paths, however many there are;
    // but a new owner takes away its capabilities, and some who unpack set that
    // for each.
    for (const auto& [name, value] : facts->xattrs) {
      if (header.type != '1' || name == kFileCapabilities) {
        header.xattrs[name] = value;
      }
    }
  }
  const bool has_bytes = header.type == '0';
  if (has_bytes) header.size = found.st.st_size;
  absl::Status status = tar_.AddHeader(header);
  return status.ok() && has_bytes
             ? AddBytes(found, static_cast<uint64_t>(found.st.st_size))
             : status;
}

absl::Status Archiver::AddBytes(const FoundFile& found, uint64_t size) {
  const UniqueFd file = OpenFound(found);
  if (!file.ok()) return FileError(errno, NameOf(found));
  while (size > 0) {
    const ssize_t count = read(file.get(), buffer_.data(), buffer_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(errno, NameOf(found));
    if (count == 0 || static_cast<uint64_t>(count) > size) {
      return absl::AbortedError(
          absl::StrCat(NameOf(found), ": changed while it was packed"));
    }
    absl::Status status = tar_.AddBytes(
        std::string_view(buffer_.data(), static_cast<size_t>(count)));
    if (!status.ok()) return status;
    size -= static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ArchiveTree(int directory, const std::string& name,
                         const TreeLedger& ledger, std::string_view part,
                         UniqueFd archive) {
  TarWriter tar(std::move(archive), name);
  Archiver archiver(name, ledger, part, &tar);
  absl::Status status = WalkTree(directory, name, [&](const FoundFile& found) {
    return archiver.Add(found);
  });
  return status.ok() ? tar.Close() : status;
}

}  // namespace specgen
