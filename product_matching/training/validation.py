"""Validation of embeddings by retrieval: best-threshold F1, recall@1 and mAP@R on photos not trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from product_matching.encoders.photo import FloatVectors
from product_matching.encoders.preprocess import as_batch, normalise
from product_matching.errors import InputError
from product_matching.metrics.listing_f1 import MAX_PREDICTIONS, group_sizes, query_part
from product_matching.metrics.retrieval import QueryScores, score_queries
from product_matching.metrics.sweep import best_threshold
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.open import open_index
from product_matching.search.spec import IndexSpec
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.trained import TrainedTask


def embed_part(
    trained: TrainedTask, photos: DecodedPhotos, *, batch_size: int, progress: Progress = NO_PROGRESS
) -> FloatVectors:
    """Embed the photos of a part in evaluation mode, where the network lies.

    Parameters
    ----------
    trained
        The network, and how photos are prepared for it.
    photos
        N photos.
    batch_size
        Photos in a forward pass.
    progress
        Shows the batches.

    Returns
    -------
    numpy.ndarray
        Shape (N, D), float32, rows of unit norm.

    Raises
    ------
    InputError
        An embedding holds values that are not finite numbers.
    Cancelled
        The work should stop.
    """
    task, preparation = trained.task.eval(), trained.preparation
    device = next(task.parameters()).device
    parts = []
    with torch.inference_mode():
        for start in track(progress, range(0, len(photos), batch_size), "embedding", unit="batch"):
            batch = as_batch(photos.pixels[start : start + batch_size], device)
            pixels = normalise(batch, preparation.mean, preparation.std)
            parts.append(F.normalize(task.embed(pixels).float(), dim=1).cpu().numpy())
    vectors: FloatVectors = np.concatenate(parts)
    if not np.isfinite(vectors).all():
        raise InputError("The network makes embeddings that are not finite numbers: lower learning_rate in the recipe.")
    return vectors


def score_retrieval(vectors: FloatVectors, labels: npt.ArrayLike, *, threshold: float | None = None) -> QueryScores:
    """Look every listing up among all others. Those alone in their group are distractors only.

    Parameters
    ----------
    vectors
        Unit vectors, shape (N, D).
    labels
        Group of each listing, shape (N,).
    threshold
        Cosine distance of a match; by default the one with the best F1 on these very listings.

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
    nearest = open_index(IndexSpec("flat"), vectors).nearest(vectors, k=max(largest, MAX_PREDICTIONS + 1))
    looked_up = query_part(nearest, queries)
    if threshold is None:
        threshold = best_threshold(looked_up, labels, queries).threshold
    return score_queries(looked_up, labels, queries, threshold)
