"""Find: a photo, a title or a listing is searched for; sureness, or distances with rules, decide on duplicates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from product_matching.app.address import FIND, MANY, RESULT_COUNTS, SURENESS, Address, write_address
from product_matching.app.components.card import draw_cards
from product_matching.app.find.answer import Answer, answer_search, say_timing, used_thresholds
from product_matching.app.find.batch import draw_batch, draw_view_choice
from product_matching.app.find.export import matches_csv, scored_csv
from product_matching.app.find.found_words import draw_found, found_csv
from product_matching.app.find.pair_view import Pair, open_pair
from product_matching.app.find.photo_queue import embedding
from product_matching.app.find.print_words import read_print, words_by_row
from product_matching.app.find.query import Asked, add_decisions, ask
from product_matching.app.find.query_panel import draw_query_panel, search_sample
from product_matching.app.find.results import ABREAST, CARD_WIDTH, Results, row_of_card
from product_matching.app.find.scoring import Scoring, draw_preparation, score_search
from product_matching.app.find.sections import make_sections
from product_matching.app.find.settings_panel import draw_probabilities, draw_rules, draw_thresholds
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.navigation import change_address, coupled, current_address
from product_matching.app.resources import (
    CANDIDATES_PER_SIDE,
    candidates_of,
    decisions_or_none,
    distances_of,
    facets_of,
    sample_order_of,
    starts_of,
    uploads,
    warm_up,
    words_of,
)
from product_matching.app.shared.basis_view import draw_basis
from product_matching.app.shared.deciding import Deciding, decide_how, keep_in_address
from product_matching.app.shared.downloads import GUARDED, draw_csv_download
from product_matching.app.shared.exactness import explain_exactness, say_exactness
from product_matching.app.shared.facets import listings_kept
from product_matching.app.shared.filter_panel import draw_filters, draw_hidden
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.sample_gallery import draw_sample_choice, draw_sample_strip
from product_matching.app.shared.samples import sample_address
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.served_notice import draw_served
from product_matching.app.shared.settings import chosen_thresholds
from product_matching.app.shared.sureness_panel import draw_decision, draw_sureness
from product_matching.app.shared.unusable import draw_unusable
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.matching.candidates import Mask
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.find_words import FoundWords

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

N_STARTS = 12


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
    where = st.container()
    try:
        if address.find_view == MANY:
            draw_batch(finder, address, deciding)
        else:
            _draw_search(finder, address, deciding)
    except InputError as error:  # such as a pHash of the catalogue that is none
        st.error(plain(str(error)), icon=":material/error:")
    if finder.served is not None:
        with where:
            # After the search, which may find out that Milvus does not answer.
            draw_served(finder.served, decides=deciding.by != SURENESS)
    draw_basis(finder.bundle, deciding)
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address, deciding: Deciding) -> None:
    notes, query = st.container(), st.container()
    with st.spinner("Searching"), embedding() as embed:
        asked = ask(address, finder, uploads(), embed, open_words=words_of)
        asked = read_print(asked, address, finder)
        decisions, unreadable = decisions_or_none(finder.bundle)
        asked = add_decisions(asked, finder.bundle, decisions)
        candidates, search_ms = candidates_of(finder, asked) if asked.searchable else (None, 0.0)
        scoring = score_search(finder, deciding, asked)
        kept, unusable = listings_kept(facets_of(finder.bundle), address.filters)
        answer = None
        if candidates is not None:
            answer = answer_search(
                finder.bundle,
                address,
                asked,
                candidates,
                scored=scoring.scored,
                retrieved=CANDIDATES_PER_SIDE,
                kept=kept,
            )
            answer = answer if scoring.preparing is None else answer.without_advice()
    with notes:
        if unreadable:
            st.warning(f"{plain(unreadable)} Until then the results are without decisions.", icon=":material/warning:")
        _draw_notes([*asked.problems, *filter(None, [scoring.problem])], unusable, scoring)
    with query:
        matched = {} if answer is None else words_by_row(finder.bundle, asked, answer.outcome.matches.rows)
        draw_query_panel(finder.bundle, address, asked, matched)
    if asked.found is not None and asked.by_words:
        _draw_words(finder.bundle, address, asked.found, kept)
        return
    if answer is None:
        _draw_start(finder, address)
        return
    # On a phone columns stand below each other in this order: the results come before the settings.
    results, settings = st.columns([0.72, 0.28], gap="large")
    with results:
        _draw_answer(finder, address, asked, answer, search_ms=search_ms)
    with settings:
        _draw_settings(finder, address, asked, deciding, answer=answer, scoring=scoring)
        _draw_more_samples(finder, asked)


def _draw_notes(problems: list[str], unusable: list[str], scoring: Scoring) -> None:
    if problems:
        st.error("  \n".join(map(plain, problems)), icon=":material/error:")
    if unusable:
        st.warning("  \n".join(map(plain, unusable)), icon=":material/filter_alt_off:")
    if scoring.note:
        st.info(plain(scoring.note), icon=":material/info:")


def _draw_settings(
    finder: Finder,
    address: Address,
    asked: Asked,
    deciding: Deciding,
    *,
    answer: Answer,
    scoring: Scoring,
) -> None:
    st.subheader("What is a match", anchor=False)
    draw_decision(deciding)
    if scoring.preparing is not None:
        draw_preparation(scoring.preparing)
    st.markdown(f"**{answer.count}** {answer.decided_by}")
    if scoring.preparing is not None:
        return
    if deciding.by == SURENESS and answer.is_scored:
        draw_sureness(address, deciding, answer.compared or asked.comparison, read=asked.query.reads)
        if scoring.scored is not None:
            draw_probabilities(np.array([each.score for each in scoring.scored.predictions]), deciding.least)
        return
    thresholds = chosen_thresholds(address, finder.bundle.manifest)
    used = used_thresholds(thresholds, asked.query)
    draw_thresholds(finder.bundle.manifest, used, distances_of(finder, asked))
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
    bundle = finder.bundle
    rows = np.concatenate([answer.shown.rows, answer.beyond.rows, answer.missed])
    results = Results(
        bundle=bundle,
        thresholds=answer.thresholds,
        rules=answer.rules,
        words=asked.words,
        predictions=answer.outcome.predictions or {},
        print_words=words_by_row(bundle, asked, rows),
        joined=asked.joined,
        parted=asked.parted,
        true=answer.true,
    )
    file = None if answer.no_match else lambda: _csv(finder, answer, asked)
    _draw_headline(answer.count, bundle, address, file)
    by_photo = asked.query.photo is not None
    exactness = say_exactness(bundle.manifest, by_photo=by_photo) if finder.served is None else ""
    said = [answer.shares, say_timing(asked, search_ms), exactness, asked.decided]
    st.caption(" · ".join(filter(None, said)), help=explain_exactness(bundle.manifest))
    if answer.truth:
        st.caption(f":material/fact_check: {answer.truth}")
    if answer.no_match:
        st.info(answer.no_match, icon=":material/search_off:")
    draw_hidden(answer.hidden)
    sections = make_sections(finder, asked, answer, results)
    chosen = draw_cards(sections, key="results", narrowest=CARD_WIDTH, abreast=ABREAST)
    if chosen is not None:
        change_address(compared=str(bundle.listings["posting_id"].iloc[row_of_card(chosen)]))
    _draw_pair(finder, asked, results.predictions)


def _draw_pair(finder: Finder, asked: Asked, predictions: Mapping[int, Prediction]) -> None:
    """Open the result that the address names beside the search."""
    compared = current_address().compared
    row = None if compared is None else finder.bundle.rows.get(compared)
    if compared is not None and row is None:
        draw_unusable(f"The address names a listing {compared!r:.60} to compare, which this catalogue does not have.")
    if row is not None:
        open_pair(Pair(finder=finder, asked=asked, row=row, prediction=predictions.get(row)))


def _draw_words(bundle: Bundle, address: Address, found: FoundWords, kept: Mask | None) -> None:
    count = count_text(len(found.matches), "match", "matches")
    file = partial(found_csv, bundle, found) if len(found.matches) else None
    _draw_headline(count, bundle, address, file)
    listing = draw_found(bundle, found, address.results, kept)
    if listing is not None:
        _search(address.of_listing(listing))


def _draw_headline(count: str, bundle: Bundle, address: Address, file: Callable[[], bytes] | None) -> None:
    """Draw the number of matches with the filters, and if there are any the choice of cards and the download."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(count, anchor=False, width="content")
        st.space("stretch")
        draw_filters(facets_of(bundle), address.filters, of="filters")
        if file is None:
            return
        st.selectbox(
            "Number of cards",
            RESULT_COUNTS,
            format_func=lambda number: f"{number} cards",
            label_visibility="collapsed",
            width=116,
            **coupled("results", address.results),
        )
        draw_csv_download(
            "Download",
            file,
            f"{bundle.manifest.name}-matches.csv",
            tooltip=f"All matches as CSV, with every column of the catalogue. {GUARDED}",
        )


def _csv(finder: Finder, answer: Answer, asked: Asked) -> bytes:
    if answer.is_scored:
        return scored_csv(finder, answer.outcome, asked.query, asked.decisions)
    return matches_csv(finder, asked.query, answer.thresholds, answer.rules, decisions=asked.decisions)


draw_find(draw_frame(FIND, "Find duplicates"))
