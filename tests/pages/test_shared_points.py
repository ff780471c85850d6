"""The details of a card on the find page: what the photo searched for and that of the listing share."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def first_row(app: AppTest) -> int:
    """Row of the listing on the first card."""
    keys = [str(button.key) for button in app.button]
    return next(int(key.removeprefix("duplicates_")) for key in keys if key.startswith("duplicates_"))


def details(app: AppTest, row: int) -> str:
    """What stands in the details of a listing once they are opened."""
    app.session_state[f"details_{row}"] = True
    app.run()
    assert not app.exception
    return "\n".join(str(element.value) for element in app.markdown)


@pytest.mark.parametrize("query", [{"listing": "2a"}, {"sample": "q3"}])
def test_photos_that_are_compared_have_their_points(open_app: Open, query: dict[str, str]) -> None:
    app = open_app("pages/find.py", bundle="demo", photo="0.999", **query)
    row = first_row(app)
    said = details(app, row)
    assert "What the photos share" in said
    assert "alike" in said


def test_a_title_has_no_photo_to_compare(open_app: Open) -> None:
    app = open_app("pages/find.py", bundle="small", q="Tepung Terigu Hana Emas 1 Kg")
    row = first_row(app)
    said = details(app, row)
    assert "Why" in said
    assert "What the photos share" not in said
