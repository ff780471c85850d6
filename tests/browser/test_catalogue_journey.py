"""A catalogue is built from a list and a zip of photos in a real browser, and searched by a title."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000
#: The first build of a server loads torch, which takes long on a busy machine.
BUILD_PATIENCE = 180_000


def test_a_catalogue_is_built_from_files_and_searched(
    app_url: str, page: Page, small_catalogue: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted((small_catalogue / "images").glob("*.*")):
            packed.write(path, f"photos/{path.name}")
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app_url}/catalogue?bundle=small&view=build")
    files = page.locator("input[type=file]")
    expect(files).to_have_count(2, timeout=PATIENCE)
    listings = tmp_path / "listings.csv"
    listings.write_bytes((small_catalogue / "listings.csv").read_bytes() + b"0a,,Twice,,1\n")
    files.nth(0).set_input_files(listings)
    expect(page.get_by_text("No photos are at hand")).to_be_visible(timeout=PATIENCE)
    files.nth(1).set_input_files(archive)
    expect(page.get_by_text("25 listings, 25 titles, 24 photos")).to_be_visible(timeout=PATIENCE)
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_count(1, timeout=PATIENCE)  # the one drawn before the photos is gone
    name.fill("from-browser")
    expect(page.get_by_text("duplicate posting_id: '0a' as in line 2")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Build without this listing").click()
    expect(page.get_by_text(re.compile("from-browser is built in"))).to_be_visible(timeout=BUILD_PATIENCE)
    expect(page.get_by_text("1 listing left out")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("bundle=from-browser"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name="Search it").click()
    expect(page.get_by_role("heading", name="Find duplicates")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{app_url}/find?bundle=from-browser&q=Speaker+Bluetooth+Fleco+F6")
    expect(page.get_by_text("READY STOCK Speaker Bluetooth Fleco F6").first).to_be_visible(timeout=PATIENCE)
