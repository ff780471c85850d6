"""How it works: the method for a newcomer, each part with one thing to move."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import HOW_IT_WORKS
from product_matching.app.frame import Frame, draw_frame, draw_problems
from product_matching.app.lessons.margins import draw_margins
from product_matching.app.lessons.neighbours import draw_neighbours
from product_matching.app.lessons.reconstructions import draw_reconstructions
from product_matching.app.lessons.vectors import draw_vectors
from product_matching.app.lessons.words import draw_words
from product_matching.app.resources import finder_of
from product_matching.app.shared.steps import draw_steps
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.distances import lesson_side


def draw_page() -> None:
    """Draw the page."""
    frame = draw_frame(HOW_IT_WORKS, "How it works")
    st.title("How it works", anchor=False)
    draw_problems(frame)
    st.markdown("Listings of the same product are found in three steps. Below are the ideas behind them, to play with.")
    draw_steps()
    finder = _open(frame)
    _head("Near and far")
    draw_vectors(finder)
    if finder is not None and finder.title_index is not None:
        _head("A title, word by word")
        draw_words(finder)
    _head("How a network learns which photos belong together")
    draw_margins()
    _head("Without being told which belong together")
    draw_reconstructions()
    if finder is not None and lesson_side(finder) is not None:
        _head("The nearest, and where to stop")
        draw_neighbours(finder)


def _head(text: str) -> None:
    st.divider()
    st.subheader(text, anchor=False)


def _open(frame: Frame) -> Finder | None:
    """The catalogue that the lessons take their examples from; None with the reason where there is none."""
    problem = frame.problem
    if frame.current is not None and not problem:
        try:
            return finder_of(frame.current)
        except InputError as error:
            problem = str(error)
    if problem:
        st.error(plain(problem), icon=":material/error:")
    st.markdown("Without a catalogue, only what needs none is shown.")
    return None


draw_page()
