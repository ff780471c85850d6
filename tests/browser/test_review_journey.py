"""The review page in a real browser: groups on a button, the weakest pair explained, a listing opened in Find."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000


def test_groups_are_found_explained_and_lead_into_find(app_url: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app_url}/review?bundle=small&veto=1")
    page.get_by_role("button", name="Find the groups").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=re.compile("^Groups 1 to"))).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name=re.compile("^Weakest pair of|^Why they match")).first.click()
    expect(page.get_by_text(re.compile("Title distance 0")).first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.locator("[class*=st-key-listing_]").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(r"/find\?bundle=small&listing="), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Find duplicates")).to_be_visible(timeout=PATIENCE)
