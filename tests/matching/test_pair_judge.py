import numpy as np
import pytest

from product_matching.matching.pair_judge import PairJudge


@pytest.fixture(scope="module")
def judge(cosmetics, classifier) -> PairJudge:
    return PairJudge(cosmetics.titles, cosmetics.phashes, classifier)


def test_the_whole_catalogue_is_matched(cosmetics, judge: PairJudge) -> None:
    matches = judge.match_all()
    for row, label in enumerate(cosmetics.labels):
        assert sorted(matches.of(row)[0]) == np.flatnonzero(cosmetics.labels == label).tolist()


def test_a_listing_is_judged_as_in_the_whole(cosmetics, classifier, judge: PairJudge) -> None:
    pairs = cosmetics.judged.pairs
    candidates = pairs.second[pairs.first == 4]
    expected = classifier.probabilities(cosmetics.judged)[pairs.first == 4]
    verdicts = judge.judge_rows(4, candidates)
    assert [verdict.row for verdict in verdicts] == candidates.tolist()
    np.testing.assert_allclose([verdict.score for verdict in verdicts], expected, rtol=1e-9)
    assert all(verdict.is_match == (verdict.score >= 0.5) for verdict in verdicts)
    assert all(len(verdict.reasons) == 3 for verdict in verdicts)


@pytest.mark.parametrize("row", [0, 31, 80])
def test_a_typed_query_finds_its_product(cosmetics, judge: PairJudge, row: int) -> None:
    everything = np.arange(len(cosmetics.titles))
    verdicts = judge.judge_query(cosmetics.titles[row] + " terbaru", cosmetics.phashes[row], everything)
    found = [verdict.row for verdict in verdicts if verdict.is_match]
    assert found == np.flatnonzero(cosmetics.labels == cosmetics.labels[row]).tolist()


@pytest.mark.parametrize(("title", "phash"), [("", ""), ("zzz", ""), ("", "0" * 16), ("wardah", "")])
def test_a_query_that_says_little_is_still_judged(judge: PairJudge, title: str, phash: str) -> None:
    verdicts = judge.judge_query(title, phash, [0, 5])
    assert len(verdicts) == 2 and all(0 <= verdict.score <= 1 for verdict in verdicts)
    assert judge.judge_query(title, phash, []) == []
