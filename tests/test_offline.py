"""A fresh checkout without a network: every page on what ships; the README's commands are in `test_readme`.

Here connections are refused within Python. `make offline` runs both files where the machine itself has no network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from product_matching.app.resources import uploads

PROJECT = Path(__file__).resolve().parents[1]
PHOTO = PROJECT / "demo" / "images" / "demo_0006.jpg"
#: Pages by their file, and what of them is asked at an address besides the first view.
PAGES: dict[str, tuple[dict[str, str], ...]] = {
    "streamlit_app.py": ({},),
    "pages/find.py": ({"sample": "?", "decide": "distances"}, {"upload": "?", "q": "minyak", "decide": "distances"}),
    "pages/review.py": ({},),
    "pages/thresholds.py": ({},),
    "pages/catalogue.py": ({"view": "build"},),
    "pages/map.py": ({},),
    "pages/models.py": ({},),
    "pages/how_it_works.py": ({},),
}


@pytest.fixture
def open_shipped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that opens a page on the catalogue and the models that ship."""
    for name in ("EMBEDDINGS", "MODELS", "COMPARISON"):
        monkeypatch.delenv(f"PRODUCT_MATCHING_{name}", raising=False)

    def open_page(page: str, **params: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
        app.query_params.update({"bundle": "demo", **params} if page != "streamlit_app.py" else params)
        if page != "streamlit_app.py":
            app.switch_page(page)
        return app.run()

    return open_page


def test_every_page_is_among_those_opened() -> None:
    assert {f"pages/{path.name}" for path in (PROJECT / "pages").glob("*.py")} == set(PAGES) - {"streamlit_app.py"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_without_a_network(page: str, open_shipped: Callable[..., AppTest], no_network: list[str]) -> None:
    if page == "streamlit_app.py":
        st.cache_resource.clear()
    for params in PAGES[page]:
        known = {"upload": uploads().put(PHOTO.read_bytes(), PHOTO.name), "sample": "query_01"}
        app = open_shipped(page, **{name: known[name] if value == "?" else value for name, value in params.items()})
        assert not app.exception, app.exception
        assert [error.value for error in app.error] == []
        assert app.title or app.subheader
    assert no_network == []
