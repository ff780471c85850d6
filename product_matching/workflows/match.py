"""Match a whole catalogue: every listing's duplicates, in the competition's submission format."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.matching.candidates import Thresholds, is_match
from product_matching.metrics.listing_f1 import MAX_PREDICTIONS
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.workflows.find import Finder, reach_of

_BLOCK_ROWS = 512


def match_catalogue(
    finder: Finder,
    thresholds: Thresholds,
    *,
    limit: int = MAX_PREDICTIONS,
    progress: Progress = NO_PROGRESS,
) -> Iterator[npt.NDArray[np.int64]]:
    """Find the matches of every listing.

    Parameters
    ----------
    finder
        The bundle's indexes.
    thresholds
        Largest accepted distances; a match by photo or by title is a match.
    limit
        Matches per listing at most, itself included.
    progress
        Shows progress in blocks of 512 listings.

    Yields
    ------
    numpy.ndarray
        For each listing in order of row: rows of its matches, itself first, then nearest first (see
        `Candidates.nearest_first`).
    """
    if limit < 1:
        raise InputError(f"The limit is {limit}, but must be at least 1: the listing itself counts.")
    finder.load()
    n = len(finder.bundle)
    for start in track(progress, range(0, n, _BLOCK_ROWS), "matching", unit="block"):
        yield from _match_block(finder, np.arange(start, min(start + _BLOCK_ROWS, n)), thresholds, limit)


def _match_block(
    finder: Finder, rows: npt.NDArray[np.int64], thresholds: Thresholds, limit: int
) -> Iterator[npt.NDArray[np.int64]]:
    photo, title = _within(finder, rows, thresholds)
    for position, row in enumerate(rows):
        found = np.unique(np.concatenate([side[position] for side in (photo, title) if side] or [rows[:0]]))
        candidates = finder.measure(finder.listing_query(int(row)), found)
        kept = candidates.take(is_match(candidates, thresholds)).nearest_first(thresholds)
        yield np.concatenate([[row], kept.rows])[:limit]


def _within(
    finder: Finder, rows: npt.NDArray[np.int64], thresholds: Thresholds
) -> tuple[list[npt.NDArray[np.int64]], list[npt.NDArray[np.int64]]]:
    bundle = finder.bundle
    photo_limit, title_limit = reach_of(thresholds)
    sides: list[list[npt.NDArray[np.int64]]] = [[], []]
    if finder.photo_index is not None and bundle.photo_vectors is not None and photo_limit is not None:
        near = finder.photo_index.within(np.array(bundle.photo_vectors[rows]), photo_limit)
        sides[0] = [near.of(position)[0] for position in range(len(rows))]
    if finder.title_index is not None and bundle.title_matrix is not None and title_limit is not None:
        near = finder.title_index.within(bundle.title_matrix[rows], title_limit)
        sides[1] = [near.of(position)[0] for position in range(len(rows))]
    return sides[0], sides[1]


def write_submission(path: Path, posting_ids: Sequence[str], matches: Iterable[npt.NDArray[np.int64]]) -> int:
    """Write ``posting_id,matches`` (ids separated by spaces), all of it or nothing.

    Returns
    -------
    int
        Number of listings that match another one.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    matched = 0
    with atomic_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["posting_id", "matches"])
        for posting_id, rows in zip(posting_ids, matches, strict=True):
            writer.writerow([posting_id, " ".join(posting_ids[row] for row in rows)])
            matched += len(rows) > 1
    return matched
