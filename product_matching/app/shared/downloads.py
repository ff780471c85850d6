"""A button that downloads a table as CSV."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


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
