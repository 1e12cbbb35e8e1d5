#include "specgen/generator/namespace_list.h"

#include <cassert>

namespace specgen {

bool NamespaceList::IsRemoved(size_t i) const {
  for (size_t removed : this->removed()) {
    if (removed == i) return true;
  }
  return false;
}

bool NamespaceList::Contains(std::string_view type) const {
  for (size_t i = 0; i < base_.size(); ++i) {
    if (base_[i].type == type && !IsRemoved(i)) return true;
  }
  return false;
}

void NamespaceList::Remove(std::string_view type, bool last) {
  size_t found = base_.size();
  for (size_t i = 0; i < base_.size(); ++i) {
    if (base_[i].type != type || IsRemoved(i)) continue;
    found = i;
    if (!last) break;
  }
  if (found == base_.size()) return;
  assert(removed_count_ < kMostRemoved);
  size_t at = removed_count_++;
  for (; at > 0 && removed_[at - 1] > found; --at) {
    removed_[at] = removed_[at - 1];
  }
  removed_[at] = found;
}

}  // namespace specgen
