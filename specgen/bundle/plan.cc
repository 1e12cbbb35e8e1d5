#include "specgen/bundle/plan.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "specgen/base/printable.h"
#include "specgen/bundle/init_layer.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"

namespace specgen {
namespace {

using Kind = BundleStep::Kind;

// dockerd's directory of a plugin has this mode: what is in it may be set-uid,
// or a device.
constexpr uint32_t kBundleMode = 0700;
// Environment variables in a spec can be secrets.
constexpr uint32_t kSpecMode = 0600;
constexpr uint32_t kPropagatedMountMode = 0755;
constexpr uint32_t kInitLayerMode = 0755;
constexpr uint32_t kRuntimeDirectoryMode = 0700;

void PlanInitLayer(const std::string& rootfs, std::vector<BundleStep>* steps) {
  for (const InitEntry& entry : InitLayer()) {
    BundleStep step{Kind::kMakeFile, absl::StrCat(rootfs, "/", entry.path),
                    std::string(entry.target), kInitLayerMode};
    if (entry.type == InitEntry::Type::kDirectory)
      step.kind = Kind::kMakeDirectory;
    if (entry.type == InitEntry::Type::kSymlink) {
      step.kind = Kind::kSymlink;
      step.mode = 0;
    }
    steps->push_back(std::move(step));
  }
}

}  // namespace

BundlePlan PlanBundle(const BundleFacts& facts) {
  BundlePlan plan;
  const std::string bundle(facts.bundle);
  const std::string rootfs = absl::StrCat(bundle, "/rootfs");
  plan.build.push_back({Kind::kMakeDirectory, bundle, "", kBundleMode});
  if (!facts.rootfs_directory.empty()) {
    plan.build.push_back(
        {Kind::kCopyTree, rootfs, std::string(facts.rootfs_directory)});
  } else {
    plan.build.push_back({Kind::kMakeDirectory, rootfs, "", 0755});
    for (const std::string& layer : facts.layers) {
      plan.build.push_back({Kind::kUnpack, rootfs, layer});
    }
  }
  for (const BundleStep& file : facts.files) {
    plan.build.push_back(file);
    plan.build.back().path = JoinPath({rootfs, file.path});
  }
  if (facts.behaviour->fills_rootfs) PlanInitLayer(rootfs, &plan.build);

  BundleRecord& record = plan.record;
  record.id = facts.id;
  record.at = facts.runs_at;
  for (const PlannedFolder& directory : facts.directories) {
    plan.start.push_back({Kind::kMakeDirectory, std::string(directory.path), "",
                          directory.mode});
    record.directories.push_back({std::string(directory.path), directory.mode});
  }
  // Also where the engine found it made: it is gone after the next boot.
  const uint32_t mode = facts.behaviour->runtime_folder_mode;
  record.directories.push_back({JoinPath({facts.exec_root, facts.id}),
                                mode != 0 ? mode : kRuntimeDirectoryMode});
  if (!facts.propagated_mount.empty() &&
      facts.behaviour->propagated_mount != PropagatedMount::kIgnored) {
    plan.build.push_back({Kind::kMakeDirectory,
                          absl::StrCat(bundle, "/", kPropagatedMountName), "",
                          kPropagatedMountMode});
    const std::string at =
        absl::StrCat(facts.runs_at, "/", kPropagatedMountName);
    plan.start.push_back({Kind::kBind, at, at});
    plan.start.push_back({Kind::kShare, at, ""});
    record.shares_mount = true;
    if (facts.behaviour->propagated_mount ==
        PropagatedMount::kRootfsPropagation) {
      plan.build.push_back({Kind::kMakeDirectory,
                            JoinPath({rootfs, facts.propagated_mount}), "",
                            kPropagatedMountMode});
      plan.start.push_back(
          {Kind::kBind,
           JoinPath({facts.runs_at, "rootfs", facts.propagated_mount}), at});
      record.mount_in_rootfs = facts.propagated_mount;
    }
  }
  for (const std::string_view name :
       {std::string_view("config.json"), kBundleRecordName}) {
    plan.build.push_back(
        {Kind::kWriteFile, absl::StrCat(bundle, "/", name), "", kSpecMode});
  }
  return plan;
}

std::string ShellQuote(std::string_view word) {
  bool plain = !word.empty();
  for (char c : word) {
    plain = plain &&
            (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
             std::string_view("-_./:=@%+,").find(c) != std::string_view::npos);
  }
  if (plain) return std::string(word);
  if (Printable(word) != word) {
    // What a terminal would act on, as bytes in octal; bash, zsh and POSIX
    // since 2024 read it.
    std::string escaped;
    for (char c : word) {
      if (c >= ' ' && c <= '~' && c != '\'' && c != '\\') {
        escaped.push_back(c);
      } else {
        absl::StrAppend(
            &escaped, absl::StrFormat("\\%03o", static_cast<unsigned char>(c)));
      }
    }
    return absl::StrCat("$'", escaped, "'");
  }
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string StepText(const BundleStep& step) {
  const std::string path = ShellQuote(step.path);
  const std::string from = ShellQuote(step.from);
  switch (step.kind) {
    case Kind::kMakeDirectory:
      return absl::StrFormat("mkdir -m %04o %s", step.mode, path);
    case Kind::kCopyTree:
      return absl::StrCat("copy ", from, " ", path);
    case Kind::kUnpack:
      return absl::StrCat("unpack ", from, " ", path);
    case Kind::kMakeFile:
      return absl::StrFormat("create -m %04o %s", step.mode, path);
    case Kind::kCopyFile:
      return absl::StrFormat("install -m %04o %s %s", step.mode, from, path);
    case Kind::kSymlink:
      return absl::StrCat("ln -s ", from, " ", path);
    case Kind::kWriteFile:
      return absl::StrFormat("write -m %04o %s", step.mode, path);
    case Kind::kBind:
      return absl::StrCat("mount --rbind ", from, " ", path);
    case Kind::kShare:
      return absl::StrCat("mount --make-rshared ", path);
  }
  return "";
}

}  // namespace specgen
