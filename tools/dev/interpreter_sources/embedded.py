# SPDX-License-Identifier: Apache-2.0
"""Interpreters inside a program of another name, which embeds a shared libpython.

    embedded.fetch("ci")
    for interpreter in embedded.find(): print(interpreter.name)

Built from embed.c for pyenv's newest version and for Debian's libpython, which is another build
than the one inside Debian's executable.
"""
import pathlib

from . import common, debian, local

SOURCE = pathlib.Path(__file__).with_name("embed.c")
LINK = ["-Wl,--allow-shlib-undefined", "-Wl,--no-as-needed"]


def offers():
    return ["embedded"] if common.have("cc") and list(libraries()) else []


def libraries():
    """(source, root or None, libpython, the program to build) for each that can be embedded."""
    for interpreter in list(local.find_pyenv())[-1:]:
        home = pathlib.Path(interpreter.command[0]).parent.parent
        for library in sorted((home / "lib").glob("libpython3.*.so.1.0")):
            yield "embedded-pyenv", None, library, common.cache_folder("embedded") / "victim-host"
    for suite in debian.SUITES:
        root = common.cache_folder("debian-" + suite) / "root"
        for library in sorted((root / "usr/lib/x86_64-linux-gnu").glob("libpython3.*.so.1.0")):
            version = library.name[len("libpython"):-len(".so.1.0")]
            if not version.endswith("d"):
                program = root / "usr/local/bin" / ("victim-host-" + version)
                yield "embedded-" + suite, root, library, program


def fetch(selection):
    for _, root, library, program in libraries():
        if program.exists():
            continue
        program.parent.mkdir(parents=True, exist_ok=True)
        rpath = [] if root else ["-Wl,-rpath," + str(library.parent)]
        try:
            common.run_quietly(["cc", "-O1", "-o", program, SOURCE, library, *LINK, *rpath])
        except (RuntimeError, OSError) as error:
            common.say("no program that embeds %s: %s" % (library.name, error))


def find():
    for source, root, _, program in libraries():
        if program.exists() and root is None:
            yield common.Interpreter(source, [str(program)])
        elif program.exists():
            suite = source[len("embedded-"):]
            yield common.Interpreter(source, ["/" + str(program.relative_to(root))], root=str(root),
                                     debug_dirs=[str(root / "usr/lib/debug")],
                                     gdb=debian.gdb_for(suite))
