#include "specgen/batch/record_format.h"

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
  made_of_none_ =
      answer.outcome() == Outcome::kSpec &&
      MayBeNoPlugin(answer.plugin().config) &&
      !WhyNoPlugin(text, request.shape, request.plugin_name, behaviour).empty();
}

}  // namespace specgen
