#include "specgen/diff/engine_changes.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"

namespace specgen {
namespace {

const Behaviour* BasedOn(const Behaviour* behaviour) {
  for (const Behaviour& other : AllBehaviours()) {
    if (other.name == behaviour->based_on) return &other;
  }
  return nullptr;
}

// The behaviour and all that it comes from, newest first.
std::vector<const Behaviour*> Line(const Behaviour& behaviour) {
  std::vector<const Behaviour*> line;
  for (const Behaviour* at = &behaviour; at != nullptr; at = BasedOn(at)) {
    line.push_back(at);
  }
  return line;
}

// The change without its reason, which stands in parentheses behind it.
std::string_view WhatChanges(std::string_view text) {
  return text.substr(0, text.find(" ("));
}

}  // namespace

std::vector<EngineChange> ChangesBetween(const Behaviour& from,
                                         const Behaviour& to) {
  std::vector<const Behaviour*> back = Line(from);
  std::vector<const Behaviour*> forth = Line(to);
  while (!back.empty() && !forth.empty() && back.back() == forth.back()) {
    back.pop_back();
    forth.pop_back();
  }
  std::vector<EngineChange> changes;
  for (const Behaviour* behaviour : back) {
    for (std::string_view text : behaviour->changes) {
      changes.push_back({behaviour, text, true});
    }
  }
  std::reverse(forth.begin(), forth.end());
  for (const Behaviour* behaviour : forth) {
    for (std::string_view text : behaviour->changes) {
      // A fix that came to both lines, for whatever reason, is no difference.
      const auto same = std::find_if(
          changes.begin(), changes.end(), [&](const EngineChange& change) {
            return change.undone &&
                   WhatChanges(change.text) == WhatChanges(text);
          });
      if (same != changes.end()) {
        changes.erase(same);
      } else {
        changes.push_back({behaviour, text, false});
      }
    }
  }
  return changes;
}

std::vector<std::string> AdvisoryIds(std::string_view text) {
  std::vector<std::string> ids;
  for (std::string_view prefix : {"CVE-", "GHSA-"}) {
    for (size_t at = text.find(prefix); at != std::string_view::npos;
         at = text.find(prefix, at + 1)) {
      size_t end = at;
      while (end < text.size() &&
             (absl::ascii_isalnum(static_cast<unsigned char>(text[end])) ||
              text[end] == '-')) {
        ++end;
      }
      ids.emplace_back(text.substr(at, end - at));
    }
  }
  return ids;
}

}  // namespace specgen
