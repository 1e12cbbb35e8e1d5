// Mutates Protobuf messages of any type as structures.
#ifndef SPECGEN_FUZZ_PROTO_MUTATOR_H_
#define SPECGEN_FUZZ_PROTO_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "google/protobuf/message.h"

namespace specgen::fuzz {

// All choices come from the seed, so that a mutation can be repeated.
class ProtoMutator {
 public:
  // Changes `size` bytes at `data` in place, up to `max_size`, and returns the
  // new size: libFuzzer's LLVMFuzzerMutate, which knows the dictionary and what
  // the program compared with.
  using MutateBytes =
      std::function<size_t(uint8_t* data, size_t size, size_t max_size)>;

  // `words` are strings worth trying; they must outlive the mutator.
  ProtoMutator(unsigned seed, absl::Span<const std::string_view> words,
               MutateBytes mutate_bytes)
      : random_(seed), words_(words), mutate_bytes_(std::move(mutate_bytes)) {}

  // Makes one change, or a few: sets, clears or mutates a field; adds, copies,
  // removes or moves an element of a list; copies a part over one of its type.
  void Mutate(google::protobuf::Message* message);

  // Replaces or extends parts of `message` by those of `other`, which has its
  // type.
  void CrossOver(const google::protobuf::Message& other,
                 google::protobuf::Message* message);

 private:
  using Message = google::protobuf::Message;
  using Field = google::protobuf::FieldDescriptor;

  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  // A part of the message, each as likely as another.
  Message* PickPart(Message* message);
  void MutateField(Message* message, const Field* field);
  void MutateList(Message* message, const Field* field);
  void AddElement(Message* message, const Field* field);
  void SetScalar(Message* message, const Field* field, int index);
  std::string MutateString(std::string text);
  template <typename T>
  T MutateNumber(T number);

  std::minstd_rand random_;
  const absl::Span<const std::string_view> words_;
  const MutateBytes mutate_bytes_;
};

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_PROTO_MUTATOR_H_
