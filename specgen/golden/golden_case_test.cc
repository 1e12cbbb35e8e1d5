#include "specgen/golden/golden_case.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/golden/golden_set.h"
#include "specgen/golden/request_line.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;

constexpr char kRequest[] =
    "=== request\n"
    "{\"name\": \"n\", \"config\": {\"entrypoint\": [\"/x\"]}, \"set\": "
    "[\"a=b\"], \"restarted\": true, \"id\": \"i\", \"rootfs\": \"/r\", "
    "\"exec_root\": \"/e\"}\n";

std::string Problem(const std::string& text) {
  const auto cases = ParseGoldenCases(text, "f.case");
  return cases.ok() ? "" : std::string(cases.status().message());
}

TEST(ParseGoldenCases, ReadsACase) {
  const auto cases = ParseGoldenCases(std::string(kRequest) +
                                          "=== answer reference 1.13.0 1.13.1\n"
                                          "=== answer userns 26.0.0\n"
                                          "ok\n{\"a\":1}\n"
                                          "=== answer reference 17.05.0\n"
                                          "error settings\n\"a \\\"b\\\"\"\n"
                                          "mkdir [[\"/x\", \"0o700\"]]\n"
                                          "=== answer reference 17.06.0\n"
                                          "panic spec\n\"\"\n",
                                      "set/n");
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->size(), 1u);
  const GoldenCase& golden = cases->front();
  EXPECT_EQ(golden.name, "set/n");
  EXPECT_EQ(golden.request.plugin, "{\"entrypoint\": [\"/x\"]}");
  EXPECT_EQ(golden.request.set, std::vector<std::string>{"a=b"});
  EXPECT_TRUE(golden.request.restarted);
  EXPECT_FALSE(golden.from_daemon);
  ASSERT_EQ(golden.answers.size(), 3u);
  EXPECT_EQ(golden.answers[0].kind, GoldenAnswer::Kind::kSpec);
  EXPECT_EQ(golden.answers[0].spec, "{\"a\":1}");
  ASSERT_EQ(golden.answers[0].places.size(), 3u);
  EXPECT_EQ(golden.answers[0].places[2].host, "userns");
  EXPECT_EQ(golden.answers[0].places[2].release, "26.0.0");
  EXPECT_EQ(golden.answers[1].kind, GoldenAnswer::Kind::kRefused);
  EXPECT_EQ(golden.answers[1].stage, Stage::kSettings);
  EXPECT_EQ(golden.answers[1].message, "a \"b\"");
  EXPECT_EQ(*golden.answers[1].directories, "[[\"/x\", \"0o700\"]]");
  EXPECT_EQ(golden.answers[2].kind, GoldenAnswer::Kind::kCrashed);
}

TEST(ParseGoldenCases, ReadsManyCases) {
  const std::string body =
      std::string(kRequest) + "=== answer reference 1.13.0\nok\n{}\n";
  const auto cases =
      ParseGoldenCases("=== case a\n" + body + "=== case b\n" + body, "f");
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_EQ(cases->at(0).name, "a");
  EXPECT_EQ(cases->at(1).name, "b");
}

TEST(ParseGoldenCases, ReadsTheCallsToADaemon) {
  const auto cases = ParseGoldenCases(
      std::string(kRequest) +
          "=== set\n[\"a=b\", \"c=d\"]\tdone\n[]\trefused\t\"why\"\n"
          "=== settings\n{\"Args\":[]}\n"
          "=== answer reference 26.1.5\nnot created\n\"no rootfs\"\n",
      "f");
  ASSERT_TRUE(cases.ok()) << cases.status();
  const GoldenCase& golden = cases->front();
  EXPECT_TRUE(golden.from_daemon);
  ASSERT_EQ(golden.calls.size(), 2u);
  EXPECT_EQ(golden.calls[0].args, (std::vector<std::string>{"a=b", "c=d"}));
  EXPECT_TRUE(golden.calls[0].done);
  EXPECT_FALSE(golden.calls[1].done);
  EXPECT_EQ(golden.calls[1].message, "why");
  EXPECT_EQ(*golden.settings, "{\"Args\":[]}");
  EXPECT_EQ(golden.answers[0].kind, GoldenAnswer::Kind::kNotCreated);
}

// Specs stand as lines, and as what they differ from an earlier one; what is
// compared are Docker's own bytes.
TEST(ParseGoldenCases, ReadsSpecsAndTheirChanges) {
  const auto cases = ParseGoldenCases(
      "=== proves: that lines are put together\n" + std::string(kRequest) +
          "=== answer h 1\n"
          "=== answer g 1\n"
          "ok\n"
          "{\n"
          "  \"a b\": [\"x \\\" y\", 1.50],\n"
          "  \"c\": {\n"
          "  }\n"
          "}\n"
          "mkdir []\n"
          "=== answer h 2\n"
          "ok as g 1, but\n"
          "@@ 2\n"
          "-  \"a b\": [\"x \\\" y\", 1.50],\n"
          "@@ 4\n"
          "+    \"d\": null\n"
          "=== answer h 3\n"
          "ok as h 2, but\n"
          "@@ 5\n"
          "-}\n"
          "+, \"e\": 1\n"
          "+}\n"
          "mkdir [[\"/x\", \"0o700\"]]\n",
      "f");
  ASSERT_TRUE(cases.ok()) << cases.status();
  const GoldenCase& golden = cases->front();
  EXPECT_EQ(golden.proves, "that lines are put together");
  ASSERT_EQ(golden.answers.size(), 3u);
  EXPECT_EQ(golden.answers[0].spec, R"({"a b":["x \" y",1.50],"c":{}})");
  EXPECT_EQ(*golden.answers[0].directories, "[]");
  EXPECT_EQ(golden.answers[1].spec, R"({"c":{"d":null}})");
  EXPECT_FALSE(golden.answers[1].directories.has_value());
  EXPECT_EQ(golden.answers[2].spec, R"({"c":{"d":null},"e":1})");
  EXPECT_EQ(*golden.answers[2].directories, "[[\"/x\", \"0o700\"]]");
}

TEST(ParseGoldenCases, RefusesChangesThatDoNotFit) {
  const std::string first =
      std::string(kRequest) + "=== answer h 1\nok\n{\n}\n=== answer h 2\n";
  const std::string changed = first + "ok as h 1, but\n";
  EXPECT_EQ(Problem(changed + "@@ 2\n+\"a\": 1\n"), "");
  EXPECT_THAT(Problem(first + "ok as h 2, but\n@@ 1\n"),
              HasSubstr("f.case:8: no spec was given there before"));
  EXPECT_THAT(Problem(first + "ok as h 1\n@@ 1\n"),
              HasSubstr("no spec was given there before"));
  for (const char* place : {"@@ 0\n", "@@ 4\n", "@@ x\n", "@@ 2\n@@ 1\n"}) {
    EXPECT_THAT(Problem(changed + place), HasSubstr("not a place")) << place;
  }
  EXPECT_THAT(Problem(changed + "@@ 2\n-{\n"),
              HasSubstr("f.case:10: this is not what stands there"));
  EXPECT_THAT(Problem(changed + "@@ 3\n-}\n"),
              HasSubstr("this is not what stands there"));
  EXPECT_THAT(Problem(changed + "@@ 2\n}\n"), HasSubstr("no change of a spec"));
  EXPECT_THAT(Problem(changed + "@@ 2\n-}\n"), HasSubstr("is not JSON"));
  EXPECT_THAT(Problem("=== proves: a\n=== proves: b\n" + first + "ok\n{}\n"),
              HasSubstr("at its start"));
  EXPECT_THAT(Problem(first + "ok\n{}\n=== proves: a\n"),
              HasSubstr("at its start"));
}

// A golden that is not read as it is meant must not be passed over.
TEST(ParseGoldenCases, RefusesWhatItDoesNotKnow) {
  const std::string request = kRequest;
  const std::string answer = "=== answer reference 1.13.0\nok\n{}\n";
  EXPECT_EQ(Problem(request + answer), "");
  EXPECT_THAT(Problem(""), HasSubstr("the last line does not end"));
  EXPECT_THAT(Problem("\n"), HasSubstr("f.case:1: "));
  EXPECT_THAT(Problem(request + "=== answer reference 1.13.0\nok\n{}"),
              HasSubstr("the last line does not end"));
  EXPECT_THAT(Problem(answer), HasSubstr("f.case:1: the case has no request"));
  EXPECT_THAT(Problem(request), HasSubstr("has no answer"));
  EXPECT_THAT(Problem("=== request\n{\n" + answer),
              HasSubstr("f.case:2: the JSON text ends inside an object"));
  EXPECT_THAT(Problem("=== request\n"), HasSubstr("f.case:1: "));
  EXPECT_THAT(Problem(request + "=== nonsense\n" + answer),
              HasSubstr("f.case:3: unknown section"));
  EXPECT_THAT(Problem(request + "text\n" + answer), HasSubstr("f.case:3: "));
  EXPECT_THAT(Problem(request + answer + "surplus\n"), HasSubstr("f.case:6: "));
  EXPECT_THAT(Problem(request + answer + request),
              HasSubstr("a request must be the first thing"));
  EXPECT_THAT(Problem("=== case a\n" + answer),
              HasSubstr("f.case:2: the case has no request"));
  EXPECT_THAT(Problem("=== case a\n=== case b\n" + request + answer),
              HasSubstr("\"a\" has no answer"));
  EXPECT_THAT(Problem(request + "=== answer reference\nok\n{}\n"),
              HasSubstr("an answer needs a host and releases"));
  EXPECT_THAT(Problem(request + "=== answer reference 1.13.0\n"),
              HasSubstr("the answer is missing"));
  EXPECT_THAT(Problem(request + "=== answer reference 1.13.0\nok\n"),
              HasSubstr("the answer is missing"));
  for (const char* head : {"okay", "error", "error nowhere", "panic",
                           "panic error spec", "spec", "error panic spec"}) {
    EXPECT_THAT(
        Problem(request + "=== answer reference 1.13.0\n" + head + "\n\"\"\n"),
        HasSubstr("unknown answer"))
        << head;
  }
  EXPECT_THAT(Problem(request + "=== answer reference 1.13.0\nerror spec\nx\n"),
              HasSubstr("not a string"));
  EXPECT_THAT(Problem(request + answer + answer),
              HasSubstr("two answers of 1.13.0 on reference"));
  EXPECT_THAT(Problem(request + "=== set\n[]\tmaybe\n" + answer),
              HasSubstr("f.case:4: not a call"));
  EXPECT_THAT(Problem(request + "=== set\n[1]\tdone\n" + answer),
              HasSubstr("not a call"));
}

TEST(ParseRequestLine, RefusesWhatIsNone) {
  EXPECT_TRUE(ParseRequestLine("{\"name\": \"n\", \"config\": {}}").ok());
  EXPECT_FALSE(ParseRequestLine("{\"name\": \"n\"}").ok());
  EXPECT_FALSE(ParseRequestLine("{\"name\": 1, \"config\": {}}").ok());
  EXPECT_FALSE(ParseRequestLine("{\"name\": \"n\", \"config\": {]}").ok());
  EXPECT_FALSE(ParseRequestLine("{\"config\": {}, \"other\": 1}").ok());
  EXPECT_FALSE(ParseRequestLine("").ok());
  EXPECT_FALSE(ParseRequestLine("{\"config\": {}} x").ok());
  EXPECT_FALSE(ParseRequestLine("{\"config_b64\": \"*\"}").ok());
  EXPECT_FALSE(ParseRequestLine("[]").ok());
}

class GoldenSetTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(directory_ + "/hosts");
    std::filesystem::create_directories(directory_ + "/cases/a");
    Write("hosts/h.json", "{\"entries\": []}\n");
  }
  void Write(const std::string& file, const std::string& text) {
    std::ofstream(directory_ + "/" + file, std::ios::binary) << text;
  }
  std::string LoadProblem(const std::vector<std::string>& archives = {}) {
    const auto set = GoldenSet::Load(directory_, archives);
    return set.ok() ? "" : std::string(set.status().message());
  }
  std::string directory_;
};

TEST_F(GoldenSetTest, RefusesHostsAndReleasesThatAreNot) {
  const std::string request = kRequest;
  Write("cases/a/x.case", request + "=== answer h 1.13.0\nok\n{}\n");
  EXPECT_EQ(LoadProblem(), "");
  Write("cases/a/x.case", request + "=== answer moon 1.13.0\nok\n{}\n");
  EXPECT_EQ(LoadProblem(), "a/x: there is no hosts/moon.json");
  // No line of releases either: a golden is of one release.
  for (const char* release : {"1.13", "99.0.0"}) {
    Write("cases/a/x.case", request + "=== answer h " + release + "\nok\n{}\n");
    EXPECT_EQ(LoadProblem(),
              std::string("a/x: there is no release ") + release);
  }
  Write("cases/a/x.case", "rubbish\n");
  EXPECT_THAT(LoadProblem(), HasSubstr("a/x:1: "));
  Write("cases/a/x.case", request + "=== answer h 1.13.0\nok\n{}\n");
  Write("hosts/h.json", "{");
  EXPECT_THAT(LoadProblem(), HasSubstr("h.json:1:"));
  Write("hosts/h.json", "{\"entries\": []}\n");
  EXPECT_THAT(LoadProblem({directory_ + "/none"}),
              HasSubstr("/none: no such file or directory"));
}

TEST_F(GoldenSetTest, SaysWhatDiffers) {
  Write("cases/a/x.case",
        std::string(kRequest) +
            "=== answer h 28.5.2\nok\n{}\n=== answer h 28.5.1\nerror "
            "spec\n\"no\"\n=== answer h 28.5.0\nerror settings\n\"no\"\n");
  const auto set = GoldenSet::Load(directory_, {});
  ASSERT_TRUE(set.ok()) << set.status();
  ASSERT_EQ((*set)->rows().size(), 3u);
  std::vector<std::string> differences;
  for (const GoldenRow& row : (*set)->rows()) {
    differences.push_back(Difference(row, *row.release));
  }
  // The request sets what is not there, so that ours is a refusal.
  EXPECT_THAT(differences[0], HasSubstr("Docker gives a spec"));
  EXPECT_THAT(differences[1], HasSubstr("Docker gives a refusal (spec): no"));
  EXPECT_THAT(differences[2], HasSubstr("message differs from byte 0 on"));
}

}  // namespace
}  // namespace specgen
