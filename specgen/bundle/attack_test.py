"""Attacks `specgen bundle` for real: by other users, signals, and changed rootfs.

  unshare --mount --propagation private python3 attack_test.py SPECGEN [TEST...]

Must be root, in a mount namespace of its own. Needs nothing but Python.
"""
import contextlib
import io
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time

SPECGEN = os.path.abspath(sys.argv[1])
CHOSEN = sys.argv[2:]
NOBODY = 65534
CONFIG = {'interface': {'types': ['docker.volumedriver/1.0'],
                        'socket': 'p.sock'},
          'entrypoint': ['/p'], 'network': {'type': 'host'},
          'propagatedMount': '/a/vol'}


class Failure(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failure(what)


def run(*words, code=0, **options):
    """Runs a program; returns what it wrote to both streams."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          stderr=subprocess.STDOUT, timeout=120, **options)
    text = done.stdout.decode(errors='replace')
    check(done.returncode == code, '%s: exit %d\n%s' % (
        ' '.join(words), done.returncode, text))
    return text


def specgen(*words, **options):
    return run(SPECGEN, *words, **options)


@contextlib.contextmanager
def work_directory():
    top = os.path.realpath(tempfile.mkdtemp(prefix='specgen-attack-'))
    os.chmod(top, 0o755)
    try:
        yield top
    finally:
        for line in reversed(mounts(top)):
            subprocess.run(('umount', '-l', line))
        shutil.rmtree(top)


def mounts(top):
    with open('/proc/self/mountinfo') as file:
        points = [line.split()[4] for line in file]
    return [point for point in points if point.startswith(top + '/')]


def make_plugin(path, files=1, size=10):
    """A tar archive of a plugin."""
    with tarfile.open(path, 'w') as tar:
        def add(name, data=b'', **facts):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in facts.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
        add('config.json', json.dumps(CONFIG).encode())
        add('rootfs', type=tarfile.DIRTYPE, mode=0o755)
        add('rootfs/a/vol', type=tarfile.DIRTYPE, mode=0o755)
        add('rootfs/closed', type=tarfile.DIRTYPE, mode=0)
        add('rootfs/closed/file', b'x', mode=0)
        for i in range(files):
            add('rootfs/f%d' % i, b'x' * size, mode=0o644)
    return path


def left(directory):
    return sorted(os.listdir(directory))


def test_unit_and_changed_rootfs():
    """What a unit mounts stays in the bundle, whatever the plugin did."""
    changes = {
        'absolute': lambda r, v: os.symlink(v, r + '/a/vol'),
        'relative': lambda r, v: os.symlink('../../../victim', r + '/a/vol'),
        'magic': lambda r, v: os.symlink('/proc/1/root' + v, r + '/a/vol'),
        'file': lambda r, v: open(r + '/a/vol', 'w').close(),
    }
    for name, change in changes.items():
        with work_directory() as top:
            plugin = make_plugin(top + '/p.tar')
            bundle, rootfs = top + '/b', top + '/b/rootfs'
            os.makedirs(top + '/victim')
            with open(top + '/victim/crontab', 'w') as file:
                file.write('the host\'s own')
            unit = specgen('bundle', '--systemd', '--engine', '17.09',
                           '--exec-root', top + '/run', '-o', bundle, plugin)

            def step(key, codes):
                lines = [line for line in unit.splitlines()
                         if line.startswith(key + '=') and 'runc' not in line]
                check(lines, 'no %s in the unit' % key)
                for line in lines:
                    words = re.sub('^-', '', line.split('=', 1)[1]).split()
                    done = subprocess.run(words, stderr=subprocess.PIPE)
                    check(done.returncode in codes, '%s: %s: exit %d, %s' % (
                        name, line, done.returncode, done.stderr))

            step('ExecStartPre', (0,))
            check(mounts(top) == [bundle + '/propagated-mount',
                                  rootfs + '/a/vol'], mounts(top))
            # What the plugin does in its own mount namespace.
            os.rename(rootfs + '/a', rootfs + '/a2')
            os.mkdir(rootfs + '/a')
            change(rootfs, top + '/victim')
            step('ExecStopPost', (0,))
            check(mounts(top) == [], '%s: left: %s' % (name, mounts(top)))
            step('ExecStartPre', (3,))
            check(mounts(top) == [], '%s: mounted: %s' % (name, mounts(top)))
            with open(top + '/victim/crontab') as file:
                check(file.read() == 'the host\'s own', 'the victim changed')
            step('ExecStopPost', (0,))
            specgen('bundle', '--remove', bundle)
            check(left(top) == ['p.tar', 'victim'], left(top))


ATTACKER = '''
import os, sys, time
os.chdir(sys.argv[1])
end = time.time() + 20
while time.time() < end and not os.path.exists('stop'):
    for name in os.listdir('.'):
        if name.startswith('.'):
            try:
                os.rename(name, 'taken-' + name)
            except OSError:
                continue
            for part in ('bundle', 'archive'):
                os.makedirs(name + '/' + part)
                os.symlink(sys.argv[2], name + '/' + part + '/rootfs')
    time.sleep(0.001)
'''


def attack_while(top, *words):
    attacker = subprocess.Popen(
        ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
         sys.executable, '-c', ATTACKER, top + '/theirs', top + '/victim'))
    try:
        return subprocess.run((SPECGEN,) + words, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    finally:
        open(top + '/theirs/stop', 'w').close()
        attacker.wait()


def test_parent_of_somebody_else():
    for option, mode in (((), 0o755), (('--allow-shared-parent',), 0o755),
                         (('--allow-shared-parent',), 0o777), ((), 0o777)):
        with work_directory() as top:
            plugin = make_plugin(top + '/p.tar', files=2000, size=20000)
            os.makedirs(top + '/victim/etc')
            with open(top + '/victim/etc/hosts', 'w') as file:
                file.write('the host\'s own')
            os.mkdir(top + '/theirs')
            os.chmod(top + '/theirs', mode)
            os.chown(top + '/theirs', NOBODY, NOBODY)
            done = attack_while(top, 'bundle', '--no-prepare', *option, '-o',
                                top + '/theirs/o', plugin)
            if not option:
                check(done.returncode == 4 and
                      b'--allow-shared-parent' in done.stdout, done)
                check(left(top + '/theirs') == ['stop'], left(top + '/theirs'))
            else:
                check(done.returncode == 0, done)
            check(left(top + '/victim') == ['etc'] and
                  left(top + '/victim/etc') == ['hosts'], 'the victim changed')
            with open(top + '/victim/etc/hosts') as file:
                check(file.read() == 'the host\'s own', 'the victim changed')


def acl(*entries):
    """The value of a POSIX ACL's attribute; an entry is (tag, rights, id)."""
    return struct.pack('<I', 2) + b''.join(
        struct.pack('<HHI', *entry) for entry in entries)


def test_acls():
    """What an ACL lets others write is as what its mode does."""
    any_id = 0xffffffff
    user, group, mine, theirs = (2, NOBODY), (8, 1234), (2, 0), (4, any_id)
    for (tag, number), rights, mask, refused in (
            (user, 7, 7, True), (user, 5, 7, False), (user, 7, 5, False),
            (group, 2, 7, True), (mine, 7, 7, False), (theirs, 7, 7, False)):
        with work_directory() as top:
            plugin = make_plugin(top + '/p.tar')
            place = top + '/place'
            os.mkdir(place)
            named = [] if (tag, number) == theirs else [(tag, rights, number)]
            os.setxattr(place, 'system.posix_acl_access', acl(
                *sorted([(1, 7, any_id), (4, 7, any_id), (16, mask, any_id),
                         (32, 5, any_id)] + named)))
            text = specgen('bundle', '--no-prepare', '-o', place + '/o', plugin,
                           code=4 if refused else 0)
            check(('--allow-shared-parent' in text) == refused, text)
            check(left(place) == ([] if refused else ['o']), left(place))
    # Nor does the rootfs inherit one.
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar')
        place = top + '/place'
        os.mkdir(place)
        os.setxattr(place, 'system.posix_acl_default', acl(
            (1, 7, any_id), (2, 7, NOBODY), (4, 5, any_id), (16, 7, any_id),
            (32, 5, any_id)))
        specgen('bundle', '--no-prepare', '-o', place + '/o', plugin)
        for path, _, files in os.walk(place + '/o'):
            for name in ['.'] + files:
                names = os.listxattr(path + '/' + name)
                check(names == [], '%s/%s: %s' % (path, name, names))


def test_links_of_somebody_else():
    """In a sticky directory, a link of another user leads nowhere."""
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar')
        os.mkdir(top + '/sticky')
        os.chmod(top + '/sticky', 0o1777)
        os.makedirs(top + '/victim')
        os.symlink(top + '/victim', top + '/sticky/link')
        os.lchown(top + '/sticky/link', NOBODY, NOBODY)
        text = specgen('bundle', '--no-prepare', '-o', top + '/sticky/link/o',
                       plugin, code=4)
        check('a symbolic link that belongs to somebody else' in text, text)
        check(left(top + '/victim') == [], left(top + '/victim'))
        os.lchown(top + '/sticky/link', 0, 0)
        specgen('bundle', '--no-prepare', '-o', top + '/sticky/link/o', plugin)
        # A bundle of somebody else is none that root starts or removes.
        shutil.copytree(top + '/victim/o', top + '/sticky/theirs', symlinks=True)
        os.chown(top + '/sticky/theirs', NOBODY, NOBODY)
        for option in ('--start', '--stop', '--remove'):
            text = specgen('bundle', option, top + '/sticky/theirs', code=4)
            check('others than root and you' in text, text)
        # TMPDIR is somebody else's, too.
        os.mkdir(top + '/theirs')
        os.chown(top + '/theirs', NOBODY, NOBODY)
        text = specgen('bundle', '--dry-run', '-o', top + '/x', plugin, code=4,
                       env=dict(os.environ, TMPDIR=top + '/theirs'))
        check('TMPDIR' in text, text)


def stopped_after(top, plugin, number, seconds):
    """Sends a signal some time after the work has begun; the exit code."""
    process = subprocess.Popen(
        (SPECGEN, 'bundle', '--no-prepare', '-o', top + '/out/o', plugin),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and not os.listdir(top + '/out'):
        time.sleep(0.0005)
    time.sleep(seconds)
    process.send_signal(number)
    process.stderr.read()
    return process.wait()


def test_signals():
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar', files=4000, size=20000)
        os.mkdir(top + '/out')
        interrupted = 0
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
                       signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1,
                       signal.SIGUSR2, signal.SIGVTALRM, signal.SIGPROF,
                       signal.SIGXCPU, signal.SIGIO, signal.SIGPWR,
                       signal.SIGRTMIN):
            for seconds in (0, 0.03):
                code = stopped_after(top, plugin, number, seconds)
                if code == 0:  # it was faster
                    check(left(top + '/out') == ['o'], left(top + '/out'))
                    specgen('bundle', '--remove', top + '/out/o')
                else:
                    interrupted += 1
                    check(code == 128 + number, 'signal %d: exit %d' % (
                        number, code))
                check(left(top + '/out') == [],
                      'signal %d left %s' % (number, left(top + '/out')))
        check(interrupted > 0, 'all signals came too late')
        # One that nobody can catch: the next run sweeps.
        code = stopped_after(top, plugin, signal.SIGKILL, 0)
        check(code == -signal.SIGKILL, 'SIGKILL: exit %d' % code)
        check(len(left(top + '/out')) == 1, left(top + '/out'))
        specgen('bundle', '--no-prepare', '-o', top + '/out/o', plugin)
        check(left(top + '/out') == ['o'], left(top + '/out'))


def test_signals_while_answering():
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1,
                   signal.SIGRTMIN):
        batch = subprocess.Popen((SPECGEN, 'batch'), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        request = json.dumps({'config': CONFIG}).encode() + b'\n'
        batch.stdin.write(request)
        batch.stdin.flush()
        answer = batch.stdout.readline()  # it catches signals by now
        batch.send_signal(number)
        try:
            batch.wait(timeout=60)  # its input is still open
            rest, said = batch.stdout.read(), batch.stderr.read()
        finally:
            batch.kill()
        check(answer.startswith(b'{') and rest == b'' and
              b'interrupted, 1 requests done' in said and
              batch.returncode == 128 + number,
              'signal %d: exit %d: %s' % (number, batch.returncode, said))


def closed_pipe(*words, **options):
    """The exit code of specgen when nobody reads what it says."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run((SPECGEN,) + words, stdout=write,
                          stderr=subprocess.DEVNULL, **options)
    os.close(write)
    return done.returncode


def test_closed_pipe():
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar', files=20, size=100000)
        os.mkdir(top + '/out')
        os.mkdir(top + '/tmp')
        env = dict(os.environ, TMPDIR=top + '/tmp')
        code = closed_pipe('bundle', '--no-prepare', '-o', top + '/out/o', plugin,
                           env=env)
        check(code == 141 and left(top + '/out') == ['o'],
              '%d %s' % (code, left(top + '/out')))
        for extra in ((), ('--json',), ('--systemd',)):
            code = closed_pipe('bundle', '--dry-run', *extra, '-o',
                               top + '/out/q', plugin, env=env)
            check(code == 141, 'exit %d' % code)
        for words in (('engines',), ('--help',), ('man',)):
            check(closed_pipe(*words) == 141, words)
        check(left(top + '/tmp') == [], left(top + '/tmp'))


def test_limits():
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar', files=3000, size=1)
        os.mkdir(top + '/out')

        def run_limited(which, limit, *words):
            return subprocess.run(
                (SPECGEN,) + words, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: resource.setrlimit(which, (limit, limit)))

        def limited(which, limit, *more):
            done = run_limited(which, limit, 'bundle', '--no-prepare', '-o',
                               top + '/out/o', *more, plugin)
            check(left(top + '/out') in ([], ['o']), left(top + '/out'))
            return done

        short = 0
        # From what the program needs to be loaded at all on.
        step = 256 << 10
        least = next(size for size in range(4 << 20, 200 << 20, step)
                     if run_limited(resource.RLIMIT_AS, size,
                                    '--version').returncode == 0)
        for size in range(least + step, least + (100 << 20), step):
            done = limited(resource.RLIMIT_AS, size, '--tar', '--at', '/x',
                           '--force')
            if done.returncode == 0:
                break
            short += 1
            check(done.returncode == 4 and done.stdout.endswith(
                b'specgen: out of memory: free some, or raise the limit\n'),
                  '%d: %s' % (size, done))
            check(left(top + '/out') == [], left(top + '/out'))
        check(done.returncode == 0 and short > 0,
              '%d runs were short of memory; %s' % (short, done))
        os.unlink(top + '/out/o')
        done = limited(resource.RLIMIT_FSIZE, 100 << 10, '--tar', '--at', '/x')
        check(done.returncode == 4 and b'File too large' in done.stdout, done)
        check(left(top + '/out') == [], left(top + '/out'))
        # Whatever the first file is that cannot be opened.
        for files in range(4, 40):
            done = limited(resource.RLIMIT_NOFILE, files)
            if done.returncode == 0:
                break
            check(done.returncode == 4 and b'oo many open files' in done.stdout
                  and left(top + '/out') == [], '%d: %s' % (files, done))
        check(done.returncode == 0 and files > 8, done)
        # The others, too, do not blame what they cannot open.
        with open(top + '/c.json', 'w') as file:
            json.dump(CONFIG, file)
        os.mkdir(top + '/configs')
        shutil.copy(top + '/c.json', top + '/configs')
        config = top + '/c.json'
        for words in (('generate', config), ('lint', config),
                      ('privileges', config), ('report', config),
                      ('validate', config), ('diff', config, config),
                      ('batch', config), ('generate', '--host', config, '-'),
                      ('batch', top + '/configs', '-o', top + '/specs')):
            done = run_limited(resource.RLIMIT_NOFILE, 3, *words)
            check(done.returncode == 4 and b'oo many open files' in done.stdout,
                  done)
        # Directories are made for a spec, or not at all.
        words = ('generate', '--apply', '--exec-root', top + '/run', '-o',
                 top + '/spec.json', config)
        for files in range(4, 40):
            done = run_limited(resource.RLIMIT_NOFILE, files, *words)
            if done.returncode == 0:
                break
            check(done.returncode == 4 and b'oo many open files' in done.stdout
                  and 'run' not in left(top), '%d: %s' % (files, done))
        check(done.returncode == 0 and files > 4 and 'run' in left(top), done)
        os.unlink(top + '/spec.json')
        shutil.rmtree(top + '/run')
        with open('/dev/full', 'w') as full:
            done = subprocess.run((SPECGEN,) + words[:4] + (config,),
                                  stdout=full, stderr=subprocess.PIPE)
        check(done.returncode == 4 and 'run' not in left(top), done)
        os.mkdir(top + '/few')
        run('mount', '-t', 'tmpfs', '-o', 'nr_inodes=3', 'none', top + '/few')
        text = specgen('generate', '--apply', '--exec-root', top + '/few/a/b',
                       config, code=4)
        check('o space left' in text and left(top + '/few') == [], text)
        # What cannot be looked at is not taken for gone, or somebody else's.
        specgen('batch', top + '/configs', '-o', top + '/specs')
        with open(top + '/configs/c.json', 'w') as file:
            file.write('no config')
        bundle = top + '/out/b'
        specgen('bundle', '--exec-root', top + '/run', '-o', bundle, plugin)
        for words, enough in (
                (('batch', '--threads', '1', '--force', top + '/configs', '-o',
                  top + '/specs'), 1),
                (('bundle', '--exec-root', top + '/run', '-o', bundle, plugin),
                 0), (('bundle', '--stop', bundle), 0),
                (('bundle', '--remove', bundle), 0)):
            for files in range(4, 60):
                done = run_limited(resource.RLIMIT_NOFILE, files, *words)
                if done.returncode == enough:
                    break
                check(done.returncode == 4 and
                      b'oo many open files' in done.stdout,
                      '%d: %s' % (files, done))
            check(done.returncode == enough and files > 6, done)
        check(left(top + '/specs') == ['.specgen-batch.sha256'] and
              'b' not in left(top + '/out') and 'run' not in left(top), left(top))


def test_full_disk():
    """What was made goes, too, where nothing can be written any more."""
    with work_directory() as top:
        os.mkdir(top + '/full')
        run('mount', '-t', 'tmpfs', '-o', 'size=1m,nr_inodes=200,mode=755',
            'full', top + '/full')
        bundle = top + '/full/o'
        specgen('bundle', '--engine', '17.09', '--exec-root', top + '/run',
                '-o', bundle, make_plugin(top + '/p.tar', files=20))
        full = 0
        try:
            while True:
                open(top + '/full/%d' % full, 'w').close()
                full += 1
        except OSError:
            pass
        check(full > 0 and mounts(bundle) != [], 'nothing to undo')
        specgen('bundle', '--stop', bundle)
        check(mounts(bundle) == [] and left(top + '/run') == [], left(top))
        specgen('bundle', '--stop', bundle)
        specgen('bundle', '--remove', bundle)
        check('o' not in left(top + '/full') and left(top) == ['full', 'p.tar']
              and len(left(top + '/full')) == full, left(top + '/full'))


def test_planted_links():
    """No link is followed that another user put into a directory like /tmp."""
    with work_directory() as top:
        os.mkdir(top + '/tmp')
        os.chmod(top + '/tmp', 0o1777)
        os.mkdir(top + '/victim')
        with open(top + '/victim/file', 'w') as file:
            file.write('the host\'s own')
        config = top + '/c.json'
        with open(config, 'w') as file:
            json.dump(CONFIG, file)
        os.mkdir(top + '/configs')
        shutil.copy(config, top + '/configs')
        links = {'file': '/victim/file', 'new': '/victim/new', 'dir': '/victim'}
        for owner in (NOBODY, 0):
            for name, target in links.items():
                path = '%s/tmp/%s%d' % (top, name, owner)
                os.symlink(top + target, path)
                os.lchown(path, owner, owner)
            # To where nobody has planted anything.
            os.symlink(path[:-len('dir%d' % owner)] + 'file%d' % owner,
                       '%s/chain%d' % (top, owner))
        for words in (('generate', config), ('report', config),
                      ('batch', '/dev/null')):
            for target in ('/tmp/file%d', '/tmp/new%d', '/chain%d',
                           '/tmp/dir%d/file', '/tmp/dir%d/new',
                           '/tmp/dir%d/../victim/file'):
                text = specgen(*words, '--force', '-o',
                               top + target % NOBODY, code=4)
                check('of another user' in text, text)
        for target in ('/tmp/dir%d', '/tmp/dir%d/', '/tmp/dir%d/.',
                       '/tmp/./dir%d//', '/tmp/dir%d/below'):
            text = specgen('batch', top + '/configs', '-o',
                           top + target % NOBODY, code=4)
            check('of another user' in text, text)
        with open(top + '/victim/file') as file:
            check(file.read() == 'the host\'s own', 'the victim changed')
        check(left(top + '/victim') == ['file'], left(top + '/victim'))
        specgen('generate', config, '-o', top + '/tmp/new0')
        specgen('generate', config, '--force', '-o', top + '/chain0')
        specgen('batch', top + '/configs', '-o', top + '/tmp/dir0')
        check(left(top + '/victim') == ['.specgen-batch.sha256', 'c.json',
                                        'file', 'new'], left(top + '/victim'))


def test_ordinary_user():
    """Without any privilege: --no-owner makes a bundle, again, and removes it."""
    with work_directory() as top:
        program = shutil.copy(SPECGEN, top + '/specgen')
        plugin = make_plugin(top + '/p.tar')
        os.mkdir(top + '/theirs')
        os.chown(top + '/theirs', NOBODY, NOBODY)

        def as_nobody(*words, code=0, mask=0o022):
            return run('setpriv', '--reuid=65534', '--regid=65534',
                       '--clear-groups', '--no-new-privs', program, *words,
                       code=code, preexec_fn=lambda: os.umask(mask))

        # A place of their own for sockets: /run is root's.
        make = ('bundle', '--no-owner', '--exec-root', top + '/theirs/run',
                '--no-prepare', '-o', top + '/theirs/o', plugin)
        text = as_nobody('bundle', '-o', top + '/theirs/o', plugin, code=4)
        check('--no-owner' in text, text)
        check(': made\n' in as_nobody(*make, mask=0o277), 'not made')
        check(': unchanged\n' in as_nobody(*make), 'not unchanged')
        with open(top + '/theirs/o/rootfs/f0', 'w') as file:
            file.write('other')
        as_nobody(*make, code=4)
        check(': replaced\n' in as_nobody(*make, '--force'), 'not replaced')
        as_nobody('bundle', '--remove', top + '/theirs/o')
        check(left(top + '/theirs') == [], left(top + '/theirs'))

        # What they may not remove is not passed over in silence.
        for how in (make + ('--force',), ('bundle', '--remove', top + '/theirs/o')):
            as_nobody(*make)
            os.mkdir(top + '/theirs/o/rootfs/of-root')
            open(top + '/theirs/o/rootfs/of-root/f', 'w').close()
            text = as_nobody(*how, code=0 if '--force' in how else 4)
            (work,) = [name for name in left(top + '/theirs') if name != 'o']
            check(re.search('/theirs/%s/[^/]*/of-root \\(which was bundle/rootfs/'
                            'of-root\\): cannot be removed' % work, text), text)
            check('--force' in how or left(top + '/theirs') == [work],
                  left(top + '/theirs'))
            shutil.rmtree(top + '/theirs/' + work)
            shutil.rmtree(top + '/theirs/o', ignore_errors=True)


def test_what_cannot_be_removed_is_named_where_it_is():
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar')
        specgen('bundle', '--exec-root', top + '/run', '-o', top + '/b', plugin)
        deep = top + '/run/b/q/r/s'
        os.makedirs(deep)
        run('mount', '-t', 'tmpfs', 'none', deep)
        text = specgen('bundle', '--stop', top + '/b', code=4)
        found = re.search('^specgen: (.*)/s \\(which was q/r/s\\): is mounted: '
                          'unmount it first$', text, re.M)
        check(found, text)
        run('umount', found.group(1) + '/s')
        specgen('bundle', '--stop', top + '/b')
        specgen('bundle', '--remove', top + '/b')


def test_half_replaced():
    """What a run says that is killed while it replaces a bundle."""
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar')
        bundle = top + '/b'
        make = ('bundle', '--exec-root', top + '/run', '-o', bundle, plugin)
        specgen(*make)
        specgen('bundle', '--stop', bundle)
        with open(bundle + '/specgen.json') as file:
            record = json.load(file)
        with open(bundle + '/specgen.json', 'w') as file:
            json.dump(dict(record, isHalf=True), file)
        text = specgen('bundle', '--start', bundle, code=4)
        check('may be of two plugins' in text, text)
        with open(bundle + '/rootfs/f0', 'a') as file:
            file.write('another')
        specgen(*make, '--force')
        specgen('bundle', '--start', bundle)
        specgen('bundle', '--remove', bundle)


def test_without_proc():
    with work_directory() as top:
        plugin = make_plugin(top + '/p.tar')
        specgen('bundle', '--no-prepare', '-o', top + '/b', plugin)
        before = left(top)
        run('mount', '-t', 'tmpfs', 'none', '/proc')
        try:
            for words in (('--no-prepare', '-o', top + '/o', plugin),
                          ('--dry-run', '-o', top + '/o', plugin),
                          ('--start', top + '/b'), ('--stop', top + '/b'),
                          ('--remove', top + '/b')):
                text = specgen('bundle', *words, code=4)
                check('/proc: is not mounted' in text, text)
                check(left(top) == before, left(top))
        finally:
            run('umount', '/proc')


def test_two_at_once():
    with work_directory() as top:
        plugins = []
        for i in range(2):
            CONFIG['description'] = 'number %d' % i
            CONFIG['entrypoint'] = ['/f%d' % (100 * (i + 1) - 1)]
            plugins.append(make_plugin(top + '/%d.tar' % i, files=100 * (i + 1)))
        del CONFIG['description']
        CONFIG['entrypoint'] = ['/p']
        for _ in range(20):
            runs = [subprocess.Popen(
                (SPECGEN, 'bundle', '--no-prepare', '--force', '-o', top + '/o',
                 plugins[i % 2]), stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE) for i in range(4)]
            for each in runs:
                error = each.communicate()[1]
                check(each.returncode == 0, 'exit %d: %s' % (each.returncode,
                                                            error))
            with open(top + '/o/config.json') as file:
                (program,) = json.load(file)['process']['args']
            count = len([name for name in os.listdir(top + '/o/rootfs')
                         if re.match(r'f\d', name)])
            check(program == '/f%d' % (count - 1),
                  'the spec of one and the rootfs of the other')
            check(left(top) == ['0.tar', '1.tar', 'o'], left(top))


def test_output_in_a_copy_of_the_source():
    with work_directory() as top:
        os.makedirs(top + '/src/rootfs/inner')
        with open(top + '/src/config.json', 'w') as file:
            json.dump(CONFIG, file)
        os.mkdir(top + '/alias')
        run('mount', '--bind', top + '/src/rootfs/inner', top + '/alias')
        text = specgen('bundle', '--no-prepare', '-o', top + '/alias/o',
                       top + '/src', code=2)
        check('lies in what is copied' in text or 'or in it' in text, text)
        check(left(top + '/src/rootfs/inner') == [], 'something is left')


TESTS = (test_unit_and_changed_rootfs, test_parent_of_somebody_else, test_acls,
         test_links_of_somebody_else, test_signals, test_signals_while_answering, test_closed_pipe,
         test_limits, test_full_disk, test_planted_links, test_ordinary_user,
         test_what_cannot_be_removed_is_named_where_it_is, test_half_replaced,
         test_without_proc,
         test_two_at_once,
         test_output_in_a_copy_of_the_source)


def main():
    passed = failed = 0
    for test in TESTS:
        if CHOSEN and test.__name__ not in CHOSEN:
            continue
        try:
            test()
        except Exception as failure:  # each test reports, none hides another
            failed += 1
            print('FAILED: %s: %s: %s' % (test.__name__, type(failure).__name__,
                                          failure), flush=True)
        else:
            passed += 1
            print('%s passed' % test.__name__, flush=True)
    print('%d passed, %d failed' % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()
