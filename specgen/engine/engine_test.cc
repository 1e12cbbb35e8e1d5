#include "specgen/engine/engine.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(EngineTable, HasAReleaseOfEveryBehaviour) {
  std::set<const Behaviour*> used;
  for (const Release& release : AllReleases()) used.insert(release.behaviour);
  for (const Release& build : AllBuilds()) used.insert(build.behaviour);
  EXPECT_EQ(used.size(), AllBehaviours().size());
}

TEST(EngineTable, IsInOrder) {
  EXPECT_EQ(AllReleases().front().name, "1.12.0");
  // No candidate, and only candidates stand behind it.
  const Release* newest = &NewestRelease();
  EXPECT_EQ(newest->name.find('-'), std::string_view::npos);
  while (++newest != AllReleases().data() + AllReleases().size()) {
    EXPECT_NE(newest->name.find('-'), std::string_view::npos) << newest->name;
  }
  std::string names;
  for (const Release& release : AllReleases()) {
    if (release.name.substr(0, 6) == "24.0.0") {
      names += std::string(release.name) + " ";
    }
  }
  EXPECT_EQ(names,
            "24.0.0-beta.1 24.0.0-beta.2 24.0.0-rc.1 24.0.0-rc.2 24.0.0-rc.3 "
            "24.0.0-rc.4 24.0.0 ");
}

std::string Found(std::string_view name) {
  absl::StatusOr<const Release*> release = FindRelease(name);
  return release.ok() ? std::string((*release)->name)
                      : std::string(release.status().message());
}

TEST(FindRelease, TakesTheNamesThatPeopleUse) {
  EXPECT_EQ(Found("20.10.14"), "20.10.14");
  EXPECT_EQ(Found("v20.10.14"), "20.10.14");
  EXPECT_EQ(Found("20.10"), "20.10.27");
  EXPECT_EQ(Found("17.03-ce"), "17.03.2");
  EXPECT_EQ(Found("17.03.1-ce-rc1"), "17.03.1-rc1");
  EXPECT_EQ(Found("docker-v29.0.0-rc.1"), "29.0.0-rc.1");
  EXPECT_EQ(Found("26"), "26.1.5");
  EXPECT_EQ(Found("7781a1bf0f"), "1.13.0-dev");
  EXPECT_EQ(Found("newest"), NewestRelease().name);
  EXPECT_EQ(Found(" Newest\n"), NewestRelease().name);
}

// What daemons, package managers, images and people call an engine.
TEST(FindEngine, TakesWhatCanBeCopied) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      // `docker version -f '{{.Server.Version}}'`, `docker --version`,
      // `docker info`.
      {"28.5.2", "28.5.2"},
      {"24.0.7-ce", "24.0.7"},
      {"20.10.24-ee", "20.10.24"},
      {"1.12.6-cs13", "1.12.6"},
      {"20.10.24+dfsg1", "20.10.24+dfsg1"},
      {"26.1.5+dfsg1", "26.1.5+dfsg1"},
      {"28.5.2+dfsg4", "28.5.2"},
      {"20.10.25+azure-2", "20.10.25"},
      {"25.0.14-1.amzn2023", "25.0.14"},
      {"20.10.12-0ubuntu2~20.04.1", "20.10.12"},
      {"Docker version 28.5.2, build ecc6942", "28.5.2"},
      {"docker version 20.10.24+dfsg1, build 297e128", "20.10.24+dfsg1"},
      {"Docker version 1.13.0-rc2, build 1f9b3ef", "1.13.0-rc2"},
      {"Server Version: 28.5.2", "28.5.2"},
      {" Version:           28.5.2", "28.5.2"},
      {"\"28.5.2\"", "28.5.2"},
      {"'28.5.2'", "28.5.2"},
      {"\t28.5.2 \r\n", "28.5.2"},
      {"28.5.2 (Docker)", "28.5.2"},
      {"28.5.2, build ecc6942", "28.5.2"},
      {"28.5.2 linux/amd64", "28.5.2"},
      {"v28.5.2 (Latest)", "28.5.2"},
      {"Docker 28.5.2 on Debian 12", "28.5.2"},
      // Tags.
      {"v28.5.2", "28.5.2"},
      {"docker-v29.5.0", "29.5.0"},
      {"Docker-V29.5.0-RC.1", "29.5.0-rc.1"},
      {"v17.03.1-ce", "17.03.1"},
      {"v17.03.1-ce-rc1", "17.03.1-rc1"},
      {"v20.10.0-beta1", "20.10.0-beta1"},
      // Candidates, in each spelling.
      {"29.5.0-rc1", "29.5.0-rc.1"},
      {"29.5.0-rc.1", "29.5.0-rc.1"},
      {"29.5.0~rc.1", "29.5.0-rc.1"},
      {"29.5.0~rc1", "29.5.0-rc.1"},
      {"17.06.0-rc.2", "17.06.0-rc2"},
      {"5:29.5.0~rc.1-1~debian.12~bookworm", "29.5.0-rc.1"},
      {"3:29.5.0~rc.1-1.el9", "29.5.0-rc.1"},
      {"17.06.0~ce~rc2-0~debian", "17.06.0-rc2"},
      {"17.06.0.ce-0.2.rc2.el7.centos", "17.06.0-rc2"},
      // Docker's packages.
      {"5:28.5.2-1~debian.12~bookworm", "28.5.2"},
      {"5:28.5.2-1~ubuntu.24.04~noble", "28.5.2"},
      {"5:28.5.2-1~raspbian.11~bullseye", "28.5.2"},
      {"5:20.10.24~3-0~debian-bullseye", "20.10.24"},
      {"5:19.03.15~3-0~ubuntu-bionic", "19.03.15"},
      {"28.5.2-1~debian.12~bookworm", "28.5.2"},
      {"18.06.3~ce~3-0~ubuntu", "18.06.3"},
      {"17.03.2~ce-0~debian-stretch", "17.03.2"},
      {"1.13.1-0~debian-jessie", "1.13.1"},
      {"3:28.5.2-1.el9", "28.5.2"},
      {"3:28.5.2-1.fc40", "28.5.2"},
      {"28.5.2-1.el9", "28.5.2"},
      {"3:20.10.24-3.el7", "20.10.24"},
      {"18.06.3.ce-3.el7", "18.06.3"},
      {"17.03.2.ce-1.el7.centos", "17.03.2"},
      {"docker-ce=5:28.5.2-1~debian.12~bookworm", "28.5.2"},
      {"docker-ce 5:28.5.2-1~debian.12~bookworm", "28.5.2"},
      {"docker-ce_28.5.2-1~debian.12~bookworm_amd64.deb", "28.5.2"},
      {"docker-ce-28.5.2-1.el9.x86_64", "28.5.2"},
      {"docker-ce-28.5.2-1.fc40.x86_64.rpm", "28.5.2"},
      {"docker-engine-1.13.1-1.el7.centos.x86_64", "1.13.1"},
      {"docker-engine_17.05.0~ce-0~ubuntu-xenial_amd64.deb", "17.05.0"},
      {"5:18.09.1~2.1.rc1-0~debian-stretch", "18.09.1-rc1"},
      {"docker-engine-28.5.2-r0", "28.5.2"},
      {"docker:28.5.2-dind-rootless", "28.5.2"},
      // Packages of distributions.
      {"20.10.24+dfsg1-1+deb12u1", "20.10.24+dfsg1"},
      {"20.10.24+dfsg1-1+deb12u1+b6", "20.10.24+dfsg1"},
      {"docker.io 20.10.24+dfsg1-1+deb12u1", "20.10.24+dfsg1"},
      {"docker.io_26.1.5+dfsg1-9+b5_amd64.deb", "26.1.5+dfsg1"},
      {"docker.io=26.1.5+dfsg1-9+deb13u1", "26.1.5+dfsg1"},
      {"28.5.2+dfsg4-5", "28.5.2"},
      {"26.1.5+dfsg12", "26.1.5"},
      {"24.0.7-0ubuntu4.1", "24.0.7"},
      {"28.2.2-0ubuntu1~24.04.1", "28.2.2"},
      {"docker.io_24.0.7-0ubuntu4.1_amd64.deb", "24.0.7"},
      {"28.5.1-1.fc43", "28.5.1"},
      {"moby-engine-28.5.1-1.fc43.x86_64", "28.5.1"},
      {"moby-engine 20.10.25+azure-ubuntu22.04u1", "20.10.25"},
      {"25.0.14-1.amzn2023.0.1", "25.0.14"},
      {"docker-25.0.14-1.amzn2023.0.1.x86_64", "25.0.14"},
      {"20.10.25-1.amzn2.0.3", "20.10.25"},
      {"28.3.3-r4", "28.3.3"},
      {"docker-28.3.3-r4", "28.3.3"},
      {"1:28.5.2-1", "28.5.2"},
      {"28.5.1_ce-1.1", "28.5.1"},
      {"20.10.23_ce-150000.175.1", "20.10.23"},
      {"19.03.13ce-1.amzn2", "19.03.13"},
      {"docker-18.06.1ce-10.amzn2.x86_64", "18.06.1"},
      {"17.03.1ce", "17.03.1"},
      {"24.0.9-ubuntu22.04u2", "24.0.9"},
      {"moby-engine_28.0.4-debian12u1_amd64.deb", "28.0.4"},
      {"19.03.15_ce-lp152.2.12.1", "19.03.15"},
      {"23.0.14-mcr", "23.0.14"},
      {"nixpkgs.docker_28  docker-28.5.2", "28.5.2"},
      {"moby-engine-24.0.9-2.cm2.x86_64", "24.0.9"},
      {"18.09.1-ol", "18.09.1"},
      {"docker-engine-19.03.11.ol-9.el8.x86_64", "19.03.11"},
      {"28.5.2_1", "28.5.2"},
      {"docker-28.5.2_1.x86_64.xbps", "28.5.2"},
      {"docker@28.5.2", "28.5.2"},
      {"docker-20.10.2,1", "20.10.2"},
      {"docker-19.03.15nb3", "19.03.15"},
      {"docker-28.5.2-x86_64-1_SBo.tgz", "28.5.2"},
      {"docker-engine-28.5.2-alt1.x86_64", "28.5.2"},
      {"app-containers/docker-28.5.2", "28.5.2"},
      {"=app-containers/docker-28.5.2-r1::gentoo", "28.5.2"},
      {"app-containers/docker-cli-28.5.2:0", "28.5.2"},
      {"docker-29.0.0_rc1", "29.0.0-rc.1"},
      {"1:29.0.0rc1-1", "29.0.0-rc.1"},
      {"docker-26.1.5-r0", "26.1.5"},
      {"docker-28.3.3-r4.apk", "28.3.3"},
      {"moby-engine-24.0.5-1.fc40", "24.0.5"},
      {"/nix/store/0a1b2c3d4f5g6h7i8j9k0a1b2c3d4f5g-docker-28.5.2", "28.5.2"},
      {"docker_28", "28.5.2"},
      {"25.0.8m1", "25.0.8"},
      {"27.2.1-rd", "27.2.1"},
      {"1.13.1~ds2-3", "1.13.1"},
      {"26.1.5+dfsg1-8ubuntu1", "26.1.5+dfsg1"},
      {"26.1.5+dfsg1+kali1-1", "26.1.5+dfsg1"},
      {"20.10.24+dfsg1-1~bpo11+1", "20.10.24+dfsg1"},
      {"docker.io_26.1.5+dfsg1-9.dsc", "26.1.5+dfsg1"},
      {"docker.io_26.1.5+dfsg1.orig.tar.xz", "26.1.5+dfsg1"},
      {"28.5.2+dfsg4-5ubuntu1", "28.5.2"},
      // What package managers print.
      {"docker.io:amd64 26.1.5+dfsg1-9", "26.1.5+dfsg1"},
      {"docker.io:amd64=26.1.5+dfsg1-9", "26.1.5+dfsg1"},
      {"docker.io/stable,now 26.1.5+dfsg1-9+b5 amd64 [installed]",
       "26.1.5+dfsg1"},
      {"docker-ce/bookworm,now 5:28.5.2-1~debian.12~bookworm amd64 "
       "[installed,automatic]",
       "28.5.2"},
      {"ii  docker.io  26.1.5+dfsg1-9  amd64  Linux container runtime",
       "26.1.5+dfsg1"},
      {" docker-ce | 5:28.5.2-1~debian.12~bookworm | "
       "https://download.docker.com/linux/debian bookworm/stable amd64 "
       "Packages",
       "28.5.2"},
      {"  Installed: 5:28.5.2-1~debian.12~bookworm", "28.5.2"},
      {" *** 5:28.5.2-1~debian.12~bookworm 500", "28.5.2"},
      {"docker-ce_5%3a28.5.2-1~debian.12~bookworm_amd64.deb", "28.5.2"},
      {"docker-ce=5:28.5.*", "28.5.2"},
      {"docker-ce-3:28.5.2-1.el9.x86_64", "28.5.2"},
      {"3:docker-ce-28.5.2-1.el9.x86_64", "28.5.2"},
      {"docker-ce.x86_64  3:28.5.2-1.el9  @docker-ce-stable", "28.5.2"},
      {"docker-ce-rootless-extras-28.5.2-1.el9.src.rpm", "28.5.2"},
      {"moby-engine.x86_64 24.0.5-1.fc40 @updates", "24.0.5"},
      {"i | docker | package | 28.3.3_ce-150000.227.1 | x86_64 | Main "
       "Repository",
       "28.3.3"},
      {"extra/docker 1:28.5.2-1 [installed]", "28.5.2"},
      {"docker-1:28.5.2-1-x86_64.pkg.tar.zst", "28.5.2"},
      {"docker-28.3.3-r4 x86_64 {docker} (Apache-2.0) [installed]", "28.3.3"},
      {"28.3.3-r4:", "28.3.3"},
      {"Setting up docker-ce (5:28.5.2-1~debian.12~bookworm) ...", "28.5.2"},
      {"Preparing to unpack .../5-docker-ce_5%3a28.5.2-1~debian.12~bookworm_"
       "amd64.deb ...",
       "28.5.2"},
      {"Inst docker-ce (5:28.5.2-1~debian.12~bookworm Docker CE:bookworm "
       "[amd64])",
       "28.5.2"},
      {"Get:1 https://download.docker.com/linux/debian bookworm/stable amd64 "
       "docker-ce amd64 5:28.5.2-1~debian.12~bookworm [19.7 MB]",
       "28.5.2"},
      {" docker.io | 26.1.5+dfsg1-9 | stable | source, amd64", "26.1.5+dfsg1"},
      {"docker-ce:\n  Installed: 5:28.5.2-1~debian.12~bookworm\n"
       "  Candidate: 5:28.5.2-1~debian.12~bookworm\n  Version table:\n"
       " *** 5:28.5.2-1~debian.12~bookworm 500\n"
       "        500 https://download.docker.com/linux/debian bookworm/stable "
       "amd64 Packages",
       "28.5.2"},
      {"Name        : docker-ce\nEpoch       : 3\nVersion     : 28.5.2\n"
       "Release     : 1.el9",
       "28.5.2"},
      {"docker (28.5.1) < 28.5.2", "28.5.1"},
      {"dockerd - 27.3.1-r1", "27.3.1"},
      {"docker-28.3.3-r4 description:\nA meta package", "28.3.3"},
      {"Package docker-ce-3:28.5.2-1.el9.x86_64 is already installed.",
       "28.5.2"},
      {"2025-11-05 14:43:25 install docker-ce:amd64 <none> "
       "5:28.5.2-1~debian.12~bookworm",
       "28.5.2"},
      {"Docker Community Edition 17.03.2-ce", "17.03.2"},
      {"Docker 17.03.2 Community Edition", "17.03.2"},
      {"local/docker 1:28.5.2-1", "28.5.2"},
      {"*  app-containers/docker\n      Latest version installed: 28.5.2",
       "28.5.2"},
      {"docker 28.4.0 3377 latest/stable canonical**", "28.4.0"},
      // Files, addresses and what Git and Go call it.
      {"docker-28.5.2.tgz", "28.5.2"},
      {"docker-17.03.2-ce.tgz", "17.03.2"},
      {"docker-rootless-extras-28.5.2.tgz", "28.5.2"},
      {"https://download.docker.com/linux/static/stable/x86_64/"
       "docker-28.5.2.tgz",
       "28.5.2"},
      {"refs/tags/v28.5.2", "28.5.2"},
      {"refs/tags/docker-v29.5.0", "29.5.0"},
      {"0123456789abcdef0123456789abcdef01234567\trefs/tags/v28.5.2^{}",
       "28.5.2"},
      {"https://github.com/moby/moby/releases/tag/v28.5.2", "28.5.2"},
      {"https://github.com/moby/moby/archive/refs/tags/v28.5.2.tar.gz",
       "28.5.2"},
      {"moby/moby@v28.5.2", "28.5.2"},
      {"github.com/docker/docker v28.5.2+incompatible", "28.5.2"},
      {"github.com/docker/cli@v28.5.2+incompatible", "28.5.2"},
      {"28.x", "28.5.2"},
      {"docker-27.x", "27.5.1"},
      {"89c5e8f\trefs/tags/v28.5.2", "28.5.2"},
      {"89c5e8f (tag: v28.5.2) Merge pull request #51333", "28.5.2"},
      {"v2.0.0-beta.24", "29.8.1"},
      {"github.com/moby/moby/v2 v2.0.0-beta.23", "29.8.0"},
      {"https://pkg.go.dev/github.com/docker/docker@v28.5.2+incompatible/oci",
       "28.5.2"},
      {"https://hub.docker.com/layers/library/docker/28.5.2-dind/images/"
       "sha256-0123",
       "28.5.2"},
      {"https://hub.docker.com/_/docker/tags?name=28.5.2", "28.5.2"},
      {"https://api.github.com/repos/moby/moby/git/refs/tags/v28.5.2",
       "28.5.2"},
      {"https://raw.githubusercontent.com/moby/moby/v28.5.2/oci/defaults.go",
       "28.5.2"},
      {"https://archive.archlinux.org/packages/d/docker/"
       "docker-1%3A28.5.2-1-x86_64.pkg.tar.zst",
       "28.5.2"},
      {"https://codeload.github.com/moby/moby/tar.gz/refs/tags/v28.5.2",
       "28.5.2"},
      {"https://github.com/moby/moby/raw/v28.5.2/oci/defaults.go", "28.5.2"},
      {"\"tag_name\": \"v28.5.2\",", "28.5.2"},
      {"<version>28.5.2</version>", "28.5.2"},
      {"default_docker_version = \"28.5.2\"", "28.5.2"},
      {"Using docker image sha256:01 for docker:28.5.2-dind with digest "
       "docker@sha256:01 ...",
       "28.5.2"},
      // Sentences and headers.
      {"Docker Engine - Community 28.5.2", "28.5.2"},
      {"Docker Engine v28.5.2", "28.5.2"},
      {"Docker CE 18.06.1", "18.06.1"},
      {"Engine: Version: 28.5.2", "28.5.2"},
      {"\"ServerVersion\": \"28.5.2\",", "28.5.2"},
      {"DOCKER_VERSION=28.5.2", "28.5.2"},
      {"version:28.5.2", "28.5.2"},
      {"docker://24.0.7", "24.0.7"},
      {"Server: Docker/28.5.2 (linux)", "28.5.2"},
      {"Docker version 1.13.1, build 7d71120/1.13.1", "1.13.1"},
      {"I run Docker 28.5.2.", "28.5.2"},
      {"dockerVersion: 28.5.2", "28.5.2"},
      {"docker-28.5.2-linux-amd64.tgz", "28.5.2"},
      {"origin/tags/v28.5.2", "28.5.2"},
      {"git clone -b v28.5.2 ...", "28.5.2"},
      {"git clone --depth 1 --branch v28.5.2 https://github.com/moby/moby.git",
       "28.5.2"},
      {"git clone git@github.com:moby/moby.git -b docker-v29.5.0", "29.5.0"},
      {"git checkout v28.5.2", "28.5.2"},
      {"* (HEAD detached at v28.5.2)", "28.5.2"},
      {"cpe:2.3:a:docker:docker:28.5.2:*:*:*:*:*:*:*", "28.5.2"},
      {"cpe:2.3:a:docker:docker:17.06.0:rc1:*:*:community:*:*:*",
       "17.06.0-rc1"},
      {"cpe:2.3:a:mobyproject:moby:29.0.0\\-rc.1:*:*:*:*:go:*:*",
       "29.0.0-rc.1"},
      {"cpe:/a:docker:engine:28.5.2", "28.5.2"},
      // Commands.
      {"sh get-docker.sh --dry-run --version 28.5.2", "28.5.2"},
      {"VERSION=28.5 sh get-docker.sh", "28.5.2"},
      {"curl -fsSL https://get.docker.com | sh -s -- --version v28.5.2",
       "28.5.2"},
      {"curl -fsSL https://get.docker.com | VERSION=28.5.2 sh", "28.5.2"},
      {"VERSION_STRING=5:28.5.2-1~debian.12~bookworm", "28.5.2"},
      {"dockerVersion=\"28.5.2\"", "28.5.2"},
      {"MY_DOCKER_VERSION=28.5.2", "28.5.2"},
      {"--engine=28.5.2", "28.5.2"},
      {"docker/28.5.2 go/go1.25.3 git-commit/89c5e8f "
       "kernel/6.8.0-87-generic os/linux arch/amd64 "
       "UpstreamClient(Docker-Client/27.0.1 \\(linux\\))",
       "28.5.2"},
      {"time=\"2025-11-05T14:43:25.1Z\" level=info msg=\"Docker daemon\" "
       "commit=89c5e8f storage-driver=overlay2 version=28.5.2",
       "28.5.2"},
      {"engine_daemon_engine_info{commit=\"89c5e8f\",kernel=\"6.1.0\","
       "version=\"28.5.2\"} 1",
       "28.5.2"},
      {"engine_daemon_engine_info{os=\"Debian GNU/Linux 12 (bookworm)\","
       "os_type=\"linux\",version=\"28.5.2\"} 1",
       "28.5.2"},
      {"github.com/docker/docker v28.5.2+incompatible h1:AbC+d=", "28.5.2"},
      {"Docker version 24.0.7, build 24.0.7-0ubuntu4.1", "24.0.7"},
      // Other numbers.
      {"/opt/homebrew/Cellar/docker/28.5.2 (19 files, 30.5MB) *", "28.5.2"},
      {" *** 5:28.5.2-1~debian.12~bookworm 500", "28.5.2"},
      {"docker-ce amd64 5:28.5.2-1~debian.12~bookworm [19.7 MB]", "28.5.2"},
      {"docker 28.5.2, CPUs: 20, 27 containers", "28.5.2"},
      {"Ubuntu Server 24.04, Docker 28", "28.5.2"},
      // Images.
      {"docker.io/library/docker:28.5.2-dind-alpine3.22", "28.5.2"},
      {"docker:29.0.0-rc.1-cli", "29.0.0-rc.1"},
      {"docker:28.5.2@sha256:0123456789abcdef", "28.5.2"},
      {"28.5-dind", "28.5.2"},
      {"docker:28.5.2-dind", "28.5.2"},
      {"FROM docker:28.5.2-dind AS build", "28.5.2"},
      {"FROM docker:28-dind AS build", "28.5.2"},
      {"registry.example.com:5000/docker:28.5.2", "28.5.2"},
      {"docker 28-dind 89c5e8f1abcd 3 weeks ago 344MB", "28.5.2"},
      {"moby/moby-bin:28.5.2", "28.5.2"},
      {"docker 28.5.2-windowsservercore-ltsc2022", "28.5.2"},
      // Lists of software, packages' fields, nodes and notes.
      {"Package: docker.io\nStatus: install ok installed\nSection: "
       "universe/admin\nMaintainer: Ubuntu Developers <u@example.com>\n"
       "Source: docker.io-app\nVersion: 27.5.1-0ubuntu3~24.04.2\nDepends: "
       "adduser, containerd (>= 1.2.6-0ubuntu1~)\n",
       "27.5.1"},
      {"PackageName: docker-ce\nSPDXID: SPDXRef-Package-docker-ce\n"
       "PackageVersion: 5:26.1.4-1~debian.12~bookworm",
       "26.1.4"},
      {"\"name\": \"docker-ce\", \"SPDXID\": \"SPDXRef-Package-docker-ce-1\", "
       "\"versionInfo\": \"5:26.1.4-1~debian.12~bookworm\"",
       "26.1.4"},
      {"\"PkgName\":\"docker.io\",\"InstalledVersion\":\"20.10.24+dfsg1-1\"",
       "20.10.24+dfsg1"},
      {"docker.io-app 27.5.1-0ubuntu3~24.04.2", "27.5.1"},
      {"docker.io-app (27.5.1-0ubuntu3) plucky; urgency=medium", "27.5.1"},
      {"docker policy:\n  25.0.5-r1:\n    lib/apk/db/installed", "25.0.5"},
      {"\"Engine\": {\"EngineVersion\": \"24.0.7\", \"Plugins\": [{}]}",
       "24.0.7"},
      {"cadvisor_version_info{cadvisorVersion=\"v0.47\",dockerVersion="
       "\"24.0.7\",kernelVersion=\"5.15.0\"} 1",
       "24.0.7"},
      {"Version:  0.1.0\nRuntimeName:  docker\nRuntimeVersion:  20.10.21\n"
       "RuntimeApiVersion:  1.41.0",
       "20.10.21"},
      {"setup_remote_docker:\n    version: docker24", "24.0.9"},
      {"Docker Desktop 4.27.1 includes Docker Engine v25.0.2", "25.0.2"},
      {"Server Version: 27.5.1\nName: docker24", "27.5.1"},
      {"docker: 28", "28.5.2"},
      // Lines.
      {"28", "28.5.2"},
      {"28.5", "28.5.2"},
      {"v28.5", "28.5.2"},
      {"Docker 28", "28.5.2"},
      {"nixpkgs.docker_28", "28.5.2"},
      {"https://docs.docker.com/engine/release-notes/28/", "28.5.2"},
      {"17.03-ce", "17.03.2"},
      {"1.12", "1.12.6"},
      {"17.3", "17.03.2"},
  };
  for (const auto& [name, release] : kNames) {
    SCOPED_TRACE(name);
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_EQ(engine->release->name, release);
    // What is not the very name or tag is said.
    const bool exact =
        name == engine->release->name || name == engine->release->tag;
    EXPECT_EQ(engine->understood.empty(), exact) << engine->understood;
    EXPECT_EQ(Found(name), release);
  }
}

TEST(FindEngine, SaysWhatItTook) {
  EXPECT_EQ(FindEngine("28.5")->understood,
            "\"28.5\" is taken as Docker 28.5.2");
  EXPECT_EQ(FindEngine("20.10.24+dfsg1-1+deb12u1")->understood,
            "\"20.10.24+dfsg1-1+deb12u1\" is taken as Docker 20.10.24+dfsg1, "
            "the build of Debian 12");
}

// Parts of Docker have versions of their own, which need not be the engine's.
TEST(FindEngine, SaysWhatIsNotTheEngines) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"docker-ce-cli 5:28.5.2-1~debian.12~bookworm", "the client"},
      {"docker-ce-cli_28.5.2-1~debian.12~bookworm_amd64.deb", "the client"},
      {"docker-cli-28.5.2-r0", "the client"},
      {"docker-cli/stable,now 26.1.5+dfsg1-9+b5 amd64", "the client"},
      {"Client: 28.5.2", "the client"},
      {"Client: Docker Engine - Community\n Version: 28.5.2", "the client"},
      {"Docker-Client/28.5.2 (linux)", "the client"},
      {"github.com/docker/cli@v28.5.2+incompatible", "the client"},
      {"docker:28.5.2-cli", "the client"},
      {"docker/cli:28.5.2", "the client"},
      {"Docker.DockerCLI 28.5.2", "the client"},
      {"/opt/homebrew/Cellar/docker/28.5.2 (9 files, 30MB) *", "the client"},
      {"==> docker: stable 28.5.2 (bottled), HEAD", "the client"},
      {"docker--28.5.2.arm64_sequoia.bottle.tar.gz", "the client"},
      {"docker-ce-rootless-extras-28.5.2-1.el9.x86_64.rpm", "the extras"},
      {"docker-openrc-28.3.3-r4", "the extras"}};
  for (const auto& [name, part] : kParts) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_THAT(engine->understood,
                HasSubstr(absl::StrCat("; that is the version of ", part,
                                       ", the engine may have another")));
  }
  for (std::string_view name : {
           "docker-ce 28.5.2",
           "docker:28.5.2-dind",
           "Server: Docker/28.5.2",
           "docker-ce-cli-28.5.1-1.el9 docker-ce-28.5.2-1.el9",
           "Docker/28.5.2 (Docker-Client/27.0.1)",
       }) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_EQ(engine->release->name, "28.5.2");
    EXPECT_THAT(engine->understood, Not(HasSubstr("; that is"))) << name;
  }
}

// All that `docker version` prints: of the engine, its client and other things.
TEST(FindEngine, TakesTheServersOfAllVersions) {
  constexpr std::string_view kOutput =
      "Client: Docker Engine - Community\n Version:           28.5.2\n"
      " API version:       1.47 (downgraded from 1.51)\n"
      " Go version:        go1.25.3\n Git commit:        ecc6942\n"
      " Built:             Wed Nov  5 14:43:25 2025\n"
      " OS/Arch:           linux/amd64\n\n"
      "Server: $0\n Engine:\n  Version:          27.5.1\n"
      "  API version:      1.47 (minimum version 1.24)\n"
      "  Git commit:       $1\n containerd:\n  Version:          v1.7.29\n"
      "  GitCommit:        442cb34bda9a6a0fed82a2ca7cade05c5c749582\n"
      " runc:\n  Version:          1.3.3\n docker-init:\n"
      "  Version:          0.19.0\n  GitCommit:        de40ad0\n";
  for (const auto& [server, commit, presumed] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"Docker Engine - Community", "4c9b3b0", ""},
           {"Docker Desktop 4.50.0 (209931)", "4c9b3b0", ""},
           {"", "4c9b3b011d", "that build is presumed"},
           {"", "4c9b3b011d0b0d2c1bfe2a2a5f0c8ab0a0c7e0b1",
            "that build is presumed"},
           {"Docker Engine - Enterprise", "4c9b3b0", "Docker Enterprise"}}) {
    const absl::StatusOr<NamedEngine> engine =
        FindEngine(absl::Substitute(kOutput, server, commit));
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_EQ(engine->release->name, "27.5.1");
    EXPECT_THAT(engine->understood, Not(HasSubstr("; that is")));
    EXPECT_THAT(engine->presumed, StartsWith(presumed));
    EXPECT_EQ(engine->presumed.empty(), presumed.empty()) << engine->presumed;
  }
  for (std::string_view text : {
           "{\"Client\":{\"Version\":\"28.5.2\"},\"Server\":{"
           "\"Platform\":{\"Name\":\"Docker Desktop 4.50.0\"},"
           "\"Components\":[{\"Name\":\"Engine\",\"Version\":"
           "\"27.5.1\"},{\"Name\":\"runc\",\"Version\":\"1.3.3\"}]}}",
           "Client:\n  Version: 28.5.2\nServer:\n  Platform:\n    Name: x\n"
           "  Components:\n    - Name: Engine\n      Version: 27.5.1\n"
           "    - Name: runc\n      Version: 1.3.3\n",
           "{'Client': {'Version': '28.5.2'}, 'Server': {'Version': '27.5.1'}}",
       }) {
    EXPECT_EQ(Found(text), "27.5.1") << text;
  }
}

// What is said of the server counts most, however short it is, and what is said
// of the client least.
TEST(FindEngine, TakesTheServersLine) {
  for (std::string_view text : {
           "Client: 27.3.1 Server: 28.5",
           "Server: 28.5\nClient: 27.3.1",
           "Client Version: 27.3.1\nServer Version: 28.5\nCPUs: 20",
           "27.3.1 (client), 28.5 (server)",
           "28.5 server, 27.3.1 client",
           "Docker CLI 27.3.1, Docker Engine 28",
           "docker 28, client 27.3.1",
           "cli: 27.3.1, daemon: 28",
           "docker:27.3.1-cli, docker:28-dind",
           "DOCKER_CLI_VERSION=27.3.1 DOCKER_VERSION=28",
           "{\"Client\":{\"Version\":\"27.3.1\"},\"Server\":{\"Version\":"
           "\"28.5\"},\"x\":1}",
       }) {
    EXPECT_EQ(Found(text), "28.5.2") << text;
    EXPECT_THAT(FindEngine(text)->understood, Not(HasSubstr("; that is")));
  }
}

// The client's version is not that of a server whose own is not understood.
TEST(FindEngine, RefusesTheClientsForTheServers) {
  for (std::string_view text : {
           "Client:\n Version: 28.5.2\nServer:\n Engine:\n  Version: dev\n",
           "Client: 28.5.2\nServer:\n Platform: x\n Version: 27.5.1",
           "{\"Client\":{\"Version\":\"28.5.2\"},\"Server\":null}",
           "Client: 28.5.2\nServer: linux/arm64/fedora-40\n Podman Engine:\n"
           "  Version: 20.10.1\n",
           "client 28.5.2 server",
           "Docker 28.5.2 (server: unknown)",
       }) {
    EXPECT_THAT(Found(text), EndsWith(": it names a server, but no version of "
                                      "it that is understood"))
        << text;
  }
}

TEST(FindEngine, RefusesWhatIsNoVersion) {
  for (std::string_view name : {
           "",
           " ",
           "\n",
           "docker",
           "twenty",
           "v",
           ".",
           "28.",
           ".5",
           "28..5",
           "28.5.2.1",
           "28.5.2foo",
           "28.5.2-foo",
           "28.5-1",
           "28-1~debian",
           "-28",
           "28.5.2-",
           "28.5.2+",
           "28,5,2",
           "docker-ce",
           "28.5.2-rc",
           "+dfsg1",
           "5:",
           "v v28",
           "28.5.2:1",
           "5:5:28.5.2",
           "5:5:28.5.2-1~debian.12~bookworm",
           "28:1",
           "docker-28-1",
           "28 --json",
           "172.17.0.1",
           "nightly",
           "29.0.0-rc",
           "28.5-rc.1",
           "^28.5.2",
           "~28.5.2",
           "docker-ce (>= 5:28.5.2)",
           "v2.0.0-beta.22",
           "v2.0.0",
           "20.10.7-24.0.7",
           "docker_1_13",
           "docker_20_10_7",
           "Client Version: v1.13.1",
           "docker/setup-docker-action@v28.0.0",
           // Versions of something else.
           "Docker Desktop 4.37.1",
           "docker-compose-2.39.2",
           "docker-buildx-plugin 28.5.2",
           "docker/compose v28.5.2",
           "https://github.com/docker/compose/releases/"
           "tag/v28.5.2",
           "nginx/28.5.2",
           "docker-compose version 1.13.0, build 1719ceb",
           "docker-py 1.13.1",
           "moby/buildkit:v28.5.2",
           "Operating System: Ubuntu "
           "20.10",
           "docker-ce-selinux-17.03.2.ce-1.el7.centos.noarch",
           "github.com/moby/moby/api v1.12.0",
           "go1.13.1",
           "balena-engine: 20.10.17",
           "nginx:28.5.2",
           "nginx 28.5.2",
           "cruizba/ubuntu-dind:noble-28.5.2",
           "containerd.io 1.7.28-1",
           "Kernel Version: 28.5.2",
           "API version: 1.51",
           "balena-engine 20.10.17",
           "docker:dind",
           "docker:latest",
           ">=28.5.2",
           "*",
           "x",
           "28.5.2.x",
           "docker!=28.5.2",
           "docker ~= 28.5.2",
           "VERSION=\"20.10 (Groovy Gorilla)\"",
           "28 5",
           "28.5.2foo1",
           "28.5.2_",
           "28.5.2.tgzz",
           "x28",
       }) {
    EXPECT_THAT(Found(name), HasSubstr("no Docker release is called")) << name;
  }
  EXPECT_THAT(Found(""), HasSubstr("a name is missing"));
}

// Versions of others' packages, images and servers, bounds, dates and counts.
TEST(FindEngine, RefusesWhatOthersCallDocker) {
  for (std::string_view name : {
           "{\"ServerVersion\":\"\",\"ClientInfo\":{\"Debug\":false,"
           "\"Platform\":{"
           "\"Name\":\"Docker Engine - Community\"},\"Version\":\"28.5.1\"}}",
           "{\"ServerVersion\":\"library-import\",\"ClientInfo\":{\"Debug\":"
           "false,"
           "\"Platform\":{\"Name\":\"Docker Engine - "
           "Community\"},\"Version\":\"28.5.1\"}}",
           "\"ServerVersion\":\"library-import\"",
           "pkg:pypi/docker@20.10.0",
           "pkg:golang/github.com/moby/moby/client@v1.13.1",
           "docker: 28 containers",
           "RuntimeName:  containerd\nRuntimeVersion:  v1.13.1",
           "ghcr.io/somebody/moby:28.5.2",
           "docker/app 1.13.1",
           "Package: docker-compose\nMaintainer: Docker\nVersion: 1.13.0",
           "PackageName: docker\nPackageVersion: 4.0\n\nVersion: nginx 28.5.2",
           "pkg:npm/docker@20.10.0",
           "pkg:gem/docker@20.10.0",
           "pkg:cargo/docker@20.10.0",
           "pkg:helm/docker@20.10.0",
           "pkg:conda/docker@20.10.0",
           "pkg:terraform/docker@20.10.0",
           "pip install docker==20.10.0",
           "npm install docker@28.0.0",
           "gem \"docker\" 20.10.0",
           "cargo add docker@20.10.0",
           "community.docker 28.0.0",
           "ansible-galaxy collection install community.docker:20.10.0",
           "kreuzwerker/docker = 20.10.0",
           "hashicorp/docker 20.10.0",
           "docker==20.10.0",
           "docker 27/11/2025",
           "docker 28/10",
           "docker 27,3,1",
           "docker build --build-arg VERSION=28.5.2 .",
           "docker build . --tag 28.5.2",
           "docker build --tag 28.5.2 .",
           "docker-archive:28.5.2.tar",
           "2.0.0-beta.6",
           "v2.0.0-beta.6",
           "minimum docker version 20.10.0",
           "at least docker 20.10",
           "Docker 20.10.10 or higher required",
           "since docker 18.03",
           "until docker 18.03",
           "max docker 18.03",
           "not docker 28.5.2",
           "docker ≥ 27.3.1",
           "kubectl version\nClient Version: v1.13.1\nKustomize Version: "
           "v5\nServer Version: v1.13.0",
           "psql (17.2, server 17.3.1)",
           "git server 28.5.2",
           "git version 20.10.0",
           "linux 20.10",
           "snap 20.10",
           "Linux release 20.10",
           "linux-28.5.2",
           "Server Version: v1.13.1+k3s1",
           "gitlab-runner docker 17.5.0",
           "jenkins docker 1.13",
           "node docker 20.10",
           "our jenkins docker 1.13",
           "gitlab runner docker 17.5.0",
           "docker 28.5.2 minimum",
           "node.docker 20.10.0",
           "{\"dependencies\":{\"docker\":\"20.10.0\"}}",
           "colima docker 20.10",
           "docker-ce-stable/x86_64 Docker CE Stable - x86_64 28",
           "dockerd[28]: x",
           "/var/lib/docker 28",
           "myorg/docker:28.5.2",
           "jenkins/docker:27.3",
           "docker 20.10.0 (npm)",
           "docker 20.10.0 [pip]",
           "docker 20.10.0 from npm",
           "{\"devDependencies\":{\"docker\":\"20.10.0\"}}",
           "{\n \"name\": \"x\",\n \"devDependencies\": {\n  \"a\": \"1\",\n"
           "  \"docker\": \"20.10.0\"\n }\n}",
           "[dependencies]\nserde = \"1.0\"\ndocker = \"20.10.0\"\n",
           "docker0 172.17.0.1",
           "jenkins docker27.3.1",
           "docker.io:\n  Installed: (none)\n  Candidate: (none)\n"
           "  Version table:\n     20.10.24+dfsg1-1 500\n",
           "nginx:\n  Installed: (none)\n  Candidate: 28.5.2\n",
       }) {
    EXPECT_THAT(Found(name), HasSubstr("no Docker release is called")) << name;
  }
}

// Tables, attributes and settings that have it somewhere in them.
TEST(FindEngine, TakesItsColumn) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      // `docker node ls`
      {"l1kpodq8vfzvsawzpmbgp22jm *   node1   Ready   Active   Leader   24.0.7",
       "24.0.7"},
      {"8my29p0m3xhg6c5u9wd7bqzqd     podman   Down    Drain   24.0.7",
       "24.0.7"},
      {"ID  HOSTNAME  STATUS  AVAILABILITY  MANAGER STATUS  ENGINE VERSION\n"
       "mlsjtfn2ck9sc2z0m1q8yqz0k *   a   Ready   Active   Leader   "
       "20.10.24+dfsg1\n"
       "8my29p0m3xhg6c5u9wd7bqzqd     b   Ready   Active            "
       "20.10.24+dfsg1\n",
       "20.10.24+dfsg1"},
      // `docker-machine ls`
      {"NAME  ACTIVE  DRIVER  STATE  URL  SWARM  DOCKER  ERRORS\n"
       "dev  *  virtualbox  Running  tcp://192.168.99.100:2376  v19.03.12  ",
       "19.03.12"},
      {"m1 - generic Running tcp://10.0.0.5:2376 m1 (master) v17.05.0-ce",
       "17.05.0"},
      // Nix.
      {"docker_20_10", "20.10.27"},
      {"nixpkgs#docker_20_10", "20.10.27"},
      {"virtualisation.docker.package = pkgs.docker_19_03;", "19.03.15"},
      // docker/setup-docker-action.
      {"version: v24.0.7", "24.0.7"},
      {"version: type=archive,channel=stable,version=v24.0.7", "24.0.7"},
      {"version: type=image,tag=24.0.7", "24.0.7"},
      {"uses: docker/setup-docker-action@v4\nwith:\n  version: v24.0.7",
       "24.0.7"}};
  for (const auto& [name, release] : kNames) {
    EXPECT_EQ(Found(name), release) << name;
  }
  EXPECT_THAT(Found("l1kpodq8vfzvsawzpmbgp22jm * a Ready Active Leader 24.0.7\n"
                    "8my29p0m3xhg6c5u9wd7bqzqd   b Ready Active 24.0.6\n"),
              HasSubstr(": it has two versions, 24.0.7 and 24.0.6"));
}

// As programs print and keep it.
TEST(FindEngine, TakesWhatToolsPrint) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"{\"ServerVersion\":\"27.3.1\",\"ClientInfo\":{\"Debug\":false,"
       "\"Platform\":{\"Name\":\"Docker Engine - "
       "Community\"},\"Version\":\"28.5.1\"}}",
       "27.3.1"},
      {"{\"ServerVersion\":\"26.1.5+dfsg1\",\"ClientInfo\":{\"Debug\":false,"
       "\"Version\":\"28.5.2\"}}",
       "26.1.5+dfsg1"},
      {"moby-engine/jammy 24.0.9-ubuntu22.04u3 amd64", "24.0.9"},
      {"{\"name\":\"docker-ce\",\"versionInfo\":\"5:27.3.1-1~debian.12~"
       "bookworm\"}",
       "27.3.1"},
      {"time=\"2023\" level=info msg=\"Docker daemon\" commit=297e128 "
       "graphdriver(s)=overlay2 version=20.10.24+dfsg1",
       "20.10.24+dfsg1"},
      {"docker-ce is already the newest version "
       "(5:27.3.1-1~ubuntu.22.04~jammy).",
       "27.3.1"},
      {"P:docker-engine\nV:27.3.1-r1", "27.3.1"},
      {"docker cli 28.5.2 engine 27.3.1", "27.3.1"},
      {"Installing:\n docker-ce  x86_64  3:27.3.1-1.el9  docker-ce-stable  27 "
       "M\n docker-ce-cli  x86_64  1:27.3.1-1.el9  docker-ce-stable  43 M",
       "27.3.1"},
      {"setup_remote_docker:\n    version: 20.10.24", "20.10.24"},
      {"moby v2.0.0-beta.24", "29.8.1"},
      {"pkg:deb/debian/docker.io@20.10.24+dfsg1-1?arch=amd64",
       "20.10.24+dfsg1"},
      {"pkg:rpm/fedora/moby-engine@24.0.5-1.fc40", "24.0.5"},
      {"pkg:apk/alpine/docker@27.3.1-r0", "27.3.1"},
      {"pkg:docker/docker@27.3.1-dind", "27.3.1"},
      {"pkg:oci/docker@27.3.1", "27.3.1"},
      {"pkg:generic/docker@27.3.1", "27.3.1"},
      {"pkg:github/moby/moby@v27.3.1", "27.3.1"},
      {"pkg:golang/github.com/docker/docker@v27.3.1", "27.3.1"},
      {"Install docker 27.3.1", "27.3.1"},
      {"image: docker:27.3.1", "27.3.1"},
      {"Using docker 27.3.1", "27.3.1"},
      {"Removed docker-ce 27.3.1", "27.3.1"},
      {"Ubuntu docker 28.5.2", "28.5.2"},
      {"Host docker 28.5.2", "28.5.2"},
      {"docker 27.3.1, npm 10.2.0", "27.3.1"},
      {"{\"dependencies\":{\"docker\":\"1.0.0\"},\n\"docker\":\"27.3.1\"}",
       "27.3.1"},
      {"Dependencies resolved.\n docker-ce  x86_64  3:27.3.1-1.el9", "27.3.1"},
      {"(HEAD, tag: v27.3.1)", "27.3.1"},
      {"ce12230 (HEAD -> master, tag: v27.3.1, upstream/master) Merge pull "
       "request #48500 from x/y",
       "27.3.1"},
      {"\xEF\xBB\xBF"
       "27.3.1\r\n",
       "27.3.1"},
      {"docker27.3.1", "27.3.1"},
      {"docker-ce27.3", "27.3.1"},
      {"pkg:deb/debian/docker.io%4020.10.24%2Bdfsg1-1%2Bdeb12u1",
       "20.10.24+dfsg1"},
      {"pkg:golang/github.com%2Fdocker%2Fdocker@v27.3.1", "27.3.1"},
      {"docker.io:\n  Installed: (none)\n  Candidate: "
       "20.10.24+dfsg1-1+deb12u1\n"
       "  Version table:\n     20.10.24+dfsg1-1+deb12u1 500\n        500 "
       "http://deb.debian.org/debian bookworm/main amd64 Packages\n",
       "20.10.24+dfsg1"},
      {"docker-ce:\n  Installed: 5:27.3.1-1~debian.12~bookworm\n  Candidate: "
       "5:28.5.2-1~debian.12~bookworm\n  Version table:\n     "
       "5:28.5.2-1~debian.12~bookworm 500\n        500 "
       "https://download.docker.com/linux/debian bookworm/stable amd64 "
       "Packages\n *** 5:27.3.1-1~debian.12~bookworm 100\n        100 "
       "/var/lib/dpkg/status\ndocker-ce-cli:\n  Installed: 5:29.0.0-1\n",
       "27.3.1"},
      {"containerd.io:\n  Installed: 1.7.28-1\n  Candidate: 1.7.29-1\n  "
       "Version "
       "table:\n     1.7.29-1 500\ndocker-ce:\n  Installed: (none)\n  "
       "Candidate: 5:28.5.2-1~debian.12~bookworm\n",
       "28.5.2"}};
  for (const auto& [name, release] : kNames) {
    EXPECT_EQ(Found(name), release) << name;
  }
}

TEST(FindEngine, SaysWhyNoVersionIsMeant) {
  for (std::string_view name : {
           "28.5.2 or 28.5.1",
           "28.5.2,28.5.1",
           "28.5.2\n28.5.1",
           "docker 28.5.2 -> 28.5.1",
           "docker-ce/bookworm 5:28.5.2 amd64 [upgradable from: 5:28.5.1]",
           "docker 28.5.2 is broken, use 28.5.1",
           "use docker 28.5.2, not 28.5.1",
           "docker 28.5.2 works\n28.5.1 does not",
           "28.5.2 was replaced by 28.5.1",
           "28.5.2 => 28.5.1",
           "podman 28.5.2, nginx 28.5.1",
           "Unpacking docker-ce (5:28.5.2) over (5:28.5.1) ...",
       }) {
    EXPECT_THAT(Found(name),
                EndsWith(": it has two versions, 28.5.2 and 28.5.1; give the "
                         "one alone"));
  }
  for (std::string_view name : {
           "image: docker:27.3.1\nservices:\n  - docker:28\n",
           "docker 27.3.1 or 28",
           "27.3.1 -> 28",
           "docker 27.3.1 and docker 28",
       }) {
    EXPECT_THAT(Found(name), HasSubstr(": it has two versions, 27.3.1"));
  }
  for (std::string_view image : {
           "docker:27.3.1",
           "docker:27.3.1-cli",
       }) {
    EXPECT_THAT(
        Found(absl::StrCat("image: ", image, "\nservices:\n  - docker:dind\n")),
        EndsWith(": it names an image of Docker without a version, too"));
  }
  EXPECT_THAT(Found("docker:27.3.1-cli, 28"),
              HasSubstr(": it has two versions, 27.3.1-cli and 28"));
  EXPECT_THAT(Found("docker:28.5 docker:28.4"),
              HasSubstr(": it has two versions, 28.5 and 28.4"));
  EXPECT_EQ(Found("docker_28  docker-28.3.3"), "28.3.3");
  // Builds that answer otherwise are as two versions.
  EXPECT_THAT(Found("docker.io 20.10.24+dfsg1-1, docker-ce 20.10.24"),
              HasSubstr(": it has two builds, 20.10.24+dfsg1-1 and 20.10.24"));
  // Betas of moby/v2 that another one followed within hours or weeks.
  for (std::string_view name : {
           "moby v2.0.0-beta.0",
           "docker v2.0.0-beta.4",
           "v2.0.0-beta.10",
           "github.com/moby/moby/v2@v2.0.0-beta.22",
           "v2.0.0",
       }) {
    EXPECT_THAT(
        Found(name),
        EndsWith(": no release is known to be that version of moby/v2"));
  }
  // Go's names of commits, which follow what they are called after.
  for (std::string_view name : {
           "v0.0.0-20200229013735-71373c6105e3",
           "v17.12.0-ce-rc1.0.20200309214505-aa6a9891b09c+incompatible",
           "github.com/docker/docker v20.10.25-0.20230829184503-d2c7dd5b5ba4",
       }) {
    EXPECT_THAT(Found(name), HasSubstr(": it is a commit that is no release"));
  }
  for (std::string_view name : {
           "docker-compose version 1.13.0, build 1719ceb",
           "nginx/1.13.1",
           "vscode-docker 1.13.1",
           "ms-azuretools.vscode-docker@1.13.1",
           "python3-docker 17.05.0",
           "podman-docker-17.05.0",
           "terraform-provider-docker_1.13.1",
           "docker-compose 1.13.1",
           "git clone -b v1.13.1 https://github.com/docker/compose",
           "git clone -b v1.13.1 https://github.com/nginx/nginx",
           "cpe:2.3:a:docker:compose:1.13.1:*:*:*:*:*:*:*",
           "helm install x --version=1.13.1",
           "image=nginx version=1.13.1",
           "msg=\"nginx started\" version=1.13.1",
           "docker-buildx-plugin 0.29.1-1~debian.12",
           "Ubuntu 20.10",
           // What names another product behind the version, or right before it.
           "1.13.1 docker-compose",
           "1.13.1 (podman)",
           "1.13.1, nginx",
           "1.13.1\tpodman",
           "1.13.1/nginx",
           "version 1.13.1 of git",
           "v1.13.1 kubernetes",
           "Server Version: 1.13.1 podman",
           "server: 1.13.1 nginx",
           "Engine 1.13.1 podman",
           "docker 28.5.2 podman",
           "docker 28.5.2 (podman)",
           "docker 28.5.2 docker-compose",
           "docker 28.5.2 or newer",
           "docker 28.5.2 is broken, use 27.5",
           "docker 28.5.2 is out of date",
           "docker 27.3.1 npm 10.2.0",
           "docker-ce 27.3.1 (apt)",
           "git 1.13.1",
           "git:1.13.1",
           "git-1.13.1.tar.gz",
           "origin 1.13.1",
           "origin/1.13.1",
           "Name: git\nVersion: 1.13.1",
           "git/stable,now 1.13.1 amd64",
           "{\"name\":\"git\",\"version\":\"1.13.1\"}",
           "P:git\nV:1.13.1-r0",
           "{\"Engine\":\"postgres\",\"EngineVersion\":\"17.5\"}",
           "main 1.13.1",
           "container 1.13.1",
           "library 1.13.1",
           "docker-library/official-images 28.5.2",
           "uses: docker/setup-buildx-action@v28.0.0",
       }) {
    EXPECT_THAT(
        Found(name),
        EndsWith(": by its words it is the version of something else; give "
                 "the release alone, as 20.10.7"));
  }
  // Dates are not of next year's releases.
  for (std::string_view name : {
           "2025.11.05",
           "2025.11",
           "20251105",
       }) {
    EXPECT_EQ(Found(name),
              absl::StrCat("no Docker release is called \"", name, "\""));
  }
}

// Whose build it is decides whether what was recorded is what that gives.
TEST(FindEngine, SaysWhatIsPresumed) {
  for (std::string_view recorded : {
           "28.5.2",
           "5:28.5.2-1~debian.12~bookworm",
           "5:28.5.2-1~ubuntu.24.04~noble",
           "3:28.5.2-1.fc40",
           "28.5",
           "docker-ce-28.5.2-1.fc40.x86_64",
           "20.10.24+dfsg1",
           "28.5.2-1.el9",
           "20.10.24+dfsg1-1+deb12u1",
           "29.5.0~rc.1",
           "18.06.3~ce~3-0~ubuntu",
           "17.03.2.ce-1.el7.centos",
           "17.03.1-ce-rc1",
           "docker-ce_28.5.2-1~debian.12~bookworm_amd64.deb",
           "docker-engine-1.13.1-1.fc25.x86_64",
           "docker:28.5.2-dind-rootless",
           "docker:28.5.2-alpine3.22",
           "docker-28.5.2.tgz",
           "refs/tags/v28.5.2",
           "github.com/docker/docker v28.5.2+incompatible",
           "Docker/28.5.2",
           "docker.io:amd64 26.1.5+dfsg1-9+deb13u1+b6",
           "docker.io_26.1.5+dfsg1.orig.tar.xz",
           "docker-engine-17.05.0.ce-1.el7.centos.x86_64.rpm",
           "docker-engine_17.05.0~ce-0~ubuntu-xenial_amd64.deb",
           "5:18.09.1~2.1.rc1-0~debian-stretch",
           "3:18.09.1-2.1.rc1.el7",
           "DOCKER_CE_VERSION=28.5.2",
           "v2.0.0-beta.24",
           "Docker version 28.5.2, build ecc6942",
           "Docker version 19.03.13, build 4484c46d9d",
           "Docker version 18.09.8, build 0dd43dd87f",
           "docker-ce 21:5 28.5.2, see 1:2, -r0 and 3.fc43",
           "26.1.5+dfsg1",
           "5:20.10.24~3-0~debian-bullseye",
           "3:docker-ce-28.5.2-1.el9.x86_64",
           "17.06.0.ce-0.2.rc2.el7.centos",
           "18.03.1-ce",
           "Docker version 18.09.1, build 4c52b90",
       }) {
    EXPECT_EQ(FindEngine(recorded)->presumed, "") << recorded;
  }
  constexpr std::pair<std::string_view, std::string_view> kPresumed[] = {
      {"17.06.2-ee-16", "Docker Enterprise"},
      {"17.06.2.ee.16-3.el7.rhel", "Docker Enterprise"},
      {"17.06.2~ee~16~3-0~ubuntu", "Docker Enterprise"},
      {"docker-ee-18.09.1-3.el7.x86_64", "Docker Enterprise"},
      {"docker-ee=5:18.09.1~3-0~ubuntu-xenial", "Docker Enterprise"},
      {"docker-ee-cli 18.09.1", "Docker Enterprise"},
      {"20.10.24-ee", "Docker Enterprise"},
      {"1.12.6-cs13", "Docker Enterprise"},
      {"1.13.1.cs9-1.el7.centos", "Docker Enterprise"},
      {"1.13.1~cs9-0~ubuntu-xenial", "Docker Enterprise"},
      {"1.13.1-209.git7d71120.el7_9", "Red Hat"},
      {"docker-2:1.13.1-209.git7d71120.el7_9.x86_64", "Red Hat"},
      {"docker-latest-1.13.1-58.git87f2fab.el7.x86_64", "Red Hat"},
      {"1.13.1-62.git9cb56fd.fc28", "Red Hat"},
      {"20.10.23_ce-150000.175.1", "SUSE"},
      {"docker-28.3.3_ce-150000.227.1.x86_64", "SUSE"},
      {"docker-stable-24.0.9_ce-1.1.x86_64", "SUSE"},
      {"docker 1:28.5.2-1", "Arch Linux"},
      {"19.03.15_ce-lp152.2.12.1", "SUSE"},
      {"23.0.14-mcr", "Docker Enterprise"},
      {"Docker version 24.0.7, build 24.0.7-0ubuntu4.1", "Ubuntu"},
      {"Docker version 28.3.3, build 1.fc42", "Fedora"},
      {"28.5.2+dfsg4-5", "Debian"},
      {"24.0.7-0ubuntu4.1", "Ubuntu"},
      {"28.5.1-1.fc43", "Fedora"},
      {"25.0.14-1.amzn2023", "Amazon Linux"},
      {"28.3.3-r4", "Alpine Linux"},
      {"docker-engine-28.5.2-r0", "Alpine Linux"},
      {"20.10.25+azure-ubuntu22.04u1", "Microsoft"},
      {"24.0.9-ubuntu22.04u2", "Microsoft"},
      {"moby-engine_28.0.4-debian12u1_amd64.deb", "Microsoft"},
      {"moby-engine-25.0.3-13.azl3", "Microsoft"},
      {"19.03.13ce-1.amzn2", "Amazon Linux"},
      {"18.09.1-ol", "Oracle"},
      {"docker-engine-19.03.11.ol-9.el8.x86_64", "Oracle"},
      {"docker-engine-18.09.0-346.oe2403.x86_64", "openEuler"},
      {"moby-engine-19.03.13-1.ce.git4484c46.fc33", "Fedora"},
      {"Docker version 1.13.1, build 7d71120/1.13.1", "Red Hat"},
      {"app-containers/docker-28.5.2-r1", "Gentoo"},
      {"/nix/store/0a1b2c3d4f5g6h7i8j9k0a1b2c3d4f5g-docker-28.5.2", "NixOS"},
      {"dockerd - 27.3.1-r1", "OpenWrt"},
      {"27.2.1-rd", "Rancher Desktop"},
      {"Docker Engine - Enterprise 19.03.5", "Docker Enterprise"},
      {"Mirantis Container Runtime 20.10.13", "Docker Enterprise"},
      {"25.0.8m1", "Docker Enterprise"},
      {"1.13.1~ds2-3", "Debian"},
      {"28.5.2+dfsg4-5ubuntu1", "Ubuntu"},
      {"28.5.2+dfsg4-5+rpi1", "Raspbian"},
      {"docker 28.4.0 3377 latest/stable canonical**", "Ubuntu"}};
  for (const auto& [name, builder] : kPresumed) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << name;
    EXPECT_THAT(engine->presumed,
                StartsWith(absl::StrCat(
                    builder, "'s build is presumed to answer as Docker's ",
                    engine->release->name, ": ")));
  }
  // Of several builds all is said.
  EXPECT_THAT(FindEngine("28.5.2-0ubuntu1, 28.5.2+azure-2")->presumed,
              AllOf(StartsWith("Ubuntu's build is presumed"),
                    HasSubstr("; Microsoft's build is presumed")));
}

// What others build of a source whose build was recorded is not that build.
TEST(FindEngine, PresumesRebuildsOfDebiansSource) {
  constexpr std::pair<std::string_view, std::string_view> kRebuilds[] = {
      {"26.1.5+dfsg1-8ubuntu1", "Ubuntu"},
      {"docker.io 26.1.5+dfsg1-9ubuntu1.1", "Ubuntu"},
      {"20.10.24+dfsg1-1+kali1", "Kali Linux"},
      {"26.1.5+dfsg1-0kali1", "Kali Linux"},
      {"26.1.5+dfsg1+kali1", "Kali Linux"},
      {"20.10.24+dfsg1-1+rpi1+b2", "Raspbian"},
      {"20.10.24+dfsg1-1+deb12u1+rpi1", "Raspbian"},
      {"20.10.24+dfsg1-1~bpo11+1", "Debian Backports"},
      {"20.10.24+dfsg1-1pureos1", "another distribution"},
      {"26.1.5+dfsg1-9deepin1", "another distribution"}};
  for (const auto& [name, builder] : kRebuilds) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << name;
    ASSERT_NE(engine->release->build_of, nullptr) << name;
    EXPECT_THAT(
        engine->presumed,
        StartsWith(absl::StrCat(builder, "'s build is presumed to answer as ",
                                engine->release->built_by, "'s ",
                                engine->release->name, ": ")));
  }
  for (std::string_view name : {
           "26.1.5+dfsg1-9",
           "26.1.5+dfsg1-9+b5",
           "26.1.5+dfsg1-9.1",
           "docker.io_26.1.5+dfsg1-9.dsc",
           "26.1.5+dfsg1-9+deb13u2",
       }) {
    EXPECT_THAT(FindEngine(name)->presumed,
                StartsWith("another revision is presumed to answer as Debian "
                           "13's 26.1.5+dfsg1 in docker.io "
                           "26.1.5+dfsg1-9+deb13u1: "));
  }
  // Another source than that of the table's build.
  EXPECT_EQ(Found("26.1.5+dfsg1.1-1"), "26.1.5");
}

// Packages of nobody knows whom were not recorded either.
TEST(FindEngine, PresumesUnknownBuilds) {
  for (std::string_view name : {
           "28.5.2_1",
           "24.0.2-1535",
           "28.5.2-1",
           "24.0.7-ce",
           "moby-engine 28.5.2",
           "docker-engine 28.5.2",
           "docker-engine-28.5.2-alt1.x86_64",
           "docker-19.03.15nb3",
           "docker-stable 24.0.9",
           "28.5.2-12-gabcdef0",
           "Docker version 28.5.2, build ecc694264d",
           "Docker version 18.09.7, build ecc694264d",
           "Docker version 28.5.2, build "
           "ecc694264d0c1b2c3d4e5f60718293a4b5c6d7e8",
           "Docker version 27.5.1, build v27.5.1",
           "docker-20.10.2,1",
           "docker-engine-28.2.2-3.ph5.x86_64",
           "docker-engine 17.06.0",
           "docker-ce 28.5.2-1.al8",
       }) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(name);
    ASSERT_TRUE(engine.ok()) << name;
    EXPECT_EQ(engine->presumed.empty(), false) << name;
  }
  EXPECT_THAT(FindEngine("docker-ce-cli 5:27.3.1-1")->presumed,
              HasSubstr(": it is a package of the client, and no daemon"));
  EXPECT_EQ(
      FindEngine("28.5.2_1")->presumed,
      "that build is presumed to answer as Docker's 28.5.2: it is none of "
      "Docker's own packages, and no daemon of it was recorded");
}

// Each presumed release names the recorded one that it is taken to be as.
TEST(Presumption, NamesWhatWasRecorded) {
  const Release* recorded = nullptr;
  for (const Release& release : AllReleases()) {
    if (release.presumed.empty()) {
      EXPECT_EQ(Presumption(release), "");
      recorded = &release;
      continue;
    }
    EXPECT_EQ(
        Presumption(release),
        absl::StrCat("Docker ", release.name, " is presumed to answer as ",
                     recorded->name, ": ", release.presumed));
    EXPECT_EQ(release.behaviour, recorded->behaviour);
    EXPECT_EQ(release.user_namespace, recorded->user_namespace);
    EXPECT_EQ(FindEngine(release.name)->presumed, Presumption(release));
  }
  for (const Release& build : AllBuilds()) {
    ASSERT_NE(build.build_of, nullptr);
    EXPECT_EQ(FindEngine(build.name)->release, &build);
    EXPECT_EQ(FindEngine(build.name)->presumed, Presumption(build));
    EXPECT_EQ(Presumption(build).empty(), build.presumed.empty());
  }
}

// The newest that was recorded: what it answers is Docker's.
TEST(DefaultRelease, WasRecorded) {
  EXPECT_EQ(DefaultRelease().presumed, "");
  EXPECT_EQ(DefaultRelease().name.find('-'), std::string_view::npos);
  for (const Release* r = &DefaultRelease() + 1; r <= &NewestRelease(); ++r) {
    EXPECT_TRUE(!r->presumed.empty() ||
                r->name.find('-') != std::string_view::npos)
        << r->name;
  }
}

// engines.tsv lists every public tag with the behaviour that was recorded of
// it.
TEST(EngineTable, AgreesWithTheRecordedReleases) {
  std::ifstream file("specgen/engine/testdata/engines.tsv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  ASSERT_EQ(line, "release\tdate\tbehaviour\ttag");
  std::map<std::string, const Release*> left;
  for (const Release& release : AllReleases()) {
    left[std::string(release.name)] = &release;
  }
  int rows = 0;
  while (std::getline(file, line)) {
    ++rows;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    ASSERT_EQ(columns.size(), 4u) << line;
    SCOPED_TRACE(line);
    for (const std::string& name : {columns[0], columns[3], "v" + columns[0]}) {
      absl::StatusOr<const Release*> found = FindRelease(name);
      ASSERT_TRUE(found.ok()) << name;
      EXPECT_EQ((*found)->name, columns[0]) << name;
      EXPECT_EQ((*found)->date, columns[1]);
      EXPECT_EQ((*found)->behaviour->name, columns[2]);
      EXPECT_EQ((*found)->tag, columns[3]);
      EXPECT_FALSE((*found)->hidden);
    }
    left.erase(columns[0]);
  }
  // A file that is not read to its end would agree, too.
  EXPECT_GE(rows, 362);
  // All that the table has beyond that.
  EXPECT_EQ(left.erase("1.13.0-dev"), 1u);
  for (const auto& [name, release] : left) {
    EXPECT_GT(release->date, "2026-08-05") << name;
  }
  const Release* const dev = *FindRelease("1.13.0-dev");
  EXPECT_EQ(dev->behaviour->name, "1.13.0-dev");
  EXPECT_TRUE(dev->hidden);
}

// Each behaviour says what is new in it, and where to see that.
TEST(EngineTable, ExplainsEveryBehaviour) {
  std::set<std::string_view> seen;
  for (const Behaviour& behaviour : AllBehaviours()) {
    SCOPED_TRACE(behaviour.name);
    EXPECT_EQ(behaviour.based_on.empty(), seen.empty());
    EXPECT_EQ(behaviour.changes.empty(), seen.empty());
    EXPECT_FALSE(behaviour.sources.empty());
    if (!seen.empty()) {
      EXPECT_EQ(seen.count(behaviour.based_on), 1u);
    }
    EXPECT_TRUE(seen.insert(behaviour.name).second);
  }
}

// Whether two values are the same, by the visitors of what they consist of.
template <typename T>
bool Same(const T& a, const T& b) {
  if constexpr (requires { a.data(); }) {  // a list or a text
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return Same(x, y); });
  } else if constexpr (requires { a == b; }) {
    return a == b;
  } else {
    bool same = true;
    T::ForEachField([&](std::string_view, auto member) {
      same = same && Same(a.*member, b.*member);
    });
    return same;
  }
}

TEST(EngineTable, EveryBehaviourIsNew) {
  for (const Behaviour& behaviour : AllBehaviours()) {
    for (const Behaviour& other : AllBehaviours()) {
      if (other.name != behaviour.based_on) continue;
      bool same = true;
      Behaviour::ForEachField([&](std::string_view, auto member) {
        same = same && Same(behaviour.*member, other.*member);
      });
      EXPECT_FALSE(same) << behaviour.name << " has the values of "
                         << other.name;
    }
    EXPECT_TRUE(Same(behaviour, Behaviour(behaviour))) << behaviour.name;
  }
}

TEST(FindRelease, IgnoresCaseAndSpaces) {
  EXPECT_EQ(Found("V20.10.14"), "20.10.14");
  EXPECT_EQ(Found(" 20.10.14\n"), "20.10.14");
  EXPECT_EQ(Found("17.03.1-CE-RC1"), "17.03.1-rc1");
  EXPECT_EQ(Found("DOCKER-V29.0.0-RC.1"), "29.0.0-rc.1");
  EXPECT_EQ(Found("17.03.2-ce"), "17.03.2");
  EXPECT_EQ(Found("v17.06-ce"), "17.06.2");
  // Not the newest of 20.1, which does not exist, and no part of a number.
  EXPECT_THAT(Found("20.1"), HasSubstr("no Docker release"));
  EXPECT_THAT(Found("2"), HasSubstr("no Docker release"));
  EXPECT_EQ(Found("20"), "20.10.27");
}

// "18.06" is the newest release of that line, or its newest candidate where
// there is no release.
TEST(FindRelease, PrefersReleasesToCandidates) {
  std::map<std::string, std::string> newest;
  for (const bool candidates : {true, false}) {
    for (const Release& release : AllReleases()) {
      const std::vector<std::string_view> parts =
          absl::StrSplit(release.name, absl::ByAnyChar(".-"));
      if ((release.name.find('-') != std::string_view::npos) != candidates) {
        continue;
      }
      newest[std::string(parts[0]) + "." + std::string(parts[1])] =
          release.name;
    }
  }
  for (const auto& [line, name] : newest) EXPECT_EQ(Found(line), name);
}

TEST(FindRelease, NamesTheNearestByVersion) {
  EXPECT_EQ(Found("28.5.3"),
            "no Docker release is called \"28.5.3\"; the nearest one is "
            "28.5.2");
  constexpr std::pair<std::string_view, std::string_view> kNearest[] = {
      {"20.10.144", "20.10.27"},
      {"19.03.16", "19.03.15"},
      {"28.6.0", "28.5.2"},
      {"28.6", "28.5.2"},
      {"27.9.9", "27.5.1"},
      {"20.1", "20.10.0"},
      {"1.11.2", "1.12.0"},
      {"0.9", "1.12.0"},
      {"29.0.0-rc.9", "29.0.0-rc.3"},
      {"29.0.0-beta.1", "29.0.0-rc.1"},
      {"29.0.0-alpha.3", "29.0.0-rc.1"},
      {"24.0.0-beta.9", "24.0.0-beta.2"},
      {"24.0.0-dev", "24.0.0-beta.1"},
      {"18.09.0-rc.2", "18.09.0-rc1"},
      {"18.09.0-alpha1", "18.09.0-beta1"},
      {"29.0.4-beta.1", "29.0.4"},
      {"28.5.2-rc.1", "28.5.2"},
      {"28.5.3+dfsg1-1", "28.5.2"},
      {"5:28.5.3-1~debian.12~bookworm", "28.5.2"},
      {"2", "1.13.1"},
      {"17.05.1", "17.05.0"}};
  for (const auto& [name, nearest] : kNearest) {
    EXPECT_EQ(Found(name), absl::StrCat("no Docker release is called \"", name,
                                        "\"; the nearest one is ", nearest));
  }
  // Whatever it is, the message stays one short line.
  EXPECT_THAT(Found("28\n5"), HasSubstr("\"28\\n5\""));
  EXPECT_LT(Found(std::string(100000, '9')).size(), 400u);
}

TEST(FindRelease, SaysThatItIsNewerThanTheTable) {
  const std::string newer =
      absl::StrCat(" is newer than this specgen knows (", NewestRelease().name,
                   ", ", NewestRelease().date, "); --engine newest takes that");
  for (std::string_view name : {
           "99.0.0",
           "99",
           "v99.1",
           "99.0.0-rc.1",
           "5:99.0.0-1~debian.14~forky",
           "99.1.2+dfsg1",
       }) {
    EXPECT_EQ(Found(name), absl::StrCat("\"", name, "\"", newer));
  }
}

TEST(FindFirstRelease, TakesTheFirstOfALine) {
  const auto first = [](std::string_view name) {
    absl::StatusOr<const Release*> release = FindFirstRelease(name);
    return release.ok() ? std::string((*release)->name)
                        : std::string(release.status().message());
  };
  EXPECT_EQ(first("20.10"), "20.10.0-beta1");
  EXPECT_EQ(first("v17.03-ce"), "17.03.0-rc1");
  EXPECT_EQ(first("29"), "29.0.0-rc.1");
  EXPECT_EQ(first("20.10.14"), "20.10.14");
  EXPECT_EQ(first("docker-v29.0.0"), "29.0.0");
  EXPECT_THAT(first("20.1"), HasSubstr("no Docker release"));
}

TEST(FindRelease, EveryReleaseIsFoundByNameAndTag) {
  for (const Release& release : AllReleases()) {
    EXPECT_EQ(Found(release.name), release.name);
    EXPECT_EQ(Found(release.tag), release.name);
    EXPECT_EQ(FindEngine(release.name)->understood, "");
    EXPECT_EQ(FindEngine(release.tag)->understood, "");
  }
}

}  // namespace
}  // namespace specgen
