#include "specgen/json/json_index.h"

#include <algorithm>
#include <utility>

#include "specgen/base/no_memory.h"
#include "specgen/base/utf8.h"

namespace specgen {
namespace {

// simdjson wants some room; below this every text fits the first parser.
constexpr size_t kSmallestCapacity = 8 << 10;

constexpr size_t kPlaceStep = 1024;

// Takes the first character off `*text`: how long it is there, and how long as
// UTF-8. What is none is one byte long, and U+FFFD then.
std::pair<size_t, size_t> TakeCharacter(std::string_view* text) {
  char32_t rune;
  const size_t length = DecodeRune(*text, &rune);
  text->remove_prefix(length);
  return {length, length == 1 && rune == 0xFFFD ? 3 : length};
}

// How large the text is in which each byte that is no UTF-8 is U+FFFD.
size_t CorrectedSize(std::string_view text) {
  size_t size = 0;
  while (!text.empty()) size += TakeCharacter(&text).second;
  return size;
}

}  // namespace

void JsonIndex::Correct() {
  copy_ = ToValidUtf8(original_);
  text_ = copy_;
  corrected_ = true;
  places_.clear();
  std::string_view rest = original_;
  for (Place place = {0, 0}; !rest.empty();) {
    if (place.corrected >= places_.size() * kPlaceStep) {
      places_.push_back(place);
    }
    const auto [given, valid] = TakeCharacter(&rest);
    place.original += given;
    place.corrected += valid;
  }
}

[[gnu::hot]] JsonIndex::Result JsonIndex::Build(std::string_view text) {
  original_ = text_ = text;
  corrected_ = false;
  if (text.size() > kMaxSize) return Result::kTooLarge;
  if (kernel_ == nullptr) kernel_ = simdjson::get_active_implementation();
  // Where a text breaks off inside a character, the kernel without SIMD reads
  // behind its end.
  static const simdjson::implementation* const fallback =
      simdjson::get_available_implementations()["fallback"];
  for (bool correct = kernel_ == fallback && !IsValidUtf8(text_);;
       correct = true) {
    if (correct) {
      if (CorrectedSize(original_) > kMaxSize) return Result::kTooLarge;
      Correct();
    }
    if (text_.size() > capacity_ || parser_ == nullptr) {
      capacity_ = std::max({text_.size(), 2 * capacity_, kSmallestCapacity});
      if (kernel_->create_dom_parser_implementation(capacity_, 1, parser_) !=
          simdjson::SUCCESS) {
        parser_ = nullptr;
        capacity_ = 0;
        // Which is no fault of the text.
        ThrowNoMemory();
      }
    }
    switch (parser_->stage1(reinterpret_cast<const uint8_t*>(text_.data()),
                            text_.size(), simdjson::stage1_mode::regular)) {
      case simdjson::SUCCESS:
        return Result::kOk;
      case simdjson::EMPTY:
        return Result::kEmpty;
      case simdjson::UNCLOSED_STRING:
        if (!IsValidUtf8(text_)) break;
        return Result::kOpenString;
      case simdjson::UNESCAPED_CHARS:
        if (!IsValidUtf8(text_)) break;
        return Result::kControl;
      case simdjson::UTF8_ERROR:
        // Behind a backslash, the kernel without SIMD skips a byte, and then
        // takes the rest of a longer character for the start of one.
        if (corrected_ || IsValidUtf8(text_)) return Result::kBadEscape;
        break;
      default:
        ThrowNoMemory();
    }
  }
}

const char* IndexProblem(JsonIndex::Result result) {
  switch (result) {
    case JsonIndex::Result::kOk:
      break;
    case JsonIndex::Result::kEmpty:
      return "there is no JSON text";
    case JsonIndex::Result::kOpenString:
      return "a string does not end";
    case JsonIndex::Result::kControl:
      return "a control character stands in a string; write it as an escape";
    case JsonIndex::Result::kBadEscape:
      return "an escape is not one of JSON's";
    case JsonIndex::Result::kTooLarge:
      return "the text is larger than 64 MiB, or would be as UTF-8";
  }
  return nullptr;
}

size_t IndexProblemOffset(std::string_view text, JsonIndex::Result result) {
  bool in_string = false;
  size_t opened = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
      opened = i;
    } else if (in_string && c == '\\') {
      ++i;
      if (result == JsonIndex::Result::kBadEscape && i < text.size() &&
          static_cast<unsigned char>(text[i]) >= 0x80) {
        return i - 1;
      }
    } else if (in_string && static_cast<unsigned char>(c) < 0x20 &&
               result == JsonIndex::Result::kControl) {
      return i;
    }
  }
  return result == JsonIndex::Result::kOpenString ? opened : 0;
}

size_t JsonIndex::OriginalOffset(size_t offset) const {
  if (!corrected_) return offset;
  // A place is at its step or a little behind it.
  size_t i = std::min(offset / kPlaceStep, places_.size() - 1);
  if (places_[i].corrected > offset) --i;
  std::string_view rest = original_.substr(places_[i].original);
  size_t corrected = places_[i].corrected;
  while (!rest.empty() && corrected < offset) {
    corrected += TakeCharacter(&rest).second;
  }
  return original_.size() - rest.size();
}

}  // namespace specgen
