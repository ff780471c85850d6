"""Numbers of groups under a setting, counted in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from product_matching.app.jobs import PATIENCE_SECONDS, Job
from product_matching.app.resources import jobs
from product_matching.app.shared.job_view import visitor
from product_matching.progress import Progress, track
from product_matching.workflows.catalogue_groups import CatalogueGroups

_LAST = "thresholds_counting"


@dataclass(frozen=True, kw_only=True)
class GroupCounts:
    """Groups of at least two listings, listings in them, and those of the largest."""

    groups: int
    listings: int
    largest: int

    @classmethod
    def of(cls, found: CatalogueGroups) -> GroupCounts:
        """Count the groups of a catalogue."""
        return cls(groups=len(found.groups), listings=found.n_grouped, largest=found.largest)


def counted_now(key: str, work: Callable[[], CatalogueGroups]) -> Job[GroupCounts]:
    """The groups of the setting that is shown: begun at once, in place of those that this visitor waited for."""
    last = st.session_state.get(_LAST)
    if last not in (None, key):
        jobs().cancel(last, visitor())
    st.session_state[_LAST] = key
    job = jobs().start(key, lambda _: GroupCounts.of(work()), visitor())
    job.wait(PATIENCE_SECONDS)
    return job


def count_all(works: Sequence[Callable[[], CatalogueGroups]], progress: Progress) -> list[GroupCounts]:
    """Count the groups of several settings; for a job."""
    return [GroupCounts.of(work()) for work in track(progress, works, "grouping", unit="setting")]
