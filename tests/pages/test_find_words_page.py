"""A few words on the find page: the listings that hold them, near spellings, and the switch to duplicates."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.find.found_words import found_csv
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find_words import WordFinder
from tests.pages.conftest import finish_jobs
from tests.pages.test_find_page import card_rows, n_matches, shown

FIND = "pages/find.py"
Open = Callable[..., AppTest]


@pytest.fixture
def words(bundles: Path) -> WordFinder:
    return WordFinder(open_bundle(bundles / "small"))


def test_a_few_words_show_every_title_that_holds_them_and_then_some(open_app: Open, words: WordFinder) -> None:
    app = open_app(FIND, bundle="small", q="emas READY")
    found = words.find("emas ready")
    assert n_matches(app) == len(found.matches) == 2
    assert card_rows(app) == [*found.matches, *found.partial[:12]]
    assert "Some of the words" in shown(app)
    assert "**READY** STOCK Tepung Terigu Hana **Emas** 1 Kg" in shown(app)
    assert "both words" in shown(app)
    assert "1 of 2 words" in shown(app)
    assert "Without “ready”" in shown(app)
    assert not app.slider
    assert not app.error


def test_a_whole_title_of_the_catalogue_is_searched_for_duplicates(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="Paper Bag Victoria Secret")
    assert [slider.key for slider in app.slider] == ["find_title_threshold"]
    assert "Searched as a whole title" in shown(app)
    assert "mode" not in app.query_params


def test_the_switch_leads_to_the_other_mode_and_back(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="hana emas")
    app.button(key="mode_duplicates").click().run()
    assert app.query_params["mode"] == "duplicates"
    assert app.slider(key="find_title_threshold")
    app.button(key="mode_words").click().run()
    assert "mode" not in app.query_params
    app = open_app(FIND, bundle="small", q="Tepung Terigu Hana Emas 1 Kg")
    app.button(key="mode_words").click().run()
    assert app.query_params["mode"] == "words"
    assert n_matches(app) == 3
    app.text_input(key="find_title").set_value("Speaker Bluetooth Fleco F6").run()
    assert "mode" not in app.query_params
    assert "Searched as a whole title" in shown(app)


def test_an_unknown_word_is_named_and_its_near_spelling_can_be_searched_for(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="nescafee latte")
    assert n_matches(app) == 0
    assert "“nescafee” is in no title of small. Search for a near spelling:" in shown(app)
    app.button(key="correction_0").click().run()
    assert app.query_params["q"] == "nescafe latte"
    assert n_matches(app) == 3
    assert not app.info


def test_words_that_no_title_holds_are_told_without_an_error(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="qwertz")
    assert n_matches(app) == 0
    assert "No title holds any of these words" in shown(app)
    assert "“qwertz” is in no title of small. Try other words" in shown(app)
    assert not app.error


def test_a_few_words_beside_a_photo_are_searched_for_as_a_title(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", q="emas")
    assert {slider.key for slider in app.slider} == {"find_photo_threshold", "find_title_threshold"}
    assert not [button for button in app.button if str(button.key).startswith("mode_")]


@pytest.mark.parametrize("text", ["hana emas", "Tepung Terigu Hana Emas 1 Kg"])
def test_a_typed_text_with_a_scorer_of_photos_is_no_error(
    open_app: Open, models_with_pairs: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    app = finish_jobs(open_app(FIND, bundle="small", q=text, scorer="photos"))
    assert not app.error
    assert n_matches(app) > 0
    assert ("compared by title alone" in shown(app)) is (text != "hana emas")


def test_the_download_holds_the_matches_with_every_column(words: WordFinder) -> None:
    found = words.find("hana emas")
    table = pd.read_csv(io.BytesIO(found_csv(words.bundle, found)), dtype=str)
    assert table["posting_id"].tolist() == words.bundle.listings["posting_id"][found.matches].tolist()
    assert {"title", "coverage", "price", "label_group"} <= set(table)
    assert not {"missing", "photo_sha256"} & set(table)
