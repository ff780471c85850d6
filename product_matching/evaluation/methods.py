"""The methods that are evaluated: each ranks the neighbours of every listing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from product_matching.encoders.glove import GloveEncoder, read_glove, train_glove
from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings, TextArray
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.chain import CANDIDATES, MEASURED_CHAIN, Rules
from product_matching.matching.rules import accept, keep_mutual, veto_quantities
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.listing_features import ChainResult, TitleEncoders, run_chain
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.phashes import near_photos
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours, keep_nearest, keep_within

MethodName = Literal[
    "phash",
    "photo",
    "idf",
    "tfidf",
    "glove",
    "glove-idf",
    "sentence",
    "chain",
    "chain+pairs",
    "chain+sentence",
    "chain+sentence+pairs",
]
METHODS: tuple[MethodName, ...] = get_args(MethodName)
#: Methods with a second stage, which is trained on labelled listings.
TWO_STAGE: tuple[MethodName, ...] = ("chain+pairs", "chain+sentence+pairs")
#: Distance thresholds that the reproduced figures were published with; they hold under the protocol ``full``.
PUBLISHED_THRESHOLDS: dict[str, float] = {"phash": 0.0, "idf": 0.45, "tfidf": 0.45}
_NO_VECTORS = "The method 'photo' compares photo embeddings, but the catalogue has none: give a bundle with photos."
_NO_SENTENCES = (
    "The method {!r} compares sentence embeddings, but there are none: give a recipe or a model (--sentence)."
)
#: Just below 1, the distance of a listing without a photo (a zero vector) to every other.
_BELOW_ONE = 1 - 1e-6


@dataclass(frozen=True)
class Settings:
    """Settings of a method.

    Attributes
    ----------
    rules
        Rules of the chain.
    glove
        File of published word vectors; None to train them on the titles.
    trees
        Trees of the second stage; None for those of `learning_for`.
    """

    rules: Rules = MEASURED_CHAIN
    glove: Path | None = None
    trees: int | None = None


#: From a catalogue, and the titles that word weights are computed on, to every listing's neighbours.
Ranking = Callable[[LabelledListings, TextArray, Settings], Neighbours]


def rank_by_phash(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Listings with the same pHash, at distance 0."""
    return near_photos(listings.phashes.tolist(), 0)


def rank_by_photo(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """The bundle's photo embeddings; a listing without a photo has no neighbours."""
    vectors = listings.photo_vectors
    if vectors is None:
        raise InputError(_NO_VECTORS)
    return keep_within(DenseJoin().nearest(vectors, CANDIDATES), _BELOW_ONE)


def rank_by_idf(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Binary word counts times inverse document frequency, raw titles in scikit-learn's default words."""
    vectoriser = TfidfVectorizer(binary=True, dtype=np.float32)
    return SparseJoin().nearest(vectoriser.fit_transform(listings.titles), CANDIDATES)


def rank_by_tfidf(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Scikit-learn's TfidfVectorizer with its defaults, on the raw titles."""
    return SparseJoin().nearest(tfidf_vectors(listings.titles), CANDIDATES)


def tfidf_vectors(titles: TextArray) -> csr_matrix:
    """Scikit-learn's TF-IDF of raw titles with its defaults: vectors of unit norm, CSR of shape (N, V), float32."""
    vectors: csr_matrix = TfidfVectorizer(dtype=np.float32).fit_transform(titles)
    return vectors


def rank_by_glove(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Mean of the words' GloVe vectors."""
    return DenseJoin().nearest(_glove(background, settings).encode(listings.titles.tolist()), CANDIDATES)


def rank_by_glove_idf(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Mean of the words' GloVe vectors, weighted by inverse document frequency."""
    encoder = _glove(background, settings).weigh_by_idf(background.tolist())
    return DenseJoin().nearest(encoder.encode(listings.titles.tolist()), CANDIDATES)


def _glove(background: TextArray, settings: Settings) -> GloveEncoder:
    return train_glove(background.tolist()) if settings.glove is None else read_glove(settings.glove)


def rank_by_sentence(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """The sentence embeddings alone; a listing without a word has no neighbours."""
    vectors = listings.sentence_vectors
    if vectors is None:
        raise InputError(_NO_SENTENCES.format("sentence"))
    return keep_within(DenseJoin().nearest(vectors, CANDIDATES), _BELOW_ONE)


def rank_by_chain(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Words and trigrams through the chain of rules, without the second stage."""
    plain = replace(listings, sentence_vectors=None)
    return decide(plain, chain_of(plain, background, settings.rules), settings.rules)


def rank_by_chain_and_sentence(listings: LabelledListings, background: TextArray, settings: Settings) -> Neighbours:
    """Words, trigrams and sentence embeddings through the chain of rules, without the second stage."""
    return decide(listings, chain_of(listings, background, settings.rules), settings.rules)


def chain_of(listings: LabelledListings, background: TextArray, rules: Rules) -> ChainResult:
    """Run the chain's rules on the vectors of a catalogue's titles, sentence embeddings among them if there are any."""
    encoders = TitleEncoders.fit(background.tolist())
    dense = {} if listings.sentence_vectors is None else {"sentence": listings.sentence_vectors}
    data = ListingData(listings.titles.tolist(), listings.phashes.tolist(), dense)
    return run_chain(data, encoders, rules.vectors)


def decide(listings: LabelledListings, chain: ChainResult, rules: Rules) -> Neighbours:
    """Run the chain's rules on the pairs of a catalogue: mutual neighbours, same photo, quantity veto.

    The pairs are those of the 50 nearest titles, which the competition's metric counts; its threshold is applied
    afterwards. `match_catalogue` has no such limit and also compares photos.
    """
    neighbours = chain.stages.near
    if rules.mutual is not None:
        neighbours = keep_mutual(keep_nearest(neighbours, rules.mutual))
    if rules.pairs.photo_bits is not None:
        neighbours = accept(neighbours, near_photos(listings.phashes.tolist(), rules.pairs.photo_bits))
    if rules.pairs.quantity_veto:
        neighbours = veto_quantities(neighbours, QuantityTable.of_measures(listings.titles.tolist()))
    return neighbours


RANKINGS: dict[str, Ranking] = {
    "phash": rank_by_phash,
    "photo": rank_by_photo,
    "idf": rank_by_idf,
    "tfidf": rank_by_tfidf,
    "glove": rank_by_glove,
    "glove-idf": rank_by_glove_idf,
    "sentence": rank_by_sentence,
    "chain": rank_by_chain,
    "chain+sentence": rank_by_chain_and_sentence,
}


def check_method(method: str, listings: LabelledListings) -> None:
    """Raise an `InputError` for an unknown method, or one whose inputs the catalogue lacks."""
    if method not in METHODS:
        raise InputError(f"The method {method!r} is unknown; accepted are {', '.join(METHODS)}.")
    if method == "phash" and not any(listings.phashes):
        raise InputError("The method 'phash' compares photo hashes, but the catalogue has no image_phash.")
    if method == "photo" and listings.photo_vectors is None:
        raise InputError(_NO_VECTORS)
    if method not in ("phash", "photo") and not any(listings.titles):
        raise InputError(f"The method {method!r} compares titles, but the catalogue has none.")
    if "sentence" in method and not listings.has_sentences:
        raise InputError(_NO_SENTENCES.format(method))


def without_photos(settings: Settings, listings: LabelledListings) -> Settings:
    """Settings without the rules on photos where the catalogue has no pHash."""
    if any(listings.phashes):
        return settings
    rules = settings.rules
    vectors, pairs = replace(rules.vectors, photo_bits=None), replace(rules.pairs, photo_bits=None)
    return replace(settings, rules=replace(rules, vectors=vectors, pairs=pairs))
