"""The report of an evaluation: figures with protocol, N, interval and breakdowns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import group_sizes, other_neighbours, score_listings
from product_matching.metrics.partition import PartitionScores
from product_matching.search.neighbours import FloatArray, Neighbours, keep_within

#: True group sizes by which F1 is broken down.
SIZE_BANDS: tuple[tuple[str, int, int], ...] = (
    ("1", 1, 1),
    ("2", 2, 2),
    ("3-5", 3, 5),
    ("6-9", 6, 9),
    ("10+", 10, 10**9),
)
_DECIMALS = 6


@dataclass(frozen=True)
class OperatingPoint:
    """Mean scores of the test queries at a threshold that was chosen on validation."""

    threshold: float
    f1: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Report:
    """The result of one method under one protocol.

    Attributes
    ----------
    method, protocol
        Names of the method and the protocol.
    n_queries, n_catalogue
        Number of test queries, and of listings in their catalogue.
    threshold
        Cosine distance, or 1 - score of the second stage; `threshold_from` names its origin.
    threshold_from
        ``"published"``, ``"the scored listings"`` or ``"validation"``.
    f1, precision, recall
        Means over the test queries.
    f1_interval
        95 % bootstrap interval over groups.
    predicted_singletons
        Share of the test queries for which no other listing was predicted.
    candidate_recall
        Mean recall of the 50 nearest candidates: an upper bound of the recall at any threshold.
    f1_by_group_size
        Mean F1 by true group size.
    best
        The point with the best F1 on validation.
    precise
        The point with precision 0.98 on validation; None if there is none.
    partition
        Scores of the partition into groups; None where none was made.
    settings
        Rules and other settings of the method.
    seconds
        Wall-clock time of the whole evaluation.
    """

    method: str
    protocol: str
    n_queries: int
    n_catalogue: int
    threshold: float
    threshold_from: str
    f1: float
    f1_interval: tuple[float, float]
    precision: float
    recall: float
    predicted_singletons: float
    candidate_recall: float
    f1_by_group_size: dict[str, float]
    best: OperatingPoint
    precise: OperatingPoint | None
    partition: PartitionScores | None
    settings: dict[str, Any]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values by name, floats rounded to 6 decimals, ready for `json.dumps`."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    return round(value, _DECIMALS) if isinstance(value, float) else value


def operating_point(
    neighbours: Neighbours, labels: npt.ArrayLike, queries: npt.ArrayLike, threshold: float
) -> OperatingPoint:
    """Mean scores of the queries at a threshold."""
    scores = score_listings(keep_within(neighbours, threshold), labels, queries)
    means = (float(part.mean()) for part in (scores.f1, scores.precision, scores.recall))
    return OperatingPoint(threshold, *means)


def f1_by_size(f1: FloatArray, sizes: npt.NDArray[np.int64]) -> dict[str, float]:
    """Mean F1 of the listings of each band of true group sizes that occurs."""
    bands = {name: (sizes >= low) & (sizes <= high) for name, low, high in SIZE_BANDS}
    return {name: float(f1[inside].mean()) for name, inside in bands.items() if inside.any()}


def candidate_recall(neighbours: Neighbours, labels: npt.ArrayLike, queries: npt.ArrayLike) -> float:
    """Mean recall of the 50 nearest candidates, the listing itself included."""
    return float(score_listings(neighbours, labels, queries).recall.mean())


def describe_listings(
    neighbours: Neighbours, labels: npt.NDArray[Any], queries: npt.NDArray[np.int64], threshold: float
) -> dict[str, Any]:
    """The fields of a report that follow from the queries' neighbours and the threshold."""
    kept = keep_within(neighbours, threshold)
    scores = score_listings(kept, labels, queries)
    counted = np.bincount(kept.queries()[other_neighbours(kept, queries)], minlength=len(kept))
    return {
        "n_queries": len(queries),
        "n_catalogue": len(labels),
        "threshold": threshold,
        "f1": float(scores.f1.mean()),
        "f1_interval": bootstrap_interval(scores.f1, labels[queries]),
        "precision": float(scores.precision.mean()),
        "recall": float(scores.recall.mean()),
        "predicted_singletons": float((counted == 0).mean()),
        "candidate_recall": candidate_recall(neighbours, labels, queries),
        "f1_by_group_size": f1_by_size(scores.f1, group_sizes(labels)[queries]),
    }


def markdown_table(reports: Sequence[Report]) -> str:
    """The reports as a Markdown table, a row each."""
    head = ["method", "protocol", "N", "queries", "threshold", "F1", "95 % interval"]
    head += ["precision", "recall", "predicted singletons"]
    head += ["recall@50", "recall at precision .98", "groups: pair P / R", "groups: B-cubed P / R", "seconds"]
    rows = [[str(cell) for cell in _table_row(report)] for report in reports]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _table_row(report: Report) -> list[str]:
    low, high = report.f1_interval
    precise = (
        "-" if report.precise is None else f"{report.precise.recall:.3f} (precision {report.precise.precision:.3f})"
    )
    figures = (report.f1, f"{low:.4f}-{high:.4f}", report.precision, report.recall)
    cells = [report.method, report.protocol, f"{report.n_catalogue:,}", f"{report.n_queries:,}"]
    cells += [f"{report.threshold:.3f}"] + [f"{cell:.4f}" if isinstance(cell, float) else cell for cell in figures]
    cells += [f"{report.predicted_singletons:.3f}", f"{report.candidate_recall:.3f}", precise]
    return [*cells, *_partition_cells(report.partition), f"{report.seconds:.0f}"]


def _partition_cells(scores: PartitionScores | None) -> list[str]:
    if scores is None:
        return ["-", "-"]
    pairs, listings = (scores.pair_precision, scores.pair_recall), (scores.bcubed_precision, scores.bcubed_recall)
    return [f"{precision:.3f} / {recall:.3f}" for precision, recall in (pairs, listings)]
