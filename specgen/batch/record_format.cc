#include "specgen/batch/record_format.h"

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

}  // namespace specgen
