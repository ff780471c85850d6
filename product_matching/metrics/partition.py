"""Scores of a partition against the true groups: over pairs, and over listings (B-cubed)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class PartitionScores:
    """Agreement of a partition with the true groups.

    Attributes
    ----------
    pair_precision, pair_recall
        Share of the joined pairs that are true, and of the true pairs that are joined; 1 where there is no pair.
    bcubed_precision, bcubed_recall
        Mean over listings of the share of its group that is true, and of its true group that is in its group
        (Bagga and Baldwin 1998).
    listing_f1
        Mean over listings of the F1 of its group against its true group: the competition's metric, without its cap.
    """

    pair_precision: float
    pair_recall: float
    bcubed_precision: float
    bcubed_recall: float
    listing_f1: float


def score_partition(
    groups: npt.ArrayLike, labels: npt.ArrayLike, scored: npt.ArrayLike | None = None
) -> PartitionScores:
    """Score a partition of N listings against their labels.

    Parameters
    ----------
    groups, labels
        Group number and true label of each listing, shape (N,).
    scored
        Rows whose pairs and means count, each pair from the side of these rows; all by default.

    Examples
    --------
    >>> scores = score_partition([0, 0, 1, 1], ["a", "a", "a", "b"])
    >>> scores.pair_precision, round(scores.pair_recall, 3)
    (0.5, 0.333)
    """
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    label = np.unique(np.asarray(labels), return_inverse=True)[1]
    rows = np.arange(len(group)) if scored is None else np.asarray(scored, dtype=np.int64)
    cell = np.unique(group * (label.max(initial=0) + 1) + label, return_inverse=True)[1]
    both = np.bincount(cell)[cell][rows]
    predicted, true = np.bincount(group)[group][rows], np.bincount(label)[label][rows]
    return PartitionScores(
        pair_precision=_share((both - 1).sum(), (predicted - 1).sum()),
        pair_recall=_share((both - 1).sum(), (true - 1).sum()),
        bcubed_precision=float(np.mean(both / predicted)),
        bcubed_recall=float(np.mean(both / true)),
        listing_f1=float(np.mean(2 * both / (predicted + true))),
    )


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else 1.0
