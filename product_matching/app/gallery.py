"""Listings as cards in a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from product_matching.app.pictures import card_picture
from product_matching.app.wording import distance_text, marked_title, plain, readable_title, shorten
from product_matching.find import describe_matches
from product_matching.matching.candidates import Candidates, Thresholds
from product_matching.store.bundle import Bundle

#: Narrowest cards in pixels: results in one column on a phone and three beside the panel on a laptop.
CARD_WIDTH = 200
SAMPLE_WIDTH = 150
SAMPLE_TITLE_CHARS = 48
#: Columns that a listing without a title is not named by.
_NOT_NAMES = frozenset({"posting_id", "title", "image", "image_phash", "label_group", "photo_md5", "photo_sha256"})
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


def draw_samples(bundle: Bundle, rows: Sequence[int]) -> str | None:
    """Draw listings as small cards with their names as buttons; returns the posting_id of the one just chosen."""
    chosen = None
    with st.grid(min_column_width=SAMPLE_WIDTH, border=True, gap="small") as grid:
        for row in rows:
            record = {str(name): value for name, value in bundle.listings.iloc[row].items()}
            name = listing_name(record)
            with grid.cell():
                draw_picture(bundle, row, name)
                label = plain(shorten(name, SAMPLE_TITLE_CHARS))
                if st.button(label, key=f"sample_{row}", type="tertiary", width="stretch", wrap=True):
                    chosen = str(record["posting_id"])
    return chosen


def draw_picture(bundle: Bundle, row: int, name: str, width: int | None = None) -> None:
    """Draw the square picture of a listing; nothing in a catalogue without photos."""
    picture = card_picture(bundle, row)
    if picture is not None:
        alt = f"Photo of {name}" if bundle.has_photo[row] else f"No photo of {name}"
        st.image(picture, width="stretch" if width is None else width, alt=alt)


def listing_name(record: dict[str, Any]) -> str:
    """What a listing is called: its title, else its first further columns, else its id."""
    title = readable_title(str(record.get("title") or ""))
    if title:
        return title
    further = [str(value) for name, value in record.items() if _is_word(name, value)]
    return " · ".join(list(dict.fromkeys(further))[:2]) or str(record["posting_id"])


def _is_word(name: str, value: Any) -> bool:
    return name not in _NOT_NAMES and isinstance(value, str) and 0 < len(value) <= 40


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
