"""The threshold with a guarantee, from what people decided on pairs."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import CONFIDENCES, RIGHT_PERCENT, Address
from product_matching.app.navigation import change_address, coupled
from product_matching.app.shared.wording import count_text
from product_matching.metrics.guarantee import Guarantee
from product_matching.search.neighbours import Neighbours
from product_matching.workflows.decisions import BundleDecisions
from product_matching.workflows.guaranteed import guarantee_from_decisions

_HELP = (
    "The pairs that people decided are a sample of those that a percentage accepts; one of each group and stretch of "
    "percentages counts. From strict to loose, each percentage is tested by an exact binomial bound (Clopper and "
    "Pearson), and the tests stop at the first failure (fixed-sequence testing; Learn then test, arXiv 2110.01052): so "
    "the confidence holds however many are tested. It holds for pairs drawn at random, as an audit draws them. Pairs "
    "of the queue of doubt are more often wrong than others with their percentages and above, which errs on the safe "
    "side; groups confirmed as a whole may err on the other."
)


def draw_guarantee(address: Address, scored: Neighbours, decisions: BundleDecisions) -> None:
    """Draw what is asked for, and the least percentage that is shown to reach it, if any."""
    st.subheader("With a guarantee", anchor=False, help=_HELP)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Right of 100 shown pairs, at least",
            RIGHT_PERCENT[0],
            RIGHT_PERCENT[-1],
            step=1,
            width=240,
            **coupled("right", address.right),
        )
        st.segmented_control(
            "Confidence",
            list(CONFIDENCES),
            format_func=lambda percent: f"{percent} %",
            required=True,
            **coupled("confidence", address.confidence),
        )
    found = guarantee_from_decisions(
        scored, decisions.pairs, precision=address.right / 100, confidence=address.confidence / 100
    )
    st.markdown(say_guarantee(found))
    if found.least is not None:
        percent = round(100 * found.least)
        st.button(
            f"Show {percent} %",
            key="guaranteed",
            on_click=change_address,
            kwargs={"sure": percent},
            disabled=address.sure == percent,
        )


def say_guarantee(found: Guarantee) -> str:
    """State the guarantee in one sentence, or what is missing for one."""
    asked = f"at least {100 * found.precision:g} of 100 shown pairs are right"
    sure = f"with {100 * found.confidence:g} % confidence"
    if found.least is not None and found.sample is not None:
        wrong = "none wrong" if not found.sample.wrong else f"{found.sample.wrong:,} wrong"
        return f"From **{round(100 * found.least)} %** on {asked}, {sure} (n = {found.sample.reviewed:,}, {wrong})."
    if not found.tested:
        return (
            f"Not enough decisions yet: **{found.more:,} more**, all of them right, show that {asked}, {sure} "
            f"({count_text(found.n, 'decided pair')} can count now)."
        )
    sample = found.tested[0].sample
    return (
        f"No percentage is shown to reach it: of the {sample.reviewed:,} decided pairs from "
        f"{round(100 * found.tested[0].least)} % on {sample.wrong:,} are wrong. **{found.more:,} more** there, all of "
        f"them right, show that {asked}, {sure}."
    )
