"""Options of one run of a training of photos, beside recipe and data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of a run.

    Attributes
    ----------
    weights
        Safetensors file that the backbone starts from.
    resume
        Go on from the last checkpoint in the folder, to the same result as without the interruption; from the
        beginning where there is none yet.
    score_test
        Whether to score the test part, too, once the best epoch and the threshold are chosen. Left off while recipes
        are compared, so that nothing is chosen by it; with `resume`, a finished training is scored without training.
    average
        Folders of finished trainings whose weights the exported ones are averaged with; see `average_with`.
    device
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    """

    weights: Path | None = None
    resume: bool = False
    score_test: bool = False
    average: Sequence[Path] = ()
    device: str = "auto"


#: A training from the recipe's own start, in an empty folder, whose test part is left alone.
FRESH = TrainingOptions()
