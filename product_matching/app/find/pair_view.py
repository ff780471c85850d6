"""A result beside the search, in a dialog of its own: look closely, decide, search on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.find.query import Asked
from product_matching.app.find.query_panel import search_listing
from product_matching.app.navigation import change_address
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.side_by_side import Side, draw_side_by_side, listing_side
from product_matching.app.shared.wording import plain
from product_matching.app.writing import record_decision
from product_matching.errors import InputError
from product_matching.store.decision import Word
from product_matching.workflows.find import Finder

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

_SAID = {Word.same: "Decided: the same product.", Word.different: "Decided: different products."}
_CHOICES = {
    Word.same: ("Same product", ":material/check:"),
    Word.different: ("Different", ":material/close:"),
    None: ("Take back", ":material/undo:"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Pair:
    """A search and one of its results.

    Attributes
    ----------
    finder, asked
        Where was searched, and for what.
    row
        The result.
    prediction
        What the pair scorer says of it; None where it was not asked.
    """

    finder: Finder
    asked: Asked
    row: int
    prediction: Prediction | None

    @property
    def ids(self) -> tuple[str, str] | None:
        """Ids of both listings; None where the search is none of the catalogue."""
        row, ids = self.asked.query.row, self.finder.bundle.listings["posting_id"]
        return None if row is None else (str(ids.iloc[row]), str(ids.iloc[self.row]))

    @property
    def decided(self) -> Word | None:
        """What a person decided on it."""
        row, decisions = self.asked.query.row, self.asked.decisions
        if row is None:
            return None
        if self.row in decisions.same_as(row):
            return Word.same
        return Word.different if self.row in decisions.different_from(row) else None


def open_pair(pair: Pair) -> None:
    """Open the dialog on a pair; closed, it leaves the address."""

    @st.dialog("Side by side", width="medium", on_dismiss=close_pair)
    @saying_refusals()
    def draw() -> None:
        _draw_actions(pair)
        draw_side_by_side(
            pair.finder,
            searched_side(pair.asked, pair.finder),
            pair.row,
            key=f"result_{pair.row}",
            prediction=pair.prediction,
            read=pair.asked.query.reads,
        )

    draw()


def close_pair() -> None:
    """Take the pair out of the address; for callbacks."""
    change_address(compared=None)


def searched_side(asked: Asked, finder: Finder) -> Side:
    """What is searched for as one of two sides."""
    if asked.query.row is not None:
        return listing_side(finder, asked.query.row, "your search")
    columns = {"title": asked.query.text}
    if asked.sample is not None:
        columns = {"title": asked.query.text or asked.sample.title, "kind": asked.sample.kind}
    return Side(name="your search", query=asked.query, picture=asked.picture(finder.bundle), columns=columns)


def _draw_actions(pair: Pair) -> None:
    posting_id, ids = str(pair.finder.bundle.listings["posting_id"].iloc[pair.row]), pair.ids
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if ids is not None:
            _draw_decision(pair, ids)
        if st.button("Search with this one", key="search_with_pair", icon=":material/search:"):
            search_listing(posting_id)
            st.rerun()


def _draw_decision(pair: Pair, ids: tuple[str, str]) -> None:
    decided = pair.decided
    if decided is not None:
        st.markdown(f"**{_SAID[decided]}**", width="content")
    for word in (None,) if decided is not None else Word:
        _draw_choice(pair, ids, word)


def _draw_choice(pair: Pair, ids: tuple[str, str], word: Word | None) -> None:
    label, icon = _CHOICES[word]
    if not st.button(label, key=f"decide_{'none' if word is None else word.value}", icon=icon):
        return
    try:
        record_decision(pair.finder.bundle, ids, word, score=None if pair.prediction is None else pair.prediction.score)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    close_pair()
    st.rerun()
