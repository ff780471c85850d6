"""The pair scorers that are here, and one of them prepared for a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.resources import BY_BUNDLE, BY_CONTENT, jobs
from product_matching.errors import InputError
from product_matching.matching.second_stage import SCORER_FILE
from product_matching.places import models_folder
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer, Prediction
    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.workflows.choose_scorer import ChosenScorer
    from product_matching.workflows.find import Query

#: Folder of a pair scorer, and when its files were written.
Version = tuple[str, tuple[int, ...]]


def scorer_names() -> list[str]:
    """Names of the trained pair scorers."""
    folder = _folder()
    return sorted(path.parent.name for path in folder.glob(f"*/{SCORER_FILE}")) if folder.is_dir() else []


def describe_no_scorer() -> str:
    """Say how to get a pair scorer where there is none."""
    return (
        ":material/school: No pair scorer is trained yet: "
        "`product-matching train-pairs CATALOGUE --out models/pairs/NAME` makes one from a labelled catalogue."
    )


def scorer_for(bundle: Bundle, name: str | None) -> ChosenScorer | None:
    """The pair scorer of a name for a catalogue, by default the one that decides there; once for all sessions.

    Raises
    ------
    InputError
        There is none of this name, its file is damaged, or the catalogue lacks what it compares.
    """
    if name is None:
        return _chosen(bundle, tuple(_version(each) for each in scorer_names()))
    return _opened(bundle, *_version(name))


def opened_scorer(bundle: Bundle, name: str) -> PairScorer:
    """The pair scorer of a name, opened for a catalogue once for all sessions; raises as `scorer_for` does."""
    return _opened(bundle, *_version(name)).scorer


def lacking_side(scorer: PairScorer, query: Query) -> str:
    """Say which side that a pair scorer compares a query lacks, such as the photo of a typed title; "" for none."""
    from product_matching.workflows.score_pairs import check_query

    try:
        check_query(scorer, query)
    except InputError as error:
        return str(error)
    return ""


def prepare_scorer(bundle: Bundle, name: str, visitor: str) -> Job[CatalogueScorer]:
    """Prepare a pair scorer for a catalogue in the background, once for all sessions; takes seconds to a minute."""
    key = prepared_key(bundle, name)
    job = jobs().find(key, visitor)
    if job is None or job.state is State.CANCELLED:
        job = jobs().start(key, lambda _: prepared_scorer(bundle, name), visitor)
        job.wait(PATIENCE_SECONDS)
    return job


def prepared_key(bundle: Bundle, name: str) -> str:
    """Key of the job that prepares a pair scorer for a catalogue."""
    return f"scorer {bundle.content} {version_of(name)}"


def prepared_scorer(bundle: Bundle, name: str) -> CatalogueScorer:
    """A pair scorer with the scores of a catalogue, made once for all sessions; the first caller waits for it.

    Raises
    ------
    InputError
        There is none of this name, its file is damaged, or the catalogue lacks what it compares.
    """
    return _prepared(bundle, *_version(name))


def version_of(name: str) -> str:
    """A version that changes when a pair scorer is replaced; for keys of caches."""
    return "{} {}".format(*_version(name))


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def predictions_of(
    fingerprint: str, query_key: str, version: str, _prepared: CatalogueScorer, _query: Query
) -> list[Prediction]:
    """Score the candidates of a query, once per query; bundle, query and scorer are named by the keys."""
    from product_matching.workflows.score_pairs import predict

    return predict(_prepared, _query)


def _folder() -> Path:
    return models_folder() / "pairs"


def _version(name: str) -> Version:
    if name not in scorer_names():  # also what keeps names of other folders out
        raise InputError(f"There is no pair scorer {name!r:.80} here: the default decides.")
    folder = _folder() / name
    files = [folder / SCORER_FILE, *sorted(folder.glob("trees_*.txt"))]
    return str(folder), tuple(path.stat().st_mtime_ns for path in files if path.is_file())


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _chosen(bundle: Bundle, versions: tuple[Version, ...]) -> ChosenScorer | None:
    from product_matching.workflows.choose_scorer import choose_scorer

    return choose_scorer(bundle)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_BUNDLE)
def _opened(bundle: Bundle, folder: str, changed: tuple[int, ...]) -> ChosenScorer:
    from product_matching.workflows.choose_scorer import open_scorer

    return open_scorer(bundle, Path(folder))


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=BY_CONTENT)
def _prepared(bundle: Bundle, folder: str, changed: tuple[int, ...]) -> CatalogueScorer:
    from product_matching.workflows.score_pairs import prepare_scorer as prepare

    return prepare(bundle, _opened(bundle, folder, changed).scorer)
