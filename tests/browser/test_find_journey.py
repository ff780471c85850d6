"""The main journey in a real browser: a photo in, its product first, the slider moved, the link shared."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000


def headline(page: Page) -> Locator:
    """The heading that counts the matches."""
    return page.get_by_role("heading", name=re.compile(r"^(At least )?[\d,]+ match(es)?$"))


def count(page: Page) -> int:
    return int(re.sub(r"\D", "", headline(page).inner_text()))


def pictures(page: Page) -> Locator:
    """The photos on the cards; their alternative texts name the listings."""
    return page.get_by_alt_text(re.compile("^(No photo|Photo) of "))


def card_names(page: Page) -> list[str]:
    """Names of the listings on the cards in order, once the page is complete."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=PATIENCE)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)  # parts are drawn as their code loads
    return [str(picture.get_attribute("alt")) for picture in pictures(page).all()]


def test_upload_slide_and_share(app_url: str, page: Page, small_catalogue: Path) -> None:
    page.goto(f"{app_url}/find?bundle=small")
    expect(page.get_by_text("Nothing is searched for yet")).to_be_visible(timeout=PATIENCE)
    page.locator("input[type=file]").set_input_files(small_catalogue / "images" / "3b.jpg")
    expect(headline(page)).to_be_visible(timeout=PATIENCE)
    assert card_names(page)[0] == "Photo of READY STOCK Tepung Terigu Hana Emas 1 Kg"
    assert re.search(r"upload=[0-9a-f]{20}", page.url)

    before = headline(page).inner_text()
    slider = page.get_by_role("slider", name="Largest photo distance")
    position = slider.input_value()
    slider.focus()
    slider.press("End")
    slider.press("ArrowLeft")
    expect(slider).not_to_have_value(position)
    expect(headline(page)).not_to_have_text(before, timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"photo=0\.998"), timeout=PATIENCE)
    assert count(page) > int(re.sub(r"\D", "", before))

    shared = page.context.browser.new_context().new_page()
    shared.goto(page.url)
    expect(headline(shared)).to_have_text(headline(page).inner_text(), timeout=PATIENCE)
    expect(shared.get_by_alt_text("Your photo")).to_be_visible(timeout=PATIENCE)
    expect(pictures(shared)).to_have_count(pictures(page).count(), timeout=PATIENCE)
    assert card_names(shared) == card_names(page)
    shared.context.close()


def test_a_card_opens_by_key_and_by_its_photo_and_leads_on_and_back(app_url: str, page: Page) -> None:
    page.goto(f"{app_url}/find?bundle=small&listing=5b&photo=0.9")
    expect(headline(page)).to_be_visible(timeout=PATIENCE)
    first = headline(page).inner_text()
    cards = page.locator("button[data-key^=result_]")
    cards.first.focus()
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Different")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("pair="))
    for patience in (5_000, 10_000, PATIENCE):  # a dialog that is still being drawn may not listen yet
        dialog.press("Escape")
        with suppress(AssertionError):
            expect(page).not_to_have_url(re.compile("pair="), timeout=patience)
            break
    expect(page).not_to_have_url(re.compile("pair="))

    cards.last.locator("img").click()
    dialog.get_by_role("button", name="Search with this one").click(timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("listing=5b"), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Find duplicates")).to_be_in_viewport(timeout=PATIENCE)
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile("listing=5b"))
    expect(headline(page)).to_have_text(first, timeout=PATIENCE)


def follow(page: Page, name: str) -> None:
    """Follow the link of the menu to a page, which may stand behind "More"."""
    if name == "Models":
        page.get_by_role("button", name="More").click()
    page.get_by_test_id("stPageLink").get_by_text(name, exact=True).first.click()


@pytest.mark.parametrize("between", ["Models", "Review", "Product matching"])
def test_the_search_and_a_moved_slider_survive_another_page(app_url: str, page: Page, between: str) -> None:
    page.goto(f"{app_url}/find?bundle=small&listing=5b")
    slider = page.get_by_role("slider", name="Largest photo distance")
    expect(headline(page)).to_be_visible(timeout=PATIENCE)
    before = headline(page).inner_text()
    slider.focus()
    slider.press("End")
    expect(page).to_have_url(re.compile(r"photo=0\.999"), timeout=PATIENCE)
    expect(headline(page)).not_to_have_text(before, timeout=PATIENCE)
    url, found = page.url, headline(page).inner_text()
    follow(page, between)
    expect(page).not_to_have_url(url, timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Find duplicates")).not_to_be_visible(timeout=PATIENCE)
    follow(page, "Find")
    expect(page).to_have_url(url, timeout=PATIENCE)
    expect(headline(page)).to_have_text(found, timeout=PATIENCE)
    expect(slider).to_have_value("0.999")


@pytest.mark.parametrize("width", [400, 1280])
def test_home_leads_into_find_and_nothing_overflows(app_url: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(app_url)
    page.get_by_label("Search by title").fill("nescafe latte")
    page.get_by_label("Search by title").press("Enter")
    expect(headline(page)).to_be_visible(timeout=PATIENCE)
    assert page.get_by_label("Title", exact=True).input_value() == "nescafe latte"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(pictures(page)).to_have_count(3, timeout=PATIENCE)
    columns = {round(picture.bounding_box()["x"]) for picture in pictures(page).all()}
    assert len(columns) == (2 if width == 400 else 3)


def test_a_title_with_markup_is_shown_as_text(app_url: str, page: Page) -> None:
    page.goto(
        f"{app_url}/find?bundle=small&q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+%5Blink%5D(http%3A%2F%2Fevil.example)"
    )
    expect(page.get_by_text("None of these words")).to_be_visible(timeout=PATIENCE)
    assert page.locator("a[href*='//evil.example']").count() == 0
