// A request as a line of JSON: read alike in a batch and from recorded
// requests. Its form stands in record_format.h.
#ifndef SPECGEN_BATCH_JSON_REQUEST_H_
#define SPECGEN_BATCH_JSON_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/base/arena.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/batch/set_calls.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/specgen.h"

namespace specgen {

// Reads one line after the other into the same memory. What it gives out points
// into the line and into this, until the next Read. Not thread-safe.
class JsonRequest {
 public:
  JsonRequest() = default;
  JsonRequest(const JsonRequest&) = delete;
  JsonRequest& operator=(const JsonRequest&) = delete;

  // Reads `line`. What it does not say is as in `defaults`, whose shape is that
  // of a plugin in "config_text" and "config_b64". False: it is no request, and
  // message() and column() say why.
  bool Read(std::string_view line, const Request& defaults = Request());

  // All but the plugin if that is in tokens().
  const Request& request() const { return request_; }
  // The plugin, if it stands in the line as it is; else null.
  const JsonTokens* tokens() const {
    return source_ == Source::kTokens ? &tokens_ : nullptr;
  }
  std::string_view name() const { return name_; }  // JSON; "" for none
  // Nothing: it names none.
  std::optional<std::string_view> engine() const { return engine_; }
  // Ranges of engines that all answer; none unless there are "engines".
  const std::vector<std::string>& engines() const { return engines_; }
  bool has_metrics_socket() const { return has_metrics_socket_; }
  // What request() lacks of dockerd's roots.
  DockerdRoots& roots() { return roots_; }
  // As Go calls it; "" for none.
  std::string_view architecture() const { return architecture_; }

  const std::string& message() const { return message_; }
  // In bytes of the line, from 1, if what is wrong has a place.
  std::optional<size_t> column() const { return column_; }

  // Looks through tokens(), which Read does not: whoever decodes the plugin
  // does. False: it is no JSON, and message() and column() say why.
  bool CheckTokens();

  // Gives back memory beyond what usual requests need.
  void Shrink();

 private:
  // Where the plugin is.
  enum class Source : uint8_t { kNone, kTokens, kText };

  void Clear(const Request& defaults);
  // Each reads a value; false: the request cannot be one. A syntax error may be
  // recorded by the reader alone.
  bool ReadMember(std::string_view key, JsonReader* reader);
  template <typename Text>
  bool ReadText(std::string_view key, JsonReader* reader, Text* text);
  // Of `key`, which must be the only one that gives a plugin.
  bool StartPlugin(std::string_view key, const JsonReader& reader);
  bool ReadPlugin(bool stored, JsonReader* reader);
  bool ReadPluginText(std::string_view key, JsonReader* reader);
  bool ReadEngines(JsonReader* reader);
  bool ReadArchitecture(JsonReader* reader);
  bool ReadShape(JsonReader* reader);
  bool ReadSet(JsonReader* reader);
  bool ReadSetCall(JsonReader* reader);
  bool ReadRestarted(JsonReader* reader);
  // Puts together what the members said.
  bool Finish(const Request& defaults);

  // Both record what is wrong, and are false.
  bool Wrong(const JsonReader& reader, std::string message);
  bool WrongSyntax(const JsonProblem& problem);

  JsonIndex index_;
  Arena arena_;
  std::string decoded_;  // of config_b64

  std::string_view name_;
  std::optional<std::string_view> engine_;
  std::vector<std::string> engines_;
  bool has_engines_ = false;
  Request request_;
  Source source_ = Source::kNone;
  std::string_view plugin_key_;  // if that is not kNone
  JsonTokens tokens_;
  bool tokens_are_stored_ = false;  // of "plugin", not "config"
  std::optional<PluginShape> shape_;
  std::optional<PluginShape> null_shape_;  // of "config" or "plugin": null
  std::vector<std::string_view> set_;
  SetCalls set_calls_;
  bool has_lib_root_ = false;
  bool has_metrics_socket_ = false;
  DockerdRoots roots_;
  std::string_view architecture_;
  std::string message_;
  std::optional<size_t> column_;
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_JSON_REQUEST_H_
