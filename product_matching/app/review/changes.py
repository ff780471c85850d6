"""What a change of the settings did: the groups now against those that were shown first."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.grouping.changes import GroupChanges, compare_groups
from product_matching.search.neighbours import RowArray
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups

_BASELINE = "review_baseline"


class _Baseline(NamedTuple):
    """Groups that others are compared with: of which catalogue, under which settings, in which words."""

    catalogue: str
    settings: str
    what: str
    numbers: RowArray


def draw_changes(bundle: Bundle, found: CatalogueGroups, settings: str, what: str) -> None:
    """Say how the groups differ from those under the settings that this session saw first; nothing under the same ones.

    Parameters
    ----------
    bundle, found
        The catalogue and its groups now.
    settings, what
        Name the settings, and say them in a few words.
    """
    baseline: _Baseline | None = st.session_state.get(_BASELINE)
    now = _Baseline(bundle.manifest.catalogue_id, settings, what, found.numbers)
    if baseline is None or baseline.catalogue != now.catalogue or len(baseline.numbers) != len(now.numbers):
        st.session_state[_BASELINE] = now
        return
    if baseline.settings == settings:
        st.session_state[_BASELINE] = now  # decisions that were made since are none of the settings'
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        changes = compare_groups(baseline.numbers, found.numbers)
        st.markdown(f"Against {plain(baseline.what)}: {say_changes(changes)}.", width="content")
        st.button("Compare from here on", type="tertiary", on_click=lambda: st.session_state.update({_BASELINE: now}))


def say_changes(changes: GroupChanges) -> str:
    """Say what differs, in words and signs."""
    if not changes.any:
        return "the same groups"
    return (
        f":green[**+{changes.gained:,}**] gained, :red[**−{changes.lost:,}**] lost, :orange[**{changes.changed:,}**] "
        f"changed, {count_text(changes.kept, 'group')} as before"
    )
