"""The pair classifiers that are here, and the second stage prepared for a catalogue."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.shared.wording import count_text, say_seconds
from product_matching.errors import InputError
from product_matching.places import models_folder
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from product_matching.matching.candidates import Candidates
    from product_matching.matching.pair_classifier import PairClassifier
    from product_matching.matching.pair_judge import PairJudge, Verdict
    from product_matching.workflows.find import Query

_PREPARING = threading.Lock()


def judge_names() -> list[str]:
    """Names of the trained pair classifiers, without their ``.npz``."""
    folder = _folder()
    return sorted(path.stem for path in folder.glob("*.npz") if path.is_file()) if folder.is_dir() else []


def describe_no_judge() -> str:
    """Say how to get a pair classifier where there is none."""
    return (
        ":material/school: No second stage is trained yet: "
        "`product-matching train-pairs CATALOGUE --out models/pairs/NAME.npz` makes one from a labelled catalogue."
    )


def classifier_of(name: str) -> PairClassifier:
    """Read a pair classifier, once for all sessions and again after it was replaced.

    Raises
    ------
    InputError
        There is none of this name, or its file is damaged.
    """
    return _classifier(*_version(name))


def judge_of(bundle: Bundle, name: str) -> PairJudge:
    """Prepare a pair classifier for a catalogue, once for all sessions; takes seconds to a minute.

    Raises
    ------
    InputError
        There is none of this name, its file is damaged, or the catalogue has no titles.
    """
    return _judge(bundle.fingerprint, *_version(name), bundle)


def describe_preparation(bundle: Bundle) -> str:
    """Say what is done before the first judgement, and about how long it takes."""
    return (
        f"Preparing the second stage for {count_text(len(bundle), 'listing')}: {say_seconds(len(bundle) / 300)}, once"
    )


def version_of(name: str) -> str:
    """What changes when a pair classifier is replaced; for keys of caches."""
    return "{} {}".format(*_version(name))


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def verdicts_of(
    fingerprint: str, query_key: str, version: str, _judge: PairJudge, _query: Query, _candidates: Candidates
) -> list[Verdict]:
    """Judge the candidates of a query, once per query; bundle, query and classifier are named by the keys."""
    from product_matching.judging import judge_candidates

    return judge_candidates(_judge, _query, _candidates)


def _folder() -> Path:
    return models_folder() / "pairs"


def _version(name: str) -> tuple[str, int]:
    if name not in judge_names():  # also what keeps names of other folders out
        raise InputError(f"There is no second stage {name!r:.80} here: choose another one under Rules.")
    path = _folder() / f"{name}.npz"
    return str(path), path.stat().st_mtime_ns


@st.cache_resource(max_entries=4, show_spinner=False)
def _classifier(path: str, changed: int) -> PairClassifier:
    from product_matching.matching.pair_classifier import load_classifier

    return load_classifier(Path(path))


@st.cache_resource(max_entries=2, show_spinner=False)
def _judge(fingerprint: str, path: str, changed: int, _bundle: Bundle) -> PairJudge:
    from product_matching.judging import make_judge

    with _PREPARING:
        return make_judge(_bundle, _classifier(path, changed))
