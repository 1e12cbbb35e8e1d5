// Plugin images as tools other than Docker store them.
#ifndef SPECGEN_BUNDLE_IMAGE_H_
#define SPECGEN_BUNDLE_IMAGE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// Far more than any image's manifest, index or config has.
inline constexpr size_t kMaxImageJsonBytes = size_t{1} << 20;
// Lists, objects and what is in them.
inline constexpr size_t kMaxConfigItems = size_t{1} << 14;

// An error (kInvalidArgument) if the config of a plugin is so large, or has so
// many items, that it would take a lot of memory to read it. `name` is for the
// message. Other faults are for others to find.
absl::Status CheckConfigSize(std::string_view config, std::string_view name);

enum class ImageForm {
  kOciLayout,        // oci-layout, index.json, blobs/sha256/…
  kSkopeoDirectory,  // version, manifest.json, one file a blob (skopeo's
                     // "dir:")
  kDockerArchive,    // manifest.json that is a list (`docker save`)
};

// The form of the image in the directory, which messages call `name`; kNotFound
// if it is none.
absl::StatusOr<ImageForm> FormOfImage(int directory, const std::string& name);

// An image that was read: a directory, and what its manifest names in it.
struct Image {
  UniqueFd directory;
  std::string name;    // of the directory, for messages
  std::string config;  // the plugin's, the bytes that the author pushed
  std::vector<BlobInfo> layers;  // bottom first
  // What dockerd would leave out without a word; one sentence each.
  std::vector<std::string> passed_over;
  // The digests of layers that are zstd, although their types do not say so.
  std::vector<std::string> zstd_layers;
};

// Which of several images; "" leaves it open.
struct ImageChoice {
  // Its name (org.opencontainers.image.ref.name, or one of RepoTags; "a/b" is
  // "docker.io/a/b:latest", too); or, if none has it, the start of the digest
  // of its manifest, of an index that leads to it, or, in a docker-archive, of
  // its config: "sha256:…", or 12 digits or more.
  std::string image;
  // "linux/arm64", "arm64" or "linux/arm/v7". If several images are left
  // without it, those for `machine` are taken.
  std::string platform;
  std::string machine = {};  // a platform, too; "": that of this machine
};

// An error (kFailedPrecondition) if something is chosen, although `name` is
// `what`, which leaves no choice.
absl::Status CheckNoChoice(const ImageChoice& wanted, std::string_view name,
                           std::string_view what);

// Reads the manifest and the config of the plugin image in `directory`, which
// messages call `name`; nothing outside of it is opened, whatever it says.
// Indexes in indexes are looked through, too.
//
// Manifest, config and layers are checked against their digests and sizes
// where the image has them (a docker-archive has none for layers). Errors:
// kInvalidArgument if the image is damaged, or is of something else than a
// Docker plugin; kFailedPrecondition if `wanted` fits none, or several: the
// message names them, and each name and digest in it is one that chooses.
absl::StatusOr<Image> ReadImage(UniqueFd directory, const std::string& name,
                                ImageForm form, const ImageChoice& wanted);

// Unpacks the layers through `writer`.
absl::Status UnpackLayers(const Image& image, TreeWriter* writer);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_IMAGE_H_
