// Checks engines.textproto and writes it as C++ constants: run when specgen is
// built, so that the program itself parses nothing and links no Protobuf.
//
//   compile_table engines.textproto > engine_table.cc
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "specgen/engine/engine_table.pb.h"

namespace specgen::engine {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string g_file_name;
int g_errors = 0;

void Fail(const std::string& message) {
  std::cerr << g_file_name << ": " << message << "\n";
  ++g_errors;
}

class ErrorPrinter : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    std::cerr << g_file_name << ":" << line + 1 << ":" << column + 1 << ": "
              << message << "\n";
    ++g_errors;
  }
};

// Lays `change` over `base`: singular fields that are set win, repeated fields
// that are set replace the list, messages are laid over one another. A list of
// one empty message stands for the empty list.
void LayOver(const Message& change, Message* base) {
  const Reflection* reflection = change.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(change, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated()) {
      reflection->ClearField(base, field);
      const int size = reflection->FieldSize(change, field);
      for (int i = 0; i < size; ++i) {
        switch (field->cpp_type()) {
          case FieldDescriptor::CPPTYPE_STRING:
            reflection->AddString(
                base, field, reflection->GetRepeatedString(change, field, i));
            break;
          case FieldDescriptor::CPPTYPE_ENUM:
            reflection->AddEnumValue(
                base, field,
                reflection->GetRepeatedEnumValue(change, field, i));
            break;
          default: {
            const Message& item =
                reflection->GetRepeatedMessage(change, field, i);
            if (size == 1 && item.ByteSizeLong() == 0) break;
            reflection->AddMessage(base, field)->CopyFrom(item);
          }
        }
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      LayOver(reflection->GetMessage(change, field),
              reflection->MutableMessage(base, field));
    } else {
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
          reflection->SetString(base, field,
                                reflection->GetString(change, field));
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          reflection->SetEnumValue(base, field,
                                   reflection->GetEnumValue(change, field));
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          reflection->SetBool(base, field, reflection->GetBool(change, field));
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          reflection->SetUInt32(base, field,
                                reflection->GetUInt32(change, field));
          break;
        default:
          Fail(absl::StrCat("compile_table does not know the type of field ",
                            field->full_name()));
      }
    }
  }
}

// Every optional scalar and enum must be set once a behaviour is resolved.
void CheckComplete(const std::string& behaviour, const Message& message) {
  const Descriptor* descriptor = message.GetDescriptor();
  const Reflection* reflection = message.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) continue;
    if (!reflection->HasField(message, field)) {
      Fail(absl::StrCat("behaviour ", behaviour, ": ", field->full_name(),
                        " is not set"));
    }
  }
}

// A C++ string literal with its quotes. The table is printable ASCII.
std::string Literal(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c < 0x20 || c > 0x7e) Fail(absl::StrCat("not printable ASCII: ", text));
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Names of the constants of one behaviour: k<index><what>.
std::string Name(int index, const std::string& what) {
  return absl::StrCat("k", index, what);
}

// Writes a constant array of strings and returns a span of it.
template <typename List>
std::string Strings(const std::string& name, const List& list) {
  if (list.empty()) return "{}";
  std::vector<std::string> items;
  for (const std::string& item : list) items.push_back(Literal(item));
  std::cout << "constexpr std::string_view " << name << "[] = {"
            << absl::StrJoin(items, ", ") << "};\n";
  return name;
}

// "CRASHES_ON_NULL" as "kCrashesOnNull".
std::string EnumName(const std::string& value) {
  std::string out = "k";
  bool upper = true;
  for (char c : value) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? c : static_cast<char>(c - 'A' + 'a');
      upper = false;
    }
  }
  return out;
}

template <typename T>
std::string Enum(const char* type, const std::string& name, T) {
  return absl::StrCat(type, "::", EnumName(name));
}

std::string Bool(bool value) { return value ? "true" : "false"; }

// Writes a constant array of structs and returns a span of it.
std::string Structs(const std::string& type, const std::string& name,
                    const std::vector<std::string>& items) {
  if (items.empty()) return "{}";
  std::cout << "constexpr " << type << " " << name << "[] = {\n    "
            << absl::StrJoin(items, ",\n    ") << "};\n";
  return name;
}

std::string DefaultFields(int index, const DefaultSpec& spec) {
  const auto has_set = [&](DefaultSpec::CapabilitySet set) {
    return Bool(std::find(spec.capability_set().begin(),
                          spec.capability_set().end(),
                          set) != spec.capability_set().end());
  };
  std::vector<std::string> mounts;
  for (int i = 0; i < spec.mount_size(); ++i) {
    const Mount& mount = spec.mount(i);
    mounts.push_back(absl::StrCat(
        "{", Literal(mount.destination()), ", ", Literal(mount.type()), ", ",
        Literal(mount.source()), ", ",
        Strings(Name(index, absl::StrCat("MountOptions", i)), mount.option()),
        "}"));
  }
  std::vector<std::string> devices;
  for (const Device& device : spec.device()) {
    devices.push_back(absl::StrCat(
        "{", Literal(device.path()), ", ", Literal(device.type()), ", ",
        device.major(), ", ", device.minor(), ", ", device.file_mode(), ", ",
        device.uid(), ", ", device.gid(), "}"));
  }
  std::vector<std::string> rules;
  for (const DeviceRule& rule : spec.device_rule()) {
    const auto number = [](bool set, int64_t value) {
      return set ? absl::StrCat(value) : "std::nullopt";
    };
    rules.push_back(absl::StrCat("{", Bool(rule.allow()), ", ",
                                 Literal(rule.type()), ", ",
                                 number(rule.has_major(), rule.major()), ", ",
                                 number(rule.has_minor(), rule.minor()), ", ",
                                 Literal(rule.access()), "}"));
  }
  return absl::StrCat(
      "{.oci_version = ", Literal(spec.oci_version()), ", .capabilities = ",
      Strings(Name(index, "CapabilityNames"), spec.capability()),
      ", .bounding = ", has_set(DefaultSpec::BOUNDING),
      ", .effective = ", has_set(DefaultSpec::EFFECTIVE),
      ", .inheritable = ", has_set(DefaultSpec::INHERITABLE),
      ", .permitted = ", has_set(DefaultSpec::PERMITTED),
      ", .mounts = ", Structs("Mount", Name(index, "MountList"), mounts),
      ", .namespaces = ",
      Strings(Name(index, "NamespaceTypes"), spec.namespace_()),
      ", .devices = ", Structs("Device", Name(index, "DeviceList"), devices),
      ", .device_rules = ",
      Structs("DeviceRule", Name(index, "RuleList"), rules),
      ", .masked_paths = ",
      Strings(Name(index, "MaskedPaths"), spec.masked_path()),
      ", .readonly_paths = ",
      Strings(Name(index, "ReadonlyPaths"), spec.readonly_path()), "}");
}

void WriteBehaviour(int index, const Behaviour& own, const Behaviour& b,
                    std::vector<std::string>* table) {
  std::cout << "\n// " << b.name() << "\n";
  const Layout& layout = b.layout();
  std::vector<std::string> f;
  auto text = [&](const char* field, const std::string& value) {
    f.push_back(absl::StrCat(".", field, " = ", Literal(value)));
  };
  auto span = [&](const char* field, const std::string& value) {
    f.push_back(absl::StrCat(".", field, " = ", value));
  };
  auto flag = [&](const char* field, bool value) {
    f.push_back(absl::StrCat(".", field, " = ", value ? "true" : "false"));
  };

  text("name", b.name());
  text("based_on", own.based_on());
  span("changes", Strings(Name(index, "Changes"), own.change()));
  span("sources", Strings(Name(index, "Sources"), own.source()));

  span("form", Enum("StateForm", Decoding::Form_Name(b.decoding().form()), 0));
  uint32_t keys = 0;
  for (int key : b.decoding().key()) keys |= 1u << key;
  f.push_back(absl::StrCat(".keys = ", keys));
  span("interface_types",
       Enum("InterfaceTypes",
            Decoding::InterfaceTypes_Name(b.decoding().interface_types()), 0));

  flag("copies_args", b.settings().copies_args());
  flag("copies_devices", b.settings().copies_devices());
  span("set", Enum("SetCommand", Settings::Set_Name(b.settings().set()), 0));

  const Rules& r = b.rules();
  span("rootfs", Enum("RootfsRule", Rules::Rootfs_Name(r.rootfs()), 0));
  flag("mounts_from_settings", r.mounts_from_settings());
  flag("allows_null_source", r.allows_null_source());
  flag("makes_bind_sources", r.makes_bind_sources());
  flag("overrides_bind_options", r.overrides_bind_options());
  f.push_back(absl::StrCat(".runtime_folder_mode = ", r.runtime_folder_mode()));
  flag("replaces_process", r.replaces_process());
  flag("network", r.network());
  flag("host_pid_and_ipc", r.host_pid_and_ipc());
  flag("removes_last_namespace", r.removes_last_namespace());
  span("dev_mounts",
       Enum("DevMounts", Rules::DevMounts_Name(r.dev_mounts()), 0));
  span("propagated_mount",
       Enum("PropagatedMount",
            Rules::PropagatedMount_Name(r.propagated_mount()), 0));
  span("devices", Enum("DevicesRule", Rules::Devices_Name(r.devices()), 0));
  span("device_nodes",
       Enum("DeviceNodes", Rules::DeviceNodes_Name(r.device_nodes()), 0));
  flag("capabilities", r.capabilities());
  flag("sorts_mounts", r.sorts_mounts());
  flag("metrics_mount", r.metrics_mount());
  flag("masks_thermal_throttle", r.masks_thermal_throttle());
  flag("takes_base_spec", r.takes_base_spec());
  flag("fills_rootfs", r.fills_rootfs());
  flag("asks_for_unset_network", r.asks_for_unset_network());
  flag("describes_privileges", r.describes_privileges());

  flag("omits_empty_args", layout.omits_empty_args());
  flag("omits_empty_mount_fields", layout.omits_empty_mount_fields());
  flag("capability_sets", layout.capability_sets());
  flag("console_size", layout.console_size());
  flag("platform", layout.platform());
  flag("hooks", layout.hooks());
  flag("solaris", layout.solaris());
  span("default_fields", DefaultFields(index, b.default_spec()));
  table->push_back(absl::StrCat("    {", absl::StrJoin(f, ",\n     "), "}"));
}

// A version as something to sort by: "17.03.0-rc1" before "17.03.0", "-beta"
// before "-rc".
std::pair<std::vector<int>, std::string> SortKey(const std::string& name) {
  std::vector<int> numbers;
  std::string suffix;
  size_t i = 0;
  int number = 0;
  while (i < name.size() && (isdigit(name[i]) || name[i] == '.')) {
    if (name[i] == '.') {
      numbers.push_back(number);
      number = 0;
    } else {
      number = number * 10 + (name[i] - '0');
    }
    ++i;
  }
  numbers.push_back(number);
  suffix = name.substr(i);
  // "" sorts last; numbers in a suffix by value.
  std::string key = suffix.empty() ? "~" : "";
  for (size_t k = 0; k < suffix.size(); ++k) {
    if (isdigit(suffix[k])) {
      std::string digits;
      while (k < suffix.size() && isdigit(suffix[k])) digits += suffix[k++];
      key += std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0');
      key += digits;
      --k;
    } else if (suffix[k] != '.') {
      key += suffix[k];
    }
  }
  return {numbers, key};
}

int Run(const char* path) {
  g_file_name = path;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    Fail("cannot be read");
    return 1;
  }
  EngineTable table;
  google::protobuf::io::IstreamInputStream stream(&file);
  google::protobuf::TextFormat::Parser parser;
  ErrorPrinter printer;
  parser.RecordErrorsTo(&printer);
  if (!parser.Parse(&stream, &table)) return 1;

  std::map<std::string, Behaviour> resolved;
  std::vector<std::string> rows;
  struct Entry {
    const Release* release;
    int behaviour;
  };
  std::vector<Entry> releases;
  std::cout << "// Made from engines.textproto by compile_table; do not edit.\n"
               "#include \"specgen/engine/engine_table.h\"\n\n"
               "namespace specgen {\nnamespace {\n";
  for (int i = 0; i < table.behaviour_size(); ++i) {
    const Behaviour& own = table.behaviour(i);
    Behaviour full;
    if (i > 0) {
      auto base = resolved.find(own.based_on());
      if (base == resolved.end()) {
        Fail(absl::StrCat("behaviour ", own.name(), ": based_on ",
                          own.based_on(), " does not stand before it"));
        return 1;
      }
      full = base->second;
      full.clear_release();
    }
    LayOver(own, &full);
    if (i > 0 && (own.change().empty() || own.source().empty())) {
      Fail(absl::StrCat("behaviour ", own.name(),
                        ": needs a change and a source"));
    }
    CheckComplete(own.name(), full.settings());
    CheckComplete(own.name(), full.rules());
    CheckComplete(own.name(), full.layout());
    if (own.release().empty()) {
      Fail(absl::StrCat("behaviour ", own.name(), ": has no release"));
    }
    if (!resolved.emplace(own.name(), full).second) {
      Fail(absl::StrCat("behaviour ", own.name(), " is there twice"));
    }
    WriteBehaviour(i, own, full, &rows);
    for (const Release& release : own.release())
      releases.push_back({&release, i});
  }
  std::stable_sort(
      releases.begin(), releases.end(), [](const Entry& a, const Entry& b) {
        return SortKey(a.release->name()) < SortKey(b.release->name());
      });
  for (size_t i = 1; i < releases.size(); ++i) {
    if (releases[i].release->name() == releases[i - 1].release->name()) {
      Fail(absl::StrCat("release ", releases[i].release->name(),
                        " is there twice"));
    }
  }
  std::cout << "\nconstexpr Behaviour kBehaviours[] = {\n"
            << absl::StrJoin(rows, ",\n") << "};\n\n"
            << "constexpr Release kReleases[] = {\n";
  for (const Entry& entry : releases) {
    const Release& release = *entry.release;
    std::cout << "    {" << Literal(release.name()) << ", "
              << Literal(release.date()) << ", " << Literal(release.tag())
              << ", &kBehaviours[" << entry.behaviour << "], "
              << Enum("UserNamespaceRule",
                      UserNamespace_Name(release.user_namespace()), 0)
              << ", " << (release.hidden() ? "true" : "false") << "},\n";
  }
  std::cout << "};\n\n}  // namespace\n\n"
            << "const absl::Span<const Behaviour> kBehaviourTable = "
               "kBehaviours;\n"
            << "const absl::Span<const Release> kReleaseTable = kReleases;\n"
            << "const std::string_view kTableDate = " << Literal(table.date())
            << ";\n\n}  // namespace specgen\n";
  return g_errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace specgen::engine

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: compile_table engines.textproto > engine_table.cc\n";
    return 2;
  }
  return specgen::engine::Run(argv[1]);
}
