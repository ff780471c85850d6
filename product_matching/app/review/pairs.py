"""The pairs of the review queue: the most doubtful first, without what is decided or follows from decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.review.comparing import ComparedPairs
from product_matching.matching.bands import DISTANCE_BANDS, Bands, ProbablePairs
from product_matching.matching.decisions import Pair, PairDecisions
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours
from product_matching.store.bundle import Bundle


@dataclass(frozen=True, eq=False, kw_only=True)
class ReviewPairs:
    """Candidate pairs of a catalogue for review.

    Attributes
    ----------
    pairs
        Each pair once, with its probability; where distances decide, with 1 minus half the share that its distance is
        of the threshold, which orders pairs as probabilities do and is .5 at the threshold.
    bands
        Those between are reviewed.
    least
        From here on a pair is accepted as long as no one has decided on it.
    are_probabilities
        Whether the numbers may be shown.
    """

    pairs: ProbablePairs
    bands: Bands
    least: float
    are_probabilities: bool

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Number of each pair; shape (P,)."""
        return self.pairs.probability


def review_pairs(compared: ComparedPairs, address: Address, least: float, key: str) -> ReviewPairs:
    """The pairs of a catalogue under the bands of the address."""
    if compared.scored is not None:
        accept, reject = sorted((address.accept, address.reject), reverse=True)
        pairs, bands = _of(key, compared.scored), Bands(accept=accept / 100, reject=reject / 100)
        return ReviewPairs(pairs=pairs, bands=bands, least=least, are_probabilities=True)
    if compared.matched is None:
        raise LookupError("no pairs were compared")
    pairs = _of(key, _as_scored(compared.matched.linkage))
    return ReviewPairs(pairs=pairs, bands=DISTANCE_BANDS, least=0.5, are_probabilities=False)


def queue_of(
    review: ReviewPairs,
    bundle: Bundle,
    decisions: PairDecisions,
    asked: npt.NDArray[np.bool_] | None = None,
    *,
    settled: bool = True,
    held: Sequence[Pair] = (),
) -> ProbablePairs:
    """The pairs to review in order.

    Parameters
    ----------
    review
        All candidate pairs.
    bundle
        Their catalogue.
    decisions
        What is decided.
    asked
        Only pairs with one of these listings (see `rows_asked_for`); None for all.
    settled
        Whether pairs are left out on which nothing is left to decide.
    held
        Pairs that come first whatever their probability: groups wait for them (see `Placing.held`).
    """
    n = len(bundle)
    keys = np.array([first * n + second for first, second in held], dtype=np.int64)
    waiting = np.isin(review.pairs.first * n + review.pairs.second, keys)
    pairs = review.pairs.take(review.pairs.between(review.bands) | waiting)
    if settled and len(decisions):
        pairs = pairs.take(~decisions.settled(pairs.first, pairs.second, n))
    pairs = pairs.of_listings(asked).doubtful_first()
    later = ~np.isin(pairs.first * n + pairs.second, keys)
    return pairs.take(np.argsort(later, kind="stable"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _of(key: str, _scored: Neighbours) -> ProbablePairs:
    return ProbablePairs.of(_scored)


def _as_scored(linkage: Neighbours) -> Neighbours:
    """Linkage distances, where 1 is the threshold, halved: the threshold is at .5."""
    halved = np.minimum(linkage.distances / 2, 1.0).round(DISTANCE_DECIMALS)
    return Neighbours(linkage.offsets, linkage.rows, halved)
