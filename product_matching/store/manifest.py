"""The manifest of a bundle: what it was built from, and how to check that all of it is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, field
from pathlib import Path
from typing import Annotated, Any, Self

import pyarrow.parquet as pq
from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from product_matching.damage import DAMAGES
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.tfidf import Weighting
from product_matching.errors import InputError, said
from product_matching.files import read_json, write_text
from product_matching.parquet_files import check_parquet
from product_matching.search.budget import SearchBudget
from product_matching.search.spec import IndexSpec
from product_matching.store.identity import derive_catalogue_id
from product_matching.store.locks import manifest_lock
from product_matching.store.segments import FileEntry, Growth, Part, segment_path
from product_matching.validation import Count, Name, Number, Sha256, Share, Text, validate

BUNDLE_FORMAT = 2
#: Of a bundle that listings were added to or removed from since: a reader from before would miss them.
GROWN_FORMAT = 3
#: The format before: neither catalogue id nor index. It is read, and derived what it lacks.
_FORMAT_WITHOUT_IDENTITY = 1
#: The number of words, which is that of the title matrix: manifests that hold it are read without it.
_FORMER_FIELD = "title_dimension"
MANIFEST_FILE = "manifest.json"
#: An unreadable photo takes some 150 bytes of it.
MAX_MANIFEST_BYTES = 50_000_000

LISTINGS_FILE = "listings.parquet"
PHOTO_VECTORS_FILE = "photo_vectors.npy"
TITLE_MATRIX_FILE = "title_matrix.npz"
TITLE_VOCABULARY_FILE = "title_vocabulary.json"
THUMBNAILS_FILE = "thumbnails.bin"
THUMBNAIL_OFFSETS_FILE = "thumbnail_offsets.npy"
PHOTO_FILES = (PHOTO_VECTORS_FILE, THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE)
TITLE_FILES = (TITLE_MATRIX_FILE, TITLE_VOCABULARY_FILE)
#: Files of a bundle whose photos are searched by an inverted file.
PHOTO_LISTS_FILE, PHOTO_CODES_FILE = "photo_lists.npz", "photo_codes.bin"
PHOTO_INDEX_FILES = (PHOTO_LISTS_FILE, PHOTO_CODES_FILE)
#: Files of a bundle with sample photos.
QUERIES_FILE = "queries.parquet"
QUERY_VECTORS_FILE = "query_vectors.npy"
QUERY_PHOTOS_FILE = "query_photos.bin"
QUERY_PHOTO_OFFSETS_FILE = "query_photo_offsets.npy"
QUERY_FILES = (QUERIES_FILE, QUERY_VECTORS_FILE, QUERY_PHOTOS_FILE, QUERY_PHOTO_OFFSETS_FILE)
#: Files of a bundle with the keypoints of its photos.
KEYPOINTS_FILE = "keypoints.bin"
KEYPOINT_OFFSETS_FILE = "keypoint_offsets.npy"
KEYPOINT_FILES = (KEYPOINTS_FILE, KEYPOINT_OFFSETS_FILE)
#: Files of a bundle with maps of its listings.
PHOTO_MAP_FILE, TITLE_MAP_FILE = "photo_map.npy", "title_map.npy"
MAP_FILES = (PHOTO_MAP_FILE, TITLE_MAP_FILE)
#: Files of a bundle whose photos were read; the second one only beside sample photos.
PRINTS_FILE = "prints.parquet"
QUERY_PRINTS_FILE = "query_prints.parquet"
#: Every file that a bundle may have in its folder, or while it is compacted in that of its base.
BASE_FILES = frozenset(
    (
        LISTINGS_FILE,
        *PHOTO_FILES,
        *TITLE_FILES,
        *QUERY_FILES,
        *KEYPOINT_FILES,
        *MAP_FILES,
        *PHOTO_INDEX_FILES,
        PRINTS_FILE,
        QUERY_PRINTS_FILE,
    )
)

CatalogueId = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class TunedThreshold:
    """A default threshold and what it was tuned on: a threshold moves with the size of the catalogue.

    Attributes
    ----------
    distance
        Cosine distance.
    n
        Number of listings that it was tuned for.
    protocol
        How, in a few words.
    f1, precision, recall
        Means over listings that it reached there, where the catalogue has label groups; four decimals.
    """

    distance: Annotated[Number, Field(ge=0, lt=1)]
    n: Count
    protocol: Text
    f1: Share | None = None
    precision: Share | None = None
    recall: Share | None = None


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class TunedSureness:
    """The least probability of a match that was chosen for a catalogue, in place of the pair scorer's own.

    Attributes
    ----------
    probability
        From which pairs are matches.
    scorer, scorer_sha256
        Name of the pair scorer that it was chosen for, and its `scorer_file.scorer_fingerprint`: the probabilities of
        another one differ.
    n
        Listings of the catalogue.
    protocol
        How it was chosen, in a few words.
    precision, recall
        Of pairs, where they were measured; four decimals.
    """

    probability: Annotated[Number, Field(gt=0, lt=1)]
    scorer: Name
    scorer_sha256: Sha256
    n: Count
    protocol: Text
    precision: Share | None = None
    recall: Share | None = None


@dataclass(frozen=True, config=_CONFIG)
class BuiltThresholds:
    """The thresholds of both sides as they were tuned when the bundle was built."""

    photo: TunedThreshold | None = None
    title: TunedThreshold | None = None


@dataclass(frozen=True, config=_CONFIG)
class SideIndexes:
    """The indexes of photos and titles; None for a side that the bundle does not have."""

    photo: IndexSpec | None = None
    title: IndexSpec | None = None


@dataclass(frozen=True, config=_CONFIG)
class SideMaps:
    """What computed the maps of photos and titles; None for a side without one."""

    photo: Text | None = None
    title: Text | None = None


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class PrintSource:
    """How the print of a bundle's photos was read.

    Attributes
    ----------
    reader
        What read it.
    n_originals, n_thumbnails
        Photos of listings that were read from their files, and from the thumbnails of the bundle.
    """

    reader: Text
    n_originals: Count
    n_thumbnails: Count


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Manifest:
    """The content of a bundle.

    Attributes
    ----------
    name
        Name of the catalogue.
    catalogue_id
        Identity of the catalogue (a UUID), kept when its bundle is built anew; see `derive_catalogue_id`.
    n_listings, n_photos, n_titles
        Listings, those with a readable photo, and those with a title; without those that were removed.
    photo_model
        Model of the photo vectors; None for a catalogue without photos.
    title_weighting
        How titles were weighted; None without titles.
    index
        The search backend of each side.
    photo_threshold, title_threshold
        Default thresholds.
    unreadable_photos
        Ids of the listings whose photo could not be decoded, and why.
    files
        Every other file of the bundle by name, but for those of `growth`; see `all_files`.
    n_queries
        Sample queries; 0 for a bundle without, such as every one from before there were any.
    prints
        How the print on the photos was read; None where it was not.
    keypoints
        Name of the features that the keypoints of its photos are; None for a bundle without.
    sureness
        The least probability of a match that was chosen for it; None for the pair scorer's own.
    built_thresholds
        The thresholds that the build tuned, where others were chosen since; None where they still hold.
    maps
        What computed the maps of its listings in two dimensions; None for a bundle without.
    growth
        What was added and removed since it was built or compacted; None for nothing.
    budget
        What a search may take, for which the index of the photos was chosen; None where no budget was given.
    """

    name: Text
    catalogue_id: CatalogueId
    n_listings: Count
    n_photos: Count
    n_titles: Count
    photo_model: PhotoModel | None
    title_weighting: Weighting | None
    index: SideIndexes
    photo_threshold: TunedThreshold | None
    title_threshold: TunedThreshold | None
    unreadable_photos: dict[str, str] = field(default_factory=dict)
    files: dict[str, FileEntry] = field(default_factory=dict)
    n_queries: Count = 0
    prints: PrintSource | None = None
    keypoints: Text | None = None
    sureness: TunedSureness | None = None
    built_thresholds: BuiltThresholds | None = None
    maps: SideMaps | None = None
    growth: Growth | None = None
    budget: SearchBudget | None = None

    @model_validator(mode="after")
    def _check_sides(self) -> Self:
        sides = (("photo", self.photo_model), ("title", self.title_weighting))
        for side, there in sides:
            if (getattr(self.index, side) is None) != (there is None):
                raise ValueError(f"the index of the side {side} must be named if and only if the bundle has that side")
        if self.growth is not None and self.growth.n_live != self.n_listings:
            raise ValueError(f"there are {self.growth.n_live} rows that were not removed, but n_listings is another")
        if self.index.photo is not None and self.index.photo.kind == "ivf" and self.index.photo.ivf is None:
            raise ValueError("the index of the side photo lacks the parameters of its lists")
        return self

    @property
    def parts(self) -> list[Part]:
        """The folders that hold its rows, in their order."""
        return [Part("", self.n_listings)] if self.growth is None else self.growth.parts

    @property
    def all_files(self) -> dict[str, FileEntry]:
        """Every file but the manifest, by its path below the bundle's folder."""
        if self.growth is None:
            return dict(self.files)
        base = "" if self.growth.base is None else f"{segment_path(self.growth.base)}/"
        files = {f"{base}{name}": entry for name, entry in self.files.items()}
        for segment in self.growth.segments:
            files |= {f"{segment_path(segment.name)}/{name}": entry for name, entry in segment.files.items()}
        removed = self.growth.removed
        return files if removed is None else files | {removed.name: removed.entry}

    def to_json(self) -> str:
        """Write the manifest as JSON, the same text for the same bundle."""
        content = asdict(self)
        _leave_out_none(content, "growth")
        _leave_out_none(content, "budget")
        for side in filter(None, content["index"].values()):
            _leave_out_none(side, "ivf")
        for entry in _entries(content):
            _leave_out_none(entry, "spots")
        version = BUNDLE_FORMAT if self.growth is None else GROWN_FORMAT
        return json.dumps({"format": version, **content}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _entries(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of all files of a manifest."""
    entries, growth = list(content["files"].values()), content.get("growth")
    if growth is not None:
        entries += [entry for segment in growth["segments"] for entry in segment["files"].values()]
        entries += [] if growth["removed"] is None else [growth["removed"]["entry"]]
    return entries


def _leave_out_none(content: dict[str, Any], name: str) -> None:
    """Write a bundle without a newer field as it was written before there was one."""
    if content[name] is None:
        del content[name]


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a bundle; one of the format before is read as if it were of this one.

    Raises
    ------
    InputError
        There is none, it is of another format version, or a field does not hold what it should.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise InputError(f"There is no bundle at {folder} (no {MANIFEST_FILE}): make one with the build command.")
    content = read_json(path, max_bytes=MAX_MANIFEST_BYTES)
    version = content.pop("format", None) if isinstance(content, dict) else None
    if version == _FORMAT_WITHOUT_IDENTITY and type(version) is int:
        content = _with_identity(content, folder)
    elif version not in (BUNDLE_FORMAT, GROWN_FORMAT) or type(version) is not int:
        raise InputError(
            f"{path} has bundle format {version!r:.40}, but this version reads {_FORMAT_WITHOUT_IDENTITY} to "
            f"{GROWN_FORMAT}: build it anew."
        )
    elif (content.get("growth") is not None) != (version == GROWN_FORMAT):
        raise InputError(f"{path} has bundle format {version}, which does not fit its field growth: build it anew.")
    content.pop(_FORMER_FIELD, None)
    manifest = validate(Manifest, content, str(path))
    wanted = [(manifest.files, _expected_files(manifest))]
    if manifest.growth is not None:
        wanted += [(segment.files, segment_files(manifest)) for segment in manifest.growth.segments]
    for files, expected in wanted:
        if set(files) != expected:
            raise InputError(f"{path} names the files {sorted(files)}, but this bundle has {sorted(expected)}.")
    return manifest


def rewrite_manifest(folder: Path, change: Callable[[Manifest], Manifest]) -> Manifest:
    """Put a changed manifest in place of that of a bundle, whole or not at all; no other file is touched.

    Parameters
    ----------
    folder
        Of the bundle.
    change
        Gives the new manifest; it must name the same files.

    Raises
    ------
    InputError
        The folder is no bundle, or cannot be written.
    """
    read_manifest(folder)
    with manifest_lock(folder):
        manifest = change(read_manifest(folder))
        write_text(folder / MANIFEST_FILE, manifest.to_json(), what="settings of the bundle")
    return manifest


def _with_identity(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Add what the format before did not have: the catalogue's id, derived as at a first build, and the indexes."""
    index = {
        "photo": None if content.get("photo_model") is None else {"kind": "flat"},
        "title": None if content.get("title_weighting") is None else {"kind": "sparse"},
    }
    path = folder / LISTINGS_FILE
    try:
        check_parquet(path)
        ids = pq.read_table(path, columns=["posting_id"])["posting_id"].to_pylist()
        catalogue_id = derive_catalogue_id(str(content.get("name")), ids)
    except FileNotFoundError as error:
        raise InputError(f"The bundle {folder} is incomplete: {path.name} is missing. Build it anew.") from error
    except DAMAGES as error:
        raise InputError(f"The bundle {folder} is damaged ({path.name}: {said(error)}): build it anew.") from error
    return {**content, "catalogue_id": catalogue_id, "index": index}


def _expected_files(manifest: Manifest) -> set[str]:
    """The files of a bundle's base; sample queries are photos, so they need a photo model."""
    files = segment_files(manifest)
    if manifest.photo_model is not None and manifest.n_queries > 0:
        files |= set(QUERY_FILES)
    if manifest.prints is not None and manifest.n_queries > 0:
        files.add(QUERY_PRINTS_FILE)
    if manifest.index.photo is not None and manifest.index.photo.ivf is not None:
        files |= set(PHOTO_INDEX_FILES)
    return files


def segment_files(manifest: Manifest) -> set[str]:
    """The files that every part of a bundle has: those with a row for each listing."""
    maps = manifest.maps or SideMaps()
    parts = (
        (PHOTO_FILES, manifest.photo_model is not None),
        (TITLE_FILES, manifest.title_weighting is not None),
        (KEYPOINT_FILES, manifest.photo_model is not None and manifest.keypoints is not None),
        ((PRINTS_FILE,), manifest.prints is not None),
        ((PHOTO_MAP_FILE,), maps.photo is not None),
        ((TITLE_MAP_FILE,), maps.title is not None),
    )
    return {LISTINGS_FILE, *(name for names, there in parts if there for name in names)}
