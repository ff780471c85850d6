"""The models page in a real browser: opened by its address on a phone, downloaded, left by the menu."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 120_000


def test_the_models_are_compared(app_url: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app_url}/models?bundle=small&show=methods&measure=recall@1")
    expect(page.get_by_label(re.compile("^F1 on the demo, the best first"))).to_be_visible(timeout=PATIENCE)
    chart = page.get_by_label(re.compile("^recall@1 by method"))
    expect(chart.get_by_text("Convolutional autoencoder")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("radio", name="Whole set (F1)", exact=True).click()
    chart = page.get_by_label(re.compile("^F1 by method"))
    expect(chart.get_by_text("Reported, under its own protocol")).to_be_visible(timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("recall"), timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Table as CSV")).click()
    assert download.value.suggested_filename == "comparison.csv"
    page.get_by_test_id("stPageLink").get_by_text("Find", exact=True).click()
    expect(page).to_have_url(re.compile(r"/find\?bundle=small"), timeout=PATIENCE)
