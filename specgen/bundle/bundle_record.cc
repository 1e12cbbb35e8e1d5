#include "specgen/bundle/bundle_record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

constexpr int64_t kVersion = 1;
constexpr size_t kMaxRecordBytes = size_t{1} << 20;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", what, "\" is wrong"));
}

bool IsPlace(std::string_view path) {
  return path.size() > 1 && path[0] == '/' && IsCleanPath(path) &&
         path.find('\0') == std::string_view::npos;
}

// The member of that kind; null if there is none.
const JsonNode* Get(const JsonNode& from, std::string_view key, JsonKind kind) {
  const JsonNode* const node = from.Find(key);
  return node != nullptr && node->is(kind) ? node : nullptr;
}

bool GetString(const JsonNode& from, std::string_view key, std::string* to) {
  const JsonNode* const node = Get(from, key, JsonKind::kString);
  if (node == nullptr) return false;
  *to = node->text;
  return true;
}

template <typename Number>
bool GetNumber(const JsonNode& from, std::string_view key, Number* to) {
  const JsonNode* const node = Get(from, key, JsonKind::kNumber);
  return node != nullptr && absl::SimpleAtoi(node->text, to);
}

// Reads each entry of a list; false if it is none.
template <typename Read>
bool GetList(const JsonNode& from, std::string_view key, Read read) {
  const JsonNode* const list = Get(from, key, JsonKind::kArray);
  return list != nullptr &&
         std::all_of(list->items.begin(), list->items.end(), read);
}

}  // namespace

bool IsContainerId(std::string_view id) {
  return !id.empty() && id != "." && id != ".." && id[0] != '-' &&
         id.size() <= 1024 && std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  std::string_view("_+-.").find(c) != std::string_view::npos;
         });
}

std::string FormatBundleRecord(const BundleRecord& record) {
  JsonBuilder json;
  json.Object().Key("specgen").Integer(kVersion);
  json.Key("id").String(record.id).Key("at").String(record.at);
  json.Key("directories").List();
  for (const BundleRecord::Directory& directory : record.directories) {
    json.Object().Key("path").String(directory.path);
    json.Key("mode").Integer(directory.mode).EndObject();
  }
  json.EndList().Key("sharesMount").Bool(record.shares_mount);
  json.Key("mountInRootfs").String(record.mount_in_rootfs);
  json.Key("made").List();
  for (const BundleRecord::Made& made : record.made) {
    json.Object().Key("path").String(made.path);
    json.Key("device").Json(absl::StrCat(made.device));
    json.Key("inode").Json(absl::StrCat(made.inode));
    json.Key("born").Json(absl::StrCat(made.born)).EndObject();
  }
  json.EndList();
  if (record.is_half) json.Key("isHalf").Bool(true);
  json.EndObject();
  return absl::StrCat(json.FinishCompact(), "\n");
}

absl::StatusOr<BundleRecord> ParseBundleRecord(std::string_view text) {
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(text, kBundleRecordName);
  if (!tree.ok()) return absl::InvalidArgumentError("no JSON");
  const JsonNode& top = (*tree)->root();
  BundleRecord record;
  int64_t version = 0;
  if (!GetNumber(top, "specgen", &version)) {
    return Wrong("specgen");
  }
  if (version != kVersion) {
    return absl::InvalidArgumentError("made by another release of specgen");
  }
  if (!GetString(top, "id", &record.id) || !IsContainerId(record.id)) {
    return Wrong("id");
  }
  if (!GetString(top, "at", &record.at) || !IsPlace(record.at))
    return Wrong("at");
  if (!GetList(top, "directories",
               [&](const JsonNode& entry) {
                 BundleRecord::Directory& directory =
                     record.directories.emplace_back();
                 return GetString(entry, "path", &directory.path) &&
                        GetNumber(entry, "mode", &directory.mode) &&
                        IsPlace(directory.path) && directory.mode <= 0777;
               }) ||
      record.directories.empty() ||
      BasePath(record.directories.back().path) != record.id) {
    return Wrong("directories");
  }
  record.shares_mount = Get(top, "sharesMount", JsonKind::kTrue) != nullptr;
  if (!record.shares_mount &&
      Get(top, "sharesMount", JsonKind::kFalse) == nullptr) {
    return Wrong("sharesMount");
  }
  if (!GetString(top, "mountInRootfs", &record.mount_in_rootfs) ||
      record.mount_in_rootfs.find('\0') != std::string::npos) {
    return Wrong("mountInRootfs");
  }
  if (!GetList(top, "made", [&](const JsonNode& entry) {
        BundleRecord::Made& made = record.made.emplace_back();
        return GetString(entry, "path", &made.path) &&
               GetNumber(entry, "device", &made.device) &&
               GetNumber(entry, "inode", &made.inode) &&
               GetNumber(entry, "born", &made.born) && IsPlace(made.path);
      })) {
    return Wrong("made");
  }
  record.is_half = Get(top, "isHalf", JsonKind::kTrue) != nullptr;
  return record;
}

absl::StatusOr<BundleRecord> ReadBundleRecord(int bundle,
                                              const std::string& name) {
  const std::string file = absl::StrCat(name, "/", kBundleRecordName);
  const UniqueFd fd(openat(bundle, std::string(kBundleRecordName).c_str(),
                           O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    if (errno != ENOENT && errno != ELOOP) return FileError(errno, file);
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": is no bundle that this specgen made: it has no file ",
        kBundleRecordName,
        " (specgen bundle, once more with the options that "
        "made it, adds that)"));
  }
  if (!S_ISREG(st.st_mode) || !IsOnlyOurs(st.st_uid, st.st_mode, geteuid())) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, ": others than its owner and root may have written it"));
  }
  absl::StatusOr<std::string> text =
      ReadOpenFile(fd.get(), file, kMaxRecordBytes);
  if (!text.ok()) return AsBadInput(text.status());
  absl::StatusOr<BundleRecord> record = ParseBundleRecord(*text);
  if (!record.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": ", record.status().message()));
  }
  return record;
}

absl::Status WriteNewFile(int directory, const std::string& file,
                          const std::string& name, std::string_view bytes) {
  UniqueFd fd(openat(directory, file.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     0600));
  // The umask may have taken bits away.
  if (!fd.ok() || fchmod(fd.get(), 0600) != 0) return FileError(errno, name);
  while (!bytes.empty()) {
    const ssize_t done = write(fd.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return FileError(errno, name);
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  // Some file systems tell only now that the disk is full.
  return close(fd.Release()) == 0 ? absl::OkStatus() : FileError(errno, name);
}

absl::Status WriteBundleRecord(int bundle, const std::string& name,
                               const BundleRecord& record) {
  const std::string file(kBundleRecordName);
  const std::string fresh = absl::StrCat(".", file, ".new");
  const std::string full_name = absl::StrCat(name, "/", file);
  // Of a run that was killed; nobody else may write to the bundle.
  unlinkat(bundle, fresh.c_str(), 0);
  absl::Status status =
      WriteNewFile(bundle, fresh, full_name, FormatBundleRecord(record));
  if (status.ok() &&
      renameat(bundle, fresh.c_str(), bundle, file.c_str()) != 0) {
    status = FileError(errno, full_name);
  }
  if (!status.ok()) unlinkat(bundle, fresh.c_str(), 0);
  return status;
}

}  // namespace specgen
