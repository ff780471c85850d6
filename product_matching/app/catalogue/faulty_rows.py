"""Rows of a list that cannot be used: how many of each kind, and a table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from product_matching.app.shared.wording import plain, readable_title, shorten
from product_matching.listings.catalogue import FaultyRow

#: Rows that the table has, and those that are shown without scrolling.
MAX_ROWS, _ROWS_IN_VIEW = 1_000, 6
_TITLE_CHARS = 60
_LEFT_OUT, _BY_TITLE = "left out", "by its title alone"


def draw_faulty(faulty: Sequence[FaultyRow], *, titles_alone: bool | None = None) -> None:
    """Draw them, and what becomes of each where `titles_alone` says so."""
    st.markdown(say_kinds(faulty))
    table = faulty_table(faulty[:MAX_ROWS], titles_alone=titles_alone)
    st.dataframe(
        table,
        hide_index=True,
        height="auto" if len(table) <= _ROWS_IN_VIEW else 250,
        column_config={
            "Line": st.column_config.NumberColumn(width="small", help="Of the file; 1 has the names of the columns."),
            "Listing": st.column_config.TextColumn(width="small"),
            "What is wrong": st.column_config.TextColumn(width="large"),
        },
        alt="Rows that cannot be used, each with its line, its listing and what is wrong",
    )
    if len(faulty) > MAX_ROWS:
        st.caption(f"The first {MAX_ROWS:,} of {len(faulty):,} are shown.")


def say_kinds(faulty: Sequence[FaultyRow]) -> str:
    """Say how many rows have each kind of problem, the most frequent first; as Markdown."""
    counted = Counter(kind for each in faulty for kind in each.kinds)
    return " · ".join(f"**{count:,}** {plain(kind)}" for kind, count in counted.most_common())


def faulty_table(faulty: Sequence[FaultyRow], *, titles_alone: bool | None = None) -> pd.DataFrame:
    """A row for each: its line, its id or title, what is wrong, and what becomes of it where that is asked for."""
    table = pd.DataFrame(
        {
            "Line": [each.line for each in faulty],
            "Listing": [name_of(each) for each in faulty],
            "What is wrong": [each.reason for each in faulty],
        }
    )
    if titles_alone is not None and any(each.by_title for each in faulty):
        table["It is"] = [_BY_TITLE if each.by_title and titles_alone else _LEFT_OUT for each in faulty]
    return table


def name_of(faulty: FaultyRow) -> str:
    """The id of a row, else its title."""
    return faulty.posting_id or shorten(readable_title(faulty.title), _TITLE_CHARS)
