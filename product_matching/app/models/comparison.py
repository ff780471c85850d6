"""The comparison of all methods: chart, table, differences, protocols, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from product_matching.app.address import Address
from product_matching.app.models.chart import charted_rows, comparison_chart, describe_chart
from product_matching.app.models.choice import Choice, draw_choice
from product_matching.app.models.table import (
    MEASURE_NAMES,
    comparison_csv,
    comparison_table,
    difference_table,
    differences_csv,
    figure_text,
    protocol_notes,
    split_differences,
)
from product_matching.app.shared.downloads import draw_csv_download
from product_matching.app.shared.wording import plain, shorten
from product_matching.errors import InputError
from product_matching.places import comparison_file
from product_matching.store.comparison import Comparison, DataName, read_comparison

_HOW_TO_MAKE = "`make comparison` trains the models and writes it"
_MEASURES_IN_WORDS = (
    "**F1**: mean over listings of the F1 of the predicted set, which includes the listing itself; 1 is all of its "
    "product and nothing else.  \n"
    "**recall@1**: share of listings whose nearest other one is the same product.  \n"
    "**mAP@R**: mean average precision among the nearest R, where R is the number of other listings of the product; it "
    "needs no threshold.  \n"
    "**In brackets**: 95 % bootstrap intervals over products. Where two overlap widely, the order may be chance."
)


def draw_comparison(address: Address) -> None:
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
    choice = draw_choice(comparison, address)
    _draw_chart(choice)
    _draw_table(choice)
    _draw_downloads(comparison)
    _draw_differences(choice)
    _draw_order(comparison.order)
    _draw_protocols(comparison)


_LED: tuple[tuple[DataName, str], ...] = (
    ("demo", "the demo catalogue"),
    ("groceries", "groceries that no network was trained on"),
)


def _leaders(comparison: Comparison) -> str:
    """Say which method does best on either data set."""
    said = []
    for data, where in _LED:
        scored = [(figure, row) for row in comparison.rows if (figure := row.figure(data, "f1")) is not None]
        if scored:
            figure, row = max(scored, key=lambda entry: entry[0].value)
            said.append(f"on {where} **{plain(row.name)}** with {plain(figure_text(figure))}")
    return f"Best F1 {', '.join(said)}." if said else "No method was scored."


def _draw_chart(choice: Choice) -> None:
    measure, groceries = choice.measure, choice.groceries
    rows = charted_rows(choice.shown, measure, groceries)
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


def _draw_table(choice: Choice) -> None:
    table = comparison_table(choice.shown, choice.groceries)
    st.table(table, border="horizontal", width="content", alt="Figures of these methods")
    notes = [f"{mark} {plain(protocol)}" for protocol, mark in protocol_notes(choice.shown).items()]
    if notes:
        st.caption("  \n".join(["Protocol of the reported and reproduced figures:", *notes]))


def _draw_downloads(comparison: Comparison) -> None:
    with st.container(horizontal=True):
        draw_csv_download(
            "Table as CSV",
            lambda: comparison_csv(comparison),
            "comparison.csv",
            tooltip="All methods and figures, with their intervals, settings, thresholds and protocols.",
        )
        if comparison.differences:
            draw_csv_download(
                "Differences as CSV",
                lambda: differences_csv(comparison),
                "comparison-differences.csv",
                tooltip="Every difference with its interval, by all measures.",
            )


def _draw_differences(choice: Choice) -> None:
    differences = choice.shown.differences
    for to in dict.fromkeys(each.to for each in differences):
        trained, others = split_differences(choice.shown.rows, [each for each in differences if each.to == to])
        first, rest = (difference_table(each, choice.measure, choice.groceries) for each in (trained, others))
        if len(first) == 1 and len(rest) == 1:
            continue
        st.markdown(f"#### Beside the {plain(shorten(to))}", anchors=False)
        if len(first) > 1:
            st.table(first, border="horizontal", width="content", alt=f"Differences to the {to}")
        st.caption(
            "Difference on the same queries with its 95 % interval: green is significantly better, red significantly "
            "worse, grey not significant."
        )
        if len(rest) > 1:
            with st.expander("Methods without training beside it"):
                st.table(rest, border="horizontal", width="content", alt=f"Further differences to the {to}")


def _draw_order(order: Sequence[str]) -> None:
    if not order:
        return
    st.markdown("#### Where the order differs from the reported one", anchors=False)
    st.markdown(
        "Each reported figure has its own protocol, so that their order has little meaning. Some methods are in the "
        "reverse order here."
    )
    with st.expander("Pairs and reasons"):
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in order))


def _draw_protocols(comparison: Comparison) -> None:
    st.markdown("#### How it was measured", anchors=False)
    protocols = asdict(comparison.protocols)
    said = [f"**{name.capitalize()}**: {plain(words)}" for name, words in protocols.items() if words]
    st.markdown("\n\n".join(said))
    if comparison.made_by:
        st.caption("Made by")
        st.code(comparison.made_by, language="bash", wrap_lines=True)
