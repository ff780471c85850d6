"""The comparison of all methods: chart, table, differences, protocols, downloads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from product_matching.app.models_chart import charted_rows, comparison_chart, describe_chart
from product_matching.app.models_table import (
    MEASURE_NAMES,
    comparison_csv,
    comparison_table,
    difference_table,
    differences_csv,
    figure_text,
    protocol_notes,
)
from product_matching.app.wording import plain, shorten
from product_matching.errors import InputError
from product_matching.places import comparison_file
from product_matching.store.comparison import Comparison, Difference
from product_matching.store.comparison_file import read_comparison

_MEASURE, _FULL = "measure", "all_photos"
_HOW_TO_MAKE = "`make comparison` trains what is compared and writes it"
_MEASURES_IN_WORDS = (
    "**F1**: mean over listings of the F1 of the set that is found, the listing itself in it; 1 is all of its product "
    "and nothing else.  \n"
    "**recall@1**: share of listings whose nearest other one is the same product.  \n"
    "**mAP@R**: how well the same product is ranked first, without any threshold; 1 is nothing else in between.  \n"
    "**In brackets**: 95 % intervals, had there been other products. Where two overlap widely, the order may be chance."
)


def draw_comparison() -> None:
    """Draw the comparison, or say in a sentence why there is none."""
    st.subheader("Comparison", anchor=False)
    try:
        comparison = read_comparison(comparison_file())
    except InputError as error:
        st.error(plain(f"{error} ") + f" {_HOW_TO_MAKE} anew.", icon=":material/error:")
        return
    if comparison is None:
        st.markdown(f"There is no comparison of methods here yet: {_HOW_TO_MAKE} to `docs/comparison.json`.")
        return
    st.markdown(_leaders(comparison))
    with st.expander("What the figures mean"):
        st.markdown(_MEASURES_IN_WORDS)
    measure, groceries = _draw_choice(comparison)
    _draw_chart(comparison, measure, groceries)
    _draw_table(comparison, groceries)
    _draw_differences(comparison, measure, groceries)
    _draw_order(comparison.order)
    _draw_protocols(comparison)


def _leaders(comparison: Comparison) -> str:
    """Say which method does best on either data set."""
    said = []
    for data, where in (("demo", "the demo catalogue"), ("groceries", "groceries that no network was trained on")):
        scored = [(figure, row) for row in comparison.rows if (figure := row.figure(data, "f1")) is not None]
        if scored:
            figure, row = max(scored, key=lambda entry: entry[0].value)
            said.append(f"on {where} **{plain(row.name)}** with {plain(figure_text(figure))}")
    return f"Best F1 {', '.join(said)}." if said else "No method was scored."


def _draw_choice(comparison: Comparison) -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        chosen = st.segmented_control(
            "Measure",
            list(MEASURE_NAMES.values()),
            default=MEASURE_NAMES["f1"],
            required=True,
            key=_MEASURE,
            label_visibility="collapsed",
            bind="query-params",
        )
        full = False
        if any(row.groceries_full for row in comparison.rows):
            full = st.toggle(
                "Every photo of the groceries",
                key=_FULL,
                bind="query-params",
                help="Many photos show the same shelf within seconds, so that the nearest is found easily: otherwise "
                "they are thinned out, as the protocol below says.",
            )
    measure = next(name for name, label in MEASURE_NAMES.items() if label == chosen)
    return measure, "groceries_full" if full else "groceries"


def _draw_chart(comparison: Comparison, measure: str, groceries: str) -> None:
    rows = charted_rows(comparison, measure, groceries)
    if not rows:
        st.info(f"No method has a figure of {MEASURE_NAMES[measure]}.", icon=":material/search_off:")
        return
    st.plotly_chart(
        comparison_chart(rows, measure, groceries, text_colour=_text_colour()),
        key=f"comparison_{measure}_{groceries}",
        config={"displayModeBar": False},
        alt=describe_chart(rows, measure, groceries),
    )


def _text_colour() -> str | None:
    """Colour of text in the theme that is shown; None where it is not known yet. Charts write in a faint grey."""
    theme = st.context.theme.type
    return st.get_option(f"theme.{theme}.textColor") if theme in ("light", "dark") else None


def _draw_table(comparison: Comparison, groceries: str) -> None:
    st.table(comparison_table(comparison, groceries), border="horizontal", alt="Figures of all methods")
    notes = [f"{mark} {plain(protocol)}" for protocol, mark in protocol_notes(comparison).items()]
    if notes:
        st.caption("  \n".join(["Protocol of the reported and reproduced figures:", *notes]))
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            data=lambda: comparison_csv(comparison),
            file_name="comparison.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="All figures with their intervals, thresholds and protocols.",
        )
        if comparison.differences:
            st.download_button(
                "Differences as CSV",
                data=lambda: differences_csv(comparison),
                file_name="comparison-differences.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                help="Every difference below with its interval, by all measures.",
            )


def _draw_differences(comparison: Comparison, measure: str, groceries: str) -> None:
    for to in dict.fromkeys(each.to for each in comparison.differences):
        of_one: Sequence[Difference] = [each for each in comparison.differences if each.to == to]
        table = difference_table(of_one, measure, groceries)
        if len(table) == 1:
            continue
        st.markdown(f"#### Beside the {plain(shorten(to))}", anchors=False)
        st.table(table, border="horizontal", width="content", alt=f"Differences to the {to}")
        st.caption(
            "Difference on the same queries, with its 95 % interval: green is better and red is worse by more than "
            "chance, grey may be either."
        )


def _draw_order(order: Sequence[str]) -> None:
    if order:
        st.markdown("#### Where the order differs from the reported one", anchors=False)
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in order))


def _draw_protocols(comparison: Comparison) -> None:
    st.markdown("#### How it was measured", anchors=False)
    names = {"reported": "Reported", "reproduced": "Reproduced", "demo": "Demo", "groceries": "Groceries"}
    said = [
        f"**{name}**: {plain(comparison.protocols[key])}" for key, name in names.items() if comparison.protocols[key]
    ]
    st.markdown("\n\n".join(said))
    if comparison.made_by:
        st.caption("Made by")
        st.code(comparison.made_by, language="bash", wrap_lines=True)
