"""The map in a real browser: a lasso over all of it lists the listings, and a card leads to their matches."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000


def test_a_lasso_lists_listings_and_a_card_leads_to_find(app_url: str, page: Page) -> None:
    page.goto(f"{app_url}/map?bundle=small")
    expect(page.get_by_role("button", name=re.compile("^Nescafe Eclair"))).to_be_visible(timeout=PATIENCE)
    canvas = page.get_by_role("application")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Find its matches")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Draw around listings").click()
    box = canvas.bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 5)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    expect(page.get_by_role("heading", name="24 listings selected")).to_be_visible(timeout=PATIENCE)
    assert "area=" in page.url
    page.get_by_role("button", name="Sprayer Pompa Kyokan 2 Liter", exact=True).click()
    expect(page).to_have_url(re.compile(r"/find\?bundle=small&listing=2a"), timeout=PATIENCE)
