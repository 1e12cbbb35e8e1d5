// Through the shared library, as its users see it.
#include "specgen/c_api/specgen_c.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kHost[] = "{\"entries\": []}";
constexpr char kConfig[] =
    "{\"entrypoint\":[\"/p\"],\"env\":[{\"name\":\"A\",\"value\":\"1\","
    "\"settable\":[\"value\"]}]}";

struct Fixture {
  explicit Fixture(const char* engine = "28.5.2") {
    EXPECT_EQ(
        specgen_generator_new(engine, kHost, std::strlen(kHost), &generator),
        SPECGEN_OK)
        << specgen_last_error();
    answer = specgen_answer_new();
    std::memset(&request, 0, sizeof(request));
    request.struct_size = sizeof(request);
    Plugin(kConfig);
  }
  ~Fixture() {
    specgen_answer_free(answer);
    specgen_generator_free(generator);
  }
  void Plugin(std::string_view text) {
    request.plugin = text.data();
    request.plugin_size = text.size();
  }
  specgen_status Generate() {
    return specgen_generate(generator, &request, answer);
  }
  std::string Spec() const {
    size_t size = 0;
    const char* spec = specgen_answer_spec(answer, &size);
    EXPECT_EQ(spec[size], '\0');
    return std::string(spec, size);
  }

  specgen_generator* generator = nullptr;
  specgen_answer* answer = nullptr;
  specgen_request request;
};

// An engine is named as on the command line, and what is only presumed of it is
// said with each answer.
TEST(CApi, EnginesAreNamedAsPeopleNameThem) {
  Fixture package("5:28.5.2-1~debian.12~bookworm");
  EXPECT_STREQ(specgen_generator_release(package.generator), "28.5.2");
  EXPECT_STREQ(specgen_answer_presumed(package.answer), "");
  EXPECT_EQ(package.Generate(), SPECGEN_OK);
  EXPECT_STREQ(specgen_answer_presumed(package.answer), "");

  Fixture build("20.10.24+dfsg1-1+deb12u1");
  EXPECT_STREQ(specgen_generator_release(build.generator), "20.10.24+dfsg1");

  Fixture ubuntu("28.5.2-0ubuntu1");
  EXPECT_STREQ(specgen_answer_presumed(ubuntu.answer), "");
  EXPECT_EQ(ubuntu.Generate(), SPECGEN_OK);
  EXPECT_EQ(
      std::string_view(specgen_answer_presumed(ubuntu.answer)).substr(0, 18),
      "Ubuntu's build is ");
  EXPECT_EQ(ubuntu.Spec(), [&] {
    package.Generate();
    return package.Spec();
  }());
  EXPECT_STREQ(specgen_answer_presumed(nullptr), "");

  specgen_generator* none = nullptr;
  EXPECT_EQ(specgen_generator_new("", nullptr, 0, &none), SPECGEN_USAGE);
  EXPECT_EQ(none, nullptr);
}

TEST(CApi, MakesASpec) {
  EXPECT_EQ(specgen_abi_version(), SPECGEN_ABI_VERSION);
  Fixture f;
  const char* const set[] = {"A=2"};
  f.request.set = set;
  f.request.set_count = 1;
  f.request.id = "x";
  f.request.rootfs = "/r";
  f.request.exec_root = "/run/y";
  ASSERT_EQ(f.Generate(), SPECGEN_OK) << specgen_last_error();
  EXPECT_THAT(f.Spec(), StartsWith("{\"ociVersion\":\""));
  EXPECT_THAT(f.Spec(), HasSubstr("\"A=2\""));
  EXPECT_THAT(f.Spec(), HasSubstr("\"root\":{\"path\":\"/r\"}"));
  ASSERT_EQ(specgen_answer_folder_count(f.answer), 3u);
  size_t size = 0;
  uint32_t mode = 0;
  EXPECT_STREQ(specgen_answer_folder(f.answer, 2, &size, &mode), "/run/y/x");
  EXPECT_EQ(size, 8u);
  EXPECT_EQ(mode, 0700u);
  EXPECT_EQ(specgen_answer_folder(f.answer, 3, &size, &mode), nullptr);
  EXPECT_EQ(size, 0u);
}

TEST(CApi, SaysWhyThereIsNone) {
  Fixture f;
  f.Plugin("{\n\"env\": 7}");
  EXPECT_EQ(f.Generate(), SPECGEN_BAD_INPUT);
  EXPECT_EQ(specgen_answer_stage(f.answer), SPECGEN_STAGE_DECODE);
  EXPECT_STREQ(specgen_answer_position(f.answer), "2:8");
  EXPECT_THAT(specgen_last_error(), HasSubstr("must be a list"));
  EXPECT_STREQ(specgen_answer_message(f.answer, nullptr), specgen_last_error());
  EXPECT_EQ(f.Spec(), "");

  f.Plugin("{\"mounts\":[{}]}");
  EXPECT_EQ(f.Generate(), SPECGEN_REFUSED);
  EXPECT_EQ(specgen_answer_stage(f.answer), SPECGEN_STAGE_SPEC);

  const char* const set[] = {"B=2"};
  f.request.set = set;
  f.request.set_count = 1;
  f.Plugin(kConfig);
  EXPECT_EQ(f.Generate(), SPECGEN_REFUSED);
  EXPECT_EQ(specgen_answer_stage(f.answer), SPECGEN_STAGE_SETTINGS);

  Fixture old("1.13.0");
  old.Plugin("{\"interface\":{\"types\":[\"/x\"]}}");
  EXPECT_EQ(old.Generate(), SPECGEN_CRASHED);
}

TEST(CApi, MistakesOfTheCallerAreErrors) {
  specgen_generator* none = nullptr;
  EXPECT_EQ(specgen_generator_new("99", nullptr, 0, &none), SPECGEN_USAGE);
  EXPECT_THAT(specgen_last_error(), HasSubstr("newer than this specgen knows"));
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(specgen_generator_new(nullptr, "[]", 2, &none), SPECGEN_BAD_INPUT);
  EXPECT_EQ(specgen_generator_new(nullptr, nullptr, 0, nullptr), SPECGEN_USAGE);
  Fixture f;
  EXPECT_EQ(specgen_generate(nullptr, &f.request, f.answer), SPECGEN_USAGE);
  EXPECT_EQ(specgen_generate(f.generator, nullptr, f.answer), SPECGEN_USAGE);
  EXPECT_EQ(specgen_generate(f.generator, &f.request, nullptr), SPECGEN_USAGE);
  ASSERT_EQ(f.Generate(), SPECGEN_OK);
  f.request.shape = 17;
  EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
  EXPECT_EQ(f.Spec(), "");  // nothing is left of the last answer
  f.request.shape = 0;
  f.request.set_count = 1;
  EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
  f.request.set_count = 0;
  f.request.plugin = nullptr;
  EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
  f.Plugin(kConfig);
  f.request.struct_size = 0;
  EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
  EXPECT_STREQ(specgen_answer_spec(nullptr, nullptr), "");
  EXPECT_EQ(specgen_answer_folder_count(nullptr), 0u);
  specgen_answer_free(nullptr);
  specgen_generator_free(nullptr);
}

std::string SpecWith(void (*change)(specgen_request*)) {
  constexpr char kCollector[] =
      "{\"interface\":{\"types\":[\"docker.metricscollector/1.0\"]}}";
  Fixture f;
  f.Plugin(kCollector);
  change(&f.request);
  EXPECT_EQ(f.Generate(), SPECGEN_OK) << specgen_last_error();
  return f.Spec();
}

TEST(CApi, TakesDockerdsRoots) {
  using Request = specgen_request;
  EXPECT_THAT(SpecWith([](Request*) {}),
              AllOf(HasSubstr("\"/var/lib/docker/plugins/plugin/rootfs\""),
                    HasSubstr("\"/var/run/docker/metrics.sock\"")));
  EXPECT_THAT(SpecWith([](Request* r) { r->data_root = "/d/"; }),
              HasSubstr("\"root\":{\"path\":\"/d/plugins/plugin/rootfs\"}"));
  EXPECT_THAT(SpecWith([](Request* r) { r->dockerd_exec_root = "/e"; }),
              HasSubstr("\"source\":\"/e/metrics.sock\""));
  EXPECT_THAT(SpecWith([](Request* r) { r->metrics_socket = "/m"; }),
              HasSubstr("\"source\":\"/m\""));
  EXPECT_THAT(SpecWith([](Request* r) { r->metrics_socket = ""; }),
              Not(HasSubstr("metrics.sock")));
  EXPECT_THAT(SpecWith([](Request* r) { r->exec_root = "/x"; }),
              Not(HasSubstr("metrics.sock")));

  for (const auto& [change, message] :
       std::vector<std::pair<void (*)(Request*), std::string_view>>{
           {[](Request* r) { r->data_root = ""; }, "\"data_root\" is empty"},
           {[](Request* r) { r->dockerd_exec_root = ""; },
            "\"dockerd_exec_root\" is empty"},
           {[](Request* r) { r->lib_root = r->data_root = "/d"; },
            "\"lib_root\" excludes \"data_root\""},
           {[](Request* r) { r->metrics_socket = r->dockerd_exec_root = "/d"; },
            "\"metrics_socket\" excludes \"dockerd_exec_root\""}}) {
    Fixture f;
    change(&f.request);
    EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
    EXPECT_EQ(specgen_last_error(), message);
  }
}

TEST(CApi, TakesAnArchitecture) {
  Fixture f("17.07.0");
  for (int i = 0; i < 2; ++i) {
    f.request.arch = "aarch64";
    EXPECT_EQ(f.Generate(), SPECGEN_OK);
    EXPECT_THAT(f.Spec(), HasSubstr("\"arch\":\"arm64\""));
    EXPECT_THAT(specgen_answer_presumed(f.answer),
                StartsWith("platform.arch of arm64 is presumed"));
    f.request.arch = i == 0 ? nullptr : "x86_64";
    EXPECT_EQ(f.Generate(), SPECGEN_OK);
    EXPECT_THAT(f.Spec(), HasSubstr("\"arch\":\"amd64\""));
    EXPECT_STREQ(specgen_answer_presumed(f.answer), "");
  }
  for (const char* wrong : {"", "amd65"}) {
    f.request.arch = wrong;
    EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
    EXPECT_THAT(specgen_last_error(), StartsWith("`arch` is none of amd64, "));
  }
}

// A program that knows fewer fields, or more, has no effect beyond its own.
TEST(CApi, RequestsOfOtherVersionsAreTaken) {
  Fixture f("17.07.0");
  f.request.data_root = "/d";
  f.request.dockerd_exec_root = "/e";
  f.request.arch = "arm";
  constexpr size_t kFirst = offsetof(specgen_request, data_root);
  static_assert(offsetof(specgen_request, metrics_socket) + sizeof(char*) ==
                kFirst);
  const auto generate = [&](size_t size) {
    f.request.struct_size = size;
    EXPECT_EQ(f.Generate(), SPECGEN_OK) << specgen_last_error();
    return f.Spec();
  };
  const std::string first = generate(kFirst);
  EXPECT_THAT(first, AllOf(HasSubstr("\"/var/lib/docker/plugins/plugin/"),
                           HasSubstr("\"arch\":\"amd64\"")));
  EXPECT_THAT(generate(offsetof(specgen_request, arch)),
              AllOf(HasSubstr("\"/d/plugins/plugin/"),
                    HasSubstr("\"arch\":\"amd64\"")));
  EXPECT_THAT(generate(sizeof(specgen_request)), HasSubstr("\"arch\":\"arm\""));

  struct {
    specgen_request request;
    const char* later;
  } later = {f.request, "x"};
  later.request.struct_size = sizeof(later);
  EXPECT_EQ(specgen_generate(f.generator, &later.request, f.answer),
            SPECGEN_OK);
  EXPECT_THAT(f.Spec(), HasSubstr("\"arch\":\"arm\""));

  f.request.struct_size = kFirst - 1;
  EXPECT_EQ(f.Generate(), SPECGEN_USAGE);
  EXPECT_STREQ(specgen_last_error(), "struct_size is not set");
}

TEST(CApi, ListsTheEngines) {
  ASSERT_GT(specgen_engine_count(), 300u);
  EXPECT_EQ(specgen_engine_name(specgen_engine_count()), nullptr);
  specgen_generator* generator = nullptr;
  ASSERT_EQ(specgen_generator_new(nullptr, nullptr, 0, &generator), SPECGEN_OK);
  bool found = false;
  for (size_t i = 0; i < specgen_engine_count(); ++i) {
    found |= std::strcmp(specgen_engine_name(i),
                         specgen_generator_release(generator)) == 0;
  }
  EXPECT_TRUE(found);
  specgen_generator_free(generator);
}

TEST(CApi, OneGeneratorServesManyThreads) {
  Fixture one("17.07.0");
  Fixture f("17.07.0");
  one.request.arch = f.request.arch = "arm64";
  ASSERT_EQ(one.Generate(), SPECGEN_OK);
  const std::string expected = one.Spec();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      specgen_answer* answer = specgen_answer_new();
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(specgen_generate(f.generator, &f.request, answer),
                  SPECGEN_OK);
        EXPECT_EQ(specgen_answer_spec(answer, nullptr), expected);
      }
      specgen_answer_free(answer);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
