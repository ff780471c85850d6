"""A bundle on disk: a catalogue with its vectors, ready to be searched; self-contained but for the model's weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, load_npz, save_npz, vstack

from product_matching.array_files import check_archive, map_array, read_array
from product_matching.damage import DAMAGES
from product_matching.encoders.keypoints import Keypoints
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.errors import InputError, said
from product_matching.files import file_sha256, spots_sha256
from product_matching.folders import atomic_folder
from product_matching.listings.prints import PhotoPrint
from product_matching.parquet_files import read_parquet
from product_matching.store.keypoints import KeypointSource, ThumbnailKeypoints, open_keypoints
from product_matching.store.locks import CAN_LOCK, manifest_lock
from product_matching.store.manifest import (
    LISTINGS_FILE,
    MANIFEST_FILE,
    PHOTO_VECTORS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
    TITLE_MATRIX_FILE,
    TITLE_VOCABULARY_FILE,
    Manifest,
    read_manifest,
)
from product_matching.store.maps import StoredMap, read_maps
from product_matching.store.prints import StoredPrints, read_prints
from product_matching.store.sample_queries import SampleQueries, SampleQuery, read_sample_queries
from product_matching.store.segments import FileEntry, LiveRows
from product_matching.store.thumbnails import PackedRows, open_parts

#: Column of the listings that names the content of each photo; empty for a listing without a readable one.
PHOTO_SHA256 = "photo_sha256"
#: Columns of the listings that are text, "" for none, wherever they are there.
TEXT_COLUMNS = ("title", "image", "image_phash", "label_group", PHOTO_SHA256)
#: More titles than any catalogue has.
_MOST_TITLES = 10**12
#: Weights of words lie between: 1 is that of a word in every title, and the logarithm of that number of titles is 28.
_LEAST_WEIGHT, _MOST_WEIGHT = 1.0 - 1e-6, 30.0
#: Times that a bundle is opened that is changed meanwhile.
_OPENINGS = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Bundle:
    """An opened bundle; arrays of photos are memory-mapped.

    Attributes
    ----------
    folder, manifest
        Its folder and its manifest.
    fingerprint
        SHA-256 of the manifest, which holds the SHA-256 of every other file: the key for anything cached.
    listings
        One row a listing that was not removed, those added later behind the others, with ``posting_id``, ``title``,
        ``image`` and every further column of the catalogue.
    photo_vectors
        Shape (N, D), float32, rows of norm 1, or 0 without a photo; None for a catalogue without photos. Mapped, but
        read into memory where listings were added or removed since the bundle was built or compacted.
    title_encoder, title_matrix
        The encoder and its vectors, shape (N, V); None for a catalogue without titles.
    thumbnails
        Pictures by row; None for a catalogue without photos.
    samples
        Photos that are not in the catalogue, to try it with; None for a bundle without.
    prints, sample_prints
        Print read on the photos of the listings and of the samples, by row; None where none was read.
    keypoint_source, sample_keypoint_source
        Keypoints of the photos of the listings and of the samples, by row; None where there are no photos.
    photo_map, title_map
        The listings in two dimensions by their photos and by their titles; None where the bundle holds no such map.
    added
        With which addition each listing came, from 1 on, 0 for those that it was built or compacted with; shape (N,).
        None without additions.
    """

    folder: Path
    manifest: Manifest
    fingerprint: str
    listings: pd.DataFrame
    photo_vectors: npt.NDArray[np.float32] | None
    title_encoder: TitleEncoder | None
    title_matrix: csr_matrix | None
    thumbnails: PackedRows | None
    samples: SampleQueries | None = None
    prints: StoredPrints | None = None
    sample_prints: StoredPrints | None = None
    keypoint_source: KeypointSource | None = None
    sample_keypoint_source: KeypointSource | None = None
    photo_map: StoredMap | None = None
    title_map: StoredMap | None = None
    added: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.listings)

    @cached_property
    def content(self) -> str:
        """SHA-256 of the manifest without the settings that decide: the key for what does not depend on them."""
        bare = replace(self.manifest, photo_threshold=None, title_threshold=None, sureness=None, built_thresholds=None)
        return hashlib.sha256(bare.to_json().encode()).hexdigest()

    @cached_property
    def has_photo(self) -> npt.NDArray[np.bool_]:
        """Which listings have a readable photo; shape (N,)."""
        return (self.listings[PHOTO_SHA256] != "").to_numpy(dtype=np.bool_)

    @cached_property
    def has_title(self) -> npt.NDArray[np.bool_]:
        """Which listings have a title; shape (N,)."""
        if "title" not in self.listings:
            return np.zeros(len(self), dtype=np.bool_)
        return (self.listings["title"] != "").to_numpy(dtype=np.bool_)

    @cached_property
    def labels(self) -> npt.NDArray[np.object_] | None:
        """Label group of each listing, "" for none; None for a catalogue without labels. Shape (N,)."""
        return label_groups(self.listings)

    @cached_property
    def phashes(self) -> list[str]:
        """PHash of each listing's photo, "" for none; length N."""
        if "image_phash" not in self.listings:
            return [""] * len(self)
        return [str(phash) for phash in self.listings["image_phash"]]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each listing by its id."""
        return {posting_id: row for row, posting_id in enumerate(self.listings["posting_id"])}

    def listing(self, row: int) -> dict[str, Any]:
        """Values of a listing by the name of their column."""
        return {str(name): value for name, value in self.listings.iloc[row].items()}

    def row_of(self, posting_id: str) -> int:
        """Row of a listing by its id.

        Raises
        ------
        InputError
            There is no such listing.
        """
        row = self.rows.get(posting_id)
        if row is None:
            raise InputError(f"The catalogue {self.manifest.name} has no listing {posting_id!r:.80}.")
        return row

    def print_of(self, row: int) -> PhotoPrint | None:
        """Print on the photo of a listing; None where none was read."""
        return None if self.prints is None else self.prints.get(row)

    def print_of_sample(self, query_id: str) -> PhotoPrint | None:
        """Print on a sample photo; None where none was read."""
        if self.samples is None or self.sample_prints is None:
            return None
        rows = np.flatnonzero((self.samples.table["query_id"] == query_id).to_numpy())
        return self.sample_prints.get(int(rows[0])) if len(rows) else None

    def keypoints(self, row: int) -> Keypoints | None:
        """Keypoints of a listing's photo; None without one.

        A bundle that holds none gives those of its thumbnails: they are found when asked for, in some 40 ms each.

        Raises
        ------
        InputError
            They are damaged.
        """
        return None if self.keypoint_source is None else self.keypoint_source.get(row)

    def keypoints_of_sample(self, query_id: str) -> Keypoints | None:
        """Keypoints of a sample photo, found when first asked for; None if there is no such sample."""
        if self.samples is None or self.sample_keypoint_source is None:
            return None
        rows = np.flatnonzero((self.samples.table["query_id"] == query_id).to_numpy())
        return self.sample_keypoint_source.get(int(rows[0])) if len(rows) else None

    def sample(self, query_id: str) -> SampleQuery:
        """Sample query by its id.

        Raises
        ------
        InputError
            There is no such sample query.
        """
        sample = None if self.samples is None else self.samples.find(query_id)
        if sample is None:
            what = "photos" if self.samples is None else f"photo {query_id!r:.80}"
            raise InputError(f"The catalogue {self.manifest.name} has no sample {what}.")
        return sample


def label_groups(listings: pd.DataFrame) -> npt.NDArray[np.object_] | None:
    """Label group of each listing, "" for none; None if no listing has one. Shape (N,)."""
    if "label_group" not in listings or (listings["label_group"] == "").all():
        return None
    return listings["label_group"].to_numpy(dtype=object)


def open_bundle(folder: Path, *, spots: bool = True) -> Bundle:
    """Open a bundle, checking sizes and shapes; `verify_bundle` checks the content of every file as well.

    One that is changed meanwhile is opened as it is afterwards.

    Parameters
    ----------
    folder
        Of the bundle.
    spots
        Whether files are told from those of another bundle by their spots, where the manifest has them.

    Raises
    ------
    InputError
        Not a bundle, a file is missing or damaged; the message names it and says how to fix it.
    """
    for _ in range(_OPENINGS):
        fingerprint = manifest_fingerprint(folder)
        try:
            bundle = _open(folder, read_manifest(folder), fingerprint, spots=spots)
        except InputError:
            if manifest_fingerprint(folder) == fingerprint:
                raise
            continue
        if manifest_fingerprint(folder) == fingerprint:
            return bundle
    raise InputError(f"The bundle {folder} is being changed again and again: try again later.")


def manifest_fingerprint(folder: Path) -> str:
    """SHA-256 of the manifest of a bundle, which changes with anything in it; "" without one."""
    path = folder / MANIFEST_FILE
    return file_sha256(path) if path.is_file() else ""


def _open(folder: Path, manifest: Manifest, fingerprint: str, *, spots: bool) -> Bundle:
    for name, entry in manifest.all_files.items():
        _check_size(folder, name, entry)
        if spots and entry.spots is not None and spots_sha256(folder / name) != entry.spots:
            raise InputError(f"The bundle {folder} is damaged: {name} is not the one built with it. Build it anew.")
    base = folder / manifest.parts[0].folder
    try:
        live = live_rows(folder, manifest)
        listings = read_listings(folder, manifest, live)
        encoder, matrix = read_titles(folder, manifest, live)
        vectors, thumbnails = _read_photos(folder, manifest, live)
        samples = read_sample_queries(base, manifest)
        prints, sample_prints = read_prints(folder, manifest, live)
        keypoints = open_keypoints(folder, manifest, thumbnails, live)
        photo_map, title_map = read_maps(folder, manifest, live)
    except DAMAGES as error:
        raise InputError(f"The bundle {folder} is damaged ({said(error)}): build it anew.") from error
    return Bundle(
        folder=folder,
        manifest=manifest,
        fingerprint=fingerprint,
        listings=listings,
        photo_vectors=vectors,
        title_encoder=encoder,
        title_matrix=matrix,
        thumbnails=thumbnails,
        samples=samples,
        prints=prints,
        sample_prints=sample_prints,
        keypoint_source=keypoints,
        sample_keypoint_source=None if samples is None else ThumbnailKeypoints(samples.photos),
        photo_map=photo_map,
        title_map=title_map,
        added=live.parts if len(manifest.parts) > 1 else None,
    )


def _check_size(folder: Path, name: str, entry: FileEntry) -> None:
    path = folder / name
    if not path.is_file():
        raise InputError(f"The bundle {folder} is incomplete: {name} is missing. Build it anew.")
    if path.stat().st_size != entry.bytes:
        raise InputError(
            f"The bundle {folder} is damaged: {name} has {path.stat().st_size} bytes, "
            f"but the manifest has {entry.bytes}. Build it anew."
        )


def live_rows(folder: Path, manifest: Manifest) -> LiveRows:
    """The rows of a bundle's files that were not removed.

    Raises
    ------
    ValueError
        The file of the removed rows does not hold what it should.
    """
    sizes = [part.n for part in manifest.parts]
    gone = None if manifest.growth is None else manifest.growth.removed
    if gone is None:
        return LiveRows(sizes)
    removed = read_array(folder / gone.name, shape=(gone.n,), dtype=np.int64)
    if gone.n and (removed[0] < 0 or removed[-1] >= sum(sizes) or (np.diff(removed) <= 0).any()):
        raise ValueError(f"{gone.name} holds something else than rows in order")
    return LiveRows(sizes, removed)


def read_listings(folder: Path, manifest: Manifest, live: LiveRows) -> pd.DataFrame:
    """Read the listings and check their number against the manifest, and that ids are unique."""
    listings = join_listings([_read_part(folder / part.folder / LISTINGS_FILE, part.n) for part in manifest.parts])
    if not live.is_whole:
        listings = listings.iloc[live.rows].reset_index(drop=True)
    if listings["posting_id"].duplicated().any():
        raise ValueError(f"{LISTINGS_FILE} holds an id twice")
    return listings


def _read_part(path: Path, n: int) -> pd.DataFrame:
    listings = read_parquet(path, n)
    for column in {"posting_id", PHOTO_SHA256, "title", "image"} & (set(listings) | {"posting_id", PHOTO_SHA256}):
        if not listings[column].map(lambda value: isinstance(value, str)).all():
            raise ValueError(f"{path.name}: the column {column} holds something else than text")
    return listings


def join_listings(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the listings of several parts under each other; a text column that one of them lacks is "" there."""
    if len(parts) == 1:
        return parts[0]
    joined = pd.concat(parts, ignore_index=True)
    lacking = {name for name in TEXT_COLUMNS if name in joined and not all(name in part for part in parts)}
    return joined.assign(**{name: joined[name].fillna("").astype("str") for name in lacking})


def read_title_encoder(folder: Path, manifest: Manifest) -> TitleEncoder | None:
    """Read the vocabulary of the titles and its weights; None for a catalogue without titles.

    The words that segments brought stand behind those of the base, in their order.
    """
    if manifest.title_weighting is None:
        return None
    base, *others = (_read_vocabulary(folder / part.folder / TITLE_VOCABULARY_FILE) for part in manifest.parts)
    idf = np.array(base["idf"], dtype=np.float64)
    if not (((idf >= _LEAST_WEIGHT) & (idf <= _MOST_WEIGHT)).all() and 0 <= base["n_titles"] <= _MOST_TITLES):
        raise ValueError(f"{TITLE_VOCABULARY_FILE} holds something else than words and weights")
    encoder = TitleEncoder(
        weighting=manifest.title_weighting, words=tuple(base["words"]), idf=idf, n_titles=int(base["n_titles"])
    )
    return encoder.with_words([word for other in others for word in other["words"]]) if others else encoder


def _read_vocabulary(path: Path) -> dict[str, Any]:
    vocabulary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not all(isinstance(word, str) for word in vocabulary["words"]):
        raise ValueError(f"{path.name} holds something else than words and weights")
    return vocabulary


def read_titles(folder: Path, manifest: Manifest, live: LiveRows) -> tuple[TitleEncoder | None, csr_matrix | None]:
    """Read the title encoder and the matrix of the titles, and check that they fit together."""
    encoder = read_title_encoder(folder, manifest)
    if encoder is None:
        return None, None
    matrices = []
    for place, part in enumerate(manifest.parts):
        matrix = _read_matrix(folder / part.folder / TITLE_MATRIX_FILE)
        n, width = matrix.shape
        fits = width == encoder.dimension if place == len(manifest.parts) - 1 else width <= encoder.dimension
        if n != part.n or not fits or not (np.isfinite(matrix.data) & (matrix.data >= 0)).all():
            raise ValueError(f"{TITLE_MATRIX_FILE} has shape {matrix.shape} or values that are no weights")
        wide = (matrix.data, matrix.indices, matrix.indptr)  # with words that came later
        matrices.append(csr_matrix(wide, shape=(n, encoder.dimension)))
    return encoder, matrices[0] if live.is_whole else csr_matrix(vstack(matrices, format="csr")[live.rows])


def _read_matrix(path: Path) -> csr_matrix:
    check_archive(path)
    stored = load_npz(path)
    if stored.format != "csr":
        raise ValueError(f"{path.name} is a matrix of the format {stored.format}")
    matrix = csr_matrix(stored)
    matrix.check_format(full_check=True)
    return matrix


def _read_photos(
    folder: Path, manifest: Manifest, live: LiveRows
) -> tuple[npt.NDArray[np.float32] | None, PackedRows | None]:
    """Map the photo vectors and open the thumbnails, and check their shapes; vectors of several parts are read."""
    if manifest.photo_model is None:
        return None, None
    width = manifest.photo_model.dimension
    mapped = [
        map_array(folder / part.folder / PHOTO_VECTORS_FILE, shape=(part.n, width), dtype=np.float32)
        for part in manifest.parts
    ]
    names = (THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE)
    return _joined(mapped, live), open_parts(folder, manifest.parts, live, names=names)


def _joined(parts: Sequence[npt.NDArray[np.float32]], live: LiveRows) -> npt.NDArray[np.float32]:
    """The rows of several arrays that are seen, each copied once; the one array itself where all are."""
    if live.is_whole:
        return parts[0]
    joined = np.empty((len(live), parts[0].shape[1]), dtype=np.float32)
    start = 0
    for number, part in enumerate(parts):
        rows = live.of_part(number)
        joined[start : start + len(rows)] = part if len(rows) == len(part) else part[rows]
        start += len(rows)
    return joined


def write_titles(folder: Path, encoder: TitleEncoder, matrix: csr_matrix) -> None:
    """Write the title encoder and its matrix into a bundle that is being made."""
    _write_vocabulary(folder, {"words": list(encoder.words), "idf": encoder.idf.tolist(), "n_titles": encoder.n_titles})
    save_npz(folder / TITLE_MATRIX_FILE, matrix)


def write_further_titles(folder: Path, words: Sequence[str], matrix: csr_matrix) -> None:
    """Write the words that a segment brings, and the matrix of its titles, which has columns for them at its end."""
    _write_vocabulary(folder, {"words": list(words)})
    save_npz(folder / TITLE_MATRIX_FILE, matrix)


def _write_vocabulary(folder: Path, vocabulary: dict[str, Any]) -> None:
    text = json.dumps(vocabulary, ensure_ascii=False, indent=0)
    (folder / TITLE_VOCABULARY_FILE).write_text(text + "\n", encoding="utf-8")


@contextmanager
def new_bundle_folder(out: Path, *, overwrite: bool = False, locked: bool = False) -> Iterator[Path]:
    """Give a temporary sibling of `out` to write into, and put it in place of `out` when all went well.

    Parameters
    ----------
    out, overwrite
        The folder, and whether a bundle there is replaced.
    locked
        Whether the caller holds `manifest_lock` of the bundle there, without which none is replaced.

    Raises
    ------
    InputError
        `out` exists and is not a bundle, or is one and `overwrite` is false.
    """
    check_target(out, overwrite=overwrite)
    with ExitStack() as until_it_is_in_place, atomic_folder(out) as folder:
        yield folder
        if not locked and CAN_LOCK and (out / MANIFEST_FILE).is_file():
            until_it_is_in_place.enter_context(manifest_lock(out))
        check_target(out, overwrite=overwrite)  # another build may have come first


def check_target(out: Path, *, overwrite: bool, option: str = "overwrite=True") -> None:
    """Refuse a target that is something else than a bundle, or a bundle that is not to be replaced.

    Parameters
    ----------
    out, overwrite
        The target, and whether a bundle there is replaced.
    option
        What replaces it, as the caller names it.

    Raises
    ------
    InputError
        The target is refused.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / MANIFEST_FILE).is_file():
        raise InputError(f"{out} exists and is not a bundle: give a folder that does not exist yet.")
    if not overwrite:
        raise InputError(f"{out} is a bundle already: give {option} to replace it.")
