"""What of the comparison is shown: which methods, by which measure, on which photos of the groceries."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from product_matching.app.models.table import MEASURE_NAMES
from product_matching.metrics.retrieval import Measure
from product_matching.store.comparison import Comparison, DataName, Kind

#: What a method looks at, by the kind of its row.
KIND_NAMES: dict[Kind, str] = {"photo": "Photo", "title": "Title", "photo+title": "Both"}
ALL = "All"
_MEASURE, _KIND, _FULL = "measure", "by", "all_photos"


@dataclass(frozen=True)
class Choice:
    """What is shown.

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


def draw_choice(comparison: Comparison) -> Choice:
    """Draw the controls; those that would change nothing are left out."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = _choose_kind(comparison)
        measure = _choose("Measure", list(MEASURE_NAMES.values()), _MEASURE)
        shown = methods_of(comparison, kind)
        full = False
        if any(row.groceries_full for row in shown.rows):
            full = st.toggle(
                "Every photo of the groceries",
                key=_FULL,
                bind="query-params",
                help="Many photos show the same shelf within seconds, so that the nearest is found easily: otherwise "
                "they are thinned out, as the protocol below says.",
            )
    name = next(name for name, label in MEASURE_NAMES.items() if label == measure)
    return Choice(shown, name, "groceries_full" if full else "groceries")


def _choose_kind(comparison: Comparison) -> str:
    there = {row.kind for row in comparison.rows}
    names = [name for kind, name in KIND_NAMES.items() if kind in there]
    return _choose("Methods that look at", [*names, ALL], _KIND) if len(there) > 1 else ALL


def _choose(label: str, options: list[str], key: str) -> str:
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", width="content"
    )
    return str(chosen)


def methods_of(comparison: Comparison, kind: str) -> Comparison:
    """The comparison with the methods that look at one of `KIND_NAMES` alone; all of it for any other name."""
    wanted = next((key for key, name in KIND_NAMES.items() if name == kind), None)
    if wanted is None:
        return comparison
    rows = tuple(row for row in comparison.rows if row.kind == wanted)
    names = {row.name for row in rows}
    differences = tuple(each for each in comparison.differences if each.row in names)
    return replace(comparison, rows=rows, differences=differences)
