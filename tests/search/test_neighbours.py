from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from product_matching import search
from product_matching.search import (
    Neighbours,
    keep_nearest,
    keep_within,
    sort_neighbours,
    stack_neighbours,
    to_distance,
)
from product_matching.search.neighbours import search_in_blocks


def three_queries() -> Neighbours:
    """Query 0 finds 2 and 5 tied, and 1 farther; query 1 nothing; query 2 row 4."""
    return sort_neighbours(np.array([2, 0, 0, 0]), np.array([4, 5, 1, 2]), np.array([0.3, 0.1, 0.5, 0.1]), n_queries=3)


def test_distances_are_clipped_and_rounded() -> None:
    assert to_distance([1.0000007, 1.0, 0.8, 0.0, -1.0000007]).tolist() == [0.0, 0.0, 0.2, 1.0, 2.0]
    assert to_distance(np.float32(0.6)) == 0.4
    assert not np.signbit(to_distance([1.0 + 1e-9])).any()


def test_neighbours_stand_by_query_then_distance_then_row() -> None:
    found = three_queries()
    assert found.offsets.tolist() == [0, 3, 3, 4]
    assert found.rows.tolist() == [2, 5, 1, 4]
    assert found.queries().tolist() == [0, 0, 0, 2]
    assert found.of(1)[0].tolist() == []
    assert len(found) == 3


def test_keeping_the_nearest_and_the_near() -> None:
    found = three_queries()
    assert keep_nearest(found, 1).rows.tolist() == [2, 4]
    assert keep_nearest(found, 1).offsets.tolist() == [0, 1, 1, 2]
    assert keep_within(found, 0.1).rows.tolist() == [2, 5]
    assert keep_within(found, 0.3).rows.tolist() == [2, 5, 4]


def test_stacked_blocks_are_one_result() -> None:
    found = stack_neighbours([three_queries(), three_queries()])
    assert found.offsets.tolist() == [0, 3, 3, 4, 7, 7, 8]
    assert found.rows.tolist() == [2, 5, 1, 4] * 2
    assert stack_neighbours([]).offsets.tolist() == [0]


def test_blocks_cover_the_queries_in_order() -> None:
    blocks: list[slice] = []

    def search_block(block: slice) -> Neighbours:
        blocks.append(block)
        return sort_neighbours(np.array([0]), np.array([block.start]), np.array([0.0]), n_queries=1)

    assert search_in_blocks(7, 3, search_block).rows.tolist() == [0, 3, 6]
    assert blocks == [slice(0, 3), slice(3, 6), slice(6, 9)]


@pytest.mark.parametrize(
    ("offsets", "rows", "distances"), [([0, 2], [1], [0.5]), ([1, 1], [1], [0.5]), ([], [], []), ([0, 1], [1], [])]
)
def test_inconsistent_neighbours_are_refused(offsets: list[int], rows: list[int], distances: list[float]) -> None:
    with pytest.raises(ValueError, match=r"rows but|offsets must run"):
        Neighbours(np.array(offsets, dtype=np.int64), np.array(rows, dtype=np.int64), np.array(distances))


def test_the_package_loads_no_backend_until_one_is_named() -> None:
    code = "import sys, product_matching.search.neighbours; sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert search.FlatIndex.__module__ == "product_matching.search.flat"
