"""On the shipped demo in a real browser: a threshold is tuned and kept, and a list of new listings is checked."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from product_matching.store.manifest import read_manifest
from tests.browser.conftest import PROJECT, serve

pytestmark = pytest.mark.browser
PATIENCE = 60_000


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, linked: what is kept beside it stays out of the project."""
    folder = tmp_path_factory.mktemp("embeddings")
    shutil.copytree(PROJECT / "embeddings" / "demo", folder / "demo", copy_function=os.link)
    return folder


@pytest.fixture(scope="module")
def demo_url(embeddings: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home, log = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("server") / "log.txt"
    with serve(embeddings, PROJECT / "models", home, log) as url:
        yield url


def test_a_threshold_is_tuned_and_kept_and_find_decides_by_it(demo_url: str, embeddings: Path, page: Page) -> None:
    page.goto(f"{demo_url}/thresholds?bundle=demo")
    slider = page.get_by_role("slider", name="Least probability of the same product")
    expect(slider).to_have_value("37", timeout=PATIENCE)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("sure=40"), timeout=PATIENCE)
    page.get_by_role("button", name="Use 40 % in this catalogue").click(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Back to the built-in ones")).to_be_enabled(timeout=PATIENCE)
    kept = read_manifest(embeddings / "demo").sureness
    assert kept is not None
    assert kept.probability == 0.4
    assert read_manifest(PROJECT / "embeddings" / "demo").sureness is None
    page.goto(f"{demo_url}/find?bundle=demo&listing=demo_0010")
    expect(page.get_by_text("with at least 40 %").first).to_be_visible(timeout=PATIENCE)


def test_a_list_of_new_listings_is_checked_and_downloaded(demo_url: str, page: Page) -> None:
    page.goto(f"{demo_url}/find?bundle=demo&check=many")
    page.get_by_role("button", name=re.compile("^Try it with an example")).click(timeout=PATIENCE)
    button = page.get_by_role("button", name="Download", exact=True)
    expect(button).to_be_visible(timeout=3 * PATIENCE)
    with page.expect_download(timeout=PATIENCE) as download:
        button.click()
    assert download.value.suggested_filename == "demo-checked.csv"
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 40, "a row for each listing of the example and more for their matches"
