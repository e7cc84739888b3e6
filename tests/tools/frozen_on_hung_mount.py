# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Freezes a Python whose script and a library of it lie on a file system that has stopped answering.

    unshare -m python3 tests/tools/frozen_on_hung_mount.py PYCORE FOLDER

Prints a JSON object with the exit status, the seconds it took, stderr, and the snapshot's stacks; exits 77 where no
such file system can be mounted.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import hung_mount  # noqa: E402

SCRIPT = """
import ctypes, sys, time
ctypes.CDLL(sys.argv[1])
def stuck():
    time.sleep(1e6)
print("ready", flush=True)
stuck()
"""


def library():
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if "libz.so" in line or "libm.so" in line)


def main(pycore, folder):
    shown, point = folder / "shown", folder / "point"
    shown.mkdir()
    point.mkdir()
    (shown / "job.py").write_text(SCRIPT)
    shutil.copy(library(), shown / "libown.so")
    try:
        hung_mount.mount("none", "/", "none", 0x44000)  # MS_REC | MS_PRIVATE
        mount = hung_mount.HungMount(shown, point)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(77)
    with mount:
        victim = subprocess.Popen(["/usr/bin/python3", point / "job.py", point / "libown.so"],
                                  stdout=subprocess.PIPE, universal_newlines=True)
        assert victim.stdout.readline() == "ready\n"
        time.sleep(0.2)
        mount.hang()
        begin = time.monotonic()
        try:
            done = subprocess.run([pycore, "freeze", "-o", folder / "a.core.zst", str(victim.pid)], timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
            seconds = time.monotonic() - begin
        finally:
            victim.kill()
    stacks = subprocess.run([pycore, "stacks", "--format=json", folder / "a.core.zst"], stdout=subprocess.PIPE)
    victim.wait()
    print(json.dumps({"status": done.returncode, "seconds": seconds, "stderr": done.stderr,
                      "stacks": json.loads(stacks.stdout)}))


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
