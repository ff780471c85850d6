"""The results of a search as cards in a grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from product_matching.app.gallery import draw_picture, listing_name
from product_matching.app.wording import distance_text, marked_title, plain, readable_title, shorten
from product_matching.find import describe_matches
from product_matching.matching.candidates import Candidates, Thresholds
from product_matching.store.bundle import Bundle

#: Narrowest card in pixels: one column on a phone and three beside the panel on a laptop.
CARD_WIDTH = 200
_DISTANCES = ("photo_distance", "title_distance")


def draw_results(
    bundle: Bundle, candidates: Candidates, thresholds: Thresholds, words: frozenset[str], search: Callable[[str], None]
) -> None:
    """Draw candidates as cards: photo, by what they match, title, details, and a button for their own duplicates.

    Parameters
    ----------
    bundle, candidates, thresholds
        What is drawn; at or below the thresholds a distance is marked as a match.
    words
        Words of the query's title, marked in the titles.
    search
        Callback of the button, called with the listing's posting_id.
    """
    records = describe_matches(bundle, candidates, thresholds)
    with st.grid(min_column_width=CARD_WIDTH, border=True, gap="small") as grid:
        for row, record in zip(candidates.rows.tolist(), records, strict=True):
            with grid.cell():
                name = listing_name(record)
                draw_picture(bundle, row, name)
                st.markdown(_badges(record))
                st.markdown(marked_title(shorten(name), words))
                _draw_actions(row, record, search)


def _badges(record: dict[str, Any]) -> str:
    """The distances; green and with a tick where a listing matches by it."""
    badges = []
    for side in ("photo", "title"):
        distance = record[f"{side}_distance"]
        if distance is not None:
            matched = side in record["by"]
            colour, tick = ("green", ":material/check: ") if matched else ("gray", "")
            badges.append(f":{colour}-badge[{tick}{side} {distance_text(distance)}]")
    return " ".join(badges)


def _draw_actions(row: int, record: dict[str, Any], search: Callable[[str], None]) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Duplicates",
            key=f"duplicates_{row}",
            icon=":material/search:",
            help="Find the duplicates of this listing",
            on_click=search,
            args=(str(record["posting_id"]),),
        )
        with st.popover("Details", type="tertiary"):
            st.markdown(_details(record))


def _details(record: dict[str, Any]) -> str:
    """All that is known of a listing, one line a column."""
    known = {"title": readable_title(str(record.get("title") or "")), "posting_id": record["posting_id"]}
    known |= {name: value for name, value in record.items() if name not in {"title", "posting_id", "by", *_DISTANCES}}
    shown = {name: str(value) for name, value in known.items() if value not in (None, "")}
    return "\n\n".join(f"**{plain(name)}**  \n{plain(shorten(value, 400))}" for name, value in shown.items())
