from collections.abc import Callable

import numpy as np
import pytest

from product_matching.search.neighbours import Neighbours, sort_neighbours


@pytest.fixture(scope="session")
def random_neighbours() -> Callable[[np.random.Generator, int, int, int], Neighbours]:
    """Neighbours at random, many of them at equal distances: (generator, queries, rows, pairs at most)."""

    def draw(rng: np.random.Generator, n_queries: int, n_rows: int, n_pairs: int) -> Neighbours:
        queries, rows = rng.integers(n_queries, size=n_pairs), rng.integers(n_rows, size=n_pairs)
        pairs = np.unique(np.column_stack([queries, rows]), axis=0)
        return sort_neighbours(pairs[:, 0], pairs[:, 1], rng.integers(0, 8, len(pairs)) / 8.0, n_queries)

    return draw
