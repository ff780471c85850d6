"""Back to the top of the page when it answers a new query: the button may have been far below."""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
let shown;
export default function ({ parentElement, data }) {
  if (shown !== undefined && shown !== data.query) parentElement.scrollIntoView({ block: "end" });
  shown = data.query;
}
"""


def scroll_up_for(query: str) -> None:
    """Bring this place into view when the query is another one than before."""
    component = st.components.v2.component("product_matching_scroll_up", js=_SCRIPT, isolate_styles=False)
    component(key="scroll_up", data={"query": query}, height=1)
