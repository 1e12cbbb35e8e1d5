// Collects the findings about one document.
#ifndef SPECGEN_VALIDATE_FINDING_LIST_H_
#define SPECGEN_VALIDATE_FINDING_LIST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/json/json_tree.h"
#include "specgen/validate/validator.h"

namespace specgen {

// When they take much memory, as where a key of a megabyte stands in thousands
// of pointers, a last one says that there are more.
class FindingList {
 public:
  static constexpr size_t kMostBytes = size_t{16} << 20;

  // Both must outlive this.
  FindingList(const JsonTree& tree, std::vector<SpecFinding>* findings)
      : tree_(tree), findings_(findings) {}

  void Error(std::string_view rule, const JsonNode& at, std::string message) {
    Add(SpecSeverity::kError, rule, at, at.offset, std::move(message));
  }
  void Warning(std::string_view rule, const JsonNode& at, std::string message) {
    Add(SpecSeverity::kWarning, rule, at, at.offset, std::move(message));
  }
  // At the key of a member, not its value.
  void WarningAtKey(std::string_view rule, const JsonNode& at,
                    std::string message) {
    Add(SpecSeverity::kWarning, rule, at, at.key_offset, std::move(message));
  }

 private:
  void Add(SpecSeverity severity, std::string_view rule, const JsonNode& at,
           size_t offset, std::string message) {
    if (bytes_ > kMostBytes) return;
    std::string pointer = at.Pointer();
    bytes_ += sizeof(SpecFinding) + pointer.size() + message.size();
    if (bytes_ > kMostBytes) {
      severity = SpecSeverity::kError;
      rule = "too-many";
      pointer.clear();
      message = "there is more to find from here on than is shown";
    }
    findings_->push_back({severity, rule, std::move(pointer),
                          tree_.Position(offset), std::move(message)});
  }

  const JsonTree& tree_;
  std::vector<SpecFinding>* findings_;
  size_t bytes_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_FINDING_LIST_H_
