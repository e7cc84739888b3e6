# SPDX-License-Identifier: Apache-2.0
"""The table in docs/support-matrix.md is what the scenario matrix measured, and nobody's handwriting."""
import json
import pathlib
import sys

import core_factory
import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tools" / "dev"))

import marked_part  # noqa: E402
from scenario_matrix import groups, measure, render  # noqa: E402

SCRIPT = "tools/dev/scenario-matrix"

INTERPRETERS = [
    {"name": "pyenv-3.9.18", "version": "3.9.18", "shared": True, "stripped": False, "pydebug": False,
     "free_threaded": False, "has_build_id": True},
    {"name": "debian-sid-3.15.2d", "version": "3.15.2", "shared": False, "stripped": True, "pydebug": True,
     "free_threaded": False, "has_build_id": False}]


def cell(interpreter, program, view="files", differences=()):
    return measure.Cell(interpreter, program, "kernel", view, threads=3, frames=7, differences=differences)


def make_document():
    cells = [cell("pyenv-3.9.18", "hang_lock"), cell("pyenv-3.9.18", "hang_lock", "bare"),
             cell("debian-sid-3.15.2d", "crash_gc"),
             cell("debian-sid-3.15.2d", "crash_gc", "bare", ("thread 7: 3 frames, told 2\n   side by side",))]
    return render.summarize(cells, INTERPRETERS, {})


def test_rows_run_from_the_oldest_version_to_the_newest():
    lines = list(render.table(make_document()))
    assert lines[2].startswith("| pyenv-3.9.18 | libpython, symbols | 1 | – |")
    assert lines[3].startswith("| debian-sid-3.15.2d | in the executable, stripped, debug build, no build-id | – |")
    assert lines[2].endswith("| 3 | 7 | 1 |")
    assert len({line.count("|") for line in lines[:4]}) == 1


def test_what_differs_is_bold_and_said():
    text = "\n".join(render.table(make_document()))
    assert "| **0 of 1** |" in text
    assert "- debian-sid-3.15.2d, crash_gc, kernel, bare: thread 7: 3 frames, told 2" in text
    assert "side by side" not in text


def test_runs_of_different_interpreters_are_put_together():
    cells = [cell("pyenv-3.9.18", "hang_lock"), cell("debian-sid-3.15.2d", "crash_gc", "files", ("wrong",))]
    parts = [render.summarize([one], INTERPRETERS, {"no core": 1}) for one in cells]
    assert render.merge(parts) == render.summarize(cells, INTERPRETERS, {"no core": 2})


def test_runs_of_different_programs_are_added_up():
    cells = [cell("pyenv-3.9.18", program) for program in ("hang_lock", "line_table", "non_ascii")]
    parts = [render.summarize([one], INTERPRETERS, {}) for one in cells]
    assert render.merge(parts) == render.summarize(cells, INTERPRETERS, {})


def test_only_the_part_between_the_marks_is_written(tmp_path):
    page = tmp_path / "page.md"
    marked = "before\n<!-- written by x: begin -->\n%s\n<!-- written by x: end -->\nafter\n"
    page.write_text(marked % "old")
    marked_part.write(page, "x", ["new"])
    assert page.read_text() == marked % "new"
    with pytest.raises(ValueError):
        marked_part.write(page, "y", ["new"])


def test_every_program_has_a_column():
    assert {groups.group_of(program.name) for program in core_factory.list_programs()} == set(groups.GROUPS)
    with pytest.raises(KeyError):
        groups.group_of("no_such_program")


def test_the_support_matrix_is_the_one_that_was_measured(tmp_path):
    copy = tmp_path / "support-matrix.md"
    page = CHECKOUT / "docs" / "support-matrix.md"
    copy.write_bytes(page.read_bytes())
    stored = json.loads((CHECKOUT / "docs" / "scenario-matrix.json").read_text(encoding="utf-8"))
    marked_part.write(copy, SCRIPT, render.table(stored))
    assert copy.read_bytes() == page.read_bytes(), "run tools/dev/scenario-matrix --render"
