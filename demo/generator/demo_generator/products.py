"""The invented products: lines of one brand and name, each with variants that differ in one or two attributes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product as cross

from demo_generator.brands import BRANDS
from demo_generator.colours import RGB, SORT_COLOUR
from demo_generator.kinds import FLAVOURS, KINDS, Kind

Colour = tuple[int, int, int]
#: Attributes with their own colour word in SORT_COLOUR.
SORT_ATTRIBUTES = ("scent", "flavour", "active", "sort")
_MAX_VARIANTS = 8
_NEUTRALS = ("White", "Black", "Cream", "Grey")


@dataclass(frozen=True)
class Product:
    """One product: what its label group is.

    Attributes
    ----------
    product_id, line_id
        Ids; the variants of a line share brand, name, shape and design.
    kind
        Name of the kind (see `kinds.KINDS`).
    brand, feature, noun, noun_id
        The parts of its name; the noun in English and in Indonesian.
    attributes
        What it is, by attribute: ``{"scent": "Rose", "size": "250 ml"}``.
    varies
        Names of the attributes in which the variants of its line differ.
    body, accent, label
        sRGB colours 0..255 of the thing itself, of its small parts and print, and of its label's ground.
    line_seed, seed
        Seeds of everything that the line shares (shape, design), and of what is the product's own.
    """

    product_id: str
    line_id: str
    kind: str
    brand: str
    feature: str
    noun: str
    noun_id: str
    attributes: dict[str, str]
    varies: tuple[str, ...]
    body: Colour
    accent: Colour
    label: Colour
    line_seed: int
    seed: int

    @property
    def name(self) -> str:
        """Full English name without brand and attributes."""
        return f"{self.feature} {self.noun}"


def make_products(count: int, seed: int) -> list[Product]:
    """Invent products; the same seed gives the same ones, and the first of them stay when `count` grows."""
    rng = random.Random(f"{seed} lines")
    products: list[Product] = []
    taken: set[tuple[str, str, str]] = set()
    line = 0
    while len(products) < count:
        kind = KINDS[line % len(KINDS)]
        name = (rng.choice(BRANDS[kind.branch]), rng.choice(kind.features), rng.choice(kind.nouns)[0])
        if name not in taken:
            taken.add(name)
            products += _make_line(kind, *name, line_id=f"l{line:04d}", first=len(products), seed=seed)
            line += 1
    return products[:count]


def _make_line(
    kind: Kind, brand: str, feature: str, noun: str, *, line_id: str, first: int, seed: int
) -> list[Product]:
    rng = random.Random(f"{seed} {line_id}")
    line_seed = rng.randrange(2**31)
    fixed = {name: rng.choice(values) for name, values in kind.fixed}
    variants = _choose_variants(kind, noun, rng)
    varies = tuple(name for name in variants[0] if len({variant[name] for variant in variants}) > 1)
    body = RGB[rng.choice([*RGB, *_NEUTRALS * 4])]
    accent, label = (RGB[rng.choice([*RGB])], RGB[rng.choice([*RGB, *_NEUTRALS * 5])])
    noun_id = dict(kind.nouns)[noun]
    made = []
    for number, variant in enumerate(variants):
        looks = _colours(variant, varies, body, accent, label, line_seed)
        made.append(
            Product(
                f"p{first + number:04d}",
                line_id,
                kind.name,
                brand,
                feature,
                noun,
                noun_id,
                {**variant, **fixed},
                varies,
                *looks,
                line_seed,
                rng.randrange(2**31),
            )
        )
    return made


def _choose_variants(kind: Kind, noun: str, rng: random.Random) -> list[dict[str, str]]:
    """Variants of a line: mostly one attribute varies, sometimes two."""
    names = [name for name, _ in kind.varies]
    several = {names[0]} if rng.random() < 0.45 else {names[1]} if rng.random() < 0.5 else set(names)
    pools = []
    for name, values in kind.varies:
        values = FLAVOURS.get(noun, values) if name == "flavour" else values
        wanted = rng.choice((2, 3, 3, 4)) if name in several else 1
        chosen = rng.sample(values, min(wanted, len(values)))
        pools.append([(name, value) for value in sorted(chosen, key=values.index)])
    variants = [dict(variant) for variant in cross(*pools)]
    return variants if len(variants) <= _MAX_VARIANTS else rng.sample(variants, _MAX_VARIANTS)


def _colours(
    variant: dict[str, str], varies: tuple[str, ...], body: Colour, accent: Colour, label: Colour, line_seed: int
) -> tuple[Colour, Colour, Colour]:
    """Body, accent and label colour: a colour variant colours the body, a scent or flavour the print, or both."""
    if "colour" in variant:
        body = RGB[variant["colour"]]
    for name in SORT_ATTRIBUTES:
        if name in variant:
            accent = RGB[SORT_COLOUR[variant[name]]]
            if name in varies and line_seed % 3 == 0:
                body = accent
    if _contrast(label, accent) < 60:
        label = RGB["White"] if sum(accent) < 420 else RGB["Navy"]
    return body, accent, label


def _contrast(first: Colour, second: Colour) -> float:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / 3
