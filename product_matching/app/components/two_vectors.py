"""Two vectors whose tips can be dragged, with their angle, cosine and cosine distance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HTML = """
<div class="vectors">
  <svg viewBox="-130 -130 260 260" role="group" aria-label="Two vectors from one point; their tips can be moved">
    <circle class="unit" r="100"></circle>
    <line class="axis" x1="-125" x2="125"></line>
    <line class="axis" y1="-125" y2="125"></line>
    <path class="between"></path>
    <text class="angle"></text>
    <g class="first"><line></line><circle class="tip" r="11" tabindex="0" role="slider"></circle></g>
    <g class="second"><line></line><circle class="tip" r="11" tabindex="0" role="slider"></circle></g>
  </svg>
  <div class="figures">
    <p><span>Angle</span><output class="degrees"></output></p>
    <p><span>Cosine of it</span><output class="cosine"></output></p>
    <p class="main"><span>Cosine distance</span><output class="distance" aria-live="polite"></output></p>
    <p class="formula"></p>
  </div>
</div>
"""


def _beside(suffix: str) -> str:
    return Path(__file__).with_suffix(suffix).read_text(encoding="utf-8")


_COMPONENT = st.components.v2.component("two_vectors", html=_HTML, css=_beside(".css"), js=_beside(".js"))


def two_vectors(angle: int, *, key: str, on_change: Callable[[], None]) -> None:
    """Draw two vectors with an angle between them; dragged ones call back once they are let go.

    Parameters
    ----------
    angle
        In whole degrees, 0 to 180.
    key
        Of the state in the session; `moved_angle` reads it.
    on_change
        Called when the angle was changed.
    """
    _COMPONENT(key=key, data={"angle": angle}, on_angle_change=on_change)


def moved_angle(state: Any) -> int | None:
    """The angle of a component's state as it came from the browser; None for anything else."""
    angle = state.get("angle") if hasattr(state, "get") else None
    if not isinstance(angle, int | float) or isinstance(angle, bool) or angle not in range(181):
        return None
    return int(angle)
