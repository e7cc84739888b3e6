# SPDX-License-Identifier: Apache-2.0
"""Makes real core files: runs a victim program under an interpreter and dumps it.

    import core_factory
    interpreters = core_factory.list_interpreters("pyenv-3.13*")
    made = core_factory.make_core(interpreters[0], core_factory.find_program("hang_lock"), "kernel")
    print(made.core, made.truth)

Methods: `kernel` (a signal, the kernel writes the core) and `gcore` (gdb from outside, the process
goes on). Cores are kept in a cache, keyed by everything they were made from, and written sparsely.
What cannot be made raises `CannotMake` with a sentence that says why.
"""
import contextlib
import dataclasses
import fcntl
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = CHECKOUT / "testdata" / "programs"
INTERPRETERS_TOOL = CHECKOUT / "tools" / "dev" / "interpreters"
CACHE = pathlib.Path(os.environ.get("PYCORE_CACHE", "~/.cache/pycore")).expanduser()
METHODS = ("kernel", "gcore")
TRUTH_TIMEOUT_SECONDS = 90.0
DUMP_TIMEOUT_SECONDS = 180.0
VICTIM_LIMIT_SECONDS = 600      # a victim whose maker was killed does not stay for ever


class CannotMake(Exception):
    """A core that this machine cannot give; the message says why."""


@dataclasses.dataclass(frozen=True)
class Program:
    """One file of testdata/programs and what its header says about it."""
    name: str
    path: pathlib.Path
    settings: dict
    arguments: tuple


@dataclasses.dataclass(frozen=True)
class MadeCore:
    core: pathlib.Path
    truth: pathlib.Path
    details: dict


def list_interpreters(pattern="*"):
    """Interpreters that run on this machine and whose name matches."""
    text = subprocess.run([str(INTERPRETERS_TOOL), "list", "--json"], check=True,
                          stdout=subprocess.PIPE).stdout
    return [found for found in json.loads(text) if fnmatch.fnmatch(found["name"], pattern)]


def list_programs(pattern="*"):
    """Victim programs and their variants by name; `truth*.py` are their helpers."""
    paths = sorted(path for path in PROGRAMS.glob("*.py") if not path.stem.startswith("truth"))
    programs = [program for path in paths for program in read_programs(path)]
    return [program for program in programs if fnmatch.fnmatch(program.name, pattern)]


def find_program(name):
    """One program; a name like `many_threads--threads=50` needs no such variant to be listed."""
    stem, *arguments = name.split("--")
    for program in list_programs(stem):
        return add_arguments(program, ["--" + argument for argument in arguments])
    raise CannotMake("no program named %s in %s" % (stem, PROGRAMS))


def read_programs(path):
    """The line `# victim: {json}` of a program says how it ends, what it needs, its variants."""
    settings = {"ends": "hang", "needs": [], "min_version": [3, 8], "variants": []}
    with open(path, encoding="utf-8") as source:
        for line in source:
            if line.startswith("# victim:"):
                settings.update(json.loads(line[len("# victim:"):]))
                break
    program = Program(path.stem, path, settings, ())
    return [program] + [add_arguments(program, variant) for variant in settings["variants"]]


def add_arguments(program, arguments):
    return dataclasses.replace(program, name=program.name + "".join(arguments),
                               arguments=tuple(arguments))


def offered_sources():
    """Sources that this machine can give interpreters from, fetched or not."""
    text = subprocess.run([str(INTERPRETERS_TOOL), "sources"], check=True,
                          stdout=subprocess.PIPE).stdout
    return text.decode().split()


def makes_sense(interpreter, program, method):
    return why_no_sense(interpreter, program, method) is None


def why_no_sense(interpreter, program, method):
    """A sentence if this program cannot be run or dumped so by this interpreter, else None."""
    settings, version = program.settings, interpreter["version_info"][:2]
    if method == "gcore" and settings["ends"] == "crash":
        return "%s dies by itself, gcore needs a process that stands" % program.name
    if version < settings["min_version"]:
        return "%s needs Python %d.%d" % (program.name, *settings["min_version"])
    if "max_version" in settings and version > settings["max_version"]:
        return "%s is for Python up to %d.%d" % (program.name, *settings["max_version"])
    facts = dict(interpreter, has_gil=not interpreter["free_threaded"])
    for need in settings["needs"]:
        if not facts.get("has_" + need, False):
            return "%s has no %s" % (interpreter["name"], need)
    return None


def why_not(interpreter, program, method):
    """A sentence if this combination makes no sense or cannot be had here, else None."""
    reason = why_no_sense(interpreter, program, method)
    if reason is None and method == "kernel":
        reason = why_no_kernel_core()
    return reason


def why_no_kernel_core():
    pattern = read_core_pattern()
    if pattern.startswith("|"):
        return "the kernel pipes cores to %s; set kernel.core_pattern=core" % pattern[1:].split()[0]
    if not pattern:
        return "kernel.core_pattern is empty"
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        return "the hard limit of the core size is 0"
    return None


def read_core_pattern():
    return pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()


def make_core(interpreter, program, method, out_dir=None):
    """Core and truth of one combination, from the cache if it was made before."""
    reason = why_not(interpreter, program, method)
    if reason:
        raise CannotMake(reason)
    base = pathlib.Path(out_dir or CACHE / "cores").absolute()
    folder = base / make_key(interpreter, program, method)
    with locked(base / ".locks" / folder.name):
        if not (folder / "details.json").exists():
            make_core_in(folder, interpreter, program, method)
    details = json.loads((folder / "details.json").read_text())
    return MadeCore(folder / "core", folder / "truth.json", details)


@contextlib.contextmanager
def locked(path):
    """Only one process makes the same core at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_key(interpreter, program, method):
    """A readable folder name that changes when anything changes that the core depends on."""
    digest = hashlib.sha256()
    helpers = sorted(PROGRAMS.glob("truth*.py")) + sorted((PROGRAMS / "ext").glob("*"))
    for path in [program.path, *helpers]:
        digest.update(path.read_bytes())
    digest.update(interpreter["fingerprint"].encode())
    digest.update(str(program.path).encode())
    return "%s-%s-%s-%s" % (interpreter["name"], program.name, method, digest.hexdigest()[:10])


def remove_stale_cores():
    """Removes cached cores whose key no longer follows from the sources and the interpreters."""
    current = {make_key(interpreter, program, method) for interpreter in list_interpreters()
               for program in list_programs() for method in METHODS}
    folders = [path for path in (CACHE / "cores").glob("[!.]*") if path.name not in current]
    for folder in folders:
        shutil.rmtree(folder)
    return folders


def make_core_in(folder, interpreter, program, method):
    """Runs the victim in its folder, which keeps what the victim writes there: sources, output."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    details = run_and_dump(folder, interpreter, program, method)
    os.chmod(folder / "core", 0o644)
    (folder / "details.json").write_text(json.dumps(details, indent=1))


def run_and_dump(folder, interpreter, program, method):
    truth = folder / "truth.json"
    victim = start_victim(folder, interpreter, program, truth)
    try:
        if program.settings["ends"] == "crash":
            victim.wait(TRUTH_TIMEOUT_SECONDS)
        else:
            wait_for_truth(victim, truth, folder)
            wait_until_quiet(victim.pid, truth)
        return DUMPERS[method](folder, interpreter, victim, program.settings)
    except subprocess.TimeoutExpired:
        raise CannotMake("%s neither told its truth nor died" % program.name) from None
    finally:
        end_group(victim)


def end_group(victim):
    """Ends the victim and the children that it started in its own process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()


def start_victim(folder, interpreter, program, truth):
    """The victim as our child, in its own folder, with the limit of the core's size raised."""
    library = build_library()
    command = [str(INTERPRETERS_TOOL), "run", interpreter["name"], "--dump-core",
               "--limit", str(VICTIM_LIMIT_SECONDS),
               "--bind", str(CHECKOUT), "--bind", str(folder), "--bind", str(library.parent), "--",
               str(program.path), "--truth", str(truth), "--lib", str(library),
               "--folder", str(folder), *program.arguments]
    if program.settings.get("module"):
        command += ["--module", str(build_module(interpreter).parent)]
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8",
                       **program.settings.get("environment", {}))
    with open(folder / "output.txt", "wb") as output:
        return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=output, start_new_session=True)


def build_library():
    """libvictim.so for all interpreters."""
    return compile_once(PROGRAMS / "ext" / "victim.c", "libvictim-%s.so", ["-O1"])


def build_module(interpreter):
    """victimmodule for one interpreter, in a folder of its own, with that one's own headers."""
    include = (interpreter["root"] or "") + interpreter["include"]
    # Debian's pyconfig.h includes another one by a path below the folder above.
    flags = ["-O2", "-I", include, "-idirafter", os.path.dirname(include)]
    name = "%s-%%s/victimmodule%s" % (interpreter["fingerprint"], interpreter["module_suffix"])
    return compile_once(PROGRAMS / "ext" / "victimmodule.c", name, flags)


def compile_once(source, name, flags):
    """A shared object in the cache, made again when its source changes."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:10]
    target = CACHE / "ext" / (name % digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(".%d.%s" % (os.getpid(), target.name))
        done = subprocess.run(["cc", "-g", "-Wall", "-fPIC", "-shared", "-nostdlib", *flags,
                               "-o", str(partial), str(source)])
        if done.returncode:
            raise CannotMake("cc cannot compile " + source.name)
        os.rename(partial, target)
    return target


def wait_for_truth(victim, truth, folder):
    deadline = time.monotonic() + TRUTH_TIMEOUT_SECONDS
    while not truth.exists():
        if victim.poll() is not None:
            raise CannotMake("the victim ended without a truth: " + last_line(folder))
        if time.monotonic() > deadline:
            raise CannotMake("the victim told no truth in time: " + last_line(folder))
        time.sleep(0.01)


def last_line(folder):
    lines = (folder / "output.txt").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"


def wait_until_quiet(pid, truth_path):
    """After the truth is written every thread still has to reach its last instruction."""
    truth = json.loads(truth_path.read_text())
    busy = set(truth["expect"].get("busy_tids", []))
    deadline, quiet_since = time.monotonic() + 10.0, None
    time.sleep(truth["expect"].get("settle_seconds", 0.1))
    while time.monotonic() < deadline:
        if not all(thread_is_asleep(pid, tid) for tid in threads_of(pid) if tid not in busy):
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > 0.1:
            return
        time.sleep(0.02)
    raise CannotMake("the threads of the victim never came to rest")


def threads_of(pid):
    return [int(name) for name in os.listdir("/proc/%d/task" % pid)]


def thread_is_asleep(pid, tid):
    text = pathlib.Path("/proc/%d/task/%d/stat" % (pid, tid)).read_bytes()
    return text.rpartition(b")")[2].split()[0] in (b"S", b"T")


def dump_by_kernel(folder, interpreter, victim, settings):
    """Ends the victim by a signal, unless it ended itself, and finds the kernel's core."""
    if settings["ends"] != "crash":
        victim.send_signal(getattr(signal, settings.get("signal", "SIGABRT")))
        victim.wait(DUMP_TIMEOUT_SECONDS)
    if victim.returncode >= 0:
        raise CannotMake("the victim left with %d: %s" % (victim.returncode, last_line(folder)))
    found = find_kernel_core(folder, interpreter, victim.pid)
    copy_sparsely(found, folder / "core")
    if found != folder / "core":
        found.unlink()
    return {"method": "kernel", "signal": -victim.returncode, "pid": victim.pid}


def find_kernel_core(folder, interpreter, pid):
    """The core that core_pattern promises, in the victim's folder or where an absolute path says."""
    pattern = read_core_pattern()
    if pattern.startswith("/"):
        root = pathlib.Path(interpreter["root"] or "/")
        folder = root / pathlib.Path(pattern).parent.relative_to("/")
    name = pathlib.Path(pattern).name
    candidates = [folder / (name + ".%d" % pid), folder / name.replace("%p", str(pid))]
    candidates += sorted(folder.glob("*core*"), key=lambda path: -path.stat().st_mtime)
    for path in candidates:
        if path.is_file() and path.stat().st_size:
            return path
    raise CannotMake("the kernel wrote no core for %d (pattern %s)" % (pid, pattern))


def copy_sparsely(source, target):
    if source != target:
        subprocess.run(["cp", "--sparse=always", str(source), str(target)], check=True)


def dump_by_gcore(folder, interpreter, victim, settings):
    """gdb's gcore from outside; a newer gdb out of a Debian suite where this machine's is too old."""
    written = folder / "core.by-gdb"
    command = [str(INTERPRETERS_TOOL), "gdb", interpreter["name"], "--bind", str(folder), "--",
               "-nx", "--batch", "-iex", "set debuginfod enabled off", "-p", str(victim.pid),
               "-ex", "gcore %s" % written, "-ex", "detach"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=DUMP_TIMEOUT_SECONDS)
    if not written.exists():
        raise CannotMake("gcore failed: " + done.stdout.decode(errors="replace").strip()[-300:])
    copy_sparsely(written, folder / "core")
    written.unlink()
    return {"method": "gcore", "signal": None, "pid": victim.pid,
            "stacks_zeroed": wrote_zeros(done.stdout)}


def wrote_zeros(gdb_output):
    """True if gdb could not read a section and left it zero; vsyscall is never readable."""
    failed = re.findall(rb"Memory read failed for corefile section, \d+ bytes at (0x[0-9a-f]+)",
                        gdb_output)
    return any(int(address, 16) < 1 << 63 for address in failed)


DUMPERS = {"kernel": dump_by_kernel, "gcore": dump_by_gcore}
