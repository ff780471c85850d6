"""A query that is not in the catalogue, taken through the steps that every listing of it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.encoders.keypoints import Keypoints
from product_matching.encoders.print_encoder import PrintEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.blending import Vectors
from product_matching.matching.chain import CANDIDATES
from product_matching.matching.print_features import PrintedListings
from product_matching.matching.second_stage.candidate_pairs import NEAR_FINAL, NEAR_PLAIN, PreparedCatalogue, is_likely
from product_matching.matching.second_stage.feature_sides import TITLE
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.listing_features import (
    NEIGHBOURHOOD,
    SINGLE_RULES,
    ListingFeatures,
    fuse_sides,
    normalised,
    word_weights,
)
from product_matching.search.joins.phashes import MAX_SHARED, hash_bits, parse_phashes
from product_matching.search.neighbours import FloatArray, RowArray, to_distance

#: Listings whose titles are nearest to the print of a query's photo.
NEAR_PRINT = 40
#: From this distance on a listing has nothing in common with the query and is no neighbour.
_NOTHING_IN_COMMON = 1.0


@dataclass(frozen=True, eq=False)
class QueriedListings:
    """The candidates of a query, and the query itself as a listing after them.

    Attributes
    ----------
    rows
        Rows of the M candidates in the catalogue, rising.
    listings
        What is known of the candidates, and, in row M, of the query.
    by_print
        Which candidates are near by the print of the query's photo; shape (M,).
    sides
        The sides that are compared alone and that the query has.
    """

    rows: RowArray
    listings: ListingFeatures
    by_print: npt.NDArray[np.bool_]
    sides: list[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Steps:
    """A query with all its sides together after each step, with its cosines to every listing, each of shape (N,)."""

    averaged: Any
    final: Any
    plain_similarity: FloatArray
    similarity: FloatArray


@dataclass(frozen=True, eq=False)
class _SingleSteps:
    """A side of a query compared alone, expanded by its nearest, and its cosines to every listing, shape (N,)."""

    vector: Any
    expanded: Any
    similarity: FloatArray


def add_query(catalogue: PreparedCatalogue, query: ListingData) -> QueriedListings:
    """Find the candidates of a query as if it were added to the catalogue, which keeps its own vectors.

    Parameters
    ----------
    catalogue
        The catalogue.
    query
        One listing, with the sides of the catalogue. Where those are also compared alone, it may lack one: an empty
        title, or a zero vector. It is then compared by the other alone.
    """
    words, trigrams = catalogue.encoders.encode(query.titles)
    hashes, has_photo = parse_phashes(query.phashes)
    near_duplicates = _near_duplicates(catalogue, hashes) if has_photo[0] else np.zeros(0, dtype=np.int64)
    single = _single_steps(catalogue, words=words, trigrams=trigrams, query=query)
    own: dict[str, Any] = {"words": words, "trigrams": trigrams, **query.dense} | _views_alone(single)
    similar = {f"{side} alone": alone.similarity for side, alone in single.items()}
    if len(single) != 1:
        plain = fuse_sides(words, trigrams, list(query.dense.values()))
        steps = _take_steps(catalogue, plain, near_duplicates)
        own |= _views_together(catalogue, steps, near_duplicates, own)
        similar |= {"plain": steps.plain_similarity, "final": steps.similarity}
    nearest = {name: _top(similarity) for name, similarity in similar.items()}
    for name in own.keys() & catalogue.listings.nearest.keys():
        nearest[name] = _top(_products(own[name], catalogue.listings.views[name]))
    printed = _near_print(catalogue, query)
    near = np.union1d(_near_rows(catalogue, near_duplicates, similar), printed)
    weights, numbers = word_weights(words, catalogue.encoders.words)
    whole = catalogue.listings
    titles = [*(catalogue.data.titles[row] for row in near), query.titles[0]]
    listings = ListingFeatures(
        views={name: _below(view[near], own[name]) for name, view in whole.views.items() if name in own},
        dense=whole.dense,
        compared={side: np.append(has[near], query.has(side)) for side, has in whole.compared.items()},
        nearest={name: np.vstack([whole.nearest[name][near], top]) for name, top in nearest.items()},
        nearest_other=whole.nearest_other,
        weights=_below(whole.weights[near], weights),
        numbers=_below(whole.numbers[near], numbers),
        texts=[*(whole.texts[row] for row in near), normalised(query.titles[0])],
        hashes=np.append(whole.hashes[near], hashes),
        has_photo=np.append(whole.has_photo[near], has_photo),
        shared_photo=np.append(whole.shared_photo[near], 1 + len(near_duplicates)),
        measures=QuantityTable.of_measures(titles),
        counts=QuantityTable.of_counts(titles),
        keypoints=_keypoints(catalogue, near, query),
        printed=_printed(catalogue, near, query, words),
    )
    return QueriedListings(near, listings, np.isin(near, printed), list(single))


def _keypoints(
    catalogue: PreparedCatalogue, near: RowArray, query: ListingData
) -> Callable[[int], Keypoints | None] | None:
    """Local features of the near listings and, in the last row, of the query; None where either has none."""
    own, others = query.keypoints, catalogue.data.keypoints
    if own is None or others is None:
        return None
    return lambda row: own(0) if row == len(near) else others(int(near[row]))


def _printed(
    catalogue: PreparedCatalogue, near: RowArray, query: ListingData, words: csr_matrix
) -> PrintedListings | None:
    """Titles and print of the near listings and, in the last row, of the query; None where nothing was read."""
    whole = catalogue.listings.printed
    if whole is None and query.prints is None:
        return None
    encoder = PrintEncoder(catalogue.encoders.words)
    own = encoder.rows(query.prints or [None])
    kept = encoder.rows([None] * len(near)) if whole is None or whole.prints is None else whole.prints.take(near)
    return PrintedListings(
        encoder=catalogue.encoders.words,
        matrix=_below(catalogue.listings.views["words"][near], words),
        titles=[*(catalogue.data.titles[row] for row in near), query.titles[0]],
        prints=kept.followed_by(own),
    )


def likely_candidates(queried: QueriedListings) -> npt.NDArray[np.bool_]:
    """Which of the near listings are candidates of the query; shape (M,)."""
    others = np.arange(len(queried.rows))
    query = np.full(len(others), len(others))
    return queried.by_print | is_likely(queried.listings, query, others, queried.sides)


def _single_steps(
    catalogue: PreparedCatalogue, *, words: csr_matrix, trigrams: csr_matrix, query: ListingData
) -> dict[str, _SingleSteps]:
    """Expand each side that is compared alone and that the query has by its nearest."""
    steps = {}
    for side, whole in catalogue.chain.single.items():
        if not query.has(side).any():
            continue
        vector = fuse_sides(words, trigrams, []) if side == TITLE else query.dense[side]
        similarity = _products(vector, whole.vectors)
        nearest = _nearest(similarity, SINGLE_RULES.expansion - 1)
        expanded = _blend(vector, whole.vectors, nearest, similarity, alpha=SINGLE_RULES.alpha)
        steps[side] = _SingleSteps(vector, expanded, similarity)
    return steps


def _take_steps(catalogue: PreparedCatalogue, plain: csr_matrix, near_duplicates: RowArray) -> _Steps:
    """Average the query over its near-duplicates, then blend and expand it as the rules say."""
    fused, steps, rules = catalogue.fused, catalogue.steps, catalogue.rules
    averaged = _mean(plain, fused.rows[near_duplicates]) if rules.cross_mean else plain
    vector = averaged
    for threshold, matrix in zip(rules.blend, steps, strict=False):
        similarity = matrix.products(vector)
        nearest = _nearest(similarity, rules.neighbours - 1)
        within = nearest[to_distance(similarity[nearest]) <= threshold]
        vector = _blend(vector, matrix.rows, within if len(within) else nearest[:1], similarity)
    if rules.expansion > 1:
        similarity = steps[-2].products(vector)
        nearest = _nearest(similarity, rules.expansion - 1)
        vector = _blend(vector, steps[-2].rows, nearest, similarity, alpha=rules.alpha)
    return _Steps(
        averaged=averaged,
        final=vector,
        plain_similarity=fused.products(plain),
        similarity=steps[-1].products(vector),
    )


def _views_alone(single: dict[str, _SingleSteps]) -> dict[str, Any]:
    """The query's row of the views of each side alone."""
    views = {f"expanded {side} alone": alone.expanded for side, alone in single.items()}
    return views | {f"{side} neighbourhood": _neighbourhood(alone.similarity) for side, alone in single.items()}


def _views_together(
    catalogue: PreparedCatalogue, steps: _Steps, same: RowArray, own: Mapping[str, Any]
) -> dict[str, Any]:
    """The query's row of the views that all its sides make up together, from its row of each side."""
    views = catalogue.listings.views
    sides = {side: own[side] for side in ("words", "trigrams", *catalogue.data.dense)}
    averaged = {side: _mean(vector, views[side][same]) for side, vector in sides.items()}
    nearest = _nearest(steps.similarity, 1)
    expanded = {
        side: _blend(averaged[side], views[f"averaged {side}"], nearest, steps.similarity)
        for side in sides
        if f"expanded {side}" in views
    }
    return {
        **{f"averaged {side}": vector for side, vector in averaged.items()},
        **{f"expanded {side}": vector for side, vector in expanded.items()},
        "averaged": steps.averaged,
        "final": steps.final,
        "neighbourhood": _neighbourhood(steps.similarity),
        "plain neighbourhood": _neighbourhood(steps.plain_similarity),
    }


def _near_rows(catalogue: PreparedCatalogue, near_duplicates: RowArray, similar: Mapping[str, FloatArray]) -> RowArray:
    """Rows among whose nearest the query would be, or that are among the nearest of the query; rising."""
    found = [near_duplicates]
    for name, similarity in similar.items():
        k = NEAR_PLAIN if name == "plain" else NEAR_FINAL
        last = catalogue.listings.nearest[name][:, k - 2]
        among_theirs = to_distance(similarity) < np.minimum(to_distance(last), _NOTHING_IN_COMMON)
        found += [_nearest(similarity, k - 1), np.flatnonzero(among_theirs)]
    return np.unique(np.concatenate(found))


def _near_print(catalogue: PreparedCatalogue, query: ListingData) -> RowArray:
    """Rows of the listings whose titles are nearest to the print of the query's photo."""
    if query.prints is None:
        return np.zeros(0, dtype=np.int64)
    vector = PrintEncoder(catalogue.encoders.words).rows(query.prints).vectors
    return _nearest(_products(vector, catalogue.listings.views["words"]), NEAR_PRINT)


def _near_duplicates(catalogue: PreparedCatalogue, query: npt.NDArray[np.uint64]) -> RowArray:
    """Rows of the listings with (nearly) the query's photo, unless it is a placeholder."""
    bits, listings = catalogue.rules.photo_bits, catalogue.listings
    if bits is None:
        return np.zeros(0, dtype=np.int64)
    near = listings.has_photo & (hash_bits(listings.hashes, query) <= bits)
    return np.flatnonzero(near) if near.sum() <= MAX_SHARED else np.zeros(0, dtype=np.int64)


def _mean(vector: Vectors, others: Vectors) -> Vectors:
    """Mean direction of a vector and some others, sparse or dense as they are."""
    if not others.shape[0]:
        return vector
    return _unit(vector + _summed(others))


def _blend(vector: Vectors, matrix: Vectors, rows: RowArray, similarity: FloatArray, *, alpha: float = 1.0) -> Vectors:
    weights = np.maximum(similarity[rows], 0.0)[None, :] ** alpha
    return _unit(vector + _weighted_sum(weights, matrix[rows]))


def _summed(rows: Vectors) -> Vectors:
    if isinstance(rows, csr_matrix):
        return csr_matrix(rows.sum(axis=0))
    total: npt.NDArray[np.floating] = rows.sum(axis=0, keepdims=True)
    return total


def _weighted_sum(weights: FloatArray, rows: Vectors) -> Vectors:
    if isinstance(rows, csr_matrix):
        return csr_matrix(csr_matrix(weights) @ rows)
    return weights @ rows


def _unit(vector: Vectors) -> Vectors:
    if isinstance(vector, csr_matrix):
        return csr_matrix(vector / (np.sqrt(vector.data @ vector.data) or 1.0))
    return vector / (np.linalg.norm(vector) or 1.0)


def _products(vector: Vectors, matrix: Vectors) -> FloatArray:
    if isinstance(matrix, csr_matrix):
        return np.asarray(matrix @ vector.toarray().ravel().astype(matrix.dtype), dtype=np.float64)
    return np.asarray(matrix @ np.asarray(vector, dtype=matrix.dtype).T, dtype=np.float64).ravel()


def _nearest(similarity: FloatArray, k: int) -> RowArray:
    """The `k` nearest rows that have anything in common with the query, by rounded distance, then by row."""
    distances = to_distance(similarity)
    order = np.argsort(distances, kind="stable")[:k]
    return order[distances[order] < _NOTHING_IN_COMMON]


def _top(similarity: FloatArray) -> npt.NDArray[np.float64]:
    top = np.zeros((1, CANDIDATES - 1))
    nearest = _nearest(similarity, CANDIDATES - 1)
    top[0, : len(nearest)] = 1.0 - to_distance(similarity[nearest])
    return top


def _neighbourhood(similarity: FloatArray) -> csr_matrix:
    rows = _nearest(similarity, NEIGHBOURHOOD - 1)
    weights = np.maximum(similarity[rows], 0.0) ** 3
    vector = csr_matrix((weights, (np.zeros(len(rows), np.int64), rows)), shape=(1, len(similarity)))
    # The listings hold themselves with weight 2 in their neighbourhoods; the query is no row, but counts in the norm.
    return csr_matrix(vector / np.sqrt(weights @ weights + 4.0))


def _below(rows: Vectors, own: Vectors) -> Vectors:
    if isinstance(rows, csr_matrix):
        return csr_matrix(scipy.sparse.vstack([rows, own]))
    return np.vstack([rows, own])
