"""Where a catalogue is searched, if not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.shared.wording import plain
from product_matching.search.milvus.connection import LOCAL_ANSWERS

if TYPE_CHECKING:
    from product_matching.workflows.served import ServedBundle


def draw_served(served: ServedBundle, *, decides: bool) -> None:
    """Say why the local index answers instead of Milvus, or that Milvus does and whether it may miss matches.

    Parameters
    ----------
    served
        Where the catalogue was published.
    decides
        Whether the distances of what is found there decide; a pair scorer compares every listing by itself.
    """
    if served.problem:
        st.warning(plain(f"{served.problem} {LOCAL_ANSWERS}"), icon=":material/cloud_off:")
    elif decides:
        found = "every match is found" if served.exact else "by an approximate index, which may miss matches"
        st.caption(f":material/database: Searched in Milvus: {found}.")
