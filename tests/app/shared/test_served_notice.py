"""The Find page says where a catalogue was searched."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.shared.wording import plain


def shown(**served: object) -> AppTest:
    def page(served: object, decides: bool) -> None:
        from product_matching.app.shared.served_notice import draw_served

        draw_served(served, decides=decides)  # type: ignore[arg-type]

    decides = bool(served.pop("decides", True))
    return AppTest.from_function(page, kwargs={"served": SimpleNamespace(**served), "decides": decides}).run()


@pytest.mark.parametrize(
    ("exact", "said"),
    [(True, "every match is found"), (False, "by an approximate index, which may miss matches")],
)
def test_milvus_answers_and_its_index_is_told(exact: bool, said: str) -> None:
    at = shown(problem="", exact=exact)
    assert [each.value for each in at.caption] == [f":material/database: Searched in Milvus: {said}."]
    assert not at.warning


def test_what_a_pair_scorer_finds_is_not_said_to_come_from_milvus() -> None:
    at = shown(problem="", exact=False, decides=False)
    assert not at.caption
    assert not at.warning


@pytest.mark.parametrize("decides", [True, False])
def test_a_problem_is_told_as_plain_text(decides: bool) -> None:
    at = shown(problem="Milvus at http://a_b_c:1 does not answer (*x*).", exact=True, decides=decides)
    (warning,) = at.warning
    assert warning.value == plain("Milvus at http://a_b_c:1 does not answer (*x*). The local index answers instead.")
    assert not at.caption
