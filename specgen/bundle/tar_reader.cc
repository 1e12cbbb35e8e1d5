#include "specgen/bundle/tar_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace specgen {
namespace {

using std::string_view_literals::operator""sv;

constexpr int64_t kBlock = 512;
// Of a pax header, a long name or a sparse map.
constexpr size_t kMaxSpecial = size_t{1} << 20;
constexpr size_t kMaxRegions = size_t{1} << 20;
constexpr std::string_view kXattr = "SCHILY.xattr.";

absl::Status Bad(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("no tar archive, or damaged: ", why));
}

absl::Status CutOff() { return Bad("it is cut off"); }

// As Go's strconv.ParseInt for base 10.
std::optional<int64_t> ParseDecimal(std::string_view text) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const int digit = negative ? '0' - c : c - '0';
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, digit, &value)) {
      return std::nullopt;
    }
  }
  return value;
}

std::string_view ToNul(std::string_view field) {
  return field.substr(0, field.find('\0'));
}

// Fields of a header. The first one that makes no sense counts.
class Fields {
 public:
  explicit Fields(const uint8_t* block)
      : block_(reinterpret_cast<const char*>(block), kBlock) {}

  bool ok() const { return ok_; }
  std::string_view Bytes(size_t at, size_t size) const {
    return block_.substr(at, size);
  }
  std::string_view Text(size_t at, size_t size) const {
    return ToNul(Bytes(at, size));
  }
  int64_t Octal(size_t at, size_t size) { return Octal(Bytes(at, size)); }

  // Octal, or, with its highest bit set, a number of two's complement.
  int64_t Number(size_t at, size_t size) {
    const std::string_view field = Bytes(at, size);
    const uint8_t first = static_cast<uint8_t>(field[0]);
    if ((first & 0x80) == 0) return Octal(field);
    const uint8_t invert = (first & 0x40) != 0 ? 0xff : 0;
    uint64_t value = 0;
    for (size_t i = 0; i < field.size(); ++i) {
      uint8_t byte = static_cast<uint8_t>(field[i]) ^ invert;
      if (i == 0) byte &= 0x7f;
      if (value >> 56 != 0) return Fail();
      value = value << 8 | byte;
    }
    if (value >> 63 != 0) return Fail();
    return invert != 0 ? ~static_cast<int64_t>(value)
                       : static_cast<int64_t>(value);
  }

 private:
  int64_t Fail() {
    ok_ = false;
    return 0;
  }

  int64_t Octal(std::string_view field) {
    constexpr std::string_view kFill = " \0"sv;
    const size_t begin = field.find_first_not_of(kFill);
    if (begin == std::string_view::npos) return 0;
    field = field.substr(begin, field.find_last_not_of(kFill) + 1 - begin);
    int64_t value = 0;
    for (char c : ToNul(field)) {
      if (c < '0' || c > '7') return Fail();
      value = value * 8 + (c - '0');
    }
    return value;
  }

  std::string_view block_;
  bool ok_ = true;
};

enum class Format { kUnknown, kV7, kUstar, kStar, kGnu };

Format FormatOf(const uint8_t* block) {
  int64_t sum = 0;
  int64_t signed_sum = 0;
  for (int i = 0; i < kBlock; ++i) {
    const uint8_t byte = i >= 148 && i < 156 ? ' ' : block[i];
    sum += byte;
    signed_sum += static_cast<int8_t>(byte);
  }
  Fields fields(block);
  const int64_t expected = fields.Octal(148, 8);
  if (!fields.ok() || (expected != sum && expected != signed_sum)) {
    return Format::kUnknown;
  }
  if (fields.Bytes(257, 6) == "ustar\0"sv) {
    return fields.Bytes(508, 4) == "tar\0"sv ? Format::kStar : Format::kUstar;
  }
  return fields.Bytes(257, 8) == "ustar  \0"sv ? Format::kGnu : Format::kV7;
}

bool HasNoData(char type) { return type >= '1' && type <= '6'; }

// Sets the time; false if `text` is none.
bool ParseTime(std::string_view text, TarHeader* header) {
  const size_t dot = text.find('.');
  const std::optional<int64_t> seconds = ParseDecimal(text.substr(0, dot));
  if (!seconds.has_value()) return false;
  header->modified = *seconds;
  header->modified_nanoseconds = 0;
  if (dot == std::string_view::npos) return true;
  int32_t unit = 100000000;
  for (char c : text.substr(dot + 1)) {
    if (c < '0' || c > '9') return false;
    header->modified_nanoseconds += (c - '0') * unit;
    unit /= 10;
  }
  if (text[0] == '-') {
    header->modified_nanoseconds = -header->modified_nanoseconds;
  }
  return true;
}

}  // namespace

// What is known of a pax header; of each key the last record counts.
struct TarReader::PaxRecords {
  std::string path, target, uid, gid, size, modified, accessed, changed;
  std::string sparse_major, sparse_minor, sparse_blocks, sparse_map,
      sparse_name, sparse_size, sparse_real_size;
  std::map<std::string, std::string> xattrs;

  // The place of a key's value; null if nobody asks for it.
  std::string* Find(std::string_view key) {
    struct Known {
      std::string_view key;
      std::string PaxRecords::*value;
    };
    static constexpr Known kKnown[] = {
        {"path", &PaxRecords::path},
        {"linkpath", &PaxRecords::target},
        {"uid", &PaxRecords::uid},
        {"gid", &PaxRecords::gid},
        {"size", &PaxRecords::size},
        {"mtime", &PaxRecords::modified},
        {"atime", &PaxRecords::accessed},
        {"ctime", &PaxRecords::changed},
        {"GNU.sparse.major", &PaxRecords::sparse_major},
        {"GNU.sparse.minor", &PaxRecords::sparse_minor},
        {"GNU.sparse.numblocks", &PaxRecords::sparse_blocks},
        {"GNU.sparse.map", &PaxRecords::sparse_map},
        {"GNU.sparse.name", &PaxRecords::sparse_name},
        {"GNU.sparse.size", &PaxRecords::sparse_size},
        {"GNU.sparse.realsize", &PaxRecords::sparse_real_size},
    };
    for (const Known& known : kKnown) {
      if (key == known.key) return &(this->*known.value);
    }
    if (absl::ConsumePrefix(&key, kXattr)) return &xattrs[std::string(key)];
    return nullptr;
  }

  absl::Status Parse(std::string_view text);
  // Puts the values where the header has its own.
  absl::Status Merge(TarHeader* header);
};

absl::Status TarReader::PaxRecords::Parse(std::string_view text) {
  // GNU's form 0.0 has a record for each number of the sparse map.
  std::string map;
  size_t numbers = 0;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const std::optional<int64_t> length =
        space == std::string_view::npos ? std::nullopt
                                        : ParseDecimal(text.substr(0, space));
    if (!length.has_value() || *length < 5 ||
        *length > static_cast<int64_t>(text.size()) ||
        *length <= static_cast<int64_t>(space + 1)) {
      return Bad("a pax record has a wrong length");
    }
    const size_t size = static_cast<size_t>(*length);
    std::string_view value = text.substr(space + 1, size - space - 1);
    text.remove_prefix(size);
    if (!absl::ConsumeSuffix(&value, "\n")) {
      return Bad("a pax record has a wrong length");
    }
    const size_t equals = value.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Bad("a pax record has no key");
    }
    const std::string_view key = value.substr(0, equals);
    value.remove_prefix(equals + 1);
    const bool is_name =
        key == "path" || key == "linkpath" || key == "uname" || key == "gname";
    if ((is_name ? value : key).find('\0') != std::string_view::npos) {
      return Bad("a pax record has a NUL byte in a name");
    }
    if (key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes") {
      const bool is_offset = key == "GNU.sparse.offset";
      if (is_offset != (numbers % 2 == 0) ||
          value.find(',') != std::string_view::npos) {
        return Bad("a sparse map is out of order");
      }
      if (numbers++ > 0) map.push_back(',');
      map.append(value);
      continue;
    }
    if (std::string* const place = Find(key); place != nullptr) {
      place->assign(value);
    }
  }
  if (numbers > 0) sparse_map = std::move(map);
  return absl::OkStatus();
}

absl::Status TarReader::PaxRecords::Merge(TarHeader* header) {
  if (!path.empty()) header->path = std::move(path);
  if (!target.empty()) header->target = std::move(target);
  for (const auto& [text, value] :
       {std::pair(&uid, &header->uid), std::pair(&gid, &header->gid),
        std::pair(&size, &header->size)}) {
    if (text->empty()) continue;
    const std::optional<int64_t> number = ParseDecimal(*text);
    if (!number.has_value()) return Bad("a pax record is no number");
    *value = *number;
  }
  // The others mean nothing here, but Docker looks at them.
  TarHeader unused;
  if ((!modified.empty() && !ParseTime(modified, header)) ||
      (!accessed.empty() && !ParseTime(accessed, &unused)) ||
      (!changed.empty() && !ParseTime(changed, &unused))) {
    return Bad("a pax record is no time");
  }
  header->xattrs = std::move(xattrs);
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> TarReader::Peek() {
  if (chunk_.empty()) {
    absl::StatusOr<std::string_view> next = stream_.Next();
    if (!next.ok()) return next.status();
    chunk_ = *next;
  }
  return chunk_;
}

absl::StatusOr<size_t> TarReader::ReadUpTo(char* to, size_t size) {
  size_t done = 0;
  while (done < size) {
    absl::StatusOr<std::string_view> bytes = Peek();
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) break;
    const size_t count = std::min(bytes->size(), size - done);
    std::copy_n(bytes->data(), count, to + done);
    chunk_.remove_prefix(count);
    done += count;
  }
  return done;
}

absl::StatusOr<bool> TarReader::ReadBlock() {
  absl::StatusOr<size_t> size =
      ReadUpTo(reinterpret_cast<char*>(block_), sizeof(block_));
  if (!size.ok()) return size.status();
  if (*size == 0) return false;
  if (*size < sizeof(block_)) return CutOff();
  return true;
}

// The padding may be missing at the very end.
absl::Status TarReader::SkipData() {
  for (int64_t* const left : {&left_, &padding_}) {
    while (*left > 0) {
      absl::StatusOr<std::string_view> bytes = Peek();
      if (!bytes.ok()) return bytes.status();
      if (bytes->empty()) {
        if (left == &left_) return CutOff();
        break;
      }
      const size_t count = std::min(bytes->size(), static_cast<size_t>(*left));
      chunk_.remove_prefix(count);
      *left -= static_cast<int64_t>(count);
    }
    *left = 0;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TarReader::ReadSpecial() {
  if (left_ > static_cast<int64_t>(kMaxSpecial)) {
    return Bad("a long name or pax header has more than 1 MiB");
  }
  std::string text(static_cast<size_t>(left_), '\0');
  absl::StatusOr<size_t> size = ReadUpTo(text.data(), text.size());
  if (!size.ok()) return size.status();
  if (*size < text.size()) return CutOff();
  left_ = 0;
  return text;
}

absl::StatusOr<bool> TarReader::ReadHeader(TarHeader* header) {
  const auto is_zero = [this]() {
    return std::all_of(std::begin(block_), std::end(block_),
                       [](uint8_t byte) { return byte == 0; });
  };
  absl::StatusOr<bool> there = ReadBlock();
  if (!there.ok() || !*there) return there;
  if (is_zero()) {
    there = ReadBlock();
    if (!there.ok() || !*there) return there;
    if (is_zero()) return false;
    return Bad("something follows a single block of zeros");
  }
  const Format format = FormatOf(block_);
  if (format == Format::kUnknown) return Bad("a header has a wrong checksum");

  Fields fields(block_);
  *header = TarHeader();
  header->type = static_cast<char>(block_[156]);
  header->path = fields.Text(0, 100);
  header->target = fields.Text(157, 100);
  header->size = fields.Number(124, 12);
  header->mode = fields.Number(100, 8);
  header->uid = fields.Number(108, 8);
  header->gid = fields.Number(116, 8);
  header->modified = fields.Number(136, 12);
  std::string_view prefix;
  if (format != Format::kV7) {
    header->device_major = fields.Number(329, 8);
    header->device_minor = fields.Number(337, 8);
  }
  if (format == Format::kUstar) {
    prefix = fields.Text(345, 155);
  } else if (format == Format::kStar) {
    prefix = fields.Text(345, 131);
    fields.Number(476, 12);  // times that are not used, but must be some
    fields.Number(488, 12);
  } else if (format == Format::kGnu) {
    // Old versions of Go wrote a prefix where GNU has two times.
    Fields times(block_);
    for (size_t at : {345, 357}) {
      if (block_[at] != 0) times.Number(at, 12);
    }
    const std::string_view text = fields.Text(345, 155);
    if (!times.ok() && std::all_of(text.begin(), text.end(), [](char c) {
          return static_cast<uint8_t>(c) < 0x80;
        })) {
      prefix = text;
    }
  }
  if (!fields.ok()) return Bad("a header has a number that is none");
  if (!prefix.empty()) header->path = absl::StrCat(prefix, "/", header->path);
  return true;
}

absl::Status TarReader::ExpectData(const TarHeader& header) {
  left_ = HasNoData(header.type) ? 0 : header.size;
  if (left_ < 0) return Bad("an entry has less than no bytes");
  padding_ = -left_ & (kBlock - 1);
  return absl::OkStatus();
}

absl::StatusOr<bool> TarReader::Next(TarHeader* header) {
  PaxRecords pax;
  std::string long_path, long_target;
  while (true) {
    absl::Status status = SkipData();
    if (!status.ok()) return status;
    absl::StatusOr<bool> there = ReadHeader(header);
    if (!there.ok() || !*there) return there;
    status = ExpectData(*header);
    if (!status.ok()) return status;
    const char type = header->type;
    if (type != 'x' && type != 'g' && type != 'L' && type != 'K') break;
    absl::StatusOr<std::string> text = ReadSpecial();
    if (!text.ok()) return text.status();
    if (type == 'L') {
      long_path = ToNul(*text);
    } else if (type == 'K') {
      long_target = ToNul(*text);
    } else {
      pax = PaxRecords();
      status = pax.Parse(*text);
      if (!status.ok()) return status;
      if (type == 'x') continue;
      if (!pax.path.empty()) header->path = std::move(pax.path);
      return true;
    }
  }
  absl::Status status = pax.Merge(header);
  if (!status.ok()) return status;
  if (!long_path.empty()) header->path = std::move(long_path);
  if (!long_target.empty()) header->target = std::move(long_target);
  if (header->type == '\0') {
    header->type = absl::EndsWith(header->path, "/") ? '5' : '0';
  }
  // The pax header may have another size.
  status = ExpectData(*header);
  if (!status.ok()) return status;
  is_sparse_ = false;
  regions_.clear();
  region_ = 0;
  position_ = 0;
  status = header->type == 'S' ? ReadOldSparseMap(header)
                               : ReadSparseMap(pax, header);
  if (status.ok() && is_sparse_) status = CheckSparseMap(*header);
  if (!status.ok()) return status;
  return true;
}

absl::Status TarReader::AddRegion(std::optional<int64_t> offset,
                                  std::optional<int64_t> length) {
  if (!offset.has_value() || !length.has_value()) {
    return Bad("a sparse map has a number that is none");
  }
  if (regions_.size() >= kMaxRegions) return Bad("a sparse map is too long");
  regions_.push_back({*offset, *length});
  return absl::OkStatus();
}

// The map is in the header, and in blocks behind it that its size does not
// count.
absl::Status TarReader::ReadOldSparseMap(TarHeader* header) {
  if (FormatOf(block_) != Format::kGnu) {
    return Bad("a sparse file has no header of GNU's");
  }
  is_sparse_ = true;
  Fields fields(block_);
  header->size = fields.Number(483, 12);
  size_t at = 386;
  size_t count = 4;
  for (size_t total = 97; total < kMaxSpecial; total += kBlock) {
    for (size_t i = 0; i < count && block_[at + i * 24] != 0; ++i) {
      const int64_t offset = fields.Number(at + i * 24, 12);
      const int64_t length = fields.Number(at + i * 24 + 12, 12);
      if (absl::Status status = AddRegion(offset, length); !status.ok()) {
        return status;
      }
    }
    if (!fields.ok()) return Bad("a sparse map has a number that is none");
    if (block_[at + count * 24] == 0) return absl::OkStatus();
    absl::StatusOr<bool> there = ReadBlock();
    if (!there.ok()) return there.status();
    if (!*there) return CutOff();
    at = 0;
    count = 21;
  }
  return Bad("a sparse map has more than 1 MiB");
}

absl::Status TarReader::ReadSparseMap(const PaxRecords& pax,
                                      TarHeader* header) {
  const std::string& major = pax.sparse_major;
  const std::string& minor = pax.sparse_minor;
  const bool is_1_0 = major == "1" && minor == "0";
  const bool is_0_x = major == "0" && (minor == "0" || minor == "1");
  if (!is_1_0 && !is_0_x &&
      (!major.empty() || !minor.empty() || pax.sparse_map.empty())) {
    return absl::OkStatus();  // not sparse, or in a form that Go does not know
  }
  is_sparse_ = true;
  if (!pax.sparse_name.empty()) header->path = pax.sparse_name;
  const std::string& size =
      pax.sparse_size.empty() ? pax.sparse_real_size : pax.sparse_size;
  if (!size.empty()) {
    const std::optional<int64_t> number = ParseDecimal(size);
    if (!number.has_value()) return Bad("a sparse file's size is no number");
    header->size = *number;
  }
  if (is_1_0) return ReadSparseMap10();
  const std::optional<int64_t> count = ParseDecimal(pax.sparse_blocks);
  std::string_view map = pax.sparse_map;
  const int64_t numbers =
      map.empty() ? 0 : std::count(map.begin(), map.end(), ',') + 1;
  if (!count.has_value() || *count < 0 || *count > numbers ||
      *count * 2 != numbers) {
    return Bad("a sparse map has another length than it says");
  }
  const auto next = [&map]() {
    const size_t comma = map.find(',');
    const std::optional<int64_t> number = ParseDecimal(map.substr(0, comma));
    map.remove_prefix(comma == std::string_view::npos ? map.size() : comma + 1);
    return number;
  };
  for (int64_t i = 0; i < *count; ++i) {
    const std::optional<int64_t> offset = next();
    const std::optional<int64_t> length = next();
    if (absl::Status status = AddRegion(offset, length); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

// The map is at the beginning of the file's bytes: lines, padded to a block.
absl::Status TarReader::ReadSparseMap10() {
  std::string text;
  size_t parsed = 0;
  size_t total = 0;
  // The next line; blocks are read as they are needed.
  const auto next = [&](std::optional<int64_t>* number) -> absl::Status {
    size_t end;
    while ((end = text.find('\n', parsed)) == std::string::npos) {
      total += kBlock;
      if (total > kMaxSpecial) return Bad("a sparse map has more than 1 MiB");
      if (left_ < kBlock) return CutOff();
      absl::StatusOr<bool> there = ReadBlock();
      if (!there.ok()) return there.status();
      if (!*there) return CutOff();
      left_ -= kBlock;
      text.erase(0, parsed);
      parsed = 0;
      text.append(reinterpret_cast<const char*>(block_), sizeof(block_));
    }
    *number = ParseDecimal(std::string_view(text).substr(parsed, end - parsed));
    parsed = end + 1;
    return absl::OkStatus();
  };
  std::optional<int64_t> count;
  absl::Status status = next(&count);
  if (!status.ok()) return status;
  if (!count.has_value() || *count < 0) {
    return Bad("a sparse map has no length");
  }
  for (int64_t i = 0; i < *count; ++i) {
    std::optional<int64_t> offset;
    std::optional<int64_t> length;
    status = next(&offset);
    if (status.ok()) status = next(&length);
    if (status.ok()) status = AddRegion(offset, length);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TarReader::CheckSparseMap(const TarHeader& header) {
  if (HasNoData(header.type) || header.size < 0) {
    return Bad("a sparse map of what is no file");
  }
  int64_t end = 0;
  int64_t bytes = 0;
  for (const Region& region : regions_) {
    if (region.offset < 0 || region.length < 0 || region.offset < end ||
        region.length > header.size - region.offset) {
      return Bad(
          "a sparse map has regions that overlap, are out of order, or "
          "lie outside of the file");
    }
    end = region.offset + region.length;
    bytes += region.length;
  }
  map_fits_ = bytes == left_;
  return absl::OkStatus();
}

absl::StatusOr<TarReader::Piece> TarReader::ReadData() {
  Piece piece;
  if (is_sparse_) {
    if (!map_fits_) {
      return Bad("a sparse file has more or fewer bytes than its map says");
    }
    while (region_ < regions_.size() && position_ == regions_[region_].length) {
      ++region_;
      position_ = 0;
    }
    if (region_ == regions_.size()) return piece;
  }
  if (left_ == 0) return piece;
  absl::StatusOr<std::string_view> bytes = Peek();
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) return CutOff();
  const int64_t most =
      is_sparse_ ? std::min(left_, regions_[region_].length - position_)
                 : left_;
  piece.bytes = bytes->substr(0, static_cast<size_t>(most));
  piece.offset = static_cast<uint64_t>(
      position_ + (is_sparse_ ? regions_[region_].offset : 0));
  chunk_.remove_prefix(piece.bytes.size());
  const int64_t count = static_cast<int64_t>(piece.bytes.size());
  left_ -= count;
  position_ += count;
  return piece;
}

}  // namespace specgen
