"""The scores of a new bundle's pairs, made when it is built, so that no later run waits for them."""

from __future__ import annotations

import logging
from pathlib import Path

from product_matching.progress import NO_PROGRESS, Progress
from product_matching.store.bundle import open_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.pair_scores import score_catalogue

log = logging.getLogger(__name__)
#: Listings up to which pairs are scored when a bundle is built: about a minute and 2 GB for each 10,000.
SCORED_LISTINGS = 50_000


def score_built(folder: Path, *, progress: Progress = NO_PROGRESS) -> str | None:
    """Score the candidate pairs of a bundle by the pair scorer that decides by default, and keep the scores beside it.

    Returns
    -------
    str or None
        The scorer's name; None where none decides, or the catalogue is larger than `SCORED_LISTINGS`.

    Raises
    ------
    InputError
        The bundle cannot be read.
    Cancelled
        The progress was cancelled; the bundle is as it was.
    """
    bundle = open_bundle(folder)
    if len(bundle) > SCORED_LISTINGS:
        log.info("%s: pairs of more than %s listings are scored when they are asked for.", folder, SCORED_LISTINGS)
        return None
    chosen = choose_scorer(bundle)
    if chosen is None:
        return None
    score_catalogue(bundle, chosen.scorer, progress=progress)
    return chosen.name
