"""Candidate pairs, their features, scores and reasons."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from product_matching.errors import InputError
from product_matching.matching.second_stage.feature_sides import COMPARISONS
from product_matching.matching.second_stage.pair_features import mirrored, pair_features, row_products
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.score_blending import blend_by_score
from product_matching.matching.second_stage.scorer import PairScorer, final_scores
from product_matching.matching.second_stage.split_vectors import SplitVectors


def test_every_candidate_stands_in_both_directions(cosmetics) -> None:
    pairs = cosmetics.candidates.pairs
    there = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert len(there) == len(pairs)
    assert all((b, a) in there and a != b for a, b in there)
    back = pairs.reverse()
    np.testing.assert_array_equal(pairs.first[back], pairs.second)
    np.testing.assert_array_equal(pairs.second[back], pairs.first)


def test_features_are_what_their_names_say(cosmetics) -> None:
    listings, candidates = cosmetics.catalogue.listings, cosmetics.candidates
    column = {name: candidates.features[:, place] for place, name in enumerate(candidates.names)}
    pairs, back = candidates.pairs, candidates.pairs.reverse()
    words = [set(text.split()) for text in listings.texts]
    phashes = cosmetics.data.phashes
    for place in range(0, len(pairs), 97):
        first, second = pairs.first[place], pairs.second[place]
        cosine = listings.views["words"][first].multiply(listings.views["words"][second]).sum()
        assert column["cosine of words"][place] == pytest.approx(cosine, abs=1e-5)
        bits = (int(phashes[first], 16) ^ int(phashes[second], 16)).bit_count()
        assert column["pHash bits"][place] == bits
        digits = {word for word in words[first] & words[second] if any(letter.isdigit() for letter in word)}
        assert column["shared numbers"][place] == len(digits)
        nearer = (listings.nearest["final"][first] > column["cosine of final"][place] + 1e-6).sum()
        assert abs(column["rank of final, own"][place] - nearer) <= 1
    np.testing.assert_array_equal(column["rank of final, own"], column["rank of final, other"][back])
    np.testing.assert_allclose(column["rarest word, own"], column["rarest word, other"][back])
    np.testing.assert_allclose(column["cosine of final"], column["cosine of final"][back], rtol=1e-6)


def test_features_of_photo_vectors_are_their_cosines_and_ranks(crowd) -> None:
    candidates, photos = crowd.candidates, crowd.data.dense["photo"].astype(np.float64)
    column = {name: candidates.features[:, place] for place, name in enumerate(candidates.names)}
    pairs = candidates.pairs
    cosines = np.einsum("ij,ij->i", photos[pairs.first], photos[pairs.second])
    np.testing.assert_allclose(column["cosine of photo"], cosines, atol=1e-6)
    listings = crowd.catalogue.listings
    title = 0.6 * column["cosine of words"] + 0.4 * column["cosine of trigrams"]
    np.testing.assert_allclose(column["cosine of plain"], (title + cosines) / 2, atol=1e-5)
    averaged = listings.views["averaged photo"]
    assert np.abs(np.linalg.norm(averaged, axis=1) - 1).max() < 1e-5
    assert "rank of averaged photo, own" in column


def test_features_of_some_rows_do_not_depend_on_the_others_asked_for(cosmetics) -> None:
    listings, candidates = cosmetics.catalogue.listings, cosmetics.candidates
    some = pair_features(listings, candidates.pairs.first[10:20], candidates.pairs.second[10:20])[0]
    np.testing.assert_allclose(some, candidates.features[10:20], rtol=1e-6, atol=2e-6)


@pytest.mark.parametrize("kind", COMPARISONS)
def test_the_other_direction_of_a_pair_has_the_mirrored_features(crowd, kind: str) -> None:
    listings, pairs = crowd.catalogue.listings, crowd.candidates.pairs
    forward, names = pair_features(listings, pairs.first, pairs.second, kind)
    backward = pair_features(listings, pairs.second, pairs.first, kind)[0]
    mirror = mirrored(names)
    assert [mirror[place] for place in mirror] == list(range(len(names)))
    ranks = [place for place, name in enumerate(names) if name.startswith(("rank", "percentile"))]
    values = [place for place in range(len(names)) if place not in ranks]  # ties move a rank by one or more
    np.testing.assert_allclose(forward[:, mirror][:, values], backward[:, values], atol=5e-5)


def test_it_learns_to_tell_products_apart(cosmetics, scorer: PairScorer) -> None:
    candidates, same = cosmetics.candidates, cosmetics.same
    probability = scorer.pair_probabilities(cosmetics.catalogue.listings, candidates)
    assert probability[same].min() > probability[~same].max()
    np.testing.assert_array_equal(probability, probability[candidates.pairs.reverse()])
    for blend in (None, 0.5):
        scores = final_scores(cosmetics.catalogue, candidates, probability, blend)
        assert scores[same].min() > scores[~same].max()


def test_reasons_name_the_strongest_features(cosmetics, scorer: PairScorer) -> None:
    features, model = cosmetics.candidates.features[:5], scorer.models["both"]
    for row, reasons in zip(features, model.reasons(features, cosmetics.candidates.names), strict=True):
        assert len(reasons) == 3
        assert all(name in model.names for name, _ in reasons)
        strengths = [abs(strength) for _, strength in reasons]
        assert strengths == sorted(strengths, reverse=True)
        assert strengths[0] == pytest.approx(np.abs(model.trees.contributions(row[None])).max())


def test_other_features_are_refused(cosmetics, scorer: PairScorer) -> None:
    model = scorer.models["both"]
    other = replace(scorer, models={"both": replace(model, names=(*model.names, "colour"))})
    with pytest.raises(InputError, match="other features, among them 'colour'"):
        other.pair_probabilities(cosmetics.catalogue.listings, cosmetics.candidates)


def test_blending_by_score_brings_in_what_is_known_of_others() -> None:
    """0 and 2 have nothing in common, but both surely match 1."""
    pairs = Pairs(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 2, 0, 1]), 3)
    blended = blend_by_score(csr_matrix(np.eye(3)), pairs, np.array([0.9, 0.1, 0.9, 0.9, 0.1, 0.9]), 0.5)
    unblended = blend_by_score(csr_matrix(np.eye(3)), pairs, np.full(6, 0.1), 0.5)
    assert blended[1] > 0.3
    assert unblended[1] == 0


def test_products_of_rows_part_sparse_and_part_filled_are_those_of_the_whole_matrix() -> None:
    rng = np.random.default_rng(0)
    dense = np.hstack([rng.normal(size=(90, 50)), rng.random((90, 300)) * (rng.random((90, 300)) < 0.05)])
    first, second = rng.integers(90, size=(2, 2000))
    expected = np.einsum("ij,ij->i", dense[first], dense[second])
    np.testing.assert_allclose(row_products(csr_matrix(dense), first, second), expected, atol=1e-12)
    np.testing.assert_allclose(row_products(dense, first, second), expected, atol=1e-12)
    one = np.full(2000, 7)
    expected = np.einsum("ij,ij->i", dense[one], dense[second])
    np.testing.assert_allclose(row_products(csr_matrix(dense), one, second), expected, atol=1e-12)
    few = csr_matrix(dense[:, 40:])
    np.testing.assert_allclose(row_products(few, first, second), (few @ few.T).toarray()[first, second], atol=1e-12)


def test_split_vectors_have_the_products_of_the_whole() -> None:
    rng = np.random.default_rng(1)
    sparse = rng.random((40, 300)) * (rng.random((40, 300)) < 0.05)
    rows = csr_matrix(np.hstack([sparse, rng.normal(size=(40, 16))]).astype(np.float32))
    query = rows[3]
    expected = (rows @ query.T).toarray().ravel()
    for n_filled in (16, 0):
        np.testing.assert_allclose(SplitVectors.of(rows, n_filled).products(query), expected, atol=1e-4)
