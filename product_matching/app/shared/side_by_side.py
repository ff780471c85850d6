"""Two listings side by side: photo beside photo, what only one of them has marked, and why they are or are not one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from product_matching.app.components.photos import draw_photo_pair
from product_matching.app.find.reasons import describe_reasons
from product_matching.app.shared.columns import column_label, told_columns
from product_matching.app.shared.explanation_view import draw_measures, draw_quantities, draw_shared_points
from product_matching.app.shared.gallery import listing_name
from product_matching.app.shared.heat_map import draw_likeness
from product_matching.app.shared.pictures import no_photo, shown_picture
from product_matching.app.shared.sureness import say_compared
from product_matching.app.shared.wording import MARK, breakable, marked_differences, plain, readable_title, shorten
from product_matching.matching.calibration import percent_text
from product_matching.matching.explanation import Explanation
from product_matching.workflows.find import Finder, Query

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

#: Narrowest of the two sides in pixels: they stay beside each other on a phone.
_SIDE_WIDTH = 130
_TITLE_CHARS, _VALUE_CHARS = 240, 120


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """What is compared and shown of one of the two.

    Attributes
    ----------
    name
        What it is called, as in "only in the search".
    query
        Its vectors.
    picture
        Its photo as a small JPEG; None without one.
    columns
        Its columns by name, with ``title`` and, for a listing, ``posting_id``.
    """

    name: str
    query: Query
    picture: bytes | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its title as it is read; "" for none."""
        return readable_title(str(self.columns.get("title") or ""))


def listing_side(finder: Finder, row: int, name: str) -> Side:
    """A listing of the catalogue as one of two sides."""
    bundle = finder.bundle
    columns = bundle.listing(row)
    picture = None if bundle.thumbnails is None else bundle.thumbnails.get(row)
    return Side(name=name, query=finder.listing_query(row), picture=picture, columns=columns)


def draw_side_by_side(
    finder: Finder,
    left: Side | int,
    right: int,
    *,
    key: str,
    prediction: Prediction | None = None,
    read: bool = False,
    wide: bool = False,
) -> None:
    """Draw two side by side: photos, titles with the words that only one has marked, columns, and the reasons.

    Parameters
    ----------
    finder
        Of the catalogue.
    left, right
        Rows of listings; on the left also a query from outside the catalogue.
    key
        Names the pair within the page.
    prediction
        What the pair scorer says; None where it was not asked.
    read
        Whether the print on the photo was read.
    wide
        Whether columns and reasons stand beside photos and titles where there is room for it, not below them.
    """
    outside = isinstance(left, Side)
    first = left if isinstance(left, Side) else listing_side(finder, left, "the first")
    second = listing_side(finder, right, "this listing" if outside else "the second")
    explanation = finder.explain(first.query, right)
    main, beside = st.columns([0.58, 0.42], gap="medium") if wide else (st.container(), st.container())
    with main:
        if prediction is not None:
            draw_probability(prediction.score)
        _draw_names(first, second)
        if finder.bundle.thumbnails is not None:
            draw_photo_pair([_picture(first), _picture(second)], key=f"photos_{key}")
        _draw_titles(first, second)
    with beside:
        _draw_columns(first, second)
        draw_quantities(explanation)
        if prediction is not None:
            _draw_reasons(prediction, read=read)
        _draw_more(finder, first, second, explanation, key=key, row=right)


def draw_probability(score: float) -> None:
    """Draw a probability as a bar with its percentage."""
    st.progress(min(max(score, 0.0), 1.0), text=f"**{percent_text(score)}** same product")


def _draw_names(first: Side, second: Side) -> None:
    with st.grid(2, min_column_width=_SIDE_WIDTH, gap="small") as grid:
        for side in (first, second):
            with grid.cell():
                st.caption(plain(side.name[:1].upper() + side.name[1:]))


def _picture(side: Side) -> tuple[bytes, str]:
    name = listing_name({"posting_id": side.name, **side.columns})
    if side.picture is None:
        return no_photo(), f"No photo of {name}"
    return shown_picture(side.picture), f"Photo of {name}"


def _draw_titles(first: Side, second: Side) -> None:
    """Both titles, with the words that only one of them has marked."""
    both = bool(first.title and second.title)
    shown = [
        marked_differences(shorten(side.title, _TITLE_CHARS), other.title) if both else plain(side.title)
        for side, other in ((first, second), (second, first))
    ]
    if not any(shown):
        return
    with st.grid(2, min_column_width=_SIDE_WIDTH, gap="small") as grid:
        for title in shown:
            with grid.cell():
                st.markdown(title or "–")
    if any(MARK in title for title in shown):
        st.caption("Marked words are in one title only.")


def _draw_columns(first: Side, second: Side) -> None:
    """A table of the columns that either has; those that differ are told apart by a sign and bold type."""
    told = [told_columns(side.columns) for side in (first, second)]
    names = [*told[1], *(name for name in told[0] if name not in told[1])]
    if not names:
        return
    lines = [f"| | {_heading(first)} | {_heading(second)} |", "|---|---|---|"]
    for name in names:
        values = [shorten(columns.get(name, ""), _VALUE_CHARS) for columns in told]
        differ = all(values) and values[0].casefold() != values[1].casefold()
        cells = [f"**{_cell(value)}**" if differ else _cell(value) for value in values]
        sign = ":orange[**≠**] " if differ else ""
        lines.append(f"| {sign}{_cell(column_label(name))} | {cells[0]} | {cells[1]} |")
    st.markdown("\n".join(lines))


def _heading(side: Side) -> str:
    return _cell(str(side.columns.get("posting_id") or side.name[:1].upper() + side.name[1:]))


def _cell(text: str) -> str:
    return plain(breakable(text)) if text else "–"


def _draw_reasons(prediction: Prediction, *, read: bool) -> None:
    """What speaks for and against the same product, and by which sides the two were compared."""
    lines = reason_lines(prediction)
    how = say_compared(prediction.compared, read=read)
    if how:
        lines.append(f":material/info: Compared {how}")
    st.markdown("  \n".join(lines))


def reason_lines(prediction: Prediction) -> list[str]:
    """The main reasons of the pair scorer in words, those for the same product first."""
    told = sorted(describe_reasons(prediction.reasons), key=lambda reason: not reason[1])
    return [f":material/{'add' if speaks_for else 'remove'}: {words}" for words, speaks_for in told]


def _draw_more(finder: Finder, first: Side, second: Side, explanation: Explanation, *, key: str, row: int) -> None:
    """The measures behind it, and the points that lie alike on both photos: found when they are asked for."""
    with st.expander("Distances and shared words", icon=":material/straighten:"):
        draw_measures(explanation, first.name, second.name)
    if first.picture is None or second.picture is None:
        return
    pictures = (first.picture, second.picture)
    draw_likeness(finder.bundle.manifest.photo_model, pictures, (first.name, second.name), key=key)
    label = "What the photos share"
    with st.expander(label, icon=":material/hub:", key=f"shared_{key}", on_change="rerun") as shared:
        if not shared.open:
            return
        [verification] = finder.verify(first.query, np.array([row]))
        if verification is None:
            st.markdown("The points of these photos cannot be compared.")
            return
        draw_shared_points(verification, pictures, listing_name(dict(second.columns)))
