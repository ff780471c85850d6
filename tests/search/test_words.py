"""Typed words against titles: coverage, order, and when a text is a few words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from product_matching.search.words import WordIndex

#: Titles over five words.
HELD = np.array(
    [
        [1, 1, 0, 0, 1],
        [1, 1, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [1, 0, 1, 1, 1],
        [0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0],
    ]
)
WEIGHTS = np.array([1.0, 2.0, 4.0, 8.0, 1.5])


@pytest.fixture
def index() -> WordIndex:
    return WordIndex.of(csr_matrix(HELD * WEIGHTS))


def test_titles_come_with_all_words_first_then_by_coverage_then_short_ones_then_by_row(index: WordIndex) -> None:
    found = index.find(np.array([0, 1]), WEIGHTS[:2])
    assert found.rows.tolist() == [1, 0, 5, 2, 3]
    assert found.n_complete == 3
    assert found.held.tolist() == [2, 2, 2, 1, 1]
    assert found.coverage.tolist() == pytest.approx([1, 1, 1, 2 / 3, 1 / 3])


@pytest.mark.parametrize("columns", [[0], [1, 4], [0, 2, 3], [4, 3, 2, 1, 0], [2, -1], [-1], []])
def test_coverage_and_order_are_those_of_a_loop(index: WordIndex, columns: list[int]) -> None:
    weights = np.array([WEIGHTS[column] if column >= 0 else 9.0 for column in columns])
    expected = []
    for row, title in enumerate(HELD):
        held = [weight for column, weight in zip(columns, weights, strict=True) if column >= 0 and title[column]]
        if held:
            complete = len(held) == len(columns)
            expected.append((not complete, -round(sum(held) / weights.sum(), 9), int(title.sum()), row))
    found = index.find(np.array(columns, dtype=np.int64), weights)
    assert found.rows.tolist() == [row for *_, row in sorted(expected)]
    assert (-found.coverage).tolist() == pytest.approx([coverage for _, coverage, *_ in sorted(expected)])
    assert found.n_complete == sum(not incomplete for incomplete, *_ in expected)


def test_an_unknown_word_leaves_no_title_with_all_words(index: WordIndex) -> None:
    found = index.find(np.array([1, -1]), np.array([2.0, 6.0]))
    assert found.n_complete == 0
    assert found.coverage.tolist() == [0.25] * 4


def test_words_that_a_title_holds_are_few_and_a_title_itself_is_not() -> None:
    titles = np.zeros((4, 12))
    titles[0, :8] = titles[1, 2:10] = titles[2, 4:12] = 1.0
    titles[3, :3] = 1.0
    index, ones = WordIndex.of(csr_matrix(titles)), np.ones(12)
    few = [index.is_few(n, index.find(np.arange(4, 4 + n), ones[:n])) for n in range(1, 7)]
    assert few == [True, True, True, True, False, False]
    assert not index.is_few(3, index.find(np.arange(3), ones[:3]))
    assert index.is_few(2, index.find(np.arange(2), ones[:2]))


def test_one_word_is_few_where_titles_are_of_one_or_two() -> None:
    index = WordIndex.of(csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 0.0]]))
    assert index.is_few(1, index.find(np.array([0]), np.ones(1)))
    assert not index.is_few(1, index.find(np.array([1]), np.ones(1)))
    assert not index.is_few(2, index.find(np.array([0, 2]), np.ones(2)))


def test_the_frequency_of_a_word_is_the_number_of_its_titles(index: WordIndex) -> None:
    assert index.frequencies.tolist() == HELD.sum(axis=0).tolist()
