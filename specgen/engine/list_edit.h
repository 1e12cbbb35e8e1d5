// The changes of lists in behaviours.textproto: the messages whose names end
// with "Edit" (engine_table.proto).
#ifndef SPECGEN_ENGINE_LIST_EDIT_H_
#define SPECGEN_ENGINE_LIST_EDIT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace specgen::engine {

// Where something stands in a text: `tree` is what the parser knows of a
// message. Null where it is not known.
using Places = const google::protobuf::TextFormat::ParseInfoTree*;

// Says what is wrong with the text at `line`, which counts from 1; 0: not
// known.
using Complain = absl::FunctionRef<void(int line, const std::string& problem)>;

// Whether `field` is a list that is written as edits.
bool IsEdited(const google::protobuf::FieldDescriptor& field);

// Of such a list: the field `add` of its edits, whose items are the list's.
const google::protobuf::FieldDescriptor& ItemsOf(
    const google::protobuf::FieldDescriptor& field);

// Makes `base` what `change` says of it: values that are set win, lists are
// edited. Each list of `base` is a single `add`, before and after. `where`
// says what is changed, for messages.
void Merge(const google::protobuf::Message& change, Places places,
           const std::string& where, Complain complain,
           google::protobuf::Message* base);

}  // namespace specgen::engine

#endif  // SPECGEN_ENGINE_LIST_EDIT_H_
