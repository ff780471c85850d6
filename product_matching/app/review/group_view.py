"""One group of the review: its listings, how sure it is, and what can be decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from product_matching.app.resources import decisions_of
from product_matching.app.review.groups import (
    NearGroup,
    ShownGroup,
    group_pairs,
    headline,
    merge_pairs,
    near_groups,
    scores_of,
    split_pairs,
)
from product_matching.app.review.pair_view import draw_pair
from product_matching.app.review.recording import decide_pairs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.matching.calibration import percent_text
from product_matching.matching.decisions import Pair
from product_matching.matching.grouping.description import Group
from product_matching.store.bundle import Bundle
from product_matching.store.decision import Word
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder

#: Listings of a group that are shown at first; the rest is shown on demand.
SHOWN = 8
#: Narrowest cell in pixels, with a picture and without.
_WIDTH, _WIDTH_OF_TITLES = 96, 220
_PICTURE, _TITLE_CHARS, _SPLIT_CHARS = 72, 44, 110
#: Other groups that a merger is offered with.
_NEAR = 3
#: Pairs that one step may decide on.
_MOST_PAIRS = 5_000


def draw_group(finder: Finder, deciding: Deciding, found: CatalogueGroups, shown: ShownGroup) -> str | None:
    """Draw a group; returns the posting_id of the listing that was just chosen."""
    group, bundle, chosen = shown.group, finder.bundle, None
    first = group.rows[0]
    with st.container(border=True, key=f"group_{first}"):
        st.markdown(headline(shown, scored=found.scored is not None))
        rows = group.rows if st.session_state.get(f"all_{first}", False) else group.rows[:SHOWN]
        splitting = bool(st.session_state.get(f"split_{first}", False))
        pictures = bundle.thumbnails is not None
        with st.grid(
            min_column_width=_WIDTH if pictures else _WIDTH_OF_TITLES, gap="small", border=not pictures
        ) as grid:
            for row in rows:
                with grid.cell():
                    chosen = _draw_listing(bundle, row, splitting=splitting) or chosen
        if splitting:
            _draw_split(bundle, found, group)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if group.size > SHOWN:
                st.toggle(f"Show all {group.size:,}", key=f"all_{first}")
            if not shown.settled and group.size * (group.size - 1) // 2 <= _MOST_PAIRS:
                _draw_confirm(bundle, found, group)
            if group.size > 2:
                st.toggle("Split", key=f"split_{first}", help="Choose the listings that are another product.")
            _draw_farthest(finder, deciding, shown)
            _draw_merge(finder, deciding, found, group)
    return chosen


def _draw_confirm(bundle: Bundle, found: CatalogueGroups, group: Group) -> None:
    pairs = group_pairs(group)
    st.button(
        "All the same",
        key=f"confirm_{group.rows[0]}",
        icon=":material/done_all:",
        on_click=lambda: decide_pairs(bundle, pairs, Word.same, scores_of(found, pairs)),
        help="Every listing of this group is the same product.",
    )


def _draw_listing(bundle: Bundle, row: int, *, splitting: bool) -> str | None:
    record = bundle.listing(row)
    name = listing_name(record)
    draw_picture(bundle, row, name)
    label = plain(shorten(name, _TITLE_CHARS))
    if splitting:
        st.checkbox(f"Another product: {label}", key=f"apart_{row}", label_visibility="collapsed")
        st.caption(plain(shorten(name, _SPLIT_CHARS)))  # whole: it tells what is split off
        return None
    if st.button(label, key=f"listing_{row}", type="tertiary", width="stretch", wrap=True, help="Find its duplicates"):
        return str(record["posting_id"])
    return None


def _draw_split(bundle: Bundle, found: CatalogueGroups, group: Group) -> None:
    apart = [row for row in group.rows if st.session_state.get(f"apart_{row}", False)]
    possible = 0 < len(apart) < group.size
    st.button(
        f"Split off {count_text(len(apart), 'listing')}",
        key=f"split_off_{group.rows[0]}",
        type="primary",
        disabled=not possible,
        on_click=partial(_split, bundle, found, group, apart),
        help="They become another product than the rest of the group.",
    )


def _split(bundle: Bundle, found: CatalogueGroups, group: Group, apart: Sequence[int]) -> None:
    pairs = split_pairs(group, apart)
    decide_pairs(bundle, pairs, Word.different, scores_of(found, pairs))
    st.session_state[f"split_{group.rows[0]}"] = False
    for row in apart:
        st.session_state[f"apart_{row}"] = False


def _draw_farthest(finder: Finder, deciding: Deciding, shown: ShownGroup) -> None:
    group = shown.group
    label = "Farthest pair" if group.size > 2 else "Side by side"
    key = f"farthest_{group.rows[0]}"

    @st.dialog(label, width="medium")
    @saying_refusals()
    def draw() -> None:
        _draw_words(finder.bundle, shown.farthest.pair, key)
        draw_pair(finder, deciding, shown.farthest.pair, wide=False)

    if st.button(label, key=key, icon=":material/compare:"):  # only what is looked at is compared: it takes a moment
        draw()


def _draw_words(bundle: Bundle, pair: Pair, key: str) -> None:
    """Draw the answers of the dialog; each closes it."""
    with st.container(horizontal=True, gap="small"):
        for word, label in ((Word.same, "Same product"), (Word.different, "Different")):
            if st.button(label, key=f"{key}_{word}", on_click=partial(decide_pairs, bundle, [pair], word)):
                st.rerun()


def _draw_merge(finder: Finder, deciding: Deciding, found: CatalogueGroups, group: Group) -> None:
    """Draw the button that opens the groups and listings that may be the same product as this one."""
    if found.scored is None:
        return
    key = f"merge_{group.rows[0]}"

    @st.dialog("Merge with", width="medium")
    @saying_refusals()
    def draw() -> None:
        st.markdown(
            "The groups and listings nearest to this group, each with how sure its nearest pair is. Merging decides "
            "that all listings of both are the same product; Undo takes it back."
        )
        near = near_groups(found, group, _NEAR)
        different = {frozenset(pair) for pair in decisions_of(finder.bundle).pairs.different}
        if not near:
            st.info("No other listing comes near this group.", icon=":material/search_off:")
        with st.grid(min_column_width=_WIDTH_OF_TITLES, gap="small") as grid:
            for other in near:
                with grid.cell(), st.container(border=True):
                    pairs = merge_pairs(group, other.rows)
                    n_different = sum(frozenset(pair) in different for pair in pairs)
                    why = say_apart(n_different, other, deciding.least)
                    if _draw_merger(finder.bundle, found, other, pairs, why=why):
                        st.rerun()

    if st.button("Merge", key=key, icon=":material/merge:"):
        draw()


def _draw_merger(bundle: Bundle, found: CatalogueGroups, other: NearGroup, pairs: Sequence[Pair], *, why: str) -> bool:
    """Draw another group with the button that decides its pairs with this one; returns whether it was just pressed."""
    row = other.pair[1]
    name = listing_name(bundle.listing(row))
    draw_picture(bundle, row, name, _PICTURE)
    size = count_text(len(other.rows), "listing")
    st.markdown(f"{plain(shorten(name, _TITLE_CHARS))}  \n{size} · {percent_text(other.probability)} sure")
    if why:
        st.caption(why)
    too_many = len(pairs) > _MOST_PAIRS
    return st.button(
        "The same product",
        key=f"merge_with_{row}",
        disabled=too_many,
        help=f"More than {_MOST_PAIRS:,} pairs would be decided in one step." if too_many else None,
        on_click=lambda: decide_pairs(bundle, pairs, Word.same, scores_of(found, pairs)),
    )


def say_apart(n_different: int, other: NearGroup, least: float) -> str:
    """Say why a group that is as near as a match stands apart; "" where it is not as near."""
    if n_different:
        decided = "1 of the pairs was" if n_different == 1 else f"{n_different:,} of the pairs were"
        return f":orange[:material/warning:] {decided} decided: different products. Merging decides otherwise."
    if other.probability >= least:
        return "Apart although its nearest pair is sure enough, because others of its pairs are not."
    return ""
