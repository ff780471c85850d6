"""Review groups: the whole catalogue is grouped under any set of rules, and every group says how sure it is."""

from __future__ import annotations

import math

import streamlit as st

from product_matching.app.frame import FIND, REVIEW, Frame, draw_frame, open_or_explain
from product_matching.app.resources import reviews, warm_up
from product_matching.app.review.address import ORDERS, ReviewAddress, read_review_address
from product_matching.app.review.export import groups_csv, submission_csv
from product_matching.app.review.group_view import draw_group
from product_matching.app.review.panel import change_review, draw_settings
from product_matching.app.review.review import Review, count_sizes, estimate_seconds
from product_matching.app.shared.charts import size_chart
from product_matching.app.shared.scorers import scorer_names, scorer_of, version_of
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.wording import count_text, plain, say_seconds
from product_matching.errors import InputError
from product_matching.workflows.decide import Decided, decide_by_scores, decide_catalogue
from product_matching.workflows.find import Finder

GROUPS_A_PAGE = 10
_ORDER = "group_order"


def draw_review(frame: Frame) -> None:
    """Draw the page."""
    st.title("Review groups", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    address, problems = read_review_address(st.query_params.to_dict())
    if address.bundle is None:
        st.query_params["bundle"] = frame.current.name
    if problems:
        st.warning("  \n".join(map(plain, problems)), icon=":material/link_off:")
    _draw_groups(finder, frame.current.name, address)
    warm_up(frame.current)


def _draw_groups(finder: Finder, catalogue: str, address: ReviewAddress) -> None:
    panel, results = st.columns([0.3, 0.7], gap="large")
    with panel:
        draw_settings(finder.bundle, address, scorer_names())
    with results:
        try:
            review = _review(finder, address)
        except InputError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        if review is not None:
            _draw_summary(finder, catalogue, address, review)
            _draw_list(finder, catalogue, address, review)


def _review(finder: Finder, address: ReviewAddress) -> Review | None:
    """Return the groups that were found under these rules, or find them once the button is pressed."""
    bundle = finder.bundle
    key = _key(finder, address)
    review = reviews().known(key)
    if review is not None:
        return review
    place = st.container()
    with place:
        took = say_seconds(estimate_seconds(bundle, address.rules, scored=address.scorer is not None))
        st.markdown(
            f"All {count_text(len(bundle), 'listing')} are compared with each other under the rules of this page and "
            f"put into groups of the same product. That takes {took}, once for each set of rules."
        )
        asked = st.button("Find the groups", type="primary", icon=":material/workspaces:")
    if not asked:
        return None
    with st.spinner(_doing(address, took), show_time=True):
        review = reviews().make(key, lambda: _decide(finder, address))
    st.rerun()
    return review


def _doing(address: ReviewAddress, took: str) -> str:
    first = "Waiting for the groups that somebody else looks for, then " if reviews().busy else ""
    what = "scoring every near pair" if address.scorer is not None else "comparing every listing with every other"
    text = f"{first}{what} and grouping them: {took}"
    return text[0].upper() + text[1:]


def _key(finder: Finder, address: ReviewAddress) -> str:
    if address.scorer is not None:
        return f"{finder.bundle.fingerprint} {version_of(address.scorer)}"
    return f"{finder.bundle.fingerprint} {address.rules} {address.thresholds}"


def _decide(finder: Finder, address: ReviewAddress) -> Decided:
    if address.scorer is not None:
        return decide_by_scores(scorer_of(finder.bundle, address.scorer))
    return decide_catalogue(finder, address.rules, address.thresholds)


def _draw_summary(finder: Finder, catalogue: str, address: ReviewAddress, review: Review) -> None:
    largest = max((group.size for group in review.groups), default=0)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Groups", f"{len(review.groups):,}", width="content")
        st.metric("Listings in a group", f"{review.n_grouped:,} of {len(finder.bundle):,}", width="content")
        st.metric("Largest group", f"{largest:,}", width="content")
    st.caption(_say_how(address, review))
    if not review.groups:
        st.info("No two listings are near enough under these rules.", icon=":material/search_off:")
        return
    counts = count_sizes(review.groups)
    st.plotly_chart(
        size_chart(counts),
        key="group_sizes",
        config={"displayModeBar": False},
        alt="Number of groups by size: " + ", ".join(f"{count} of {name}" for name, count in counts),
    )
    with st.container(horizontal=True):
        for label, name, make in (("Groups", "groups", groups_csv), ("Matches", "matches", submission_csv)):
            st.download_button(
                f"{label} as CSV",
                data=lambda make=make: make(finder.bundle, review),  # type: ignore[misc]
                file_name=f"{catalogue}-{name}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                help=_DOWNLOADS[name],
            )


_DOWNLOADS = {
    "groups": "posting_id, group, size, density and weakest link (1 is exactly at the threshold) of every listing.",
    "matches": "posting_id and matches, the competition's format: at most 50, the listing itself first.",
}


def _say_how(address: ReviewAddress, review: Review) -> str:
    found = f"found in {review.seconds:.1f} s"
    if address.scorer is not None:
        return f"Decided by the second stage {plain(address.scorer)}, {found}."
    used, given = review.decided.thresholds, address.thresholds
    sides = (("photo", used.photo, given.photo), ("title", used.title, given.title), ("mean", used.fused, given.fused))
    distances = [
        f"{side} distance up to {value:.3f} ({'tuned for the rules' if own is None else 'set by hand'})"
        for side, value, own in sides
        if value is not None
    ]
    return f"Decided by {' or '.join(distances)}, {found}."


def _draw_list(finder: Finder, catalogue: str, address: ReviewAddress, review: Review) -> None:
    if not review.groups:
        return
    pages = math.ceil(len(review.groups) / GROUPS_A_PAGE)
    page = min(address.page, pages)
    scroll_up_for(f"{catalogue} {page}")
    with st.container(horizontal=True, vertical_alignment="center"):
        first, last = (page - 1) * GROUPS_A_PAGE, min(page * GROUPS_A_PAGE, len(review.groups))
        st.subheader(f"Groups {first + 1:,} to {last:,} of {len(review.groups):,}", anchor=False, width="content")
        st.space("stretch")
        st.session_state[_ORDER] = address.order
        st.selectbox(
            "Order",
            list(ORDERS),
            key=_ORDER,
            format_func=lambda order: ORDERS[order],
            on_change=_choose_order,
            label_visibility="collapsed",
            width=190,
        )
    for group in review.ordered(address.order)[first:last]:
        chosen = draw_group(finder, review.decided, group)
        if chosen is not None:
            st.switch_page(FIND, query_params={"bundle": catalogue, "listing": chosen})
    if pages > 1:
        key = f"group_page_{page}"  # the page is in the key: the control starts where the address stands
        st.pagination(pages, default=page, key=key, on_change=_turn_page, args=(key,))


def _choose_order() -> None:
    change_review(order=st.session_state[_ORDER])


def _turn_page(key: str) -> None:
    change_review(page=st.session_state[key])


draw_review(draw_frame(REVIEW, "Review groups"))
