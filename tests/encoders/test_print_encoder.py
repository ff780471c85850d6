"""Print becomes words of the catalogue, whole, joined or spelled anew; what is unknown lowers its weight."""

import numpy as np
import pytest

from product_matching.encoders.print_encoder import PrintEncoder
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.prints import PhotoPrint, PrintLine

TITLES = TitleEncoder.fit(
    ["velmira hand cream 50ml", "velmira hand soap 250ml", "powerbank 10000mah", "cream crean", "mug 350ml"]
)
BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@pytest.fixture
def encoder() -> PrintEncoder:
    return PrintEncoder(TITLES)


def read_of(*texts: str) -> PhotoPrint:
    return PhotoPrint(size=(96, 64), lines=tuple(PrintLine(text=text, confidence=0.75, box=BOX) for text in texts))


def test_known_words_are_a_unit_vector_with_the_weights_of_titles(encoder: PrintEncoder) -> None:
    query = encoder.query(read_of("VELMIRA", "Hand hand"))
    assert query.known == ("velmira", "hand")
    assert query.lines == ((0,), (1,))
    np.testing.assert_allclose(query.vector.toarray(), TITLES.encode(["velmira hand"]).toarray(), atol=1e-6)
    assert query.weight == 1.0


def test_unknown_words_are_named_and_lower_the_weight_but_not_the_vector(encoder: PrintEncoder) -> None:
    query = encoder.query(read_of("Velmira", "BISA COD"))
    assert query.known == ("velmira",)
    assert query.unknown == ("bisa", "cod")
    assert query.vector.toarray().max() == 1.0
    (known, unknown) = TITLES.word_weights(["velmira", "bisa"])[1]
    assert query.weight == pytest.approx(known / (known + 2 * unknown))


@pytest.mark.parametrize("texts", [("10000", "mAh"), ("10000 mAh",), ("power", "10000", "mah 18w")])
def test_neighbours_that_a_title_holds_as_one_word_are_known(encoder: PrintEncoder, texts: tuple[str, ...]) -> None:
    query = encoder.query(read_of(*texts))
    assert query.known == ("10000mah",)
    assert not {"10000", "mah"} & set(query.unknown)


def test_a_number_and_its_unit_on_two_lines_are_a_quantity(encoder: PrintEncoder) -> None:
    query = encoder.query(read_of("mug", "350", "ml"))
    assert query.known == ("mug", "350ml")
    assert query.lines == ((0,), (1, 2))


def test_a_misread_word_is_the_only_known_word_that_is_one_edit_away(encoder: PrintEncoder) -> None:
    query = encoder.query(read_of("VELMlRA", "creax", "hanp", "251ml"))
    assert query.known == ("velmira",)  # "creax" may be "cream" or "crean", four letters and numbers are not spelled
    assert query.unknown == ("creax", "hanp", "251ml")
    assert query.lines_of({"velmira", "soap"}) == {0}


def test_nothing_known_is_a_row_of_zeros(encoder: PrintEncoder) -> None:
    for read in (read_of(), read_of("bisa cod")):
        query = encoder.query(read)
        assert query.vector.shape == (1, TITLES.dimension)
        assert query.vector.nnz == 0
        assert query.weight == 0.0


def test_many_rows_are_the_queries_one_by_one(encoder: PrintEncoder) -> None:
    prints = [read_of("hand cream"), None, read_of(), read_of("Mug 350 ml new")]
    rows = encoder.rows(prints)
    assert len(rows) == 4
    assert rows.vectors.shape == (4, TITLES.dimension)
    for row, read in enumerate(prints):
        expected = np.zeros((1, TITLES.dimension)) if read is None else encoder.query(read).vector.toarray()
        np.testing.assert_array_equal(rows.vectors[row].toarray(), expected)
    assert np.isnan(rows.weights[1])
    assert rows.weights[2] == 0
    assert rows.texts == ("hand cream", "", "", "Mug 350 ml new")
    assert encoder.rows([]).vectors.shape == (0, TITLES.dimension)
