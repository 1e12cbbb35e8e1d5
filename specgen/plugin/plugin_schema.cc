#include "specgen/plugin/plugin_schema.h"

#include <cstddef>
#include <initializer_list>
#include <type_traits>

#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"

namespace specgen {
namespace {

struct KeyAndField {
  Key key;
  Field field;
};

consteval Schema Fields(size_t size, std::initializer_list<KeyAndField> list) {
  Schema schema = {.size = size, .fields = {}};
  for (const KeyAndField& entry : list) {
    schema.fields[static_cast<size_t>(entry.key)] = entry.field;
  }
  return schema;
}

// A field that all engines have.
consteval Field Always(const char* name, FieldType type, size_t offset,
                       const Schema* schema = nullptr) {
  return {type, static_cast<uint16_t>(offset), Field::kAlways, name, schema};
}

// A field that engines have which read one of `keys`.
consteval Field Only(uint32_t keys, const char* name, FieldType type,
                     size_t offset, const Schema* schema = nullptr) {
  return {type, static_cast<uint16_t>(offset), keys, name, schema};
}

using enum FieldType;
constexpr size_t kIgnored = Field::kIgnored;

constexpr Schema kEnvSchema =
    Fields(sizeof(PluginEnv),
           {
               {Key::kName, Always("name", kString, offsetof(PluginEnv, name))},
               {Key::kDescription, Always("description", kString, kIgnored)},
               {Key::kValue,
                Always("value", kOptionalString, offsetof(PluginEnv, value))},
               {Key::kSettable,
                Always("settable", kStrings, offsetof(PluginEnv, settable))},
           });

constexpr Schema kMountSchema = Fields(
    sizeof(PluginMount),
    {
        {Key::kName, Always("name", kString, offsetof(PluginMount, name))},
        {Key::kDescription, Always("description", kString, kIgnored)},
        {Key::kSource,
         Always("source", kOptionalString, offsetof(PluginMount, source))},
        {Key::kDestination,
         Always("destination", kString, offsetof(PluginMount, destination))},
        {Key::kType, Always("type", kString, offsetof(PluginMount, type))},
        {Key::kOptions,
         Always("options", kStrings, offsetof(PluginMount, options))},
        {Key::kSettable,
         Always("settable", kStrings, offsetof(PluginMount, settable))},
    });

constexpr Schema kDeviceSchema = Fields(
    sizeof(PluginDevice),
    {
        {Key::kName, Always("name", kString, offsetof(PluginDevice, name))},
        {Key::kDescription, Always("description", kString, kIgnored)},
        {Key::kPath,
         Always("path", kOptionalString, offsetof(PluginDevice, path))},
        {Key::kSettable,
         Always("settable", kStrings, offsetof(PluginDevice, settable))},
    });

constexpr Schema kArgsSchema = Fields(
    sizeof(PluginArgs),
    {
        {Key::kName, Always("name", kString, offsetof(PluginArgs, name))},
        {Key::kDescription, Always("description", kString, kIgnored)},
        {Key::kSettable,
         Always("settable", kStrings, offsetof(PluginArgs, settable))},
        {Key::kValue, Always("value", kStrings, offsetof(PluginArgs, value))},
    });

// Structs of Go's whose fields are PluginConfig's own with us.

constexpr Schema kInterfaceSchema =
    Fields(sizeof(PluginConfig),
           {
               {Key::kTypes, Always("types", kInterfaceTypes,
                                    offsetof(PluginConfig, interface_types))},
               {Key::kSocket,
                Always("socket", kString, offsetof(PluginConfig, socket))},
               {Key::kProtocolScheme,
                Only(kProtocolScheme, "protocolScheme", kString, kIgnored)},
           });

constexpr Schema kUserSchema =
    Fields(sizeof(PluginConfig),
           {
               {Key::kUid, Always("uid", kUint32, offsetof(PluginConfig, uid))},
               {Key::kGid, Always("gid", kUint32, offsetof(PluginConfig, gid))},
           });

constexpr Schema kNetworkSchema =
    Fields(sizeof(PluginConfig),
           {
               {Key::kType,
                Always("type", kString, offsetof(PluginConfig, network_type))},
           });

constexpr Schema kLinuxSchema = Fields(
    sizeof(PluginConfig),
    {
        {Key::kCapabilities, Always("capabilities", kStrings,
                                    offsetof(PluginConfig, capabilities))},
        {Key::kDevices,
         Always("devices", kObjects, offsetof(PluginConfig, devices),
                &kDeviceSchema)},
        {Key::kDeviceCreation, Only(kDeviceCreation, "deviceCreation", kBool,
                                    offsetof(PluginConfig, allow_all_devices))},
        {Key::kAllowAllDevices,
         Only(kAllowAllDevices, "allowAllDevices", kBool,
              offsetof(PluginConfig, allow_all_devices))},
    });

constexpr Schema kRootfsSchema =
    Fields(sizeof(PluginConfig),
           {
               {Key::kType, Always("type", kString, kIgnored)},
               {Key::kDiffIds, Always("diff_ids", kStrings, kIgnored)},
           });

constexpr Schema kSettingsSchema = Fields(
    sizeof(PluginSettings),
    {
        {Key::kArgs, Always("args", kStrings, offsetof(PluginSettings, args))},
        {Key::kEnv, Always("env", kStrings, offsetof(PluginSettings, env))},
        {Key::kMounts, Always("mounts", kObjects,
                              offsetof(PluginSettings, mounts), &kMountSchema)},
        {Key::kDevices,
         Always("devices", kObjects, offsetof(PluginSettings, devices),
                &kDeviceSchema)},
    });

}  // namespace

constexpr Schema kConfigSchema = Fields(
    sizeof(PluginConfig),
    {
        {Key::kDescription, Always("description", kString, kIgnored)},
        {Key::kDocumentation, Always("documentation", kString, kIgnored)},
        {Key::kManifestVersion,
         Only(kManifestVersion, "manifestVersion", kString, kIgnored)},
        {Key::kDockerVersion,
         Only(kDockerVersion, "dockerVersion", kString, kIgnored)},
        {Key::kInterface, Always("interface", kObject, 0, &kInterfaceSchema)},
        {Key::kEntrypoint,
         Always("entrypoint", kStrings, offsetof(PluginConfig, entrypoint))},
        {Key::kWorkdir,
         Always("workdir", kString, offsetof(PluginConfig, workdir))},
        {Key::kUser, Always("user", kObject, 0, &kUserSchema)},
        {Key::kNetwork, Always("network", kObject, 0, &kNetworkSchema)},
        {Key::kLinux, Only(kLinux, "linux", kObject, 0, &kLinuxSchema)},
        {Key::kCapabilities, Only(kCapabilities, "capabilities", kStrings,
                                  offsetof(PluginConfig, capabilities))},
        {Key::kDevices, Only(kDevices, "devices", kObjects,
                             offsetof(PluginConfig, devices), &kDeviceSchema)},
        {Key::kPropagatedMount,
         Only(kPropagatedMount, "propagatedMount", kString,
              offsetof(PluginConfig, propagated_mount))},
        {Key::kIpcHost,
         Only(kIpcHost, "ipchost", kBool, offsetof(PluginConfig, ipc_host))},
        {Key::kPidHost,
         Only(kPidHost, "pidhost", kBool, offsetof(PluginConfig, pid_host))},
        {Key::kMounts, Always("mounts", kObjects,
                              offsetof(PluginConfig, mounts), &kMountSchema)},
        {Key::kEnv,
         Always("env", kObjects, offsetof(PluginConfig, env), &kEnvSchema)},
        {Key::kArgs,
         Always("args", kObject, offsetof(PluginConfig, args), &kArgsSchema)},
        {Key::kRootfs, Only(kRootfs, "rootfs", kObject, 0, &kRootfsSchema)},
    });

bool IsAuthorsKey(Key key) {
  return key != Key::kRootfs && kConfigSchema[key].type != FieldType::kNone;
}

namespace {

// `config` and `settings` are the keys of the author's part and of the
// settings.
consteval Schema PluginFields(Key config, Key settings) {
  return Fields(
      sizeof(Plugin),
      {
          {Key::kId, Always("Id", kString, offsetof(Plugin, id))},
          {Key::kName, Always("Name", kString, offsetof(Plugin, name))},
          {Key::kEnabled, Always("Enabled", kBool, offsetof(Plugin, enabled))},
          {config,
           Always("config", kObject, offsetof(Plugin, config), &kConfigSchema)},
          {settings, Always("settings", kObject, offsetof(Plugin, settings),
                            &kSettingsSchema)},
          {Key::kPluginReference, Only(kDockerVersion | kIpcHost,
                                       "PluginReference", kString, kIgnored)},
      });
}
constexpr Schema kPluginSchema = PluginFields(Key::kConfig, Key::kSettings);
constexpr Schema kManifestPluginSchema =
    PluginFields(Key::kManifest, Key::kConfig);

consteval Schema StoredFields(const Schema* plugin) {
  return Fields(
      sizeof(Plugin),
      {
          {Key::kPlugin, Always("plugin", kObject, 0, plugin)},
          {Key::kRootfs, Always("Rootfs", kString, offsetof(Plugin, rootfs))},
      });
}

}  // namespace

constexpr Schema kStoredSchema = StoredFields(&kPluginSchema);
constexpr Schema kStoredManifestSchema = StoredFields(&kManifestPluginSchema);

static_assert(std::is_standard_layout_v<Plugin>);
static_assert(sizeof(Plugin) < Field::kIgnored);
// Field::kAlways is none of the keys.
static_assert((kManifestVersion & Field::kAlways) == 0);

}  // namespace specgen
