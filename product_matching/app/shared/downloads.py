"""The button that hands a table out as CSV."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def draw_csv_download(label: str, make: Callable[[], str | bytes], file_name: str, *, tooltip: str) -> None:
    """Draw a button that downloads a table.

    Parameters
    ----------
    label
        What the button says.
    make
        Writes the table; called once the button is clicked.
    file_name
        Name of the file.
    tooltip
        What the table holds.
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
