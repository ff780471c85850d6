"""Files of a bundle that are bombs, another bundle's, or shortened while they are open."""

from __future__ import annotations

import io
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.search.joins.dense import DenseJoin
from product_matching.store.bundle import open_bundle
from product_matching.store.kept_pairs import KEPT_FILES
from product_matching.workflows.find import Finder
from product_matching.workflows.match import match_by_defaults
from tests.store.forgery import edit_manifest, name_new_sizes


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Path:
    """A copy without what other tests left beside it: what is kept is read in place of the bundle's own files."""
    shutil.copytree(small_bundle, tmp_path / "bundle", ignore=shutil.ignore_patterns(*KEPT_FILES))
    return tmp_path / "bundle"


def zeros(name: str, megabytes: int) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|i1", "fortran_order": False, "shape": (megabytes * 2**20,)}
        )
        for _ in range(megabytes):
            member.write(bytes(2**20))
    return stream.getvalue()


def one_text_in_all_rows(path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 25, pa.int32()), pa.array(["x" * 2_000_000]))
    table = pq.read_table(path)
    pq.write_table(table.append_column("long", text), path, compression="zstd")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("title_matrix.npz", lambda path: path.write_bytes(zeros("data.npy", 64))),
        ("listings.parquet", one_text_in_all_rows),
    ],
)
def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused_unread(
    bundle: Path, name: str, write: Callable[[Path], object]
) -> None:
    write(bundle / name)
    name_new_sizes(bundle, name)
    assert (bundle / name).stat().st_size < 100_000
    tracemalloc.start()
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(InputError, match=rf"is damaged \({name} would unpack to [0-9,]+ bytes\): build it anew"):
        open_bundle(bundle)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()
    assert pa.default_memory_pool().max_memory() - before < 16_000_000


@pytest.mark.parametrize("name", ["photo_vectors.npy", "thumbnail_offsets.npy", "keypoint_offsets.npy"])
def test_a_file_of_another_bundle_with_the_same_shape_is_refused(bundle: Path, name: str) -> None:
    np.save(bundle / name, np.ascontiguousarray(np.load(bundle / name)[::-1]))
    with pytest.raises(InputError, match=f"is damaged: {name} is not the one built with it. Build it anew"):
        open_bundle(bundle)


def test_a_bundle_from_before_files_were_tied_together_is_opened_and_written_as_it_was(bundle: Path) -> None:
    edit_manifest(bundle, lambda manifest: [entry.pop("spots") for entry in manifest["files"].values()])
    opened = open_bundle(bundle)
    assert all(entry.spots is None for entry in opened.manifest.files.values())
    assert "spots" not in opened.manifest.to_json()


def test_vectors_shortened_while_they_are_open_are_one_sentence(bundle: Path) -> None:
    finder = Finder(open_bundle(bundle))
    kept = np.array(finder.bundle.photo_vectors)
    with (bundle / "photo_vectors.npy").open("r+b") as stream:
        stream.truncate(128)
    for touch in (
        lambda: finder.listing_query(3),
        finder.load,
        lambda: match_by_defaults(finder.bundle, Thresholds()),
        lambda: finder.bundle.photo_vectors @ kept[0],
        lambda: DenseJoin().within(finder.bundle.photo_vectors, 0.1),
    ):
        with pytest.raises(InputError, match=r"photo_vectors\.npy was shortened while it was open"):
            touch()
