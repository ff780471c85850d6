"""The filters by column that several pages share, and how much they hide."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from product_matching.app.navigation import change_address, coupled
from product_matching.app.parameters import Filters
from product_matching.app.shared.columns import column_label
from product_matching.app.shared.facets import NAMES_OF_PHOTOS, Facet, read_range, with_filter, write_range
from product_matching.app.shared.wording import count_text, plain


def draw_filters(facets: Sequence[Facet], filters: Filters, *, of: str, every: bool = False) -> None:
    """Draw a button that opens the filters; nothing for a catalogue without columns to filter by.

    Parameters
    ----------
    facets
        The columns.
    filters
        Those that are on.
    of
        The field of `Address` that holds them.
    every
        Whether columns with many values, of which the most frequent can be chosen, are offered as well.
    """
    kept = dict(filters)
    offered = [facet for facet in facets if facet.few or (every and facet.name not in NAMES_OF_PHOTOS)]
    facets = [facet for facet in facets if facet in offered or facet.name in kept]
    if not facets:
        return
    on = len(filters)
    label = f"Filter · {on} on" if on else "Filter"
    with st.popover(label, icon=":material/filter_alt:", key=f"{of}_popover", on_change="rerun") as popover:
        if not popover.open:  # what a closed one holds would stand at its least value when it opens
            return
        for facet in facets:
            if facet.numbers is None:
                _draw_values(facet, filters, kept.get(facet.name, ()), of)
            else:
                _draw_range(facet, filters, kept.get(facet.name, ()), of)


def draw_hidden(hidden: int) -> None:
    """Say how many matches the filters hide, with the way back; nothing for none."""
    if not hidden:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/filter_alt: {count_text(hidden, 'match', 'matches')} hidden by filters.", width="content"
        )
        st.button("Show all", key="clear_filters", type="tertiary", on_click=change_address, kwargs={"filters": ()})


def _draw_values(facet: Facet, filters: Filters, kept: Sequence[str], of: str) -> None:
    def to_filters(values: list[str]) -> Filters:
        return with_filter(filters, facet.name, values)

    unknown = [value for value in kept if value not in facet.options]
    st.multiselect(
        plain(column_label(facet.name)),
        [*facet.options, *unknown],
        placeholder="All",
        **coupled(of, list(kept), to=to_filters, part=facet.name),
    )


def _draw_range(facet: Facet, filters: Filters, kept: Sequence[str], of: str) -> None:
    low, high = facet.limits
    whole = low.is_integer() and high.is_integer()
    least, most = (int(low), int(high)) if whole else (low, high)
    chosen = read_range(kept) if kept else None
    ends = (low, high) if chosen is None else tuple(min(max(end, low), high) for end in chosen)
    st.slider(
        plain(column_label(facet.name)),
        least,
        most,
        format="localized",
        **coupled(
            of,
            tuple(map(int, ends)) if whole else ends,
            to=partial(_range_to_filters, filters, facet.name, (least, most)),
            part=facet.name,
        ),
    )


def _range_to_filters(filters: Filters, name: str, limits: tuple[Any, Any], ends: tuple[Any, Any]) -> Filters:
    return with_filter(filters, name, [] if tuple(ends) == limits else [write_range(*ends)])
