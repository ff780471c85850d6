"""What an evaluation says: the figure with its protocol, its N, its interval, and everything that explains it."""

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
    """Mean scores of the scored listings at a threshold that was chosen elsewhere."""

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
        What was measured, and how.
    n_queries, n_catalogue
        Listings that were scored, and listings that they were looked up in.
    threshold
        Cosine distance, or 1 - score of the second stage; where it came from stands in `threshold_from`.
    threshold_from
        ``"published"``, ``"the scored listings"`` or ``"validation"``.
    f1, precision, recall
        Means over the scored listings.
    f1_interval
        95 % bootstrap interval over groups.
    predicted_alone
        Share of the scored listings for which nothing else was predicted.
    candidate_recall
        Mean recall of the 50 nearest candidates: the most that any threshold can find.
    f1_by_group_size
        Mean F1 by true group size.
    best
        The point of the best F1 as chosen on validation.
    precise
        The point that was chosen on validation for a precision of 0.98; None if there is none.
    partition
        Scores of the partition into groups; None where none was made.
    settings
        What was on.
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
    predicted_alone: float
    candidate_recall: float
    f1_by_group_size: dict[str, float]
    best: OperatingPoint
    precise: OperatingPoint | None
    partition: PartitionScores | None
    settings: dict[str, Any]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values by name, floats rounded to 6 decimals, ready for `json.dumps`."""
        return _rounded(asdict(self))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    return round(value, _DECIMALS) if isinstance(value, float) else value


def operating_point(
    near: Neighbours, labels: npt.ArrayLike, queries: npt.ArrayLike, threshold: float
) -> OperatingPoint:
    """Mean scores of the queries at a threshold."""
    scores = score_listings(keep_within(near, threshold), labels, queries)
    means = (float(part.mean()) for part in (scores.f1, scores.precision, scores.recall))
    return OperatingPoint(threshold, *means)


def f1_by_size(f1: FloatArray, sizes: npt.NDArray[np.int64]) -> dict[str, float]:
    """Mean F1 of the listings of each band of true group sizes that occurs."""
    bands = {name: (sizes >= low) & (sizes <= high) for name, low, high in SIZE_BANDS}
    return {name: float(f1[inside].mean()) for name, inside in bands.items() if inside.any()}


def candidate_recall(near: Neighbours, labels: npt.ArrayLike, queries: npt.ArrayLike) -> float:
    """Mean recall of the 50 nearest candidates, the listing itself included."""
    return float(score_listings(near, labels, queries).recall.mean())


def describe_listings(
    near: Neighbours, labels: npt.NDArray[Any], queries: npt.NDArray[np.int64], threshold: float
) -> dict[str, Any]:
    """The fields of a report that follow from the scored listings and the threshold."""
    kept = keep_within(near, threshold)
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
        "predicted_alone": float((counted == 0).mean()),
        "candidate_recall": candidate_recall(near, labels, queries),
        "f1_by_group_size": f1_by_size(scores.f1, group_sizes(labels)[queries]),
    }


def markdown_table(reports: Sequence[Report]) -> str:
    """The reports as a Markdown table, a row each."""
    head = ["method", "protocol", "N", "scored", "threshold", "F1", "95 % interval", "precision", "recall", "alone"]
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
    cells += [f"{report.predicted_alone:.3f}", f"{report.candidate_recall:.3f}", precise]
    return [*cells, *_partition_cells(report.partition), f"{report.seconds:.0f}"]


def _partition_cells(scores: PartitionScores | None) -> list[str]:
    if scores is None:
        return ["-", "-"]
    pairs, listings = (scores.pair_precision, scores.pair_recall), (scores.bcubed_precision, scores.bcubed_recall)
    return [f"{precision:.3f} / {recall:.3f}" for precision, recall in (pairs, listings)]
