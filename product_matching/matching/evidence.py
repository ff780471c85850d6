"""What is known of each listing of a catalogue before any pair is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.encoders.trigrams import TrigramEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.listings.titles import title_words
from product_matching.matching.blending import cross_mean, expand, fuse
from product_matching.matching.chain import CANDIDATES, Stages, VectorRules, run_stages
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.phashes import near_photos, parse_phashes
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours, keep_nearest

#: Share of the words in the cosine of a title; the rest is the character trigrams'.
WORD_WEIGHT = 0.6
#: Share of the sentence embeddings in the cosine of a title, where there are any; the rest is words and trigrams.
SENTENCE_WEIGHT = 0.5
#: Neighbours of which a listing's neighbourhood, compared between listings, consists.
NEIGHBOURHOOD = 15
FloatMatrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TitleEncoders:
    """Words and character trigrams, fitted on the same titles."""

    words: TitleEncoder
    trigrams: TrigramEncoder

    @classmethod
    def fit(cls, titles: Sequence[str]) -> TitleEncoders:
        """Learn both vocabularies and their weights."""
        return cls(TitleEncoder.fit(titles, "idf"), TrigramEncoder.fit(titles))

    def encode(self, titles: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        """Turn raw titles into word vectors and trigram vectors."""
        return self.words.encode(titles), self.trigrams.encode(titles)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the features of a pair are computed from; N listings.

    Attributes
    ----------
    views
        Unit vectors by name, of shape (N, D), CSR or, of sentence embeddings, dense: titles, averaged and blended
        titles, neighbourhoods.
    nearest
        For some views, the similarities of the 50 nearest others, falling, 0 where there are fewer; shape (N, 50).
    ladders
        For the same views, the similarity of every listing's nearest other in the catalogue, rising.
    weights
        Weight of each word in each title, CSR of shape (N, V).
    numbers
        The words of a title that hold a digit, CSR 0/1 of shape (N, V).
    texts
        Normalised titles.
    hashes, has_photo
        pHash of each listing's photo, uint64, and whether there is one; shape (N,).
    twins
        Number of listings with (nearly) the same photo; shape (N,).
    measures, counts
        The quantities that the titles state.
    """

    views: dict[str, Any]
    nearest: dict[str, FloatMatrix]
    ladders: dict[str, FloatMatrix]
    weights: csr_matrix
    numbers: csr_matrix
    texts: list[str]
    hashes: npt.NDArray[np.uint64]
    has_photo: npt.NDArray[np.bool_]
    twins: npt.NDArray[np.int64]
    measures: QuantityTable
    counts: QuantityTable


@dataclass(frozen=True, eq=False)
class ChainResult:
    """The chain over a whole catalogue: its stages, the listings that share a photo, and the sentence embeddings."""

    words: csr_matrix
    trigrams: csr_matrix
    stages: Stages
    twins: Neighbours | None
    sentences: FloatMatrix | None = None


def run_chain(
    titles: Sequence[str],
    phashes: Sequence[str],
    encoders: TitleEncoders,
    rules: VectorRules,
    sentences: npt.NDArray[np.floating] | None = None,
) -> ChainResult:
    """Represent the titles of a catalogue and run the rules on their vectors.

    Parameters
    ----------
    titles, phashes
        Of the listings, "" for none.
    encoders
        Words and trigrams.
    rules
        Which rules are on.
    sentences
        Sentence embeddings of the titles, shape (N, D), rows of length 1 or 0, which then join the vectors; None for
        words and trigrams alone.
    """
    words, trigrams = encoders.encode(titles)
    twins = None if rules.photo_bits is None else near_photos(phashes, rules.photo_bits)
    vectors = fuse([words, trigrams], [WORD_WEIGHT, 1 - WORD_WEIGHT])
    if sentences is None:
        return ChainResult(words, trigrams, run_stages(vectors, twins, rules, SparseJoin()), twins)
    vectors = fuse([vectors, csr_matrix(sentences)], [1 - SENTENCE_WEIGHT, SENTENCE_WEIGHT])
    stages = run_stages(vectors, twins, rules, MixedJoin(sentences.shape[1]))
    return ChainResult(words, trigrams, stages, twins, np.asarray(sentences, dtype=np.float64))


def gather_evidence(
    titles: Sequence[str], phashes: Sequence[str], encoders: TitleEncoders, chain: ChainResult
) -> Evidence:
    """Collect what the features need from a catalogue that the chain has run over."""
    stages, own = chain.stages, Neighbours(np.zeros(len(titles) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0))
    twins = own if chain.twins is None else chain.twins
    averaged_words = cross_mean(chain.words, twins)
    views = {
        "words": chain.words,
        "trigrams": chain.trigrams,
        "averaged words": averaged_words,
        "averaged trigrams": cross_mean(chain.trigrams, twins),
        "averaged": stages.averaged,
        "expanded words": expand(averaged_words, stages.near, 2),
        "final": stages.final,
        "neighbourhood": _neighbourhoods(stages.near),
        "plain neighbourhood": _neighbourhoods(stages.plain),
    }
    nearest = {"plain": nearest_similarities(stages.plain), "final": nearest_similarities(stages.near)}
    if chain.sentences is not None:
        averaged_sentences = cross_mean(chain.sentences, twins)
        near = MixedJoin(averaged_sentences.shape[1]).nearest(averaged_sentences, CANDIDATES)
        views |= {
            "sentences": chain.sentences,
            "averaged sentences": averaged_sentences,
            "expanded sentences": expand(averaged_sentences, stages.near, 2),
        }
        nearest["averaged sentences"] = nearest_similarities(near)
    hashes, has_photo = parse_phashes(phashes)
    weights, numbers = word_weights(chain.words, encoders.words)
    return Evidence(
        views,
        nearest,
        {name: np.sort(table[:, 0]) for name, table in nearest.items()},
        weights,
        numbers,
        [" ".join(title_words(title)) for title in titles],
        hashes,
        has_photo,
        np.maximum(1, np.diff(twins.offsets)),
        QuantityTable.of_measures(titles),
        QuantityTable.of_counts(titles),
    )


def nearest_similarities(near: Neighbours) -> FloatMatrix:
    """Similarities of each row's nearest others, falling; shape (N, 50), 0 where there are fewer."""
    other = near.rows != near.queries()
    queries = near.queries()[other]
    place = np.arange(len(queries)) - np.searchsorted(queries, queries)
    kept = place < CANDIDATES - 1
    table = np.zeros((len(near), CANDIDATES - 1))
    table[queries[kept], place[kept]] = 1.0 - near.distances[other][kept]
    return table


def _neighbourhoods(near: Neighbours) -> csr_matrix:
    """Each row's nearest as a unit vector over the rows: similar listings have similar neighbourhoods."""
    few = keep_nearest(near, NEIGHBOURHOOD)
    weights = np.maximum(1.0 - few.distances, 0.0) ** 3
    matrix = csr_matrix((weights, few.rows, few.offsets), shape=(len(near), len(near)))
    return normalize(matrix + scipy.sparse.identity(len(near)), copy=False).astype(np.float32).tocsr()


def word_weights(words: csr_matrix, encoder: TitleEncoder) -> tuple[csr_matrix, csr_matrix]:
    """Weigh each word of title vectors by its inverse document frequency, and mark the words with a digit."""
    weights = words.copy()
    weights.data = encoder.idf[weights.indices].astype(np.float32)
    digits = np.array([any(letter.isdigit() for letter in word) for word in encoder.words], dtype=np.float32)
    numbers: Any = words.copy()
    numbers.data = digits[numbers.indices]
    numbers.eliminate_zeros()
    return weights, numbers
