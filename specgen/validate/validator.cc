#include "specgen/validate/validator.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/validate/finding_list.h"
#include "specgen/validate/semantic_checks.h"
#include "specgen/validate/spec_fields.h"

namespace specgen {
namespace {

// Whether any version of the range is in [since, until].
bool Overlaps(const OciVersionRange& range, OciVersion since,
              OciVersion until) {
  return since <= range.to && until >= range.from;
}

// Whether all are.
bool Covers(const OciVersionRange& range, OciVersion since, OciVersion until) {
  return since <= range.from && until >= range.to;
}

std::string_view KindName(const SpecField& field) {
  switch (field.kind) {
    case FieldKind::kString:
      return "a string";
    case FieldKind::kBool:
      return "true or false";
    case FieldKind::kInteger:
      return "a whole number";
    default:
      return "an object";
  }
}

bool IsOfKind(const JsonNode& node, FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return node.is(JsonKind::kString);
    case FieldKind::kBool:
      return node.is(JsonKind::kTrue) || node.is(JsonKind::kFalse);
    case FieldKind::kInteger:
      return node.is(JsonKind::kNumber);
    case FieldKind::kObject:
    case FieldKind::kStringMap:
    case FieldKind::kObjectMap:
    case FieldKind::kAnyObject:
      return node.is(JsonKind::kObject);
  }
  return true;
}

// Whether a whole number in the field's limits stands there.
bool InLimits(std::string_view text, const SpecField& field) {
  const char* end = text.data() + text.size();
  if (field.max < 0) {  // to 2^64-1
    uint64_t value = 0;
    const auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc() && result.ptr == end;
  }
  int64_t value = 0;
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end && value >= field.min &&
         value <= field.max;
}

std::string LimitsText(const SpecField& field) {
  return absl::StrCat(
      "from ", field.min, " to ",
      field.max < 0 ? absl::StrCat(UINT64_MAX) : absl::StrCat(field.max));
}

class FieldCheck {
 public:
  FieldCheck(const OciVersionRange& rules, FindingList* findings)
      : rules_(rules), f_(*findings) {}

  void Object(const JsonNode& object, absl::Span<const SpecField> fields) {
    std::map<std::string_view, const JsonNode*> last;
    for (const JsonNode& member : object.items) last[member.key] = &member;
    for (const JsonNode& member : object.items) {
      if (last[member.key] != &member) {
        f_.WarningAtKey("duplicate-key", member,
                        absl::StrCat(Quote(member.key),
                                     " stands here again further down, which "
                                     "wins"));
        continue;
      }
      Member(member, fields);
    }
    for (const SpecField& field : fields) {
      if (field.required &&
          Covers(rules_, field.required_since, field.required_until) &&
          !last.contains(field.key)) {
        f_.Error("required", object,
                 absl::StrCat(Quote(field.key), " is missing"));
      }
    }
  }

 private:
  void Member(const JsonNode& member, absl::Span<const SpecField> fields) {
    const SpecField* other_version = nullptr;
    const SpecField* wrong_type = nullptr;
    for (const SpecField& field : fields) {
      if (field.key != member.key) continue;
      if (!Overlaps(rules_, field.since, field.until)) {
        other_version = &field;
        continue;
      }
      // A "-dev" version may have it in the old form or in the new one.
      if (field.list ? member.is(JsonKind::kArray)
                     : IsOfKind(member, field.kind)) {
        Value(member, field);
        return;
      }
      wrong_type = &field;
    }
    if (wrong_type != nullptr) {
      f_.Error("type", member,
               absl::StrCat(Quote(member.key), " must be ",
                            wrong_type->list ? "a list" : KindName(*wrong_type),
                            ", not ", JsonKindName(member.kind)));
    } else if (other_version != nullptr) {
      // Who knows the key all the same refuses what it cannot be.
      if (other_version->since > rules_.to) CheckLater(member, *other_version);
      f_.WarningAtKey(
          "other-version", member,
          absl::StrCat(Quote(member.key),
                       other_version->since > rules_.to
                           ? absl::StrCat(" came with ",
                                          OciVersionName(other_version->since))
                           : absl::StrCat(" went after ",
                                          OciVersionName(other_version->until)),
                       ": a runtime of this version ignores it"));
    } else {
      Unknown(member, fields);
    }
  }

  void CheckLater(const JsonNode& member, const SpecField& field) {
    const OciVersionRange later = {field.since, kNewestOci};
    FieldCheck check(later, &f_);
    check.Member(member, {&field, 1});
  }

  void Unknown(const JsonNode& member, absl::Span<const SpecField> fields) {
    std::vector<std::string_view> keys;
    for (const SpecField& field : fields) {
      if (Overlaps(rules_, field.since, field.until)) keys.push_back(field.key);
    }
    f_.WarningAtKey("unknown-key", member,
                    absl::StrCat(Quote(member.key), " is no key of this place",
                                 DidYouMean(keys, member.key)));
  }

  // `node` is a list if the field is, else of the field's kind.
  void Value(const JsonNode& node, const SpecField& field) {
    if (!field.list) {
      One(node, field);
      return;
    }
    if (field.not_empty && node.items.empty()) {
      f_.Error("empty-list", node,
               absl::StrCat(Quote(field.key), " must have an item"));
    }
    for (const JsonNode& item : node.items) {
      if (IsOfKind(item, field.kind)) {
        One(item, field);
      } else {
        f_.Error(
            "type", item,
            absl::StrCat("an item of ", Quote(node.key), " must be ",
                         KindName(field), ", not ", JsonKindName(item.kind)));
      }
    }
  }

  void One(const JsonNode& node, const SpecField& field) {
    switch (field.kind) {
      case FieldKind::kInteger:
        if (!InLimits(node.text, field)) {
          f_.Error("limits", node,
                   absl::StrCat(Quote(field.key), " must be a whole number ",
                                LimitsText(field), ", not ", node.text));
        }
        break;
      case FieldKind::kString:
        OneOfValues(node, field);
        if (field.form != nullptr && !field.form->matches(node.text)) {
          f_.Error("form", node,
                   absl::StrCat(Quote(field.key), " must be ", field.form->name,
                                ", not ", Quote(node.text)));
        }
        break;
      case FieldKind::kObject:
        Object(node, field.fields);
        break;
      case FieldKind::kStringMap:
        for (const JsonNode& member : node.items) {
          if (!member.is(JsonKind::kString)) {
            f_.Error("type", member,
                     absl::StrCat(Quote(member.key), " must be a string, not ",
                                  JsonKindName(member.kind)));
          }
        }
        break;
      case FieldKind::kObjectMap:
        for (const JsonNode& member : node.items) {
          if (member.is(JsonKind::kObject)) {
            Object(member, field.fields);
          } else {
            f_.Error("type", member,
                     absl::StrCat(Quote(member.key), " must be an object, not ",
                                  JsonKindName(member.kind)));
          }
        }
        break;
      case FieldKind::kBool:
      case FieldKind::kAnyObject:
        break;
    }
  }

  void OneOfValues(const JsonNode& node, const SpecField& field) {
    if (field.values.empty()) return;
    std::string all;
    for (const FieldValue& value : field.values) {
      if (value.since > rules_.to) continue;
      if (value.text == node.text) return;
      absl::StrAppend(&all, all.empty() ? "" : ", ", value.text);
    }
    f_.Error("value", node,
             absl::StrCat(Quote(node.text), " is none of ", all));
  }

  const OciVersionRange& rules_;
  FindingList& f_;
};

// Identifiers of SemVer 2.0.0, with dots between: not empty, of letters, digits
// and "-"; `numbers`: those of digits only have no leading zero.
bool AreIdentifiers(std::string_view text, bool numbers) {
  for (std::string_view part : absl::StrSplit(text, '.')) {
    bool digits = true;
    for (char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (!absl::ascii_isalnum(byte) && c != '-') return false;
      digits &= absl::ascii_isdigit(byte);
    }
    if (part.empty() ||
        (numbers && digits && part.size() > 1 && part[0] == '0')) {
      return false;
    }
  }
  return true;
}

// MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD].
bool IsSemVer(std::string_view text) {
  const size_t plus = text.find('+');
  if (plus != std::string_view::npos) {
    if (!AreIdentifiers(text.substr(plus + 1), /*numbers=*/false)) return false;
    text = text.substr(0, plus);
  }
  const size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    if (!AreIdentifiers(text.substr(dash + 1), /*numbers=*/true)) return false;
    text = text.substr(0, dash);
  }
  return std::count(text.begin(), text.end(), '.') == 2 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos &&
         AreIdentifiers(text, /*numbers=*/true);
}

// The rules to apply, and a finding where the document does not say well which.
OciVersionRange ChooseRules(const JsonNode& root, FindingList* findings) {
  constexpr OciVersionRange kNewest = {kNewestOci, kNewestOci};
  const JsonNode* version = root.Find("ociVersion");
  if (version == nullptr || !version->is(JsonKind::kString)) return kNewest;
  const std::optional<OciVersionRange> known = FindOciVersion(version->text);
  if (!IsSemVer(version->text)) {
    findings->Error("oci-version", *version,
                    absl::StrCat(Quote(version->text),
                                 " is no version in the form of SemVer 2.0.0, "
                                 "such as ",
                                 OciVersionName(kNewestOci)));
  } else if (known.has_value()) {
    return *known;
  } else if (version->text.substr(0, 2) == "1." ||
             version->text.substr(0, 2) == "0.") {
    findings->Warning("oci-version", *version,
                      absl::StrCat(Quote(version->text),
                                   " is no release known here; the "
                                   "rules of ",
                                   OciVersionName(kNewestOci), " are applied"));
  } else {
    findings->Error("oci-version", *version,
                    absl::StrCat(Quote(version->text),
                                 " is no version of the runtime spec: those "
                                 "known are ",
                                 OciVersionName(kOldestOci), " to ",
                                 OciVersionName(kNewestOci)));
  }
  return kNewest;
}

}  // namespace

bool SpecReport::has_errors() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const SpecFinding& finding) {
                       return finding.severity == SpecSeverity::kError;
                     });
}

SpecReport ValidateSpec(const JsonTree& spec,
                        std::optional<OciVersionRange> as) {
  SpecReport report;
  FindingList findings(spec, &report.findings);
  const JsonNode& root = spec.root();
  if (!root.is(JsonKind::kObject)) {
    findings.Error("type", root,
                   absl::StrCat("a spec must be an object, not ",
                                JsonKindName(root.kind)));
    return report;
  }
  report.oci_version = root.String("ociVersion");
  report.rules = as.has_value() ? *as : ChooseRules(root, &findings);
  FieldCheck(report.rules, &findings).Object(root, SpecFields());
  CheckMeaning(root, report.rules, &findings);
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const SpecFinding& a, const SpecFinding& b) {
                     return std::tie(a.position.line, a.position.column) <
                            std::tie(b.position.line, b.position.column);
                   });
  return report;
}

}  // namespace specgen
