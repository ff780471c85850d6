"""The parts of How it works that need no page: charts, formulas, sentences, and what comes from the browser."""

from __future__ import annotations

import io
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from product_matching.app.address import EPOCHS
from product_matching.app.components.two_vectors import moved_angle
from product_matching.app.lessons.circle_chart import circle_chart
from product_matching.app.lessons.margins import arcface_formula, say_effect, softmax_formula
from product_matching.app.lessons.neighbour_chart import describe_neighbours, neighbour_chart
from product_matching.app.lessons.neighbours import say_right
from product_matching.app.lessons.reconstructions import pictures_after
from product_matching.app.lessons.word_charts import weight_chart
from product_matching.app.shared.steps import STEPS
from product_matching.places import pictures_folder
from product_matching.workflows.lessons.margins import (
    SOFTMAX,
    arcface_loss,
    read_trainings,
    softmax_loss,
    trained_key,
)
from product_matching.workflows.lessons.neighbours import Neighbourhood
from product_matching.workflows.lessons.words import WeighedWord

TRAININGS = read_trainings()


def neighbourhood(right: list[bool] | None, n_same: int = 0) -> Neighbourhood:
    return Neighbourhood(
        row=0,
        rows=np.arange(1, 5),
        distances=np.array([0.1, 0.2, 0.2, 0.6]),
        right=None if right is None else np.array(right),
        n_same=n_same,
    )


@pytest.mark.parametrize(
    ("state", "angle"),
    [
        ({"angle": 50}, 50),
        ({"angle": 180.0}, 180),
        ({"angle": 181}, None),
        ({"angle": -1}, None),
        ({"angle": 20.5}, None),
        ({"angle": math.nan}, None),
        ({"angle": math.inf}, None),
        ({"angle": True}, None),
        ({"angle": "50"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_only_a_whole_angle_is_taken_from_the_browser(state: object, angle: int | None) -> None:
    assert moved_angle(state) == angle


def test_the_formulas_hold_the_numbers_that_give_the_loss() -> None:
    softmax, arcface = TRAININGS[SOFTMAX], TRAININGS[trained_key(0.5, 16)]
    for loss, formula in (
        (softmax_loss(softmax, 7), softmax_formula(softmax_loss(softmax, 7))),
        (arcface_loss(arcface, 7, 0.5, 16), arcface_formula(arcface_loss(arcface, 7, 0.5, 16), 0.5, 16)),
    ):
        last = formula.rpartition(r"-\ln\frac")[2]
        powers = [float(each) for each in re.findall(r"e\^\{(-?[\d.]+)\}", last)]
        own, everything = powers[0], powers[1:]
        stated = float(re.findall(r"= (-?[\d.]+)", last)[-1])
        assert -math.log(math.exp(own) / sum(map(math.exp, everything))) == pytest.approx(loss.value, abs=0.01)
        assert stated == pytest.approx(loss.value, abs=5e-4)


def test_what_the_margin_changed_is_said_with_the_means_of_the_trainings() -> None:
    without, with_margin = TRAININGS[trained_key(0.0, 30)].spread[0], TRAININGS[trained_key(0.4, 30)].spread[0]
    said = say_effect(TRAININGS, 0.4, 30)
    assert f"from {without:.1f}° to **{with_margin:.1f}°**" in said
    assert "Without a margin" in say_effect(TRAININGS, 0.0, 30)


def test_a_circle_holds_every_point_in_its_direction() -> None:
    trained = TRAININGS[SOFTMAX]
    chart = circle_chart(trained, ("0", "1", "2", "3", "4"), 5)
    dots = [trace for trace in chart["data"] if trace.get("marker", {}).get("size") == 5]
    assert [len(trace["x"]) for trace in dots] == np.bincount(trained.labels).tolist()
    drawn = np.degrees(np.arctan2(dots[0]["y"], dots[0]["x"]))
    directions = trained.directions()[trained.labels == 0]
    assert drawn == pytest.approx(np.degrees(np.arctan2(directions[:, 1], directions[:, 0])), abs=0.1)
    ring = chart["data"][-1]
    assert np.array([ring["x"][0], ring["y"][0]]) / 0.95 == pytest.approx(trained.directions()[5])


@pytest.mark.parametrize(
    ("right", "n_same", "shown", "said"),
    [
        ([True, False, True, False], 3, 3, "**2 of 3 shown are right**; 2 of the 3 of the same product."),
        ([True, False, True, False], 3, 0, "**Nothing shown**; 0 of the 3 of the same product."),
        ([False] * 4, 0, 0, "**Nothing shown**, and rightly: it has no match."),
        (None, 0, 1, "**1 listing shown.** This catalogue does not say which are right."),
    ],
)
def test_how_many_are_right_is_said(right: list[bool] | None, n_same: int, shown: int, said: str) -> None:
    assert say_right(neighbourhood(right, n_same), shown) == said


def test_neighbours_are_drawn_by_what_they_are_and_pale_where_not_shown() -> None:
    around = neighbourhood([True, False, True, False], 3)
    same, other = neighbour_chart(around, 2, 0.2)["data"]
    assert (same["x"], same["y"], same["marker"]["opacity"]) == ([0.1, 0.2], [1, 3], [1.0, 0.35])
    assert (other["y"], other["marker"]["opacity"]) == ([2, 4], [1.0, 0.35])
    assert len(neighbour_chart(neighbourhood(None), 2, 0.2)["data"]) == 1
    assert describe_neighbours(around, 3, 0.2).startswith("Of the 4 nearest listings 3 are within 0.200, 2 of them")


def test_words_of_a_title_cannot_write_into_a_chart() -> None:
    word = WeighedWord(word="<b onload=x>", titles=0, idf=2.0, weight=1.0)
    chart = weight_chart([word], 5)
    assert chart["layout"]["yaxis"]["ticktext"] == ["&lt;b onload=x&gt;"]
    assert chart["data"][0]["customdata"] == [["&lt;b onload=x&gt;", "in 0 of 5 titles<br>IDF 2.00"]]
    assert chart["data"][0]["text"] == ["unknown"]


def test_each_photo_stands_above_what_was_drawn_of_it() -> None:
    rows = len(EPOCHS) + 1
    strip = np.zeros((rows * 16, 3 * 16, 3), np.uint8)
    for row in range(rows):
        for column in range(3):
            strip[16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = 40 * row + 10 * column
    buffer = io.BytesIO()
    Image.fromarray(strip).save(buffer, "JPEG", quality=100)
    pairs = [np.asarray(Image.open(io.BytesIO(each))) for each in pictures_after(buffer.getvalue(), 2)]
    assert [pair.shape for pair in pairs] == [(32, 16, 3)] * 3
    assert [round(float(pair[:16].mean())) for pair in pairs] == pytest.approx([0, 10, 20], abs=2)
    assert [round(float(pair[16:].mean())) for pair in pairs] == pytest.approx([120, 130, 140], abs=2)


def test_the_pictures_that_ship_are_whole() -> None:
    with Image.open(pictures_folder() / "reconstructions.jpg") as strip:
        assert strip.width % (strip.height // (len(EPOCHS) + 1)) == 0
    for name, *_ in STEPS:
        for theme in ("light", "dark"):
            path = pictures_folder() / "steps" / f"{name}_{theme}.svg"
            tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()}
            assert "script" not in tags
            assert path.stat().st_size < 60_000
