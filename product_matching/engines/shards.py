"""Shards: Parquet files that are written whole or not at all, and never twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from product_matching.files import atomic_file

#: Changes where the same input gets other shards than before.
_VERSION = 1


def content_key(*content: Any) -> str:
    """Name all that a stage's shards follow from, each of it JSON."""
    return hashlib.sha256(json.dumps([_VERSION, *content], sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the work: `n` shards of rows of one kind.

    Attributes
    ----------
    work
        Folder of all stages.
    name
        What the stage makes, such as ``photo-pairs``.
    key
        Names all that the shards follow from (`content_key`).
    n
        Number of shards.
    schema
        Columns of a shard.
    """

    work: Path
    name: str
    key: str
    n: int
    schema: pa.Schema

    @property
    def folder(self) -> Path:
        """Folder of the shards."""
        return self.work / f"{self.name}-{self.key}"

    def path(self, shard: int) -> Path:
        """The file of a finished shard."""
        return self.folder / f"shard-{shard:06}.parquet"

    def missing(self) -> list[int]:
        """Shards that are not finished, rising."""
        there = {path.name for path in self.folder.glob("shard-*.parquet")}
        return [shard for shard in range(self.n) if self.path(shard).name not in there]

    def write(self, shard: int, table: pa.Table) -> None:
        """Finish a shard. Two workers may finish the same one: both write the same rows."""
        with atomic_file(self.path(shard), what="shard", parents=True) as partial:
            pq.write_table(table.cast(self.schema), partial, compression="zstd")

    def read(self, shard: int, columns: list[str] | None = None) -> pa.Table:
        """A finished shard."""
        return pq.read_table(self.path(shard), columns=columns, partitioning=None)

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """All shards in order."""
        for shard in range(self.n):
            yield self.read(shard, columns)

    def bytes(self) -> int:
        """Bytes of the finished shards."""
        return sum(path.stat().st_size for path in self.folder.glob("shard-*.parquet"))
