#include "specgen/golden/golden_case.h"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {
namespace {

bool ReadStrings(std::string_view json, std::vector<std::string>* strings) {
  JsonIndex index;
  if (index.Build(json) != JsonIndex::Result::kOk) return false;
  Arena arena;
  JsonReader reader(index, &arena);
  if (!reader.EnterArray()) return false;
  std::string_view value;
  while (reader.NextItem()) {
    if (reader.Peek() != JsonKind::kString || !reader.String(&value)) {
      return false;
    }
    strings->emplace_back(value);
  }
  reader.ExpectEnd();
  return reader.ok();
}

bool ReadString(std::string_view json, std::string* text) {
  std::vector<std::string> strings;
  if (!ReadStrings(absl::StrCat("[", json, "]"), &strings) ||
      strings.size() != 1) {
    return false;
  }
  *text = std::move(strings[0]);
  return true;
}

bool IsJson(std::string_view text) {
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return false;
  Arena arena;
  JsonReader reader(index, &arena);
  reader.Skip();
  reader.ExpectEnd();
  return reader.ok();
}

bool ReadStage(std::string_view text, Stage* stage) {
  for (Stage one : {Stage::kDecode, Stage::kSettings, Stage::kSpec}) {
    if (text != StageName(one)) continue;
    *stage = one;
    return true;
  }
  return false;
}

// Appends a line of JSON without the white space between its tokens. No token
// of a golden goes over the end of a line.
void AppendCompact(std::string_view line, std::string* json) {
  bool in_string = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (!in_string && c == ' ') continue;
    json->push_back(c);
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < line.size()) {
      json->push_back(line[++i]);
    }
  }
}

class Parser {
 public:
  using Lines = std::vector<std::string_view>;

  Parser(std::string_view text, std::string_view name)
      : text_(text), name_(name) {}

  absl::StatusOr<std::vector<GoldenCase>> Parse() {
    if (!absl::ConsumeSuffix(&text_, "\n")) {
      return Error("the last line does not end");
    }
    while (Next()) {
      absl::Status status = Section();
      if (!status.ok()) return status;
    }
    for (const GoldenCase& one : cases_) {
      if (one.answers.empty()) {
        return Error(absl::StrCat("\"", one.name, "\" has no answer"));
      }
      std::set<std::pair<std::string_view, std::string_view>> places;
      for (const GoldenAnswer& answer : one.answers) {
        for (const GoldenAnswer::Place& place : answer.places) {
          if (places.emplace(place.host, place.release).second) continue;
          return Error(absl::StrCat("\"", one.name, "\" has two answers of ",
                                    place.release, " on ", place.host));
        }
      }
    }
    if (cases_.empty()) return Error("there is no case");
    return std::move(cases_);
  }

 private:
  absl::Status Error(std::string_view message) const {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ":", number_, ": ", message));
  }

  // Moves to the next line.
  bool Next() {
    if (done_) return false;
    const size_t end = text_.find('\n');
    line_ = text_.substr(0, end);
    done_ = end == std::string_view::npos;
    if (!done_) text_.remove_prefix(end + 1);
    ++number_;
    return true;
  }

  // Whether the next line belongs to this section.
  bool MoreOfSection() const {
    return !done_ && !absl::StartsWith(text_, "=== ");
  }

  // Reads the section whose first line is line_.
  absl::Status Section() {
    std::string_view title = line_;
    if (!absl::ConsumePrefix(&title, "=== ")) {
      return Error("a line \"=== ...\" must stand here");
    }
    if (absl::ConsumePrefix(&title, "case ")) {
      cases_.emplace_back().name = std::string(title);
      named_ = true;
      has_request_ = false;
      specs_.clear();
      return absl::OkStatus();
    }
    if (absl::ConsumePrefix(&title, "proves: ")) {
      if (has_request_ || !proves_.empty()) {
        return Error("what a case proves must stand at its start");
      }
      proves_ = std::string(title);
      return absl::OkStatus();
    }
    if (title == "request") {
      if (has_request_ || !Next()) {
        return Error("a request must be the first thing of its case");
      }
      if (!named_) cases_.emplace_back().name = std::string(name_);
      has_request_ = true;
      cases_.back().proves = std::exchange(proves_, "");
      absl::StatusOr<RequestLine> request = ParseRequestLine(line_);
      if (!request.ok()) return Error(request.status().message());
      cases_.back().request = *std::move(request);
      return absl::OkStatus();
    }
    if (!has_request_) return Error("the case has no request");
    GoldenCase& golden = cases_.back();
    if (title == "set") {
      golden.from_daemon = true;
      while (MoreOfSection()) {
        Next();
        absl::Status status = Call(&golden.calls.emplace_back());
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    }
    if (title == "settings") {
      if (!Next()) return Error("the settings are missing");
      golden.settings = std::string(line_);
      return absl::OkStatus();
    }
    if (absl::ConsumePrefix(&title, "answer ")) {
      return ReadAnswer(title, &golden.answers.emplace_back());
    }
    return Error("unknown section");
  }

  // ARGS<TAB>done, or ARGS<TAB>refused<TAB>MESSAGE.
  absl::Status Call(GoldenCall* call) {
    const std::vector<std::string_view> columns = absl::StrSplit(line_, '\t');
    if (columns.size() < 2 || !ReadStrings(columns[0], &call->args)) {
      return Error("not a call");
    }
    call->done = columns.size() == 2 && columns[1] == "done";
    if (!call->done && (columns.size() != 3 || columns[1] != "refused" ||
                        !ReadString(columns[2], &call->message))) {
      return Error("not a call");
    }
    return absl::OkStatus();
  }

  absl::Status ReadAnswer(std::string_view title, GoldenAnswer* answer) {
    for (;;) {
      const std::vector<std::string> words = absl::StrSplit(title, ' ');
      if (words.size() < 2) return Error("an answer needs a host and releases");
      for (size_t i = 1; i < words.size(); ++i) {
        answer->places.push_back({words[0], words[i]});
      }
      if (!Next()) return Error("the answer is missing");
      title = line_;
      if (!absl::ConsumePrefix(&title, "=== answer ")) break;
    }
    std::string_view head = line_;
    if (absl::ConsumePrefix(&head, "ok") &&
        (head.empty() || absl::StartsWith(head, " as "))) {
      answer->kind = GoldenAnswer::Kind::kSpec;
      absl::Status status = ReadSpec(head, answer);
      if (!status.ok()) return status;
    } else {
      head = line_;
      if (!Next()) return Error("the answer is missing");
      std::string_view stage = head;
      if (head == "not created") {
        answer->kind = GoldenAnswer::Kind::kNotCreated;
      } else {
        answer->kind = absl::ConsumePrefix(&stage, "panic ")
                           ? GoldenAnswer::Kind::kCrashed
                           : GoldenAnswer::Kind::kRefused;
        if ((answer->kind == GoldenAnswer::Kind::kRefused &&
             !absl::ConsumePrefix(&stage, "error ")) ||
            !ReadStage(stage, &answer->stage)) {
          return Error("unknown answer");
        }
      }
      if (!ReadString(line_, &answer->message)) return Error("not a string");
    }
    if (MoreOfSection()) {
      Next();
      std::string_view directories = line_;
      if (!absl::ConsumePrefix(&directories, "mkdir ")) {
        return Error("unknown line in an answer");
      }
      answer->directories = std::string(directories);
    }
    return absl::OkStatus();
  }

  // The lines of a spec; or, where `head` names the place of an earlier answer,
  // in what they differ from those of that one.
  absl::Status ReadSpec(std::string_view head, GoldenAnswer* answer) {
    Lines lines;
    if (head.empty()) {
      while (MoreOfSpec()) {
        Next();
        lines.push_back(line_);
      }
      if (lines.empty()) return Error("the answer is missing");
    } else {
      absl::ConsumePrefix(&head, " as ");
      const auto base = absl::ConsumeSuffix(&head, ", but") ? specs_.find(head)
                                                            : specs_.end();
      if (base == specs_.end()) return Error("no spec was given there before");
      absl::Status status = ReadChanges(base->second, &lines);
      if (!status.ok()) return status;
    }
    for (std::string_view line : lines) AppendCompact(line, &answer->spec);
    if (!IsJson(answer->spec)) return Error("the spec is not JSON");
    for (const GoldenAnswer::Place& place : answer->places) {
      specs_[absl::StrCat(place.host, " ", place.release)] = lines;
    }
    return absl::OkStatus();
  }

  bool MoreOfSpec() const {
    return MoreOfSection() && !absl::StartsWith(text_, "mkdir ");
  }

  // "@@ N", then "-" before each line of `base` that goes, of which the first
  // is its line N, and "+" before each that comes in their place.
  absl::Status ReadChanges(const Lines& base, Lines* lines) {
    size_t at = 0;  // lines of `base` that are done with
    while (MoreOfSpec()) {
      Next();
      std::string_view change = line_;
      size_t start;
      if (absl::ConsumePrefix(&change, "@@ ")) {
        if (!absl::SimpleAtoi(change, &start) || start <= at ||
            start > base.size() + 1) {
          return Error("not a place in what the spec differs from");
        }
        lines->insert(lines->end(), base.begin() + static_cast<ptrdiff_t>(at),
                      base.begin() + static_cast<ptrdiff_t>(start - 1));
        at = start - 1;
      } else if (absl::ConsumePrefix(&change, "-")) {
        if (at == base.size() || base[at] != change) {
          return Error("this is not what stands there");
        }
        ++at;
      } else if (absl::ConsumePrefix(&change, "+")) {
        lines->push_back(change);
      } else {
        return Error("no change of a spec");
      }
    }
    lines->insert(lines->end(), base.begin() + static_cast<ptrdiff_t>(at),
                  base.end());
    return absl::OkStatus();
  }

  std::string_view text_;  // what follows line_
  const std::string_view name_;
  std::string_view line_;
  int number_ = 0;
  bool done_ = false;
  bool named_ = false;        // cases have names
  bool has_request_ = false;  // the last case
  std::string proves_;        // of the case that begins
  // The lines of the last case's specs, by "HOST RELEASE".
  std::map<std::string, Lines, std::less<>> specs_;
  std::vector<GoldenCase> cases_;
};

}  // namespace

absl::StatusOr<std::vector<GoldenCase>> ParseGoldenCases(
    std::string_view text, std::string_view name) {
  return Parser(text, name).Parse();
}

}  // namespace specgen
