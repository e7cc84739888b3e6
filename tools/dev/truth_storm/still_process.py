# SPDX-License-Identifier: Apache-2.0
"""Runs a victim, stops all of its threads at one instant, and dumps it as it stands; see stand_still.c.

    with still_process.StillProcess(command, signal=54, folder=folder, environment=environment) as victim:
        time.sleep(1.5)
        threads, told_by, crash = victim.stop(7)    # now faulthandler's text is written
        core = victim.dump_by_kernel(folder / "core", which=3)
"""
import hashlib
import os
import pathlib
import select
import subprocess

SOURCE = pathlib.Path(__file__).with_name("stand_still.c")
ANSWER_SECONDS = 120
# struct user_regs_struct, and elf_gregset_t in the same order.
REGISTERS = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
             "ds es fs gs").split()


class NotDumped(Exception):
    """This run gave no core; the message says why."""


def build_helper(cache):
    """stand_still, compiled once into the cache."""
    target = cache / ("stand_still-" + hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:10])
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".%d" % os.getpid())
        subprocess.run(["cc", "-O1", "-Wall", "-o", str(partial), str(SOURCE)], check=True)
        partial.rename(target)
    return target


class StillProcess:
    """The leader of a stand_still and of the victim below it; on exit everything is killed."""

    def __init__(self, helper, command, signal, folder, environment):
        self.signal, self.folder = signal, folder
        self.process = subprocess.Popen(
            [str(helper), str(signal), str(folder / "output.txt"), "--", *command], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.buffer = b""
        self.pid = None

    def __enter__(self):
        try:
            self.pid = int(self.expect("ready")[0])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def stop(self, which):
        """({tid: registers}, the tid that ran faulthandler, the signal that faulthandler itself crashed with or 0);
        the N-th thread, modulo their number, runs it."""
        self.say("stop %d" % which)
        threads = {}
        while True:
            word, *rest = self.read_line()
            if word == "thread":
                threads[int(rest[0])] = dict(zip(REGISTERS, (int(value, 16) for value in rest[1:])))
            elif word == "told":
                return threads, int(rest[0]), int(rest[1])
            else:
                raise NotDumped(" ".join([word, *rest]))

    def dump_by_kernel(self, target, which):
        """The N-th thread gets a signal that dumps core; the kernel writes where core_pattern says."""
        place = self.open_core_folder()
        try:
            before = set(os.listdir(place))
            self.say("die %d" % which)
            number, dumped = self.expect("died")
            if dumped != "1":
                raise NotDumped("signal %s wrote no core" % number)
            take_core(place, before, target)
        finally:
            os.close(place)

    def open_core_folder(self):
        """The folder in which the kernel will write, seen with the victim's eyes."""
        pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
        if pattern.startswith("/"):
            return os.open("/proc/%d/root%s" % (self.pid, os.path.dirname(pattern)), os.O_RDONLY | os.O_DIRECTORY)
        return os.open("/proc/%d/cwd" % self.pid, os.O_RDONLY | os.O_DIRECTORY)

    def dump_by_gdb(self, target, gdb):
        """`gdb` is the beginning of a command line; gdb finds the process stopped by SIGSTOP."""
        self.say("stay")
        self.expect("stays")
        words = ["-nx", "--batch", "-iex", "set debuginfod enabled off", "-p", str(self.pid),
                 "-ex", "gcore %s" % target, "-ex", "detach"]
        done = subprocess.run([*gdb, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=self.folder, timeout=ANSWER_SECONDS)
        if not target.exists():
            raise NotDumped("gcore failed: " + done.stdout.decode(errors="replace").strip()[-300:])
        return done.stdout

    def say(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            raise NotDumped("the tracer is gone") from None

    def expect(self, word):
        first, *rest = self.read_line()
        if first != word:
            raise NotDumped(" ".join([first, *rest]))
        return rest

    def read_line(self):
        while b"\n" not in self.buffer:
            if not select.select([self.process.stdout], [], [], ANSWER_SECONDS)[0]:
                raise NotDumped("the tracer does not answer")
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                raise NotDumped("the tracer is gone")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode().split()


def take_core(place, before, target):
    """Moves the one new core of a folder, of which only a descriptor is left, to `target`, holes kept."""
    names = [name for name in os.listdir(place) if name not in before or name.startswith("core")]
    names = [name for name in names if "core" in name]
    if not names:
        raise NotDumped("the kernel wrote no core into the folder that core_pattern names")
    newest = max(names, key=lambda name: os.stat(name, dir_fd=place).st_mtime_ns)
    source = "/proc/self/fd/%d/%s" % (place, newest)
    subprocess.run(["cp", "--sparse=always", source, str(target)], check=True, pass_fds=[place])
    os.unlink(newest, dir_fd=place)
    os.chmod(target, 0o644)
