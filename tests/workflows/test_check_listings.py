"""A list of new listings is answered, listing for listing, as Find, `match` and the pair scorer answer."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.keypoints import find_keypoints
from product_matching.encoders.photo import PhotoEncoder
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.listings.photos import decode_photo, phash
from product_matching.matching.bands import DISTANCE_BANDS, Bands, as_levels
from product_matching.matching.chain import Rules
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.presets import Preset
from product_matching.matching.second_stage.scorer import PairScorer
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.progress import Cancelled
from product_matching.store.bundle import open_bundle
from product_matching.workflows.check_listings import BEST, Proposal, check_listings, count_proposals
from product_matching.workflows.checked_table import COLUMNS, checked_table
from product_matching.workflows.find import Finder, Query
from product_matching.workflows.match import match_catalogue
from product_matching.workflows.new_listings import NewListing, read_new_listings, sample_listings
from product_matching.workflows.score_pairs import bundle_data, bundle_sides, predict, prepare_scorer
from product_matching.workflows.table_file import TableFormat, table_bytes
from tests.matching.second_stage.conftest import make_scorer, make_small, photo_vectors
from tests.recorded_progress import RecordedProgress

BANDS = Bands(accept=0.9, reject=0.1)
#: id, seed of the photo ("" for none), title.
NEW = (
    ("both", "3", "Hana Emas Tepung Terigu 1kg promo"),
    ("again", "3", "tepung terigu hana emas 1 KG"),
    ("photo", "5", ""),
    ("title", "", "Speaker Bluetooth Fleco F6 murah"),
    ("broken", "broken", "Jam Tangan Wanita Rantai Emas"),
    ("strange", "", "xyzzy qwertz"),
    ("stranger", "", "XYZZY qwertz"),
    ("0a", "97", "=Topi Rajut"),
)


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory, make_photo: Callable[..., Image.Image]) -> Catalogue:
    folder = tmp_path_factory.mktemp("new")
    lines = ["posting_id,image,title,price"]
    for name, seed, title in NEW:
        if seed == "broken":
            (folder / f"{name}.jpg").write_bytes(b"no photo")
        elif seed:
            make_photo(int(seed), 90, 70).save(folder / f"{name}.jpg", quality=70)
        lines.append(f"{name},{name + '.jpg' if seed else ''},{title},5")
    (folder / "new.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_catalogue(folder / "new.csv", images=folder)


@pytest.fixture(scope="module")
def listings(
    finder: Finder, new: Catalogue, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[NewListing]:
    encoder, caches = PhotoEncoder.load(tiny_model, device="cpu", batch_size=4), tmp_path_factory.mktemp("caches")
    return read_new_listings(
        finder, new, encoder, cache=EmbeddingCache(encoder.model, caches), keypoints=KeypointCache(caches)
    )


@pytest.fixture(scope="module")
def scorer(finder: Finder) -> PairScorer:
    """A pair scorer of titles and photos, as `tests.pages.conftest` trains one."""
    goods = [f"{brand} {good}" for brand in ("daia", "hana", "fleco") for good in ("bubuk", "tepung", "speaker")]
    titles = [f"{good} {size} {word}" for good in goods for size in ("1 kg", "2 kg", "50 g") for word in "abc"]
    labels, (side,) = np.repeat(np.arange(27), 3), bundle_sides(finder.bundle)
    data = ListingData(titles, [""] * len(titles), {"photo": photo_vectors(labels, side.dimension, 0.3)})
    presets: tuple[Preset, ...] = ()
    return replace(make_scorer(make_small(data, labels)), dense=(side,), presets=presets)


@pytest.fixture(scope="module")
def prepared(finder: Finder, scorer: PairScorer) -> CatalogueScorer:
    return prepare_scorer(finder.bundle, scorer)


def vectors_of(listings: list[NewListing]) -> npt.NDArray[np.float32]:
    """Photo vectors, zeros for none."""
    (width,) = next(each.query.photo.shape for each in listings if each.query.photo is not None)
    return np.stack(
        [np.zeros(width, np.float32) if each.query.photo is None else each.query.photo for each in listings]
    )


def test_new_listings_are_the_queries_that_find_makes_of_one(
    finder: Finder, new: Catalogue, listings: list[NewListing], tiny_model: Path
) -> None:
    assert [each.posting_id for each in listings] == [name for name, _, _ in NEW]
    encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=4)
    for row, listing in enumerate(listings):
        path = new.photo_path(row)
        if path is None or listing.posting_id == "broken":
            assert listing.query.photo is None
            continue
        image = decode_photo(path.read_bytes())
        assert listing.query.photo == pytest.approx(encoder.encode(image), abs=1e-6)
        assert listing.query.phash == phash(image)
        assert listing.query.keypoints is not None
        assert listing.query.keypoints.to_bytes() == find_keypoints(image).to_bytes()
    by_id = {each.posting_id: each for each in listings}
    assert "broken.jpg" in by_id["broken"].problem
    assert by_id["broken"].searchable
    assert not by_id["strange"].searchable
    assert by_id["both"].columns == {"image": "both.jpg", "price": "5"}
    asked = finder.title_query("Speaker Bluetooth Fleco F6 murah")
    assert (by_id["title"].query.title != asked).nnz == 0


SETTINGS = {
    "the bundle's own": (None, PairRules()),
    "wide": (Thresholds(0.4, 0.9), PairRules()),
    "rules": (Thresholds(0.05, 0.3, 0.4), PairRules(photo_bits=4, quantity_veto=True)),
    "nearest": (Thresholds(0.0, 0.0), PairRules(min2=50.0)),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_by_distances_each_has_the_matches_that_find_gives_it(
    name: str, finder: Finder, listings: list[NewListing]
) -> None:
    thresholds, rules = SETTINGS[name]
    from product_matching.workflows.find import default_thresholds

    found_any = False
    decides = thresholds or default_thresholds(finder.bundle)
    for checked in check_listings(finder, listings, thresholds=thresholds, rules=rules):
        if not checked.listing.searchable:
            assert checked.found == ()
            continue
        matches = finder.matches(checked.listing.query, decides, rules)
        within = [each.row for each in checked.found if each.level >= DISTANCE_BANDS.reject]
        assert within == matches.rows[:BEST].tolist()
        found_any |= bool(within)
        measured = finder.measure(checked.listing.query, np.array([each.row for each in checked.found]))
        assert [each.photo_distance for each in checked.found] == [
            None if np.isnan(one) else one for one in measured.photo
        ]
        assert (checked.proposal(BANDS) is Proposal.new) == (len(matches) == 0)
        assert len(checked.found) == BEST
    assert found_any


def test_by_distances_they_are_compared_with_each_other_as_match_does(
    finder: Finder, listings: list[NewListing]
) -> None:
    """The oracle: a catalogue of these listings alone, with the vectors that they have as queries."""
    thresholds, bundle = Thresholds(0.3, 0.6), finder.bundle
    table = pd.DataFrame(
        {
            "posting_id": [each.posting_id for each in listings],
            "title": [each.title for each in listings],
            "image_phash": [each.query.phash for each in listings],
            "photo_sha256": ["a" if each.query.photo is not None else "" for each in listings],
        }
    )
    encoder = TitleEncoder.fit([*bundle.listings["title"], *table["title"]], bundle.title_encoder.weighting)
    alone = replace(
        bundle, listings=table, photo_vectors=vectors_of(listings), title_matrix=encoder.encode(table["title"])
    )
    expected = match_catalogue(alone, thresholds, Rules()).linkage
    checked = check_listings(finder, listings, thresholds=thresholds)
    ids, pairs = table["posting_id"].tolist(), 0
    for row, each in enumerate(checked):
        rows, shares = expected.of(row)
        other = rows != row
        assert [one.posting_id for one in each.repeats] == [ids[one] for one in rows[other][:BEST]]
        assert [one.level for one in each.repeats] == as_levels(shares[other][:BEST]).tolist()
        pairs += len(each.repeats)
    assert pairs
    found = {(each.listing.posting_id, one.posting_id) for each in checked for one in each.repeats}
    assert {("both", "again"), ("again", "both"), ("strange", "stranger")} <= found


def test_by_the_pair_scorer_each_has_its_predictions(
    finder: Finder, prepared: CatalogueScorer, listings: list[NewListing]
) -> None:
    checked = check_listings(finder, listings, prepared=prepared, best=3)
    for each in checked:
        if each.listing.searchable:
            predictions = predict(prepared, each.listing.query)[:3]
            assert [(one.row, one.level) for one in each.found] == [(one.row, one.score) for one in predictions]
            assert all(one.by_probability for one in each.found)
            level = predictions[0].score if predictions else 0.0
            expected = Proposal.same if level >= 0.9 else Proposal.review if level >= 0.1 else Proposal.new
            assert each.proposal(BANDS) is expected
    assert any(each.found for each in checked)
    assert sum(count_proposals(checked, BANDS).values()) == len(NEW)


def test_the_pair_scorer_compares_them_with_each_other_by_the_words_of_both(
    finder: Finder, prepared: CatalogueScorer, scorer: PairScorer, listings: list[NewListing]
) -> None:
    data = ListingData(
        [each.title for each in listings],
        [each.query.phash for each in listings],
        {"photo": vectors_of(listings)},
        lambda row: listings[row].query.keypoints,
    )
    background = [*bundle_data(finder.bundle, scorer.dense).titles, *data.titles]
    oracle = CatalogueScorer(scorer, PreparedCatalogue.of(data, scorer.rules, background)).match_all()
    for row, each in enumerate(check_listings(finder, listings, prepared=prepared)):
        rows, distances = oracle.of(row)
        other = rows != row
        assert [one.row for one in each.repeats] == rows[other][:BEST].tolist()
        assert [one.level for one in each.repeats] == np.round(1 - distances[other], 6)[:BEST].tolist()
    assert len(oracle.rows) > len(listings)


def test_a_list_of_one_or_of_nothing_that_can_be_compared(
    finder: Finder, prepared: CatalogueScorer, listings: list[NewListing]
) -> None:
    assert check_listings(finder, [], prepared=prepared) == []
    for few in (listings[:1], listings[5:6]):
        (checked,) = check_listings(finder, few, prepared=prepared)
        assert checked.repeats == ()
    assert checked.proposal(BANDS) is Proposal.unknown


def test_what_the_scorer_cannot_compare_is_decided_by_distances(finder: Finder, listings: list[NewListing]) -> None:
    goods = [f"{brand} {good}" for brand in ("daia", "hana", "fleco") for good in ("bubuk", "tepung", "speaker")]
    titles = [f"{good} {size} {word}" for good in goods for size in ("1 kg", "2 kg", "50 g") for word in "abc"]
    of_titles = make_scorer(make_small(ListingData(titles, [""] * len(titles), {}), np.repeat(np.arange(27), 3)))
    checked = check_listings(finder, listings, prepared=prepare_scorer(finder.bundle, of_titles))
    by = {each.listing.posting_id: {one.by_probability for one in each.found} for each in checked}
    assert by["photo"] == {False}
    assert by["title"] == {True}


def test_samples_are_a_list(sampled_bundle: Path) -> None:
    finder = Finder(open_bundle(sampled_bundle))
    listings = sample_listings(finder)
    assert [each.posting_id for each in listings] == ["q3", "q5", "none", "q7", "gone"]
    own: Query = finder.sample_query("q3", with_title=True)
    assert np.array_equal(listings[0].query.photo, own.photo)
    assert listings[0].query.text == own.text
    assert sample_listings(Finder(replace(finder.bundle, samples=None))) == []


def test_the_check_can_be_cancelled(finder: Finder, listings: list[NewListing]) -> None:
    progress = RecordedProgress(cancel_in="checking listings", cancel_after=2)
    with pytest.raises(Cancelled):
        check_listings(finder, listings, progress=progress)
    assert progress.stages["checking listings"] == [2, len(NEW)]


def test_the_table_has_every_listing_and_is_safe_in_a_spreadsheet(finder: Finder, listings: list[NewListing]) -> None:
    checked = check_listings(finder, listings, best=2)
    table = checked_table(finder.bundle, checked, BANDS, {"title": "reject"})
    assert list(table.columns) == [*COLUMNS, "image", "price"]
    assert table.groupby("posting_id", sort=False).size().to_dict() == {
        name: 1 if name.startswith("strange") else 2 for name, _, _ in NEW
    }
    first = table[table["rank"].fillna(1) == 1].set_index("posting_id")
    assert first.loc["title", "decision"] == "reject"
    assert first.loc["strange", ["proposal", "decision"]].tolist() == ["not compared", "open"]
    assert "broken.jpg" in first.loc["broken", "note"]
    assert "already" in first.loc["0a", "note"]
    text = table_bytes(table, TableFormat.csv).decode("utf-8-sig")
    assert "'=Topi Rajut" in text
    again = pd.read_parquet(io.BytesIO(table_bytes(table, TableFormat.parquet)))
    assert again["title"].tolist() == table["title"].tolist()
    assert len(json.loads(table_bytes(table, TableFormat.json))) == len(table)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return result.exit_code, result.output if result.exit_code != 1 else str(result.exception)


@pytest.fixture
def titles(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """New listings without photos, where the model and no pair scorer is at hand."""
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    (tmp_path / "titles.csv").write_text("posting_id,title\na,Speaker Bluetooth Fleco F6\nb,xyzzy\n", encoding="utf-8")
    return tmp_path / "titles.csv"


def test_the_command_writes_what_the_library_finds(
    new: Catalogue, small_bundle: Path, titles: Path, tmp_path: Path
) -> None:
    table, out = new.image_folder / "new.csv", tmp_path / "out.csv"
    code, told = run(small_bundle, table, "--images", new.image_folder, "--out", out, "--best", 2)
    assert code == 0, told
    assert f"{out}: 8 new listings" in told
    written = pd.read_csv(out, dtype=str, encoding="utf-8-sig")
    assert written["posting_id"].nunique() == len(NEW)
    code, told = run(small_bundle, table, "--images", new.image_folder, "--best", 2, "--json")
    answer = json.loads(told)
    assert sum(answer["counts"].values()) == len(NEW)
    assert [row["match"] or "" for row in answer["listings"]] == written["match"].fillna("").tolist()
    assert answer["listings"][0]["photo_distance"] == float(written["photo_distance"][0])
    code, told = run(small_bundle, titles)
    assert code == 0
    assert re.search(r"a +same product +7[abc] .*\n.*b +not compared", told)
    assert "2 new listings: 1 same product, 1 not compared" in told


def test_the_command_tells_rows_that_cannot_be_used_beside_the_others(small_bundle: Path, titles: Path) -> None:
    titles.write_text("posting_id,title\na,Speaker Bluetooth Fleco F6\na,again\n,nameless\n", encoding="utf-8")
    code, told = run(small_bundle, titles, "--json")
    assert code == 0, told
    rows = json.loads(told)["listings"]
    assert [row["note"] for row in rows[-2:]] == [
        "Line 3: duplicate posting_id: 'a' as in line 2.",
        "Line 4: empty posting_id.",
    ]
    assert {row["proposal"] for row in rows[-2:]} == {"not compared"}
    titles.write_text("id,title\na,Speaker\n", encoding="utf-8")
    code, told = run(small_bundle, titles)
    assert code == 1
    assert "The list of new listings" in told


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (("--out", "result.xlsx"), 2, "accepted are .csv, .json and .parquet"),
        (("--accept", "120"), 2, "'120' is not a percentage"),
        (("--accept", "80"), 1, "Distances decide on this catalogue"),
        (("--best", "0"), 2, "whole number from 1"),
        (("--pairs", "nowhere"), 1, "nowhere"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    options: tuple[str, ...], code: int, expected: str, small_bundle: Path, titles: Path
) -> None:
    given, told = run(small_bundle, titles, *options)
    assert given == code
    assert expected in " ".join(told.replace("│", " ").split())
