"""Find, `match`, `match --groups` and Review give one answer for every pair, in one order, whatever is asked for.

The catalogue has 240 listings, among them a group of 60 copies: more than any number of neighbours that is kept
anywhere (51). `test_the_demo_catalogue_has_one_answer` asks the same of the catalogue that ships.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import normalize
from typer.testing import CliRunner

from product_matching.app.address import DISTANCES, Address
from product_matching.app.review.comparing import compare_pairs, groups_of
from product_matching.app.review.export import matches_file
from product_matching.app.review.request import request_groups
from product_matching.app.shared.deciding import decide_how
from product_matching.cli import app
from product_matching.encoders.model_folder import PhotoModel
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.chain import CANDIDATES, Rules
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.progress import NO_PROGRESS
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import PHOTO_SHA256, Bundle, open_bundle
from product_matching.workflows.build import build_bundle
from product_matching.workflows.find import Finder, fill_thresholds
from product_matching.workflows.match import match_catalogue
from product_matching.workflows.table_file import TableFormat

DEMO = Path(__file__).parents[2] / "embeddings" / "demo"
#: Of the demo catalogue every third listing is asked, which takes seconds.
_EVERY = 3
N_COPIES, N_PRODUCTS = 60, 45
SETTINGS = {
    "photo or title": (Thresholds(0.1, 0.4), PairRules()),
    "photo alone": (Thresholds(0.2, None), PairRules()),
    "title alone": (Thresholds(None, 0.5), PairRules()),
    "fused": (Thresholds(0.02, 0.2, 0.3), PairRules()),
    "fused, far beyond both": (Thresholds(0.01, 0.05, 0.6), PairRules()),
    "fused alone": (Thresholds(None, None, 0.35), PairRules()),
    "nothing but equal": (Thresholds(0.0, 0.0), PairRules()),
    "same photo": (Thresholds(0.0, 0.1), PairRules(photo_bits=3)),
    "quantity veto": (Thresholds(0.1, 0.6), PairRules(quantity_veto=True)),
    "same photo and quantity veto": (Thresholds(0.0, 0.3), PairRules(photo_bits=4, quantity_veto=True)),
    "min2": (Thresholds(0.02, 0.15), PairRules(min2=0.8)),
    "min2 and quantity veto": (Thresholds(0.02, 0.15, 0.1), PairRules(quantity_veto=True, min2=1.5)),
    "min2, however far": (Thresholds(0.05, 0.1), PairRules(min2=float("inf"))),
    "everything": (Thresholds(0.05, 0.3, 0.2), PairRules(photo_bits=4, quantity_veto=True, min2=0.5)),
}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """60 copies of one product, 45 products of four listings with sizes; some lack the photo, some the title."""
    rng = np.random.default_rng(8)
    titles, phashes, centres = [], [], []
    for copy in range(N_COPIES):
        titles.append(f"Kopi Bubuk Robusta 200 g {'promo' if copy % 3 else ''} {'murah' if copy % 5 else ''}")
        phashes.append(f"{0xF0F0F0F0F0F0F0F0 ^ (copy % 4):016x}")
        centres.append(0)
    for product in range(1, N_PRODUCTS + 1):
        for listing in range(4):
            size = (250, 500)[listing % 2]
            titles.append(f"merk{product % 9} barang{product} jenis{product % 4} {size} ml {'asli' * (listing > 1)}")
            phashes.append(f"{(product << 24) ^ (listing % 3):016x}")
            centres.append(product)
    products = normalize(rng.normal(size=(N_PRODUCTS + 1, 24)))
    vectors = normalize(products[centres] + 0.12 * rng.normal(size=(len(titles), 24))).astype(np.float32)
    vectors[10:20] = vectors[10]
    without_photo, without_title = np.arange(61, len(titles), 7), np.arange(63, len(titles), 11)
    vectors[without_photo] = 0
    for row in without_title:
        titles[row] = ""
    for row in without_photo:
        phashes[row] = ""
    listings = pd.DataFrame({"posting_id": [f"p{row}" for row in range(len(titles))], "title": titles})
    folder = tmp_path_factory.mktemp("crowded") / "crowded"
    build_bundle(Catalogue(listings, None), folder)
    bundle = open_bundle(folder)
    photos = ["" if row in set(without_photo.tolist()) else "a" for row in range(len(titles))]
    listings = bundle.listings.assign(image_phash=phashes, **{PHOTO_SHA256: photos})
    model = PhotoModel(name="model", backbone="mobilenetv2_100", weights_sha256="0" * 64, dimension=24)
    manifest = replace(
        bundle.manifest, photo_model=model, index=replace(bundle.manifest.index, photo=IndexSpec("flat"))
    )
    return replace(bundle, manifest=manifest, listings=listings, photo_vectors=vectors)


def found_one_by_one(bundle: Bundle, thresholds: Thresholds, rules: PairRules, step: int = 1) -> list[list[int]]:
    finder = Finder(bundle)
    asked = range(0, len(bundle), step)
    return [finder.matches(finder.listing_query(row), thresholds, rules).rows.tolist() for row in asked]


def found_at_once(bundle: Bundle, thresholds: Thresholds, rules: PairRules) -> list[list[int]]:
    matches = match_catalogue(bundle, thresholds, Rules(pairs=rules)).matches
    return [matches.of(row).tolist() for row in range(len(bundle))]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_whole_catalogue_matches_as_each_of_its_listings_does(crowded: Bundle, name: str) -> None:
    thresholds, rules = SETTINGS[name]
    one_by_one = found_one_by_one(crowded, thresholds, rules)
    assert found_at_once(crowded, thresholds, rules) == one_by_one
    assert any(one_by_one)


def test_the_catalogue_is_larger_than_every_cap_and_has_a_group_larger_than_it(crowded: Bundle) -> None:
    found = found_at_once(crowded, *SETTINGS["photo or title"])
    assert len(found) == 240 > CANDIDATES
    assert min(len(found[row]) for row in range(N_COPIES)) == N_COPIES - 1 > CANDIDATES
    assert not crowded.has_photo.all()
    assert not crowded.has_title.all()


def test_the_settings_differ_from_each_other(crowded: Bundle) -> None:
    answers = {name: str(found_at_once(crowded, *setting)) for name, setting in SETTINGS.items()}
    assert len(set(answers.values())) == len(answers)


def test_the_mean_distance_is_that_of_two_measured_sides_however_many_are_nearer(crowded: Bundle) -> None:
    """Each copy has 59 others by the mean, of which 51 nearest by photo or by title would miss some."""
    photos = np.asarray(crowded.photo_vectors, dtype=np.float64)
    titles = crowded.title_matrix.toarray().astype(np.float64)
    fused = np.round((np.round(1 - photos @ photos.T, 6) + np.round(1 - titles @ titles.T, 6)) / 2, 6)
    distance = float(fused[:N_COPIES, :N_COPIES].max())
    found = found_at_once(crowded, Thresholds(None, None, distance), PairRules())
    for row in range(N_COPIES):
        expected = set(np.flatnonzero(fused[row] <= distance).tolist()) - {row}
        assert set(found[row]) == expected >= set(range(N_COPIES)) - {row}


def answers_of_all(bundle: Bundle, name: str, tmp_path: Path, fused: float | None) -> dict[str, list[list[str]]]:
    """posting_ids of every third listing's matches in order: by Find, `match`, `match --groups` and Review."""
    ids = bundle.listings["posting_id"].tolist()
    thresholds = fill_thresholds(bundle, Thresholds(fused=fused))
    find = [[ids[row] for row in rows] for rows in found_one_by_one(bundle, thresholds, PairRules(), _EVERY)]
    options = ["--decide", "distances"] if fused is None else ["--fused-threshold", str(fused)]
    plain, grouped, groups = (tmp_path / file for file in ("plain.csv", "grouped.csv", "groups.csv"))
    for arguments in (["--out", plain], ["--out", grouped, "--groups", groups]):
        done = CliRunner().invoke(app, ["match", name, *map(str, arguments), *options])
        assert done.exit_code == 0, done.output
    address = Address(decide=DISTANCES, fused_threshold=fused)
    request = request_groups(bundle, address, decide_how(bundle, address))
    review = groups_of(bundle, request, compare_pairs(bundle, request, NO_PROGRESS))
    exported = tmp_path / "review.csv"
    exported.write_bytes(matches_file(bundle, review, TableFormat.csv))
    return {
        "Find": find,
        "match": read_matches(plain),
        "match --groups": read_matches(grouped),
        "Review": read_matches(exported),
    }


def read_matches(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert all(line["matches"].split()[0] == line["posting_id"] for line in lines)
    return [line["matches"].split()[1:] for line in lines[::_EVERY]]


def differing(answers: dict[str, list[list[str]]], kind: Callable[[list[str]], object]) -> dict[str, int]:
    """Listings whose answer is not that of Find, for each of the others."""
    return {
        name: sum(kind(one) != kind(other) for one, other in zip(answers["Find"], found, strict=True))
        for name, found in answers.items()
        if name != "Find"
    }


@pytest.mark.parametrize("fused", [None, 0.5, 0.6])
def test_the_demo_catalogue_has_one_answer(tmp_path: Path, fused: float | None) -> None:
    answers = answers_of_all(open_bundle(DEMO), str(DEMO), tmp_path, fused)
    assert len(answers["match"]) == 901
    assert max(map(len, answers["Find"])) > 5
    none = {"match": 0, "match --groups": 0, "Review": 0}
    assert differing(answers, set) == none
    assert differing(answers, tuple) == none
