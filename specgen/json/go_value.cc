#include "specgen/json/go_value.h"

#include <charconv>
#include <limits>

#include "absl/strings/str_cat.h"
#include "specgen/json/go_string.h"

namespace specgen {
namespace {

const GoValue& ZeroValue() {
  static const GoValue* const zero = new GoValue();
  return *zero;
}

std::string_view KindName(GoKind kind, GoForm form) {
  if (form == GoForm::kList) return "a list";
  switch (kind) {
    case GoKind::kString:
      return "a string";
    case GoKind::kBool:
      return "true or false";
    case GoKind::kMap:
    case GoKind::kStruct:
      return "an object";
    default:
      return "a number";
  }
}

void WrongType(JsonReader* reader, const GoField& field, GoForm form) {
  const JsonKind kind = reader->Peek();
  const size_t offset = reader->offset();
  reader->Skip();
  reader->Problem(
      JsonProblem::Kind::kType, offset,
      absl::StrCat("\"", field.key, "\" must be ", KindName(field.kind, form),
                   ", not ", JsonKindName(kind)));
}

// Whether a number is a whole one in [low, high].
template <typename T>
bool InRange(std::string_view text, T low, T high) {
  T value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() &&
         value >= low && value <= high;
}

bool Fits(GoKind kind, std::string_view text) {
  constexpr uint64_t kZero = 0;
  switch (kind) {
    case GoKind::kInt32:
      return InRange<int64_t>(text, std::numeric_limits<int32_t>::min(),
                              std::numeric_limits<int32_t>::max());
    case GoKind::kInt64:
      return InRange(text, std::numeric_limits<int64_t>::min(),
                     std::numeric_limits<int64_t>::max());
    case GoKind::kUint8:
      return InRange<uint64_t>(text, kZero, 0xFF);
    case GoKind::kUint16:
      return InRange<uint64_t>(text, kZero, 0xFFFF);
    case GoKind::kUint32:
      return InRange<uint64_t>(text, kZero, 0xFFFFFFFF);
    default:
      return InRange(text, kZero, std::numeric_limits<uint64_t>::max());
  }
}

}  // namespace

const GoValue& GoValue::operator[](size_t i) const {
  return i < size_ ? items_[i] : ZeroValue();
}

void GoValue::Decode(JsonReader* reader, const GoField& field) {
  const bool null = reader->Peek() == JsonKind::kNull;
  switch (field.form) {
    case GoForm::kPlain:
      DecodePlain(reader, field);
      break;
    case GoForm::kPointer:
      if (null) {
        *this = GoValue();
        reader->SkipLiteral();
      } else {
        nil_ = false;
        DecodePlain(reader, field);
      }
      break;
    case GoForm::kList: {
      if (null) {
        *this = GoValue();
        reader->SkipLiteral();
        break;
      }
      if (reader->Peek() != JsonKind::kArray) {
        WrongType(reader, field, GoForm::kList);
        break;
      }
      nil_ = false;
      GoField item = field;
      item.form = GoForm::kPlain;
      reader->EnterArray();
      size_t i = 0;
      while (reader->NextItem()) {
        if (i >= items_.size()) items_.emplace_back();
        items_[i++].Decode(reader, item);
      }
      if (i == 0) items_.clear();
      size_ = i;
      break;
    }
  }
}

void GoValue::DecodeNumber(JsonReader* reader, const GoField& field) {
  const size_t offset = reader->offset();
  std::string_view number;
  if (!reader->Number(&number)) return;
  if (!Fits(field.kind, number)) {
    reader->Problem(JsonProblem::Kind::kType, offset,
                    absl::StrCat("\"", field.key, "\" cannot be ", number));
    return;
  }
  // The one whole number that can be written in two ways is 0.
  text_ = number == "0" || number == "-0" ? std::string_view() : number;
}

void GoValue::DecodePlain(JsonReader* reader, const GoField& field) {
  const JsonKind kind = reader->Peek();
  if (kind == JsonKind::kNull) {
    if (field.kind == GoKind::kMap) *this = GoValue();
    reader->SkipLiteral();
    return;
  }
  switch (field.kind) {
    case GoKind::kString: {
      if (kind != JsonKind::kString) break;
      std::string_view value;
      if (reader->String(&value)) text_ = value;
      return;
    }
    case GoKind::kBool:
      if (kind != JsonKind::kTrue && kind != JsonKind::kFalse) break;
      truth_ = kind == JsonKind::kTrue;
      reader->SkipLiteral();
      return;
    case GoKind::kMap: {
      if (kind != JsonKind::kObject) break;
      nil_ = false;
      const GoField value_field = {field.key, GoKind::kString, GoForm::kPlain,
                                   false};
      reader->EnterObject();
      std::string_view key;
      while (reader->NextKey(&key)) {
        // Each value is decoded into a new string, so null makes it empty.
        const std::string owned(key);
        GoValue value;
        value.Decode(reader, value_field);
        map_[owned] = value.text_;
      }
      return;
    }
    case GoKind::kStruct: {
      if (kind != JsonKind::kObject) break;
      if (items_.empty()) items_.resize(field.fields.size());
      size_ = items_.size();
      reader->EnterObject();
      std::string_view key;
      while (reader->NextKey(&key)) {
        size_t found = field.fields.size();
        for (size_t i = 0; i < field.fields.size(); ++i) {
          if (NamesField(key, field.fields[i].key)) found = i;
        }
        if (found == field.fields.size()) {
          reader->Skip();
        } else {
          items_[found].Decode(reader, field.fields[found]);
        }
      }
      return;
    }
    default:
      if (kind != JsonKind::kNumber) break;
      DecodeNumber(reader, field);
      return;
  }
  WrongType(reader, field, GoForm::kPlain);
}

bool GoValue::IsEmpty(const GoField& field) const {
  if (field.form == GoForm::kPointer) return nil_;
  if (field.form == GoForm::kList) return size_ == 0;
  switch (field.kind) {
    case GoKind::kBool:
      return !truth_;
    case GoKind::kMap:
      return map_.empty();
    case GoKind::kStruct:
      return false;
    default:
      return text_.empty();
  }
}

void GoValue::Encode(const GoField& field, JsonWriter* writer) const {
  switch (field.form) {
    case GoForm::kPlain:
      EncodePlain(field, writer);
      break;
    case GoForm::kPointer:
      if (nil_) {
        writer->Raw("null");
      } else {
        EncodePlain(field, writer);
      }
      break;
    case GoForm::kList:
      if (nil_) {
        writer->Raw("null");
        break;
      }
      writer->Raw('[');
      for (size_t i = 0; i < size_; ++i) {
        if (i > 0) writer->Raw(',');
        items_[i].EncodePlain(field, writer);
      }
      writer->Raw(']');
      break;
  }
}

void GoValue::EncodePlain(const GoField& field, JsonWriter* writer) const {
  switch (field.kind) {
    case GoKind::kString:
      writer->String(text_);
      break;
    case GoKind::kBool:
      writer->Raw(truth_ ? std::string_view("true")
                         : std::string_view("false"));
      break;
    case GoKind::kMap: {
      if (nil_) {
        writer->Raw("null");
        break;
      }
      char open = '{';
      for (const auto& [key, value] : map_) {
        writer->Raw(open);
        open = ',';
        writer->String(key);
        writer->Raw(':');
        writer->String(value);
      }
      if (open == '{') writer->Raw('{');
      writer->Raw('}');
      break;
    }
    case GoKind::kStruct: {
      writer->Raw('{');
      bool comma = false;
      for (size_t i = 0; i < field.fields.size(); ++i) {
        const GoField& member = field.fields[i];
        const GoValue& value = (*this)[i];
        if (member.omits_empty && value.IsEmpty(member)) continue;
        if (comma) writer->Raw(',');
        comma = true;
        writer->String(member.key);
        writer->Raw(':');
        value.Encode(member, writer);
      }
      writer->Raw('}');
      break;
    }
    default:
      writer->Raw(text_.empty() ? std::string_view("0")
                                : std::string_view(text_));
  }
}

}  // namespace specgen
