"""What a change of the settings did: the groups now against those that were shown first."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from product_matching.app.jobs import State
from product_matching.app.review.comparing import ComparedPairs, grouping
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.job_view import draw_waiting
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.grouping.changes import GroupChanges, compare_groups
from product_matching.store.bundle import Bundle

_BASELINE = "review_baseline"


class _Baseline(NamedTuple):
    """What the groups of other settings are compared with: of which catalogue, and by what it was compared."""

    catalogue: str
    request: GroupRequest
    compared: ComparedPairs

    @property
    def settings(self) -> str:
        """Names the settings."""
        return f"{self.request.key} {self.request.least}"


def draw_changes(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> None:
    """Say how the groups differ from those under the settings that this session saw first; nothing under the same ones.

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    baseline: _Baseline | None = st.session_state.get(_BASELINE)
    now = _Baseline(f"{bundle.manifest.catalogue_id} {len(bundle)}", request, compared)
    if baseline is None or baseline.catalogue != now.catalogue:
        st.session_state[_BASELINE] = now
        return
    if baseline.settings == now.settings:
        return
    jobs = [grouping(bundle, each.request, each.compared) for each in (baseline, now)]
    waiting = next((job for job in jobs if job is not None and not job.finished), None)
    if waiting is not None:
        draw_waiting(waiting, "The change is shown once the groups are made.")
    made = [job.result for job in jobs if job is not None and job.state is State.DONE]
    if len(made) < len(jobs):
        return
    before, after = (found.numbers for found in made)
    with st.container(horizontal=True, vertical_alignment="center"):
        said = say_changes(compare_groups(before, after))
        st.markdown(f"Against {plain(baseline.request.what)}: {said}.", width="content")
        st.button("Compare from here on", type="tertiary", on_click=lambda: st.session_state.update({_BASELINE: now}))


def say_changes(changes: GroupChanges) -> str:
    """Say what differs, in words and signs."""
    if not changes.any:
        return "the same groups"
    return (
        f":green[**+{changes.gained:,}**] gained, :red[**−{changes.lost:,}**] lost, :orange[**{changes.changed:,}**] "
        f"changed, {count_text(changes.kept, 'group')} as before"
    )
