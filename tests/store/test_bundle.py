"""Bundles on disk: damage of every kind is one sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_matrix, save_npz

from product_matching.errors import InputError
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import read_manifest
from product_matching.store.segments import FileEntry
from product_matching.workflows.verify import verify_bundle
from tests.store.forgery import check_that_damage_is_named, edit_manifest, name_new_sizes


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_bundle, tmp_path / "bundle")
    return tmp_path / "bundle"


def put(folder: Path, name: str, write: Callable[[Path], object]) -> None:
    """Replace a file and let the manifest name its new size, as a forger would."""
    write(folder / name)
    name_new_sizes(folder, name)


def test_reading_a_manifest_gives_what_was_written(small_bundle: Path) -> None:
    text = (small_bundle / "manifest.json").read_text(encoding="utf-8")
    manifest = read_manifest(small_bundle)
    assert manifest.to_json() == text
    assert manifest.files["listings.parquet"] == FileEntry(**json.loads(text)["files"]["listings.parquet"])


def test_the_fingerprint_changes_with_the_content(bundle: Path) -> None:
    before = open_bundle(bundle).fingerprint
    edit_manifest(bundle, lambda manifest: manifest["photo_threshold"].update(distance=0.5))
    assert open_bundle(bundle).fingerprint != before


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "listings.parquet",
        "photo_vectors.npy",
        "title_matrix.npz",
        "title_vocabulary.json",
        "keypoints.bin",
        "keypoint_offsets.npy",
        "thumbnails.bin",
        "thumbnail_offsets.npy",
    ],
)
def test_a_missing_or_cut_file_is_named(bundle: Path, name: str) -> None:
    check_that_damage_is_named(bundle, name)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.update(format=3), "has bundle format 3, which does not fit its field growth"),
        (lambda m: m.update(format=4), "has bundle format 4, but this version reads 1 to 3"),
        (lambda m: m.pop("n_listings"), "manifest.json: n_listings is missing"),
        (lambda m: m.update(n_listings=-1), "n_listings is -1, but must be at least 0"),
        (lambda m: m.update(n_listings=26), "has 25 rows, but the manifest has 26"),
        (lambda m: m.update(title_weighting="bm25"), "title_weighting is 'bm25', but must be 'tfidf' or 'idf'"),
        (lambda m: m["photo_threshold"].update(distance=1.5), "photo_threshold.distance is 1.5, but must be below 1"),
        (
            lambda m: m["photo_model"].update(dimension="many"),
            "photo_model.dimension is 'many', but must be a whole number",
        ),
        (lambda m: m["photo_model"].update(dimension=12), "photo_vectors.npy has shape"),
        (lambda m: m["files"].update({"../../secret": {"bytes": 1, "sha256": "0" * 64}}), "names the files"),
        (
            lambda m: m["files"]["listings.parquet"].update(sha256="0"),
            "sha256 is '0', but must be a text of the pattern",
        ),
        (lambda m: m.update(files=[]), r"files is \[\], but must be an object"),
        (lambda m: m.update(name=3), "name is 3, but must be a text"),
        (lambda m: m.update(format=True), "has bundle format True"),
        (lambda m: m.update(n_listings=True), "n_listings is True, but must be a whole number"),
        (lambda m: m.update(n_listings=25.0), "n_listings is 25.0, but must be a whole number"),
        (lambda m: m.update(surprise=1), "surprise is no field that is known here"),
        (
            lambda m: m["title_threshold"].update(recall="high"),
            "title_threshold.recall is 'high', but must be a number",
        ),
        (
            lambda m: m["title_threshold"].update(precision=1.2),
            "title_threshold.precision is 1.2, but must be at most 1",
        ),
        (lambda m: m.update(catalogue_id="../../secret"), "catalogue_id is '../../secret', but must be a text of"),
        (
            lambda m: m["index"]["photo"].update(kind="hnsw"),
            "index.photo.kind is 'hnsw', but must be 'flat', 'sparse' or 'ivf'",
        ),
        (lambda m: m["index"]["photo"].update(exact=False), "index.photo: an index of the kind flat has exact True"),
        (lambda m: m["index"].update(title=None), "the index of the side title must be named if and only if"),
        (lambda m: (m.pop("n_photos"), m.pop("n_titles")), "n_photos is missing .1 further"),
    ],
)
def test_a_manifest_that_does_not_hold_is_refused(
    bundle: Path, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    edit_manifest(bundle, change)
    with pytest.raises(InputError, match=sentence):
        open_bundle(bundle)


def test_a_manifest_from_when_it_held_the_number_of_words_is_read(bundle: Path) -> None:
    manifest = open_bundle(bundle).manifest
    edit_manifest(bundle, lambda m: m.update(title_dimension=7))
    assert open_bundle(bundle).manifest == manifest


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "[" * 100_000])
def test_a_manifest_that_is_no_object_is_refused(bundle: Path, content: str) -> None:
    (bundle / "manifest.json").write_text(content)
    with pytest.raises(InputError, match=r"manifest\.json"):
        open_bundle(bundle)


def test_a_huge_manifest_is_not_read(bundle: Path) -> None:
    (bundle / "manifest.json").write_text(" " * 50_000_001)
    with pytest.raises(InputError, match=r"manifest\.json is too large: it may have at most 50,000,000 bytes"):
        open_bundle(bundle)


# The first one writes a pickle on purpose: opening the bundle must refuse it.
FORGERIES: list[tuple[str, Callable[[Path], object]]] = [
    ("photo_vectors.npy", lambda path: np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)),
    ("photo_vectors.npy", lambda path: np.save(path, np.zeros((25, 256)))),
    ("photo_vectors.npy", lambda path: np.save(path, np.zeros((24, 256), dtype=np.float32))),
    ("photo_vectors.npy", lambda path: path.write_bytes(b"no array")),
    ("thumbnail_offsets.npy", lambda path: np.save(path, np.zeros(26, dtype=np.int64))),
    ("thumbnail_offsets.npy", lambda path: np.save(path, np.array([0, 10**9, *[5] * 24]))),
    ("keypoint_offsets.npy", lambda path: np.save(path, np.zeros(26, dtype=np.int64))),
    ("keypoint_offsets.npy", lambda path: np.save(path, np.array([0, 10**9, *[5] * 24]))),
    ("title_matrix.npz", lambda path: save_npz(path, csr_matrix((25, 3), dtype=np.float32))),
    ("title_matrix.npz", lambda path: path.write_bytes(b"PK\x03\x04 no archive")),
    ("title_vocabulary.json", lambda path: path.write_text('{"words": [1, 2], "idf": [1, 2], "n_titles": 3}')),
    ("title_vocabulary.json", lambda path: path.write_text('{"words": ["a"], "idf": [1, 2], "n_titles": 3}')),
    ("title_vocabulary.json", lambda path: path.write_text("{}")),
    ("title_vocabulary.json", lambda path: path.write_text("[" * 100_000)),
    ("title_vocabulary.json", lambda path: edit_json(path, n_titles=-1)),
    ("title_vocabulary.json", lambda path: edit_json(path, n_titles=float("inf"))),
    ("title_vocabulary.json", lambda path: edit_json(path, n_titles=10**400)),
    ("title_vocabulary.json", lambda path: edit_json(path, idf=lambda idf: [-one for one in idf])),
    ("title_vocabulary.json", lambda path: edit_json(path, idf=lambda idf: [10**400 for _ in idf])),
    ("title_vocabulary.json", lambda path: edit_json(path, idf=lambda idf: [0.0 for _ in idf])),
    ("photo_vectors.npy", lambda path: write_header(path, "{'descr': '<f4', 'shape': (25, 256")),
    (
        "photo_vectors.npy",
        lambda path: write_header(path, "{'descr': '<f4', 'fortran_order': False, 'shape': (9**99,)}"),
    ),
    ("title_matrix.npz", lambda path: damage_middle(path)),
    ("title_matrix.npz", lambda path: save_npz(path, coo_array((25, 3), dtype=np.float32))),
    ("listings.parquet", lambda path: path.write_bytes(b"no parquet")),
    ("listings.parquet", lambda path: pd.DataFrame({"a": [1] * 25}).to_parquet(path)),
    (
        "listings.parquet",
        lambda path: pd.DataFrame({"posting_id": ["a"] * 25, "photo_sha256": [""] * 25}).to_parquet(path),
    ),
    (
        "listings.parquet",
        lambda path: pd.DataFrame({"posting_id": range(25), "photo_sha256": [""] * 25}).to_parquet(path),
    ),
]


def edit_json(path: Path, **changes: Any) -> None:
    content = json.loads(path.read_text())
    made = {name: change(content[name]) if callable(change) else change for name, change in changes.items()}
    path.write_text(json.dumps(content | made))


def write_header(path: Path, header: str) -> None:
    """A file of numpy with this header, and nothing behind it."""
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)


@pytest.mark.parametrize(("name", "write"), FORGERIES)
def test_a_forged_file_is_refused_in_one_sentence(bundle: Path, name: str, write: Callable[[Path], object]) -> None:
    put(bundle, name, write)
    with pytest.raises(InputError, match=r"The bundle .* is damaged .*: build it anew") as caught:
        open_bundle(bundle)
    assert "\n" not in str(caught.value)


def test_a_matrix_whose_indices_point_outside_is_refused(bundle: Path) -> None:
    def write(path: Path) -> None:
        shape = open_bundle(bundle).title_matrix.shape
        matrix = csr_matrix(shape, dtype=np.float32)
        matrix.data, matrix.indices = np.ones(1, np.float32), np.array([shape[1] + 5], dtype=np.int32)
        matrix.indptr = np.array([0] + [1] * shape[0], dtype=np.int32)
        save_npz(path, matrix)

    put(bundle, "title_matrix.npz", write)
    with pytest.raises(InputError, match="is damaged"):
        open_bundle(bundle)


def test_verify_finds_a_single_changed_byte(bundle: Path) -> None:
    content = bytearray((bundle / "thumbnails.bin").read_bytes())
    content[100] ^= 1
    (bundle / "thumbnails.bin").write_bytes(content)
    assert verify_bundle(bundle) == ["thumbnails.bin is not the file that the manifest names (SHA-256 differs)."]


def test_verify_finds_vectors_that_are_not_of_length_one(bundle: Path) -> None:
    vectors = np.load(bundle / "photo_vectors.npy")
    vectors[3] *= 2
    np.save(bundle / "photo_vectors.npy", vectors)
    problems = verify_bundle(bundle)
    assert "The photo vectors do not have norm 1 for each listing with a photo and norm 0 for the others." in problems


def test_verify_names_what_does_not_belong(bundle: Path) -> None:
    (bundle / "extra.bin").write_bytes(b"")
    assert verify_bundle(bundle) == ["'extra.bin' does not belong to the bundle."]


def test_a_moved_bundle_still_shows_its_pictures(bundle: Path, tmp_path: Path) -> None:
    moved = bundle.rename(tmp_path / "moved")
    thumbnails = open_bundle(moved).thumbnails
    assert thumbnails is not None
    assert thumbnails.get(0) is not None
