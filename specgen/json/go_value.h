// Values of Go structs that are described by a table: decoded from JSON and
// encoded again as encoding/json would.
//
// For structs that are only passed on, such as a base spec. What specgen knows
// itself has its own types, which are much faster.
#ifndef SPECGEN_JSON_GO_VALUE_H_
#define SPECGEN_JSON_GO_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"

namespace specgen {

enum class GoKind : uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kMap,     // map[string]string
  kStruct,  // see GoField::fields
};

enum class GoForm : uint8_t {
  kPlain,
  kPointer,
  kList,
};

// A field of a struct: its JSON key, its type, and whether it is left out when
// empty. Keys are unique under case folding.
struct GoField {
  std::string_view key;
  GoKind kind;
  GoForm form;
  bool omits_empty;
  absl::Span<const GoField> fields = {};  // of kStruct
};

// The value of one field, or of a whole struct. A new one is Go's zero value.
class GoValue {
 public:
  // Decodes the next value of `reader` into what is there, as encoding/json
  // does into a field of that type: objects are merged, a type error is
  // recorded and skipped. `key` names the field in messages.
  void Decode(JsonReader* reader, const GoField& field);

  // Writes the value as encoding/json does.
  void Encode(const GoField& field, JsonWriter* writer) const;

  // Whether omitempty leaves it out.
  bool IsEmpty(const GoField& field) const;

  // Whether a pointer, list or map is nil.
  bool is_nil() const { return nil_; }
  // Of a string.
  const std::string& text() const { return text_; }
  // Of a list: the elements. Of a struct: the fields, in the table's order, or
  // none if it is all zero.
  size_t size() const { return size_; }
  const GoValue& operator[](size_t i) const;

 private:
  void DecodePlain(JsonReader* reader, const GoField& field);
  void DecodeNumber(JsonReader* reader, const GoField& field);
  void EncodePlain(const GoField& field, JsonWriter* writer) const;

  bool nil_ = true;
  bool truth_ = false;
  std::string text_;  // of a string; of a number, its digits ("" for 0)
  std::map<std::string, std::string> map_;
  std::vector<GoValue> items_;  // may hold more than size_: see arena.h, Slice
  size_t size_ = 0;
};

// A struct's value with its table: members by their JSON keys, which the table
// has.
struct GoStruct {
  const GoValue& value;
  absl::Span<const GoField> fields;

  size_t IndexOf(std::string_view key) const {
    size_t i = 0;
    while (fields[i].key != key) ++i;
    return i;
  }
  const GoField& Field(std::string_view key) const {
    return fields[IndexOf(key)];
  }
  const GoValue& Member(std::string_view key) const {
    return value[IndexOf(key)];
  }
  // Of a struct, or a list of structs: the member with its own table.
  GoStruct Sub(std::string_view key) const {
    return {Member(key), Field(key).fields};
  }
};

}  // namespace specgen

#endif  // SPECGEN_JSON_GO_VALUE_H_
