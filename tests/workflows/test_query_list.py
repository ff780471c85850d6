"""The list of query photos that a bundle brings: read, checked, embedded as the catalogue's photos are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, CatalogueError, read_catalogue
from product_matching.listings.photos import phash
from product_matching.store.bundle import open_bundle
from product_matching.store.sample_queries import MAX_QUERIES
from product_matching.workflows.build import build_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.query_list import QueryList, read_queries


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> PhotoEncoder:
    return PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)


@pytest.fixture
def catalogue(small_catalogue: Path) -> Catalogue:
    return read_catalogue(small_catalogue / "listings.csv", images=small_catalogue / "images")


def test_columns_that_are_not_there_are_empty_and_others_are_left_out(small_queries: Path, tmp_path: Path) -> None:
    images = small_queries.parent / "images"
    (tmp_path / "q.csv").write_text("image,query_id,price\nqueries/q3.jpg,a,7\n")
    table = read_queries(tmp_path / "q.csv", images=images).table
    assert table.to_dict("records") == [
        {"query_id": "a", "image": "queries/q3.jpg", "title": "", "label_group": "", "kind": ""}
    ]


def test_whole_numbers_of_a_parquet_file_are_texts(small_queries: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame({"query_id": [7, 8], "image": ["queries/q3.jpg"] * 2, "label_group": [3.0, None]})
    frame.to_parquet(tmp_path / "q.parquet")
    table = read_queries(tmp_path / "q.parquet", images=small_queries.parent / "images").table
    assert (table["query_id"].tolist(), table["label_group"].tolist()) == (["7", "8"], ["3", ""])


def test_all_problems_are_told_together(small_queries: Path, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("query_id,image\na,no.jpg\na,../x\n b,\n")
    with pytest.raises(CatalogueError, match="The list of queries") as caught:
        read_queries(tmp_path / "q.csv", images=small_queries.parent / "images")
    told = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 5
    for words in ("duplicate query_id: row 2", "with spaces", "no photo: row 3", "no such photo", "inside the image"):
        assert words in told


def test_too_many_are_refused(small_queries: Path, tmp_path: Path) -> None:
    rows = "".join(f"q{row},queries/q3.jpg\n" for row in range(MAX_QUERIES + 1))
    (tmp_path / "q.csv").write_text("query_id,image\n" + rows)
    with pytest.raises(InputError, match="1,001 rows, but a bundle takes at most 1,000 queries"):
        read_queries(tmp_path / "q.csv", images=small_queries.parent / "images")


def test_vectors_and_hashes_are_those_of_the_photos(
    sampled_bundle: Path, small_queries: Path, encoder: PhotoEncoder
) -> None:
    samples = open_bundle(sampled_bundle).samples
    for row, query_id in enumerate(("q3", "q5", "none", "q7", "gone")):
        with Image.open(small_queries.parent / "images" / "queries" / f"{query_id}.jpg") as file:
            photo = file.convert("RGB")
        np.testing.assert_allclose(samples[row].vector, encoder.encode(photo), atol=1e-6)
        assert samples[row].phash == phash(photo)


def test_a_sample_finds_its_product_by_photo_and_by_title(sampled_bundle: Path) -> None:
    finder = Finder(open_bundle(sampled_bundle))
    ids = finder.bundle.listings["posting_id"]
    thresholds = default_thresholds(finder.bundle)
    alone, both = (finder.sample_query("q3", with_title=with_title) for with_title in (False, True))
    assert alone.title is None
    assert alone.row is None
    assert both.text.startswith("Hana Emas")
    assert set(ids[finder.matches(alone, thresholds).rows]) == {"3a", "3b", "3c"}
    assert {"3a", "3b", "3c"} <= set(ids[finder.matches(both, thresholds).rows])
    assert finder.sample_query("q5", with_title=True).title is None


def built_pictures(folder: Path, photo: Path, catalogue: Catalogue, encoder: PhotoEncoder, out: Path) -> bytes:
    table = pd.DataFrame({"query_id": ["q"], "image": [photo.name], "title": "", "label_group": "", "kind": ""})
    build_bundle(catalogue, out, encoder=encoder, queries=QueryList(table, folder))
    return open_bundle(out).samples[0].picture


@pytest.mark.parametrize("kind", ["png", "large", "turned"])
def test_only_a_small_plain_jpeg_is_kept_as_it_came(
    catalogue: Catalogue, encoder: PhotoEncoder, make_photo: Callable[..., Image.Image], tmp_path: Path, kind: str
) -> None:
    photo = make_photo(1, 640, 480) if kind == "large" else make_photo(1, 96, 80)
    path = tmp_path / ("q.png" if kind == "png" else "q.jpg")
    exif = Image.Exif()
    if kind == "turned":
        exif[0x0112] = 6
    photo.save(path, exif=exif)
    picture = built_pictures(tmp_path, path, catalogue, encoder, tmp_path / "out")
    (tmp_path / "shown.jpg").write_bytes(picture)
    with Image.open(tmp_path / "shown.jpg") as shown:
        assert shown.format == "JPEG"
        assert not shown.getexif()
        assert shown.size == {"png": (96, 80), "large": (256, 192), "turned": (80, 96)}[kind]


def test_a_query_that_cannot_be_read_leaves_no_bundle(
    catalogue: Catalogue, encoder: PhotoEncoder, tmp_path: Path
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    with pytest.raises(InputError, match=r"The query 'q' cannot be used: The photo bad\.jpg"):
        built_pictures(tmp_path, tmp_path / "bad.jpg", catalogue, encoder, tmp_path / "out" / "b")
    assert list((tmp_path / "out").iterdir()) == []


def test_queries_need_photos_to_be_compared_with(catalogue: Catalogue, small_queries: Path, tmp_path: Path) -> None:
    queries = read_queries(small_queries, images=small_queries.parent / "images")
    with pytest.raises(InputError, match="Queries are photos, but the catalogue has none"):
        build_bundle(Catalogue(catalogue.listings, None), tmp_path / "out", queries=queries)
