# SPDX-License-Identifier: Apache-2.0
"""The command line as people meet it: wrong words, bad files, damaged cores, pipes and output files.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_cli.py
"""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / "testdata" / "make"), str(CHECKOUT / "tests" / "support")]

PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))
QUERIES = ["stacks", "threads", "gil", "info", "modules"]

ET_EXEC, ET_CORE = 2, 4
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
PT_LOAD, PT_NOTE = 1, 4


def pycore(*arguments, **options):
    options.setdefault("timeout", 60)
    return subprocess.run([PYCORE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, **options)


def elf_header(kind=ET_CORE, machine=EM_X86_64, elf_class=2, data=1, segments=0, offset=64):
    ident = b"\x7fELF" + bytes([elf_class, data, 1]) + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, offset, 0, 0, 64, 56, segments, 0, 0, 0)


def segment(kind, offset, size, address=0, memory=0):
    return struct.pack("<IIQQQQQQ", kind, 4, offset, address, address, size, memory or size, 1)


BAD_FILES = {
    "empty": b"",
    "one byte": b"\x7f",
    "text": b"this is no core, it is a letter\n" * 100,
    "magic alone": b"\x7fELF",
    "program": elf_header(kind=ET_EXEC),
    "aarch64 core": elf_header(machine=EM_AARCH64, segments=1) + segment(PT_NOTE, 120, 0),
    "32-bit core": elf_header(machine=EM_386, elf_class=1),
    "big-endian core": elf_header(data=2),
    "cut in the file header": elf_header(segments=3)[:40],
    "cut in the program headers": elf_header(segments=3) + segment(PT_NOTE, 500, 100)[:30],
    "program headers far away": elf_header(segments=3, offset=2 ** 63),
    "no segments": elf_header(),
    "no notes": elf_header(segments=1) + segment(PT_LOAD, 120, 0, 0x1000, 0x1000),
    "notes far away": elf_header(segments=1) + segment(PT_NOTE, 2 ** 60, 2 ** 62),
}
# The headers are sound, so whatever can be told of such a core is told.
DAMAGED_CORES = {
    "notes of noise": elf_header(segments=1) + segment(PT_NOTE, 120, 4000) + random.Random(1).randbytes(4000),
    "absurd note size": elf_header(segments=1) + segment(PT_NOTE, 120, 12) + struct.pack("<III", 2 ** 32 - 1, 2 ** 32 - 1, 1),
}


def assert_one_sentence(done, command, target):
    """No answer: nothing on stdout, one line on stderr that names command, target and cause."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    beginning = "pycore %s: %s: " % (command, target)
    assert lines[0].startswith(beginning)
    message = lines[0][len(beginning):]
    assert len(message) > 8 and not message.endswith(".")


# Bad input


@pytest.mark.parametrize("kind", BAD_FILES)
@pytest.mark.parametrize("command", QUERIES)
def test_a_file_that_is_no_sound_core_is_one_sentence(tmp_path, command, kind):
    path = tmp_path / "input"
    path.write_bytes(BAD_FILES[kind])
    assert_one_sentence(pycore(command, path), command, path)


@pytest.mark.parametrize("kind", DAMAGED_CORES)
@pytest.mark.parametrize("command", QUERIES)
def test_a_core_with_damaged_notes_says_so(tmp_path, command, kind):
    path = tmp_path / "input"
    path.write_bytes(DAMAGED_CORES[kind])
    done = pycore(command, path)
    assert done.returncode in (1, 3)
    assert "notes" in done.stderr


@pytest.mark.parametrize("kind, word", [
    ("empty", "empty"), ("text", "core"), ("program", "core"), ("aarch64 core", "aarch64"), ("32-bit core", "32"),
    ("cut in the program headers", "header")])
def test_the_sentence_tells_the_cause(tmp_path, kind, word):
    path = tmp_path / "input"
    path.write_bytes(BAD_FILES[kind])
    message = pycore("stacks", path).stderr.split(": ", 2)[2]
    assert word in message


def test_a_path_that_is_no_file(tmp_path):
    assert_one_sentence(pycore("stacks", tmp_path / "missing"), "stacks", tmp_path / "missing")
    assert_one_sentence(pycore("stacks", tmp_path), "stacks", tmp_path)
    assert_one_sentence(pycore("stacks", "/dev/null"), "stacks", "/dev/null")
    os.mkfifo(tmp_path / "pipe")
    assert_one_sentence(pycore("stacks", tmp_path / "pipe", timeout=10), "stacks", tmp_path / "pipe")


def test_a_name_with_controls_is_escaped_in_messages(tmp_path):
    done = pycore("stacks", str(tmp_path) + "/\x1b[31m\n")
    assert "\\x1b[31m\\x0a" in done.stderr
    assert "\x1b" not in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--pid", "2147483600"], ["2147483600"]])
def test_a_process_id_is_understood_and_looked_for(tmp_path, arguments):
    done = pycore("stacks", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no process with this id" in done.stderr
    (tmp_path / "1").write_text("a file")
    assert "gcore PID` makes" not in pycore("stacks", "1", cwd=tmp_path).stderr


# Wrong words


@pytest.mark.parametrize("arguments, hint", [
    ([], "pycore help"),
    (["stack"], "pycore stacks"),
    (["frobnicate"], "pycore help"),
    (["stacks"], "pycore help stacks"),
    (["stacks", "a", "b"], "one target"),
    (["stacks", "--bogus", "a"], "--bogus"),
    (["stacks", "--native=some", "a"], "auto, all, none"),
    (["stacks", "--format", "xml", "a"], "text, json"),
    (["stacks", "--format", "json", "--format", "text", "a"], "more than once"),
    (["stacks", "--thread", "x", "a"], "number"),
    (["freeze", "--max-pause", "abc", "1"], "number"),
    (["freeze", "--max-pause", "5ms", "1"], "number"),
    (["freeze", "99999999999999999999"], "running process"),
    (["stacks", "--output"], "--output"),
    (["stacks", "--pid", "1", "a"], "--pid"),
    (["gil", "--thread", "1", "a"], "--thread"),
    (["help", "stakcs"], "pycore stacks"),
])
def test_wrong_usage_says_what_would_be_right(arguments, hint):
    done = pycore(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert hint in done.stderr


@pytest.mark.parametrize("word", ["%original_token%", "%canonical_option%", "100%", "%value%%value%"])
def test_an_unknown_option_with_percent_signs_does_not_hang(word):
    done = pycore("stacks", "--" + word, "core", timeout=20)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "--" + word in done.stderr


def test_controls_in_a_wrong_option_are_escaped():
    for arguments in (["--\x1b[31m", "a"], ["--format=\x1b[31m", "a"], ["--thread", "\x9b1\n", "a"]):
        done = pycore("stacks", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert not any(c in done.stderr for c in "\x1b\x9b")


def test_controls_in_the_name_of_an_output_file_are_escaped(core, tmp_path):
    done = pycore("gil", "-o", tmp_path / "missing" / "\x1b[31m", core)
    assert done.returncode == 1
    assert "\\x1b[31m" in done.stderr and "\x1b" not in done.stderr


def test_a_core_without_a_command_is_understood(tmp_path):
    path = tmp_path / "core.1"
    path.write_bytes(b"")
    done = pycore(path)
    assert done.returncode == 2
    assert "pycore stacks %s" % path in done.stderr


# Help


@pytest.mark.parametrize("command", QUERIES)
def test_help_is_the_same_everywhere(command):
    texts = {pycore("help", command).stdout, pycore(command, "--help").stdout, pycore(command, "-h").stdout}
    assert len(texts) == 1
    text = texts.pop()
    assert text.startswith("pycore-%s - " % command)
    page = pathlib.Path(PYCORE).with_name("pycore-%s.1" % command)
    if page.exists() and page.stat().st_mtime >= os.stat(PYCORE).st_mtime:  # else only `pycore` was built
        assert pycore("help", "--man", command).stdout == page.read_text()


def test_help_and_version_answer():
    done = pycore("help")
    assert done.returncode == 0
    for command in QUERIES:
        assert "pycore " + command in done.stdout
    assert pycore("--help").stdout == done.stdout
    assert pycore("--version").stdout.startswith("pycore 0.")


# Where output goes


def test_a_reader_that_goes_away_is_no_failure():
    with subprocess.Popen([PYCORE, "help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_a_full_disk_is_told():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([PYCORE, "help"], stdout=full, stderr=subprocess.PIPE, timeout=30)
    assert done.returncode == 1


# With a real core


@pytest.fixture(scope="session")
def core():
    """A hanging program of the newest Python whose files are here under the names that its core has."""
    import core_factory
    interpreters = [found for found in core_factory.list_interpreters() if not found["root"]]
    interpreters.sort(key=lambda found: found["version_info"], reverse=True)
    reasons = []
    for interpreter in interpreters:
        for method in core_factory.METHODS:
            try:
                return core_factory.make_core(interpreter, core_factory.find_program("hang_lock"), method).core
            except core_factory.CannotMake as reason:
                reasons.append(str(reason))
    pytest.skip("no core could be made: " + "; ".join(reasons))


@pytest.mark.parametrize("command", QUERIES)
def test_json_of_a_real_core_follows_the_schema(core, command):
    schemas = pytest.importorskip("schemas", reason="python3-jsonschema is not installed")
    done = pycore(command, "--format=json", core)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    schemas.validate(document)
    assert document["schema"] == "pycore/%s/1" % command
    assert document["source"]["path"] == str(core)


@pytest.mark.parametrize("command", QUERIES)
def test_text_of_a_real_core(core, command):
    done = pycore(command, core)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n") and "\x1b" not in done.stdout
    assert done.stderr == ""


def test_colour_only_when_asked_or_on_a_terminal(core):
    assert "\x1b[" in pycore("stacks", "--color=always", core).stdout
    assert "\x1b[" not in pycore("stacks", core).stdout
    assert "\x1b[" in pycore("stacks", core, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in pycore("stacks", core, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[" not in pycore("stacks", "--color=never", core, env={"FORCE_COLOR": "1"}).stdout


def test_native_none_shows_python_alone(core):
    text = pycore("stacks", "--native=none", core).stdout
    assert "[native]" not in text
    assert "wait_for_lock" in text
    assert "[native]" in pycore("stacks", "--native=all", core).stdout


def test_a_recursion_is_shortened_but_told(core):
    assert "[Previous frame repeated" in pycore("stacks", "--native=none", core).stdout


def test_one_thread_of_many(core):
    tids = [thread["tid"] for thread in json.loads(pycore("threads", "--format=json", core).stdout)["threads"]]
    wanted = tids[-1]
    threads = json.loads(pycore("stacks", "--format=json", "--thread", wanted, core).stdout)["threads"]
    assert [thread["tid"] for thread in threads] == [wanted]
    done = pycore("stacks", "--thread", "1", core)
    assert done.returncode == 1
    assert "no thread 1" in done.stderr


def test_output_appears_whole_or_not_at_all(core, tmp_path):
    report = tmp_path / "report.txt"
    report.write_text("old")
    assert pycore("stacks", "--output", report, core).stdout == ""
    assert report.read_text() == pycore("stacks", core).stdout
    assert os.listdir(tmp_path) == ["report.txt"]

    link = tmp_path / "link"
    link.symlink_to(report)
    assert pycore("gil", "-o", link, core).returncode == 0
    assert link.is_symlink() and report.read_text() == pycore("gil", core).stdout

    done = pycore("stacks", "-o", tmp_path / "missing" / "report", core)
    assert done.returncode == 1
    assert "cannot write" in done.stderr

    assert pycore("stacks", "-o", "/dev/null", core).returncode == 0
    assert pathlib.Path("/dev/null").is_char_device()


def test_a_failed_query_leaves_an_old_report_alone(tmp_path):
    report = tmp_path / "report.txt"
    report.write_text("old")
    assert pycore("stacks", "-o", report, tmp_path / "missing").returncode == 1
    assert report.read_text() == "old"


@pytest.mark.parametrize("percent", [99, 90, 70, 50, 30, 10, 3, 1])
@pytest.mark.parametrize("command", QUERIES)
def test_a_cut_core_is_read_as_far_as_it_goes(core, tmp_path, command, percent):
    size = core.stat().st_size
    cut = tmp_path / "cut"
    copy_sparsely(core, cut)
    os.truncate(cut, size * percent // 100)
    done = pycore(command, cut)
    assert done.returncode in (0, 1, 3), done.stderr
    if done.returncode != 0:
        assert done.stderr != ""


@pytest.mark.parametrize("seed", range(12))
def test_a_core_with_flipped_bytes_never_crashes_the_reader(core, tmp_path, seed):
    damaged = tmp_path / "damaged"
    copy_sparsely(core, damaged)
    generator = random.Random(seed)
    head = 64 * 1024 if seed % 2 else core.stat().st_size
    with open(damaged, "r+b") as file:
        for _ in range(200):
            file.seek(generator.randrange(head))
            file.write(generator.randbytes(generator.choice([1, 2, 8])))
    for command in ("stacks", "info"):
        done = pycore(command, "--format=json", damaged)
        assert done.returncode in (0, 1, 3), done.stderr
        if done.stdout:
            json.loads(done.stdout)


def test_a_program_without_python_gives_native_stacks(tmp_path):
    core = dump_a_program(["sleep", "1000"], tmp_path)
    done = pycore("stacks", "--format=json", core)
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document["completeness"] == "native_only"
    assert document["runtime"] is None
    assert document["threads"][0]["frames"]
    assert len(done.stderr.splitlines()) == 1
    assert pycore("gil", core).returncode == 1
    assert pycore("info", core).returncode == 3
    assert pycore("modules", core).returncode == 0


def copy_sparsely(source, target):
    subprocess.run(["cp", "--sparse=always", source, target], check=True)


def dump_a_program(command, folder):
    with subprocess.Popen(command) as program:
        try:
            made = subprocess.run(["gcore", "-o", str(folder / "core"), str(program.pid)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            pytest.skip("there is no gcore")
        finally:
            program.kill()
        if made.returncode != 0:
            pytest.skip("gcore cannot attach to our own child here")
    return folder / ("core.%d" % program.pid)
