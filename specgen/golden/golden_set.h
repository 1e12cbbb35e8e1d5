// All goldens, and the comparison of our answers with them.
#ifndef SPECGEN_GOLDEN_GOLDEN_SET_H_
#define SPECGEN_GOLDEN_GOLDEN_SET_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/golden_case.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {

// One answer of Docker's: a request, on one host, to one release.
struct GoldenRow {
  const GoldenCase* golden;
  const GoldenAnswer* answer;
  const HostSnapshot* host;
  const Release* release;
};

// What testdata holds. Immutable.
class GoldenSet {
 public:
  // Reads hosts/*.json, cases/SET/*.case and the archives FILE of many cases.
  // A case is called SET/NAME; one of an archive "random/NAME". Fails with what
  // cannot be read, and where.
  static absl::StatusOr<std::unique_ptr<GoldenSet>> Load(
      const std::string& directory, const std::vector<std::string>& archives);

  GoldenSet(const GoldenSet&) = delete;
  GoldenSet& operator=(const GoldenSet&) = delete;

  // Sorted by name.
  const std::vector<GoldenCase>& cases() const { return cases_; }
  // In the order of cases().
  const std::vector<GoldenRow>& rows() const { return rows_; }

 private:
  GoldenSet() = default;
  absl::Status Add(const std::string& file, const std::string& name);
  absl::Status MakeRows();
  std::map<std::string, std::unique_ptr<HostSnapshot>> hosts_;
  std::vector<GoldenCase> cases_;
  std::vector<GoldenRow> rows_;
};

// Answers the row's request as `release` does and compares with the recorded
// answer: byte for byte; of refusals the stage, and the message unless they are
// of decoding, where Go's words depend on its version; of crashes the stage. In
// a user namespace, options that Docker appended to a mount are compared as a
// set, since it appends them in random order. Returns "" if all is the same,
// else what differs, for people.
//
// `release` is the row's, or one like it whose behaviour was altered.
std::string Difference(const GoldenRow& row, const Release& release);

}  // namespace specgen

#endif  // SPECGEN_GOLDEN_GOLDEN_SET_H_
