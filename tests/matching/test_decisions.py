"""Decisions on pairs of rows: their effect on lists of matches, and where they contradict each other."""

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from product_matching.matching.catalogue_pairs import MatchLists
from product_matching.matching.decisions import NO_DECISIONS, Contradiction, PairDecisions

N = 7
words = st.dictionaries(
    st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.booleans(),
    max_size=12,
)
lists = st.lists(st.lists(st.integers(0, N - 1), max_size=N, unique=True), min_size=N, max_size=N)


def decisions_of(decided: dict[tuple[int, int], bool]) -> PairDecisions:
    return PairDecisions(
        same=tuple(pair for pair, same in decided.items() if same),
        different=tuple(pair for pair, same in decided.items() if not same),
    )


def laid_out(rows: list[list[int]]) -> MatchLists:
    queries = np.repeat(np.arange(N), [len(found) for found in rows])
    return MatchLists.sorted(queries, np.array([row for found in rows for row in found], dtype=np.int64), N)


@given(lists, words)
def test_one_listing_and_all_at_once_have_the_same_matches(rows: list[list[int]], decided) -> None:
    rows = [[other for other in found if other != row] for row, found in enumerate(rows)]
    decisions = decisions_of(decided)
    every = decisions.applied_to_all(laid_out(rows))
    for row, found in enumerate(rows):
        of_row = {(set(pair) - {row}).pop(): same for pair, same in decided.items() if row in pair}
        expected = [*sorted(other for other, same in of_row.items() if same), *(o for o in found if o not in of_row)]
        assert decisions.applied_to(row, np.array(found, dtype=np.int64)).tolist() == expected
        assert every.of(row).tolist() == expected
        assert every.of(row).dtype == every.offsets.dtype == np.int64


def test_nothing_is_decided_on_a_query_from_outside() -> None:
    assert PairDecisions(same=((0, 1),)).applied_to(None, np.array([3, 0])).tolist() == [3, 0]


@given(words)
def test_groups_obey_every_decision_that_no_newer_one_contradicts(decided) -> None:
    decisions = decisions_of(decided)
    joined = nx.Graph(list(decisions.must_link))
    joined.add_nodes_from(range(N))
    assert not any(nx.has_path(joined, a, b) for a, b in decisions.different)
    wanted = nx.Graph(list(decisions.same))
    wanted.add_nodes_from(range(N))
    contradicting = any(nx.has_path(wanted, a, b) for a, b in decisions.different)
    assert bool(decisions.contradictions) == contradicting
    assert {*decisions.must_link, *(found.same for found in decisions.contradictions)} == set(decisions.same)
    for found in decisions.contradictions:
        assert found.different in decisions.different
        whole = nx.Graph([*decisions.must_link, found.same])
        assert any(nx.has_path(whole, a, b) for a, b in decisions.different if a in whole and b in whole)
        assert nx.has_path(wanted, *found.different)


def test_of_a_contradiction_the_oldest_pair_gives_way() -> None:
    decisions = PairDecisions(same=((1, 2), (0, 1)), different=((0, 2),))
    assert decisions.must_link == [(1, 2)]
    assert decisions.contradictions == [Contradiction(different=(0, 2), same=(0, 1))]


def test_the_version_names_what_is_decided() -> None:
    versions = {decisions.version for decisions in (
        NO_DECISIONS, PairDecisions(same=((0, 1),)), PairDecisions(different=((0, 1),)), PairDecisions(same=((0, 2),)),
    )}  # fmt: skip
    assert len(versions) == 4
    assert NO_DECISIONS.version == ""
    assert PairDecisions(same=((0, 1),)).version == PairDecisions(same=((0, 1),)).version


def test_what_follows_from_decisions_is_settled() -> None:
    """Against the closure by hand: 0, 1, 2 are one product, 3 and 4 another, 2 and 3 are different, 5 is open."""
    decisions = PairDecisions(same=[(0, 1), (1, 2), (3, 4)], different=[(2, 3)])
    first, second = np.triu_indices(6, 1)
    settled = decisions.settled(first, second, 6)
    open_pairs = {(one, other) for one, other, known in zip(first, second, settled, strict=True) if not known}
    assert open_pairs == {(row, 5) for row in range(5)}
    assert decisions.settled(second, first, 6).tolist() == settled.tolist()
    assert not NO_DECISIONS.settled(first, second, 6).any()


def test_pairs_in_contradiction_are_settled_as_well() -> None:
    decisions = PairDecisions(same=[(1, 2), (0, 1)], different=[(0, 2)])
    assert decisions.settled(np.array([0, 0, 1]), np.array([1, 2, 2]), 3).all()
