"""A bundle that another program removes, replaces or shortens under the running app: every page goes on or says why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import finish_jobs

Open = Callable[..., AppTest]
#: Every page, at an address where it shows what it reads from the files of a bundle.
PLACES: dict[str, tuple[str | None, dict[str, str]]] = {
    "home": (None, {}),
    "find": ("pages/find.py", {"listing": "5b", "pair": "5c"}),
    "find, nothing asked": ("pages/find.py", {}),
    "review": ("pages/review.py", {"step": "groups"}),
    "thresholds": ("pages/thresholds.py", {"by": "distance"}),
    "map": ("pages/map.py", {"listing": "5b", "text": "bag"}),
    "catalogue": ("pages/catalogue.py", {"view": "browse"}),
    "how it works": ("pages/how_it_works.py", {}),
}
#: Those that go on by what they have read before.
READ_BEFORE = {"review", "thresholds", "map"}


def said(app: AppTest) -> list[str]:
    """What a page complains of; it never raised."""
    assert not app.exception, app.exception
    return [str(each.value).replace("\\", "") for each in [*app.error, *app.warning]]


def shorten(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "manifest.json":
            with path.open("r+b") as stream:
                stream.truncate(path.stat().st_size // 2)


def replace(folder: Path) -> None:
    """Put another catalogue in its place, which has neither photos nor samples."""
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("titles"), folder)


@pytest.fixture
def folder(bundles: Path, tmp_path: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle that may be spoiled, beside another one."""
    for name in ("demo", "titles"):
        shutil.copytree(bundles / name, tmp_path / name)
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    return tmp_path / "demo"


@pytest.mark.parametrize("place", PLACES)
def test_a_page_goes_on_or_says_why_whatever_becomes_of_the_bundle_that_it_shows(
    open_app: Open, folder: Path, place: str
) -> None:
    page, address = PLACES[place]
    app = finish_jobs(open_app(page, bundle="demo", **address))
    assert said(app) == []

    def after(change: Callable[[Path], object]) -> list[str]:
        """What the open page says after a change, where nothing that it computed is kept."""
        change(folder)
        st.cache_data.clear()
        return said(app.run())

    found = after(shorten)
    assert all(each.endswith("was shortened while it was open: build the bundle anew.") for each in found)
    assert found or place in READ_BEFORE
    assert all("'5b'" in each or "'5c'" in each for each in after(replace))
    if place == "home":  # all pages choose the catalogue alike
        no_bundle = f"There is no manifest.json in {folder}: it is not a bundle."
        assert no_bundle in after(lambda folder: (folder / "manifest.json").unlink())
    assert after(shutil.rmtree) == ["There is no catalogue 'demo' here."]
