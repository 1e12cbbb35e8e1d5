// Any bytes as JSON, read with Go's rules: as a value that is skipped, and as
// values of a table of Go structs (GoValue).
//
// Must never: take what Go refuses, or refuse what Go takes (judged by a plain
// parser); name a place outside the text; write a value that does not read back
// as itself; or depend on simdjson's kernel.
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "simdjson.h"
#include "specgen/base/arena.h"
#include "specgen/json/go_value.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"
#include "specgen/json/text_position.h"

namespace specgen::fuzz {
namespace {

// One field of every kind and form.
constexpr GoField kInner[] = {
    {"s", GoKind::kString, GoForm::kPlain, false},
    {"p", GoKind::kString, GoForm::kPointer, true},
    {"n", GoKind::kInt32, GoForm::kPlain, true},
    {"key", GoKind::kBool, GoForm::kPointer, false},
};
constexpr GoField kOuter[] = {
    {"string", GoKind::kString, GoForm::kPlain, true},
    {"strings", GoKind::kString, GoForm::kList, true},
    {"bool", GoKind::kBool, GoForm::kPlain, true},
    {"int32", GoKind::kInt32, GoForm::kPlain, false},
    {"int64", GoKind::kInt64, GoForm::kPointer, true},
    {"uint8", GoKind::kUint8, GoForm::kPlain, true},
    {"uint16", GoKind::kUint16, GoForm::kPointer, false},
    {"uint32", GoKind::kUint32, GoForm::kList, false},
    {"uint64", GoKind::kUint64, GoForm::kPlain, true},
    {"map", GoKind::kMap, GoForm::kPlain, true},
    {"maps", GoKind::kMap, GoForm::kPlain, false},
    {"struct", GoKind::kStruct, GoForm::kPlain, false, kInner},
    {"pointer", GoKind::kStruct, GoForm::kPointer, true, kInner},
    {"list", GoKind::kStruct, GoForm::kList, false, kInner},
};
constexpr GoField kField = {"text", GoKind::kStruct, GoForm::kPlain, false,
                            kOuter};

std::string Encode(const GoValue& value) {
  std::string json;
  JsonWriter writer(&json);
  value.Encode(kField, &writer);
  writer.Finish();
  return json;
}

bool Decode(std::string_view text, GoValue* value) {
  JsonIndex index;
  Arena arena;
  if (index.Build(text) != JsonIndex::Result::kOk) return false;
  JsonReader reader(index, &arena);
  value->Decode(&reader, kField);
  reader.ExpectEnd();
  return reader.ok();
}

// What all kernels must agree on: which texts are JSON, and their tokens; those
// with SIMD also on what is wrong, and where.
void CheckKernels(std::string_view text, const JsonIndex& index,
                  JsonIndex::Result result, bool valid,
                  const JsonReader& reader) {
  const bool active_is_fallback =
      simdjson::get_active_implementation()->name() == "fallback";
  for (const simdjson::implementation* kernel :
       simdjson::get_available_implementations()) {
    if (!kernel->supported_by_runtime_system()) continue;
    const auto details = [&] {
      return absl::StrCat(kernel->name(), "\n", text);
    };
    JsonIndex other(kernel);
    const JsonIndex::Result other_result = other.Build(text);
    const bool indexed = other_result == JsonIndex::Result::kOk;
    Arena arena;
    JsonReader again(other, &arena);
    if (indexed) {
      again.Skip();
      again.ExpectEnd();
    }
    Require((indexed && again.ok()) == valid, "all kernels take the same texts",
            details);
    if (valid) {
      Require(
          other.text() == index.text() &&
              std::equal(index.tokens(), index.tokens() + index.token_count(),
                         other.tokens(), other.tokens() + other.token_count()),
          "all kernels find the same tokens", details);
    }
    if (kernel->name() == "fallback" || active_is_fallback) continue;
    Require(other_result == result &&
                again.problem().message == reader.problem().message &&
                again.problem().offset == reader.problem().offset,
            "all kernels find the same problem", details);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = ToView(data, size);
  const auto details = [&] { return std::string(text.substr(0, 4000)); };
  static JsonIndex* const index = new JsonIndex;
  static Arena* const arena = new Arena;
  arena->Reset();
  const JsonIndex::Result indexed = index->Build(text);
  const bool valid = IsGoJson(text);
  if (indexed != JsonIndex::Result::kOk) {
    Require(!valid, "what is refused is no JSON", details);
  }
  Require(indexed != JsonIndex::Result::kOk ||
              index->corrected() == (GoUtf8(text) != text),
          "a text is corrected if it is no UTF-8", details);
  Require(
      (IndexProblem(indexed) == nullptr) == (indexed == JsonIndex::Result::kOk),
      "a refusal says why, and nothing else does", details);
  JsonReader reader(*index, arena);
  std::string_view raw;
  if (indexed == JsonIndex::Result::kOk) {
    reader.Skip(&raw);
    reader.ExpectEnd();
  }
  if (ChecksToo(text, 8)) {
    CheckKernels(text, *index, indexed, valid, reader);
  }
  if (indexed != JsonIndex::Result::kOk) return 0;
  Require(reader.ok() == valid, "Go's JSON is taken, and nothing else", [&] {
    return absl::StrCat(valid ? "Go takes it" : "Go refuses it",
                        ", specgen: ", reader.problem().message, "\n",
                        details());
  });
  Require(reader.problem().offset <= index->text().size(),
          "a problem is in the text", details);
  CheckPlacedError(
      absl::StrCat("f:",
                   ToString(FindPosition(
                       text, index->OriginalOffset(reader.problem().offset))),
                   ": x"),
      "f", text);
  if (valid) {
    Require(IsGoJson(raw) && StripJson(raw) == StripJson(index->text()),
            "a skipped value is the whole value", details);
  }

  GoValue value;
  const size_t before = HeapBytes();
  const bool decoded = Decode(text, &value);
  const size_t heap = HeapBytes() - before;
  // 64 KiB: tokens and arena. 512 a byte: "{}," may be a struct in a list that
  // grows by doubling.
  Require(heap <= (64 << 10) + 512 * size, "memory is linear", [&] {
    return absl::StrCat(heap, " bytes for ", size, "\n", details());
  });
  // Otherwise there is a value of a wrong type, or no JSON.
  if (!decoded) return 0;
  Require(valid, "what is decoded is JSON", details);
  const std::string json = Encode(value);
  Require(IsGoJson(json), "what is encoded is JSON", [&] { return json; });
  GoValue again;
  Require(Decode(json, &again) && Encode(again) == json,
          "what is encoded reads back as itself", [&] { return json; });
  return 0;
}

}  // namespace specgen::fuzz
