"""Review groups: the whole catalogue is grouped by sureness, or by distances under any set of rules."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.address import FIND, ORDERS, REVIEW, Address, write_address
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.jobs import PATIENCE_SECONDS
from product_matching.app.navigation import coupled, coupled_by_key, remembered_address
from product_matching.app.resources import jobs, warm_up
from product_matching.app.review.export import groups_csv, submission_csv
from product_matching.app.review.group_view import draw_group
from product_matching.app.review.groups import FoundGroups, count_sizes, find_groups, page_of_groups
from product_matching.app.review.panel import draw_settings
from product_matching.app.review.request import GroupRequest, request_groups, say_request
from product_matching.app.shared.charts import size_chart
from product_matching.app.shared.deciding import Deciding, decide_how, keep_in_address
from product_matching.app.shared.downloads import draw_csv_download
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder

#: Key of what the session has seen groups of: names their scores.
_SCORES = "review_scores"
_DOWNLOADS = (
    (
        "Groups as CSV",
        "groups",
        groups_csv,
        "posting_id, group, size, density and weakest link (1 is exactly at the threshold) of every listing.",
    ),
    (
        "Matches as CSV",
        "matches",
        submission_csv,
        "posting_id and all matches, the competition's format: the listing itself first, then nearest first.",
    ),
)


def draw_review(frame: Frame) -> None:
    """Draw the page."""
    st.title("Review groups", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    deciding = decide_how(finder.bundle, frame.address)
    keep_in_address(frame.address, deciding)
    if deciding.problem:
        st.error(plain(deciding.problem), icon=":material/error:")
    panel, results = st.columns([0.3, 0.7], gap="large")
    with panel:
        draw_settings(finder.bundle, frame.address, deciding)
    with results:
        try:
            found = _draw_search(finder, frame.address, deciding)
        except InputError as error:  # such as decisions that cannot be read
            st.error(plain(str(error)), icon=":material/error:")
            found = None
        if found is not None:
            _draw_summary(finder.bundle, found.groups, found.how)
            _draw_list(finder, frame.address, found.groups)
    warm_up(frame.current)


def _draw_search(finder: Finder, address: Address, deciding: Deciding) -> FoundGroups | None:
    """The groups under these rules if they are found; else how far finding them is, or the button that begins it."""
    request = request_groups(finder.bundle, address, deciding)
    job = jobs().find(request.key, visitor())
    if job is None and request.scores and request.scores == st.session_state.get(_SCORES):
        _begin(finder, request)  # only what is accepted has changed
        job = jobs().find(request.key, visitor())
    if job is not None and job.finished and not job.error:
        found: FoundGroups = job.result
        st.session_state[_SCORES] = request.scores
        return found
    if job is not None and not job.finished:
        cancel = partial(jobs().cancel, request.key, visitor())
        draw_job(job, "Finding the groups", cancel)
        return None
    if job is not None:
        st.error(plain(job.error), icon=":material/error:")
    st.markdown(say_request(finder.bundle))
    st.button("Find the groups", type="primary", icon=":material/workspaces:", on_click=_begin, args=(finder, request))
    return None


def _begin(finder: Finder, request: GroupRequest) -> None:
    job = jobs().start(request.key, lambda progress: find_groups(finder.bundle, request, progress), visitor())
    job.wait(PATIENCE_SECONDS)


def _draw_summary(bundle: Bundle, found: CatalogueGroups, how: str) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric("Groups", f"{len(found.groups):,}", width="content")
        st.metric("Listings in a group", f"{found.n_grouped:,} of {len(bundle):,}", width="content")
        st.metric("Largest group", f"{found.largest:,}", width="content")
    st.caption(how)
    if not found.groups:
        st.info("No two listings match under these settings.", icon=":material/search_off:")
        return
    counts = count_sizes(found.groups)
    st.plotly_chart(
        size_chart(counts),
        key="group_sizes",
        config={"displayModeBar": False},
        alt="Number of groups by size: " + ", ".join(f"{count} of {name}" for name, count in counts),
    )
    with st.container(horizontal=True):
        for label, name, make, says in _DOWNLOADS:
            draw_csv_download(label, partial(make, bundle, found), f"{bundle.manifest.name}-{name}.csv", tooltip=says)


def _draw_list(finder: Finder, address: Address, found: CatalogueGroups) -> None:
    if not found.groups:
        return
    shown = page_of_groups(found, address)
    scroll_up_for(f"{finder.bundle.manifest.name} {shown.page}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(shown.heading, anchor=False, width="content")
        st.space("stretch")
        st.selectbox(
            "Order",
            list(ORDERS),
            format_func=lambda order: ORDERS[order],
            label_visibility="collapsed",
            width=190,
            **coupled("order", address.order),
        )
    for group in shown.groups:
        chosen = draw_group(finder, found, group)
        if chosen is not None:
            st.switch_page(FIND, query_params=write_address(remembered_address().of_listing(chosen), FIND))
    if shown.pages > 1:
        st.pagination(shown.pages, **coupled_by_key("page", shown.page))


draw_review(draw_frame(REVIEW, "Review groups"))
