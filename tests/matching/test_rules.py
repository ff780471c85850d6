import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.listings.quantities import QuantityTable
from product_matching.matching import rules
from product_matching.search.neighbours import Neighbours, keep_within, sort_neighbours


def neighbours(pairs: dict[tuple[int, int], float], n: int) -> Neighbours:
    first, second = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return sort_neighbours(first, second, np.array(list(pairs.values()), dtype=float), n)


def pairs_of(found: Neighbours) -> dict[tuple[int, int], float]:
    return {(int(q), int(r)): float(d) for q, r, d in zip(found.queries(), found.rows, found.distances, strict=True)}


drawn = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75]), max_size=15
)


@given(drawn, drawn)
def test_the_union_keeps_the_smaller_distance(first, second) -> None:
    expected = {pair: min(first.get(pair, 9), second.get(pair, 9)) for pair in first | second}
    assert pairs_of(rules.union(neighbours(first, 5), neighbours(second, 5))) == expected


@given(drawn)
def test_mutual_edges_are_those_found_from_both_sides(pairs) -> None:
    expected = {pair: distance for pair, distance in pairs.items() if pair[::-1] in pairs}
    assert pairs_of(rules.keep_mutual(neighbours(pairs, 5))) == expected


def test_min2_reaches_a_share_of_the_threshold_beyond_it() -> None:
    near = neighbours({(0, 0): 0.0, (0, 1): 0.2, (0, 2): 0.35, (1, 1): 0.0, (1, 0): 0.4, (2, 2): 0.0, (2, 0): 0.8}, 3)
    saved = keep_within(rules.min2(near, 0.25, 0.6), 0.25)
    assert [saved.of(row)[0].tolist() for row in range(3)] == [[0, 1], [1, 0], [2]]
    assert keep_within(rules.min2(near, 0.25, 0.59), 0.25).of(1)[0].tolist() == [1]
    forced = keep_within(rules.min2(near, 0.25, np.inf), 0.25)
    assert forced.of(2)[0].tolist() == [2, 0]
    assert keep_within(rules.min2(near, 0.0, np.inf), 0.0).of(2)[0].tolist() == [2]
    with pytest.raises(ValueError, match="at least 0"):
        rules.min2(near, 0.3, -0.1)


def test_the_veto_drops_other_quantities_only() -> None:
    table = QuantityTable.of_measures(["kopi 250 g", "kopi 500 g", "kopi", "kopi 0.25 kg"])
    near = neighbours({(0, 1): 0.1, (0, 2): 0.2, (0, 3): 0.3}, 4)
    assert pairs_of(rules.veto_quantities(near, table)) == {(0, 2): 0.2, (0, 3): 0.3}


def test_sure_pairs_pass_every_threshold_but_the_smallest() -> None:
    sure = neighbours({(0, 1): 3 / 64, (1, 0): 0.0, (0, 2): 0.0}, 3)
    accepted = rules.accept(neighbours({(0, 1): 0.9, (0, 2): 0.4, (1, 2): 0.4}, 3), sure)
    assert pairs_of(accepted) == {(0, 1): 3e-6, (1, 0): 0.0, (0, 2): 0.0, (1, 2): 0.4}
