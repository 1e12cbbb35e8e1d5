#include "specgen/plugin/field_decoder.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
#include "specgen/json/go_string.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

void FieldDecoder::WrongType(const char* name, const char* wanted) {
  const JsonKind kind = r_.Peek();
  const size_t offset = r_.offset();
  r_.Skip();
  r_.Problem(JsonProblem::Kind::kType, offset,
             absl::StrCat(Named(name), " must be ", wanted, ", not ",
                          JsonKindName(kind)));
}

std::string FieldDecoder::Named(const char* name) const {
  return absl::StrCat(is_item_ ? "an item of \"" : "\"", name, "\"");
}

void FieldDecoder::Other(const char* name, const char* wanted) {
  if (r_.Peek() == JsonKind::kNull) {
    r_.SkipLiteral();
  } else {
    WrongType(name, wanted);
  }
}

void FieldDecoder::String(const char* name, std::string_view* value) {
  if (r_.Peek() == JsonKind::kString) {
    r_.String(value);
  } else {
    Other(name, "a string");
  }
}

void FieldDecoder::OptionalString(const char* name, std::string_view** value) {
  if (r_.Peek() == JsonKind::kNull) {
    *value = nullptr;
    r_.SkipLiteral();
    return;
  }
  if (*value == nullptr) *value = r_.arena()->New<std::string_view>();
  String(name, *value);
}

void FieldDecoder::Bool(const char* name, bool* value) {
  switch (r_.Peek()) {
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      *value = r_.Peek() == JsonKind::kTrue;
      r_.SkipLiteral();
      break;
    default:
      Other(name, "true or false");
  }
}

void FieldDecoder::Uint32(const char* name, uint32_t* value) {
  if (r_.Peek() != JsonKind::kNumber) {
    Other(name, "a number");
    return;
  }
  const size_t offset = r_.offset();
  std::string_view text;
  if (!r_.Number(&text)) return;
  uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    r_.Problem(JsonProblem::Kind::kType, offset,
               absl::StrCat(
                   Named(name),
                   " must be a whole number from 0 to 4294967295, not ", text));
    return;
  }
  *value = number;
}

void FieldDecoder::InterfaceType(std::string_view* type) {
  if (behaviour_.interface_types == InterfaceTypes::kText) {
    String("types", type);
    return;
  }
  // PluginInterfaceType.UnmarshalJSON gets the raw value (moby
  // api/types/plugin_responses.go): it takes anything in quotes, cuts it at the
  // first slash and at the last dot before that, and never looks for the case
  // that the slash comes first: it then slices from 1 to 0.
  const size_t offset = r_.offset();
  std::string_view raw;
  r_.Skip(&raw);
  if (raw.empty()) return;
  if (raw[0] != '"') {
    r_.Problem(JsonProblem::Kind::kAbort, offset,
               absl::StrCat(Quote(raw), " is not a plugin interface type"));
    return;
  }
  *type = raw.substr(1, raw.size() - 2);
  if (absl::StartsWith(*type, "/")) {
    r_.Problem(JsonProblem::Kind::kCrash, offset,
               "runtime error: slice bounds out of range [1:0]");
  }
}

// `item` decodes an element, whose size is `element`.
template <typename Item>
void FieldDecoder::List(const char* name, SliceBase* list, size_t element,
                        Item item) {
  if (r_.Peek() != JsonKind::kArray) {
    if (r_.Peek() == JsonKind::kNull) list->SetNil();
    Other(name, "a list");
    return;
  }
  size_t i = 0;
  r_.Items([&] {
    is_item_ = true;
    item(list->ExtendBytes(r_.arena(), i++, element));
  });
  is_item_ = false;
  if (i == 0) {
    list->SetEmpty();
  } else {
    list->Truncate(i);
  }
}

void FieldDecoder::Value(const Field& field, void* object) {
  // Of ignored fields, all that goes on is a string or a list.
  std::string_view ignored_string;
  StringList ignored_list;
  char* const at = static_cast<char*>(object) + field.offset;
  const bool ignored = field.offset == Field::kIgnored;
  SliceBase* const list =
      ignored ? &ignored_list : reinterpret_cast<SliceBase*>(at);
  const bool known = (field.keys & (behaviour_.keys | Field::kAlways)) != 0;
  switch (known ? field.type : FieldType::kNone) {
    case FieldType::kNone:
      r_.Skip();
      break;
    case FieldType::kString:
      String(field.name, ignored ? &ignored_string
                                 : reinterpret_cast<std::string_view*>(at));
      break;
    case FieldType::kOptionalString:
      OptionalString(field.name, reinterpret_cast<std::string_view**>(at));
      break;
    case FieldType::kBool:
      Bool(field.name, reinterpret_cast<bool*>(at));
      break;
    case FieldType::kUint32:
      Uint32(field.name, reinterpret_cast<uint32_t*>(at));
      break;
    case FieldType::kStrings:
      List(field.name, list, sizeof(std::string_view), [&](void* item) {
        String(field.name, static_cast<std::string_view*>(item));
      });
      break;
    case FieldType::kInterfaceTypes:
      List(field.name, list, sizeof(std::string_view), [&](void* item) {
        InterfaceType(static_cast<std::string_view*>(item));
      });
      break;
    case FieldType::kObject:
      Object(field.name, *field.schema, at);
      break;
    case FieldType::kObjects:
      List(field.name, list, field.schema->size,
           [&](void* item) { Object(field.name, *field.schema, item); });
      break;
  }
}

}  // namespace specgen
