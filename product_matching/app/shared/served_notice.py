"""Where a catalogue is searched, if not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.shared.wording import plain
from product_matching.search.milvus.connection import LOCAL_ANSWERS

if TYPE_CHECKING:
    from product_matching.workflows.served import ServedBundle


def draw_served(served: ServedBundle) -> None:
    """Say that Milvus answers and whether it may miss matches, or why the local index answers instead."""
    if served.problem:
        st.warning(plain(f"{served.problem} {LOCAL_ANSWERS}"), icon=":material/cloud_off:")
    elif not served.exact:
        st.caption(":material/database: Searched in Milvus by an approximate index: some matches may be missing.")
    else:
        st.caption(":material/database: Searched in Milvus: every match is found.")
