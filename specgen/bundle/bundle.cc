#include "specgen/bundle/bundle.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/image.h"
#include "specgen/bundle/init_layer.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/mount_points.h"
#include "specgen/bundle/plan.h"
#include "specgen/bundle/rebased_host.h"
#include "specgen/bundle/runtime.h"
#include "specgen/bundle/start_check.h"
#include "specgen/bundle/start_steps.h"
#include "specgen/bundle/tree_archive.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/bundle/walk_tree.h"
#include "specgen/bundle/work_directory.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/architecture.h"
#include "specgen/host/go_path.h"
#include "specgen/host/live_host.h"
#include "specgen/plugin/input_kind.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// Of what `files` puts into a rootfs.
constexpr uint32_t kFileMode = 0755;

constexpr char kSpecName[] = "config.json";
constexpr char kWorkName[] = "bundle";  // of the bundle that is being made
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// How messages call what lies in a directory that the user named.
std::string NameIn(std::string_view directory, std::string_view name) {
  while (directory.size() > 1 && directory.ends_with('/')) {
    directory.remove_suffix(1);
  }
  return absl::StrCat(directory, directory == "/" ? "" : "/", name);
}

UniqueFd OpenDirectoryAt(int parent, const char* name) {
  return UniqueFd(openat(parent, name, kDirectory));
}

// A regular file, if there is one of this name; no symbolic link.
UniqueFd OpenFileAt(int parent, const char* name) {
  return OpenRegular(
      UniqueFd(openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)));
}

bool ExistsAt(int parent, const std::string& name) {
  struct stat st;
  return fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

// Whether it has what `docker export` prints, or an author takes for a plugin.
bool LooksLikeRootfs(int directory) {
  return ExistsAt(directory, "bin") || ExistsAt(directory, "etc") ||
         ExistsAt(directory, "usr");
}

// Whether the directory `inner` is `outer` or lies in it.
bool LiesIn(int inner, int outer) {
  struct stat wanted;
  struct stat at;
  if (fstat(outer, &wanted) != 0 || fstat(inner, &at) != 0) return false;
  UniqueFd fd(openat(inner, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  while (fd.ok()) {
    if (SameFile(at, wanted)) return true;
    UniqueFd above(openat(fd.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat st;
    if (!above.ok() || fstat(above.get(), &st) != 0 || SameFile(st, at)) break;
    at = st;
    fd = std::move(above);
  }
  return false;
}

bool SameBytes(int a, int b) {
  constexpr size_t kChunk = size_t{64} << 10;
  std::string in_a(kChunk, '\0');
  std::string in_b(kChunk, '\0');
  const auto read_fully = [](int fd, std::string* bytes, off_t offset) {
    size_t done = 0;
    while (done < bytes->size()) {
      const ssize_t count =
          pread(fd, bytes->data() + done, bytes->size() - done,
                offset + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      done += static_cast<size_t>(count);
    }
    return done;
  };
  struct stat st_a;
  struct stat st_b;
  if (fstat(a, &st_a) != 0 || fstat(b, &st_b) != 0 ||
      st_a.st_size != st_b.st_size) {
    return false;
  }
  for (off_t offset = 0; offset < st_a.st_size;) {
    const size_t size_a = read_fully(a, &in_a, offset);
    const size_t size_b = read_fully(b, &in_b, offset);
    if (size_a == 0 || size_a != size_b ||
        std::memcmp(in_a.data(), in_b.data(), size_a) != 0) {
      return false;
    }
    offset += static_cast<off_t>(size_a);
  }
  return true;
}

absl::Status AddFile(const BundleOptions::File& file, TreeWriter* writer) {
  // A pipe would wait for its other end.
  UniqueFd fd(open(file.from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    return InputError(errno, file.from);
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

MountPoints MountPointsOf(std::string_view spec) {
  std::vector<std::string> points;
  for (const StartSpec::Mount& mount : ReadStartSpec(spec).mounts) {
    points.push_back(CleanPath(absl::StrCat("/", mount.destination)).substr(1));
  }
  return MountPoints(std::move(points));
}

}  // namespace

BundleMaker::BundleMaker(const BundleOptions& options) : options_(options) {}

BundleMaker::~BundleMaker() = default;

absl::Status BundleMaker::OpenParent() {
  const std::string path = DirPath(options_.output);
  absl::StatusOr<UniqueFd> parent = OpenDirectory(path, options_.parent_trust);
  if (!parent.ok()) {
    return absl::IsNotFound(parent.status())
               ? absl::NotFoundError(absl::StrCat(
                     options_.output,
                     ": the directory that it is to lie in is missing: "
                     "make it first"))
               : parent.status();
  }
  parent_ = *std::move(parent);
  return absl::OkStatus();
}

absl::Status BundleMaker::MakeWorkDirectory() {
  if (work_ != nullptr) return absl::OkStatus();
  UniqueFd temporary;
  std::string name = DirPath(options_.output);
  int parent = parent_.get();
  if (dry_run_) {
    const char* const temp = getenv("TMPDIR");
    name = temp != nullptr && *temp == '/' ? CleanPath(temp) : "/tmp";
    absl::StatusOr<UniqueFd> opened =
        OpenDirectory(name, options_.parent_trust);
    if (!opened.ok()) {
      return absl::Status(
          opened.status().code(),
          absl::StrCat("for temporary files (TMPDIR sets where): ",
                       opened.status().message()));
    }
    temporary = *std::move(opened);
    parent = temporary.get();
  }
  absl::StatusOr<std::unique_ptr<WorkDirectory>> work =
      WorkDirectory::Make(parent, name, options_.parent_trust);
  if (!work.ok()) return work.status();
  work_ = *std::move(work);
  return absl::OkStatus();
}

absl::Status BundleMaker::OpenSource(UniqueFd directory) {
  UniqueFd rootfs = OpenDirectoryAt(directory.get(), kRootfsName);
  const int no_rootfs = rootfs.ok() ? 0 : errno;
  const UniqueFd config = OpenFileAt(directory.get(), kSpecName);
  const int no_config = config.ok() ? 0 : errno;
  for (const int error : {no_rootfs, no_config}) {
    if (error != 0 && !IsNothingThere(error)) {
      return InputError(error, options_.source);
    }
  }
  if (rootfs.ok() && config.ok()) {
    absl::Status status = CheckNoChoice(options_.image, options_.source,
                                        "is a plugin's folder, no image");
    if (!status.ok()) return status;
    rootfs_directory_ = NameIn(options_.source, kRootfsName);
    source_rootfs_ = std::move(rootfs);
    config_name_ = NameIn(options_.source, kSpecName);
    absl::StatusOr<std::string> text = ReadOpenFile(config.get(), config_name_);
    if (!text.ok()) return text.status();
    config_ = *std::move(text);
    return absl::OkStatus();
  }
  absl::StatusOr<ImageForm> form =
      FormOfImage(directory.get(), options_.source);
  if (!form.ok() && !absl::IsNotFound(form.status())) return form.status();
  if (!form.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.source,
        ": holds no plugin: neither config.json and rootfs, nor an image "
        "(oci-layout and index.json, or manifest.json)",
        LooksLikeRootfs(directory.get())
            ? "; it looks like a rootfs: name its config.json, and it by "
              "--rootfs"
            : ""));
  }
  absl::StatusOr<Image> image =
      ReadImage(std::move(directory), options_.source, *form, options_.image);
  if (!image.ok()) return image.status();
  image_ = *std::move(image);
  config_ = image_->config;
  config_name_ = absl::StrCat(options_.source, ": the plugin's config");
  for (const BlobInfo& layer : image_->layers) {
    layers_.push_back(NameIn(options_.source, layer.path));
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::CheckNotInSource(int source,
                                           bool is_directory) const {
  struct stat st;
  struct stat output;
  const bool there =
      fstat(source, &st) == 0 && fstatat(parent_.get(), BaseOfOutput().c_str(),
                                         &output, AT_SYMLINK_NOFOLLOW) == 0;
  if ((there && SameFile(st, output)) ||
      (is_directory && parent_.ok() && LiesIn(parent_.get(), source))) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--output: ", options_.output, " is the plugin itself, or in it"));
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::OpenConfig(int config) {
  absl::Status status = CheckNoChoice(options_.image, options_.source,
                                      "is a config.json, no image");
  if (!status.ok()) return status;
  absl::StatusOr<std::string> text = ReadOpenFile(config, options_.source);
  if (!text.ok()) return text.status();
  config_ = *std::move(text);
  config_name_ = options_.source;
  for (const std::string& part : options_.rootfs) {
    UniqueFd fd(open(part.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat st;
    if (!fd.ok() || fstat(fd.get(), &st) != 0) return InputError(errno, part);
    if (S_ISREG(st.st_mode)) {
      layers_.push_back(part);
    } else if (!S_ISDIR(st.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat(part, ": is neither a directory nor a tar archive"));
    } else if (options_.rootfs.size() > 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--rootfs: ", part,
          " is a directory: give it alone, or tar archives in its place"));
    } else {
      rootfs_directory_ = part;
      while (rootfs_directory_.size() > 1 && rootfs_directory_.back() == '/') {
        rootfs_directory_.pop_back();
      }
      source_rootfs_ = std::move(fd);
      return CheckNotInSource(source_rootfs_.get(), /*is_directory=*/true);
    }
  }
  return CheckNotInSource(config, /*is_directory=*/false);
}

absl::Status BundleMaker::Open(bool dry_run) {
  dry_run_ = dry_run;
  if (absl::Status proc = CheckProc(); !proc.ok()) return proc;
  if (BaseOfOutput().size() > NAME_MAX) {
    return FileError(ENAMETOOLONG, options_.output);
  }
  if (options_.ownership == Ownership::kKeep && !dry_run && geteuid() != 0) {
    return absl::PermissionDeniedError(
        "only root can keep the owners of a rootfs's files: run as root, or "
        "give --no-owner");
  }
  absl::Status status = OpenParent();
  if (!status.ok() && !dry_run) return status;
  const std::string& source = options_.source;
  UniqueFd fd(open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) return InputError(errno, source);
  const bool is_config = !options_.rootfs.empty() || !options_.files.empty();
  if (S_ISDIR(st.st_mode)) {
    if (is_config) {
      return absl::FailedPreconditionError(
          absl::StrCat(source,
                       ": is a directory: --rootfs and --file are for "
                       "a config.json"));
    }
    const UniqueFd directory(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    status = OpenSource(std::move(fd));
    if (!status.ok()) return status;
    // What is copied may not grow by being copied.
    return CheckNotInSource(
        source_rootfs_.ok() ? source_rootfs_.get() : directory.get(),
        /*is_directory=*/true);
  }
  if (is_config) return OpenConfig(fd.get());
  if (S_ISFIFO(st.st_mode)) {
    // What is in the archive is waited for.
    if (fcntl(fd.get(), F_SETFL, 0) != 0) return InputError(errno, source);
  } else if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": is neither a directory nor a tar archive"));
  }
  // An author's mistake. A tar archive may start so, too, with a file's name.
  std::array<char, 262> start = {};
  const ssize_t size = pread(fd.get(), start.data(), start.size(), 0);
  const std::string_view head(start.data(), size > 0 ? size : 0);
  if ((absl::StartsWith(head, "{") || absl::StartsWith(head, "[")) &&
      !absl::EndsWith(head, "ustar")) {
    return absl::InvalidArgumentError(absl::StrCat(
        source,
        ": looks like a config.json: name its directory, or say with --rootfs "
        "or --file what its rootfs is"));
  }
  status = CheckNotInSource(fd.get(), /*is_directory=*/false);
  if (status.ok()) status = MakeWorkDirectory();
  if (!status.ok()) return status;
  absl::StatusOr<UniqueFd> unpacked = work_->MakeDirectory("archive", 0700);
  if (!unpacked.ok()) return Named(options_.output, unpacked.status());
  // A plugin's directory keeps its owners; those of an image's files are
  // nobody's.
  const Ownership ownership =
      geteuid() == 0 || options_.ownership == Ownership::kRecord
          ? options_.ownership
          : Ownership::kDrop;
  const std::unique_ptr<TreeWriter> writer =
      TreeWriter::Make(UniqueFd(fcntl(unpacked->get(), F_DUPFD_CLOEXEC, 0)),
                       ownership, options_.limits);
  BlobReader reader(std::move(fd), source);
  status = UnpackTar(&reader, Whiteouts::kKeep, writer.get());
  if (status.ok()) status = Named(source, writer->Finish());
  if (!status.ok()) return status;
  source_ledger_ = writer->TakeLedger();
  return OpenSource(*std::move(unpacked));
}

const Host& BundleMaker::host() const {
  return rebased_ != nullptr ? *rebased_ : *options_.host;
}

absl::Status BundleMaker::Generate() {
  absl::Status status = CheckConfigSize(config_, config_name_);
  if (status.ok()) status = FillRequest();
  if (status.ok() && options_.release->behaviour->makes_bind_sources) {
    status = ShowRootfs();
  }
  if (!status.ok()) return status;
  const Generator generator(*options_.release, host());
  generator.Generate(request_, &answer_);
  // The plugin's own id is dockerd's; without one the bundle names it.
  if (answer_.outcome() == Outcome::kSpec && !request_.id.has_value() &&
      answer_.plugin().id.empty()) {
    request_.id = id_;
    generator.Generate(request_, &answer_);
  }
  if (answer_.outcome() == Outcome::kSpec) MakePlan();
  return absl::OkStatus();
}

absl::Status BundleMaker::FillRequest() {
  request_.plugin = config_;
  // dockerd takes no list there (daemon/pkg/plugin/backend_linux.go, v29.7.2):
  // only what is given apart from a rootfs may be `docker plugin inspect`'s.
  if (image_.has_value()) {
    request_.shape = PluginShape::kConfig;
  } else if (options_.rootfs.empty() && options_.files.empty()) {
    request_.shape =
        IsStoredState(config_) ? PluginShape::kStored : PluginShape::kConfig;
  }
  request_.set_calls = options_.set_calls;
  request_.set = options_.set;
  request_.restarted = options_.restarted;
  rootfs_path_ = absl::StrCat(options_.runs_at, "/rootfs");
  request_.rootfs = rootfs_path_;
  request_.exec_root = options_.exec_root;
  request_.metrics_socket = options_.metrics_socket;
  id_ = options_.id.has_value() ? *options_.id
                                : std::string(BasePath(options_.runs_at));
  if (id_.size() > NAME_MAX) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--id: ", id_, ": is longer than the name of a directory may be"));
  }
  if (options_.id.has_value()) request_.id = id_;
  if (options_.release->behaviour->rootfs != RootfsRule::kInLibRoot) {
    return absl::OkStatus();
  }
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
  return absl::OkStatus();
}

absl::Status BundleMaker::ShowRootfs() {
  if (rootfs_directory_.empty() || !options_.files.empty()) {
    if (dry_run_) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--dry-run: Docker ", options_.release->name,
          " looks into the rootfs while it makes the spec, and this one is "
          "not unpacked yet"));
    }
    absl::Status status = MakeRootfs();
    if (!status.ok()) return status;
  }
  rootfs_host_ = std::make_unique<LiveHost>();
  rebased_ = std::make_unique<RebasedHost>(
      *options_.host, rootfs_host_->files, rootfs_path_,
      // The directory behind the descriptor, not the link to it.
      ProcPath((rootfs_is_made_ ? rootfs_ : source_rootfs_).get()) + "/.");
  return absl::OkStatus();
}

void BundleMaker::MakePlan() {
  BundleFacts facts;
  facts.behaviour = options_.release->behaviour;
  // Of an archive, the directory that it is unpacked in.
  facts.bundle = options_.archive ? options_.runs_at : options_.output;
  facts.runs_at = options_.runs_at;
  facts.rootfs_directory = rootfs_directory_;
  facts.layers = layers_;
  std::vector<BundleStep> files;
  files.reserve(options_.files.size());
  for (const BundleOptions::File& file : options_.files) {
    files.push_back(
        {BundleStep::Kind::kCopyFile, file.path, file.from, kFileMode});
  }
  facts.files = files;
  facts.propagated_mount = answer_.plugin().config.propagated_mount;
  facts.directories = answer_.plan();
  facts.id = answer_.id();
  facts.exec_root = options_.exec_root;
  plan_ = PlanBundle(facts);
}

absl::Status BundleMaker::FillRootfs(TreeWriter* writer) {
  absl::Status status;
  if (image_.has_value()) {
    status = UnpackLayers(*image_, writer);
  } else if (!rootfs_directory_.empty()) {
    status = CopyTree(source_rootfs_.get(), rootfs_directory_, source_ledger_,
                      kRootfsName, work_->fd(), writer);
    source_ledger_ = {};
  } else {
    for (const std::string& layer : layers_) {
      UniqueFd fd(open(layer.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
      if (!fd.ok()) return InputError(errno, layer);
      BlobReader reader(std::move(fd), layer);
      status = UnpackTar(&reader, Whiteouts::kApply, writer);
      if (!status.ok()) return status;
    }
  }
  for (const BundleOptions::File& file : options_.files) {
    if (status.ok()) status = AddFile(file, writer);
  }
  return status.ok() ? Named(options_.output, writer->Finish()) : status;
}

absl::Status BundleMaker::MakeRootfs() {
  if (rootfs_is_made_) return absl::OkStatus();
  absl::Status status = MakeWorkDirectory();
  if (!status.ok()) return status;
  absl::StatusOr<UniqueFd> bundle = work_->MakeDirectory(kWorkName, 0700);
  if (!bundle.ok()) return Named(options_.output, bundle.status());
  bundle_ = *std::move(bundle);
  absl::StatusOr<UniqueFd> rootfs =
      WorkDirectory::MakeDirectoryIn(bundle_.get(), kRootfsName, 0755);
  if (!rootfs.ok()) return Named(options_.output, rootfs.status());
  rootfs_ = *std::move(rootfs);
  const std::unique_ptr<TreeWriter> writer = WriteToRootfs();
  status = FillRootfs(writer.get());
  if (!status.ok()) return status;
  ledger_ = writer->TakeLedger();
  if (writer->dropped_devices() > 0) {
    notes_.push_back(absl::StrCat(writer->dropped_devices(),
                                  " device nodes were left out (--no-owner)"));
  }
  rootfs_is_made_ = true;
  return absl::OkStatus();
}

std::unique_ptr<TreeWriter> BundleMaker::WriteToRootfs() const {
  return TreeWriter::Make(UniqueFd(fcntl(rootfs_.get(), F_DUPFD_CLOEXEC, 0)),
                          options_.ownership, options_.limits);
}

absl::Status BundleMaker::FinishRootfs() {
  const std::string name = absl::StrCat(options_.output, "/", kRootfsName);
  const Behaviour& behaviour = *options_.release->behaviour;
  if (behaviour.fills_rootfs) {
    // Directories stay what they are, all else makes room for new files.
    for (const InitEntry& entry : InitLayer()) {
      for (std::string path(entry.path); path != "."; path = DirPath(path)) {
        const auto known = ledger_.find(path);
        if (known != ledger_.end() &&
            known->second->type != InodeFacts::Type::kDirectory) {
          ledger_.erase(known);
        }
      }
    }
    absl::Status status = MakeInitLayer(rootfs_.get(), name,
                                        options_.ownership == Ownership::kKeep);
    if (!status.ok()) return status;
  }
  if (plan_.record.shares_mount) {
    absl::StatusOr<UniqueFd> shared = WorkDirectory::MakeDirectoryIn(
        bundle_.get(), kPropagatedMountName, 0755);
    if (!shared.ok()) return shared.status();
    if (!plan_.record.mount_in_rootfs.empty()) {
      absl::Status status =
          WriteToRootfs()->MakeDirectories(plan_.record.mount_in_rootfs);
      if (!status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat(config_name_, ": propagatedMount: ",
                                         status.message()));
      }
    }
  }
  absl::Status status = WriteNewFile(
      bundle_.get(), kSpecName, absl::StrCat(options_.output, "/", kSpecName),
      answer_.spec());
  return status.ok()
             ? WriteBundleRecord(bundle_.get(), options_.output, plan_.record)
             : status;
}

const Release* BundleMaker::NewestEngineFor(const Runtime& runtime) const {
  const absl::Span<const Release> releases = AllReleases();
  const Behaviour* tried = nullptr;
  for (auto release = releases.rbegin(); release != releases.rend();
       ++release) {
    if (release->behaviour == tried || IsPreRelease(*release)) continue;
    tried = release->behaviour;
    Answer answer;
    Generator(*release, host()).Generate(request_, &answer);
    if (answer.outcome() == Outcome::kSpec &&
        WhyRefused(runtime, ReadStartSpec(answer.spec())).empty()) {
      return &*release;
    }
  }
  return nullptr;
}

absl::StatusOr<std::vector<std::string>> BundleMaker::Check() {
  std::vector<std::string> findings;
  if (image_.has_value()) {
    findings = image_->passed_over;
    // moby pkg/archive/archive.go, v20.10.24 and v23.0.0
    constexpr int kFirstWithZstd = 23;
    int major = 0;
    const std::string_view engine = options_.release->name;
    if (absl::SimpleAtoi(engine.substr(0, engine.find('.')), &major) &&
        major < kFirstWithZstd) {
      for (const std::string& layer : image_->zstd_layers) {
        findings.push_back(absl::StrCat(
            layer, ": the layer is compressed by zstd, which Docker ", engine,
            " does not know: it cannot pull this image"));
      }
    }
  }
  const bool is_there = !rootfs_directory_.empty() && options_.files.empty();
  if (!dry_run_) {
    absl::Status status = MakeRootfs();
    if (!status.ok()) return status;
  }
  const StartSpec spec = ReadStartSpec(answer_.spec());
  MadeBefore made;
  // All that a bundle has.
  made.paths = {CleanPath(options_.runs_at)};
  made.files = {JoinPath({options_.runs_at, kSpecName}),
                JoinPath({options_.runs_at, kBundleRecordName})};
  made.directories = {JoinPath({options_.runs_at, kRootfsName})};
  if (plan_.record.shares_mount) {
    made.directories.push_back(
        JoinPath({options_.runs_at, kPropagatedMountName}));
  }
  for (const BundleRecord::Directory& directory : plan_.record.directories) {
    made.paths.push_back(directory.path);
  }
  // The plugin's own runtime directory, the last one.
  made.directories.push_back(made.paths.back());
  looked_into_rootfs_ = rootfs_is_made_ || is_there;
  if (!looked_into_rootfs_ && spec.command.empty()) {
    findings.emplace_back(kNoProgram);
  }
  if (looked_into_rootfs_) {
    const int rootfs = (rootfs_is_made_ ? rootfs_ : source_rootfs_).get();
    std::string missing = CheckPropagatedMount(
        *options_.release, answer_.plugin().config.propagated_mount, rootfs);
    if (!missing.empty()) findings.push_back(std::move(missing));
    const Machine* const machine = ThisMachine();
    std::string_view architecture = host().facts.architecture();
    if (machine != nullptr && machine->architecture == architecture) {
      architecture = {};
    }
    const StartPlace place = {
        options_.runs_here ? &host().files : nullptr, options_.runs_at,
        options_.runs_here && rootfs_is_made_,
        options_.release->behaviour->fills_rootfs, architecture};
    StartSpec started = spec;
    if (!plan_.record.mount_in_rootfs.empty()) {
      // These engines mount it before the spec's.
      started.mounts.insert(
          started.mounts.begin(),
          {plan_.record.mount_in_rootfs,
           JoinPath({options_.runs_at, kPropagatedMountName}), true});
    }
    std::vector<std::string> unknown;
    for (std::string& finding : CheckRootfs(started, rootfs, place, &unknown)) {
      findings.push_back(std::move(finding));
    }
    for (const std::string& what : unknown) {
      notes_.push_back(absl::StrCat(config_name(), ": note: ", what,
                                    ", which was not looked into"));
    }
    for (std::string& finding : CheckMountPoints(spec, rootfs, place, made)) {
      findings.push_back(std::move(finding));
    }
  }
  if (options_.runtime != nullptr) {
    const Runtime& runtime = *options_.runtime;
    if (const std::string why = WhyRefused(runtime, spec); !why.empty()) {
      const Release* const fits = NewestEngineFor(runtime);
      findings.push_back(absl::StrCat(
          runtime.name, " ", runtime.version, " refuses the spec of Docker ",
          options_.release->name, ": ", why,
          fits != nullptr ? absl::StrCat("; the newest that it takes is that "
                                         "of --engine ",
                                         fits->name)
                          : ""));
    }
  }
  if (options_.runs_here) {
    for (std::string& finding :
         CheckSources(spec, host().files, made, options_.runs_at)) {
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

absl::StatusOr<BundleMaker::Result> BundleMaker::Build() {
  absl::Status status = MakeRootfs();
  if (status.ok()) status = FinishRootfs();
  if (!status.ok()) return status;
  absl::StatusOr<Result> result = options_.archive ? PlaceArchive() : Place();
  if (!result.ok()) return result;
  // An old bundle may have files that nobody can remove.
  status = work_->Remove();
  if (!status.ok()) notes_.emplace_back(status.message());
  return result;
}

absl::StatusOr<BundleMaker::Result> BundleMaker::PlaceArchive() {
  constexpr char kName[] = "bundle.tar";
  const std::string& output = options_.output;
  const std::string base = BaseOfOutput();
  UniqueFd made(openat(work_->fd(), kName,
                       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600));
  if (!made.ok()) return FileError(errno, output);
  absl::Status status =
      ArchiveTree(bundle_.get(), output, ledger_, kRootfsName,
                  UniqueFd(fcntl(made.get(), F_DUPFD_CLOEXEC, 0)));
  if (!status.ok()) return status;
  Result result = Result::kMade;
  if (ExistsAt(parent_.get(), base)) {
    const UniqueFd old = OpenFileAt(parent_.get(), base.c_str());
    if (!old.ok()) {
      return absl::AlreadyExistsError(absl::StrCat(
          output, ": is there already, and is no file: name another"));
    }
    if (SameBytes(made.get(), old.get())) return Result::kUnchanged;
    if (!options_.replace) {
      return absl::AlreadyExistsError(absl::StrCat(
          output,
          ": is there already, and has other bytes: name another file, or "
          "give --force to replace it"));
    }
    result = Result::kReplaced;
  }
  if (renameat2(work_->fd(), kName, parent_.get(), base.c_str(),
                result == Result::kMade ? RENAME_NOREPLACE : 0) != 0) {
    return FileError(errno, output);
  }
  return result;
}

absl::Status BundleMaker::Start(const HeldBundle& bundle) const {
  if (!options_.prepare) return absl::OkStatus();
  absl::StatusOr<BundleRecord> record =
      ReadBundleRecord(bundle.fd.get(), bundle.name);
  return record.ok() ? StartBundle(bundle, &*record) : record.status();
}

absl::StatusOr<BundleMaker::Result> BundleMaker::Place() {
  const std::string base = BaseOfOutput();
  while (true) {
    if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
    // Held before others can see it. An empty directory gives way.
    absl::StatusOr<HeldBundle> made =
        HoldBundle(UniqueFd(fcntl(work_->fd(), F_DUPFD_CLOEXEC, 0)), kWorkName,
                   options_.output);
    if (!made.ok()) return made.status();
    if (renameat(work_->fd(), kWorkName, parent_.get(), base.c_str()) == 0) {
      absl::Status status = Start(*made);
      if (status.ok()) return Result::kMade;
      if (!work_
               ->TakeIn(parent_.get(), base, made->fd.get(), kWorkName,
                        options_.output)
               .ok()) {
        return absl::Status(
            status.code(), absl::StrCat(status.message(), " (", options_.output,
                                        " was made)"));
      }
      return status;
    }
    if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR &&
        errno != EBUSY) {
      return FileError(errno, options_.output);
    }
    if (IsWorkOfOurs(base)) {
      return absl::AbortedError(absl::StrCat(
          options_.output,
          ": what is being made was given that name meanwhile, by somebody "
          "else: name another place"));
    }
    absl::StatusOr<HeldBundle> old =
        HoldBundle(UniqueFd(fcntl(parent_.get(), F_DUPFD_CLOEXEC, 0)), base,
                   options_.output);
    if (old.ok()) return PlaceOver(*old);
    // Somebody else removed it meanwhile.
    if (absl::IsNotFound(old.status())) continue;
    if (absl::IsInvalidArgument(old.status())) return NoBundle();
    return old.status();
  }
}

bool BundleMaker::IsWorkOfOurs(const std::string& base) const {
  struct stat named;
  struct stat ours;
  if (fstatat(parent_.get(), base.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
    return false;
  }
  for (const int fd : {work_->fd(), bundle_.get()}) {
    if (fstat(fd, &ours) == 0 && SameFile(ours, named)) return true;
  }
  return false;
}

absl::Status BundleMaker::NoBundle() const {
  return absl::AlreadyExistsError(absl::StrCat(
      options_.output,
      ": is there already, and is no bundle: name another directory"));
}

absl::Status BundleMaker::Mark(const HeldBundle& old,
                               const absl::StatusOr<BundleRecord>& before,
                               bool is_half) const {
  if (!before.ok()) return absl::OkStatus();  // nobody starts that anyway
  BundleRecord record = *before;
  record.is_half = is_half;
  return WriteBundleRecord(old.fd.get(), options_.output, record);
}

absl::Status BundleMaker::ExchangeWith(const HeldBundle& old) const {
  const std::string names[] = {kRootfsName, kSpecName};
  for (size_t i = 0; i < 2; ++i) {
    if (renameat2(bundle_.get(), names[i].c_str(), old.fd.get(),
                  names[i].c_str(), RENAME_EXCHANGE) == 0) {
      continue;
    }
    const int error = errno;
    if (i == 1) {
      renameat2(bundle_.get(), kRootfsName, old.fd.get(), kRootfsName,
                RENAME_EXCHANGE);
    }
    const std::string name = absl::StrCat(options_.output, "/", names[i]);
    return error == EXDEV
               ? absl::FailedPreconditionError(absl::StrCat(
                     "--output: ", options_.output,
                     " is a mount of its own, in which nothing can be replaced "
                     "whole or not at all: name a directory in it"))
               : FileError(error, name);
  }
  return absl::OkStatus();
}

absl::StatusOr<BundleMaker::Result> BundleMaker::PlaceOver(
    const HeldBundle& old) {
  const std::string& output = options_.output;
  absl::Status status = CheckRoomForFiles(output);
  if (!status.ok()) return status;
  const UniqueFd spec = OpenFileAt(old.fd.get(), kSpecName);
  const int no_spec = spec.ok() ? 0 : errno;
  const UniqueFd rootfs = OpenDirectoryAt(old.fd.get(), kRootfsName);
  const int no_rootfs = rootfs.ok() ? 0 : errno;
  for (const int error : {no_spec, no_rootfs}) {
    if (error != 0) {
      return IsNothingThere(error) ? NoBundle() : FileError(error, output);
    }
  }
  absl::StatusOr<std::string> text =
      ReadOpenFile(spec.get(), absl::StrCat(output, "/", kSpecName));
  if (!text.ok()) return text.status();
  std::string difference;
  if (*text != answer_.spec()) {
    difference = "its config.json is another one";
  } else {
    absl::StatusOr<std::string> found = FirstDifference(
        rootfs_.get(), output, rootfs.get(), absl::StrCat(output, "/rootfs"),
        MountPointsOf(answer_.spec()));
    if (found.ok()) {
      if (!found->empty()) difference = absl::StrCat("in its rootfs, ", *found);
    } else if (options_.replace && !absl::IsCancelled(found.status()) &&
               !absl::IsAborted(found.status())) {
      difference = found.status().message();  // it cannot be read, say
    } else {
      return found.status();
    }
  }
  if (!difference.empty() && !options_.replace) {
    return absl::AlreadyExistsError(
        absl::StrCat(output, ": is there already, and ", difference,
                     ": name another directory, or give --force to replace "
                     "it"));
  }
  // What was made for it on the machine is still there.
  BundleRecord record = plan_.record;
  const absl::StatusOr<BundleRecord> before =
      ReadBundleRecord(old.fd.get(), output);
  if (before.ok()) record.made = before->made;
  if (!difference.empty()) {
    status = CheckNotInUse(record.id, output);
    if (status.ok()) status = CheckNothingMounted(old);
    // Whatever ends this run between the two: nobody starts the one half with
    // the other.
    if (status.ok()) status = Mark(old, before, /*is_half=*/true);
    if (!status.ok()) return status;
    status = ExchangeWith(old);
    if (!status.ok()) {
      (void)Mark(old, before, /*is_half=*/false);
      return status;
    }
  }
  // The plugin may have lost it.
  const bool adds_shared =
      renameat2(bundle_.get(), kPropagatedMountName, old.fd.get(),
                kPropagatedMountName, RENAME_NOREPLACE) == 0;
  if (!before.ok() || *before != record || !difference.empty()) {
    status = WriteBundleRecord(old.fd.get(), output, record);
  }
  if (status.ok()) status = Start(old);
  if (status.ok()) {
    return difference.empty() ? Result::kUnchanged : Result::kReplaced;
  }
  if (adds_shared) {
    renameat2(old.fd.get(), kPropagatedMountName, bundle_.get(),
              kPropagatedMountName, RENAME_NOREPLACE);
  }
  if (!difference.empty()) {
    (void)Mark(old, before, /*is_half=*/true);
    (void)ExchangeWith(old);
  }
  if (before.ok()) {
    (void)WriteBundleRecord(old.fd.get(), output, *before);
  } else {
    unlinkat(old.fd.get(), std::string(kBundleRecordName).c_str(), 0);
  }
  return status;
}

}  // namespace specgen
