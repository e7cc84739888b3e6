#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test: builds, runs the C++ suite, the tools on real cores, a short truth storm, a short damage storm,
the C++ suite with the command line's tests and a part of the damage storm once more under AddressSanitizer and
UndefinedBehaviorSanitizer, and each fuzz target for some seconds. With clang the last two share one build; without it nothing is fuzzed.

    tools/dev/test                # all of it
    tools/dev/test --unit         # the C++ suite only
    tools/dev/test --cores        # the tools on real cores only
    tools/dev/test --storm        # the short truth storm only
    tools/dev/test --damage       # the short damage storm only
    tools/dev/test --sanitize     # what runs under the sanitizers only
    tools/dev/test --fuzz         # each fuzz target for some seconds only

The last line sums all runners: `N passed, N failed, N skipped`.
"""
import argparse
import concurrent.futures
import importlib.machinery
import importlib.util
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

from steps import StepFailed, run

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build"
SANITIZED = CHECKOUT / "build-sanitize"
FUZZ_SECONDS = 10
STORM_SECONDS = 270
DAMAGE_CASES = 500
DAMAGE_CASES_SANITIZED = 100
DAMAGE_SECONDS = 240
CANNOT_STORM = 77


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add_summary(self, path):
        """`PASSED FAILED`, as tools/dev/damage-storm leaves it."""
        if not path.exists():
            self.failed += 1
            return
        passed, failed = map(int, path.read_text().split())
        self.passed += passed
        self.failed += failed

    def add_junit(self, path):
        if not path.exists():
            self.failed += 1
            return
        root = xml.parse(str(path)).getroot()
        for suite in [root] if root.tag == "testsuite" else root.findall("testsuite"):
            number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped", "disabled")}
            failed = number["failures"] + number["errors"]
            skipped = number["skipped"] + number["disabled"]
            self.failed += failed
            self.skipped += skipped
            self.passed += number["tests"] - failed - skipped


def main():
    options = parse_command_line()
    counts = Counts()
    started = time.monotonic()
    try:
        for name, step in steps_of(options):
            print("== %s" % name, flush=True)
            step(options, counts)
    except StepFailed as failure:
        print("tools/dev/test: this command failed: %s" % failure)
        counts.failed += 1
    print("took %d seconds" % (time.monotonic() - started))
    print("%d passed, %d failed, %d skipped" % (counts.passed, counts.failed, counts.skipped))
    return 1 if counts.failed or not counts.passed else 0


def parse_command_line():
    parser = argparse.ArgumentParser(prog="tools/dev/test", description=__doc__.splitlines()[0])
    parser.add_argument("--unit", action="store_true", help="the C++ suite only")
    parser.add_argument("--sanitize", action="store_true", help="what runs under the sanitizers only")
    parser.add_argument("--cores", action="store_true", help="the tools on real cores only")
    parser.add_argument("--storm", action="store_true", help="the short truth storm only")
    parser.add_argument("--damage", action="store_true", help="the short damage storm only")
    parser.add_argument("--fuzz", action="store_true", help="each fuzz target for some seconds only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def steps_of(options):
    everything = not (options.unit or options.sanitize or options.cores or options.storm or options.damage or
                      options.fuzz)
    if everything or options.unit or options.cores or options.storm or options.damage:
        yield "build", build
    if everything or options.unit:
        yield "C++ suite", run_suite
    if everything or options.cores:
        yield "tools on real cores", run_on_cores
    if everything or options.storm:
        yield "truth storm", run_truth_storm
    if everything or options.damage:
        yield "damage storm", lambda options, counts: run_damage_storm(BUILD, DAMAGE_CASES, 12, options, counts)
    if everything or options.sanitize:
        yield "under AddressSanitizer and UndefinedBehaviorSanitizer", run_sanitized
    if everything or options.fuzz:
        yield "fuzzing, %d seconds a target" % FUZZ_SECONDS, run_fuzzers


def build(options, _counts):
    configure_and_build(BUILD, options, ["-DPYCORE_SANITIZE=OFF"])


def run_suite(options, counts):
    run_ctest(BUILD, options, counts)


def run_sanitized(options, counts):
    tool = load_fuzz_tool()
    try:
        tool.configure(tool.find_clang())
    except tool.StepFailed as failure:
        raise StepFailed(str(failure)) from failure
    run(["cmake", "--build", SANITIZED, "-j", str(options.jobs)], quiet=True)
    run_ctest(SANITIZED, options, counts)
    run_pytest(SANITIZED, [CHECKOUT / "tests/tools/test_cli.py"], counts)
    run_damage_storm(SANITIZED, DAMAGE_CASES_SANITIZED, 0, options, counts)


def run_fuzzers(options, counts):
    tool = load_fuzz_tool()
    clang = tool.find_clang()
    targets = tool.list_targets()
    if not clang:
        print("SKIPPED: there is no clang with libFuzzer, so nothing was fuzzed (apt-get install clang)")
        counts.skipped += len(targets)
        return
    try:
        tool.build(clang, options.jobs)
        tool.make_seeds()
    except tool.StepFailed as failure:
        raise StepFailed(str(failure)) from failure
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        failed = sum(pool.map(lambda target: tool.fuzz(target, FUZZ_SECONDS), targets))
    counts.failed += failed
    counts.passed += len(targets) - failed


def load_fuzz_tool():
    """tools/dev/fuzz as a module: it knows the build that sanitizers and fuzzing share."""
    loader = importlib.machinery.SourceFileLoader("fuzz_tool", str(CHECKOUT / "tools/dev/fuzz"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz_tool", loader))
    loader.exec_module(module)
    return module


def configure_and_build(folder, options, settings):
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    run(["cmake", "-S", CHECKOUT, "-B", folder, "-G", "Ninja", "-DPYCORE_WERROR=ON", "-DPYCORE_TESTS=ON",
         *launcher, *settings], quiet=True)
    run(["cmake", "--build", folder, "-j", str(options.jobs)], quiet=True)


def run_ctest(folder, options, counts):
    report = folder / "ctest.xml"
    report.unlink(missing_ok=True)
    attempt(["ctest", "--test-dir", folder, "-j", str(options.jobs), "--output-on-failure",
             "--output-junit", report])
    counts.add_junit(report)


def run_on_cores(_options, counts):
    attempt([CHECKOUT / "tools/dev/interpreters", "fetch", "--set", "ci"])
    run_pytest(BUILD, [CHECKOUT / "tests/tools"], counts)


def run_truth_storm(options, counts):
    """One test for each core; it begins none after STORM_SECONDS, however slow the machine is."""
    attempt([CHECKOUT / "tools/dev/interpreters", "fetch", "--set", "ci"])
    report = BUILD / "truth-storm.xml"
    report.unlink(missing_ok=True)
    status = attempt([CHECKOUT / "tools/dev/truth-storm", "--cores", "100", "--seconds", str(STORM_SECONDS),
                      "--jobs", str(options.jobs), "--junit", report])
    if status == CANNOT_STORM:
        counts.skipped += 1
    else:
        counts.add_junit(report)


def run_damage_storm(folder, cases, made, options, counts):
    """One test for each case; `made`: how many cores of this machine's interpreters beside the stored ones."""
    summary = folder / "damage-storm.txt"
    summary.unlink(missing_ok=True)
    attempt([CHECKOUT / "tools/dev/damage-storm", "--cases", str(cases), "--made", str(made), "--pycore",
             folder / "tools/pycore", "--seconds", str(DAMAGE_SECONDS), "--jobs", str(options.jobs), "--summary",
             summary])
    counts.add_summary(summary)


def run_pytest(folder, tests, counts):
    report = folder / "pytest.xml"
    report.unlink(missing_ok=True)
    environment = dict(os.environ, PYCORE_BIN=str(folder / "tools/pycore"))
    attempt([find_python_with_pytest(), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests,
             "-o", "junit_family=xunit2", "--junitxml", report], environment)
    counts.add_junit(report)


def find_python_with_pytest():
    """The python3 of PATH may be another one than that which the distribution's pytest belongs to."""
    for python in ("python3", "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import pytest, jsonschema"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise StepFailed("python3 -c 'import pytest, jsonschema'")


def attempt(command, environment=None):
    """Runs tests; what failed is counted from their report."""
    command = [str(word) for word in command]
    status = subprocess.run(command, env=environment).returncode
    if status != 0:
        print("tools/dev/test: this command failed: " + shlex.join(command), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
