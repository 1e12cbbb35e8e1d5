#include "fuzz/proto_mutator.h"

#include <vector>

#include "google/protobuf/descriptor.h"

namespace specgen::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The message and all messages in it.
void CollectParts(Message* message, std::vector<Message*>* parts) {
  parts->push_back(message);
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      CollectParts(reflection->MutableMessage(message, field), parts);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      CollectParts(reflection->MutableRepeatedMessage(message, field, i),
                   parts);
    }
  }
}

}  // namespace

Message* ProtoMutator::PickPart(Message* message) {
  std::vector<Message*> parts;
  CollectParts(message, &parts);
  return parts[Below(parts.size())];
}

void ProtoMutator::Mutate(Message* message) {
  const size_t changes = 1 + Below(3);
  for (size_t i = 0; i < changes; ++i) {
    if (OneIn(12)) {
      // A part is overwritten by another of its type.
      std::vector<Message*> parts;
      CollectParts(message, &parts);
      Message* to = parts[Below(parts.size())];
      const Message* from = parts[Below(parts.size())];
      if (to != message && from != to &&
          to->GetDescriptor() == from->GetDescriptor()) {
        to->CopyFrom(*from);
        continue;
      }
    }
    Message* part = OneIn(3) ? message : PickPart(message);
    const Descriptor* type = part->GetDescriptor();
    if (type->field_count() == 0) continue;
    const int field =
        static_cast<int>(Below(static_cast<size_t>(type->field_count())));
    MutateField(part, type->field(field));
  }
}

void ProtoMutator::MutateField(Message* message, const Field* field) {
  const Reflection* reflection = message->GetReflection();
  if (field->is_repeated()) {
    MutateList(message, field);
  } else if (reflection->HasField(*message, field) && OneIn(5)) {
    reflection->ClearField(message, field);
  } else if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
    Message* part = reflection->MutableMessage(message, field);
    const Descriptor* type = part->GetDescriptor();
    if (type->field_count() > 0) {
      MutateField(part, type->field(static_cast<int>(
                            Below(static_cast<size_t>(type->field_count())))));
    }
  } else {
    SetScalar(message, field, -1);
  }
}

void ProtoMutator::AddElement(Message* message, const Field* field) {
  const Reflection* reflection = message->GetReflection();
  if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
    Message* added = reflection->AddMessage(message, field);
    const Descriptor* type = added->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      if (OneIn(2)) MutateField(added, type->field(i));
    }
    return;
  }
  switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING:
      reflection->AddString(message, field, "");
      break;
    case Field::CPPTYPE_UINT32:
      reflection->AddUInt32(message, field, 0);
      break;
    case Field::CPPTYPE_BOOL:
      reflection->AddBool(message, field, false);
      break;
    default:
      return;  // plugin_case.proto has no others
  }
  SetScalar(message, field, reflection->FieldSize(*message, field) - 1);
}

void ProtoMutator::MutateList(Message* message, const Field* field) {
  const Reflection* reflection = message->GetReflection();
  const int size = reflection->FieldSize(*message, field);
  if (size == 0) return AddElement(message, field);
  const auto pick = [&] {
    return static_cast<int>(Below(static_cast<size_t>(size)));
  };
  switch (Below(6)) {
    case 0:
      AddElement(message, field);
      break;
    case 1:  // remove
      reflection->SwapElements(message, field, pick(), size - 1);
      reflection->RemoveLast(message, field);
      break;
    case 2:  // move
      reflection->SwapElements(message, field, pick(), pick());
      break;
    case 3: {  // copy
      const int from = pick();
      if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
        reflection->AddMessage(message, field)
            ->CopyFrom(reflection->GetRepeatedMessage(*message, field, from));
      } else if (field->cpp_type() == Field::CPPTYPE_STRING) {
        reflection->AddString(
            message, field,
            reflection->GetRepeatedString(*message, field, from));
      } else {
        AddElement(message, field);
      }
      break;
    }
    default:
      if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
        Message* element =
            reflection->MutableRepeatedMessage(message, field, pick());
        const Descriptor* type = element->GetDescriptor();
        if (type->field_count() > 0) {
          MutateField(element, type->field(static_cast<int>(Below(
                                   static_cast<size_t>(type->field_count())))));
        }
      } else {
        SetScalar(message, field, pick());
      }
  }
}

void ProtoMutator::SetScalar(Message* message, const Field* field, int index) {
  const Reflection* r = message->GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING: {
      std::string text =
          MutateString(one ? r->GetString(*message, field)
                           : r->GetRepeatedString(*message, field, index));
      if (one) {
        r->SetString(message, field, std::move(text));
      } else {
        r->SetRepeatedString(message, field, index, std::move(text));
      }
      break;
    }
    case Field::CPPTYPE_BOOL:
      if (one) {
        r->SetBool(message, field, !r->GetBool(*message, field));
      } else {
        r->SetRepeatedBool(message, field, index,
                           !r->GetRepeatedBool(*message, field, index));
      }
      break;
    case Field::CPPTYPE_UINT32:
      if (one) {
        r->SetUInt32(message, field,
                     MutateNumber(r->GetUInt32(*message, field)));
      } else {
        r->SetRepeatedUInt32(
            message, field, index,
            MutateNumber(r->GetRepeatedUInt32(*message, field, index)));
      }
      break;
    case Field::CPPTYPE_ENUM:
      r->SetEnumValue(message, field,
                      static_cast<int>(Below(static_cast<size_t>(
                          field->enum_type()->value_count()))));
      break;
    default:
      break;
  }
}

template <typename T>
T ProtoMutator::MutateNumber(T number) {
  switch (Below(5)) {
    case 0:
      return static_cast<T>(Below(8));
    case 1:
      return number + 1;
    case 2:
      return number - 1;
    case 3:
      return number ^ T { 1 } << Below(8 * sizeof(T));
    default:
      return static_cast<T>(random_());
  }
}

std::string ProtoMutator::MutateString(std::string text) {
  constexpr size_t kMaxSize = 4096;
  const auto word = [&] {
    return words_.empty() ? std::string_view() : words_[Below(words_.size())];
  };
  switch (Below(8)) {
    case 0:
    case 1:
    case 2:
      return std::string(word());
    case 3:
      return text.append(word());
    case 4:
      return text.insert(Below(text.size() + 1), word());
    case 5:
      return text.substr(0, Below(text.size() + 1));
    default: {
      const size_t size = text.size();
      text.resize(std::min(kMaxSize, size + 64));
      text.resize(mutate_bytes_(reinterpret_cast<uint8_t*>(text.data()),
                                std::min(size, text.size()), text.size()));
      return text;
    }
  }
}

void ProtoMutator::CrossOver(const Message& other, Message* message) {
  const std::unique_ptr<Message> donor(other.New());
  donor->CopyFrom(other);
  std::vector<Message*> from, to;
  CollectParts(donor.get(), &from);
  CollectParts(message, &to);
  for (int tries = 0; tries < 16; ++tries) {
    Message* target = to[Below(to.size())];
    const Message* source = from[Below(from.size())];
    if (target->GetDescriptor() != source->GetDescriptor()) continue;
    if (OneIn(2)) {
      target->MergeFrom(*source);  // lists grow
    } else {
      // One field of it.
      const Descriptor* type = target->GetDescriptor();
      if (type->field_count() == 0) continue;
      const Field* field = type->field(
          static_cast<int>(Below(static_cast<size_t>(type->field_count()))));
      const std::unique_ptr<Message> part(source->New());
      part->CopyFrom(*source);
      target->GetReflection()->SwapFields(target, part.get(), {field});
    }
    return;
  }
}

}  // namespace specgen::fuzz
