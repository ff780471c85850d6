"""Room that is kept for what a browser draws late: pictures, and widgets whose code is loaded on first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def keep_room(height: int) -> Iterator[None]:
    """Keep at least so many pixels of height, or none, for what is drawn inside: what is below does not jump."""
    with st.container(horizontal=True, wrap=False, gap=None):
        with st.container():
            yield
        if height:
            with st.container(width=1):
                st.space(height)
