# SPDX-License-Identifier: Apache-2.0
"""The sound cores: the stored ones of every version, and those that this machine can make or has made."""
import lzma
import pathlib
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
STORED = CHECKOUT / "testdata" / "stored"
sys.path.insert(0, str(CHECKOUT / "testdata" / "make"))

# One kernel core of each of these, and of one of them what gdb writes; the first that there is.
PROGRAMS = (("hang_lock", "kernel"), ("call_kinds", "kernel"), ("hang_lock", "gcore"), ("many_threads", "kernel"))


def stored_cores(folder):
    """(name, path, options): without the files that they name, wherever this runs."""
    nothing = folder / "nothing"
    nothing.mkdir(exist_ok=True)
    for packed in sorted(STORED.glob("*.core.xz")):
        path = folder / packed.name[:-len(".xz")]
        path.write_bytes(lzma.decompress(packed.read_bytes()))
        yield packed.name[:-len(".core.xz")], path, ["--sysroot", str(nothing)]


def made_cores(count):
    """Cores of this machine's interpreters, read with their files: one a minor version first, then more."""
    import core_factory
    interpreters = sorted(core_factory.list_interpreters(), key=lambda one: (rank(one), one["name"]))
    interpreters = [one for one in interpreters if not one["name"].endswith(("d", "t"))]
    made = 0
    for program, method in PROGRAMS:
        for interpreter in in_turn(interpreters):
            if made == count:
                return
            try:
                core = core_factory.make_core(interpreter, core_factory.find_program(program), method)
            except core_factory.CannotMake as reason:
                print("damage-storm: %s" % reason, file=sys.stderr)
                continue
            made += 1
            options = ["--sysroot", interpreter["root"]] if interpreter["root"] else []
            yield "%s-%s-%s" % (interpreter["name"], program, method), core.core, options


def rank(interpreter):
    return 0 if interpreter["name"].startswith(("pyenv", "system")) else 1


def in_turn(interpreters):
    """One of each minor version, then the second of each, ..."""
    seen, order = {}, []
    for one in interpreters:
        minor = tuple(one["version_info"][:2])
        seen[minor] = seen.get(minor, 0) + 1
        order.append((seen[minor], minor, one))
    return [one for _, _, one in sorted(order, key=lambda entry: entry[:2])]
