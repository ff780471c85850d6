"""Queries compared with each other as `match` compares the listings of a catalogue.

Words are weighed on the titles of the catalogue and of the queries together: new products have new words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.bands import as_levels
from product_matching.matching.chain import Rules
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.sides import Side, Sides
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.phashes import PhotoHashes
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours
from product_matching.workflows.find import Finder, Query
from product_matching.workflows.match import match_sides
from product_matching.workflows.score_pairs import query_data

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer


def score_each_other(
    prepared: CatalogueScorer, queries: Sequence[Query], progress: Progress = NO_PROGRESS
) -> Neighbours:
    """Score the candidate pairs of some queries by a pair scorer.

    Parameters
    ----------
    prepared
        The scorer with the catalogue.
    queries
        What `check_query` lets pass.
    progress
        Shows the scoring.

    Returns
    -------
    Neighbours
        Of each query the others, and itself, the highest level first; in place of distances there are probabilities.
    """
    progress.begin("comparing them with each other", 0)
    return _with_levels(prepared.of_listings(_together(prepared, queries)).match_all(progress))


def compare_each_other(
    finder: Finder,
    queries: Sequence[Query],
    thresholds: Thresholds,
    rules: PairRules,
    *,
    progress: Progress = NO_PROGRESS,
) -> Neighbours:
    """Compare some queries by distances.

    Returns
    -------
    Neighbours
        As of `score_each_other`, with the levels of `as_levels`; those within reach of a threshold only.
    """
    phashes = [query.phash for query in queries]
    sides = Sides(
        n=len(queries),
        photo=_photo_side(finder, queries),
        title=_title_side(finder, queries),
        hashes=None if rules.photo_bits is None else PhotoHashes.of(phashes),
        quantities=QuantityTable.of_measures([query.text for query in queries]) if rules.quantity_veto else None,
    )
    linkage = match_sides(sides, phashes, thresholds, Rules(pairs=rules), progress=progress).linkage
    return Neighbours(linkage.offsets, linkage.rows, as_levels(linkage.distances))


def _with_levels(near: Neighbours) -> Neighbours:
    return Neighbours(near.offsets, near.rows, np.round(1.0 - near.distances, DISTANCE_DECIMALS))


def _together(prepared: CatalogueScorer, queries: Sequence[Query]) -> ListingData:
    """Several queries as one catalogue."""
    sides = prepared.scorer.dense
    each = [query_data(query, sides) for query in queries]
    found = [query.keypoints for query in queries]
    return ListingData(
        [data.titles[0] for data in each],
        [data.phashes[0] for data in each],
        {side.name: np.concatenate([data.dense[side.name] for data in each]) for side in sides},
        found.__getitem__ if any(one is not None for one in found) else None,
    )


def _photo_side(finder: Finder, queries: Sequence[Query]) -> Side | None:
    vectors = finder.bundle.photo_vectors
    if vectors is None:
        return None
    nothing = np.zeros(vectors.shape[1], dtype=np.float32)
    stacked = np.stack([nothing if query.photo is None else query.photo for query in queries])
    present = np.array([query.photo is not None for query in queries])
    return Side(vectors=stacked, present=present, join=DenseJoin())


def _title_side(finder: Finder, queries: Sequence[Query]) -> Side | None:
    encoder = finder.bundle.title_encoder
    if encoder is None:
        return None
    texts = [query.text for query in queries]
    both = TitleEncoder.fit([*finder.bundle.listings["title"], *texts], encoder.weighting)
    vectors = both.encode(texts)
    return Side(vectors=vectors, present=np.diff(vectors.indptr) > 0, join=SparseJoin())
