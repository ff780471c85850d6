"""Which pairs, groups and decisions are looked at."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import GROUP_SIZES, MAX_FILTER_CHARS, Address
from product_matching.app.navigation import change_address, coupled
from product_matching.app.resources import facets_of
from product_matching.app.shared.filter_panel import draw_filters
from product_matching.store.bundle import Bundle

#: Smallest sizes that are offered.
_SIZES = (GROUP_SIZES[0], 3, 4, 5, 10, 20)

#: Wide enough for its label: on a phone it would be squeezed to nothing beside the others.
_TOGGLE_WIDTH = 150


def draw_review_filters(bundle: Bundle, address: Address) -> None:
    """Draw the filters of the step that the address names, beside what stands before them."""
    if address.step == "groups":
        st.toggle("Only undecided", width=_TOGGLE_WIDTH, **coupled("open_only", address.open_only))
        sizes = sorted({*_SIZES, address.size_from})
        st.selectbox(
            "Size of a group",
            sizes,
            format_func=lambda size: "Any size" if size == sizes[0] else f"{size:,} listings or more",
            label_visibility="collapsed",
            width=190,
            **coupled("size_from", address.size_from),
        )
    if address.step in ("pairs", "groups"):
        if address.area is not None:
            st.button(
                "Listings of the map's selection",
                icon=":material/close:",
                type="tertiary",
                help="Show all listings again",
                on_click=change_address,
                kwargs={"area": None},
            )
        draw_filters(facets_of(bundle), address.where, of="where")
    if address.step in ("pairs", "groups", "decisions"):
        st.text_input(
            "With this text in a title or id",
            max_chars=MAX_FILTER_CHARS,
            placeholder="Filter by title or id",
            label_visibility="collapsed",
            icon=":material/filter_alt:",
            width=230,
            **coupled("text", address.text, typed=True),
        )
