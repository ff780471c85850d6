"""Listings blended by their scores: what was scored of other pairs of the same listings bears on each pair."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.matching.blending import to_unit_rows
from product_matching.matching.second_stage.pair_features import row_products
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.search.neighbours import FloatArray


def blend_by_score(vectors: Any, pairs: Pairs, scores: FloatArray, threshold: float) -> FloatArray:
    """Blend each listing with those that it surely matches, and compare the pairs again.

    A stage of iterative neighbourhood blending whose neighbours and weights are the scorer's.

    Parameters
    ----------
    vectors
        Unit vectors of the catalogue's listings, CSR of shape (N, D).
    pairs, scores
        The candidate pairs, and their probabilities, the same in both directions.
    threshold
        Distance, 1 - probability, up to which a listing takes part.

    Returns
    -------
    numpy.ndarray
        Cosine similarity of each pair after blending, the same in both directions; shape (P,).
    """
    blended = to_unit_rows(sum_by_score(vectors, pairs, scores, threshold))
    return pairs.symmetric(row_products(blended, pairs.first, pairs.second))


def sum_by_score(vectors: Any, pairs: Pairs, scores: FloatArray, threshold: float) -> csr_matrix:
    """Each listing's vector with those of its sure matches, weighted by score, before it is normalised."""
    weights = pairs.to_matrix(sure_scores(scores, threshold))
    return csr_matrix((weights + scipy.sparse.identity(pairs.n, dtype=np.float32)) @ vectors)


def sure_scores(scores: FloatArray, threshold: float) -> FloatArray:
    """The scores within a threshold, 0 for the others."""
    return np.where(scores >= 1.0 - threshold, scores, 0.0)


def blend_query(vector: csr_matrix, vectors: Any, sums: csr_matrix, sure: FloatArray) -> FloatArray:
    """Blend a query that is not in the catalogue with the listings that it surely matches, and them with it.

    Parameters
    ----------
    vector
        Of the query, CSR of shape (1, D).
    vectors, sums
        Of M candidates, shape (M, D): their vectors, and what `sum_by_score` made of them.
    sure
        Their scores with the query, 0 where they do not take part; shape (M,).

    Returns
    -------
    numpy.ndarray
        Cosine similarity of the query and each candidate after blending; shape (M,).
    """
    own = to_unit_rows(vector + csr_matrix(sure[None, :]) @ vectors)
    others = to_unit_rows(sums + csr_matrix(sure[:, None]) @ vector)
    return np.asarray((others @ own.T).todense(), dtype=np.float64).ravel()
