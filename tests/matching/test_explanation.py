import numpy as np
import pytest

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.matching.explanation import explain_pair
from product_matching.search.sparse import SparseIndex

TITLES = ["wardah lip cream 50 g", "wardah lip cream 100 g promo", "sabun muka isi 3", "emina lip cream", "sabun isi 5"]
ENCODER = TitleEncoder.fit(TITLES)


def test_the_shares_of_the_common_words_are_the_similarity() -> None:
    explained = explain_pair((TITLES[0], TITLES[1]), ENCODER)
    common = [word for word in explained.words if word.side == "both"]
    assert {word.word for word in common} == {"wardah", "lip", "cream"}
    matrix = ENCODER.encode(TITLES)
    distance = SparseIndex(matrix).distances(matrix[0], [1])[0]
    assert explained.title_distance == distance
    assert sum(word.share for word in common) == pytest.approx(1 - distance, abs=1e-6)
    assert common[0].word == "wardah"  # the rarest of the three


def test_striking_a_word_gains_what_is_said() -> None:
    explained = explain_pair((TITLES[0], TITLES[3]), ENCODER)
    lost = {word.word: word for word in explained.words if word.side != "both"}
    assert {word: share.side for word, share in lost.items()} == {"wardah": "first", "50g": "first", "emina": "second"}
    without = explain_pair(("lip cream 50 g", TITLES[3]), ENCODER)
    gain = explained.title_distance - without.title_distance
    assert lost["wardah"].share == pytest.approx(-gain, abs=1e-5)


def test_photo_and_title_parts_add_up_to_the_fused_similarity() -> None:
    explained = explain_pair((TITLES[0], TITLES[1]), ENCODER, photo_distance=0.3, phashes=("0" * 16, "0" * 15 + "7"))
    assert explained.photo_part + explained.title_part == pytest.approx(1 - np.mean([0.3, explained.title_distance]))
    assert explained.phash_bits == 3
    alone = explain_pair(("", ""), None, photo_distance=0.3)
    assert (alone.photo_part, alone.title_part, alone.phash_bits, alone.words) == (pytest.approx(0.7), None, None, ())


def test_quantities_tell_the_veto_and_counts_do_not() -> None:
    explained = explain_pair((TITLES[0], TITLES[1]), ENCODER)
    (weight,) = explained.quantities
    assert (weight.dimension, weight.first, weight.second, weight.agree) == ("weight", (50.0,), (100.0,), False)
    assert explained.vetoed
    pieces = explain_pair((TITLES[2], TITLES[4]), ENCODER)
    assert [one.dimension for one in pieces.quantities] == ["count"]
    assert not pieces.vetoed


def test_words_that_the_catalogue_does_not_know_are_shown() -> None:
    explained = explain_pair(("lip cream ultra", "lip cream"), ENCODER)
    assert ("ultra", "first", 0.0) in [(word.word, word.side, word.share) for word in explained.words]
    assert explained.title_distance > 0
