"""The three bands: accept, review, reject; with the work and the errors to expect at each setting."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import BAND_PERCENT, Address
from product_matching.app.navigation import change_address
from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.shared.wording import count_text
from product_matching.matching.bands import BandCounts, Bands

#: Settings of the table: accept from, reject below, in percent.
SETTINGS = ((99, 1), (95, 5), (90, 10), (80, 20), (70, 30), (60, 40))
_KEY = "review_bands"


def draw_bands(address: Address, review: ReviewPairs) -> None:
    """Draw the slider of the bands and the table of settings."""
    _draw_slider(address)
    shown = [review.bands, *(Bands(accept=a / 100, reject=r / 100) for a, r in SETTINGS)]
    counts = [review.pairs.count(bands) for bands in shown]
    st.markdown(say_bands(counts[0]))
    with st.expander("Compare settings", icon=":material/table_chart:"):
        st.markdown(bands_table(counts[1:]))
        st.caption("Expected by the percentages of the pair scorer, not measured: the audit measures.")


def say_bands(counts: BandCounts) -> str:
    """Say what a setting means, in one line each."""
    accept, reject = (round(100 * edge) for edge in (counts.bands.accept, counts.bands.reject))
    return "  \n".join(
        [
            f":green-badge[accept] from {accept} %: {count_text(counts.accepted, 'pair')}, "
            f"about {counts.expected_wrong:,.0f} of them wrong",
            f":orange-badge[review] {reject} to {accept} %: {count_text(counts.review, 'pair')}",
            f":gray-badge[reject] below {reject} %: {count_text(counts.rejected, 'pair')}, "
            f"about {counts.expected_missed:,.0f} matches missed",
        ]
    )


def bands_table(counts: list[BandCounts]) -> str:
    """The settings as a Markdown table."""
    lines = ["| Accept from | Reject below | Accepted | To review | Wrong | Missed |", "|--:|--:|--:|--:|--:|--:|"]
    for each in counts:
        accept, reject = round(100 * each.bands.accept), round(100 * each.bands.reject)
        numbers = (each.accepted, each.review, round(each.expected_wrong), round(each.expected_missed))
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
