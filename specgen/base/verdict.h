// What an engine says where it does not go on.
#ifndef SPECGEN_BASE_VERDICT_H_
#define SPECGEN_BASE_VERDICT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace specgen {

enum class Outcome {
  kSpec,     // there is a spec
  kRefused,  // the engine would return an error
  kCrashed,  // the engine would panic
};

// How far the engine gets.
enum class Stage {
  kDecode,    // reading the JSON
  kSettings,  // `docker plugin set`
  kSpec,      // InitSpec
};

// "decode", "settings", "spec": what programs read, and recorded answers say.
constexpr std::string_view StageName(Stage stage) {
  switch (stage) {
    case Stage::kDecode:
      return "decode";
    case Stage::kSettings:
      return "settings";
    case Stage::kSpec:
      return "spec";
  }
  return "?";
}

// What Go prints where a nil pointer is followed.
inline constexpr char kNilDereference[] =
    "runtime error: invalid memory address or nil pointer dereference";

// Whether the engine goes on, and if not, where it stops and what it says. That
// is an answer, and no failure of specgen: those are an absl::Status. One
// pointer, null while the engine goes on.
class [[nodiscard]] Verdict {
 public:
  // The engine goes on.
  Verdict() = default;

  // `message`: the engine's own words.
  static Verdict Refused(Stage stage, std::string message) {
    return Verdict(Outcome::kRefused, stage, std::move(message));
  }
  // `message`: what Go prints of the panic.
  static Verdict Crashed(Stage stage, std::string message) {
    return Verdict(Outcome::kCrashed, stage, std::move(message));
  }

  bool ok() const { return end_ == nullptr; }
  // kSpec while the engine goes on: nothing stands against a spec.
  Outcome outcome() const { return ok() ? Outcome::kSpec : end_->outcome; }
  // Where the engine stopped; kSpec while it goes on.
  Stage stage() const { return ok() ? Stage::kSpec : end_->stage; }
  // "" while the engine goes on. Lives as long as this.
  const std::string& message() const;

 private:
  struct End {
    Outcome outcome;
    Stage stage;
    std::string message;
  };

  Verdict(Outcome outcome, Stage stage, std::string message)
      : end_(new End{outcome, stage, std::move(message)}) {}

  std::unique_ptr<const End> end_;
};

inline const std::string& Verdict::message() const {
  static const std::string* const none = new std::string();
  return ok() ? *none : end_->message;
}

}  // namespace specgen

#endif  // SPECGEN_BASE_VERDICT_H_
