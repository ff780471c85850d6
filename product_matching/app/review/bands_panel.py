"""The three bands: accept, review, reject; with the work and the errors at each setting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import BAND_PERCENT, Address
from product_matching.app.navigation import change_address
from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.shared.wording import count_text
from product_matching.matching.bands import BandCounts, Bands, ProbablePairs
from product_matching.store.bundle import Bundle

#: Settings of the table: accept from, reject below, in percent.
SETTINGS = ((99, 1), (95, 5), (90, 10), (80, 20), (70, 30), (60, 40))
_KEY = "review_bands"


@dataclass(frozen=True, kw_only=True)
class CountedBands:
    """A setting of the bands with its pairs and errors: as the summary of the page counts them.

    Attributes
    ----------
    counts
        Pairs in each band.
    wrong, missed
        Accepted pairs that are not the same product, and rejected ones that are.
    by_labels
        Whether both are counted by the labels of the catalogue; else they are expected by the percentages.
    """

    counts: BandCounts
    wrong: int
    missed: int
    by_labels: bool


def count_bands(pairs: ProbablePairs, bands: Bands, bundle: Bundle) -> CountedBands:
    """Count the pairs of a setting, and its errors by labels where every listing has one, else those to expect."""
    counts, labels = pairs.count(bands), bundle.labels
    if labels is None or not (labels != "").all():
        wrong, missed = round(counts.expected_wrong), round(counts.expected_missed)
        return CountedBands(counts=counts, wrong=wrong, missed=missed, by_labels=False)
    labelled = np.ones(len(labels), dtype=bool)
    wrong = pairs.wrong_by_labels(labels, labelled, bands.accept)
    missed = pairs.missed_by_labels(labels, labelled, bands.reject)
    return CountedBands(counts=counts, wrong=wrong, missed=missed, by_labels=True)


def draw_bands(
    bundle: Bundle, address: Address, review: ReviewPairs, asked: npt.NDArray[np.bool_] | None = None
) -> None:
    """Draw the slider of the bands and the table of settings, of the pairs with a listing of `asked`; None for all."""
    _draw_slider(address)
    pairs = review.pairs.of_listings(asked)
    shown = [review.bands, *(Bands(accept=a / 100, reject=r / 100) for a, r in SETTINGS)]
    counted = [count_bands(pairs, bands, bundle) for bands in shown]
    st.markdown(say_bands(counted[0]))
    if asked is not None:
        st.caption(f"Of the pairs of the {count_text(int(asked.sum()), 'listing')} of the filter or selection.")
    with st.expander("Compare settings", icon=":material/table_chart:"):
        st.markdown(bands_table(counted[1:]))
        st.caption(
            "Wrong and missed by the labels of the catalogue."
            if counted[0].by_labels
            else "Wrong and missed are expected by the percentages of the pair scorer; the audit measures."
        )


def say_bands(counted: CountedBands) -> str:
    """Say what a setting means, in one line each."""
    counts = counted.counts
    accept, reject = (round(100 * edge) for edge in (counts.bands.accept, counts.bands.reject))
    about, how = ("", " by labels") if counted.by_labels else ("about ", "")
    return "  \n".join(
        [
            f":green-badge[accept] from {accept} %: {count_text(counts.accepted, 'pair')}, "
            f"{about}{counted.wrong:,} of them wrong{how}",
            f":orange-badge[review] {reject} to {accept} %: {count_text(counts.review, 'pair')}",
            f":gray-badge[reject] below {reject} %: {count_text(counts.rejected, 'pair')}, "
            f"{about}{count_text(counted.missed, 'match', 'matches')} missed{how}",
        ]
    )


def bands_table(counted: list[CountedBands]) -> str:
    """The settings as a Markdown table."""
    how = ", by labels" if counted[0].by_labels else ", expected"
    columns = ("Accept from", "Reject below", "Accepted", "To review", f"Wrong{how}", f"Missed{how}")
    lines = [f"| {' | '.join(columns)} |", "|--:" * len(columns) + "|"]
    for each in counted:
        accept, reject = round(100 * each.counts.bands.accept), round(100 * each.counts.bands.reject)
        numbers = (each.counts.accepted, each.counts.review, each.wrong, each.missed)
        lines.append(f"| {accept} % | {reject} % | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    return "\n".join(lines)


def _draw_slider(address: Address) -> None:
    shown = tuple(sorted((address.reject, address.accept)))
    if st.session_state.get(_KEY) != shown:
        st.session_state[_KEY] = shown
    st.slider(
        "Review pairs that are this sure",
        BAND_PERCENT[0],
        BAND_PERCENT[-1],
        format="%d %%",
        key=_KEY,
        on_change=_move,
        help="Surer pairs are accepted and less sure ones rejected without review. Until a pair in between is decided, "
        "it counts as the least probability of a match says.",
    )


def _move() -> None:
    reject, accept = st.session_state[_KEY]
    change_address(reject=reject, accept=accept)
