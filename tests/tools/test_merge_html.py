# SPDX-License-Identifier: Apache-2.0
"""The HTML report of `pycore merge` in a real, headless Chromium."""
import pathlib
import subprocess

import pytest
from headless import Browser, CannotBrowse, browser  # noqa: F401
from test_merge import CULPRIT, PYCORE, SIZE, frozen, merge  # noqa: F401

MAKE_JOB_PARTS = pathlib.Path(PYCORE).parents[1] / "tests" / "make_job_parts"
CELLS = "document.querySelectorAll('.strip a')"
OPEN = "document.querySelectorAll('#trees details[open]').length"


@pytest.fixture(scope="module")
def page(frozen, tmp_path_factory):  # noqa: F811
    path = tmp_path_factory.mktemp("page") / "job.html"
    merge("--format=html", "-o", path, frozen)
    return path


def test_the_strip_shows_every_rank_in_the_colour_of_its_place_and_leads_there(browser, page):
    browser.open(page)
    colors = browser.run("return Array.from(%s, (cell) => getComputedStyle(cell).backgroundColor)" % CELLS)
    assert len(colors) == SIZE
    others = {color for rank, color in enumerate(colors) if rank != CULPRIT}
    assert len(others) == 1 and colors[CULPRIT] not in others
    browser.click(".strip a:nth-child(%d)" % (CULPRIT + 1))
    assert "rank %d" % CULPRIT in browser.text(":target") and "read_from_pipe" in browser.text(":target")
    assert browser.run("return document.querySelector(':target').classList.contains('suspect')")


def test_a_call_of_the_tree_folds_what_it_leads_to(browser, page):
    browser.open(page)
    count = browser.run("return document.querySelectorAll('#trees details').length")
    assert count > 1 and browser.run("return " + OPEN) == count
    assert "read_from_pipe" in browser.text("#trees")
    browser.click("#trees summary")
    assert browser.run("return " + OPEN) == count - 1
    assert "read_from_pipe" not in browser.text("#trees > ul")
    browser.click("[data-close-all]")
    assert browser.run("return " + OPEN) == 0
    browser.click("[data-open-all]")
    assert browser.run("return " + OPEN) == count


def test_the_inputs_are_sorted_by_a_click(browser, page):
    browser.open(page)
    browser.run("document.querySelector('table.sortable').closest('details').open = true")
    ranks = "return Array.from(document.querySelectorAll('table.sortable tbody'), (row) => row.rows[0].cells[0].textContent)"
    for expected in (range(SIZE - 1, -1, -1), range(SIZE)):
        browser.click("table.sortable th:nth-child(1) button")
        assert browser.run(ranks) == [str(rank) for rank in expected]


def test_nothing_is_asked_of_the_network_and_nothing_fails(browser, page):
    browser.requests(), browser.log("browser")  # those of other pages
    browser.open(page)
    browser.run("document.querySelectorAll('button').forEach((button) => button.click())")
    asked = [address for address in browser.requests() if not address.startswith(("data:", "about:"))]
    assert {address.partition("#")[0] for address in asked} <= {page.as_uri()}
    assert [entry["message"] for entry in browser.log("browser") if entry["level"] == "SEVERE"] == []


def test_a_hundred_thousand_ranks_fit_on_a_page(browser, tmp_path):
    if not MAKE_JOB_PARTS.exists():
        pytest.skip("%s is not built" % MAKE_JOB_PARTS)
    (tmp_path / "parts").mkdir()
    subprocess.run([str(MAKE_JOB_PARTS), str(tmp_path / "parts"), "100000", "640"], check=True)
    path = tmp_path / "large.html"
    merge("--format=html", "-o", path, tmp_path / "parts")
    assert path.stat().st_size < 10 << 20
    browser.open(path)
    assert 10_000 < browser.run("return %s.length" % CELLS) <= 20_000
    browser.click("[data-close-all]")
    assert browser.run("return " + OPEN) == 0
    assert "100000 ranks" in browser.text("h1")
    browser.run("document.querySelector('table.sortable').closest('details').open = true")
    assert "and 80000 more" in browser.text("table.sortable + p")


def test_without_scripts_everything_can_be_read(page):
    try:
        with Browser(scripts=False) as browser:
            browser.open(page)
            assert "read_from_pipe" in browser.text("#trees")
            assert not browser.run("return document.querySelector('.tools').checkVisibility()")
            browser.click("#trees summary")
            assert "read_from_pipe" not in browser.text("#trees > ul")
    except CannotBrowse as reason:
        pytest.skip(str(reason))
