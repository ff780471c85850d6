"""The sample photos of a bundle as pictures to choose from: a page of them, or a few beside a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from product_matching.app.components.card import Card, Section, draw_cards
from product_matching.app.shared.gallery import SAMPLE_TITLE_CHARS, SAMPLE_WIDTH, SAMPLES_ABREAST
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.samples import sample_name, samples_after
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.sample_queries import SampleQueries, SampleQuery

PER_PAGE = 12
N_MORE = 3
_STRIP_WIDTH = 70
_SAMPLE, _NEXT = "sample_", "next_"
_STRIP_CHARS = 22


def draw_sample_choice(samples: SampleQueries, order: Sequence[int], catalogue: str = "") -> SampleQuery | None:
    """Draw a page of the samples, rows in the given order; returns the one just chosen.

    `catalogue` is the name of theirs, where that is not the open one.
    """
    st.subheader("Try one of these", anchor=False)
    where = f"the catalogue {plain(catalogue)}" if catalogue else "the catalogue"
    opens = " Choosing one opens that catalogue in place of this one." if catalogue else ""
    st.markdown(f"New listings, with photo and title: some have duplicates in {where}, some have none.{opens}")
    pages = -(-len(order) // PER_PAGE)
    key = f"sample_page_of_{pages}"
    page = int(st.session_state.get(key, 1))
    rows = order[(page - 1) * PER_PAGE : page * PER_PAGE]
    lines = [f"opens {catalogue}"] if catalogue else []
    cards = [_sample_card(samples[row], f"{_SAMPLE}{row}", SAMPLE_TITLE_CHARS, lines) for row in rows]
    chosen = draw_cards([Section(cards=cards)], key="samples", narrowest=SAMPLE_WIDTH, abreast=SAMPLES_ABREAST)
    if pages > 1:
        st.pagination(pages, key=key)
    return None if chosen is None else samples[int(chosen.removeprefix(_SAMPLE))]


def draw_sample_strip(
    samples: SampleQueries, order: Sequence[int], current: str, choose: Callable[[SampleQuery], None]
) -> None:
    """Draw the few samples that come after the current one; `choose` is called with one of them."""
    rows = samples_after(samples, order, current, N_MORE)
    if not rows:
        return
    st.subheader("Try another one", anchor=False)
    draw_cards(
        [Section(cards=[_sample_card(samples[row], f"{_NEXT}{row}", _STRIP_CHARS) for row in rows])],
        key="next_samples",
        narrowest=_STRIP_WIDTH,
        abreast=2 * N_MORE,
        on_choose=lambda chosen: choose(samples[int(chosen.removeprefix(_NEXT))]),
    )


def draw_sample_picture(sample: SampleQuery, width: int | None = None) -> None:
    """Draw the square picture of a sample."""
    alt = f"Sample photo of {sample_name(sample)}"
    st.image(shown_picture(sample.picture), width="stretch" if width is None else width, alt=alt)


def _sample_card(sample: SampleQuery, key: str, chars: int, lines: Sequence[str] = ()) -> Card:
    name = sample_name(sample)
    return Card(
        key=key,
        title=[(shorten(name, chars), False)],
        picture=shown_picture(sample.picture),
        alt=f"Sample photo of {name}",
        lines=lines,
    )
