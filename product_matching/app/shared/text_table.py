"""A table of texts that wrap, so that it can be read on a phone."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from product_matching.app.shared.wording import plain

#: Rows that are shown, and those that are shown without scrolling.
MAX_ROWS, _ROWS_IN_VIEW, _HEIGHT = 200, 7, 340
#: What may stand below a text in its cell; it is escaped as well.
_BELOW = "  \n:gray[{}]"


def draw_text_table(
    table: pd.DataFrame, *, alt: str, below: dict[str, list[str]] | None = None, rows_in_view: int = _ROWS_IN_VIEW
) -> None:
    """Draw a table, its first `MAX_ROWS` rows where it has more; its texts are shown as they are.

    Parameters
    ----------
    table
        The texts, and numbers.
    alt
        What it shows, for who cannot see it.
    below
        By column a text below that of each row; "" for none.
    rows_in_view
        Rows that are shown without scrolling.
    """
    shown = table.head(MAX_ROWS).map(lambda cell: plain(cell) if isinstance(cell, str) else cell)
    for column, texts in (below or {}).items():
        small = [_BELOW.format(plain(text)) if text else "" for text in texts[:MAX_ROWS]]
        shown[column] = [f"{cell}{text}" for cell, text in zip(shown[column], small, strict=True)]
    st.table(
        shown,
        border="horizontal",
        hide_index=True,
        height="content" if len(shown) <= rows_in_view else _HEIGHT,
        alt=alt,
    )
    if len(table) > MAX_ROWS:
        st.caption(f"The first {MAX_ROWS:,} of {len(table):,}.")
