"""Rows of a list that cannot be used: how many of each kind, and a table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from product_matching.app.shared.wording import plain, readable_title, shorten
from product_matching.listings.catalogue import FaultyRow
from product_matching.workflows.table_file import TableFormat, table_bytes

#: Rows that are shown, and those that are shown without scrolling.
MAX_ROWS, _ROWS_IN_VIEW, _HEIGHT = 200, 7, 340
_TITLE_CHARS = 60
_TEXTS = ["Listing", "What is wrong"]
_LEFT_OUT, _BY_TITLE = "left out", "by its title alone"


def draw_faulty(faulty: Sequence[FaultyRow], *, titles_alone: bool | None = None, key: str = "faulty") -> None:
    """Draw them, and what becomes of each where `titles_alone` says so; `key` names the place on the page."""
    st.markdown(say_kinds(faulty))
    table = faulty_table(faulty, titles_alone=titles_alone)
    shown = table.head(MAX_ROWS).copy()
    shown[_TEXTS] = shown[_TEXTS].map(plain)
    st.table(
        shown,
        border="horizontal",
        hide_index=True,
        height="content" if len(shown) <= _ROWS_IN_VIEW else _HEIGHT,
        alt="Rows that cannot be used, each with its line, its listing and what is wrong",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(table) > MAX_ROWS:
            st.caption(f"The first {MAX_ROWS:,} of {len(table):,}.")
        st.download_button(
            "Download this table",
            data=partial(table_bytes, table, TableFormat.csv),
            file_name="lines-that-cannot-be-used.csv",
            mime=TableFormat.csv.mime,
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"{key}_download",
        )


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
