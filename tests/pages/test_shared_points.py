"""Side by side on the find page: what the photo searched for and that of the listing share, when it is asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.store.bundle import open_bundle
from tests.pages.cards import result_rows

Open = Callable[..., AppTest]


def side_by_side(app: AppTest, bundle: Path) -> str:
    """What stands beside each other for the first result, with all that waits until it is asked for."""
    row = result_rows(app)[0]
    app.query_params["pair"] = open_bundle(bundle).listings["posting_id"].iloc[row]
    app.session_state[f"shared_result_{row}"] = True
    app.run()
    assert not app.exception
    return "\n".join(str(element.value) for kind in (app.markdown, app.caption) for element in kind)


@pytest.mark.parametrize("query", [{"listing": "2a"}, {"sample": "q3"}])
def test_photos_that_are_compared_have_their_points(open_app: Open, bundles: Path, query: dict[str, str]) -> None:
    app = open_app("pages/find.py", bundle="demo", photo="0.999", **query)
    assert "alike" in side_by_side(app, bundles / "demo")


def test_a_title_has_no_photo_to_compare(open_app: Open, bundles: Path) -> None:
    app = open_app("pages/find.py", bundle="small", q="Tepung Terigu Hana Emas 1 Kg")
    said = side_by_side(app, bundles / "small")
    assert "Your search" in said
    assert "alike" not in said
