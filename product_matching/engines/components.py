"""Listings that pairs connect, and the shards that whole components are dealt to: groups never reach beyond one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.engines.shards import content_key
from product_matching.files import atomic_file
from product_matching.matching.decisions import Pair, PairDecisions
from product_matching.search.neighbours import RowArray


@dataclass(frozen=True, kw_only=True)
class Components:
    """The components of a catalogue, dealt to shards.

    Attributes
    ----------
    path
        File with the shard of each listing, int32, -1 for one without pairs; workers map it.
    key
        Names its content.
    n, shards
        Listings and shards.
    """

    path: Path
    key: str
    n: int
    shards: int

    def of_listings(self) -> npt.NDArray[np.int32]:
        """Shard of each listing; shape (N,), mapped."""
        shards: npt.NDArray[np.int32] = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return shards

    def rows(self, shard: int) -> RowArray:
        """Listings of a shard, rising."""
        return np.flatnonzero(self.of_listings() == shard)


def find_components(
    n: int, pairs: Iterable[pa.Table], decisions: PairDecisions, *, work: Path, rows_per_shard: int
) -> Components:
    """Find the components of `n` listings and deal them to shards of about as many rows as are asked for.

    Parameters
    ----------
    n
        Number of listings.
    pairs
        Tables with the columns ``first`` and ``second``: all pairs that groups may join by distance or score.
    decisions
        Pairs that people decided to be the same connect as well.
    work
        Folder of the file.
    rows_per_shard
        A larger component is one shard all the same.
    """
    same = np.array(list(decisions.same), dtype=np.int64).reshape(-1, 2)
    edges = [same, *(np.column_stack([table["first"].to_numpy(), table["second"].to_numpy()]) for table in pairs)]
    first, second = np.concatenate(edges).T
    graph = csr_matrix((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    sizes = np.bincount(labels)
    dealt = np.where(sizes > 1, sizes, 0)
    shard_of_component = np.cumsum(dealt) - dealt
    shard_of_component = shard_of_component // rows_per_shard
    of_listings = np.where(sizes[labels] > 1, shard_of_component[labels], -1).astype(np.int32)
    used, numbers = np.unique(of_listings, return_inverse=True)
    of_listings = (numbers - int(used[0] == -1)).astype(np.int32) if len(used) else of_listings
    shards = int(of_listings.max(initial=-1)) + 1
    key = content_key("components", of_listings.tobytes().hex())
    path = work / f"components-{key}.npy"
    with atomic_file(path, what="shard", parents=True) as partial:
        np.save(partial, of_listings, allow_pickle=False)
    return Components(path=path, key=key, n=n, shards=shards)


def decisions_among(decisions: PairDecisions, rows: RowArray) -> PairDecisions:
    """The decisions on pairs of some rows, by their places among them."""

    def among(pairs: Iterable[Pair]) -> list[Pair]:
        every = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        kept = np.isin(every, rows).all(axis=1)
        return [(int(a), int(b)) for a, b in np.searchsorted(rows, every[kept]).tolist()]

    return PairDecisions(same=among(decisions.same), different=among(decisions.different))
