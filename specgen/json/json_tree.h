// A whole JSON text as a tree that knows where everything stands: for commands
// that say what is wrong with a text, and where.
//
// The generator does not use it: it decodes what it needs straight from a
// JsonReader, which is many times faster.
#ifndef SPECGEN_JSON_JSON_TREE_H_
#define SPECGEN_JSON_JSON_TREE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/text_position.h"

namespace specgen {

// A value. Members of an object stand in the order of the text, repeated keys
// too.
struct JsonNode {
  JsonKind kind = JsonKind::kNothing;
  size_t offset = 0;            // of the value, into the tree's text
  size_t key_offset = 0;        // of its key, if it is a member
  std::string_view key;         // of a member, unescaped
  std::string_view text;        // a string, unescaped; a number as written
  std::vector<JsonNode> items;  // of an object or a list
  const JsonNode* parent = nullptr;

  bool is(JsonKind wanted) const { return kind == wanted; }
  bool is_true() const { return kind == JsonKind::kTrue; }

  // The member of that very key; of a repeated one the last, as JSON's readers
  // take it. Null if there is none or this is no object.
  const JsonNode* Find(std::string_view wanted) const;
  // The same, along keys: Find("a")->Find("b").
  const JsonNode* Find(std::string_view first, std::string_view second) const;
  // How many members Find has looked at on this thread: for tests of code that
  // must not look for each of many members among all of them.
  static size_t& looked_at();
  // The items of a list; none of all else.
  const std::vector<JsonNode>& List() const;
  // Of a string; "" of all else.
  std::string_view String() const;
  // Of the member `wanted` that is a string.
  std::string_view String(std::string_view wanted) const;

  // RFC 6901: "/mounts/0/source"; "" is the root.
  std::string Pointer() const;
};

// A parsed text. Immutable.
class JsonTree {
 public:
  // What the generator takes: commands that look at a config take no less.
  static constexpr size_t kMaxSize = JsonIndex::kMaxSize;
  // Far above any spec: each value takes some 90 bytes, whatever its text
  // takes.
  static constexpr size_t kMaxValues = size_t{1} << 20;
  // Far above any config: what an engine makes of each value takes more.
  static constexpr size_t kMaxConfigValues = size_t{1} << 18;

  // Parses `text`, which the tree copies. Fails (kInvalidArgument) with
  // "`name`:LINE:COL: what is wrong". Takes what Go's encoding/json takes.
  static absl::StatusOr<std::unique_ptr<JsonTree>> Parse(
      std::string_view text, std::string_view name,
      size_t max_values = kMaxValues);
  // Fails like Parse if there are too many values, and says nothing of what
  // else may be wrong. Takes little memory.
  static absl::Status CheckValues(std::string_view text, std::string_view name,
                                  size_t max_values);

  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;

  const JsonNode& root() const { return root_; }
  TextPosition Position(size_t offset) const;
  // The column in characters (code points), from 1.
  size_t CodePointColumn(size_t offset) const;
  // The offset of "LINE:COL"; the text's end if it is beyond.
  size_t Offset(std::string_view position) const;

 private:
  JsonTree() = default;

  std::string text_;
  JsonIndex index_;
  Arena arena_;
  JsonNode root_;
  LineTable lines_;
  // Characters before each block of kBlock bytes; empty if all are ASCII.
  static constexpr size_t kBlock = 1024;
  std::vector<size_t> characters_;

  size_t CharactersBefore(size_t offset) const;
};

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_TREE_H_
