"""A part of an uploaded photo chosen with the mouse and the keyboard, and a picture pasted in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000
MATCHES = re.compile(r"^(At least )?[\d,]+ match(es)?$")
#: Pastes a drawn picture, as the browser does when a key is pressed while nothing has the focus.
PASTE = """async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2400, 1200];
    canvas.getContext("2d").fillRect(300, 300, 900, 500);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], "screenshot.png", { type: "image/png" }));
    const options = { clipboardData, bubbles: true, cancelable: true, composed: true };
    document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def test_a_box_is_drawn_moved_and_cleared_and_a_pasted_picture_takes_the_place(
    app_url: str, page: Page, small_catalogue: Path, tmp_path: Path
) -> None:
    scene = Image.new("RGB", (400, 300), "white")
    scene.paste(Image.open(small_catalogue / "images" / "6a.png").resize((160, 120)), (40, 60))
    scene.save(tmp_path / "scene.png")
    page.goto(f"{app_url}/find?bundle=small&photo=0.25")
    page.locator("input[type=file]").set_input_files(tmp_path / "scene.png")
    expect(page.get_by_role("heading", name=MATCHES)).to_have_text("0 matches", timeout=PATIENCE)
    page.get_by_text("Search for a part").click()
    photo = page.get_by_role("application", name=re.compile("^Your photo. The whole photo is searched for."))
    expect(photo).to_be_visible(timeout=PATIENCE)
    photo.scroll_into_view_if_needed()
    area = photo.bounding_box()
    page.mouse.move(area["x"] + 0.1 * area["width"], area["y"] + 0.2 * area["height"])
    page.mouse.down()
    page.mouse.move(area["x"] + 0.5 * area["width"], area["y"] + 0.6 * area["height"], steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"region=0\.(09|1|2)\d*%2C0\.(19|2)\d*%2C0\.(39|4)\d*%2C0\.(39|4)"))
    expect(page.get_by_role("heading", name=MATCHES)).not_to_have_text("0 matches", timeout=PATIENCE)
    drawn = page.url
    photo = page.get_by_role("application", name=re.compile("Region that is searched for: left 10 %"))
    photo.press("ArrowRight")
    expect(page).not_to_have_url(drawn, timeout=PATIENCE)
    expect(page.get_by_role("application", name=re.compile("left 12 %"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("region="), timeout=PATIENCE)
    page.get_by_role("heading", name="Find duplicates").click()
    page.evaluate(PASTE)
    expect(page.get_by_text("screenshot.png")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"upload=[0-9a-f]{20}$|upload=[0-9a-f]{20}&"))
    assert page.url.partition("upload=")[2][:20] not in drawn
