#include "specgen/json/json_index.h"

#include <algorithm>

#include "specgen/json/go_string.h"

namespace specgen {
namespace {

// simdjson wants some room; below this every text fits the first parser.
constexpr size_t kSmallestCapacity = 8 << 10;

}  // namespace

const char* JsonIndex::ResultText(Result result) {
  switch (result) {
    case Result::kOk:
      break;
    case Result::kEmpty:
      return "there is no JSON text";
    case Result::kOpenString:
      return "a string does not end";
    case Result::kControl:
      return "a control character stands in a string; write it as an escape";
    case Result::kTooLarge:
      return "the text is larger than 64 MiB";
    case Result::kOutOfMemory:
      return "there is no memory for the text";
  }
  return "";
}

JsonIndex::Result JsonIndex::Build(std::string_view text) {
  text_ = text;
  corrected_ = false;
  if (text.size() > kMaxSize) return Result::kTooLarge;
  for (;;) {
    if (text_.size() > capacity_ || parser_ == nullptr) {
      capacity_ = std::max({text_.size(), 2 * capacity_, kSmallestCapacity});
      if (kernel_ == nullptr) {
        kernel_ = simdjson::get_active_implementation();
      }
      if (kernel_->create_dom_parser_implementation(capacity_, 1, parser_) !=
          simdjson::SUCCESS) {
        parser_ = nullptr;
        return Result::kOutOfMemory;
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
        break;
      default:
        return Result::kOutOfMemory;
    }
    copy_ = ToValidUtf8(text_);
    text_ = copy_;
    corrected_ = true;
  }
}

}  // namespace specgen
