// What tools/mutate may plant, each kind once or more; tools/mutate --check
// plants it all here. Every bug changes what this prints.
#include <cstdio>
#include <string>

namespace {

constexpr int kLimit = 3;  // a constant is none of a run's

bool IsNamed(const std::string& name) { return name == "a" || name == "b"; }

bool IsWithin(int n) { return n > 0 && n <= kLimit; }

int Sum(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    if (!IsWithin(i)) continue;
    sum = sum + i - 1;
  }
  return sum;
}

const char* Size(size_t n) {
  if (IsWithin(static_cast<int>(n))) {
    return "within";
  }
  return n >= 10 ? "large" : "other";
}

}  // namespace

int main() {
  for (const char* name : {"a", "b", "c"}) std::printf("%d", IsNamed(name));
  for (int n = -1; n < 6; ++n) std::printf(" %d%d", IsWithin(n), Sum(n));
  for (const size_t n : {size_t{0}, size_t{1}, size_t{9}, size_t{10}}) {
    std::printf(" %s", Size(n));
  }
}
