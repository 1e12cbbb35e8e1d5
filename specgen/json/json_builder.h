// Makes the JSON that commands print for programs.
#ifndef SPECGEN_JSON_JSON_BUILDER_H_
#define SPECGEN_JSON_JSON_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "specgen/base/printable.h"
#include "specgen/json/json_writer.h"

namespace specgen {

// Writes values one after the other and puts the commas between them. The
// caller opens and closes objects and lists in pairs. Strings that are not
// UTF-8 get U+FFFD, so the output always is JSON; and since people look at it
// too, what is not printable stands in it as \uXXXX.
class JsonBuilder {
 public:
  JsonBuilder() : writer_(&out_) {}
  JsonBuilder(const JsonBuilder&) = delete;
  JsonBuilder& operator=(const JsonBuilder&) = delete;

  JsonBuilder& Object() { return Open('{'); }
  JsonBuilder& EndObject() { return Close('}'); }
  JsonBuilder& List() { return Open('['); }
  JsonBuilder& EndList() { return Close(']'); }

  JsonBuilder& Key(std::string_view key) {
    Comma();
    writer_.String(key);
    writer_.Raw(':');
    comma_ = false;
    return *this;
  }
  JsonBuilder& String(std::string_view text) {
    Comma();
    writer_.String(text);
    return *this;
  }
  JsonBuilder& Integer(int64_t value) {
    Comma();
    writer_.Integer(value);
    return *this;
  }
  // A member that is there only if it says something: what is "presumed" of an
  // engine.
  JsonBuilder& KeyIfAny(std::string_view key, std::string_view text) {
    return text.empty() ? *this : Key(key).String(text);
  }
  // A value that is JSON already.
  JsonBuilder& Json(std::string_view value) {
    Comma();
    writer_.Raw(value);
    return *this;
  }
  JsonBuilder& Bool(bool value) {
    Comma();
    writer_.Raw(value ? std::string_view("true") : std::string_view("false"));
    return *this;
  }
  template <typename List>
  JsonBuilder& Strings(const List& list) {
    Open('[');
    for (std::string_view item : list) String(item);
    return Close(']');
  }

  // The text, indented, with a line feed at the end. Ends the use of this.
  std::string Finish() {
    writer_.Finish();
    return PrintableJson(IndentJson(out_)) + "\n";
  }
  // The same without white space.
  std::string FinishCompact() {
    writer_.Finish();
    return PrintableJson(out_);
  }

 private:
  JsonBuilder& Open(char bracket) {
    Comma();
    writer_.Raw(bracket);
    comma_ = false;
    return *this;
  }
  JsonBuilder& Close(char bracket) {
    writer_.Raw(bracket);
    comma_ = true;
    return *this;
  }
  void Comma() {
    if (comma_) writer_.Raw(',');
    comma_ = true;
  }

  std::string out_;
  JsonWriter writer_;
  bool comma_ = false;
};

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_BUILDER_H_
