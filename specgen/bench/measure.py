"""Runs programs, and times them."""

import os
import shutil
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENGINES = ("20.10.24", "24.0.7", "28.5.2")
SIZES = ("small", "median", "large")
MAIN_ENGINE = "28.5.2"
HOST = f"{HERE}/host.json"


class Missing(Exception):
    """A competitor cannot be run here."""


class WrongAnswer(Exception):
    pass


def call(command, cwd=ROOT, env=None, codes=(0,)):
    """What it prints."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True,
                              text=True, check=False)
    except OSError as error:
        raise Missing(str(error)) from error
    if done.returncode not in codes:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        text = last[0][:200] if last else f"exit code {done.returncode}"
        raise (WrongAnswer if "not the golden" in text else Missing)(text)
    return done.stdout


def golden(engine, size):
    return f"{HERE}/specs/{engine}-{size}.json"


def config(size):
    return f"{HERE}/configs/{size}.json"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def install(package):
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    call(sudo + ["apt-get", "install", "-y", "--no-install-recommends", package],
         env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))


def program(name, package=None):
    """Debian's program of that name, installed if it is not there."""
    if shutil.which(name) is None:
        try:
            install(package or name)
        except Missing as error:
            raise Missing(f"{name} cannot be installed: {error}") from error
    return shutil.which(name)


def middle(values):
    return sorted(values)[len(values) // 2]


class Process:
    """A program as people start it: from fork to its end."""

    def __init__(self, name, command, output=os.devnull, cwd=ROOT, codes=(0,),
                 before=None):
        self.name = name
        self.command = command
        self.output = output    # where its standard output goes
        self.cwd = cwd
        self.codes = codes      # exit codes of one that has done its work
        self.before = before    # called before each start, untimed
        self.walls = []
        self.cpus = []          # user and system, and that of its children
        self.peak = None        # KB

    def run(self):
        """Seconds of wall and CPU time."""
        if self.before is not None:
            self.before()
        with open(self.output, "wb") as out, tempfile.TemporaryFile() as messages:
            start = time.perf_counter()
            try:
                # pylint: disable-next=consider-using-with
                process = subprocess.Popen(self.command, stdout=out, cwd=self.cwd,
                                           stdin=subprocess.DEVNULL, stderr=messages)
            except OSError as error:
                raise Missing(str(error)) from error
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in self.codes:
                messages.seek(0)
                text = messages.read().decode(errors="replace").strip()
                raise WrongAnswer(f"{self.name}: exit code {process.returncode}: "
                                  f"{text[-200:]}")
        return wall, usage.ru_utime + usage.ru_stime

    def measure_peak(self):
        """A process starts with the peak of the one that forked it, so that is a
        small one."""
        try:
            timer = program("time")
        except Missing:
            return
        with tempfile.NamedTemporaryFile("r") as file:
            Process(self.name, [timer, "-q", "-f", "%M", "-o", file.name,
                                *self.command], self.output, self.cwd, self.codes,
                    self.before).run()
            self.peak = int(file.read())


def race(processes, seconds, most=25, least=3):
    """Times them in turn, so that what else the machine does meets all alike."""
    end = time.monotonic() + seconds
    for done in range(most):
        if done >= least and time.monotonic() > end:
            break
        # Who comes first has the colder caches.
        for process in processes if done % 2 == 0 else processes[::-1]:
            wall, cpu = process.run()
            process.walls.append(wall)
            process.cpus.append(cpu)
