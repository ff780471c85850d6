"""The protocol of each column of the comparison, in words with the sizes."""

from __future__ import annotations

from collections.abc import Sequence

from product_matching.comparison.lookup import DRAWS, DataSet, Lookup
from product_matching.store.comparison import Protocols


def describe_protocols(sets: Sequence[DataSet]) -> Protocols:
    """One text for each column."""
    by_name = {data.name: data for data in sets}
    return Protocols(
        reported="Figures as reported elsewhere, from at least three protocols: closed-set accuracy, the public "
        "leaderboard with a catalogue of about 70,000, and all 34,250 listings as queries and catalogue.",
        reproduced="The competition's 34,250 listings are catalogue and queries. The threshold is the published one, "
        "or the best one on the same listings where the published one belongs to other vectors.",
        demo=_demo(by_name["demo"]),
        groceries=_groceries(by_name.get("groceries"), by_name.get("groceries_full")),
    )


def _demo(data: DataSet) -> str:
    return (
        f"The catalogue is the test part of the demo catalogue, {data.test.n} listings; the {data.test.n_queries} with "
        "another listing of their product are queries, the others distractors. No product is in two parts. Networks "
        "are trained on the training part; thresholds, settings and the epoch are chosen on the validation part "
        f"({data.validation.n} listings, {data.validation.n_queries} queries). Word weights are computed on titles "
        "without labels."
    )


def _groceries(thinned: DataSet | None, full: DataSet | None) -> str:
    if thinned is None or full is None:
        return "Not measured: the groceries are not available."
    test, validation = thinned.test, thinned.validation
    return (
        f"Photos of {_products(test)} packaged products that no network was trained on, looked up among all products "
        f"outside training. Each of {DRAWS} catalogues has {test.n} photos and {test.n_queries} queries, with the same "
        "number of photos of each product drawn at random, because photos of one shelf were taken in bursts. "
        "Scores are means over the catalogues, intervals are over products. The threshold is chosen with the "
        f"{_products(validation)} packaged products of validation as queries. Without thinning the catalogue has "
        f"{full.test.n} photos ({full.test.n_queries} queries), and at most 50 predictions count."
    )


def _products(lookup: Lookup) -> int:
    """Number of products that are queries."""
    return len(set(lookup.units.tolist()))
