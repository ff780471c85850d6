"""The chain of rules as one setting: which of them are on, and how vectors become neighbours under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from product_matching.errors import InputError
from product_matching.listings.quantities import QuantityTable
from product_matching.matching import rules as rule
from product_matching.matching.blending import blend_neighbourhoods, cross_mean, expand
from product_matching.search.neighbours import Neighbours

#: Neighbours that are kept of each listing: the 50 that the metric counts, and one more.
CANDIDATES = 51
#: Finds the k nearest rows of each row of a matrix: `self_join` for titles, a flat index for photos.
Join = Callable[[Any, int], Neighbours]


@dataclass(frozen=True)
class Rules:
    """Which rules are on. The defaults are those that a live catalogue can use.

    Attributes
    ----------
    photo_bits
        Photos whose pHashes differ in at most this many bits are one photo to the rules below; None leaves photos out.
    cross_mean
        Average vectors over the listings with the same photo (`blending.cross_mean`).
    blend
        Threshold of a stage of iterative neighbourhood blending, one for each stage; empty for none.
    expansion
        Vectors summed by database augmentation, the own among them; 1 turns it off.
    alpha
        Exponent of the similarities in the augmentation.
    photo_union
        Accept listings with the same photo whatever their titles.
    quantity_veto
        Reject pairs whose titles state different quantities.
    mutual
        Accept a pair only if each is among the other's nearest.
    min2
        How far beyond the threshold a lonely listing may have its nearest other; None for not at all. Benchmark only:
        it assumes that nobody is alone.
    """

    photo_bits: int | None = 4
    cross_mean: bool = True
    blend: tuple[float, ...] = (0.4,)
    expansion: int = 2
    alpha: float = 2.0
    photo_union: bool = True
    quantity_veto: bool = False
    mutual: bool = False
    min2: float | None = None

    def __post_init__(self) -> None:
        if self.expansion < 1:
            raise InputError(f"The expansion is {self.expansion}, but must be at least 1, the listing itself.")
        if any(not 0 <= threshold <= 1 for threshold in self.blend):
            raise InputError(f"The blending thresholds are {self.blend}, but must be distances from 0 to 1.")
        if self.min2 is not None and self.min2 < 0:
            raise InputError(f"The distance for min2 is {self.min2}, but must not be negative.")


#: No rule at all: the nearest by the vectors as they are.
PLAIN = Rules(photo_bits=None, cross_mean=False, blend=(), expansion=1, photo_union=False)


@dataclass(frozen=True)
class Stages:
    """What the chain made of the vectors.

    Attributes
    ----------
    plain
        Neighbours of the vectors as they came.
    steps
        Vectors after each step that is on: cross-mean, each blending, expansion; the first is the vectors after the
        cross-mean, or as they came.
    near
        Neighbours of the final vectors, before any rule on pairs.
    """

    plain: Neighbours
    steps: tuple[Any, ...]
    near: Neighbours

    @property
    def averaged(self) -> Any:
        """Vectors after the cross-mean."""
        return self.steps[0]

    @property
    def final(self) -> Any:
        """Vectors after every step."""
        return self.steps[-1]


def improve_vectors(vectors: Any, twins: Neighbours | None, rules: Rules, join: Join) -> Stages:
    """Run the rules on vectors: cross-mean, blending, expansion.

    Parameters
    ----------
    vectors
        Unit vectors, dense or sparse, shape (N, D).
    twins
        Listings that are the same in the other modality (`near_photos` for titles); None for unknown.
    rules
        Which rules are on.
    join
        Finds the neighbours of all rows.
    """
    near = plain = join(vectors, CANDIDATES)
    averaged = vectors
    if rules.cross_mean and twins is not None:
        averaged = cross_mean(vectors, twins)
        near = join(averaged, CANDIDATES)
    steps = [averaged]
    for threshold in rules.blend:
        steps.append(blend_neighbourhoods(steps[-1], near, threshold))
        near = join(steps[-1], CANDIDATES)
    if rules.expansion > 1:
        steps.append(expand(steps[-1], near, rules.expansion, rules.alpha))
        near = join(steps[-1], CANDIDATES)
    return Stages(plain, tuple(steps), near)


def decide_pairs(
    near: Neighbours, twins: Neighbours | None, quantities: QuantityTable | None, rules: Rules
) -> Neighbours:
    """Run the rules on pairs that need no threshold: photo union, quantity veto, mutual edges."""
    if rules.mutual:
        near = rule.keep_mutual(near)
    if rules.quantity_veto and quantities is not None:
        near = rule.veto_quantities(near, quantities)
    if rules.photo_union and twins is not None:
        near = rule.accept(near, twins)
    return near


def apply_min2(near: Neighbours, threshold: float, rules: Rules) -> Neighbours:
    """Run the rule that needs the threshold: min2, if it is on."""
    return near if rules.min2 is None else rule.min2(near, threshold, threshold + rules.min2)
