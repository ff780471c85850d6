import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.evaluation.evaluate import evaluate, evaluate_all
from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.evaluation.methods import METHODS, TWO_STAGE, Settings
from product_matching.evaluation.protocols import plan_protocol, validation_half, with_encoders
from product_matching.evaluation.report import markdown_table
from product_matching.listings.catalogue import read_catalogue
from product_matching.matching.chain import MEASURED_CHAIN, Rules, VectorRules
from product_matching.matching.second_stage import training

REQUIRED = ["method", "protocol", "n_queries", "n_catalogue", "threshold", "f1", "f1_interval", "precision", "recall"]
QUICK = Settings(trees=10)


@pytest.fixture(scope="module")
def listings(tmp_path_factory) -> LabelledListings:
    """Sixty products of three listings with a common word order, a shared photo for two of the three.

    The photo vectors of a product lie near each other, and some near those of another one; so do the sentence vectors.
    """
    rng = np.random.default_rng(0)
    vocabulary = [f"{a}{b}{c}" for a in "bdkmst" for b in "aiueo" for c in ("ra", "lon", "tik")]
    frame = []
    for product in range(60):
        words, photos = rng.choice(vocabulary, 6, replace=False), rng.integers(2**62, size=2)
        for copy in range(3):
            title = " ".join(rng.permutation([*words[: 4 + copy % 2], *rng.choice(vocabulary, 2)]))
            frame.append((f"{product}-{copy}", title, f"{photos[copy // 2]:016x}", product + 100))
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.csv"
    pd.DataFrame(frame, columns=["posting_id", "title", "image_phash", "label_group"]).to_csv(path, index=False)
    vectors = np.repeat(rng.normal(size=(60, 8)), 3, axis=0) + 0.5 * rng.normal(size=(180, 8))
    sentences = np.repeat(rng.normal(size=(60, 12)), 3, axis=0) + 0.6 * rng.normal(size=(180, 12))
    vectors, sentences = (
        (part / np.linalg.norm(part, axis=1, keepdims=True)).astype(np.float32) for part in (vectors, sentences)
    )
    return replace(labelled_listings(read_catalogue(path), vectors), sentence_vectors=sentences)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("protocol", ["full", "fold", "dense", "half"])
def test_every_method_reports_under_every_protocol(listings: LabelledListings, method: str, protocol: str) -> None:
    if method in TWO_STAGE and protocol == "full":
        with pytest.raises(InputError, match="no listings to train on"):
            evaluate(listings, method, protocol, settings=QUICK)
        return
    report = json.loads(json.dumps(evaluate(listings, method, protocol, settings=QUICK).to_json()))
    assert all(name in report for name in REQUIRED)
    assert report["seconds"] > 0
    low, high = report["f1_interval"]
    assert 0 < low <= report["f1"] <= high <= 1
    assert report["f1"] <= report["best"]["f1"] + 1e-9 or protocol != "full"
    assert report["recall"] <= report["candidate_recall"] + 1e-6
    assert report["n_catalogue"] == (180 if protocol != "fold" else 36)
    assert (report["partition"] is None) == (not method.startswith("chain"))
    band = report["f1_by_group_size"]
    assert set(band) == {"3-5"}
    assert band["3-5"] == pytest.approx(report["f1"])


def test_the_chain_knows_more_than_its_parts(listings: LabelledListings) -> None:
    settings = Settings(replace(MEASURED_CHAIN, vectors=VectorRules(cross_mean=True)))
    f1 = {method: evaluate(listings, method, "half", settings=settings).f1 for method in ("phash", "tfidf", "chain")}
    assert f1["chain"] > max(f1["phash"], f1["tfidf"])


def test_what_is_scored_decides_nothing(listings: LabelledListings) -> None:
    """Other labels in the scored half change its figure, and no choice."""
    scored = ~validation_half(listings.names)
    shuffled = listings.labels.copy()
    shuffled[scored] = np.random.default_rng(1).permutation(shuffled[scored])
    other = LabelledListings(listings.titles, listings.phashes, shuffled, listings.names)
    for method in ("idf", "chain", "chain+pairs"):
        first, second = (evaluate(which, method, "half", settings=QUICK) for which in (listings, other))
        assert first.threshold == second.threshold
        assert second.f1 < first.f1


def test_the_table_has_a_row_for_each_method(listings: LabelledListings) -> None:
    reports = list(evaluate_all(listings, "full", methods=["phash", "idf", "chain+pairs"]))
    table = markdown_table(reports).splitlines()
    assert [line.split(" | ")[0] for line in table] == ["| method", "| ---", "| phash", "| idf"]
    assert f"{reports[0].f1:.4f}" in table[2]
    assert len({line.count("|") for line in table}) == 1
    chain = evaluate(listings, "chain", "fold")
    assert f"{chain.partition.bcubed_precision:.3f} / {chain.partition.bcubed_recall:.3f}" in markdown_table([chain])


def test_photo_embeddings_alone_score_what_a_plain_loop_scores(listings: LabelledListings) -> None:
    report = evaluate(listings, "photo", "half")
    chooses = validation_half(listings.names)
    similar = listings.photo_vectors.astype(np.float64) @ listings.photo_vectors.T.astype(np.float64)
    f1 = []
    for row in np.flatnonzero(~chooses):
        predicted = set(np.flatnonzero(np.round(1 - similar[row], 6) <= report.threshold)) | {row}
        true = set(np.flatnonzero(listings.labels == listings.labels[row]))
        f1.append(2 * len(predicted & true) / (len(predicted) + len(true)))
    assert report.threshold_from == "validation"
    assert report.n_queries == len(f1)
    assert report.f1 == pytest.approx(np.mean(f1))
    assert 0.4 < report.f1 < 0.999


def test_a_listing_without_a_photo_is_near_nothing_by_photo(listings: LabelledListings) -> None:
    vectors = listings.photo_vectors.copy()
    vectors[:90] = 0
    half = replace(listings, photo_vectors=vectors)
    assert evaluate(half, "photo", "full").predicted_singletons >= 0.5
    assert evaluate(half, "photo", "full").candidate_recall < evaluate(listings, "photo", "full").candidate_recall


def test_without_photo_vectors_the_method_is_named_and_left_out_of_all(listings: LabelledListings) -> None:
    blind = replace(listings, photo_vectors=None)
    with pytest.raises(InputError, match="but the catalogue has none: give a bundle with photos"):
        evaluate(blind, "photo", "fold")
    methods = ["photo", "idf"]
    assert [report.method for report in evaluate_all(blind, "fold", methods=methods)] == ["idf"]
    assert [report.method for report in evaluate_all(listings, "fold", methods=methods)] == methods


def test_sentence_embeddings_add_to_the_chain_and_to_the_second_stage(listings: LabelledListings) -> None:
    """Where titles are short and there are no photos, right embeddings help every method, and wrong ones do not."""
    short = np.array([" ".join(title.split()[:3]) for title in listings.titles], dtype=object)
    right = replace(listings, titles=short, phashes=np.full(len(listings), "", object))
    noise = np.random.default_rng(5).normal(size=(180, 12)).astype(np.float32)
    wrong = replace(right, sentence_vectors=noise / np.linalg.norm(noise, axis=1, keepdims=True))
    methods = ("sentence", "chain", "chain+sentence", "chain+pairs", "chain+sentence+pairs")
    f1 = {method: evaluate(right, method, "half", settings=QUICK).f1 for method in methods}
    assert f1["chain+sentence"] > max(f1["sentence"], f1["chain"])
    assert f1["chain+sentence+pairs"] > f1["chain+pairs"]
    assert evaluate(wrong, "chain+sentence", "half", settings=QUICK).f1 < f1["chain+sentence"]


def with_signs(listings: LabelledListings, seed: int | None) -> LabelledListings:
    """Encoders of equal vectors, or, with a seed, each with columns of other signs: products within one are equal."""
    rng = np.random.default_rng(seed)
    signs = np.ones((4, 12)) if seed is None else rng.choice([-1, 1], size=(4, 12))
    vectors = listings.sentence_vectors
    encoders = {name: vectors * row.astype(np.float32) for name, row in zip(("all", "0", "1", "2"), signs, strict=True)}
    return replace(listings, sentence_vectors=None, encoders=encoders)


@pytest.mark.parametrize("protocol", ["fold", "dense", "half"])
@pytest.mark.parametrize("method", ["sentence", "chain+sentence", "chain+sentence+pairs"])
def test_vectors_of_two_encoders_are_never_compared(listings: LabelledListings, method: str, protocol: str) -> None:
    even, mixed = (
        evaluate(with_signs(listings, seed), method, protocol, settings=QUICK).to_json() for seed in (None, 3)
    )
    assert {**mixed, "seconds": 0} == {**even, "seconds": 0}


def test_scores_that_choose_are_of_trees_that_saw_no_pair_of_the_queries_groups(
    listings: LabelledListings, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[set[int]] = []

    def fit(parts, learning):
        known = list(parts)
        learned.append({label for examples, rows in known for label in examples.labels[rows].tolist()})
        return original(known, learning)

    original = training._fit
    monkeypatch.setattr(training, "_fit", fit)
    evaluate(with_signs(listings, 1), "chain+sentence+pairs", "half", settings=QUICK)
    plan = with_encoders(plan_protocol("half", listings.names))
    asked = [set(listings.labels[split.queries].tolist()) for split in plan.validation]
    assert learned[0] == set().union(*asked)
    assert learned[1:] == [learned[0] - part for part in asked]


def test_the_chain_alone_does_not_look_at_sentence_embeddings(listings: LabelledListings) -> None:
    blind = replace(listings, sentence_vectors=None)
    for method in ("chain", "chain+pairs"):
        assert (
            evaluate(listings, method, "fold", settings=QUICK).f1 == evaluate(blind, method, "fold", settings=QUICK).f1
        )
    for method in ("sentence", "chain+sentence", "chain+sentence+pairs"):
        with pytest.raises(InputError, match="but there are none: give a recipe or a model"):
            evaluate(blind, method, "fold")
    assert [report.method for report in evaluate_all(blind, "fold", methods=["sentence", "idf"])] == ["idf"]


def test_a_title_without_a_word_is_near_nothing_by_sentence(listings: LabelledListings) -> None:
    vectors = listings.sentence_vectors.copy()
    vectors[:90] = 0
    half = replace(listings, sentence_vectors=vectors)
    assert evaluate(half, "sentence", "full").predicted_singletons >= 0.5


def test_rules_can_be_switched(listings: LabelledListings) -> None:
    chain = MEASURED_CHAIN
    rules = Rules(vectors=replace(chain.vectors, cross_mean=False), pairs=replace(chain.pairs, min2=2.0))
    report = evaluate(listings, "chain", "half", settings=Settings(rules))
    assert report.settings["rules"]["vectors"]["cross_mean"] is False
    assert report.predicted_singletons < evaluate(listings, "chain", "half").predicted_singletons + 1e-9


def test_without_photos_the_chain_goes_by_titles(listings: LabelledListings) -> None:
    blind = LabelledListings(listings.titles, np.full(len(listings), "", object), listings.labels, listings.names)
    assert evaluate(blind, "chain", "fold").settings["rules"]["pairs"]["photo_bits"] is None
    with pytest.raises(InputError, match="no image_phash"):
        evaluate(blind, "phash", "fold")


def test_mistakes_are_named(listings: LabelledListings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'bert' is unknown; accepted are phash"):
        evaluate(listings, "bert", "fold")
    path = tmp_path / "unlabelled.csv"
    path.write_text("posting_id,title,label_group\na,x,1\nb,y,\n")
    with pytest.raises(InputError, match="1 of 2 listings have no label_group"):
        labelled_listings(read_catalogue(path))
    path.write_text("posting_id,title\na,x\n")
    with pytest.raises(InputError, match="no column 'label_group'"):
        labelled_listings(read_catalogue(path))


@pytest.mark.data
@pytest.mark.parametrize(("method", "f1"), [("phash", 0.5531), ("idf", 0.6605), ("tfidf", 0.6486)])
def test_published_figures_come_out(need_data: Callable[[str], Path], method: str, f1: float) -> None:
    shopee = labelled_listings(read_catalogue(need_data("shopee/train.csv")))
    report = evaluate(shopee, method, "full")
    assert (report.n_catalogue, report.n_queries) == (34_250, 34_250)
    assert report.f1 == pytest.approx(f1, abs=0.0006 if method == "idf" else 0.00006)
    assert report.best.f1 >= report.f1


@pytest.mark.data
def test_the_chain_reaches_its_figure_on_real_titles(need_data: Callable[[str], Path]) -> None:
    shopee = labelled_listings(read_catalogue(need_data("shopee/train.csv")))
    report = evaluate(shopee, "chain", "fold", with_partition=False)
    assert (report.n_queries, report.n_catalogue) == (6_851, 6_851)
    assert report.f1 == pytest.approx(0.8653, abs=0.002)
    assert report.precise is not None
    assert report.precise.precision > 0.97
