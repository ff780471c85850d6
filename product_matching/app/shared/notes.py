"""Notes in small print, one line each."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from product_matching.app.shared.wording import plain


def draw_notes(notes: Iterable[str]) -> None:
    """Draw notes below each other; nothing where there are none."""
    lines = [f":material/info: {plain(note)}" for note in notes]
    if lines:
        st.caption("  \n".join(lines))
