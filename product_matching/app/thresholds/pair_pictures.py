"""Pairs just above and just below the threshold, as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from product_matching.app.shared.gallery import listing_name
from product_matching.app.shared.pictures import card_picture
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.bundle import Bundle

_PHOTO, _CELL, _CELL_OF_TITLES, _TITLE_CHARS = 58, 168, 250, 56
_KNOWN = {True: ":green-badge[same product]", False: ":red-badge[different]", None: ""}


@dataclass(frozen=True, kw_only=True)
class ShownPair:
    """A pair with how near it is, and whether its labels say that it is the same product; None where they do not."""

    rows: tuple[int, int]
    says: str
    same: bool | None


def draw_pairs(bundle: Bundle, accepted: Sequence[ShownPair], rejected: Sequence[ShownPair]) -> None:
    """Draw the pairs that are just accepted, and those that are just not."""
    st.subheader("At the edge", anchor=False)
    for heading, pairs in (("Just accepted", accepted), ("Just not accepted", rejected)):
        if not pairs:
            continue
        st.caption(heading)
        pictured = bundle.thumbnails is not None
        with st.grid(min_column_width=_CELL if pictured else _CELL_OF_TITLES, gap="small", border=True) as grid:
            for pair in pairs:
                with grid.cell():
                    _draw_pair(bundle, pair, pictured=pictured)


def _draw_pair(bundle: Bundle, pair: ShownPair, *, pictured: bool) -> None:
    names = [listing_name(bundle.listing(row)) for row in pair.rows]
    if pictured:
        with st.container(horizontal=True, gap="small"):
            for row, name in zip(pair.rows, names, strict=True):
                picture = card_picture(bundle, row)
                if picture is not None:
                    st.image(picture, width=_PHOTO, alt=f"{'Photo' if bundle.has_photo[row] else 'No photo'} of {name}")
    st.markdown(f"**{pair.says}** {_KNOWN[pair.same]}")
    for name in names:
        st.caption(plain(shorten(name, _TITLE_CHARS)))


def same_by_labels(bundle: Bundle, first: int, second: int) -> bool | None:
    """Whether the labels of two listings say that they are the same product; None where one has none."""
    labels = bundle.labels
    if labels is None or labels[first] == "" or labels[second] == "":
        return None
    return bool(labels[first] == labels[second])
