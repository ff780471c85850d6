"""Find: a photo, a title or a listing is searched for, and two sliders decide which listings are its duplicates."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.address import MAX_THRESHOLD, RESULT_COUNTS, Address, read_address
from product_matching.app.decision import Decision, decide
from product_matching.app.export import matches_csv
from product_matching.app.frame import FIND, Frame, draw_frame, draw_no_catalogue
from product_matching.app.gallery import draw_samples
from product_matching.app.query import Asked, ask
from product_matching.app.query_panel import change_address, draw_query_panel, search_listing
from product_matching.app.resources import (
    CANDIDATES_PER_SIDE,
    candidates_of,
    encoder_of,
    finder_of,
    samples_of,
    uploads,
    warm_up,
)
from product_matching.app.results import draw_results
from product_matching.app.scroll import scroll_up_for
from product_matching.app.threshold_panel import chosen_thresholds, draw_thresholds
from product_matching.app.wording import count_text, distance_text, duration_text, plain
from product_matching.errors import InputError
from product_matching.find import Finder
from product_matching.matching.candidates import Candidates, Thresholds

N_SAMPLES = 12
N_BEYOND = 6
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
    if address.bundle is None:
        st.query_params["bundle"] = frame.current.name  # a link to this page shows the same elsewhere
    if problems:
        st.warning("  \n".join(map(plain, problems)), icon=":material/link_off:")
    scroll_up_for(" ".join(filter(None, [frame.current.name, address.listing, address.upload, address.title])))
    _draw_search(finder, address)
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address) -> None:
    notes = st.container()
    panel, results = st.columns([0.3, 0.7], gap="large")
    with results, st.spinner("Searching"):
        asked = ask(address, finder, uploads(), encoder_of)
        candidates, search_ms = _retrieve(finder, asked)
    manifest = finder.bundle.manifest
    thresholds = chosen_thresholds(address, manifest)
    decision = None if candidates is None else decide(candidates, thresholds, retrieved=CANDIDATES_PER_SIDE)
    if asked.problems:
        notes.error("  \n".join(map(plain, asked.problems)), icon=":material/error:")
    with panel:
        draw_query_panel(finder.bundle, address, asked)
        st.subheader("How near is near enough", anchor=False)
        if decision is not None:
            st.markdown(f"**{_count(decision)}** at these distances")
        draw_thresholds(manifest, _used(thresholds, asked), candidates)
    with results:
        if decision is None:
            _draw_start(finder, address)
        else:
            _draw_answer(finder, address, asked, decision, thresholds, search_ms)


def _used(thresholds: Thresholds, asked: Asked) -> Thresholds:
    """The thresholds that this query is decided by: a search by photo alone has no title distances."""
    if not asked.searchable:
        return thresholds
    query = asked.query
    return Thresholds(
        None if query.photo is None else thresholds.photo, None if query.title is None else thresholds.title
    )


def _retrieve(finder: Finder, asked: Asked) -> tuple[Candidates | None, float]:
    if not asked.searchable:
        return None, 0.0
    return candidates_of(finder.bundle.fingerprint, asked.key, finder, asked.query)


def _draw_start(finder: Finder, address: Address) -> None:
    st.subheader("Nothing is searched for yet" if not address.asks else "Start from a listing", anchor=False)
    st.markdown("Give a photo or a title, or choose one of these listings to see its duplicates.")
    chosen = draw_samples(finder.bundle, samples_of(finder.bundle, N_SAMPLES))
    if chosen is not None:
        st.switch_page(FIND, query_params=address.of_listing(chosen).to_params())


def _draw_answer(
    finder: Finder, address: Address, asked: Asked, decision: Decision, thresholds: Thresholds, search_ms: float
) -> None:
    _draw_headline(decision, finder, asked, thresholds, address)
    st.caption(" · ".join(filter(None, [_shares(decision, asked), _timing(asked, search_ms)])))
    if len(decision.matches):
        shown = _first(decision.matches, address.results)
        draw_results(finder.bundle, shown, thresholds, asked.words, search_listing)
        _draw_rest(len(decision.matches), address.results)
    else:
        _draw_no_match(decision, thresholds)
    if len(decision.beyond):
        st.subheader("Just beyond", anchor=False)
        st.caption("Not matches at these distances. The first one is the first that a raised slider lets in.")
        draw_results(finder.bundle, _first(decision.beyond, N_BEYOND), thresholds, asked.words, search_listing)


def _first(candidates: Candidates, count: int) -> Candidates:
    return candidates.take(np.arange(min(count, len(candidates))))


def _draw_headline(decision: Decision, finder: Finder, asked: Asked, thresholds: Thresholds, address: Address) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_count(decision), anchor=False, width="content")
        if not len(decision.matches):
            return
        st.space("stretch")
        st.session_state[_RESULTS] = address.results
        st.selectbox(
            "Number of cards",
            RESULT_COUNTS,
            key=_RESULTS,
            format_func=lambda number: f"{number} cards",
            on_change=_choose_results,
            label_visibility="collapsed",
            width=116,
        )
        st.download_button(
            "Download",
            data=lambda: matches_csv(finder, asked.query, thresholds),
            file_name=f"{finder.bundle.manifest.name}-matches.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="All matches as CSV, with their distances and every column of the catalogue.",
        )


def _count(decision: Decision) -> str:
    at_least = "At least " if decision.at_least else ""
    return at_least + count_text(len(decision.matches), "match", "matches")


def _shares(decision: Decision, asked: Asked) -> str:
    """By what the matches match; empty where the query has one side only."""
    if asked.query.photo is None or asked.query.title is None or not len(decision.matches):
        return ""
    only_photo, only_title = decision.n_photo - decision.n_both, decision.n_title - decision.n_both
    return f"{decision.n_both:,} by both, {only_photo:,} by photo alone, {only_title:,} by title alone"


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
        nearest = float(np.nanmin(distances, initial=np.inf))
        if threshold is not None and nearest <= MAX_THRESHOLD:
            hints.append(f"the {side} distance to {distance_text(nearest)}")
    st.info(
        f"No listing is this near. Raise {' or '.join(hints)} to let the nearest one in.", icon=":material/search_off:"
    )


def _timing(asked: Asked, search_ms: float) -> str:
    parts = (("decoded", asked.decode_ms), ("encoded", asked.encode_ms), ("searched", search_ms))
    return ", ".join(f"{what} in {duration_text(took)}" for what, took in parts if took)


draw_find(draw_frame(FIND, "Find duplicates"))
