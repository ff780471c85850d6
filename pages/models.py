"""Models: how well every method finds the same product, and which networks are here."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import MODELS, PARTS_OF_MODELS
from product_matching.app.frame import Frame, draw_frame, draw_problems
from product_matching.app.models.comparison import (
    draw_differences,
    draw_methods,
    draw_protocols,
    draw_summary,
    read_or_explain,
)
from product_matching.app.models.speed import draw_speed
from product_matching.app.models.view import draw_models, draw_scorers
from product_matching.app.navigation import coupled
from product_matching.app.shared.model_list import list_models
from product_matching.app.shared.scorers import scorer_names
from product_matching.places import models_folder
from product_matching.store.comparison import Comparison

_NAMES = {
    "networks": "What is here",
    "methods": "All methods",
    "differences": "What training adds",
    "protocols": "How it was measured",
    "speed": "Speed and size",
}
#: Parts that need no comparison.
_OWN = ("networks", "speed")


def draw_page() -> None:
    """Draw the page."""
    frame = draw_frame(MODELS, "Models")
    st.title("Models", anchor=False)
    draw_problems(frame)
    comparison = read_or_explain()
    if comparison is not None:
        draw_summary(comparison, scorer_names())
    parts = [part for part in PARTS_OF_MODELS if comparison is not None or part in _OWN]
    chosen = frame.address.part_of_models if frame.address.part_of_models in parts else parts[0]
    st.segmented_control(
        "More about them",
        parts,
        format_func=lambda part: _NAMES[part],
        required=True,
        label_visibility="collapsed",
        **coupled("part_of_models", chosen),
    )
    _draw_part(frame, comparison, chosen)


def _draw_part(frame: Frame, comparison: Comparison | None, part: str) -> None:
    models = list_models(models_folder())
    if part == "networks":
        draw_models(models, frame.catalogues)
        draw_scorers(scorer_names(), models_folder())
    elif part == "speed":
        draw_speed(models, scorer_names(), models_folder())
    elif comparison is not None and part == "methods":
        draw_methods(comparison, frame.address)
    elif comparison is not None and part == "differences":
        draw_differences(comparison, frame.address)
    elif comparison is not None:
        draw_protocols(comparison)


draw_page()
