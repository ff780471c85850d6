"""A first visit in a real browser: a sample photo from home, its matches and the truth, then the next one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000


@pytest.mark.parametrize("width", [400, 1280])
def test_a_sample_is_tried_told_true_and_left_for_the_next(app_url: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{app_url}/?bundle=demo")
    expect(page.get_by_role("heading", name="Try one of these")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_alt_text(re.compile("^Sample photo of "))).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_alt_text(re.compile("^Sample photo of Hana Emas")).click()
    expect(page).to_have_url(re.compile(r"/find\?bundle=demo&sample=q3&q=Hana"), timeout=PATIENCE)
    truth = page.get_by_text("3 of 3 listings of the same product found")
    expect(truth).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Photo alone").click()
    expect(page).to_have_url(re.compile(r"sample=q3$"), timeout=PATIENCE)
    expect(truth).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    another = page.locator("button[data-key^=next_]").first
    name = another.inner_text()
    another.click()
    expect(page).not_to_have_url(re.compile("sample=q3"), timeout=PATIENCE)
    expect(page).to_have_url(re.compile("sample="), timeout=PATIENCE)
    expect(page.get_by_alt_text(f"Sample photo of {name.rstrip('…')}").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Known for this sample")).to_be_visible(timeout=PATIENCE)
