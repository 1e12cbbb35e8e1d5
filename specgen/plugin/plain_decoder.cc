#include "specgen/plugin/plain_decoder.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "specgen/base/arena.h"
#include "specgen/base/simd.h"
#include "specgen/plugin/field_decoder.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_schema.h"

namespace specgen {
namespace {

// How deep the schemas go. Values deeper than JsonReader::kMaxDepth less this,
// at which only a reader of the whole text can tell, are unusual.
constexpr size_t kMostDepth = 16;

// Decodes values of the type that the schema gives them; one of another type
// goes to a FieldDecoder. It is fast because it is small enough to stay in the
// processor's instruction cache, and because the place in the tokens is passed
// on from function to function, which keeps it in a register.
//
// The last token is a closing brace (DecodePlainConfig sees to that). So every
// token but a closing brace has one behind it, and only behind a brace the end
// must be looked for.
class PlainDecoder {
 public:
  PlainDecoder(const JsonTokens& tokens, Arena* arena,
               const Behaviour& behaviour)
      : text_(tokens.text.data()),
        text_end_(tokens.text.data() + tokens.text.size()),
        last_key_(text_end_ - kLongestKey),
        end_(tokens.offsets + tokens.count),
        backslash_(FindBackslash(text_ + tokens.start)),
        keys_(behaviour.keys | Field::kAlways),
        arena_(arena),
        behaviour_(behaviour) {}

  // Decodes the members of an object, whose brace stands before `next`. Returns
  // the token behind it; null: something is unusual.
  const uint32_t* Object(const Schema& schema, char* object,
                         const uint32_t* next);

 private:
  // The same for a list.
  const uint32_t* List(const Field& field, SliceBase* list,
                       const uint32_t* next);
  const uint32_t* Strings(SliceBase* list, const uint32_t* next);
  const uint32_t* Objects(const Schema& schema, SliceBase* list,
                          const uint32_t* next);
  // Whether one of the interface types makes the engine crash. Without escapes,
  // raw ones are what they are as strings.
  bool HasOddType(const SliceBase& list) const;
  // Any value, by a FieldDecoder.
  [[gnu::noinline, gnu::cold]] const uint32_t* Value(const Field& field,
                                                     char* object,
                                                     const uint32_t* next);

  const char* FindBackslash(const char* from) const {
    const void* const found =
        std::memchr(from, '\\', static_cast<size_t>(text_end_ - from));
    return found == nullptr ? text_end_ : static_cast<const char*>(found);
  }

  // Whether a string without escapes is next.
  bool IsPlainString(const uint32_t* next) const {
    return text_[next[0]] == '"' && text_ + next[1] <= backslash_;
  }
  // It.
  std::string_view PlainString(const uint32_t* next) const {
    const char* const begin = text_ + next[0] + 1;
    return {begin, ClosingQuote(text_ + next[1])};
  }
  // The quote that closes the string before the token at `behind`: the last
  // byte before it, but for white space. Stage 1 has found both.
  const char* ClosingQuote(const char* behind) const {
    return behind[-1] == '"' ? behind - 1 : ClosingQuoteBefore(behind - 1);
  }
  const char* ClosingQuoteBefore(const char* end) const;

  Key KeyOf(const char* key, const char* end) const {
    const size_t size = static_cast<size_t>(end - key);
    if (key > last_key_ || size - 1 >= kLongestKey) return OddKey(key, size);
    const KnownKey* const found = FindFoldedKey(key, size);
    return found != nullptr ? found->key : OddKey(key, size);
  }
  [[gnu::noinline]] Key OddKey(const char* key, size_t size) const {
    return FindKey({key, size}, static_cast<size_t>(text_end_ - key));
  }

  const char* const text_;
  const char* const text_end_;
  const char* const last_key_;  // behind it no whole kLongestKey can be read
  const uint32_t* const end_;
  const char* backslash_;  // the first that was not read; or the end
  const uint32_t keys_;
  Arena* const arena_;
  const Behaviour& behaviour_;
};

// The last quote before `end`.
const char* PlainDecoder::ClosingQuoteBefore(const char* end) const {
  // Most often there is a new line with its indentation.
  if (end - text_ >= 16) {
    const uint32_t quotes = Bytes16::Load(end - 16).Matches('"');
    if (quotes != 0) return end - 16 + (31 - std::countl_zero(quotes));
  }
  do {
    --end;
  } while (*end != '"');
  return end;
}

const uint32_t* PlainDecoder::Value(const Field& field, char* object,
                                    const uint32_t* next) {
  JsonReader reader({{text_, static_cast<size_t>(text_end_ - text_)},
                     0,
                     next,
                     static_cast<size_t>(end_ - next)},
                    arena_, kMostDepth);
  FieldDecoder(&reader, behaviour_).Value(field, object);
  if (!reader.ok()) return nullptr;
  next += reader.work();
  if (next == end_) return nullptr;
  if (backslash_ < text_ + *next) backslash_ = FindBackslash(text_ + *next);
  return next;
}

const uint32_t* PlainDecoder::List(const Field& field, SliceBase* list,
                                   const uint32_t* next) {
  if (text_[*next] == ']') {
    list->SetEmpty();
    return next + 1;
  }
  if (field.type == FieldType::kObjects) {
    return Objects(*field.schema, list, next);
  }
  next = Strings(list, next);
  if (field.type == FieldType::kInterfaceTypes && next != nullptr &&
      HasOddType(*list)) {
    return nullptr;
  }
  return next;
}

// The items of a list of strings.
const uint32_t* PlainDecoder::Strings(SliceBase* list, const uint32_t* next) {
  const uint32_t* behind = next;
  char comma;
  do {
    if (!IsPlainString(behind)) return nullptr;
    comma = text_[behind[1]];
    behind += 2;
  } while (comma == ',');
  if (comma != ']') return nullptr;
  auto* item = static_cast<std::string_view*>(
      list->ResizeBytes(arena_, static_cast<size_t>(behind - next) / 2,
                        sizeof(std::string_view)));
  for (; next != behind; next += 2) *item++ = PlainString(next);
  return behind;
}

bool PlainDecoder::HasOddType(const SliceBase& list) const {
  if (behaviour_.interface_types == InterfaceTypes::kText) return false;
  for (std::string_view type : static_cast<const StringList&>(list)) {
    if (!type.empty() && type[0] == '/') return true;
  }
  return false;
}

// The same for objects.
const uint32_t* PlainDecoder::Objects(const Schema& schema, SliceBase* list,
                                      const uint32_t* next) {
  size_t count = 0;
  for (;;) {
    if (text_[*next] != '{') return nullptr;
    void* const item = list->ExtendBytes(arena_, count++, schema.size);
    next = Object(schema, static_cast<char*>(item), next + 1);
    if (next == nullptr || next == end_) return nullptr;
    const char behind = text_[*next++];
    if (behind == ',') continue;
    list->Truncate(count);
    return behind == ']' ? next : nullptr;
  }
}

[[gnu::hot]] const uint32_t* PlainDecoder::Object(const Schema& schema,
                                                  char* object,
                                                  const uint32_t* next) {
  const char* const text = text_;
  if (text[*next] == '}') return next + 1;
  for (;;) {
    // A key and a colon, and what starts the value.
    const char* const key = text + next[0];
    if (*key != '"') return nullptr;
    const char* const colon = text + next[1];
    if (*colon != ':' || colon > backslash_) return nullptr;
    const Field& field = schema[KeyOf(key + 1, ClosingQuote(colon))];
    const FieldType type =
        (field.keys & keys_) != 0 ? field.type : FieldType::kNone;
    const char* const value = text + next[2];
    const char first = *value;
    next += 2;
    if (TakesString(type)) {
      // A string, or what is not looked at.
      const char* const behind = text + next[1];
      if (first == '"' && behind <= backslash_) {
        if (type != FieldType::kNone && field.offset != Field::kIgnored) {
          char* const at = object + field.offset;
          std::string_view* to = reinterpret_cast<std::string_view*>(at);
          if (type == FieldType::kOptionalString) {
            auto** const pointer = reinterpret_cast<std::string_view**>(at);
            if (*pointer == nullptr) *pointer = arena_->New<std::string_view>();
            to = *pointer;
          }
          *to = {value + 1, ClosingQuote(behind)};
        }
        next += 2;
        if (*behind == ',') continue;
        return *behind == '}' ? next : nullptr;
      }
      next = Value(field, object, next);
    } else if (first == '{' && type == FieldType::kObject) {
      next = Object(*field.schema, object + field.offset, next + 1);
      if (next == end_) return nullptr;
    } else if (first == '[' && IsList(type) &&
               field.offset != Field::kIgnored) {
      next = List(field, reinterpret_cast<SliceBase*>(object + field.offset),
                  next + 1);
    } else {
      next = Value(field, object, next);
    }
    if (next == nullptr) return nullptr;
    const char behind = text[*next++];
    if (behind == ',') continue;
    return behind == '}' ? next : nullptr;
  }
}

}  // namespace

[[gnu::hot]] bool DecodePlainConfig(JsonReader* reader,
                                    const Behaviour& behaviour,
                                    PluginConfig* config) {
  const JsonTokens tokens = reader->rest();
  const uint32_t* const next = tokens.offsets;
  if (tokens.count == 0 || tokens.text.size() < kLongestKey ||
      tokens.text[next[0]] != '{' ||
      tokens.text[next[tokens.count - 1]] != '}') {
    return false;
  }
  PlainDecoder decoder(tokens, reader->arena(), behaviour);
  if (decoder.Object(kConfigSchema, reinterpret_cast<char*>(config),
                     next + 1) != next + tokens.count) {
    return false;
  }
  reader->PassOver(tokens.count);
  return true;
}

}  // namespace specgen
