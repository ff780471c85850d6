"""Building bundles: what goes in, what is kept, and that the same input gives the same bytes."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.progress import Cancelled, NoProgress
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.manifest import MANIFEST_FILE, Manifest, read_manifest
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.verify import verify_bundle
from tests.recorded_progress import RecordedProgress


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> PhotoEncoder:
    return PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)


@pytest.fixture
def catalogue(small_catalogue: Path) -> Catalogue:
    return read_catalogue(small_catalogue / "listings.csv", images=small_catalogue / "images")


class CountingEncoder:
    """The encoder, counting the photos that it embeds."""

    def __init__(self, encoder: PhotoEncoder) -> None:
        self._encoder = encoder
        self.embedded = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_pixels(self, pixels: list[np.ndarray]) -> np.ndarray:
        self.embedded += len(pixels)
        return self._encoder.encode_pixels(pixels)


def content(folder: Path) -> dict[str, bytes]:
    """What was built, without what other tests keep beside it."""
    built = [folder / MANIFEST_FILE, *(folder / name for name in read_manifest(folder).files)]
    return {path.name: path.read_bytes() for path in built}


def test_the_bundle_holds_the_catalogue_and_unit_vectors(small_bundle: Path) -> None:
    bundle = open_bundle(small_bundle)
    assert (bundle.manifest.n_listings, bundle.manifest.n_photos, bundle.manifest.n_titles) == (25, 24, 25)
    assert bundle.listings["price"].tolist()[:4] == ["0", "0", "0", "10"]
    np.testing.assert_allclose(np.linalg.norm(bundle.photo_vectors[:24], axis=1), 1, atol=1e-6)
    assert not bundle.photo_vectors[24].any()
    assert bundle.thumbnails is not None
    assert bundle.thumbnails.get(0)[:2] == b"\xff\xd8"
    assert bundle.thumbnails.get(24) is None
    assert verify_bundle(small_bundle) == []


def test_the_vectors_are_those_of_the_photos_in_their_rows(
    small_bundle: Path, encoder: PhotoEncoder, small_catalogue: Path
) -> None:
    bundle = open_bundle(small_bundle)
    for row in (0, 7, 23):
        with Image.open(small_catalogue / "images" / bundle.listings["image"][row]) as photo:
            np.testing.assert_allclose(bundle.photo_vectors[row], encoder.encode(photo.convert("RGB")), atol=1e-6)


def test_the_same_input_gives_the_same_bytes_whatever_was_cached(
    catalogue: Catalogue, encoder: PhotoEncoder, small_bundle: Path, tmp_path: Path
) -> None:
    cache = EmbeddingCache(encoder.model, tmp_path / "cache")
    head = Catalogue(catalogue.listings.iloc[5:9].reset_index(drop=True), catalogue.image_folder)
    build_bundle(head, tmp_path / "head", encoder=encoder, cache=cache)
    counting = CountingEncoder(encoder)
    build_bundle(catalogue, tmp_path / "small", encoder=counting, cache=cache)
    assert counting.embedded == 20
    assert content(tmp_path / "small") == content(small_bundle)


def test_a_cancelled_build_leaves_nothing_and_goes_on_where_it_was(
    catalogue: Catalogue, encoder: PhotoEncoder, small_bundle: Path, tmp_path: Path
) -> None:
    cache = EmbeddingCache(encoder.model, tmp_path / "cache")

    halfway = RecordedProgress(cancel_in="photos", cancel_after=len(catalogue) // 2)
    with pytest.raises(Cancelled):
        build_bundle(catalogue, tmp_path / "out" / "small", encoder=encoder, cache=cache, progress=halfway)
    assert list((tmp_path / "out").iterdir()) == []
    counting = CountingEncoder(encoder)
    build_bundle(catalogue, tmp_path / "out" / "small", encoder=counting, cache=cache)
    assert 0 < counting.embedded <= 12
    assert content(tmp_path / "out" / "small") == content(small_bundle)


def test_one_photo_under_two_listings_is_embedded_once(
    encoder: PhotoEncoder, tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        make_photo(1 if name != "c.png" else 2).save(tmp_path / name)
    frame = pd.DataFrame({"posting_id": list("abc"), "image": ["a.png", "b.png", "c.png"]})
    counting = CountingEncoder(encoder)
    build_bundle(Catalogue(frame, tmp_path), tmp_path / "out", encoder=counting)
    assert counting.embedded == 2
    vectors = open_bundle(tmp_path / "out").photo_vectors
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_an_unreadable_photo_is_named_and_matches_nothing(
    encoder: PhotoEncoder, tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    make_photo(1).save(tmp_path / "good.png")
    for name in ("bad.png", "worse.png"):
        (tmp_path / name).write_bytes(b"not a photo")
    frame = pd.DataFrame({"posting_id": list("abc"), "image": ["bad.png", "good.png", "worse.png"]})
    manifest = build_bundle(Catalogue(frame, tmp_path), tmp_path / "out", encoder=encoder)
    assert sorted(manifest.unreadable_photos) == ["a", "c"]
    assert "bad.png" in manifest.unreadable_photos["a"]
    bundle = open_bundle(tmp_path / "out")
    assert bundle.has_photo.tolist() == [False, True, False]
    assert verify_bundle(tmp_path / "out") == []


def test_photos_that_are_all_unreadable_are_an_error_and_leave_nothing(encoder: PhotoEncoder, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"not a photo")
    frame = pd.DataFrame({"posting_id": ["a"], "image": ["bad.png"]})
    with pytest.raises(InputError, match="None of the 1 photos can be read"):
        build_bundle(Catalogue(frame, tmp_path), tmp_path / "out" / "b", encoder=encoder)
    assert list((tmp_path / "out").iterdir()) == []


def open_built(catalogue: Catalogue, out: Path, **arguments: object) -> Bundle:
    build_bundle(catalogue, out, **arguments)  # type: ignore[arg-type]
    return open_bundle(out)


def test_titles_alone_make_a_bundle_without_photos(catalogue: Catalogue, tmp_path: Path) -> None:
    bundle = open_built(Catalogue(catalogue.listings, None), tmp_path / "titles")
    assert bundle.photo_vectors is None
    assert bundle.thumbnails is None
    assert not bundle.has_photo.any()
    assert bundle.has_title.all()
    assert verify_bundle(tmp_path / "titles") == []


def test_photos_alone_make_a_bundle_without_titles(catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path) -> None:
    frame = catalogue.listings.drop(columns="title").iloc[:24]
    bundle = open_built(Catalogue(frame, catalogue.image_folder), tmp_path / "photos", encoder=encoder)
    assert bundle.title_encoder is None
    assert bundle.title_matrix is None
    assert bundle.manifest.title_threshold is None
    assert verify_bundle(tmp_path / "photos") == []


def test_photos_without_a_model_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give a model"):
        build_bundle(catalogue, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def thresholds_of(catalogue: Catalogue, out: Path, encoder: PhotoEncoder, **options: object) -> Manifest:
    return build_bundle(catalogue, out, encoder=encoder, options=BuildOptions(**options))  # type: ignore[arg-type]


def test_thresholds_are_tuned_on_the_labels(small_bundle: Path) -> None:
    manifest = open_bundle(small_bundle).manifest
    assert manifest.photo_threshold is not None
    assert manifest.title_threshold is not None
    assert manifest.photo_threshold.f1 == 1.0
    assert manifest.photo_threshold.n == 24
    assert "own labels" in manifest.title_threshold.protocol
    assert manifest.title_threshold.n == 25


def test_without_labels_a_listing_has_three_others_on_average(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path
) -> None:
    plain = Catalogue(catalogue.listings.drop(columns="label_group"), catalogue.image_folder)
    manifest = thresholds_of(plain, tmp_path / "plain", encoder)
    assert manifest.photo_threshold is not None
    assert manifest.photo_threshold.f1 is None
    assert "no labels" in manifest.photo_threshold.protocol
    vectors = np.array(open_bundle(tmp_path / "plain").photo_vectors[:24], dtype=np.float64)
    others = (1 - vectors @ vectors.T <= manifest.photo_threshold.distance + 1e-9).sum() - 24
    assert 2.5 * 24 <= others <= 3 * 24


def test_thresholds_given_by_hand_are_kept(catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path) -> None:
    manifest = thresholds_of(catalogue, tmp_path / "b", encoder, photo_threshold=0.25, title_threshold=0.5)
    assert manifest.photo_threshold is not None
    assert manifest.title_threshold is not None
    assert (manifest.photo_threshold.distance, manifest.title_threshold.distance) == (0.25, 0.5)
    assert manifest.photo_threshold.protocol == "given by hand"


def test_the_catalogues_own_phash_is_kept_and_missing_ones_are_computed(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path
) -> None:
    frame = catalogue.listings.assign(image_phash=["0123456789abcdef", *[""] * 24])
    bundle = open_built(Catalogue(frame, catalogue.image_folder), tmp_path / "b", encoder=encoder)
    assert bundle.listings["image_phash"][0] == "0123456789abcdef"
    assert len(bundle.listings["image_phash"][1]) == 16
    assert bundle.listings["image_phash"][24] == ""


def test_a_bundle_is_replaced_only_when_asked(catalogue: Catalogue, tmp_path: Path) -> None:
    titles = Catalogue(catalogue.listings, None)
    build_bundle(titles, tmp_path / "b")
    before = content(tmp_path / "b")
    with pytest.raises(InputError, match="is a bundle already: give overwrite=True to replace it"):
        build_bundle(titles, tmp_path / "b")
    assert content(tmp_path / "b") == before
    build_bundle(titles, tmp_path / "b", options=BuildOptions(weighting="tfidf", overwrite=True))
    assert open_bundle(tmp_path / "b").manifest.title_weighting == "tfidf"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_that_is_no_bundle_is_never_replaced(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary")
    with pytest.raises(InputError, match="exists and is not a bundle"):
        build_bundle(Catalogue(catalogue.listings, None), tmp_path / "mine", options=BuildOptions(overwrite=True))
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear diary"


def test_builds_of_one_bundle_at_once_leave_a_valid_bundle(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path
) -> None:
    """Two sessions of one server: each has begun before either is done, and neither deletes the other's files."""
    out, begun, cache = tmp_path / "b", threading.Barrier(2), EmbeddingCache(encoder.model, tmp_path / "cache")

    class WaitForTheOther(NoProgress):
        def begin(self, description: str, total: int, *, unit: str = "") -> None:
            begun.wait(timeout=60)
            begun.wait(timeout=60)

    def build(_: int) -> Manifest:
        options = BuildOptions(overwrite=True)
        return build_bundle(catalogue, out, encoder=encoder, options=options, progress=WaitForTheOther(), cache=cache)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, range(2))
    assert first == second == open_bundle(out).manifest
    assert verify_bundle(out) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "cache"]


def test_a_bundle_built_meanwhile_is_not_replaced_unasked(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path
) -> None:
    out, titles = tmp_path / "b", Catalogue(catalogue.listings, None)

    class BuildAnother(NoProgress):
        def begin(self, description: str, total: int, *, unit: str = "") -> None:
            build_bundle(titles, out)

    with pytest.raises(InputError, match="is a bundle already: give overwrite=True to replace it"):
        build_bundle(catalogue, out, encoder=encoder, progress=BuildAnother())
    assert open_bundle(out).manifest.photo_model is None


def test_a_damaged_cache_is_made_anew_where_it_is_damaged(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counting, cache = CountingEncoder(encoder), EmbeddingCache(encoder.model, tmp_path / "cache")
    build_bundle(catalogue, tmp_path / "first" / "one", encoder=counting, cache=cache)
    first, counting.embedded = counting.embedded, 0
    for path in (tmp_path / "cache").glob("*.sqlite"):
        with sqlite3.connect(path) as database:
            database.execute("UPDATE vectors SET vector = x'00ff' WHERE photo IN (SELECT photo FROM vectors LIMIT 3)")
            if "keypoints" not in path.name and path.stem[0] in "0123456789abcdef":
                database.execute(
                    "UPDATE vectors SET vector = zeroblob(length(vector)) "
                    "WHERE photo IN (SELECT photo FROM vectors ORDER BY photo DESC LIMIT 2)"
                )
        database.close()
    build_bundle(catalogue, tmp_path / "second" / "one", encoder=counting, cache=cache)
    assert first > 5
    assert counting.embedded == 5
    assert caplog.text.count("has damaged entries") >= 2
    assert content(tmp_path / "first" / "one") == content(tmp_path / "second" / "one")
