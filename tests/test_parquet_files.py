"""What a Parquet file takes in memory is known before it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from product_matching.parquet_files import check_parquet, longest_row, read_parquet, unpacked_bytes

WORDS = ["a", "lamp", "x" * 5_000]
ROWS = 3_000


def dictionary(texts: list[str], places: list[int]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(texts))


@pytest.mark.parametrize("kind", ["dictionary", "plain", "groups", "list", "with nulls"])
def test_texts_are_counted_as_often_as_they_stand_in_a_row(tmp_path: Path, kind: str) -> None:
    places = np.random.default_rng(4).integers(0, 3, ROWS).tolist()
    column: pa.Array = dictionary(WORDS, places)
    true = sum(len(WORDS[place]) for place in places)
    if kind == "list":
        column = pa.array([[WORDS[place]] for place in places])
    elif kind == "with nulls":
        column, true = pa.concat_arrays([column, dictionary(WORDS, [None] * 10)]), true
    path = tmp_path / "t.parquet"
    pq.write_table(
        pa.table({"t": column}), path, use_dictionary=kind != "plain", row_group_size=700 if kind == "groups" else None
    )
    measured = unpacked_bytes(path, most=true)
    assert true <= measured <= 1.1 * true + 2 * path.stat().st_size + 20 * ROWS
    assert 5_000 <= longest_row(path) <= (true if kind == "plain" else 5_010) + path.stat().st_size


def test_a_bound_is_enough_where_it_is_within_what_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"t": ["red", "blue"] * 50, "n": range(100)}), path)
    assert unpacked_bytes(path, most=10**6) <= 10**6
    check_parquet(path)
    assert len(read_parquet(path, 100)) == 100
    with pytest.raises(ValueError, match=r"t\.parquet has 100 rows, but the manifest has 99"):
        read_parquet(path, 99)


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "RLE_DICTIONARY"])
def test_long_texts_that_take_little_room_are_refused(tmp_path: Path, encoding: str) -> None:
    texts = ["x" * 100_000] * 400
    table, path = pa.table({"t": texts}), tmp_path / "t.parquet"
    if encoding == "DELTA_BYTE_ARRAY":
        pq.write_table(table, path, use_dictionary=False, column_encoding={"t": encoding}, compression="zstd")
    else:
        pq.write_table(table, path, compression="zstd")
    assert path.stat().st_size < 200_000
    with pytest.raises(ValueError, match=r"t\.parquet would unpack to [0-9,]{10,} bytes"):
        check_parquet(path)


def test_many_rows_that_take_no_room_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"n": np.zeros(10_000_000, dtype=np.int64)}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(ValueError, match="would unpack to 80,"):
        check_parquet(path)
