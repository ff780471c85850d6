"""Confidence interval of a mean score: whole groups are drawn, as the listings of one group stand or fall together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray

_LEVEL = 0.95
_DRAWS = 1000
_SEED = 20240501


def bootstrap_interval(scores: FloatArray, labels: npt.ArrayLike) -> tuple[float, float]:
    """Percentile bootstrap over groups (Efron 1979; cluster resampling): 1000 resamples, the same ones every time.

    Parameters
    ----------
    scores
        One score a listing, shape (Q,).
    labels
        Group of each of these listings, shape (Q,).

    Returns
    -------
    tuple of float
        Lower and upper end of the 95 % interval of the mean.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.array([1.0, 1.0, 0.0, 0.5]), ["a", "a", "b", "c"])
    >>> low <= 0.625 <= high
    True
    """
    group = np.unique(np.asarray(labels), return_inverse=True)[1]
    sums, counts = np.bincount(group, scores), np.bincount(group)
    rng = np.random.default_rng(_SEED)
    means = np.empty(_DRAWS)
    for draw in range(_DRAWS):
        drawn = rng.integers(len(sums), size=len(sums))
        means[draw] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
