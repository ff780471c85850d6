"""The listings that hold the words of a text: headline, near spellings and cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from product_matching.app.find.query import Asked
from product_matching.app.find.results import CARD_WIDTH, column_text, draw_duplicates_button
from product_matching.app.navigation import change_address
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.wording import marked_title, plain, shorten
from product_matching.store.bundle import Bundle
from product_matching.workflows.find_words import FoundWords, describe_found

#: Cards of listings that hold some of the words.
N_PARTIAL = 12
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


def draw_found(bundle: Bundle, found: FoundWords, shown: int, search: Callable[[str], None]) -> None:
    """Draw the listings with all the words, then those with some.

    Parameters
    ----------
    bundle, found
        The catalogue, and what was found in it.
    shown
        Number of cards with all the words.
    search
        Callback of the button for a listing's own duplicates, called with its posting_id.
    """
    st.caption(say_found(found))
    _draw_corrections(bundle, found)
    _draw_cards(bundle, found, found.matches[:shown], search)
    if len(found.matches) > shown:
        st.caption(f"The first {shown} of {len(found.matches):,} are shown: show more cards, or download them all.")
    if len(found.partial):
        st.subheader("Some of the words", anchor=False)
        st.caption("The listings that hold most of the words, rare words counting more.")
        _draw_cards(bundle, found, found.partial[:N_PARTIAL], search)


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


def _draw_cards(bundle: Bundle, found: FoundWords, rows: npt.NDArray[np.int64], search: Callable[[str], None]) -> None:
    if not len(rows):
        return
    words = frozenset(found.words)
    with st.grid(min_column_width=CARD_WIDTH, border=True, gap="small") as grid:
        for row, record in zip(rows.tolist(), describe_found(bundle, found, rows), strict=True):
            with grid.cell():
                name = listing_name(record)
                draw_picture(bundle, row, name)
                st.markdown(_badge(record, len(found.words)))
                st.markdown(marked_title(shorten(name), words))
                lacking = [word for word in record["missing"] if word not in found.unknown]
                if lacking:
                    st.caption(f"Without {_quoted(lacking)}")
                with st.container(horizontal=True, gap="xsmall"):
                    draw_duplicates_button(row, str(record["posting_id"]), search)
                    with st.popover("Details", key=f"details_{row}"):
                        st.markdown(column_text(record))


def _badge(record: dict[str, Any], n_words: int) -> str:
    missing = record["missing"]
    if not missing:
        return f":green-badge[:material/check: {'the word' if n_words == 1 else f'all {n_words} words'}]"
    return f":gray-badge[{n_words - len(missing)} of {n_words} words]"


def _quoted(words: Iterable[str]) -> str:
    told = [f"“{plain(shorten(word, 40))}”" for word in words]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def found_csv(bundle: Bundle, found: FoundWords) -> bytes:
    """Write the listings with all the words, best first, with every column of the catalogue."""
    table = pd.DataFrame(describe_found(bundle, found, found.matches)).drop(columns="missing")
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
