#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "google/protobuf/io/coded_stream.h"
#include "gtest/gtest.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/specgen.pb.h"
#include "specgen/batch/start_threads.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kConfig =
    R"({"entrypoint":["/p"],"interface":{"types":["docker.volumedriver/1.0"],"socket":"p.sock"}})";

const Release& ReleaseOf(std::string_view name) {
  auto release = FindRelease(name);
  EXPECT_TRUE(release.ok()) << release.status();
  return **release;
}

const EngineSet& Engines() {
  static const HostSnapshot* const host = HostSnapshot::Empty().release();
  static const EngineSet* const engines =
      new EngineSet(*host, &ReleaseOf("28.5.2"));
  return *engines;
}

// How many ways of behaving releases have; some are of builds alone.
size_t BehaviourCount() {
  std::set<const Behaviour*> behaviours;
  for (const Release& release : AllReleases()) {
    if (!release.hidden) behaviours.insert(release.behaviour);
  }
  return behaviours.size();
}

std::string SpecOf(std::string_view engine, std::string_view config) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  Request request;
  request.plugin = config;
  Answer answer;
  Generator(ReleaseOf(engine), *host).Generate(request, &answer);
  EXPECT_EQ(answer.outcome(), Outcome::kSpec) << answer.message();
  return std::string(answer.spec());
}

// A pipe; what is left open of it is closed at the end.
struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  void CloseRead() {
    if (fds[0] >= 0) close(std::exchange(fds[0], -1));
  }
  void CloseWrite() {
    if (fds[1] >= 0) close(std::exchange(fds[1], -1));
  }
  int fds[2] = {-1, -1};
};

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string ReadAll(int fd) {
  std::string text;
  char part[1 << 16];
  for (;;) {
    const ssize_t n = read(fd, part, sizeof(part));
    if (n <= 0) return text;
    text.append(part, static_cast<size_t>(n));
  }
}

struct BatchRun {
  std::string output;
  BatchResult result;
};

BatchRun RunOn(const RecordFormat& format, std::string_view input,
               unsigned threads = 4) {
  BatchRun run;
  Pipe in, out;
  std::thread feeder([&] {
    WriteAll(in.fds[1], input);
    in.CloseWrite();
  });
  std::thread taker([&] { run.output = ReadAll(out.fds[0]); });
  BatchOptions options;
  options.threads = threads;
  run.result = RunStream(format, Engines(), in.fds[0], out.fds[1], options);
  out.CloseWrite();
  feeder.join();
  taker.join();
  return run;
}

BatchRun RunLines(std::string_view input, unsigned threads = 4) {
  return RunOn(*JsonLinesFormat(), input, threads);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  return lines;
}

TEST(JsonLines, SpecIsTheOneOfTheLibrary) {
  const BatchRun run = RunLines(absl::StrCat(
      R"({"name":"a","config":)", kConfig, "}\n",
      R"({"engine":"v1.13.0","name":{"x":[1]},"config":)", kConfig, "}\n"));
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_THAT(lines[0],
              StartsWith(absl::StrCat(R"({"line":1,"name":"a","spec":)",
                                      SpecOf("28.5.2", kConfig))));
  EXPECT_THAT(lines[1],
              StartsWith(absl::StrCat(R"({"line":2,"name":{"x":[1]},"spec":)",
                                      SpecOf("1.13.0", kConfig))));
  EXPECT_EQ(run.result.counts.specs, 2);
  EXPECT_TRUE(run.result.status.ok());
  EXPECT_EQ(run.result.counts.bytes_written, run.output.size());
}

// Requests whose config holds nothing are counted; the answers are what they
// are. Of many pieces of the stream, the first one's first is told.
TEST(JsonLines, WhatIsNoPluginIsCounted) {
  std::string input;
  for (size_t i = 0; i < 2000; ++i) {
    absl::StrAppend(&input, R"({"config":)", kConfig, "}\n");
  }
  EXPECT_EQ(RunLines(input).result.counts.of_none, 0);
  input += R"({"config":{"user":{}}}
{"config":{"a":[}}
{"config":{"a":1,"mounts":[{}]}}
{"config":{"scripts":1}}
{"config_text":"{\"ociVersion\":\"1.0.0\",\"mounts\":[]}"}
{"config":null}
)";
  for (unsigned threads : {1, 4}) {
    const BatchCounts counts = RunLines(input, threads).result.counts;
    EXPECT_EQ(counts.of_none, 3);
    EXPECT_EQ(counts.first_of_none, 2004);
  }
}

// Each engine of a range is in one answer, and has that answer alone.
TEST(JsonLines, SeveralEnginesAnswer) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const EngineSet engines(*host, nullptr);
  const std::unique_ptr<RecordAnswerer> answerer =
      JsonLinesFormat()->NewAnswerer(engines);
  const auto answer = [&](std::string_view member, std::string_view config,
                          std::string_view more = "") {
    Buffer out;
    answerer->Answer(absl::StrCat(R"({"name":"n",)", member, R"(,"config":)",
                                  config, more, "}"),
                     7, &out);
    return std::string(out.view());
  };
  constexpr std::string_view kRefused = R"({"mounts":[{}]})";
  constexpr std::string_view kStart = R"({"line":7,"name":"n",)";
  constexpr std::string_view kUnread = R"({"entrypoint":7})";
  for (std::string_view config : {kConfig, kRefused, kUnread}) {
    for (std::string_view set : {"", R"(,"set":["args=x"])"}) {
      std::set<std::string_view> answered;
      std::set<const Behaviour*> behaviours;
      const std::string answers = answer(R"("engines":"..")", config, set);
      for (const std::string& line : Lines(answers)) {
        ASSERT_THAT(line, StartsWith(absl::StrCat(kStart, R"("engines":[")")));
        const size_t begin = kStart.size() + 11;
        const size_t end = line.find(']');
        const std::string rest = line.substr(end + 2);
        const Behaviour* behaviour = nullptr;
        for (std::string_view range :
             absl::StrSplit(line.substr(begin, end - begin), ',')) {
          range = range.substr(1, range.size() - 2);
          const auto releases = FindReleases(range);
          ASSERT_TRUE(releases.ok()) << releases.status();
          for (const Release& release : *releases) {
            if (release.hidden) continue;
            EXPECT_TRUE(answered.insert(release.name).second) << release.name;
            EXPECT_TRUE(behaviour == nullptr || behaviour == release.behaviour);
            behaviour = release.behaviour;
            if (!release.presumed.empty()) continue;
            const std::string alone = answer(
                absl::StrCat(R"("engine":")", release.name, "\""), config, set);
            std::string_view expected = rest;
            expected = expected.substr(0, expected.find(",\"presumed\""));
            EXPECT_THAT(alone, StartsWith(absl::StrCat(
                                   kStart, absl::StripSuffix(expected, "}"))))
                << release.name;
          }
        }
        EXPECT_TRUE(behaviours.insert(behaviour).second);
      }
      for (const Release& release : AllReleases()) {
        EXPECT_EQ(answered.contains(release.name), !release.hidden)
            << release.name;
      }
    }
  }
}

// A list may name an engine twice; answers come in the order of the list, and
// what is presumed of some of theirs is said of those.
TEST(JsonLines, EnginesOfAListAnswerInItsOrder) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const EngineSet engines(*host, nullptr);
  const std::unique_ptr<RecordAnswerer> answerer =
      JsonLinesFormat()->NewAnswerer(engines);
  Buffer out;
  const AnswerCounts counts = answerer->Answer(
      R"({"config":{},"engines":["28.5.2","20.10.13..20.10.15","20.10.14","24.0.7-0ubuntu4.1"]})",
      1, &out);
  const std::vector<std::string> lines = Lines(std::string(out.view()));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(counts.specs, 4u);
  EXPECT_TRUE(answerer->made_of_none());
  EXPECT_THAT(lines[0],
              StartsWith(R"({"line":1,"engines":["28.5.2"],"spec":)"));
  EXPECT_THAT(lines[1],
              StartsWith(R"({"line":1,"engines":["20.10.13"],"spec":)"));
  EXPECT_THAT(lines[2],
              StartsWith(R"({"line":1,"engines":["20.10.14..20.10.15"],)"));
  EXPECT_THAT(lines[3],
              StartsWith(R"({"line":1,"engines":["24.0.7"],"spec":)"));
  for (size_t i = 0; i < 3; ++i)
    EXPECT_THAT(lines[i], Not(HasSubstr("presum")));
  EXPECT_THAT(lines[3], HasSubstr("\"presumed\":\"Ubuntu's build is presumed"));
  EXPECT_THAT(engines.Notes(), Contains(HasSubstr("Ubuntu's build")));
  // On another machine all are presumed that write its architecture.
  out.Clear();
  answerer->Answer(R"({"config":{},"engines":"1.13.0","arch":"arm64"})", 1,
                   &out);
  EXPECT_THAT(std::string(out.view()),
              HasSubstr("platform.arch of arm64 is presumed of Docker 1.13.0"));
}

// In a user namespace engines of one behaviour may differ.
TEST(JsonLines, EnginesThatDifferInAUserNamespaceAnswerApart) {
  const auto count = [](const Host& host) {
    return EngineSet(host, nullptr).FindAlike({".."})->size();
  };
  const auto inside =
      HostSnapshot::Parse(R"({"user_namespace":true,"entries":[]})", "host");
  ASSERT_TRUE(inside.ok()) << inside.status();
  EXPECT_EQ(count(*HostSnapshot::Empty()), BehaviourCount());
  EXPECT_GT(count(**inside), BehaviourCount());
}

TEST(JsonLines, ManyEnginesAreAskedInAShortRequestOnly) {
  const auto answers = [](size_t size) {
    std::string line = R"({"engines":"20.10.0..","config":{"description":")";
    line.append(size - line.size() - 3, 'x');
    line += "\"}}";
    return RunLines(line + "\n");
  };
  EXPECT_GT(answers(kMaxBytesForMany).result.counts.specs, 5u);
  const BatchRun run = answers(kMaxBytesForMany + 1);
  EXPECT_EQ(run.result.counts.invalid, 1u);
  EXPECT_THAT(run.output, HasSubstr("is at most 1 MiB long"));
  // Nor many times.
  std::string ranges = R"("..")";
  for (int i = 0; i < 1000; ++i) ranges += R"(,"..")";
  EXPECT_THAT(
      RunLines(absl::StrCat(R"({"config":{},"engines":[)", ranges, "]}\n"))
          .output,
      HasSubstr("is a list of over 1000"));
}

// An engine is named as on the command line. What is only presumed of it stands
// in the answer, and is told once for the batch.
TEST(JsonLines, EnginesAreNamedAsPeopleNameThem) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const EngineSet engines(*host, *FindRelease("28.5.2"));
  const std::unique_ptr<RecordAnswerer> answerer =
      JsonLinesFormat()->NewAnswerer(engines);
  const auto answer = [&](std::string_view engine) {
    Buffer out;
    answerer->Answer(absl::StrCat(R"({"config":{},"engine":")", engine, "\"}"),
                     1, &out);
    return std::string(out.view());
  };
  EXPECT_EQ(answer("28.5.2"), answer("5:28.5.2-1~debian.12~bookworm"));
  EXPECT_THAT(answer("28.5.2"), Not(HasSubstr("presumed")));
  EXPECT_EQ(engines.Notes(),
            std::vector<std::string>{
                "\"5:28.5.2-1~debian.12~bookworm\" is taken as Docker 28.5.2"});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(answer("24.0.7-0ubuntu4.1"),
                HasSubstr("},\"presumed\":\"Ubuntu's build is presumed to "
                          "answer as Docker's 24.0.7: "));
  }
  EXPECT_EQ(engines.Notes().size(), 3u);
  EXPECT_THAT(answer("20.10.24+dfsg1"), Not(HasSubstr("presumed")));
  for (const Release& release : AllReleases()) {
    EXPECT_EQ(absl::StrContains(answer(release.name), "\"presumed\":"),
              !release.presumed.empty())
        << release.name;
  }
  // Whoever writes the requests does not decide how much is told.
  for (int i = 0; i < 100; ++i) answer(absl::StrCat("28.5.2-", i));
  EXPECT_LE(engines.Notes().size(), 20u);
}

// Who named the default engine has been told of it. Of a machine of another
// architecture, what old engines write is presumed.
TEST(JsonLines, WhatIsPresumedIsToldOnce) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host = HostSnapshot::Parse(
      R"({"entries": [], "architecture": "arm64"})", "host");
  ASSERT_TRUE(host.ok()) << host.status();
  const EngineSet engines(**host, *FindEngine("24.0.7-0ubuntu4.1"));
  const std::unique_ptr<RecordAnswerer> answerer =
      JsonLinesFormat()->NewAnswerer(engines);
  const auto answer = [&](std::string_view engine) {
    Buffer out;
    answerer->Answer(absl::StrCat(R"({"config":{})", engine, "}"), 1, &out);
    return std::string(out.view());
  };
  const std::string ubuntu = answer("");
  EXPECT_THAT(ubuntu, HasSubstr("\"presumed\":\"Ubuntu's build"));
  EXPECT_EQ(answer(R"(,"engine":"24.0.7-0ubuntu4.1")"), ubuntu);
  EXPECT_THAT(engines.Notes(), IsEmpty());
  EXPECT_THAT(answer(R"(,"engine":"28.5.2")"), Not(HasSubstr("presumed")));
  EXPECT_THAT(answer(R"(,"engine":"17.09.0")"), Not(HasSubstr("presumed")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(
        answer(R"(,"engine":"17.07.0")"),
        HasSubstr("\"presumed\":\"platform.arch of arm64 is presumed of "
                  "Docker 17.07.0: "));
  }
  EXPECT_EQ(engines.Notes().size(), 1u);
}

// As the command's options of these names.
TEST(JsonLines, DockerdsRootsAndTheArchitectureAreTheRequests) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host = HostSnapshot::Parse(
      R"({"entries": [{"path": "/link", "type": "symlink", "target": "/data"}, {"path": "/data", "type": "dir"}]})",
      "host");
  ASSERT_TRUE(host.ok()) << host.status();
  const EngineSet engines(**host, *FindRelease("17.07.0"));
  const std::unique_ptr<RecordAnswerer> answerer =
      JsonLinesFormat()->NewAnswerer(engines);
  const auto answer = [&](std::string_view members) {
    Buffer out;
    answerer->Answer(
        absl::StrCat(
            R"({"config":{"interface":{"types":["docker.metricscollector/1.0"]}})",
            members, "}"),
        1, &out);
    return std::string(out.view());
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(answer(R"(,"arch":"aarch64")"),
                AllOf(HasSubstr(R"("arch":"arm64"})"),
                      HasSubstr("\"presumed\":\"platform.arch of arm64")));
    EXPECT_THAT(answer(""), AllOf(HasSubstr(R"("arch":"amd64"})"),
                                  Not(HasSubstr("presumed"))));
  }
  EXPECT_EQ(answer(R"(,"arch":"amd64")"), answer(""));
  EXPECT_THAT(answer(R"(,"arch":"arm","engine":"1.13.0")"),
              HasSubstr(R"("arch":"arm"})"));
  EXPECT_THAT(answer(R"(,"data_root":"/link/")"),
              HasSubstr(R"("path":"/data/plugins/plugin/rootfs")"));
  EXPECT_THAT(answer(R"(,"data_root":"/srv/docker")"),
              HasSubstr(R"("path":"/srv/docker/plugins/plugin/rootfs")"));
  EXPECT_THAT(answer(R"(,"engine":"28.5.2","dockerd_exec_root":"/r")"),
              HasSubstr(R"("source":"/r/metrics.sock")"));
  EXPECT_THAT(answer(R"(,"engine":"28.5.2","dockerd_exec_root":null)"),
              HasSubstr(R"("source":"/var/run/docker/metrics.sock")"));
}

// A rootless dockerd has its metrics socket elsewhere, as the user's runtime
// directory is.
TEST(JsonLines, ARootlessDaemonHasItsOwnMetricsSocket) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host = HostSnapshot::Parse(
      R"({"entries": [], "user_namespace": true, "rootlesskit": true})",
      "host");
  ASSERT_TRUE(host.ok()) << host.status();
  for (const std::string socket : {"", "/run/user/1/docker/metrics.sock"}) {
    const EngineSet engines(**host, *FindEngine("28.5.2"), socket);
    EXPECT_EQ(engines.MetricsSocket(std::nullopt), socket);
    EXPECT_EQ(engines.MetricsSocket("/run/docker/plugins"), socket);
    EXPECT_EQ(engines.MetricsSocket("/run/x"), "");
  }
}

// A call of `docker plugin set` that fails keeps what it had changed, and the
// next one is made nevertheless.
TEST(JsonLines, CallsOfSetFailOneByOne) {
  constexpr std::string_view kSettable =
      R"("config":{"entrypoint":["/p"],"env":[{"name":"A","value":"0","settable":["value"]},{"name":"B","value":"0","settable":["value"]},{"name":"C","value":"0","settable":["value"]}]})";
  const auto answer = [&](std::string_view set) {
    return RunLines(absl::StrCat("{\"set\":", set, ",", kSettable, "}\n"), 1)
        .output;
  };
  const std::string output =
      answer(R"([["A=1","NO=2","B=3"],[],["C=4"],["NO=5"]])");
  EXPECT_THAT(output, HasSubstr("\"A=1\",\"B=0\",\"C=4\"]"));
  EXPECT_THAT(
      output,
      HasSubstr(
          R"(,"failed_calls":[{"call":0,"message":"setting \"NO\" not found in the plugin configuration"},{"call":3,)"));
  EXPECT_THAT(answer(R"([["A=1"]])"), Not(HasSubstr("failed_calls")));
  EXPECT_THAT(answer(R"([["A=1","C=1"]])"),
              HasSubstr("\"A=1\",\"B=0\",\"C=1\"]"));
  for (std::string_view wrong : {R"([["A=1"],"B=2"])", R"(["B=2",["A=1"]])",
                                 R"([[["A=1"]]])", R"([[1]])", R"([{}])"}) {
    EXPECT_THAT(answer(wrong), HasSubstr("or a list of such lists")) << wrong;
  }
}

// Of a variable that was not set; it must not mean the default.
TEST(JsonLines, NoEngineIsNull) {
  EXPECT_THAT(RunLines(R"({"config":{},"engine":null})"
                       "\n")
                  .output,
              AllOf(HasSubstr("\"invalid\""), HasSubstr("engine\\\" is null"),
                    HasSubstr("\"position\":\"1:23\"")));
}

// Null is a plugin, as the text null is, if there is no other one.
TEST(JsonLines, APluginMayBeNull) {
  const std::string null = SpecOf("28.5.2", "null");
  EXPECT_THAT(RunLines("{\"config\":null}\n").output, HasSubstr(null));
  EXPECT_THAT(
      RunLines("{\"config_text\":\"null\",\"shape\":\"config\"}\n").output,
      HasSubstr(null));
  const std::string spec = SpecOf("28.5.2", kConfig);
  EXPECT_THAT(
      RunLines(absl::StrCat("{\"config\":", kConfig, ",\"plugin\":null}\n"))
          .output,
      HasSubstr(spec));
  // The next request has none.
  EXPECT_THAT(RunLines("{\"plugin\":null}\n{}\n", 1).output,
              HasSubstr("there is no plugin"));
}

TEST(JsonLines, DirectoriesComeWithTheSpec) {
  const BatchRun run = RunLines(
      absl::StrCat(R"({"exec_root":"/r","id":"x","config":)", kConfig, "}\n"));
  EXPECT_THAT(
      run.output,
      ::testing::EndsWith(
          R"(,"folders":[{"path":"/r","mode":"0700"},{"path":"/r/x","mode":"0700"}]})"
          "\n"));
}

TEST(JsonLines, AllFormsOfThePluginGiveTheSameSpec) {
  std::string quoted;
  for (char c : kConfig)
    quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
  const std::string spec = SpecOf("28.5.2", kConfig);
  for (const std::string& plugin :
       {absl::StrCat("\"config\":", kConfig),
        absl::StrCat("\"config_text\":\"", quoted, "\""),
        absl::StrCat("\"config_b64\":\"", absl::Base64Escape(kConfig), "\""),
        absl::StrCat("\"shape\":\"config\",\"plugin\": ", kConfig, " "),
        absl::StrCat("\"config\":{\"a\":1},\"config\":", kConfig),
        absl::StrCat("\"plugin\":null,\"config\":", kConfig),
        absl::StrCat("\"shape\":\"inspect\",\"plugin_name\":\"b\","
                     "\"config\":[{\"Id\":\"x\",\"Config\":{}},{\"Name\":\"b\","
                     "\"Config\":",
                     kConfig, ",\"Settings\":{}}]")}) {
    const BatchRun run = RunLines(absl::StrCat("{", plugin, "}\n"));
    // What comes of "inspect" has the settings that stand there.
    if (absl::StrContains(plugin, "inspect")) {
      EXPECT_THAT(run.output, HasSubstr("\"spec\":{")) << plugin;
    } else {
      EXPECT_THAT(run.output, HasSubstr(spec)) << plugin;
    }
  }
}

TEST(JsonLines, EveryBadLineIsAnsweredAndTheRestGoesOn) {
  const struct {
    std::string line;
    std::string answer;  // after the number
  } kCases[] = {
      {"nonsense",
       R"("error":{"kind":"invalid","stage":"request","message":"a request must be an object","position":"1:1"})"},
      {"{\"config\":{}",
       R"("message":"the JSON text ends inside an object","position":"1:13")"},
      {"{\"config\":{},}", "a comma stands behind the last item"},
      {"{\"config\":\"open}",
       R"("message":"a string does not end","position":"1:11")"},
      {R"({"config":{}} {})", "here the end is expected"},
      {R"({"config":{},"engin":"x"})", R"(a request has no key \"engin\")"},
      {R"({"config":{},"engine":7})", R"(\"engine\" must be a string)"},
      {R"({"config":{},"engine":"28.5.3"})", "the nearest one is 28.5.2"},
      {R"({"config":{},"engine":"99.0"})", "newer than this specgen knows"},
      {R"({"config":{},"engine":""})", "a name is missing"},
      {R"({"config":{},"engines":null})", R"(\"engines\" must be a range)"},
      {R"({"config":{},"engines":[28]})",
       R"(or a list of such","position":"1:25")"},
      {R"({"config":{},"engines":[]})", R"(\"engines\" is an empty list)"},
      {R"({"config":{},"engines":["28.5.2",""]})", "one is empty"},
      {R"({"config":{},"engines":"28.5.2..20.10.24"})",
       "Docker 20.10.24 is older than 28.5.2: write the older one first"},
      {R"({"config":{},"engines":"20.10.24..28.5.3"})",
       "the nearest one is 28.5.2"},
      {R"({"config":{},"engines":"28.5.2","engine":"28.5.2"})",
       R"(\"engine\" and \"engines\" are both there)"},
      {R"({"config":{},"set":"A=b"})", "must be a list of NAME=VALUE strings"},
      {R"({"config":{},"set":[1]})", "must be a list of NAME=VALUE strings"},
      {R"({"config":{},"restarted":1})", "must be true or false"},
      {R"({"config":{},"shape":"odd"})", R"(\"shape\" is none of)"},
      {R"({"config_b64":"*"})", "not base64"},
      {R"({"config":{},"config_text":"{}"})",
       R"("message":"there are two plugins: \"config\" and \"config_text\"","position":"1:32")"},
      {R"({"config_b64":"e30=","plugin":{}})",
       R"(there are two plugins: \"config_b64\" and \"plugin\")"},
      {R"({"config":{},"arch":"vax"})",
       R"("message":"\"arch\": \"vax\" is none of amd64, 386)"},
      {R"({"config":{},"data_root":""})", R"(\"data_root\" is empty)"},
      {R"({"config":{},"dockerd_exec_root":""})",
       R"(\"dockerd_exec_root\" is empty)"},
      {R"({"config":{},"data_root":"/d","lib_root":"/l"})",
       R"(\"lib_root\" excludes \"data_root\")"},
      {R"({"config":{},"metrics_socket":"","dockerd_exec_root":"/r"})",
       R"(\"metrics_socket\" excludes \"dockerd_exec_root\")"},
      {R"({"name":"n"})",
       R"("name":"n","error":{"kind":"invalid","stage":"request","message":"there is no plugin)"},
      {R"({"config":{"entrypoint":3}})",
       R"("error":{"kind":"refused","stage":"decode","message":"\"entrypoint\" must be a list, not a number","position":"1:15"})"},
      {R"({"config":{"a":[}},"name":1})",
       R"("kind":"refused","stage":"decode")"},
      {"{\"config_text\":\"{\\n tru\"}", R"("position":"2:2")"},
      {R"({"config":{"interface":{"types":["/x"]}},"engine":"1.13.0"})",
       R"("kind":"crashed","stage":"decode")"},
      {R"({"config":{},"set":["a=b"]})",
       R"("kind":"refused","stage":"settings")"},
      {R"({"config":{"mounts":[{}]}})",
       R"("kind":"refused","stage":"spec","message":"mount source is not specified")"},
  };
  std::string input;
  for (const auto& c : kCases) {
    absl::StrAppend(&input, c.line, "\n", R"({"config":)", kConfig, "}\n");
  }
  const BatchRun run = RunLines(input);
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 2 * std::size(kCases));
  for (size_t i = 0; i < std::size(kCases); ++i) {
    EXPECT_THAT(lines[2 * i],
                StartsWith(absl::StrCat("{\"line\":", 2 * i + 1, ",")));
    EXPECT_THAT(lines[2 * i], HasSubstr(kCases[i].answer)) << kCases[i].line;
    EXPECT_THAT(lines[2 * i + 1], HasSubstr("\"spec\":{"));
  }
  EXPECT_EQ(run.result.counts.specs, std::size(kCases));
  EXPECT_EQ(run.result.counts.answers(), lines.size());
}

TEST(JsonLines, APluginThatAnotherReplacesMustBeJsonToo) {
  const BatchRun run = RunLines(
      "{\"plugin\":{\"a\":\"b\"c:1},\"plugin\":{}}\n"
      "{\"config\":{\"a\":[}},\"config\":{}}\n"
      "{\"config\":{\"a\":[1]},\"config\":{}}\n");
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 3);
  EXPECT_THAT(lines[0], HasSubstr(R"("kind":"invalid")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("position":"1:19"})"));
  EXPECT_THAT(lines[1], HasSubstr(R"("kind":"invalid")"));
  EXPECT_THAT(lines[1], HasSubstr(R"("position":"1:17"})"));
  EXPECT_THAT(lines[2], HasSubstr(R"("spec":{)"));
}

TEST(JsonLines, PlacesBehindBytesThatAreNoUtf8AreThoseOfTheLine) {
  const BatchRun run = RunLines(
      "{\"name\":\"\xFF\xFE\",\"odd\":1}\n"
      "{\"name\":\"\xFF\xFE\",]\n"
      "{\"name\":\"\xFF\",\"config\":{\"a\":\"\xFF\xFF\",\"workdir\":1}}\n");
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 3);
  EXPECT_THAT(lines[0], HasSubstr(R"("position":"1:20"})"));
  EXPECT_THAT(lines[1], HasSubstr(R"("position":"1:13"})"));
  EXPECT_THAT(lines[2], HasSubstr(R"("position":"1:21")"));
}

TEST(JsonLines, BlankLinesCountAndALastLineNeedsNoLineFeed) {
  const BatchRun run =
      RunLines(absl::StrCat("\n  \r\n{\"config\":", kConfig, "}\r\n",
                            "\n{\"config\":", kConfig, "}"));
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_THAT(lines[0], StartsWith("{\"line\":3,\"spec\":"));
  EXPECT_THAT(lines[1], StartsWith("{\"line\":5,\"spec\":"));
}

TEST(JsonLines, OutputIsInTheOrderOfTheInput) {
  std::string input;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    // Lines of very different cost.
    const std::string args(i % 97 == 0 ? 20000 : i % 7, 'x');
    absl::StrAppend(&input, "{\"name\":", i, ",\"config\":{\"entrypoint\":[\"",
                    args, "\"]}}\n");
  }
  const BatchRun run = RunLines(input, 8);
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), kCount);
  for (int i = 0; i < kCount; ++i) {
    ASSERT_THAT(lines[i], StartsWith(absl::StrCat("{\"line\":", i + 1,
                                                  ",\"name\":", i, ",")));
  }
  EXPECT_EQ(run.output, RunLines(input, 1).output);
}

// From the one pipe to the other, which is closed behind the last answer.
std::thread StartBatch(Pipe* in, Pipe* out, BatchResult* result) {
  return std::thread([=] {
    BatchOptions options;
    options.threads = 2;
    *result = RunStream(*JsonLinesFormat(), Engines(), in->fds[0], out->fds[1],
                        options);
    out->CloseWrite();
  });
}

TEST(Stream, AnswersBeforeTheInputEnds) {
  Pipe in, out;
  BatchResult result;
  std::thread batch = StartBatch(&in, &out, &result);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(WriteAll(in.fds[1], "x\n{\"half"));
    std::string answer;
    char c;
    while (read(out.fds[0], &c, 1) == 1 && c != '\n') answer += c;
    EXPECT_THAT(answer, StartsWith(absl::StrCat("{\"line\":", 2 * i + 1)));
    ASSERT_TRUE(WriteAll(in.fds[1], "\"\n"));
    while (read(out.fds[0], &c, 1) == 1 && c != '\n') answer += c;
  }
  in.CloseWrite();
  batch.join();
}

TEST(Stream, ALineThatIsTooLongIsReportedAndPassedOver) {
  const std::string good = absl::StrCat("{\"config\":", kConfig, "}\n");
  std::string input = good;
  input.append(kMaxRecordBytes + 1, 'x');
  absl::StrAppend(&input, "\n", good);
  input.append(3 * kMaxRecordBytes, 'x');  // up to the end
  const BatchRun run = RunLines(input);
  const std::vector<std::string> lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 4);
  EXPECT_THAT(lines[0], StartsWith("{\"line\":1,\"spec\":"));
  EXPECT_EQ(
      lines[1],
      R"({"line":2,"error":{"kind":"invalid","stage":"request","message":"this request is over 64 MiB long"}})");
  EXPECT_THAT(lines[2], StartsWith("{\"line\":3,\"spec\":"));
  EXPECT_THAT(lines[3], StartsWith("{\"line\":4,\"error\":"));
  EXPECT_EQ(run.result.counts.bytes_read, input.size());
}

TEST(Stream, ALineOfTheGreatestLengthIsRead) {
  std::string line = "{\"name\":\"n\",\"config\":{\"description\":\"";
  line.append(kMaxRecordBytes - line.size() - 3, 'x');
  line += "\"}}";
  ASSERT_EQ(line.size(), kMaxRecordBytes);
  EXPECT_THAT(RunLines(line + "\n").output,
              StartsWith("{\"line\":1,\"name\":\"n\",\"spec\":"));
}

// The memory of this process, in bytes.
size_t Memory() {
  const int fd = open("/proc/self/statm", O_RDONLY);
  const std::vector<std::string> numbers = absl::StrSplit(ReadAll(fd), ' ');
  close(fd);
  uint64_t pages = 0;
  EXPECT_TRUE(absl::SimpleAtoi(numbers.at(1), &pages));
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Stream, NoMoreIsReadThanIsTakenAndMemoryIsBounded) {
  Pipe in, out;
  std::atomic<uint64_t> fed = 0;
  std::atomic<bool> enough = false;
  std::string lines;
  while (lines.size() < (1 << 20)) {
    absl::StrAppend(&lines, "{\"config\":", kConfig, "}\n");
  }
  const size_t before_all = Memory();
  size_t peak = 0;
  std::thread feeder([&] {
    // Would never end by itself.
    while (!enough) {
      for (size_t at = 0; at < lines.size();) {
        const ssize_t n = write(in.fds[1], lines.data() + at,
                                std::min<size_t>(lines.size() - at, 4096));
        if (n < 0) return;
        at += static_cast<size_t>(n);
        fed += static_cast<uint64_t>(n);
      }
    }
    in.CloseWrite();
  });
  BatchResult result;
  std::thread batch = StartBatch(&in, &out, &result);
  // Nobody takes an answer: the feeder is held up, sooner or later.
  uint64_t before;
  do {
    before = fed;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  } while (fed != before);
  EXPECT_LT(fed, 32u << 20);
  // Then they are taken, a hundred times as much as could be held back.
  uint64_t taken = 0;
  char part[1 << 16];
  ssize_t n;
  while ((n = read(out.fds[0], part, sizeof(part))) > 0) {
    if ((taken >> 20) != ((taken + static_cast<uint64_t>(n)) >> 20)) {
      peak = std::max(peak, Memory());
    }
    taken += static_cast<uint64_t>(n);
    if (taken > (uint64_t{300} << 20)) enough = true;
  }
  feeder.join();
  batch.join();
  EXPECT_EQ(result.counts.bytes_read, fed);
  EXPECT_EQ(result.counts.bytes_written, taken);
  EXPECT_GT(peak, 0u);
  EXPECT_LT(peak, before_all + (size_t{64} << 20));
}

// Answers of many times their requests' size are written before the rest of
// them is made, in order.
TEST(Stream, ManyAnswersToSmallRequestsAreNotHeld) {
  Pipe in, out;
  std::string lines;
  constexpr size_t kRequests = 4000;
  for (size_t i = 0; i < kRequests; ++i) {
    absl::StrAppend(&lines, R"({"engines":"..","config":)", kConfig, "}\n");
  }
  const size_t before = Memory();
  size_t peak = 0;
  std::thread feeder([&] {
    WriteAll(in.fds[1], lines);
    in.CloseWrite();
  });
  BatchResult result;
  std::thread batch = StartBatch(&in, &out, &result);
  uint64_t taken = 0;
  uint64_t ends = 0;
  char part[1 << 16];
  ssize_t n;
  while ((n = read(out.fds[0], part, sizeof(part))) > 0) {
    taken += static_cast<uint64_t>(n);
    ends += static_cast<uint64_t>(std::count(part, part + n, '\n'));
    peak = std::max(peak, Memory());
  }
  feeder.join();
  batch.join();
  const BatchCounts& counts = result.counts;
  EXPECT_EQ(counts.requests, kRequests);
  EXPECT_EQ(counts.answers(), kRequests * BehaviourCount());
  EXPECT_EQ(ends, counts.answers());
  EXPECT_EQ(counts.bytes_written, taken);
  EXPECT_EQ(counts.bytes_read, lines.size());
  // A piece of the stream has 256 requests: of six pieces nearly all of these.
  EXPECT_GT(taken, uint64_t{256} << 20);
  EXPECT_LT(peak, before + 12 * kMaxBytesHeld);
}

TEST(Stream, StopAnswersWhatWasReadAndWritesNoTornLine) {
  Pipe in, out, stop;
  std::string output;
  BatchResult result;
  std::thread taker([&] { output = ReadAll(out.fds[0]); });
  std::thread batch([&] {
    BatchOptions options;
    options.stop_fd = stop.fds[0];
    result = RunStream(*JsonLinesFormat(), Engines(), in.fds[0], out.fds[1],
                       options);
    out.CloseWrite();
  });
  std::thread feeder([&] {
    const std::string line = absl::StrCat("{\"config\":", kConfig, "}\n");
    // The pipe closes when the batch has ended.
    for (int i = 0; WriteAll(in.fds[1], line); ++i) {
      if (i == 5000) WriteAll(stop.fds[1], "x");
    }
  });
  batch.join();
  in.CloseRead();
  feeder.join();
  taker.join();
  EXPECT_TRUE(result.stopped);
  EXPECT_TRUE(result.status.ok());
  EXPECT_GT(result.counts.specs, 0);
  EXPECT_EQ(result.counts.invalid, 0);
  EXPECT_EQ(Lines(output).size(), result.counts.specs);
  EXPECT_EQ(output.size(), result.counts.bytes_written);
}

TEST(Stream, AFullDiskCutsTheFileToWholeLines) {
  const std::string path = absl::StrCat(getenv("TEST_TMPDIR"), "/full");
  std::string input;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&input, "{\"config\":", kConfig, "}\n");
  }
  // A limit of the file's size is a disk that gets full, but for the errno.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  for (const bool append : {false, true}) {
    const std::string there = append ? "what is there\n" : "";
    const int fd =
        open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | (append ? O_APPEND : 0),
             0600);
    ASSERT_GE(fd, 0);
    ASSERT_TRUE(WriteAll(fd, there));
    rlimit limit = before;
    limit.rlim_cur = 1000000;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    Pipe in;
    std::thread feeder([&] {
      // Never closed: the batch must end nevertheless.
      WriteAll(in.fds[1], input);
    });
    const BatchResult result =
        RunStream(*JsonLinesFormat(), Engines(), in.fds[0], fd, BatchOptions());
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    in.CloseRead();
    feeder.join();
    EXPECT_FALSE(result.status.ok());
    EXPECT_THAT(std::string(result.status.message()),
                HasSubstr("the output cannot be written"));
    ASSERT_EQ(lseek(fd, 0, SEEK_SET), 0);
    const std::string output = ReadAll(fd);
    close(fd);
    EXPECT_THAT(output, StartsWith(there));
    EXPECT_THAT(output, ::testing::EndsWith("}\n"));
    EXPECT_EQ(output.size() - there.size(), result.counts.bytes_written);
    EXPECT_GT(output.size(), 900000u);
    EXPECT_LE(output.size(), 1000000u);
  }
}

TEST(Stream, AReaderThatIsGoneEndsTheBatch) {
  Pipe in, out;
  out.CloseRead();
  ASSERT_TRUE(WriteAll(in.fds[1], "x\n"));  // and no end
  const BatchResult result = RunStream(*JsonLinesFormat(), Engines(), in.fds[0],
                                       out.fds[1], BatchOptions());
  EXPECT_FALSE(result.status.ok());
  EXPECT_EQ(result.counts.bytes_written, 0);
}

TEST(Stream, InputThatCannotBeReadIsAnError) {
  Pipe out;
  const int directory = open("/", O_RDONLY | O_DIRECTORY);
  const BatchResult result = RunStream(*JsonLinesFormat(), Engines(), directory,
                                       out.fds[1], BatchOptions());
  close(directory);
  EXPECT_THAT(std::string(result.status.message()),
              HasSubstr("the input cannot be read"));
}

// ---- Protobuf

std::string Delimited(const google::protobuf::MessageLite& message) {
  std::string text = message.SerializeAsString();
  uint8_t size[10];
  const uint8_t* end =
      google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(text.size(),
                                                                    size);
  return std::string(reinterpret_cast<const char*>(size),
                     static_cast<size_t>(end - size)) +
         text;
}

std::vector<v1::GenerateResponse> Responses(const std::string& text) {
  std::vector<v1::GenerateResponse> responses;
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(text.data()),
      static_cast<int>(text.size()));
  uint32_t size;
  while (in.ReadVarint32(&size)) {
    std::string message;
    EXPECT_TRUE(in.ReadString(&message, static_cast<int>(size)));
    EXPECT_TRUE(responses.emplace_back().ParseFromString(message));
  }
  return responses;
}

TEST(Proto, AnswersAsTheLibraryDoes) {
  v1::GenerateRequest good;
  good.set_name("a");
  good.set_engine("20.10.24");
  good.set_plugin(std::string(kConfig));
  good.set_id("x");
  good.set_exec_root("/r");
  v1::GenerateRequest refused;
  refused.set_plugin("{\"mounts\":[{}]}");
  v1::GenerateRequest unreadable;
  unreadable.set_plugin("{\n 7");
  v1::GenerateRequest crashed;
  crashed.set_engine("1.13.0");
  crashed.set_plugin(R"({"interface":{"types":["/x"]},"entrypoint":[]})");
  v1::GenerateRequest unknown;
  unknown.set_engine("nothing");
  const BatchRun run = RunOn(
      *DelimitedProtoFormat(),
      absl::StrCat(Delimited(good), Delimited(refused), Delimited(unreadable),
                   Delimited(crashed), Delimited(unknown),
                   std::string("\x02\xff\xff", 3), Delimited(good)));
  EXPECT_TRUE(run.result.status.ok()) << run.result.status;
  const std::vector<v1::GenerateResponse> responses = Responses(run.output);
  ASSERT_EQ(responses.size(), 7);
  for (size_t i = 0; i < responses.size(); ++i) {
    EXPECT_EQ(responses[i].number(), i + 1);
  }
  EXPECT_EQ(responses[0].name(), "a");
  EXPECT_THAT(responses[0].spec(), HasSubstr("\"source\":\"/r/x\""));
  ASSERT_EQ(responses[0].folders_size(), 2);
  EXPECT_EQ(responses[0].folders(1).path(), "/r/x");
  EXPECT_EQ(responses[0].folders(1).mode(), 0700);
  EXPECT_EQ(responses[1].error().kind(), v1::Error::REFUSED);
  EXPECT_EQ(responses[1].error().stage(), v1::Error::SPEC);
  EXPECT_EQ(responses[1].error().message(), "mount source is not specified");
  EXPECT_EQ(responses[2].error().stage(), v1::Error::DECODE);
  EXPECT_EQ(responses[2].error().position(), "2:2");
  EXPECT_EQ(responses[3].error().kind(), v1::Error::CRASHED);
  EXPECT_EQ(responses[4].error().kind(), v1::Error::INVALID);
  EXPECT_EQ(responses[5].error().kind(), v1::Error::INVALID);
  EXPECT_EQ(responses[6].spec(), responses[0].spec());
}

TEST(Proto, WhatIsNoPluginIsCounted) {
  v1::GenerateRequest good;
  good.set_plugin(std::string(kConfig));
  v1::GenerateRequest empty;
  empty.set_plugin("{}");
  const BatchCounts counts =
      RunOn(*DelimitedProtoFormat(),
            absl::StrCat(Delimited(good), Delimited(empty), Delimited(empty)))
          .result.counts;
  EXPECT_EQ(counts.of_none, 2);
  EXPECT_EQ(counts.first_of_none, 2);
}

TEST(Proto, EnginesAreNamedAsPeopleNameThem) {
  std::string input;
  for (const char* engine : {"28.5.2-0ubuntu1", "v28.5", "28.5.2+dfsg4", ""}) {
    v1::GenerateRequest request;
    request.set_plugin("{}");
    request.set_engine(engine);
    input += Delimited(request);
  }
  v1::GenerateRequest without;
  without.set_plugin("{}");
  input += Delimited(without);
  const std::vector<v1::GenerateResponse> responses =
      Responses(RunOn(*DelimitedProtoFormat(), input).output);
  ASSERT_EQ(responses.size(), 5u);
  EXPECT_THAT(responses[0].presumed(), StartsWith("Ubuntu's build is"));
  EXPECT_EQ(responses[0].spec(), SpecOf("28.5.2", "{}"));
  EXPECT_EQ(responses[1].presumed(), "");
  EXPECT_EQ(responses[1].spec(), responses[0].spec());
  EXPECT_THAT(responses[2].presumed(), StartsWith("Debian's build is"));
  EXPECT_THAT(responses[3].error().message(), HasSubstr("a name is missing"));
  EXPECT_EQ(responses[3].presumed(), "");
  EXPECT_EQ(responses[4].spec(), responses[0].spec());
}

TEST(Proto, SeveralEnginesAnswer) {
  v1::GenerateRequest request;
  request.set_name("n");
  request.set_plugin(std::string(kConfig));
  request.add_engines("20.10.13..20.10.15");
  request.add_engines("28.5.2");
  v1::GenerateRequest both = request;
  both.set_engine("28.5.2");
  v1::GenerateRequest wrong;
  wrong.set_plugin("{}");
  wrong.add_engines("");
  const BatchRun run =
      RunOn(*DelimitedProtoFormat(),
            absl::StrCat(Delimited(request), Delimited(both), Delimited(wrong),
                         Delimited(request)));
  EXPECT_EQ(run.result.counts.requests, 4u);
  const std::vector<v1::GenerateResponse> responses = Responses(run.output);
  ASSERT_EQ(responses.size(), 8u);
  const char* const kEngines[] = {"20.10.13", "20.10.14..20.10.15", "28.5.2"};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(responses[i].name(), "n");
    EXPECT_EQ(responses[i].number(), 1u);
    ASSERT_EQ(responses[i].engines_size(), 1);
    EXPECT_EQ(responses[i].engines(0), kEngines[i]);
    EXPECT_EQ(responses[5 + i].spec(), responses[i].spec());
  }
  EXPECT_EQ(responses[0].spec(), SpecOf("20.10.13", kConfig));
  EXPECT_EQ(responses[1].spec(), SpecOf("20.10.14", kConfig));
  EXPECT_EQ(responses[2].spec(), SpecOf("28.5.2", kConfig));
  EXPECT_THAT(responses[3].error().message(), HasSubstr("are both there"));
  EXPECT_EQ(responses[3].name(), "n");
  EXPECT_THAT(responses[4].error().message(), HasSubstr("one is empty"));
}

TEST(Proto, CallsOfSetFailOneByOne) {
  v1::GenerateRequest request;
  request.set_plugin(
      R"({"entrypoint":["/p"],"env":[{"name":"A","value":"0","settable":["value"]}]})");
  request.add_set_calls()->add_set("A=1");
  v1::SetCall* failing = request.add_set_calls();
  failing->add_set("A=2");
  failing->add_set("NO=1");
  const std::vector<v1::GenerateResponse> responses =
      Responses(RunOn(*DelimitedProtoFormat(), Delimited(request)).output);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_THAT(responses[0].spec(), HasSubstr("\"A=2\"]"));
  ASSERT_EQ(responses[0].failed_calls_size(), 1);
  EXPECT_EQ(responses[0].failed_calls(0).call(), 1u);
  EXPECT_THAT(responses[0].failed_calls(0).message(), HasSubstr("\"NO\""));
}

TEST(Proto, AMessageThatIsTooLongIsPassedOver) {
  v1::GenerateRequest good;
  good.set_plugin(std::string(kConfig));
  std::string huge(kMaxRecordBytes + 1, 'x');
  uint8_t size[10];
  const uint8_t* end =
      google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(huge.size(),
                                                                    size);
  const BatchRun run =
      RunOn(*DelimitedProtoFormat(),
            absl::StrCat(std::string(reinterpret_cast<const char*>(size),
                                     static_cast<size_t>(end - size)),
                         huge, Delimited(good)));
  const std::vector<v1::GenerateResponse> responses = Responses(run.output);
  ASSERT_EQ(responses.size(), 2);
  EXPECT_THAT(responses[0].error().message(), HasSubstr("over 64 MiB"));
  EXPECT_EQ(responses[1].number(), 2);
  EXPECT_TRUE(responses[1].has_spec());
}

TEST(Proto, InputThatEndsInAMessageIsAnError) {
  v1::GenerateRequest good;
  good.set_plugin(std::string(kConfig));
  for (const std::string& rest :
       {Delimited(good).substr(0, 20), Delimited(good).substr(0, 1),
        std::string("\x80"), std::string(9, '\xff')}) {
    const BatchRun run = RunOn(*DelimitedProtoFormat(), Delimited(good) + rest);
    EXPECT_EQ(Responses(run.output).size(), 1);
    EXPECT_TRUE(absl::IsInvalidArgument(run.result.status));
    EXPECT_EQ(run.result.status.message(),
              "the input ends in the middle of request 2");
  }
  for (const std::string& rest :
       {std::string(11, '\xff'), std::string(10, '\xff') + Delimited(good)}) {
    const BatchRun run = RunOn(*DelimitedProtoFormat(), Delimited(good) + rest);
    EXPECT_EQ(Responses(run.output).size(), 1);
    EXPECT_TRUE(absl::IsInvalidArgument(run.result.status));
    EXPECT_EQ(run.result.status.message(),
              "the input holds no request at number 2; what follows is lost");
  }
}

// ---- Threads that the system does not give

// While it lives, new threads want stacks of that size.
class StackSize {
 public:
  explicit StackSize(size_t size) {
    pthread_attr_init(&old_);
    EXPECT_EQ(pthread_getattr_default_np(&old_), 0);
    pthread_attr_t wanted;
    pthread_attr_init(&wanted);
    EXPECT_EQ(pthread_attr_setstacksize(&wanted, size), 0);
    EXPECT_EQ(pthread_setattr_default_np(&wanted), 0);
    pthread_attr_destroy(&wanted);
  }
  ~StackSize() {
    pthread_setattr_default_np(&old_);
    pthread_attr_destroy(&old_);
  }
  StackSize(const StackSize&) = delete;
  StackSize& operator=(const StackSize&) = delete;

 private:
  pthread_attr_t old_;
};

// How many threads there may be now, of at most `most`.
size_t ThreadsToBeHad(size_t most) {
  std::vector<std::thread> threads;
  std::atomic<bool> end = false;
  threads = StartThreads(most, [&] { end.wait(false); });
  end = true;
  end.notify_all();
  for (std::thread& thread : threads) thread.join();
  return threads.size();
}

// While it lives, this process may have so many bytes of addresses more.
class MoreAddresses {
 public:
  explicit MoreAddresses(size_t bytes) {
    EXPECT_EQ(getrlimit(RLIMIT_AS, &old_), 0);
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit limit = {pages * static_cast<size_t>(getpagesize()) + bytes,
                          old_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  }
  ~MoreAddresses() { setrlimit(RLIMIT_AS, &old_); }
  MoreAddresses(const MoreAddresses&) = delete;
  MoreAddresses& operator=(const MoreAddresses&) = delete;

 private:
  rlimit old_ = {};
};

TEST(Threads, FewerOrNoneAnswerTheSame) {
  constexpr size_t kGiB = size_t{1} << 30;
  constexpr unsigned kWanted = 8;
  std::string input;
  for (int i = 0; i < 3000; ++i) {
    absl::StrAppend(&input, R"({"config":)", kConfig, "}\n");
  }
  const std::string answers = RunOn(*JsonLinesFormat(), input).output;
  // No thread, or three: all that there may be are workers then, and none is
  // left to read.
  for (const size_t stacks : {size_t{0}, size_t{3}}) {
    Pipe in, out;
    std::string output;
    std::thread feeder([&] {
      WriteAll(in.fds[1], input);
      in.CloseWrite();
    });
    std::thread taker([&] { output = ReadAll(out.fds[0]); });
    BatchOptions options;
    options.threads = kWanted;
    BatchResult result;
    {
      const StackSize size(kGiB);
      const MoreAddresses limit(stacks * kGiB + kGiB / 2);
      EXPECT_LE(ThreadsToBeHad(kWanted), stacks);
      result = RunStream(*JsonLinesFormat(), Engines(), in.fds[0], out.fds[1],
                         options);
    }
    out.CloseWrite();
    feeder.join();
    taker.join();
    EXPECT_TRUE(result.status.ok());
    EXPECT_EQ(result.counts.specs, 3000);
    EXPECT_EQ(output, answers) << stacks;
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  return RUN_ALL_TESTS();
}
