"""The app with its HTTP service below a path, as behind a proxy: all that a page fetches lies below it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import serve
from tests.browser.test_find_journey import PATIENCE, card_names, headline, pictures

pytestmark = pytest.mark.browser
PREFIX = "shop/matching"


def test_all_that_is_fetched_lies_below_the_prefix(
    small_bundle: Path, sampled_bundle: Path, tiny_model: Path, small_catalogue: Path, tmp_path: Path, page: Page
) -> None:
    for bundle in (small_bundle, sampled_bundle):
        shutil.copytree(bundle, tmp_path / "served" / bundle.name)
    fetched: list[Response] = []
    page.on("response", lambda response: fetched.append(response))
    with serve(tmp_path / "served", tiny_model.parent, tmp_path / "home", tmp_path / "log.txt", prefix=PREFIX) as url:
        page.goto(url)
        page.get_by_role("link", name="Find", exact=True).first.click()
        expect(page.get_by_text("Nothing is searched for yet")).to_be_visible(timeout=PATIENCE)
        assert page.url.startswith(f"{url}/find?")
        page.locator("input[type=file]").set_input_files(small_catalogue / "images" / "3b.jpg")
        expect(headline(page)).to_be_visible(timeout=PATIENCE)
        assert card_names(page)
        expect(page.get_by_alt_text("Your photo")).to_be_visible(timeout=PATIENCE)
        loaded = "pictures => pictures.every(picture => picture.complete && picture.naturalWidth > 0)"
        assert pictures(page).evaluate_all(loaded)
        page.reload()  # opened first by its address
        expect(headline(page)).to_be_visible(timeout=PATIENCE)
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("download", re.IGNORECASE)).first.click()
        assert download.value.path().stat().st_size > 0
        page.goto(f"{url}/map?bundle=small")
        expect(page.get_by_role("button", name=re.compile("^Nescafe Eclair"))).to_be_visible(timeout=PATIENCE)
        page.get_by_role("link", name="Review", exact=True).first.click()
        expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)
        answer = ask(f"{url}/match", title="Tepung Terigu Hana Emas", catalogue="small")
        with pytest.raises(HTTPError) as closed:
            urlopen(f"{url}/_stcore/metrics")
    assert answer["matches"][0]["columns"]["label_group"] == "group3"
    assert closed.value.code == 404
    outside = [each.url for each in fetched if each.url.startswith("http") and not each.url.startswith(url)]
    assert outside == []
    # Pictures are asserted above: one of a page that was left may be gone by the time it is sent.
    code = [each for each in fetched if each.request.resource_type in {"document", "script", "stylesheet", "font"}]
    assert len(code) > 10
    assert [each.url for each in code if each.status >= 400] == []


def ask(url: str, **fields: str) -> dict[str, list[dict[str, dict[str, str]]]]:
    with urlopen(Request(url, urlencode(fields).encode())) as reply:
        answer: dict[str, list[dict[str, dict[str, str]]]] = json.load(reply)
    return answer
