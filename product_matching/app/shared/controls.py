"""Switches and sliders that stand where the address says, and write the address when they are moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from product_matching.app.shared.parameters import MAX_THRESHOLD

BENCHMARK_NOTE = "For benchmarks: it assumes that nobody is alone."
NO_SCORER = "None: distances and rules decide"
SCORER_HELP = (
    "A trained pair scorer decides on each pair of listings, instead of distances and rules. "
    "It compares titles, quantities and pHashes, and photos where it was trained with them."
)


@dataclass(frozen=True)
class Controls:
    """The controls of one page.

    Attributes
    ----------
    prefix
        Begins their keys.
    change
        Writes some fields of the page's address; called in callbacks.
    disabled
        Whether they have no say at the moment.
    """

    prefix: str
    change: Callable[..., None]
    disabled: bool = False

    def toggle(
        self, name: str, label: str, on: bool, switched_on: Mapping[str, Any], off: Mapping[str, Any], says: str
    ) -> None:
        """Draw a switch that writes `switched_on` or `off` into the address; `says` explains it."""
        st.toggle(
            label,
            key=self._place(f"{name}_on", on),
            on_change=self._switch,
            args=(f"{name}_on", switched_on, off),
            help=says,
            disabled=self.disabled,
            wrap=True,
        )

    def distance(self, field: str, label: str, value: float) -> None:
        """Draw a slider for a distance."""
        st.slider(
            label,
            0.0,
            MAX_THRESHOLD,
            step=0.001,
            format="%.3f",
            key=self._place(field, value),
            on_change=self._move,
            args=(field,),
            disabled=self.disabled,
        )

    def whole(self, field: str, label: str, value: int, accepted: range, says: str | None = None) -> None:
        """Draw a slider for a whole number."""
        st.slider(
            label,
            accepted[0],
            accepted[-1],
            key=self._place(field, value),
            on_change=self._move,
            args=(field,),
            help=says,
            disabled=self.disabled,
        )

    def scorer(self, chosen: str | None, scorers: Sequence[str]) -> None:
        """Draw the choice of the second stage; it is never disabled, as it is the way out of itself."""
        st.selectbox(
            "Second stage",
            ["", *scorers],
            key=self._place("scorer", chosen if chosen in scorers else ""),
            format_func=lambda name: name or NO_SCORER,
            on_change=self._move,
            args=("scorer",),
            help=SCORER_HELP,
        )

    def _place(self, name: str, value: object) -> str:
        """Bring a control to what the address says; one that stands there is left alone. Returns its key."""
        key = f"{self.prefix}_{name}"
        if key not in st.session_state or st.session_state[key] != value:
            st.session_state[key] = value
        return key

    def _switch(self, name: str, switched_on: Mapping[str, Any], off: Mapping[str, Any]) -> None:
        self.change(**(switched_on if st.session_state[f"{self.prefix}_{name}"] else off))

    def _move(self, field: str) -> None:
        value = st.session_state[f"{self.prefix}_{field}"]
        if isinstance(value, float):
            value = round(value, 3)
        self.change(**{field: None if value == "" else value})
