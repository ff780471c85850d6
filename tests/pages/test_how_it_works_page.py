"""How it works: every lesson on photos and titles, on titles alone, and what is left without a catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import HOW_IT_WORKS
from product_matching.workflows.lessons.margins import read_trainings, trained_key

Open = Callable[..., AppTest]
HEADS = [
    "Near and far",
    "A title, word by word",
    "How a network learns which photos belong together",
    "Without being told which belong together",
    "The nearest, and where to stop",
]


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info)
    return re.sub(r"\\(?=\W|_)", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def charts(app: AppTest) -> list[dict[str, object]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def test_every_lesson_answers_to_what_is_moved(open_app: Open) -> None:
    app = open_app(HOW_IT_WORKS, bundle="small")
    assert [head.value for head in app.subheader] == HEADS
    assert len(charts(app)) == 5
    text = shown(app)
    assert "What a distance means here" in text
    assert "The pair of this catalogue nearest to **0.357**" in text
    app.select_slider(key="how_it_works_margin").set_value(0.2).run()
    app.select_slider(key="how_it_works_scale").set_value(30).run()
    app.text_input(key="how_it_works_first_title").set_value("Paper bag zzz").run()
    app.slider(key="how_it_works_k").set_value(2).run()
    app.slider(key="how_it_works_within").set_value(0.999).run()
    app.selectbox(key="how_it_works_around").set_value(app.selectbox(key="how_it_works_around").options[1]).run()
    text = shown(app)
    assert f"**{read_trainings()[trained_key(0.2, 30)].spread[0]:.1f}°**" in text
    assert "In no title of the catalogue: zzz" in text
    assert re.search(r"\*\*[012] of 2 shown are right\*\*; [012] of the 2 of the same product", text)
    assert {name: app.query_params[name] for name in ("margin", "scale", "first", "k", "within")} == {
        "margin": "0.2",
        "scale": "30",
        "first": "Paper bag zzz",
        "k": "2",
        "within": "0.999",
    }
    assert app.query_params["around"] != ""


def test_an_address_is_shown_as_it_says(open_app: Open) -> None:
    app = open_app(HOW_IT_WORKS, bundle="small", angle="100", first="!?", second="lamp", around="5b", epoch="2", k="0")
    text = shown(app)
    assert "Beyond 1 the arrows point away from each other" in text
    assert "It has no words to weigh." in text
    assert "The two titles share no word of the catalogue" in text
    assert app.selectbox(key="how_it_works_around").value == "5b"
    assert app.select_slider(key="how_it_works_epoch").value == 2
    assert "'k' in the address is '0'" in text
    assert app.slider(key="how_it_works_k").value == 10


def test_titles_alone_have_every_lesson_and_photos_alone_all_but_that_on_words(open_app: Open) -> None:
    titles = open_app(HOW_IT_WORKS, bundle="titles", around="nobody")
    assert [head.value for head in titles.subheader] == HEADS
    assert "pairs of titles of this catalogue" in shown(titles)
    photos = open_app(HOW_IT_WORKS, bundle="photos")
    assert [head.value for head in photos.subheader] == [HEADS[0], *HEADS[2:]]
    assert "pairs of photos of this catalogue" in shown(photos)


def test_without_a_usable_catalogue_the_lessons_that_need_none_are_left(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    damaged = open_app(HOW_IT_WORKS, bundle="damaged")
    assert len(damaged.error) == 1
    assert "format 99" in damaged.error[0].value
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    monkeypatch.setattr("product_matching.app.lessons.reconstructions.pictures_folder", lambda: tmp_path)
    monkeypatch.setattr("product_matching.app.shared.steps.pictures_folder", lambda: tmp_path)
    empty = open_app(HOW_IT_WORKS)
    text = shown(empty)
    assert not empty.error
    assert "Without a catalogue, only what needs none is shown." in text
    assert "The picture of this lesson is not here." in text
    assert "**1. Represent**" in text
    for app in (damaged, empty):
        assert [head.value for head in app.subheader] == [HEADS[0], HEADS[2], HEADS[3]]
