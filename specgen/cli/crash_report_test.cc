// Compares what specgen says of crashes with every crash that was recorded.
//
//   crash_report_test TESTDATA ARCHIVE...
#include "specgen/cli/crash_report.h"

#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/golden_set.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

const GoldenSet* goldens = nullptr;

// The releases that a text like "1.13.0 to 18.09.0, 20.10.14" names.
std::set<std::string_view> Named(std::string_view ranges) {
  std::set<std::string_view> names;
  while (!ranges.empty()) {
    const std::string_view range = ranges.substr(0, ranges.find(", "));
    const size_t to = range.find(" to ");
    const std::string_view first = range.substr(0, to);
    const std::string_view last =
        to == std::string_view::npos ? first : range.substr(to + 4);
    bool inside = false;
    for (const Release& release : AllReleases()) {
      inside |= release.name == first;
      if (inside) names.insert(release.name);
      if (release.name == last) inside = false;
    }
    ranges.remove_prefix(range.size() < ranges.size() ? range.size() + 2
                                                      : range.size());
  }
  return names;
}

// A request, on a host: what each recorded release made of it.
using Recorded = std::map<std::pair<const GoldenCase*, const HostSnapshot*>,
                          std::vector<const GoldenRow*>>;

Recorded RecordedCases() {
  Recorded recorded;
  for (const GoldenRow& row : goldens->rows()) {
    if (row.golden->from_daemon) continue;  // several calls of `set`
    recorded[{row.golden, row.host}].push_back(&row);
  }
  return recorded;
}

TEST(CrashingReleases, AreThoseThatWereRecorded) {
  size_t crashes = 0;
  size_t cases = 0;
  for (const auto& [key, rows] : RecordedCases()) {
    std::vector<std::string_view> set;
    const Request request = key.first->request.ToRequest(&set);
    const std::set<std::string_view> named =
        Named(CrashingReleases(request, *key.second));
    bool any = false;
    for (const GoldenRow* row : rows) {
      const bool crashed = row->answer->kind == GoldenAnswer::Kind::kCrashed;
      EXPECT_EQ(named.count(row->release->name) == 1, crashed)
          << key.first->name << ", Docker " << row->release->name;
      crashes += crashed;
      any |= crashed;
    }
    cases += any;
  }
  // Else it would be true of nothing.
  EXPECT_GE(cases, 11u);
  EXPECT_GE(crashes, 170u);
}

TEST(CrashCause, IsSaidOfEveryRecordedCrash) {
  std::map<std::string, size_t> causes;
  for (const GoldenRow& row : goldens->rows()) {
    if (row.golden->from_daemon ||
        row.answer->kind != GoldenAnswer::Kind::kCrashed) {
      continue;
    }
    Answer answer;
    std::vector<std::string_view> set;
    Generator(*row.release, *row.host)
        .Generate(row.golden->request.ToRequest(&set), &answer);
    ASSERT_EQ(answer.outcome(), Outcome::kCrashed) << row.golden->name;
    const std::string cause = CrashCause(answer);
    ++causes[cause];
    // No request of these has a base spec.
    EXPECT_EQ(cause.find("base spec"), std::string::npos) << row.golden->name;
    // The causes that are said to be so must be there to see.
    if (cause == "a device has no path") {
      EXPECT_NE(row.golden->request.plugin.find("null"), std::string::npos);
    }
    // Docker's crash says the same, as Go's run time does.
    if (row.answer->message.find("slice bounds") != std::string::npos) {
      EXPECT_NE(cause.find("slash"), std::string::npos)
          << row.golden->name << ": " << cause;
    }
  }
  for (const auto& [cause, count] : causes) {
    std::cout << count << " crashes: " << cause << "\n";
  }
  EXPECT_GE(causes.size(), 3u);
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: crash_report_test TESTDATA ARCHIVE...\n";
    return 2;
  }
  auto set = specgen::GoldenSet::Load(argv[1], {argv + 2, argv + argc});
  if (!set.ok()) {
    std::cerr << "crash_report_test: " << set.status().message() << "\n";
    return 1;
  }
  specgen::goldens = set->get();
  return RUN_ALL_TESTS();
}
