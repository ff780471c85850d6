"""Two titles at exactly the threshold match in the sweep, the rules, the groups, the export and the app alike."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from product_matching.app.find.outcome import decide
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.matching.grouping.partition import partition
from product_matching.matching.thresholds import Thresholds
from product_matching.metrics.sweep import best_threshold
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import keep_within
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.match import match_catalogue

#: The next smaller distance that there can be: distances are rounded to 6 decimals.
STEP = 1e-6


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def pairs_at_some_distance(finder: Finder) -> list[tuple[int, int, float]]:
    """Each listing with its nearest other title that is not equal to its own."""
    neighbours = SparseJoin().nearest(finder.bundle.title_matrix, len(finder.bundle))
    found = []
    for row in range(len(neighbours)):
        rows, distances = neighbours.of(row)
        between = np.flatnonzero((distances > 0.01) & (distances < 0.99) & (rows != row))
        found += [(row, int(rows[place]), float(distances[place])) for place in between[:1]]
    return found


def test_everywhere_alike(finder: Finder) -> None:
    neighbours = SparseJoin().nearest(finder.bundle.title_matrix, len(finder.bundle))
    pairs = pairs_at_some_distance(finder)
    assert len(pairs) > 3
    for row, other, distance in pairs:
        at, below = Thresholds(title=distance), Thresholds(title=distance - STEP)
        query = finder.listing_query(row)
        candidates = finder.candidates(query, len(finder.bundle))
        asked_for = [
            other in keep_within(neighbours, distance).of(row)[0],
            other in finder.title_index.within(finder.bundle.title_matrix[row], distance).rows,
            other in finder.matches(query, at).rows,
            other in decide(candidates, at, retrieved=len(finder.bundle)).matches.rows,
            other in match_catalogue(finder.bundle, at).matches.of(row),
        ]
        assert all(asked_for), (row, other, distance, asked_for)
        not_quite = [
            other in keep_within(neighbours, distance - STEP).of(row)[0],
            other in finder.matches(query, below).rows,
            other in decide(candidates, below, retrieved=len(finder.bundle)).matches.rows,
            other in match_catalogue(finder.bundle, below).matches.of(row),
        ]
        assert not any(not_quite), (row, other, distance, not_quite)


def apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.ones(len(first))


def test_the_sweep_chooses_the_distance_itself_and_the_groups_take_it() -> None:
    matrix = csr_matrix(np.array([[0.6, 0.8, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    neighbours = SparseJoin().nearest(matrix, 3)
    choice = best_threshold(neighbours, ["a", "a", "b"])
    assert (choice.threshold, choice.f1) == (0.4, 1.0)
    assert partition(neighbours, LinkageThresholds(0.4, 0.4, 0.4), apart).tolist() == [0, 0, 2]
    assert partition(neighbours, LinkageThresholds(0.4 - STEP, 0.1, 0.1), apart).tolist() == [0, 1, 2]
