// The calls of `docker plugin set` that a request lists.
#ifndef SPECGEN_BATCH_SET_CALLS_H_
#define SPECGEN_BATCH_SET_CALLS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace specgen {

// Gathers calls argument by argument, in memory that is reused. Arguments are
// not copied.
class SetCalls {
 public:
  void Clear() {
    arguments_.clear();
    ends_.clear();
    calls_.clear();
  }
  // An argument of the call that End() ends.
  void Add(std::string_view argument) { arguments_.push_back(argument); }
  void End() { ends_.push_back(arguments_.size()); }

  bool empty() const { return ends_.empty(); }
  // Those that were ended, as specgen::Request has them; valid until the next
  // change.
  absl::Span<const absl::Span<const std::string_view>> All() {
    calls_.clear();
    size_t begin = 0;
    for (const size_t end : ends_) {
      calls_.push_back(
          absl::MakeConstSpan(arguments_).subspan(begin, end - begin));
      begin = end;
    }
    return calls_;
  }

 private:
  std::vector<std::string_view> arguments_;  // of all calls
  std::vector<size_t> ends_;                 // of each call, among them
  std::vector<absl::Span<const std::string_view>> calls_;
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_SET_CALLS_H_
