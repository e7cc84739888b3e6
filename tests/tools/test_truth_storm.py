# SPDX-License-Identifier: Apache-2.0
"""The truth storm understands faulthandler's text, finds what differs, and excuses only what it can explain."""
import collections
import json
import os
import pathlib
import struct
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
sys.path.insert(0, str(CHECKOUT / "tools" / "dev"))

from truth_storm import comparison, core_registers, faulthandler_text, first_lines, native_names  # noqa: E402
from truth_storm import figures, run  # noqa: E402

TEXT = '''Thread 0x00007f0000000b00 [worker] (most recent call first):
  File "/job/w.py", line 5 in wait
  File "/job/w.py", line 9 in run

Current thread 0x00007f0000000a00 (most recent call first):
  Garbage-collecting
  File "/job/\\xe4.py", line 3 in step
  File "/job/main.py", line 1 in <module>
'''
REGISTERS = {1: {"rip": 0x10, "fs_base": 0x7f0000000a00}, 2: {"rip": 0x20, "fs_base": 0x7f0000000b00}}


def python_frame(function, line, file="/job/w.py", entry=True):
    return {"kind": "python", "function": function, "file": file, "line": line, "entry": entry}


def native_frame(pc, function="poll"):
    return {"kind": "native", "function": function, "raw_name": function, "pc": hex(pc), "inlined": False}


def make_thread(tid, ident, pc, frames, os_name=None):
    return {"tid": tid, "python_thread_id": ident and hex(ident), "os_name": os_name, "merge": "anchored",
            "frames": [*frames, native_frame(pc)]}


def make_report():
    """What agrees with TEXT."""
    main = make_thread(1, 0x7f0000000a00, 0x10, [
        python_frame("<module>", 1, "/job/main.py"), python_frame("step", 3, "/job/\u00e4.py")])
    worker = make_thread(2, 0x7f0000000b00, 0x20, [python_frame("run", 9), python_frame("wait", 5)], "worker")
    return {"threads": [main, worker], "interpreters": [{"id": 0}], "completeness": "complete", "diagnostics": []}


def compare(report, text=TEXT, told_by=1):
    return comparison.compare(report, text, REGISTERS, told_by)


def sentences(result):
    return [difference.sentence for difference in result.unexplained()]


def test_the_text_is_understood_to_its_last_line():
    threads, unknown = faulthandler_text.parse(TEXT + "\nThread 0x0000000000000000 (most recent call first):\n"
                                               "  <no Python frame>\n")
    assert unknown == []
    assert [(one.ident, one.current, one.name, len(one.frames)) for one in threads] == [
        (0x7f0000000b00, False, "worker", 2), (0x7f0000000a00, True, None, 2), (0, False, None, 0)]
    assert threads[0].frames[0] == faulthandler_text.Frame("/job/w.py", 5, "wait")


def test_names_are_spelled_as_faulthandler_spells_them():
    assert faulthandler_text.spell("a\n\u00e4\u4e2d\U0001f600") == "a\\x0a\\xe4\\u4e2d\\U0001f600"
    assert faulthandler_text.spell("x" * 501) == "x" * 500 + "..."


def test_a_report_that_agrees_is_counted_and_nothing_else():
    result = compare(make_report())
    assert result.differences == []
    assert (result.threads, result.agreeing_threads, result.frames, result.agreeing_frames) == (2, 2, 4, 4)
    assert (result.native_threads, result.agreeing_native) == (2, 2)


@pytest.mark.parametrize("change, words", [
    (lambda report: report["threads"][0]["frames"][1].update(line=4), "frame 0 from within is"),
    (lambda report: report["threads"][0]["frames"][0].update(function="main"), "frame 1 from within is"),
    (lambda report: report["threads"][0]["frames"][1].update(file="/job/a.py"), "frame 0 from within is"),
    (lambda report: report["threads"][1]["frames"].pop(0), "frame 1 from within is"),
    (lambda report: report["threads"][1]["frames"].insert(0, python_frame("boot", 1)), "1 more frames are told"),
    (lambda report: report["threads"].pop(), "told 0 times"),
    (lambda report: report["threads"][1].update(os_name="other"), "is named 'worker'"),
    (lambda report: report["threads"][1]["frames"][-1].update(pc="0x21"), "stands at 0x20"),
    (lambda report: report["threads"][0].update(merge="partial"), "merge of thread 1"),
    (lambda report: report.update(completeness="partial"), "completeness is partial"),
    (lambda report: report["threads"].append(make_thread(3, 0x7f0000000c00, 0, [python_frame("f", 1)])),
     "not in faulthandler's text"),
], ids=["line", "function", "file", "frame missing", "frame invented", "thread missing", "name", "pc", "merge",
        "completeness", "thread invented"])
def test_what_differs_is_found(change, words):
    report = make_report()
    change(report)
    assert any(words in sentence for sentence in sentences(compare(report)))


def test_a_text_told_by_another_thread_is_found():
    assert sentences(compare(make_report(), told_by=2)) == ["faulthandler ran in thread 2, not in [1]"]


def test_an_empty_text_is_no_agreement():
    assert sentences(compare(make_report(), text=""))


def causes(result):
    assert sentences(result) == []
    return {difference.cause for difference in result.differences}


def test_the_helper_frame_of_a_class_call_is_excused_where_the_rest_agrees():
    helper = '  File "__init__", line ??? in __init__\n'
    text = TEXT.replace('  File "/job/w.py", line 9', helper + '  File "/job/w.py", line 9')
    assert causes(compare(make_report(), text)) == {"class call"}
    wrong = text.replace("line 9", "line 8")
    assert sentences(compare(make_report(), wrong))


def test_a_stack_that_faulthandler_ends_is_excused_only_behind_a_class_call_or_an_unknown_line():
    oldest = '  File "/job/w.py", line 9 in run\n'
    for told, cause in (("line 5 in __init__", "class call"), ("line ??? in wait", "no line")):
        report = make_report()
        report["threads"][1]["frames"][1].update(function=told.split()[-1], line=5 if "5" in told else None)
        text = TEXT.replace("line 5 in wait", told).replace(oldest, "  <invalid frame>\n")
        assert causes(compare(report, text)) == {cause}
    assert sentences(compare(make_report(), TEXT.replace(oldest, "  <invalid frame>\n")))


@pytest.mark.parametrize("frame, cause", [
    ('  File "/job/w.py", line ??? in <genexpr>\n', "not begun"),
    ('  File "<shim>", line ??? in <interpreter trampoline>\n', "entry frame"),
    ('  File ???, line 0 in ???\n', "second entry frame")])
def test_an_innermost_frame_that_has_not_begun_is_excused(frame, cause):
    text = TEXT.replace('  File "/job/w.py", line 5', frame + '  File "/job/w.py", line 5')
    assert causes(compare(make_report(), text)) == {cause}
    for mark, other in (("line ???", "line 7"), ("<shim>", "x"), ("line 0", "line 7")):
        text = text.replace(mark, other)
    assert sentences(compare(make_report(), text))


def test_a_frame_at_the_first_line_of_its_function_is_excused_only_if_one_begins_there(tmp_path):
    source = tmp_path / "job.py"
    source.write_text("import os\n\n\ndef outer():\n    def step(): pass\n    return step\n")
    begins = first_lines.FirstLines({"root": None, "executable": "/usr/bin/python3", "version_info": [3, 11]})
    for line, excused in ((5, True), (6, False)):
        text = TEXT.replace('  File "/job/w.py", line 5', '  File "%s", line %d in step\n  File "/job/w.py", line 5' % (source, line))
        result = comparison.compare(make_report(), text, REGISTERS, 1, begins=begins)
        assert bool(result.unexplained()) != excused
    assert not begins("/no/such/file", 1, "step")


def test_figures_are_read_as_they_were_written(tmp_path):
    helper = '  File "__init__", line ??? in __init__\n'
    result = compare(make_report(), TEXT.replace('  File "/job/w.py", line 9', helper + '  File "/job/w.py", line 9'))
    outcome = run.Outcome(7, "pyenv-3.13.0", (3, 13), "test: test_re", "kernel", result, named=2)
    figures.write_json(tmp_path / "figures.json", [outcome], collections.Counter({"the tracer is gone": 3}))
    outcomes, not_dumped = figures.read_json(tmp_path / "figures.json", run.Outcome)
    assert list(figures.lines(outcomes, not_dumped)) == list(figures.lines([outcome], not_dumped))
    row = list(figures.lines(outcomes, not_dumped))[2]
    assert [cell.strip() for cell in row.strip("|").split("|")] == "3.13 1 1 2 2 5 4 1 2 2".split()


def test_older_frames_are_excused_only_behind_the_limit():
    report = make_report()
    report["threads"][1]["frames"][:0] = [python_frame("f", 7) for _ in range(98)]
    oldest = '  File "/job/w.py", line 9 in run\n'

    def cut_after(count, end=""):
        return TEXT.replace(oldest, oldest + '  File "/job/w.py", line 7 in f\n' * count + end)

    assert causes(compare(report, cut_after(60, "  ...\n"))) == {"cut"}
    assert causes(compare(report, cut_after(60))) == {"cut"}     # 62 frames and 62 entries
    assert sentences(compare(report, cut_after(40)))


def test_a_thread_that_is_being_started_is_excused():
    born = "Thread 0x%016x (most recent call first):\n  <no Python frame>\n\n"
    for ident in (0, 0x7f0000000b00):
        assert causes(compare(make_report(), born % ident + TEXT)) == {"newborn"}
    assert sentences(compare(make_report(), born % 0x7f0000000d00 + TEXT))


def test_frames_of_another_interpreter_are_excused_only_around_the_whole_text():
    report = make_report()
    report["interpreters"].append({"id": 1})
    report["threads"][1]["frames"].insert(2, python_frame("inside", 2))
    result = compare(report)
    assert causes(result) == {"other interpreter"} and result.agreeing_frames == 4
    report["threads"][1]["frames"][0]["line"] = 8
    assert sentences(compare(report))
    del report["interpreters"][1]
    assert sentences(compare(report))


def test_a_list_that_ends_at_a_thread_being_started_is_excused_only_if_there_is_one():
    text = TEXT[TEXT.index("Current"):] + "\n<freed thread state>\n"
    report = make_report()
    assert sentences(compare(report, text)) and sentences(compare(report, "<freed thread state>\n"))
    report["diagnostics"].append({"severity": "note", "message": "thread state 0x1 is of a thread that is being started"})
    assert causes(compare(report, text)) == causes(compare(report, "<freed thread state>\n")) == {"taken for freed"}


def test_where_faulthandler_crashed_the_threads_before_are_still_compared():
    report = make_report()
    text = TEXT[:TEXT.index("Current")] + "Thread 0x00007f0000000a00 (most recent call first):\n  File ???, line 0 in "
    result = comparison.compare(report, text, REGISTERS, 1, crash=11)
    assert causes(result) == {"crash"} and result.agreeing_threads == 1
    report["threads"][1]["frames"][0]["line"] = 8
    assert sentences(comparison.compare(report, text, REGISTERS, 1, crash=11))


def make_core(path, threads):
    """A core of nothing but NT_PRSTATUS notes."""
    notes = b""
    for tid, value in threads:
        status = struct.pack("<32xI76x27Q8x", tid, *[value + index for index in range(27)])
        notes += struct.pack("<III", 5, len(status), 1) + b"CORE\0\0\0\0" + status
    header = struct.pack("<32xQ14xHHHHH", 64, 56, 1, 0, 0, 0)
    program = struct.pack("<IIQQQQQQ", 4, 0, 120, 0, 0, len(notes), 0, 0)
    path.write_bytes(header[:64] + program + notes)


def test_a_core_of_another_instant_is_found(tmp_path):
    make_core(tmp_path / "core", [(7, 100), (8, 200)])
    found = core_registers.read(tmp_path / "core")
    assert found[7]["r15"] == 100 and found[8]["gs"] == 226
    assert list(core_registers.differences(found, found)) == []
    moved = {tid: dict(registers) for tid, registers in found.items()}
    moved[8]["rip"] += 2
    assert list(core_registers.differences(moved, found)) == ["thread 8: rip differ between the stop and the core"]
    del moved[8]
    assert len(list(core_registers.differences(moved, found))) == 1


def test_eu_stacks_names_are_compared_where_both_have_one():
    peer = native_names.parse("PID 1 - core\nTID 1:\n#0  0x0000000000000010 __poll\nTID 2:\n#0  0x20\n")
    assert peer == {1: (0x10, "__poll"), 2: (0x20, None)}
    threads = make_report()["threads"]
    assert native_names.compare(threads, peer) == (1, [])
    threads[0]["frames"][-1].update(function="clock_gettime", raw_name="clock_gettime")
    assert native_names.compare(threads, {1: (0x10, "__vdso_clock_gettime")}) == (1, [])
    threads[0]["frames"][-1].update(function="select", raw_name="select")
    assert len(native_names.compare(threads, peer)[1]) == 1


def test_functions_that_the_compiler_made_one_of_have_both_names(tmp_path):
    source, library = tmp_path / "f.c", tmp_path / "f.so"
    source.write_text("int one(int x) { return x + 1; }\nint two(int x) __attribute__((alias(\"one\")));\n"
                      "int three(int x) { return x + 3; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    frame = {"raw_name": "one", "module": "/f.so"}
    assert native_names.is_folded("two", frame, str(tmp_path))
    assert not native_names.is_folded("three", frame, str(tmp_path))
    assert not native_names.is_folded("four", frame, str(tmp_path))


@pytest.mark.skipif(not PYCORE.exists(), reason="pycore is not built")
def test_a_storm_of_two_cores_ends_with_its_figures(tmp_path):
    done = subprocess.run([sys.executable, CHECKOUT / "tools/dev/truth-storm", "--cores", "2", "--jobs", "1", "--seed", "5",
                           "--interpreters", "system-*", "--pycore", PYCORE, "--keep", tmp_path / "kept",
                           "--json", tmp_path / "figures.json", "--junit", tmp_path / "junit.xml"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=300)
    if done.returncode == 77:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout
    assert "0 of 2 cores differ without an explanation" in done.stdout
    assert json.loads((tmp_path / "figures.json").read_text())["cores"] == 2
    assert 'tests="2" failures="0"' in (tmp_path / "junit.xml").read_text()
