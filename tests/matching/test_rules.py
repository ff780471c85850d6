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


@given(drawn, drawn, st.sampled_from([0.0, 0.5, 0.62]))
def test_fused_distances_are_weighted_means(photo, title, weight: float) -> None:
    fused = pairs_of(rules.fuse_distances(neighbours(photo, 5), neighbours(title, 5), weight))
    assert fused.keys() == (photo | title).keys()
    for pair, distance in fused.items():
        assert distance == pytest.approx(weight * photo.get(pair, 1.0) + (1 - weight) * title.get(pair, 1.0), abs=1e-6)


@given(drawn, drawn)
def test_within_any_is_photo_or_title_or_both(photo, title) -> None:
    found = rules.within_any(
        neighbours(photo, 5), neighbours(title, 5), photo_threshold=0.1, title_threshold=0.25, fused_threshold=0.5
    )
    expected = {
        pair
        for pair in photo | title
        if photo.get(pair, 9) <= 0.1
        or title.get(pair, 9) <= 0.25
        or (photo.get(pair, 1) + title.get(pair, 1)) / 2 <= 0.5
    }
    assert pairs_of(found).keys() == expected


def test_each_threshold_includes_itself() -> None:
    photo, title = neighbours({(0, 1): 0.3}, 2), neighbours({(0, 1): 0.17}, 2)
    assert len(rules.within_any(photo, None, photo_threshold=0.3).rows) == 1
    assert len(rules.within_any(None, title, title_threshold=0.17).rows) == 1
    assert len(rules.within_any(photo, title, fused_threshold=0.235).rows) == 1
    assert len(rules.within_any(photo, title, fused_threshold=0.2349).rows) == 0
    with pytest.raises(ValueError, match="at least one rule"):
        rules.within_any(photo, None, title_threshold=0.2)


@given(drawn)
def test_mutual_edges_are_those_found_from_both_sides(pairs) -> None:
    expected = {pair: distance for pair, distance in pairs.items() if pair[::-1] in pairs}
    assert pairs_of(rules.keep_mutual(neighbours(pairs, 5))) == expected


def test_min2_saves_only_the_lonely_and_only_nearby() -> None:
    near = neighbours({(0, 0): 0.0, (0, 1): 0.2, (0, 2): 0.35, (1, 1): 0.0, (1, 0): 0.4, (2, 2): 0.0, (2, 0): 0.8}, 3)
    saved = keep_within(rules.min2(near, 0.3, 0.4), 0.3)
    assert [saved.of(row)[0].tolist() for row in range(3)] == [[0, 1], [1, 0], [2]]
    forced = keep_within(rules.force_nearest(near, 0.3), 0.3)
    assert forced.of(2)[0].tolist() == [2, 0]
    with pytest.raises(ValueError, match="at least 0.3"):
        rules.min2(near, 0.3, 0.2)


def test_the_veto_drops_other_quantities_only() -> None:
    table = QuantityTable.of_measures(["kopi 250 g", "kopi 500 g", "kopi", "kopi 0.25 kg"])
    near = neighbours({(0, 1): 0.1, (0, 2): 0.2, (0, 3): 0.3}, 4)
    assert pairs_of(rules.veto_quantities(near, table)) == {(0, 2): 0.2, (0, 3): 0.3}


def test_sure_pairs_pass_every_threshold_but_the_smallest() -> None:
    sure = neighbours({(0, 1): 3 / 64, (1, 0): 0.0, (0, 2): 0.0}, 3)
    accepted = rules.accept(neighbours({(0, 1): 0.9, (0, 2): 0.4, (1, 2): 0.4}, 3), sure)
    assert pairs_of(accepted) == {(0, 1): 3e-6, (1, 0): 0.0, (0, 2): 0.0, (1, 2): 0.4}
