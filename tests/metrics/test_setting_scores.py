"""Scores at many settings at once are those of each setting tried alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import score_listings
from product_matching.metrics.setting_scores import measure_setting, scores_along
from product_matching.metrics.threshold_surface import TwoSidedPairs, scores_on_surface
from product_matching.search.neighbours import Neighbours, keep_within

seeds = st.integers(0, 2**32 - 1)


def pairs_counted(near: Neighbours, labels: np.ndarray, own: np.ndarray) -> tuple[int, int, int]:
    """Matches, right ones and all pairs of the same product, by plain loops."""
    matches = [(row, int(other)) for q, row in enumerate(own) for other in near.of(q)[0] if other != row]
    right = sum(labels[row] == labels[other] for row, other in matches)
    true = sum(labels[row] == labels[other] for row in own for other in range(len(labels)) if other != row)
    return len(matches), int(right), int(true)


@given(seeds, st.integers(2, 24))
def test_every_threshold_of_a_curve_scores_as_if_tried_alone(random_neighbours, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    labels, own = rng.integers(0, max(1, n // 3), n), np.sort(rng.permutation(n)[: n // 2 + 1])
    near = random_neighbours(rng, len(own), n, 4 * n)
    thresholds = np.array([0.0, 0.1, 0.25, 0.3, 0.875, 0.9])
    found = scores_along(near, labels, own, thresholds)
    for place, threshold in enumerate(thresholds):
        accepted = keep_within(near, threshold)
        alone = score_listings(accepted, labels, own, cap=None)
        assert found.f1[place] == pytest.approx(alone.f1.mean())
        assert found.listing_precision[place] == pytest.approx(alone.precision.mean())
        assert found.listing_recall[place] == pytest.approx(alone.recall.mean())
        n_matches, right, true = pairs_counted(accepted, labels, own)
        assert (found.accepted[place], found.correct[place], found.n_same) == (n_matches, right, true)
        assert found.precision[place] == pytest.approx(right / n_matches if n_matches else np.nan, nan_ok=True)
        assert found.recall[place] == right / max(true, 1)


@given(seeds, st.integers(2, 16))
def test_every_point_of_the_surface_scores_as_if_tried_alone(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = np.triu_indices(n, 1)
    kept = rng.random(len(first)) < 0.5
    photo, title = (rng.integers(0, 8, int(kept.sum())) / 8 for _ in range(2))
    photo[rng.random(len(photo)) < 0.2] = np.nan
    title[rng.random(len(title)) < 0.2] = np.nan
    pairs = TwoSidedPairs(n=n, first=first[kept], second=second[kept], photo=photo, title=title)
    labels, own = rng.integers(0, max(1, n // 3), n), np.sort(rng.permutation(n)[: n // 2 + 1])
    photos, titles = np.array([0.0, 0.25, 0.3, 0.625]), np.array([0.0, 0.125, 0.8])
    found = scores_on_surface(pairs, labels, own, photo_thresholds=photos, title_thresholds=titles)
    place = np.full(n, -1)
    place[own] = np.arange(len(own))
    for a, by_photo in enumerate(photos):
        for b, by_title in enumerate(titles):
            near = {
                (i, j)
                for i, j, p, t in zip(pairs.first, pairs.second, photo, title, strict=True)
                if p <= by_photo or t <= by_title
            }
            lists = [sorted({j for i, j in near if i == row} | {i for i, j in near if j == row}) for row in own]
            rows = np.array([row for each in lists for row in each], dtype=np.int64)
            offsets = np.cumsum([0, *map(len, lists)])
            accepted = Neighbours(offsets, rows, np.zeros(len(rows)))
            alone = score_listings(accepted, labels, own, cap=None)
            assert found.f1[a, b] == pytest.approx(alone.f1.mean(), abs=1e-12)
            assert found.listing_precision[a, b] == pytest.approx(alone.precision.mean(), abs=1e-12)
            assert found.listing_recall[a, b] == pytest.approx(alone.recall.mean(), abs=1e-12)
            n_matches, right, true = pairs_counted(accepted, labels, own)
            assert (found.accepted[a, b], found.correct[a, b], found.n_same) == (n_matches, right, true)


def test_a_measured_setting_has_the_shares_of_the_pairs_and_intervals_over_groups(random_neighbours) -> None:
    rng = np.random.default_rng(3)
    labels, own = rng.integers(0, 12, 40), np.arange(0, 40, 2)
    near = random_neighbours(rng, len(own), 40, 160)
    found = measure_setting(near, labels, own)
    n_matches, right, true = pairs_counted(near, labels, own)
    assert (found.accepted, found.n_queries) == (n_matches, 20)
    assert found.precision.value == pytest.approx(right / n_matches)
    assert found.recall.value == pytest.approx(right / true)
    f1 = score_listings(near, labels, own, cap=None).f1
    assert (found.f1.low, found.f1.high) == bootstrap_interval(f1, labels[own])
    for figure in (found.precision, found.recall, found.f1):
        assert figure.low <= figure.value <= figure.high
    nothing = measure_setting(keep_within(near, -1.0), labels, own)
    assert np.isnan(nothing.precision.value)
    assert (nothing.recall.value, nothing.accepted) == (0.0, 0)
