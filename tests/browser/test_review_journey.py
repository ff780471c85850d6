"""A review in a real browser on the shipped demo: pairs by keyboard, a restart of the server, an audit, an export."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from product_matching.store.bundle import open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.store.manifest import read_manifest
from tests.browser.conftest import PROJECT, serve

pytestmark = pytest.mark.browser
PATIENCE = 60_000
#: Seconds after which a key that had no effect yet has none.
SETTLED_S = 10
#: Notes which pair's photos are on the page at each key.
KEYS_WATCHED = """() => {
  window.shown = [];
  const note = () => document.querySelectorAll("[class*=st-key-photos_]").forEach((element) =>
    window.shown.push([...element.classList].find((name) => name.startsWith("st-key-")).slice(7)));
  window.note && document.removeEventListener("keydown", window.note, true);
  document.addEventListener("keydown", (window.note = note), true);
}"""
DEMO, MODELS = PROJECT / "embeddings" / "demo", PROJECT / "models"


@pytest.fixture
def embeddings(tmp_path: Path) -> Path:
    """The demo, linked: what is kept beside it stays out of the project."""
    shutil.copytree(DEMO, tmp_path / "embeddings" / "demo", copy_function=os.link)
    return tmp_path / "embeddings"


def left(page: Page) -> int:
    words = page.get_by_text(re.compile(r"pairs? to review")).first.inner_text(timeout=PATIENCE)
    return int(re.sub(r"\D", "", words.split("?")[-1].split("·")[0]))


def press(page: Page, key: str) -> None:
    """Answer a pair by keyboard, and wait until the next one stands there."""
    button = page.locator("[class*=_same][class*=st-key-]").first
    name = button.get_attribute("class", timeout=PATIENCE).split("st-key-")[1].split()[0]
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    for patience in (5_000, 10_000, PATIENCE):  # a page that was just opened may not listen to keys yet
        page.keyboard.press(key)
        with suppress(AssertionError):
            expect(page.locator(f".st-key-{name}")).to_have_count(0, timeout=patience)
            break
    expect(page.locator(f".st-key-{name}")).to_have_count(0)
    expect(button).to_be_visible(timeout=PATIENCE)


def press_twice(page: Page, store: DecisionStore, catalogue: str, *, after: float) -> None:
    """Press `n` twice: each pair that is decided was shown when a key was pressed.

    A second key decides the next pair or is said to be too soon, but for one that reaches the server between two pages:
    Streamlit drops what a button sends that the newest run of the page did not draw.
    """
    before = {change.number for change in store.current(catalogue)}
    page.evaluate(KEYS_WATCHED)
    page.keyboard.press("n")
    page.wait_for_timeout(after)
    page.keyboard.press("n")
    too_soon = page.get_by_text("Too soon: the pair before has your answer already.")

    def decided() -> set[frozenset[str]]:
        return {frozenset(each.decision.pair) for each in store.current(catalogue) if each.number not in before}

    deadline = time.monotonic() + SETTLED_S
    while len(decided()) < 2 and not too_soon.is_visible() and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert 1 <= len(decided()) <= 2
    ids = open_bundle(DEMO).listings["posting_id"]
    shown = {frozenset(ids.iloc[int(row)] for row in key.split("_")[1:]) for key in page.evaluate("window.shown")}
    assert decided() <= shown
    expect(page.get_by_test_id("stToast")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)


def merge_and_take_back(page: Page, url: str, store: DecisionStore, catalogue: str) -> None:
    """Merge a group with another one, which decides several pairs from a dialog, and take that back."""
    page.goto(f"{url}/review?bundle=demo&step=groups")
    page.get_by_role("button", name="Merge").first.click(timeout=PATIENCE)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    before = len(store.current(catalogue))
    page.get_by_role("dialog").get_by_role("button", name="The same product").first.click(timeout=PATIENCE)
    expect(page.get_by_text(re.compile("pairs decided: the same product"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    assert len(store.current(catalogue)) > before
    page.get_by_role("button", name="Undo").click(timeout=PATIENCE)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    page.wait_for_timeout(500)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    assert len(store.current(catalogue)) == before


def matches(embeddings: Path, home: Path, out: Path) -> dict[str, set[str]]:
    """Matches of every listing by the command line."""
    variables = {"PRODUCT_MATCHING_HOME": str(home), "PRODUCT_MATCHING_MODELS": str(MODELS)}
    command = [sys.executable, "-m", "product_matching", "match", str(embeddings / "demo"), "--out", str(out)]
    subprocess.run(command, cwd=PROJECT, env={**os.environ, **variables}, check=True, capture_output=True)
    with out.open(encoding="utf-8", newline="") as stream:
        return {line["posting_id"]: set(line["matches"].split()) for line in csv.DictReader(stream)}


def test_twelve_pairs_by_keyboard_hold_after_a_restart_and_change_match(
    embeddings: Path, page: Page, tmp_path: Path
) -> None:
    home, log = tmp_path / "home", tmp_path / "log.txt"
    with serve(embeddings, MODELS, home, log) as url:
        page.goto(f"{url}/review?bundle=demo")
        before = left(page)
        for key in "nynnynnunynn":
            press(page, key)
        page.keyboard.press("Backspace")
        store, catalogue = DecisionStore(home / "decisions.sqlite"), read_manifest(DEMO).catalogue_id
        expect(page.get_by_test_id("stMetricValue").last).to_have_text("10", timeout=PATIENCE)
        assert left(page) <= before - 10
        page.get_by_role("button", name="Settings").click()
        expect(page.get_by_role("slider", name="Least probability of the same product")).to_have_value("37")
    decided = [change.decision for change in store.current(catalogue)]
    assert [decision.word for decision in reversed(decided)] == [
        {"n": Word.different, "y": Word.same}[key] for key in "nynnynnnyn"
    ]
    with serve(embeddings, MODELS, home, log) as url:
        page.goto(f"{url}/review?bundle=demo&step=decisions")
        expect(page.get_by_text("10 decisions.")).to_be_visible(timeout=PATIENCE)
        page.goto(f"{url}/review?bundle=demo&step=audit")
        page.get_by_role("button", name="Draw the sample").click(timeout=PATIENCE)
        for number in range(1, 3):
            expect(page.get_by_text(f"Pair {number} of 75 of the sample")).to_be_visible(timeout=PATIENCE)
            press(page, "y")
        expect(page.get_by_text("2 of 75 reviewed")).to_be_visible(timeout=PATIENCE)
        page.goto(f"{url}/review?bundle=demo&step=pairs")
        press(page, "n")
        for after in (80, 150, 300):
            press_twice(page, store, catalogue, after=after)
        merge_and_take_back(page, url, store, catalogue)
    plain = matches(embeddings, tmp_path / "other_home", tmp_path / "plain.csv")
    held = matches(embeddings, home, tmp_path / "held.csv")
    for decision in decided:
        first, second = decision.pair
        assert (second in held[first]) is (decision.word is Word.same)
    assert held != plain


def test_groups_fit_a_phone_and_lead_into_find(app_url: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app_url}/review?bundle=small&veto=1&step=groups")
    page.get_by_role("button", name="Compare the listings").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=re.compile("^Groups 1 to"))).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name=re.compile("^Farthest pair|^Side by side")).first.click()
    expect(page.get_by_text("Marked words are in one title only.").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Marked words are in one title only.")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    page.locator("[class*=st-key-listing_]").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(r"/find\?bundle=small&listing="), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Find duplicates")).to_be_visible(timeout=PATIENCE)
