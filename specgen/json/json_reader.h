// Reads JSON as Go's encoding/json does, over the tokens of a JsonIndex.
#ifndef SPECGEN_JSON_JSON_READER_H_
#define SPECGEN_JSON_JSON_READER_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "specgen/base/arena.h"
#include "specgen/base/simd.h"
#include "specgen/json/json_index.h"

namespace specgen {

// What stands at a token.
enum class JsonKind : uint8_t {
  kObject,
  kArray,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kNothing,  // the text ended, or what stands there is no value
};

// "an object", "a number", ...
std::string_view JsonKindName(JsonKind kind);

// What is wrong with a text, in the order in which Go lets one win over
// another: Go checks the syntax of the whole text before it decodes anything,
// then keeps the first type error and goes on; an Unmarshaler's error or crash
// ends the decoding at once.
struct JsonProblem {
  enum class Kind : uint8_t { kNone, kType, kAbort, kCrash, kSyntax };
  Kind kind = Kind::kNone;
  size_t offset = 0;  // into the indexed text
  std::string message;
};

// A cursor over a text. Decoders call Enter/Next/Leave for what they know and
// Skip for the rest; every token is checked exactly once on the way. After a
// syntax error all calls do nothing and report the end.
//
// An object:                        An array:
//   if (r.EnterObject())              if (r.EnterArray())
//     while (r.NextKey(&key))           while (r.NextItem())
//       ...one value...                   ...one value...
class JsonReader {
 public:
  // Deepest nesting that Go takes (encoding/json maxNestingDepth).
  static constexpr size_t kMaxDepth = 10000;

  // Strings with escapes are unescaped into `arena`. The tokens stand inside of
  // `depth` objects and lists that are not theirs.
  JsonReader(const JsonTokens& tokens, Arena* arena, size_t depth = 0)
      : text_(tokens.text),
        tokens_(tokens.offsets),
        count_(tokens.count),
        index_(tokens.index),
        depth_(depth),
        arena_(arena) {}
  JsonReader(const JsonIndex& index, Arena* arena)
      : JsonReader(index.all(), arena) {}

  // What the next value is.
  JsonKind Peek() const { return KindOf(At(next_)); }
  // Of a token that starts so.
  static JsonKind KindOf(char first) {
    return kKindOf[static_cast<uint8_t>(first)];
  }
  // Where it stands.
  size_t offset() const { return OffsetOf(next_); }
  // Inside of an object: where the key of the next member stands.
  size_t key_offset() const { return OffsetOf(next_ + (fresh_ ? 0 : 1)); }

  // The next value must be of that kind.
  bool EnterObject();
  bool EnterArray();
  // Moves to the next member or item; at the end, leaves and returns false.
  // A key with escapes is unescaped.
  bool NextKey(std::string_view* key) {
    // The usual ways: a comma, a key and a colon, all in place, or the end.
    const char first = At(next_);
    if (first == '}') return LeaveInner();
    const size_t at = next_ + (fresh_ ? 0 : 1);
    if ((fresh_ || first == ',') && At(at) == '"' && PlainString(at, key) &&
        At(at + 1) == ':') {
      next_ = at + 2;
      fresh_ = false;
      return true;
    }
    return NextKeySlowly(key);
  }
  bool NextItem() {
    const char first = At(next_);
    if (first == ']') return LeaveInner();
    if (!fresh_ && first == ',' && At(next_ + 1) != ']') {
      ++next_;
      return true;
    }
    if (fresh_ && next_ < count_) {
      fresh_ = false;
      return true;
    }
    return NextItemSlowly();
  }

  // The same as calls: `member(key)` and `item()` must pass over one value.
  template <typename Member>
  void Members(Member member) {
    if (!EnterObject()) return;
    std::string_view key;
    while (NextKey(&key)) member(key);
  }
  template <typename Item>
  void Items(Item item) {
    if (!EnterArray()) return;
    while (NextItem()) item();
  }

  // The value of the next string. False after a syntax error.
  bool String(std::string_view* value) {
    if (At(next_) == '"' && PlainString(next_, value)) {
      ++next_;
      return true;
    }
    return StringSlowly(value);
  }
  // The text of the next number.
  bool Number(std::string_view* text);
  // Passes over the next value, whatever it is, and checks it.
  // The text of the value goes to `raw` if given.
  void Skip(std::string_view* raw = nullptr);
  // Passes over the next value without checking more than that its brackets
  // close, and returns it, to be read by a reader of its own. False after a
  // syntax error.
  bool SetAside(JsonTokens* value);
  // Passes over true, false or null (which Peek() has seen).
  void SkipLiteral();

  // Passes over tokens that were read and checked by another reader.
  void PassOver(size_t tokens) { next_ += tokens; }

  // Goes back to the first token, so that the text can be decoded in another
  // way. Problems of the first way are forgotten unless they are of syntax.
  void Restart();

  // Checks that nothing follows the value that was read.
  void ExpectEnd();

  // Records a problem, unless one is there that wins.
  void Problem(JsonProblem::Kind kind, size_t offset, std::string message);
  bool ok() const { return problem_.kind == JsonProblem::Kind::kNone; }
  bool syntax_ok() const { return problem_.kind != JsonProblem::Kind::kSyntax; }
  const JsonProblem& problem() const { return problem_; }

  // Tokens looked at so far: a measure of work that does not depend on the
  // machine.
  size_t work() const { return next_; }

  // What is still to be read.
  JsonTokens rest() const {
    return {text_, offset(), tokens_ + next_, count_ - next_, index_};
  }

  Arena* arena() const { return arena_; }

 private:
  static const std::array<JsonKind, 256> kKindOf;

  // Passes over the end of an object or list.
  bool LeaveInner() {
    ++next_;
    --depth_;
    fresh_ = false;
    return false;
  }
  bool NextKeySlowly(std::string_view* key);
  bool NextItemSlowly();
  bool StringSlowly(std::string_view* value);

  // The string whose quote is at `token`, if it has no escapes and is not at
  // the end of the text; false says nothing. Does not move.
  bool PlainString(size_t token, std::string_view* value) const {
    constexpr size_t kStep = 16;
    const size_t begin = tokens_[token] + size_t{1};
    const char* const text = text_.data() + begin;
    // What follows the closing quote may be anything, up to the end of the
    // text.
    for (size_t size = 0;; size += kStep) {
      if (begin + size + kStep > text_.size()) return false;
      const Bytes16 bytes = Bytes16::Load(text + size);
      const uint32_t quote = bytes.Matches('"');
      const uint32_t backslash = bytes.Matches('\\');
      // The bits below the first quote.
      if ((backslash & (quote - 1) & ~quote) != 0) return false;
      if (quote != 0) {
        *value = {text, size + static_cast<size_t>(std::countr_zero(quote))};
        return true;
      }
    }
  }

  void Syntax(size_t offset, const char* message);
  // Passes over the bracket that opens an object or a list.
  bool Enter(char bracket, const char* otherwise);
  size_t OffsetOf(size_t token) const {
    return token < count_ ? tokens_[token] : text_.size();
  }
  char At(size_t token) const {
    return token < count_ ? text_[tokens_[token]] : '\0';
  }
  // The body of the string at the next token, and moves past it.
  std::string_view StringBody();
  bool CheckedString(bool want, std::string_view* value);
  // Checks a literal or number at the next token and moves past it; returns
  // its text.
  std::string_view Scalar();

  std::string_view text_;
  const uint32_t* tokens_;
  size_t count_;
  const JsonIndex* index_;
  size_t next_ = 0;
  size_t depth_;
  // After an opening bracket or brace, and before the first member or item.
  bool fresh_ = false;
  Arena* arena_;
  JsonProblem problem_;
};

// "LINE:COL" of an offset into `tokens.text`, counted from their start, in the
// text as it was given to be indexed.
std::string LineAndColumn(const JsonTokens& tokens, size_t offset);

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_READER_H_
