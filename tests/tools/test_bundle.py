# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Snapshots that leave the machine: bundles, plain cores out of them, and what is left out on purpose."""
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile

import pytest

from live_victims import HANGS, PYCORE, pycore, stacks_of, start, told  # noqa: F401

QUERIES = [(query, form) for query in ("stacks", "threads", "gil", "info", "modules") for form in ("text", "json")]

SECRETS = """
import os, threading, time
narrow = "narrow-secret-%d" % os.getpid()
wide = "wide-\\u0416\\u0414-secret"
widest = "widest-\\U0001f600-secret"
octets = b"octets-secret-%d" % os.getpid()
array = bytearray(b"array-secret-0123456789")
os.environ["LATE"] = "environ-secret-late"
def hold(password):
    print("ready", flush=True)
    time.sleep(1e6)
hold("password-secret-" + narrow)
"""


def freeze(process, file, *options):
    done = pycore("freeze", *options, "-o", file, process.pid)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture
def elsewhere(tmp_path):
    """elsewhere(arguments): pycore where there is nothing but itself, its libraries and what lies in data/."""
    if os.geteuid() != 0:
        pytest.skip("another root directory needs root")
    root = tmp_path / "elsewhere"
    for folder in ("own", "tmp", "data"):
        (root / folder).mkdir(parents=True)
    shutil.copy(PYCORE, root / "own" / "pycore")
    listed = subprocess.run(["ldd", PYCORE], stdout=subprocess.PIPE, universal_newlines=True).stdout
    for word in listed.split():
        if word.startswith("/"):
            shutil.copy(os.path.realpath(word), root / "own" / os.path.basename(word))

    def run(*arguments):
        command = ["/own/ld-linux-x86-64.so.2", "--library-path", "/own", "/own/pycore", *arguments]
        return subprocess.run(["chroot", root, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    run.data = root / "data"
    return run


def found_left_out(output):
    """Where a file was found is another place elsewhere, and nothing else."""
    document = json.loads(output)
    for module in document["modules"]:
        assert module["found"] is not None or module["path"] == "[vdso]"
        module["found"] = None
    return document


@pytest.mark.parametrize("how", ["core", "freeze"])
def test_a_bundle_gives_the_same_answers_where_none_of_the_files_are(how, start, tmp_path, elsewhere):  # noqa: F811
    process = start(sys.executable, HANGS)
    here = tmp_path / "data"
    here.mkdir()
    frozen = freeze(process, here / "x.zst")
    if how == "core":
        done = pycore("bundle", "--source", "-o", elsewhere.data / "x.zst", frozen)
        assert done.returncode == 0, done.stderr
    else:
        freeze(process, elsewhere.data / "x.zst", "--source")
        pycore("thaw", "-o", here / "x.core", elsewhere.data / "x.zst")
        os.replace(here / "x.core", here / "x.zst")
    for query, form in QUERIES:
        command = [query, "--format=" + form, "data/x.zst"]
        expected = subprocess.run([PYCORE, *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        got = elsewhere(*command)
        assert (got.returncode, got.stderr) == (expected.returncode, expected.stderr), query
        assert expected.stdout
        if query == "modules":
            if form == "json":
                assert found_left_out(got.stdout) == found_left_out(expected.stdout)
        else:
            assert got.stdout == expected.stdout, query


def test_a_bundle_shows_its_own_sources_and_calls_them_no_guess(start, tmp_path):  # noqa: F811
    process = start(sys.executable, HANGS)
    bundle = freeze(process, tmp_path / "b.tar", "--source")
    script = tmp_path / "victim0.py"
    script.write_text(HANGS.replace("time.sleep(1e6)", "time.sleep(1e9)"))
    os.utime(script, (2e9, 2e9))
    text = pycore("stacks", bundle).stdout
    assert "time.sleep(1e6)" in text and "1e9" not in text
    assert "changed after" not in text


def test_only_python_gets_into_a_bundle_as_source(start, tmp_path):  # noqa: F811
    secret = tmp_path / "secret.txt"
    secret.write_text("not to be packed\n" * 10)
    program = "import time\nexec(compile('print(\"ready\", flush=True)\\ntime.sleep(1e6)', %r, 'exec'))" % str(secret)
    process = start(sys.executable, program)
    bundle = freeze(process, tmp_path / "b.tar", "--source")
    assert str(secret) in pycore("stacks", bundle).stdout
    assert b"not to be packed" not in bundle.read_bytes()


def test_tar_unpacks_a_bundle_and_other_tools_use_the_folder(start, tmp_path):  # noqa: F811
    process = start("/usr/bin/python3", HANGS)
    bundle = freeze(process, tmp_path / "b.tar", "--bundle")
    folder = tmp_path / "b"
    folder.mkdir()
    subprocess.run(["tar", "-C", folder, "-xf", bundle], check=True)
    table = json.loads((folder / "bundle.json").read_text())
    assert table["format"] == 1 and all((folder / entry["member"]).exists() for entry in table["files"])
    if not shutil.which("eu-stack"):
        pytest.skip("eu-stack is not installed")
    stack = subprocess.run(["eu-stack", "--core", folder / "core", "--debuginfo-path=" + str(folder)],
                           stdout=subprocess.PIPE, universal_newlines=True).stdout
    assert "_PyEval_EvalFrameDefault" in stack or "PyEval_EvalCode" in stack


def test_thaw_writes_the_core_that_was_frozen(start, tmp_path):  # noqa: F811
    process = start(sys.executable, HANGS)
    frozen = freeze(process, tmp_path / "a.core.zst")
    plain = subprocess.run(["zstd", "-dc", frozen], stdout=subprocess.PIPE, check=True).stdout
    done = pycore("thaw", frozen, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    core = tmp_path / "a.core"
    assert core.read_bytes() == plain
    assert stat.S_IMODE(core.stat().st_mode) == 0o600
    assert told(stacks_of(core)) == told(stacks_of(frozen))
    bundle = tmp_path / "b.tar.zst"
    assert pycore("bundle", "-o", bundle, core).returncode == 0
    assert pycore("thaw", "-o", tmp_path / "c.core", bundle).returncode == 0
    assert (tmp_path / "c.core").read_bytes() == plain
    cut = tmp_path / "cut.zst"
    cut.write_bytes(frozen.read_bytes()[:-200_000])
    done = pycore("thaw", "-o", tmp_path / "d.core", cut)
    assert done.returncode == 3 and "could be unpacked" in done.stderr
    assert pycore("thaw", "-o", core, core).returncode == 2


def test_hostile_members_of_a_bundle_lead_nowhere(start, tmp_path):  # noqa: F811
    process = start(sys.executable, HANGS)
    core = freeze(process, tmp_path / "a.core").read_bytes()
    bundle = tmp_path / "b.tar"
    with tarfile.open(bundle, "w") as tar:
        for name, data in (("core", core), ("../escaped", b"x"), ("/escaped", b"x"), ("root/../../escaped", b"x"),
                           (".build-id/../../x", b"\x7fELF" + b"\xff" * 200)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("root" + sys.executable)
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
    assert told(stacks_of(bundle)) == told(stacks_of(tmp_path / "a.core"))
    assert not (tmp_path.parent / "escaped").exists()
    no_core = tmp_path / "n.tar"
    with tarfile.open(no_core, "w") as tar:
        tar.addfile(tarfile.TarInfo("other"), io.BytesIO(b""))
    done = pycore("stacks", no_core)
    assert done.returncode == 1 and "no member named core" in done.stderr


def test_redaction_leaves_out_text_and_keeps_the_answers(start, tmp_path):  # noqa: F811
    process = start(sys.executable, SECRETS)
    plain = freeze(process, tmp_path / "plain.core", "--full")
    redacted = freeze(process, tmp_path / "redacted.core", "--full", "--redact")
    secrets = {name.encode() for name in ("narrow-secret", "octets-secret", "array-secret", "password-secret",
                                          "environ-secret", "-secret")}
    secrets |= {"wide-\u0416\u0414-secret".encode("utf-16-le"), "widest-\U0001f600-secret".encode("utf-32-le")}
    bytes_before, bytes_after = plain.read_bytes(), redacted.read_bytes()
    assert all(secret in bytes_before for secret in secrets)
    assert [secret for secret in secrets if secret in bytes_after] == []
    for value in (value for value in os.environ.values() if len(value) > 20 and "/" not in value):
        assert value.encode() not in bytes_after
    assert told(stacks_of(redacted)) == told(stacks_of(plain))
    info = json.loads(pycore("info", "--format=json", redacted).stdout)
    assert info["snapshot"]["redacted"] and info["process"]["command_line"] is None


def test_levels_hold_more_and_answer_the_same(start, tmp_path):  # noqa: F811
    program = HANGS.replace("lock.acquire()", "objects = [('number %d' % i, i) for i in range(50000)]\n"
                                              "array = bytearray(os.urandom(30_000_000))\nlock.acquire()", 1)
    process = start(sys.executable, "import os\n" + program)
    files = {level: freeze(process, tmp_path / level, "--" + level) for level in ("mini", "heap", "full")}
    sizes = {level: file.stat().st_size for level, file in files.items()}
    assert sizes["mini"] + 3_000_000 < sizes["heap"] < 30_000_000 < sizes["full"]
    assert b"number 31415" in files["heap"].read_bytes()
    answers = [told(stacks_of(file)) for file in files.values()]
    assert answers[0] == answers[1] == answers[2]
    for level, file in files.items():
        snapshot = json.loads(pycore("info", "--format=json", file).stdout)["snapshot"]
        assert snapshot["level"] == level and sum(snapshot["left_out"].values()) > 0
