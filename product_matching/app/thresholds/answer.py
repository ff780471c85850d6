"""The answer at the top of the page: what the setting comes to, in one sentence with small pictures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from product_matching.app.jobs import Job
from product_matching.app.shared.job_view import draw_waiting
from product_matching.app.thresholds.counting import GroupCounts
from product_matching.app.thresholds.wording import hundred_dots, of_hundred

#: In pixels: a picture, its cell, and picture with caption, whose place is kept while it loads.
_PICTURE, _CELL, _ROW = 92, 96, 168
_TO_REVIEW = (
    "To review are the undecided pairs in doubt that Review asks about. Its settings have the edges of doubt; the "
    "setting of this page does not change them."
)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of a hundred as a picture: with its colour, and what is counted, as in "right of 100 shown"."""

    share: float
    colour: str
    counts: str

    @property
    def caption(self) -> str:
        """What the picture shows, in words."""
        return f"{of_hundred(self.share)} {self.counts}"


def draw_answer(sentence: str, counts: str, shares: list[Share], *, note: str, counting: Job[GroupCounts]) -> None:
    """Draw the sentence, the numbers, the pictures, where the figures come from, and that groups are being counted."""
    with st.container(border=True, key="answer"):
        st.subheader(sentence, anchor=False)
        st.markdown(counts, help=_TO_REVIEW)
        if not counting.finished:
            draw_waiting(counting, "Groups are being counted.")
        with st.grid(min_column_width=_CELL, row_height=_ROW, gap="small") as grid:
            for share in shares:
                with grid.cell():
                    picture = hundred_dots(share.share, share.colour)
                    st.image(picture, width=_PICTURE, alt=f"A hundred dots: {share.caption}")
                    st.caption(share.caption)
        st.caption(note)
