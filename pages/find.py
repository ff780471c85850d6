"""Find: a photo, a title or a listing is searched for; sliders, rules or the second stage decide on duplicates."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from product_matching.app.find.address import RESULT_COUNTS, Address, read_address
from product_matching.app.find.decision import Decision, decide, decide_by_scores, vetoed
from product_matching.app.find.export import matches_csv, scored_csv
from product_matching.app.find.no_match import draw_no_match
from product_matching.app.find.query import Asked, ask
from product_matching.app.find.query_panel import change_address, draw_query_panel, search_listing, search_sample
from product_matching.app.find.results import Cards, draw_results
from product_matching.app.find.threshold_panel import chosen_thresholds, draw_thresholds
from product_matching.app.frame import FIND, Frame, draw_frame, open_or_explain
from product_matching.app.resources import (
    CANDIDATES_PER_SIDE,
    candidates_of,
    encoder_of,
    sample_order_of,
    starts_of,
    uploads,
    warm_up,
)
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.rules_panel import draw_rules
from product_matching.app.shared.sample_gallery import draw_sample_choice, draw_sample_strip
from product_matching.app.shared.samples import describe_truth, is_title_of, sample_address
from product_matching.app.shared.scorers import (
    check_scorer,
    describe_preparation,
    predictions_of,
    scorer_names,
    scorer_of,
    version_of,
)
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.wording import count_text, duration_text, plain
from product_matching.errors import InputError
from product_matching.matching.candidates import NO_RULES, Candidates, PairRules, Thresholds
from product_matching.workflows.find import Finder

N_STARTS = 12
N_BEYOND = 6
_RESULTS = "results"
#: On a phone the results stand below everything else: the count beside the sliders leads there.
_RESULTS_ANCHOR = "results"


def draw_find(frame: Frame) -> None:
    """Draw the page."""
    st.title("Find duplicates", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    address, problems = read_address(st.query_params.to_dict())
    if address.bundle is None:
        st.query_params["bundle"] = frame.current.name  # a link to this page shows the same elsewhere
    if problems:
        st.warning("  \n".join(map(plain, problems)), icon=":material/link_off:")
    query = (address.listing, address.upload, address.sample, address.title)
    scroll_up_for(" ".join(filter(None, [frame.current.name, *query])))
    try:
        _draw_search(finder, address)
    except InputError as error:  # such as a pHash of the catalogue that is none
        st.error(plain(str(error)), icon=":material/error:")
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address) -> None:
    notes = st.container()
    panel, results = st.columns([0.3, 0.7], gap="large")
    with results, st.spinner("Searching"):
        asked = ask(address, finder, uploads(), encoder_of)
        candidates, search_ms = _retrieve(finder, asked)
        decision, scorer_problem = _decide(finder, address, asked, candidates)
    problems = [*asked.problems, *filter(None, [scorer_problem])]
    if problems:
        notes.error("  \n".join(map(plain, problems)), icon=":material/error:")
    with panel:
        draw_query_panel(finder.bundle, address, asked)
        _draw_settings(finder, address, asked, candidates, decision)
        if asked.sample is not None and finder.bundle.samples is not None:
            order = sample_order_of(finder.bundle)
            choose = partial(search_sample, finder.bundle)
            draw_sample_strip(finder.bundle.samples, order, asked.sample.query_id, choose)
    with results:
        if decision is None:
            _draw_start(finder, address)
        else:
            _draw_answer(finder, address, asked, decision, search_ms)


def _decide(
    finder: Finder, address: Address, asked: Asked, candidates: Candidates | None
) -> tuple[Decision | None, str]:
    """Let the second stage decide if it is on and can, else thresholds and rules; with a sentence if it cannot."""
    if candidates is None:
        return None, ""
    problem = ""
    if address.scorer is not None:
        try:
            return _decide_by_scores(finder, address.scorer, asked), ""
        except InputError as error:
            problem = f"{error} Distances and rules decide."
    thresholds = chosen_thresholds(address, finder.bundle.manifest)
    return decide(candidates, thresholds, address.rules, retrieved=CANDIDATES_PER_SIDE), problem


def _decide_by_scores(finder: Finder, name: str, asked: Asked) -> Decision:
    bundle, query = finder.bundle, asked.query
    check_scorer(bundle, name, query)
    with st.spinner(describe_preparation(bundle)):
        prepared = scorer_of(bundle, name)
    predictions = predictions_of(bundle.fingerprint, asked.key, version_of(name), prepared, query)
    rows = np.array([prediction.row for prediction in predictions], dtype=np.int64)
    return decide_by_scores(finder.compare(query, finder.measure(query, rows)), predictions)


def _draw_settings(
    finder: Finder, address: Address, asked: Asked, candidates: Candidates | None, decision: Decision | None
) -> None:
    manifest = finder.bundle.manifest
    thresholds = chosen_thresholds(address, manifest)
    scored = decision is not None and decision.predictions is not None
    st.subheader("How near is near enough", anchor=False)
    if decision is not None:
        by = "by the second stage" if scored else "at these distances"
        st.markdown(f"**{_count(decision)}** {by} · [see them](#{_RESULTS_ANCHOR})")
    if scored:
        st.caption("The second stage decides: distances and rules have no say until it is off.")
    draw_thresholds(manifest, _used(thresholds, asked), candidates, disabled=scored)
    draw_rules(finder.bundle, address, thresholds, scorer_names(), scored=scored)


def _used(thresholds: Thresholds, asked: Asked) -> Thresholds:
    """The thresholds that this query is decided by: a search by photo alone has no title distances."""
    if not asked.searchable:
        return thresholds
    query = asked.query
    return Thresholds(
        None if query.photo is None else thresholds.photo,
        None if query.title is None else thresholds.title,
        None if query.photo is None or query.title is None else thresholds.fused,
    )


def _retrieve(finder: Finder, asked: Asked) -> tuple[Candidates | None, float]:
    if not asked.searchable:
        return None, 0.0
    return candidates_of(finder.bundle.fingerprint, asked.key, finder, asked.query)


def _draw_start(finder: Finder, address: Address) -> None:
    samples = finder.bundle.samples
    if not address.asks:
        st.subheader("Nothing is searched for yet", anchor=False)
        st.markdown("Give a photo or a title, or choose one of those shown here.")
    sample = None if samples is None else draw_sample_choice(samples, sample_order_of(finder.bundle))
    if sample is not None:
        st.switch_page(FIND, query_params=sample_address(address, sample, finder.bundle).to_params())
    st.subheader("Start from a listing" if samples is None else "Or start from a listing", anchor=False)
    st.markdown("Listings of the catalogue, to see their duplicates.")
    chosen = draw_listing_choice(finder.bundle, starts_of(finder.bundle, N_STARTS))
    if chosen is not None:
        st.switch_page(FIND, query_params=address.of_listing(chosen).to_params())


def _draw_answer(finder: Finder, address: Address, asked: Asked, decision: Decision, search_ms: float) -> None:
    thresholds, rules = _deciding(finder, address, decision)
    cards = Cards(finder, asked.query, thresholds, rules, asked.words, decision.predictions or {}, search_listing)
    _draw_headline(decision, cards, address)
    st.caption(" · ".join(filter(None, [_shares(decision, asked), _timing(asked, search_ms)])))
    _draw_truth(finder, address, asked, decision)
    if len(decision.matches):
        draw_results(cards, _first(decision.matches, address.results), matched=True)
        _draw_rest(len(decision.matches), address.results)
    else:
        draw_no_match(asked.query, decision, thresholds, rules)
    if len(decision.beyond):
        st.subheader("Just beyond", anchor=False)
        st.caption(_say_beyond(decision, rules))
        draw_results(cards, _first(decision.beyond, N_BEYOND), matched=False)


def _draw_truth(finder: Finder, address: Address, asked: Asked, decision: Decision) -> None:
    """Of a sample it is known what should be found; beside a title of another product that says nothing."""
    if asked.sample is None or not is_title_of(asked.sample, address.title):
        return
    truth = describe_truth(finder.bundle, asked.sample, decision.matches.rows)
    if truth:
        st.caption(f":material/fact_check: {truth}")


def _deciding(finder: Finder, address: Address, decision: Decision) -> tuple[Thresholds, PairRules]:
    """What decided: none of both where the second stage did."""
    if decision.predictions is not None:
        return Thresholds(), NO_RULES
    return chosen_thresholds(address, finder.bundle.manifest), address.rules


def _say_beyond(decision: Decision, rules: PairRules) -> str:
    if decision.predictions is not None:
        return "Not matches by their score, the highest first."
    if vetoed(decision.beyond, rules).any():
        return "Not matches: their titles state other quantities, or they are too far."
    return "Not matches at these distances. The first one is the first that a raised slider lets in."


def _first(candidates: Candidates, count: int) -> Candidates:
    return candidates.take(np.arange(min(count, len(candidates))))


def _draw_headline(decision: Decision, cards: Cards, address: Address) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_count(decision), anchor=_RESULTS_ANCHOR, width="content")
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
            data=lambda: _csv(decision, cards),
            file_name=f"{cards.finder.bundle.manifest.name}-matches.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="All matches as CSV, with their distances and every column of the catalogue.",
        )


def _csv(decision: Decision, cards: Cards) -> bytes:
    if decision.predictions is not None:
        return scored_csv(cards.finder, decision)
    return matches_csv(cards.finder, cards.query, cards.thresholds, cards.rules)


def _count(decision: Decision) -> str:
    at_least = "At least " if decision.at_least else ""
    return at_least + count_text(len(decision.matches), "match", "matches")


def _shares(decision: Decision, asked: Asked) -> str:
    """By what the matches match; empty where the query has one side only."""
    by_rule = f"{decision.n_by_rule:,} by a rule alone" if decision.n_by_rule and decision.predictions is None else ""
    if asked.query.photo is None or asked.query.title is None or not len(decision.matches) or decision.predictions:
        return by_rule
    only_photo, only_title = decision.n_photo - decision.n_both, decision.n_title - decision.n_both
    sides = f"{decision.n_both:,} by both, {only_photo:,} by photo alone, {only_title:,} by title alone"
    return ", ".join(filter(None, [sides, by_rule]))


def _choose_results() -> None:
    change_address(results=st.session_state[_RESULTS])


def _draw_rest(count: int, shown: int) -> None:
    if count > shown:
        st.caption(f"The nearest {shown} of {count:,} are shown: show more cards, or download them all.")


def _timing(asked: Asked, search_ms: float) -> str:
    parts = (("decoded", asked.decode_ms), ("encoded", asked.encode_ms), ("searched", search_ms))
    return ", ".join(f"{what} in {duration_text(took)}" for what, took in parts if took)


draw_find(draw_frame(FIND, "Find duplicates"))
