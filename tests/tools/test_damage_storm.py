# SPDX-License-Identifier: Apache-2.0
"""The damage storm's own checks: each bar can be missed, and is noticed when it is.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_damage_storm.py
"""
import copy
import lzma
import os
import pathlib
import random
import stat
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
sys.path.insert(0, str(CHECKOUT / "tools" / "dev"))

from damage.base import Base  # noqa: E402
from damage.case import Case, Impossible  # noqa: E402
from damage.judge import judge  # noqa: E402
from damage.kinds import KINDS, RARE  # noqa: E402
from damage.places import Ranges  # noqa: E402
from damage.pycore_run import Runner  # noqa: E402
from damage.storm import STACKS, Limits, Storm  # noqa: E402
from damage.table import Table  # noqa: E402
from damage.told import Unreadable, read_told  # noqa: E402

pytestmark = pytest.mark.skipif(not PYCORE.exists(), reason="pycore is not built")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("storm")


@pytest.fixture(scope="module", params=["3.9.2", "3.12.1", "3.14.10"])
def base(request, folder):
    path = folder / request.param
    packed = CHECKOUT / "testdata" / "stored" / ("cpython-%s.core.xz" % request.param)
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    found = Base(request.param, path)
    runner = Runner(PYCORE, folder)
    run = runner.run(*STACKS, str(path))
    runner.close()
    found.meet(read_told(run.status, run.output, run.words))
    return found


@pytest.fixture
def told(base):
    return copy.deepcopy(base.told)


def harmless(base, damaged=()):
    return Case("nothing", base.core.data, list(damaged), in_place=True)


def thread_with_frames(told):
    return next(thread for thread in told.threads if len(thread.python) > 2)


def bars_missed(base, case, told):
    return {bar for bar, _ in judge(base, case, told).misses}


def test_a_sound_core_misses_no_bar_and_is_told_whole(base, told):
    verdict = judge(base, harmless(base), told)
    assert not verdict.misses
    assert verdict.linked == verdict.told == len(base.sound) > 7


def test_an_invented_frame_is_noticed(base, told):
    frames = thread_with_frames(told).python
    frames.append(dict(frames[0], address="0x1234", function="never_called"))
    assert bars_missed(base, harmless(base), told) == {"invented"}


def test_a_frame_told_twice_is_noticed(base, told):
    frames = thread_with_frames(told).python
    frames.append(dict(frames[0]))
    assert "invented" in bars_missed(base, harmless(base), told)


def test_frames_in_the_wrong_order_are_noticed(base, told):
    thread_with_frames(told).python.reverse()
    assert bars_missed(base, harmless(base), told) == {"invented"}


def test_a_frame_told_of_another_thread_is_noticed(base, told):
    first, second = [thread for thread in told.threads if thread.python][:2]
    second.python.insert(0, first.python.pop())
    assert "invented" in bars_missed(base, harmless(base), told)


def test_a_wrong_line_is_invented_unless_its_own_bytes_were_damaged(base, told):
    frame = thread_with_frames(told).python[1]
    frame["line"] += 1
    assert bars_missed(base, harmless(base), told) == {"invented"}
    code = base.witness.codes[base.frame_at[frame["address"]].code]
    verdict = judge(base, harmless(base, base.file_ranges([code.line_table])), told)
    assert not verdict.misses and verdict.altered == 1


def test_another_name_behind_a_damaged_reference_is_counted_as_misled(base, told):
    frame = thread_with_frames(told).python[1]
    frame["function"] = "another"
    code = base.witness.codes[base.frame_at[frame["address"]].code]
    verdict = judge(base, harmless(base, base.file_ranges(code.head)), told)
    assert not verdict.misses and verdict.misled == 1


def test_a_lost_frame_must_be_told(base, told):
    del thread_with_frames(told).python[0]
    assert bars_missed(base, harmless(base), told) == {"silent"}
    told.losses = told.losses | {(None, "frames are lost")}
    assert not bars_missed(base, harmless(base), told)


def test_exit_status_0_without_a_frame_is_noticed(base, told):
    del thread_with_frames(told).python[0]
    told.status = 0
    assert bars_missed(base, harmless(base), told) == {"exit0"}


def test_a_lost_name_must_be_told(base, told):
    thread_with_frames(told).python[0]["function"] = None
    assert bars_missed(base, harmless(base), told) == {"silent"}


def test_a_lost_thread_name_must_be_told(base, told):
    next(thread for thread in told.threads if thread.name).name = None
    assert bars_missed(base, harmless(base), told) == {"silent"}


def test_an_unknown_thread_is_noticed(base, told):
    told.threads.append(copy.deepcopy(told.threads[0]))
    told.threads[-1].tid, told.threads[-1].python = 99, []
    assert bars_missed(base, harmless(base), told) == {"invented"}


def test_an_invented_native_frame_is_noticed(base, told):
    told.threads[0].native.append(("0x1234", "libc.so.6", "never_called"))
    assert bars_missed(base, harmless(base), told) == {"invented"}


def test_frames_behind_a_damaged_link_are_not_asked_for(base, told):
    thread = max(base.witness.threads, key=lambda thread: len(thread.frames))
    youngest = next(frame for frame in thread.frames if hex(frame.address) in base.sound)
    told.losses = told.losses | {(None, "torn")}
    whole = judge(base, harmless(base), told).linked
    verdict = judge(base, harmless(base, base.file_ranges(youngest.links[:1])), told)
    assert verdict.linked < whole and verdict.orphans == whole - verdict.linked


def test_a_frame_that_is_all_there_and_not_told_counts_against_the_share(base, told):
    del thread_with_frames(told).python[0]
    told.losses = told.losses | {(None, "torn")}
    verdict = judge(base, harmless(base), told)
    assert verdict.told == verdict.linked - 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in RARE])
def test_a_kind_damages_the_same_way_each_time(base, kind):
    def make():
        case = KINDS[kind](base, 1, random.Random("seed"))
        for path in case.paths:
            for entry in path.iterdir():
                entry.rmdir() if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            path.rmdir()
        return case
    try:
        case, again = make(), make()
    except Impossible:
        pytest.skip("not for this version")
    assert bytes(case.data) != base.core.data or kind == "hole"
    assert case.damaged
    if kind != "hostile-file":  # its folder has another name each time
        assert bytes(case.data) == bytes(again.data) and case.label == again.label


def test_ranges_touch_what_they_overlap_only():
    ranges = Ranges([(10, 5), (100, 1), (12, 50)])
    assert ranges.touch(14, 1) and ranges.touch(0, 11) and ranges.touch(61, 9) and ranges.touch(100, 1)
    assert not ranges.touch(0, 10) and not ranges.touch(62, 38) and not ranges.touch(101, 5)


@pytest.mark.parametrize("status, output", [(-11, b""), (2, b""), (0, b""), (3, b"{"), (1, b"")])
def test_an_answer_that_is_none_is_noticed(status, output):
    with pytest.raises(Unreadable):
        read_told(status, output)


def storm_with(folder, base, script):
    """A storm with a pycore that says what `script` does; $1 is the question."""
    fake = folder / "fake-pycore"
    fake.write_text("#!/bin/sh\n" + script)
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    storm = Storm(fake, folder, Limits(seconds=1.0, megabytes=64.0), "1")
    storm.bases.append(base)
    return storm


@pytest.mark.parametrize("script, bar", [
    ("kill -SEGV $$", "crash"),
    ("echo 'runtime error: index out of bounds' >&2; exit 1", "sanitizer"),
    ("echo cut >&2; i=0; while [ $i -lt 6000000 ]; do i=$((i+1)); done; exit 1", "time"),
    ("echo cut >&2; exec %s -c 'x = bytearray(b\"x\") * 200_000_000; exit(1)'" % sys.executable, "memory"),
    ("echo cut >&2; printf '\\033[2J'; exit 1", "escape"),
])
def test_a_run_that_misses_a_bar_is_noticed(folder, base, script, bar):
    storm = storm_with(folder, base, script)
    result = storm.run_case("cut-in-headers:0")
    storm.close()
    assert bar in {missed for missed, _ in result.verdict.misses}
    table = Table()
    table.add(result)
    assert not table.holds()
