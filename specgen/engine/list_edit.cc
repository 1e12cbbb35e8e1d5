#include "specgen/engine/list_edit.h"

#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace specgen::engine {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

const FieldDescriptor* FieldOf(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

int LineOf(Places places, const FieldDescriptor* field, int index) {
  return places == nullptr ? 0 : places->GetLocation(field, index).line + 1;
}

Places Inside(Places places, const FieldDescriptor* field, int index) {
  return places == nullptr ? nullptr : places->GetTreeForNested(field, index);
}

std::string Text(const Message& message, const FieldDescriptor* field,
                 int index) {
  std::string text;
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintFieldValueToString(message, field, index, &text);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
             ? absl::StrCat("{ ", text, "}")
             : text;
}

// What an item of a list is known by: itself or, where edits name items by a
// string, its first field, which is one.
std::string Key(const Message& edit, const FieldDescriptor* items, int index) {
  if (items->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      FieldOf(edit, "drop")->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const Message& item =
        edit.GetReflection()->GetRepeatedMessage(edit, items, index);
    return Text(item, item.GetDescriptor()->field(0), -1);
  }
  return Text(edit, items, index);
}

// One list, as the single edit that adds all of it.
class List {
 public:
  explicit List(Message* edit)
      : edit_(edit),
        reflection_(edit->GetReflection()),
        items_(FieldOf(*edit, "add")) {}

  int size() const { return reflection_->FieldSize(*edit_, items_); }

  // The index of the item with that key, or -1.
  int Find(const std::string& key) const {
    for (int i = 0; i < size(); ++i) {
      if (Key(*edit_, items_, i) == key) return i;
    }
    return -1;
  }

  void Remove(int index) {
    Move(index, size() - 1);
    reflection_->RemoveLast(edit_, items_);
  }

  // Adds the item that `edit` adds as its `from`-th.
  void Insert(int index, const Message& edit, int from) {
    switch (items_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection_->AddString(
            edit_, items_, reflection_->GetRepeatedString(edit, items_, from));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection_->AddEnumValue(
            edit_, items_,
            reflection_->GetRepeatedEnumValue(edit, items_, from));
        break;
      default:
        reflection_->AddMessage(edit_, items_);
        break;
    }
    Move(size() - 1, index);
  }

  Message* MutableItem(int index) {
    return reflection_->MutableRepeatedMessage(edit_, items_, index);
  }

  void Sort() {
    for (int end = 1; end < size(); ++end) {
      int to = end;
      while (to > 0 && Key(*edit_, items_, end) < Key(*edit_, items_, to - 1)) {
        --to;
      }
      Move(end, to);
    }
  }

 private:
  void Move(int from, int to) {
    for (; from < to; ++from) {
      reflection_->SwapElements(edit_, items_, from, from + 1);
    }
    for (; from > to; --from) {
      reflection_->SwapElements(edit_, items_, from, from - 1);
    }
  }

  Message* edit_;
  const Reflection* reflection_;
  const FieldDescriptor* items_;
};

// Makes one edit of `list`.
class Editor {
 public:
  Editor(const Message& edit, Places places, int line, const std::string& where,
         Complain complain, List* list)
      : edit_(edit),
        reflection_(*edit.GetReflection()),
        places_(places),
        line_(line),
        where_(where),
        complain_(complain),
        list_(*list) {}

  void Run() {
    Drop();
    Add();
    Change();
    const FieldDescriptor* sort = FieldOf(edit_, "sort");
    if (sort != nullptr && reflection_.GetBool(edit_, sort)) list_.Sort();
  }

 private:
  // Complains about the `index`-th value of `field`.
  void Problem(const FieldDescriptor* field, int index,
               const std::string& problem) {
    const int line = LineOf(places_, field, index);
    complain_(line > 0 ? line : line_, absl::StrCat(where_, ": ", problem));
  }

  void Drop() {
    const FieldDescriptor* drop = FieldOf(edit_, "drop");
    for (int i = 0; i < reflection_.FieldSize(edit_, drop); ++i) {
      const std::string key = Text(edit_, drop, i);
      const int at = list_.Find(key);
      if (at < 0) {
        Problem(drop, i,
                absl::StrCat("drops ", key,
                             ", which is not in the list; take it out here"));
      } else {
        list_.Remove(at);
      }
    }
  }

  void Add() {
    int at = list_.size();
    const FieldDescriptor* before = FieldOf(edit_, "before");
    if (before != nullptr && IsSet(before)) {
      at = list_.Find(Text(edit_, before, -1));
      if (at < 0) {
        Problem(before, -1,
                absl::StrCat("no ", Text(edit_, before, -1),
                             " is in the list to stand before; name an item "
                             "that is"));
        return;
      }
    }
    const FieldDescriptor* add = FieldOf(edit_, "add");
    for (int i = 0; i < reflection_.FieldSize(edit_, add); ++i) {
      const std::string key = Key(edit_, add, i);
      if (list_.Find(key) >= 0) {
        Problem(add, i,
                absl::StrCat("adds ", key,
                             ", which is in the list already; drop it first "
                             "to move it"));
        continue;
      }
      list_.Insert(at, edit_, i);
      if (add->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Merge(reflection_.GetRepeatedMessage(edit_, add, i),
              Inside(places_, add, i), where_, complain_,
              list_.MutableItem(at));
      }
      ++at;
    }
  }

  void Change() {
    const FieldDescriptor* change = FieldOf(edit_, "change");
    if (change == nullptr) return;
    for (int i = 0; i < reflection_.FieldSize(edit_, change); ++i) {
      const std::string key = Key(edit_, change, i);
      const int at = list_.Find(key);
      if (at < 0) {
        Problem(change, i,
                absl::StrCat("changes ", key,
                             ", which is not in the list; add it"));
        continue;
      }
      Merge(reflection_.GetRepeatedMessage(edit_, change, i),
            Inside(places_, change, i), where_, complain_,
            list_.MutableItem(at));
    }
  }

  bool IsSet(const FieldDescriptor* field) const {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return reflection_.HasField(edit_, field);
    }
    return !reflection_.GetString(edit_, field).empty();
  }

  const Message& edit_;
  const Reflection& reflection_;
  Places places_;
  int line_;
  const std::string& where_;
  Complain complain_;
  List& list_;
};

// A value that is set to what it is already hides what really changes.
void CheckNews(const Message& change, Places places, const std::string& where,
               Complain complain, const Message& base) {
  const Reflection& reflection = *change.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(change, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated() || !field->has_optional_keyword()) continue;
    if (reflection.HasField(base, field) &&
        Text(change, field, -1) == Text(base, field, -1)) {
      complain(LineOf(places, field, -1),
               absl::StrCat(where, ": ", field->name(), " is ",
                            Text(base, field, -1),
                            " already in what this is based on; take it out"));
    }
  }
}

void EditList(const Message& change, Places places,
              const FieldDescriptor* field, const std::string& where,
              Complain complain, Message* base) {
  const Reflection& reflection = *change.GetReflection();
  if (reflection.FieldSize(*base, field) == 0) {
    reflection.AddMessage(base, field);
  }
  List list(reflection.MutableRepeatedMessage(base, field, 0));
  const std::string name = absl::StrCat(where, ": ", field->name());
  for (int i = 0; i < reflection.FieldSize(change, field); ++i) {
    Editor(reflection.GetRepeatedMessage(change, field, i),
           Inside(places, field, i), LineOf(places, field, i), name, complain,
           &list)
        .Run();
  }
}

}  // namespace

bool IsEdited(const FieldDescriptor& field) {
  return field.is_repeated() &&
         field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         absl::EndsWith(field.message_type()->name(), "Edit");
}

const FieldDescriptor& ItemsOf(const FieldDescriptor& field) {
  return *field.message_type()->FindFieldByName("add");
}

void Merge(const Message& change, Places places, const std::string& where,
           Complain complain, Message* base) {
  CheckNews(change, places, where, complain, *base);
  const Reflection& reflection = *change.GetReflection();
  // What is no list and no section is as Protobuf merges it.
  std::unique_ptr<Message> values(change.New());
  values->CopyFrom(change);
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(change, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsEdited(*field)) {
      reflection.ClearField(values.get(), field);
      EditList(change, places, field, where, complain, base);
    } else if (!field->is_repeated() &&
               field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      reflection.ClearField(values.get(), field);
      Merge(reflection.GetMessage(change, field), Inside(places, field, -1),
            where, complain, reflection.MutableMessage(base, field));
    }
  }
  base->MergeFrom(*values);
}

}  // namespace specgen::engine
