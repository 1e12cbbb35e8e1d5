// Every spec that Docker made keeps the rules of its version, apart from what
// known_violations.h lists.
//
//   golden_oracle_test TESTDATA ARCHIVE...
#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "specgen/golden/golden_set.h"
#include "specgen/json/json_tree.h"
#include "specgen/validate/known_violations.h"
#include "specgen/validate/validator.h"

namespace specgen {
namespace {

const GoldenSet* goldens = nullptr;

SpecReport Validate(std::string_view spec) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(spec, "golden");
  EXPECT_TRUE(tree.ok()) << tree.status();
  return tree.ok() ? ValidateSpec(**tree) : SpecReport();
}

TEST(GoldenOracleTest, EverySpecKeepsTheRules) {
  std::set<std::string_view> seen;
  std::map<const KnownViolation*, size_t> used;
  size_t clean = 0;
  size_t versions = 0;
  std::set<std::string> version_names;
  for (const GoldenRow& row : goldens->rows()) {
    if (row.answer->kind != GoldenAnswer::Kind::kSpec) continue;
    if (!seen.insert(row.answer->spec).second) continue;
    const SpecReport report = Validate(row.answer->spec);
    version_names.insert(report.oci_version);
    bool errors = false;
    for (const SpecFinding& finding : report.findings) {
      if (!CountsAgainstDocker(finding)) continue;
      errors = true;
      const KnownViolation* known = FindKnownViolation(finding);
      if (known != nullptr) {
        ++used[known];
        continue;
      }
      ADD_FAILURE() << row.golden->name << ", Docker " << row.release->name
                    << ": " << finding.pointer << ": " << finding.message
                    << " (" << finding.rule << ")";
    }
    if (!errors) ++clean;
  }
  versions = version_names.size();
  // A list that outlives its reasons would hide what it should not.
  for (const KnownViolation& known : kKnownViolations) {
    EXPECT_GT(used[&known], 0u) << known.rule << " " << known.start;
  }
  // A test that looked at nothing would pass.
  EXPECT_GE(seen.size(), 2000u);
  EXPECT_GE(clean, seen.size() / 2);
  EXPECT_GE(versions, 12u);
  RecordProperty("specs", static_cast<int>(seen.size()));
  RecordProperty("clean", static_cast<int>(clean));
}

// The oracle sees what a generator could get wrong: each change to a real spec
// is found.
TEST(GoldenOracleTest, ChangedSpecsAreFound) {
  std::string_view spec;
  for (const GoldenRow& row : goldens->rows()) {
    if (row.golden->name == "curated/net-host" &&
        row.answer->kind == GoldenAnswer::Kind::kSpec &&
        row.release->behaviour->name == "28.2.0") {
      spec = row.answer->spec;
    }
  }
  ASSERT_FALSE(spec.empty());
  ASSERT_FALSE(Validate(spec).has_errors());
  const struct {
    std::string_view from, to, rule;
  } kChanges[] = {
      {R"("cwd":)", R"("cwD":)", "required"},
      {R"("type":"uts")", R"("type":"pid")", "duplicate-namespace"},
      {R"("type":"uts")", R"("type":"UTS")", "value"},
      {R"("allow":false)", R"("allow":"no")", "type"},
      {R"("/proc/kcore")", R"("proc/kcore")", "relative-path"},
      {R"("destination":"/proc")", R"("Destination":"/proc")", "required"},
      {R"("access":"rwm")", R"("access":"all")", "device-rule-access"},
      {R"("bounding":[)", R"("bounding":[5,)", "type"},
      {R"("effective":[)", R"("effective":["CAP_BPF",)",
       "capability-not-permitted"},
      {R"("ociVersion":"1.2.1")", R"("ociVersion":"0.6")", "oci-version"},
      {R"("maskedPaths")", R"("masked_paths")", "unknown-key"},
  };
  for (const auto& change : kChanges) {
    const std::string changed =
        absl::StrReplaceAll(spec, {{change.from, change.to}});
    ASSERT_NE(changed, spec) << change.from;
    bool found = false;
    for (const SpecFinding& finding : Validate(changed).findings) {
      found |= finding.rule == change.rule;
    }
    EXPECT_TRUE(found) << change.to;
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: golden_oracle_test TESTDATA ARCHIVE...\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<specgen::GoldenSet>> set =
      specgen::GoldenSet::Load(argv[1], {argv + 2, argv + argc});
  if (!set.ok()) {
    std::cerr << "golden_oracle_test: " << set.status().message() << "\n";
    return 1;
  }
  specgen::goldens = set->get();
  return RUN_ALL_TESTS();
}
