"""The figure of a pair scorer from its file: the part ``test`` of a labelled bundle is queries and catalogue."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from product_matching.errors import InputError
from product_matching.evaluation.report import Report, describe_listings, operating_point
from product_matching.matching.calibration import calibration_error, reliability
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
from product_matching.matching.second_stage.feature_sides import BOTH
from product_matching.metrics.listing_f1 import query_part
from product_matching.search.neighbours import Neighbours, RowArray
from product_matching.workflows.score_pairs import check_sides
from product_matching.workflows.train_pairs import bundle_training_data, queries_with_others

if TYPE_CHECKING:
    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.store.bundle import Bundle


def measure_scorer(bundle: Bundle, scorer: PairScorer, compare: str = BOTH) -> Report:
    """Measure a trained pair scorer at its own threshold on the test part of a bundle.

    Listings that have another one of their label group are queries, the others distractors. Word weights are
    computed on the titles of all listings except those that the bundle's photo model was trained on.

    Parameters
    ----------
    bundle, scorer
        The labelled bundle, and what is measured on it.
    compare
        ``"both"``, or ``"photo"`` or ``"title"`` for listings that are compared by that side alone.

    Raises
    ------
    InputError
        The bundle has no part ``test`` with groups, or lacks what the scorer compares.
    """
    started = time.perf_counter()
    check_sides(bundle, scorer)
    given = bundle_training_data(bundle)
    if given.parts is None or not (given.parts == "test").any():
        raise InputError(f"The catalogue {bundle.manifest.name} has no part 'test' (column 'part') to score.")
    rows = np.flatnonzero(given.parts == "test")
    queries = queries_with_others(given.names[rows])
    if not len(queries):
        raise InputError(f"No two listings of the part 'test' of {bundle.manifest.name} are one product.")
    known = (given.parts != "train") if given.encoder_trained_on_train else np.ones(len(given.names), dtype=np.bool_)
    background = [given.data.titles[row] for row in np.flatnonzero(known).tolist()]
    catalogue = PreparedCatalogue.of(given.data.take(rows), scorer.rules, background)
    if compare != BOTH:
        if compare not in scorer.models:
            raise InputError(f"The pair scorer does not compare by {compare} alone, but by {', '.join(scorer.sides)}.")
        catalogue = catalogue.by_side(compare)
    scored = CatalogueScorer(scorer, catalogue).match_all()
    neighbours = query_part(scored, queries)
    labels = np.unique(given.names[rows].astype(str), return_inverse=True)[1].astype(np.int64)
    return Report(
        method="pairs",
        protocol="parts",
        threshold_from="validation",
        best=operating_point(neighbours, labels, queries, scorer.threshold),
        precise=None,
        partition=None,
        settings={
            "rules": asdict(scorer.rules),
            "sides": list(scorer.sides),
            "compared": compare,
            "learned": scorer.protocol,
            **_reliability(scored, labels),
        },
        seconds=time.perf_counter() - started,
        **describe_listings(neighbours, labels, queries, scorer.threshold),
    )


def _reliability(scored: Neighbours, labels: RowArray) -> dict[str, Any]:
    """Expected against observed in ten bins, over all candidate pairs in both directions, with the error of both."""
    queries = scored.queries()
    other = scored.rows != queries
    same = labels[queries[other]] == labels[scored.rows[other]]
    bins = reliability(1.0 - scored.distances[other], same)
    brier = float(np.mean((1.0 - scored.distances[other] - same) ** 2))
    told = {"expected_calibration_error": calibration_error(bins), "brier": brier}
    return {**told, "reliability": [asdict(one) for one in bins]}
