"""The description of a catalogue against pandas and plain loops."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.titles import title_words
from product_matching.search.joins.phashes import MAX_SHARED
from product_matching.workflows.description.columns import column_numbers, describe_columns
from product_matching.workflows.description.photos import describe_photos, repeated_values
from product_matching.workflows.description.sizes import SIZE_BINS, label_sizes, sizes_of
from product_matching.workflows.description.titles import describe_titles


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=30))
def test_label_sizes_are_those_of_value_counts(labels: list[str]) -> None:
    counts = pd.Series([label for label in labels if label], dtype=object).value_counts()
    sizes = label_sizes(np.array(labels, dtype=object))
    if counts.empty:
        assert sizes is None
        return
    assert sizes is not None
    assert sizes.sizes.tolist() == counts.tolist()
    assert sizes.counts() == dict(sorted(Counter(counts.tolist()).items()))
    assert (sizes.n_groups, sizes.n_listings, sizes.largest) == (len(counts), counts.sum(), counts.max())
    size, count = sizes.commonest
    assert (size, count) == (counts.mode().min(), (counts == counts.mode().min()).sum())
    assert sizes.steps()[-1] == (len(counts), counts.min())
    assert [sizes.sizes[last - 1] for last, _ in sizes.steps()] == [size for _, size in sizes.steps()]


@given(st.lists(st.integers(1, 70), min_size=1, max_size=40))
def test_every_group_is_counted_in_the_bin_of_its_size(sizes: list[int]) -> None:
    made = sizes_of(sizes)
    assert made is not None
    assert made.binned() == [sum(first <= size <= (last or 70) for size in sizes) for first, last in SIZE_BINS]


def test_a_catalogue_without_label_groups_has_no_sizes() -> None:
    assert label_sizes(None) is None


TITLES = ["Paper cup 250 ml", "paper bag PAPER", "Cup, red", "", "Paper cup 250 ml", "a 7 b\\xe2\\x9d\\xa4"]


def test_titles_are_described_as_a_loop_over_their_words_does() -> None:
    titles = pd.Series(TITLES)
    encoder = TitleEncoder.fit([title for title in TITLES if title])
    facts = describe_titles(titles, encoder, encoder.encode(TITLES), n_words=3)
    holding = Counter(word for title in TITLES for word in set(title_words(title)))
    expected = {word: n for word, n in holding.items() if len(word) > 1 and not any(map(str.isdigit, word))}
    assert dict(facts.words).items() <= expected.items()
    assert [n for _, n in facts.words] == sorted(expected.values(), reverse=True)[:3]
    assert facts.n_words == len(holding)
    assert facts.n_titles == 5
    assert facts.lengths.tolist() == [16, 15, 8, 16, 6]  # the last one with a heart in place of its bytes
    assert facts.repeated == 2


@given(st.lists(st.sampled_from(["", "x", "y", "z"]), max_size=20))
def test_repeated_values_are_the_groups_of_pandas_with_several_rows(values: list[str]) -> None:
    holding = {value: [row for row, other in enumerate(values) if other == value] for value in set(values) - {""}}
    expected = {tuple(rows) for rows in holding.values() if len(rows) > 1}
    found = [tuple(rows.tolist()) for rows in repeated_values(np.array(values, dtype=object))]
    assert set(found) == expected
    assert found == sorted(found, key=lambda rows: (-len(rows), rows[0]))


@given(st.lists(st.none() | st.sampled_from([0, 1, 3, 0b11111, 0b11111000000, 2**63, 2**63 + 1]), max_size=14))
def test_alike_photos_are_the_components_of_all_near_pairs(numbers: list[int | None]) -> None:
    phashes = ["" if number is None else f"{number:016x}" for number in numbers]
    facts = describe_photos(pd.Series([""] * len(phashes), dtype="str"), phashes)
    graph = networkx.Graph()
    for first, second in combinations(range(len(numbers)), 2):
        one, other = numbers[first], numbers[second]
        if one is not None and other is not None and (one ^ other).bit_count() <= 4:
            graph.add_edge(first, second)
    assert (facts.n_alike, facts.n_alike_groups) == (len(graph), networkx.number_connected_components(graph))
    assert {len(rows) for rows in facts.same_phash} == {n for n in Counter(filter(None, phashes)).values() if n > 1}


def test_a_picture_on_more_listings_than_are_compared_is_a_placeholder() -> None:
    phashes = ["0" * 16] * (MAX_SHARED + 1) + ["f" * 16] * 2
    facts = describe_photos(pd.Series(["file"] * 2 + [""] * (MAX_SHARED + 1)), phashes)
    assert [rows.tolist() for rows in facts.placeholders] == [list(range(MAX_SHARED + 1))]
    assert [rows.tolist() for rows in facts.same_file] == [[0, 1]]
    assert (facts.n_alike, facts.n_alike_groups) == (2, 1)


def test_a_phash_that_is_none_is_named_and_the_rest_described() -> None:
    facts = describe_photos(pd.Series(["same", "same"]), ["0" * 16, "xyz"])
    assert "xyz" in facts.problem
    assert len(facts.same_file) == 1
    assert facts.same_phash == ()


COLUMNS = pd.DataFrame(
    {
        "posting_id": ["1", "2", "3", "4"],
        "price": ["10", "9.5", "", "10"],
        "size": ["1", "two", " ", "1"],
        "stock": pd.array([3, None, 4, 4], dtype="Int64"),
        "new": [True, False, True, True],
        "empty": ["", "", "", ""],
    }
)


def test_columns_are_described_as_pandas_counts_them() -> None:
    facts = {each.name: each for each in describe_columns(COLUMNS)}
    assert {name: each.kind for name, each in facts.items()} == {
        "posting_id": "text",
        "price": "number",
        "size": "text",
        "stock": "number",
        "new": "true or false",
        "empty": "text",
    }
    blank = COLUMNS.astype("str").replace(r"^\s*$", None, regex=True).replace("<NA>", None)
    for name, each in facts.items():
        assert (each.filled, each.distinct) == (blank[name].count(), blank[name].nunique()), name
    assert facts["price"].examples == ("10", "9.5")
    assert facts["new"].examples == ("True", "False")


@pytest.mark.parametrize(("name", "numbers"), [("posting_id", None), ("size", None), ("price", [10, 9.5, np.nan, 10])])
def test_names_are_no_numbers_even_in_digits(name: str, numbers: list[float] | None) -> None:
    found = column_numbers(COLUMNS[name])
    assert (found is None) == (numbers is None)
    if found is not None:
        np.testing.assert_array_equal(found, numbers)
