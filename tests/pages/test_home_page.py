"""The home page: what is here, the ways into Find, and what it says when something is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.cards import said_on_cards

Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.code)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def test_the_open_catalogue_is_shown_in_numbers_and_a_damaged_one_with_its_problem(open_app: Open) -> None:
    app = open_app(bundle="small")
    assert {metric.label: metric.value for metric in app.metric} == {
        "Listings": "25",
        "With a photo": "24",
        "With a title": "25",
    }
    assert [error.value.count("bundle format 99") for error in app.error] == [1]
    assert app.selectbox(key="streamlit_app_bundle").options == [
        "photos · 24 listings",
        "small · 25 listings",
        "titles · 25 listings",
        "demo · 25 listings",
    ]


@pytest.mark.parametrize("bundle", ["small", "titles"])
def test_an_example_leads_into_find_and_samples_stand_whatever_is_open(open_app: Open, bundle: str) -> None:
    app = open_app(bundle=bundle)
    assert "Your listing" in shown(app)
    assert "Try one of these" in shown(app), "the samples of the demo"
    next(button for button in app.button if button.label == "See this search").click().run()
    assert app.title[0].value == "Find duplicates"
    assert set(app.query_params) == {"bundle", "listing"}
    assert not app.error


@pytest.mark.parametrize("exists", [True, False])
def test_without_a_bundle_the_commands_to_build_one_are_shown(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exists: bool
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path if exists else tmp_path / "none"))
    app = open_app()
    assert "There is no catalogue in" in shown(app)
    assert ".venv/bin/product-matching build listings.csv --images" in shown(app)
    assert ".venv/bin/product-matching build" in shown(open_app("pages/find.py"))


def test_only_a_damaged_bundle_leaves_the_page_whole(
    open_app: Open, bundles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "one").symlink_to(bundles / "damaged")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    said = shown(open_app())
    assert "bundle format 99" in said
    assert "it is not a bundle" in said
    assert ".venv/bin/product-matching build" in said


def test_a_bundle_whose_files_are_damaged_is_told_where_it_is_opened(
    open_app: Open, small_bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(small_bundle, tmp_path / "cut")
    (tmp_path / "cut" / "listings.parquet").write_bytes(b"PAR1")
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    for page in (None, "pages/find.py"):
        app = open_app(page)
        assert "listings.parquet has 4 bytes" in shown(app)


def test_a_title_leads_into_find(open_app: Open) -> None:
    app = open_app(bundle="small")
    app.text_input[0].set_value(" paper  bag victoria ")
    next(button for button in app.button if button.label == "Find").click().run()
    assert app.query_params == {"bundle": "small", "q": "paper bag victoria"}
    assert app.title[0].value == "Find duplicates"
    assert "**Paper Bag Victoria** Secret" in shown(app)


def test_a_photo_leads_into_find(open_app: Open, small_catalogue: Path) -> None:
    app = open_app(bundle="small")
    photo = (small_catalogue / "images" / "3a.png").read_bytes()
    app.file_uploader[0].set_value(("3a.png", photo, "image/png")).run()
    assert app.title[0].value == "Find duplicates"
    assert set(app.query_params) == {"bundle", "upload"}
    assert "Tepung Terigu" in shown(app)


def test_only_the_searches_that_a_catalogue_can_answer_are_offered(open_app: Open) -> None:
    titles, photos = open_app(bundle="titles"), open_app(bundle="photos")
    assert titles.text_input
    assert not titles.file_uploader
    assert photos.file_uploader
    assert not photos.text_input


def test_an_unknown_catalogue_in_the_address_is_told(open_app: Open) -> None:
    app = open_app(bundle="nope")
    assert "There is no catalogue 'nope' here" in shown(app)
    assert "Choose a catalogue at the top of the page" in shown(app)


def test_choosing_a_catalogue_changes_the_address(open_app: Open) -> None:
    app = open_app(bundle="small")
    app.selectbox(key="streamlit_app_bundle").set_value("titles").run()
    assert app.query_params == {"bundle": "titles"}


def test_the_home_page_is_drawn_without_torch_and_faiss(bundles: Path) -> None:
    import os
    import subprocess
    import sys

    script = (
        "import sys\n"
        "import product_matching.app.resources as resources\n"
        "resources.warm_up = lambda catalogue: None\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file(sys.argv[1], default_timeout=60).run()\n"
        "assert app.title[0].value.startswith('Find listings'), app.exception\n"
        "heavy = {'torch', 'faiss', 'timm'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    page = Path(__file__).resolve().parents[2] / "streamlit_app.py"
    environment = {**os.environ, "PRODUCT_MATCHING_EMBEDDINGS": str(bundles)}
    done = subprocess.run([sys.executable, "-c", script, str(page)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
