#include "specgen/bundle/image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sha2.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

constexpr char kConfig[] =
    R"({"entrypoint":["/p"],"interface":{"types":["docker.volumedriver/1.0"],"socket":"p.sock"}})";
constexpr char kManifestType[] =
    "application/vnd.docker.distribution.manifest.v2+json";
constexpr char kPluginType[] = "application/vnd.docker.plugin.v1+json";

std::string Sha256(std::string_view bytes) {
  SHA2_CTX hash;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Init(&hash);
  SHA256Update(&hash, reinterpret_cast<const uint8_t*>(bytes.data()),
               bytes.size());
  SHA256Final(digest, &hash);
  return absl::BytesToHexString(
      std::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string Descriptor(std::string_view type, std::string_view bytes,
                       std::string_view more = "") {
  return absl::StrCat(R"({"mediaType":")", type, R"(","digest":"sha256:)",
                      Sha256(bytes), R"(","size":)", bytes.size(), more, "}");
}

class ImageTest : public testing::Test {
 protected:
  ImageTest()
      : layer1_(Gzip(Tar({{"a", '0', "1"}, {"b", '0', "2"}}))),
        layer2_(Gzip(Tar({{".wh.a", '0'}, {"c", '0', "3"}}))) {}

  std::string Manifest(std::string_view config_type = kPluginType) const {
    constexpr char kLayer[] =
        "application/vnd.docker.image.rootfs.diff.tar.gzip";
    return absl::StrCat(R"({"schemaVersion":2,"mediaType":")", kManifestType,
                        R"(","config":)", Descriptor(config_type, kConfig),
                        R"(,"layers":[)", Descriptor(kLayer, layer1_), ",",
                        Descriptor(kLayer, layer2_), "]}");
  }

  void Blob(std::string_view bytes) {
    temp_.Write(absl::StrCat("image/blobs/sha256/", Sha256(bytes)), bytes);
  }

  // An OCI layout with the manifests of `index`.
  void WriteLayout(const std::string& index) {
    temp_.Write("image/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    temp_.Write(
        "image/index.json",
        absl::StrCat(R"({"schemaVersion":2,"manifests":[)", index, "]}"));
    Blob(kConfig);
    Blob(layer1_);
    Blob(layer2_);
    Blob(Manifest());
  }

  void WriteSkopeoDirectory() {
    temp_.Write("image/version", "Directory Transport Version: 1.1\n");
    temp_.Write("image/manifest.json", Manifest());
    for (std::string_view blob :
         {std::string_view(kConfig), std::string_view(layer1_),
          std::string_view(layer2_)}) {
      temp_.Write(absl::StrCat("image/", Sha256(blob)), blob);
    }
  }

  absl::StatusOr<Image> Read(std::string_view image = "",
                             std::string_view platform = "",
                             std::string_view machine = "") {
    ImageChoice wanted;
    wanted.machine = machine;
    wanted.image = image;
    wanted.platform = platform;
    UniqueFd directory(open((temp_ / "image").c_str(), O_RDONLY | O_DIRECTORY));
    absl::StatusOr<ImageForm> form = FormOfImage(directory.get(), "image");
    if (!form.ok()) return form.status();
    form_ = *form;
    return ReadImage(std::move(directory), temp_ / "image", *form, wanted);
  }

  absl::Status Unpack(const Image& image) {
    fs::remove_all(temp_ / "rootfs");
    fs::create_directory(temp_ / "rootfs");
    absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
        TreeWriter::Open(temp_ / "rootfs", Ownership::kDrop, TreeLimits());
    if (!writer.ok()) return writer.status();
    absl::Status status = UnpackLayers(image, writer->get());
    return status.ok() ? (*writer)->Finish() : status;
  }

  void ExpectGood(const absl::StatusOr<Image>& image) {
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->config, kConfig);
    ASSERT_EQ(image->layers.size(), 2u);
    const absl::Status status = Unpack(*image);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_FALSE(fs::exists(temp_ / "rootfs/a"));
    EXPECT_EQ(temp_.Read("rootfs/b"), "2");
    EXPECT_EQ(temp_.Read("rootfs/c"), "3");
  }

  void ExpectBad(std::string_view why) {
    absl::StatusOr<Image> image = Read();
    absl::Status status = image.ok() ? Unpack(*image) : image.status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status;
  }

  TempDirectory temp_;
  const std::string layer1_;
  const std::string layer2_;
  ImageForm form_ = ImageForm::kOciLayout;
};

TEST_F(ImageTest, ReadsAnOciLayout) {
  WriteLayout(Descriptor(kManifestType, Manifest()));
  ExpectGood(Read());
  EXPECT_EQ(form_, ImageForm::kOciLayout);
}

TEST_F(ImageTest, ReadsAnIndexInAnIndex) {
  const std::string inner =
      absl::StrCat(R"({"schemaVersion":2,"manifests":[)",
                   Descriptor(kManifestType, Manifest()), "]}");
  WriteLayout(Descriptor("application/vnd.oci.image.index.v1+json", inner));
  Blob(inner);
  ExpectGood(Read());
}

// dockerd passes over what is none of its own types.
TEST_F(ImageTest, SaysWhichLayersDockerdPassesOver) {
  struct Case {
    std::string_view type;
    bool is_unpacked;
    std::string_view words;  // "": dockerd takes it
  };
  for (const Case& c :
       {Case{"application/vnd.docker.image.rootfs.diff.tar", true, ""},
        Case{"application/vnd.oci.image.layer.v1.tar", true, ""},
        Case{"application/vnd.oci.image.layer.v1.tar+gzip", true, ""},
        Case{"application/vnd.oci.image.layer.v1.tar+zstd", true,
             "the plugin would lack its files"},
        Case{"application/vnd.docker.image.rootfs.diff.tar.zstd", true,
             "the plugin would lack its files"},
        Case{"application/vnd.in-toto+json", false, "so does specgen"},
        Case{"text/x", false, "so does specgen"},
        Case{"", false, "of the type \"\"; so does specgen"}}) {
    const std::string manifest = absl::StrCat(
        R"({"schemaVersion":2,"config":)", Descriptor(kPluginType, kConfig),
        R"(,"layers":[)", Descriptor(c.type, layer2_), ",",
        Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer1_),
        "]}");
    WriteLayout(Descriptor(kManifestType, manifest));
    Blob(manifest);
    const absl::StatusOr<Image> image = Read();
    ASSERT_TRUE(image.ok()) << c.type << image.status();
    EXPECT_EQ(image->layers.size(), c.is_unpacked ? 2u : 1u) << c.type;
    EXPECT_EQ(image->passed_over.size(), c.words.empty() ? 0u : 1u) << c.type;
    for (const std::string& words : image->passed_over) {
      EXPECT_TRUE(absl::StrContains(words, c.words)) << words;
      EXPECT_TRUE(absl::StrContains(words, Sha256(layer2_))) << words;
    }
  }
}

// By their bytes, as Docker looks at them.
TEST_F(ImageTest, TellsWhichLayersAreZstd) {
  using std::string_view_literals::operator""sv;
  for (const auto& [bytes, type, is_zstd] : std::initializer_list<
           std::tuple<std::string_view, std::string_view, bool>>{
           {"\x28\xb5\x2f\xfd", "tar+gzip", true},
           {"\x28\xb5\x2f\xfd", "tar", true},
           {"\x28\xb5\x2f\xfd", "tar+zstd", false},  // that says so
           {"\x5f\x2a\x4d\x18\0\0\0\0"sv, "tar+gzip", true},
           {"\x6f\x2a\x4d\x18\0\0\0\0"sv, "tar+gzip", false},
           {"\x28\xb5\x2f", "tar+gzip", false},
           {"\x5f", "tar+gzip", false},
           {"", "tar+gzip", false},
           {layer1_, "tar+gzip", false}}) {
    const std::string manifest = absl::StrCat(
        R"({"schemaVersion":2,"config":)", Descriptor(kPluginType, kConfig),
        R"(,"layers":[)",
        Descriptor(absl::StrCat("application/vnd.oci.image.layer.v1.", type),
                   bytes),
        "]}");
    WriteLayout(Descriptor(kManifestType, manifest));
    Blob(manifest);
    Blob(bytes);
    const absl::StatusOr<Image> image = Read();
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->zstd_layers,
              is_zstd ? std::vector<std::string>{"sha256:" + Sha256(bytes)}
                      : std::vector<std::string>{})
        << type;
  }
}

TEST_F(ImageTest, ChoosesAnImageByNameOrDigest) {
  const auto named = [this](std::string_view name) {
    // Other bytes: two names of one image would be no choice.
    return Descriptor(
        kManifestType, absl::StrCat(Manifest(), name == "v1" ? " " : ""),
        absl::StrCat(R"(,"annotations":{"org.opencontainers.image.ref.name":")",
                     name, R"("})"));
  };
  WriteLayout(absl::StrCat(named("v1"), ",", named("v2")));
  absl::StatusOr<Image> image = Read();
  EXPECT_TRUE(absl::IsFailedPrecondition(image.status()));
  EXPECT_TRUE(
      absl::StrContains(image.status().message(), "there are v1 sha256:"));
  EXPECT_TRUE(absl::StrContains(image.status().message(), ", v2 "));
  ExpectGood(Read("v2"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("v3").status()));
  WriteLayout(named("v2"));
  ExpectGood(Read(Sha256(Manifest()).substr(0, 12)));
}

TEST_F(ImageTest, ChoosesByPlatformNameAndAnyDigestThatAMessageLists) {
  struct utsname machine;
  ASSERT_EQ(uname(&machine), 0);
  const bool arm = std::string_view(machine.machine) == "aarch64";
  const std::string here = arm ? "arm64" : "amd64";
  const std::string other = arm ? "amd64" : "arm64";
  // Of another platform: its manifest has other bytes.
  const std::string foreign = absl::StrCat(Manifest(), " ");
  const auto on = [](std::string_view platform) {
    return absl::StrCat(R"(,"platform":{"os":"linux","architecture":")",
                        platform, R"("})");
  };
  const std::string inner = absl::StrCat(
      R"({"manifests":[)", Descriptor(kManifestType, foreign, on(other)), ",",
      Descriptor(kManifestType, Manifest(), on(here)), ",",
      Descriptor(kManifestType, absl::StrCat(Manifest(), "  "),
                 R"(,"platform":{"os":"unknown","architecture":"unknown"})"),
      "]}");
  const std::string index = Descriptor(
      "application/vnd.oci.image.index.v1+json", inner,
      R"(,"annotations":{"org.opencontainers.image.ref.name":"a/b:v1"})");
  WriteLayout(index);
  Blob(inner);
  Blob(foreign);
  const auto digest = [](std::string_view bytes) {
    return absl::StrCat("sha256:", Sha256(bytes));
  };
  ExpectGood(Read());
  // For the machine that the bundle is for.
  ExpectGood(Read("", "", "linux/" + here));
  ExpectGood(Read("", "", "linux/" + other));
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("", "", "linux/s390x").status()));
  for (const auto& [image, platform, good] :
       std::initializer_list<std::tuple<std::string, std::string, bool>>{
           {"", here, true},
           {"", "linux/" + here, true},
           {"", "linux/" + other, true},
           {"", other, true},
           {"", machine.machine, true},
           {"", absl::StrCat("Linux/", machine.machine), true},
           {"", "LINUX/S390X", false},
           {"", "windows/" + here, false},
           {"", "linux/s390x", false},
           {"", "linux/" + here + "/x9", false},
           {"", "linux/" + here + "/v9", true},  // executes lower ones
           {"", "x86-64", true},
           {"", "linux/x86_64/v1", true},
           {"", "AMD64/V1", true},
           {"", "arm64/8", true},
           {"", "linux/aarch64/8", true},
           {"", "linux/arm64/v8", true},
           {"", "linux/amd64/v2", true},
           {"", "linux/armhf", false},
           {"", "unknown/unknown", false},  // it is not there
           {"a/b:v1", "", true},
           {"docker.io/a/b:v1", "", true},
           {"index.docker.io/a/b:v1", other, true},
           {"a/b", "", false},  // that is a/b:latest
           {"a/b:v2", "", false},
           {"b:v1", "", false},
           {"registry.test/a/b:v1", "", false},
           {digest(inner), "", true},
           {digest(inner).substr(0, 19), other, true},
           {digest(foreign), "", true},
           {Sha256(foreign).substr(0, 12), "", true},
           {Sha256(foreign).substr(0, 11), "", false},  // a name
           {digest(foreign).substr(0, 8), "", true},
           {"sha256:", "", false},
           {"sha", "", false},
           {digest(foreign), here, false},
           {digest(Manifest()), here, true},
           {digest(Manifest()), other, false},
           {Sha256(foreign).substr(0, 11), "", false},
           {absl::StrCat("sha256:", Sha256(foreign).substr(0, 11)), "", true},
           {"sha256:", "", false},
           {Sha256(foreign).substr(0, 1), "", false},
           {digest(kConfig), "", false},
       }) {
    const absl::StatusOr<Image> found = Read(image, platform);
    EXPECT_EQ(found.ok(), good) << image << " " << platform << found.status();
    if (!good && platform != "unknown/unknown") {
      EXPECT_TRUE(absl::IsFailedPrecondition(found.status()));
      // Everything that is there is named.
      for (const std::string& name : {std::string("a/b:v1"), digest(foreign),
                                      digest(Manifest()), "linux/" + other}) {
        EXPECT_TRUE(absl::StrContains(found.status().message(), name))
            << found.status();
      }
    }
  }
  // What containerd takes for the same, and what for the usual variant.
  struct Case {
    std::string_view listed;
    std::string_view wanted;
    bool good;
  };
  constexpr std::string_view kArm = "arm/v6 arm/v7";
  for (const Case& c : {
           Case{kArm, "linux/arm", true},
           Case{kArm, "arm", true},
           Case{kArm, "arm/v7", true},
           Case{kArm, "linux/arm/7", true},
           Case{kArm, "linux/armhf", true},
           Case{kArm, "linux/armel", true},
           Case{kArm, "linux/armhf/v6", true},  // which says it twice
           Case{kArm, "linux/arm/v5", false},
           Case{kArm, "linux/arm/v7/x", false},
           Case{kArm, "arm/v7/x", false},
           Case{kArm, "arm/v7/x/y", false},
           Case{kArm, "linux/arm64", false},
           Case{"arm s390x", "linux/arm/v7", true},
           Case{"arm s390x", "linux/arm/v6", false},
           Case{"arm/v5 arm/v6", "linux/arm", true},  // the nearest
           Case{"arm/v6 s390x", "linux/arm/v7", true},
           Case{"arm/v8 s390x", "linux/arm/v7", false},
           Case{"arm/v8 s390x", "linux/arm", true},
           Case{"arm/v8 arm/v9", "linux/arm", false},
           Case{"arm/x s390x", "linux/arm/v7", false},
           Case{"arm/v5 s390x", "linux/arm", true},
           Case{"arm/v5 s390x", "linux/armhf", true},
           Case{"amd64 s390x", "linux/amd64/v2", true},
           Case{"amd64/v3 s390x", "linux/amd64/v2", false},
           Case{"arm64 s390x", "linux/arm64/v9", true},
           Case{"386 s390x", "linux/amd64", false},
           Case{"s390x/v1 amd64", "linux/s390x/v2", false},
           Case{"amd64 amd64/v2", "linux/amd64", true},
           Case{"amd64 amd64/v2", "linux/amd64/v1", true},
           Case{"amd64/v2 s390x", "linux/amd64", true},
           Case{"amd64/v2 s390x", "linux/amd64/v1", false},
           Case{"amd64/v1 s390x", "x86-64", true},
           Case{"arm64/v8 arm64/v9", "aarch64", true},
           Case{"arm64/v9 arm64", "linux/arm64/v8", true},
           Case{"386 s390x", "linux/i386/x", true},
       }) {
    std::string manifests;
    std::string bytes = Manifest();
    for (std::string_view platform : absl::StrSplit(c.listed, ' ')) {
      const std::vector<std::string_view> words = absl::StrSplit(platform, '/');
      absl::StrAppend(
          &manifests, manifests.empty() ? "" : ",",
          Descriptor(kManifestType, bytes,
                     absl::StrCat(R"(,"platform":{"os":"linux",)"
                                  R"("architecture":")",
                                  words[0], R"(","variant":")",
                                  words.size() > 1 ? words[1] : "", R"("})")));
      Blob(bytes);
      bytes += " ";
    }
    WriteLayout(manifests);
    EXPECT_EQ(Read("", c.wanted).ok(), c.good)
        << c.listed << ": " << c.wanted << " " << Read("", c.wanted).status();
  }
  // Neither is for this machine.
  const std::string two =
      absl::StrCat(Descriptor(kManifestType, foreign, on("s390x")), ",",
                   Descriptor(kManifestType, Manifest(), on("riscv64")));
  WriteLayout(two);
  EXPECT_TRUE(absl::IsFailedPrecondition(Read().status()));
  ExpectGood(Read("", "riscv64"));
  // One that says of no platform is taken for what is asked for.
  WriteLayout(Descriptor(kManifestType, Manifest()));
  ExpectGood(Read("", "s390x"));
  // Nor is anything passed over for it that is not ruled out.
  const auto called = [](std::string_view name) {
    return absl::StrCat(
        R"("annotations":{"org.opencontainers.image.ref.name":")", name,
        R"("})");
  };
  const std::string unnamed =
      Descriptor(kManifestType, foreign, "," + called("v2"));
  for (const std::string& platform : {here, std::string("s390x")}) {
    WriteLayout(
        absl::StrCat(Descriptor(kManifestType, Manifest(),
                                absl::StrCat(on(platform), ",", called("v1"))),
                     ",", unnamed));
    const absl::Status which = Read().status();
    EXPECT_TRUE(absl::IsFailedPrecondition(which)) << platform;
    EXPECT_TRUE(absl::StrContains(which.message(), "v1 linux/")) << which;
    EXPECT_TRUE(absl::StrContains(which.message(), ", v2 sha256:")) << which;
    ExpectGood(Read("v1"));
    ExpectGood(Read("v2"));
  }
  // A name goes before a digest, and neither is the other.
  const std::string id = Sha256(foreign).substr(0, 12);
  WriteLayout(absl::StrCat(
      Descriptor(kManifestType, Manifest(), "," + called(id)), ",",
      Descriptor(kManifestType, foreign, "," + called("docker.io/library/x"))));
  for (const auto& [image, bytes] :
       std::initializer_list<std::pair<std::string, std::string>>{
           {id, Manifest()},
           {"sha256:" + id, foreign},
           {id + Sha256(foreign).substr(12, 1), foreign},
           {"x", foreign},
           {"library/x", foreign},
           {"docker.io/x", foreign},
           {"index.docker.io/x:latest", foreign}}) {
    for (const std::string& blob : {Manifest(), foreign}) {
      fs::remove(temp_ / absl::StrCat("image/blobs/sha256/", Sha256(blob)));
    }
    Blob(bytes);
    EXPECT_TRUE(Read(image).ok()) << image << Read(image).status();
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("docker.io/y/x").status()));
  Blob(Manifest());
  Blob(foreign);
  // The digest is right, but of another platform.
  WriteLayout(index);
  EXPECT_TRUE(absl::StrContains(
      Read(digest(Manifest()), other).status().message(),
      absl::StrCat("--platform: the image that --image names is for linux/",
                   here, ", not for ", other)));
  // An index that is not there does not keep anyone from another image.
  WriteLayout(absl::StrCat(
      Descriptor("application/vnd.oci.image.index.v1+json", "gone",
                 R"(,"annotations":{"org.opencontainers.image.ref.name":"x"})"),
      ",", Descriptor(kManifestType, Manifest())));
  ExpectGood(Read());
  EXPECT_TRUE(absl::StrContains(Read("x").status().message(), Sha256("gone")));
  // The same image by two names is one.
  WriteLayout(absl::StrCat(Descriptor(kManifestType, Manifest()), ",",
                           Descriptor(kManifestType, Manifest())));
  ExpectGood(Read());
}

TEST_F(ImageTest, IndexesHaveLimits) {
  std::string inner = absl::StrCat(R"({"manifests":[)",
                                   Descriptor(kManifestType, Manifest()), "]}");
  for (int depth = 1; depth <= 5; ++depth) {
    Blob(inner);
    const std::string index =
        Descriptor("application/vnd.oci.image.index.v1+json", inner);
    WriteLayout(index);
    if (depth <= 4) {
      ExpectGood(Read());
    } else {
      ExpectBad("too many indexes in indexes");
    }
    inner = absl::StrCat(R"({"manifests":[)", index, "]}");
  }
  const auto listed = [this](size_t count) {
    std::string list;
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&list, i == 0 ? "" : ",",
                      Descriptor(kManifestType, Manifest()));
    }
    return list;
  };
  WriteLayout(listed(4096));
  ExpectGood(Read());
  WriteLayout(listed(4097));
  ExpectBad("more than 4096 images");
}

TEST_F(ImageTest, ReadsWhatSkopeoCopiesToADirectory) {
  WriteSkopeoDirectory();
  ExpectGood(Read());
  EXPECT_EQ(form_, ImageForm::kSkopeoDirectory);
  // It is one image, of no platform.
  for (const absl::Status& status :
       {Read("a").status(), Read("", "amd64").status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status));
    EXPECT_TRUE(absl::StrContains(status.message(), "nothing to choose from"))
        << status;
  }
}

TEST_F(ImageTest, ReadsADockerArchive) {
  const std::string config = absl::StrCat(Sha256(kConfig), ".json");
  temp_.Write("image/" + config, kConfig);
  temp_.Write("image/1/layer.tar", Tar({{"a", '0', "1"}, {"b", '0', "2"}}));
  temp_.Write("image/2.tar", layer2_);
  temp_.Write("image/manifest.json",
              absl::StrCat(R"([{"Config":")", config,
                           R"(","RepoTags":["p:latest"],"Layers":)"
                           R"(["1/layer.tar","2.tar"]}])"));
  ExpectGood(Read());
  EXPECT_EQ(form_, ImageForm::kDockerArchive);
  ExpectGood(Read("p:latest"));
  for (const std::string& name :
       {std::string("p"), std::string("docker.io/library/p"),
        Sha256(kConfig).substr(0, 12)}) {
    ExpectGood(Read(name));
  }
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Read(Sha256(kConfig).substr(0, 11)).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("p", "linux/amd64").status()));
  const absl::Status none = Read("q:latest").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(none));
  EXPECT_TRUE(absl::StrContains(none.message(), "there are p:latest"));
  temp_.Write("image/" + config, R"({"architecture":"amd64"})");
  ExpectBad("SHA-256");
}

// As dockerd writes a plugin's config.
TEST_F(ImageTest, APluginsConfigMayHaveTheRootfsOfAnImage) {
  const std::string rootfs = R"("rootfs":{"type":"layers","diff_ids":[]})";
  temp_.Write("image/manifest.json",
              R"([{"Config":"c.json","RepoTags":["p:latest"],"Layers":[]}])");
  temp_.Write("image/c.json", absl::StrCat(R"({"interface":{},)", rootfs, "}"));
  EXPECT_TRUE(Read().ok()) << Read().status();
  temp_.Write("image/c.json", absl::StrCat("{", rootfs, "}"));
  ExpectBad("the image of a container");
}

TEST_F(ImageTest, DamagedBlobsAreFound) {
  for (const std::string& blob : {std::string(kConfig), layer1_, layer2_}) {
    WriteSkopeoDirectory();
    std::string changed = blob;
    changed[changed.size() / 2] ^= 1;
    temp_.Write(absl::StrCat("image/", Sha256(blob)), changed);
    ExpectBad("SHA-256");
    temp_.Write(absl::StrCat("image/", Sha256(blob)), blob + "x");
    ExpectBad("bytes, but the manifest says");
  }
  WriteLayout(Descriptor(kManifestType, Manifest()));
  temp_.Write(absl::StrCat("image/blobs/sha256/", Sha256(Manifest())),
              Manifest() + " ");
  ExpectBad("but the manifest says");
}

TEST_F(ImageTest, ContainersAreNoPlugins) {
  WriteSkopeoDirectory();
  temp_.Write("image/manifest.json",
              Manifest("application/vnd.docker.container.image.v1+json"));
  ExpectBad("the image of a container");
  temp_.Write("image/manifest.json", Manifest("text/plain"));
  ExpectBad("not the image of a Docker plugin");
  temp_.Write("image/manifest.json", "{");
  ExpectBad("image/manifest.json:1:2: ");
  temp_.Write("image/manifest.json",
              absl::StrCat("[0", std::string(size_t{1} << 17, ','), "]"));
  ExpectBad("more than 65536 items");
  temp_.Write("image/manifest.json", "{}");
  ExpectBad("has no \"config\"");
}

TEST_F(ImageTest, NothingOutsideIsOpened) {
  temp_.Write("secret", kConfig);
  WriteSkopeoDirectory();
  const fs::path config = temp_ / absl::StrCat("image/", Sha256(kConfig));
  fs::remove(config);
  fs::create_symlink("../secret", config);
  ExpectBad("leads out of the image");
  fs::remove(config);
  fs::create_symlink(temp_ / "secret", config);
  ExpectBad("leads out of the image");
  fs::remove(config);
  ASSERT_EQ(mkfifo(config.c_str(), 0600), 0);
  ExpectBad("is not a file");
  fs::remove(config);
  ExpectBad("No such file");
  fs::create_symlink(config.filename(), config);
  ExpectBad("Too many levels");
  fs::remove(config);
  fs::create_directory(config);
  ExpectBad("is not a file");

  // A digest that is a path.
  WriteLayout(
      R"({"mediaType":"x","digest":"sha256:../../../secret","size":1})");
  ExpectBad("is no digest of SHA-256");
  fs::remove_all(temp_ / "image");
  temp_.Write("image/manifest.json", R"([{"Config":"../secret","Layers":[]}])");
  ExpectBad("leads out of the image");
}

TEST(CheckConfigSizeTest, ConfigsHaveLimits) {
  const auto mounts = [](size_t count) {
    std::string text = "{\"mounts\":[{}";
    for (size_t i = 1; i < count; ++i) text += ",{}";
    return text + "]}";
  };
  EXPECT_TRUE(CheckConfigSize(mounts(100), "c").ok());
  EXPECT_TRUE(CheckConfigSize(mounts(kMaxConfigItems / 2 - 1), "c").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckConfigSize(mounts(kMaxConfigItems / 2), "c")));
  // What stands in strings is no item.
  const std::string text =
      absl::StrCat("{\"a\":\"\\\"", std::string(100000, ','), "\"}");
  EXPECT_TRUE(CheckConfigSize(text, "c").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckConfigSize(std::string(kMaxImageJsonBytes + 1, ' '), "c")));
}

}  // namespace
}  // namespace specgen
