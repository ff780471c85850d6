"""What of an address does not fit the catalogue that is open: said once, in the words of the other wrong values."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from product_matching.app.parameters import refuse
from product_matching.app.shared.wording import plain

#: So many values are named.
_MOST_NAMED = 8


def draw_unusable(*problems: str) -> None:
    """Draw the sentences that are not empty as one notice; nothing where all are."""
    said = [plain(problem) for problem in problems if problem]
    if said:
        st.warning("  \n".join(said), icon=":material/link_off:")


def say_unknown(name: str, value: str | None, known: Collection[str]) -> str:
    """Say that a value of the address is none of those that the catalogue has; "" for one of them, or none."""
    if not value or value in known:
        return ""
    named = [each for each in known if each][:_MOST_NAMED]
    more = "" if len(known) <= _MOST_NAMED else " and others"
    return refuse(name, value, f"one of {', '.join(named)}{more}" if named else "left out here")


def say_beyond(name: str, page: int, pages: int) -> str:
    """Say that there is no such page; "" where there is, or was one before the last entry of the last page went."""
    if page <= pages + 1:
        return ""
    there = "there is only 1 page" if pages == 1 else f"there are only {pages:,} pages"
    return f"{name!r} in the address is {page:,}, but {there}: the last one is shown."
