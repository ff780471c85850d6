"""What decides on a page: the probability of a pair scorer, or distances with the rules behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.address import DISTANCES, SURE_PERCENT, Address
from product_matching.app.shared.scorers import scorer_for
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from product_matching.workflows.choose_scorer import ChosenScorer


@dataclass(frozen=True, eq=False, kw_only=True)
class Deciding:
    """What decides.

    Attributes
    ----------
    chosen
        The pair scorer; None where none is here that compares what the catalogue has.
    by
        ``"sureness"``, or ``"distances"``, which it always is without a pair scorer.
    least
        Least probability of a match.
    problem
        Why the pair scorer that the address names is not asked; empty if there is nothing to say.
    """

    chosen: ChosenScorer | None
    by: str
    least: float
    problem: str = ""

    @property
    def sure(self) -> int:
        """The least probability in whole percent."""
        return percent_of(self.least)


def decide_how(bundle: Bundle, address: Address) -> Deciding:
    """Tell what decides at an address in a catalogue; a scorer that cannot be asked leaves it to the default one."""
    chosen, problem = None, ""
    try:
        chosen = scorer_for(bundle, address.scorer)
    except InputError as error:
        problem = str(error)
        chosen = scorer_for(bundle, None)
    if chosen is None:
        return Deciding(chosen=None, by=DISTANCES, least=1.0, problem=problem)
    least = chosen.least_probability if address.sure is None else address.sure / 100
    return Deciding(chosen=chosen, by=address.decides_by, least=least, problem=problem)


def keep_in_address(address: Address, deciding: Deciding) -> None:
    """Write that distances decide where only a distance tells so: the last one set back would change what decides."""
    if deciding.chosen is not None and deciding.by == DISTANCES and address.decide is None:
        st.query_params["decide"] = DISTANCES


def percent_of(probability: float) -> int:
    """A probability as a step of the slider."""
    return min(max(round(100 * probability), SURE_PERCENT[0]), SURE_PERCENT[-1])
