# SPDX-License-Identifier: Apache-2.0
"""The HTML report of `pycore triage` in a real, headless Chromium."""
import pathlib
import subprocess
import time

import pytest
from headless import Browser, CannotBrowse, browser  # noqa: F401
from test_cli import PYCORE

WRITE_REPORTS = pathlib.Path(PYCORE).parents[1] / "tests" / "write_reports"
ROWS = "document.querySelectorAll('#clusters > tbody')"
SHOWN = "document.querySelectorAll('#clusters > tbody:not([hidden])').length"
COLUMN = "Array.from(" + ROWS + ", (row) => row.rows[0].cells[%d].textContent)"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    if not WRITE_REPORTS.exists():
        pytest.skip("%s is not built" % WRITE_REPORTS)
    folder = tmp_path_factory.mktemp("reports")
    subprocess.run([str(WRITE_REPORTS), str(folder)], check=True)
    return folder


def test_search_hides_what_does_not_hold_every_word(browser, reports):
    browser.open(reports / "many.html")
    assert browser.run("return %s.length" % ROWS) == 150
    browser.type("input.search", "FAIL_77 cores")
    assert browser.wait_for(SHOWN + " === 1")
    assert browser.text("[data-count-of=clusters]") == "1 of 150"
    assert "fail_77" in browser.text("#clusters > tbody:not([hidden])")
    browser.type("input.search", " ")
    assert browser.wait_for(SHOWN + " === 150")


def test_a_click_on_a_heading_sorts_and_another_one_turns_it_round(browser, reports):
    browser.open(reports / "usual.html")
    before = browser.run("return " + COLUMN % 0)
    assert before == ["2", "1", "1"]
    browser.click("#clusters th:nth-child(1) button")
    assert browser.run("return " + COLUMN % 0) == sorted(before, reverse=True)
    browser.click("#clusters th:nth-child(1) button")
    assert browser.run("return " + COLUMN % 0) == sorted(before)
    browser.click("#clusters th:nth-child(2) button")
    states = browser.run("return " + COLUMN % 1)
    assert states == sorted(states)
    assert browser.run("return document.querySelector('#clusters th:nth-child(2)').ariaSort") == "ascending"


def test_a_stack_opens_and_closes_with_a_click(browser, reports):
    browser.open(reports / "usual.html")
    seen = "document.querySelector('#clusters pre').checkVisibility({contentVisibilityAuto: true})"
    assert not browser.run("return document.querySelector('#clusters details').open")
    browser.click("#clusters summary")
    assert browser.run("return document.querySelector('#clusters details').open")
    assert "<- crashed here" in browser.text("#clusters pre")
    assert browser.run("return " + seen)
    browser.click("[data-open-all]")
    assert browser.run("return document.querySelectorAll('#clusters details[open]').length") == 3
    browser.click("[data-close-all]")
    assert browser.run("return document.querySelectorAll('#clusters details[open]').length") == 0


def test_nothing_is_asked_of_the_network_and_nothing_fails(browser, reports):
    browser.requests(), browser.log("browser")  # those of other pages
    for name in ("usual", "hostile", "many", "empty"):
        browser.open(reports / (name + ".html"))
        browser.run("document.querySelectorAll('button').forEach((button) => button.click())")
        asked = [address for address in browser.requests() if not address.startswith(("data:", "about:"))]
        assert set(asked) <= {(reports / (name + ".html")).as_uri()}
        assert [entry["message"] for entry in browser.log("browser") if entry["level"] == "SEVERE"] == []


def test_hostile_names_are_text(browser, reports):
    browser.open(reports / "hostile.html")
    assert browser.run("return document.scripts.length") == 1
    assert browser.run("return document.querySelectorAll('a, img, iframe, object').length") == 0
    assert "</script><!--" in browser.run("return document.body.textContent")


def test_light_and_dark_are_as_the_reader_has_it(browser, reports):
    browser.open(reports / "usual.html")
    colors = []
    for scheme in ("light", "dark"):
        browser.call("POST", browser.session + "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia",
            "params": {"features": [{"name": "prefers-color-scheme", "value": scheme}]}})
        colors.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    assert colors[0] != colors[1]


def test_ten_thousand_causes_can_still_be_read(browser, tmp_path):
    page = tmp_path / "large.html"
    subprocess.run([str(WRITE_REPORTS), "--html", "10000", str(page)], check=True)
    begin = time.monotonic()
    browser.open(page)
    assert browser.run("return %s.length" % ROWS) > 9000
    assert time.monotonic() - begin < 60
    begin = time.monotonic()
    browser.type("input.search", "fail_7777")
    assert browser.wait_for(SHOWN + " === 1")
    assert time.monotonic() - begin < 30
    browser.click("#clusters > tbody:not([hidden]) summary")
    assert "fail_7777" in browser.text("#clusters > tbody:not([hidden]) pre")


def test_without_scripts_every_stack_can_be_read(reports):
    try:
        with Browser(scripts=False) as browser:
            browser.open(reports / "usual.html")
            assert browser.run("return document.documentElement.className") == ""
            browser.click("#clusters summary")
            assert "<- crashed here" in browser.text("#clusters pre")
            assert not browser.run("return document.querySelector('.tools').checkVisibility()")
    except CannotBrowse as reason:
        pytest.skip(str(reason))
