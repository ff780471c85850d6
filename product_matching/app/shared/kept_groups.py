"""The groups of a catalogue: made in the background, once for all sessions and pages."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import SURENESS
from product_matching.app.jobs import State
from product_matching.app.resources import BY_CONTENT, decisions_of, group_jobs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.scorers import opened_scorer, version_of
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.store.kept_pairs import PAIR_SCORES_FILE
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_by_scores
from product_matching.workflows.decisions import BundleDecisions
from product_matching.workflows.pair_scores import kept_scores

#: So long a page waits for groups that it can do without.
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


def comparison_key(bundle: Bundle, scorer: str) -> str:
    """Names a catalogue whose pairs are scored, for keys of what follows from the scores."""
    return f"pairs {bundle.content} {version_of(scorer)}"


def groups_key(compared: str, least: float, decisions: BundleDecisions) -> str:
    """Key of the job that makes groups of compared pairs under decisions."""
    return f"groups {compared} {least} {decisions.version}"


def kept_groups(bundle: Bundle, deciding: Deciding) -> CatalogueGroups | None:
    """The groups of a catalogue whose pairs were scored before, under the decisions that hold now.

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
    job = group_jobs().start(
        groups_key(comparison_key(bundle, deciding.chosen.name), least, decisions),
        lambda progress: group_by_scores(scored, least, decisions.pairs, progress=progress).complete(),
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
