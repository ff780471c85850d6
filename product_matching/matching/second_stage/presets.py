"""Presets of the least probability that is accepted, with what each came to on validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BROAD, BALANCED, PRECISE = "broad", "balanced", "precise"
PRESET_NAMES = (BROAD, BALANCED, PRECISE)
#: Share of the true pairs that the broad preset accepts, and share of the accepted pairs that are true of the precise.
BROAD_RECALL, PRECISE_PRECISION = 0.95, 0.98
#: Probabilities that are tried.
STEPS = np.round(np.arange(0.02, 1.0, 0.01), 2)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What accepting from a probability on came to.

    Attributes
    ----------
    precision
        Share of the accepted pairs that are the same product; None if none was accepted.
    recall
        Share of the queries' pairs of the same product that were accepted.
    accepted
        Number of matches of all queries.
    """

    precision: float | None
    recall: float
    accepted: int


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A setting of the least probability that is accepted.

    Attributes
    ----------
    name
        One of `PRESET_NAMES`.
    probability
        From which pairs are accepted.
    measured
        What it came to on validation, by the sides that were compared.
    """

    name: str
    probability: float
    measured: Mapping[str, Measured]


@dataclass(frozen=True, eq=False)
class ValidationPairs:
    """Calibrated candidate pairs of the validation queries, each with the query first.

    Attributes
    ----------
    probabilities
        Shape (P,).
    same
        Whether each pair is the same product; shape (P,).
    n_same
        Number of all their pairs of the same product, candidates or not.
    """

    probabilities: FloatArray
    same: npt.NDArray[np.bool_]
    n_same: int

    def at(self, probability: float) -> Measured:
        """What accepting from a probability on comes to."""
        accepted = self.probabilities >= probability
        true = int((accepted & self.same).sum())
        return Measured(
            precision=true / int(accepted.sum()) if accepted.any() else None,
            recall=true / max(1, self.n_same),
            accepted=int(accepted.sum()),
        )


def choose_presets(pairs: Mapping[str, ValidationPairs], balanced: float, leading: str) -> tuple[Preset, ...]:
    """Choose the three presets.

    Parameters
    ----------
    pairs
        Validation pairs by the sides that were compared.
    balanced
        The probability with the best mean F1, as it was chosen.
    leading
        The comparison whose recall and precision choose the broad and the precise preset.

    Returns
    -------
    tuple of Preset
        Broad, balanced and precise: the broad one is the highest probability with `BROAD_RECALL`, the precise one the
        lowest from which on every higher one has `PRECISE_PRECISION`.
    """
    measured = {step: pairs[leading].at(step) for step in STEPS.tolist()}
    broad = [step for step, found in measured.items() if found.recall >= BROAD_RECALL and step <= balanced]
    precise = max(balanced, STEPS[-1].item())
    for step in reversed(STEPS.tolist()):
        precision = measured[step].precision
        if step < balanced or (precision is not None and precision < PRECISE_PRECISION):
            break
        precise = step
    chosen = {BROAD: max(broad, default=round(balanced / 2, 2)), BALANCED: balanced, PRECISE: precise}
    return tuple(
        Preset(name=name, probability=step, measured={kind: found.at(step) for kind, found in pairs.items()})
        for name, step in chosen.items()
    )
