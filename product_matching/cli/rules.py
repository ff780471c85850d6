"""The matching rules as options: each of them on and off from the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from product_matching.cli.arguments import read_count, to_number
from product_matching.matching.chain import PLAIN, Rules


def read_bits(text: str) -> int:
    """Read a number of pHash bits."""
    if not (text.isascii() and text.isdigit() and int(text) <= 64):
        raise typer.BadParameter(f"{text!r} is not a whole number of bits from 0 to 64.")
    return int(text)


def read_share(text: str) -> float:
    """Read a distance of the blending or of min2."""
    value = to_number(text)
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{text!r} is not a distance from 0 to 1.")
    return value


def read_alpha(text: str) -> float:
    """Read an exponent."""
    value = to_number(text)
    if not 0 <= value <= 10:
        raise typer.BadParameter(f"{text!r} is not a number from 0 to 10.")
    return value


PhashBits = Annotated[
    int | None,
    typer.Option(parser=read_bits, help="Photos whose pHashes differ in so many bits are the same: a match."),
]
QuantityVeto = Annotated[
    bool, typer.Option("--quantity-veto/--no-quantity-veto", help="Titles that state other quantities are no match.")
]
Min2 = Annotated[
    float | None, typer.Option(parser=read_share, help="How far beyond a lonely listing may reach (benchmarks only).")
]
PhashUnion = Annotated[
    bool | None, typer.Option("--phash-union/--no-phash-union", help="Whether the same photo is a match.")
]
CrossMean = Annotated[
    bool | None,
    typer.Option("--cross-mean/--no-cross-mean", help="Average over listings with the same photo or title."),
]
Blend = Annotated[
    list[float] | None,
    typer.Option(parser=read_share, help="Threshold of a blending stage; may be given several times."),
]
Expansion = Annotated[
    int | None,
    typer.Option(parser=read_count, help="Vectors summed by database augmentation, the own too; 1 is off."),
]
Alpha = Annotated[float | None, typer.Option(parser=read_alpha, help="Exponent of the similarities in that sum.")]
Mutual = Annotated[bool, typer.Option("--mutual/--no-mutual", help="Only pairs that are among each other's nearest.")]
Chain = Annotated[bool, typer.Option("--chain", help="Start from the rules of the measured chain, not from none.")]


def without_phash(rules: Rules) -> Rules:
    """The same rules without those on photos."""
    return replace(rules, photo_bits=None)


def make_rules(
    chain: bool,
    phash_bits: int | None,
    phash_union: bool | None,
    cross_mean: bool | None,
    blend: list[float] | None,
    expansion: int | None,
    alpha: float | None,
    quantity_veto: bool,
    mutual: bool,
    min2: float | None,
) -> Rules:
    """Put the options together: what is None stays as the start (no rule at all, or the chain) has it."""
    start = Rules() if chain else PLAIN
    bits = start.photo_bits if phash_bits is None else phash_bits
    if bits is None and cross_mean:
        bits = Rules().photo_bits  # the photos that titles are averaged over
    union = start.photo_union if phash_union is None else phash_union
    return Rules(
        photo_bits=bits,
        cross_mean=start.cross_mean if cross_mean is None else cross_mean,
        blend=start.blend if blend is None else tuple(blend),
        expansion=start.expansion if expansion is None else expansion,
        alpha=start.alpha if alpha is None else alpha,
        photo_union=union or (phash_bits is not None and phash_union is None),
        quantity_veto=quantity_veto,
        mutual=mutual,
        min2=min2,
    )
