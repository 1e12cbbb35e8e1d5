// Whichever allocation fails, the library says SPECGEN_NO_MEMORY, keeps
// nothing, and works again once there is memory.
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/c_api/specgen_c.h"

// The allocator, for those who replace its functions.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);
}

namespace {

// How many allocations this thread still gets; below 0, all.
thread_local int allocations_left = -1;
// Whether it gets all again after one that was refused.
thread_local bool only_one_fails = false;
// How many it was refused.
thread_local int refused = 0;
// How many it has, less those that it gave back.
thread_local int allocated = 0;

bool MayAllocate() {
  if (allocations_left == 0) {
    ++refused;
    errno = ENOMEM;
    if (only_one_fails) allocations_left = -1;
    return false;
  }
  if (allocations_left > 0) --allocations_left;
  return true;
}

void* Counted(void* memory) {
  if (memory != nullptr) ++allocated;
  return memory;
}

}  // namespace

// The library's, too: what a program defines comes before what libc does.
extern "C" {

void* malloc(size_t size) {
  return MayAllocate() ? Counted(__libc_malloc(size)) : nullptr;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
void* calloc(size_t count, size_t size) {
  return MayAllocate() ? Counted(__libc_calloc(count, size)) : nullptr;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
void* realloc(void* memory, size_t size) {
  if (!MayAllocate()) return nullptr;
  void* const moved = __libc_realloc(memory, size);
  return memory == nullptr ? Counted(moved) : moved;
}

void* memalign(size_t alignment, size_t size) {
  return MayAllocate() ? Counted(__libc_memalign(alignment, size)) : nullptr;
}

void* aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
void free(void* memory) {
  if (memory != nullptr) --allocated;
  __libc_free(memory);
}

}  // extern "C"

namespace {

std::string Repeat(int count, const std::function<std::string(int)>& item) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + item(i);
  return "[" + list + "]";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// In a user namespace, with a link, mounts and a source of a bind mount.
std::string UserNamespaceHost() {
  return R"({"user_namespace": true, "rootlesskit": true,
    "detached_network_namespace": true, "unified_cgroups": true,
    "cwd": "/home/user", "possible_cpus": [0, 1, 2],
    "thermal_throttle_cpus": [1],
    "mounts": [{"path": "/srv", "flags": ["ro", "nosuid", "nodev"]},
               {"path": "/srv/deep/down", "flags": ["noexec"]}],
    "entries": [{"path": "/srv/data", "type": "dir"},
      {"path": "/link", "type": "symlink", "target": "srv/data"},
      {"path": "/dev/fuse", "type": "char", "mode": "0600", "uid": 0,
       "gid": 0, "major": 10, "minor": 229}]})";
}

// Much of everything, so that everything grows.
std::string LargePlugin() {
  std::string text = R"({"description": "\u00e4", "entrypoint": ["/p"],
    "interface": {"socket": "p.sock", "types": ["docker.volumedriver/1.0",
      "docker.metricscollector/1.0"]},
    "network": {"type": "host"}, "pidhost": true, "ipchost": true,
    "propagatedMount": "/var/lib/x", "workdir": "/",
    "linux": {"capabilities": ["CAP_SYS_ADMIN"], "devices": )";
  text += Repeat(20, [](int i) {
    return "{\"name\":\"d" + std::to_string(i) +
           "\",\"path\":\"/dev/fuse\",\"settable\":[\"path\"]}";
  });
  text += "}, \"env\": " + Repeat(300, [](int i) {
            return "{\"name\":\"N" + std::to_string(i) +
                   R"(","value":"\u00e4","settable":["value"]})";
          });
  text += ", \"mounts\": " + Repeat(40, [](int i) {
            return "{\"name\":\"m" + std::to_string(i) +
                   R"(","source":"/srv/data","type":"bind","destination":")" +
                   (i % 2 == 0 ? "/dev/" : "/d") + std::to_string(i) +
                   R"(","options":["rbind","ro"],"settable":["source"]})";
          });
  return text + "}";
}

// Directories that engines make for binds, in a plan that needs an index.
std::string PlanningPlugin() {
  return R"({"entrypoint":["/p"],"mounts":)" +
         Repeat(
             20,
             [](int i) {
               return R"({"type":"bind","options":["rbind"],"destination":"/d",)"
                      R"("source":"/link/./new/)" +
                      std::to_string(i) + "/x/../y\"}";
             }) +
         "}";
}

struct Case {
  std::string name;
  std::string plugin;
  std::vector<const char*> set = {};
  specgen_shape shape = SPECGEN_SHAPE_AUTO;
};

std::vector<Case> Cases() {
  std::vector<Case> cases = {
      {"small", R"({"entrypoint":["/p"]})"},
      {"large", LargePlugin()},
      {"folders", PlanningPlugin()},
      {"one setting", LargePlugin(), {"N1=x"}},
      {"not settable", LargePlugin(), {"N1.name=x"}},
      {"no such setting", LargePlugin(), {"a name that takes memory=x"}},
      {"no plugin", ""},
      {"broken", R"({"entrypoint": ["/p"], "env": [{"name": )"},
      {"no UTF-8",
       "{\"entrypoint\": [\"/p\"], \"env\": [{\"name\": \"\xff\"}]}"},
      {"wrong type", R"({"entrypoint": "/p", "env": 1})"},
      {"no device", R"({"linux":{"devices":[{"path":"/dev/there is none"}]}})"},
      {"directory", R"({"linux":{"devices":[{"path":"/dev"}]}})"},
      {"crash", R"({"linux":{"devices":[{"name":"fuse"}]}})"},
      {"deep", std::string(20000, '[')},
      {"list",
       R"([{"Name":"a","Id":"0"},{"Name":"b","Id":"1"}])",
       {},
       SPECGEN_SHAPE_INSPECT},
  };
  // So many that they are looked up by an index.
  static const std::vector<std::string>* const kSettings = [] {
    auto* const settings = new std::vector<std::string>();
    for (int i = 0; i < 40; ++i) {
      settings->push_back("N" + std::to_string(i) + "=y");
    }
    settings->push_back("m3.source=/srv");
    settings->push_back("d4.path=/dev/fuse");
    return settings;
  }();
  Case many = {"many settings", LargePlugin(), {}};
  for (const std::string& setting : *kSettings) {
    many.set.push_back(setting.c_str());
  }
  cases.push_back(many);
  return cases;
}

// Calls `function` with no allocation, one, two, ... until none is refused.
// Returns how often one was. `after` is called after each, and gives back what
// `function` got. What is made once for the process, such as the base spec of a
// release, or for the thread, is there afterwards.
template <typename Function, typename After>
int FailAtEach(const Function& function, const After& after) {
  for (int allowed = 0;; ++allowed) {
    refused = 0;
    allocations_left = allowed;
    const specgen_status status = function();
    allocations_left = -1;
    const bool was_refused = refused > 0;
    const std::string error = specgen_last_error();
    after(status);
    if (!was_refused) return allowed;
    EXPECT_EQ(status, SPECGEN_NO_MEMORY) << allowed << ": " << error;
    EXPECT_EQ(error, "out of memory") << allowed;
    if (testing::Test::HasFailure()) return allowed;
  }
}

// Does it for each allocation and all behind it, and for each alone.
template <typename Function, typename After>
int FailInEachWay(const Function& function, const After& after) {
  const int failures = FailAtEach(function, after);
  // This thread's last error may have been too long for what there was.
  specgen_generate(nullptr, nullptr, nullptr);
  const int before = allocated;
  FailAtEach(function, after);
  EXPECT_EQ(allocated, before);
  only_one_fails = true;
  FailAtEach(function, after);
  only_one_fails = false;
  EXPECT_EQ(allocated, before);
  return failures;
}

int NewGenerator(const char* engine, const std::string* host,
                 specgen_status expected) {
  specgen_generator* generator = nullptr;
  return FailInEachWay(
      [&] {
        return specgen_generator_new(
            engine, host == nullptr ? nullptr : host->data(),
            host == nullptr ? 0 : host->size(), &generator);
      },
      [&](specgen_status status) {
        if (status != SPECGEN_NO_MEMORY) {
          EXPECT_EQ(status, expected);
        }
        EXPECT_EQ(generator != nullptr, status == SPECGEN_OK);
        specgen_generator_free(generator);
        generator = nullptr;
      });
}

TEST(NoMemory, OfAGenerator) {
  const std::string none = "{\"entries\": []}";
  const std::string rootless = UserNamespaceHost();
  const std::string reference = ReadFile("testdata/hosts/reference.json");
  EXPECT_GT(NewGenerator("28.5.2", &none, SPECGEN_OK), 2);
  EXPECT_GT(NewGenerator(nullptr, &rootless, SPECGEN_OK), 2);
  EXPECT_GT(NewGenerator("17.03.0", &reference, SPECGEN_OK), 100);
  // This machine.
  EXPECT_GT(NewGenerator("28.5.2", nullptr, SPECGEN_OK), 2);
}

TEST(NoMemory, OfWhatIsNoGenerator) {
  EXPECT_GT(NewGenerator("no engine has such a name", nullptr, SPECGEN_USAGE),
            2);
  for (const std::string host :
       {R"({"entries": [{"path": "/a", "type": "directory of some kind"}]})",
        R"({"entries": [{"path": "/a/../b is not clean", "type": "dir"}]})",
        R"({"entries": [{"path": "/a", "type": "dir"}, {"path": "/a",
            "type": "dir"}]})",
        R"({"entries": [], "mounts": [{"path": "/a", "flags": ["rw or so"]}]})",
        R"({"entries": [], "cwd": "relative"})", "{\"entries\": [", "",
        R"({"entries": [], "possible_cpus": [1, 1]})",
        "{\"entries\": [{\"path_hex\": \"2fff\", \"type\": \"\xff\"}]}"}) {
    EXPECT_GT(NewGenerator("28.5.2", &host, SPECGEN_BAD_INPUT), 2) << host;
  }
}

TEST(NoMemory, OfAnAnswer) {
  specgen_answer* answer = nullptr;
  const int failures = FailInEachWay(
      [&] {
        answer = specgen_answer_new();
        return answer == nullptr ? SPECGEN_NO_MEMORY : SPECGEN_OK;
      },
      [&](specgen_status) { specgen_answer_free(answer); });
  EXPECT_GT(failures, 0);
}

struct Outcome {
  specgen_status status;
  std::string spec;
  std::string message;
  std::string position;
  size_t directories;

  bool operator==(const Outcome& other) const {
    return status == other.status && spec == other.spec &&
           message == other.message && position == other.position &&
           directories == other.directories;
  }
};

Outcome OutcomeOf(specgen_status status, const specgen_answer* answer) {
  return {status, specgen_answer_spec(answer, nullptr),
          specgen_answer_message(answer, nullptr),
          specgen_answer_position(answer), specgen_answer_folder_count(answer)};
}

// Makes an answer of each case, with each allocation refused in its turn: of a
// new answer, and then again of the same one.
void Generate(const char* engine, const std::string* host) {
  specgen_generator* generator = nullptr;
  ASSERT_EQ(
      specgen_generator_new(engine, host == nullptr ? nullptr : host->data(),
                            host == nullptr ? 0 : host->size(), &generator),
      SPECGEN_OK)
      << specgen_last_error();
  for (const Case& one : Cases()) {
    SCOPED_TRACE(std::string(engine) + ", " + one.name);
    specgen_request request;
    std::memset(&request, 0, sizeof(request));
    request.struct_size = sizeof(request);
    request.plugin = one.plugin.data();
    request.plugin_size = one.plugin.size();
    request.shape = one.shape;
    request.set = one.set.data();
    request.set_count = one.set.size();
    request.metrics_socket = "/run/docker/metrics.sock";
    specgen_answer* fresh = specgen_answer_new();
    const specgen_status status = specgen_generate(generator, &request, fresh);
    const Outcome expected = OutcomeOf(status, fresh);
    specgen_answer_free(fresh);

    specgen_answer* answer = nullptr;
    const int failures = FailInEachWay(
        [&] {
          answer = specgen_answer_new();
          return answer == nullptr
                     ? SPECGEN_NO_MEMORY
                     : specgen_generate(generator, &request, answer);
        },
        [&](specgen_status now) {
          if (answer == nullptr) return;
          if (now == SPECGEN_NO_MEMORY) {
            EXPECT_EQ(OutcomeOf(now, answer),
                      (Outcome{SPECGEN_NO_MEMORY, "", "", "", 0}));
          }
          now = specgen_generate(generator, &request, answer);
          // Terminals come and go in /dev.
          if (one.name != "directory") {
            EXPECT_EQ(OutcomeOf(now, answer), expected);
          }
          specgen_answer_free(answer);
          answer = nullptr;
        });
    EXPECT_GT(failures, 2);
  }
  specgen_generator_free(generator);
}

TEST(NoMemory, OfASpec) {
  const std::string none = "{\"entries\": []}";
  const std::string rootless = UserNamespaceHost();
  const std::string* const this_machine = nullptr;
  for (const std::string* host : {&none, &rootless, this_machine}) {
    for (const char* engine : {"1.12.0", "1.13.0", "17.03.0", "18.09.0",
                               "20.10.24", "25.0.5", "28.5.2", "29.0.0"}) {
      Generate(engine, host);
    }
  }
}

TEST(NoMemory, OfTheFirstErrorOfAThread) {
  specgen_status status = SPECGEN_OK;
  std::string error;
  std::thread([&] {
    EXPECT_STREQ(specgen_last_error(), "");
    allocations_left = 0;
    status = specgen_generate(nullptr, nullptr, nullptr);
    allocations_left = -1;
    error = specgen_last_error();
    EXPECT_EQ(specgen_generate(nullptr, nullptr, nullptr), SPECGEN_USAGE);
    EXPECT_STRNE(specgen_last_error(), error.c_str());
  }).join();
  EXPECT_EQ(status, SPECGEN_NO_MEMORY);
  EXPECT_EQ(error, "out of memory");
}

}  // namespace
