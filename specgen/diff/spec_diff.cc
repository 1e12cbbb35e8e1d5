#include "specgen/diff/spec_diff.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

using Kind = ChangeKind;

void AppendCanonical(const JsonNode& node, JsonWriter* w,
                     absl::Span<const std::string_view> but = {}) {
  switch (node.kind) {
    case JsonKind::kObject: {
      std::map<std::string_view, const JsonNode*> members;
      for (const JsonNode& item : node.items) {
        if (std::find(but.begin(), but.end(), item.key) == but.end()) {
          members[item.key] = &item;
        }
      }
      w->Raw('{');
      bool comma = false;
      for (const auto& [key, value] : members) {
        if (comma) w->Raw(',');
        comma = true;
        w->String(key);
        w->Raw(':');
        AppendCanonical(*value, w);
      }
      w->Raw('}');
      break;
    }
    case JsonKind::kArray: {
      w->Raw('[');
      bool comma = false;
      for (const JsonNode& item : node.items) {
        if (comma) w->Raw(',');
        comma = true;
        AppendCanonical(item, w);
      }
      w->Raw(']');
      break;
    }
    case JsonKind::kString:
      w->String(node.text);
      break;
    case JsonKind::kNumber:
      w->Raw(node.text);
      break;
    case JsonKind::kTrue:
      w->Raw("true");
      break;
    case JsonKind::kFalse:
      w->Raw("false");
      break;
    case JsonKind::kNull:
    case JsonKind::kNothing:
      w->Raw("null");
      break;
  }
}

// Whether both are the same, the order of members included, or none is there.
// What is so has no changes: that is soon found out, however much it is.
bool AreSame(const JsonNode* a, const JsonNode* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->kind == b->kind && a->key == b->key && a->text == b->text &&
         std::equal(a->items.begin(), a->items.end(), b->items.begin(),
                    b->items.end(), [](const JsonNode& x, const JsonNode& y) {
                      return AreSame(&x, &y);
                    });
}

// A value for people: strings without quotes.
std::string Shown(const JsonNode& node) {
  return node.is(JsonKind::kString) ? std::string(node.text)
                                    : CanonicalJson(node);
}

// A name that stands before each of many: one of a megabyte would make
// gigabytes.
std::string InShort(std::string_view name) {
  constexpr size_t kMost = 512;
  constexpr size_t kEnd = 128;
  if (name.size() <= kMost) return std::string(name);
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80;
  };
  size_t head = kMost - kEnd;
  while (head > 0 && continues(head)) --head;
  size_t tail = name.size() - kEnd;
  while (tail < name.size() && continues(tail)) ++tail;
  return absl::StrCat(name.substr(0, head), "[...]", name.substr(tail));
}

std::vector<std::string> Texts(const JsonNode* list) {
  std::vector<std::string> texts;
  if (list == nullptr) return texts;
  for (const JsonNode& item : list->List()) texts.push_back(Shown(item));
  return texts;
}

// A list as JSON, such that its order does not count.
std::string InAnyOrder(const JsonNode& list) {
  std::vector<std::string> items;
  for (const JsonNode& item : list.List()) items.push_back(CanonicalJson(item));
  std::sort(items.begin(), items.end());
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

// The same for mounts that mean the same.
std::string MountMeaning(const JsonNode& mount) {
  const JsonNode* const options = mount.Find("options");
  if (options == nullptr || !options->is(JsonKind::kArray)) {
    return CanonicalJson(mount);
  }
  std::map<std::string_view, std::string> members;
  for (const JsonNode& item : mount.items) {
    members[item.key] =
        item.key == "options" ? InAnyOrder(*options) : CanonicalJson(item);
  }
  return absl::StrJoin(members, "\n", absl::PairFormatter(" "));
}

class SpecDiff {
 public:
  SpecDiff(const JsonNode& before, const JsonNode& after)
      : a_(before), b_(after) {}

  std::vector<Change> Run() {
    if (AreSame(&a_, &b_)) return {};
    if (a_.kind != b_.kind) {
      Value("spec", "the spec", &a_, &b_);
      return std::move(changes_);
    }
    // What is not of its usual type has no words of its own.
    for (std::string_view key : {"process", "mounts", "linux"}) {
      Kinds("spec", key, a_, b_);
    }
    for (std::string_view key : {"namespaces", "maskedPaths", "readonlyPaths",
                                 "devices", "resources"}) {
      Kinds("linux", key, Object(a_, "linux"), Object(b_, "linux"));
    }
    Kinds("process", "env", Object(a_, "process"), Object(b_, "process"));
    Process(Object(a_, "process"), Object(b_, "process"));
    Mounts();
    Linux(Object(a_, "linux"), Object(b_, "linux"));
    Members("spec", "", a_, b_, {"process", "mounts", "linux"});
    Rest("spec", "", &a_, &b_, 0);
    return std::move(changes_);
  }

 private:
  static const JsonNode& Object(const JsonNode& node, std::string_view key) {
    static const JsonNode* const kNone = [] {
      auto* none = new JsonNode();
      none->kind = JsonKind::kObject;
      return none;
    }();
    const JsonNode* found = node.Find(key);
    return found != nullptr && found->is(JsonKind::kObject) ? *found : *kNone;
  }

  void Add(Kind kind, std::string_view section, std::string_view subject,
           std::string text) {
    changes_.push_back({kind, section, std::string(subject), std::move(text)});
  }

  // Deeper than any spec is; what is deeper still is told as a whole.
  static constexpr int kMaxDepth = 64;

  // The members of two objects by their keys, of repeated ones the last, and
  // null where one has none. Objects may have many members.
  static std::map<std::string_view, std::pair<const JsonNode*, const JsonNode*>>
  MembersOfBoth(const JsonNode& a, const JsonNode& b) {
    std::map<std::string_view, std::pair<const JsonNode*, const JsonNode*>>
        members;
    if (a.is(JsonKind::kObject)) {
      for (const JsonNode& item : a.items) members[item.key].first = &item;
    }
    if (b.is(JsonKind::kObject)) {
      for (const JsonNode& item : b.items) members[item.key].second = &item;
    }
    return members;
  }

  // What differs in members that have no words of their own.
  void Members(std::string_view section, const std::string& prefix,
               const JsonNode& a, const JsonNode& b,
               const std::set<std::string_view>& but, int depth = 0) {
    const std::string name(InShort(prefix));
    for (const auto& [key, values] : MembersOfBoth(a, b)) {
      if (but.contains(key)) continue;
      Value(section, absl::StrCat(name, key), values.first, values.second,
            depth);
    }
  }

  void Value(std::string_view section, const std::string& name,
             const JsonNode* a, const JsonNode* b, int depth = 0) {
    if (a == nullptr && b == nullptr) return;
    if (a == nullptr) {
      Add(Kind::kAdded, section, name,
          absl::StrCat(name, " is now ", Shown(*b)));
    } else if (b == nullptr) {
      Add(Kind::kRemoved, section, name,
          absl::StrCat(name, " is no longer there (it was ", Shown(*a), ")"));
    } else if (a->is(JsonKind::kObject) && b->is(JsonKind::kObject) &&
               depth < kMaxDepth) {
      Members(section, absl::StrCat(name, "."), *a, *b, {}, depth + 1);
    } else if (!AreSame(a, b) && CanonicalJson(*a) != CanonicalJson(*b)) {
      Add(Kind::kChanged, section, name,
          absl::StrCat(name, " changes from ", Shown(*a), " to ", Shown(*b)));
    }
  }

  void Kinds(std::string_view section, std::string_view key, const JsonNode& a,
             const JsonNode& b) {
    const JsonNode* x = a.Find(key);
    const JsonNode* y = b.Find(key);
    if (x != nullptr && y != nullptr && x->kind != y->kind) {
      Value(section, std::string(key), x, y);
    }
  }

  // What differs in a part that has words of its own, but none for this: such
  // as a namespace with more than a type and a path. Only if the part brought
  // no change, so that there are `changes` of them still.
  void Rest(std::string_view section, const std::string& name,
            const JsonNode* a, const JsonNode* b, size_t changes) {
    if (changes_.size() != changes || AreSame(a, b)) return;
    if (a == nullptr || b == nullptr) {
      Value(section, name, a, b);
    } else if (a->kind == b->kind) {  // Kinds has told the others
      RestOf(section, name, *a, *b, 0);
    }
  }

  void RestOf(std::string_view section, const std::string& name,
              const JsonNode& a, const JsonNode& b, int depth) {
    const std::string outer = InShort(name);
    const auto inner = [&](std::string_view key) {
      return name.empty() ? std::string(key) : absl::StrCat(outer, ".", key);
    };
    const auto one = [&](const std::string& at, const JsonNode* x,
                         const JsonNode* y) {
      if (x == nullptr || y == nullptr) {
        Value(section, at, x, y);
      } else {
        RestOf(section, at, *x, *y, depth + 1);
      }
    };
    if (depth > kMaxDepth) {
      Value(section, name, &a, &b, depth);
    } else if (a.is(JsonKind::kObject) && b.is(JsonKind::kObject)) {
      for (const auto& [key, values] : MembersOfBoth(a, b)) {
        one(inner(key), values.first, values.second);
      }
    } else if (a.is(JsonKind::kArray) && b.is(JsonKind::kArray)) {
      if (IsOptions(a) && InAnyOrder(a) == InAnyOrder(b)) return;
      const size_t size = std::max(a.items.size(), b.items.size());
      for (size_t i = 0; i < size; ++i) {
        one(inner(absl::StrCat(i)), i < a.items.size() ? &a.items[i] : nullptr,
            i < b.items.size() ? &b.items[i] : nullptr);
      }
    } else {
      Value(section, name.empty() ? "the spec" : name, &a, &b);
    }
  }

  // The options of a mount, whose order does not count.
  bool IsOptions(const JsonNode& list) const {
    const JsonNode* const mount = list.parent;
    return list.key == "options" && mount != nullptr &&
           mount->parent != nullptr && mount->parent == mounts_a_;
  }

  // Lists whose order means nothing: what was added, what was removed.
  void Set(std::string_view section, const std::vector<std::string>& a,
           const std::vector<std::string>& b,
           const std::function<std::string(std::string_view)>& added,
           const std::function<std::string(std::string_view)>& removed,
           std::string_view whole) {
    std::multiset<std::string> in_a(a.begin(), a.end());
    std::multiset<std::string> in_b(b.begin(), b.end());
    bool same = true;
    for (const std::string& item : b) {
      const auto found = in_a.find(item);
      if (found != in_a.end()) {
        in_a.erase(found);
        continue;
      }
      same = false;
      Add(Kind::kAdded, section, item, added(item));
    }
    for (const std::string& item : a) {
      const auto found = in_b.find(item);
      if (found != in_b.end()) {
        in_b.erase(found);
        continue;
      }
      same = false;
      Add(Kind::kRemoved, section, item, removed(item));
    }
    if (same && a != b) {
      Add(Kind::kReordered, section, "",
          absl::StrCat("the ", whole, " are the same in another order"));
    }
  }

  void Process(const JsonNode& a, const JsonNode& b) {
    Capabilities(a.Find("capabilities"), b.Find("capabilities"));
    Env(a.Find("env"), b.Find("env"));
    Members("process", "", a, b, {"capabilities", "env"});
  }

  // The names of the sets of capabilities on both sides, sorted. Their places
  // here stand for them, since they may be long.
  static std::vector<std::string_view> SetNames(const JsonNode* a,
                                                const JsonNode* b) {
    std::set<std::string_view> names = {"bounding", "effective", "inheritable",
                                        "permitted"};
    for (const JsonNode* side : {a, b}) {
      if (side == nullptr) continue;
      for (const JsonNode& set : side->items) names.insert(set.key);
    }
    return {names.begin(), names.end()};
  }

  // Of sets of capabilities, which those are that hold one, in order. There may
  // be many capabilities: no std::set, which takes four times as much.
  using SetList = std::vector<uint32_t>;

  // Capability to the sets that hold it.
  static std::map<std::string, SetList> Sets(
      const JsonNode* capabilities,
      const std::vector<std::string_view>& set_names) {
    std::map<std::string, SetList> sets;
    if (capabilities == nullptr) return sets;
    const auto place = [&](std::string_view name) {
      return static_cast<uint32_t>(
          std::lower_bound(set_names.begin(), set_names.end(), name) -
          set_names.begin());
    };
    for (const JsonNode& name : capabilities->List()) {
      sets[Shown(name)] = {place("bounding"), place("effective"),
                           place("inheritable"), place("permitted")};
    }
    if (!capabilities->is(JsonKind::kObject)) return sets;
    // In the order of their places, so that none is looked for in a list.
    std::map<uint32_t, std::vector<const JsonNode*>> in_order;
    for (const JsonNode& set : capabilities->items) {
      in_order[place(set.key)].push_back(&set);
    }
    for (const auto& [at, same_named] : in_order) {
      for (const JsonNode* set : same_named) {
        for (const JsonNode& name : set->List()) {
          SetList& list = sets[Shown(name)];
          if (list.empty() || list.back() != at) list.push_back(at);
        }
      }
    }
    return sets;
  }

  void Capabilities(const JsonNode* a, const JsonNode* b) {
    if (AreSame(a, b)) return;
    const std::vector<std::string_view> set_names = SetNames(a, b);
    const auto shown = [&](const SetList& sets) {
      return absl::StrJoin(sets, ", ", [&](std::string* out, uint32_t set) {
        absl::StrAppend(out, InShort(set_names[set]));
      });
    };
    auto before = Sets(a, set_names);
    auto after = Sets(b, set_names);
    const size_t at = changes_.size();
    // Many capabilities that change alike are said in one line.
    std::map<std::pair<SetList, SetList>, std::vector<std::string>> changed;
    for (const auto& [name, sets] : after) {
      const auto old = before.find(name);
      if (old == before.end()) {
        Add(Kind::kAdded, "capabilities", name,
            absl::StrCat(name, " is added (", shown(sets), ")"));
      } else if (old->second != sets) {
        changed[{old->second, sets}].push_back(name);
      }
    }
    for (const auto& [name, sets] : before) {
      if (!after.contains(name)) {
        Add(Kind::kRemoved, "capabilities", name,
            absl::StrCat(name, " is removed (it was ", shown(sets), ")"));
      }
    }
    for (const auto& [from_to, names] : changed) {
      const std::string all = absl::StrJoin(names, ", ");
      Add(Kind::kChanged, "capabilities", all,
          absl::StrCat(all, names.size() == 1 ? " is now " : " are now ",
                       shown(from_to.second),
                       " (before: ", shown(from_to.first), ")"));
    }
    if (changes_.size() > at) return;
    if (a == nullptr || b == nullptr) {
      Rest("capabilities", "capabilities", a, b, at);
    } else if (a->kind != b->kind) {
      Add(Kind::kChanged, "capabilities", "",
          "the capabilities are written in another form: they stand in sets, "
          "not in one list, or the other way round");
    } else if (CanonicalJson(*a) != CanonicalJson(*b)) {
      Add(Kind::kReordered, "capabilities", "",
          "the capabilities are the same in another order, or repeated");
    }
  }

  void Env(const JsonNode* a, const JsonNode* b) {
    if (AreSame(a, b)) return;
    const auto split = [](const JsonNode* list) {
      std::map<std::string, std::string> env;
      for (const std::string& entry : Texts(list)) {
        const size_t equals = entry.find('=');
        env[entry.substr(0, equals)] =
            equals == std::string::npos ? "" : entry.substr(equals + 1);
      }
      return env;
    };
    const auto before = split(a);
    const auto after = split(b);
    const size_t at = changes_.size();
    for (const auto& [name, value] : after) {
      const auto old = before.find(name);
      if (old == before.end()) {
        Add(Kind::kAdded, "environment", name,
            absl::StrCat(name, " is set to \"", value, "\""));
      } else if (old->second != value) {
        Add(Kind::kChanged, "environment", name,
            absl::StrCat(name, " changes from \"", old->second, "\" to \"",
                         value, "\""));
      }
    }
    for (const auto& [name, value] : before) {
      if (!after.contains(name)) {
        Add(Kind::kRemoved, "environment", name,
            absl::StrCat(name, " is no longer set (it was \"", value, "\")"));
      }
    }
    if (changes_.size() == at && Texts(a) != Texts(b)) {
      Add(Kind::kReordered, "environment", "",
          "the variables are the same in another order, or repeated");
    }
    Rest("environment", "env", a, b, at);
  }

  static std::string MountText(const JsonNode& mount) {
    std::string text = absl::StrCat("from ", mount.String("source").empty()
                                                 ? "nothing"
                                                 : mount.String("source"));
    if (!mount.String("type").empty()) {
      absl::StrAppend(&text, ", type ", mount.String("type"));
    }
    const std::vector<std::string> options = Texts(mount.Find("options"));
    if (!options.empty()) {
      absl::StrAppend(&text, ", ", absl::StrJoin(options, " "));
    }
    return text;
  }

  void Mounts() {
    static const std::vector<JsonNode>* const kNone =
        new std::vector<JsonNode>();
    const size_t at = changes_.size();
    const JsonNode* const list_a = a_.Find("mounts");
    const JsonNode* const list_b = b_.Find("mounts");
    if (AreSame(list_a, list_b)) return;
    const auto& a = list_a == nullptr ? *kNone : list_a->List();
    const auto& b = list_b == nullptr ? *kNone : list_b->List();
    // Pairs by destination; of repeated ones in their order.
    std::vector<const JsonNode*> partner(b.size(), nullptr);
    std::vector<bool> taken(a.size(), false);
    // Mounts without a key stay alone.
    const auto pair_up =
        [&](const std::function<std::string(const JsonNode&)>& key_of) {
          std::map<std::string, std::deque<size_t>> open;
          for (size_t i = 0; i < a.size(); ++i) {
            if (!taken[i]) open[key_of(a[i])].push_back(i);
          }
          for (size_t j = 0; j < b.size(); ++j) {
            if (partner[j] != nullptr) continue;
            const std::string key = key_of(b[j]);
            const auto found = open.find(key);
            if (key.empty() || found == open.end() || found->second.empty()) {
              continue;
            }
            const size_t i = found->second.front();
            found->second.pop_front();
            partner[j] = &a[i];
            taken[i] = true;
          }
        };
    pair_up([](const JsonNode& mount) { return MountMeaning(mount); });
    pair_up([](const JsonNode& mount) {
      return std::string(mount.String("destination"));
    });
    // A part of the host that is mounted elsewhere has moved.
    pair_up([](const JsonNode& mount) {
      const std::string_view source = mount.String("source");
      return absl::StartsWith(source, "/")
                 ? absl::StrCat(mount.String("type"), " ", source)
                 : std::string();
    });
    for (size_t j = 0; j < b.size(); ++j) {
      const std::string_view destination = b[j].String("destination");
      if (partner[j] == nullptr) {
        Add(Kind::kAdded, "mounts", destination,
            absl::StrCat(destination, " is mounted ", MountText(b[j])));
      } else {
        OneMount(*partner[j], b[j]);
      }
    }
    for (size_t i = 0; i < a.size(); ++i) {
      if (taken[i]) continue;
      const std::string_view destination = a[i].String("destination");
      Add(Kind::kRemoved, "mounts", destination,
          absl::StrCat(destination, " is no longer mounted (it was ",
                       MountText(a[i]), ")"));
    }
    const JsonNode* last = nullptr;
    for (const JsonNode* mount : partner) {
      if (mount == nullptr) continue;
      if (last != nullptr && mount < last) {
        Add(Kind::kReordered, "mounts", "",
            "the mounts are made in another order");
        break;
      }
      last = mount;
    }
    Rest("mounts", "mounts", list_a, list_b, at);
  }

  void OneMount(const JsonNode& a, const JsonNode& b) {
    const std::string destination(b.String("destination"));
    if (a.String("destination") != destination) {
      Add(Kind::kMoved, "mounts", destination,
          absl::StrCat("the mount of ", b.String("source"), " moves from ",
                       a.String("destination"), " to ", destination));
    }
    for (std::string_view key : {"source", "type"}) {
      if (a.String(key) == b.String(key)) continue;
      Add(Kind::kChanged, "mounts", destination,
          absl::StrCat(destination, ": the ", key, " changes from \"",
                       a.String(key), "\" to \"", b.String(key), "\""));
    }
    const std::string name = InShort(destination);
    const std::vector<std::string> before = Texts(a.Find("options"));
    const std::vector<std::string> after = Texts(b.Find("options"));
    const std::set<std::string_view> had(before.begin(), before.end());
    const std::set<std::string_view> has(after.begin(), after.end());
    for (const std::string& option : after) {
      if (had.contains(option)) continue;
      Add(Kind::kChanged, "mounts", name,
          absl::StrCat(name, " gets the option ", option));
    }
    for (const std::string& option : before) {
      if (has.contains(option)) continue;
      Add(Kind::kChanged, "mounts", name,
          absl::StrCat(name, " loses the option ", option));
    }
    Members("mounts", absl::StrCat(destination, ": "), a, b,
            {"destination", "source", "type", "options"});
  }

  void Linux(const JsonNode& a, const JsonNode& b) {
    Namespaces(a, b);
    size_t at = changes_.size();
    Set(
        "masked paths", Texts(a.Find("maskedPaths")),
        Texts(b.Find("maskedPaths")),
        [](std::string_view path) {
          return absl::StrCat(path, " is newly masked");
        },
        [](std::string_view path) {
          return absl::StrCat(path, " is no longer masked");
        },
        "masked paths");
    Rest("masked paths", "maskedPaths", a.Find("maskedPaths"),
         b.Find("maskedPaths"), at);
    at = changes_.size();
    Set(
        "read-only paths", Texts(a.Find("readonlyPaths")),
        Texts(b.Find("readonlyPaths")),
        [](std::string_view path) {
          return absl::StrCat(path, " is newly read-only");
        },
        [](std::string_view path) {
          return absl::StrCat(path, " is no longer read-only by itself");
        },
        "read-only paths");
    Rest("read-only paths", "readonlyPaths", a.Find("readonlyPaths"),
         b.Find("readonlyPaths"), at);
    at = changes_.size();
    Devices(a.Find("devices"), b.Find("devices"));
    Rest("devices", "devices", a.Find("devices"), b.Find("devices"), at);
    const JsonNode& resources_a = Object(a, "resources");
    const JsonNode& resources_b = Object(b, "resources");
    DeviceRules(resources_a.Find("devices"), resources_b.Find("devices"));
    Members("resources", "", resources_a, resources_b, {"devices"});
    if ((a.Find("resources") == nullptr) != (b.Find("resources") == nullptr)) {
      const bool now = b.Find("resources") != nullptr;
      Add(now ? Kind::kAdded : Kind::kRemoved, "resources", "resources",
          now ? "there are limits on resources and devices"
              : "there are no limits on resources and devices any more");
    }
    Members(
        "linux", "", a, b,
        {"namespaces", "maskedPaths", "readonlyPaths", "devices", "resources"});
  }

  void Namespaces(const JsonNode& a, const JsonNode& b) {
    const size_t at = changes_.size();
    // What each type is on both sides; nothing: it is the host's.
    std::map<std::string_view, std::pair<std::string, std::string>> kinds;
    const auto add = [](const JsonNode& entry, std::string* what) {
      const std::string_view path = entry.String("path");
      absl::StrAppend(what, what->empty() ? "" : ", ",
                      path.empty() ? "of its own" : "at ", path);
    };
    const JsonNode* const list_a = a.Find("namespaces");
    const JsonNode* const list_b = b.Find("namespaces");
    if (list_a != nullptr) {
      for (const JsonNode& entry : list_a->List()) {
        add(entry, &kinds[entry.String("type")].first);
      }
    }
    if (list_b != nullptr) {
      for (const JsonNode& entry : list_b->List()) {
        add(entry, &kinds[entry.String("type")].second);
      }
    }
    // Sharing is a right: it is what is added and removed.
    for (const auto& [type, what] : kinds) {
      const auto& [before, after] = what;
      if (before == after) continue;
      if (after.empty()) {
        Add(Kind::kAdded, "namespaces", type,
            absl::StrCat("it shares the host's ", type, " namespace"));
      } else if (before.empty()) {
        Add(Kind::kRemoved, "namespaces", type,
            absl::StrCat("it no longer shares the host's ", type,
                         " namespace: it has one ", after));
      } else {
        Add(Kind::kChanged, "namespaces", type,
            absl::StrCat("its ", type, " namespace is now one ", after,
                         " (before: ", before, ")"));
      }
    }
    if (changes_.size() == at && list_a != nullptr && list_b != nullptr) {
      const auto types = [](const JsonNode& list) {
        std::vector<std::string_view> all;
        for (const JsonNode& entry : list.List()) {
          all.push_back(entry.String("type"));
        }
        return all;
      };
      if (types(*list_a) != types(*list_b)) {
        Add(Kind::kReordered, "namespaces", "",
            "the namespaces are the same in another order");
      }
    }
    Rest("namespaces", "namespaces", a.Find("namespaces"), b.Find("namespaces"),
         at);
  }

  // Whose path is yet to be set has none.
  static std::string_view DeviceName(std::string_view path) {
    return path.empty() ? "without a path" : path;
  }

  void Devices(const JsonNode* a, const JsonNode* b) {
    if (AreSame(a, b)) return;
    // Of the same path, in their order.
    std::map<std::string_view, std::deque<const JsonNode*>> before;
    if (a != nullptr) {
      for (const JsonNode& device : a->List()) {
        before[device.String("path")].push_back(&device);
      }
    }
    if (b != nullptr) {
      for (const JsonNode& device : b->List()) {
        const std::string_view path = device.String("path");
        std::deque<const JsonNode*>& old = before[path];
        if (old.empty()) {
          Add(Kind::kAdded, "devices", path,
              absl::StrCat("the device ", DeviceName(path), " is there"));
        } else {
          Members("devices", absl::StrCat(DeviceName(path), ": "), *old.front(),
                  device, {"path"});
          old.pop_front();
        }
      }
    }
    for (const auto& [path, devices] : before) {
      for (size_t i = 0; i < devices.size(); ++i) {
        Add(Kind::kRemoved, "devices", path,
            absl::StrCat("the device ", DeviceName(path),
                         " is no longer there"));
      }
    }
  }

  static std::vector<std::string> RuleTexts(const JsonNode* list) {
    std::vector<std::string> all;
    if (list == nullptr) return all;
    for (const JsonNode& rule : list->List()) {
      const JsonNode* allow = rule.Find("allow");
      const auto number = [&](std::string_view key) {
        const JsonNode* node = rule.Find(key);
        return node == nullptr ? std::string("*") : Shown(*node);
      };
      const std::string_view type = rule.String("type");
      all.push_back(absl::StrCat(
          allow != nullptr && allow->is_true() ? "allow " : "deny ",
          type.empty() ? "a" : type, " ", number("major"), ":", number("minor"),
          " ", rule.String("access")));
    }
    return all;
  }

  void DeviceRules(const JsonNode* a, const JsonNode* b) {
    if (AreSame(a, b)) return;
    const auto before = RuleTexts(a);
    const auto after = RuleTexts(b);
    Set(
        "device rules", before, after,
        [](std::string_view rule) {
          return absl::StrCat("new device rule: ", rule);
        },
        [](std::string_view rule) {
          return absl::StrCat("device rule gone: ", rule);
        },
        "device rules");
    if (before != after) return;
    if (a == nullptr || b == nullptr) {
      Value("device rules", "devices", a, b);
    } else if (CanonicalJson(*a) != CanonicalJson(*b)) {
      Add(Kind::kChanged, "device rules", "",
          "the device rules are written in another form");
    }
  }

  const JsonNode& a_;
  const JsonNode& b_;
  const JsonNode* const mounts_a_ = a_.Find("mounts");
  std::vector<Change> changes_;
};

}  // namespace

std::string_view ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case Kind::kAdded:
      return "added";
    case Kind::kRemoved:
      return "removed";
    case Kind::kChanged:
      return "changed";
    case Kind::kMoved:
      return "moved";
    case Kind::kReordered:
      return "reordered";
  }
  return "";
}

char ChangeKindSign(ChangeKind kind) {
  switch (kind) {
    case Kind::kAdded:
      return '+';
    case Kind::kRemoved:
      return '-';
    default:
      return '~';
  }
}

std::string OutcomeText(Outcome outcome, std::string_view message) {
  switch (outcome) {
    case Outcome::kSpec:
      return "a spec";
    case Outcome::kRefused:
      return absl::StrCat("a refusal: ", message);
    case Outcome::kCrashed:
      return absl::StrCat("a crash: ", message);
  }
  return "";
}

Change OutcomeChange(Outcome before, std::string_view before_message,
                     Outcome after, std::string_view after_message) {
  return {
      ChangeKind::kChanged, "outcome", "outcome",
      absl::StrCat("before, there is ", OutcomeText(before, before_message),
                   "; after, there is ", OutcomeText(after, after_message))};
}

std::vector<Change> DiffSpecs(const JsonNode& before, const JsonNode& after) {
  return SpecDiff(before, after).Run();
}

std::string CanonicalJson(const JsonNode& node,
                          absl::Span<const std::string_view> but) {
  std::string out;
  JsonWriter writer(&out);
  AppendCanonical(node, &writer, but);
  writer.Finish();
  return out;
}

}  // namespace specgen
