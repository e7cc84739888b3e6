# SPDX-License-Identifier: Apache-2.0
"""Interpreters that this machine has already: pyenv's, and the system's own python3.

    for interpreter in local.find(): print(interpreter.name)
"""
import os
import pathlib

from . import common

OLDEST = (3, 8)


def fetch(selection):
    """Nothing to prepare; they are here or they are not."""


def offers():
    return sorted({interpreter.source for interpreter in find()})


def find():
    yield from find_pyenv()
    yield from find_system()


def find_pyenv():
    versions = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for folder in sorted(versions.glob("3.*"), key=version_key):
        if version_key(folder) >= OLDEST:
            yield common.Interpreter("pyenv", [str(folder / "bin" / "python")])


def version_key(folder):
    numbers = folder.name.split(".")[:3]
    return tuple(int(number) for number in numbers if number.isdigit())


def find_system():
    executable = pathlib.Path("/usr/bin/python3")
    if executable.exists():
        yield common.Interpreter("system", [str(executable.resolve())],
                                 debug_dirs=existing(["/usr/lib/debug"]))


def existing(folders):
    return [folder for folder in folders if os.path.isdir(folder)]
