"""A button that downloads a table as CSV."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

#: What is told of every CSV file with texts of the catalogue.
GUARDED = (
    "A text that begins with = + - or @ has an apostrophe before it, so that no spreadsheet takes it for a formula; it "
    "is taken off where such a file is read here."
)


def draw_csv_download(label: str, make: Callable[[], str | bytes], file_name: str, *, tooltip: str) -> None:
    """Draw a button that downloads a table.

    Parameters
    ----------
    label
        Text on the button.
    make
        Writes the table; called once the button is clicked.
    file_name
        Name of the file.
    tooltip
        Help text: the content of the table.
    """
    st.download_button(
        label,
        data=make,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help=tooltip,
    )
