# SPDX-License-Identifier: Apache-2.0
"""CPython's own test suites, for interpreters that come without one.

    test_suites.fetch()                         # Debian's libpython3.x-testsuite packages
    folder, own = test_suites.find(interpreter)

Debian and uv leave the `test` package out of their builds. Debian ships its tests as a package of their own and
the runner with the standard library; both are unpacked beside the interpreters, never into one of them: an
interpreter in use is never changed. Any build of the same minor version can run them.
"""
import pathlib
import shutil

from . import common, debian

VERSIONS = {"bullseye": ["3.9"], "bookworm": ["3.11"], "trixie": ["3.13"], "sid": ["3.14", "3.15"]}


def fetch():
    """Unpacks what is not there yet; what cannot be had is said and left out."""
    archive = debian.find_archive()
    if not debian.offers():
        common.say("no test suites: this machine has no apt with a Debian archive and its keyring")
        return
    for suite, versions in VERSIONS.items():
        try:
            fetch_suite(suite, versions, archive)
        except (RuntimeError, OSError) as error:
            common.say("no test suites of Debian %s: %s" % (suite, error))


def fetch_suite(suite, versions, archive):
    folder, recipe = common.cache_folder("testsuite-" + suite), [versions, 2]
    if common.is_stamped(folder, recipe):
        return
    common.say("test suites of %s: downloading and unpacking into %s" % (suite, folder))
    options = debian.prepare_apt(folder / "apt", suite, archive)
    common.run_quietly(["apt-get", *options, "update"])
    names = ["libpython%s-%s" % (version, part) for version in versions for part in ("stdlib", "testsuite")]
    common.run_quietly(["apt-get", *options, "download", *names], cwd=folder / "apt")
    shutil.rmtree(folder / "lib", ignore_errors=True)
    for package in sorted((folder / "apt").glob("*.deb")):
        common.run_quietly(["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner --strip-components=2 '
                            '--wildcards -C "$2" "./usr/lib/python3.*/test/*"', "unpack", package, folder])
    shutil.rmtree(folder / "apt")
    common.stamp(folder, recipe)


def find(interpreter):
    """(folder of the `test` package or None, whether it is the interpreter's own) for one of `interpreters list`."""
    name = "python%d.%d" % tuple(interpreter["version_info"][:2])
    own = pathlib.Path(interpreter["executable"]).parents[1] / "lib" / name
    if not interpreter["root"] and is_whole(own / "test"):
        return own / "test", True
    places = [path / "lib" / name for path in sorted(common.cache_folder().glob("testsuite-*"))]
    places += sorted(pathlib.Path("~/.pyenv/versions").expanduser().glob("3.*/lib/" + name))
    return next((place / "test" for place in places if is_whole(place / "test")), None), False


def is_whole(suite):
    """Debian's own `test` package has the runner and no tests."""
    return (suite / "test_threading.py").exists() and (suite / "__main__.py").exists()
