"""One setting measured on the part that chooses and on the other, and the audit of the catalogue."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import REVIEW
from product_matching.app.navigation import params_of
from product_matching.app.shared.wording import count_text, plain
from product_matching.app.thresholds.wording import f1_text, figure_text
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit import read_audits, say_audit
from product_matching.workflows.threshold_curves import LabelParts, PartFigures

_DEFINITIONS = (
    "**Right** is the share of the shown pairs that are the same product (precision), **found** the share of the true "
    "pairs that are shown (recall); each pair counts from the side of each of its listings that is in the part. **F1** "
    "is the mean over listings of the F1 of the listings shown for each, the listing itself among them: the "
    "competition's metric, without its limit of 50. The listings of a part are searched for in the whole catalogue, as "
    "a threshold is used. Brackets: 95 % of 1,000 bootstrap samples, for which whole products are drawn."
)


def draw_figures(figures: PartFigures, parts: LabelParts) -> None:
    """Draw the measures of both parts beside each other."""
    st.subheader("Chosen on one part, seen on another", anchor=False)
    first, second = figures.choose, figures.see
    heads = [f"{name[:1].upper()}{name[1:]}" for name in parts.names]
    lines = [
        f"| | {heads[0]}, chooses | {heads[1]}, is seen |",
        "|---|--:|--:|",
        f"| Right | {figure_text(first.precision)} | {figure_text(second.precision)} |",
        f"| Found | {figure_text(first.recall)} | {figure_text(second.recall)} |",
        f"| F1 | {f1_text(first.f1)} | {f1_text(second.f1)} |",
        f"| Listings | {first.n_queries:,} | {second.n_queries:,} |",
    ]
    st.markdown("\n".join(lines))
    with st.popover("How is this measured?", icon=":material/help:"):
        st.markdown(f"The labels are used as {parts.how}. {_DEFINITIONS}")


def draw_audit_figure(bundle: Bundle) -> None:
    """Draw what the finished audit shows, and the way to a begun one or, without labels, to the first."""
    try:
        audits = read_audits(bundle)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if audits.finished is not None:
        st.markdown(f":material/fact_check: **Audit**: {plain(say_audit(audits.finished))}")
    if audits.begun is not None:
        _draw_link(f"Audit the {count_text(len(audits.begun.pairs) - audits.begun.reviewed, 'pair')} that are left")
    elif audits.finished is None and bundle.labels is None:
        _draw_link("An audit in Review measures how many shown pairs are right")


def _draw_link(label: str) -> None:
    params = {**params_of(REVIEW), "step": "audit"}
    st.page_link(REVIEW, label=label, icon=":material/fact_check:", query_params=params)
