"""The scores of all candidate pairs of a bundle: computed once, then kept beside it for every later run."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from product_matching.errors import InputError
from product_matching.matching.second_stage.scorer_file import describe_scorer
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import MAP_FILES, THUMBNAIL_OFFSETS_FILE, THUMBNAILS_FILE
from product_matching.store.pair_scores import read_pair_scores, write_pair_scores

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
    from product_matching.matching.second_stage.scorer import PairScorer

log = logging.getLogger(__name__)
#: Changes where the same bundle and scorer get other scores than before.
_VERSION = 1
#: Files that no score follows from where keypoints are kept.
_PICTURES = {THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE}


def scores_key(bundle: Bundle, scorer: PairScorer) -> str:
    """Name all that the scores of a bundle's pairs follow from; settings such as thresholds are none of it."""
    named = json.dumps([_VERSION, *content_of(bundle), describe_scorer(scorer)], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()


def content_of(bundle: Bundle) -> tuple[dict[str, str], str | None]:
    """SHA-256 of each file that anything about pairs follows from, and the fingerprint of the photo model."""
    manifest = bundle.manifest
    pictures = set() if manifest.keypoints is None else _PICTURES
    beside = pictures.union(MAP_FILES)
    files = manifest.all_files.items()
    content = {path: entry.sha256 for path, entry in files if PurePosixPath(path).name not in beside}
    return content, None if manifest.photo_model is None else manifest.photo_model.fingerprint


def kept_scores(bundle: Bundle, scorer: PairScorer) -> Neighbours | None:
    """Every candidate pair of a bundle at the distance 1 - score, if they were scored before; else None."""
    return read_pair_scores(bundle.folder, scores_key(bundle, scorer), len(bundle))


def score_catalogue(
    bundle: Bundle,
    scorer: PairScorer,
    *,
    prepare: Callable[[], CatalogueScorer] | None = None,
    progress: Progress = NO_PROGRESS,
) -> Neighbours:
    """Score every candidate pair of a bundle, and keep the scores beside it; kept ones are read.

    Parameters
    ----------
    bundle, scorer
        What is scored, and by what.
    prepare
        Gives the scorer prepared for the bundle, where it may be at hand.
    progress
        Shows the scoring.

    Returns
    -------
    Neighbours
        Each pair in both directions at the distance 1 - score, each listing its own nearest.

    Raises
    ------
    InputError
        The bundle lacks what the scorer compares.
    Cancelled
        The progress was cancelled.
    """
    kept = kept_scores(bundle, scorer)
    if kept is not None:
        return kept
    if prepare is None:
        from product_matching.workflows.score_pairs import prepare_scorer

        prepared = prepare_scorer(bundle, scorer, progress=progress)
    else:
        progress.begin("preparing the pair scorer", 0)
        prepared = prepare()
    progress.begin("comparing listings", 0)
    near = prepared.match_all(progress)
    try:
        write_pair_scores(bundle.folder, scores_key(bundle, scorer), near)
    except InputError as error:  # a folder that is only read: they are computed anew the next time
        log.info("%s", error)
    return near
