"""The vectors of a catalogue as shards, which the stages of matching read; no worker needs the bundle for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from product_matching.engines.shards import Stage, content_key
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.store.bundle import Bundle

#: A listing: its row and id, its photo vector (float32, little-endian; null without a photo), whether it has a title,
#: and the columns and weights of the title's words.
SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "posting_id": pa.string(),
        "photo": pa.binary(),
        "has_title": pa.bool_(),
        "words": pa.binary(),
        "weights": pa.binary(),
    }
)
_WORD, _WEIGHT = np.dtype("<i4"), np.dtype("<f4")


@dataclass(frozen=True, kw_only=True)
class ListingShards:
    """The shards of a catalogue's listings.

    Attributes
    ----------
    stage
        The shards, each of so many rows, in order.
    n, dimension, words
        Listings, length of a photo vector (0 without photos), and columns of the title vectors (0 without titles).
    """

    stage: Stage
    n: int
    dimension: int
    words: int


def write_listing_shards(
    bundle: Bundle, work: Path, rows_per_shard: int, *, progress: Progress = NO_PROGRESS
) -> ListingShards:
    """Write the listings of a bundle as shards; those that are there stay.

    Raises
    ------
    InputError
        The folder cannot be written.
    Cancelled
        The progress was cancelled.
    """
    n = len(bundle)
    stage = Stage(
        work=work,
        name="listings",
        key=content_key("listings", bundle.content, rows_per_shard),
        n=-(-n // rows_per_shard),
        schema=SCHEMA,
    )
    for shard in track(progress, stage.missing(), "writing listings", unit="shard"):
        stage.write(shard, _table(bundle, np.arange(shard * rows_per_shard, min(n, (shard + 1) * rows_per_shard))))
    photos, titles = bundle.photo_vectors, bundle.title_matrix
    return ListingShards(
        stage=stage,
        n=n,
        dimension=0 if photos is None else photos.shape[1],
        words=0 if titles is None else titles.shape[1],
    )


def _table(bundle: Bundle, rows: npt.NDArray[np.int64]) -> pa.Table:
    titles = csr_matrix((len(bundle), 0)) if bundle.title_matrix is None else bundle.title_matrix
    part = csr_matrix(titles[rows])
    photos: list[bytes | None] = [None] * len(rows)
    if bundle.photo_vectors is not None:
        vectors = np.asarray(bundle.photo_vectors[rows[0] : rows[-1] + 1], dtype=_WEIGHT)
        there = bundle.has_photo[rows].tolist()
        photos = [vector.tobytes() if has else None for vector, has in zip(vectors, there, strict=True)]
    cells = [slice(start, end) for start, end in zip(part.indptr[:-1], part.indptr[1:], strict=True)]
    return pa.table(
        {
            "row": rows,
            "posting_id": bundle.listings["posting_id"].iloc[rows].tolist(),
            "photo": pa.array(photos, pa.binary()),
            "has_title": bundle.has_title[rows],
            "words": [part.indices[cell].astype(_WORD).tobytes() for cell in cells],
            "weights": [part.data[cell].astype(_WEIGHT).tobytes() for cell in cells],
        },
        schema=SCHEMA,
    )


def read_vectors(photos: list[bytes | None], dimension: int) -> npt.NDArray[np.float32]:
    """Photo vectors of some listings, zeros without one; shape (len(photos), dimension)."""
    vectors = np.zeros((len(photos), dimension), dtype=np.float32)
    there = [place for place, photo in enumerate(photos) if photo is not None]
    if there:
        vectors[there] = np.frombuffer(b"".join(photos[place] or b"" for place in there), _WEIGHT).reshape(
            len(there), dimension
        )
    return vectors


def read_titles(words: list[bytes], weights: list[bytes], columns: int) -> csr_matrix:
    """Title vectors of some listings; shape (len(words), columns), float32."""
    indptr = np.cumsum([0, *(len(word) // _WORD.itemsize for word in words)])
    data, indices = np.frombuffer(b"".join(weights), _WEIGHT), np.frombuffer(b"".join(words), _WORD)
    return csr_matrix((data, indices, indptr), shape=(len(words), columns))
