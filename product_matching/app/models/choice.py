"""The choice of what the comparison shows: methods, measure, and photos of the groceries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from product_matching.app.address import MEASURES, METHODS, Address
from product_matching.app.models.table import MEASURE_NAMES
from product_matching.app.navigation import coupled
from product_matching.metrics.retrieval import Measure
from product_matching.store.comparison import Comparison, DataName, Kind

#: The sides that a method compares, by the kind of its row.
KIND_NAMES: dict[Kind, str] = {"photo": "Photo", "title": "Title", "photo+title": "Both"}
ALL = "All"
#: Measures in everyday words, with the field's term.
MEASURES_IN_WORDS = {
    "F1": "Whole set (F1)",
    "recall@1": "Nearest (recall@1)",
    "mAP@R": "Order (mAP@R)",
}


@dataclass(frozen=True)
class Choice:
    """The chosen methods, measure and photos.

    Attributes
    ----------
    shown
        The comparison, with the chosen methods alone.
    measure
        ``f1``, ``recall_at_1`` or ``map_at_r``.
    groceries
        Which figures of the groceries: ``groceries`` or ``groceries_full``.
    """

    shown: Comparison
    measure: Measure
    groceries: DataName


def draw_choice(comparison: Comparison, address: Address) -> Choice:
    """Draw the controls; those that would change nothing are left out."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        methods = _choose_methods(comparison, address.methods)
        _choose("measure", "Measure", MEASURES, address.measure, names=MEASURES_IN_WORDS)
        shown = methods_of(comparison, methods)
        has_full = any(row.groceries_full for row in shown.rows)
        if has_full:
            st.toggle(
                "Every photo of the groceries",
                help="Photos of one shelf were taken in bursts and are near-duplicates. If this is off, a few photos "
                "of each product are drawn, as described in the protocol below.",
                **coupled("all_photos", address.all_photos),
            )
    measure = next(key for key, name in MEASURE_NAMES.items() if name == address.measure)
    full = address.all_photos and has_full
    return Choice(shown, measure, "groceries_full" if full else "groceries")


def _choose_methods(comparison: Comparison, asked: str) -> str:
    """The kind of methods that is shown: the chosen one if it has methods, else the first that has."""
    there = {KIND_NAMES.get(row.kind) for row in comparison.rows}
    names = [name for name in METHODS if name in there or name == ALL]
    chosen = asked if asked in names else names[0]
    if len(there) <= 1:
        return ALL
    _choose("methods", "Methods that compare", names, chosen)
    return chosen


def _choose(
    field: str, label: str, options: Sequence[str], chosen: str, *, names: Mapping[str, str] | None = None
) -> None:
    says = names or {}
    st.segmented_control(
        label,
        options,
        format_func=lambda option: says.get(option, option),
        required=True,
        width="content",
        **coupled(field, chosen),
    )


def methods_of(comparison: Comparison, kind: str) -> Comparison:
    """The comparison with the methods that compare one of `KIND_NAMES` alone; all of it for any other name."""
    wanted = next((key for key, name in KIND_NAMES.items() if name == kind), None)
    if wanted is None:
        return comparison
    rows = tuple(row for row in comparison.rows if row.kind == wanted)
    names = {row.name for row in rows}
    differences = tuple(each for each in comparison.differences if each.row in names)
    return replace(comparison, rows=rows, differences=differences)
