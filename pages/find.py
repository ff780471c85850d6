"""Find: a photo, a title or a listing is searched for, and two sliders decide which listings are its duplicates."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.address import RESULT_COUNTS, Address, read_address
from product_matching.app.decision import Decision, decide
from product_matching.app.export import matches_csv
from product_matching.app.frame import FIND, Frame, draw_frame, draw_no_catalogue
from product_matching.app.gallery import draw_results, draw_samples
from product_matching.app.query import Asked, ask
from product_matching.app.query_panel import change_address, draw_query_panel
from product_matching.app.resources import (
    CANDIDATES_PER_SIDE,
    candidates_of,
    encoder_of,
    finder_of,
    uploads,
    warm_up,
)
from product_matching.app.samples import sample_rows
from product_matching.app.threshold_panel import chosen_thresholds, draw_thresholds
from product_matching.app.wording import count_text, distance_text, plain
from product_matching.errors import InputError
from product_matching.find import Finder
from product_matching.matching.candidates import Candidates, Thresholds

N_SAMPLES = 12
N_BEYOND = 8
_RESULTS = "results"


def draw_find(frame: Frame) -> None:
    """Draw the page."""
    st.title("Find duplicates", anchor=False)
    if frame.current is None or frame.problem:
        draw_no_catalogue(frame)
        return
    try:
        finder = finder_of(frame.current)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    address, problems = read_address(st.query_params.to_dict())
    for problem in problems:
        st.warning(plain(problem), icon=":material/link_off:")
    _draw_search(finder, Address(**{**vars(address), "bundle": frame.current.name}))
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address) -> None:
    panel, results = st.columns([0.3, 0.7], gap="large")
    with results, st.spinner("Searching", show_time=False):
        asked = ask(address, finder, uploads(), encoder_of)
        candidates, search_ms = _retrieve(finder, asked)
    manifest = finder.bundle.manifest
    thresholds = chosen_thresholds(address, manifest)
    with panel:
        draw_query_panel(finder.bundle, address, asked)
        draw_thresholds(manifest, thresholds, candidates)
    with results:
        for problem in asked.problems:
            st.error(plain(problem), icon=":material/error:")
        if candidates is None:
            _draw_start(finder, address)
        else:
            _draw_answer(finder, address, asked, candidates, thresholds)
            st.caption(_timing(asked, search_ms))


def _retrieve(finder: Finder, asked: Asked) -> tuple[Candidates | None, float]:
    if not asked.searchable:
        return None, 0.0
    return candidates_of(finder.bundle.fingerprint, asked.key, finder, asked.query)


def _draw_start(finder: Finder, address: Address) -> None:
    st.subheader("Nothing is searched for yet" if not address.asks else "Start from a listing", anchor=False)
    st.markdown("Give a photo or a title, or choose one of these listings to see its duplicates.")
    draw_samples(finder.bundle, sample_rows(finder.bundle, N_SAMPLES), address)


def _draw_answer(
    finder: Finder, address: Address, asked: Asked, candidates: Candidates, thresholds: Thresholds
) -> None:
    decision = decide(candidates, thresholds, retrieved=CANDIDATES_PER_SIDE)
    _draw_headline(decision, thresholds)
    if len(decision.matches):
        _draw_tools(finder, asked, thresholds, address)
        draw_results(finder.bundle, _first(decision.matches, address.results), thresholds, asked.words, address)
        _draw_rest(len(decision.matches), address.results)
    else:
        _draw_no_match(decision, thresholds)
    if len(decision.beyond):
        st.subheader("Just beyond", anchor=False)
        st.caption("Not matches at these distances. The first one is the first that a raised slider lets in.")
        draw_results(finder.bundle, _first(decision.beyond, N_BEYOND), thresholds, asked.words, address)


def _first(candidates: Candidates, count: int) -> Candidates:
    return candidates.take(np.arange(min(count, len(candidates))))


def _draw_headline(decision: Decision, thresholds: Thresholds) -> None:
    count = len(decision.matches)
    at_least = "At least " if decision.at_least else ""
    st.subheader(f"{at_least}{count_text(count, 'match', 'matches')}", anchor=False)
    if count and thresholds.photo is not None and thresholds.title is not None:
        only_photo, only_title = decision.n_photo - decision.n_both, decision.n_title - decision.n_both
        st.caption(
            f"{decision.n_both:,} by photo and title, {only_photo:,} by photo alone, {only_title:,} by title alone"
        )


def _draw_tools(finder: Finder, asked: Asked, thresholds: Thresholds, address: Address) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state[_RESULTS] = address.results
        st.selectbox("Cards shown", RESULT_COUNTS, key=_RESULTS, on_change=_choose_results, width=130)
        st.download_button(
            "Download all matches",
            data=lambda: matches_csv(finder, asked.query, thresholds),
            file_name=f"{finder.bundle.manifest.name}-matches.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="CSV with the distances and every column of the catalogue.",
        )


def _choose_results() -> None:
    change_address(results=st.session_state[_RESULTS])


def _draw_rest(count: int, shown: int) -> None:
    if count > shown:
        st.caption(f"The nearest {shown} of {count:,} are shown: show more cards, or download them all.")


def _draw_no_match(decision: Decision, thresholds: Thresholds) -> None:
    if not len(decision.beyond):
        st.info("No listing has anything in common with this.", icon=":material/search_off:")
        return
    hints = []
    for side, threshold, distances in (
        ("photo", thresholds.photo, decision.beyond.photo),
        ("title", thresholds.title, decision.beyond.title),
    ):
        if threshold is not None and not np.isnan(distances).all() and np.nanmin(distances) < 1:
            hints.append(f"the {side} distance to {distance_text(float(np.nanmin(distances)))}")
    st.info(
        f"No listing is this near. Raise {' or '.join(hints)} to let the nearest one in.", icon=":material/search_off:"
    )


def _timing(asked: Asked, search_ms: float) -> str:
    return f"Decoding {asked.decode_ms:.0f} ms, encoding {asked.encode_ms:.0f} ms, searching {search_ms:.0f} ms"


draw_find(draw_frame(FIND, "Find duplicates"))
