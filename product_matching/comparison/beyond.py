"""Rows that compare photo and title together; every setting is chosen on validation, then test is scored once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from product_matching.comparison.lookup import Lookup
from product_matching.comparison.photos import rank_vectors
from product_matching.comparison.scores import mean_f1, score_lookup
from product_matching.comparison.titles import TitledDemo
from product_matching.encoders.photo import FloatVectors
from product_matching.evaluation.methods import tfidf_vectors
from product_matching.evaluation.protocols import Plan
from product_matching.evaluation.second_stage import run_second_stage
from product_matching.listings.splits import Split
from product_matching.matching.blending import fuse
from product_matching.matching.chain import CANDIDATES, VectorRules, improve_vectors
from product_matching.matching.rules import min2, union
from product_matching.metrics.listing_f1 import query_part
from product_matching.metrics.retrieval import QueryScores
from product_matching.metrics.sweep import best_threshold
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours, keep_within
from product_matching.workflows.train_pairs import CHAINS

#: Shares of the validation part's true pairs that the tried thresholds on one side accept.
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ALPHAS = (1.0, 2.0)
_BLENDS = (0.2, 0.3, 0.4, 0.5)
#: How far beyond the threshold min2 accepts the nearest listing, as a share of the threshold.
_MIN2_SHARES = (0.1, 0.2, 0.35, 0.5, 1.0, np.inf)


@dataclass(frozen=True, eq=False)
class Sides:
    """One part of the demo catalogue with its neighbours by photo and by title, and the vectors of both.

    Attributes
    ----------
    lookup
        The part.
    photo, title
        Neighbours by each kind of distance alone.
    vectors
        Vectors whose cosine is the mean of both cosines, CSR of shape (N, V + D), the photo's last.
    n_photo
        D, columns of the photo vectors.
    """

    lookup: Lookup
    photo: Neighbours
    title: Neighbours
    vectors: Any
    n_photo: int

    def fused(self, rules: VectorRules) -> Neighbours:
        """Neighbours by the mean of both distances, after the rules on vectors."""
        join = MixedJoin(self.n_photo)
        return join.nearest(improve_vectors(self.vectors, None, rules, join)[-1], rules.neighbours)


@dataclass(frozen=True)
class SideThresholds:
    """Largest accepted distances by photo, by title and by both fused; a pair within any of them is a match."""

    photo: float
    title: float
    fused: float = 0.0

    def shares(self, sides: Sides, fused: Neighbours | None) -> Neighbours:
        """Smallest of a pair's distances as shares of their thresholds: a match is at 1 or below."""
        parts = [_as_shares(sides.photo, self.photo), _as_shares(sides.title, self.title)]
        return union(*parts, *([] if fused is None else [_as_shares(fused, self.fused)]))


@dataclass(frozen=True, eq=False)
class Decided:
    """A decision rule whose settings are chosen, with its neighbours on both parts.

    Attributes
    ----------
    f1
        On validation, where every setting was chosen.
    validation, test
        Neighbours with distances as shares of the thresholds (see `SideThresholds.shares`).
    threshold
        Largest accepted share.
    how
        The chosen settings, in words.
    """

    f1: float
    validation: Neighbours
    test: Neighbours
    threshold: float
    how: str


def build_sides(demo: TitledDemo, vectors: FloatVectors, lookup: Lookup) -> Sides:
    """Prepare one part of the demo catalogue; vectors of its photos, shape (P, D)."""
    (rows,) = lookup.blocks
    titles = tfidf_vectors(demo.listings.titles[rows])
    both = fuse([titles, csr_matrix(vectors[rows])], [0.5, 0.5])
    return Sides(
        lookup, rank_vectors(vectors)(lookup), SparseJoin().nearest(titles, CANDIDATES), both, vectors.shape[1]
    )


def decide_by_union(validation: Sides, test: Sides) -> Decided:
    """Accept by photo or by title; both thresholds are chosen together."""
    tried = []
    for photo in _quantiles(validation.photo, validation.lookup) or [0.0]:
        accepted = [keep_within(validation.photo, photo)]
        title, f1 = _sweep(accepted, validation.title, validation.lookup)
        tried.append((f1, SideThresholds(photo, title)))
    f1, thresholds = max(tried, key=lambda one: one[0])
    how = f"photo {thresholds.photo:.3f} or title {thresholds.title:.3f}"
    return Decided(f1, thresholds.shares(validation, None), thresholds.shares(test, None), 1.0, how)


def decide_by_any(validation: Sides, test: Sides, variants: Iterable[tuple[str, VectorRules]]) -> Decided:
    """Accept by photo, by title or by both fused; three thresholds and the rules on vectors are chosen together.

    Parameters
    ----------
    validation, test
        The parts.
    variants
        Rules on the vectors that are tried, each with the words that name it.
    """
    best: tuple[float, SideThresholds, str, VectorRules, Neighbours] | None = None
    for words, rules in variants:
        fused = validation.fused(rules)
        f1, thresholds = _best_thresholds(validation, fused)
        if best is None or f1 > best[0]:
            best = (f1, thresholds, words, rules, fused)
    if best is None:
        raise ValueError("at least one variant of the rules must be given")
    f1, chosen, words, rules, fused = best
    how = f"photo {chosen.photo:.3f} or title {chosen.title:.3f} or both {chosen.fused:.3f}{words}"
    return Decided(f1, chosen.shares(validation, fused), chosen.shares(test, test.fused(rules)), 1.0, how)


def fused_variants() -> list[tuple[str, VectorRules]]:
    """The vectors as they are."""
    return [("", VectorRules())]


def dba_variants() -> list[tuple[str, VectorRules]]:
    """Each vector with its nearest other one, weighted by similarity to a power."""
    return [(f", power {alpha:.0f}", VectorRules(expansion=2, alpha=alpha)) for alpha in _ALPHAS]


def inb_variants() -> list[tuple[str, VectorRules]]:
    """One stage of blending, within different distances."""
    return [(f", blended within {threshold}", VectorRules(blend=(threshold,))) for threshold in _BLENDS]


def add_min2(decided: Decided, validation: Lookup) -> Decided:
    """Give a query without a match its nearest listing within reach; it assumes that no listing is a singleton."""
    tried = []
    for share in _MIN2_SHARES:
        neighbours = min2(decided.validation, decided.threshold, share)
        tried.append((mean_f1(neighbours, validation, decided.threshold), share, neighbours))
    f1, share, neighbours = max(tried, key=lambda one: one[0])
    test = min2(decided.test, decided.threshold, share)
    how = f"{decided.how}; without a match, the nearest {_reach_words(1 + share)}"
    return Decided(f1, neighbours, test, decided.threshold, how)


def _reach_words(reach: float) -> str:
    return f"up to {reach:g} times the threshold" if np.isfinite(reach) else "at any distance"


def decide_by_pairs(demo: TitledDemo, vectors: FloatVectors) -> Decided:
    """Second stage: boosted trees score the candidate pairs.

    The photo encoder was trained on the training part, so that similarities there are higher than on unseen listings.
    The trees are trained on the validation part; the threshold and the rules are chosen there by cross-fitting.
    """
    validation, test = demo.data.validation, demo.data.test
    splits = [Split(lookup.blocks[0], lookup.queries) for lookup in (validation, test)]
    plan = Plan("half", (splits[0],), splits[1], (Split.whole(validation.blocks[0]),), cross_fit=True)
    stage = run_second_stage(replace(demo.listings, photo_vectors=vectors), plan, CHAINS, ("photo",))
    [near], scorer = stage.validation, stage.scorer
    how = f"trained on validation alone, chain {'with' if scorer.rules.blend else 'without'} blending"
    return Decided(scorer.f1, near, stage.test, scorer.threshold, how)


def score_decided(decided: Decided, lookup: Lookup) -> QueryScores:
    """Score a decision rule on the test part."""
    return score_lookup(decided.test, lookup, decided.threshold)


def _best_thresholds(sides: Sides, fused: Neighbours) -> tuple[float, SideThresholds]:
    """The thresholds with the best F1: a grid on photo and title, exact on both fused."""
    tried = []
    for photo in [0.0, *_quantiles(sides.photo, sides.lookup)]:
        for title in [0.0, *_quantiles(sides.title, sides.lookup)]:
            accepted = [keep_within(sides.photo, photo), keep_within(sides.title, title)]
            both, f1 = _sweep(accepted, fused, sides.lookup)
            tried.append((f1, SideThresholds(photo, title, both)))
    return max(tried, key=lambda one: one[0])


def _sweep(accepted: list[Neighbours], neighbours: Neighbours, lookup: Lookup) -> tuple[float, float]:
    """Threshold on `neighbours` with the best F1, and that F1, where the pairs of `accepted` are matches already."""
    at_zero = [Neighbours(part.offsets, part.rows, np.zeros(len(part.rows))) for part in accepted]
    found = query_part(union(*at_zero, neighbours), lookup.queries)
    choice = best_threshold(found, lookup.labels, lookup.queries)
    return choice.threshold, choice.f1


def _quantiles(neighbours: Neighbours, lookup: Lookup) -> list[float]:
    """Distances within which `_SHARES` of the true pairs lie, without 0."""
    queries, rows = neighbours.queries(), neighbours.rows
    true = (lookup.labels[queries] == lookup.labels[rows]) & (queries != rows)
    if not true.any():
        return []
    return sorted({float(round(distance, 4)) for distance in np.quantile(neighbours.distances[true], _SHARES)} - {0.0})


def _as_shares(neighbours: Neighbours, threshold: float) -> Neighbours:
    """Distances as shares of a threshold; a threshold of 0 accepts pairs at distance 0 only."""
    distances = neighbours.distances
    shares = distances / threshold if threshold > 0 else np.where(distances <= 0, 0.0, np.inf)
    return Neighbours(neighbours.offsets, neighbours.rows, shares)
