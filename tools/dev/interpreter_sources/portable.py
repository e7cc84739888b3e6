# SPDX-License-Identifier: Apache-2.0
"""A program of this system with its loader and libraries in one folder, to be run inside of any root.

    copied = portable.Program("/usr/bin/eu-stack", folder)
    words = copied.command(root, ["--core=/tmp/core"], binds=["/tmp"])
"""
import pathlib
import re
import shutil
import subprocess

from . import common


class Program:
    def __init__(self, path, folder):
        self.folder, self.name = pathlib.Path(folder), pathlib.Path(path).name
        if not (self.folder / self.name).exists():
            self.copy(path)

    def copy(self, path):
        self.folder.mkdir(parents=True, exist_ok=True)
        text = subprocess.run(["ldd", str(path)], check=True, stdout=subprocess.PIPE).stdout.decode()
        for library in re.findall(r"(/\S+) \(0x", text):
            shutil.copy(library, self.folder / ("ld.so" if "/ld-linux" in library else pathlib.Path(library).name))
        partial = self.folder / (self.name + ".partial")
        shutil.copy(path, partial)
        partial.rename(self.folder / self.name)

    def command(self, root, arguments, binds=()):
        inside = common.Interpreter(self.name, [], root=str(root))
        words = [self.folder / "ld.so", "--library-path", self.folder, self.folder / self.name, *arguments]
        return common.start_command(inside, list(map(str, words)), [self.folder, *binds])
