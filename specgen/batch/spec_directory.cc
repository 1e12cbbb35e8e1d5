#include "specgen/batch/spec_directory.h"

#include <fcntl.h>
#include <sha2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/files.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr size_t kDigestSize = size_t{2} * SHA256_DIGEST_LENGTH;

std::string Sha256(std::string_view bytes) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const uint8_t*>(bytes.data()),
               bytes.size());
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &context);
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(digest), sizeof(digest)});
}

// As sha256sum writes it: a name with a line feed or a backslash is escaped,
// and its line begins with a backslash.
std::string RecordText(const std::map<std::string, std::string>& record) {
  std::string text;
  for (const auto& [name, digest] : record) {
    const std::string escaped = absl::StrReplaceAll(
        name, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
    absl::StrAppend(&text, escaped == name ? "" : "\\", digest, "  ", escaped,
                    "\n");
  }
  return text;
}

std::optional<std::map<std::string, std::string>> ParseRecord(
    std::string_view text) {
  std::map<std::string, std::string> record;
  if (text.empty()) return record;
  if (!absl::ConsumeSuffix(&text, "\n")) return std::nullopt;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    const bool escaped = absl::ConsumePrefix(&line, "\\");
    const std::string_view digest = line.substr(0, kDigestSize);
    if (digest.size() < kDigestSize ||
        !std::all_of(digest.begin(), digest.end(), absl::ascii_isxdigit)) {
      return std::nullopt;
    }
    std::string_view name = line.substr(kDigestSize);
    if (!absl::ConsumePrefix(&name, "  ") || name.empty()) return std::nullopt;
    record[escaped ? absl::StrReplaceAll(
                         name, {{"\\\\", "\\"}, {"\\n", "\n"}, {"\\r", "\r"}})
                   : std::string(name)] = digest;
  }
  return record;
}

// The bytes of a regular file that is no link; kNotFound if there is none.
absl::StatusOr<std::string> ReadRegularFile(int directory,
                                            const std::string& name,
                                            const std::string& path) {
  // Opening a FIFO would wait.
  const UniqueFd file(openat(directory, name.c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok() && errno != ELOOP) {
    return HostError(errno, absl::StrCat(path, ": ", GoErrnoText(errno)));
  }
  struct stat facts;
  if (file.ok() && fstat(file.get(), &facts) != 0) {
    return HostError(errno, absl::StrCat(path, ": ", GoErrnoText(errno)));
  }
  if (!file.ok() || !S_ISREG(facts.st_mode)) {
    return HostError(EEXIST, absl::StrCat(path, ": is no regular file"));
  }
  // A file of somebody else's that is larger than any spec is not read.
  std::string text(
      std::min(static_cast<size_t>(facts.st_size), kMaxFileBytes) + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got =
        read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return HostError(EIO, absl::StrCat(path, ": ", GoErrnoText(errno)));
    }
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return text;
}

std::optional<DirectoryId> IdOf(int fd) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return std::nullopt;
  return DirectoryId(facts.st_dev, facts.st_ino);
}

absl::Status InConfigs(std::string_view path) {
  return UsageError(absl::StrCat(path,
                                 ": lies in the folder of configs: choose "
                                 "another folder for the specs"));
}

}  // namespace

std::string SpecDirectory::PathOf(std::string_view name) const {
  return absl::StrCat(path_, path_.ends_with('/') ? "" : "/", name);
}

absl::StatusOr<UniqueFd> SpecDirectory::OpenParent(const std::string& name,
                                                   bool make) const {
  UniqueFd at(fcntl(top_.get(), F_DUPFD_CLOEXEC, 0));
  if (!at.ok()) {
    return HostError(errno, absl::StrCat(path_, ": ", GoErrnoText(errno)));
  }
  size_t begin = 0;
  for (size_t slash = name.find('/'); slash != std::string::npos;
       begin = slash + 1, slash = name.find('/', begin)) {
    const std::string part = name.substr(begin, slash - begin);
    UniqueFd next(openat(at.get(), part.c_str(), kDirectory));
    if (!next.ok() && errno == ENOENT && make) {
      // Another thread, or program, may be faster.
      if (mkdirat(at.get(), part.c_str(), 0777) == 0 || errno == EEXIST) {
        next = UniqueFd(openat(at.get(), part.c_str(), kDirectory));
      }
    }
    const std::string path = PathOf(name.substr(0, slash));
    if (!next.ok()) {
      if (errno == ELOOP || errno == ENOTDIR) {
        return HostError(
            errno, absl::StrCat(path,
                                ": is no directory, and no link is followed "
                                "below the folder of specs: move it away, or "
                                "name another folder"));
      }
      return HostError(errno, absl::StrCat(path, ": ", GoErrnoText(errno)));
    }
    const std::optional<DirectoryId> id = IdOf(next.get());
    if (id.has_value() && configs_.contains(*id)) return InConfigs(path);
    at = std::move(next);
  }
  return at;
}

absl::Status SpecDirectory::CheckOne(const std::string& name,
                                     bool* is_there) const {
  const absl::StatusOr<UniqueFd> parent = OpenParent(name, /*make=*/false);
  if (absl::IsNotFound(parent.status())) return absl::OkStatus();
  if (!parent.ok()) return parent.status();
  const std::string base = name.substr(name.rfind('/') + 1);
  struct stat facts;
  if (fstatat(parent->get(), base.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return HostError(errno,
                     absl::StrCat(PathOf(name), ": ", GoErrnoText(errno)));
  }
  *is_there = true;
  if (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode)) return absl::OkStatus();
  return HostError(EEXIST, absl::StrCat(PathOf(name),
                                        ": is no regular file, so that no spec "
                                        "is put there: move it away, or name "
                                        "another folder"));
}

absl::Status SpecDirectory::ReadRecord() {
  const std::string path = PathOf(kRecord);
  const absl::StatusOr<std::string> text =
      ReadRegularFile(top_.get(), kRecord, path);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok() && !absl::IsAlreadyExists(text.status())) return text.status();
  std::optional<std::map<std::string, std::string>> record;
  if (text.ok()) record = ParseRecord(*text);
  if (!record.has_value()) {
    return HostError(
        EEXIST, absl::StrCat(path,
                             ": is not the record that batches keep there of "
                             "the specs they wrote: move it away, or name "
                             "another folder"));
  }
  record_ = *std::move(record);
  return absl::OkStatus();
}

absl::Status SpecDirectory::Check(const std::string& path,
                                  const std::vector<std::string>& names,
                                  const std::set<DirectoryId>& configs,
                                  Overwrite overwrite) {
  SpecDirectory directory(path, configs, overwrite);
  // What is there of the path: all directories of the configs are known, so if
  // it lies in one, it is one.
  std::error_code error;
  for (std::filesystem::path at = std::filesystem::absolute(path, error);;
       at = at.parent_path()) {
    UniqueFd fd(open(at.c_str(), O_PATH | O_CLOEXEC));
    if (fd.ok()) {
      const std::optional<DirectoryId> id = IdOf(fd.get());
      if (id.has_value() && configs.contains(*id)) return InConfigs(path);
      break;
    }
    if (errno != ENOENT || at == at.parent_path()) break;  // Open will tell
  }
  directory.top_ =
      UniqueFd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.top_.ok()) {
    if (errno == ENOENT) return absl::OkStatus();
    return HostError(errno, absl::StrCat(path, ": ", GoErrnoText(errno)));
  }
  if (const absl::Status status = directory.ReadRecord(); !status.ok()) {
    return status;
  }
  std::string first;
  size_t more = 0;
  for (const std::string& name : names) {
    bool is_there = false;
    if (const absl::Status status = directory.CheckOne(name, &is_there);
        !status.ok()) {
      return status;
    }
    if (!is_there) continue;
    if (first.empty()) {
      first = name;
    } else {
      ++more;
    }
  }
  if (first.empty() || overwrite == Overwrite::kYes) return absl::OkStatus();
  return HostError(
      EEXIST,
      absl::StrCat(directory.PathOf(first), ": is there already",
                   more == 0 ? "" : absl::StrCat(", and ", more, " more"),
                   ": name another folder, or give --force to replace ",
                   more == 0 ? "it" : "them"));
}

absl::StatusOr<std::unique_ptr<SpecDirectory>> SpecDirectory::Open(
    const std::string& path, std::set<DirectoryId> configs,
    Overwrite overwrite) {
  absl::StatusOr<int> top = OpenOutputDirectory(path);
  if (!top.ok()) return top.status();
  std::unique_ptr<SpecDirectory> directory(
      new SpecDirectory(path, std::move(configs), overwrite));
  directory->top_ = UniqueFd(*top);
  // Who may not read it has no lock, and runs at its own risk.
  directory->lock_ = UniqueFd(
      openat(directory->top_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (flock(directory->lock_.get(), LOCK_EX | LOCK_NB) != 0 &&
      errno == EWOULDBLOCK) {
    return HostError(EBUSY, absl::StrCat(path,
                                         ": another batch is writing there: "
                                         "wait until it has ended"));
  }
  if (const absl::Status status = directory->ReadRecord(); !status.ok()) {
    return status;
  }
  return directory;
}

absl::Status SpecDirectory::Write(const std::string& name,
                                  std::string_view spec) {
  const absl::StatusOr<UniqueFd> parent = OpenParent(name, /*make=*/true);
  if (!parent.ok()) return parent.status();
  const absl::Status written =
      WriteFileAt(parent->get(), name.substr(name.rfind('/') + 1), spec,
                  overwrite_, PathOf(name));
  if (!written.ok()) return written;
  std::string digest = Sha256(spec);
  const std::lock_guard<std::mutex> lock(mutex_);
  record_[name] = std::move(digest);
  return absl::OkStatus();
}

absl::StatusOr<SpecDirectory::Left> SpecDirectory::RemoveOld(
    const std::string& name) {
  const absl::StatusOr<UniqueFd> parent = OpenParent(name, /*make=*/false);
  if (absl::IsNotFound(parent.status())) return Left::kNothing;
  if (!parent.ok()) return parent.status();
  const std::string base = name.substr(name.rfind('/') + 1);
  const absl::StatusOr<std::string> old =
      ReadRegularFile(parent->get(), base, PathOf(name));
  if (absl::IsAborted(old.status())) return old.status();
  std::string digest;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = record_.find(name);
    if (found != record_.end()) {
      digest = std::move(found->second);
      record_.erase(found);
    }
  }
  if (absl::IsNotFound(old.status())) return Left::kNothing;
  if (!old.ok() || Sha256(*old) != digest) return Left::kOfSomebodyElse;
  if (unlinkat(parent->get(), base.c_str(), 0) != 0 && errno != ENOENT) {
    return HostError(
        errno, absl::StrCat(PathOf(name), ": an old spec cannot be removed: ",
                            GoErrnoText(errno)));
  }
  return Left::kNothing;
}

absl::Status SpecDirectory::Finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return WriteFileAt(top_.get(), kRecord, RecordText(record_), Overwrite::kYes,
                     PathOf(kRecord));
}

}  // namespace specgen
