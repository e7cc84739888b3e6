# SPDX-License-Identifier: Apache-2.0
"""What all sources share: the cache folder, stamps, and what is known about one interpreter.

    cache = common.cache_folder("debian-sid")
    if not common.is_stamped(cache, recipe): ...; common.stamp(cache, recipe)
"""
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Optional

PROBE = r"""
import json, struct, sys, sysconfig
def can_import(name):
    try:
        return bool(__import__(name))
    except Exception:
        return False
mapped = {line.split(None, 5)[-1].strip() for line in open("/proc/self/maps")}
libpython = sorted(path for path in mapped if "/libpython3" in path)
print(json.dumps({
    "version": sys.version.split()[0].rstrip("+"), "version_info": list(sys.version_info),
    "full_version": sys.version, "executable": sys.executable,
    "pydebug": hasattr(sys, "gettotalrefcount"),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "libpython": libpython[0] if libpython else None, "shared": bool(libpython), "has_numpy": can_import("numpy"),
    "has_greenlet": can_import("greenlet"),
    "include": sysconfig.get_paths()["include"],
    "module_suffix": sysconfig.get_config_var("EXT_SUFFIX"),
    "has_jit": bool(getattr(sys, "_jit", None)) and sys._jit.is_available(),
    "has_subinterpreters": any(name in sys.builtin_module_names or
        __import__("importlib.util").util.find_spec(name) for name in
        ("_interpreters", "_xxsubinterpreters"))}))
"""


@dataclasses.dataclass
class Interpreter:
    """One interpreter as it can be started; `probe` adds what it says about itself."""
    source: str                       # first part of the name: "pyenv", "debian-sid", …
    command: list                     # inside `root` where there is one
    root: Optional[str] = None        # an unpacked system to pivot into
    environment: dict = dataclasses.field(default_factory=dict)
    debug_dirs: list = dataclasses.field(default_factory=list)
    gdb: list = dataclasses.field(default_factory=list)   # the gdb to dump it with
    facts: dict = dataclasses.field(default_factory=dict)

    @property
    def name(self):
        suffix = ("t" if self.facts["free_threaded"] else "") + ("d" if self.facts["pydebug"] else "")
        return "%s-%s%s" % (self.source, self.facts["version"], suffix)

    def host_path(self, path):
        """Where a path inside the interpreter's root lies on this machine."""
        return (self.root or "") + path

    def as_json(self):
        return dict(self.facts, name=self.name, source=self.source, command=self.command,
                    root=self.root, sysroot=self.root, environment=self.environment,
                    debug_dirs=self.debug_dirs, gdb=self.gdb)


def say(sentence):
    """Progress goes to stderr, answers to stdout."""
    print("interpreters: " + sentence, file=sys.stderr, flush=True)


def cache_folder(name=""):
    base = pathlib.Path(os.environ.get("PYCORE_CACHE", "~/.cache/pycore")).expanduser()
    folder = base / "interpreters" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recipe_digest(recipe):
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def is_stamped(folder, recipe):
    """True if `folder` was finished by this very recipe."""
    stamp_file = pathlib.Path(folder) / "stamp"
    return stamp_file.exists() and stamp_file.read_text() == recipe_digest(recipe)


def stamp(folder, recipe):
    (pathlib.Path(folder) / "stamp").write_text(recipe_digest(recipe))


def run_quietly(command, **options):
    """Runs a command; its output is shown only as the reason of a failure."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        tail = done.stdout.decode(errors="replace").strip().splitlines()[-3:]
        raise RuntimeError("%s failed: %s" % (" ".join(map(str, command[:2])), " / ".join(tail)))
    return done.stdout.decode(errors="replace")


def have(*programs):
    return all(shutil.which(program) for program in programs)


def enter_root_helper():
    """The small C program that starts a command inside a root; compiled once into the cache."""
    source = pathlib.Path(__file__).with_name("enter_root.c")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:10]
    helper = cache_folder() / ("enter_root-" + digest)
    if not helper.exists():
        partial = helper.with_suffix(".%d" % os.getpid())
        run_quietly(["cc", "-O1", "-Wall", "-o", str(partial), str(source)])
        os.rename(partial, helper)
    return str(helper)


def start_command(interpreter, arguments, binds=()):
    """The command line that starts `arguments` in the interpreter's own file system."""
    if not interpreter.root:
        return list(arguments)
    command = [enter_root_helper(), interpreter.root]
    for folder in sorted({os.getcwd(), *map(str, binds)}):
        command += ["--bind", folder]
    return command + ["--"] + list(arguments)


def start_environment(interpreter):
    """The caller's environment without what would lead the interpreter to another's files."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYENV_VERSION")
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    if interpreter.root:
        kept["PATH"] = "/usr/bin:/bin"
    return dict(kept, **interpreter.environment)


def probe(interpreter):
    """Fills `facts` by asking the interpreter, or returns None if it does not run here."""
    executable = pathlib.Path(interpreter.host_path(interpreter.command[0]))
    if not executable.exists():
        return None
    status = executable.resolve().stat() if not interpreter.root else executable.lstat()
    key = recipe_digest([PROBE, interpreter.command, interpreter.root, interpreter.environment,
                         status.st_size, status.st_mtime_ns, recipe_of(interpreter.root)])[:16]
    answer_file = cache_folder("probes") / key
    if not answer_file.exists():
        answer_file.write_text(json.dumps(ask(interpreter)))
    interpreter.facts = json.loads(answer_file.read_text())
    if "error" in interpreter.facts:
        say("%s does not run here: %s" % (interpreter.command[0], interpreter.facts["error"]))
        return None
    interpreter.facts["fingerprint"] = key
    return interpreter


def recipe_of(root):
    """The stamp beside a root, so that a root made anew is probed anew."""
    stamp_file = pathlib.Path(root).parent / "stamp" if root else None
    return stamp_file.read_text() if stamp_file and stamp_file.exists() else None


def ask(interpreter):
    command = start_command(interpreter, interpreter.command + ["-c", PROBE])
    done = subprocess.run(command, env=start_environment(interpreter), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/tmp")
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return {"error": lines[-1] if lines else "it exits with %d" % done.returncode}
    facts = json.loads(done.stdout)
    facts.update(describe_binary(interpreter, facts))
    return facts


def describe_binary(interpreter, facts):
    """What the file that holds the interpreter is like: the executable or libpython."""
    from . import elf
    path = pathlib.Path(interpreter.host_path(facts["libpython"] or facts["executable"])).resolve()
    sections = elf.section_names(path)
    return {"binary": str(path), "stripped": ".symtab" not in sections,
            "has_build_id": ".note.gnu.build-id" in sections,
            "has_debug_info": ".debug_info" in sections,
            "has_headers": bool(facts["include"]) and
                           os.path.exists(interpreter.host_path(facts["include"]) + "/Python.h")}
