"""Review: the catalogue in groups; doubtful pairs are decided, the result is audited and exported."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from product_matching.app.address import FIND, ORDERS, REVIEW, STEPS, SURENESS, Address, write_address
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.navigation import coupled, coupled_by_key, remembered_address
from product_matching.app.resources import decisions_of, facets_of, jobs, warm_up
from product_matching.app.review.audit_view import draw_audit
from product_matching.app.review.bands_panel import draw_bands
from product_matching.app.review.changes import draw_changes
from product_matching.app.review.comparing import ComparedPairs, are_compared, begin, pairs_at_hand, running
from product_matching.app.review.decisions_view import draw_decisions
from product_matching.app.review.export_view import draw_export
from product_matching.app.review.filters import draw_review_filters
from product_matching.app.review.group_view import draw_group
from product_matching.app.review.grouping_view import groups_or_progress
from product_matching.app.review.groups import page_of_groups
from product_matching.app.review.held import held_of
from product_matching.app.review.pair_view import draw_queue
from product_matching.app.review.pairs import ReviewPairs, review_pairs
from product_matching.app.review.panel import draw_settings
from product_matching.app.review.recording import draw_said, draw_undo, draw_who
from product_matching.app.review.request import GroupRequest, request_groups, say_decided, say_request, say_thresholds
from product_matching.app.review.setting import setting_of
from product_matching.app.review.summary import draw_group_summary, draw_pair_summary
from product_matching.app.shared.asked_rows import rows_asked_for
from product_matching.app.shared.basis_view import draw_basis
from product_matching.app.shared.charts import describe_sizes, size_chart
from product_matching.app.shared.deciding import Deciding, decide_how, keep_in_address
from product_matching.app.shared.facets import listings_kept
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.unusable import draw_unusable, say_beyond
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit import read_audits
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder

_STEP_LABELS = {
    "pairs": "Pairs",
    "groups": "Groups",
    "audit": "Audit",
    "decisions": "Decided",
    "export": "Export",
}
#: Width of the steps in pixels: what is beside them keeps its row while a browser draws them.
_STEPS_WIDTH = 356


def draw_review(frame: Frame) -> None:
    """Draw the page."""
    st.title("Review", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    address, deciding = frame.address, decide_how(finder.bundle, frame.address)
    keep_in_address(address, deciding)
    if deciding.problem:
        st.error(plain(deciding.problem), icon=":material/error:")
    draw_said()
    request = request_groups(finder.bundle, address, deciding)
    try:
        compared = _compared(finder, address, deciding, request)
        if compared is not None:
            _draw_result(finder, address, deciding, request=request, compared=compared)
        elif deciding.by != SURENESS:
            _draw_meanwhile(finder, address, deciding)
    except InputError as error:  # such as decisions that cannot be read
        st.error(plain(str(error)), icon=":material/error:")
    draw_basis(finder.bundle, deciding)
    warm_up(frame.current)


def _compared(finder: Finder, address: Address, deciding: Deciding, request: GroupRequest) -> ComparedPairs | None:
    """The compared pairs if they are at hand; else how far comparing them is, or the button that begins it."""
    compared, job = pairs_at_hand(finder.bundle, request, deciding), running(request)
    if compared is not None:
        return compared
    # Distances are set first, one after another: only those that were compared before begin by themselves.
    if job is None and (request.scorer is not None or are_compared(finder.bundle, request)):
        begin(finder.bundle, request)
        compared, job = pairs_at_hand(finder.bundle, request, deciding), running(request)
        if compared is not None:
            return compared
    _draw_settings(finder.bundle, address, deciding)
    if job is not None and not job.finished:
        draw_job(job, "Comparing the listings", partial(jobs().cancel, request.key, visitor()))
        return None
    if job is not None and job.error:
        st.error(plain(job.error), icon=":material/error:")
    st.markdown(say_request(finder.bundle))
    begin_it = partial(begin, finder.bundle, request)
    st.button("Compare the listings", type="primary", icon=":material/workspaces:", on_click=begin_it)
    return None


def _draw_meanwhile(finder: Finder, address: Address, deciding: Deciding) -> None:
    """Draw the result by sureness as long as there is none by distances, if it is at hand."""
    by_sureness = replace(deciding, by=SURENESS)
    request = request_groups(finder.bundle, address, by_sureness)
    compared = None if request.scorer is None else pairs_at_hand(finder.bundle, request, by_sureness)
    if compared is not None:
        st.info("Until the listings are compared by distance, this is the result by sureness.", icon=":material/info:")
        _draw_result(finder, address, by_sureness, request=request, compared=compared, with_settings=False)


def _draw_result(
    finder: Finder,
    address: Address,
    deciding: Deciding,
    *,
    request: GroupRequest,
    compared: ComparedPairs,
    with_settings: bool = True,
) -> None:
    bundle = finder.bundle
    review = review_pairs(compared, address, request.least, request.key)
    summary, settings = st.columns([0.8, 0.2], vertical_alignment="bottom")
    head, changes = st.container(), st.container()

    def groups() -> CatalogueGroups | None:
        made = groups_or_progress(bundle, request, compared)
        if made is not None:
            with summary:
                _draw_group_summary(bundle, request, made)
        return made

    # The numbers of the groups come first: they stand above all else, and would move it.
    found = groups() if address.step in ("groups", "export") else None
    if with_settings:
        with settings, st.container(horizontal=True, horizontal_alignment="right"):
            _draw_settings(bundle, address, deciding, review)
    with head:
        _draw_steps(bundle, address)
        draw_unusable(*listings_kept(facets_of(bundle), address.where)[1])
    is_auditing = address.step == "audit" and read_audits(bundle).begun is not None
    if not is_auditing:  # its pairs are answered one after another: nothing is grouped in between
        with changes:
            draw_changes(bundle, request, compared)
    if address.step == "pairs":  # answered one after another: nothing is grouped in between

        def counted(left: int) -> None:
            with summary:
                draw_pair_summary(bundle, review, deciding, left, asked=rows_asked_for(bundle, address))

        draw_queue(finder, address, deciding, review, counted=counted, held=held_of(bundle, request, compared))
        return
    if address.step == "decisions":
        draw_decisions(bundle, address)
        return
    setting = setting_of(bundle, request, compared)
    if address.step == "audit":
        draw_audit(finder, deciding, review, groups, setting=setting)
    elif found is not None and address.step == "groups":
        _draw_groups(finder, address, deciding, found)
    elif found is not None and address.step == "export":
        key = f"{request.key} {request.least} {decisions_of(bundle).version}"
        draw_export(bundle, address, found, setting=setting, key=key)


def _draw_steps(bundle: Bundle, address: Address) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Step",
            list(STEPS),
            format_func=lambda step: _STEP_LABELS[step],
            required=True,
            label_visibility="collapsed",
            width=_STEPS_WIDTH,
            **coupled("step", address.step),
        )
        st.space("stretch")
        draw_review_filters(bundle, address)


def _draw_group_summary(bundle: Bundle, request: GroupRequest, found: CatalogueGroups) -> None:
    draw_group_summary(bundle, found)
    how = say_thresholds(request, found.decided.thresholds)
    st.caption(" ".join(filter(None, [how, say_decided(bundle, decisions_of(bundle))])))


def _draw_settings(bundle: Bundle, address: Address, deciding: Deciding, review: ReviewPairs | None = None) -> None:
    """Draw the settings behind a button, once it is open: closed, its sliders would forget where they stand."""
    with st.popover("Settings", icon=":material/tune:", key="review_settings", on_change="rerun") as settings:
        if not settings.open:
            return
        draw_settings(bundle, address, deciding)
        if deciding.by == SURENESS and review is not None:
            draw_bands(bundle, address, review, rows_asked_for(bundle, address))
        draw_who()


def _draw_groups(finder: Finder, address: Address, deciding: Deciding, found: CatalogueGroups) -> None:
    if found.sizes is None:
        st.info("No two listings match under these settings.", icon=":material/search_off:")
        return
    shown = page_of_groups(finder.bundle, found, address)
    draw_unusable(say_beyond("page", address.page, shown.pages))
    scroll_up_for(f"{finder.bundle.manifest.name} {shown.page}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(shown.heading, anchor=False, width="content")
        st.space("stretch")
        draw_undo()
        st.selectbox(
            "Order",
            list(ORDERS),
            format_func=lambda order: ORDERS[order],
            label_visibility="collapsed",
            width=230,
            **coupled("order", address.order),
        )
    for group in shown.groups:
        chosen = draw_group(finder, deciding, found, group)
        if chosen is not None:
            st.switch_page(FIND, query_params=write_address(remembered_address().of_listing(chosen), FIND))
    if shown.pages > 1:
        st.pagination(shown.pages, **coupled_by_key("page", shown.page))
    st.subheader("Sizes of all groups", anchor=False)
    st.plotly_chart(
        size_chart({"Groups": found.sizes}),
        key="group_sizes",
        config={"displayModeBar": False},
        alt=describe_sizes("Groups", found.sizes),
    )


draw_review(draw_frame(REVIEW, "Review"))
