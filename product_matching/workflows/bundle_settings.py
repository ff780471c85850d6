"""The settings of a bundle that decide where no other is asked for: chosen by hand, or as the build tuned them.

Only the manifest changes, as a whole: readers hold the old settings until they open the bundle again. A bundle that is
built anew has the settings of its build.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import (
    BuiltThresholds,
    Manifest,
    TunedSureness,
    TunedThreshold,
    rewrite_manifest,
)

if TYPE_CHECKING:
    from product_matching.metrics.setting_scores import SettingFigures
    from product_matching.workflows.choose_scorer import ChosenScorer

BY_HAND = "chosen by hand"


def use_sureness(
    bundle: Bundle,
    chosen: ChosenScorer,
    probability: float,
    *,
    figures: SettingFigures | None = None,
    measured_on: str = "",
) -> Manifest:
    """Keep the least probability of a match in a bundle, for the pair scorer that it was chosen for.

    Parameters
    ----------
    bundle, chosen
        The catalogue and its pair scorer.
    probability
        From which pairs are matches.
    figures, measured_on
        What it comes to, and the listings that this was measured on; None where there are no labels.

    Raises
    ------
    InputError
        The probability is not between 0 and 1, or the bundle cannot be written or was written anew since it was opened.
    """
    from product_matching.matching.second_stage.scorer_file import scorer_fingerprint

    if not 0 < probability < 1:
        raise InputError(f"The least probability is {probability}, but must be between 0 and 1.")
    own = TunedSureness(
        probability=probability,
        scorer=chosen.name,
        scorer_sha256=scorer_fingerprint(chosen.scorer),
        n=len(bundle),
        protocol=_Measured(figures, measured_on).protocol,
        precision=None if figures is None else _share(figures.precision.value),
        recall=None if figures is None else _share(figures.recall.value),
    )
    return _rewrite(bundle, lambda manifest: replace(manifest, sureness=own))


def use_distances(
    bundle: Bundle,
    thresholds: Thresholds,
    *,
    figures: SettingFigures | None = None,
    measured_on: str = "",
) -> Manifest:
    """Keep thresholds of both sides in a bundle; None for a side leaves its own, the fused one is never kept.

    Parameters
    ----------
    bundle
        The catalogue.
    thresholds
        Largest distances of a match.
    figures, measured_on
        What both together come to: the mean F1 is kept with each.

    Raises
    ------
    InputError
        The bundle has no such side, or cannot be written or was written anew since it was opened.
    """
    measured = _Measured(figures, measured_on)
    photo = measured.threshold(bundle, "photo", thresholds.photo, bundle.has_photo)
    title = measured.threshold(bundle, "title", thresholds.title, bundle.has_title)

    def change(manifest: Manifest) -> Manifest:
        built = manifest.built_thresholds or BuiltThresholds(manifest.photo_threshold, manifest.title_threshold)
        return replace(
            manifest,
            built_thresholds=built,
            photo_threshold=photo or manifest.photo_threshold,
            title_threshold=title or manifest.title_threshold,
        )

    return _rewrite(bundle, change)


def _rewrite(bundle: Bundle, change: Callable[[Manifest], Manifest]) -> Manifest:
    """Change the manifest of a bundle that is as it was opened, but for its settings and listings added or removed."""

    def checked(manifest: Manifest) -> Manifest:
        if manifest.files != bundle.manifest.files:
            raise InputError(f"The bundle {bundle.folder} was written anew meanwhile: try again.")
        return change(manifest)

    return rewrite_manifest(bundle.folder, checked)


def use_built_in(folder: Path) -> Manifest:
    """Go back to the pair scorer's own least probability and to the thresholds that the build tuned.

    Raises
    ------
    InputError
        The folder is no bundle, or cannot be written.
    """

    def change(manifest: Manifest) -> Manifest:
        built = manifest.built_thresholds
        if built is not None:
            manifest = replace(manifest, photo_threshold=built.photo, title_threshold=built.title)
        return replace(manifest, sureness=None, built_thresholds=None)

    return rewrite_manifest(folder, change)


def is_changed(manifest: Manifest) -> bool:
    """Whether a setting of the bundle was chosen since it was built."""
    return manifest.sureness is not None or manifest.built_thresholds is not None


@dataclass(frozen=True)
class _Measured:
    """What a setting comes to, and on which listings; None without labels."""

    figures: SettingFigures | None
    on: str

    @property
    def protocol(self) -> str:
        """How it was chosen, in a few words."""
        if self.figures is None:
            return BY_HAND
        return f"{BY_HAND}; measured on {self.figures.n_queries:,} listings of {self.on} in the whole catalogue"

    def threshold(
        self, bundle: Bundle, side: str, distance: float | None, has: npt.NDArray[np.bool_]
    ) -> TunedThreshold | None:
        """The threshold of a side; None where none is given."""
        if distance is None:
            return None
        if (bundle.photo_vectors if side == "photo" else bundle.title_matrix) is None:
            raise InputError(f"The catalogue {bundle.manifest.name} has no {side}s: leave their threshold out.")
        f1 = None if self.figures is None else _share(self.figures.f1.value)
        return TunedThreshold(distance=distance, n=int(has.sum()), protocol=self.protocol, f1=f1)


def _share(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
