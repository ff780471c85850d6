"""The result of a review in a few numbers."""

from __future__ import annotations

import streamlit as st

from product_matching.app.review.pairs import ReviewPairs
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.decisions import BundleDecisions


def draw_pair_summary(review: ReviewPairs, decisions: BundleDecisions, left: int) -> None:
    """Draw how many pairs are sure, how many of them are expected to be wrong, and how many are left and decided."""
    counts = review.pairs.count(review.bands)
    with st.container(horizontal=True, gap="medium"):
        edge = f" from {round(100 * review.bands.accept)} %" if review.are_probabilities else ""
        st.metric(f"Sure{edge}", f"{counts.accepted:,}", width="content", help="Pairs accepted without review.")
        if review.are_probabilities:
            wrong = f"{counts.expected_wrong:,.0f}"
            st.metric("Expected wrong", wrong, width="content", help="Of the sure pairs, by their percentages.")
        lower, upper = (round(100 * each) for each in (review.bands.reject, review.bands.accept))
        doubt = f"Pairs from {lower} to {upper} % sure" if review.are_probabilities else "Pairs near a threshold"
        st.metric(
            "Left to review",
            f"{left:,}",
            width="content",
            help=f"{doubt} on which nothing is decided yet; Thresholds counts them in the same way.",
        )
        st.metric("Decided", f"{decisions.n_applied:,}", width="content", help="Decisions on pairs of this catalogue.")


def draw_group_summary(bundle: Bundle, found: CatalogueGroups) -> None:
    """Draw how many groups and duplicates there are."""
    removed = found.n_grouped - len(found.groups)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Groups", f"{len(found.groups):,}", width="content")
        st.metric("Duplicates", f"{removed:,}", width="content", help="Listings in a group but for one of each.")
        st.metric("Would remain", f"{len(bundle) - removed:,}", width="content", help="One listing of each group.")
        st.metric("Largest group", f"{found.largest:,}", width="content")
