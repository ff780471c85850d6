"""The matching rules as options of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from product_matching.cli.arguments import read_count, to_number
from product_matching.matching.chain import CANDIDATES, MEASURED_CHAIN, PLAIN, Rules
from product_matching.matching.thresholds import PHOTO_BITS, PairRules


def read_bits(text: str) -> int:
    """Read a number of pHash bits."""
    if not (text.isascii() and text.isdigit() and int(text) <= 64):
        raise typer.BadParameter(f"{text!r} is not a whole number of bits from 0 to 64.")
    return int(text)


def read_blend(text: str) -> float:
    """Read a distance of the blending."""
    value = to_number(text)
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{text!r} is not a distance from 0 to 1.")
    return value


def read_min2(text: str) -> float:
    """Read a share of a threshold."""
    value = to_number(text)
    if not value >= 0:
        raise typer.BadParameter(f"{text!r} is not a share of the threshold from 0 on; inf is accepted.")
    return value


def read_alpha(text: str) -> float:
    """Read an exponent."""
    value = to_number(text)
    if not 0 <= value <= 10:
        raise typer.BadParameter(f"{text!r} is not a number from 0 to 10.")
    return value


PhashBits = Annotated[
    int | None,
    typer.Option(parser=read_bits, help="Photos match if their pHashes differ in at most this many of 64 bits."),
]
QuantityVeto = Annotated[
    bool,
    typer.Option(
        "--quantity-veto/--no-quantity-veto", help="Whether titles that state different quantities never match."
    ),
]
Min2 = Annotated[
    float | None,
    typer.Option(
        parser=read_min2,
        help="A listing without a match gets its nearest listing, if that is at most this share beyond the threshold: "
        "0.5 is 1.5 times the threshold. For benchmarks only.",
    ),
]
PhashUnion = Annotated[
    bool | None, typer.Option("--phash-union/--no-phash-union", help="Whether photos with nearly equal pHashes match.")
]
CrossMean = Annotated[
    bool | None,
    typer.Option(
        "--cross-mean/--no-cross-mean", help="Whether vectors are averaged over listings with the same photo or title."
    ),
]
Blend = Annotated[
    list[float] | None,
    typer.Option(
        parser=read_blend, help="Distance threshold of a blending stage; repeatable, one option for each stage."
    ),
]
Expansion = Annotated[
    int | None,
    typer.Option(
        parser=read_count,
        help="Number of vectors averaged by database augmentation, the listing's own included; 1 is off.",
    ),
]
Alpha = Annotated[
    float | None,
    typer.Option(parser=read_alpha, help="Exponent of the similarities that weight the vectors of --expansion."),
]
Mutual = Annotated[bool, typer.Option("--mutual/--no-mutual", help="Whether only mutual neighbours match.")]
Chain = Annotated[bool, typer.Option("--chain", help="Start from the rules of the measured chain instead of no rules.")]


@dataclass(frozen=True, kw_only=True)
class RuleOptions:
    """The options on rules as they were given; None keeps the rule of the start, which is no rule or the chain."""

    chain: bool = False
    phash_bits: int | None = None
    phash_union: bool | None = None
    cross_mean: bool | None = None
    blend: Sequence[float] | None = None
    expansion: int | None = None
    alpha: float | None = None
    quantity_veto: bool = False
    mutual: bool = False
    min2: float | None = None

    def rules(self) -> Rules:
        """Put the options together.

        ``--phash-bits`` accepts photos with nearly equal pHashes, and sets the number of bits for ``--cross-mean``.
        """
        start = MEASURED_CHAIN if self.chain else PLAIN
        bits = PHOTO_BITS if self.phash_bits is None else self.phash_bits
        union = start.pairs.photo_bits is not None or self.phash_bits is not None
        if self.phash_union is not None:
            union = self.phash_union
        vectors = replace(
            start.vectors,
            photo_bits=bits,
            cross_mean=start.vectors.cross_mean if self.cross_mean is None else self.cross_mean,
            blend=start.vectors.blend if self.blend is None else tuple(self.blend),
            expansion=start.vectors.expansion if self.expansion is None else self.expansion,
            alpha=start.vectors.alpha if self.alpha is None else self.alpha,
        )
        pairs = PairRules(photo_bits=bits if union else None, quantity_veto=self.quantity_veto, min2=self.min2)
        return Rules(vectors=vectors, pairs=pairs, mutual=CANDIDATES if self.mutual else None)


def without_phash(rules: Rules) -> Rules:
    """The same rules without those on photos."""
    vectors, pairs = replace(rules.vectors, photo_bits=None), replace(rules.pairs, photo_bits=None)
    return replace(rules, vectors=vectors, pairs=pairs)
