// Nothing of an input, a file name or an argument acts on the terminal: runs
// every command over texts that would, in all places that it prints.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/base/printable.h"
#include "specgen/base/temp_directory.h"
#include "specgen/base/utf8.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"
#include "specgen/cli/docs.h"
#include "specgen/json/json_builder.h"

namespace specgen {
namespace {

// Each holds "FAKE" behind what would act on a terminal.
const std::vector<std::string>& NastyTexts() {
  static const auto* const texts = new std::vector<std::string>{
      // A line of its own, in red.
      "x\x1b[31mFAKE\nspecgen: FAKE",
      // Control characters of one byte, and CSI as one character of C1.
      "x\r\t\a\b\x7f\xC2\x9B"
      "31mFAKE",
      // What turns around, hides or ends a line: RLO, LRI, ALM, RLM, a space
      // without width, LS, a byte order mark, a tag.
      "x\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C\xE2\x80\x8F\xE2\x80\x8B\xE2\x80\xA8"
      "\xEF\xBB\xBF\xF3\xA0\x81\x81"
      "FAKE",
      // Bytes that are no UTF-8: CSI alone, half a character, a surrogate.
      "x\x9B"
      "31m\xC3\xED\xA0\x80"
      "FAKE",
  };
  return *texts;
}

// `json` with the text `nasty` in place of each @.
std::string Json(std::string_view json, std::string_view nasty) {
  JsonBuilder builder;
  std::string text = builder.String(nasty).FinishCompact();
  text = text.substr(1, text.size() - 2);
  return absl::StrReplaceAll(json, {{"@", text}});
}

constexpr std::string_view kConfig = R"json({"description": "@",
 "entrypoint": ["@"], "workdir": "/@", "network": {"type": "@"},
 "interface": {"types": ["@/1.0", "docker.@/1.0"], "socket": "@"},
 "env": [{"name": "@", "value": "@", "settable": ["@"]}, {"name": "@"}],
 "mounts": [{"name": "@", "source": "/@", "destination": "/@/../@",
             "type": "bind", "options": ["@", "rbind"], "settable": ["@"]},
            {"source": "@", "destination": "/@", "type": "@", "options": []}],
 "linux": {"capabilities": ["@", "CAP_SYS_ADMIN"], "devices": [{"path": "@"}],
           "@": 1},
 "propagatedMount": "/@", "args": {"name": "@", "value": ["@"]},
 "[FAKE](https://@)": 1, "@": {"@": 1}})json";
constexpr std::string_view kGoodConfig = R"({"entrypoint": ["/x"],
 "interface": {"types": ["docker.volumedriver/1.0"], "socket": "@"},
 "description": "@", "env": [{"name": "@", "value": "@", "settable": ["value"]}],
 "mounts": [{"name": "@", "source": "/@", "destination": "/@", "type": "bind",
             "options": ["rbind"], "settable": ["source"]}],
 "linux": {"capabilities": ["@"]}, "workdir": "/@",
 "propagatedMount": "/@"})";

// What one of the runs said.
struct Said {
  std::string out;
  std::string err;
};

class TerminalTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    nasty_ = GetParam();
    ASSERT_EQ(chdir(files_.path().c_str()), 0);
    const auto json = [&](std::string_view name, std::string_view text) {
      files_.Write(name, Json(text, nasty_));
    };
    json("host.json", R"({"entries": []})");
    json("plain.json", R"({"entrypoint": ["/x"], "interface": {"types": []}})");
    json("config.json", kConfig);
    json("good.json", kGoodConfig);
    json(nasty_, kConfig);
    json(nasty_ + ".good", kGoodConfig);
    json("state.json",
         absl::StrCat(R"({"plugin": {"Id": "@", "Name": "@", "Config": )",
                      kGoodConfig, R"(}, "Rootfs": "/@"})"));
    json("inspect.json",
         absl::StrCat(R"([{"Id": "a@", "Name": "@", "Config": )", kGoodConfig,
                      R"(}, {"Id": "b@", "Name": "@", "Config": {}}])"));
    const std::string id(64, 'a');
    json(absl::StrCat("data/plugins/", id, "/config.json"),
         R"({"plugin": {"Name": "@", "Enabled": true, "Config": {}}})");
    json(absl::StrCat("exec/libcontainerd/", id, "/config.json"),
         R"({"@": "@", "process": {"args": ["@"]}})");
    json("crash.json", R"({"interface": {"types": ["/@"]}})");
    json("wrong_type.json", R"({"interface": {"types": [1]}, "@": 1})");
    files_.Write("broken.json", absl::StrCat("{\"a\": \"", nasty_));
    files_.Write("raw.json", absl::StrCat("{\"", nasty_, "\": ", nasty_, "}"));
    json("spec.json", R"({"ociVersion": "1.0.2", "@": 1, "root": {"@": 1},
        "process": {"args": ["@"], "cwd": "@", "env": ["@"],
                    "capabilities": {"bounding": ["@"]}},
        "mounts": [{"destination": "@", "source": "@", "options": ["@"]}],
        "linux": {"maskedPaths": ["@"], "namespaces": [{"type": "@"}],
                  "devices": [{"path": "@", "type": "@"}], "@": {"@": 1}}})");
    json("version.json", R"({"ociVersion": "@", "@": 1})");
    json("host_key.json", R"({"entries": [], "@": 1})");
    json("host_path.json", R"({"entries": [{"path": "/@", "type": "@"}]})");
    json("host_target.json",
         R"({"entries": [{"path": "/@", "type": "dir", "target": "@"}]})");
    json("base.json", R"({"ociVersion": 1, "@": 1})");
    files_.Write("requests", absl::StrCat("{\"engine\": ", nasty_, "\n"));
    json("in/" + nasty_ + ".json", R"({"interface": {"types": ["/@"]}})");
    files_.Write("in/b" + nasty_ + ".json", nasty_);
    MakeImages();
  }

  void MakeImages() {
    // An index of two images.
    files_.Write("index/oci-layout", "{}");
    files_.Write("index/index.json", Json(R"({"manifests": [
        {"mediaType": "@", "digest": "@", "size": 1, "annotations":
            {"org.opencontainers.image.ref.name": "@1"}},
        {"mediaType": "@", "digest": "@", "size": 1, "annotations":
            {"org.opencontainers.image.ref.name": "@2"}}]})",
                                          nasty_));
    files_.Write("digest/oci-layout", "{}");
    files_.Write("digest/index.json",
                 Json(R"({"manifests": [{"digest": "@"}]})", nasty_));
    files_.Write("type/version", "");
    files_.Write("type/manifest.json",
                 Json(R"({"mediaType": "@", "config": {}})", nasty_));
    files_.Write("config/version", "");
    files_.Write("config/manifest.json",
                 Json(R"({"config": {"mediaType": "@"}})", nasty_));
    // Images with layers that cannot be unpacked, and one that can.
    const auto archive = [&](const std::string& name,
                             const std::vector<TarMember>& members) {
      files_.Write(name + "/manifest.json",
                   R"([{"Config": "c.json", "Layers": ["layer.tar"]}])");
      files_.Write(name + "/c.json", Json(kGoodConfig, "fine"));
      files_.Write(name + "/layer.tar", Tar(members));
    };
    archive("link", {{.path = nasty_, .type = '1', .target = "no" + nasty_}});
    archive("below", {{.path = "a"}, {.path = "a/" + nasty_}});
    archive("kind", {{.path = nasty_, .type = 'Q'}});
    archive("fine", {{.path = nasty_}});
    std::filesystem::create_directories(files_ / ("rootfs/" + nasty_));
    files_.Write(absl::StrCat(nasty_, ".d/config.json"),
                 Json(kGoodConfig, nasty_));
    std::filesystem::create_directories(files_ / (nasty_ + ".d/rootfs"));
  }

  Said Run(const std::vector<std::string>& args) {
    const int out = open("stdout", O_RDWR | O_CREAT | O_TRUNC, 0600);
    const int err = open("stderr", O_RDWR | O_CREAT | O_TRUNC, 0600);
    const int in = open("/dev/null", O_RDONLY);
    Console console(in, out, err);
    RunSpecgen(args, &console);
    for (const int fd : {in, out, err}) close(fd);
    ++runs_;
    return {files_.Read("stdout"), files_.Read("stderr")};
  }

  // Runs a command line, checks what it says, and counts how often it spoke of
  // the nasty text.
  void Check(const std::vector<std::string>& args) {
    const Said said = Run(args);
    // Specs and answers are Docker's bytes, for programs.
    const bool is_data = args[0] == "generate" || args[0] == "batch";
    if (!is_data) CheckText(said.out, args);
    CheckText(said.err, args);
    if (absl::StrContains(said.err, "FAKE") ||
        (!is_data && absl::StrContains(said.out, "FAKE"))) {
      ++spoke_of_it_[args[0]];
    }
    if (absl::StrContains(said.out, "\"$schema\"")) {
      ++sarif_;
      EXPECT_FALSE(absl::StrContains(said.out, "\"[FAKE](")) << said.out;
      EXPECT_FALSE(absl::StrContains(said.out, "\\\"[FAKE](")) << said.out;
      EXPECT_TRUE(absl::StrContains(said.out, R"(\\[FAKE\\](https)"))
          << said.out;
    }
  }

  void CheckText(std::string_view text, const std::vector<std::string>& args) {
    std::string command;
    for (const std::string& arg : args) {
      absl::StrAppend(&command, " ", Quote(arg));
    }
    EXPECT_EQ(FindInvalidUtf8(text), text.size()) << command << "\n" << text;
    std::string_view rest = text;
    while (!rest.empty()) {
      char32_t rune;
      rest.remove_prefix(DecodeRune(rest, &rune));
      if (rune == '\n' || IsPrint(rune)) continue;
      ADD_FAILURE() << command << ": prints U+" << std::hex
                    << static_cast<uint32_t>(rune) << ":\n"
                    << Printable(text);
      break;
    }
    for (std::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_FALSE(absl::StartsWith(line, "specgen: FAKE")) << command << "\n"
                                                            << text;
    }
  }

  // Each option with the nasty text for its value, and as an option of its own.
  void CheckOptions(const CommandDoc& doc,
                    const std::vector<std::string>& operands) {
    const auto with = [&](std::vector<std::string> args) {
      args.insert(args.begin(), doc.name);
      args.insert(args.end(), operands.begin(), operands.end());
      Check(args);
    };
    for (const OptionDoc& option : doc.options) {
      if (option.is_argument()) continue;
      const std::string& name = option.names.back();
      with({absl::StrCat(name, "=", nasty_)});
      if (!option.value.empty()) with({name, nasty_});
    }
    with({"--" + nasty_});
    with({"-" + nasty_});
    with({nasty_});
    with({nasty_, nasty_, nasty_});
  }

  TempDirectory files_;
  std::string nasty_;
  int runs_ = 0;
  int sarif_ = 0;
  std::map<std::string, int> spoke_of_it_;
};

TEST_P(TerminalTest, NothingActsOnTheTerminal) {
  const std::vector<std::string> plugins = {
      "config.json", "good.json",       "state.json",  "inspect.json",
      "crash.json",  "wrong_type.json", "broken.json", "raw.json",
      nasty_,        nasty_ + ".good",  nasty_ + ".no"};
  // What each command takes besides options.
  std::map<std::string, std::vector<std::string>> operands = {
      {"generate", {"plain.json"}},
      {"batch", {"requests"}},
      // Nothing is prepared on this machine with --host.
      {"bundle", {"fine", "--host", "host.json", "--no-owner", "-o", "out.o"}},
      {"privileges", {"plain.json"}},
      {"lint", {"config.json"}},
      {"diff", {"plain.json", "good.json"}},
      {"report", {"good.json"}},
      {"validate", {"spec.json"}},
      {"audit", {}},
      {"engines", {}},
      {"schema", {}},
      {"host-facts", {}},
      {"completion", {}},
      {"man", {}},
  };
  for (const CommandInfo& info : AllCommands()) {
    const std::string name(info.name);
    ASSERT_TRUE(operands.contains(name)) << name << " is not looked at";
    CheckOptions(DescribeCommand(info), operands[name]);
    Check({"help", name, nasty_});
  }
  Check({nasty_});
  Check({"help", nasty_});
  Check({"man", nasty_});
  Check({"completion", nasty_});
  Check({"engines", nasty_});

  for (const std::string& plugin : plugins) {
    Check({"generate", "--show-plan", "--host", "host.json", plugin});
    for (const char* engine : {"1.12.0", "28.5.2"}) {
      Check({"generate", "--engine", engine, "--host", "host.json", plugin});
    }
    Check({"generate", "--host", "host.json", plugin, "--set", nasty_ + "=1"});
    Check({"privileges", "--host", "host.json", plugin});
    Check({"privileges", "--json", "--host", "host.json", plugin});
    Check(
        {"privileges", "--since", plugin, "--host", "host.json", "good.json"});
    Check(
        {"privileges", "--since", "plain.json", "--host", "host.json", plugin});
    Check({"lint", plugin});
    Check({"lint", "--json", plugin});
    Check({"lint", "--format", "github", "--stdin-name", nasty_, plugin});
    Check({"diff", "--host", "host.json", plugin, "plain.json"});
    Check({"diff", "--host", "host.json", "plain.json", plugin});
    Check({"diff", "--json", "--host", "host.json", plugin, "plain.json"});
    Check({"diff", "--host", "host.json", plugin, "--to-engine", "1.13.0"});
    Check({"report", "--host", "host.json", plugin});
    Check({"report", "--json", "--host", "host.json", plugin});
    Check({"validate", plugin});
    Check({"bundle", "--dry-run", "--host", "host.json", "-o", "out", plugin});
  }
  for (const char* how : {"--show-secrets", "--json"}) {
    Check({"audit", "--engine", "28.5.2", "--data-root", "data",
           "--dockerd-exec-root", "exec", how});
  }
  Check({"lint", "--sarif", "config.json"});
  for (const char* spec : {"spec.json", "version.json"}) {
    Check({"validate", spec});
    Check({"validate", "--json", spec});
    Check({"validate", "--oci-version", "1.1.0", spec});
    Check({"diff", spec, "--host", "host.json", "plain.json"});
    Check({"diff", spec, "--host", "host.json", "version.json"});
  }
  for (const char* facts : {"host_key.json", "host_path.json",
                            "host_target.json", "broken.json", "raw.json"}) {
    Check({"generate", "--host", facts, "plain.json"});
  }
  Check({"generate", "--host", nasty_ + ".no", "plain.json"});
  for (const char* base : {"base.json", "broken.json", "raw.json"}) {
    Check({"generate", "--engine", "1.13.0-rc2", "--host", "host.json",
           "--base-spec", base, "plain.json"});
  }
  Check({"batch", "--host", "host.json", "in", "-o", "specs"});
  Check({"batch", "--host", "host.json", nasty_ + ".no"});
  Check({"batch", "--host", "host.json", "requests", "-o", nasty_});
  for (const std::string image :
       {"index", "digest", "type", "config", "link", "below", "kind"}) {
    Check({"bundle", "--no-prepare", "--no-owner", "--host", "host.json", "-o",
           "made." + image, image});
  }
  Check({"bundle", "--no-prepare", "--no-owner", "--host", "host.json", "-o",
         "made." + nasty_, "fine"});
  for (const char* how : {"--dry-run", "--json", "--systemd"}) {
    Check({"bundle", "--dry-run", how, "--host", "host.json", "-o", "out",
           "--file", nasty_ + "=" + nasty_, "good.json"});
    Check({"bundle", "--dry-run", how, "--host", "host.json", "-o",
           "out/" + nasty_, "--id", "id", nasty_ + ".d"});
  }
  Check({"bundle", "--tar", "--at", "/" + nasty_, "--id", "id", "--host",
         "host.json", "-o", nasty_ + ".tar", "fine"});
  Check({"host-facts", "--include", files_ / "rootfs"});
  Check({"host-facts", "--path", files_ / nasty_});

  // This test sees something: each command has spoken of the text.
  for (const CommandInfo& info : AllCommands()) {
    EXPECT_GE(spoke_of_it_[std::string(info.name)], 3) << info.name;
  }
  EXPECT_EQ(sarif_, 1);
  EXPECT_GT(runs_, 400);
}

INSTANTIATE_TEST_SUITE_P(Nasty, TerminalTest, testing::ValuesIn(NastyTexts()));

}  // namespace
}  // namespace specgen
