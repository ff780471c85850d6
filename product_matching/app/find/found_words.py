"""The listings that hold the words of a text: headline, near spellings and cards."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from product_matching.app.components.card import GOOD, Badge, Card, Section, draw_cards
from product_matching.app.find.query import Asked
from product_matching.app.find.results import ABREAST, CARD_WIDTH, card_of_row, row_of_card
from product_matching.app.navigation import change_address
from product_matching.app.shared.columns import card_lines
from product_matching.app.shared.filter_panel import draw_hidden
from product_matching.app.shared.gallery import listing_name, picture_alt
from product_matching.app.shared.pictures import card_picture
from product_matching.app.shared.wording import plain, shorten, title_parts
from product_matching.matching.candidates import Mask
from product_matching.store.bundle import Bundle
from product_matching.workflows.find_words import FoundWords, describe_found
from product_matching.workflows.table_file import TableFormat, table_bytes

#: Cards of listings that hold some of the words.
N_PARTIAL = 12
_ALL_WORDS = {1: "the word", 2: "both words"}
_MODES = {"words": "Search words", "duplicates": "Find duplicates of this title"}


def draw_mode(asked: Asked) -> None:
    """Draw the choice between the words of a title alone and its duplicates."""
    if asked.found is None:
        return
    shown, own = "words" if asked.by_words else "duplicates", asked.found.mode
    for mode, label in _MODES.items():
        if mode != shown:
            st.button(
                label,
                key=f"mode_{mode}",
                icon=":material/match_word:" if mode == "words" else ":material/content_copy:",
                help="The number of words decides unless it is chosen here.",
                on_click=change_address,
                kwargs={"mode": None if mode == own else mode},
            )
    st.caption("Searched as words." if asked.by_words else "Searched as a whole title, for its duplicates.")


def draw_found(bundle: Bundle, found: FoundWords, shown: int, kept: Mask | None) -> str | None:
    """Draw the listings with all the words, then those with some; returns the posting_id of the one just chosen.

    Parameters
    ----------
    bundle, found
        The catalogue, and what was found in it.
    shown
        Number of cards with all the words.
    kept
        Which listings the filters leave, shape (N,); None for all.
    """
    st.caption(say_found(found))
    _draw_corrections(bundle, found)
    matches, partial = (rows if kept is None else rows[kept[rows]] for rows in (found.matches, found.partial))
    draw_hidden(len(found.matches) - len(matches))
    if len(matches) > shown:
        st.caption(f"The first {shown} of {len(matches):,} are shown: show more cards, or download them all.")
    sections = [
        Section(cards=_cards(bundle, found, matches[:shown])),
        Section(
            cards=_cards(bundle, found, partial[:N_PARTIAL]),
            heading="Some of the words",
            note="The listings that hold most of the words, rare words counting more.",
        ),
    ]
    chosen = draw_cards(sections, key="results", narrowest=CARD_WIDTH, abreast=ABREAST)
    return None if chosen is None else str(bundle.listings["posting_id"].iloc[row_of_card(chosen)])


def say_found(found: FoundWords) -> str:
    """Say which words the titles hold, and which words no title holds."""
    if not len(found.titles.rows):
        return "No title holds any of these words."
    every = _quoted(found.words)
    if len(found.matches):
        return f"Titles with {every}." if len(found.words) < 3 else f"Titles with all of {every}."
    return "No title holds all of these words."


def _draw_corrections(bundle: Bundle, found: FoundWords) -> None:
    if not found.unknown:
        return
    be = "is" if len(found.unknown) == 1 else "are"
    where = f"{_quoted(found.unknown)} {be} in no title of {plain(bundle.manifest.name)}."
    if not found.corrections:
        st.info(f"{where} Try other words, or a photo.", icon=":material/spellcheck:")
        return
    st.info(f"{where} Search for a near spelling:", icon=":material/spellcheck:")
    with st.container(horizontal=True, gap="small"):
        for place, text in enumerate(found.corrections):
            change = partial(change_address, title=text)
            st.button(plain(text), key=f"correction_{place}", icon=":material/search:", on_click=change)


def _cards(bundle: Bundle, found: FoundWords, rows: npt.NDArray[np.int64]) -> list[Card]:
    described = zip(rows.tolist(), describe_found(bundle, found, rows), strict=True) if len(rows) else ()
    return [_card(bundle, found, row, record) for row, record in described]


def _card(bundle: Bundle, found: FoundWords, row: int, record: dict[str, Any]) -> Card:
    name = listing_name(record)
    lacking = [word for word in record["missing"] if word not in found.unknown]
    return Card(
        key=card_of_row(row),
        title=title_parts(shorten(name), frozenset(found.words)),
        picture=card_picture(bundle, row),
        alt=picture_alt(bundle, row, name),
        badges=[_badge(record, len(found.words))],
        lines=[*([f"Without {_listed(lacking)}"] if lacking else []), *card_lines(record)],
    )


def _badge(record: dict[str, Any], n_words: int) -> Badge:
    missing = record["missing"]
    if not missing:
        return Badge(text=f"✓ {_ALL_WORDS.get(n_words, f'all {n_words} words')}", tone=GOOD)
    return Badge(text=f"{n_words - len(missing)} of {n_words} words")


def _quoted(words: Iterable[str]) -> str:
    """Words in quotes, as Markdown."""
    return _listed(plain(shorten(word, 40)) for word in words)


def _listed(words: Iterable[str]) -> str:
    told = [f"“{word}”" for word in words]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def found_csv(bundle: Bundle, found: FoundWords) -> bytes:
    """Write the listings with all the words, best first, with every column of the catalogue."""
    table = pd.DataFrame(describe_found(bundle, found, found.matches)).drop(columns="missing")
    return table_bytes(table, TableFormat.csv)
