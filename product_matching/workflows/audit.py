"""Draw the sample of an audit, and say what it shows.

Two pools are kept apart: the pairs of the review queue are those in doubt, and say nothing of all the others; an audit
is drawn at random from the pairs that are accepted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from product_matching.errors import InputError
from product_matching.matching.bands import ProbablePairs
from product_matching.matching.decisions import PairDecisions
from product_matching.metrics.sampled_precision import SampledPrecision, draw_stratified
from product_matching.search.neighbours import RowArray
from product_matching.store.audits import Audit, AuditPair, AuditStore
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit_setting import Setting

#: Edges of the score bands and of the group sizes whose crossings are the strata.
SCORE_EDGES = (0.5, 0.7, 0.9, 0.97)
SIZE_EDGES = (3, 6, 21)


@dataclass(frozen=True, kw_only=True)
class CatalogueAudits:
    """The audits of a catalogue that count.

    Attributes
    ----------
    finished
        The newest whose every pair is answered: its statement stands until a newer one is finished; None for none.
    begun
        The newest of all where it is not finished, which states nothing yet; None for none.
    """

    finished: Audit | None
    begun: Audit | None


def read_audits(bundle: Bundle, store: AuditStore | None = None) -> CatalogueAudits:
    """The audits of a catalogue that count, of the user's data folder by default.

    Raises
    ------
    InputError
        They cannot be read.
    """
    store, catalogue_id = store or AuditStore(), bundle.manifest.catalogue_id
    newest = store.latest(catalogue_id)
    if newest is None or newest.is_finished:
        return CatalogueAudits(finished=newest, begun=None)
    return CatalogueAudits(finished=store.latest(catalogue_id, finished=True), begun=newest)


def accepted_pairs(
    pairs: ProbablePairs, least: float, decisions: PairDecisions, groups: RowArray
) -> tuple[ProbablePairs, RowArray]:
    """The pairs that are accepted without a decision, and the group that stands for each.

    Parameters
    ----------
    pairs
        All candidate pairs.
    least
        Least probability of a match.
    decisions
        What people decided: such pairs are known and need no audit.
    groups
        Group number of each listing, shape (N,).
    """
    n = len(groups)
    keys = pairs.first * n + pairs.second
    decided = [first * n + second for first, second in (*decisions.same, *decisions.different)]
    kept = (pairs.probability >= least) & ~np.isin(keys, decided)
    accepted = pairs.take(kept)
    return accepted, groups[accepted.first]


def begin_audit(
    bundle: Bundle,
    accepted: tuple[ProbablePairs, RowArray],
    sizes: RowArray,
    n: int,
    *,
    setting: Setting,
    seed: int,
    store: AuditStore | None = None,
) -> int:
    """Draw `n` accepted pairs, stratified by score and size of the group (see `draw_stratified`).

    Parameters
    ----------
    bundle
        The catalogue.
    accepted
        See `accepted_pairs`.
    sizes
        Listings in each listing's group, shape (N,).
    n
        Pairs of the sample.
    setting
        What accepted the pairs.
    seed
        Of the draw.
    store
        Where it is kept; in the user's data folder by default.

    Returns
    -------
    int
        Number of the audit.

    Raises
    ------
    InputError
        Nothing is accepted, `n` is below 1, or the audit cannot be written.
    """
    pairs, groups = accepted
    if not len(pairs):
        raise InputError("No pair is accepted without a decision: there is nothing to audit.")
    bands = np.searchsorted(SCORE_EDGES, pairs.probability, side="right")
    strata = bands * (len(SIZE_EDGES) + 1) + np.searchsorted(SIZE_EDGES, sizes[pairs.first], side="right")
    drawn = pairs.take(draw_stratified(strata, groups, n, seed=seed))
    ids = bundle.listings["posting_id"]
    sample = [
        AuditPair(first=str(ids.iloc[first]), second=str(ids.iloc[second]), score=float(probability))
        for first, second, probability in zip(drawn.first, drawn.second, drawn.probability, strict=True)
    ]
    return (store or AuditStore()).begin(
        bundle.manifest.catalogue_id,
        sample,
        what=setting.words,
        population=len(pairs),
        seed=seed,
        setting=setting.facts,
    )


def audited_precision(audit: Audit) -> SampledPrecision:
    """What the answers show; a pair that could not be told counts as wrong."""
    return SampledPrecision(reviewed=audit.reviewed, wrong=audit.wrong)


def say_audit(audit: Audit) -> str:
    """State what an audit shows, in one sentence."""
    found = audited_precision(audit)
    if not found.reviewed:
        return f"Nothing is reviewed yet of the {len(audit.pairs):,} pairs drawn from {audit.population:,}."
    wrong = "none wrong" if not found.wrong else f"{found.wrong:,} wrong"
    bound = math.floor(1000 * found.at_least) / 1000
    return (
        f"Of the {audit.population:,} pairs accepted {audit.what}, at least {100 * bound:.1f} of 100 are right, with "
        f"{100 * found.confidence:.0f} % confidence (n = {found.reviewed:,}, {wrong})."
    )
