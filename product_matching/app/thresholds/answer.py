"""The answer at the top of the page: what the setting comes to, in one sentence with small pictures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from product_matching.app.thresholds.wording import hundred_dots

_PICTURE, _CELL = 92, 150


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of a hundred as a picture: with its colour, a caption, and what the picture shows in words."""

    share: float
    colour: str
    caption: str
    alt: str


def draw_answer(sentence: str, counts: str, shares: list[Share], note: str) -> None:
    """Draw the sentence, the numbers, the pictures, and where the figures come from."""
    with st.container(border=True, key="answer"):
        st.markdown(f"### {sentence}")
        st.markdown(counts)
        with st.grid(min_column_width=_CELL, gap="medium") as grid:
            for share in shares:
                with grid.cell():
                    st.image(hundred_dots(share.share, share.colour), width=_PICTURE, alt=share.alt)
                    st.caption(share.caption)
        st.caption(note)
