"""What a plugin's process sees, read from /proc, and what its spec promises.

A view is a dictionary that does not depend on where the plugin's directory is or
what its id is, so that the views of two plugins can be compared.
"""
import os
import re
import stat

CAPABILITIES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID
SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW
IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM
BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
NAMESPACES = {'mount': 'mnt', 'network': 'net', 'uts': 'uts', 'pid': 'pid',
              'ipc': 'ipc', 'user': 'user', 'cgroup': 'cgroup'}
# Flags of a mount that a spec can ask for.
FLAGS = ('ro', 'nosuid', 'nodev', 'noexec')


def _read(path):
    with open(path, 'rb') as file:
        return file.read()


def status(pid):
    lines = _read('/proc/%d/status' % pid).decode().splitlines()
    return dict(line.split(':\t', 1) for line in lines if ':\t' in line)


def capability_set(mask):
    bits = int(mask, 16)
    return sorted('CAP_' + name for i, name in enumerate(CAPABILITIES)
                  if bits >> i & 1)


def _unescape(text):
    return re.sub(r'\\(\d{3})', lambda m: chr(int(m.group(1), 8)), text)


def mounts(pid):
    """All mounts as the process sees them, in their order."""
    result = []
    for line in _read('/proc/%d/mountinfo' % pid).decode().splitlines():
        left, right = line.split(' - ', 1)
        fields = left.split(' ')
        fs_type, source, super_options = (right.split(' ') + [''])[:3]
        result.append({
            'root': _unescape(fields[3]),
            'point': _unescape(fields[4]),
            'flags': [f for f in FLAGS if f in fields[5].split(',')
                      or (f == 'ro' and fs_type != 'overlay'
                          and f in super_options.split(','))],
            'propagation': sorted(f.split(':')[0] for f in fields[6:]),
            'type': fs_type,
        })
    return result


def namespaces(pid):
    """For each type whether the process has one of its own."""
    return {name: os.readlink('/proc/%d/ns/%s' % (pid, file)) !=
            os.readlink('/proc/self/ns/%s' % file)
            for name, file in NAMESPACES.items()}


def device_nodes(pid):
    """The device nodes in the process's /dev."""
    result = {}
    directory = '/proc/%d/root/dev' % pid
    for name in os.listdir(directory):
        st = os.lstat(os.path.join(directory, name))
        if stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
            result['/dev/' + name] = (
                'c' if stat.S_ISCHR(st.st_mode) else 'b',
                os.major(st.st_rdev), os.minor(st.st_rdev),
                oct(stat.S_IMODE(st.st_mode)), st.st_uid, st.st_gid)
    return result


def device_rules(pid):
    """The device cgroup's list (cgroup v1); None where there is none."""
    for line in _read('/proc/%d/cgroup' % pid).decode().splitlines():
        _, controllers, path = line.split(':', 2)
        if 'devices' in controllers.split(','):
            try:
                rules = _read('/sys/fs/cgroup/devices%s/devices.list' % path)
            except OSError:
                return None
            return sorted(rules.decode().split('\n')[:-1])
    return None


def hidden(pid, path):
    """How a path is masked: "file", "directory", "absent", or "no"."""
    full = '/proc/%d/root%s' % (pid, path)
    try:
        st = os.lstat(full)
    except OSError:
        return 'absent'
    if stat.S_ISDIR(st.st_mode):
        return 'directory' if not os.listdir(full) else 'no'
    if stat.S_ISCHR(st.st_mode) and st.st_rdev == os.makedev(1, 3):
        return 'file'
    return 'no'


def view(pid, spec, replacements):
    """Everything that two runs of one plugin should agree on. `replacements`:
    pairs of texts, such as the plugin's id and "ID"."""
    def neutral(text):
        for old, new in replacements:
            text = text.replace(old, new)
        return text

    facts = status(pid)
    linux = spec['linux']
    return {
        'capabilities': {key: capability_set(facts[key]) for key in
                         ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')},
        'ids': [facts['Uid'], facts['Gid'], facts['Groups'].strip()],
        'no_new_privileges': facts['NoNewPrivs'],
        'seccomp': facts['Seccomp'],
        'namespaces': namespaces(pid),
        'mounts': [dict(m, root=neutral(m['root'])) for m in mounts(pid)],
        'devices': device_nodes(pid),
        'device_rules': device_rules(pid),
        'masked': {path: hidden(pid, path)
                   for path in linux.get('maskedPaths') or []},
        'arguments': _read('/proc/%d/cmdline' % pid).decode().split('\0')[:-1],
        'environment': sorted(
            neutral(e) for e in
            _read('/proc/%d/environ' % pid).decode().split('\0')[:-1]),
        'directory': os.readlink('/proc/%d/cwd' % pid),
    }


def _rule_text(rule):
    number = lambda n: '*' if n is None or n == -1 else str(n)
    return '%s %s:%s %s' % (rule.get('type', 'a'), number(rule.get('major')),
                            number(rule.get('minor')), rule['access'])


def differences_from_spec(pid, spec, more_mounts=()):
    """What of the process is not as its spec says; a list of sentences.
    `more_mounts`: where something is mounted that a spec does not tell of."""
    found = []

    def expect(what, seen, wanted):
        if seen != wanted:
            found.append('%s: %r, but the spec says %r' % (what, seen, wanted))

    facts = status(pid)
    process = spec['process']
    capabilities = process.get('capabilities', {})
    if isinstance(capabilities, list):  # before runtime-spec 1.0.0-rc5
        capabilities = dict.fromkeys(
            ('inheritable', 'permitted', 'effective', 'bounding'), capabilities)
    for name, key in (('inheritable', 'CapInh'), ('permitted', 'CapPrm'),
                      ('effective', 'CapEff'), ('bounding', 'CapBnd'),
                      ('ambient', 'CapAmb')):
        expect(name + ' capabilities', capability_set(facts[key]),
               sorted(set(capabilities.get(name) or [])))
    user = process['user']
    expect('user', facts['Uid'].split()[0], str(user['uid']))
    expect('group', facts['Gid'].split()[0], str(user['gid']))
    expect('no new privileges', facts['NoNewPrivs'],
           '1' if process.get('noNewPrivileges') else '0')
    expect('directory', os.readlink('/proc/%d/cwd' % pid), process['cwd'])
    expect('arguments',
           _read('/proc/%d/cmdline' % pid).decode().split('\0')[:-1],
           process['args'])
    environment = _read('/proc/%d/environ' % pid).decode().split('\0')[:-1]
    for variable in process.get('env') or []:
        if variable not in environment:
            found.append('environment: no %r' % variable)

    own = {n['type'] for n in spec['linux']['namespaces']}
    for name, is_own in namespaces(pid).items():
        expect(name + ' namespace of its own', is_own, name in own)

    seen = mounts(pid)
    points = {m['point']: m for m in seen}
    explained = {'/', *more_mounts}
    for mount in spec['mounts']:
        point = os.path.normpath(mount['destination'])
        explained.add(point)
        if point not in points:
            found.append('mounts: nothing is mounted on %s' % point)
            continue
        there = points[point]
        options = mount.get('options') or []
        for flag in FLAGS:
            # sysfs and proc may get more by what the kernel locks.
            if flag in options and flag not in there['flags'] and \
                    mount['type'] != 'cgroup':
                found.append('mounts: %s is not %s' % (point, flag))
        if 'bind' in options or 'rbind' in options:
            if 'ro' not in options and 'ro' in there['flags']:
                found.append('mounts: %s is ro' % point)
            if 'rshared' in options or 'shared' in options:
                if 'shared' not in there['propagation']:
                    found.append('mounts: %s is not shared' % point)
            source = os.stat(mount['source'])
            inside = os.stat('/proc/%d/root%s' % (pid, point))
            expect('mounts: what is on ' + point,
                   (inside.st_dev, inside.st_ino),
                   (source.st_dev, source.st_ino))
        else:
            wanted = mount['type']
            if wanted == 'cgroup':
                if there['type'] not in ('tmpfs', 'cgroup', 'cgroup2'):
                    found.append('mounts: no cgroups on %s' % point)
            else:
                expect('mounts: the type of ' + point, there['type'], wanted)
    masked = spec['linux'].get('maskedPaths') or []
    for path in masked:
        if hidden(pid, path) == 'no':
            found.append('masked paths: %s shows' % path)
        explained.add(path)
    for path in spec['linux'].get('readonlyPaths') or []:
        explained.add(path)
        if os.path.exists('/proc/%d/root%s' % (pid, path)) and (
                path not in points or 'ro' not in points[path]['flags']):
            found.append('read-only paths: %s can be written' % path)
    for point in points:
        if point not in explained and not any(
                point.startswith(e + '/') for e in explained if e != '/'
                and e != '/dev'):
            found.append('mounts: the spec does not tell of %s' % point)

    nodes = device_nodes(pid)
    for device in spec['linux'].get('devices') or []:
        wanted = (device['type'], device['major'], device['minor'])
        expect('device ' + device['path'],
               nodes.get(device['path'], ())[:3], wanted)
    for path in nodes:
        if path not in {d['path'] for d in spec['linux'].get('devices') or []} \
                and path not in ('/dev/null', '/dev/zero', '/dev/full',
                                 '/dev/random', '/dev/urandom', '/dev/tty',
                                 '/dev/console'):
            found.append('devices: the spec does not tell of %s' % path)
    rules = device_rules(pid)
    if rules is not None:
        allowed = set(rules)
        for rule in spec['linux']['resources'].get('devices') or []:
            text = _rule_text(rule)
            if rule['allow'] and text not in allowed and \
                    'a *:* rwm' not in allowed:
                found.append('device rules: no "%s" in %s' % (text, rules))
        denies_all = any(not r['allow'] and r.get('major') is None
                         for r in spec['linux']['resources']['devices'])
        if denies_all and 'a *:* rwm' in allowed and not any(
                r['allow'] and r.get('major') is None and not r.get('type')
                for r in spec['linux']['resources']['devices']):
            found.append('device rules: everything is allowed')
    return found
