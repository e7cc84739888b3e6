# SPDX-License-Identifier: Apache-2.0
"""What the victims run: CPython's own test suite above all, its command line tools, and a few loops over them.

    workload = workloads.choose(random.Random(7), interpreter, suite, folder)
    workload.name, workload.plan
"""
import dataclasses
import os
import pathlib
import re

OWN = pathlib.Path(__file__).with_name("workloads")

# Tests whose threads, servers and pools make stacks of several threads; they are drawn more often than all others.
CONCURRENT = """threading queue thread threadsignals threading_local threadedtempfile concurrent_futures asyncio
    socketserver httpservers logging ftplib smtplib imaplib poplib xmlrpc docxmlrpc urllib2_localnet ssl socket
    wsgiref sched context contextlib_async subprocess asyncgen coroutines selectors signal timeout thread_pool
    robotparser sqlite3 io fileio bz2 lzma functools weakref gc zlib hashlib decimal""".split()

# Tests that take faulthandler's handler away, need rights or machines that are not there, build extensions,
# leave files outside of their folder, look at other processes, or start many interpreters of their own.
UNFIT = re.compile(r"""test_(?:_?interp.*|_test_.*|.*faulthandler|.*multiprocessing.*|regrtest|libregrtest|big.*|
    largefile|venv|ensurepip|tools|peg_generator|gdb|curses|tk.*|ttk.*|tcl|idle|turtle.*|tix|win.*|ms.*|zipfile64|
    crypt|nis|devpoll|kqueue|pty|openpty|fork1|wait3|wait4|resource|posix|syslog|audit|embed|c.*ext|perf.*|android|
    apple|remote_pdb|external_inspection|profiling|sampling.*|support|pwd|grp|spwd|ossaudiodev|dbm.*|site|smtpnet|
    urllib2net|urllibnet|nntplib|ioctl|distutils|stable_abi_ctypes|xpickle|launcher|stringprep|builtin|sys_settrace_t|
    capi|code_module|__.*|signal_kill|eintr|pep3151|wmi|crashers|monitoring_t|killed)""", re.VERBOSE)
TESTS_A_VICTIM = 8


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    plan: dict                 # what victim.py is told
    environment: dict = dataclasses.field(default_factory=dict)


def choose(random, interpreter, suite, folder):
    """One workload by chance; `suite` is the folder of the `test` package or None."""
    makers = [library_tool, own_loop]
    weights = [1, 2]
    if suite:
        makers, weights = makers + [test_suite], weights + [7]
    made = random.choices(makers, weights)[0](random, interpreter, suite, folder)
    if interpreter.get("has_jit") and random.random() < 0.5:
        made = dataclasses.replace(made, name=made.name + " (JIT)", environment={"PYTHON_JIT": "1"})
    return made


def test_suite(random, _interpreter, suite, folder):
    """Some modules in one process, as `python -m test` runs them."""
    tests = list_tests(suite)
    concurrent = [name for name in tests if name[len("test_"):] in CONCURRENT]
    names = random.sample(concurrent if random.random() < 0.6 else tests, TESTS_A_VICTIM)
    return Workload("test: " + " ".join(names), {
        "module": "test", "arguments": ["--tempdir", str(folder / "tmp"), *names]})


def list_tests(suite):
    names = {re.sub(r"\.py$", "", name) for name in os.listdir(suite) if name.startswith("test_")}
    return sorted(name for name in names if not UNFIT.fullmatch(name))


def library_tool(random, _interpreter, _suite, folder):
    """A tool of the standard library at work on the standard library itself (LIBRARY: victim.py fills it in)."""
    tools = {
        "compileall": ["-q", "-f", "-j", "1", "LIBRARY"],
        "timeit": ["-n", "100000000", "-s", "import json, re",
                   "re.sub('[a-z]+', lambda m: m.group().upper(), json.dumps({str(i): [i] * 5 for i in range(50)}))"],
        "tabnanny": ["LIBRARY"],
        "cProfile": ["-m", "compileall", "-q", "-f", "LIBRARY"],
        "trace": ["--count", "--missing", "--coverdir", str(folder / "tmp"), "--module", "tabnanny", "LIBRARY"],
        "zipfile": ["-c", str(folder / "library.zip"), "LIBRARY"],
        "tarfile": ["-c", str(folder / "library.tar.gz"), "LIBRARY"],
        "pydoc": ["-w", "LIBRARY"],
    }
    name = random.choice(sorted(tools))
    return Workload("library: " + name, {"module": name, "arguments": tools[name]})


def own_loop(random, interpreter, _suite, _folder):
    """Threads, servers and event loops that use the standard library, and NumPy where it is there."""
    scripts = sorted(path for path in OWN.glob("*.py")
                     if path.stem != "numpy_pool" or interpreter.get("has_numpy"))
    script = random.choice(scripts)
    return Workload("loop: " + script.stem, {"script": str(script), "arguments": []})
