# SPDX-License-Identifier: Apache-2.0
"""Interpreters that package registries carry, taken with the registries' own clients.

    registries.fetch("ci")
    for interpreter in registries.find(): print(interpreter.name)

- Maven, `org.bytedeco:cpython`: shared libpython, stripped, built on an old system.
- Go modules, `github.com/kluctl/go-embed-python`: the builds that uv installs (clang, LTO, PGO;
  3.14 with tail calls, JIT and BOLT), stripped and without a build-id.
"""
import pathlib
import shutil
import zipfile

from . import common

MAVEN_VERSIONS = {"ci": ["3.10.8-1.5.8", "3.12.1-1.5.10", "3.14.3-1.5.13"],
                  "all": ["3.9.2-1.5.5", "3.9.6-1.5.6", "3.10.2-1.5.7", "3.10.8-1.5.8",
                          "3.11.3-1.5.9", "3.12.1-1.5.10", "3.13.0-1.5.11", "3.13.5-1.5.12",
                          "3.14.3-1.5.13"]}
GO_VERSIONS = {"ci": ["3.10.16-20241219-1", "3.11.11-20241219-1", "3.14.6-20260610-1"],
               "all": ["3.10.16-20241219-1", "3.11.11-20241219-1", "3.14.6-20260610-1"]}
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
JAR_PREFIX = "org/bytedeco/cpython/linux-x86_64/"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>unpack</artifactId><version>1</version><dependencies>
<dependency><groupId>org.bytedeco</groupId><artifactId>cpython</artifactId><version>%s</version>
<classifier>linux-x86_64</classifier><exclusions><exclusion><groupId>*</groupId>
<artifactId>*</artifactId></exclusion></exclusions></dependency></dependencies></project>
"""
GO_MODULE = """module unpack

go 1.21

require github.com/kluctl/go-embed-python v0.0.0-%s
"""
GO_PROGRAM = """package main

import (
	"fmt"
	"os"

	"github.com/kluctl/go-embed-python/python"
)

func main() {
	if _, err := python.NewEmbeddedPythonWithTmpDir(os.Args[1], false); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
"""


def fetch(selection):
    fetch_each("bytedeco", "mvn", MAVEN_VERSIONS[selection], fetch_from_maven)
    fetch_each("uv", "go", GO_VERSIONS[selection], fetch_from_go)


def offers():
    clients = {"bytedeco": "mvn", "uv": "go"}
    return [source for source, client in clients.items() if common.have(client)]


def fetch_each(source, client, versions, fetch_one):
    if not common.have(client):
        common.say("no %s builds: %s is not on this machine" % (source, client))
        return
    for version in versions:
        folder, recipe = common.cache_folder("%s-%s" % (source, version)), [version, 1]
        if common.is_stamped(folder, recipe):
            common.say("%s-%s is there" % (source, version))
            continue
        common.say("%s-%s: downloading into %s" % (source, version, folder))
        try:
            fetch_one(version, folder)
            common.stamp(folder, recipe)
        except (RuntimeError, OSError) as error:
            common.say("no %s-%s: %s" % (source, version, error))


def fetch_from_maven(version, folder):
    work = fresh_folder(folder / "work")
    (work / "pom.xml").write_text(POM % version)
    common.run_quietly(["mvn", "-q", "-B", MAVEN_PLUGIN, "-DoutputDirectory=" + str(work / "jars")],
                       cwd=work)
    jar = next((work / "jars").glob("cpython-*-linux-x86_64.jar"))
    unpack_jar(jar, fresh_folder(folder / "python"))
    shutil.rmtree(work)


def unpack_jar(jar, target):
    """The interpreter, its headers and library out of the jar; its test suite stays behind."""
    with zipfile.ZipFile(jar) as archive:
        for entry in archive.infolist():
            inner = entry.filename[len(JAR_PREFIX):]
            if not entry.filename.startswith(JAR_PREFIX) or entry.is_dir() or "/test/" in inner:
                continue
            path = target / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
            if inner.startswith("bin/") or ".so" in inner:
                path.chmod(0o755)


def fetch_from_go(version, folder):
    work = fresh_folder(folder / "work")
    (work / "go.mod").write_text(GO_MODULE % version)
    (work / "main.go").write_text(GO_PROGRAM)
    common.run_quietly(["go", "run", "-mod=mod", ".", str(fresh_folder(folder / "python"))],
                       cwd=work)
    shutil.rmtree(work)


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def find():
    for folder in sorted(common.cache_folder().glob("bytedeco-*")):
        yield from find_bytedeco(folder)
    for folder in sorted(common.cache_folder().glob("uv-*")):
        if (folder / "stamp").exists():
            yield common.Interpreter("uv", [str((folder / "python/bin/python3").resolve())])


def find_bytedeco(folder):
    if not (folder / "stamp").exists():
        return
    home = folder / "python"
    version = ".".join(folder.name.split("-")[1].split(".")[:2])
    yield common.Interpreter("bytedeco", [str(home / "bin" / ("python" + version))],
                             environment={"PYTHONHOME": str(home), "LD_LIBRARY_PATH": str(home)})
