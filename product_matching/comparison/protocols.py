"""What each column of the comparison means, in words that hold the sizes."""

from __future__ import annotations

from collections.abc import Sequence

from product_matching.comparison.lookup import DRAWS, DataSet
from product_matching.store.comparison import Protocols


def describe_protocols(sets: Sequence[DataSet]) -> Protocols:
    """One text for each column."""
    by_name = {data.name: data for data in sets}
    return Protocols(
        reported="Figures as reported elsewhere, from at least three protocols: closed-set accuracy, the public "
        "leaderboard with a catalogue of about 70,000, and all 34,250 listings looked up in themselves.",
        reproduced="The competition's 34,250 listings are catalogue and queries; the threshold is the published "
        "one, or the best one on the same listings where the published one belongs to other vectors.",
        demo=_demo(by_name["demo"]),
        groceries=_groceries(by_name.get("groceries"), by_name.get("groceries_full")),
    )


def _demo(data: DataSet) -> str:
    return (
        f"The test part of the demo catalogue, {data.score.n} listings, looked up in itself; {data.score.n_queries} "
        "listings that have another one of their product are queries, the others distractors. No product is in two "
        "parts: networks learn from the training part, and every threshold and setting is chosen on the validation "
        f"part ({data.choose.n} listings, {data.choose.n_queries} queries), as is the best epoch. Word weights are "
        "counted on titles without labels."
    )


def _groceries(thinned: DataSet | None, full: DataSet | None) -> str:
    if thinned is None or full is None:
        return "Not measured: the groceries are not at hand."
    score, choose = thinned.score, thinned.choose
    return (
        f"Photos of packaged products that no network has seen, {len(set(score.units.tolist()))} products, looked up "
        f"among all products outside training. {DRAWS} catalogues of {score.n} photos, the same number of each product "
        "drawn at random, as photos of one shelf were taken in bursts; scores are means over the catalogues, intervals "
        f"over products. {score.n_queries} queries each; the threshold is chosen with the "
        f"{len(set(choose.units.tolist()))} packaged validation products as queries. Without thinning the catalogue "
        f"has {full.score.n} photos ({full.score.n_queries} queries), and at most 50 predictions count."
    )
