# SPDX-License-Identifier: Apache-2.0
"""A real, headless Chromium for the tests of HTML reports."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from browser import Browser, CannotBrowse  # noqa: E402


@pytest.fixture(scope="module")
def browser():
    try:
        with Browser() as made:
            yield made
    except CannotBrowse as reason:
        pytest.skip(str(reason))
