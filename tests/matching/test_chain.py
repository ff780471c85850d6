import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.errors import InputError
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.chain import PLAIN, Rules, apply_min2, decide_pairs, improve_vectors
from product_matching.search.joins.dense import dense_join
from product_matching.search.joins.phashes import near_photos
from product_matching.search.joins.sparse import self_join
from product_matching.search.neighbours import keep_within

VECTORS = normalize(np.random.default_rng(5).random((10, 4)) ** 2)
PHASHES = ["a" * 16, "a" * 16] + [f"{row:016x}" for row in range(1000, 9000, 1000)]


def test_with_every_rule_off_nothing_changes() -> None:
    matrix = csr_matrix(VECTORS)
    stages = improve_vectors(matrix, None, PLAIN, self_join)
    assert (stages.final != matrix).nnz == 0
    decided = decide_pairs(stages.near, None, None, PLAIN)
    np.testing.assert_array_equal(decided.rows, self_join(matrix, 51).rows)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(cross_mean=False),
        Rules(blend=(0.2, 0.1)),
        Rules(expansion=1),
        Rules(photo_bits=None),
        Rules(mutual=True),
    ],
)
def test_dense_and_sparse_vectors_take_the_same_way(rules: Rules) -> None:
    twins = None if rules.photo_bits is None else near_photos(PHASHES, rules.photo_bits)
    sparse = improve_vectors(csr_matrix(VECTORS), twins, rules, self_join)
    dense = improve_vectors(VECTORS, twins, rules, dense_join)
    np.testing.assert_allclose(sparse.final.toarray(), dense.final, atol=1e-5)
    plain = decide_pairs(sparse.near, twins, None, rules)
    if rules.photo_union and twins is not None:
        assert plain.distances[plain.queries() == 0][plain.of(0)[0].tolist().index(1)] == 0


def test_each_pair_rule_has_its_switch() -> None:
    near = self_join(csr_matrix(VECTORS), 51)
    quantities = QuantityTable.of_measures([f"teh {row + 1} g" for row in range(10)])
    off = Rules(photo_union=False)
    assert len(decide_pairs(near, None, quantities, off).rows) == len(near.rows)
    vetoed = decide_pairs(near, None, quantities, Rules(photo_union=False, quantity_veto=True))
    assert vetoed.rows.tolist() == list(range(10))
    few = self_join(csr_matrix(VECTORS), 2)
    mutual = decide_pairs(few, None, None, Rules(photo_union=False, mutual=True))
    pairs = set(zip(few.queries().tolist(), few.rows.tolist(), strict=True))
    assert len(mutual.rows) == sum((b, a) in pairs for a, b in pairs)


def test_min2_is_off_unless_asked_for() -> None:
    near = self_join(csr_matrix(VECTORS), 51)
    assert apply_min2(near, 0.01, Rules()) is near
    saved = keep_within(apply_min2(near, 0.01, Rules(min2=2.0)), 0.01)
    assert (np.diff(saved.offsets) >= 2).all()


@pytest.mark.parametrize("wrong", [{"expansion": 0}, {"blend": (1.5,)}, {"min2": -0.1}])
def test_rules_that_make_no_sense_are_refused(wrong: dict) -> None:
    with pytest.raises(InputError, match="must"):
        Rules(**wrong)
