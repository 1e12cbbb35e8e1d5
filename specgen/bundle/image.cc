#include "specgen/bundle/image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
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
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

// Each is opened and read, however small it is.
constexpr size_t kMaxLayers = 1024;

// Of a manifest or index: lists, objects and what is in them. Each takes some
// hundred bytes of memory.
constexpr size_t kMaxItems = size_t{1} << 16;

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

// A member of an object; "" and -1 where there is none of that type.
std::string Text(const JsonNode& object, std::string_view key) {
  return std::string(object.String(key));
}

int64_t Number(const JsonNode& object, std::string_view key) {
  const JsonNode* const node = object.Find(key);
  int64_t number;
  return node != nullptr && node->is(JsonKind::kNumber) &&
                 absl::SimpleAtoi(node->text, &number)
             ? number
             : -1;
}

// The member that is a list; null if there is none.
const JsonNode* List(const JsonNode& object, std::string_view key) {
  const JsonNode* const node = object.Find(key);
  return node != nullptr && node->is(JsonKind::kArray) ? node : nullptr;
}

// No less than the lists and objects of a JSON text, and what is in them.
size_t CountItems(std::string_view json) {
  size_t items = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == ',' || c == '[' || c == '{') {
      ++items;
    }
  }
  return items;
}

bool Exists(int directory, const std::string& path) {
  return OpenBeneath(directory, path, O_PATH).ok();
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
      OpenBeneath(image.directory.get(), info.path, O_RDONLY | O_NONBLOCK);
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
      case ImageForm::kSkopeoDirectory: {
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

  // Reads and parses.
  absl::StatusOr<std::unique_ptr<JsonTree>> Parse(const BlobInfo& info) {
    absl::StatusOr<std::string> text = ReadJson(image_, info);
    if (!text.ok()) return text.status();
    if (CountItems(*text) > kMaxItems) {
      return Bad(info, absl::StrCat("has more than ", kMaxItems,
                                    " items in its lists and objects"));
    }
    return JsonTree::Parse(*text, absl::StrCat(image_.name, "/", info.path));
  }

  absl::Status ReadIndex(const BlobInfo& info, int depth) {
    if (depth > 4) return Bad(info, "has indexes in indexes");
    absl::StatusOr<std::unique_ptr<JsonTree>> tree = Parse(info);
    if (!tree.ok()) return tree.status();
    const JsonNode* const manifests = List((*tree)->root(), "manifests");
    if (manifests == nullptr) return Bad(info, "has no \"manifests\"");
    struct Choice {
      std::string name, digest, media_type;
      int64_t size;
    };
    std::vector<Choice> choices;
    std::vector<std::string> names;
    for (const JsonNode& manifest : manifests->items) {
      Choice choice{"", Text(manifest, "digest"), Text(manifest, "mediaType"),
                    Number(manifest, "size")};
      const JsonNode* const annotations = manifest.Find("annotations");
      if (annotations != nullptr) {
        choice.name = Text(*annotations, "org.opencontainers.image.ref.name");
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
    absl::StatusOr<std::unique_ptr<JsonTree>> tree = Parse(info);
    if (!tree.ok()) return tree.status();
    const JsonNode& root = (*tree)->root();
    const std::string type = Text(root, "mediaType");
    if (!type.empty() && !IsOneOf(type, kManifests)) {
      return Bad(info, absl::StrCat("is no manifest of an image but ", type));
    }
    const JsonNode* const config = root.Find("config");
    if (config == nullptr) return Bad(info, "has no \"config\"");
    const std::string config_type = Text(*config, "mediaType");
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
        Locate(form_, Text(*config, "digest"), Number(*config, "size"));
    if (!config_blob.ok()) return Bad(info, config_blob.status().message());
    const JsonNode* const layers = List(root, "layers");
    if (layers == nullptr) return Bad(info, "has no \"layers\"");
    for (const JsonNode& layer : layers->items) {
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
    absl::StatusOr<std::unique_ptr<JsonTree>> tree = Parse(info);
    if (!tree.ok()) return tree.status();
    const JsonNode& images = (*tree)->root();
    if (!images.is(JsonKind::kArray)) return Bad(info, "is no list");
    BlobInfo config;
    std::vector<std::string> names;
    int found = 0;
    for (const JsonNode& image : images.items) {
      std::string name = Text(image, "Config");
      bool fits = wanted_.empty() || absl::StartsWith(name, wanted_);
      if (const JsonNode* const tags = List(image, "RepoTags")) {
        for (const JsonNode& tag : tags->items) {
          if (!tag.is(JsonKind::kString)) continue;
          if (tag.text == wanted_) fits = true;
          name = tag.text;
        }
      }
      names.push_back(name);
      if (!fits) continue;
      ++found;
      config.path = Text(image, "Config");
      image_.layers.clear();
      const JsonNode* const layers = List(image, "Layers");
      if (layers == nullptr) return Bad(info, "has no \"Layers\"");
      for (const JsonNode& layer : layers->items) {
        if (layer.String().empty()) {
          return Bad(info, "has a layer without a path");
        }
        BlobInfo blob;
        blob.path = layer.String();
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
    const absl::StatusOr<std::unique_ptr<JsonTree>> plugin =
        JsonTree::Parse(image_.config, config.path);
    if (!plugin.ok() || (*plugin)->root().Find("interface") == nullptr) {
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
};

}  // namespace

absl::Status CheckConfigSize(std::string_view config, std::string_view name) {
  if (config.size() > kMaxImageJsonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is larger than 1 MiB: no plugin's config is"));
  }
  if (CountItems(config) <= kMaxConfigItems) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": has more than ", kMaxConfigItems,
                   " items in its lists and objects: no plugin's config has"));
}

absl::StatusOr<ImageForm> FormOfImage(int directory) {
  if (Exists(directory, "oci-layout") && Exists(directory, "index.json")) {
    return ImageForm::kOciLayout;
  }
  if (Exists(directory, "manifest.json")) {
    return Exists(directory, "version") ? ImageForm::kSkopeoDirectory
                                        : ImageForm::kDockerArchive;
  }
  return absl::NotFoundError("no image");
}

absl::StatusOr<Image> ReadImage(UniqueFd directory, const std::string& name,
                                ImageForm form, std::string_view wanted) {
  Image image;
  image.name = name;
  image.directory = std::move(directory);
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
