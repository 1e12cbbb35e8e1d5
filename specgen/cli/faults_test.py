"""Fails each system call of the commands that write, one at a time.

  python3 faults_test.py SPECGEN [SCENARIO...]

strace makes the n-th call of a name fail, as a broken disk would. For each n,
the command must end in one of two ways: it worked all the same, with the same
result; or a failure's exit code (4, 3 if what is given cannot be read, of one
in a batch 1), a message that names a file and says why, everything as it was
before, and nothing left behind. Needs strace, and root.
"""
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile

SPECGEN = os.path.abspath(sys.argv[1])
CHOSEN = sys.argv[2:]
STRACE = shutil.which('strace')
CONFIG = {'interface': {'types': ['docker.volumedriver/1.0'],
                        'socket': 'p.sock'},
          'entrypoint': ['/bin/p'], 'network': {'type': 'host'}}
# Calls that do not fail in practice, or whose failure means something else than
# that of the disk: memory, signals, other processes, limits, identity.
SPARED = set('''access arch_prctl brk clone3 execve exit_group fcntl futex getegid
    geteuid getpid getrandom getuid madvise mmap mprotect munmap pipe2 poll
    prlimit64 rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity
    set_robust_list set_tid_address umask uname wait4 dup2 dup3'''.split())
# Where a disk without room says so; elsewhere it is a broken one.
GROWS = set('''linkat mkdirat mknodat pwrite64 symlinkat write ftruncate
    fallocate'''.split())
ERRORS = {'EIO': 'input/output error', 'ENOSPC': 'no space left on device'}

# How messages name a file: as the command line does, or by its whole path.
NAMED = (r'^specgen: (%s\b|p\b|p\.tar\b|lines\b|many\b|out\b|/run/|/proc/|'
         r'standard output|the working folder)')

# Makes what the command finds; the words of the command; the exit codes of a
# failure: 3 is that of what is given and cannot be read, of one in a batch 1.
Scenario = collections.namedtuple('Scenario', 'make words codes',
                                  defaults=[(3, 4)])


def make_folder(top):
    rootfs = os.path.join(top, 'p/rootfs')
    os.makedirs(rootfs + '/bin')
    os.makedirs(rootfs + '/d/e')
    with open(rootfs + '/bin/p', 'wb') as file:
        file.write(b'x' * 5000)
    os.chmod(rootfs + '/bin/p', 0o4755)
    with open(rootfs + '/bin/c', 'wb') as file:
        file.write(b'c')
    os.setxattr(rootfs + '/bin/c', 'security.capability',
                struct.pack('<5I', 0x02000000, 1, 0, 0, 0))
    os.link(rootfs + '/bin/p', rootfs + '/bin/h')
    os.symlink('p', rootfs + '/bin/l')
    os.mkfifo(rootfs + '/d/fifo')
    os.chown(rootfs + '/d/e', 5, 6)
    with open(top + '/p/config.json', 'w') as file:
        json.dump(CONFIG, file)
    for folder, folders, files in os.walk(top + '/p', topdown=False):
        for name in folders + files:
            os.utime(os.path.join(folder, name), (1, 1234567890),
                     follow_symlinks=False)


def make_archive(top):
    make_folder(top)
    with tarfile.open(top + '/p.tar', 'w') as tar:
        tar.add(top + '/p/config.json', 'config.json')
        tar.add(top + '/p/rootfs', 'rootfs')
    shutil.rmtree(top + '/p')


def run(top, *words):
    done = subprocess.run(
        [SPECGEN, *words], cwd=top, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={'PATH': '/nonexistent', 'TMPDIR': top + '/tmp'})
    assert done.returncode == 0, done.stdout.decode()


def make_with_bundle(top):
    make_folder(top)
    run(top, 'bundle', 'p', '-o', 'out')
    with open(top + '/p/rootfs/new', 'w') as file:
        file.write('new')


def make_with_spec(top):
    make_folder(top)
    with open(top + '/out', 'w') as file:
        file.write('old')


def make_batch(top):
    make_folder(top)
    with open(top + '/lines', 'w') as file:
        for engine in ('20.10.5', '29.7.2', '1.13.1'):
            file.write(json.dumps({'engine': engine, 'config': CONFIG}) + '\n')
    os.mkdir(top + '/many')
    for name in ('a', 'b', 'c'):
        os.mkdir(top + '/many/' + name)
        shutil.copy(top + '/p/config.json', top + '/many/%s/config.json' % name)


SCENARIOS = {
    'generate': Scenario(make_folder, 'generate p/config.json -o out'),
    'generate --force': Scenario(
        make_with_spec, 'generate p/config.json -o out --force'),
    'bundle of a folder': Scenario(make_folder, 'bundle p -o out'),
    'bundle of an archive': Scenario(make_archive, 'bundle p.tar -o out'),
    'bundle --force': Scenario(make_with_bundle, 'bundle p --force -o out'),
    'bundle --tar': Scenario(make_archive, 'bundle p.tar --tar -o out --at /x'),
    'bundle --remove': Scenario(make_with_bundle, 'bundle --remove out'),
    'batch of lines': Scenario(make_batch, 'batch lines -o out'),
    'batch of folders': Scenario(make_batch, 'batch many -o out',
                                 (1, 3, 4)),
}


def look(top):
    """What stands below top: for each path, all but the time; and the time."""
    seen, inodes = {}, {}
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            what = ''
            if stat.S_ISREG(facts.st_mode):
                with open(path, 'rb') as file:
                    what = hashlib.sha256(file.read()).hexdigest()
            elif stat.S_ISLNK(facts.st_mode):
                what = os.readlink(path)
            first = inodes.setdefault(facts.st_ino, path)
            seen[os.path.relpath(path, top)] = (
                (oct(facts.st_mode), facts.st_uid, facts.st_gid, what,
                 os.path.relpath(first, top)), facts.st_mtime_ns)
    return seen


def differences(was, now, timed=()):
    told = []
    for path in sorted(set(was) | set(now)):
        if path not in now:
            told.append('%s is gone' % path)
        elif path not in was:
            told.append('%s is new' % path)
        elif was[path][0] != now[path][0]:
            told.append('%s: %s, not %s' % (path, now[path][0], was[path][0]))
        elif path in timed and was[path][1] != now[path][1]:
            told.append('%s: another time' % path)
    return told


class Place:
    """A directory as a scenario wants it, always of the same name."""

    def __init__(self, scenario, base):
        self.top = os.path.join(base, 'top')
        if os.path.exists(self.top):
            shutil.rmtree(self.top)
        os.makedirs(self.top + '/tmp')
        scenario.make(self.top)
        self.before = look(self.top)

    def run(self, words, *strace):
        return subprocess.run(
            [STRACE, '-qq', '--seccomp-bpf', '-f', *strace, SPECGEN, *words],
            cwd=self.top, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=120,
            env={'PATH': '/nonexistent', 'TMPDIR': self.top + '/tmp'})


def judge(scenario, place, good, timed, done, told, error):
    """What is wrong with what the command did."""
    now = look(place.top)
    if done.returncode == 0:
        return differences(good, now, timed)
    problems = []
    if error not in told.lower():
        problems.append('the message does not say why')
    if not re.search(NAMED % re.escape(place.top), told, re.MULTILINE):
        problems.append('the message names no file')
    if done.returncode not in scenario.codes:
        problems.append('exit code %d' % done.returncode)
    if 'standard output: ' in told:
        return problems + differences(good, now)
    if scenario.words.startswith('batch'):
        # What is done stays; it is whole.
        now = {path: facts for path, facts in now.items()
               if path in place.before or stat.S_ISREG(int(facts[0][0], 8))
               and '.specgen' not in path}
        return problems + [what for what in differences(good, now)
                           if not what.endswith(' is gone')]
    if '--remove' in scenario.words:
        # What is left is named.
        left = [path for path in now if path not in place.before]
        if left and not any(os.path.join(place.top, path) in told
                            for path in left):
            problems.append('%s is left' % left[0])
        return problems
    return problems + differences(place.before, now)


def test(name):
    scenario = SCENARIOS[name]
    words = scenario.words.split()
    wrong, runs, messages = [], 0, collections.Counter()
    with tempfile.TemporaryDirectory(prefix='specgen-faults-') as base:
        log = os.path.join(base, 'log')
        results = []
        for _ in range(2):
            place = Place(scenario, base)
            done = place.run(words, '-o', log)
            assert done.returncode == 0, done.stderr.decode()
            results.append(look(place.top))
        good = results[1]
        timed = {path for path in good
                 if results[0].get(path, (0, 0))[1] == good[path][1]}
        with open(log, errors='replace') as file:
            calls = re.findall(r'^\d+ +([a-z0-9_]+)\(', file.read(),
                               re.MULTILINE)
        if words[0] == 'generate':
            steps = [call for call in calls
                     if call in ('fsync', 'linkat', 'renameat')]
            if not re.fullmatch('fsync( linkat| renameat)+ fsync',
                                ' '.join(steps)):
                wrong.append('%s: not on the disk before and after it has its '
                             'name: %s' % (name, steps))
        counts = collections.Counter(
            call for call in calls if call not in SPARED)
        for call, count in sorted(counts.items()):
            for n in range(1, count + 1):
                for error in ('EIO', 'ENOSPC') if call in GROWS else ('EIO',):
                    place = Place(scenario, base)
                    done = place.run(
                        words, '-o', '/dev/null', '-e', 'trace=' + call, '-e',
                        'inject=%s:error=%s:when=%d' % (call, error, n))
                    runs += 1
                    # A warning names a file, whatever fails later.
                    told = ''.join(
                        line for line in done.stderr.decode(
                            errors='replace').splitlines(True)
                        if ': warning: ' not in line)
                    problems = judge(scenario, place, good, timed, done, told,
                                     ERRORS[error])
                    messages[told.splitlines(True)[-1] if told else ''] += 1
                    if problems:
                        wrong.append('%s, %s number %d, %s:\n  %s\n  %s' % (
                            name, call, n, error, '\n  '.join(problems[:5]),
                            told.strip()))
    return name, runs, wrong, messages


def main():
    if STRACE is None:
        sys.exit('faults_test: strace is missing: install it')
    chosen = CHOSEN or list(SCENARIOS)
    failed = 0
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for name, runs, wrong, messages in pool.map(test, chosen):
            print('%s: %d calls failed, %d wrong' % (name, runs, len(wrong)))
            for text in wrong:
                print(text)
            if os.environ.get('SHOW'):
                for text, count in messages.most_common():
                    print(count, text)
            failed += bool(wrong)
    print('%d passed, %d failed' % (len(chosen) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
