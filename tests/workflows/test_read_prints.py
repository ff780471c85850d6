"""The print of a bundle: read once, resumed after an interruption, kept beside the vectors."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from product_matching.encoders.print_cache import PrintCache
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.catalogue import read_catalogue
from product_matching.listings.prints import PhotoPrint
from product_matching.progress import Cancelled
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import PRINTS_FILE, QUERY_PRINTS_FILE, PrintSource
from product_matching.store.segments import LOCK_FILE
from product_matching.workflows.build import build_bundle
from product_matching.workflows.read_prints import read_bundle
from product_matching.workflows.verify import verify_bundle
from tests.print_stand_in import StandInReader
from tests.recorded_progress import RecordedProgress
from tests.store.forgery import name_new_sizes


@pytest.fixture
def bundle(sampled_bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(sampled_bundle, tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def cache(tmp_path: Path) -> PrintCache:
    return PrintCache(StandInReader(()), tmp_path / "cache")


@pytest.fixture
def titles_bundle(tmp_path: Path) -> Path:
    (tmp_path / "titles.csv").write_text("posting_id,title\na,hand cream\nb,hand soap\n", encoding="utf-8")
    build_bundle(read_catalogue(tmp_path / "titles.csv"), tmp_path / "titles")
    return tmp_path / "titles"


def size_in_words(photo: Image.Image) -> tuple[str, ...]:
    return (f"{photo.width} x {photo.height}",)


def test_every_photo_is_read_and_kept(bundle: Path, cache: PrintCache) -> None:
    before = open_bundle(bundle)
    assert before.print_of(0) is None
    assert before.print_of_sample("q3") is None
    reader = StandInReader(size_in_words)
    manifest = read_bundle(bundle, [reader], cache=cache)
    after = open_bundle(bundle)
    assert after.manifest == manifest
    assert manifest.prints == PrintSource(reader="test", n_originals=0, n_thumbnails=24)
    assert after.print_of(0) is not None
    assert after.print_of(0).text == "96 x 80"
    assert after.print_of(after.row_of("8a")) is None  # it has no photo
    assert after.print_of_sample("q3").text == "96 x 80"
    assert after.print_of_sample("no such sample") is None
    assert verify_bundle(bundle) == []
    assert after.manifest.catalogue_id == before.manifest.catalogue_id
    assert after.fingerprint != before.fingerprint
    for name in before.manifest.files:
        assert after.manifest.files[name] == before.manifest.files[name]


def test_originals_are_read_where_they_are_the_photos_of_the_bundle(
    bundle: Path, cache: PrintCache, small_catalogue: Path, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    shutil.copytree(small_catalogue / "images", images)
    (images / "0a.png").unlink()
    Image.new("RGB", (31, 17)).save(images / "0b.jpg")
    manifest = read_bundle(bundle, [StandInReader(size_in_words)], images=images, cache=cache)
    assert manifest.prints == PrintSource(reader="test", n_originals=22, n_thumbnails=2)
    kept = cache.keys()
    assert file_sha256(images / "0c.jpg") in kept
    assert file_sha256(images / "0b.jpg") not in kept
    assert open_bundle(bundle).print_of(1).text == "96 x 80"


def test_the_same_photo_is_read_once_by_any_number_of_readers(bundle: Path, cache: PrintCache) -> None:
    readers = [StandInReader(()), StandInReader(())]
    read_bundle(bundle, readers, cache=cache)
    thumbnails = open_bundle(bundle).thumbnails
    pictures = {thumbnails.get(row) for row in range(len(thumbnails))} - {None}
    samples = open_bundle(bundle).samples
    pictures |= {samples[row].picture for row in range(len(samples))}
    assert sum(reader.calls for reader in readers) == len(pictures)
    again = StandInReader(())
    first = (bundle / "manifest.json").read_bytes()
    read_bundle(bundle, [again], cache=cache)
    assert again.calls == 0
    assert (bundle / "manifest.json").read_bytes() == first


def test_an_interrupted_run_keeps_what_it_read_and_leaves_the_bundle(bundle: Path, cache: PrintCache) -> None:
    files = {path.name: path.read_bytes() for path in bundle.iterdir()}

    class Interrupted(StandInReader):
        def read(self, photo: Image.Image) -> PhotoPrint:
            if self.calls == 5:
                raise KeyboardInterrupt
            return super().read(photo)

    with pytest.raises(KeyboardInterrupt):
        read_bundle(bundle, [Interrupted(())], cache=cache)
    assert {path.name: path.read_bytes() for path in bundle.iterdir() if path.name != LOCK_FILE} == files
    assert len(cache.keys()) == 5
    rest = StandInReader(())
    read_bundle(bundle, [rest], cache=cache)
    assert rest.calls + 5 == len(cache.keys())


def test_work_that_is_cancelled_stops(bundle: Path, cache: PrintCache) -> None:
    progress = RecordedProgress("print on photos", 3)
    with pytest.raises(Cancelled):
        read_bundle(bundle, [StandInReader(())], cache=cache, progress=progress)
    assert open_bundle(bundle).prints is None
    assert 0 < len(cache.keys()) < 10


def test_a_catalogue_without_photos_is_one_sentence(titles_bundle: Path, cache: PrintCache) -> None:
    with pytest.raises(InputError, match="has no photos to read"):
        read_bundle(titles_bundle, [StandInReader(())], cache=cache)


@pytest.mark.parametrize("name", [PRINTS_FILE, QUERY_PRINTS_FILE])
def test_a_missing_file_of_print_is_named(bundle: Path, cache: PrintCache, name: str) -> None:
    read_bundle(bundle, [StandInReader(())], cache=cache)
    (bundle / name).unlink()
    with pytest.raises(InputError, match=f"{name} is missing"):
        open_bundle(bundle)


def test_damaged_print_is_named_when_it_is_asked_for(bundle: Path, cache: PrintCache) -> None:
    read_bundle(bundle, [StandInReader(())], cache=cache)
    table = pd.read_parquet(bundle / PRINTS_FILE)
    table.loc[3, "print"] = '{"size": 3}'
    table.to_parquet(bundle / PRINTS_FILE, index=False)
    name_new_sizes(bundle, PRINTS_FILE)
    opened = open_bundle(bundle)
    assert opened.print_of(2) is not None
    with pytest.raises(InputError, match=r"prints.parquet is damaged \(row 3"):
        opened.print_of(3)
    assert any("damaged (row 3" in problem for problem in verify_bundle(bundle))
