"""The groups of a catalogue whose pairs were scored before: at hand on every page, without any work asked for."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import SURENESS
from product_matching.app.jobs import State
from product_matching.app.resources import BY_CONTENT, decisions_of, group_jobs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.scorers import opened_scorer, version_of
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.store.pair_scores import PAIR_SCORES_FILE
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_by_scores
from product_matching.workflows.pair_scores import kept_scores

#: So long a page waits for groups that are made in no time.
_PATIENCE_SECONDS = 0.5
#: The visitor that groups are made for.
_SERVER = "server"


def scores_at_hand(bundle: Bundle, deciding: Deciding) -> Neighbours | None:
    """Every scored pair of a catalogue at the distance 1 - probability.

    Returns
    -------
    Neighbours or None
        None where distances decide, or where the pairs were not scored yet by the pair scorer that decides.
    """
    if deciding.by != SURENESS or deciding.chosen is None:
        return None
    return _scores(bundle, deciding.chosen.name, version_of(deciding.chosen.name), _written(bundle))


def kept_groups(bundle: Bundle, deciding: Deciding) -> CatalogueGroups | None:
    """The groups of a catalogue under the decisions that hold now, made in the background once for all sessions.

    Returns
    -------
    CatalogueGroups or None
        None where the pairs were not scored yet, and while the groups of a large catalogue are being made.

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    scored = scores_at_hand(bundle, deciding)
    if deciding.chosen is None or scored is None:
        return None
    decisions, least = decisions_of(bundle), deciding.least
    version = f"{version_of(deciding.chosen.name)} {_written(bundle)} {decisions.version}"
    job = group_jobs().start(
        f"groups {bundle.content} {version} {least}",
        lambda _: group_by_scores(scored, least, decisions.pairs),
        _SERVER,
    )
    job.wait(_PATIENCE_SECONDS)
    return job.result if job.state is State.DONE else None


def _written(bundle: Bundle) -> int:
    """When the scores of a bundle were kept; 0 where there are none."""
    try:
        return (bundle.folder / PAIR_SCORES_FILE).stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def _scores(bundle: Bundle, name: str, version: str, written: int) -> Neighbours | None:
    return kept_scores(bundle, opened_scorer(bundle, name)) if written else None
