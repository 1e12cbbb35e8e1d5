#include "specgen/bundle/image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/host/architecture.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

// Each is opened and read, however small it is.
constexpr size_t kMaxLayers = 1024;

// Indexes in indexes, one in another, and all of them.
constexpr size_t kMaxIndexDepth = 4;
constexpr size_t kMaxIndexes = 256;

// Images that indexes lead to; and how long a name, digest or platform may be
// to be known: all images of an index hold the name of the one above.
constexpr size_t kMaxChoices = 4096;
constexpr size_t kMaxNameBytes = 256;

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
// Docker itself knows these (moby plugin/fetch_linux.go, v29.7.2) …
constexpr std::string_view kLayers[] = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
};
// … and passes over all others, also over these, which people do make, and
// which are unpacked nevertheless.
constexpr std::string_view kPassedOverLayers[] = {
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
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

// The same; "" for a text that is too long to be meant.
std::string ShortText(const JsonNode& object, std::string_view key) {
  const std::string_view text = object.String(key);
  return std::string(text.size() <= kMaxNameBytes ? text : "");
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

// "OS/ARCHITECTURE" or "OS/ARCHITECTURE/VARIANT", in Go's words.
std::string PlatformText(const JsonNode& platform) {
  const std::string variant = ShortText(platform, "variant");
  return absl::StrCat(ShortText(platform, "os"), "/",
                      ShortText(platform, "architecture"),
                      variant.empty() ? "" : "/", variant);
}

// A platform as Docker compares it.
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string rest;               // of a text that is none
  bool variant_is_named = false;  // else it is the usual one

  bool operator==(const Platform& other) const {
    return std::tie(os, architecture, variant, rest) ==
           std::tie(other.os, other.architecture, other.variant, other.rest);
  }
};

// As containerd normalises it (containerd/platforms, database.go), in any
// case; of "OS/ARCHITECTURE/VARIANT" the variant, or the operating system, may
// be left out. The kernel's names of machines are Go's, too.
Platform NormalPlatform(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  std::vector<std::string> parts =
      absl::StrSplit(lower, absl::MaxSplits('/', 3));
  if (parts.size() == 1 || !GoArchitecture(parts[0]).empty()) {
    parts.insert(parts.begin(), "linux");
  }
  parts.resize(std::max<size_t>(parts.size(), 4));
  Platform platform = {parts[0], parts[1], parts[2], parts[3]};
  if (parts.size() > 4) absl::StrAppend(&platform.rest, "/", parts[4]);
  platform.variant_is_named = !platform.variant.empty();
  std::string& architecture = platform.architecture;
  std::string& variant = platform.variant;
  if (architecture == "x86-64") {
    architecture = "amd64";
  } else if (architecture == "armhf" || architecture == "armel") {
    variant = architecture == "armhf" ? "v7" : "v6";
    platform.variant_is_named = true;
    architecture = "arm";
  } else if (const std::string_view go = GoArchitecture(architecture);
             !go.empty()) {
    architecture = go;
  }
  if (architecture == "arm" || architecture == "arm64") {
    if (variant.size() == 1) variant.insert(0, "v");
    if (architecture == "arm" && variant.empty()) variant = "v7";
    if (architecture == "arm64" && variant == "v8") variant.clear();
  } else if ((architecture == "amd64" && variant == "v1") ||
             architecture == "386") {
    variant.clear();
  }
  return platform;
}

// The number of a variant, 0 if it is none; the usual ones have no name.
int VariantNumber(const Platform& platform) {
  const std::string& architecture = platform.architecture;
  if (architecture != "amd64" && architecture != "arm" &&
      architecture != "arm64") {
    return 0;
  }
  std::string_view digits = platform.variant;
  if (digits.empty()) return architecture == "amd64" ? 1 : 8;
  int number;
  return absl::ConsumePrefix(&digits, "v") &&
                 absl::SimpleAtoi(digits, &number) && number > 0
             ? number
             : 0;
}

// How well an image of platform `have` is for `wanted`: 0 if it is the very
// one, more of lower variants, which machines of higher ones execute
// (containerd/platforms, compare.go, platformVector), and kAnyVariant of all
// others where none is named.
constexpr int kAnyVariant = 1 << 20;
constexpr int kOtherPlatform = kAnyVariant + 1;
int PlatformDistance(std::string_view have, const Platform& wanted) {
  Platform platform = NormalPlatform(have);
  if (platform == wanted) return 0;
  const int lower = VariantNumber(platform);
  const int higher = VariantNumber(wanted);
  platform.variant = wanted.variant;
  if (!(platform == wanted)) return kOtherPlatform;
  if (lower > 0 && lower < higher) {
    return std::min(higher - lower, kAnyVariant - 1);
  }
  return wanted.variant_is_named ? kOtherPlatform : kAnyVariant;
}

// A reference as Docker writes it when it is complete: "vieux/sshfs" is
// "docker.io/vieux/sshfs:latest".
std::string FullName(std::string_view name) {
  std::string full(name);
  const size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash != std::string_view::npos && first == "index.docker.io") {
    full = absl::StrCat("docker.io", name.substr(slash));
  } else if (slash == std::string_view::npos ||
             (first.find_first_of(".:") == std::string_view::npos &&
              first != "localhost")) {
    full = absl::StrCat("docker.io/", name);
  }
  constexpr std::string_view kHub = "docker.io/";
  if (absl::StartsWith(full, kHub) &&
      full.find('/', kHub.size()) == std::string::npos) {
    full.insert(kHub.size(), "library/");
  }
  if (full.find(':', full.rfind('/')) == std::string::npos) full += ":latest";
  return full;
}

bool IsImageName(std::string_view have, std::string_view wanted) {
  return have == wanted ||
         (!have.empty() && FullName(have) == FullName(wanted));
}

// Whether `digest`, "sha256:…", starts as `wanted` says. Without the name of
// the algorithm that must be as long as the ids that Docker prints: "cafe" is
// the name of an image.
bool IsDigestStart(std::string_view digest, std::string_view wanted) {
  constexpr size_t kShortId = 12;
  std::string_view digits = wanted;
  const bool is_named = absl::ConsumePrefix(&digits, "sha256:");
  return digits.size() >= (is_named ? 1 : kShortId) &&
         absl::StartsWith(digest, absl::StrCat("sha256:", digits));
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
  const UniqueFd place = OpenBeneath(image.directory.get(), info.path, O_PATH);
  if (!place.ok()) {
    if (errno == EXDEV) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": leads out of the image"));
    }
    return InputError(errno, name);
  }
  UniqueFd fd = OpenRegular(place);
  if (!fd.ok()) {
    return errno == EINVAL ? absl::InvalidArgumentError(
                                 absl::StrCat(name, ": is not a file"))
                           : InputError(errno, name);
  }
  return BlobReader(std::move(fd), name);
}

// Whether the blob starts as zstd does, with a frame or one to be skipped (RFC
// 8878). What cannot be read is found when it is unpacked.
bool IsZstd(const Image& image, const BlobInfo& info) {
  absl::StatusOr<BlobReader> blob = OpenBlob(image, info);
  if (!blob.ok()) return false;
  const absl::StatusOr<std::string_view> bytes = blob->Read();
  return bytes.ok() && (absl::StartsWith(*bytes, "\x28\xb5\x2f\xfd") ||
                        (bytes->size() >= 4 && ((*bytes)[0] & 0xf0) == 0x50 &&
                         absl::StartsWith(bytes->substr(1), "\x2a\x4d\x18")));
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
  ImageReader(ImageForm form, const ImageChoice& wanted, Image* image)
      : form_(form), wanted_(wanted), image_(*image) {}

  absl::Status Read() {
    if (form_ != ImageForm::kOciLayout) {
      // Such an image says of no platform, or is the only one.
      const bool is_one = form_ == ImageForm::kSkopeoDirectory;
      absl::Status status = CheckNoChoice(
          {is_one ? wanted_.image : "", wanted_.platform}, image_.name,
          is_one ? "is one image (dir:)" : "says of no platform");
      if (!status.ok()) return status;
    }
    switch (form_) {
      case ImageForm::kOciLayout:
        return ChooseFromIndex();
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

  // One manifest that an index leads to.
  struct Choice {
    std::string listed_in;             // the index, for messages
    std::string name;                  // its own, or that of an index above it
    std::vector<std::string> digests;  // its own, and of the indexes above
    std::string platform;              // "linux/arm64", "" if nothing says
    int64_t size;
  };

  // Appends what the index `info` leads to. An index in it that cannot be read
  // is passed over: another image may be wanted. `broken_` keeps its error.
  absl::Status ListIndex(const BlobInfo& info, const Choice& above,
                         std::vector<Choice>* choices) {
    absl::StatusOr<std::unique_ptr<JsonTree>> tree = Parse(info);
    if (!tree.ok()) return tree.status();
    const JsonNode* const manifests = List((*tree)->root(), "manifests");
    if (manifests == nullptr) return Bad(info, "has no \"manifests\"");
    for (const JsonNode& manifest : manifests->items) {
      Choice choice = above;
      choice.listed_in = info.path;
      choice.size = Number(manifest, "size");
      choice.digests.push_back(ShortText(manifest, "digest"));
      if (const JsonNode* const annotations = manifest.Find("annotations")) {
        const std::string name =
            ShortText(*annotations, "org.opencontainers.image.ref.name");
        if (!name.empty()) choice.name = name;
      }
      if (const JsonNode* const platform = manifest.Find("platform")) {
        choice.platform = PlatformText(*platform);
      }
      if (!IsOneOf(Text(manifest, "mediaType"), kIndexes)) {
        choices->push_back(std::move(choice));
        if (choices->size() > kMaxChoices) {
          return Bad(info, absl::StrCat("leads to more than ", kMaxChoices,
                                        " images"));
        }
        continue;
      }
      absl::Status status = ListIndexIn(info, choice, choices);
      if (!status.ok() && broken_.ok()) broken_ = std::move(status);
    }
    return absl::OkStatus();
  }

  absl::Status ListIndexIn(const BlobInfo& info, const Choice& choice,
                           std::vector<Choice>* choices) {
    if (choice.digests.size() > kMaxIndexDepth || ++indexes_ > kMaxIndexes) {
      return Bad(info, "has too many indexes in indexes");
    }
    absl::StatusOr<BlobInfo> next =
        Locate(form_, choice.digests.back(), choice.size);
    if (!next.ok()) return Bad(info, next.status().message());
    return ListIndex(*next, choice, choices);
  }

  // Those that fit.
  static std::vector<const Choice*> Narrow(
      const std::vector<const Choice*>& choices,
      absl::FunctionRef<bool(const Choice&)> fits) {
    std::vector<const Choice*> left;
    for (const Choice* choice : choices) {
      if (fits(*choice)) left.push_back(choice);
    }
    return left;
  }

  absl::Status ChooseFromIndex() {
    BlobInfo index;
    index.path = "index.json";
    std::vector<Choice> all;
    absl::Status status = ListIndex(index, Choice(), &all);
    if (!status.ok()) return status;
    std::vector<const Choice*> choices;
    choices.reserve(all.size());
    for (const Choice& choice : all) choices.push_back(&choice);
    const std::vector<const Choice*> listed = choices;
    if (!wanted_.image.empty()) {
      choices = Narrow(listed, [this](const Choice& choice) {
        return IsImageName(choice.name, wanted_.image);
      });
      if (choices.empty()) {
        choices = Narrow(listed, [this](const Choice& choice) {
          return std::any_of(choice.digests.begin(), choice.digests.end(),
                             [this](const std::string& digest) {
                               return IsDigestStart(digest, wanted_.image);
                             });
        });
      }
    }
    const std::vector<const Choice*> of_image = choices;
    const bool asks = !wanted_.platform.empty();
    if (asks || choices.size() > 1) {
      const Platform platform =
          NormalPlatform(asks                       ? wanted_.platform
                         : !wanted_.machine.empty() ? wanted_.machine
                                                    : ThisMachinesPlatform());
      const auto distance = [&](const Choice& choice) {
        return choice.platform.empty()
                   ? kOtherPlatform
                   : PlatformDistance(choice.platform, platform);
      };
      int nearest = kOtherPlatform;
      for (const Choice* choice : choices) {
        nearest = std::min(nearest, distance(*choice));
      }
      // What says of no platform is taken for any; but nothing else is passed
      // over for it unless a platform is asked for.
      if (asks || nearest != kOtherPlatform) {
        choices = Narrow(choices, [&](const Choice& choice) {
          return choice.platform.empty() ||
                 (distance(choice) == nearest && nearest != kOtherPlatform);
        });
      }
    }
    // The same image may be listed by several names.
    std::vector<std::string_view> digests;
    digests.reserve(choices.size());
    for (const Choice* choice : choices) {
      digests.push_back(choice->digests.back());
    }
    std::sort(digests.begin(), digests.end());
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
    if (digests.size() != 1) {
      if (choices.empty() && !broken_.ok()) return broken_;
      std::vector<std::string> names;
      for (const Choice* choice : choices.empty() ? listed : choices) {
        std::string& name = names.emplace_back();
        for (const std::string& part : {choice->name, choice->platform}) {
          if (!part.empty()) absl::StrAppend(&name, part, " ");
        }
        name += choice->digests.back();
      }
      if (choices.empty() && !of_image.empty() && !wanted_.image.empty()) {
        return absl::FailedPreconditionError(absl::StrCat(
            image_.name, ": --platform: the image that --image names is for ",
            of_image[0]->platform, ", not for ", wanted_.platform,
            "; there are ", Listed(names)));
      }
      return NotOne(choices.size(), names);
    }
    const Choice& choice = *choices[0];
    BlobInfo listed_in;
    listed_in.path = choice.listed_in;
    absl::StatusOr<BlobInfo> manifest =
        Locate(form_, choice.digests.back(), choice.size);
    if (!manifest.ok()) return Bad(listed_in, manifest.status().message());
    return ReadManifest(*manifest);
  }

  static std::string Listed(const std::vector<std::string>& names) {
    constexpr size_t kMaxNames = 20;
    std::string list;
    for (size_t i = 0; i < names.size() && i < kMaxNames; ++i) {
      absl::StrAppend(&list, i == 0 ? "" : ", ", names[i]);
    }
    if (names.size() > kMaxNames) {
      absl::StrAppend(&list, " and ", names.size() - kMaxNames, " more");
    }
    return list;
  }

  // The error when not exactly one image was found.
  absl::Status NotOne(size_t found,
                      const std::vector<std::string>& names) const {
    const std::string_view option =
        wanted_.image.empty() && !wanted_.platform.empty() ? "--platform"
                                                           : "--image";
    const auto error = [&](const std::string& message) {
      // Of no image nobody can choose one.
      return names.empty() ? absl::InvalidArgumentError(message)
                           : absl::FailedPreconditionError(message);
    };
    return error(
        absl::StrCat(image_.name, ": ", option, ": ",
                     found == 0 ? "there is no such image" : "which image",
                     "; there are ", names.empty() ? "none" : Listed(names)));
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
        const bool is_archive = IsOneOf(layer_type, kPassedOverLayers);
        image_.passed_over.push_back(absl::StrCat(
            Text(layer, "digest"), ": dockerd passes over a layer of the type ",
            layer_type.empty() ? "\"\"" : layer_type,
            is_archive ? ", and the plugin would lack its files"
                       : "; so does specgen"));
        if (!is_archive) continue;
      }
      absl::StatusOr<BlobInfo> blob =
          Locate(form_, Text(layer, "digest"), Number(layer, "size"));
      if (!blob.ok()) return Bad(info, blob.status().message());
      if (IsOneOf(layer_type, kLayers) && IsZstd(image_, *blob)) {
        image_.zstd_layers.push_back(Text(layer, "digest"));
      }
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
    size_t found = 0;
    const auto tags_of = [](const JsonNode& image) {
      std::vector<std::string_view> tags;
      if (const JsonNode* const list = List(image, "RepoTags")) {
        for (const JsonNode& tag : list->items) {
          if (tag.is(JsonKind::kString)) tags.push_back(tag.text);
        }
      }
      return tags;
    };
    const auto is_named = [&](const JsonNode& image) {
      const std::vector<std::string_view> tags = tags_of(image);
      return std::any_of(tags.begin(), tags.end(), [&](std::string_view tag) {
        return IsImageName(tag, wanted_.image);
      });
    };
    const bool by_name =
        std::any_of(images.items.begin(), images.items.end(), is_named);
    for (const JsonNode& image : images.items) {
      const std::string name = Text(image, "Config");
      std::string_view digest = name;
      absl::ConsumePrefix(&digest, "blobs/sha256/");
      const bool fits =
          wanted_.image.empty() ||
          (by_name
               ? is_named(image)
               : IsDigestStart(absl::StrCat("sha256:", digest), wanted_.image));
      std::vector<std::string_view> tags = tags_of(image);
      tags.push_back(digest);
      names.push_back(absl::StrJoin(tags, " "));
      if (!fits) continue;
      ++found;
      config.path = name;
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
    if (found != 1) return NotOne(found, names);
    if (config.path.empty()) return Bad(info, "has no \"Config\"");
    // The file is named after its SHA-256.
    std::string_view hex = config.path;
    if ((absl::ConsumePrefix(&hex, "blobs/sha256/") ||
         absl::ConsumeSuffix(&hex, ".json")) &&
        IsSha256(hex)) {
      config.sha256 = hex;
    }
    absl::Status status = ReadConfig(config);
    if (status.ok()) status = CheckLayers(info);
    if (!status.ok()) return status;
    // This form does not say of what type a config is.
    const absl::StatusOr<std::unique_ptr<JsonTree>> plugin =
        JsonTree::Parse(image_.config, config.path);
    if (plugin.ok() && (*plugin)->root().Find("interface") != nullptr) {
      return absl::OkStatus();
    }
    // dockerd gives a plugin's config "rootfs" as well.
    const bool is_containers =
        plugin.ok() && (*plugin)->root().Find("rootfs", "diff_ids") != nullptr;
    return Bad(config,
               is_containers
                   ? "is the image of a container, not of a Docker plugin"
                   : "is not the config of a Docker plugin: it has no "
                     "\"interface\"");
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
  const ImageChoice& wanted_;
  Image& image_;
  absl::Status broken_;  // of the first index that could not be read
  size_t indexes_ = 0;
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

absl::Status CheckNoChoice(const ImageChoice& wanted, std::string_view name,
                           std::string_view what) {
  if (wanted.image.empty() && wanted.platform.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(wanted.image.empty() ? "--platform: " : "--image: ", name,
                   " ", what, ": there is nothing to choose from"));
}

absl::StatusOr<ImageForm> FormOfImage(int directory, const std::string& name) {
  int error = 0;
  const auto exists = [&](const char* file) {
    if (OpenBeneath(directory, file, O_PATH).ok()) return true;
    if (!IsNothingThere(errno)) error = errno;
    return false;
  };
  absl::StatusOr<ImageForm> form = absl::NotFoundError("no image");
  if (exists("oci-layout") && exists("index.json")) {
    form = ImageForm::kOciLayout;
  } else if (exists("manifest.json")) {
    form = exists("version") ? ImageForm::kSkopeoDirectory
                             : ImageForm::kDockerArchive;
  }
  if (error != 0) return InputError(error, name);
  return form;
}

absl::StatusOr<Image> ReadImage(UniqueFd directory, const std::string& name,
                                ImageForm form, const ImageChoice& wanted) {
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
