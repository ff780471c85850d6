"""The second stage on a bundle: what a pair scorer needs of it, and predictions for a query."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from product_matching.array_files import check_mapped
from product_matching.errors import InputError
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer, Prediction
from product_matching.matching.second_stage.listing_data import DenseMatrix, DenseSide, ListingData
from product_matching.matching.second_stage.listing_features import compares_single_sides
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.joins.recorded import Recording
from product_matching.search.neighbours import RowArray
from product_matching.store.bundle import Bundle
from product_matching.store.kept_joins import read_joins, write_joins
from product_matching.workflows.find import Finder, Query, describe_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from product_matching.matching.second_stage.scorer import PairScorer

log = logging.getLogger(__name__)
#: Changes where the same bundle and rules get other nearest listings than before.
_VERSION = 1
#: Listings from which on finding the nearest ones takes longer than reading them.
_WORTH_KEEPING = 1000


def bundle_sides(bundle: Bundle) -> tuple[DenseSide, ...]:
    """The dense vectors of a bundle, with the encoder that made them."""
    model = bundle.manifest.photo_model
    if bundle.photo_vectors is None or model is None:
        return ()
    return (DenseSide("photo", model.dimension, model.name, model.fingerprint),)


def bundle_data(bundle: Bundle, sides: Iterable[DenseSide]) -> ListingData:
    """Titles, pHashes and the named dense vectors of a bundle's listings, with local features and print of photos.

    A side that the bundle lacks is empty: no titles, or vectors of zeros.
    """
    n = len(bundle)
    titles = bundle.listings["title"].to_numpy(dtype=object).tolist() if "title" in bundle.listings else [""] * n
    dense = {side.name: _vectors(bundle, side) for side in sides}
    compares_photos = "photo" in dense and bundle.photo_vectors is not None
    prints = None if bundle.prints is None else [bundle.print_of(row) for row in range(n)]
    keypoints = bundle.keypoints if compares_photos else None
    return ListingData(titles, bundle.phashes, dense, keypoints, prints if compares_photos else None)


def _vectors(bundle: Bundle, side: DenseSide) -> DenseMatrix:
    if bundle.photo_vectors is None:
        return np.zeros((len(bundle), side.dimension), dtype=np.float32)
    check_mapped(bundle.photo_vectors)
    return np.array(bundle.photo_vectors)


def check_sides(bundle: Bundle, scorer: PairScorer) -> None:
    """Check that a bundle has what a scorer compares.

    Raises
    ------
    InputError
        It lacks titles or vectors that the scorer cannot do without, or its vectors are of another encoder.
    """
    name, compares_single = bundle.manifest.name, compares_single_sides(side.name for side in scorer.dense)
    if not bundle.has_title.any() and not compares_single:
        raise InputError(f"The pair scorer compares titles, but the catalogue {name} has none.")
    there = {side.name: side for side in bundle_sides(bundle)}
    for side in scorer.dense:
        own = there.get(side.name)
        if own is None and compares_single:
            continue
        if own is None:
            raise InputError(f"The pair scorer compares {side.name} vectors, but the catalogue {name} has none.")
        if (own.dimension, own.sha256) != (side.dimension, side.sha256):
            raise InputError(
                f"The pair scorer compares {side.name} vectors of {side.model} ({side.sha256[:12]}), but those of the "
                f"catalogue {name} are of {own.model} ({own.sha256[:12]}): train one for them with train-pairs."
            )


def prepare_scorer(bundle: Bundle, scorer: PairScorer, *, progress: Progress = NO_PROGRESS) -> CatalogueScorer:
    """Prepare a bundle for a scorer: seconds for thousands of listings, so keep the result.

    Raises
    ------
    InputError
        The bundle lacks what the scorer compares.
    """
    check_sides(bundle, scorer)
    progress.begin("preparing the pair scorer", 0)
    return CatalogueScorer(scorer, prepare_catalogue(bundle, scorer))


def prepare_catalogue(bundle: Bundle, scorer: PairScorer) -> PreparedCatalogue:
    """Take a bundle through the chain of rules; the nearest listings, most of the work, are kept beside it."""
    sides = [(side.name, side.dimension, side.sha256) for side in scorer.dense]
    named = json.dumps([_VERSION, bundle.content, asdict(scorer.rules), sides], sort_keys=True)
    key = hashlib.sha256(named.encode()).hexdigest()
    joins = Recording(read_joins(bundle.folder, key, len(bundle)))
    catalogue = PreparedCatalogue.of(bundle_data(bundle, scorer.dense), scorer.rules, joins=joins)
    if joins.is_new and len(bundle) >= _WORTH_KEEPING:
        try:
            write_joins(bundle.folder, key, joins.found)
        except InputError as error:  # a folder that is only read: they are found anew the next time
            log.info("%s", error)
    return catalogue


def check_query(scorer: PairScorer, query: Query) -> None:
    """Check that a query from outside the catalogue has what a scorer compares.

    Raises
    ------
    InputError
        It lacks the title or the photo, and the scorer cannot do without.
    """
    if query.row is not None or compares_single_sides(side.name for side in scorer.dense):
        return
    needed = {"title": bool(query.text), **{side.name: query.photo is not None for side in scorer.dense}}
    missing = [side for side, there in needed.items() if not there]
    if missing:
        compared = " and ".join(f"{side}s" for side in needed)
        raise InputError(f"The pair scorer compares {compared}, but this search has no {missing[0]}.")


def predict(prepared: CatalogueScorer, query: Query) -> list[Prediction]:
    """Predictions for the candidates of a query, highest score first.

    Raises
    ------
    InputError
        The query lacks what the scorer compares.
    """
    if query.row is not None:
        return prepared.predict_row(query.row)
    check_query(prepared.scorer, query)
    return prepared.predict_query(query_data(query, prepared.scorer.dense))


def query_data(query: Query, sides: Iterable[DenseSide]) -> ListingData:
    """A query from outside the catalogue as one listing with the named dense vectors: zeros where it lacks one."""
    keypoints, read = query.keypoints, query.read
    return ListingData(
        [query.text],
        [query.phash],
        {side.name: _query_vector(query, side) for side in sides},
        None if keypoints is None else lambda _: keypoints,
        None if read is None else [read],
    )


def _query_vector(query: Query, side: DenseSide) -> DenseMatrix:
    if query.photo is None:
        return np.zeros((1, side.dimension), dtype=np.float32)
    return np.asarray(query.photo)[None, :]


def predicted_matches(
    finder: Finder, rows: RowArray, predictions: Mapping[int, Prediction], query: Query
) -> list[dict[str, Any]]:
    """Describe listings with score and main reasons, in their order.

    Parameters
    ----------
    finder
        The catalogue.
    rows
        Rows of the listings.
    predictions
        Prediction of each row; one that a decision joined may have none.
    query
        The query.

    Returns
    -------
    list of dict
        As `describe_matches` gives, with ``score`` (None without a prediction) and ``reasons``: pairs of a feature and
        how far it moved the log odds.
    """
    described = describe_matches(finder.bundle, finder.measure(query, rows), Thresholds())
    return [listing | _describe(predictions.get(row)) for row, listing in zip(rows.tolist(), described, strict=True)]


def _describe(prediction: Prediction | None) -> dict[str, Any]:
    if prediction is None:
        return {"score": None, "compared_by": "", "reasons": []}
    reasons = [[name, round(share, 4)] for name, share in prediction.reasons]
    return {"score": prediction.score, "compared_by": prediction.compared, "reasons": reasons}
