"""Shards are written whole, named by their content, and never made twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from product_matching.engines.components import decisions_among, find_components
from product_matching.engines.shards import Stage, content_key
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions

SCHEMA = pa.schema({"row": pa.int64()})


def stage_of(work: Path, *content: object) -> Stage:
    return Stage(work=work, name="rows", key=content_key(*content), n=3, schema=SCHEMA)


def test_finished_shards_are_not_missing(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, "one")
    assert stage.missing() == [0, 1, 2]
    stage.write(1, pa.table({"row": [4, 5]}))
    assert stage.missing() == [0, 2]
    assert stage.read(1)["row"].to_pylist() == [4, 5]
    assert stage_of(tmp_path, "another").missing() == [0, 1, 2]


def test_a_shard_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, "one")
    with pytest.raises(pa.ArrowInvalid):
        stage.write(0, pa.table({"row": ["text"]}))
    assert stage.missing() == [0, 1, 2]
    assert list(stage.folder.iterdir()) == []


def pairs(*edges: tuple[int, int]) -> pa.Table:
    first, second = zip(*edges, strict=True)
    return pa.table({"first": pa.array(first, pa.int64()), "second": pa.array(second, pa.int64())})


def test_components_are_whole_and_single_listings_are_left_out(tmp_path: Path) -> None:
    tables = [pairs((0, 3), (3, 6)), pairs((1, 2))]
    same = PairDecisions(same=[(6, 8)])
    found = find_components(10, tables, same, work=tmp_path, rows_per_shard=2)
    assert found.of_listings().tolist() == [0, 1, 1, 0, -1, -1, 0, -1, 0, -1]
    assert found.rows(0).tolist() == [0, 3, 6, 8]
    again = find_components(10, tables, same, work=tmp_path, rows_per_shard=100)
    assert again.shards == 1
    assert again.key != found.key


def test_a_catalogue_without_pairs_has_no_components(tmp_path: Path) -> None:
    assert find_components(4, [], NO_DECISIONS, work=tmp_path, rows_per_shard=2).shards == 0


def test_decisions_are_told_by_the_places_of_their_rows() -> None:
    decisions = PairDecisions(same=[(6, 8), (0, 9)], different=[(3, 8), (8, 20)])
    some = decisions_among(decisions, np.array([3, 6, 8]))
    assert (some.same, some.different) == ([(1, 2)], [(0, 2)])
