#include "specgen/bundle/bundle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "simdjson.h"
#include "specgen/base/files.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/image.h"
#include "specgen/bundle/init_layer.h"
#include "specgen/bundle/plan.h"
#include "specgen/bundle/rebased_host.h"
#include "specgen/bundle/start_steps.h"
#include "specgen/bundle/tree_archive.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/bundle/walk_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/host/live_host.h"
#include "specgen/host/mount_table.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// Where runtimes keep the state of what they run.
constexpr std::string_view kRuntimeStates[] = {
    "/run/runc", "/run/crun", "/run/docker/runtime-runc/plugins.moby"};

// Of what `files` puts into a rootfs.
constexpr uint32_t kFileMode = 0755;

// Both are without symbolic links, which an archive may have anywhere.
bool IsFolder(const std::string& path) {
  struct stat st;
  return lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

bool IsFile(const std::string& path) {
  struct stat st;
  return lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

bool Exists(const std::string& path) {
  struct stat st;
  return lstat(path.c_str(), &st) == 0;
}

// Whether `path` is `folder` or in it, both as the kernel sees them.
bool LiesIn(const std::string& path, const std::string& folder) {
  const auto real = [](const std::string& name) {
    char* const resolved = realpath(name.c_str(), nullptr);
    std::string text = resolved != nullptr ? resolved : name;
    free(resolved);
    return text;
  };
  const std::string inner =
      absl::StrCat(real(DirPath(path)), "/", BasePath(path), "/");
  return absl::StartsWith(inner, absl::StrCat(real(folder), "/"));
}

bool SameBytes(const std::string& a, const std::string& b) {
  std::ifstream in_a(a, std::ios::binary);
  std::ifstream in_b(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return in_a && in_b && std::equal(Bytes(in_a), Bytes(), Bytes(in_b), Bytes());
}

absl::Status AddFile(const BundleOptions::File& file, TreeWriter* writer) {
  UniqueFd fd(open(file.from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    return FileError(errno, file.from);
  }
  if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.from, ": is no plain file"));
  }
  TreeEntry entry;
  entry.path = file.path;
  entry.mode = kFileMode;
  entry.size = static_cast<uint64_t>(st.st_size);
  absl::Status status = writer->Add(entry);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("--file: ", status.message()));
  }
  BlobReader reader(std::move(fd), file.from);
  for (uint64_t offset = 0;;) {
    absl::StatusOr<std::string_view> bytes = reader.Read();
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) return absl::OkStatus();
    status = writer->Write(*bytes, offset);
    if (!status.ok()) return status;
    offset += bytes->size();
  }
}

// Where the spec mounts, and all folders above, without a leading "/".
absl::flat_hash_set<std::string> MountPointsOf(std::string_view spec) {
  absl::flat_hash_set<std::string> points;
  simdjson::dom::parser parser;
  simdjson::dom::array mounts;
  if (parser.parse(spec)["mounts"].get(mounts) != simdjson::SUCCESS) {
    return points;
  }
  for (simdjson::dom::element mount : mounts) {
    std::string_view destination;
    if (mount["destination"].get(destination) != simdjson::SUCCESS) continue;
    for (std::string path = CleanPath(absl::StrCat("/", destination));
         path != "/"; path = DirPath(path)) {
      points.insert(path.substr(1));
    }
  }
  return points;
}

}  // namespace

BundleMaker::BundleMaker(const BundleOptions& options) : options_(options) {}

BundleMaker::~BundleMaker() {
  if (work_.empty()) return;
  const UniqueFd parent(
      open(DirPath(work_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.ok()) RemoveTree(parent.get(), std::string(BasePath(work_)));
}

absl::Status BundleMaker::MakeWorkFolder(const std::string& beside) {
  if (!work_.empty()) return absl::OkStatus();
  std::string folder;
  if (dry_run_) {
    const char* const temp = getenv("TMPDIR");
    folder = absl::StrCat(temp != nullptr && *temp != '\0' ? temp : "/tmp",
                          "/specgen-XXXXXX");
  } else {
    folder = absl::StrCat(DirPath(beside), "/.", BasePath(beside),
                          ".specgen-XXXXXX");
  }
  if (mkdtemp(folder.data()) == nullptr) {
    return errno == ENOENT
               ? absl::NotFoundError(absl::StrCat(
                     beside,
                     ": the folder that it is to lie in is missing: "
                     "make it first"))
               : FileError(errno, beside);
  }
  work_ = folder;
  return absl::OkStatus();
}

absl::StatusOr<std::string> BundleMaker::MakeIn(std::string_view name) {
  const std::string folder = absl::StrCat(work_, "/", name);
  if (mkdir(folder.c_str(), 0700) != 0) return FileError(errno, folder);
  return folder;
}

absl::Status BundleMaker::OpenFolder(const std::string& folder) {
  const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return FileError(errno, options_.source);
  if (IsFolder(absl::StrCat(folder, "/rootfs")) &&
      IsFile(absl::StrCat(folder, "/config.json"))) {
    rootfs_folder_ = absl::StrCat(folder, "/rootfs");
    config_name_ = absl::StrCat(options_.source, "/config.json");
    absl::StatusOr<std::string> text =
        ReadWholeFile(absl::StrCat(folder, "/config.json"));
    if (!text.ok()) return text.status();
    config_ = *std::move(text);
    return absl::OkStatus();
  }
  absl::StatusOr<ImageForm> form = FormOfImage(fd.get());
  if (!form.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.source,
        ": holds no plugin: neither config.json and rootfs, nor an image "
        "(oci-layout and index.json, or manifest.json)"));
  }
  absl::StatusOr<Image> image = ReadImage(folder, *form, options_.image);
  if (!image.ok()) return image.status();
  image_ = *std::move(image);
  image_->name = options_.source;
  config_ = image_->config;
  config_name_ = absl::StrCat(options_.source, ": the plugin's config");
  for (const BlobInfo& layer : image_->layers) {
    layers_.push_back(absl::StrCat(options_.source, "/", layer.path));
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::CheckNotInOutput(const std::string& hazard) const {
  struct stat source;
  struct stat output;
  if (LiesIn(options_.output, hazard) ||
      (stat(options_.source.c_str(), &source) == 0 &&
       stat(options_.output.c_str(), &output) == 0 &&
       output.st_dev == source.st_dev && output.st_ino == source.st_ino)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--output: ", options_.output, " is the plugin itself, or in it"));
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::OpenConfig() {
  absl::StatusOr<std::string> text = ReadWholeFile(options_.source);
  if (!text.ok()) return text.status();
  config_ = *std::move(text);
  config_name_ = options_.source;
  for (const std::string& part : options_.rootfs) {
    struct stat st;
    if (stat(part.c_str(), &st) != 0) return FileError(errno, part);
    if (S_ISREG(st.st_mode)) {
      layers_.push_back(part);
    } else if (!S_ISDIR(st.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat(part, ": is neither a folder nor a tar archive"));
    } else if (options_.rootfs.size() > 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--rootfs: ", part,
          " is a folder: give it alone, or tar archives in its place"));
    } else {
      rootfs_folder_ = part;
      while (rootfs_folder_.size() > 1 && rootfs_folder_.back() == '/') {
        rootfs_folder_.pop_back();
      }
      return CheckNotInOutput(rootfs_folder_);
    }
  }
  return CheckNotInOutput(options_.source);
}

absl::Status BundleMaker::Open(bool dry_run) {
  dry_run_ = dry_run;
  if (options_.ownership == Ownership::kKeep && !dry_run && geteuid() != 0) {
    return absl::PermissionDeniedError(
        "only root can keep the owners of a rootfs's files: run as root, or "
        "give --no-owner");
  }
  const std::string& source = options_.source;
  struct stat st;
  if (stat(source.c_str(), &st) != 0) return FileError(errno, source);
  const bool is_config = !options_.rootfs.empty() || !options_.files.empty();
  if (S_ISDIR(st.st_mode)) {
    if (is_config) {
      return absl::FailedPreconditionError(absl::StrCat(
          source, ": is a folder: --rootfs and --file are for a config.json"));
    }
    std::string folder = source;
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    absl::Status status = OpenFolder(folder);
    if (!status.ok()) return status;
    // What is copied may not grow by being copied.
    return CheckNotInOutput(rootfs_folder_.empty() ? folder : rootfs_folder_);
  }
  if (is_config) return OpenConfig();
  if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": is neither a folder nor a tar archive"));
  }
  absl::Status status = MakeWorkFolder(options_.output);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> folder = MakeIn("archive");
  if (!folder.ok()) return folder.status();
  // A plugin's folder keeps its owners; those of an image's files are nobody's.
  const Ownership ownership =
      geteuid() == 0 || options_.ownership == Ownership::kRecord
          ? options_.ownership
          : Ownership::kDrop;
  absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
      TreeWriter::Open(*folder, ownership, options_.limits);
  if (!writer.ok()) return writer.status();
  UniqueFd fd(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return FileError(errno, source);
  BlobReader reader(std::move(fd), source);
  status = UnpackTar(&reader, Whiteouts::kKeep, writer->get());
  if (status.ok()) status = (*writer)->Finish();
  if (!status.ok()) return status;
  for (const auto& [path, entry] : (*writer)->ledger()) {
    if (path == "rootfs") {
      source_ledger_["."] = entry;
    } else if (absl::StartsWith(path, "rootfs/")) {
      source_ledger_[path.substr(std::string_view("rootfs/").size())] = entry;
    }
  }
  return OpenFolder(*folder);
}

const Host& BundleMaker::host() const {
  return rebased_ != nullptr ? *rebased_ : *options_.host;
}

absl::Status BundleMaker::Generate() {
  const Behaviour& behaviour = *options_.release->behaviour;
  // The plugin's own id is dockerd's; without one the bundle names it.
  request_.plugin = config_;
  set_.assign(options_.set.begin(), options_.set.end());
  request_.set = set_;
  request_.restarted = options_.restarted;
  rootfs_path_ = absl::StrCat(options_.runs_at, "/rootfs");
  request_.rootfs = rootfs_path_;
  request_.exec_root = options_.exec_root;
  request_.metrics_socket = options_.metrics_socket;
  id_ = options_.id.has_value() ? *options_.id
                                : std::string(BasePath(options_.runs_at));
  if (options_.id.has_value()) request_.id = id_;
  if (behaviour.rootfs == RootfsRule::kInLibRoot) {
    // These engines find the rootfs by the id.
    if (id_ != BasePath(options_.runs_at)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--id: Docker ", options_.release->name,
          " keeps a plugin in the folder of that name: call the bundle \"", id_,
          "\", or leave --id out"));
    }
    request_.id = id_;
    lib_root_ = DirPath(options_.runs_at);
    request_.lib_root = lib_root_;
  }
  if (behaviour.makes_bind_sources &&
      (rootfs_folder_.empty() || !options_.files.empty())) {
    if (dry_run_) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--dry-run: Docker ", options_.release->name,
          " looks into the rootfs while it makes the spec, and this one is "
          "not unpacked yet"));
    }
    absl::Status status = MakeRootfs();
    if (!status.ok()) return status;
  }
  if (behaviour.makes_bind_sources) {
    rootfs_host_ = std::make_unique<LiveHost>();
    rebased_ = std::make_unique<RebasedHost>(
        *options_.host, rootfs_host_->files, rootfs_path_,
        rootfs_is_made_ ? absl::StrCat(work_, "/bundle/rootfs")
                        : rootfs_folder_);
  }
  const Generator generator(*options_.release, host());
  generator.Generate(request_, &answer_);
  if (answer_.outcome() == Outcome::kSpec && !request_.id.has_value() &&
      answer_.plugin().id.empty()) {
    request_.id = id_;
    generator.Generate(request_, &answer_);
  }
  if (answer_.outcome() != Outcome::kSpec) return absl::OkStatus();

  BundleFacts facts;
  facts.behaviour = &behaviour;
  // Of an archive, the folder that it is unpacked in.
  facts.bundle = options_.archive ? options_.runs_at : options_.output;
  facts.runs_at = options_.runs_at;
  facts.rootfs_folder = rootfs_folder_;
  facts.layers = layers_;
  std::vector<BundleStep> files;
  for (const BundleOptions::File& file : options_.files) {
    files.push_back(
        {BundleStep::Kind::kCopyFile, file.path, file.from, kFileMode});
  }
  facts.files = files;
  facts.propagated_mount = answer_.plugin().config.propagated_mount;
  facts.folders = answer_.plan();
  plan_ = PlanBundle(facts);
  return absl::OkStatus();
}

absl::Status BundleMaker::FillRootfs(TreeWriter* writer) {
  absl::Status status;
  if (image_.has_value()) {
    status = UnpackLayers(*image_, writer);
  } else if (!rootfs_folder_.empty()) {
    status = CopyTree(rootfs_folder_, &source_ledger_, writer);
  } else {
    for (const std::string& layer : layers_) {
      UniqueFd fd(open(layer.c_str(), O_RDONLY | O_CLOEXEC));
      if (!fd.ok()) return FileError(errno, layer);
      BlobReader reader(std::move(fd), layer);
      status = UnpackTar(&reader, Whiteouts::kApply, writer);
      if (!status.ok()) return status;
    }
  }
  for (const BundleOptions::File& file : options_.files) {
    if (status.ok()) status = AddFile(file, writer);
  }
  return status.ok() ? writer->Finish() : status;
}

absl::Status BundleMaker::MakeRootfs() {
  if (rootfs_is_made_) return absl::OkStatus();
  absl::Status status = MakeWorkFolder(options_.output);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> bundle = MakeIn("bundle");
  if (!bundle.ok()) return bundle.status();
  const std::string rootfs = absl::StrCat(*bundle, "/rootfs");
  if (mkdir(rootfs.c_str(), 0755) != 0 || chmod(rootfs.c_str(), 0755) != 0) {
    return FileError(errno, rootfs);
  }
  absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
      TreeWriter::Open(rootfs, options_.ownership, options_.limits);
  if (!writer.ok()) return writer.status();
  status = FillRootfs(writer->get());
  if (!status.ok()) return status;
  for (const auto& [path, entry] : (*writer)->ledger()) {
    ledger_[path == "." ? "rootfs" : absl::StrCat("rootfs/", path)] = entry;
  }
  if ((*writer)->dropped_devices() > 0) {
    notes_.push_back(absl::StrCat((*writer)->dropped_devices(),
                                  " device nodes were left out (--no-owner)"));
  }
  rootfs_is_made_ = true;
  return absl::OkStatus();
}

absl::Status BundleMaker::FinishRootfs() {
  const std::string bundle = absl::StrCat(work_, "/bundle");
  const std::string rootfs = absl::StrCat(bundle, "/rootfs");
  const Behaviour& behaviour = *options_.release->behaviour;
  if (behaviour.fills_rootfs) {
    // Folders stay what they are, all else makes room for new files.
    for (const InitEntry& entry : InitLayer()) {
      for (std::string path = absl::StrCat("rootfs/", entry.path);
           path != "rootfs"; path = DirPath(path)) {
        const auto known = ledger_.find(path);
        if (known != ledger_.end() &&
            known->second.type != TreeEntry::Type::kFolder) {
          ledger_.erase(known);
        }
      }
    }
    absl::Status status =
        MakeInitLayer(rootfs, options_.ownership == Ownership::kKeep);
    if (!status.ok()) return status;
  }
  const std::string_view mount = answer_.plugin().config.propagated_mount;
  if (!mount.empty() &&
      behaviour.propagated_mount != PropagatedMount::kIgnored) {
    const std::string shared = absl::StrCat(bundle, "/propagated-mount");
    if (mkdir(shared.c_str(), 0755) != 0 || chmod(shared.c_str(), 0755) != 0) {
      return FileError(errno, shared);
    }
    if (behaviour.propagated_mount == PropagatedMount::kRootfsPropagation) {
      absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
          TreeWriter::Open(rootfs, options_.ownership, options_.limits);
      if (!writer.ok()) return writer.status();
      absl::Status status = (*writer)->MakeFolders(mount);
      if (!status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat(config_name_, ": propagatedMount: ",
                                         status.message()));
      }
    }
  }
  const std::string spec = absl::StrCat(bundle, "/config.json");
  absl::Status status = WriteWholeFile(spec, answer_.spec(), Overwrite::kNo);
  if (!status.ok()) return status;
  return chmod(spec.c_str(), 0600) == 0 ? absl::OkStatus()
                                        : FileError(errno, spec);
}

absl::StatusOr<BundleMaker::Result> BundleMaker::Build() {
  absl::Status status = MakeRootfs();
  if (status.ok()) status = FinishRootfs();
  if (!status.ok()) return status;
  absl::StatusOr<Result> result = Place();
  if (!result.ok() || !options_.prepare) return result;
  status = TakeStartSteps(plan_.start);
  if (status.ok()) return result;
  if (*result == Result::kReplaced) {
    (void)ExchangeWith(absl::StrCat(work_, "/bundle"));
  } else if (*result == Result::kMade) {
    const UniqueFd parent(open(DirPath(options_.output).c_str(),
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    RemoveTree(parent.get(), std::string(BasePath(options_.output)));
  }
  return status;
}

absl::StatusOr<BundleMaker::Result> BundleMaker::PlaceArchive() {
  const std::string made = absl::StrCat(work_, "/bundle.tar");
  const std::string& output = options_.output;
  absl::Status status =
      ArchiveTree(absl::StrCat(work_, "/bundle"), ledger_, made);
  if (!status.ok()) return status;
  Result result = Result::kMade;
  if (Exists(output)) {
    if (!IsFile(output)) {
      return absl::AlreadyExistsError(absl::StrCat(
          output, ": is there already, and is no file: name another"));
    }
    if (SameBytes(made, output)) return Result::kUnchanged;
    if (!options_.replace) {
      return absl::AlreadyExistsError(absl::StrCat(
          output,
          ": is there already, and has other bytes: name another file, or "
          "give --force to replace it"));
    }
    result = Result::kReplaced;
  }
  if (renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, output.c_str(),
                result == Result::kMade ? RENAME_NOREPLACE : 0) != 0) {
    return FileError(errno, output);
  }
  return result;
}

absl::StatusOr<BundleMaker::Result> BundleMaker::Place() {
  if (options_.archive) return PlaceArchive();
  const std::string made = absl::StrCat(work_, "/bundle");
  const std::string& output = options_.output;
  if (Exists(output)) {
    struct stat st;
    if (lstat(output.c_str(), &st) != 0) return FileError(errno, output);
    // An empty folder gives way.
    if (!S_ISDIR(st.st_mode) || rmdir(output.c_str()) != 0) {
      return PlaceOver(made);
    }
  }
  if (renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, output.c_str(),
                RENAME_NOREPLACE) != 0) {
    return FileError(errno, output);
  }
  return Result::kMade;
}

absl::Status BundleMaker::CheckNotInUse() const {
  for (std::string_view state : kRuntimeStates) {
    const std::string folder = absl::StrCat(state, "/", answer_.id());
    if (Exists(folder)) {
      return absl::UnavailableError(
          absl::StrCat(options_.output, ": a container of that id is there (",
                       folder, "): stop and delete it first"));
    }
  }
  absl::StatusOr<std::vector<MountPoint>> mounts = LiveHost().MountPoints();
  if (!mounts.ok()) return mounts.status();
  for (const MountPoint& mount : *mounts) {
    if (LiesIn(mount.path, absl::StrCat(options_.output, "/rootfs"))) {
      return absl::UnavailableError(absl::StrCat(
          mount.path, ": something is mounted there: unmount it first"));
    }
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::ExchangeWith(const std::string& made) const {
  const std::string parts[] = {"/rootfs", "/config.json"};
  for (size_t i = 0; i < 2; ++i) {
    const std::string theirs = options_.output + parts[i];
    if (renameat2(AT_FDCWD, (made + parts[i]).c_str(), AT_FDCWD, theirs.c_str(),
                  RENAME_EXCHANGE) == 0) {
      continue;
    }
    const int error = errno;
    if (i == 1) {
      renameat2(AT_FDCWD, (made + parts[0]).c_str(), AT_FDCWD,
                (options_.output + parts[0]).c_str(), RENAME_EXCHANGE);
    }
    return FileError(error, theirs);
  }
  return absl::OkStatus();
}

absl::StatusOr<BundleMaker::Result> BundleMaker::PlaceOver(
    const std::string& made) {
  const std::string& output = options_.output;
  const std::string old_spec = absl::StrCat(output, "/config.json");
  const std::string old_rootfs = absl::StrCat(output, "/rootfs");
  if (!IsFile(old_spec) || !IsFolder(old_rootfs)) {
    return absl::AlreadyExistsError(absl::StrCat(
        output, ": is there already, and is no bundle: name another folder"));
  }
  absl::StatusOr<std::string> spec = ReadWholeFile(old_spec);
  if (!spec.ok()) return spec.status();
  std::string difference;
  if (*spec != answer_.spec()) {
    difference = "its config.json is another one";
  } else {
    absl::StatusOr<std::string> found =
        FirstDifference(absl::StrCat(made, "/rootfs"), old_rootfs,
                        MountPointsOf(answer_.spec()));
    if (!found.ok()) return found.status();
    if (!found->empty()) difference = absl::StrCat("in its rootfs, ", *found);
  }
  // The plugin may have lost it.
  const std::string shared = absl::StrCat(made, "/propagated-mount");
  if (IsFolder(shared)) {
    rename(shared.c_str(), absl::StrCat(output, "/propagated-mount").c_str());
  }
  if (difference.empty()) return Result::kUnchanged;
  if (!options_.replace) {
    return absl::AlreadyExistsError(
        absl::StrCat(output, ": is there already, and ", difference,
                     ": name another folder, or give --force to replace it"));
  }
  absl::Status status = CheckNotInUse();
  if (!status.ok()) return status;
  status = ExchangeWith(made);
  if (!status.ok()) return status;
  return Result::kReplaced;
}

}  // namespace specgen
