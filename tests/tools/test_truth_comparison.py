# SPDX-License-Identifier: Apache-2.0
"""The comparison of a report with the truth finds what differs.

    python3 -m pytest tests/tools/test_truth_comparison.py
"""
import copy

import pytest
import truth_comparison


def make_frame(**changes):
    frame = {"function": "f", "qualname": "C.f", "file": "/a.py", "line": 3, "column": 4,
             "end_line": 3, "end_column": 9}
    return dict(frame, **changes)


def make_truth():
    exact = ["function", "qualname", "file", "line", "column", "end_line", "end_column"]
    return {"threads": [{"tid": 7, "name": "MainThread", "main": True, "python": True,
                         "exact": exact, "frames": [make_frame(), make_frame(line=9)]}],
            "expect": {"gil_holder_tid": 7, "gil_waiting_tids": [], "crashed_tid": 7,
                       "crash_site": "die",
                       "native_contains": {"7": ["python:f", "native:die"]}}}


def make_report():
    python = [dict(make_frame(), kind="python"), dict(make_frame(line=9), kind="python")]
    native = {"kind": "native", "function": "die", "raw_name": "die", "module": "/lib.so",
              "crash_site": True}
    return {"schema": "pycore/stacks/1", "process": {"signal": {"number": 11}},
            "interpreters": [{"id": 0, "main": True, "gc_collecting": False, "finalizing": False,
                              "gil": {"state": "held", "holder_tid": 7, "waiting_tids": []}}],
            "threads": [{"tid": 7, "name": "MainThread", "main": True, "crashed": True,
                         "merge": "anchored", "frames": python + [native]}]}


CRASH = truth_comparison.Circumstances("kernel", dies_by_itself=True, signal=11)


def differences_after(change):
    report = copy.deepcopy(make_report())
    change(report, report["threads"][0], report["threads"][0]["frames"])
    return truth_comparison.compare(make_truth(), report, CRASH)


def test_the_same_stack_has_no_difference():
    assert truth_comparison.compare(make_truth(), make_report(), CRASH) == []


@pytest.mark.parametrize("change, expected", [
    (lambda report, thread, frames: frames[1].update(line=8), "frame 1: line is 9, told 8"),
    (lambda report, thread, frames: frames[0].update(column=None), "column is 4, told None"),
    (lambda report, thread, frames: frames.pop(0), "frame 0: line"),
    (lambda report, thread, frames: frames.insert(2, frames[1]), "2 frames, told 3"),
    (lambda report, thread, frames: frames.pop(), "no native:die in its place"),
    (lambda report, thread, frames: frames.insert(0, frames.pop()), "no native:die in its place"),
    (lambda report, thread, frames: thread.update(name=None), "name is told as None"),
    (lambda report, thread, frames: thread.update(merge="partial"), "merge is 'partial'"),
    (lambda report, thread, frames: thread.update(crashed=False), "crashed thread is 7, told []"),
    (lambda report, thread, frames: thread.update(tid=8), "missing [7], not in the process [8]"),
    (lambda report, thread, frames: report["threads"].append(thread), "told 2 times"),
    (lambda report, thread, frames: report["process"].update(signal=None), "signal is 11"),
    (lambda report, thread, frames: report["interpreters"][0]["gil"].update(holder_tid=8),
     "thread 7 holds the GIL, told held by 8"),
])
def test_a_difference_is_named(change, expected):
    assert expected in "\n".join(differences_after(change))


def test_text_may_be_escaped():
    assert truth_comparison.same_text("a\x1b\udc80\u202e", "a\\x1b\\udc80\\u202e")
    assert truth_comparison.same_text("a\x1b\udc80", "a\x1b\udc80")
    assert not truth_comparison.same_text("a\x1b", "a")


def test_an_inexact_field_is_not_compared():
    truth, report = make_truth(), make_report()
    truth["threads"][0]["frames"][1]["exact"] = ["function"]
    report["threads"][0]["frames"][1]["line"] = 1
    assert truth_comparison.compare(truth, report, CRASH) == []
