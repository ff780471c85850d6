"""The pair scorers that are here, and one of them prepared for a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.resources import BY_BUNDLE, jobs
from product_matching.app.shared.wording import count_text, say_seconds
from product_matching.errors import InputError
from product_matching.places import models_folder
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from product_matching.matching.candidates import Candidates
    from product_matching.matching.pair_classifier import PairClassifier
    from product_matching.matching.pair_judge import PairJudge, Verdict
    from product_matching.workflows.find import Query

#: Listings that are scored in a second.
SCORED_PER_SECOND = 300


def scorer_names() -> list[str]:
    """Names of the trained pair scorers, without their ``.npz``."""
    folder = _folder()
    return sorted(path.stem for path in folder.glob("*.npz") if path.is_file()) if folder.is_dir() else []


def describe_no_scorer() -> str:
    """Say how to get a pair scorer where there is none."""
    return (
        ":material/school: No pair scorer is trained yet: "
        "`product-matching train-pairs CATALOGUE --out models/pairs/NAME.npz` makes one from a labelled catalogue."
    )


def scorer_of(name: str) -> PairClassifier:
    """Read a pair scorer, once for all sessions and again after it was replaced.

    Raises
    ------
    InputError
        There is none of this name, or its file is damaged.
    """
    return _scorer(*_version(name))


def check_scorer(bundle: Bundle, name: str, query: Query) -> None:
    """Check that a pair scorer can be asked about a query, before it is prepared.

    Raises
    ------
    InputError
        There is none of this name, its file is damaged, or catalogue or query lack what it compares.
    """
    scorer_of(name)
    if not query.text:
        raise InputError("The pair scorer compares titles and this search has none.")


def prepare_scorer(bundle: Bundle, name: str, visitor: str) -> Job[PairJudge]:
    """Prepare a pair scorer for a catalogue in the background, once for all sessions; takes seconds to a minute."""
    key = f"scorer {bundle.fingerprint} {version_of(name)}"
    job = jobs().find(key, visitor)
    if job is None or job.state is State.CANCELLED:
        job = jobs().start(key, lambda _: _prepared(bundle, *_version(name)), visitor)
        job.wait(PATIENCE_SECONDS)
    return job


def describe_preparation(bundle: Bundle) -> str:
    """Say what is done before the first prediction, and about how long it takes."""
    took = say_seconds(len(bundle) / SCORED_PER_SECOND)
    return f"Preparing the pair scorer for {count_text(len(bundle), 'listing')}, which takes {took}, once"


def version_of(name: str) -> str:
    """What changes when a pair scorer is replaced; for keys of caches."""
    return "{} {}".format(*_version(name))


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def predictions_of(
    fingerprint: str, query_key: str, version: str, _prepared: PairJudge, _query: Query, _candidates: Candidates
) -> list[Verdict]:
    """Score the candidates of a query, once per query; bundle, query and scorer are named by the keys."""
    from product_matching.workflows.judging import judge_candidates

    return judge_candidates(_prepared, _query, _candidates)


def _folder() -> Path:
    return models_folder() / "pairs"


def _version(name: str) -> tuple[str, int]:
    if name not in scorer_names():  # also what keeps names of other folders out
        raise InputError(f"There is no pair scorer {name!r:.80} here: choose another one under Rules.")
    path = _folder() / f"{name}.npz"
    return str(path), path.stat().st_mtime_ns


@st.cache_resource(max_entries=4, show_spinner=False)
def _scorer(path: str, changed: int) -> PairClassifier:
    from product_matching.matching.pair_classifier import load_classifier

    return load_classifier(Path(path))


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=BY_BUNDLE)
def _prepared(bundle: Bundle, path: str, changed: int) -> PairJudge:
    from product_matching.workflows.judging import make_judge

    return make_judge(bundle, _scorer(path, changed))
