"""How well embeddings find the same product: best-threshold F1, recall@1 and mAP@R on photos not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from product_matching.encoders.photo import FloatVectors
from product_matching.encoders.preprocess import as_batch, normalise
from product_matching.errors import InputError
from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import MAX_PREDICTIONS, group_sizes, listing_f1, query_part
from product_matching.metrics.sweep import best_threshold
from product_matching.search.flat import FlatIndex
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, keep_within
from product_matching.training.pixels import DecodedPhotos, Progress, unseen
from product_matching.training.start import Preparation
from product_matching.training.tasks import Task


@dataclass(frozen=True)
class RetrievalScores:
    """How well the listings of a part are found by one another. Those alone in their group are distractors only.

    Attributes
    ----------
    f1
        Mean F1 of the queries' predicted sets at `threshold`.
    threshold
        Cosine distance; chosen on these listings, or given.
    recall_at_1
        Share of the queries whose nearest other listing is the same product.
    map_at_r
        Mean average precision at R, the number of other listings of the query's group (Musgrave, Belongie and Lim,
        "A metric learning reality check", ECCV 2020).
    n, queries
        Listings of the catalogue, and those of them that were looked up.
    f1_interval, recall_at_1_interval, map_at_r_interval
        95 % bootstrap intervals over groups; None where they were not asked for.
    """

    f1: float
    threshold: float
    recall_at_1: float
    map_at_r: float
    n: int
    queries: int
    f1_interval: tuple[float, float] | None = None
    recall_at_1_interval: tuple[float, float] | None = None
    map_at_r_interval: tuple[float, float] | None = None


def embed_part(
    task: Task,
    photos: DecodedPhotos,
    preparation: Preparation,
    device: torch.device,
    batch_size: int,
    progress: Progress = unseen,
) -> FloatVectors:
    """Embed the photos of a part in evaluation mode; shape (N, D), float32, rows of unit norm.

    Raises
    ------
    InputError
        An embedding holds values that are not finite numbers.
    """
    task.eval()
    parts = []
    with torch.inference_mode():
        starts = range(0, len(photos), batch_size)
        for start in progress(starts, len(starts), "embedding"):
            batch = as_batch(photos.pixels[start : start + batch_size], device)
            pixels = normalise(batch, preparation.mean, preparation.std)
            parts.append(F.normalize(task.embed(pixels).float(), dim=1).cpu().numpy())
    vectors: FloatVectors = np.concatenate(parts)
    if not np.isfinite(vectors).all():
        raise InputError("The network makes embeddings that are not finite numbers: lower learning_rate in the recipe.")
    return vectors


def score_retrieval(
    vectors: FloatVectors, labels: npt.ArrayLike, *, threshold: float | None = None, intervals: bool = False
) -> RetrievalScores:
    """Look every listing up among all others.

    Parameters
    ----------
    vectors
        Unit vectors, shape (N, D).
    labels
        Group of each listing, shape (N,).
    threshold
        Cosine distance of a match; by default the one with the best F1 on these very listings.
    intervals
        Whether to draw bootstrap intervals.

    Raises
    ------
    InputError
        No group has two listings.
    """
    labels = np.asarray(labels)
    queries = np.flatnonzero(group_sizes(labels) > 1)
    if not len(queries):
        raise InputError(f"None of {len(labels)} listings with a readable photo has another one in its group.")
    largest = int(group_sizes(labels).max())
    nearest = FlatIndex(vectors).nearest(vectors, k=max(largest, MAX_PREDICTIONS + 1))
    looked_up = query_part(nearest, queries)
    if threshold is None:
        threshold = best_threshold(looked_up, labels, queries).threshold
    f1 = listing_f1(keep_within(looked_up, threshold), labels, queries)
    hits, precision = rank_scores(looked_up, labels, queries)
    means = (float(scores.mean()) for scores in (f1, hits, precision))
    bounds = [bootstrap_interval(s, labels[queries]) if intervals else None for s in (f1, hits, precision)]
    mean_f1, recall, mean_precision = means
    return RetrievalScores(mean_f1, threshold, recall, mean_precision, len(labels), len(queries), *bounds)


def rank_scores(
    neighbours: Neighbours, labels: npt.NDArray[np.int64], query_rows: RowArray
) -> tuple[FloatArray, FloatArray]:
    """Recall@1 and average precision at R of each query, both of shape (Q,).

    Parameters
    ----------
    neighbours
        Of each query, at least as many as its group is large; itself included or not.
    labels
        Group of each catalogue row, shape (N,).
    query_rows
        Catalogue row of each query, shape (Q,); none is alone in its group.
    """
    sizes = group_sizes(labels)
    first, precision = np.zeros(len(query_rows)), np.zeros(len(query_rows))
    for query, row in enumerate(query_rows):
        found, _ = neighbours.of(query)
        others = found[found != row][: sizes[row] - 1]
        hit = labels[others] == labels[row]
        first[query] = hit[0]
        precision[query] = (hit * np.cumsum(hit) / np.arange(1, len(hit) + 1)).sum() / (sizes[row] - 1)
    return first, precision
