"""The manifest of a bundle: what it was built from, and how to check that all of it is there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from product_matching.encoders.tfidf import WEIGHTINGS, Weighting
from product_matching.errors import InputError
from product_matching.store.model_folder import PhotoModel, parse_model

BUNDLE_FORMAT = 1
MANIFEST_FILE = "manifest.json"
MAX_MANIFEST_BYTES = 1_000_000

LISTINGS_FILE = "listings.parquet"
PHOTO_VECTORS_FILE = "photo_vectors.npy"
TITLE_MATRIX_FILE = "title_matrix.npz"
TITLE_VOCABULARY_FILE = "title_vocabulary.json"
THUMBNAILS_FILE = "thumbnails.bin"
THUMBNAIL_OFFSETS_FILE = "thumbnail_offsets.npy"
PHOTO_FILES = (PHOTO_VECTORS_FILE, THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE)
TITLE_FILES = (TITLE_MATRIX_FILE, TITLE_VOCABULARY_FILE)
#: Files of a bundle that brings sample queries.
QUERIES_FILE = "queries.parquet"
QUERY_VECTORS_FILE = "query_vectors.npy"
QUERY_PHOTOS_FILE = "query_photos.bin"
QUERY_PHOTO_OFFSETS_FILE = "query_photo_offsets.npy"
QUERY_FILES = (QUERIES_FILE, QUERY_VECTORS_FILE, QUERY_PHOTOS_FILE, QUERY_PHOTO_OFFSETS_FILE)


@dataclass(frozen=True)
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
        Means that it reached there, where the catalogue has label groups; older bundles hold the F1 alone.
    """

    distance: float
    n: int
    protocol: str
    f1: float | None = None
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True)
class FileEntry:
    """Size and content of one file of a bundle."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds.

    Attributes
    ----------
    name
        Name of the catalogue.
    n_listings, n_photos, n_titles
        Listings, those with a readable photo, and those with a title.
    photo_model
        Model of the photo vectors; None for a catalogue without photos.
    title_weighting, title_dimension
        How titles were weighted and the number of words; None and 0 without titles.
    photo_threshold, title_threshold
        Default thresholds.
    unreadable_photos
        Ids of the listings whose photo could not be decoded, and why.
    files
        Every other file of the bundle by name.
    n_queries
        Sample queries; 0 for a bundle without, such as every one from before there were any.
    """

    name: str
    n_listings: int
    n_photos: int
    n_titles: int
    photo_model: PhotoModel | None
    title_weighting: Weighting | None
    title_dimension: int
    photo_threshold: TunedThreshold | None
    title_threshold: TunedThreshold | None
    unreadable_photos: dict[str, str] = field(default_factory=dict)
    files: dict[str, FileEntry] = field(default_factory=dict)
    n_queries: int = 0

    def to_json(self) -> str:
        """Write the manifest as JSON, the same text for the same bundle."""
        return (
            json.dumps({"format": BUNDLE_FORMAT, **asdict(self)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        )


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a bundle.

    Raises
    ------
    InputError
        There is none, it is of another format version, or a field does not hold what it should.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise InputError(f"There is no bundle at {folder} (no {MANIFEST_FILE}): make one with the build command.")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise InputError(f"{path} has {path.stat().st_size} bytes, but a manifest has at most {MAX_MANIFEST_BYTES}.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON in UTF-8 ({error!s:.80}): build the bundle anew.") from error
    if not isinstance(content, dict) or content.get("format") != BUNDLE_FORMAT:
        version = content.get("format") if isinstance(content, dict) else None
        raise InputError(
            f"{path} has bundle format {version!r:.40}, but this version reads {BUNDLE_FORMAT}: build it anew."
        )
    return _parse(content, str(path))


def _parse(content: dict[str, Any], origin: str) -> Manifest:
    try:
        model = content["photo_model"]
        manifest = Manifest(
            name=_text(content["name"]),
            n_listings=_count(content["n_listings"]),
            n_photos=_count(content["n_photos"]),
            n_titles=_count(content["n_titles"]),
            photo_model=None if model is None else parse_model(model, f"{origin}: photo_model"),
            title_weighting=_weighting(content["title_weighting"]),
            title_dimension=_count(content["title_dimension"]),
            photo_threshold=_threshold(content["photo_threshold"]),
            title_threshold=_threshold(content["title_threshold"]),
            unreadable_photos={_text(key): _text(why) for key, why in content["unreadable_photos"].items()},
            files={_text(name): _file_entry(entry) for name, entry in content["files"].items()},
            n_queries=_count(content.get("n_queries", 0)),
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{origin} is not a bundle's manifest ({error!s:.80}): build the bundle anew.") from error
    expected = _expected_files(manifest)
    if set(manifest.files) != expected:
        raise InputError(f"{origin} names the files {sorted(manifest.files)}, but this bundle has {sorted(expected)}.")
    return manifest


def _expected_files(manifest: Manifest) -> set[str]:
    """Which files a bundle has; sample queries are photos, so they need a photo model."""
    parts = (
        (PHOTO_FILES, manifest.photo_model is not None),
        (TITLE_FILES, manifest.title_weighting is not None),
        (QUERY_FILES, manifest.photo_model is not None and manifest.n_queries > 0),
    )
    return {LISTINGS_FILE, *(name for names, there in parts if there for name in names)}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not a text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r:.40} is not a count")
    return value


def _weighting(value: object) -> Weighting | None:
    if value is not None and value not in WEIGHTINGS:
        raise TypeError(f"{value!r:.40} is not one of {', '.join(WEIGHTINGS)}")
    return value


def _threshold(value: Any) -> TunedThreshold | None:
    if value is None:
        return None
    distance = float(value["distance"])
    if not 0 <= distance < 1:
        raise ValueError(f"threshold {distance} is not from 0 to below 1")
    scores = [None if value.get(name) is None else float(value[name]) for name in ("f1", "precision", "recall")]
    return TunedThreshold(distance, _count(value["n"]), _text(value["protocol"]), *scores)


def _file_entry(value: Any) -> FileEntry:
    return FileEntry(_count(value["bytes"]), _text(value["sha256"]))
