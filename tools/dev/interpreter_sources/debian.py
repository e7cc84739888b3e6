# SPDX-License-Identifier: Apache-2.0
"""CPython out of Debian's suites, unpacked side by side below the cache, never installed.

    debian.fetch("ci")
    for interpreter in debian.find(): print(interpreter.name)

apt itself chooses, downloads and verifies the packages: it is given a state folder of its own with
an empty list of installed packages, and this machine's own archive and keyring. dpkg-deb unpacks.
The archive is the first one ending in `/debian` among the machine's apt sources, or
$PYCORE_DEBIAN_ARCHIVE.
"""
import os
import pathlib
import re
import shutil

from . import common

# Per suite: packages with all they need, packages taken alone, and the interpreters to look for.
SUITES = {
    "bullseye": {"install": ["python3.9", "python3.9-dbg", "python3-numpy", "python3-greenlet",
                             "libc6-dbg"],
                 "alone": ["libpython3.9-dev"], "versions": ["3.9"]},
    "bookworm": {"install": ["python3.11", "python3.11-dbg", "python3-numpy", "python3-greenlet",
                             "libc6-dbg"],
                 "alone": ["libpython3.11-dev"], "versions": ["3.11"]},
    "trixie": {"install": ["python3.13", "python3.13-dbg", "libpython3.13", "python3-numpy",
                           "python3-greenlet", "libc6-dbg"],
               "alone": ["libpython3.13-dev"], "versions": ["3.13"]},
    "sid": {"install": ["python3.14", "python3.14-dbg", "python3.15", "python3.15-dbg",
                        "libpython3.14", "libpython3.15", "python3-numpy", "python3-greenlet",
                        "libc6-dbg", "gdb"],
            "alone": ["libpython3.14-dev", "libpython3.15-dev"], "versions": ["3.14", "3.15"]},
    "forky": {"install": ["python3", "python3-numpy"], "alone": [],
              "versions": ["3.13", "3.14", "3.15"]},
}
SELECTIONS = {"ci": ["bullseye", "bookworm", "trixie", "sid"], "all": list(SUITES)}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
TOOLS = ["apt-get", "dpkg-deb", "tar"]


def fetch(selection):
    """Unpacks the suites of a selection that are not there yet."""
    archive = find_archive()
    if not offers():
        common.say("no Debian suites: this machine has no apt with a Debian archive and its keyring")
        return
    for suite in SELECTIONS[selection]:
        try:
            fetch_suite(suite, archive)
        except (RuntimeError, OSError) as error:
            common.say("no Debian %s: %s" % (suite, error))


def offers():
    reachable = find_archive() and common.have(*TOOLS) and os.path.exists(KEYRING)
    return ["debian"] if reachable else []


def find_archive():
    """The base address of the machine's own Debian archive."""
    given = os.environ.get("PYCORE_DEBIAN_ARCHIVE")
    if given:
        return given
    folder = pathlib.Path("/etc/apt/sources.list.d")
    files = [pathlib.Path("/etc/apt/sources.list")]
    files += sorted(folder.glob("*.sources")) + sorted(folder.glob("*.list"))
    for file in files:
        text = file.read_text(errors="replace") if file.exists() else ""
        for address in re.findall(r"^(?:URIs:|deb\b.*?)\s+?(\w+://\S+?/debian)/?(?:\s|$)", text, re.M):
            return address
    return None


def fetch_suite(suite, archive):
    folder, recipe = common.cache_folder("debian-" + suite), SUITES[suite]
    if common.is_stamped(folder, recipe):
        common.say("debian-%s is there" % suite)
        return
    common.say("debian-%s: downloading and unpacking into %s" % (suite, folder))
    state = folder / "apt"
    options = prepare_apt(state, suite, archive)
    common.run_quietly(["apt-get", *options, "update"])
    common.run_quietly(["apt-get", *options, "-y", "--no-install-recommends", "--download-only",
                        "install", *recipe["install"]])
    archives = state / "cache" / "archives"
    if recipe["alone"]:
        common.run_quietly(["apt-get", *options, "download", *recipe["alone"]], cwd=archives)
    unpack(sorted(archives.glob("*.deb")), folder / "root")
    shutil.rmtree(state)
    common.stamp(folder, recipe)


def prepare_apt(state, suite, archive, kind="deb"):
    """A state folder in which nothing is installed; returns the options that make apt use it."""
    shutil.rmtree(state, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial", "none"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(
        "%s [signed-by=%s] %s %s main\n" % (kind, KEYRING, archive, suite))
    settings = {"Dir::State": state, "Dir::State::status": state / "status",
                "Dir::State::lists": state / "lists", "Dir::Cache": state / "cache",
                "Dir::Etc::sourcelist": state / "sources.list",
                "Dir::Etc::sourceparts": state / "none", "APT::Architecture": "amd64",
                "APT::Architectures": "amd64", "APT::Sandbox::User": "root",
                "Debug::NoLocking": "true", "Acquire::Languages": "none",
                "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false"}
    return [part for key, value in settings.items() for part in ("-o", "%s=%s" % (key, value))]


def unpack(packages, root):
    """Unpacks packages over each other in a new folder that appears only when it is whole."""
    partial = root.with_name("root.partial")
    shutil.rmtree(partial, ignore_errors=True)
    make_skeleton(partial)
    for package in packages:
        common.run_quietly(["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner '
                            '--keep-directory-symlink -C "$2"', "unpack", package, partial])
    link_linear_algebra(partial)
    if root.exists():
        root.rename(root.with_name("root.old"))
        shutil.rmtree(root.with_name("root.old"), ignore_errors=True)
    partial.rename(root)


def make_skeleton(root):
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to("usr/" + name)
    for name in ("dev", "proc", "tmp", "etc"):
        (root / name).mkdir()


def link_linear_algebra(root):
    """What libblas3's and liblapack3's install scripts would do for NumPy (update-alternatives)."""
    libraries = root / "usr" / "lib" / "x86_64-linux-gnu"
    for folder, name in (("blas", "libblas.so.3"), ("lapack", "liblapack.so.3")):
        if (libraries / folder / name).exists() and not (libraries / name).exists():
            (libraries / name).symlink_to(folder + "/" + name)


def find():
    """Release and debug builds of every suite that is unpacked."""
    for suite, recipe in SUITES.items():
        folder = common.cache_folder("debian-" + suite)
        if not (folder / "stamp").exists():
            continue
        for version in recipe["versions"]:
            for executable in ("python" + version, "python" + version + "d"):
                if (folder / "root" / "usr" / "bin" / executable).exists():
                    yield make_interpreter(suite, folder / "root", executable)
        yield from find_started_by_hand(suite, folder / "root")


def make_interpreter(suite, root, executable):
    return common.Interpreter("debian-" + suite, ["/usr/bin/" + executable], root=str(root),
                              debug_dirs=[str(root / "usr/lib/debug")], gdb=gdb_for(suite))


def find_started_by_hand(suite, root):
    """The same executable started by its root's own ld.so: the kernel sees ld.so as the program."""
    if suite == "trixie":
        libraries = str(root / "usr/lib/x86_64-linux-gnu")
        yield common.Interpreter(
            "ldso-" + suite, [str(root / "usr/lib64/ld-linux-x86-64.so.2"), "--library-path",
                              libraries, str(root / "usr/bin/python3.13")],
            environment={"PYTHONHOME": str(root / "usr")},
            debug_dirs=[str(root / "usr/lib/debug")])


def gdb_for(suite):
    """gdb before 17 writes zeros for thread stacks where glibc is 2.42 or newer: use sid's own."""
    root = common.cache_folder("debian-sid") / "root"
    if suite in ("sid", "forky") and (root / "usr/bin/gdb").exists():
        return [str(root), "/usr/bin/gdb"]
    return []
