// Decodes JSON into a plugin's structs as encoding/json does.
#ifndef SPECGEN_PLUGIN_FIELD_DECODER_H_
#define SPECGEN_PLUGIN_FIELD_DECODER_H_

#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_schema.h"

namespace specgen {

// Follows a Schema through a text, one value of which is next at `reader`.
// Whatever Go would refuse is recorded there.
class FieldDecoder {
 public:
  FieldDecoder(JsonReader* reader, const Behaviour& behaviour)
      : r_(*reader), behaviour_(behaviour) {}

  // An object into the struct at `object`. `name` is that of the field.
  void Object(const char* name, const Schema& schema, void* object) {
    Members(name, [&](Key key) { Value(schema[key], object); });
  }

  // The value of a field of the struct at `object`: null leaves it as it is (a
  // pointer or list becomes nil), a value of another type is a problem and is
  // skipped.
  void Value(const Field& field, void* object);

  // Calls `member(key)` for each member of the object that is next. It must
  // pass over the value.
  template <typename Member>
  void Members(const char* name, Member member) {
    if (r_.Peek() != JsonKind::kObject) {
      Other(name, "an object");
      return;
    }
    is_item_ = false;
    r_.Members([&](std::string_view key) {
      // A key with escapes was unescaped into memory of its own.
      member(FindKey(key, /*readable=*/key.size()));
    });
  }

  // Records that the next value should be of another type, and skips it.
  void WrongType(const char* name, const char* wanted);

 private:
  // Passes over null, and has WrongType for any other value.
  void Other(const char* name, const char* wanted);
  void String(const char* name, std::string_view* value);
  void OptionalString(const char* name, std::string_view** value);
  void Bool(const char* name, bool* value);
  void Uint32(const char* name, uint32_t* value);
  void InterfaceType(std::string_view* type);
  template <typename Item>
  void List(const char* name, SliceBase* list, size_t element, Item item);
  // How a message names the next value, which belongs to the field `name`.
  std::string Named(const char* name) const;

  JsonReader& r_;
  const Behaviour& behaviour_;
  bool is_item_ = false;  // the next value is one of a list
};

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_FIELD_DECODER_H_
