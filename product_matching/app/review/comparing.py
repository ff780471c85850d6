"""The pairs of a catalogue, compared in the background once for each setting, and the groups that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.resources import decisions_of, group_jobs, jobs
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import visitor
from product_matching.app.shared.kept_groups import groups_key, scores_at_hand
from product_matching.app.shared.scorers import opened_scorer, prepared_scorer
from product_matching.matching.decisions import PairDecisions
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_by_scores, group_matches
from product_matching.workflows.match import CatalogueMatches, match_by_defaults
from product_matching.workflows.pair_distances import are_distances_kept
from product_matching.workflows.pair_scores import score_catalogue

#: So long a page waits for groups, which after a decision are mostly made by then, before it shows how far they are.
GROUPING_PATIENCE_SECONDS = 1.5
#: Key of the groups that this session does not want to be made.
_STOPPED = "review_stopped_grouping"


@dataclass(frozen=True, eq=False, kw_only=True)
class ComparedPairs:
    """The pairs of a catalogue, before any decision of a person: scored, or matched by distances.

    Attributes
    ----------
    scored
        Every scored pair at the distance 1 - probability; None where distances decided.
    matched
        What distances and rules say; None where the pairs were scored.
    """

    scored: Neighbours | None = None
    matched: CatalogueMatches | None = None


def compare_pairs(bundle: Bundle, request: GroupRequest, progress: Progress) -> ComparedPairs:
    """Compare the pairs of a catalogue; minutes for tens of thousands of photos.

    Raises
    ------
    Cancelled
        The job was cancelled.
    InputError
        The catalogue lacks what the rules or the pair scorer compare.
    """
    if request.scorer is None:
        return ComparedPairs(matched=match_by_defaults(bundle, request.given, request.rules, progress=progress))
    scorer, prepare = opened_scorer(bundle, request.scorer), partial(prepared_scorer, bundle, request.scorer)
    return ComparedPairs(scored=score_catalogue(bundle, scorer, prepare=prepare, progress=progress))


def pairs_at_hand(bundle: Bundle, request: GroupRequest, deciding: Deciding) -> ComparedPairs | None:
    """The compared pairs, if they are kept with the bundle or were compared since the server began; else None."""
    scored = scores_at_hand(bundle, deciding)
    if scored is not None:
        return ComparedPairs(scored=scored)
    job = running(request)
    return job.result if job is not None and job.finished and not job.error else None


def are_compared(bundle: Bundle, request: GroupRequest) -> bool:
    """Whether the pairs were compared by these distances before, so that they are read in no time."""
    return request.scorer is None and are_distances_kept(bundle, request.given, request.rules)


def running(request: GroupRequest) -> Job[ComparedPairs] | None:
    """The job of a request that this visitor began, or that is done; else None."""
    return jobs().find(request.key, visitor())


def begin(bundle: Bundle, request: GroupRequest) -> None:
    """Begin to compare the pairs in the background."""
    job = jobs().start(request.key, lambda progress: compare_pairs(bundle, request, progress), visitor())
    job.wait(PATIENCE_SECONDS)


def groups_of(
    bundle: Bundle, request: GroupRequest, compared: ComparedPairs, *, progress: Progress = NO_PROGRESS
) -> CatalogueGroups:
    """The groups of compared pairs under the decisions that hold now; those of `grouping`, where they are made.

    Raises
    ------
    InputError
        The decisions cannot be read.
    Cancelled
        The progress was cancelled.
    """
    decisions = decisions_of(bundle)
    job = group_jobs().find(groups_key(request.key, request.least, decisions), visitor="")
    if job is not None and job.state is State.DONE:
        made: CatalogueGroups = job.result
        return made
    return _make_groups(compared, request.least, decisions.pairs, progress)


def grouping(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> Job[CatalogueGroups] | None:
    """Begin to make the groups of compared pairs in the background, or join that work; it may be done on return.

    Returns
    -------
    Job or None
        None where this visitor stopped it, and no other one made them since.

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    decisions = decisions_of(bundle)
    key = groups_key(request.key, request.least, decisions)
    known = group_jobs().find(key, visitor())
    if st.session_state.get(_STOPPED) == key and (known is None or known.state is not State.DONE):
        return None
    job = group_jobs().start(
        key,
        lambda progress: _make_groups(compared, request.least, decisions.pairs, progress).complete(),
        visitor(),
    )
    job.wait(GROUPING_PATIENCE_SECONDS)
    return job


def stop_grouping(job: Job[CatalogueGroups]) -> None:
    """Stop making groups for this visitor, until they are asked for again."""
    st.session_state[_STOPPED] = job.key
    group_jobs().cancel(job.key, visitor())


def resume_grouping() -> None:
    """Let the groups be made again that this visitor stopped."""
    st.session_state.pop(_STOPPED, None)


def _make_groups(
    compared: ComparedPairs, least: float, decisions: PairDecisions, progress: Progress
) -> CatalogueGroups:
    if compared.matched is not None:
        return group_matches(compared.matched, decisions, progress=progress)
    if compared.scored is None:
        raise LookupError("no pairs were compared")
    return group_by_scores(compared.scored, least, decisions, progress=progress)
