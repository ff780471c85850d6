"""Rows of a list that cannot be used: how many of each kind, and a table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from product_matching.app.shared.text_table import draw_text_table
from product_matching.app.shared.wording import plain, readable_title, shorten
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.workflows.table_file import TableFormat, table_bytes

_TITLE_CHARS = 40
_LEFT_OUT, _BY_TITLE = "left out", "taken by its title"


def draw_faulty(faulty: Sequence[FaultyRow], *, titles_alone: bool = False, key: str = "faulty") -> None:
    """Draw them, and which are taken by their title; `key` names the place on the page."""
    st.markdown(say_kinds(faulty))
    draw_text_table(
        faulty_table(faulty),
        below={"What is wrong": [_BY_TITLE if each.by_title and titles_alone else "" for each in faulty]},
        alt="Rows that cannot be used, each with its line, its listing and what is wrong",
    )
    st.download_button(
        "Download this table",
        data=partial(_file, faulty, titles_alone),
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


def faulty_table(faulty: Sequence[FaultyRow]) -> pd.DataFrame:
    """A row for each: its line, its id or title, and what is wrong."""
    return pd.DataFrame(
        {
            "Line": [each.line for each in faulty],
            "Listing": [name_of(each) for each in faulty],
            "What is wrong": [each.reason for each in faulty],
        }
    )


def _file(faulty: Sequence[FaultyRow], titles_alone: bool) -> bytes:  # noqa: FBT001
    """The table as a file, with what becomes of each row."""
    outcome = [_BY_TITLE if each.by_title and titles_alone else _LEFT_OUT for each in faulty]
    return table_bytes(faulty_table(faulty).assign(Outcome=outcome), TableFormat.csv)


def name_of(faulty: FaultyRow) -> str:
    """The id of a row, else its title."""
    return faulty.posting_id or shorten(readable_title(faulty.title), _TITLE_CHARS)
