"""Components of a script and a style that lie beside each other as files."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent


def component(name: str) -> ComponentRenderer:
    """Register the component whose script is ``NAME.js`` and whose style is ``NAME.css``; once, when it is imported."""
    script, style = (_FOLDER.joinpath(f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    return st.components.v2.component(f"product_matching_{name}", html='<div class="root"></div>', js=script, css=style)
