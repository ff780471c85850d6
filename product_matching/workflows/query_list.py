"""Sample queries of a bundle: read from a list, checked, embedded with the bundle's model."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from product_matching.encoders.batch import EmbeddedPhoto, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.errors import InputError
from product_matching.listings.catalogue import CatalogueError
from product_matching.listings.catalogue_file import CatalogueTable, read_table
from product_matching.listings.list_problems import Problems, RowProblem
from product_matching.listings.listing_checks import check_ids, check_photos, to_text
from product_matching.listings.photos import read_photo
from product_matching.store.sample_queries import MAX_PICTURE_BYTES, MAX_QUERIES, write_sample_queries

if TYPE_CHECKING:
    from product_matching.encoders.protocol import PhotoEmbedder

#: A larger photo is shown as its thumbnail.
MAX_PICTURE_EDGE = 320
_NEEDED = ("query_id", "image")
_OPTIONAL = ("title", "label_group", "kind")


@dataclass(frozen=True, eq=False)
class QueryList:
    """Query photos that passed every check.

    Attributes
    ----------
    table
        One row a query, RangeIndex, all text: ``query_id`` (unique), ``image`` (a path below `image_folder`),
        ``title``, ``label_group`` and ``kind`` ("" for none).
    image_folder
        Where the photos lie.
    """

    table: pd.DataFrame
    image_folder: Path

    def __len__(self) -> int:
        return len(self.table)


def read_queries(path: Path, *, images: Path) -> QueryList:
    """Read a list of query photos and check all of it.

    Parameters
    ----------
    path
        A CSV or Parquet file as a catalogue's, with the columns ``query_id`` and ``image``, and where they are known
        ``title``, ``label_group`` (empty if the product is not in the catalogue) and ``kind`` (of goods). Others are
        left out.
    images
        The folder that ``image`` is relative to.

    Raises
    ------
    CatalogueError
        With every problem of the file and the rows that it is in.
    """
    problems = Problems()
    read = read_table(Path(path), problems)
    table = None if read is None else _to_queries(read, problems)
    if table is not None:
        if len(table) > MAX_QUERIES:
            problems.append(f"it has {len(table):,} rows, but a bundle takes at most {MAX_QUERIES:,} queries")
        check_ids(table["query_id"], problems)
        empty = table.index[table["image"] == ""]
        problems.append_rows(RowProblem(row=int(row), kind="no photo") for row in empty)
        check_photos(table["image"][table["image"] != ""], Path(images), problems)
    found = problems.sentences()
    if table is None or found:
        raise CatalogueError(Path(path), found, "list of queries")
    return QueryList(table.reset_index(drop=True), Path(images))


def _to_queries(read: CatalogueTable, problems: Problems) -> pd.DataFrame | None:
    """Take the columns that are known, as text; the index is the row number."""
    names = read.columns.column_names
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        found = ", ".join(map(repr, names[:20]))
        problems.append(f"no column {' and '.join(map(repr, missing))}; the columns that the file names are {found}")
        return None
    texts: dict[str, pd.Series | str] = {}
    for name in (*_NEEDED, *_OPTIONAL):
        try:
            texts[name] = to_text(read.columns[name]) if name in names else ""
        except pa.ArrowException:
            problems.append(f"column {name!r} holds {read.columns[name].type}; accepted are text and whole numbers")
    if problems.of_file:
        return None
    return pd.DataFrame(texts).set_axis(pd.Index(read.row_numbers), axis="index")


def build_queries(
    folder: Path, queries: QueryList, encoder: PhotoEmbedder, cache: EmbeddingCache, *, workers: int = 2
) -> None:
    """Embed query photos and write them into a bundle that is being made.

    Raises
    ------
    InputError
        A photo cannot be decoded.
    """
    paths = [queries.image_folder / image for image in queries.table["image"]]
    photos = list(embed_photos(paths, encoder, cache, workers=workers))
    for query_id, photo in zip(queries.table["query_id"], photos, strict=True):
        if photo.problem:
            raise InputError(f"The query {query_id!r:.80} cannot be used: {photo.problem}")
    table = queries.table.assign(
        image_phash=[photo.phash for photo in photos], photo_sha256=[photo.sha256 for photo in photos]
    )
    vectors = cache.get(photo.sha256 for photo in photos)
    pictures = [_picture(path, photo) for path, photo in zip(paths, photos, strict=True)]
    write_sample_queries(folder, table, np.stack([vectors[photo.sha256] for photo in photos]), pictures)


def _picture(path: Path, photo: EmbeddedPhoto) -> bytes:
    """The file as it came if it is a small JPEG without EXIF data (which can turn it), else its thumbnail."""
    data = read_photo(path)
    with Image.open(io.BytesIO(data)) as image:
        plain = image.format == "JPEG" and image.mode == "RGB" and not image.getexif()
        small = max(image.size) <= MAX_PICTURE_EDGE and len(data) <= MAX_PICTURE_BYTES
    return data if plain and small else photo.thumbnail
