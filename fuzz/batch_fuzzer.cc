// A stream of a batch, any bytes: lines of JSON or delimited Protobuf
// (specgen/batch).
//
// Must never: crash, hang, tear a record or an answer, lose or add one, answer
// out of order, or answer otherwise when the stream comes in other pieces or
// more threads work on it; nor take memory for what a record only claims to be.
//
// The first line is one of input.h's; the word "proto" in it says that what
// follows is Protobuf, and "named" that there is no default release.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "google/protobuf/stubs/logging.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/engine_set.h"
#include "specgen/batch/record_format.h"
#include "specgen/batch/specgen.pb.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_tree.h"

namespace specgen::fuzz {
namespace {

// What a stream must be cut into, found without specgen's cutter.
struct Records {
  struct Record {
    std::string_view bytes;
    size_t size;  // with what stands around it
    bool too_long = false;
  };
  std::vector<Record> records;
  bool broken = false;  // nothing can be made of what is behind them
};

Records SplitLines(std::string_view text) {
  Records split;
  while (!text.empty()) {
    const size_t before = text.size();
    const std::string_view line = TakeLine(&text);
    split.records.push_back({line, before - text.size()});
  }
  return split;
}

Records SplitMessages(std::string_view text) {
  Records split;
  while (!text.empty()) {
    uint64_t size = 0;
    size_t at = 0;
    bool whole = false;
    while (!whole && at < text.size() && at < 10) {
      const uint8_t byte = static_cast<uint8_t>(text[at]);
      size += (byte & 0x7Fu) * (uint64_t{1} << (7 * at));
      ++at;
      whole = byte < 0x80;
    }
    split.broken = !whole;
    if (split.broken) return split;
    if (size > kMaxRecordBytes) {
      split.broken = size + at < size;
      if (split.broken) return split;
      const size_t here =
          static_cast<size_t>(std::min<uint64_t>(size + at, text.size()));
      split.records.push_back({{}, here, true});
      text.remove_prefix(here);
      continue;
    }
    split.broken = size > text.size() - at;
    if (split.broken) return split;
    split.records.push_back({text.substr(at, static_cast<size_t>(size)),
                             at + static_cast<size_t>(size)});
    text.remove_prefix(split.records.back().size);
  }
  return split;
}

// Cuts the stream as it grows by `step` bytes at a time.
void CheckCuts(const RecordFormat& format, std::string_view text,
               const Records& expected, size_t step) {
  const auto details = [&] { return std::string(text); };
  size_t at = 0;
  size_t seen = 0;
  size_t have = 0;
  size_t next = 0;
  bool broken = false;
  while (at < text.size()) {
    have = std::clamp(at + 1, have, text.size());
    const bool at_end = have == text.size();
    const RecordCut cut = format.Cut(text.substr(at, have - at), seen, at_end);
    if (cut.kind == RecordCut::Kind::kIncomplete) {
      Require(!at_end, "at the end nothing is waited for", details);
      seen = have - at;
      have = std::min(have + step, text.size());
      continue;
    }
    seen = 0;
    if (cut.kind == RecordCut::Kind::kTorn ||
        cut.kind == RecordCut::Kind::kBroken) {
      broken = true;
      break;
    }
    Require(next < expected.records.size(), "no record is added", details);
    const Records::Record& record = expected.records[next++];
    Require((cut.kind == RecordCut::Kind::kTooLong) == record.too_long,
            "records that are too long are known", details);
    if (record.too_long) {
      Require(cut.skip >= record.size, "what is too long is passed over",
              details);
    } else {
      Require(cut.size == record.size && cut.record == record.bytes,
              "a record is cut where it ends", details);
    }
    at += record.size;
  }
  Require(next == expected.records.size() && broken == expected.broken,
          "no record is lost", details);
}

// ---- The answers

// That `counts` has one answer of that kind less.
void Take(AnswerCounts* counts, std::string_view kind) {
  uint64_t& count = kind.empty()        ? counts->specs
                    : kind == "refused" ? counts->refused
                    : kind == "crashed" ? counts->crashed
                                        : counts->invalid;
  Require(count > 0, "answers are counted by their kinds",
          [&] { return std::string(kind); });
  --count;
}

// An answer to the record; takes it off `counts`. The engines that it is of are
// added to `engines`.
void CheckLine(std::string_view record, std::string_view answer,
               uint64_t number, AnswerCounts* counts,
               std::set<std::string>* engines) {
  const auto details = [&] { return absl::StrCat(record, "\n", answer); };
  Require(IsGoJson(answer), "an answer is what Go takes for JSON", details);
  const auto tree = JsonTree::Parse(answer, "answer");
  Require(tree.ok(), "an answer is JSON", details);
  const JsonNode& root = (*tree)->root();
  const JsonNode* const line = root.Find("line");
  Require(line != nullptr && line->text == absl::StrCat(number),
          "an answer names the line it answers", details);
  const JsonNode* const error = root.Find("error");
  Require((root.Find("spec") != nullptr) == (error == nullptr),
          "an answer is a spec or an error", details);
  const std::string_view kind =
      error == nullptr ? std::string_view() : error->String("kind");
  Take(counts, kind);
  if (error != nullptr) {
    Require((kind == "refused" || kind == "crashed" || kind == "invalid") &&
                error->Find("message") != nullptr,
            "an error says of what kind it is, and why", details);
    const std::string_view position = error->String("position");
    if (kind == "invalid" && !position.empty()) {
      CheckPlacedError(absl::StrCat("line:", position, ": x"), "line", record);
    }
  }
  if (kind == "invalid") return;
  if (const JsonNode* const named = root.Find("engines"); named != nullptr) {
    for (const JsonNode& name : named->items) {
      Require(FindReleases(name.text).ok() &&
                  engines->insert(std::string(name.text)).second,
              "an engine that is named has one answer", details);
    }
  }
  const auto request = JsonTree::Parse(record, "request");
  // Of a plugin in the line, only the brackets were looked at there.
  if (!request.ok()) {
    Require(kind == "refused", "a spec is made of JSON only", details);
    return;
  }
  Require((root.Find("engines") != nullptr) ==
              ((*request)->root().Find("engines") != nullptr),
          "who asks several engines is told which answer", details);
  const JsonNode* const asked = (*request)->root().Find("name");
  const JsonNode* const name = root.Find("name");
  Require(
      (asked == nullptr) == (name == nullptr) &&
          (asked == nullptr || CanonicalJson(*asked) == CanonicalJson(*name)),
      "the name comes back", details);
}

void CheckLines(std::string_view record, std::string_view answers,
                uint64_t number, AnswerCounts counts) {
  const auto details = [&] { return absl::StrCat(record, "\n", answers); };
  const bool blank =
      record.find_first_not_of(" \t\r") == std::string_view::npos;
  Require(blank == answers.empty(), "only a blank line has no answer", details);
  Require(blank || answers.back() == '\n', "an answer is one line", details);
  std::set<std::string> engines;
  while (!answers.empty()) {
    CheckLine(record, TakeLine(&answers), number, &counts, &engines);
  }
  Require(counts.answers() == 0, "answers are counted", details);
}

// Of one of several engines: that the first of them has this answer alone.
void CheckAlone(v1::GenerateRequest request, v1::GenerateResponse response,
                RecordAnswerer* answerer) {
  const std::string name = response.engines(0);
  request.clear_engines();
  request.set_engine(name.substr(0, name.find("..")));
  Buffer out;
  answerer->Answer(request.SerializeAsString(), response.number(), &out);
  v1::GenerateResponse alone;
  const std::string_view bytes = SplitMessages(out.view()).records[0].bytes;
  Require(alone.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())),
          "an answer is a GenerateResponse", [] { return ""; });
  // What is presumed of others need not be presumed of that one.
  response.clear_engines();
  response.clear_presumed();
  alone.clear_presumed();
  Require(response.SerializeAsString() == alone.SerializeAsString(),
          "one of several engines answers as it does alone", [&] {
            return absl::StrCat("Docker ", request.engine(), "\n",
                                request.plugin(), "\n",
                                response.SerializeAsString(), "\nbut alone\n",
                                alone.SerializeAsString());
          });
}

void CheckMessages(std::string_view record, std::string_view answers,
                   uint64_t number, AnswerCounts counts,
                   RecordAnswerer* another) {
  const auto details = [&] { return absl::StrCat(record, "\n", answers); };
  const Records split = SplitMessages(answers);
  Require(!split.records.empty() && !split.broken, "answers are whole messages",
          details);
  v1::GenerateRequest request;
  const bool is_request =
      request.ParseFromArray(record.data(), static_cast<int>(record.size()));
  Require(split.records.size() == 1 || request.engines_size() > 0,
          "who asks one engine gets one answer", details);
  for (const Records::Record& message : split.records) {
    v1::GenerateResponse response;
    const std::string_view bytes = message.bytes;
    Require(
        response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())),
        "an answer is a GenerateResponse", details);
    Require(response.number() == number, "an answer names what it answers",
            details);
    Require(response.has_error() != response.has_spec(),
            "an answer is a spec or an error", details);
    Take(&counts, response.has_spec()                             ? ""
                  : response.error().kind() == v1::Error::REFUSED ? "refused"
                  : response.error().kind() == v1::Error::CRASHED ? "crashed"
                                                                  : "invalid");
    const bool is_answer =
        response.has_spec() || response.error().kind() != v1::Error::INVALID;
    if (is_answer) {
      Require((response.engines_size() > 0) == (request.engines_size() > 0),
              "who asks several engines is told which answer", details);
      if (response.engines_size() > 0) CheckAlone(request, response, another);
    }
    if (is_request) {
      Require(response.name() == request.name(), "the name comes back",
              details);
    }
  }
  Require(counts.answers() == 0, "answers are counted", details);
}

// All answers, and where each ends.
struct Answers {
  std::string bytes;
  std::vector<size_t> ends = {0};
  BatchCounts counts;
};

// `another` may be null: then nothing is checked.
Answers AnswerAll(const Records& split, bool proto, RecordAnswerer* answerer,
                  RecordAnswerer* another) {
  Answers answers;
  Buffer out;
  uint64_t number = 0;
  for (const Records::Record& record : split.records) {
    ++number;
    out.Clear();
    AnswerCounts counts;
    if (record.too_long) {
      counts.Add(RecordOutcome::kInvalid);
      answerer->AnswerUnread(number, "this request is over 64 MiB long", &out);
    } else {
      counts = answerer->Answer(record.bytes, number, &out);
      if (another != nullptr && proto) {
        CheckMessages(record.bytes, out.view(), number, counts, another);
      } else if (another != nullptr) {
        CheckLines(record.bytes, out.view(), number, counts);
      }
    }
    answers.counts.Add(counts);
    absl::StrAppend(&answers.bytes, out.view());
    const Records made =
        proto ? SplitMessages(out.view()) : SplitLines(out.view());
    for (const Records::Record& answer : made.records) {
      answers.ends.push_back(answers.ends.back() + answer.size);
    }
  }
  return answers;
}

// ---- Whole streams

class File {
 public:
  File() : fd_(memfd_create("batch", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    Require(fd_ >= 0, "there are files in memory", [] { return ""; });
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  std::string Content() const {
    struct stat facts;
    std::string bytes;
    if (fstat(fd_, &facts) != 0) return bytes;
    bytes.resize(static_cast<size_t>(facts.st_size));
    bytes.resize(static_cast<size_t>(
        std::max<ssize_t>(0, pread(fd_, bytes.data(), bytes.size(), 0))));
    return bytes;
  }

 private:
  const int fd_;
};

// A stream that a reader gets in pieces of `step` bytes.
class Pieces {
 public:
  Pieces(std::string_view text, size_t step) {
    Require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds_) == 0,
            "there are sockets", [] { return ""; });
    for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
      const std::string_view piece = text.substr(0, step);
      Require(write(fds_[1], piece.data(), piece.size()) ==
                  static_cast<ssize_t>(piece.size()),
              "the pieces have room in a socket",
              [] { return std::strerror(errno); });
    }
    close(fds_[1]);
  }
  ~Pieces() { close(fds_[0]); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  int fd() const { return fds_[0]; }

 private:
  int fds_[2];
};

void CheckStream(const RecordFormat& format, const EngineSet& engines,
                 std::string_view text, size_t step, unsigned threads,
                 const Records& split, const Answers& expected) {
  const Pieces in(text, step);
  const File out;
  BatchOptions options;
  options.threads = threads;
  BatchCounts last;
  bool steady = true;
  options.progress = [&](const BatchCounts& counts) {
    steady = steady && counts.answers() >= last.answers() &&
             counts.bytes_read >= last.bytes_read;
    last = counts;
  };
  const BatchResult result =
      RunStream(format, engines, in.fd(), out.fd(), options);
  const auto details = [&] {
    return absl::StrCat(threads, " threads, pieces of ", step,
                        " bytes: ", result.status.ToString(), "\n", text, "\n",
                        out.Content(), "\nbut one by one\n", expected.bytes);
  };
  Require(out.Content() == expected.bytes,
          "a stream has the answers of its records, in order", details);
  Require(absl::IsInvalidArgument(result.status) == split.broken &&
              result.status.ok() == !split.broken && !result.stopped,
          "a stream that breaks off is known", details);
  size_t read = 0;
  for (const Records::Record& record : split.records) read += record.size;
  const BatchCounts& counts = result.counts;
  Require(counts.specs == expected.counts.specs &&
              counts.refused == expected.counts.refused &&
              counts.crashed == expected.counts.crashed &&
              counts.invalid == expected.counts.invalid &&
              counts.bytes_written == expected.bytes.size() &&
              counts.bytes_read == read && steady,
          "a stream counts its answers", details);
}

// Where the output ends early, it ends with a whole answer.
void CheckFullDisk(const RecordFormat& format, const EngineSet& engines,
                   std::string_view text, const Answers& expected) {
  constexpr size_t kRoom = 4096;
  if (expected.bytes.size() <= kRoom) return;
  const Pieces in(text, text.size() / 16 + 1);
  const File out;
  Require(ftruncate(out.fd(), kRoom) == 0 &&
              fcntl(out.fd(), F_ADD_SEALS, F_SEAL_GROW) == 0,
          "a file can be kept from growing", [] { return ""; });
  BatchOptions options;
  options.threads = 1;
  const BatchResult result =
      RunStream(format, engines, in.fd(), out.fd(), options);
  const size_t whole = result.counts.bytes_written;
  const std::string content = out.Content();
  Require(!result.status.ok() &&
              std::find(expected.ends.begin(), expected.ends.end(), whole) !=
                  expected.ends.end() &&
              content.substr(0, whole) == expected.bytes.substr(0, whole) &&
              (content.size() == whole || content.size() == kRoom),
          "an output that cannot be written ends with a whole answer", [&] {
            return absl::StrCat(whole, " of ", content.size(),
                                " bytes: ", result.status.ToString(), "\n",
                                text);
          });
}

// A batch that is to stop answers nothing more, and one that cannot be read
// says so.
void CheckEnds(const RecordFormat& format, const EngineSet& engines,
               std::string_view text) {
  const Pieces in(text, text.size() / 8 + 1);
  const File stop;  // is always readable
  const File out;
  BatchOptions options;
  options.threads = 1;
  options.stop_fd = stop.fd();
  const BatchResult stopped =
      RunStream(format, engines, in.fd(), out.fd(), options);
  Require(stopped.stopped && stopped.status.ok() && out.Content().empty(),
          "a batch stops when it shall", [&] { return std::string(text); });
  options.stop_fd = -1;
  const int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const BatchResult unread =
      RunStream(format, engines, directory, out.fd(), options);
  close(directory);
  Require(!unread.status.ok() && unread.counts.answers() == 0 &&
              out.Content().empty(),
          "an input that cannot be read is an error",
          [&] { return unread.status.ToString(); });
}

struct Batch {
  explicit Batch(const Host& host, const Release* release)
      : engines(host, release) {}
  EngineSet engines;
  std::unique_ptr<RecordFormat> formats[2] = {JsonLinesFormat(),
                                              DelimitedProtoFormat()};
  std::unique_ptr<RecordAnswerer> answerers[2] = {
      formats[0]->NewAnswerer(engines), formats[1]->NewAnswerer(engines)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // It would tell of each text that is no UTF-8.
  [[maybe_unused]] static const auto silenced =
      google::protobuf::SetLogHandler(nullptr);
  std::string_view line = ToView(data, size);
  line = TakeLine(&line);
  const bool proto = absl::StrContains(line, "proto");
  const Input input = ParseInput(ToView(data, size));
  static auto* const batches =
      new std::map<std::pair<const Host*, bool>, std::unique_ptr<Batch>>;
  std::unique_ptr<Batch>& batch = (*batches)[{input.host, input.named}];
  if (batch == nullptr) {
    batch = std::make_unique<Batch>(*input.host,
                                    input.named ? nullptr : &NewestRelease());
  }
  const RecordFormat& format = *batch->formats[proto ? 1 : 0];
  const std::string_view text = input.text;
  const uint64_t hash = Hash(text);

  const Records split = proto ? SplitMessages(text) : SplitLines(text);
  CheckCuts(format, text, split, text.size());
  CheckCuts(format, text, split, 1 + hash % 61);
  bool found = false;
  const size_t end = format.FindEnd(text, &found);
  Require(
      proto ? found && end == 0
            : found == absl::StrContains(text, '\n') &&
                  end == text.size() -
                             [rest = text]() mutable {
                               TakeLine(&rest);
                               return rest.size();
                             }(),
      "the end of what is too long is found",
      [&] { return std::string(text); });

  const size_t before = HeapBytes();
  const Answers answers =
      AnswerAll(split, proto, batch->answerers[proto ? 1 : 0].get(),
                /*another=*/nullptr);
  const size_t heap = HeapBytes() - before;
  const size_t records = split.records.size();
  const size_t made = answers.counts.answers();
  Require(heap <= (1 << 20) + 16384 * (records + made) +
                      1024 * size * (1 + made / (records + 1)),
          "memory is bounded by the input",
          [&] { return absl::StrCat(heap, " bytes for ", size, "\n", text); });
  if (ChecksToo(text, 32)) {
    const auto own = proto ? DelimitedProtoFormat() : JsonLinesFormat();
    const auto fresh = own->NewAnswerer(batch->engines);
    const auto another = own->NewAnswerer(batch->engines);
    const Answers again = AnswerAll(split, proto, fresh.get(), another.get());
    Require(again.bytes == answers.bytes,
            "an answer does not depend on earlier ones", [&] {
              return absl::StrCat(text, "\n", answers.bytes, "\nand afresh\n",
                                  again.bytes);
            });
    Buffer unread;
    fresh->AnswerUnread(7, "this request was not read", &unread);
    AnswerCounts invalid;
    invalid.Add(RecordOutcome::kInvalid);
    if (proto) {
      CheckMessages("\x08", unread.view(), 7, invalid, another.get());
    } else {
      CheckLines("{", unread.view(), 7, invalid);
    }
    fresh->Shrink();
    Require(
        AnswerAll(split, proto, fresh.get(), nullptr).bytes == answers.bytes,
        "an answerer works on after it gave memory back",
        [&] { return std::string(text); });
  }
  // Threads take longer than all the rest.
  if (ChecksToo(text, 256)) {
    // Not more pieces than a socket has room for.
    const size_t step = text.size() / 40 + 1 + hash % 89;
    CheckStream(format, batch->engines, text, step, 1, split, answers);
    CheckStream(format, batch->engines, text, text.size() + 1, 2, split,
                answers);
    CheckStream(format, batch->engines, text, step, 0, split, answers);
    CheckFullDisk(format, batch->engines, text, answers);
    if (!text.empty()) CheckEnds(format, batch->engines, text);
  }
  return 0;
}

}  // namespace specgen::fuzz
