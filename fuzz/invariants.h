// What must hold of every answer, whatever was asked: the oracle of all fuzz
// targets. A target makes a request and calls CheckedAnswer; what does not hold
// ends the program with a description, which a fuzzer takes as a crash.
#ifndef SPECGEN_FUZZ_INVARIANTS_H_
#define SPECGEN_FUZZ_INVARIANTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/generator/base_spec.h"
#include "specgen/host/host.h"
#include "specgen/specgen.h"

namespace specgen::fuzz {

// Prints `what` does not hold, with `details`, and aborts.
[[noreturn]] void Fail(std::string_view what, std::string_view details);

// Ends the program unless `holds`. `details` is a callable that describes.
template <typename Details>
void Require(bool holds, std::string_view what, Details details) {
  if (!holds) Fail(what, details());
}

// Whether to make a check that costs much: a fuzzer makes it on one of `one_in`
// inputs, chosen by their content so that a finding comes back; a replay makes
// each (and with SPECGEN_FUZZ_EVERY_CHECK=1 a fuzzer does so too).
bool ChecksToo(std::string_view input, uint64_t one_in);
// Whether each check is made on each input.
bool EveryCheck();
void SetEveryCheck();

struct Trial {
  std::string_view input;  // the target's, for ChecksToo
  const Release* release;
  const Host* host;
  // How many files the host has that one path may lead to.
  size_t host_files = 64;
  std::shared_ptr<const BaseSpec> base_spec = nullptr;
  Request request = {};
};

// Answers the request and checks that
//  - the answer is whole: a spec and no message, or a message and no spec;
//  - the spec is what Go's encoding/json could have written, and has the form
//    of an OCI runtime spec of that engine's version;
//  - asking again gives the same, on another of simdjson's kernels and with an
//    Answer of another past;
//  - IndentJson changes nothing but white space;
//  - the host was asked only for what the plugin gives reason to ask;
//  - work, memory and questions to the host grow with the input no faster than
//    linearly.
// The answer is valid until the next call.
const Answer& CheckedAnswer(const Trial& trial);

// The check of a spec alone. `any_version`: the version is the user's, not the
// engine's.
void CheckSpec(std::string_view spec, const Behaviour& behaviour,
               bool any_version);

// Two answers are the same, also in what they leave to do.
void RequireSame(const Answer& a, const Answer& b, std::string_view what);

// What was asked and answered, for people.
std::string Describe(const Trial& trial, const Answer& answer);

// Checks an error that names a place: "FILE:LINE:COL: message", with a place
// that is in `text`, or behind its end.
void CheckPlacedError(std::string_view message, std::string_view file,
                      std::string_view text);

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_INVARIANTS_H_
