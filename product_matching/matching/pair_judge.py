"""The second stage at work on one catalogue: all pairs for `match`, the candidates of one query for `find`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.listings.quantities import QuantityTable
from product_matching.listings.titles import title_words
from product_matching.matching.blending import fuse
from product_matching.matching.chain import CANDIDATES
from product_matching.matching.evidence import (
    NEIGHBOURHOOD,
    WORD_WEIGHT,
    ChainResult,
    Evidence,
    TitleEncoders,
    gather_evidence,
    run_chain,
    word_weights,
)
from product_matching.matching.pair_classifier import PairClassifier, judge_candidates
from product_matching.matching.pair_features import pair_features
from product_matching.search.joins.phashes import MAX_SHARED, hash_bits, parse_phashes
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, keep_within, to_distance


@dataclass(frozen=True)
class Verdict:
    """What the second stage says of one candidate.

    Attributes
    ----------
    row
        The candidate.
    score
        Probability that it is the same product as the query.
    is_match
        Whether 1 - score is at most the classifier's `pair_threshold`.
    reasons
        The features that moved the log odds most, with how far; positive speaks for the same product.
    """

    row: int
    score: float
    is_match: bool
    reasons: tuple[tuple[str, float], ...]


class PairJudge:
    """A pair classifier with the evidence of one catalogue; read-only once made, so threads can share it.

    Parameters
    ----------
    titles, phashes
        Of the catalogue's listings, "" for none.
    classifier
        The trained second stage.
    """

    def __init__(self, titles: Sequence[str], phashes: Sequence[str], classifier: PairClassifier) -> None:
        self.classifier = classifier
        self._titles = list(titles)
        self._encoders = TitleEncoders.fit(self._titles)
        self._chain: ChainResult = run_chain(self._titles, phashes, self._encoders, classifier.rules)
        self._evidence = gather_evidence(self._titles, phashes, self._encoders, self._chain)
        self._plain = fuse([self._chain.words, self._chain.trigrams], [WORD_WEIGHT, 1 - WORD_WEIGHT])

    def match_all(self) -> Neighbours:
        """Matches of every listing of the catalogue, itself among them, nearest first."""
        judged = judge_candidates(self._evidence, self._chain)
        return keep_within(self.classifier.match(self._evidence, judged), self.classifier.threshold)

    def judge_rows(self, row: int, candidates: npt.ArrayLike) -> list[Verdict]:
        """Judge candidates of a listing of the catalogue, in their order."""
        rows = np.asarray(candidates, dtype=np.int64)
        own = np.full(len(rows), row, dtype=np.int64)
        forward, names = pair_features(self._evidence, own, rows)
        backward = pair_features(self._evidence, rows, own)[0]
        return self._verdicts(rows, forward, backward, names)

    def judge_query(self, title: str, phash: str, candidates: npt.ArrayLike) -> list[Verdict]:
        """Judge candidates of a query that is not in the catalogue, in their order.

        Parameters
        ----------
        title, phash
            Of the query; "" for none.
        candidates
            Rows of the catalogue.
        """
        rows = np.asarray(candidates, dtype=np.int64)
        if len(rows) == 0:
            return []
        evidence = self._with_query(title, phash, rows)
        others, query = np.arange(len(rows)), np.full(len(rows), len(rows))
        forward, names = pair_features(evidence, query, others)
        backward = pair_features(evidence, others, query)[0]
        return self._verdicts(rows, forward, backward, names)

    def _verdicts(
        self, rows: RowArray, forward: npt.NDArray[np.float32], backward: npt.NDArray[np.float32], names: list[str]
    ) -> list[Verdict]:
        scores = (self.classifier.judge(forward, names) + self.classifier.judge(backward, names)) / 2
        matches = to_distance(scores) <= self.classifier.pair_threshold
        reasons = self.classifier.reasons(forward)
        verdicts = zip(rows.tolist(), scores.tolist(), matches.tolist(), reasons, strict=True)
        return [Verdict(row, score, match, tuple(why)) for row, score, match, why in verdicts]

    def _with_query(self, title: str, phash: str, rows: RowArray) -> Evidence:
        """Evidence of the candidates with the query as the last row: it takes every step that the listings took."""
        whole = self._evidence
        words, trigrams = self._encoders.encode([title])
        hashes, has_photo = parse_phashes([phash])
        twins = self._twins(hashes, bool(has_photo[0]))
        plain = fuse([words, trigrams], [WORD_WEIGHT, 1 - WORD_WEIGHT])
        averaged = _averaged(plain, self._plain[twins])
        final, similarity = self._improved(averaged)
        plain_similarity = _products(plain, self._plain)
        averaged_words = _averaged(words, whole.views["words"][twins])
        expanded = _blend(averaged_words, whole.views["averaged words"], _nearest(similarity, 1), similarity, alpha=1.0)
        own = {
            "words": words,
            "trigrams": trigrams,
            "averaged words": averaged_words,
            "averaged trigrams": _averaged(trigrams, whole.views["trigrams"][twins]),
            "averaged": averaged,
            "expanded words": expanded,
            "final": final,
            "neighbourhood": _neighbourhood(similarity),
            "plain neighbourhood": _neighbourhood(plain_similarity),
        }
        nearest = {"plain": _top(plain_similarity), "final": _top(similarity)}
        weights, numbers = word_weights(words, self._encoders.words)
        titles = [*(self._titles[row] for row in rows), title]
        return Evidence(
            {name: scipy.sparse.vstack([view[rows], own[name]]).tocsr() for name, view in whole.views.items()},
            {name: np.vstack([table[rows], nearest[name]]) for name, table in whole.nearest.items()},
            whole.ladders,
            scipy.sparse.vstack([whole.weights[rows], weights]).tocsr(),
            scipy.sparse.vstack([whole.numbers[rows], numbers]).tocsr(),
            [*(whole.texts[row] for row in rows), " ".join(title_words(title))],
            np.append(whole.hashes[rows], hashes),
            np.append(whole.has_photo[rows], has_photo),
            np.append(whole.twins[rows], 1 + len(twins)),
            QuantityTable.of_measures(titles),
            QuantityTable.of_counts(titles),
        )

    def _twins(self, query: npt.NDArray[np.uint64], has_photo: bool) -> RowArray:
        """Rows of the listings with (nearly) the query's photo, unless it is a placeholder."""
        bits = self.classifier.rules.photo_bits
        if bits is None or not has_photo:
            return np.zeros(0, dtype=np.int64)
        near = self._evidence.has_photo & (hash_bits(self._evidence.hashes, query) <= bits)
        return np.flatnonzero(near) if near.sum() <= MAX_SHARED else np.zeros(0, dtype=np.int64)

    def _improved(self, averaged: csr_matrix) -> tuple[csr_matrix, FloatArray]:
        """Take the query through the blendings and the expansion, and compare it with the final vectors."""
        rules, steps, vector = self.classifier.rules, self._chain.stages.steps, averaged
        for threshold, matrix in zip(rules.blend, steps, strict=False):
            similarity = _products(vector, matrix)
            kept = np.flatnonzero(to_distance(similarity) <= threshold)
            vector = _blend(vector, matrix, kept if len(kept) else _nearest(similarity, 1), similarity, 1.0)
        if rules.expansion > 1:
            similarity = _products(vector, steps[-2])
            vector = _blend(vector, steps[-2], _nearest(similarity, rules.expansion - 1), similarity, rules.alpha)
        return vector, _products(vector, steps[-1])


def _averaged(vector: csr_matrix, others: csr_matrix) -> csr_matrix:
    """Mean direction of a vector and some others."""
    return normalize(vector + csr_matrix(others.sum(axis=0)) if others.shape[0] else vector).tocsr()


def _products(vector: csr_matrix, matrix: csr_matrix) -> FloatArray:
    return np.asarray((matrix @ vector.T).todense(), dtype=np.float64).ravel()


def _nearest(similarity: FloatArray, k: int) -> RowArray:
    return np.argsort(-similarity, kind="stable")[:k]


def _blend(vector: csr_matrix, matrix: csr_matrix, rows: RowArray, similarity: FloatArray, alpha: float) -> csr_matrix:
    weights = csr_matrix(np.maximum(similarity[rows], 0.0)[None, :] ** alpha)
    return normalize((vector + weights @ matrix[rows]).tocsr()).tocsr()


def _top(similarity: FloatArray) -> npt.NDArray[np.float64]:
    top = np.zeros(CANDIDATES - 1)
    largest = -np.sort(-similarity)[: CANDIDATES - 1]
    top[: len(largest)] = largest
    return top[None, :]


def _neighbourhood(similarity: FloatArray) -> csr_matrix:
    rows = _nearest(similarity, NEIGHBOURHOOD - 1)
    weights = np.maximum(similarity[rows], 0.0) ** 3
    vector = csr_matrix((weights, (np.zeros(len(rows), np.int64), rows)), shape=(1, len(similarity)))
    # The listings hold themselves with weight 2 in their neighbourhoods; the query is no row, but counts in the length.
    return (vector / np.sqrt(weights @ weights + 4.0)).tocsr()
