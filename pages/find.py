"""Find: a photo, a title or a listing is searched for; sureness, or distances with rules, decide on duplicates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from product_matching.app.address import FIND, MANY, RESULT_COUNTS, SURENESS, Address, write_address
from product_matching.app.find.answer import Answer, answer_search, say_timing, used_thresholds
from product_matching.app.find.batch import draw_batch, draw_view_choice
from product_matching.app.find.export import matches_csv, scored_csv
from product_matching.app.find.found_words import draw_found, found_csv
from product_matching.app.find.print_words import draw_print, read_print, words_by_row
from product_matching.app.find.query import Asked, add_decisions, ask
from product_matching.app.find.query_panel import draw_query_panel, search_listing, search_sample
from product_matching.app.find.results import Cards, draw_results
from product_matching.app.find.scoring import Scoring, draw_preparation, score_search
from product_matching.app.find.settings_panel import draw_rules, draw_thresholds
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.navigation import coupled
from product_matching.app.resources import (
    CANDIDATES_PER_SIDE,
    candidates_of,
    decisions_of,
    encoder_of,
    sample_order_of,
    starts_of,
    uploads,
    warm_up,
    words_of,
)
from product_matching.app.shared.deciding import Deciding, decide_how, keep_in_address
from product_matching.app.shared.downloads import draw_csv_download
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.sample_gallery import draw_sample_choice, draw_sample_strip
from product_matching.app.shared.samples import sample_address
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.settings import chosen_thresholds
from product_matching.app.shared.sureness_panel import draw_decision, draw_sureness
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.find_words import FoundWords

N_STARTS = 12
#: On a phone the results stand below everything else: the count beside the sliders leads there.
_RESULTS_ANCHOR = "results"


def draw_find(frame: Frame) -> None:
    """Draw the page."""
    st.title("Find duplicates", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    address, deciding = frame.address, decide_how(finder.bundle, frame.address)
    keep_in_address(address, deciding)
    query = (address.listing, address.upload, address.sample, address.title)
    scroll_up_for(" ".join(filter(None, [frame.current.name, *query])))
    draw_view_choice(address)
    try:
        if address.find_view == MANY:
            draw_batch(finder, address, deciding)
        else:
            _draw_search(finder, address, deciding)
    except InputError as error:  # such as a pHash of the catalogue that is none
        st.error(plain(str(error)), icon=":material/error:")
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address, deciding: Deciding) -> None:
    notes = st.container()
    panel, results = st.columns([0.3, 0.7], gap="large")
    with results, st.spinner("Searching"):
        asked = ask(address, finder, uploads(), encoder_of, open_words=words_of)
        asked = read_print(asked, address, finder)
        asked = add_decisions(asked, finder.bundle, decisions_of(finder.bundle))
        candidates, search_ms = candidates_of(finder, asked) if asked.searchable else (None, 0.0)
        scoring = score_search(finder, deciding, asked)
        answer = None
        if candidates is not None:
            answer = answer_search(
                finder.bundle, address, asked, candidates, scored=scoring.scored, retrieved=CANDIDATES_PER_SIDE
            )
    with notes:
        problems = [*asked.problems, *filter(None, [scoring.problem])]
        if problems:
            st.error("  \n".join(map(plain, problems)), icon=":material/error:")
        if scoring.note:
            st.info(plain(scoring.note), icon=":material/info:")
    with panel:
        draw_query_panel(finder.bundle, address, asked)
        matched = {} if answer is None else words_by_row(finder.bundle, asked, answer.outcome.matches.rows)
        draw_print(finder.bundle, address, asked, matched)
        if not asked.by_words:
            _draw_settings(finder, address, asked, deciding, candidates=candidates, answer=answer, scoring=scoring)
        _draw_more_samples(finder, asked)
    with results:
        if asked.found is not None and asked.by_words:
            _draw_words(finder.bundle, address, asked.found)
        elif answer is None:
            _draw_start(finder, address)
        else:
            _draw_answer(finder, address, asked, answer, search_ms=search_ms)


def _draw_settings(
    finder: Finder,
    address: Address,
    asked: Asked,
    deciding: Deciding,
    *,
    candidates: Candidates | None,
    answer: Answer | None,
    scoring: Scoring,
) -> None:
    st.subheader("What is a match", anchor=False)
    draw_decision(deciding)
    if scoring.preparing is not None:
        draw_preparation(scoring.preparing)
    if answer is not None:
        leads = f" · [view them](#{_RESULTS_ANCHOR})" if len(answer.outcome.matches) else ""
        st.markdown(f"**{answer.count}** {answer.decided_by}{leads}")
    if scoring.preparing is not None:
        return
    if deciding.by == SURENESS and (answer is None or answer.is_scored):
        compared = asked.comparison if answer is None else answer.compared or asked.comparison
        draw_sureness(address, deciding, compared, read=asked.query.reads)
        return
    thresholds = chosen_thresholds(address, finder.bundle.manifest)
    draw_thresholds(finder.bundle.manifest, used_thresholds(thresholds, asked.query), candidates)
    draw_rules(finder.bundle, address, thresholds, trained=deciding.chosen is not None)


def _draw_more_samples(finder: Finder, asked: Asked) -> None:
    samples = finder.bundle.samples
    if asked.sample is not None and samples is not None:
        choose = partial(search_sample, finder.bundle)
        draw_sample_strip(samples, sample_order_of(finder.bundle), asked.sample.query_id, choose)


def _draw_start(finder: Finder, address: Address) -> None:
    samples = finder.bundle.samples
    if not address.asks:
        st.subheader("Nothing is searched for yet", anchor=False)
        st.markdown("Give a photo or a title, or choose one of those shown here.")
    sample = None if samples is None else draw_sample_choice(samples, sample_order_of(finder.bundle))
    if sample is not None:
        _search(sample_address(address, sample, finder.bundle))
    st.subheader("Start from a listing" if samples is None else "Or start from a listing", anchor=False)
    st.markdown("Choose a listing of the catalogue to find its duplicates.")
    listing = draw_listing_choice(finder.bundle, starts_of(finder.bundle, N_STARTS))
    if listing is not None:
        _search(address.of_listing(listing))


def _search(address: Address) -> None:
    st.switch_page(FIND, query_params=write_address(address, FIND))


def _draw_answer(finder: Finder, address: Address, asked: Asked, answer: Answer, *, search_ms: float) -> None:
    predictions = answer.outcome.predictions or {}
    cards = Cards(
        finder=finder,
        query=asked.query,
        thresholds=answer.thresholds,
        rules=answer.rules,
        words=asked.words,
        predictions=predictions,
        compared=answer.compared,
        picture=asked.picture(finder.bundle),
        joined=asked.joined,
        search=search_listing,
        print_words=words_by_row(finder.bundle, asked, np.concatenate([answer.shown.rows, answer.beyond.rows])),
    )
    file = None if answer.no_match else lambda: _csv(answer, cards, asked)
    _draw_headline(answer.count, address, file, finder.bundle.manifest.name)
    st.caption(" · ".join(filter(None, [answer.shares, say_timing(asked, search_ms), asked.decided])))
    if answer.truth:
        st.caption(f":material/fact_check: {answer.truth}")
    beyond = answer.beyond
    if answer.no_match:
        st.info(answer.no_match, icon=":material/search_off:")
        draw_results(cards, beyond.take(np.arange(min(1, len(beyond)))), matched=False)
        beyond = beyond.take(np.arange(1, len(beyond)))
    else:
        draw_results(cards, answer.shown, matched=True)
    if answer.rest:
        st.caption(answer.rest)
    if len(beyond):
        st.subheader("Just beyond", anchor=False)
    if len(answer.beyond):
        st.caption(answer.beyond_note)
        draw_results(cards, beyond, matched=False)


def _draw_words(bundle: Bundle, address: Address, found: FoundWords) -> None:
    count = count_text(len(found.matches), "match", "matches")
    file = partial(found_csv, bundle, found) if len(found.matches) else None
    _draw_headline(count, address, file, bundle.manifest.name)
    draw_found(bundle, found, address.results, search_listing)


def _draw_headline(count: str, address: Address, file: Callable[[], bytes] | None, name: str) -> None:
    """Draw the number of matches, and if there are any the choice of cards and the download."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(count, anchor=_RESULTS_ANCHOR, width="content")
        if file is None:
            return
        st.space("stretch")
        st.selectbox(
            "Number of cards",
            RESULT_COUNTS,
            format_func=lambda number: f"{number} cards",
            label_visibility="collapsed",
            width=116,
            **coupled("results", address.results),
        )
        draw_csv_download(
            "Download", file, f"{name}-matches.csv", tooltip="All matches as CSV, with every column of the catalogue."
        )


def _csv(answer: Answer, cards: Cards, asked: Asked) -> bytes:
    if answer.is_scored:
        return scored_csv(cards.finder, answer.outcome, asked.query, asked.decisions)
    return matches_csv(cards.finder, asked.query, cards.thresholds, cards.rules, decisions=asked.decisions)


draw_find(draw_frame(FIND, "Find duplicates"))
