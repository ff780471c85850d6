"""Features of print: shares, cosines and quantities, NaN where a side is missing."""

import numpy as np
import pytest

from product_matching.encoders.print_encoder import PrintEncoder
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.prints import PhotoPrint, PrintLine
from product_matching.matching.print_features import PRINT_FEATURES, PrintedListings, print_features

TITLES = ["velmira hand cream 50ml", "velmira hand soap 250ml", "", "mug 350ml"]
ENCODER = TitleEncoder.fit(TITLES)
BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def read_of(text: str) -> PhotoPrint:
    return PhotoPrint(size=(96, 64), lines=(PrintLine(text=text, confidence=0.75, box=BOX),))


PRINTS = PrintEncoder(ENCODER).rows(
    [read_of("Velmira cream 50 ml"), None, read_of("bisa cod"), read_of("velmira 250ml")]
)
LISTINGS = PrintedListings(encoder=ENCODER, matrix=ENCODER.encode(TITLES), titles=TITLES, prints=PRINTS)


def features(first: list[int], second: list[int], listings: PrintedListings = LISTINGS) -> dict[str, np.ndarray]:
    values = print_features(PRINTS, np.array(first, dtype=np.int64), listings, np.array(second, dtype=np.int64))
    assert values.shape == (len(first), len(PRINT_FEATURES))
    return dict(zip(PRINT_FEATURES, values.T, strict=True))


def weight(*words: str) -> float:
    return float(ENCODER.word_weights(words)[1].sum())


def test_shares_are_of_the_weight_of_words() -> None:
    found = features([0, 0], [0, 1])
    np.testing.assert_allclose(found["known share of print"], 1)
    assert found["share of print in title"] == pytest.approx(
        [1, weight("velmira") / weight("velmira", "cream", "50ml")]
    )
    assert found["share of title in print"] == pytest.approx(
        [
            weight("velmira", "cream", "50ml") / weight("velmira", "hand", "cream", "50ml"),
            weight("velmira") / weight("velmira", "hand", "soap", "250ml"),
        ]
    )


def test_cosines_are_those_of_the_vectors() -> None:
    found = features([0, 0], [1, 3])
    titles = LISTINGS.matrix.toarray()
    own = PRINTS.vectors.toarray()
    assert found["cosine of print and title"] == pytest.approx([own[0] @ titles[1], 0], abs=1e-6)
    assert found["cosine of prints"][1] == pytest.approx(own[0] @ own[3], abs=1e-6)
    assert np.isnan(found["cosine of prints"][0])


def test_numbers_and_quantities_agree_or_contradict() -> None:
    found = features([0, 0, 0, 3], [0, 1, 3, 1])
    np.testing.assert_array_equal(found["share of numbers of print in title"], [1, 0, 0, 1])
    np.testing.assert_array_equal(found["quantities of print and title"], [1, 0, 0, 1])


def test_what_is_missing_is_nan() -> None:
    not_read = features([1], [0])
    assert all(np.isnan(values[0]) for values in not_read.values())
    unknown = features([2], [0])
    assert unknown.pop("known share of print") == [0]
    assert all(np.isnan(values[0]) for values in unknown.values())
    no_title = features([0], [2])
    assert no_title.pop("known share of print") == [1]
    assert all(np.isnan(values[0]) for values in no_title.values())


def test_a_catalogue_that_was_not_read_has_no_cosine_of_prints() -> None:
    bare = PrintedListings(encoder=ENCODER, matrix=LISTINGS.matrix, titles=TITLES)
    assert np.isnan(features([0, 3], [3, 0], bare)["cosine of prints"]).all()


def test_no_pairs_are_no_rows() -> None:
    assert all(len(values) == 0 for values in features([], []).values())
