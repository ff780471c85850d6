import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.errors import InputError
from product_matching.matching.chain import MEASURED_CHAIN, PLAIN, Rules, VectorRules, improve_vectors, run_stages
from product_matching.matching.thresholds import PairRules
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.phashes import near_photos
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours

VECTORS = normalize(np.random.default_rng(5).random((10, 4)) ** 2)
PHASHES = ["a" * 16, "a" * 16] + [f"{row:016x}" for row in range(1000, 9000, 1000)]


def test_every_rule_is_off_unless_it_is_asked_for() -> None:
    assert Rules() == PLAIN
    assert not PLAIN.vectors.is_on
    assert PLAIN.pairs == PairRules()
    assert PLAIN.mutual is None
    matrix = csr_matrix(VECTORS)
    assert improve_vectors(matrix, near_photos(PHASHES, 4), VectorRules(), SparseJoin())[-1] is matrix
    stages = run_stages(matrix, None, VectorRules(), SparseJoin())
    assert stages.near is stages.plain
    assert stages.final is matrix
    np.testing.assert_array_equal(stages.near.rows, SparseJoin().nearest(matrix, 51).rows)


def test_the_measured_chain_is_the_one_whose_figures_are_published() -> None:
    vectors = MEASURED_CHAIN.vectors
    assert (vectors.cross_mean, vectors.photo_bits, vectors.blend) == (True, 4, (0.4,))
    assert (vectors.expansion, vectors.alpha, vectors.neighbours) == (2, 2.0, 51)
    assert (MEASURED_CHAIN.pairs, MEASURED_CHAIN.mutual) == (PairRules(photo_bits=4), None)


@pytest.mark.parametrize(
    "rules",
    [
        MEASURED_CHAIN.vectors,
        VectorRules(blend=(0.4,), expansion=2),
        VectorRules(cross_mean=True, blend=(0.2, 0.1), expansion=2),
        VectorRules(cross_mean=True, blend=(0.4,)),
        VectorRules(cross_mean=True, photo_bits=None, blend=(0.4,), expansion=3),
        VectorRules(blend=(0.4,), neighbours=3),
    ],
)
def test_dense_and_sparse_vectors_take_the_same_way(rules: VectorRules) -> None:
    same = None if rules.photo_bits is None else near_photos(PHASHES, rules.photo_bits)
    sparse = run_stages(csr_matrix(VECTORS), same, rules, SparseJoin())
    dense = run_stages(VECTORS, same, rules, DenseJoin())
    np.testing.assert_allclose(sparse.final.toarray(), dense.final, atol=1e-5)
    assert len(sparse.steps) == len(dense.steps) == 1 + len(rules.blend) + (rules.expansion > 1)
    np.testing.assert_allclose(sparse.near.distances, dense.near.distances, atol=1e-5)


def test_vectors_are_joined_once_where_no_rule_changes_them() -> None:
    join = _CountedJoin()
    run_stages(csr_matrix(VECTORS), None, VectorRules(expansion=2), join)
    assert join.joined == 2  # as they came, which expands them, and as they are then


class _CountedJoin(SparseJoin):
    joined = 0

    def nearest(self, vectors: csr_matrix, k: int) -> Neighbours:
        self.joined += 1
        return super().nearest(vectors, k)


@pytest.mark.parametrize(
    "wrong",
    [
        {"expansion": 0},
        {"blend": (1.5,)},
        {"photo_bits": 65},
        {"neighbours": 1},
        {"expansion": 9, "neighbours": 8},
    ],
)
def test_rules_on_vectors_that_make_no_sense_are_refused(wrong: dict) -> None:
    with pytest.raises(InputError, match="must be"):
        VectorRules(**wrong)


def test_mutual_neighbours_are_at_least_one() -> None:
    with pytest.raises(InputError, match="The number of mutual neighbours is 0"):
        Rules(mutual=0)
