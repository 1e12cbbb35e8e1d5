#include "specgen/engine/table_reader.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "specgen/engine/engine_version.h"
#include "specgen/engine/list_edit.h"

namespace specgen::engine {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// One of the files, parsed, and what is wrong with it.
class File : public google::protobuf::io::ErrorCollector {
 public:
  File(const SourceFile& source, std::vector<std::string>* problems)
      : source_(source), problems_(problems) {}

  bool Parse(Message* message) {
    TextFormat::Parser parser;
    parser.RecordErrorsTo(this);
    parser.WriteLocationsTo(&places_);
    return parser.ParseFromString(source_.text, message);
  }

  // `line` counts from 1; 0: of the file as a whole.
  void Problem(int line, const std::string& problem) {
    problems_->push_back(
        line > 0 ? absl::StrCat(source_.name, ":", line, ": ", problem)
                 : absl::StrCat(source_.name, ": ", problem));
  }

  void AddError(int line, int column, const std::string& message) override {
    problems_->push_back(absl::StrCat(source_.name, ":", line + 1, ":",
                                      column + 1, ": ", message));
  }

  const TextFormat::ParseInfoTree& places() const { return places_; }

 private:
  const SourceFile& source_;
  std::vector<std::string>* problems_;
  TextFormat::ParseInfoTree places_;
};

// Something of a file that problems are about: "release 17.03.0".
class Entry {
 public:
  Entry(File* file, const Message& table, const char* list, int index,
        std::string what)
      : file_(file), what_(std::move(what)) {
    const FieldDescriptor* field = table.GetDescriptor()->FindFieldByName(list);
    line_ = file->places().GetLocation(field, index).line + 1;
    places_ = file->places().GetTreeForNested(field, index);
  }

  void Problem(const std::string& problem) const {
    file_->Problem(line_, absl::StrCat(what_, ": ", problem));
  }
  File* file() const { return file_; }
  const std::string& what() const { return what_; }
  int line() const { return line_; }
  Places places() const { return places_; }

 private:
  File* file_;
  std::string what_;
  int line_;
  Places places_;
};

bool IsDate(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text;
}

// A version as something to sort by: "17.03.0-rc1" before "17.03.0", "-beta"
// before "-rc".
std::pair<std::vector<int>, std::string> VersionKey(const std::string& name) {
  std::vector<int> numbers;
  size_t i = 0;
  int number = 0;
  while (i < name.size() && (absl::ascii_isdigit(name[i]) || name[i] == '.')) {
    if (name[i] == '.') {
      numbers.push_back(number);
      number = 0;
    } else {
      number = number * 10 + (name[i] - '0');
    }
    ++i;
  }
  numbers.push_back(number);
  const std::string suffix = name.substr(i);
  // "" sorts last but for a distribution's "+"; numbers in a suffix by value.
  std::string key = suffix.empty() || suffix[0] == '+' ? "~" : "";
  for (size_t k = 0; k < suffix.size(); ++k) {
    if (absl::ascii_isdigit(suffix[k])) {
      std::string digits;
      while (k < suffix.size() && absl::ascii_isdigit(suffix[k])) {
        digits += suffix[k++];
      }
      key += std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0');
      key += digits;
      --k;
    } else if (suffix[k] != '.') {
      key += suffix[k];
    }
  }
  return {numbers, key};
}

bool IsCandidate(const Release& release) {
  return release.hidden() || NamesCandidate(release.name());
}

// Calls `visit` with each text in `message`.
template <typename Visit>
void EachText(const Message& message, Visit visit) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size =
        field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        visit(field->is_repeated()
                  ? reflection.GetRepeatedString(message, field, i)
                  : reflection.GetString(message, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        EachText(field->is_repeated()
                     ? reflection.GetRepeatedMessage(message, field, i)
                     : reflection.GetMessage(message, field),
                 visit);
      }
    }
  }
}

void CheckTexts(const Message& message, const Entry& entry) {
  EachText(message, [&](const std::string& text) {
    if (!std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isprint(c); })) {
      entry.Problem(absl::StrCat("\"", absl::CHexEscape(text),
                                 "\" is not printable ASCII; write it so"));
    }
  });
}

// The encoder writes a rule's access as it is (spec_json.h).
void CheckAccess(const DefaultSpec& spec, const Entry& entry) {
  for (const DeviceRuleEdit& edit : spec.device_rules()) {
    for (const DeviceRule& rule : edit.add()) {
      if (rule.access().find_first_of("\"\\<>&") == std::string::npos) continue;
      entry.Problem(absl::StrCat("access \"", absl::CHexEscape(rule.access()),
                                 "\" would need an escape in JSON, which the "
                                 "encoder does not write"));
    }
  }
}

// A device's type is one letter: the encoder writes no more of it.
void CheckDeviceTypes(const DefaultSpec& spec, const Entry& entry) {
  const auto check = [&](const std::string& type) {
    if (type.size() == 1) return;
    entry.Problem(absl::StrCat("device type \"", absl::CHexEscape(type),
                               "\" is not one letter"));
  };
  for (const DeviceEdit& edit : spec.devices()) {
    for (const Device& device : edit.add()) check(device.type());
  }
  for (const DeviceRuleEdit& edit : spec.device_rules()) {
    for (const DeviceRule& rule : edit.add()) {
      if (!rule.type().empty()) check(rule.type());
    }
  }
}

// Every value of a complete behaviour is set, in each of its sections.
void CheckComplete(const Message& message, const Entry& entry) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CheckComplete(reflection.GetMessage(message, field), entry);
    } else if (field->has_optional_keyword() &&
               !reflection.HasField(message, field)) {
      entry.Problem(absl::StrCat(field->name(), " of ",
                                 message.GetDescriptor()->name(),
                                 " is not set; the first behaviour sets every "
                                 "value"));
    }
  }
}

// Without what each behaviour says of itself.
Behaviour ValuesOf(Behaviour behaviour) {
  behaviour.clear_name();
  behaviour.clear_based_on();
  behaviour.clear_changes();
  behaviour.clear_sources();
  return behaviour;
}

class TableReader {
 public:
  TableReader(const SourceFile& releases, const SourceFile& behaviours,
              EngineTable* table, std::vector<std::string>* problems)
      : releases_(releases, problems),
        behaviours_(behaviours, problems),
        table_(*table) {}

  void Read() {
    const bool parsed = releases_.Parse(&release_table_);
    if (!behaviours_.Parse(&behaviour_table_) || !parsed) return;
    table_.date = release_table_.date();
    if (!IsDate(table_.date)) {
      releases_.Problem(0,
                        absl::StrCat("date: \"", absl::CHexEscape(table_.date),
                                     "\" is no day; write YYYY-MM-DD"));
    }
    for (int i = 0; i < behaviour_table_.behaviour_size(); ++i) {
      ReadBehaviour(i);
    }
    for (int i = 0; i < release_table_.release_size(); ++i) ReadRelease(i);
    for (int i = 0; i < release_table_.build_size(); ++i) ReadBuild(i);
    for (int i = 0; i < release_table_.distribution_size(); ++i) {
      ReadDistribution(i);
    }
    for (int i = 0; i < release_table_.difference_size(); ++i) {
      ReadDifference(i);
    }
    CheckNames();
  }

 private:
  void ReadBehaviour(int index) {
    const Behaviour& own = behaviour_table_.behaviour(index);
    const Entry entry(&behaviours_, behaviour_table_, "behaviour", index,
                      absl::StrCat("behaviour ", own.name()));
    Behaviour full;
    if (index == 0) {
      CheckFirst(own, entry);
    } else {
      const Behaviour* base = FindBase(own, entry);
      if (base == nullptr) return;
      full = ValuesOf(*base);
      CheckOrder(own, entry);
    }
    Merge(
        own, entry.places(), entry.what(),
        [&](int line, const std::string& problem) {
          behaviours_.Problem(line > 0 ? line : entry.line(), problem);
        },
        &full);
    if (index > 0) CheckChanges(own, entry);
    CheckTexts(own, entry);
    CheckAccess(own.default_spec(), entry);
    CheckDeviceTypes(own.default_spec(), entry);
    CheckComplete(full, entry);
    table_.behaviours.push_back(std::move(full));
  }

  static void CheckFirst(const Behaviour& own, const Entry& entry) {
    if (!own.based_on().empty() || !own.changes().empty()) {
      entry.Problem(
          "is the first, and cannot be based on another or have changes; take "
          "them out");
    }
  }

  const Behaviour* FindBase(const Behaviour& own, const Entry& entry) {
    for (const Behaviour& other : table_.behaviours) {
      if (other.name() == own.based_on()) return &other;
    }
    entry.Problem(absl::StrCat("based_on: \"", absl::CHexEscape(own.based_on()),
                               "\" is no behaviour that stands before it; name "
                               "one that does"));
    return nullptr;
  }

  void CheckOrder(const Behaviour& own, const Entry& entry) {
    const Behaviour& last = table_.behaviours.back();
    if (VersionKey(last.name()) < VersionKey(own.name())) return;
    entry.Problem(last.name() == own.name()
                      ? "is there twice; take one out"
                      : absl::StrCat("is older than ", last.name(),
                                     ", which stands before it; move it up"));
  }

  static void CheckChanges(const Behaviour& own, const Entry& entry) {
    if (own.changes().empty() || own.sources().empty()) {
      entry.Problem(
          "says not what changed, and where that can be seen; add `changes` "
          "and `sources`");
    }
  }

  void ReadRelease(int index) {
    const Release& release = release_table_.release(index);
    const Entry entry(&releases_, release_table_, "release", index,
                      absl::StrCat("release ", release.name()));
    CheckTexts(release, entry);
    CheckNameAndDate(release.name(), release.tag(), release.date(), entry);
    if (!release.has_user_namespace()) {
      entry.Problem(
          "does not say what it does in a user namespace; set user_namespace");
    }
    CheckBehaviour(release.behaviour(), entry);
    if (!release.presumed().empty()) CheckPresumed(release, entry);
    if (!release.module().empty() &&
        !(ParseVersion(release.module()).has_value() &&
          modules_.insert(release.module()).second)) {
      entry.Problem(absl::StrCat("module: \"",
                                 absl::CHexEscape(release.module()),
                                 "\" is no version, or that of another; write "
                                 "one such as 2.0.0-beta.24"));
    }
    if (!table_.releases.empty()) {
      const std::string& last = table_.releases.back().name();
      if (last == release.name()) {
        entry.Problem("is there twice; take one out");
      } else if (VersionKey(release.name()) < VersionKey(last)) {
        entry.Problem(absl::StrCat("is older than ", last,
                                   ", which stands before it; move it up"));
      }
    }
    table_.releases.push_back(release);
  }

  void CheckNameAndDate(const std::string& name, const std::string& tag,
                        const std::string& date, const Entry& entry) {
    if (name.empty() || tag.empty()) {
      entry.Problem("has no name or no tag; write both");
    }
    if (!IsDate(date)) {
      entry.Problem(absl::StrCat("date: \"", absl::CHexEscape(date),
                                 "\" is no day; write YYYY-MM-DD"));
    } else if (date > table_.date) {
      entry.Problem(absl::StrCat("is newer than the table, which is of ",
                                 table_.date, "; set the date of the table"));
    }
    if (!tags_.insert(tag).second) {
      entry.Problem(
          absl::StrCat("its tag, ", tag, ", is that of another; correct one"));
    }
  }

  void CheckBehaviour(const std::string& name, const Entry& entry) {
    const bool known =
        std::any_of(behaviour_table_.behaviour().begin(),
                    behaviour_table_.behaviour().end(),
                    [&](const Behaviour& b) { return b.name() == name; });
    if (known) return;
    entry.Problem(absl::StrCat("behaviour: \"", absl::CHexEscape(name),
                               "\" is none of behaviours.textproto; name "
                               "one, or add it there"));
  }

  // What is presumed of a release is what the one before it does.
  void CheckPresumed(const Release& release, const Entry& entry) {
    if (table_.releases.empty()) {
      entry.Problem("is the first, and presumed to be as none; record it");
      return;
    }
    const Release& last = table_.releases.back();
    if (release.behaviour() != last.behaviour() ||
        release.user_namespace() != last.user_namespace()) {
      entry.Problem(absl::StrCat("is presumed, but not to do as ", last.name(),
                                 ", which stands before it; give it the same "
                                 "behaviour and user_namespace"));
    }
  }

  void ReadBuild(int index) {
    const Build& build = release_table_.build(index);
    const Entry entry(&releases_, release_table_, "build", index,
                      absl::StrCat("build ", build.name()));
    CheckTexts(build, entry);
    CheckNameAndDate(build.name(), build.package(), build.date(), entry);
    CheckBehaviour(build.behaviour(), entry);
    if (build.by().empty()) entry.Problem("does not say whose it is; set by");
    const auto release = std::find_if(
        table_.releases.begin(), table_.releases.end(),
        [&](const Release& r) { return r.name() == build.release(); });
    if (release == table_.releases.end()) {
      entry.Problem(absl::StrCat("release: \"",
                                 absl::CHexEscape(build.release()),
                                 "\" is none that stands here; name one"));
    } else if (!build.presumed().empty() &&
               build.behaviour() != release->behaviour()) {
      entry.Problem(absl::StrCat("is presumed, but not to do as ",
                                 release->name(),
                                 ", which it is of; give it that behaviour"));
    }
    if (!table_.builds.empty() &&
        !(VersionKey(table_.builds.back().name()) < VersionKey(build.name()))) {
      entry.Problem(absl::StrCat("is not newer than ",
                                 table_.builds.back().name(),
                                 ", which stands before it; move it up"));
    }
    table_.builds.push_back(build);
  }

  void ReadDistribution(int index) {
    const Distribution& distribution = release_table_.distribution(index);
    const Entry entry(&releases_, release_table_, "distribution", index,
                      absl::StrCat("distribution ", distribution.name()));
    CheckTexts(distribution, entry);
    if (distribution.name().empty() || distribution.mark().empty() ||
        distribution.presumed().empty()) {
      entry.Problem("has no name, mark or presumed; write all of them");
    }
    if (absl::AsciiStrToLower(distribution.mark()) != distribution.mark()) {
      entry.Problem("mark: is looked for in lower case; write it so");
    }
    table_.distributions.push_back(distribution);
  }

  void ReadDifference(int index) {
    const Difference& difference = release_table_.difference(index);
    const Entry entry(&releases_, release_table_, "difference", index,
                      absl::StrCat("difference ", index + 1));
    CheckTexts(difference, entry);
    if (difference.engines().empty() || difference.what().empty() ||
        difference.why().empty()) {
      entry.Problem("has no engines, what or why; write all of them");
    }
    table_.differences.push_back(difference);
  }

  // Each behaviour has the name of its first release that is no candidate, or
  // else of its first, or else of its first build.
  void CheckNames() {
    std::map<std::string, std::string> builds;
    for (const Build& build : table_.builds) {
      builds.emplace(build.behaviour(), build.name());
    }
    std::map<std::string, const Release*> namesakes;
    for (const Release& release : table_.releases) {
      const Release*& namesake = namesakes[release.behaviour()];
      if (namesake == nullptr ||
          (IsCandidate(*namesake) && !IsCandidate(release))) {
        namesake = &release;
      }
    }
    for (int i = 0; i < behaviour_table_.behaviour_size(); ++i) {
      const std::string& name = behaviour_table_.behaviour(i).name();
      const Entry entry(&behaviours_, behaviour_table_, "behaviour", i,
                        absl::StrCat("behaviour ", name));
      const Release* const namesake = namesakes[name];
      if (namesake == nullptr && builds[name] == name) continue;
      if (namesake == nullptr) {
        entry.Problem(
            "no release has it; add one to releases.textproto, or take it out");
      } else if (namesake->name() != name) {
        entry.Problem(absl::StrCat("its first release is ", namesake->name(),
                                   "; call it so, here and there"));
      }
    }
  }

  File releases_;
  File behaviours_;
  ReleaseTable release_table_;
  BehaviourTable behaviour_table_;
  EngineTable& table_;
  std::set<std::string> tags_;
  std::set<std::string> modules_;
};

}  // namespace

std::vector<std::string> ReadEngineTable(const SourceFile& releases,
                                         const SourceFile& behaviours,
                                         EngineTable* table) {
  std::vector<std::string> problems;
  TableReader(releases, behaviours, table, &problems).Read();
  return problems;
}

}  // namespace specgen::engine
