#include "specgen/json/json_tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "specgen/json/syntax_hint.h"

namespace specgen {
namespace {

// Counts the items of each object and list in the value at `reader`, outer ones
// first, at most JsonReader::kMaxDepth deep. `*values` is how many values there
// may be; it stops where there are none left.
void Count(JsonReader* reader, std::vector<uint32_t>* counts, size_t* values) {
  if (*values == 0) return;
  --*values;
  const JsonKind kind = reader->Peek();
  if (kind != JsonKind::kObject && kind != JsonKind::kArray) {
    reader->Skip();
    return;
  }
  const size_t at = counts->size();
  counts->push_back(0);
  const auto count_one = [&] {
    ++(*counts)[at];
    Count(reader, counts, values);
  };
  if (kind == JsonKind::kObject) {
    std::string_view key;
    if (!reader->EnterObject()) return;
    while (*values > 0 && reader->NextKey(&key)) count_one();
  } else {
    if (!reader->EnterArray()) return;
    while (*values > 0 && reader->NextItem()) count_one();
  }
}

absl::Status TooManyValues(std::string_view name, size_t max_values) {
  return absl::InvalidArgumentError(
      absl::StrCat(name, ":1:1: the text has ", max_values, " values or more"));
}

// Reads the value at `reader`. Of `counts`, the first is how many items it has
// if it is an object or a list; those in it have what follows.
void Read(JsonReader* reader, JsonNode* node,
          absl::Span<const uint32_t>* counts) {
  const auto make_room = [&] {
    if (counts->empty()) return;  // after an error
    node->items.reserve(counts->front());
    counts->remove_prefix(1);
  };
  node->kind = reader->Peek();
  node->offset = reader->offset();
  switch (node->kind) {
    case JsonKind::kObject: {
      make_room();
      if (!reader->EnterObject()) return;
      for (;;) {
        const size_t at = reader->key_offset();
        std::string_view key;
        if (!reader->NextKey(&key)) return;
        JsonNode& member = node->items.emplace_back();
        member.key = key;
        member.key_offset = at;
        Read(reader, &member, counts);
      }
    }
    case JsonKind::kArray:
      make_room();
      if (!reader->EnterArray()) return;
      while (reader->NextItem()) {
        Read(reader, &node->items.emplace_back(), counts);
      }
      return;
    case JsonKind::kString:
      reader->String(&node->text);
      return;
    case JsonKind::kNumber:
      reader->Number(&node->text);
      return;
    default:
      reader->Skip();
  }
}

// Each character has one byte that continues none.
size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void SetParents(JsonNode* node) {
  for (JsonNode& item : node->items) {
    item.parent = node;
    SetParents(&item);
  }
}

}  // namespace

const JsonNode* JsonNode::Find(std::string_view wanted) const {
  if (kind != JsonKind::kObject) return nullptr;
  size_t& count = looked_at();
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    ++count;
    if (item->key == wanted) return &*item;
  }
  return nullptr;
}

size_t& JsonNode::looked_at() {
  static thread_local size_t count = 0;
  return count;
}

const JsonNode* JsonNode::Find(std::string_view first,
                               std::string_view second) const {
  const JsonNode* node = Find(first);
  return node == nullptr ? nullptr : node->Find(second);
}

const std::vector<JsonNode>& JsonNode::List() const {
  static const std::vector<JsonNode>* const kNone = new std::vector<JsonNode>();
  return kind == JsonKind::kArray ? items : *kNone;
}

std::string_view JsonNode::String() const {
  return kind == JsonKind::kString ? text : std::string_view();
}

std::string_view JsonNode::String(std::string_view wanted) const {
  const JsonNode* node = Find(wanted);
  return node == nullptr ? std::string_view() : node->String();
}

std::string JsonNode::Pointer() const {
  if (parent == nullptr) return "";
  std::string pointer = parent->Pointer();
  if (parent->kind == JsonKind::kArray) {
    absl::StrAppend(&pointer, "/", this - parent->items.data());
  } else {
    absl::StrAppend(&pointer, "/",
                    absl::StrReplaceAll(key, {{"~", "~0"}, {"/", "~1"}}));
  }
  return pointer;
}

absl::Status JsonTree::CheckValues(std::string_view text, std::string_view name,
                                   size_t max_values) {
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return absl::OkStatus();
  Arena arena;
  JsonReader reader(index, &arena);
  std::vector<uint32_t> counts;
  size_t values = max_values;
  Count(&reader, &counts, &values);
  return values == 0 ? TooManyValues(name, max_values) : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<JsonTree>> JsonTree::Parse(std::string_view text,
                                                          std::string_view name,
                                                          size_t max_values) {
  const auto error = [&](size_t offset, std::string_view message) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ":", ToString(FindPosition(text, offset)), ": ", message));
  };
  if (text.size() > kMaxSize) {
    return error(0, "the text is larger than 64 MiB");
  }
  std::unique_ptr<JsonTree> tree(new JsonTree());
  tree->text_ = std::string(text);
  const JsonIndex::Result indexed = tree->index_.Build(tree->text_);
  if (indexed != JsonIndex::Result::kOk) {
    size_t offset;
    const char* const message = ExplainIndexProblem(text, indexed, &offset);
    return error(offset, message);
  }
  const std::string_view read = tree->index_.text();
  tree->lines_ = LineTable(read);
  if (CountCharacters(read) < read.size()) {
    size_t count = 0;
    for (size_t at = 0; at <= read.size(); at += kBlock) {
      tree->characters_.push_back(count);
      count += CountCharacters(read.substr(at, kBlock));
    }
  }
  // A tree that grew as it is read would take up to three times as much.
  std::vector<uint32_t> counts;
  {
    Arena arena;
    JsonReader counter(tree->index_, &arena);
    size_t values = max_values;
    Count(&counter, &counts, &values);
    if (values == 0) return TooManyValues(name, max_values);
  }
  JsonReader reader(tree->index_, &tree->arena_);
  absl::Span<const uint32_t> left = counts;
  Read(&reader, &tree->root_, &left);
  reader.ExpectEnd();
  if (!reader.ok()) {
    return error(tree->index_.OriginalOffset(reader.problem().offset),
                 reader.problem().message);
  }
  SetParents(&tree->root_);
  return tree;
}

TextPosition JsonTree::Position(size_t offset) const {
  // Lines are counted in the text that is read, columns in the one that came.
  TextPosition position = lines_.Position(offset);
  position.column = index_.OriginalOffset(offset) -
                    index_.OriginalOffset(lines_.LineStart(position.line)) + 1;
  return position;
}

size_t JsonTree::CodePointColumn(size_t offset) const {
  const TextPosition position = Position(offset);
  if (characters_.empty()) return position.column;
  return 1 + CharactersBefore(offset) -
         CharactersBefore(lines_.LineStart(position.line));
}

size_t JsonTree::CharactersBefore(size_t offset) const {
  const size_t block = offset / kBlock;
  return characters_[block] + CountCharacters(index_.text().substr(
                                  block * kBlock, offset - block * kBlock));
}

size_t JsonTree::Offset(std::string_view position) const {
  const std::vector<std::string_view> parts = absl::StrSplit(position, ':');
  size_t line = 0;
  size_t column = 0;
  const size_t end = index_.text().size();
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &line) ||
      !absl::SimpleAtoi(parts[1], &column) || line < 1 || column < 1) {
    return end;
  }
  // Bytes that are no UTF-8 are one byte of the position, and three here.
  const size_t begin = lines_.LineStart(line);
  const size_t wanted = index_.OriginalOffset(begin) + column - 1;
  size_t at = begin;
  for (size_t step = end - begin; step > 0;) {
    const size_t half = step / 2;
    if (index_.OriginalOffset(at + half) < wanted) {
      at += half + 1;
      step -= half + 1;
    } else {
      step = half;
    }
  }
  return at;
}

}  // namespace specgen
