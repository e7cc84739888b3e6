# SPDX-License-Identifier: Apache-2.0
"""`pycore stacks` on the small cores in testdata/stored: every CPython version on any machine.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_stored_cores.py

The files that these cores name are not here, so Python frames are compared, native ones are not.
"""
import json
import lzma
import os
import pathlib
import subprocess

import pytest
import truth_comparison

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
CORES = sorted((CHECKOUT / "testdata" / "stored").glob("*.core.xz"))


@pytest.mark.skipif(not PYCORE.exists(), reason="pycore is not built")
@pytest.mark.parametrize("core", CORES, ids=lambda path: path.name[:-len(".core.xz")])
def test_a_stored_core_is_read_without_its_files(core, tmp_path):
    plain = tmp_path / "core"
    plain.write_bytes(lzma.decompress(core.read_bytes()))
    done = subprocess.run([str(PYCORE), "stacks", "--format", "json", str(plain)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode in (0, 3), done.stderr.decode(errors="replace")
    report = json.loads(done.stdout)
    truth = json.loads(core.with_name(core.name.replace(".core.xz", ".truth.json")).read_text())
    assert report["runtime"], done.stderr.decode(errors="replace")
    assert report["runtime"]["version"] == ".".join(map(str, truth["version_info"][:3]))
    differences = truth_comparison.compare(truth, report, truth_comparison.Circumstances(
        "kernel", files_at_hand=False, signal=6))
    assert not differences, "\n".join(differences)
