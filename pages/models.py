"""Models: which networks are here, and how well every method finds the same product."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import MODELS
from product_matching.app.frame import draw_frame, draw_problems
from product_matching.app.models.comparison import draw_comparison
from product_matching.app.models.view import draw_models
from product_matching.app.shared.model_list import list_models
from product_matching.places import models_folder


def draw_page() -> None:
    """Draw the page."""
    frame = draw_frame(MODELS, "Models")
    st.title("Models", anchor=False)
    draw_problems(frame)
    st.markdown("Networks that turn photos into vectors, and how well each method finds listings of the same product.")
    st.subheader("Networks", anchor=False)
    draw_models(list_models(models_folder()), frame.catalogues)
    draw_comparison(frame.address)


draw_page()
