"""Features of each listing of a catalogue, computed before any pair is scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.encoders.keypoints import Keypoints
from product_matching.encoders.print_encoder import PrintEncoder
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.encoders.trigrams import TrigramEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.listings.titles import title_words
from product_matching.matching.blending import cross_mean, expand, fuse, to_unit_rows
from product_matching.matching.chain import CANDIDATES, Stages, VectorRules, improve_vectors, run_stages
from product_matching.matching.print_features import PrintedListings
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.phashes import near_photos, parse_phashes
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.joins.recorded import Recording
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours, RowArray, keep_nearest

#: Weight of the words in the cosine of a title; the rest is the weight of the character trigrams.
WORD_WEIGHT = 0.6
#: Sides that are compared alone as well where a query may lack one of them, and the rules on their vectors.
SINGLE_SIDES = ("photo", "title")
SINGLE_RULES = VectorRules(photo_bits=None, expansion=2)
#: Number of neighbours that make up a listing's neighbourhood, itself among them.
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


@dataclass(frozen=True, eq=False, kw_only=True)
class ListingFeatures:
    """Features of N listings, from which the features of pairs are computed.

    Attributes
    ----------
    views
        Unit vectors by name, of shape (N, D), CSR or dense: each side, averaged and blended sides, neighbourhoods.
    dense
        Names of the dense sides.
    compared
        For each side that is compared alone (`SINGLE_SIDES`), which listings have it, shape (N,); empty where all sides
        are compared together only.
    nearest
        For some views, the similarities of the 50 nearest others, falling, 0 where there are fewer; shape (N, 50).
    nearest_other
        For the same views, the similarity of every listing's nearest other in the catalogue, rising.
    weights
        Weight of each word in each title, CSR of shape (N, V).
    numbers
        The words of a title that hold a digit, CSR 0/1 of shape (N, V).
    texts
        Normalised titles.
    hashes, has_photo
        pHash of each listing's photo, uint64, and whether there is one; shape (N,).
    shared_photo
        Number of listings with (nearly) the same photo, itself included; shape (N,).
    measures, counts
        The quantities that the titles state.
    keypoints
        Gives the local features of a row's photo; None where they are not compared.
    printed
        The titles with the print of the photos; None where nothing was read.
    """

    views: dict[str, Any]
    dense: tuple[str, ...]
    compared: dict[str, npt.NDArray[np.bool_]]
    nearest: dict[str, FloatMatrix]
    nearest_other: dict[str, FloatMatrix]
    weights: csr_matrix
    numbers: csr_matrix
    texts: Sequence[str]
    hashes: npt.NDArray[np.uint64]
    has_photo: npt.NDArray[np.bool_]
    shared_photo: npt.NDArray[np.int64]
    measures: QuantityTable
    counts: QuantityTable
    keypoints: Callable[[int], Keypoints | None] | None = None
    printed: PrintedListings | None = None

    def take(self, rows: RowArray) -> ListingFeatures:
        """Some of the listings, in the order of `rows`, with all that the whole catalogue says of each."""
        keypoints = self.keypoints
        return replace(
            self,
            views={name: view[rows] for name, view in self.views.items()},
            compared={side: has[rows] for side, has in self.compared.items()},
            nearest={name: table[rows] for name, table in self.nearest.items()},
            weights=self.weights[rows],
            numbers=self.numbers[rows],
            texts=[self.texts[row] for row in rows],
            hashes=self.hashes[rows],
            has_photo=self.has_photo[rows],
            shared_photo=self.shared_photo[rows],
            measures=self.measures.take(rows),
            counts=self.counts.take(rows),
            keypoints=None if keypoints is None else lambda row: keypoints(int(rows[row])),
            printed=None if self.printed is None else self.printed.take(rows),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class ChainResult:
    """The chain of rules over a whole catalogue of N listings.

    Attributes
    ----------
    words, trigrams
        Title vectors, CSR of shape (N, V).
    fused
        Vectors of all sides together, as they entered the chain, CSR of shape (N, D).
    stages
        What the rules made of them.
    near_duplicates
        Listings with (nearly) the same photo; None where photos are left out.
    single
        Each side that is compared alone, by its name; see `run_single_sides`.
    """

    words: csr_matrix
    trigrams: csr_matrix
    fused: csr_matrix
    stages: Stages
    near_duplicates: Neighbours | None
    single: dict[str, SideAlone]


@dataclass(frozen=True, eq=False, kw_only=True)
class SideAlone:
    """A side of a whole catalogue of N listings, compared alone.

    Attributes
    ----------
    vectors
        CSR or dense, shape (N, D).
    plain
        Their neighbours.
    expanded
        Each vector expanded by its nearest; shape (N, D).
    """

    vectors: Any
    plain: Neighbours
    expanded: Any

    @classmethod
    def of(cls, vectors: Any, join: SelfJoin[Any]) -> SideAlone:
        """Find the neighbours of a side's vectors and expand them by `SINGLE_RULES`."""
        plain = join.nearest(vectors, SINGLE_RULES.neighbours)
        expanded = improve_vectors(vectors, None, SINGLE_RULES, join, plain=plain)[-1]
        return cls(vectors=vectors, plain=plain, expanded=expanded)


def run_chain(
    data: ListingData, encoders: TitleEncoders, rules: VectorRules, joins: Recording | None = None
) -> ChainResult:
    """Represent a catalogue by all its sides and run the rules on the vectors; `joins` records the nearest rows."""
    joins = Recording() if joins is None else joins
    words, trigrams = encoders.encode(data.titles)
    near_duplicates = None if rules.photo_bits is None else near_photos(data.phashes, rules.photo_bits)
    vectors = fuse_sides(words, trigrams, list(data.dense.values()))
    width = sum(part.shape[1] for part in data.dense.values())
    join = MixedJoin(width) if width else SparseJoin()
    stages = run_stages(vectors, near_duplicates, rules, joins.of(join))
    return ChainResult(
        words=words,
        trigrams=trigrams,
        fused=vectors,
        stages=stages,
        near_duplicates=near_duplicates,
        single=run_single_sides(data, words, trigrams, joins) if compares_single_sides(data.dense) else {},
    )


def compares_single_sides(sides: Iterable[str]) -> bool:
    """Whether photo and title are also compared alone: where there are photo vectors, a query may lack either."""
    return "photo" in sides


def run_single_sides(
    data: ListingData, words: csr_matrix, trigrams: csr_matrix, joins: Recording
) -> dict[str, SideAlone]:
    """Expand photos and titles, each by its own neighbours alone; by the names of `SINGLE_SIDES`."""
    titles = fuse([words, trigrams], [WORD_WEIGHT, 1 - WORD_WEIGHT])
    photos = data.dense["photo"]
    return {
        "photo": SideAlone.of(photos, joins.of(MixedJoin(photos.shape[1]))),
        "title": SideAlone.of(titles, joins.of(SparseJoin())),
    }


def fuse_sides(words: csr_matrix, trigrams: csr_matrix, dense: Sequence[npt.NDArray[np.floating]]) -> csr_matrix:
    """Concatenate the sides: the title and each dense side have the same weight in the cosine."""
    titles = fuse([words, trigrams], [WORD_WEIGHT, 1 - WORD_WEIGHT])
    if not dense:
        return titles
    weight = 1 / (1 + len(dense))
    parts = [titles, *(csr_matrix(part) for part in dense)]
    return fuse(parts, [1 - weight * len(dense), *(weight for _ in dense)])


def describe_listings(data: ListingData, encoders: TitleEncoders, chain: ChainResult) -> ListingFeatures:
    """Collect what the features need from a catalogue that the chain has run over."""
    stages, none = chain.stages, Neighbours(np.zeros(len(data) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0))
    near_duplicates = none if chain.near_duplicates is None else chain.near_duplicates
    averaged_words = cross_mean(chain.words, near_duplicates)
    views = {
        "words": chain.words,
        "trigrams": chain.trigrams,
        "averaged words": averaged_words,
        "averaged trigrams": cross_mean(chain.trigrams, near_duplicates),
        "averaged": stages.averaged,
        "expanded words": expand(averaged_words, stages.near, 2),
        "final": stages.final,
        "neighbourhood": _neighbourhoods(stages.near),
        "plain neighbourhood": _neighbourhoods(stages.plain),
    }
    nearest = {"plain": nearest_similarities(stages.plain), "final": nearest_similarities(stages.near)}
    for side, vectors in data.dense.items():
        averaged = cross_mean(vectors, near_duplicates)
        near = MixedJoin(averaged.shape[1]).nearest(averaged, CANDIDATES)
        views |= {side: vectors, f"averaged {side}": averaged}
        views[f"expanded {side}"] = expand(averaged, stages.near, 2)
        nearest[f"averaged {side}"] = nearest_similarities(near)
    for side, single in chain.single.items():
        views |= {f"expanded {side} alone": single.expanded, f"{side} neighbourhood": _neighbourhoods(single.plain)}
        nearest[f"{side} alone"] = nearest_similarities(single.plain)
    hashes, has_photo = parse_phashes(data.phashes)
    weights, numbers = word_weights(chain.words, encoders.words)
    return ListingFeatures(
        views=views,
        dense=tuple(data.dense),
        compared={side: data.has(side) for side in chain.single},
        nearest=nearest,
        nearest_other={name: np.sort(table[:, 0]) for name, table in nearest.items()},
        weights=weights,
        numbers=numbers,
        texts=[normalised(title) for title in data.titles],
        hashes=hashes,
        has_photo=has_photo,
        shared_photo=np.maximum(1, np.diff(near_duplicates.offsets)),
        measures=QuantityTable.of_measures(data.titles),
        counts=QuantityTable.of_counts(data.titles),
        keypoints=data.keypoints,
        printed=_printed(data, encoders.words, chain.words),
    )


def _printed(data: ListingData, encoder: TitleEncoder, words: csr_matrix) -> PrintedListings | None:
    if data.prints is None:
        return None
    rows = PrintEncoder(encoder).rows(data.prints)
    return PrintedListings(encoder=encoder, matrix=words, titles=data.titles, prints=rows)


def normalised(title: str) -> str:
    """Words of a title, one blank between them."""
    return " ".join(title_words(title))


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
    unit: csr_matrix = to_unit_rows(matrix + scipy.sparse.identity(len(near))).astype(np.float32)
    return unit


def word_weights(words: csr_matrix, encoder: TitleEncoder) -> tuple[csr_matrix, csr_matrix]:
    """Weigh each word of title vectors by its inverse document frequency, and mark the words with a digit."""
    weights = words.copy()
    weights.data = encoder.idf[weights.indices].astype(np.float32)
    numbers: Any = words.copy()
    numbers.data = encoder.with_digit[numbers.indices].astype(np.float32)
    numbers.eliminate_zeros()
    return weights, numbers
