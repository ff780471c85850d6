"""The second stage under a protocol: its training, validation and test listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.protocols import Plan
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
from product_matching.matching.second_stage.listing_data import DenseSide, ListingData
from product_matching.matching.second_stage.scorer import PairScorer
from product_matching.matching.second_stage.training import (
    LearningSplits,
    Preparation,
    Trained,
    learning_for,
    train_scorer,
)
from product_matching.search.neighbours import Neighbours


@dataclass(frozen=True, eq=False, kw_only=True)
class SecondStage:
    """A trained pair scorer with the neighbours that it predicts on each validation catalogue and on test."""

    scorer: PairScorer
    validation: tuple[Neighbours, ...]
    test: Neighbours


def run_second_stage(
    listings: LabelledListings,
    plan: Plan,
    rules: Sequence[VectorRules],
    sides: Sequence[str] = (),
    *,
    trees: int | None = None,
) -> SecondStage:
    """Train on the plan's training listings, choose on validation, and score the test catalogue.

    Parameters
    ----------
    listings
        The labelled listings.
    plan
        The protocol.
    rules
        Chains that are tried; the one with the best F1 on validation is kept.
    sides
        Dense vectors that are compared beside the titles: ``"photo"``, ``"sentence"``.
    trees
        Number of trees, by default that of `learning_for`.

    Raises
    ------
    InputError
        The protocol has no listings to train on.
    """
    if not plan.train:
        raise InputError(f"The protocol {plan.protocol!r} has no listings to train on; accepted are fold, dense, half.")
    data = {name: second_stage_data(listings.embedded_by(name), sides) for name in plan.encoders or [""]}
    vectors = next(iter(data.values())).dense
    dense = [DenseSide(side, vectors[side].shape[1]) for side in sides]
    learning = learning_for(sides)
    if trees is not None:
        learning = replace(learning, trees=trees)
    splits = LearningSplits(training=plan.train, tuning=plan.validation, cross_fit=plan.cross_fit)

    tried: list[tuple[Trained, Preparation]] = []
    for chain in rules:
        preparation = Preparation(data, listings.labels, splits, chain)
        tried.append((train_scorer(preparation.lessons(), learning, dense, plan.protocol), preparation))
    trained, preparation = max(tried, key=lambda one: one[0].scorer.f1)
    scored = preparation.catalogue(plan.test)
    prepared = CatalogueScorer(trained.scorer, scored.catalogue, scored.candidates)
    return SecondStage(scorer=trained.scorer, validation=trained.tuned, test=prepared.match_all())


def second_stage_data(listings: LabelledListings, sides: Sequence[str]) -> ListingData:
    """Titles, pHashes and the named vectors of labelled listings."""
    vectors = {"photo": listings.photo_vectors, "sentence": listings.sentence_vectors}
    dense = {side: vectors[side] for side in sides}
    missing = [side for side, part in dense.items() if part is None]
    if missing:
        raise InputError(f"The second stage compares {missing[0]} vectors, but the listings have none.")
    return ListingData(listings.titles.tolist(), listings.phashes.tolist(), dense)  # type: ignore[arg-type]
