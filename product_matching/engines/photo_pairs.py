"""All pairs of photo vectors within a distance, cell by cell: exact, whatever the cells are.

Each vector is at home in the cell of its nearest centroid, and is a guest in others. A cell joins its own vectors with
each other, and with its guests. Of two cells one sends guests to the other, so that each pair is found once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from product_matching.engines.listing_shards import ListingShards, read_vectors
from product_matching.engines.shards import Stage, content_key
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.neighbours import RowArray, product_slack

PAIRS = pa.schema({"first": pa.int64(), "second": pa.int64()})
COLUMNS = "shard int, guest boolean, row long, photo binary"
ORDER = ["guest", "row"]
#: Vectors that the centroids are trained on, for each, and rounds.
_TRAINED_ON, _ROUNDS, _SEED = 64, 10, 20240501
#: Largest error of a side of a plane in single precision.
_ROUNDING = 1e-5
_SCATTERED_ROWS = 2000
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Cells:
    """Cells of photo vectors.

    Attributes
    ----------
    centroids
        Unit vectors; shape (K, D).
    distance
        Distance within which pairs are to be found.
    visits
        Most cells that a vector is a guest in, those whose border is nearest; None for all within reach, which is
        exact.
    """

    centroids: Vectors
    distance: float
    visits: int | None = None

    def homes(self, vectors: Vectors) -> RowArray:
        """Cell that each vector is at home in; shape (M,)."""
        homes: RowArray = (vectors @ self.centroids.T).argmax(axis=1).astype(np.int64)
        return homes

    def guests(self, vectors: Vectors, homes: RowArray) -> npt.NDArray[np.bool_]:
        """Cells that each vector is a guest in; shape (M, K).

        The vectors of a cell lie on its side of the plane halfway between two centroids. A vector on the other side,
        at the angle `a` from the plane, is at least `a` from each of them: it is no guest where `a` is above the
        angle of the distance.
        """
        k = len(self.centroids)
        cosines = vectors @ self.centroids.T
        own = cosines[np.arange(len(vectors)), homes]
        between = np.sqrt(np.maximum(2.0 - 2.0 * self.centroids @ self.centroids.T, 1e-12))
        beyond = (own[:, None] - cosines) / between[homes]  # sine of the angle from the plane
        sent = _sends(k)[homes]
        if self.visits is not None:
            # The nearest borders, whichever cell sends to the other; a visit both ways finds a pair twice.
            beyond[np.arange(len(vectors)), homes] = np.inf
            near = np.argpartition(beyond, min(self.visits, k) - 1, axis=1)[:, : self.visits]
            sent = np.zeros_like(sent)
            np.put_along_axis(sent, near, values=True, axis=1)
        within: npt.NDArray[np.bool_] = sent & (beyond <= self._reach())
        return within

    def _reach(self) -> float:
        """Sine of the angle of the distance, a little more than it."""
        cosine = 1.0 - self.distance - product_slack(self.centroids.shape[1])
        return 1.0 if cosine <= 0 else math.sqrt(1.0 - cosine * cosine) + _ROUNDING


def _sends(k: int) -> npt.NDArray[np.bool_]:
    """Which cell sends guests to which: of each two one, and each to half of the others; shape (K, K)."""
    ahead = (np.arange(k)[None, :] - np.arange(k)[:, None]) % k
    sends: npt.NDArray[np.bool_] = (ahead > 0) & (2 * ahead < k)
    if k % 2 == 0:
        sends |= (2 * ahead == k) & (np.arange(k)[:, None] < np.arange(k)[None, :])
    return sends


def train_cells(listings: ListingShards, k: int, distance: float, visits: int | None = None) -> Cells:
    """Train the centroids of `k` cells on a sample of the catalogue."""
    wanted = -(-k * _TRAINED_ON // listings.stage.n)
    samples = []
    for table in listings.stage.tables(["photo"]):
        photos = table["photo"].drop_null().to_pylist()
        chosen = np.random.default_rng(_SEED).permutation(len(photos))[:wanted]
        samples.append(read_vectors([photos[place] for place in sorted(chosen.tolist())], listings.dimension))
    sample = np.concatenate(samples)
    k = max(1, min(k, len(sample)))
    trainer = faiss.Kmeans(listings.dimension, k, niter=_ROUNDS, spherical=True, seed=_SEED, min_points_per_centroid=1)
    if k > 1:
        trainer.train(sample)
        return Cells(centroids=np.array(trainer.centroids, dtype=np.float32), distance=distance, visits=visits)
    return Cells(centroids=np.eye(1, listings.dimension, dtype=np.float32), distance=distance, visits=visits)


def photo_pair_stage(listings: ListingShards, cells: Cells) -> Stage:
    """The stage of the pairs: a shard for each cell."""
    key = content_key(
        "photo pairs", listings.stage.key, cells.centroids.tobytes().hex()[:4096], cells.distance, cells.visits
    )
    return Stage(work=listings.stage.work, name="photo-pairs", key=key, n=len(cells.centroids), schema=PAIRS)


def scatter_photos(listings: ListingShards, cells: Cells, source: int) -> Iterator[pd.DataFrame]:
    """Rows of one shard of listings for the cells that they are at home or guests in."""
    table = listings.stage.read(source, ["row", "photo"])
    table = table.filter(table["photo"].is_valid())
    for batch in table.to_batches(max_chunksize=_SCATTERED_ROWS):
        photos = batch["photo"].to_pylist()
        vectors = read_vectors(photos, listings.dimension)
        homes = cells.homes(vectors)
        rows = batch["row"].to_numpy()
        own = pd.DataFrame({"shard": homes, "guest": False, "row": rows, "photo": photos})
        yield own.astype({"shard": "int32"})
        guests, visited = np.nonzero(cells.guests(vectors, homes))
        for start in range(0, len(guests), _SCATTERED_ROWS):
            part = guests[start : start + _SCATTERED_ROWS]
            yield pd.DataFrame(
                {
                    "shard": visited[start : start + _SCATTERED_ROWS].astype(np.int32),
                    "guest": True,
                    "row": rows[part],
                    "photo": [photos[place] for place in part.tolist()],
                }
            )


def join_photos(listings: ListingShards, cells: Cells, _: int, batches: Iterator[pd.DataFrame]) -> pa.Table:
    """Pairs of one cell: its own vectors come first and are kept, the guests pass by, as many as those at a time."""
    own, guests = _Vectors(listings.dimension), _Vectors(listings.dimension)
    found: list[tuple[RowArray, RowArray]] = []
    for batch in batches:
        guest = batch["guest"].to_numpy(dtype=bool)
        own.add(batch[~guest])
        guests.add(batch[guest])
        if guests.n > max(own.n, _SCATTERED_ROWS):
            found.append(_met(own, guests, cells.distance))
            guests = _Vectors(listings.dimension)
    found.append(_met(own, guests, cells.distance))
    rows, vectors = own.joined()
    near = DenseJoin().within(vectors, cells.distance)
    queries, once = near.queries(), near.queries() < near.rows
    return pairs_table([*found, (rows[queries[once]], rows[near.rows[once]])])


class _Vectors:
    """Rows with their vectors, collected batch by batch."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._rows: list[RowArray] = [np.zeros(0, dtype=np.int64)]
        self._vectors: list[Vectors] = [np.zeros((0, dimension), dtype=np.float32)]
        self.n = 0

    def add(self, batch: pd.DataFrame) -> None:
        self._rows.append(batch["row"].to_numpy(dtype=np.int64))
        self._vectors.append(read_vectors(batch["photo"].tolist(), self._dimension))
        self.n += len(batch)

    def joined(self) -> tuple[RowArray, Vectors]:
        return np.concatenate(self._rows), np.concatenate(self._vectors)


def _met(own: _Vectors, guests: _Vectors, distance: float) -> tuple[RowArray, RowArray]:
    """Pairs of a cell's own vectors with guests; those of guests among themselves are found in another cell."""
    (rows, vectors), (others, met) = own.joined(), guests.joined()
    near = DenseJoin().within(np.concatenate([vectors, met]), distance)
    every, queries = np.concatenate([rows, others]), near.queries()
    crossing = (queries < len(rows)) & (near.rows >= len(rows))
    return every[queries[crossing]], every[near.rows[crossing]]


def pairs_table(found: list[tuple[RowArray, RowArray]]) -> pa.Table:
    """Pairs of rows, the lower one first."""
    none = np.zeros(0, dtype=np.int64)
    first, second = (np.concatenate([none, *column]) for column in (zip(*found, strict=True) if found else ((), ())))
    return pa.table({"first": np.minimum(first, second), "second": np.maximum(first, second)}, schema=PAIRS)
