"""The probabilities of a scorer fitted to decided pairs."""

from dataclasses import replace

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.calibration import Calibration
from product_matching.matching.second_stage.pair_features import pair_features
from product_matching.matching.second_stage.recalibration import DecidedPairs, recalibrate
from product_matching.matching.second_stage.scorer import PairScorer, PairTable
from tests.matching.second_stage.conftest import make_scorer


@pytest.fixture
def decided(crowd) -> DecidedPairs:
    pairs = crowd.candidates.pairs
    once = np.flatnonzero(pairs.once())[::3]
    first, second = pairs.first[once], pairs.second[once]
    return DecidedPairs(first=first, second=second, same=crowd.labels[first] == crowd.labels[second])


def off_by(scorer: PairScorer, log_odds: float) -> PairScorer:
    """The scorer as one that was calibrated on other goods."""
    line = Calibration(intercept=log_odds, n=10)
    return replace(scorer, models={name: replace(model, calibration=line) for name, model in scorer.models.items()})


def log_loss(scorer: PairScorer, crowd, pairs: DecidedPairs) -> float:
    listings = crowd.catalogue.listings
    features, names = pair_features(listings, pairs.first, pairs.second)
    table = PairTable(pairs.first, pairs.second, features, names)
    found = scorer.score(listings, table, n=len(crowd.data)).probabilities
    return float(-np.log(np.where(pairs.same, found, 1 - found).clip(1e-9)).mean())


def test_decisions_bring_the_probabilities_of_another_catalogue_home(crowd, decided: DecidedPairs) -> None:
    elsewhere = off_by(make_scorer(crowd), -4.0)
    fitted = recalibrate(elsewhere, crowd.catalogue, decided)
    assert log_loss(fitted, crowd, decided) < 0.7 * log_loss(elsewhere, crowd, decided)
    assert all(fitted.models[name].trees is model.trees for name, model in elsewhere.models.items())
    assert fitted.n == len(crowd.data)
    assert f"{len(decided.same)} decisions" in fitted.protocol


def test_too_few_decisions_are_told(crowd, decided: DecidedPairs) -> None:
    kept = np.cumsum(decided.same) <= 3
    with pytest.raises(InputError, match=r"at least 40 decided pairs, 10 of them .* but 3 are the same and"):
        recalibrate(
            make_scorer(crowd), crowd.catalogue, decided.take(kept & (decided.same | (np.arange(len(kept)) < 500)))
        )


def test_a_comparison_that_no_decided_pair_has_keeps_its_line(crowd, decided: DecidedPairs) -> None:
    scorer = off_by(make_scorer(crowd), -4.0)
    listings = crowd.catalogue.listings
    none = np.zeros_like(listings.compared["photo"])
    titles = replace(crowd.catalogue, listings=replace(listings, compared=listings.compared | {"photo": none}))
    fitted = recalibrate(scorer, titles, decided)
    assert fitted.models["photo"] is scorer.models["photo"]
    assert fitted.models["title"].calibration != scorer.models["title"].calibration


def test_a_line_that_follows_is_applied_after() -> None:
    first, line = Calibration(0.8, 1.2, n=100, growth=0.3), Calibration(1.5, -0.4)
    scores = np.array([0.01, 0.3, 0.9])
    expected = line.apply(first.apply(scores, 400))
    np.testing.assert_allclose(first.followed_by(line).apply(scores, 400), expected, rtol=1e-9)
