"""Find and Review decide by the probability of a pair scorer, with distances one switch away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import Address
from product_matching.app.find.export import scored_csv
from product_matching.app.find.no_match import IMPROBABLE
from product_matching.app.find.outcome import decide_by_scores
from product_matching.app.find.scoring import PREPARING
from product_matching.app.review.comparing import compare_pairs
from product_matching.app.review.request import request_groups
from product_matching.app.shared import scorers
from product_matching.app.shared.deciding import decide_how
from product_matching.app.shared.sureness import ELSEWHERE, say_calibration
from product_matching.errors import InputError
from product_matching.matching.second_stage.catalogue_scorer import Prediction
from product_matching.matching.second_stage.scorer_file import read_scorer
from product_matching.progress import NO_PROGRESS
from product_matching.store.bundle import open_bundle
from product_matching.store.pair_scores import PAIR_SCORES_FILE
from product_matching.workflows import score_pairs
from product_matching.workflows.choose_scorer import ChosenScorer
from product_matching.workflows.find import Finder, Query
from product_matching.workflows.match import match_by_scores
from product_matching.workflows.score_pairs import predict, predicted_matches, prepare_scorer
from tests.app.held import SECONDS, Held
from tests.pages.cards import cards, result_rows, said_on_cards
from tests.pages.conftest import finish_jobs
from tests.recorded_progress import RecordedProgress

FIND, REVIEW = "pages/find.py", "pages/review.py"
Open = Callable[..., AppTest]


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "small"))


@pytest.fixture
def with_scorer(monkeypatch: pytest.MonkeyPatch, models_with_pairs: Path, open_app: Open) -> Open:
    """Open a page where pair scorers are, and wait until they are prepared."""
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    return lambda page, **params: finish_jobs(open_app(page, **params))


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def percentages(app: AppTest) -> list[int]:
    """The percentages on the cards, in their order; 0 and 100 for those under 1 and over 99."""
    found = [re.match(r"(under 1|over 99|\d+) % same product", one["shareText"]) for one in cards(app, "result_")]
    told = [one[1] for one in found if one]
    return [{"under 1": 0, "over 99": 100}[text] if " " in text else int(text) for text in told]


def n_matches(app: AppTest) -> int:
    return next(int(found[1]) for each in app.subheader if (found := re.match(r"(\d+) match", str(each.value))))


def chosen(app: AppTest, key: str) -> object:
    return next(each for each in app.button_group if each.key == key).value


def choose(app: AppTest, key: str, value: object) -> AppTest:
    return next(each for each in app.button_group if each.key == key).set_value(value).run()


def test_sureness_decides_by_default_and_leads_the_cards_in_its_order(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a")
    told = percentages(app)
    assert told == sorted(told, reverse=True)
    assert n_matches(app) == sum(percent >= 50 for percent in told) > 0
    assert "compared by photo and title" in shown(app)
    assert "of 100 accepted pairs 80 were right, of 100 true pairs 85 were found" in shown(app)
    assert not re.search(r"photo 0\.\d", shown(app))
    assert not {"decide", "sure", "scorer"} & set(app.query_params)
    assert {slider.key for slider in app.slider} == {"find_sure"}
    [chart] = app.get("plotly_chart")
    assert re.match(rf"Histogram of probabilities: {n_matches(app)} listings with 50 % or more", chart.proto.alt)


def test_the_slider_moves_the_results_at_once_and_stands_in_the_address(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a")
    told = percentages(app)
    app.slider(key="find_sure").set_value(1).run()
    assert app.query_params["sure"] == "1"
    assert n_matches(app) == sum(percent >= 1 for percent in percentages(app)) >= sum(one >= 50 for one in told)
    app.slider(key="find_sure").set_value(50).run()
    assert "sure" not in app.query_params


def test_a_preset_moves_the_slider_and_the_slider_the_preset(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a")
    assert chosen(app, "find_sure_preset") == "balanced"
    choose(app, "find_sure_preset", "precise")
    assert (app.query_params["sure"], app.slider(key="find_sure").value) == ("90", 90)
    slider = app.run().slider(key="find_sure")
    assert (slider.proto.set_value, slider.proto.value) == (True, [90]), "a browser may draw it after this run only"
    app.slider(key="find_sure").set_value(60).run()
    assert not app.run().slider(key="find_sure").proto.set_value, "one that was moved is left alone"
    assert chosen(app, "find_sure_preset") is None
    assert "Balanced (50 %), by photo and title, on validation: of 100" in shown(app)
    assert "Precise (90 %), by photo and title, on validation: of 100" in shown(app)


def test_one_click_leads_to_distances_and_one_back(with_scorer: Open) -> None:
    app = choose(with_scorer(FIND, bundle="small", listing="3a"), "find_decide", "distances")
    assert app.query_params["decide"] == "distances"
    assert {slider.key for slider in app.slider} == {"find_photo_threshold", "find_title_threshold"}
    assert re.search(r"photo 0\.\d", shown(app))
    assert not percentages(app)
    choose(app, "find_decide", "sureness")
    assert "decide" not in app.query_params
    assert percentages(app)


@pytest.mark.parametrize("params", [{"photo": "0.2"}, {"title": "0.4"}, {"both": "0.3"}, {"bits": "2"}, {"veto": "1"}])
def test_a_link_with_a_distance_or_a_rule_means_distances(with_scorer: Open, params: dict[str, str]) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a", **params)
    assert app.query_params["decide"] == "distances"
    assert not percentages(app)
    assert chosen(app, "find_decide") == "distances"


def test_the_last_distance_set_back_leaves_distances_deciding(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a", photo="0.2")
    next(button for button in app.button if button.label == "Back to the defaults").click().run()
    assert "photo" not in app.query_params
    assert chosen(app, "find_decide") == "distances"


def test_without_a_scorer_distances_decide_and_nothing_else_is_offered(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", listing="3a", decide="sureness")
    assert not app.error
    assert not app.warning
    assert "find_decide" not in {each.key for each in app.button_group}
    assert {slider.key for slider in app.slider} == {"find_photo_threshold", "find_title_threshold"}
    assert "train-pairs CATALOGUE --out models/pairs/NAME" in shown(app)


def test_where_no_listing_is_a_candidate_the_nearest_is_shown_all_the_same(
    with_scorer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_pairs, "predict", lambda prepared, query: [])
    app = with_scorer(FIND, bundle="demo", sample="none")
    assert n_matches(app) == 0
    assert IMPROBABLE in shown(app)
    assert "Too far away for the pair scorer to be asked" in shown(app)
    assert not percentages(app)
    assert len(result_rows(app)) == 1


def test_where_nothing_is_probable_that_is_said_with_the_nearest_and_its_percentage(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="demo", sample="none", sure="99")
    assert n_matches(app) == 0
    assert re.search(f"{re.escape(IMPROBABLE)}|No listing is the same product with at least 99 %", shown(app))
    assert "Raise" not in shown(app)
    assert percentages(app)


def test_the_help_on_percentages_names_both_catalogues_rightly(finder: Finder, models_with_pairs: Path) -> None:
    scorer = read_scorer(models_with_pairs / "pairs" / "photos")
    models = {
        name: replace(model, calibration=replace(model.calibration, n=549)) for name, model in scorer.models.items()
    }
    chosen = ChosenScorer(name="photos", scorer=replace(scorer, n=2_158, models=models), calibrated_here=True)
    said = say_calibration(chosen)
    assert "calibrated on this catalogue, for 549 listings; the presets were chosen among 2,158 listings." in said


def test_a_scorer_calibrated_elsewhere_says_so_in_one_sentence(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a", scorer="tiny")
    assert shown(app).count(ELSEWHERE) == 1
    assert app.selectbox(key="find_scorer").value == "tiny"
    finish_jobs(app.selectbox(key="find_scorer").set_value("").run())
    assert "scorer" not in app.query_params
    assert ELSEWHERE not in shown(app)


@pytest.mark.parametrize("name", ["nobody", "../../etc/passwd"])
def test_a_scorer_that_is_not_there_leaves_it_to_the_default_one(with_scorer: Open, name: str) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a", scorer=name)
    assert f"There is no pair scorer {name!r} here: the default decides." in shown(app)
    assert percentages(app)
    assert app.selectbox(key="find_scorer").value == ""


def test_distances_decide_until_the_scorer_is_prepared(
    monkeypatch: pytest.MonkeyPatch, models_with_pairs: Path, open_app: Open
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    work, prepare = Held(), scorers._prepared

    def held(*of_what: Any) -> Any:
        work(NO_PROGRESS)
        return prepare(*of_what)

    monkeypatch.setattr(scorers, "_prepared", held)
    app = open_app(FIND, bundle="small", listing="3a")
    assert work.begun.wait(SECONDS)
    assert "at these distances" in shown(app)
    assert shown(app).count(PREPARING) == 1
    assert chosen(app, "find_decide") == "sureness"
    assert not app.slider, "no setting of the scorer says that it decides"
    assert not percentages(app)
    work.released.set()
    finish_jobs(app)
    assert PREPARING not in shown(app)
    assert [slider.key for slider in app.slider] == ["find_sure"]


def test_a_search_that_the_scorer_cannot_compare_is_left_to_the_distances(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="demo", sample="q3", scorer="tiny")
    assert "this search has no title. Distances decide." in shown(app)
    assert not percentages(app)
    assert [slider.key for slider in app.slider] == ["find_photo_threshold"]


def test_a_whole_typed_title_is_scored_by_title_alone(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", q="Tepung Terigu Hana Emas 1 Kg", mode="duplicates")
    assert "compared by title alone" in shown(app)
    assert percentages(app)
    assert not app.error


def test_side_by_side_the_distances_stand_after_probability_and_reasons(with_scorer: Open) -> None:
    app = with_scorer(FIND, bundle="small", listing="3a", pair="3b")
    bars = [each.proto.text for each in app.get("progress")]
    assert re.match(r"\*\*(over 99|\d+) %\*\* same product", bars[0])
    said = shown(app)
    assert "Compared by photo and title" in said
    assert 0 < said.index(":material/add:") < said.index(":material/image: Photo distance 0.")


def test_groups_are_found_by_sureness_at_once_with_their_farthest_pair(with_scorer: Open) -> None:
    app = finish_jobs(with_scorer(REVIEW, bundle="small", step="groups"))
    assert {slider.key for slider in app.slider} == {"review_sure", "review_bands"}
    assert "Pairs are the same product with at least 50 %" in shown(app)
    assert re.search(r"% same product\]", shown(app))
    grouped = [metric.value for metric in app.metric]
    app.slider(key="review_sure").set_value(99).run()
    assert "Pairs are the same product with at least 99 %" in shown(app)
    assert [metric.value for metric in app.metric] != grouped
    assert "Against from 50 % on: " in shown(app)
    by_sureness = [metric.value for metric in app.metric]
    choose(app, "review_decide", "distances")
    assert "Until the listings are compared by distance, this is the result by sureness." in shown(app)
    assert [metric.value for metric in app.metric] == by_sureness
    assert [button for button in app.button if button.label == "Compare the listings"]
    assert "Rules" in [each.value for each in app.subheader]


def test_comparing_by_the_pair_scorer_tells_each_phase_and_is_done_once(
    finder: Finder, models_with_pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    progress, address = RecordedProgress(), Address()
    request = request_groups(finder.bundle, address, decide_how(finder.bundle, address))
    (finder.bundle.folder / PAIR_SCORES_FILE).unlink(missing_ok=True)
    first = compare_pairs(finder.bundle, request, progress).scored
    assert first is not None
    assert list(progress.stages)[:2] == ["preparing the pair scorer", "comparing listings"]
    again = RecordedProgress()
    kept = compare_pairs(finder.bundle, request, again).scored
    assert kept is not None
    assert np.array_equal(kept.distances, first.distances)
    assert not again.stages, "the scores are kept"


def test_scores_divide_the_candidates_and_the_export_tells_them(finder: Finder) -> None:
    candidates = finder.candidates(finder.listing_query(0), 3)
    scores = np.linspace(0.9, 0.2, len(candidates)).tolist()
    predictions = [
        Prediction(row, score, score >= 0.5, ()) for row, score in zip(candidates.rows.tolist(), scores, strict=True)
    ]
    for least in (0.5, 0.7):
        outcome = decide_by_scores(candidates, predictions, least)
        assert outcome.matches.rows.tolist() == [one.row for one in predictions if one.score >= least]
        assert outcome.beyond.rows.tolist() == [one.row for one in predictions if one.score < least]
        table = pd.read_csv(io.BytesIO(scored_csv(finder, outcome, finder.listing_query(0))))
        assert table["score"].tolist() == [score for score in scores if score >= least]
    assert len(decide_by_scores(candidates.take(np.zeros(len(candidates), bool)), [], 0.5).matches) == 0


@pytest.mark.parametrize("scorer", ["tiny", "photos"])
def test_find_and_review_give_every_listing_the_same_scores_and_matches(
    finder: Finder, models_with_pairs: Path, scorer: str
) -> None:
    prepared = prepare_scorer(finder.bundle, read_scorer(models_with_pairs / "pairs" / scorer))
    ids = finder.bundle.listings["posting_id"].tolist()
    for least in (0.1, 0.5, 0.93):
        matches = match_by_scores(prepared.match_all(), least).matches
        for row in range(len(finder.bundle)):
            query = finder.listing_query(row)
            accepted = {one.row: one for one in predict(prepared, query) if one.score >= least}
            assert list(accepted) == matches.of(row).tolist()
            told = predicted_matches(finder, matches.of(row), accepted, query)
            assert [listing["posting_id"] for listing in told] == [ids[other] for other in accepted]
            assert [listing["score"] for listing in told] == [one.score for one in accepted.values()]


def test_what_a_scorer_lacks_is_said_in_one_sentence(finder: Finder, models_with_pairs: Path) -> None:
    scorer = read_scorer(models_with_pairs / "pairs" / "photos")
    foreign = replace(scorer, dense=(replace(scorer.dense[0], model="other", sha256="f" * 64),))
    with pytest.raises(InputError, match=r"vectors of other \(ffffffffffff\), but those of the catalogue small are"):
        prepare_scorer(finder.bundle, foreign)
    titles = prepare_scorer(finder.bundle, read_scorer(models_with_pairs / "pairs" / "tiny"))
    own = finder.listing_query(0)
    with pytest.raises(InputError, match="compares titles, but this search has no title"):
        predict(titles, Query(photo=own.photo))
    outside = Query(photo=own.photo, title=own.title, phash=own.phash, text=own.text)
    assert 0 in [prediction.row for prediction in predict(prepare_scorer(finder.bundle, scorer), outside)]
