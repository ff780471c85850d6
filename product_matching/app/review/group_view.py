"""One group of the review page: how probable it is, its listings, and its weakest pair explained."""

from __future__ import annotations

from typing import Any

import streamlit as st

from product_matching.app.review.groups import link_in_words, weakest_pair
from product_matching.app.shared.explanation_view import draw_explanation
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.wording import plain, shorten
from product_matching.matching.calibration import percent_text
from product_matching.matching.grouping.description import Group
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, FarthestPair
from product_matching.workflows.find import Finder

#: Listings of a group that are shown at first; the rest is shown on demand.
SHOWN = 8
#: Narrowest cell in pixels, with a picture and without.
_WIDTH, _WIDTH_OF_TITLES = 130, 220
_PAIR_PICTURE = 160
_TITLE_CHARS = 70
#: From this probability on the farthest pair of a group gives no reason to look at it.
_SURE = 0.8


def draw_group(finder: Finder, found: CatalogueGroups, group: Group) -> str | None:
    """Draw a group; returns the posting_id of the listing that was just chosen.

    Parameters
    ----------
    finder
        The bundle.
    found
        What was decided on the pairs.
    group
        Which of the groups.
    """
    first, chosen = group.rows[0], None
    farthest = None if found.farthest is None else found.farthest[list(found.groups).index(group)]
    pictures = finder.bundle.thumbnails is not None
    width = _WIDTH if pictures else _WIDTH_OF_TITLES
    with st.container(border=True, key=f"group_{first}"):
        st.markdown(_headline(group, farthest))
        everything = st.session_state.get(f"all_{first}", False)
        rows = group.rows if everything else group.rows[:SHOWN]
        with st.grid(min_column_width=width, gap="small", border=not pictures) as grid:
            for row in rows:
                with grid.cell():
                    chosen = _draw_listing(finder.bundle, row) or chosen
        with st.container(horizontal=True, vertical_alignment="center"):
            if group.size > SHOWN:
                st.toggle(f"Show all {group.size:,}", key=f"all_{first}")
            if farthest is None:
                _draw_pair(finder, group, f"Weakest pair of {group.size:,}", weakest_pair(found.decided, group))
            else:
                _draw_pair(
                    finder, group, f"Farthest pair of {group.size:,}", farthest.pair, probability=farthest.probability
                )
    return chosen


def _headline(group: Group, farthest: FarthestPair | None) -> str:
    link, colour = link_in_words(group.weakest_link) if farthest is None else _farthest_in_words(group, farthest)
    density = f"{100 * group.density:.0f} % of its pairs match"
    shown = [f"**{group.size:,} listings**", f":{colour}-badge[{link}]"]
    return " ".join([*shown, f":gray-badge[{density}]"] if group.size > 2 else shown)


def _farthest_in_words(group: Group, farthest: FarthestPair) -> tuple[str, str]:
    """Words and a colour for the farthest pair of a group."""
    colour = "green" if farthest.probability >= _SURE else "orange"
    which = "farthest pair" if group.size > 2 else ""
    return f"{which} {percent_text(farthest.probability)} same product".strip(), colour


def _draw_listing(bundle: Bundle, row: int) -> str | None:
    record = _record(bundle, row)
    name = listing_name(record)
    draw_picture(bundle, row, name)
    label = plain(shorten(name, _TITLE_CHARS))
    key = f"listing_{row}"
    if st.button(label, key=key, type="tertiary", width="stretch", wrap=True, help="Find its duplicates"):
        return str(record["posting_id"])
    return None


def _draw_pair(
    finder: Finder, group: Group, label: str, pair: tuple[int, int] | None, *, probability: float | None = None
) -> None:
    shown = label if group.size > 2 else "Why they match"
    with st.popover(shown, key=f"weakest_{group.rows[0]}", on_change="rerun") as popover:
        if not popover.open:  # explaining takes a moment: only what is looked at is explained
            return
        if pair is None:
            st.markdown("No single pair joins this group.")
            return
        for row, column, name in zip(pair, st.columns(2), ("A", "B"), strict=True):
            with column:
                draw_picture(finder.bundle, row, listing_name(_record(finder.bundle, row)), _PAIR_PICTURE)
                st.markdown(f"**{name}** {plain(shorten(listing_name(_record(finder.bundle, row))))}")
        if probability is not None:
            st.markdown(f"**{percent_text(probability)}** same product")
        draw_explanation(finder.explain(finder.listing_query(pair[0]), pair[1]), "A", "B")


def _record(bundle: Bundle, row: int) -> dict[str, Any]:
    return {str(name): value for name, value in bundle.listings.iloc[row].items()}
