// The namespaces of a spec that is being made.
#ifndef SPECGEN_GENERATOR_NAMESPACE_LIST_H_
#define SPECGEN_GENERATOR_NAMESPACE_LIST_H_

#include <cstddef>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

// runtime-spec's LinuxNamespace.
struct Namespace {
  std::string_view type;
  std::string_view path;
};

// The base spec's namespaces but for those that are removed.
class NamespaceList {
 public:
  NamespaceList() = default;
  // `base` must outlive this.
  explicit NamespaceList(absl::Span<const Namespace> base) : base_(base) {}

  // Whether there is one of that type.
  bool Contains(std::string_view type) const;

  // Removes one of that type, if there is any: of several the last one, or else
  // the first.
  void Remove(std::string_view type, bool last);

  // For those who only read: which of the base spec's are removed, by their
  // indices in ascending order.
  absl::Span<const size_t> removed() const {
    return {removed_, removed_count_};
  }
  size_t size() const { return base_.size() - removed_count_; }

 private:
  bool IsRemoved(size_t i) const;

  absl::Span<const Namespace> base_;
  // An engine removes three at most: the network's, that of process ids, and
  // IPC's.
  static constexpr size_t kMostRemoved = 3;
  size_t removed_[kMostRemoved];  // ascending
  size_t removed_count_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_NAMESPACE_LIST_H_
