"""The lesson on titles: the words of one and what they weigh, and what they add to the likeness with another."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import MAX_TITLE_CHARS, as_typed
from product_matching.app.lessons.place import lesson_address
from product_matching.app.lessons.word_charts import share_chart, weight_chart
from product_matching.app.navigation import coupled
from product_matching.app.resources import BY_BUNDLE, starts_of
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.wording import count_text, distance_text, plain, readable_title, shorten
from product_matching.matching.explanation import compare_words
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.neighbours import find_neighbours
from product_matching.workflows.lessons.words import WeighedWord, titles_with_words, weigh_words

_N_STARTS, _NEAREST, _ENOUGH_WORDS = 24, 12, 7
#: A second title nearer than this says nothing new.
_TOO_NEAR = 0.15
_NAMED = 12


@st.fragment
@saying_refusals()
def draw_words(finder: Finder) -> None:
    """Draw the lesson; the catalogue has titles."""
    encoder = finder.bundle.title_encoder
    if encoder is None or not encoder.words:
        return
    st.markdown(
        "A word that few titles hold tells products apart; one that many hold says little. So a word weighs more the "
        "rarer it is, and the weights are the title's vector.",
        help="Inverse document frequency (IDF): ln((1 + N) / (1 + n)) + 1 for a word in n of N titles; for TF-IDF "
        "times its count in the title. The vector is then scaled to norm 1.",
    )
    address = lesson_address()
    first, second = _titles(finder)
    first, second = address.first_title or first, address.second_title or second
    left, right = st.columns(2, gap="large")
    with left:
        st.text_input("A title", max_chars=MAX_TITLE_CHARS, **coupled("first_title", first, to=as_typed, typed=True))
        _draw_weights(weigh_words(first, encoder, _frequencies(finder.bundle)), encoder.n_titles)
    with right:
        st.text_input(
            "Another title", max_chars=MAX_TITLE_CHARS, **coupled("second_title", second, to=as_typed, typed=True)
        )
        _draw_shares(finder.bundle, first, second)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _frequencies(bundle: Bundle) -> npt.NDArray[np.int64]:
    return titles_with_words(bundle)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _titles(finder: Finder) -> tuple[str, str]:
    """Two titles of the catalogue to begin with: they share some words, and not all of them."""
    titles = finder.bundle.listings["title"]
    for row in starts_of(finder.bundle, _N_STARTS):
        first = _as_shown(titles.iloc[row])
        near = find_neighbours(finder, row, _NEAREST, "title") if len(first.split()) >= _ENOUGH_WORDS else None
        if near is None:
            continue
        other = (near.distances > _TOO_NEAR) & (near.distances < 1)
        if other.any():
            return first, _as_shown(titles.iloc[int(near.rows[other][0])])
    usable = [_as_shown(titles.iloc[int(row)]) for row in np.flatnonzero(finder.bundle.has_title)[:2]]
    return usable[0], usable[-1]


def _as_shown(title: str) -> str:
    return as_typed(readable_title(title))


def _draw_weights(words: list[WeighedWord], n_titles: int) -> None:
    if not words:
        st.info("It has no words to weigh.", icon=":material/search_off:")
        return
    _draw_chart(weight_chart(words, n_titles), "word_weights", "Weight of each word: " + _say_weights(words))
    unknown = [word.word for word in words if not word.is_known]
    if unknown:
        named = ", ".join(plain(shorten(word, 40)) for word in unknown[:_NAMED])
        st.caption(
            f":material/help: In no title of the catalogue: {named}. Such words match nothing and take weight from the "
            "others."
        )


def _say_weights(words: list[WeighedWord]) -> str:
    return ", ".join(f"{word.word} {word.weight:.2f} (in {count_text(word.titles, 'title')})" for word in words)


def _draw_shares(bundle: Bundle, first: str, second: str) -> None:
    encoder = bundle.title_encoder
    if encoder is None:
        return
    words, distance = compare_words((first, second), encoder)
    shared = [word for word in words if word.side == "both" and word.share > 0]
    if not shared:
        st.info("The two titles share no word of the catalogue: their distance is 1.", icon=":material/search_off:")
        return
    said = ", ".join(f"{word.word} {word.share:.2f}" for word in shared)
    _draw_chart(share_chart(shared), "word_shares", f"Part of each shared word: {said}")
    st.markdown(
        f"Together {1 - distance:.3f} of 1: **distance {distance_text(distance)}**.",
        help="The parts of the shared words sum to the cosine; the distance is what is missing to 1.",
    )


def _draw_chart(chart: dict[str, Any], key: str, alt: str) -> None:
    st.plotly_chart(chart, key=key, config={"displayModeBar": False}, alt=alt)
