"""The sample photos of a bundle as pictures to choose from: a page of them, or a few beside a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from product_matching.app.shared.gallery import SAMPLE_TITLE_CHARS, SAMPLE_WIDTH
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.samples import sample_name, samples_after
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.sample_queries import SampleQueries, SampleQuery

PER_PAGE = 12
N_MORE = 3
_STRIP_WIDTH = 70
_STRIP_CHARS = 22


def draw_sample_choice(samples: SampleQueries, order: Sequence[int]) -> SampleQuery | None:
    """Draw a page of the samples, rows in the given order; returns the one just chosen."""
    st.subheader("Try one of these", anchor=False)
    st.markdown("New listings, with photo and title: some have duplicates in the catalogue, some have none.")
    pages = -(-len(order) // PER_PAGE)
    key = f"sample_page_of_{pages}"
    page, chosen = int(st.session_state.get(key, 1)), None
    with st.grid(min_column_width=SAMPLE_WIDTH, border=True, gap="small") as grid:
        for row in order[(page - 1) * PER_PAGE : page * PER_PAGE]:
            with grid.cell():
                if _draw_sample(samples[row], f"sample_{row}", SAMPLE_TITLE_CHARS):
                    chosen = samples[row]
    if pages > 1:
        st.pagination(pages, key=key)
    return chosen


def draw_sample_strip(
    samples: SampleQueries, order: Sequence[int], current: str, choose: Callable[[SampleQuery], None]
) -> None:
    """Draw the few samples that come after the current one; `choose` is called with one of them."""
    rows = samples_after(samples, order, current, N_MORE)
    if not rows:
        return
    st.subheader("Try another one", anchor=False)
    with st.grid(min_column_width=_STRIP_WIDTH, gap="small") as grid:
        for row in rows:
            with grid.cell():
                _draw_sample(samples[row], f"next_{row}", _STRIP_CHARS, choose)


def draw_sample_picture(sample: SampleQuery, width: int | None = None) -> None:
    """Draw the square picture of a sample."""
    alt = f"Sample photo of {sample_name(sample)}"
    st.image(shown_picture(sample.picture), width="stretch" if width is None else width, alt=alt)


def _draw_sample(
    sample: SampleQuery, key: str, chars: int, choose: Callable[[SampleQuery], None] | None = None
) -> bool:
    draw_sample_picture(sample)
    label = plain(shorten(sample_name(sample), chars))
    return st.button(label, key=key, type="tertiary", width="stretch", wrap=True, on_click=choose, args=(sample,))
