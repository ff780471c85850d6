"""Two listings side by side: what is marked as different, in which order, and what waits until it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.shared.columns import column_label, told_columns, value_text


def draw(bundle: Path, left: int, right: int) -> AppTest:
    def page(folder: str, left: int, right: int) -> None:
        from pathlib import Path

        from product_matching.app.shared.side_by_side import draw_side_by_side
        from product_matching.matching.second_stage.catalogue_scorer import Prediction
        from product_matching.store.bundle import open_bundle
        from product_matching.workflows.find import Finder

        prediction = Prediction(right, 0.83, True, (("cosine of photo", 1.0), ("quantities", -0.5)), "both")
        draw_side_by_side(Finder(open_bundle(Path(folder))), left, right, key="pair", prediction=prediction)

    app = AppTest.from_function(
        page, kwargs={"folder": str(bundle), "left": left, "right": right}, default_timeout=60
    ).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (app.markdown, app.caption) for element in kind)


def test_what_only_one_of_two_has_is_marked_and_points_wait_until_they_are_wanted(small_bundle: Path) -> None:
    app = draw(small_bundle, 9, 10)  # flour of the same product, in other words
    assert ":orange-background[**" in said(app)
    assert "Marked words are in one title only." in said(app)
    [photos] = app.get("bidi_component")
    assert [alt.split(" of ")[0] for _, alt in json.loads(photos.proto.json)["pictures"]] == ["Photo", "Photo"]
    assert said(app).index("the photos look alike") < said(app).index("the sizes differ")
    assert "alike" not in said(app).replace("the photos look alike", "")
    app.session_state["shared_pair"] = True
    assert "alike" in said(app.run()).replace("the photos look alike", "")


def test_the_columns_that_people_ask_for_come_first_and_those_of_files_are_left_out() -> None:
    record = {
        "title": "mug",
        "photo_sha256": "ab",
        "part": "test",
        "kind": "mug",
        "shop_name": "A  B",
        "price": "69000",
    }
    record |= {"label_group": "7", "colour": ""}
    assert told_columns(record) == {"price": "69,000", "shop_name": "A B", "kind": "mug", "part": "test"}
    assert column_label("shop_name") == "Shop name"


@pytest.mark.parametrize(("value", "text"), [("1234.5", "1,234.50"), ("69000", "69,000"), ("Rp 5", "Rp 5")])
def test_a_price_has_thousands_separators(value: str, text: str) -> None:
    assert value_text("price", value) == text
    assert value_text("size", value) == value
