// Makes an OCI bundle of a plugin: what runc and crun start as it is.
//
// The bundle is one directory: config.json (the engine's spec, byte for byte),
// rootfs, and, for plugins that ask for one, propagated-mount.
#ifndef SPECGEN_BUNDLE_BUNDLE_H_
#define SPECGEN_BUNDLE_BUNDLE_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/base/usual_umask.h"
#include "specgen/bundle/image.h"
#include "specgen/bundle/plan.h"
#include "specgen/bundle/runtime.h"
#include "specgen/bundle/start_steps.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/work_directory.h"
#include "specgen/engine/engine.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host.h"
#include "specgen/specgen.h"

namespace specgen {

struct BundleOptions {
  // What to make it of: a directory with config.json and rootfs (an author's,
  // or one of dockerd's store), the directory of an image (see ImageForm), a
  // tar archive of either, or, with `rootfs` or `files`, a config.json.
  std::string source;
  // What its rootfs is made of: one directory; or layers, which are tar
  // archives, bottom first.
  std::vector<std::string> rootfs;
  struct File {
    std::string path;  // in the rootfs
    std::string from;
  };
  // Put into it at last; root's, with mode 0755.
  std::vector<File> files;
  ImageChoice image;   // which image of several
  std::string output;  // the bundle, absolute and clean
  // The output is no directory, but a tar archive of what is to be one. Needs
  // Ownership::kRecord, and no root.
  bool archive = false;
  // Where the bundle lies when it runs, absolute and clean.
  std::string runs_at;
  const Release* release = nullptr;
  const Host* host = nullptr;  // that the spec is for
  std::optional<std::string> id;
  // See Request; both outlive this.
  absl::Span<const absl::Span<const std::string_view>> set_calls;
  absl::Span<const std::string_view> set;
  bool restarted = false;
  std::string exec_root;
  std::string metrics_socket;
  Ownership ownership = Ownership::kKeep;
  TreeLimits limits;
  // Of the directory that the output is to lie in.
  Trust parent_trust = Trust::kChecked;
  // Take BundlePlan::start's steps on this machine, too.
  bool prepare = true;
  // Put a new rootfs and spec in the place of other ones.
  bool replace = false;
  // It is to run on this machine, and lies where it will run.
  bool runs_here = true;
  const Runtime* runtime = nullptr;  // that will start it, if that is known
};

// A bundle in the making. Use: Open, then Generate, then look at answer()
// and plan(), then Check, if wanted, then Build. Whatever happens, the
// directory for temporary files goes in the end. Everything is made below
// descriptors that are opened once, so that nobody who renames directories
// meanwhile makes it write elsewhere. Not thread-safe; the umask of the process
// is another one while this lives.
class BundleMaker {
 public:
  // `options` must outlive this.
  explicit BundleMaker(const BundleOptions& options);
  ~BundleMaker();
  BundleMaker(const BundleMaker&) = delete;
  BundleMaker& operator=(const BundleMaker&) = delete;

  // Finds out what the source is and reads the plugin's config. A tar archive
  // is unpacked for that, beside the output, or with `dry_run` in TMPDIR.
  absl::Status Open(bool dry_run);

  // Makes the spec. Engines that look into the rootfs for it (before
  // 1.13.0-rc4) need an image to be unpacked: not possible with `dry_run`.
  absl::Status Generate();

  // Only if answer() has a spec.
  const BundlePlan& plan() const { return plan_; }

  // What dockerd would not do as specgen does, and what will keep the plugin
  // from starting (see start_check.h): one sentence each. Makes the rootfs of
  // an image for that, unless this is a `dry_run`: then an image's rootfs is
  // not looked at.
  absl::StatusOr<std::vector<std::string>> Check();
  // Whether Check looked at the rootfs.
  bool looked_into_rootfs() const { return looked_into_rootfs_; }

  enum class Result {
    kMade,
    kUnchanged,  // it was there, and is the same
    kReplaced,
  };
  // Makes the bundle and, if asked for, prepares the machine. After an error
  // everything is as it was. kAlreadyExists if there is something else at the
  // output, and `replace` is not set or it is no bundle.
  absl::StatusOr<Result> Build();

  const Answer& answer() const { return answer_; }
  const Request& request() const { return request_; }
  const Host& host() const;
  // How messages name the plugin's config.
  const std::string& config_name() const { return config_name_; }
  // What the user may want to know after Build; one line each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::string BaseOfOutput() const {
    return std::string(BasePath(options_.output));
  }
  absl::Status OpenParent();
  absl::Status OpenSource(UniqueFd directory);
  absl::Status OpenConfig(int config);
  absl::Status CheckNotInSource(int source, bool is_directory) const;
  // The steps of Generate. ShowRootfs is for engines that look into the rootfs:
  // it makes it, if it is none yet, and lets host() show it where it will be.
  absl::Status FillRequest();
  absl::Status ShowRootfs();
  void MakePlan();
  absl::Status MakeWorkDirectory();
  absl::Status MakeRootfs();
  absl::Status FillRootfs(TreeWriter* writer);
  std::unique_ptr<TreeWriter> WriteToRootfs() const;
  // The newest one whose spec `runtime` takes, as far as is known; or null.
  const Release* NewestEngineFor(const Runtime& runtime) const;
  absl::Status FinishRootfs();
  absl::StatusOr<Result> Place();
  absl::StatusOr<Result> PlaceArchive();
  absl::StatusOr<Result> PlaceOver(const HeldBundle& old);
  absl::Status Start(const HeldBundle& bundle) const;
  absl::Status NoBundle() const;
  // Whether that is the name of what is being made.
  bool IsWorkOfOurs(const std::string& base) const;
  // Writes into the record of `old`, which was `before`, that its rootfs and
  // its spec may be of two plugins, or that they are not.
  absl::Status Mark(const HeldBundle& old,
                    const absl::StatusOr<BundleRecord>& before,
                    bool is_half) const;
  // Lets rootfs and spec of `old` and of what was made change places.
  absl::Status ExchangeWith(const HeldBundle& old) const;

  const BundleOptions& options_;
  const UsualUmask umask_;
  bool dry_run_ = false;
  bool looked_into_rootfs_ = false;
  UniqueFd parent_;  // the directory that the output lies in
  std::unique_ptr<WorkDirectory> work_;
  UniqueFd bundle_;  // what is made, in work_
  UniqueFd rootfs_;  // its rootfs
  std::string config_;
  std::string config_name_;
  // A directory that the rootfs is copied from, "" for an image.
  std::string rootfs_directory_;
  UniqueFd source_rootfs_;
  // What is known beyond what is on disk, of the directory that it lies in.
  TreeLedger source_ledger_;
  std::optional<Image> image_;
  std::vector<std::string> layers_;
  TreeLedger ledger_;  // of the rootfs, for an archive
  bool rootfs_is_made_ = false;

  std::string id_;
  std::string rootfs_path_;
  std::string lib_root_;
  Request request_;
  Answer answer_;
  std::unique_ptr<Host> rootfs_host_;
  std::unique_ptr<Host> rebased_;
  BundlePlan plan_;
  std::vector<std::string> notes_;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_BUNDLE_H_
