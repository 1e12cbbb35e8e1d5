"""Runs a plugin's bundles for real; see run_test.sh, which starts this.

Expects to be root in a mount namespace of its own.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket as socketlib
import subprocess
import sys
import tempfile
import time

import process_view

SPECGEN, PLUGIN, CONFIG = (os.path.abspath(path) for path in sys.argv[1:4])
CHOSEN = sys.argv[4:]
ENGINES = ('29.7.2', '29.4.3', '28.5.2', '26.0.2', '20.10.24', '18.03.0',
           '17.06.0')
# One that Debian's runc starts.
ENGINE = '28.5.2'


class Failure(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failure(what)


def run(*words, fails=False, **options):
    """Runs a program; returns what it wrote to standard output."""
    done = subprocess.run(words, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120,
                          stdin=subprocess.DEVNULL, **options)
    if (done.returncode != 0) != fails:
        raise Failure('%s: exit %d\n%s%s' % (
            ' '.join(words), done.returncode, done.stdout.decode(),
            done.stderr.decode()))
    return done.stdout.decode()


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain for ' + what)
        time.sleep(0.05)


def listens(path):
    """Whether somebody takes connections: the file is there before that."""
    with socketlib.socket(socketlib.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


def is_mounted(path):
    return any(mount['point'] == path for mount in process_view.mounts(os.getpid()))


def unmount_all(directory):
    points = [mount['point'] for mount in process_view.mounts(os.getpid())
              if mount['point'].startswith(directory + '/')]
    for point in reversed(points):
        subprocess.run(('umount', '-l', point), stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def work_directory():
    # Short: the path of a socket has at most 107 bytes.
    directory = os.path.realpath(tempfile.mkdtemp(prefix='s-', dir='/tmp'))
    # A shared mount of its own, as the root of a usual machine is. Else dockerd
    # makes its data root one, and runc, which makes the mount that a rootfs
    # lies on private, leaves other mounts shared than without dockerd.
    run('mount', '--bind', directory, directory)
    run('mount', '--make-shared', directory)
    try:
        yield directory
    finally:
        unmount_all(directory)
        run('umount', '-l', directory)
        shutil.rmtree(directory)


def make_plugin(directory):
    """An author's directory, as `docker plugin create` takes it."""
    source = os.path.join(directory, 'plugin')
    rootfs = os.path.join(source, 'rootfs')
    os.makedirs(os.path.join(rootfs, 'host/etc'))
    os.makedirs(os.path.join(rootfs, 'volumes'))
    shutil.copy(CONFIG, os.path.join(source, 'config.json'))
    program = os.path.join(rootfs, 'volume_plugin')
    shutil.copy(PLUGIN, program)
    os.chmod(program, 0o755)
    # What only root can keep.
    shutil.copy(PLUGIN, os.path.join(rootfs, 'capable'))
    os.chmod(os.path.join(rootfs, 'capable'), 0o755)
    run('setcap', 'cap_net_raw+ep', os.path.join(rootfs, 'capable'))
    with open(os.path.join(rootfs, 'owned'), 'w') as file:
        file.write('by 1000:1001, set-uid\n')
    os.chown(os.path.join(rootfs, 'owned'), 1000, 1001)
    os.chmod(os.path.join(rootfs, 'owned'), 0o4711)
    os.mknod(os.path.join(rootfs, 'node'), 0o20644, os.makedev(1, 3))
    return source


def check_kept(rootfs):
    st = os.stat(os.path.join(rootfs, 'owned'))
    check((st.st_uid, st.st_gid, st.st_mode & 0o7777) == (1000, 1001, 0o4711),
          'owner and mode of "owned": %r' % (st,))
    check(b'\x00\x20\x00\x00' in os.getxattr(
        os.path.join(rootfs, 'capable'), 'security.capability'),
          'the file capability of "capable" is lost')
    node = os.stat(os.path.join(rootfs, 'node'))
    check(node.st_rdev == os.makedev(1, 3), 'the device "node" is another one')


def call(socket, method, **body):
    text = run('curl', '-sS', '--max-time', '20', '--unix-socket', socket,
               '-H', 'Accept: application/vnd.docker.plugins.v1.2+json',
               '-d', json.dumps(body), 'http://plugin/' + method)
    answer = json.loads(text)
    check(not answer.get('Err'), '%s: %s' % (method, text))
    return answer


def use_volumes(socket, propagated, on_host=True):
    """The plugin works, and its mounts show on the host, or do not."""
    check(call(socket, 'Plugin.Activate') == {'Implements': ['VolumeDriver']},
          'Plugin.Activate')
    call(socket, 'VolumeDriver.Create', Name='data', Opts={})
    volumes = call(socket, 'VolumeDriver.List')['Volumes']
    check([v['Name'] for v in volumes] == ['data'], 'volumes: %r' % volumes)
    point = call(socket, 'VolumeDriver.Mount', Name='data', ID='1')['Mountpoint']
    check(point == '/volumes/data', point)
    state = os.path.join(propagated, 'data/state')
    check(os.path.exists(state) == on_host, 'on the host: ' + state)
    if on_host:
        check(open(state).read() == 'mounted\n', 'the volume is another one')
    check(is_mounted(os.path.join(propagated, 'data')) == on_host, 'mount point')
    call(socket, 'VolumeDriver.Unmount', Name='data', ID='1')
    check(not is_mounted(os.path.join(propagated, 'data')),
          'the volume is still mounted on the host')
    call(socket, 'VolumeDriver.Remove', Name='data')
    check(os.listdir(propagated) == [], 'the volume is still there')


@contextlib.contextmanager
def container(runtime, bundle, name, log):
    """Runs a bundle; gives the process's id."""
    if runtime == 'crun' and is_mounted('/sys/fs/cgroup/unified'):
        # crun knows cgroup v1 and v2, but not both at once. Here is a mount
        # namespace of our own, where v2 can go.
        run('umount', '-l', '/sys/fs/cgroup/unified')
    pid_file = os.path.join(os.path.dirname(bundle), name + '.pid')
    with open(log, 'wb') as output:
        done = subprocess.run(
            (runtime, 'run', '--detach', '--pid-file', pid_file, '--bundle',
             bundle, name), stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, timeout=60)
    try:
        check(done.returncode == 0, '%s run: %s' % (runtime, open(log).read()))
        yield int(open(pid_file).read())
    finally:
        subprocess.run((runtime, 'kill', name, 'KILL'), stderr=subprocess.DEVNULL)
        subprocess.run((runtime, 'delete', '--force', name),
                       stderr=subprocess.DEVNULL)


def can_run(runtime, spec):
    """Whether this version of the runtime takes the spec; see README.md."""
    version = run(runtime, '--version').split('version ')[1].split()[0]
    version = tuple(int(n) for n in re.findall(r'\d+', version)[:3])
    if runtime == 'runc':
        return version >= (1, 2) or not any(
            n['type'] == 'time' for n in spec['linux']['namespaces'])
    # Older ones look for "1.0" anywhere in the version, as in "1.1.0".
    return version >= (1, 14, 3) or '1.0' in spec['ociVersion']


def specgen(*words, **options):
    return run(SPECGEN, *words, **options)


def test_runtimes():
    for engine in ENGINES:
        for runtime in ('runc', 'crun'):
            with work_directory() as directory:
                source = make_plugin(directory)
                bundle = os.path.join(directory, 'tmpfs-volume')
                exec_root = os.path.join(directory, 'run/plugins')
                make = ('bundle', '--engine', engine, '--exec-root', exec_root,
                        '--output', bundle, source)
                check(': made\n' in specgen(*make), 'not made')
                check(': unchanged\n' in specgen(*make), 'not unchanged')
                check_kept(os.path.join(bundle, 'rootfs'))
                with open(os.path.join(bundle, 'config.json')) as file:
                    spec = json.load(file)
                name = 'specgen-test-%s-%d' % (runtime, os.getpid())
                if not can_run(runtime, spec):
                    try:
                        with container(runtime, bundle, name,
                                       os.path.join(directory, 'log')):
                            raise SystemExit('%s takes the spec of %s' %
                                             (runtime, engine))
                    except Failure as failure:
                        print('  %s: %s' % (engine, str(failure).strip()))
                    continue
                # Engines before 18.03 bind the volumes to the rootfs instead.
                more = () if any(m['destination'] == '/volumes' for m in
                                 spec['mounts']) else ('/volumes',)
                with container(runtime, bundle, name,
                               os.path.join(directory, 'log')) as pid:
                    socket = os.path.join(exec_root, 'tmpfs-volume/volumes.sock')
                    wait_for(lambda: listens(socket), 'the socket')
                    # crun makes what is mounted in a rootfs private.
                    use_volumes(socket, os.path.join(bundle, 'propagated-mount'),
                                on_host=not (more and runtime == 'crun'))
                    found = process_view.differences_from_spec(
                        pid, spec, more)
                    check(not found, '%s %s:\n%s' % (engine, runtime,
                                                     '\n'.join(found)))
                    check_sees_changes(pid, spec)
                print('  %s with %s' % (engine, runtime))


def test_archive():
    """One that nobody makes, on a machine of which there are facts only."""
    with work_directory() as directory:
        os.chmod(directory, 0o755)
        source = make_plugin(directory)
        layer = os.path.join(directory, 'layer.tar')
        run('tar', '-C', os.path.join(source, 'rootfs'), '--xattrs',
            '--xattrs-include=*', '-cf', layer, '.')
        program = shutil.copy(SPECGEN, os.path.join(directory, 'specgen'))
        config = shutil.copy(CONFIG, os.path.join(directory, 'config.json'))
        host = os.path.join(directory, 'host.json')
        specgen('host-facts', '--output', host)
        archive = os.path.join(directory, 'nobodys', 'bundle.tar')
        os.mkdir(os.path.dirname(archive))
        os.chown(os.path.dirname(archive), 65534, 65534)
        bundle = os.path.join(directory, 'tmpfs-volume')
        exec_root = os.path.join(directory, 'run/plugins')
        make = ('bundle', '--engine', ENGINE, '--exec-root', exec_root,
                '--rootfs', layer)
        run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
            program, *make, '--tar', '--at', bundle, '--host', host,
            '--output', archive, config)
        os.mkdir(bundle)
        run('tar', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-xpf',
            archive, '-C', bundle)
        check_kept(os.path.join(bundle, 'rootfs'))
        # What root makes is the same; this also prepares the machine.
        check(': unchanged\n' in specgen(*make, '--output', bundle, config),
              'root makes another bundle')
        with open(os.path.join(bundle, 'config.json')) as file:
            spec = json.load(file)
        with container('runc', bundle, 'specgen-archive-%d' % os.getpid(),
                       os.path.join(directory, 'log')) as pid:
            socket = os.path.join(exec_root, 'tmpfs-volume/volumes.sock')
            wait_for(lambda: listens(socket), 'the socket')
            use_volumes(socket, os.path.join(bundle, 'propagated-mount'))
            found = process_view.differences_from_spec(pid, spec)
            check(not found, '\n'.join(found))


def check_sees_changes(pid, spec):
    """The comparison with the spec can fail, in each of its parts."""
    def changed(change):
        other = json.loads(json.dumps(spec))
        change(other)
        check(process_view.differences_from_spec(pid, other),
              'a change of the spec was not noticed: ' + json.dumps(other))

    changed(lambda s: s['process']['capabilities']['bounding'].pop())
    changed(lambda s: s['process']['capabilities']['effective'].append('CAP_BPF'))
    changed(lambda s: s['process']['env'].append('NOT=THERE'))
    changed(lambda s: s['process'].update(cwd='/tmp'))
    changed(lambda s: s['linux']['namespaces'].pop())
    changed(lambda s: s['linux']['namespaces'].append({'type': 'user'}))
    changed(lambda s: s['linux']['maskedPaths'].append('/proc/version'))
    changed(lambda s: s['linux']['readonlyPaths'].append('/proc/version'))
    changed(lambda s: s['linux']['devices'].pop())
    changed(lambda s: s['linux']['devices'][0].update(minor=1))
    changed(lambda s: s['mounts'].pop())
    changed(lambda s: s['mounts'].append({'destination': '/x', 'type': 'tmpfs'}))
    for mount in spec['mounts']:
        if mount['destination'] == '/host/etc':
            i = spec['mounts'].index(mount)
            changed(lambda s: s['mounts'][i].update(options=['rbind']))
            changed(lambda s: s['mounts'][i].update(source='/usr'))
            changed(lambda s: s['mounts'][i]['options'].append('nodev'))


def unit_commands(unit, key):
    """The words of the unit's Exec lines: what of systemd's syntax it uses."""
    for line in unit.splitlines():
        if not line.startswith(key + '='):
            continue
        words = []
        for word in re.findall(r'"(?:[^"\\]|\\.)*"|[^ ]+',
                               line[len(key) + 1:].lstrip('-')):
            if word.startswith('"'):
                word = re.sub(r'\\(.)', r'\1', word[1:-1])
            words.append(word.replace('$$', '$').replace('%%', '%'))
        yield words


def test_systemd():
    with work_directory() as directory:
        source = make_plugin(directory)
        bundle = os.path.join(directory, 'a bundle%')
        exec_root = os.path.join(directory, 'run/plugins')
        make = ('bundle', '--systemd', '--engine', ENGINE, '--id', 'unit-test', '--exec-root',
                exec_root, '--output', bundle, source)
        check(specgen(*make, '--dry-run') == specgen(*make), '--dry-run differs')
        unit = specgen(*make)
        path = os.path.join(directory, 'unit-test.service')
        with open(path, 'w') as file:
            file.write(unit)
        # The first version that checks without a running systemd is 250.
        run('systemd-analyze', 'verify', '--man=no', path)
        check(not os.path.exists(exec_root), 'was prepared too early')
        started = None
        try:
            for words in unit_commands(unit, 'ExecStartPre'):
                if 'delete' not in words:
                    run(*words)
            check(os.stat(os.path.join(exec_root, 'unit-test')).st_mode & 0o777 ==
                  0o700, 'mode of the socket\'s directory')
            (words,) = unit_commands(unit, 'ExecStart')
            started = subprocess.Popen(
                words, stdin=subprocess.DEVNULL,
                stdout=open(os.path.join(directory, 'log'), 'w'),
                stderr=subprocess.STDOUT)
            socket = os.path.join(exec_root, 'unit-test/volumes.sock')
            wait_for(lambda: listens(socket), 'the socket')
            use_volumes(socket, os.path.join(bundle, 'propagated-mount'))
            for words in unit_commands(unit, 'ExecStop'):
                run(*words)
            started.wait(20)
        finally:
            if started is not None and started.poll() is None:
                started.kill()
            for words in unit_commands(unit, 'ExecStopPost'):
                subprocess.run(words, stderr=subprocess.DEVNULL)
        check(not os.path.exists(os.path.join(exec_root, 'unit-test')),
              'the socket\'s directory is left')
        check(not is_mounted(os.path.join(bundle, 'propagated-mount')),
              'the shared mount is left')


@contextlib.contextmanager
def dockerd(directory):
    host = 'unix://%s/docker.sock' % directory
    log = open(os.path.join(directory, 'dockerd.log'), 'w')
    daemon = subprocess.Popen(
        ('unshare', '--net', 'dockerd', '--data-root', directory + '/data',
         '--exec-root', directory + '/x', '--pidfile', directory + '/docker.pid',
         '--host', host, '--iptables=false', '--bridge=none',
         '--ip-forward=false', '--ip-masq=false', '--storage-driver=vfs'),
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=True)
    try:
        def ready():
            check(daemon.poll() is None, open(log.name).read())
            return subprocess.run(
                ('curl', '-sf', '--unix-socket', directory + '/docker.sock',
                 'http://d/_ping'), stdout=subprocess.DEVNULL).returncode == 0
        wait_for(ready, 'dockerd', 60)
        yield directory + '/docker.sock'
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
        log.close()


def docker_api(socket, method, path, *options):
    return run('curl', '-sS', '--fail-with-body', '--unix-socket', socket, '-X',
               method, *options, 'http://docker' + path)


def find_spec(directory, plugin_id):
    """dockerd's own config.json of a running plugin, and its process."""
    for top, _, files in os.walk(os.path.join(directory, 'x')):
        if os.path.basename(top) == plugin_id and 'config.json' in files and \
                'init.pid' in files:
            return (open(os.path.join(top, 'config.json')).read(),
                    int(open(os.path.join(top, 'init.pid')).read()))
    raise Failure('dockerd\'s spec was not found')


def check_docker_command(directory, text):
    """`docker specgen`, and --docker, with Docker's own command."""
    settings = os.path.join(directory, 'docker')
    os.makedirs(os.path.join(settings, 'cli-plugins'))
    shutil.copy(SPECGEN, os.path.join(settings, 'cli-plugins/docker-specgen'))
    host = 'unix://%s/docker.sock' % directory
    alone = dict(os.environ, DOCKER_CONFIG=settings)
    here = dict(alone, DOCKER_HOST=host)
    inspect = ('docker', 'plugin', 'inspect', 'tmpfs')
    before = run(*inspect, env=here)
    check(re.search(r'^ *specgen\*? ', run('docker', '--help', env=here), re.M),
          'docker --help does not list specgen')
    run('docker', 'context', 'create', 'there', '--docker', 'host=' + host,
        env=alone)
    # dockerd tells its data root; nobody tells where its metrics socket is.
    words = ('specgen', 'generate', '--docker', 'tmpfs', '--dockerd-exec-root',
             directory + '/x')
    for what, command, environment in (
            ('docker specgen', ('docker',) + words, here),
            ('docker --host', ('docker', '--host', host) + words, alone),
            ('docker --context', ('docker', '--context', 'there') + words, alone),
            ('--docker', (SPECGEN,) + words[1:], here)):
        check(run(*command, env=environment).strip() == text.strip(),
              what + ' gives another spec than dockerd\'s')
    config = os.path.join(directory, 'inspected.json')
    with open(config, 'w') as file:
        file.write(before)
    version = run('docker', 'version', '--format', '{{.Server.Version}}', env=here)
    check(run(SPECGEN, 'privileges', '--docker', 'tmpfs', env=here) ==
          run(SPECGEN, 'privileges', '--engine', version.strip(), config),
          'privileges --docker')
    for code, name, environment in (
            (3, 'nobody', here),
            (4, 'tmpfs', dict(alone, DOCKER_HOST='unix://%s/none' % directory))):
        done = subprocess.run((SPECGEN, 'generate', '--docker', name),
                              env=environment, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE, timeout=120)
        check(done.returncode == code and not done.stdout,
              '--docker %s: exit %d: %s' % (name, done.returncode,
                                            done.stderr.decode()))
    check(run(*inspect, env=here) == before, 'the plugin was changed')
    print('  docker ' + run('docker', '--version').strip())


def check_audit(directory, version, plugin_id):
    """That audit finds a plugin as it should be, and what is changed in it."""
    host = 'unix://%s/docker.sock' % directory

    def audit(code, *options, engine=version):
        words = (SPECGEN, 'audit', '--data-root', directory + '/data',
                 '--dockerd-exec-root', directory + '/x') + options
        done = subprocess.run(
            words + (('--engine', engine) if engine else ()), timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, DOCKER_HOST=host))
        check(done.returncode == code, 'audit %s: exit %d\n%s%s' % (
            options, done.returncode, done.stdout.decode(), done.stderr.decode()))
        return done.stdout.decode()

    print('  ' + audit(0).strip())
    (plugin,) = json.loads(audit(0, '--json'))['plugins']
    check((plugin['id'], plugin['state']) == (plugin_id, 'same'),
          'audit: %s' % plugin)
    # Docker's command tells the version.
    audit(0, engine=None)
    # An engine whose default spec is another one.
    check('~ ' in audit(1, engine='17.06.0'), 'audit as another engine')
    with open(plugin['running_spec']) as file:
        text = file.read()
    bind = ('"mounts":[{"destination":"/root-of-host","type":"bind","source":"/",'
            '"options":["rbind"]},')
    try:
        for old, new, told in (
                ('"CAP_KILL"', '"CAP_SYS_PTRACE"',
                 '+ capabilities: CAP_SYS_PTRACE is added'),
                ('"mounts":[', bind, '+ mounts: /root-of-host'),
                ('"/proc/kcore",', '', '/proc/kcore'),
                ('{', '{ ', '~ bytes: it means the same')):
            changed = text.replace(old, new)
            check(changed != text, 'the spec has no ' + old)
            with open(plugin['running_spec'], 'w') as file:
                file.write(changed)
            output = audit(1)
            check(told in output, 'audit of a changed spec: ' + output)
            print('  ' + output.strip().replace('\n', '\n  '))
    finally:
        with open(plugin['running_spec'], 'w') as file:
            file.write(text)
    audit(0)
    socket = directory + '/docker.sock'
    docker_api(socket, 'POST', '/plugins/tmpfs/disable')
    check('is not enabled' in audit(0), 'audit of a disabled plugin')
    docker_api(socket, 'POST', '/plugins/tmpfs/enable?timeout=30')


def test_dockerd():
    with work_directory() as directory:
        source = make_plugin(directory)
        archive = os.path.join(directory, 'plugin.tar')
        run('tar', '-C', source, '--xattrs', '-cf', archive, 'config.json',
            'rootfs')
        with dockerd(directory) as socket:
            version = json.loads(docker_api(socket, 'GET', '/version'))['Version']
            docker_api(socket, 'POST', '/plugins/create?name=tmpfs', '-H',
                       'Content-Type: application/x-tar', '--data-binary',
                       '@' + archive)
            docker_api(socket, 'POST', '/plugins/tmpfs/enable?timeout=30')
            plugin_id = json.loads(
                docker_api(socket, 'GET', '/plugins/tmpfs/json'))['Id']
            store = os.path.join(directory, 'data/plugins', plugin_id)
            text, pid = find_spec(directory, plugin_id)
            spec = json.loads(text)
            found = process_view.differences_from_spec(pid, spec)
            check(not found, 'dockerd: ' + '\n'.join(found))
            # Not below --exec-root.
            (run_directory,) = (m['source'] for m in spec['mounts']
                             if m['destination'] == '/run/docker/plugins')
            use_volumes(os.path.join(run_directory, 'volumes.sock'),
                        os.path.join(store, 'propagated-mount'))
            dockers = process_view.view(
                pid, spec, ((store, 'STORE'), (run_directory, 'RUN')))
            check_docker_command(directory, text)
            check_audit(directory, version, plugin_id)
            # Of dockerd's store, while the plugin runs there.
            exec_root = os.path.join(directory, 'run/plugins')
            engine = engine_of(version)
            bundle = os.path.join(directory, 'of-store')
            specgen('bundle', '--engine', engine, '--exec-root', exec_root,
                    '--metrics-socket', '', '--output', bundle, store)
            docker_api(socket, 'POST', '/plugins/tmpfs/disable')
            blobs = os.path.join(directory, 'data/plugins/storage/blobs/sha256')
            image = os.path.join(directory, 'image')
            shutil.copytree(blobs, image)
            with open(os.path.join(store, 'config.json')) as file:
                manifest = json.load(file)['Manifest'].split(':')[1]
            shutil.copy(os.path.join(image, manifest),
                        os.path.join(image, 'manifest.json'))
            with open(os.path.join(image, 'version'), 'w') as file:
                file.write('Directory Transport Version: 1.1\n')
            dockers = {'view': dockers,
                       'spec': neutral_spec(text, store, run_directory)}
            check_runs_alike(directory, bundle, exec_root, plugin_id, dockers)
        # The image that dockerd made, as skopeo copies it to dir:.
        bundle = os.path.join(directory, 'of-image')
        specgen('bundle', '--engine', engine, '--exec-root', exec_root, '--id',
                plugin_id, '--metrics-socket', '', '--output', bundle, image)
        check_kept(os.path.join(bundle, 'rootfs'))
        check_runs_alike(directory, bundle, exec_root, plugin_id, dockers)
        # And as an OCI layout.
        layout = os.path.join(directory, 'layout')
        os.makedirs(os.path.join(layout, 'blobs'))
        shutil.copytree(blobs, os.path.join(layout, 'blobs/sha256'))
        with open(os.path.join(layout, 'oci-layout'), 'w') as file:
            file.write('{"imageLayoutVersion": "1.0.0"}')
        size = os.path.getsize(os.path.join(blobs, manifest))
        with open(os.path.join(layout, 'index.json'), 'w') as file:
            json.dump({'schemaVersion': 2, 'manifests': [{
                'mediaType':
                    'application/vnd.docker.distribution.manifest.v2+json',
                'digest': 'sha256:' + manifest, 'size': size}]}, file)
        check(': unchanged\n' in specgen(
            'bundle', '--engine', engine, '--exec-root', exec_root, '--id',
            plugin_id, '--metrics-socket', '', '--output', bundle, layout),
            'the OCI layout gives another bundle')
        # Of both, skopeo makes the same directory; it comes through a pipe, too.
        for i, source in enumerate(('oci:' + layout, 'dir:' + image)):
            copied = os.path.join(directory, 'copied-%d' % i)
            run('skopeo', '--insecure-policy', 'copy', source, 'dir:' + copied)
            make = ('bundle', '--engine', engine, '--exec-root', exec_root,
                    '--id', plugin_id, '--metrics-socket', '', '--output', bundle)
            piped = ('sh', '-c', 'tar -C "$0" -c . | "$@" -', copied, SPECGEN)
            for command in ((SPECGEN,) + make + (copied,), piped + make):
                check(': unchanged\n' in run(*command),
                      'what skopeo copies from %s gives another bundle' % source)
        print('  ' + run('skopeo', '--version').strip())
        print('  dockerd %s, as engine %s' % (version, engine))


def engine_of(version):
    match = re.match(r'\d+\.\d+\.\d+', version)
    check(match, 'dockerd\'s version is ' + version)
    return match.group()


def neutral_spec(text, bundle, run_directory):
    """A spec's text without where it lies. Debian's dockerd 20.10.24 was built
    with a later runc, which leaves the type out of a device's fileMode."""
    text = text.replace(bundle, 'BUNDLE').replace(run_directory, 'RUN')
    return re.sub(r'"fileMode":(\d+)',
                  lambda m: '"fileMode":%d' % (int(m.group(1)) & 0o7777), text)


def check_runs_alike(directory, bundle, exec_root, plugin_id, dockers):
    spec = open(os.path.join(bundle, 'config.json')).read()
    neutral = neutral_spec(spec, bundle, os.path.join(exec_root, plugin_id))
    check(neutral == dockers['spec'], 'dockerd\'s spec is another one:\n%s\n%s' %
          (dockers['spec'], neutral))
    with container('runc', bundle, plugin_id, os.path.join(directory, 'log')) as pid:
        socket = os.path.join(exec_root, plugin_id, 'volumes.sock')
        wait_for(lambda: listens(socket), 'the socket')
        use_volumes(socket, os.path.join(bundle, 'propagated-mount'))
        ours = process_view.view(
            pid, json.loads(spec),
            ((bundle, 'STORE'), (os.path.join(exec_root, plugin_id), 'RUN')))
    os.unlink(socket)
    for key, theirs in dockers['view'].items():
        check(ours[key] == theirs, '%s: under dockerd %s,\nhere %s' % (
            key, json.dumps(theirs, indent=1), json.dumps(ours[key], indent=1)))


def test_podman():
    with work_directory() as directory:
        source = make_plugin(directory)
        # dockerd knows where a plugin's paths are on the host; podman takes them
        # as they are. So the directory of the volumes has the same path in both.
        volumes_path = os.path.join(directory, 'volumes')
        config = os.path.join(source, 'config.json')
        with open(config) as file:
            text = file.read().replace('"/volumes"', json.dumps(volumes_path))
        with open(config, 'w') as file:
            file.write(text)
        bundle = os.path.join(directory, 'tmpfs-volume')
        exec_root = os.path.join(directory, 'run/plugins')
        specgen('bundle', '--engine', ENGINE, '--exec-root', exec_root,
                '--output', bundle, source)
        os.symlink(os.path.join(bundle, 'propagated-mount'), volumes_path)
        socket = os.path.join(exec_root, 'tmpfs-volume/volumes.sock')
        with open(os.path.join(directory, 'containers.conf'), 'w') as file:
            file.write('[engine]\ncgroup_manager = "cgroupfs"\n'
                       'events_logger = "file"\n'
                       '[engine.volume_plugins]\ntmpfs = "%s"\n' % socket)
        # A rootfs in which a container can read a file.
        rootfs = os.path.join(directory, 'rootfs')
        os.makedirs(os.path.join(rootfs, 'data'))
        for path in ['/bin/cat'] + re.findall(r'/\S+', run('ldd', '/bin/cat')):
            os.makedirs(os.path.dirname(rootfs + path), exist_ok=True)
            shutil.copy(path, rootfs + path)
        environment = dict(os.environ, CONTAINERS_CONF=os.path.join(
            directory, 'containers.conf'))

        def podman(*words):
            return run('podman', '--root', directory + '/podman', '--runroot',
                       directory + '/podman-run', '--storage-driver', 'vfs',
                       '--runtime', 'runc', *words, env=environment)

        name = 'specgen-podman-%d' % os.getpid()
        with container('runc', bundle, name, os.path.join(directory, 'log')):
            wait_for(lambda: listens(socket), 'the socket')
            podman('volume', 'create', '--driver', 'tmpfs', 'data')
            seen = json.loads(podman('volume', 'inspect', 'data'))
            check(seen[0]['Driver'] == 'tmpfs', 'podman: %r' % seen)
            text = podman('run', '--rm', '--network', 'none', '--log-driver',
                          'k8s-file', '--ulimit', 'nofile=1024:1024', '--ulimit',
                          'nproc=1024:1024', '--volume', 'data:/data',
                          '--rootfs', rootfs, '/bin/cat', '/data/state')
            check(text == 'mounted\n', 'podman\'s container reads: ' + text)
            # podman 4.3 unmounts a volume when it removes it, not before.
            podman('volume', 'rm', 'data')
            check(not is_mounted(os.path.join(bundle, 'propagated-mount/data')),
                  'podman did not unmount the volume')
            check(call(socket, 'VolumeDriver.List')['Volumes'] == [],
                  'podman did not remove the volume')
        print('  ' + run('podman', '--version').strip())


TESTS = (test_runtimes, test_archive, test_systemd, test_dockerd, test_podman)


def main():
    passed = failed = 0
    for test in TESTS:
        if CHOSEN and test.__name__ not in CHOSEN:
            continue
        print(test.__name__, flush=True)
        try:
            test()
        except Exception as failure:  # each test reports, none hides another
            failed += 1
            print('FAILED: %s: %s: %s' % (test.__name__, type(failure).__name__,
                                          failure), flush=True)
        else:
            passed += 1
            print('  passed', flush=True)
    print('%d passed, %d failed' % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()
