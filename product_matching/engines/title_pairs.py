"""All pairs of titles within a distance, word by word: exact.

Words stand in the order of how many titles hold them, the rarest first. Two titles whose cosine is at least `c` share a
word such that what follows it in either title, the word included, has at least the length `c`: their product is made of
these parts alone where the word is the rarest that they share. So a title is sent to its leading words only (prefix
filtering, Bayardo, Ma and Srikant 2007).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.sparse import csr_matrix

from product_matching.engines.listing_shards import ListingShards, read_titles
from product_matching.engines.photo_pairs import PAIRS, pairs_table
from product_matching.engines.shards import Stage, content_key
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import RowArray

COLUMNS = "shard int, word int, row long, words binary, weights binary"
ORDER = ["word", "row"]
#: Titles under one word up to which all their pairs are measured; of more, the join finds those that are near.
_FEW_TITLES = 48
#: Pairs that are measured at once.
_MEASURED_PAIRS = 500_000
#: Products this much below a bound may still round to a distance that meets it, and single precision errs by less.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False, kw_only=True)
class WordOrder:
    """The words of a catalogue in order of rarity.

    Attributes
    ----------
    titles
        Titles that hold each word; shape (V,).
    distance
        Distance within which pairs are to be found.
    shards
        Number of shards that the words are dealt to.
    """

    titles: npt.NDArray[np.int64]
    distance: float
    shards: int

    def leading(self, matrix: csr_matrix) -> npt.NDArray[np.bool_]:
        """Which of the stored words of title vectors each title is sent to; shape (nnz,)."""
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        order = np.lexsort((matrix.indices, self.titles[matrix.indices], rows))
        squares = matrix.data[order].astype(np.float64) ** 2
        total = np.concatenate([[0.0], np.cumsum(squares)])
        following = total[matrix.indptr[1:]][rows[order]] - total[:-1]
        leading = np.zeros(len(order), dtype=np.bool_)
        leading[order] = np.sqrt(np.maximum(following, 0.0)) >= 1.0 - self.distance - _ROUNDING
        return leading & (self.titles[matrix.indices] > 1)


def word_order(titles: csr_matrix, distance: float, shards: int) -> WordOrder:
    """Count the titles of each word of a catalogue."""
    counts = np.bincount(titles.indices, minlength=titles.shape[1]).astype(np.int64)
    return WordOrder(titles=counts, distance=distance, shards=shards)


def title_pair_stage(listings: ListingShards, words: WordOrder) -> Stage:
    """The stage of the pairs: a shard for some of the words."""
    key = content_key("title pairs", listings.stage.key, words.distance, words.shards)
    return Stage(work=listings.stage.work, name="title-pairs", key=key, n=words.shards, schema=PAIRS)


def scatter_titles(listings: ListingShards, words: WordOrder, source: int) -> Iterator[pd.DataFrame]:
    """Rows of one shard of listings for the leading words of their titles."""
    for batch in listings.stage.read(source, ["row", "words", "weights"]).to_batches(max_chunksize=2000):
        columns, weights = batch["words"].to_pylist(), batch["weights"].to_pylist()
        matrix = read_titles(columns, weights, listings.words)
        leading = words.leading(matrix)
        places = np.repeat(np.arange(len(columns)), np.diff(matrix.indptr))[leading]
        word = matrix.indices[leading]
        yield pd.DataFrame(
            {
                "shard": (word % words.shards).astype(np.int32),
                "word": word.astype(np.int32),
                "row": batch["row"].to_numpy()[places],
                "words": [columns[place] for place in places.tolist()],
                "weights": [weights[place] for place in places.tolist()],
            }
        )


def join_titles(listings: ListingShards, words: WordOrder, _: int, batches: Iterator[pd.DataFrame]) -> pa.Table:
    """Pairs of the titles under each of the words of a shard."""
    found: list[tuple[RowArray, RowArray]] = []
    few: list[pd.DataFrame] = []
    waiting = 0
    for group in _by_word(batches):
        if len(group) > _FEW_TITLES:
            found.append(_joined(group, listings.words, words.distance))
            continue
        few.append(group)
        waiting += len(group) * (len(group) - 1) // 2
        if waiting > _MEASURED_PAIRS:
            found.append(_measured(few, listings.words, words.distance))
            few, waiting = [], 0
    found.append(_measured(few, listings.words, words.distance))
    keys = np.unique(np.concatenate([np.stack(pair, axis=1) for pair in found]), axis=0)
    return pairs_table([(keys[:, 0], keys[:, 1])])


def _by_word(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """All titles of one word after the other, as they come sorted by word."""
    begun: list[pd.DataFrame] = []
    for batch in batches:
        for word, part in batch.groupby("word", sort=False):
            if begun and begun[0]["word"].iloc[0] != word:
                yield pd.concat(begun)
                begun = []
            begun.append(part)
    if begun:
        yield pd.concat(begun)


def _joined(group: pd.DataFrame, columns: int, distance: float) -> tuple[RowArray, RowArray]:
    near = SparseJoin().within(_vectors(group, columns), distance)
    once, rows = near.queries() < near.rows, group["row"].to_numpy()
    return rows[near.queries()[once]], rows[near.rows[once]]


def _measured(groups: list[pd.DataFrame], columns: int, distance: float) -> tuple[RowArray, RowArray]:
    if not groups:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = np.cumsum([0, *(len(group) for group in groups)])
    corners = [np.triu_indices(len(group), 1) for group in groups]
    first, second = (
        np.concatenate([corner[side] + start for corner, start in zip(corners, starts[:-1], strict=True)])
        for side in (0, 1)
    )
    every = pd.concat(groups)
    rows = every["row"].to_numpy()
    _, kept = np.unique(np.stack([rows[first], rows[second]], axis=1), axis=0, return_index=True)
    first, second = first[kept], second[kept]
    near = SparseJoin().distances(_vectors(every, columns), first, second) <= distance
    return rows[first[near]], rows[second[near]]


def _vectors(group: pd.DataFrame, columns: int) -> csr_matrix:
    """Title vectors of a group over the words that it holds."""
    matrix = read_titles(group["words"].tolist(), group["weights"].tolist(), columns)
    held, indices = np.unique(matrix.indices, return_inverse=True)
    return csr_matrix((matrix.data, indices, matrix.indptr), shape=(matrix.shape[0], len(held)))
