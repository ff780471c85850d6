"""The rules of a whole catalogue as one setting, and how vectors are improved under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from product_matching.errors import InputError
from product_matching.matching.blending import blend_neighbourhoods, cross_mean, expand
from product_matching.matching.thresholds import NO_RULES, PHOTO_BITS, PairRules
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.neighbours import Neighbours

#: Neighbours that are kept of each listing where a number is needed: the 50 that the competition's metric counts and
#: the listing itself, as in iterative neighbourhood blending (51 nearest, first place of the Shopee competition 2021).
CANDIDATES = 51


@dataclass(frozen=True, kw_only=True)
class VectorRules:
    """Rules that change vectors before anything is compared, each off by default.

    Attributes
    ----------
    cross_mean
        Average title vectors over the listings with the same photo, and photo vectors over those with the same title
        (`blending.cross_mean`).
    photo_bits
        Photos whose pHashes differ in at most this many bits are the same to `cross_mean`; None leaves photos out.
    blend
        Threshold of a stage of iterative neighbourhood blending, one for each stage; empty for none.
    expansion
        Vectors summed by database augmentation, the own among them; 1 turns it off.
    alpha
        Exponent of the similarities in the augmentation.
    neighbours
        Nearest listings, itself among them, that blending and augmentation may take; they need a number, as every
        neighbour costs a product of whole vectors.
    """

    cross_mean: bool = False
    photo_bits: int | None = PHOTO_BITS
    blend: tuple[float, ...] = ()
    expansion: int = 1
    alpha: float = 2.0
    neighbours: int = CANDIDATES

    def __post_init__(self) -> None:
        if self.expansion < 1:
            raise InputError(f"The expansion is {self.expansion}, but must be at least 1, the listing itself.")
        if any(not 0 <= threshold <= 1 for threshold in self.blend):
            raise InputError(f"The blending thresholds are {self.blend}, but must be distances from 0 to 1.")
        if self.photo_bits is not None and not 0 <= self.photo_bits <= 64:
            raise InputError(f"The number of pHash bits is {self.photo_bits}, but must be from 0 to 64.")
        if self.neighbours < max(2, self.expansion):
            raise InputError(
                f"The number of neighbours is {self.neighbours}, but must be at least the expansion and 2."
            )

    @property
    def is_on(self) -> bool:
        """Whether any rule changes vectors: distances shrink then, and thresholds are tuned anew."""
        return self.cross_mean or bool(self.blend) or self.expansion > 1


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Every rule of a whole catalogue, all off by default.

    Attributes
    ----------
    vectors
        What changes vectors.
    pairs
        What decides single pairs beside the thresholds; `find` has the same.
    mutual
        Accept a pair by its distances only if each listing is among the other's so many nearest; None for off.
    """

    vectors: VectorRules = VectorRules()
    pairs: PairRules = NO_RULES
    mutual: int | None = None

    def __post_init__(self) -> None:
        if self.mutual is not None and self.mutual < 1:
            raise InputError(f"The number of mutual neighbours is {self.mutual}, but must be at least 1.")


#: No rule at all: the distances of the vectors as they are decide.
PLAIN = Rules()
#: The rules whose figures are published (docs/evaluation.md), which a live catalogue can use.
MEASURED_CHAIN = Rules(
    vectors=VectorRules(cross_mean=True, blend=(0.4,), expansion=2), pairs=PairRules(photo_bits=PHOTO_BITS)
)


@dataclass(frozen=True)
class Stages:
    """The vectors after the chain.

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


def improve_vectors(
    vectors: Any, same: Neighbours | None, rules: VectorRules, join: SelfJoin[Any], *, plain: Neighbours | None = None
) -> tuple[Any, ...]:
    """Run the rules on vectors: cross-mean, blending, expansion.

    Parameters
    ----------
    vectors
        Unit vectors, dense or sparse, shape (N, D).
    same
        Listings that are the same in the other modality (`near_photos` for titles); None for unknown.
    rules
        Which rules are on.
    join
        Finds the neighbours of all rows.
    plain
        The `rules.neighbours` nearest of the vectors as they came, where they are known.

    Returns
    -------
    tuple
        Vectors after each step that is on; see `Stages.steps`.
    """

    def nearest(step: Any) -> Neighbours:
        return plain if plain is not None and step is vectors else join.nearest(step, rules.neighbours)

    steps = [cross_mean(vectors, same) if rules.cross_mean and same is not None else vectors]
    for threshold in rules.blend:
        steps.append(blend_neighbourhoods(steps[-1], nearest(steps[-1]), threshold))
    if rules.expansion > 1:
        steps.append(expand(steps[-1], nearest(steps[-1]), rules.expansion, rules.alpha))
    return tuple(steps)


def run_stages(vectors: Any, same: Neighbours | None, rules: VectorRules, join: SelfJoin[Any]) -> Stages:
    """Run the rules on vectors and join those that came and those that result; parameters as of `improve_vectors`."""
    plain = join.nearest(vectors, rules.neighbours)
    steps = improve_vectors(vectors, same, rules, join, plain=plain)
    near = plain if steps[-1] is vectors else join.nearest(steps[-1], rules.neighbours)
    return Stages(plain, steps, near)
