#include "specgen/golden/mutations.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace specgen {
namespace {

constexpr std::string_view kAnother = "another";

// Keeps what changed lists and texts point to.
class Keeper {
 public:
  template <typename T>
  const T& Keep(T value) {
    auto kept = std::make_shared<const T>(std::move(value));
    kept_.push_back(kept);
    return *kept;
  }
  std::vector<std::shared_ptr<const void>> Take() { return std::move(kept_); }

 private:
  std::vector<std::shared_ptr<const void>> kept_;
};

// What is said of an item of a list: its first value.
std::string_view Label(std::string_view item) { return item; }
std::string_view Label(const Mount& item) { return item.destination; }
std::string_view Label(const Device& item) { return item.path; }
std::string Label(const DeviceRule& item) {
  return absl::StrCat(item.major.value_or(-1), ":", item.minor.value_or(-1));
}

// Something to be in a list that has nothing.
template <typename T>
T Item() {
  return {};
}
template <>
Device Item() {
  Device device{};
  device.type = "c";  // which is one letter
  return device;
}

template <typename T>
constexpr bool kIsSpan = false;
template <typename T>
constexpr bool kIsSpan<absl::Span<const T>> = true;

// Calls emit(name, other) for each change of a value that is called `name`.
class Changes {
 public:
  explicit Changes(Keeper* keeper) : keeper_(*keeper) {}

  template <typename T, typename Emit>
  void Of(const std::string& name, const T& value, const Emit& emit) {
    if constexpr (std::is_same_v<T, bool>) {
      emit(name, !value);
    } else if constexpr (std::is_same_v<T, ConfigKey>) {
      for (const auto& [key, key_name] : ValuesOf(value)) {
        emit(absl::StrCat(name, ".", key_name),
             static_cast<ConfigKey>(value ^ key));
      }
    } else if constexpr (std::is_enum_v<T>) {
      for (const auto& [other, other_name] : ValuesOf(value)) {
        if (other != value) emit(absl::StrCat(name, "=", other_name), other);
      }
    } else if constexpr (std::is_integral_v<T>) {
      emit(name, value + 1);
    } else if constexpr (std::is_same_v<T, std::optional<int64_t>>) {
      emit(name, std::optional<int64_t>(value.value_or(0) + 1));
      if (value.has_value()) {
        emit(absl::StrCat(name, " is absent"), std::optional<int64_t>());
      }
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      emit(name, kAnother);
    } else if constexpr (kIsSpan<T>) {
      OfList(name, value, emit);
    } else {
      T::ForEachField([&](std::string_view field, auto member) {
        Of(absl::StrCat(name, ".", field), value.*member,
           [&](const std::string& what, const auto& other) {
             T altered = value;
             altered.*member = other;
             emit(what, altered);
           });
      });
    }
  }

 private:
  template <typename T, typename Emit>
  void OfList(const std::string& name, absl::Span<const T> list,
              const Emit& emit) {
    const std::vector<T> items(list.begin(), list.end());
    const auto emit_list = [&](const std::string& what, std::vector<T> other) {
      emit(what, absl::MakeConstSpan(keeper_.Keep(std::move(other))));
    };
    if (items.empty()) {
      emit_list(absl::StrCat(name, " with one"), {Item<T>()});
    }
    for (size_t i = 0; i < items.size(); ++i) {
      std::vector<T> other = items;
      other.erase(other.begin() + static_cast<ptrdiff_t>(i));
      emit_list(absl::StrCat(name, " without ", Label(items[i])),
                std::move(other));
      if (i + 1 < items.size()) {
        other = items;
        std::swap(other[i], other[i + 1]);
        emit_list(absl::StrCat(name, " swaps ", Label(items[i]), " and ",
                               Label(items[i + 1])),
                  std::move(other));
      }
      if constexpr (!std::is_same_v<T, std::string_view>) {
        Of(absl::StrCat(name, "[", Label(items[i]), "]"), items[i],
           [&](const std::string& what, const T& item) {
             std::vector<T> changed = items;
             changed[i] = item;
             emit_list(what, std::move(changed));
           });
      }
    }
  }

  Keeper& keeper_;
};

Mutation Finish(std::string name, Behaviour altered, Keeper keeper) {
  Mutation mutation;
  mutation.name = std::move(name);
  mutation.behaviour = std::make_unique<Behaviour>(altered);
  mutation.kept = keeper.Take();
  return mutation;
}

}  // namespace

std::vector<Mutation> MutationsOf(const Behaviour& behaviour) {
  std::vector<Mutation> mutations;
  Behaviour::ForEachField([&](std::string_view field, auto member) {
    Keeper keeper;
    const auto emit = [&](const std::string& name, const auto& other) {
      Behaviour altered = behaviour;
      altered.*member = other;
      mutations.push_back(
          Finish(name, altered, std::exchange(keeper, Keeper())));
    };
    const auto& value = behaviour.*member;
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, uint32_t>) {
      // To each other value that a behaviour has.
      std::set<T> others;
      for (const Behaviour& other : AllBehaviours()) {
        if (other.*member != value) others.insert(other.*member);
      }
      for (T other : others) emit(absl::StrCat(field, "=", other), other);
    } else {
      Changes(&keeper).Of(std::string(field), value, emit);
    }
  });
  return mutations;
}

std::vector<RuleMutation> OtherRules(UserNamespaceRule rule) {
  std::vector<RuleMutation> rules;
  for (const auto& [other, name] : ValuesOf(rule)) {
    if (other == rule) continue;
    rules.push_back({absl::StrCat("user_namespace=", name), other});
  }
  return rules;
}

const Unprovable* FindUnprovable(std::string_view mutation,
                                 const Behaviour& behaviour) {
  const absl::Span<const Behaviour> all = AllBehaviours();
  const auto index = [&](std::string_view name) {
    size_t i = 0;
    while (i < all.size() && all[i].name != name) ++i;
    return i;
  };
  for (const Unprovable& entry : AllUnprovable()) {
    std::string_view start = entry.mutation;
    const bool matches = absl::ConsumeSuffix(&start, "*")
                             ? absl::StartsWith(mutation, start)
                             : mutation == start;
    const size_t at = index(behaviour.name);
    if (matches && at >= index(entry.first) && at <= index(entry.last)) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace specgen
