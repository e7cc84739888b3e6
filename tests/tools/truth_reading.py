# SPDX-License-Identifier: Apache-2.0
"""Runs `pycore stacks` on a core whose process told its truth, and compares the two.

    reading = truth_reading.read(command, with_files=True)
    differences = truth_reading.compare(reading, made, program, method, with_files=True)
"""
import dataclasses
import json
import subprocess

import truth_comparison

READ_TIMEOUT_SECONDS = 120


@dataclasses.dataclass
class Reading:
    report: dict                 # None if there is no answer
    problem: str = ""            # what is wrong with the run itself: status, completeness, time


def options(interpreter):
    return ["--sysroot", interpreter["sysroot"]] if interpreter["sysroot"] else []


def read(command, with_files):
    """The JSON that pycore prints; the exit status has to agree with it."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=READ_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return Reading(None, "no answer after %d seconds" % READ_TIMEOUT_SECONDS)
    if done.returncode not in (0, 3):
        return Reading(None, "exit status %d: %s" % (done.returncode, done.stderr.decode(errors="replace")))
    report = json.loads(done.stdout)
    if (report["completeness"] == "complete") != (done.returncode == 0):
        return Reading(report, "completeness %s with exit status %d" % (report["completeness"], done.returncode))
    if with_files and done.returncode != 0:
        return Reading(report, "partial answer: %s" % first_warnings(report))
    return Reading(report)


def first_warnings(report):
    found = [one for one in report["diagnostics"] if one["severity"] != "note"]
    return "; ".join(one["message"] for one in found[:3])


def compare(reading, made, program, method, with_files):
    """Sentences about everything that differs from what the process told, the run itself first."""
    problems = [reading.problem] if reading.problem else []
    if reading.report is None:
        return problems
    truth = json.loads(made.truth.read_text())
    circumstances = truth_comparison.Circumstances(
        method, dies_by_itself=program.settings["ends"] == "crash", files_at_hand=with_files,
        finalizing=bool(truth["expect"].get("finalizing")), signal=made.details["signal"])
    return problems + truth_comparison.compare(truth, reading.report, circumstances)
