# SPDX-License-Identifier: Apache-2.0
"""What SECURITY.md promises, with strace as the witness: nothing that a core names is executed, connected
to, or opened unless it is a regular file; nothing is written but what was asked for; no control character
of a dump reaches a terminal.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_security.py
"""
import json
import lzma
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess

import hostile_core
import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = os.path.abspath(os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore")))
STORED = sorted((CHECKOUT / "testdata" / "stored").glob("*.core.xz"))
QUERIES = ["stacks", "threads", "gil", "info", "modules"]

FORBIDDEN = ("execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "socket", "connect", "bind", "kill",
             "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "mknod", "mknodat", "symlink",
             "symlinkat", "link", "linkat", "truncate", "chmod", "fchmodat", "creat")
CALL = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")


def run(*arguments, **options):
    return subprocess.run([PYCORE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          **options)


def trace(*arguments, folder):
    """[(system call, arguments, result, file of the result)] after pycore itself was started."""
    log = folder / "strace.txt"
    command = ["strace", "-f", "-y", "-s", "4096", "-o", str(log), PYCORE, *map(str, arguments)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False)
    lines = log.read_text(errors="replace").splitlines()
    calls = [match.groups() for match in map(CALL.match, lines) if match]
    assert calls and calls[0][0] == "execve" and any(call[0] == "openat" for call in calls)
    return [(name, words, int(result), file) for name, words, result, file in calls[1:]]


@pytest.fixture(scope="module", autouse=True)
def _pycore_is_built():
    if not os.path.exists(PYCORE):
        pytest.skip("pycore is not built")


@pytest.fixture(scope="module")
def strace(tmp_path_factory):
    if not shutil.which("strace"):
        pytest.skip("there is no strace")
    log = tmp_path_factory.mktemp("strace") / "log"
    done = subprocess.run(["strace", "-o", str(log), "true"], stderr=subprocess.PIPE)
    if done.returncode != 0:
        pytest.skip("strace may not trace here: " + done.stderr.decode(errors="replace").strip())


class Traps:
    """Files that are no regular ones, under names that a core may have."""

    def __init__(self, folder):
        self.folder = folder
        os.mkfifo(folder / "fifo")
        (folder / "folder").mkdir()
        (folder / "to-device").symlink_to("/dev/zero")
        (folder / "to-terminal").symlink_to("/dev/tty")
        (folder / "circle").symlink_to(folder / "circle")
        self.listener = socket.socket(socket.AF_UNIX)
        os.chdir(folder)  # paths of sockets are short
        self.listener.bind("socket")
        self.listener.listen(1)
        self.listener.setblocking(False)
        self.paths = [str(folder / name) for name in ("fifo", "folder", "to-device", "to-terminal", "circle", "socket")]
        self.paths += ["/dev/zero", "/dev/tty", "/dev/watchdog", "/proc/self/mem", "/proc/kmsg", "/proc/self/environ",
                       "/sys/kernel/uevent_seqnum", str(folder / "folder" / ".." / "fifo")]


@pytest.fixture()
def traps(tmp_path):
    where = os.getcwd()
    made = Traps(tmp_path)
    yield made
    made.listener.close()
    os.chdir(where)


def opened_files(calls):
    """What was really opened: O_PATH only looks."""
    return [file for name, words, result, file in calls
            if name in ("open", "openat", "openat2") and result >= 0 and file and "O_PATH" not in words]


def assert_only_reads_regular_files(calls):
    for name, words, _, _ in calls:
        assert name not in FORBIDDEN, "%s(%s)" % (name, words)
        if name in ("open", "openat", "openat2"):
            assert "O_WRONLY" not in words and "O_RDWR" not in words and "O_CREAT" not in words, words
    for file in opened_files(calls):
        assert stat.S_ISREG(os.stat(file).st_mode), file
        assert not file.startswith(("/proc/", "/sys/", "/dev/")), file


# Nothing but regular files is opened


@pytest.mark.parametrize("command", QUERIES)
def test_a_core_that_names_devices_and_fifos_opens_none(strace, traps, command):
    core = traps.folder / "core"
    core.write_bytes(hostile_core.build(traps.paths, libraries=traps.paths[:8]))
    calls = trace(command, "-v", core, folder=traps.folder)
    looked_at = [words for name, words, _, _ in calls if name == "openat" and "O_PATH" in words]
    for path in traps.paths[:5]:
        assert any(path in words for words in looked_at), "the core's %s was not even looked for" % path
    assert_only_reads_regular_files(calls)
    with pytest.raises(BlockingIOError):
        traps.listener.accept()


def test_names_in_a_sysroot_do_not_lead_out_of_it(strace, traps):
    root = traps.folder / "root"
    root.mkdir()
    (root / "lib").mkdir()
    (root / "lib" / "way-out.so").symlink_to("../../../../../../../etc/passwd")
    core = traps.folder / "core"
    core.write_bytes(hostile_core.build(["/lib/way-out.so", "/../../../../etc/passwd"]))
    calls = trace("modules", "--sysroot", root, core, folder=traps.folder)
    below = [words for name, words, _, _ in calls if name == "openat2"]
    assert below and all("RESOLVE_IN_ROOT" in words for words in below)
    assert_only_reads_regular_files(calls)


def make_library(folder, name, *flags):
    compiler = next((each for each in ("cc", "gcc", "clang") if shutil.which(each)), None)
    if compiler is None or not shutil.which("objcopy"):
        pytest.skip("there is no C compiler, or no objcopy")
    source = folder / "library.c"
    source.write_text("int f(int x) { return x * 3; }\nint g(int x) { return f(x) + 1; }\n")
    library = folder / name
    subprocess.run([compiler, *flags, "-shared", "-nostdlib", "-Wl,--build-id", "-Wl,-z,noseparate-code", str(source),
                    "-o", str(library)], check=True)
    return library


@pytest.mark.parametrize("trap", ["fifo", "to-device", "folder", "socket"])
def test_links_to_debug_files_open_no_traps(strace, traps, trap):
    stripped = make_library(traps.folder, "stripped.so", "-g0")
    link = traps.folder / "link"
    link.write_bytes(trap.encode() + b"\0" * (4 - len(trap) % 4) + b"\1\2\3\4")
    subprocess.run(["objcopy", "--add-section", ".gnu_debuglink=%s" % link, str(stripped)], check=True)
    shared = make_library(traps.folder, "shared.so", "-g")
    link.write_bytes(b"../%s/%s\0" % (traps.folder.name.encode(), trap.encode()) + b"\5" * 20)
    subprocess.run(["objcopy", "--add-section", ".gnu_debugaltlink=%s" % link, str(shared)], check=True)
    core = traps.folder / "core"
    core.write_bytes(hostile_core.build([], files={str(path): path.read_bytes() for path in (stripped, shared)}))
    calls = trace("stacks", "-v", core, folder=traps.folder)
    assert str(shared) in opened_files(calls), "the core's modules were not read, so their links were not either"
    looked_at = " ".join(words for name, words, _, _ in calls if name == "openat")
    assert "%s/%s\"" % (traps.folder, trap) in looked_at
    assert "../%s/%s\"" % (traps.folder.name, trap) in looked_at
    assert_only_reads_regular_files(calls)


# Nothing is written but what was asked for


def test_only_the_report_is_written(strace, tmp_path):
    core = tmp_path / "core"
    core.write_bytes(lzma.decompress(STORED[0].read_bytes()))
    calls = trace("stacks", "-o", tmp_path / "report", core, folder=tmp_path)
    written = [words for name, words, _, _ in calls
               if name == "openat" and ("O_CREAT" in words or "O_WRONLY" in words or "O_RDWR" in words)]
    assert len(written) == 1 and '"%s/report.' % tmp_path in written[0]
    assert sorted(os.listdir(tmp_path)) == ["core", "report", "strace.txt"]


def test_a_packed_core_leaves_nothing_behind(strace, tmp_path):
    (tmp_path / "tmp").mkdir()
    environment = dict(os.environ, TMPDIR=str(tmp_path / "tmp"))
    done = run("threads", STORED[0], env=environment)
    assert done.returncode in (0, 3), done.stderr
    assert b"cannot be unpacked" not in done.stderr
    assert os.listdir(tmp_path / "tmp") == []


# The sandbox


def is_confined():
    """What this machine's kernel gives, as pycore says it."""
    return run("gil", "-v", STORED[0]).stderr.decode(errors="replace")


def test_the_sandbox_is_entered_before_the_core_is_read(strace, tmp_path):
    core = tmp_path / "core"
    core.write_bytes(lzma.decompress(STORED[0].read_bytes()))
    names = [name for name, _, _, _ in trace("stacks", core, folder=tmp_path)]
    assert "landlock_create_ruleset" in names
    if "seccomp" not in names:
        assert "without seccomp" in is_confined()  # a build with sanitizers
    calls = trace("stacks", core, folder=tmp_path)
    sandboxed = next(i for i, call in enumerate(calls) if call[0].startswith(("landlock", "seccomp")))
    reads = [i for i, call in enumerate(calls) if call[0] == "openat" and str(core) in call[1]]
    assert any(i > sandboxed for i in reads)


def test_no_sandbox_switches_it_off(strace, tmp_path):
    names = [call[0] for call in trace("gil", "--no-sandbox", STORED[0], folder=tmp_path)]
    assert not {"landlock_create_ruleset", "seccomp", "prctl"} & set(names)
    assert "--no-sandbox" in run("gil", "-v", "--no-sandbox", STORED[0]).stderr.decode()


@pytest.mark.parametrize("command", QUERIES)
def test_answers_are_the_same_with_and_without_the_sandbox(command):
    for form in ("text", "json"):
        confined = run(command, "--format", form, STORED[-1])
        free = run(command, "--format", form, "--no-sandbox", STORED[-1])
        assert (confined.returncode, confined.stdout, confined.stderr) == (free.returncode, free.stdout, free.stderr)


def test_a_report_goes_where_it_was_told_to_go_in_the_sandbox(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole = run("threads", STORED[0]).stdout
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("sub/behind")
    (tmp_path / "sub" / "behind").write_text("old")
    for name in ("plain", "sub/below", "./dot", "link", str(tmp_path / "absolute")):
        assert run("threads", "-o", name, STORED[0]).returncode in (0, 3)
        assert (tmp_path / name).read_bytes() == whole
    assert (tmp_path / "link").is_symlink()
    with subprocess.Popen([PYCORE, "threads", "-o", "/dev/stdout", str(STORED[0])], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        assert process.stdout.read() == whole


def test_debuginfod_is_asked_only_when_told_to(strace, tmp_path):
    """No server is needed: what counts is that the sandbox lets the client try, and only then."""
    environment = dict(os.environ, DEBUGINFOD_URLS="http://127.0.0.1:9/", HOME=str(tmp_path),
                       DEBUGINFOD_CACHE_PATH=str(tmp_path / "cache"))
    for words, expected in ([], False), (["--debuginfod"], True):
        log = tmp_path / "log"
        library = make_library(tmp_path, "stripped.so", "-g0")
        core = tmp_path / "core"
        core.write_bytes(hostile_core.build([], files={str(library): library.read_bytes()}))
        subprocess.run(["strace", "-f", "-o", str(log), PYCORE, "stacks", *words, str(core)], env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        text = log.read_text(errors="replace")
        if expected and "libdebuginfod" in text and "libdebuginfod.so.1\", O_RDONLY|O_CLOEXEC) = -1" in text:
            pytest.skip("there is no libdebuginfod here")
        assert bool(re.search(r"\bconnect\(", text)) == expected
        assert not re.search(r"\bsocket\(.* = -1 EPERM", text)


# No control character of a dump reaches a terminal

EVIL = {  # what the stored cores say: as many bytes of evil
    b"waits-for-lock": b"\x1b]0;owned\x07\x1b[2J",
    b"wait_for": b"\x9b31m\x1b[2J",
    b"train": b"\x1b[2J\n",
    b"Trainer.step": b"\x1b[8mhidden\x7f\r",
    b"/job/victim.py": b"/job/\x1b[2J\x08\x08.p\n",
    b"/usr/lib/": b"/u\x1b[2J\n\x7f/",
    b"/usr/bin/": b"/u\x1b[2J\r\x9b/",
}
ALLOWED_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def assert_harmless(output, what):
    text = output.decode("utf-8")  # strict: sound UTF-8 only
    bad = [c for c in text if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) < 0xA0
           or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029"]
    assert not bad, "%s: %r" % (what, bad[:5])


@pytest.fixture(scope="module", params=STORED, ids=lambda path: path.name[:-len(".core.xz")])
def evil_core(request, tmp_path_factory):
    content = lzma.decompress(request.param.read_bytes())
    for plain, evil in EVIL.items():
        assert len(plain) == len(evil)
        content = content.replace(plain, evil)
    path = tmp_path_factory.mktemp("evil") / "core"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("command", QUERIES)
def test_control_characters_of_a_dump_reach_no_terminal(evil_core, command):
    shown = b""
    for form in ("text", "json"):
        done = run(command, "-v", "--format", form, evil_core)
        assert done.returncode in (0, 1, 3), done.stderr
        assert_harmless(done.stdout, "%s as %s" % (command, form))
        assert_harmless(done.stderr, "%s as %s, on stderr" % (command, form))
        shown += done.stdout + done.stderr
        if form == "json" and done.stdout:
            json.loads(done.stdout)
    if command != "gil":
        assert b"\\x1b[2J" in shown or b"\\u001b[2J" in shown  # the evil was there, and was escaped
    coloured = run(command, "--color=always", evil_core).stdout.decode("utf-8")
    assert_harmless(ALLOWED_COLOUR.sub("", coloured).encode(), "%s with colours" % command)


@pytest.mark.parametrize("command", QUERIES)
def test_control_characters_of_notes_and_paths_reach_no_terminal(tmp_path, command):
    evil = b"/\x1b]0;x\x07\x1b[2J\r\n\x9b\x7f\xe2\x80\xae.so"
    core = tmp_path / "core"
    core.write_bytes(hostile_core.build([evil, b"/" + evil * 50], libraries=["\x1b[2J\n\u202e.so"],
                                        title=b"\x1b[2J\n" * 10, name=b"\x1b[2Jpython\n"))
    for form in ("text", "json"):
        done = run(command, "-v", "--format", form, core)
        assert_harmless(done.stdout, command)
        assert_harmless(done.stderr, command + " on stderr")
