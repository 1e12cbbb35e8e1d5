#include "specgen/bundle/image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "simdjson.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"

namespace specgen {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

// Each is opened and read, however small it is.
constexpr size_t kMaxLayers = 1024;

constexpr std::string_view kPluginConfig =
    "application/vnd.docker.plugin.v1+json";
constexpr std::string_view kContainerConfigs[] = {
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
};
constexpr std::string_view kManifests[] = {
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
};
constexpr std::string_view kIndexes[] = {
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
};
// Docker itself knows the plain and the gzip ones (plugin/fetch_linux.go).
constexpr std::string_view kLayers[] = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
};

template <size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  for (std::string_view item : list) {
    if (item == text) return true;
  }
  return false;
}

// Members of JSON objects; "" and -1 where there is none of that type.
std::string Text(element e, std::string_view key) {
  std::string_view text;
  return e[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

int64_t Number(element e, std::string_view key) {
  int64_t number;
  return e[key].get(number) == simdjson::SUCCESS ? number : -1;
}

bool Exists(int folder, const std::string& path) {
  return OpenBeneath(folder, path, O_PATH).ok();
}

// The path of a blob, "sha256:…", in the image.
absl::StatusOr<BlobInfo> Locate(ImageForm form, std::string_view digest,
                                int64_t size) {
  std::string_view hex = digest;
  if (!absl::ConsumePrefix(&hex, "sha256:") || !IsSha256(hex)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", digest, "\" is no digest of SHA-256"));
  }
  if (size < 0) {
    return absl::InvalidArgumentError(absl::StrCat(digest, ": has no size"));
  }
  BlobInfo info;
  info.sha256 = hex;
  info.size = size;
  info.path = form == ImageForm::kOciLayout ? absl::StrCat("blobs/sha256/", hex)
                                            : std::string(hex);
  return info;
}

absl::StatusOr<BlobReader> OpenBlob(const Image& image, const BlobInfo& info) {
  const std::string name = absl::StrCat(image.name, "/", info.path);
  // O_NONBLOCK: opening a FIFO would wait for ever.
  UniqueFd fd =
      OpenBeneath(image.folder.get(), info.path, O_RDONLY | O_NONBLOCK);
  if (!fd.ok()) {
    if (errno == EXDEV) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": leads out of the image"));
    }
    return FileError(errno, name);
  }
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return FileError(errno, name);
  if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": is not a file"));
  }
  return BlobReader(std::move(fd), name);
}

absl::StatusOr<std::string> ReadJson(const Image& image, const BlobInfo& info) {
  absl::StatusOr<BlobReader> blob = OpenBlob(image, info);
  if (!blob.ok()) return blob.status();
  std::string text;
  while (true) {
    absl::StatusOr<std::string_view> bytes = blob->Read();
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) break;
    if (text.size() + bytes->size() > kMaxImageJsonBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(blob->name(), ": is larger than 1 MiB"));
    }
    text.append(*bytes);
  }
  absl::Status status = blob->Verify(info);
  if (!status.ok()) return status;
  return text;
}

class ImageReader {
 public:
  ImageReader(ImageForm form, std::string_view wanted, Image* image)
      : form_(form), wanted_(wanted), image_(*image) {}

  absl::Status Read() {
    switch (form_) {
      case ImageForm::kOciLayout: {
        BlobInfo index;
        index.path = "index.json";
        return ReadIndex(index, 0);
      }
      case ImageForm::kSkopeoFolder: {
        BlobInfo manifest;
        manifest.path = "manifest.json";
        return ReadManifest(manifest);
      }
      default:
        return ReadArchive();
    }
  }

 private:
  absl::Status Bad(const BlobInfo& info, std::string_view why) const {
    return absl::InvalidArgumentError(
        absl::StrCat(image_.name, "/", info.path, ": ", why));
  }

  // Reads and parses; the result lives until the next call.
  absl::StatusOr<element> Parse(const BlobInfo& info) {
    absl::StatusOr<std::string> text = ReadJson(image_, info);
    if (!text.ok()) return text.status();
    element root;
    if (const auto error = parser_.parse(*text).get(root);
        error != simdjson::SUCCESS) {
      return Bad(info,
                 absl::StrCat("is not JSON: ", simdjson::error_message(error)));
    }
    return root;
  }

  absl::Status ReadIndex(const BlobInfo& info, int depth) {
    if (depth > 4) return Bad(info, "has indexes in indexes");
    absl::StatusOr<element> root = Parse(info);
    if (!root.ok()) return root.status();
    array manifests;
    if ((*root)["manifests"].get(manifests) != simdjson::SUCCESS) {
      return Bad(info, "has no \"manifests\"");
    }
    struct Choice {
      std::string name, digest, media_type;
      int64_t size;
    };
    std::vector<Choice> choices;
    std::vector<std::string> names;
    for (element e : manifests) {
      Choice choice{"", Text(e, "digest"), Text(e, "mediaType"),
                    Number(e, "size")};
      element annotations;
      if (e["annotations"].get(annotations) == simdjson::SUCCESS) {
        choice.name = Text(annotations, "org.opencontainers.image.ref.name");
      }
      names.push_back(choice.name.empty() ? choice.digest : choice.name);
      if (!wanted_.empty() && depth == 0 && choice.name != wanted_ &&
          !absl::StartsWith(choice.digest, wanted_) &&
          !absl::StartsWith(choice.digest, absl::StrCat("sha256:", wanted_))) {
        continue;
      }
      choices.push_back(std::move(choice));
    }
    if (choices.size() != 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          image_.name, ": --image: ",
          choices.empty() ? "there is no such image" : "which image",
          "; there are ", names.empty() ? "none" : absl::StrJoin(names, ", ")));
    }
    const Choice& choice = choices[0];
    absl::StatusOr<BlobInfo> next = Locate(form_, choice.digest, choice.size);
    if (!next.ok()) return Bad(info, next.status().message());
    if (IsOneOf(choice.media_type, kIndexes)) {
      return ReadIndex(*next, depth + 1);
    }
    return ReadManifest(*next);
  }

  absl::Status ReadManifest(const BlobInfo& info) {
    absl::StatusOr<element> root = Parse(info);
    if (!root.ok()) return root.status();
    const std::string type = Text(*root, "mediaType");
    if (!type.empty() && !IsOneOf(type, kManifests)) {
      return Bad(info, absl::StrCat("is no manifest of an image but ", type));
    }
    element config;
    if ((*root)["config"].get(config) != simdjson::SUCCESS) {
      return Bad(info, "has no \"config\"");
    }
    const std::string config_type = Text(config, "mediaType");
    if (config_type != kPluginConfig) {
      return Bad(info,
                 absl::StrCat(
                     IsOneOf(config_type, kContainerConfigs)
                         ? "is the image of a container, not of a Docker plugin"
                         : "is not the image of a Docker plugin",
                     " (its config is ",
                     config_type.empty() ? "of no type" : config_type,
                     ", a plugin's is ", kPluginConfig, ")"));
    }
    absl::StatusOr<BlobInfo> config_blob =
        Locate(form_, Text(config, "digest"), Number(config, "size"));
    if (!config_blob.ok()) return Bad(info, config_blob.status().message());
    array layers;
    if ((*root)["layers"].get(layers) != simdjson::SUCCESS) {
      return Bad(info, "has no \"layers\"");
    }
    for (element layer : layers) {
      const std::string layer_type = Text(layer, "mediaType");
      if (!IsOneOf(layer_type, kLayers)) {
        return Bad(info, absl::StrCat("has a layer of the type \"", layer_type,
                                      "\", which specgen does not know"));
      }
      absl::StatusOr<BlobInfo> blob =
          Locate(form_, Text(layer, "digest"), Number(layer, "size"));
      if (!blob.ok()) return Bad(info, blob.status().message());
      image_.layers.push_back(*std::move(blob));
    }
    absl::Status few = CheckLayers(info);
    if (!few.ok()) return few;
    return ReadConfig(*config_blob);
  }

  absl::Status ReadArchive() {
    BlobInfo info;
    info.path = "manifest.json";
    absl::StatusOr<element> root = Parse(info);
    if (!root.ok()) return root.status();
    array images;
    if (root->get(images) != simdjson::SUCCESS) return Bad(info, "is no list");
    BlobInfo config;
    std::vector<std::string> names;
    int found = 0;
    for (element e : images) {
      bool fits =
          wanted_.empty() || absl::StartsWith(Text(e, "Config"), wanted_);
      array tags;
      std::string name = Text(e, "Config");
      if (e["RepoTags"].get(tags) == simdjson::SUCCESS) {
        for (element tag : tags) {
          std::string_view text;
          if (tag.get(text) != simdjson::SUCCESS) continue;
          if (text == wanted_) fits = true;
          name = text;
        }
      }
      names.push_back(name);
      if (!fits) continue;
      ++found;
      config.path = Text(e, "Config");
      image_.layers.clear();
      array layers;
      if (e["Layers"].get(layers) != simdjson::SUCCESS) {
        return Bad(info, "has no \"Layers\"");
      }
      for (element layer : layers) {
        std::string_view path;
        if (layer.get(path) != simdjson::SUCCESS || path.empty()) {
          return Bad(info, "has a layer without a path");
        }
        BlobInfo blob;
        blob.path = path;
        image_.layers.push_back(std::move(blob));
      }
    }
    if (found != 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          image_.name,
          ": --image: ", found == 0 ? "there is no such image" : "which image",
          "; there are ", names.empty() ? "none" : absl::StrJoin(names, ", ")));
    }
    if (config.path.empty()) return Bad(info, "has no \"Config\"");
    // The file is named after its SHA-256.
    std::string_view hex = config.path;
    if (absl::ConsumePrefix(&hex, "blobs/sha256/") ||
        absl::ConsumeSuffix(&hex, ".json")) {
      if (IsSha256(hex)) config.sha256 = hex;
    }
    absl::Status status = ReadConfig(config);
    if (status.ok()) status = CheckLayers(info);
    if (!status.ok()) return status;
    // This form does not say of what type a config is.
    element plugin;
    if (parser_.parse(image_.config).get(plugin) != simdjson::SUCCESS ||
        plugin["interface"].error() != simdjson::SUCCESS) {
      return Bad(config,
                 "is not the config of a Docker plugin: it has no "
                 "\"interface\"");
    }
    return absl::OkStatus();
  }

  absl::Status CheckLayers(const BlobInfo& info) const {
    if (image_.layers.size() <= kMaxLayers) return absl::OkStatus();
    return Bad(info, absl::StrCat("has more than ", kMaxLayers, " layers"));
  }

  absl::Status ReadConfig(const BlobInfo& info) {
    absl::StatusOr<std::string> config = ReadJson(image_, info);
    if (!config.ok()) return config.status();
    image_.config = *std::move(config);
    return CheckConfigSize(image_.config,
                           absl::StrCat(image_.name, "/", info.path));
  }

  const ImageForm form_;
  const std::string_view wanted_;
  Image& image_;
  simdjson::dom::parser parser_;
};

}  // namespace

absl::Status CheckConfigSize(std::string_view config, std::string_view name) {
  if (config.size() > kMaxImageJsonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is larger than 1 MiB: no plugin's config is"));
  }
  size_t items = 0;
  bool in_string = false;
  for (size_t i = 0; i < config.size(); ++i) {
    const char c = config[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == ',' || c == '[' || c == '{') {
      ++items;
    }
  }
  if (items <= kMaxConfigItems) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": has more than ", kMaxConfigItems,
                   " items in its lists and objects: no plugin's config has"));
}

absl::StatusOr<ImageForm> FormOfImage(int folder) {
  if (Exists(folder, "oci-layout") && Exists(folder, "index.json")) {
    return ImageForm::kOciLayout;
  }
  if (Exists(folder, "manifest.json")) {
    return Exists(folder, "version") ? ImageForm::kSkopeoFolder
                                     : ImageForm::kDockerArchive;
  }
  return absl::NotFoundError("no image");
}

absl::StatusOr<Image> ReadImage(UniqueFd directory, const std::string& name,
                                ImageForm form, std::string_view wanted) {
  Image image;
  image.name = name;
  image.folder = std::move(directory);
  absl::Status status = ImageReader(form, wanted, &image).Read();
  if (!status.ok()) return status;
  return image;
}

absl::Status UnpackLayers(const Image& image, TreeWriter* writer) {
  for (const BlobInfo& layer : image.layers) {
    absl::StatusOr<BlobReader> blob = OpenBlob(image, layer);
    if (!blob.ok()) return blob.status();
    absl::Status status = UnpackTar(&*blob, Whiteouts::kApply, writer);
    // A layer with other bytes than it should have is damaged first of all.
    if (!status.ok() && !absl::IsInvalidArgument(status)) return status;
    if (absl::Status verified = blob->Verify(layer); !verified.ok()) {
      return verified;
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace specgen
