"""Evaluate a method under a protocol: every setting is chosen on validation, the test queries are scored once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.methods import (
    METHODS,
    PUBLISHED_THRESHOLDS,
    RANKINGS,
    TWO_STAGE,
    Settings,
    check_method,
    without_photos,
)
from product_matching.evaluation.protocols import Plan, plan_protocol, with_encoders
from product_matching.evaluation.report import Report, describe_listings, operating_point
from product_matching.evaluation.second_stage import run_second_stage
from product_matching.listings.splits import Split
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.matching.grouping.partition import partition
from product_matching.matching.rules import min2
from product_matching.metrics.listing_f1 import query_part, query_parts
from product_matching.metrics.partition import PartitionScores, score_partition
from product_matching.metrics.sweep import Sweep, sweep_thresholds
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray

_LOG = logging.getLogger(__name__)
#: Precision on validation of the second operating point.
HIGH_PRECISION = 0.98
#: Shares of the threshold that are tried as linkage thresholds for attaching to and for merging groups.
_LINKAGE_SHARES = ((1.0, 1.0), (1.0, 0.85), (0.9, 0.7), (0.75, 0.5))


def evaluate(
    listings: LabelledListings,
    method: str,
    protocol: str,
    *,
    settings: Settings | None = None,
    with_partition: bool = True,
) -> Report:
    """Measure a method under a protocol.

    Parameters
    ----------
    listings
        The labelled catalogue (see `labelled_listings`).
    method
        One of `METHODS`.
    protocol
        One of `PROTOCOLS`. Under ``full``, methods with a published threshold are scored at that threshold.
    settings
        Rules of the chain, published word vectors.
    with_partition
        Whether the matches of the chain and of the second stage are also partitioned into groups and these scored.

    Raises
    ------
    InputError
        The method or the protocol is unknown, or the catalogue lacks what they need.
    """
    started = time.perf_counter()
    check_method(method, listings)
    settings = without_photos(settings or Settings(), listings)
    plan = _plan(listings, method, protocol)
    validation, test = _rank(listings, method, plan, settings)
    sweep = _sweep(validation, listings, plan.validation)
    threshold, origin = _threshold(method, plan, sweep)
    if settings.rules.pairs.min2 is not None and method.startswith("chain"):
        test = min2(test, threshold, settings.rules.pairs.min2)
    labels, queries = listings.labels[plan.test.catalogue], plan.test.queries
    neighbours = query_part(test, queries)
    precise = sweep.at_precision(HIGH_PRECISION)
    described = describe_listings(neighbours, labels, queries, threshold)
    groups = None
    if with_partition and method.startswith("chain"):
        groups = _partition(listings, plan, validation=validation, test=test, threshold=threshold)
    return Report(
        method=method,
        protocol=protocol,
        threshold_from=origin,
        best=operating_point(neighbours, labels, queries, sweep.best().threshold),
        precise=None if precise is None else operating_point(neighbours, labels, queries, precise.threshold),
        partition=groups,
        settings={"rules": asdict(settings.rules)} if method.startswith("chain") else {},
        seconds=time.perf_counter() - started,
        **described,
    )


def evaluate_all(
    listings: LabelledListings,
    protocol: str,
    *,
    methods: Sequence[str] = METHODS,
    settings: Settings | None = None,
) -> Iterator[Report]:
    """Measure several methods, one after the other.

    Left out with a warning are methods that are trained under ``full``, and methods that compare photo or sentence
    embeddings where the catalogue has none.
    """
    for method in methods:
        if method == "photo" and listings.photo_vectors is None:
            _LOG.warning("photo is left out: the catalogue has no photo embeddings")
            continue
        if "sentence" in method and not listings.has_sentences:
            _LOG.warning("%s is left out: the catalogue has no sentence embeddings", method)
            continue
        if protocol == "full" and method in TWO_STAGE:
            _LOG.warning("%s is left out: the protocol full has no training listings", method)
            continue
        yield evaluate(listings, method, protocol, settings=settings)


def _plan(listings: LabelledListings, method: str, protocol: str) -> Plan:
    plan = plan_protocol(protocol, listings.names)
    return with_encoders(plan) if listings.encoders and "sentence" in method else plan


def _rank(
    listings: LabelledListings, method: str, plan: Plan, settings: Settings
) -> tuple[tuple[Neighbours, ...], Neighbours]:
    """Neighbours of all listings of each validation catalogue, and of the test catalogue."""
    if method in TWO_STAGE:
        sides = ("sentence",) if "sentence" in method else ()
        second = run_second_stage(listings, plan, [settings.rules.vectors], sides, trees=settings.trees)
        return second.validation, second.test
    ranked: dict[tuple[str, bytes], Neighbours] = {}
    for split in (*plan.validation, plan.test):
        key = _key(split)
        if key not in ranked:
            ranked[key] = _rank_split(listings, method, plan=plan, split=split, settings=settings)
    return tuple(ranked[_key(split)] for split in plan.validation), ranked[_key(plan.test)]


def _key(split: Split) -> tuple[str, bytes]:
    return split.encoder, split.catalogue.tobytes()


def _rank_split(listings: LabelledListings, method: str, *, plan: Plan, split: Split, settings: Settings) -> Neighbours:
    """Rank one catalogue; word weights are also computed on the training listings' titles, which needs no labels."""
    trained = [part.catalogue[part.queries] for part in plan.train]
    background = np.unique(np.concatenate([split.catalogue, *trained]))
    embedded = listings.embedded_by(split.encoder).take(split.catalogue)
    return RANKINGS[method](embedded, listings.titles[background], settings)


def _sweep(validation: Sequence[Neighbours], listings: LabelledListings, splits: Sequence[Split]) -> Sweep:
    neighbours, queries = query_parts(validation, [split.queries for split in splits])
    return sweep_thresholds(neighbours, listings.labels[splits[0].catalogue], queries)


def _threshold(method: str, plan: Plan, sweep: Sweep) -> tuple[float, str]:
    if plan.protocol == "full" and method in PUBLISHED_THRESHOLDS:
        return PUBLISHED_THRESHOLDS[method], "published"
    return sweep.best().threshold, "the scored listings" if plan.protocol == "full" else "validation"


def _partition(
    listings: LabelledListings, plan: Plan, *, validation: Sequence[Neighbours], test: Neighbours, threshold: float
) -> PartitionScores:
    """Partition the test catalogue with the linkage thresholds that score best on validation, and score the groups."""
    kinds = [LinkageThresholds(threshold, attach * threshold, merge * threshold) for attach, merge in _LINKAGE_SHARES]
    tried = [_validate(listings, plan, validation, linkage) for linkage in kinds]
    groups = partition(test, kinds[int(np.argmax(tried))], _apart)
    return score_partition(groups, listings.labels[plan.test.catalogue], plan.test.queries)


def _validate(
    listings: LabelledListings, plan: Plan, validation: Sequence[Neighbours], linkage: LinkageThresholds
) -> float:
    """B-cubed F1 of the validation listings in partitions of their catalogues, the mean over these."""
    scores = [
        score_partition(partition(near, linkage, _apart), listings.labels[split.catalogue], split.queries)
        for near, split in zip(validation, plan.validation, strict=True)
    ]
    return float(np.mean([_bcubed_f1(part) for part in scores]))


def _apart(first: RowArray, second: RowArray) -> FloatArray:
    """Distance 1 for pairs that are not among the 50 nearest, as the protocol defines it."""
    return np.ones(len(first))


def _bcubed_f1(scores: PartitionScores) -> float:
    total = scores.bcubed_precision + scores.bcubed_recall
    return 2 * scores.bcubed_precision * scores.bcubed_recall / total
