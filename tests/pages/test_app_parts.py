"""The parts under the pages: uploads, the outcome of a search, the histogram, pictures and samples."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from product_matching.app.find.outcome import beyond_by, decide
from product_matching.app.shared.charts import (
    describe_sizes,
    distance_bins,
    distance_chart,
    probability_chart,
    size_chart,
)
from product_matching.app.shared.gallery import listing_name
from product_matching.app.shared.pictures import card_picture, no_photo, square
from product_matching.app.shared.starts import starting_rows
from product_matching.app.shared.uploads import UploadStore, embed_upload, upload_key
from product_matching.encoders.photo_views import view_photo
from product_matching.encoders.preprocess import Square
from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.description.sizes import GroupSizes


class CountingEncoder:
    """Stands in for the network and counts its calls."""

    calls = 0

    square = Square(edge=8, interpolation="bicubic")

    def encode_square(self, pixels: np.ndarray) -> np.ndarray:
        self.calls += 1
        return np.array([1.0, 0.0], dtype=np.float32)


def test_the_least_recently_used_upload_is_dropped() -> None:
    store = UploadStore(max_uploads=2)
    first, second = store.put(b"one", "1.png"), store.put(b"two", "2.png")
    assert store.get(first) is not None
    store.put(b"three", "3.png")
    assert store.get(first) is not None
    assert store.get(second) is None
    assert len(store) == 2


def test_old_files_are_given_up_before_their_embeddings(encode_photo: Callable[..., bytes]) -> None:
    photo = encode_photo(Image.new("RGB", (8, 8)))
    store, encoder = UploadStore(max_bytes=len(photo) + 1), CountingEncoder()
    key = store.put(photo, "a.png")
    embed_upload(store.get(key), "model", encoder, view_photo)
    store.put(b"newer", "b.png")
    old = store.get(key)
    assert old.data is None
    assert old.thumbnail.startswith(b"\xff\xd8")
    assert embed_upload(old, "model", encoder, view_photo).tolist() == [1, 0]
    with pytest.raises(InputError, match="upload it again"):
        embed_upload(old, "another model", encoder, view_photo)


def test_an_upload_is_embedded_once_for_each_model(encode_photo: Callable[..., bytes]) -> None:
    store, encoder = UploadStore(), CountingEncoder()
    photo = encode_photo(Image.new("RGB", (8, 8)))
    assert store.put(photo, "a.png") == store.put(photo, "renamed.png") == upload_key(photo)
    upload = store.get(upload_key(photo))
    for fingerprint in ("one", "one", "two", "two"):
        embed_upload(upload, fingerprint, encoder, view_photo)
    assert encoder.calls == 2
    assert upload.name == "renamed.png"


CANDIDATES = Candidates(
    rows=np.arange(5), photo=np.array([0.1, 0.3, np.nan, 0.6, 1.2]), title=np.array([0.2, 1.0, 0.5, np.nan, 1.0])
)


def test_an_outcome_divides_the_candidates() -> None:
    outcome = decide(CANDIDATES, Thresholds(0.3, 0.2), retrieved=10)
    assert outcome.matches.rows.tolist() == [0, 1]
    assert (outcome.n_photo, outcome.n_title, outcome.n_both) == (2, 1, 1)
    assert outcome.beyond.rows.tolist() == [2, 3], "ties in order, nothing in common left out"
    assert not outcome.at_least


def test_as_many_matches_as_were_retrieved_can_be_more() -> None:
    assert decide(CANDIDATES, Thresholds(0.3, None), retrieved=2).at_least
    assert not decide(CANDIDATES, Thresholds(0.3, None), retrieved=3).at_least


def test_beyond_is_the_gap_to_the_nearer_threshold() -> None:
    gaps = beyond_by(CANDIDATES, Thresholds(0.25, 0.4))
    np.testing.assert_allclose(gaps, [-0.2, 0.05, 0.1, 0.35, np.inf])


@given(st.lists(st.integers(0, 1_100_000), max_size=80), st.integers(0, 999))
def test_bins_count_every_distance_below_one_on_its_side_of_the_threshold(millionths: list[int], step: int) -> None:
    distances, threshold = np.array(millionths, dtype=np.float64) / 1e6, step / 1000
    edges, counts = distance_bins(distances, threshold)
    assert counts.sum() == (distances < 1).sum()
    assert counts[edges[1:] <= threshold].sum() == (distances <= threshold).sum()


def test_the_chart_draws_the_threshold_and_can_be_empty() -> None:
    chart = distance_chart(np.array([np.nan, 0.1]), 0.25, "photo")
    assert chart["layout"]["shapes"][0]["x0"] == 0.25
    assert sum(chart["data"][0]["y"]) == 1
    assert distance_chart(np.array([np.nan]), 0.25, "photo")["data"][0]["y"] == []


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=80), st.integers(1, 99))
def test_the_chart_of_probabilities_counts_every_listing_on_its_side_of_the_least(
    thousandths: list[int], percent: int
) -> None:
    probabilities, least = np.array(thousandths) / 1000, percent / 100
    [bars] = probability_chart(probabilities, least)["data"]
    counts, left = np.array(bars["y"]), np.array(bars["customdata"])[:, 0]
    assert counts.sum() == len(probabilities)
    assert counts[left >= least - 1e-9].sum() == (probabilities >= least - 1e-9).sum()


@pytest.mark.parametrize(
    ("highest", "numbers"),
    [
        (1, [1]),
        (7, [1, 2, 5]),
        (43, [1, 2, 5, 10, 20]),
        (100, [1, 10, 100]),
        (23_456, [1, 10, 100, 1_000, 10_000]),
    ],
)
def test_the_axis_of_group_sizes_has_numbers_and_says_that_it_is_logarithmic(highest: int, numbers: list[int]) -> None:
    sizes = GroupSizes(np.array([3] + highest * [2]))
    axis = size_chart({"Groups": sizes})["layout"]["yaxis"]
    assert (axis["type"], axis["title"]["text"]) == ("log", "Groups (logarithmic)")
    assert axis["tickvals"] == numbers
    assert axis.get("visible", True)


def test_sizes_of_groups_are_drawn_in_bins_from_the_first_to_the_last_that_any_kind_has() -> None:
    found = GroupSizes(np.array([60, 12, 3, 3, 2]))
    labels, groups = size_chart({"Label groups": GroupSizes(np.array([3, 1])), "Found": found})["data"]
    assert labels["x"] == groups["x"] == ["1", "2", "3", "4", "5", "6–10", "11–20", "21–50", "over 50"]
    assert labels["y"] == [1, None, 1] + 6 * [None]
    assert groups["y"] == [None, 1, 2, None, None, None, 1, None, 1]
    assert size_chart({"Groups": GroupSizes(np.array([3, 2]))})["data"][0]["x"] == ["2", "3"]
    assert describe_sizes("Found", found) == "Found by size: 1 of 2, 2 of 3, 1 of 11–20, 1 of over 50"


@pytest.mark.parametrize("size", [(40, 80), (80, 40), (64, 64)])
@pytest.mark.parametrize("border", [(255, 255, 255), (60, 80, 40)])
def test_pictures_are_padded_to_squares_in_the_colour_of_their_edges(
    encode_photo: Callable[..., bytes], size: tuple[int, int], border: tuple[int, int, int]
) -> None:
    photo = Image.new("RGB", size, border)
    photo.paste((250, 0, 0), (10, 10, size[0] - 10, size[1] - 10))
    with Image.open(io.BytesIO(square(encode_photo(photo, "JPEG", quality=95, subsampling=0)))) as padded:
        assert padded.size == (max(size), max(size))
        pixels = np.asarray(padded.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 180) & (pixels[..., 1] < 60)
    assert abs(int(red.sum()) - (size[0] - 20) * (size[1] - 20)) < 250, "nothing is cut off"
    assert np.abs(pixels[[0, 0, -1, -1], [0, -1, 0, -1]] - border).max() <= 6


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"posting_id": "a", "title": r"\xe2\x9d\xa4  CASE", "product": "Kiwi"}, "❤ CASE"),
        ({"posting_id": "a", "product": "Kiwi", "category": "Kiwi", "packaged": "False"}, "Kiwi"),
        ({"posting_id": "a", "title": "", "product": "Kiwi", "category": "Fruit"}, "Kiwi · Fruit"),
        ({"posting_id": "a", "image": "a.jpg", "price": "50", "title": None}, "a"),
    ],
)
def test_a_listing_without_a_title_is_named_by_its_columns(record: dict[str, str], name: str) -> None:
    assert listing_name(record) == name


def test_a_listing_without_a_photo_gets_a_stand_in(small_bundle: Path, bundles: Path) -> None:
    bundle = open_bundle(small_bundle)
    assert card_picture(bundle, 24) == no_photo()
    assert card_picture(bundle, 0)[:2] == b"\xff\xd8"
    assert card_picture(open_bundle(bundles / "titles"), 0) is None


def test_samples_are_one_of_each_set_of_twins_first(small_bundle: Path) -> None:
    bundle = open_bundle(small_bundle)
    assert starting_rows(bundle, 8) == [0, 3, 6, 9, 12, 15, 18, 21]
    assert len(starting_rows(bundle, 12)) == len(set(starting_rows(bundle, 12))) == 12
    assert starting_rows(bundle, 100) == list(range(25))
