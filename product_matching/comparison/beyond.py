"""Rows that compare photo and title together; every setting is chosen on validation, then test is scored once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from product_matching.comparison.lookup import Lookup
from product_matching.comparison.photos import rank_vectors
from product_matching.comparison.scores import QueryScores, mean_f1, score_lookup
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
from product_matching.metrics.sweep import best_threshold
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours, keep_within
from product_matching.workflows.train_pairs import CHAINS

#: Shares of the validation part's true pairs that the tried thresholds of a single kind let through.
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ALPHAS = (1.0, 2.0)
_BLENDS = (0.2, 0.3, 0.4, 0.5)
#: How far beyond its threshold a listing without a match may reach, as a share of it.
_MIN2_SHARES = (0.1, 0.2, 0.35, 0.5, 1.0, np.inf)
_FAR = np.inf


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

    def mixed(self, rules: VectorRules) -> Neighbours:
        """Neighbours by the mean of both distances, after the rules on vectors."""
        join = MixedJoin(self.n_photo)
        return join.nearest(improve_vectors(self.vectors, None, rules, join)[-1], rules.neighbours)


@dataclass(frozen=True)
class Bars:
    """Largest accepted distances: by photo, by title, by both together; a pair within any of them is a match."""

    photo: float
    title: float
    mixed: float = 0.0

    def shares(self, sides: Sides, mixed: Neighbours | None) -> Neighbours:
        """Each pair's distance as a share of its bar, by the best of the kinds: a match is at 1 or nearer."""
        parts = [_scaled(sides.photo, self.photo), _scaled(sides.title, self.title)]
        return union(*parts, *([] if mixed is None else [_scaled(mixed, self.mixed)]))


@dataclass(frozen=True, eq=False)
class Decided:
    """A way of deciding with what it makes of both parts.

    Attributes
    ----------
    f1
        On validation, where everything in it was chosen.
    choose, score
        Neighbours on the shares' scale.
    threshold
        Largest accepted share.
    how
        The chosen settings, in words.
    """

    f1: float
    choose: Neighbours
    score: Neighbours
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


def decide_by_union(choose: Sides, score: Sides) -> Decided:
    """Accept by photo or by title; both thresholds are chosen together."""
    tried = []
    for photo in _quantiles(choose.photo, choose.lookup) or [0.0]:
        title, f1 = _sweep([keep_within(choose.photo, photo)], choose.title, choose.lookup)
        tried.append((f1, Bars(photo, title)))
    f1, bars = max(tried, key=lambda one: one[0])
    how = f"photo {bars.photo:.3f} or title {bars.title:.3f}"
    return Decided(f1, bars.shares(choose, None), bars.shares(score, None), 1.0, how)


def decide_by_any(choose: Sides, score: Sides, variants: Iterable[tuple[str, VectorRules]]) -> Decided:
    """Accept by photo, by title, or by both together; three thresholds and the rules on vectors chosen together.

    Parameters
    ----------
    choose, score
        The parts.
    variants
        Rules on the vectors that are tried, each with its words.
    """
    best: tuple[float, Bars, str, VectorRules, Neighbours] | None = None
    for words, rules in variants:
        mixed = choose.mixed(rules)
        f1, bars = _best_bars(choose, mixed)
        if best is None or f1 > best[0]:
            best = (f1, bars, words, rules, mixed)
    if best is None:
        raise ValueError("at least one variant of the rules must be given")
    f1, bars, words, rules, mixed = best
    how = f"photo {bars.photo:.3f} or title {bars.title:.3f} or both {bars.mixed:.3f}{words}"
    return Decided(f1, bars.shares(choose, mixed), bars.shares(score, score.mixed(rules)), 1.0, how)


def fused_variants() -> list[tuple[str, VectorRules]]:
    """The vectors as they are."""
    return [("", VectorRules())]


def dba_variants() -> list[tuple[str, VectorRules]]:
    """Each vector with its nearest other one, weighted by similarity to a power."""
    return [(f", power {alpha:.0f}", VectorRules(expansion=2, alpha=alpha)) for alpha in _ALPHAS]


def inb_variants() -> list[tuple[str, VectorRules]]:
    """One stage of blending, within different distances."""
    return [(f", blended within {threshold}", VectorRules(blend=(threshold,))) for threshold in _BLENDS]


def add_min2(decided: Decided, choose: Lookup) -> Decided:
    """Let a listing without a match have its nearest other within reach; benchmark only: none is a singleton."""
    tried = []
    for share in _MIN2_SHARES:
        near = min2(decided.choose, decided.threshold, share)
        tried.append((mean_f1(near, choose, decided.threshold), share, near))
    f1, share, near = max(tried, key=lambda one: one[0])
    score = min2(decided.score, decided.threshold, share)
    return Decided(f1, near, score, decided.threshold, f"{decided.how}; the nearest {_reach_words(1 + share)}")


def _reach_words(reach: float) -> str:
    return f"up to {reach:g} times as far" if np.isfinite(reach) else "however far"


def decide_by_pairs(demo: TitledDemo, vectors: FloatVectors) -> Decided:
    """Second stage: boosted trees score the candidate pairs.

    The photo encoder has learned from the training part, so that similarities there are too good to learn from. The
    trees learn from the validation part, and choices are made there on pairs of groups that they have not seen.
    """
    choose, score = demo.data.choose, demo.data.score
    splits = [Split(lookup.blocks[0], lookup.queries) for lookup in (choose, score)]
    plan = Plan("half", splits[0], splits[1], (Split.whole(choose.blocks[0]),), learns_where_it_chooses=True)
    stage = run_second_stage(replace(demo.listings, photo_vectors=vectors), plan, CHAINS, ("photo",))
    scorer = stage.scorer
    how = "chain with blending" if scorer.rules.blend else "chain without blending"
    return Decided(scorer.f1, stage.choose, stage.score, scorer.threshold, how)


def score_decided(decided: Decided, lookup: Lookup) -> QueryScores:
    """Score a way of deciding on the part that it was not chosen on."""
    return score_lookup(decided.score, lookup, decided.threshold)


def _best_bars(sides: Sides, mixed: Neighbours) -> tuple[float, Bars]:
    """The bars with the best F1: a grid on photo and title, exact on both together."""
    tried = []
    for photo in [0.0, *_quantiles(sides.photo, sides.lookup)]:
        for title in [0.0, *_quantiles(sides.title, sides.lookup)]:
            sure = [keep_within(sides.photo, photo), keep_within(sides.title, title)]
            both, f1 = _sweep(sure, mixed, sides.lookup)
            tried.append((f1, Bars(photo, title, both)))
    return max(tried, key=lambda one: one[0])


def _sweep(sure: list[Neighbours], near: Neighbours, lookup: Lookup) -> tuple[float, float]:
    """Threshold on `near` with the best F1, and that F1, where `sure` pairs are accepted in any case."""
    free = [Neighbours(part.offsets, part.rows, np.zeros(len(part.rows))) for part in sure]
    found = query_part(union(*free, near), lookup.queries)
    choice = best_threshold(found, lookup.labels, lookup.queries)
    return choice.threshold, choice.f1


def _quantiles(near: Neighbours, lookup: Lookup) -> list[float]:
    """Distances that let some shares of the true pairs through."""
    queries = near.queries()
    true = (lookup.labels[queries] == lookup.labels[near.rows]) & (queries != near.rows)
    if not true.any():
        return []
    return sorted({float(round(bar, 4)) for bar in np.quantile(near.distances[true], _SHARES)} - {0.0})


def _scaled(near: Neighbours, bar: float) -> Neighbours:
    """Distances as shares of a bar; a bar of 0 accepts what is at distance 0."""
    if bar > 0:
        return Neighbours(near.offsets, near.rows, near.distances / bar)
    shares = np.where(near.distances <= 0, 0.0, _FAR)
    return Neighbours(near.offsets, near.rows, shares)
