"""Listings without a bundle, and a shuffle without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from product_matching.engines.listing_shards import ListingShards, write_listing_shards
from product_matching.engines.running import JoinShard, Scatter


@dataclass(frozen=True, eq=False)
class Listings:
    """What `write_listing_shards` reads of a bundle."""

    photo_vectors: Any = None
    title_matrix: csr_matrix | None = None

    def __len__(self) -> int:
        return (self.photo_vectors if self.photo_vectors is not None else self.title_matrix).shape[0]

    @property
    def content(self) -> str:
        return "listings"

    @property
    def listings(self) -> pd.DataFrame:
        return pd.DataFrame({"posting_id": [f"id{row}" for row in range(len(self))]})

    @property
    def has_photo(self) -> Any:
        no_photo = np.zeros(len(self), dtype=bool)
        return no_photo if self.photo_vectors is None else np.any(self.photo_vectors != 0, axis=1)

    @property
    def has_title(self) -> Any:
        return np.full(len(self), self.title_matrix is not None)


def listing_shards(work: Path, rows_per_shard: int, **sides: Any) -> ListingShards:
    """Shards of listings with some vectors."""
    return write_listing_shards(Listings(**sides), work, rows_per_shard)


def shuffled(
    scatter: Scatter, join: JoinShard, *, sources: int, order: list[str], batch: int = 7
) -> tuple[set[tuple[int, int]], list[tuple[int, int]], pd.DataFrame]:
    """All pairs that the shards make, as a set and as a list, and the rows that were sent."""
    sent = pd.concat([rows for source in range(sources) for rows in scatter(source)], ignore_index=True)
    found: list[tuple[int, int]] = []
    for shard, rows in sent.groupby("shard"):
        table = join(int(shard), _batches(rows.sort_values(order), batch))
        found += zip(table["first"].to_pylist(), table["second"].to_pylist(), strict=True)
    return set(found), found, sent


def _batches(rows: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    for start in range(0, len(rows), size):
        yield rows.iloc[start : start + size]


def unit(vectors: Any) -> Any:
    """Rows of norm 1."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
