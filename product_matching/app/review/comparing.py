"""The pairs of a catalogue, compared in the background once for each setting, and the groups that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from product_matching.app.jobs import PATIENCE_SECONDS, Job
from product_matching.app.resources import decisions_of, jobs
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import visitor
from product_matching.app.shared.kept_groups import scores_at_hand
from product_matching.app.shared.scorers import opened_scorer, prepared_scorer
from product_matching.matching.decisions import PairDecisions
from product_matching.progress import Progress
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_by_scores, group_matches
from product_matching.workflows.match import CatalogueMatches, match_by_defaults
from product_matching.workflows.pair_scores import score_catalogue


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


def running(request: GroupRequest) -> Job[ComparedPairs] | None:
    """The job of a request that this visitor began, or that is done; else None."""
    return jobs().find(request.key, visitor())


def begin(bundle: Bundle, request: GroupRequest) -> None:
    """Begin to compare the pairs in the background."""
    job = jobs().start(request.key, lambda progress: compare_pairs(bundle, request, progress), visitor())
    job.wait(PATIENCE_SECONDS)


def groups_of(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> CatalogueGroups:
    """The groups of compared pairs under the decisions that hold now, once for all sessions.

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    decisions = decisions_of(bundle)
    return _groups(f"{request.key} {decisions.version}", request.least, compared, decisions.pairs)


@st.cache_resource(max_entries=8, show_spinner=False)
def _groups(key: str, least: float, _compared: ComparedPairs, _decisions: PairDecisions) -> CatalogueGroups:
    if _compared.matched is not None:
        return group_matches(_compared.matched, _decisions)
    if _compared.scored is None:
        raise LookupError("no pairs were compared")
    return group_by_scores(_compared.scored, least, _decisions)
