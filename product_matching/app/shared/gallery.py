"""Listings as pictures with names: what home and find share, drawn without any search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from product_matching.app.components.card import Card, Section, draw_cards
from product_matching.app.shared.pictures import card_picture
from product_matching.app.shared.room import keep_room
from product_matching.app.shared.wording import readable_title, shorten
from product_matching.store.bundle import Bundle

#: Narrowest card in pixels: two columns on a phone.
SAMPLE_WIDTH = 150
SAMPLE_TITLE_CHARS = 48
#: So many of the cards stand in a row of a wide screen.
SAMPLES_ABREAST = 6
_START = "start_"
#: So wide, and so high, a picture is at least that takes the width of its column, in pixels.
_NARROWEST = 120
#: Columns that a listing without a title is not named by.
_NOT_NAMES = frozenset({"posting_id", "title", "image", "image_phash", "label_group", "photo_md5", "photo_sha256"})


def draw_listing_choice(bundle: Bundle, rows: Sequence[int]) -> str | None:
    """Draw listings as small cards, each a button as a whole; returns the posting_id of the one just chosen."""
    cards = [_start_card(bundle, row) for row in rows]
    chosen = draw_cards([Section(cards=cards)], key="starts", narrowest=SAMPLE_WIDTH, abreast=SAMPLES_ABREAST)
    return None if chosen is None else str(bundle.listings["posting_id"].iloc[int(chosen.removeprefix(_START))])


def _start_card(bundle: Bundle, row: int) -> Card:
    name = listing_name(bundle.listing(row))
    return Card(
        key=f"{_START}{row}",
        title=[(shorten(name, SAMPLE_TITLE_CHARS), False)],
        picture=card_picture(bundle, row),
        alt=picture_alt(bundle, row, name),
    )


def picture_alt(bundle: Bundle, row: int, name: str) -> str:
    """What the picture of a listing shows."""
    return f"Photo of {name}" if bundle.has_photo[row] else f"No photo of {name}"


def draw_picture(bundle: Bundle, row: int, name: str, width: int | None = None) -> None:
    """Draw the square picture of a listing; nothing in a catalogue without photos."""
    picture = card_picture(bundle, row)
    if picture is None:
        return
    with keep_room(_NARROWEST) if width is None else st.container(width=width, height=width, border=False):
        st.image(picture, width="stretch" if width is None else width, alt=picture_alt(bundle, row, name))


def listing_name(record: dict[str, Any]) -> str:
    """The name of a listing: its title, else its first further columns, else its id."""
    title = readable_title(str(record.get("title") or ""))
    if title:
        return title
    further = [str(value) for name, value in record.items() if _is_word(name, value)]
    return " · ".join(list(dict.fromkeys(further))[:2]) or str(record["posting_id"])


def _is_word(name: str, value: Any) -> bool:
    if name in _NOT_NAMES or not isinstance(value, str) or len(value) > 40:
        return False
    return any(map(str.isalpha, value)) and value.lower() not in {"true", "false"}
