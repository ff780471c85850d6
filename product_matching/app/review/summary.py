"""The result of a review in a few numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.resources import decisions_of
from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.figures import ShownFigure, draw_shown_figures
from product_matching.app.shared.sureness_panel import calibration_caveat
from product_matching.app.shared.wording import count_text
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.decisions import BundleDecisions


def draw_pair_summary(
    bundle: Bundle, review: ReviewPairs, deciding: Deciding, left: int, *, asked: npt.NDArray[np.bool_] | None = None
) -> None:
    """Draw how many pairs are sure, how many of them are wrong, and how many are left and decided.

    Parameters
    ----------
    bundle, review, deciding
        The catalogue, its pairs, and what decides.
    left
        How many pairs are left to review.
    asked
        All figures are of the pairs with one of these listings (see `rows_asked_for`); None for all.
    """
    pairs = review.pairs.of_listings(asked)
    counts = pairs.count(review.bands)
    lower, upper = (round(100 * each) for each in (review.bands.reject, review.bands.accept))
    edge = f" from {upper} %" if review.are_probabilities else ""
    doubt = f"Pairs from {lower} to {upper} % sure" if review.are_probabilities else "Pairs near a threshold"
    figures = [ShownFigure(f"Sure{edge}", f"{counts.accepted:,}", "Pairs accepted without review.")]
    says = []
    labels = bundle.labels
    labelled = None if labels is None else labels != ""
    if labels is not None and labelled is not None and review.are_probabilities:
        wrong = pairs.wrong_by_labels(labels, labelled, review.bands.accept)
        figures.append(
            ShownFigure(
                "Wrong by labels", f"{wrong:,}", "Of the sure pairs: both listings have a label, and not the same."
            )
        )
    if review.are_probabilities and (labelled is None or not labelled.all()):
        expected = f"{counts.expected_wrong:,.0f}"
        figures.append(ShownFigure("Expected wrong", expected, "Of the sure pairs, by their percentages."))
        caveat = calibration_caveat(deciding)
        says += [f"Wrong is expected {caveat}."] if caveat else []
    help_left = f"{doubt} on which nothing is decided yet; Thresholds counts them in the same way."
    figures.append(ShownFigure("Left to review", f"{left:,}", help_left))
    decided = _decided(decisions_of(bundle), asked)
    figures.append(ShownFigure("Decided", f"{decided:,}", "Decisions on pairs of this catalogue."))
    draw_shown_figures(figures)
    if asked is not None:
        n = count_text(int(asked.sum()), "listing")
        says.insert(0, f"All figures are of the pairs of the {n} of the filter or selection.")
    if says:
        st.caption(" ".join(says))


def _decided(decisions: BundleDecisions, asked: npt.NDArray[np.bool_] | None) -> int:
    if asked is None:
        return decisions.n_applied
    pairs = (*decisions.pairs.same, *decisions.pairs.different)
    return sum(bool(asked[first] or asked[second]) for first, second in pairs)


def draw_group_summary(bundle: Bundle, found: CatalogueGroups) -> None:
    """Draw how many groups and duplicates there are."""
    removed = found.n_grouped - len(found.groups)
    draw_shown_figures(
        [
            ShownFigure("Groups", f"{len(found.groups):,}"),
            ShownFigure("Duplicates", f"{removed:,}", "Listings in a group but for one of each."),
            ShownFigure("Would remain", f"{len(bundle) - removed:,}", "One listing of each group, and all others."),
            ShownFigure("Largest group", f"{found.largest:,}"),
        ]
    )
