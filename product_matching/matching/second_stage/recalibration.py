"""The probabilities of a pair scorer fitted anew to decided pairs of another catalogue; its trees stay.

A person decides on pairs that are chosen by their scores, so that the share of true ones among them says nothing of the
catalogue. What holds for each score still does: the line through the log odds (Platt 1999) needs no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.matching.calibration import fit_calibration
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.feature_sides import BOTH
from product_matching.matching.second_stage.pair_features import pair_features
from product_matching.matching.second_stage.scorer import PairModel, PairScorer, PairTable, comparisons
from product_matching.search.neighbours import RowArray

#: Decided pairs that a line is fitted on at least, and of either kind.
LEAST_DECISIONS, LEAST_OF_A_KIND = 40, 10


@dataclass(frozen=True, eq=False, kw_only=True)
class DecidedPairs:
    """Pairs of listings of a catalogue that are known to be the same product or not.

    Attributes
    ----------
    first, second
        Rows; shape (P,).
    same
        Shape (P,).
    """

    first: RowArray
    second: RowArray
    same: npt.NDArray[np.bool_]

    def take(self, kept: npt.NDArray[np.bool_]) -> DecidedPairs:
        """The pairs of a mask; shape (P,)."""
        return DecidedPairs(first=self.first[kept], second=self.second[kept], same=self.same[kept])

    @property
    def suffice(self) -> bool:
        """Whether a line can be fitted on them."""
        return len(self.same) >= LEAST_DECISIONS and min(self.same.sum(), (~self.same).sum()) >= LEAST_OF_A_KIND

    def check(self) -> None:
        """Raise `InputError` where they do not suffice."""
        if not self.suffice:
            same = int(self.same.sum())
            raise InputError(
                f"Fitting the probabilities needs at least {LEAST_DECISIONS} decided pairs, {LEAST_OF_A_KIND} of them "
                f"the same product and {LEAST_OF_A_KIND} not, but {same} are the same and {len(self.same) - same} not."
            )


def recalibrate(scorer: PairScorer, catalogue: PreparedCatalogue, decided: DecidedPairs) -> PairScorer:
    """Fit the probabilities of each comparison anew.

    Parameters
    ----------
    scorer
        A scorer that gives probabilities.
    catalogue
        The catalogue, prepared with the scorer's rules and sides.
    decided
        Decided pairs of it. A comparison keeps its line where too few of them have its sides.

    Returns
    -------
    PairScorer
        With the same trees and presets, of which nothing is measured here.

    Raises
    ------
    InputError
        There are too few decided pairs.
    """
    decided.check()
    return replace(
        scorer,
        models={name: _fitted(scorer, name, catalogue, decided) for name in scorer.models},
        n=len(catalogue.data),
        protocol=f"fitted to {len(decided.same)} decisions on this catalogue, with trees of another",
        f1=0.0,
        presets=tuple(replace(preset, measured={}) for preset in scorer.presets),
    )


def _fitted(scorer: PairScorer, comparison: str, catalogue: PreparedCatalogue, decided: DecidedPairs) -> PairModel:
    model = scorer.models[comparison]
    listings = catalogue.listings if comparison == BOTH else catalogue.by_side(comparison).listings
    compared = decided.take(comparisons(listings, decided.first, decided.second) == comparison)
    if not compared.suffice:
        return model
    features, names = pair_features(listings, compared.first, compared.second, comparison)
    table = PairTable(compared.first, compared.second, features, names)
    scored = scorer.score(listings, table, n=len(catalogue.data))
    line = fit_calibration(scored.probabilities, compared.same)
    return replace(model, calibration=model.calibration.followed_by(line))
