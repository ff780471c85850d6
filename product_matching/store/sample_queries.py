"""Sample queries of a bundle: photos that are not in its catalogue, embedded already, to try the catalogue with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.array_files import read_array
from product_matching.parquet_files import read_parquet
from product_matching.store.manifest import (
    QUERIES_FILE,
    QUERY_PHOTO_OFFSETS_FILE,
    QUERY_PHOTOS_FILE,
    QUERY_VECTORS_FILE,
    Manifest,
)
from product_matching.store.thumbnails import Thumbnails, ThumbnailWriter, open_thumbnails

#: Sample queries of one bundle at most, and bytes of one picture.
MAX_QUERIES = 1000
MAX_PICTURE_BYTES = 100_000
#: Columns of the table; all are text.
COLUMNS = ("query_id", "title", "label_group", "kind", "image_phash", "photo_sha256")
_PATTERNS = {
    "query_id": r"[^\s\x00-\x1f\x7f-\x9f]{1,200}",
    "image_phash": r"[0-9a-fA-F]{16}",
    "photo_sha256": r"[0-9a-f]{64}",
}
_LENGTH_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleQuery:
    """One photo to try a catalogue with.

    Attributes
    ----------
    query_id
        Its id within the bundle.
    title
        "" for none.
    label_group
        The true one; "" if no listing of the catalogue is the same product.
    kind
        Kind of goods; "" for none.
    phash
        pHash of the photo, 16 hexadecimal digits.
    vector
        Embedding under the bundle's model; shape (D,), float32, unit norm.
    picture
        JPEG bytes.
    """

    query_id: str
    title: str
    label_group: str
    kind: str
    phash: str
    vector: npt.NDArray[np.float32]
    picture: bytes


@dataclass(frozen=True, eq=False)
class SampleQueries:
    """The photos to try a catalogue with; M of them.

    Attributes
    ----------
    table
        One row a query, columns `COLUMNS`, all text; ``query_id`` is unique.
    vectors
        Embeddings of the photos under the bundle's model; shape (M, D), float32, rows of unit norm.
    photos
        Pictures by row, JPEG.
    """

    table: pd.DataFrame
    vectors: npt.NDArray[np.float32]
    photos: Thumbnails

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, row: int) -> SampleQuery:
        query_id, title, label_group, kind, phash, _ = self.table.iloc[row]
        picture = self.photos.get(row) or b""
        return SampleQuery(
            query_id=query_id,
            title=title,
            label_group=label_group,
            kind=kind,
            phash=phash,
            vector=self.vectors[row],
            picture=picture,
        )

    def find(self, query_id: str) -> SampleQuery | None:
        """The query of an id; None if there is none."""
        rows = np.flatnonzero((self.table["query_id"] == query_id).to_numpy())
        return self[int(rows[0])] if len(rows) else None


def read_sample_queries(folder: Path, manifest: Manifest) -> SampleQueries | None:
    """Read the sample queries of a bundle and check all of them; None if it has none.

    Raises
    ------
    ValueError
        A file does not hold what it should.
    """
    count, model = manifest.n_queries, manifest.photo_model
    if model is None or count == 0:
        return None
    if count > MAX_QUERIES:
        raise ValueError(f"the manifest has {count} queries, but a bundle has at most {MAX_QUERIES}")
    table = _read_table(folder / QUERIES_FILE, count)
    vectors = read_array(folder / QUERY_VECTORS_FILE, shape=(count, model.dimension), dtype=np.float32)
    if not (np.abs(np.linalg.norm(vectors, axis=1) - 1) < _LENGTH_TOLERANCE).all():  # so is NaN refused
        raise ValueError(f"{QUERY_VECTORS_FILE} holds vectors without unit norm")
    photos = open_thumbnails(folder / QUERY_PHOTOS_FILE, folder / QUERY_PHOTO_OFFSETS_FILE, count)
    if (photos.sizes() == 0).any() or (photos.sizes() > MAX_PICTURE_BYTES).any():
        raise ValueError(f"{QUERY_PHOTOS_FILE} holds a picture of 0 or of more than {MAX_PICTURE_BYTES} bytes")
    return SampleQueries(table, vectors, photos)


def _read_table(path: Path, count: int) -> pd.DataFrame:
    table = read_parquet(path, count)
    for column in COLUMNS:
        if not table[column].map(lambda value: isinstance(value, str)).all():
            raise ValueError(f"{path.name}: the column {column} holds something else than text")
        if column in _PATTERNS and not table[column].str.fullmatch(_PATTERNS[column]).all():
            raise ValueError(f"{path.name}: the column {column} holds a value that is none")
    if table["query_id"].duplicated().any():
        raise ValueError(f"{path.name} holds an id twice")
    return table[list(COLUMNS)]


def write_sample_queries(
    folder: Path, table: pd.DataFrame, vectors: npt.NDArray[np.float32], pictures: Sequence[bytes]
) -> None:
    """Write the sample queries into a bundle that is being made; see `SampleQueries` for what they are."""
    table[list(COLUMNS)].to_parquet(folder / QUERIES_FILE, index=False)
    np.save(folder / QUERY_VECTORS_FILE, vectors.astype("<f4"), allow_pickle=False)
    with ThumbnailWriter(folder / QUERY_PHOTOS_FILE, folder / QUERY_PHOTO_OFFSETS_FILE) as photos:
        for picture in pictures:
            photos.append(picture)
