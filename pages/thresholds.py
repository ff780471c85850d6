"""Thresholds: what each setting comes to, how to choose one, and how to keep it with the catalogue."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import SURENESS, THRESHOLDS
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.resources import warm_up
from product_matching.app.shared.basis_view import draw_basis, draw_cautions
from product_matching.app.shared.deciding import decide_how, keep_in_address
from product_matching.app.shared.sureness_panel import draw_decision
from product_matching.app.shared.wording import plain
from product_matching.app.thresholds.distance_view import draw_distance_side
from product_matching.app.thresholds.sure_view import draw_sureness_side
from product_matching.errors import InputError

#: Height of the choice of what decides, in pixels.
_DECISION = 68


def draw_thresholds(frame: Frame) -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Thresholds", anchor=False, width="content")
        st.space("stretch")
        place = st.container(width="content", height=_DECISION, border=False)  # kept while the catalogue opens
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    deciding = decide_how(finder.bundle, frame.address)
    keep_in_address(frame.address, deciding)
    with place:
        draw_decision(deciding)
    if deciding.problem:
        st.error(plain(deciding.problem), icon=":material/error:")
    draw_cautions(finder.bundle, deciding)
    try:
        if deciding.by == SURENESS and deciding.chosen is not None:
            draw_sureness_side(finder, frame.address, deciding, deciding.chosen)
        else:
            draw_distance_side(finder, frame.address, deciding)
    except InputError as error:  # such as decisions that cannot be read
        st.error(plain(str(error)), icon=":material/error:")
    draw_basis(finder.bundle, deciding)
    warm_up(frame.current)


draw_thresholds(draw_frame(THRESHOLDS, "Thresholds"))
