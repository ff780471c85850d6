"""The figure of a pair scorer from its file: the part ``test`` of a labelled bundle is queries and catalogue."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from product_matching.errors import InputError
from product_matching.evaluation.report import Report, describe_listings, operating_point
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
from product_matching.metrics.listing_f1 import query_part
from product_matching.workflows.score_pairs import check_sides
from product_matching.workflows.train_pairs import bundle_training_data, queries_with_others

if TYPE_CHECKING:
    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.store.bundle import Bundle


def measure_scorer(bundle: Bundle, scorer: PairScorer) -> Report:
    """Measure a trained pair scorer at its own threshold on the test part of a bundle.

    Listings that have another one of their label group are queries, the others distractors. Word weights are
    computed on the titles of all listings except those that the bundle's photo model was trained on.

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
    neighbours = query_part(CatalogueScorer(scorer, catalogue).match_all(), queries)
    labels = np.unique(given.names[rows].astype(str), return_inverse=True)[1].astype(np.int64)
    return Report(
        method="pairs",
        protocol="parts",
        threshold_from="validation",
        best=operating_point(neighbours, labels, queries, scorer.threshold),
        precise=None,
        partition=None,
        settings={"rules": asdict(scorer.rules), "sides": list(scorer.sides), "learned": scorer.protocol},
        seconds=time.perf_counter() - started,
        **describe_listings(neighbours, labels, queries, scorer.threshold),
    )
