#include "specgen/batch/record_format.h"

#include <utility>

#include "absl/status/status.h"
#include "specgen/plugin/input_kind.h"

namespace specgen {

RecordOutcome OutcomeOf(const Answer& answer) {
  switch (answer.outcome()) {
    case Outcome::kSpec:
      return RecordOutcome::kSpec;
    case Outcome::kRefused:
      return RecordOutcome::kRefused;
    case Outcome::kCrashed:
      return RecordOutcome::kCrashed;
  }
  return RecordOutcome::kInvalid;
}

void RecordAnswerer::NoteIfNone(std::string_view text, const Request& request,
                                const Behaviour& behaviour,
                                const specgen::Answer& answer) {
  made_of_none_ = made_of_none_ || (answer.outcome() == Outcome::kSpec &&
                                    MayBeNoPlugin(answer.plugin().config) &&
                                    !WhyNoPlugin(text, request.shape,
                                                 request.plugin_name, behaviour)
                                         .empty());
}

void AnswerCounts::Add(RecordOutcome outcome) {
  switch (outcome) {
    case RecordOutcome::kSpec:
      ++specs;
      break;
    case RecordOutcome::kRefused:
      ++refused;
      break;
    case RecordOutcome::kCrashed:
      ++crashed;
      break;
    case RecordOutcome::kInvalid:
      ++invalid;
      break;
    case RecordOutcome::kBlank:
      break;
  }
}

void AnswerCounts::Add(const AnswerCounts& more) {
  specs += more.specs;
  refused += more.refused;
  crashed += more.crashed;
  invalid += more.invalid;
}

absl::StatusOr<absl::Span<const EngineSet::Alike>> AskedEngines::Find(
    const std::vector<std::string>& ranges, std::string_view architecture,
    size_t record_size) {
  if (record_size > kMaxBytesForMany) {
    return absl::InvalidArgumentError(
        "a request with \"engines\" is at most 1 MiB long: name one \"engine\" "
        "at a time");
  }
  if (ranges != last_ || architecture != last_architecture_) {
    last_.clear();
    absl::StatusOr<std::vector<EngineSet::Alike>> found =
        engines_.FindAlike(ranges, architecture);
    if (!found.ok()) return found.status();
    found_ = *std::move(found);
    last_ = ranges;
    last_architecture_ = architecture;
  }
  return found_;
}

}  // namespace specgen
