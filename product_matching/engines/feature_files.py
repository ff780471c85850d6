"""What is known of the listings for their pairs' features, as files that many workers map: each reads what it needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from product_matching.encoders.keypoints import KEYPOINTS_NAME, Keypoints
from product_matching.encoders.print_encoder import PrintRows
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.print_features import PrintedListings
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.store.bundle import Bundle
from product_matching.store.keypoints import KeypointSource, StoredKeypoints, ThumbnailKeypoints
from product_matching.store.manifest import (
    KEYPOINT_OFFSETS_FILE,
    KEYPOINTS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
)
from product_matching.store.thumbnails import Thumbnails, write_packed

_DESCRIPTION, _TEXTS, _PRINTED = "features.json", "texts.arrow", "printed.arrow"
_CSR = ("data", "indices", "indptr")
_KEYPOINTS = (KEYPOINTS_FILE, KEYPOINT_OFFSETS_FILE)
_PICTURES = (THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE)


class MappedTexts(Sequence[str]):
    """Texts in a file that is mapped.

    Parameters
    ----------
    column
        The texts.
    """

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        """One text, or some."""
        if isinstance(row, slice):
            some: list[str] = self._column[row.start : row.stop].to_pylist()
            return some
        text: str = self._column[int(row)].as_py()
        return text


def write_features(folder: Path, listings: ListingFeatures) -> None:
    """Write what is known of the listings into a new folder; keypoints stay in the bundle."""
    for number, view in enumerate(listings.views.values()):
        _write_matrix(folder, f"view-{number}", view)
    for name, values in listings.compared.items():
        np.save(folder / f"compared-{name}.npy", values)
    for number, (table, other) in enumerate(
        zip(listings.nearest.values(), listings.nearest_other.values(), strict=True)
    ):
        np.save(folder / f"nearest-{number}.npy", table)
        np.save(folder / f"nearest-other-{number}.npy", other)
    for name in ("weights", "numbers"):
        _write_matrix(folder, name, getattr(listings, name))
    for name in ("measures", "counts"):
        _write_matrix(folder, f"{name}-stated", getattr(listings, name).stated)
        _write_matrix(folder, f"{name}-values", getattr(listings, name).values)
    for name in ("hashes", "has_photo", "shared_photo"):
        np.save(folder / f"{name}.npy", getattr(listings, name))
    _write_texts(folder / _TEXTS, text=list(listings.texts))
    described: dict[str, Any] = {
        "views": list(listings.views),
        "nearest": list(listings.nearest),
        "dense": listings.dense,
        "compared": list(listings.compared),
        "encoder": None if listings.printed is None else _write_printed(folder, listings.printed),
    }
    (folder / _DESCRIPTION).write_text(json.dumps(described), encoding="utf-8")


def open_features(folder: Path, keypoints: Callable[[int], Keypoints | None] | None) -> ListingFeatures:
    """Map what `write_features` wrote."""
    described = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))

    def array(name: str) -> npt.NDArray[Any]:
        mapped: npt.NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return mapped

    return ListingFeatures(
        views={name: _open_matrix(folder, f"view-{number}") for number, name in enumerate(described["views"])},
        dense=tuple(described["dense"]),
        compared={name: array(f"compared-{name}") for name in described["compared"]},
        nearest={name: array(f"nearest-{number}") for number, name in enumerate(described["nearest"])},
        nearest_other={name: array(f"nearest-other-{number}") for number, name in enumerate(described["nearest"])},
        weights=_open_matrix(folder, "weights"),
        numbers=_open_matrix(folder, "numbers"),
        texts=_open_texts(folder / _TEXTS)["text"],
        hashes=array("hashes"),
        has_photo=array("has_photo"),
        shared_photo=array("shared_photo"),
        measures=_open_quantities(folder, "measures"),
        counts=_open_quantities(folder, "counts"),
        keypoints=keypoints,
        printed=None if described["encoder"] is None else _open_printed(folder, described["encoder"]),
    )


def write_keypoint_files(folder: Path, bundle: Bundle) -> None:
    """Write the keypoints of a bundle's photos; where it holds none, the pictures that they are found in."""
    rows = range(len(bundle))
    if bundle.manifest.keypoints == KEYPOINTS_NAME:
        found = (bundle.keypoints(row) for row in rows)
        write_packed(folder, _KEYPOINTS, (b"" if points is None else points.to_bytes() for points in found))
    elif bundle.thumbnails is not None:
        pictures = bundle.thumbnails
        write_packed(folder, _PICTURES, (pictures.get(row) or b"" for row in rows))


def open_keypoint_files(folder: Path) -> KeypointSource | None:
    """Map what `write_keypoint_files` wrote; None where it wrote nothing."""
    for packed, offsets in (_KEYPOINTS, _PICTURES):
        if (folder / packed).exists():
            rows = Thumbnails(folder / packed, np.load(folder / offsets, allow_pickle=False))
            return StoredKeypoints(rows, folder / packed) if packed == KEYPOINTS_FILE else ThumbnailKeypoints(rows)
    return None


def _write_matrix(folder: Path, name: str, matrix: Any) -> None:
    if not isinstance(matrix, csr_matrix):
        np.save(folder / f"{name}.npy", matrix)
        return
    for part in _CSR:
        np.save(folder / f"{name}.{part}.npy", getattr(matrix, part))
    np.save(folder / f"{name}.shape.npy", np.array(matrix.shape))


def _open_matrix(folder: Path, name: str) -> Any:
    if (folder / f"{name}.npy").exists():
        return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    data, indices, indptr = (np.load(folder / f"{name}.{part}.npy", mmap_mode="r") for part in _CSR)
    shape = np.load(folder / f"{name}.shape.npy").tolist()
    return csr_matrix((data, indices, indptr), shape=tuple(shape), copy=False)


def _open_quantities(folder: Path, name: str) -> QuantityTable:
    return QuantityTable(_open_matrix(folder, f"{name}-stated"), _open_matrix(folder, f"{name}-values"))


def _write_printed(folder: Path, printed: PrintedListings) -> dict[str, Any]:
    _write_matrix(folder, "printed", printed.matrix)
    texts = [""] * len(printed.titles)
    if printed.prints is not None:
        _write_matrix(folder, "prints", printed.prints.vectors)
        np.save(folder / "prints-weights.npy", printed.prints.weights)
        texts = list(printed.prints.texts)
    _write_texts(folder / _PRINTED, title=list(printed.titles), text=texts)
    encoder = printed.encoder
    return {
        "weighting": encoder.weighting,
        "words": encoder.words,
        "idf": encoder.idf.tolist(),
        "n_titles": encoder.n_titles,
        "prints": printed.prints is not None,
    }


def _open_printed(folder: Path, described: dict[str, Any]) -> PrintedListings:
    texts, prints = _open_texts(folder / _PRINTED), None
    if described["prints"]:
        weights = np.load(folder / "prints-weights.npy", mmap_mode="r", allow_pickle=False)
        prints = PrintRows(vectors=_open_matrix(folder, "prints"), weights=weights, texts=texts["text"])
    encoder = TitleEncoder(
        weighting=described["weighting"],
        words=tuple(described["words"]),
        idf=np.array(described["idf"]),
        n_titles=described["n_titles"],
    )
    return PrintedListings(
        encoder=encoder, matrix=_open_matrix(folder, "printed"), titles=texts["title"], prints=prints
    )


def _write_texts(path: Path, **columns: list[str]) -> None:
    table = pa.table({name: pa.array(texts, pa.large_string()) for name, texts in columns.items()})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _open_texts(path: Path) -> dict[str, MappedTexts]:
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    return {name: MappedTexts(table[name]) for name in table.column_names}
