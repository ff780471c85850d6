"""Cards that are buttons as a whole, photo included: one component draws all sections of a page's grid."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from product_matching.app.shared.room import keep_room

_HERE = Path(__file__).parent
_JPEG = b"\xff\xd8"
_CARDS = st.components.v2.component(
    "product_matching_cards",
    html='<div class="sections"></div>\n',
    css=(_HERE / "card.css").read_text(encoding="utf-8"),
    js=(_HERE / "card.js").read_text(encoding="utf-8"),
)

#: Least heights of a card with and without a picture, and that of a screen, in pixels.
_PICTURED, _WRITTEN, _SCREEN = 200, 60, 900
#: Tones of a badge.
GOOD, BAD, WARNING, PLAIN = "good", "bad", "warning", "plain"


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A short text on a card, coloured by its tone: `GOOD`, `BAD`, `WARNING` or `PLAIN`."""

    text: str
    tone: str = PLAIN


@dataclass(frozen=True, kw_only=True)
class Card:
    """One card; every text is shown as it is.

    Attributes
    ----------
    key
        What is reported when the card is chosen; unique on the page.
    title
        Its text in parts, each with whether it is marked.
    picture
        A square JPEG or PNG; None for no box of a picture at all.
    alt
        What the picture shows.
    share
        Length of the bar, from 0 to 1; None for no bar.
    share_text
        What the bar says, as "94 % same product".
    badges
        Marks above the title.
    lines
        Small lines below the title.
    """

    key: str
    title: Sequence[tuple[str, bool]]
    picture: bytes | None = None
    alt: str = ""
    share: float | None = None
    share_text: str = ""
    badges: Sequence[Badge] = ()
    lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """Cards under a heading and a note, each left out where it is empty."""

    cards: Sequence[Card]
    heading: str = ""
    note: str = ""


def draw_cards(
    sections: Sequence[Section],
    *,
    key: str,
    narrowest: int,
    abreast: int,
    on_choose: Callable[[str], None] | None = None,
) -> str | None:
    """Draw sections of cards; returns the key of the card that was just chosen.

    Parameters
    ----------
    sections
        In order; nothing is drawn where none has a card.
    key
        Of the component, unique on the page.
    narrowest
        Least width of a card in pixels; two stand in a row at any width.
    abreast
        So many in a row are reckoned with for the place that is kept until the cards are there.
    on_choose
        Called with the key of a chosen card, before the page is drawn anew.
    """
    keys = [card.key for section in sections for card in section.cards]
    if not keys:
        return None
    shown = [section for section in sections if section.cards]
    with keep_room(least_height(shown, abreast)):
        result = _CARDS(
            key=key,
            data={"narrowest": narrowest, "sections": [_written(section) for section in shown]},
            on_chosen_change=partial(_report, key, keys, on_choose),
        )
    return chosen_of(result.chosen, keys)


def least_height(sections: Sequence[Section], abreast: int) -> int:
    """A height in pixels that sections of cards surely have, at most that of a screen."""
    height = 0
    for section in sections:
        card = _PICTURED if any(card.picture is not None for card in section.cards) else _WRITTEN
        height += -(-len(section.cards) // abreast) * card
    return min(height, _SCREEN)


def chosen_of(value: object, keys: Iterable[str]) -> str | None:
    """The key of the card that the browser reports; None for no report, and for one of a card that is not drawn."""
    return value if isinstance(value, str) and value in keys else None


def _report(key: str, keys: Sequence[str], on_choose: Callable[[str], None] | None) -> None:
    chosen = chosen_of(st.session_state[key].chosen, keys)
    if on_choose is not None and chosen is not None:
        on_choose(chosen)


def _written(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "note": section.note,
        "cards": [
            {
                "key": card.key,
                "title": [[text, marked] for text, marked in card.title],
                "picture": None if card.picture is None else data_url(card.picture),
                "alt": card.alt,
                "share": None if card.share is None else min(max(card.share, 0.0), 1.0),
                "shareText": card.share_text,
                "badges": [[badge.text, badge.tone] for badge in card.badges],
                "lines": list(card.lines),
            }
            for card in section.cards
        ],
    }


def data_url(picture: bytes) -> str:
    """A JPEG or PNG as an address that holds it."""
    kind = "jpeg" if picture.startswith(_JPEG) else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
