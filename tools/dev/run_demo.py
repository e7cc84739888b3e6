#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows pycore at work: builds it, hangs a Python program of several threads
on purpose, dumps it, and prints the merged stacks of its core.

    tools/dev/demo

The kernel writes the core where it writes cores to plain files, else gdb's gcore does.
"""
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from steps import StepFailed, run

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build"
PROGRAM = CHECKOUT / "tools" / "dev" / "hanging_program.py"


def main():
    try:
        build()
        with tempfile.TemporaryDirectory(prefix="pycore-demo-") as folder:
            core = make_core(pathlib.Path(folder))
            return show(core)
    except StepFailed as failure:
        print("tools/dev/demo: this command failed: %s" % failure)
        return 1


def build():
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    tests = [] if (BUILD / "CMakeCache.txt").exists() else ["-DPYCORE_TESTS=OFF"]
    run(["cmake", "-S", CHECKOUT, "-B", BUILD, "-G", "Ninja", *launcher, *tests], quiet=True)
    print("building pycore in %s" % BUILD, flush=True)
    run(["cmake", "--build", BUILD, "--target", "pycore"], quiet=True)


def make_core(folder):
    """A core of the demo program, once all its threads hang."""
    command = [sys.executable, str(PROGRAM)]
    print("hanging a program: %s" % shlex.join(command), flush=True)
    program = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, preexec_fn=allow_cores)
    try:
        if program.stdout.readline().strip() != b"hanging":
            raise StepFailed(shlex.join(command))
        time.sleep(0.3)  # until the main thread is in join()
        return dump(program, folder)
    finally:
        program.kill()
        program.wait()


def allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def dump(program, folder):
    core = dump_by_kernel(program, folder) if kernel_writes_files() else None
    if core is None:
        run(["gcore", "-o", folder / "core", str(program.pid)], quiet=True)
        core = folder / ("core.%d" % program.pid)
    print("its core: %s (%d MB)" % (core, core.stat().st_size // 1_000_000), flush=True)
    return core


def kernel_writes_files():
    """Whether a core lands in the folder of the program that dumps it."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
    return bool(pattern) and not pattern.startswith(("|", "/")) and limit == resource.RLIM_INFINITY


def dump_by_kernel(program, folder):
    program.send_signal(signal.SIGQUIT)
    program.wait(timeout=60)
    found = sorted(path for path in folder.iterdir() if path.is_file())
    return found[0] if found else None


def show(core):
    command = [BUILD / "tools" / "pycore", "stacks", core]
    print("$ pycore stacks %s\n" % core.name, flush=True)
    status = subprocess.run([str(word) for word in command]).returncode
    if status not in (0, 3):  # 3: some part could not be read, and was told
        raise StepFailed(shlex.join(str(word) for word in command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
