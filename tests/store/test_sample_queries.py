"""Sample queries on disk: what was built is read, and damage of every kind is one sentence."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import QUERY_FILES, read_manifest
from product_matching.store.sample_queries import COLUMNS, MAX_PICTURE_BYTES
from product_matching.store.thumbnails import ThumbnailWriter
from product_matching.workflows.verify import verify_bundle
from tests.store.forgery import check_that_damage_is_named, edit_manifest, name_new_sizes


@pytest.fixture
def bundle(sampled_bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(sampled_bundle, tmp_path / "demo")
    return tmp_path / "demo"


def test_samples_are_read_as_they_were_listed(sampled_bundle: Path, small_queries: Path) -> None:
    bundle = open_bundle(sampled_bundle)
    listed = pd.read_csv(small_queries, dtype=str, keep_default_na=False)
    assert bundle.samples is not None
    assert len(bundle.samples) == bundle.manifest.n_queries == 5
    assert tuple(bundle.samples.table) == COLUMNS
    for column in ("query_id", "title", "label_group", "kind"):
        assert bundle.samples.table[column].tolist() == listed[column].tolist()
    np.testing.assert_allclose(np.linalg.norm(bundle.samples.vectors, axis=1), 1, atol=1e-6)
    sample = bundle.sample("q5")
    assert (sample.title, sample.label_group, sample.kind, len(sample.phash)) == ("", "group5", "bag", 16)
    assert sample.picture == (small_queries.parent / "images" / "queries" / "q5.jpg").read_bytes()
    assert verify_bundle(sampled_bundle) == []


def test_the_catalogue_is_the_same_with_and_without_samples(sampled_bundle: Path, small_bundle: Path) -> None:
    for path in small_bundle.iterdir():
        if path.name != "manifest.json":
            assert (sampled_bundle / path.name).read_bytes() == path.read_bytes()
    assert {path.name for path in sampled_bundle.iterdir()} - {path.name for path in small_bundle.iterdir()} == set(
        QUERY_FILES
    )


def test_a_bundle_from_before_there_were_samples_opens(small_bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(small_bundle, tmp_path / "old")
    edit_manifest(tmp_path / "old", lambda manifest: manifest.pop("n_queries"))
    bundle = open_bundle(tmp_path / "old")
    assert bundle.samples is None
    assert read_manifest(tmp_path / "old").n_queries == 0
    with pytest.raises(InputError, match="The catalogue small has no sample photos"):
        bundle.sample("q3")


def test_an_unknown_sample_is_named(sampled_bundle: Path) -> None:
    with pytest.raises(InputError, match="The catalogue demo has no sample photo 'nobody'"):
        open_bundle(sampled_bundle).sample("nobody")


@pytest.mark.parametrize("name", QUERY_FILES)
def test_a_missing_or_cut_file_is_named(bundle: Path, name: str) -> None:
    check_that_damage_is_named(bundle, name)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.update(n_queries=4), "queries.parquet has 5 rows, but the manifest has 4"),
        (lambda m: m.update(n_queries=1001), "a bundle has at most 1000"),
        (lambda m: m.update(n_queries="5"), "n_queries is '5', but must be a whole number"),
        (lambda m: m.update(n_queries=0), "names the files"),
        (lambda m: m.pop("n_queries"), "names the files"),
        (lambda m: m["files"].pop("query_vectors.npy"), "names the files"),
    ],
)
def test_a_manifest_that_does_not_hold_is_refused(
    bundle: Path, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    edit_manifest(bundle, change)
    with pytest.raises(InputError, match=sentence):
        open_bundle(bundle)


def _edit(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    return lambda path: change(pd.read_parquet(path)).to_parquet(path)


def _edit_vectors(change: Callable[[np.ndarray], object]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        vectors = np.load(path)
        change(vectors)
        np.save(path, vectors)

    return write


FORGERIES: list[tuple[str, Callable[[Path], object], str]] = [
    ("queries.parquet", lambda path: path.write_bytes(b"no parquet"), ""),
    ("queries.parquet", _edit(lambda table: table.iloc[:4]), "has 4 rows"),
    ("queries.parquet", _edit(lambda table: table.drop(columns="label_group")), "label_group"),
    ("queries.parquet", _edit(lambda table: table.assign(title=range(5))), "title holds something else than text"),
    ("queries.parquet", _edit(lambda table: table.assign(label_group=None)), "label_group holds something else"),
    ("queries.parquet", _edit(lambda table: table.assign(query_id="a")), "holds an id twice"),
    (
        "queries.parquet",
        _edit(lambda table: table.assign(query_id=["", *"bcde"])),
        "query_id holds a value that is none",
    ),
    ("queries.parquet", _edit(lambda table: table.assign(query_id=["a b", *"bcde"])), "query_id"),
    ("queries.parquet", _edit(lambda table: table.assign(query_id=["a" * 201, *"bcde"])), "query_id"),
    ("queries.parquet", _edit(lambda table: table.assign(image_phash="xyz")), "image_phash"),
    ("queries.parquet", _edit(lambda table: table.assign(photo_sha256="../../secret")), "photo_sha256"),
    # A pickle on purpose: opening the bundle must refuse it unread, as reading one runs whatever code it names.
    ("query_vectors.npy", lambda path: np.save(path, np.array([{"a": 1}]), allow_pickle=True), "Python objects"),
    ("query_vectors.npy", lambda path: np.save(path, np.zeros((5, 256))), "of float64"),
    ("query_vectors.npy", lambda path: np.save(path, np.zeros((4, 256), np.float32)), r"shape \(4, 256\)"),
    ("query_vectors.npy", _edit_vectors(lambda vectors: vectors.__imul__(2)), "without unit norm"),
    ("query_vectors.npy", _edit_vectors(lambda vectors: vectors[2].fill(np.nan)), "without unit norm"),
    ("query_vectors.npy", lambda path: path.write_bytes(b"no array"), ""),
    ("query_photo_offsets.npy", lambda path: np.save(path, np.zeros(6, np.int64)), "does not fit"),
    ("query_photo_offsets.npy", lambda path: np.save(path, np.zeros(5, np.int64)), r"shape \(5,\)"),
    ("query_photo_offsets.npy", lambda path: np.save(path, np.array([0, 10**9, 1, 1, 1, 1])), "does not fit"),
    ("query_photos.bin", lambda path: path.write_bytes(b""), ""),
]


@pytest.mark.parametrize(("name", "write", "said"), FORGERIES)
def test_a_forged_file_is_refused_in_one_sentence(
    bundle: Path, name: str, write: Callable[[Path], object], said: str
) -> None:
    write(bundle / name)
    name_new_sizes(bundle, name)
    with pytest.raises(InputError, match=f"The bundle .* is damaged .*{said}.*: build it anew") as caught:
        open_bundle(bundle)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [0, MAX_PICTURE_BYTES + 1])
def test_a_picture_of_no_or_too_many_bytes_is_refused(bundle: Path, size: int) -> None:
    with ThumbnailWriter(bundle / "query_photos.bin", bundle / "query_photo_offsets.npy") as writer:
        for picture in (b"\xff\xd8", b"\xff\xd8", bytes(size), b"\xff\xd8", b"\xff\xd8"):
            writer.append(picture)
    name_new_sizes(bundle, "query_photos.bin", "query_photo_offsets.npy")
    with pytest.raises(InputError, match="a picture of 0 or of more than 100000 bytes"):
        open_bundle(bundle)


def test_verify_finds_a_single_changed_byte(bundle: Path) -> None:
    content = bytearray((bundle / "query_photos.bin").read_bytes())
    content[300] ^= 1
    (bundle / "query_photos.bin").write_bytes(content)
    assert verify_bundle(bundle) == ["query_photos.bin is not the file that the manifest names (SHA-256 differs)."]
