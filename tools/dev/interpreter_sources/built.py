# SPDX-License-Identifier: Apache-2.0
"""CPython built here, where no distribution has it: the free-threaded build, from Debian's source package.

    built.fetch("ci")
    for interpreter in built.find(): print(interpreter.name)

Without profile-guided optimization, which takes minutes instead of an hour; with debug information.
"""
import os
import shutil

from . import common, debian

# Per name: Debian's suite and source package, and what ./configure is told.
BUILDS = {
    "built-trixie-t": ("trixie", "python3.13", ["--disable-gil"]),
}
TOOLS = ["cc", "make", "dpkg-source"]


def offers():
    return ["built"] if debian.offers() and common.have(*TOOLS) else []


def fetch(_selection):
    if not offers():
        common.say("no free-threaded build: this machine has no Debian archive, or no compiler, make and dpkg-source")
        return
    for name in BUILDS:
        try:
            build(name, *BUILDS[name])
        except (RuntimeError, OSError) as error:
            common.say("no %s: %s" % (name, error))


def build(name, suite, package, settings):
    folder, recipe = common.cache_folder(name), [suite, package, settings, 1]
    if common.is_stamped(folder, recipe):
        common.say("%s is there" % name)
        return
    common.say("%s: building it from Debian's source takes some minutes" % name)
    shutil.rmtree(folder, ignore_errors=True)
    source = unpack_source(folder / "source", suite, package)
    common.run_quietly(["./configure", "--prefix=%s" % (folder / "python"), "--with-ensurepip=no", *settings], cwd=source)
    common.run_quietly(["make", "-j%d" % (os.cpu_count() or 1)], cwd=source)
    common.run_quietly(["make", "install"], cwd=source)
    shutil.rmtree(folder / "source")
    common.stamp(folder, recipe)


def unpack_source(folder, suite, package):
    """The folder of the sources with Debian's patches; apt checks what it downloads."""
    folder.mkdir(parents=True)
    options = debian.prepare_apt(folder / "apt", suite, debian.find_archive(), kind="deb-src")
    common.run_quietly(["apt-get", *options, "update"])
    common.run_quietly(["apt-get", *options, "source", package], cwd=folder)
    return next(path.parent for path in sorted(folder.glob("*/configure")))


def find():
    for name in BUILDS:
        folder = common.cache_folder(name)
        programs = sorted((folder / "python" / "bin").glob("python3.[0-9]*t"))
        if (folder / "stamp").exists() and programs:
            yield common.Interpreter(name, [str(programs[0])])
