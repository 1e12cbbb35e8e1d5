#include "specgen/json/json_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/base/utf8.h"
#include "specgen/json/syntax_hint.h"
#include "specgen/json/text_position.h"

namespace specgen {
namespace {

// Whether a string's text has a \\u escape of half a character.
bool HasHalfOfPair(std::string_view json) {
  // The unit at `at`, or -1.
  const auto unit_at = [&](size_t at) {
    int32_t unit = -1;
    if (json.substr(at, 2) == "\\u" && json.size() - at >= 6) {
      std::from_chars(json.data() + at + 2, json.data() + at + 6, unit, 16);
    }
    return unit;
  };
  for (size_t at = json.find('\\'); at != std::string_view::npos;
       at = json.find('\\', at)) {
    const int32_t unit = unit_at(at);
    if (unit < 0xD800 || unit > 0xDFFF) {
      at += 2;
      continue;
    }
    const int32_t second = unit_at(at + 6);
    if (unit >= 0xDC00 || second < 0xDC00 || second > 0xDFFF) return true;
    at += 12;
  }
  return false;
}

}  // namespace

absl::Status JsonText::Open() {
  if (text_.size() > max_bytes_) {
    return ErrorAt(
        0, absl::StrCat("the text is larger than ", max_bytes_, " bytes"));
  }
  const JsonIndex::Result indexed = index_.Build(text_);
  if (indexed != JsonIndex::Result::kOk) {
    size_t offset;
    const char* const message = ExplainIndexProblem(text_, indexed, &offset);
    return ErrorAt(offset, message);
  }
  if (index_.corrected()) {
    size_t offset = FindInvalidUtf8(text_);
    const char* const message =
        ExplainSyntax(text_, &offset, "the text is not UTF-8");
    return ErrorAt(offset, message);
  }
  reader_ = JsonReader(index_, &arena_);
  return absl::OkStatus();
}

absl::Status JsonText::Close() {
  reader_.ExpectEnd();
  return Syntax();
}

absl::Status JsonText::ReadObject(
    std::string_view what, absl::Span<const std::string_view> keys,
    absl::FunctionRef<absl::Status(size_t key)> member) {
  if (absl::Status status = Expect(JsonKind::kObject, what); !status.ok()) {
    return status;
  }
  if (!reader_.EnterObject()) return Syntax();
  std::vector<bool> seen(keys.size());
  for (;;) {
    const size_t offset = reader_.key_offset();
    std::string_view name;
    if (!reader_.NextKey(&name)) return Syntax();
    const size_t key = static_cast<size_t>(
        std::find(keys.begin(), keys.end(), name) - keys.begin());
    if (key == keys.size()) {
      return ErrorAt(offset, absl::StrCat("unknown key ", QuoteShort(name),
                                          DidYouMean(keys, name)));
    }
    if (seen[key]) {
      return ErrorAt(offset, absl::StrCat("key ", Quote(name), " twice"));
    }
    seen[key] = true;
    if (absl::Status status = member(key); !status.ok()) return status;
  }
}

absl::Status JsonText::ReadList(std::string_view what,
                                absl::FunctionRef<absl::Status()> item) {
  if (absl::Status status = Expect(JsonKind::kArray, what); !status.ok()) {
    return status;
  }
  if (!reader_.EnterArray()) return Syntax();
  while (reader_.NextItem()) {
    if (absl::Status status = item(); !status.ok()) return status;
  }
  return Syntax();
}

absl::StatusOr<std::string_view> JsonText::ReadString(std::string_view what) {
  if (absl::Status status = Expect(JsonKind::kString, what); !status.ok()) {
    return status;
  }
  const size_t at = offset();
  std::string_view value;
  if (!reader_.String(&value)) return Syntax();
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos &&
      HasHalfOfPair(text_.substr(at, offset() - at))) {
    return ErrorAt(at,
                   absl::StrCat(what, " has half of a pair of \\u escapes"));
  }
  return value;
}

absl::StatusOr<bool> JsonText::ReadBool(std::string_view what) {
  const JsonKind kind = reader_.Peek();
  const size_t at = offset();
  reader_.Skip();
  if (absl::Status status = Syntax(); !status.ok()) return status;
  if (kind != JsonKind::kTrue && kind != JsonKind::kFalse) {
    return ErrorAt(at, absl::StrCat(what, " must be true or false, not ",
                                    JsonKindName(kind)));
  }
  return kind == JsonKind::kTrue;
}

absl::StatusOr<uint64_t> JsonText::ReadNumber(std::string_view what,
                                              uint64_t max) {
  const size_t at = offset();
  std::string_view digits;
  reader_.Skip(&digits);
  if (absl::Status status = Syntax(); !status.ok()) return status;
  uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || number > max) {
    return ErrorAt(
        at, absl::StrCat(what, " must be a whole number from 0 to ", max));
  }
  return number;
}

size_t JsonText::Line(size_t offset) const {
  return FindPosition(text_, offset).line;
}

absl::Status JsonText::ErrorAt(size_t offset, std::string_view message) const {
  return absl::InvalidArgumentError(absl::StrCat(
      name_, ":", ToString(FindPosition(text_, offset)), ": ", message));
}

absl::Status JsonText::Syntax() const {
  const JsonProblem& problem = reader_.problem();
  return reader_.ok() ? absl::OkStatus()
                      : ErrorAt(problem.offset, problem.message);
}

absl::Status JsonText::Expect(JsonKind kind, std::string_view what) {
  const JsonKind found = reader_.Peek();
  if (found == kind) return absl::OkStatus();
  // What is no value at all is told first.
  const size_t at = offset();
  reader_.Skip();
  if (!reader_.ok()) return Syntax();
  return ErrorAt(at, absl::StrCat(what, " must be ", JsonKindName(kind),
                                  ", not ", JsonKindName(found)));
}

}  // namespace specgen
