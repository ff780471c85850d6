"""Parquet files from outside: how much they unpack to is known before they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from product_matching.array_files import most_unpacked

_OFFSET_BYTES = 4
#: A file is read as far as it is asked for, and not a column at a time.
_IN_PIECES: dict[str, Any] = {"pre_buffer": False, "buffer_size": 65_536}
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}
#: Texts that are written as what differs from the one before; no dictionary bounds what they unpack to.
_BY_DIFFERENCE = "DELTA_BYTE_ARRAY"


@dataclass(frozen=True, kw_only=True)
class _Chunk:
    """The values of one column in one group of rows, as the end of the file describes them."""

    group: int
    column: str
    n: int
    stored: int
    width: int | None
    by_difference: bool

    @property
    def least(self) -> int:
        """Bytes that the values take at least."""
        return self.n * (_OFFSET_BYTES if self.width is None else self.width)


def read_parquet(path: Path, n: int, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a Parquet file that must have `n` rows; nothing of one that unpacks to far more than its size is read.

    Raises
    ------
    ValueError
        It has another number of rows, or is too large unpacked.
    """
    with pq.ParquetFile(path) as file:
        rows = file.metadata.num_rows
    if rows != n:
        raise ValueError(f"{path.name} has {rows} rows, but the manifest has {n}")
    check_parquet(path)
    return pd.read_parquet(path, columns=columns)


def check_parquet(path: Path) -> None:
    """Refuse a Parquet file that unpacks to far more than its size.

    Raises
    ------
    ValueError
        It does.
    """
    most = most_unpacked(path)
    unpacked = unpacked_bytes(path, most)
    if unpacked > most:
        raise ValueError(f"{path.name} would unpack to {unpacked:,} bytes")


def unpacked_bytes(path: Path, most: int) -> int:
    """Bytes of the values of a Parquet file, or a bound on them where even that is within `most`.

    A text that is stored once may stand in every row, so the size of the file tells little. Memory is needed for the
    dictionaries of the texts, and at most `most` for their places.
    """
    with pq.ParquetFile(path, **_IN_PIECES) as file:
        stored = int(
            sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
        )
        if stored > most:
            return stored
        chunks = _chunks(file)
    at_least = sum(chunk.least for chunk in chunks) + sum(chunk.stored for chunk in chunks)
    if at_least > most:
        return at_least
    texts = [chunk for chunk in chunks if chunk.width is None]
    names = sorted({chunk.column for chunk in texts})
    total = 0
    with pq.ParquetFile(path, read_dictionary=names, **_IN_PIECES) as file:
        measures: tuple[Callable[[_Chunk], int], ...] = (_bound, lambda chunk: _longest(file, chunk) * chunk.n)
        for measure in (*measures, lambda chunk: _measured(file, chunk)):
            total = at_least + sum(map(measure, texts))
            if total <= most:
                break
    return total


def longest_row(path: Path) -> int:
    """Bytes that no row of a Parquet file takes more of."""
    with pq.ParquetFile(path, **_IN_PIECES) as file:
        chunks = _chunks(file)
    longest: dict[str, int] = {}
    with pq.ParquetFile(
        path, read_dictionary=[chunk.column for chunk in chunks if chunk.width is None], **_IN_PIECES
    ) as file:
        for chunk in chunks:
            one = _longest(file, chunk) if chunk.width is None else chunk.width
            longest[chunk.column] = max(longest.get(chunk.column, 0), one)
    return sum(longest.values())


def _chunks(file: pq.ParquetFile) -> list[_Chunk]:
    """The chunks of a file, in which damage is an error: describing a damaged one would end the process."""
    for group in range(file.metadata.num_row_groups):
        next(file.iter_batches(batch_size=1, row_groups=[group], use_threads=False), None)
    return list(_described(file.metadata))


def _described(metadata: pq.FileMetaData) -> Iterator[_Chunk]:
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            width = _WIDTHS.get(chunk.physical_type)
            if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY":
                width = metadata.schema.column(place).length
            yield _Chunk(
                group=group,
                column=chunk.path_in_schema,
                n=chunk.num_values,
                stored=chunk.total_uncompressed_size,
                width=width,
                by_difference=_BY_DIFFERENCE in chunk.encodings,
            )


def _bound(chunk: _Chunk) -> int:
    """No text is longer than all that is stored."""
    return chunk.n * chunk.stored


def _longest(file: pq.ParquetFile, chunk: _Chunk) -> int:
    """Length of the longest text of the dictionary; what is not in it is stored as it is."""
    if chunk.by_difference:
        return chunk.stored
    batch = next(file.iter_batches(batch_size=1, row_groups=[chunk.group], columns=[chunk.column]), None)
    texts = None if batch is None else _texts(batch.column(0))
    return chunk.stored if texts is None else int(pc.max(pc.binary_length(texts.dictionary)).as_py() or 0)


def _measured(file: pq.ParquetFile, chunk: _Chunk) -> int:
    """Bytes of all texts of a chunk, counted by their places in the dictionary."""
    if chunk.by_difference:
        return _bound(chunk)
    total = 0
    for column in file.read_row_group(chunk.group, columns=[chunk.column]).column(0).chunks:
        texts = _texts(column)
        if texts is None:
            return _bound(chunk)
        lengths = pc.binary_length(texts.dictionary).fill_null(0).to_numpy(zero_copy_only=False)
        places = texts.indices.drop_null().to_numpy(zero_copy_only=False)
        total += int(np.bincount(places, minlength=len(lengths)) @ lengths.astype(np.int64))
    return total


def _texts(column: pa.Array) -> pa.DictionaryArray | None:
    """The texts of a column, or of its lists; None where they are not read as a dictionary."""
    while isinstance(column, pa.ListArray | pa.LargeListArray):
        column = column.values
    return column if isinstance(column, pa.DictionaryArray) else None
