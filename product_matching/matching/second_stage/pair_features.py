"""Features of a pair of listings: similarities, ranks in both directions, local density, photo, words, quantities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix

from product_matching.matching.geometry import GEOMETRY_FEATURES
from product_matching.matching.print_features import PRINT_FEATURES, print_features
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE, needed_sides
from product_matching.matching.second_stage.listing_features import WORD_WEIGHT, ListingFeatures
from product_matching.search.joins.phashes import PHASH_BITS, hash_bits
from product_matching.search.neighbours import FloatArray, RowArray
from product_matching.search.threads import in_threads

#: Pairs whose features are computed at once: sums of single precision depend on which pairs those are.
BLOCK_PAIRS = 25_000
#: Numbers of dense rows that are multiplied at once, few enough for a cache, and columns from which it is worth it.
_DENSE_NUMBERS, _FEW_COLUMNS = 200_000, 32
#: Counts of bits from which two photos are simply different.
_NO_PHOTO_BITS = PHASH_BITS
_RATIOS = {
    "token set ratio": fuzz.token_set_ratio,
    "token sort ratio": fuzz.token_sort_ratio,
    "partial ratio": fuzz.partial_ratio,
    "ratio": fuzz.ratio,
}
_EPSILON = 1e-6
#: How features end that are of the first or of the second listing of a pair.
_OWN, _OTHER = "own", "other"
#: Decimals of a feature: sums in another order differ by less, and must not cross a threshold of the trees.
_DECIMALS = 6


def pair_features(
    listings: ListingFeatures, first: RowArray, second: RowArray, comparison: str = BOTH
) -> tuple[npt.NDArray[np.float32], list[str]]:
    """Compute the features of pairs of rows.

    Parameters
    ----------
    listings
        What is known of the catalogue that the rows are of.
    first, second
        Shape (P,). "Own" features are those of `first`, "other" those of `second`.
    comparison
        All features, or those of a comparison by one side alone (see `feature_sides.COMPARISONS`).

    Returns
    -------
    numpy.ndarray, list of str
        Shape (P, F), float32, and the F names. Geometry is left NaN (see `verify_photos`), print is NaN where no
        photo was read.
    """
    columns = _similarities(listings, first, second, comparison)
    if comparison in (BOTH, PHOTO):
        columns |= _photo_features(listings, first, second)
    if comparison in (BOTH, TITLE):
        columns |= _word_features(listings, first, second) | _text_features(listings, first, second)
        columns["quantities"] = listings.measures.compare(first, second)
        columns["counts"] = listings.counts.compare(first, second)
    if listings.compared and comparison in (BOTH, PHOTO):
        columns |= print_columns(listings, first, second)
        columns |= {name: np.full(len(first), np.nan) for name in GEOMETRY_FEATURES}
    return np.column_stack(list(columns.values())).round(_DECIMALS).astype(np.float32), list(columns)


def features_in_blocks(
    listings: ListingFeatures, first: RowArray, second: RowArray
) -> tuple[npt.NDArray[np.float32], list[str]]:
    """All features of many pairs, as `pair_features` computes them, on two threads."""
    names = pair_features(listings, first[:0], second[:0])[1]
    features = np.empty((len(first), len(names)), dtype=np.float32)

    def fill(start: int) -> None:
        part = slice(start, start + BLOCK_PAIRS)
        features[part] = pair_features(listings, first[part], second[part])[0]

    in_threads(fill, range(0, len(first), BLOCK_PAIRS))
    return features, names


def _similarities(
    listings: ListingFeatures, first: RowArray, second: RowArray, comparison: str
) -> dict[str, npt.NDArray[Any]]:
    """Cosines of the views that a comparison uses, and where they stand among both listings' nearest."""

    def wanted(feature: str) -> bool:
        return comparison in (BOTH, needed_sides(feature))

    views = {name: view for name, view in listings.views.items() if wanted(f"cosine of {name}")}
    similar = {name: row_products(view, first, second) for name, view in views.items()}
    columns: dict[str, npt.NDArray[Any]] = {f"cosine of {name}": values for name, values in similar.items()}
    if comparison == BOTH:
        columns["cosine of plain"] = similar["plain"] = _weighted(similar, listings.dense)
    if listings.compared and comparison in (BOTH, TITLE):
        columns["cosine of title alone"] = similar["title alone"] = _weighted(similar, ())
    if listings.compared and comparison in (BOTH, PHOTO):
        similar["photo alone"] = similar["photo"]
    for name in listings.nearest:
        if wanted(f"rank of {name}, own"):
            columns |= _neighbourhood_features(name, listings, similar[name], first=first, second=second)
    return columns


def mirrored(names: Sequence[str]) -> list[int]:
    """Where the features of a pair's other direction stand: what is of "own" is of "other" there, the rest is equal."""
    place = {name: number for number, name in enumerate(names)}
    return [place[_swapped(name)] for name in names]


def _swapped(name: str) -> str:
    stem, side = name[: -len(_OWN)], name[-len(_OWN) :]
    if side == _OWN:
        return f"{stem}{_OTHER}"
    return f"{name.removesuffix(_OTHER)}{_OWN}" if name.endswith(_OTHER) else name


def print_columns(listings: ListingFeatures, first: RowArray, second: RowArray) -> dict[str, FloatArray]:
    """Features of the print of both photos with the title of the other listing: of each the larger."""
    one, other = one_way_print(listings, first, second), one_way_print(listings, second, first)
    return dict(zip(PRINT_FEATURES, np.fmax(one, other).T, strict=True))


def one_way_print(listings: ListingFeatures, first: RowArray, second: RowArray) -> FloatArray:
    """Features of the print of the first photo with the title of the second listing; shape (P, `PRINT_FEATURES`)."""
    if listings.printed is None or listings.printed.prints is None:
        return np.full((len(first), len(PRINT_FEATURES)), np.nan)
    return print_features(listings.printed.prints, first, listings.printed, second)


def row_products(vectors: csr_matrix | npt.NDArray[np.floating], first: RowArray, second: RowArray) -> FloatArray:
    """Inner product of the rows `first` and `second` of a CSR or dense matrix; shape (P,).

    Of a CSR matrix, columns that most rows fill are multiplied as a dense matrix, and a first row that all pairs share
    as a vector: both are many times faster.
    """
    if not isinstance(vectors, csr_matrix):
        return _dense_products(vectors, first, second)
    if len(first) and (first == first[0]).all():
        return np.asarray(vectors[second] @ vectors[first[0]].toarray().ravel().astype(np.float64))
    used, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    vectors, first, second = vectors[used], places[: len(first)], places[len(first) :]
    filled = np.bincount(vectors.indices, minlength=vectors.shape[1]) > vectors.shape[0] / 2
    if filled.sum() < _FEW_COLUMNS:
        return _sparse_products(vectors, first, second)
    dense, rest = vectors[:, filled].toarray(), vectors[:, ~filled]
    return _dense_products(dense, first, second) + _sparse_products(rest, first, second)


def _sparse_products(vectors: csr_matrix, first: RowArray, second: RowArray) -> FloatArray:
    products = np.empty(len(first))
    for start in range(0, len(first), BLOCK_PAIRS):
        part = slice(start, start + BLOCK_PAIRS)
        common = vectors[first[part]].multiply(vectors[second[part]])
        products[part] = np.asarray(common.sum(axis=1)).ravel()
    return products


def _dense_products(vectors: npt.NDArray[Any], first: RowArray, second: RowArray) -> FloatArray:
    products, chunk = np.empty(len(first)), max(1, _DENSE_NUMBERS // max(1, vectors.shape[1]))
    for start in range(0, len(first), chunk):
        part = slice(start, start + chunk)
        products[part] = np.einsum("ij,ij->i", vectors[first[part]], vectors[second[part]])
    return products


def _weighted(similar: dict[str, FloatArray], dense: Sequence[str]) -> FloatArray:
    """Cosine of all sides together, as `fuse_sides` weighs them."""
    titles = WORD_WEIGHT * similar["words"] + (1 - WORD_WEIGHT) * similar["trigrams"]
    weight = 1 / (1 + len(dense))
    return weight * titles + weight * sum((similar[side] for side in dense), np.zeros(len(titles)))


def _neighbourhood_features(
    name: str, listings: ListingFeatures, similarity: FloatArray, *, first: RowArray, second: RowArray
) -> dict[str, npt.NDArray[Any]]:
    """Rank, density, z-score and gap of a similarity among both listings' nearest; percentile in the catalogue."""
    nearest, nearest_other = listings.nearest[name], listings.nearest_other[name]
    columns: dict[str, npt.NDArray[Any]] = {}
    few, many = nearest[:, :3].mean(axis=1), nearest[:, :10].mean(axis=1)
    mean, spread = nearest.mean(axis=1), nearest.std(axis=1) + _EPSILON
    for side, rows in (("own", first), ("other", second)):
        columns[f"rank of {name}, {side}"] = _rank(nearest, similarity, rows)
        columns[f"density of {name} to 3, {side}"] = few[rows]
        columns[f"density of {name} to 10, {side}"] = many[rows]
        columns[f"z-score of {name}, {side}"] = (similarity - mean[rows]) / spread[rows]
        columns[f"gap of {name}, {side}"] = nearest[rows, 0] - similarity
    columns[f"percentile of {name}"] = np.searchsorted(nearest_other, similarity) / max(1, len(nearest_other))
    return columns


def _rank(nearest: npt.NDArray[np.float64], similarity: FloatArray, rows: RowArray) -> npt.NDArray[np.int64]:
    rank = np.empty(len(rows), dtype=np.int64)
    for start in range(0, len(rows), BLOCK_PAIRS):
        part = slice(start, start + BLOCK_PAIRS)
        rank[part] = (nearest[rows[part]] > similarity[part, None] + _EPSILON).sum(axis=1)
    return rank


def _photo_features(listings: ListingFeatures, first: RowArray, second: RowArray) -> dict[str, npt.NDArray[Any]]:
    both = listings.has_photo[first] & listings.has_photo[second]
    bits = hash_bits(listings.hashes[first], listings.hashes[second])
    return {
        "pHash bits": np.where(both, bits, _NO_PHOTO_BITS),
        "listings with the photo, own": listings.shared_photo[first],
        "listings with the photo, other": listings.shared_photo[second],
    }


def _word_features(listings: ListingFeatures, first: RowArray, second: RowArray) -> dict[str, npt.NDArray[Any]]:
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, weights in (("words", listings.weights), ("numbers", listings.numbers)):
        total = np.asarray(weights.sum(axis=1)).ravel()
        shared, own, other = (np.empty(len(first)) for _ in range(3))
        for start in range(0, len(first), BLOCK_PAIRS):
            part = slice(start, start + BLOCK_PAIRS)
            left, right = weights[first[part]], weights[second[part]]
            common = left.minimum(right)
            shared[part] = np.asarray(common.sum(axis=1)).ravel()
            own[part], other[part] = _largest(left - common), _largest(right - common)
        columns |= {
            f"shared {name}": shared,
            f"{name} missing in other": total[first] - shared,
            f"{name} missing in own": total[second] - shared,
        }
        if name == "words":
            columns |= {"rarest word, own": own, "rarest word, other": other, "rarest word": np.maximum(own, other)}
            columns["coverage"] = shared / (np.minimum(total[first], total[second]) + _EPSILON)
    return columns


def _largest(weights: csr_matrix) -> FloatArray:
    """Largest weight of each row; 0 where no title of the catalogue holds a word."""
    return weights.max(axis=1).toarray().ravel() if weights.shape[1] else np.zeros(weights.shape[0])


def _text_features(listings: ListingFeatures, first: RowArray, second: RowArray) -> dict[str, npt.NDArray[Any]]:
    texts = np.array(listings.texts, dtype=object)
    left, right = texts[first].tolist(), texts[second].tolist()
    columns: dict[str, npt.NDArray[Any]] = {
        name: process.cpdist(left, right, scorer=scorer, dtype=np.float32) for name, scorer in _RATIOS.items()
    }
    lengths = np.array([text.count(" ") + 1 if text else 0 for text in listings.texts])
    return columns | {"words in title, own": lengths[first], "words in title, other": lengths[second]}
