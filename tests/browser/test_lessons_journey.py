"""How it works in a real browser: a vector is turned by keys and dragged, and the page follows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 120_000


def test_a_vector_is_turned_and_dragged(app_url: str, page: Page) -> None:
    page.goto(f"{app_url}/how_it_works?bundle=small&angle=60")
    distance, tip = page.locator("output.distance"), page.get_by_role("slider", name=re.compile("^Second vector"))
    expect(distance).to_have_text("0.500", timeout=PATIENCE)
    expect(page.get_by_role("heading", name="The nearest, and where to stop")).to_be_visible(timeout=PATIENCE)
    tip.focus()
    page.keyboard.press("ArrowLeft")
    expect(distance).to_have_text("0.577")
    expect(page).to_have_url(re.compile("angle=65"), timeout=PATIENCE)
    expect(page.get_by_text("The pair of this catalogue nearest to 0.577")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowUp")
    expect(distance).to_have_text("0.577")
    first = page.get_by_role("slider", name=re.compile("^First vector"))
    tip.drag_to(first, force=True)
    expect(distance).to_have_text("0.000")
    expect(page).to_have_url(re.compile("angle=0"), timeout=PATIENCE)
    menu = page.get_by_test_id("stPageLink")
    menu.get_by_text("Product matching").click()
    page.get_by_role("button", name="More").click()
    menu.get_by_text("How it works", exact=True).last.click()
    expect(page).to_have_url(re.compile("angle=0"), timeout=PATIENCE)
    expect(distance).to_have_text("0.000", timeout=PATIENCE)
