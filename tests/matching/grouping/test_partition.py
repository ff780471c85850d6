import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.errors import InputError
from product_matching.matching.grouping.description import describe_groups
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.matching.grouping.partition import partition as partition_measured
from product_matching.search.neighbours import Neighbours, sort_neighbours

N = 9
edges = st.dictionaries(
    st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.4]),
    max_size=20,
)
links = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=3)


def neighbours(distances: dict[tuple[int, int], float], n: int = N) -> Neighbours:
    both = distances | {(b, a): distance for (a, b), distance in distances.items()}
    first, second = (np.array([pair[side] for pair in both], dtype=np.int64) for side in (0, 1))
    return sort_neighbours(first, second, np.array(list(both.values()), dtype=float), n)


def apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pairs that are not drawn have nothing in common."""
    return np.ones(len(first))


def partition(near: Neighbours, linkage: LinkageThresholds, **links) -> np.ndarray:
    return partition_measured(near, linkage, apart, **links)


def graph(distances: dict[tuple[int, int], float], largest: float = 1.0) -> nx.Graph:
    made = nx.Graph()
    made.add_nodes_from(range(N))
    made.add_weighted_edges_from((a, b, d) for (a, b), d in distances.items() if d <= largest)
    return made


def as_sets(groups: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(groups == number).tolist()) for number in np.unique(groups)}


@given(edges)
def test_where_every_cross_pair_is_near_groups_are_the_components(distances) -> None:
    cliques = {(a, b): 0.2 for part in nx.connected_components(graph(distances)) for a in part for b in part if a < b}
    expected = {frozenset(part) for part in nx.connected_components(graph(distances))}
    assert as_sets(partition(neighbours(cliques), LinkageThresholds(0.3, 0.3, 0.3))) == expected


@given(edges)
def test_no_group_reaches_beyond_its_component(distances) -> None:
    groups = partition(neighbours(distances), LinkageThresholds(0.3, 0.25, 0.2))
    components = list(nx.connected_components(graph(distances, 0.3)))
    assert all(any(group <= part for part in components) for group in as_sets(groups))


@given(edges)
def test_two_groups_that_stay_apart_lack_support(distances) -> None:
    """What is left after merging could not be merged further by the nearest of its own pairs alone."""
    linkage = LinkageThresholds(0.3, 0.3, 0.3)
    groups = partition(neighbours(distances), linkage)
    singles = [next(iter(group)) for group in as_sets(groups) if len(group) == 1]
    assert all(distances.get((a, b), 1.0) > linkage.pair for a in singles for b in singles if a < b)


def test_one_bridge_does_not_join_two_products() -> None:
    near = neighbours({(0, 1): 0.1, (0, 2): 0.1, (1, 2): 0.1, (3, 4): 0.1, (3, 5): 0.1, (4, 5): 0.1, (2, 3): 0.05})
    linkage = LinkageThresholds(pair=0.3, attach=0.3, merge=0.3)
    assert len(nx.node_connected_component(graph({(2, 3): 0.05, (0, 2): 0.1, (3, 4): 0.1}), 0)) == 4
    groups = partition(near, linkage)
    assert groups[0] != groups[4]
    assert groups[1] != groups[5]


@given(edges, links, links)
def test_a_person_has_the_last_word(distances, must, cannot) -> None:
    joined = nx.Graph(must)
    joined.add_nodes_from(range(N))
    conflict = any(nx.has_path(joined, a, b) for a, b in cannot)
    if conflict:
        with pytest.raises(InputError, match="kept apart"):
            partition(neighbours(distances), LinkageThresholds(0.4, 0.4, 0.4), must_link=must, cannot_link=cannot)
        return
    groups = partition(neighbours(distances), LinkageThresholds(0.4, 0.4, 0.4), must_link=must, cannot_link=cannot)
    assert all(groups[a] == groups[b] for a, b in must)
    assert all(groups[a] != groups[b] for a, b in cannot)


def test_pairs_exactly_at_the_linkage_threshold_join() -> None:
    assert partition(neighbours({(0, 1): 0.3}, 2), LinkageThresholds(0.3, 0.2, 0.1)).tolist() == [0, 0]
    assert partition(neighbours({(0, 1): 0.300001}, 2), LinkageThresholds(0.3, 0.2, 0.1)).tolist() == [0, 1]
    triple = {(0, 1): 0.0, (0, 2): 0.2, (1, 2): 0.2}
    assert partition(neighbours(triple, 3), LinkageThresholds(0.3, 0.2, 0.1)).tolist() == [0, 0, 0]
    assert partition(neighbours(triple, 3), LinkageThresholds(0.3, 0.19, 0.1)).tolist() == [0, 0, 2]


@given(edges)
def test_groups_are_described_as_networkx_sees_them(distances) -> None:
    near = neighbours(distances)
    groups = partition(near, LinkageThresholds(0.4, 0.4, 0.4))
    for group in describe_groups(groups, near, 0.4):
        part = graph(distances).subgraph(group.rows)
        assert group.size == len(part) > 1
        assert group.density == pytest.approx(nx.density(part))
        tree = nx.minimum_spanning_tree(part)
        expected = max(d for _, _, d in tree.edges(data="weight")) if nx.is_connected(part) else np.inf
        assert group.weakest_link == pytest.approx(expected)


def test_a_group_held_by_a_decision_alone_says_so() -> None:
    near = neighbours({(0, 1): 0.1})
    groups = partition(near, LinkageThresholds(0.3, 0.3, 0.3), must_link=[(1, 5)])
    (group,) = describe_groups(groups, near, 0.3)
    assert (group.rows, group.weakest_link) == ((0, 1, 5), np.inf)
    assert group.density == pytest.approx(1 / 3)


def plain_groups(
    distances: dict[tuple[int, int], float], linkage: LinkageThresholds, must: list[tuple[int, int]], n: int
) -> set[frozenset[int]]:
    """Average linkage written down as it is said: every pair in order, every mean over all cross pairs of units."""
    joined = nx.Graph(must)
    joined.add_nodes_from(range(n))
    units = [frozenset(part) for part in nx.connected_components(joined)]

    def apart(one: frozenset[int], other: frozenset[int]) -> float:
        return min(distances.get((min(a, b), max(a, b)), 1.0) for a in one for b in other)

    ordered = sorted(
        (apart(one, other), *sorted((min(one), min(other))), one, other)
        for place, one in enumerate(units)
        for other in units[place + 1 :]
    )
    of = {unit: frozenset([unit]) for unit in units}
    for distance, _, _, one, other in ordered:
        left, right = of[one], of[other]
        if distance > linkage.pair or left == right:
            continue
        mean = sum(apart(a, b) for a in left for b in right) / (len(left) * len(right))
        if round(mean, 9) <= linkage.of_merger((len(left) == 1) + (len(right) == 1)):
            of |= dict.fromkeys(left | right, left | right)
    return {frozenset(row for unit in cluster for row in unit) for cluster in of.values()}


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 1.5, 3.0]))
def test_groups_are_those_of_average_linkage_written_down_plainly(seed: int, degree: float) -> None:
    """Many regions and some large ones: pairs near, hardly further, and far, a few listings joined by decisions."""
    rng, n = np.random.default_rng(seed), 40
    drawn = rng.integers(0, n, (round(degree * n), 2)).tolist()
    pairs = {(min(a, b), max(a, b)) for a, b in drawn if a != b}
    far_apart = rng.choice([0.05, 0.1, 0.21, 0.33, 0.39, 0.41, 0.55], len(pairs)).tolist()
    distances = dict(zip(sorted(pairs), far_apart, strict=True))
    must = [tuple(pair) for pair in rng.integers(0, n, (2, 2)).tolist()]
    linkage = LinkageThresholds(pair=0.4, attach=0.35, merge=0.28)
    found = partition(neighbours(distances, n), linkage, must_link=must)
    assert as_sets(found) == plain_groups(distances, linkage, must, n)


def measured(distances: dict[tuple[int, int], float], asked: list[tuple[int, int]], otherwise: float = 1.0):
    """A measure that looks pairs up and notes which were asked for."""

    def measure(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        pairs = [(min(a, b), max(a, b)) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
        asked.extend(pairs)
        return np.array([distances.get(pair, otherwise) for pair in pairs], dtype=float)

    return measure


@given(
    st.dictionaries(
        st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda pair: pair[0] < pair[1]),
        st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.31, 0.35, 0.4, 0.7]),
        max_size=36,
    ),
    links,
)
def test_what_was_not_found_is_measured_so_that_the_groups_are_those_of_all_distances(distances, must) -> None:
    """A graph of the pairs within the threshold, with the others measured, gives what all pairs give."""
    linkage = LinkageThresholds(0.3, 0.28, 0.25)
    whole = {(a, b): distances.get((a, b), 1.0) for a in range(N) for b in range(a + 1, N)}
    close = {pair: distance for pair, distance in distances.items() if distance <= linkage.pair}
    asked: list[tuple[int, int]] = []
    found = partition_measured(neighbours(close), linkage, measured(distances, asked), must_link=must)
    assert found.tolist() == partition(neighbours(whole), linkage, must_link=must).tolist()
    assert not set(asked) & set(close)


def test_a_pair_just_beyond_the_threshold_counts_with_its_distance() -> None:
    """Five of six cross pairs are near and one is hardly further: two groups are one product, unless it is far off."""
    near = {(0, 1): 0.1, (2, 3): 0.1, (2, 4): 0.1, (3, 4): 0.1}
    near |= {(0, 2): 0.15, (0, 3): 0.15, (0, 4): 0.15, (1, 2): 0.15, (1, 3): 0.15}
    linkage = LinkageThresholds(0.3, 0.25, 0.2)
    assert partition_measured(neighbours(near), linkage, measured({(1, 4): 0.31}, [])).tolist()[:5] == [0] * 5
    assert partition_measured(neighbours(near), linkage, measured({(1, 4): 0.9}, [])).tolist()[:5] == [0, 0, 2, 2, 2]


@pytest.mark.parametrize("linkage", [(0.2, 0.3, 0.1), (0.3, 0.2, 0.25), (1.5, 0.2, 0.1), (0.3, 0.2, -0.1)])
def test_linkage_thresholds_out_of_order_are_refused(linkage: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="merge <= attach <= pair"):
        LinkageThresholds(*linkage)
