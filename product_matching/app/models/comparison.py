"""The comparison of all methods: its summary, and behind it charts, tables, differences, protocols, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from product_matching.app.address import Address
from product_matching.app.models.chart import charted_rows, comparison_chart, describe_chart
from product_matching.app.models.choice import Choice, draw_choice
from product_matching.app.models.figures import SHIPPED_SCORER_F1
from product_matching.app.models.summary import (
    SCORER_ROW,
    SummaryRow,
    describe_summary,
    summary_chart,
    summary_rows,
    summary_table,
)
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
    "**The whole set is right (F1)**: for each listing, the F1 of what is shown as its matches, which includes the "
    "listing itself; 1 is all of its product and nothing else.  \n"
    "**The nearest is right (recall@1)**: share of listings whose nearest other one is the same product.  \n"
    "**The right ones come first (mAP@R)**: mean average precision among the nearest R, where R is the number of other "
    "listings of the product; it needs no threshold.  \n"
    "**In brackets**: 95 % bootstrap intervals over products. Where two overlap widely, the order may be chance."
)
_F1_HELP = (
    "F1, the mean over listings: it joins how many of what is shown is right (precision) and how many of the right "
    "ones are shown (recall). Lines are 95 % intervals over products."
)


def read_or_explain() -> Comparison | None:
    """The comparison; None with a sentence where there is none or it cannot be read."""
    try:
        comparison = read_comparison(comparison_file())
    except InputError as error:
        st.error(plain(f"{error} ") + f" {_HOW_TO_MAKE} anew.", icon=":material/error:")
        return None
    if comparison is None:
        st.markdown(f"There is no comparison of methods here yet: {_HOW_TO_MAKE} to `docs/comparison.json`.")
    return comparison


def draw_summary(comparison: Comparison, scorers: Sequence[str]) -> None:
    """Draw one chart and one table: each method as it was published, measured again, and on the demo."""
    rows = summary_rows(comparison, scorers)
    if not any(row.here for row in rows):
        st.markdown("No method was scored.")
        return
    st.markdown(say_best(rows), help=_F1_HELP)
    chart, table = st.columns([0.55, 0.45], gap="medium")
    with chart:
        st.plotly_chart(
            summary_chart(rows), key="summary", config={"displayModeBar": False}, alt=describe_summary(rows)
        )
    with table:
        st.table(summary_table(rows), border="horizontal", alt="Methods as published, measured again, and on the demo")
        st.caption(
            "Published: each under a protocol of its own, so that they cannot be compared; \\* is an accuracy. "
            "Reproduced: measured here under the same protocol. Here: on the demo's test part."
        )
    if any(row.name == SCORER_ROW for row in rows):
        st.markdown(_two_scorers(comparison))


def say_best(rows: Sequence[SummaryRow]) -> str:
    """Say in a sentence what ships and how well it does, or else which method is best."""
    best = next((row for row in rows if row.ships), rows[0])
    if best.here is None:
        return f"Best on the demo: **{plain(rows[0].name)}**."
    subject = "What ships" if best.ships else plain(best.name)
    return (
        f"How right is the set of matches that each method shows for a listing? 1 is all of its product and nothing "
        f"else. {subject} reaches **{best.here.value:.3f}** on the demo."
    )


def _two_scorers(comparison: Comparison) -> str:
    """Tell the pair scorer that ships from the second stage of the comparison."""
    figures = [(row.name, figure) for row in comparison.rows if (figure := row.figure("demo", "f1")) is not None]
    stages = [f"{plain(name)} {figure.value:.3f}" for name, figure in figures if "second stage" in name]
    ships = f"The pair scorer that ships ({SHIPPED_SCORER_F1}) decides in this app; it is trained on the part train."
    if not stages:
        return ships
    return (
        f"{ships} The second stages among all methods are others: trained on the few hundred listings of the part "
        f"validation, in the same way for every network ({', '.join(stages)})."
    )


def draw_methods(comparison: Comparison, address: Address) -> None:
    """Draw every method with its intervals: chart, table, downloads."""
    said = _leaders(comparison)
    if said:
        st.markdown(said)
    with st.expander("What the figures mean"):
        st.markdown(_MEASURES_IN_WORDS)
    choice = draw_choice(comparison, address)
    _draw_chart(choice)
    _draw_table(choice)
    _draw_downloads(comparison)


def draw_differences(comparison: Comparison, address: Address) -> None:
    """Draw the differences to the untrained backbone, and where the order is not the published one."""
    choice = draw_choice(comparison, address)
    _draw_differences(choice)
    _draw_order(comparison.order)


_LED: tuple[tuple[DataName, str], ...] = (
    ("demo", "the demo catalogue"),
    ("groceries", "groceries that no network was trained on"),
)


def _leaders(comparison: Comparison) -> str:
    """Say which method of the comparison does best on either data set."""
    said = []
    for data, where in _LED:
        scored = [(figure, row) for row in comparison.rows if (figure := row.figure(data, "f1")) is not None]
        if scored:
            figure, row = max(scored, key=lambda entry: entry[0].value)
            said.append(f"on {where} **{plain(row.name)}** with {plain(figure_text(figure))}")
    return f"Best F1 among them {', '.join(said)}." if said else ""


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


def draw_protocols(comparison: Comparison) -> None:
    """Draw how the figures were measured, and by which command."""
    protocols = asdict(comparison.protocols)
    said = [f"**{name.capitalize()}**: {plain(words)}" for name, words in protocols.items() if words]
    st.markdown("\n\n".join(said))
    if comparison.made_by:
        st.caption("Made by")
        st.code(comparison.made_by, language="bash", wrap_lines=True)
