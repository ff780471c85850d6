"""A few numbers at the top of a page: in columns of one width, two beside each other on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

#: Pixels of a figure, so that nothing moves once it is drawn.
_WIDTH, _HEIGHT = 140, 76


class ShownFigure(NamedTuple):
    """A number with its name, and what it counts where the name does not say all."""

    name: str
    value: str
    help: str = ""


def draw_shown_figures(figures: Sequence[ShownFigure]) -> None:
    """Draw the figures in order."""
    with st.grid(min_column_width=_WIDTH, row_height=_HEIGHT, gap="small") as grid:
        for figure in figures:
            with grid.cell():
                st.metric(figure.name, figure.value, help=figure.help or None)
