//! How long serde and oci-spec take for one spec, for Docker 28.5.2 only:
//!
//!     specgen-bench DEFAULT_SPEC HOST_FACTS CONFIG GOLDEN
//!
//! Prints the nanoseconds of one spec: the median and the least of many rounds.
//! DEFAULT_SPEC is the spec of a config with an entrypoint and nothing else, from
//! which each spec starts. The answer is compared with the golden as JSON: oci-spec has another order of
//! keys than Go's structs.
use oci_spec::runtime::{
    Capability,
    LinuxDeviceBuilder, LinuxDeviceCgroup, LinuxDeviceCgroupBuilder, LinuxDeviceType,
    LinuxNamespaceType, Mount, MountBuilder, Spec,
};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Config<'a> {
    entrypoint: Option<Vec<String>>,
    #[serde(borrow)]
    workdir: std::borrow::Cow<'a, str>,
    args: Args,
    env: Option<Vec<Env>>,
    mounts: Option<Vec<PluginMount>>,
    network: Network,
    linux: Linux,
    propagated_mount: String,
    #[serde(rename = "ipchost")]
    ipc_host: bool,
    #[serde(rename = "pidhost")]
    pid_host: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Args {
    value: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Env {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PluginMount {
    source: Option<String>,
    destination: String,
    #[serde(rename = "type")]
    typ: String,
    options: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Network {
    #[serde(rename = "type")]
    typ: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Linux {
    capabilities: Option<Vec<String>>,
    allow_all_devices: bool,
    devices: Option<Vec<Device>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Device {
    path: String,
}

#[derive(Clone)]
struct Node {
    major: i64,
    minor: i64,
    mode: u32,
}

type Error = Box<dyn std::error::Error>;

fn bind(path: &str, source: &str, options: &[&str]) -> Result<Mount, Error> {
    Ok(MountBuilder::default()
        .destination(path)
        .typ("bind")
        .source(source)
        .options(options.iter().map(|o| o.to_string()).collect::<Vec<_>>())
        .build()?)
}

fn generate(config: &str, base: &Spec, nodes: &HashMap<String, Node>) -> Result<String, Error> {
    let config: Config = serde_json::from_str(config)?;
    let mut spec = base.clone();

    let mut process = spec.process().clone().ok_or("no process")?;
    let mut args = config.entrypoint.unwrap_or_default();
    args.extend(config.args.value.unwrap_or_default());
    process.set_args(Some(args));
    let mut env = process.env().clone().unwrap_or_default();
    for variable in config.env.unwrap_or_default() {
        if let Some(value) = variable.value {
            env.push(format!("{}={}", variable.name, value));
        }
    }
    process.set_env(Some(env));
    if !config.workdir.is_empty() {
        process.set_cwd(PathBuf::from(config.workdir.as_ref()));
    }
    if let Some(own) = config.linux.capabilities.filter(|c| !c.is_empty()) {
        // oci-spec holds sets.
        let own: HashSet<Capability> = own
            .iter()
            .map(|c| serde_json::from_value(serde_json::Value::String(c.clone())))
            .collect::<Result<HashSet<Capability>, _>>()?;
        let mut sets = process.capabilities().clone().ok_or("no capabilities")?;
        let with = |set: &Option<HashSet<_>>| {
            let mut all = set.clone().unwrap_or_default();
            all.extend(own.iter().cloned());
            Some(all)
        };
        let (bounding, effective) = (with(sets.bounding()), with(sets.effective()));
        let (inheritable, permitted) = (with(sets.inheritable()), with(sets.permitted()));
        sets.set_bounding(bounding);
        sets.set_effective(effective);
        sets.set_inheritable(inheritable);
        sets.set_permitted(permitted);
        process.set_capabilities(Some(sets));
    }
    spec.set_process(Some(process));

    let mut mounts = spec.mounts().clone().unwrap_or_default();
    let runtime = mounts.pop().ok_or("no runtime mount")?;
    if !config.propagated_mount.is_empty() {
        let rootfs = spec.root().as_ref().ok_or("no root")?.path();
        let source = rootfs.parent().ok_or("no parent")?.join("propagated-mount");
        let source = source.to_str().ok_or("not UTF-8")?;
        mounts.push(bind(&config.propagated_mount, source, &["rbind", "rw", "rshared"])?);
    }
    for own in config.mounts.unwrap_or_default() {
        let mut mount = MountBuilder::default()
            .destination(own.destination)
            .typ(own.typ)
            .source(own.source.ok_or("mount source is not specified")?)
            .build()?;
        mount.set_options(own.options);
        mounts.push(mount);
    }
    mounts.push(runtime);
    if !config.network.typ.is_empty() {
        mounts.push(bind("/etc/hosts", "/etc/hosts", &["rbind", "ro"])?);
        mounts.push(bind("/etc/resolv.conf", "/etc/resolv.conf", &["rbind", "ro"])?);
    }
    spec.set_mounts(Some(mounts));

    let mut linux = spec.linux().clone().ok_or("no linux")?;
    let mut namespaces = linux.namespaces().clone().unwrap_or_default();
    namespaces.retain(|n| {
        match n.typ() {
            LinuxNamespaceType::Network => config.network.typ != "host",
            LinuxNamespaceType::Ipc => !config.ipc_host,
            LinuxNamespaceType::Pid => !config.pid_host,
            _ => true,
        }
    });
    linux.set_namespaces(Some(namespaces));
    if !config.propagated_mount.is_empty() {
        linux.set_rootfs_propagation(Some("rshared".to_string()));
    }
    let mut resources = linux.resources().clone().ok_or("no resources")?;
    let mut rules: Vec<LinuxDeviceCgroup> = resources.devices().clone().unwrap_or_default();
    if config.linux.allow_all_devices {
        rules = vec![LinuxDeviceCgroupBuilder::default().allow(true).access("rwm").build()?];
    }
    let mut devices = Vec::new();
    for device in config.linux.devices.unwrap_or_default() {
        let node = nodes.get(&device.path).ok_or("no such device")?;
        devices.push(
            LinuxDeviceBuilder::default()
                .path(device.path)
                .typ(LinuxDeviceType::C)
                .major(node.major)
                .minor(node.minor)
                .file_mode(node.mode)
                .uid(0u32)
                .gid(0u32)
                .build()?,
        );
        rules.push(
            LinuxDeviceCgroupBuilder::default()
                .allow(true)
                .typ(LinuxDeviceType::C)
                .major(node.major)
                .minor(node.minor)
                .access("rwm")
                .build()?,
        );
    }
    if !devices.is_empty() {
        linux.set_devices(Some(devices));
    }
    resources.set_devices(Some(rules));
    linux.set_resources(Some(resources));
    spec.set_linux(Some(linux));
    Ok(serde_json::to_string(&spec)?)
}

/// Sorts what oci-spec holds as a set, and takes out what Docker lists twice, so
/// that answers can be compared.
fn comparable(text: &str) -> Result<serde_json::Value, Error> {
    let mut value: serde_json::Value = serde_json::from_str(text)?;
    if let Some(sets) = value.pointer_mut("/process/capabilities").and_then(|v| v.as_object_mut()) {
        for list in sets.values_mut().filter_map(|v| v.as_array_mut()) {
            list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            list.dedup();
        }
    }
    Ok(value)
}

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().collect();
    let [_, base, host, config, golden] = args.as_slice() else {
        return Err("usage: specgen-bench DEFAULT_SPEC HOST_FACTS CONFIG GOLDEN".into());
    };
    let base: Spec = serde_json::from_str(&std::fs::read_to_string(base)?)?;
    let host: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(host)?)?;
    let mut nodes = HashMap::new();
    for entry in host["entries"].as_array().ok_or("no entries")? {
        if entry["type"] == "char" {
            nodes.insert(
                entry["path"].as_str().unwrap_or("").to_string(),
                Node {
                    major: entry["major"].as_i64().unwrap_or(0),
                    minor: entry["minor"].as_i64().unwrap_or(0),
                    mode: u32::from_str_radix(entry["mode"].as_str().unwrap_or("0"), 8)?,
                },
            );
        }
    }
    let config = std::fs::read_to_string(config)?;
    let golden = std::fs::read_to_string(golden)?;
    let spec = generate(&config, &base, &nodes)?;
    if comparable(&spec)? != comparable(&golden)? {
        return Err(format!("not the golden spec: {spec}").into());
    }
    let round = |count: u32| -> Result<Duration, Error> {
        let start = Instant::now();
        for _ in 0..count {
            black_box(generate(black_box(&config), &base, &nodes)?);
        }
        Ok(start.elapsed())
    };
    let mut count = 1;
    while round(count)? < Duration::from_millis(20) {
        count *= 2;
    }
    let mut times = Vec::new();
    for _ in 0..25 {
        times.push(round(count)?.as_nanos() as f64 / count as f64);
    }
    times.sort_by(f64::total_cmp);
    println!("{:.1} {:.1}", times[times.len() / 2], times[0]);
    Ok(())
}
