#define SPECGEN_BUILDING_LIBRARY
#include "specgen/c_api/specgen_c.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/c_api/last_error.h"
#include "specgen/host/architecture.h"
#include "specgen/host/host.h"
#include "specgen/host/host_of_architecture.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/live_host.h"
#include "specgen/host/presumption.h"
#include "specgen/json/json_index.h"
#include "specgen/specgen.h"

namespace {

// An engine on a machine.
struct Engine {
  Engine(const specgen::NamedEngine& engine,
         std::unique_ptr<const specgen::Host> its_host)
      : host(std::move(its_host)),
        generator(*engine.release, *host),
        presumed(specgen::PresumptionOn(host->facts, *engine.release,
                                        engine.presumed)) {}

  const std::unique_ptr<const specgen::Host> host;
  const specgen::Generator generator;
  const std::string presumed;
};

}  // namespace

// The C names stand for these.
struct specgen_generator {
  specgen_generator(const specgen::NamedEngine& engine,
                    std::unique_ptr<specgen::Host> its_host)
      : named(engine),
        release_name(engine.release->name),
        here(engine, std::move(its_host)) {}

  // The same engine on a machine of that architecture, one of GoArchitecture's.
  const Engine& On(std::string_view architecture) const {
    if (architecture == here.host->facts.architecture()) return here;
    const std::lock_guard<std::mutex> lock(mutex);
    std::unique_ptr<const Engine>& engine = elsewhere[architecture];
    if (engine == nullptr) {
      engine = std::make_unique<Engine>(
          named, std::make_unique<specgen::HostOfArchitecture>(
                     std::make_unique<specgen::Host>(here.host->files,
                                                     here.host->facts),
                     architecture));
    }
    return *engine;
  }

  const specgen::NamedEngine named;
  const std::string release_name;
  const Engine here;
  mutable std::mutex mutex;
  mutable std::map<std::string_view, std::unique_ptr<const Engine>>
      elsewhere;  // guarded by it
};

struct specgen_answer {
  // Of the last call, if it made an answer.
  bool is_there = false;
  specgen::Answer answer;
  std::string spec;
  std::string presumed;
  std::vector<std::string> directories;
  std::vector<std::string_view> set;
  specgen::DockerdRoots roots;
};

namespace {

using specgen::Outcome;
using specgen::Stage;

// That of specgen_request of the first version.
constexpr size_t kFirstSize = offsetof(specgen_request, data_root);

// simdjson sets itself up when it is first used, and ends the process if there
// is no memory for that: so it is used when the library is loaded.
[[maybe_unused]] const auto kSetUp = specgen::JsonIndex().Build("{}");

specgen_status Fail(specgen_status status, std::string_view message) noexcept {
  return specgen::SetLastError(message) ? status : SPECGEN_NO_MEMORY;
}

// Calls `function`, which returns a specgen_status. C knows no exceptions.
template <typename Function>
specgen_status Guard(Function function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Fail(SPECGEN_NO_MEMORY, specgen::kNoMemory);
  } catch (const std::exception& error) {
    return Fail(SPECGEN_INTERNAL, error.what());
  } catch (...) {
    return Fail(SPECGEN_INTERNAL, "an unknown exception");
  }
}

const char* Text(const std::string& text, size_t* size) {
  if (size != nullptr) *size = text.size();
  return text.c_str();
}

const char* NoText(size_t* size) {
  if (size != nullptr) *size = 0;
  return "";
}

std::optional<std::string_view> Optional(const char* text) {
  if (text == nullptr) return std::nullopt;
  return text;
}

specgen_status Generate(const specgen_generator& generator,
                        const specgen_request& request,
                        specgen_answer* answer) {
  const Engine* engine = &generator.here;
  if (request.arch != nullptr) {
    const std::string_view architecture = specgen::GoArchitecture(request.arch);
    if (architecture.empty()) {
      return Fail(SPECGEN_USAGE, absl::StrCat("`arch` is none of ",
                                              specgen::GoArchitectures()));
    }
    engine = &generator.On(architecture);
  }
  specgen::DockerdRoots& roots = answer->roots;
  roots.data_root = Optional(request.data_root);
  roots.exec_root = Optional(request.dockerd_exec_root);
  const std::string_view problem = roots.Problem(
      request.lib_root != nullptr, request.metrics_socket != nullptr);
  if (!problem.empty()) return Fail(SPECGEN_USAGE, problem);
  answer->set.clear();
  for (size_t i = 0; i < request.set_count; ++i) {
    if (request.set == nullptr || request.set[i] == nullptr) {
      return Fail(SPECGEN_USAGE, "an argument of `set` is NULL");
    }
    answer->set.push_back(request.set[i]);
  }
  specgen::Request wanted;
  wanted.plugin = {request.plugin, request.plugin_size};
  switch (request.shape) {
    case SPECGEN_SHAPE_AUTO:
      break;
    case SPECGEN_SHAPE_CONFIG:
      wanted.shape = specgen::PluginShape::kConfig;
      break;
    case SPECGEN_SHAPE_STORED:
      wanted.shape = specgen::PluginShape::kStored;
      break;
    case SPECGEN_SHAPE_INSPECT:
      wanted.shape = specgen::PluginShape::kInspect;
      break;
    default:
      return Fail(SPECGEN_USAGE, "there is no such shape");
  }
  wanted.restarted = request.restarted != 0;
  wanted.set = answer->set;
  if (request.plugin_name != nullptr) wanted.plugin_name = request.plugin_name;
  if (request.id != nullptr) wanted.id = request.id;
  if (request.rootfs != nullptr) wanted.rootfs = request.rootfs;
  if (request.lib_root != nullptr) wanted.lib_root = request.lib_root;
  wanted.exec_root = Optional(request.exec_root);
  wanted.metrics_socket = Optional(request.metrics_socket)
                              .value_or(specgen::MetricsSocketOn(
                                  engine->host->facts, wanted.exec_root, ""));
  roots.Apply(engine->host->files, &wanted);
  engine->generator.Generate(wanted, &answer->answer);
  answer->spec = answer->answer.spec();
  answer->presumed = engine->presumed;
  answer->directories.clear();
  for (const specgen::PlannedFolder& directory : answer->answer.plan()) {
    answer->directories.emplace_back(directory.path);
  }
  specgen_status status = SPECGEN_OK;
  if (answer->answer.outcome() != Outcome::kSpec) {
    status = answer->answer.outcome() == Outcome::kCrashed ? SPECGEN_CRASHED
             : answer->answer.stage() == Stage::kDecode    ? SPECGEN_BAD_INPUT
                                                           : SPECGEN_REFUSED;
    status = Fail(status, answer->answer.message());
  }
  answer->is_there = status != SPECGEN_NO_MEMORY;
  return status;
}

}  // namespace

int specgen_abi_version(void) { return SPECGEN_ABI_VERSION; }

const char* specgen_last_error(void) { return specgen::LastError(); }

size_t specgen_engine_count(void) { return specgen::AllReleases().size(); }

const char* specgen_engine_name(size_t i) {
  const auto releases = specgen::AllReleases();
  // The table's names are literals, which end with a NUL.
  return i < releases.size() ? releases[i].name.data() : nullptr;
}

specgen_status specgen_generator_new(const char* engine, const char* host_json,
                                     size_t host_json_size,
                                     specgen_generator** generator) {
  return Guard([&] {
    if (generator == nullptr) {
      return Fail(SPECGEN_USAGE, "there is nowhere to put the generator");
    }
    *generator = nullptr;
    specgen::NamedEngine named = {&specgen::DefaultRelease(), "", ""};
    if (engine != nullptr) {
      absl::StatusOr<specgen::NamedEngine> found = specgen::FindEngine(engine);
      if (!found.ok()) return Fail(SPECGEN_USAGE, found.status().message());
      named = *std::move(found);
    }
    std::unique_ptr<specgen::Host> host;
    if (host_json == nullptr) {
      host = std::make_unique<specgen::LiveHost>();
    } else {
      absl::StatusOr<std::unique_ptr<specgen::HostSnapshot>> snapshot =
          specgen::HostSnapshot::Parse({host_json, host_json_size},
                                       "host facts");
      if (!snapshot.ok()) {
        return Fail(SPECGEN_BAD_INPUT, snapshot.status().message());
      }
      host = *std::move(snapshot);
    }
    *generator = new specgen_generator(named, std::move(host));
    return SPECGEN_OK;
  });
}

void specgen_generator_free(specgen_generator* generator) { delete generator; }

const char* specgen_generator_release(const specgen_generator* generator) {
  return generator == nullptr ? "" : generator->release_name.c_str();
}

specgen_answer* specgen_answer_new(void) {
  specgen_answer* answer = nullptr;
  Guard([&] {
    answer = new specgen_answer();
    return SPECGEN_OK;
  });
  return answer;
}

void specgen_answer_free(specgen_answer* answer) { delete answer; }

specgen_status specgen_generate(const specgen_generator* generator,
                                const specgen_request* request,
                                specgen_answer* answer) {
  if (answer != nullptr) answer->is_there = false;
  return Guard([&] {
    if (generator == nullptr || request == nullptr || answer == nullptr) {
      return Fail(SPECGEN_USAGE, "generator, request or answer is NULL");
    }
    // A program built for a later version may set fields unknown here, one for
    // an earlier version has fewer.
    if (request->struct_size < kFirstSize) {
      return Fail(SPECGEN_USAGE, "struct_size is not set");
    }
    if (request->plugin == nullptr) {
      return Fail(SPECGEN_USAGE, "there is no plugin");
    }
    specgen_request known = {};
    std::memcpy(&known, request, std::min(request->struct_size, sizeof(known)));
    return Generate(*generator, known, answer);
  });
}

const char* specgen_answer_spec(const specgen_answer* answer, size_t* size) {
  if (answer == nullptr || !answer->is_there) return NoText(size);
  return Text(answer->spec, size);
}

const char* specgen_answer_message(const specgen_answer* answer, size_t* size) {
  if (answer == nullptr || !answer->is_there) return NoText(size);
  return Text(answer->answer.message(), size);
}

const char* specgen_answer_position(const specgen_answer* answer) {
  if (answer == nullptr || !answer->is_there) return "";
  return answer->answer.position().c_str();
}

specgen_stage specgen_answer_stage(const specgen_answer* answer) {
  if (answer == nullptr || !answer->is_there) return SPECGEN_STAGE_DECODE;
  switch (answer->answer.stage()) {
    case Stage::kDecode:
      return SPECGEN_STAGE_DECODE;
    case Stage::kSettings:
      return SPECGEN_STAGE_SETTINGS;
    case Stage::kSpec:
      return SPECGEN_STAGE_SPEC;
  }
  return SPECGEN_STAGE_DECODE;
}

const char* specgen_answer_presumed(const specgen_answer* answer) {
  if (answer == nullptr || !answer->is_there) return "";
  return answer->presumed.c_str();
}

size_t specgen_answer_folder_count(const specgen_answer* answer) {
  return answer == nullptr || !answer->is_there ? 0
                                                : answer->directories.size();
}

const char* specgen_answer_folder(const specgen_answer* answer, size_t i,
                                  size_t* size, uint32_t* mode) {
  if (i >= specgen_answer_folder_count(answer)) {
    if (size != nullptr) *size = 0;
    return nullptr;
  }
  if (mode != nullptr) *mode = answer->answer.plan()[i].mode;
  return Text(answer->directories[i], size);
}
