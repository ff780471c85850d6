"""The result of a review in a few numbers."""

from __future__ import annotations

from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.shared.figures import ShownFigure, draw_shown_figures
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.decisions import BundleDecisions


def draw_pair_summary(review: ReviewPairs, decisions: BundleDecisions, left: int) -> None:
    """Draw how many pairs are sure, how many of them are expected to be wrong, and how many are left and decided."""
    counts = review.pairs.count(review.bands)
    lower, upper = (round(100 * each) for each in (review.bands.reject, review.bands.accept))
    edge = f" from {upper} %" if review.are_probabilities else ""
    doubt = f"Pairs from {lower} to {upper} % sure" if review.are_probabilities else "Pairs near a threshold"
    figures = [ShownFigure(f"Sure{edge}", f"{counts.accepted:,}", "Pairs accepted without review.")]
    if review.are_probabilities:
        wrong = f"{counts.expected_wrong:,.0f}"
        figures.append(ShownFigure("Expected wrong", wrong, "Of the sure pairs, by their percentages."))
    says = f"{doubt} on which nothing is decided yet; Thresholds counts them in the same way."
    figures.append(ShownFigure("Left to review", f"{left:,}", says))
    figures.append(ShownFigure("Decided", f"{decisions.n_applied:,}", "Decisions on pairs of this catalogue."))
    draw_shown_figures(figures)


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
