from pathlib import Path

import numpy as np
import pytest

from product_matching.encoders.glove import GloveEncoder, count_cooccurrences, read_glove, train_glove
from product_matching.errors import InputError


def test_cooccurrences_are_those_of_a_loop() -> None:
    rng = np.random.default_rng(0)
    documents = [rng.integers(0, 6, rng.integers(0, 9)).tolist() for _ in range(20)]
    expected = np.zeros((6, 6))
    for document in documents:
        for i, first in enumerate(document):
            for j, second in enumerate(document):
                if 0 < abs(i - j) <= 3:
                    expected[first, second] += 1 / abs(i - j)
    np.testing.assert_allclose(count_cooccurrences(documents, 6, 3).toarray(), expected)


def test_words_of_one_topic_come_to_lie_together() -> None:
    rng = np.random.default_rng(0)
    topics = [["lip", "cream", "matte", "wardah", "merah"], ["kabel", "usb", "charger", "meter", "cepat"]]
    titles = [" ".join(rng.permutation(topics[copy % 2])[:4]) for copy in range(400)]
    titles += [" ".join(rng.permutation(topics[0] + topics[1])[:4]) for _ in range(40)]
    encoder = train_glove(titles, dimension=8, epochs=60)
    lip, cream, kabel = encoder.encode(["lip", "cream", "kabel"])
    assert lip @ cream > lip @ kabel + 0.3
    again = train_glove(titles, dimension=8, epochs=60)
    np.testing.assert_array_equal(again.vectors, encoder.vectors)


def test_a_title_is_the_weighted_mean_of_its_words() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]], dtype=np.float32)
    encoder = GloveEncoder(("a1", "b1", "c1"), vectors, np.array([1.0, 0.5, 2.0]))
    encoded = encoder.encode(["a1 b1", "b1 b1 zz", "zz", ""])
    np.testing.assert_allclose(encoded, [[2**-0.5, 2**-0.5], [0, 1], [0, 0], [0, 0]], atol=1e-6)
    weights = encoder.weigh_by_idf(["a1 a1 b1", "a1", "zz"]).weights
    np.testing.assert_allclose(weights, np.log(4 / np.array([3, 2, 1])) + 1)


def test_the_published_format_is_read(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("kopi 0.1 -0.2 3e-1\n. . . 1 2 3\nteh 1 2 3\n", encoding="utf-8")
    encoder = read_glove(path)
    assert encoder.words == ("kopi", ". . .", "teh")
    np.testing.assert_allclose(encoder.vectors[0], [0.1, -0.2, 0.3])


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty"), ("kopi\n", "Line 1"), ("a 1 2\nb 1\n", "Line 2"), ("a 1 nan\n", "Line 1"), ("a 1 x\n", "Line 1")],
)
def test_what_is_no_such_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "glove.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_glove(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_glove(tmp_path / "missing.txt")


def test_titles_without_words_teach_nothing() -> None:
    with pytest.raises(InputError, match="None of the 2 titles"):
        train_glove(["", "!!"])
