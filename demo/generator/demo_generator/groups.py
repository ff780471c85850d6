"""Which products the catalogue holds, how many listings each has, and the part that its line belongs to."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from demo_generator.products import Product

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
PART_SHARES: dict[Part, float] = {"train": 0.6, "validation": 0.2, "test": 0.2}
#: Share of the label groups that have 2, 3, ... listings: the public Shopee "Price Match Guarantee" training data
#: (11,014 groups), rounded; what is larger than 20 there counts as 20.
SIZE_SHARES: dict[int, float] = {
    2: 0.634, 3: 0.162, 4: 0.078, 5: 0.042, 6: 0.026, 7: 0.014, 8: 0.011, 9: 0.008, 10: 0.004, 11: 0.004, 12: 0.003,
    13: 0.002, 14: 0.002, 15: 0.002, 16: 0.001, 18: 0.002, 20: 0.005,
}  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How many products play each role.

    Attributes
    ----------
    groups
        Products with two listings or more.
    lone_singles, variant_singles
        Products with one listing: of a line without other products, and variants of a line with other products.
    lone_unseen, variant_unseen
        Products of queries without a match, likewise.
    variants
        At most so many variants of a line are here.
    """

    groups: int = 798
    lone_singles: int = 135
    variant_singles: int = 135
    lone_unseen: int = 8
    variant_unseen: int = 4
    variants: int = 3


@dataclass(frozen=True)
class Roles:
    """The products of each role (see `Counts`)."""

    grouped: tuple[Product, ...]
    single: tuple[Product, ...]
    unseen: tuple[Product, ...]


def choose_roles(products: Iterable[Product], counts: Counts, rng: random.Random) -> Roles:
    """Choose products for every role; a line used for a lone product lends no other.

    Raises
    ------
    ValueError
        There are too few products.
    """
    lines = _lines(products)
    rng.shuffle(lines)
    unseen_lines = _one_line_a_kind(lines, counts.lone_unseen)
    lines = [line for line in lines if line not in unseen_lines]
    lone = [rng.choice(line) for line in lines[: counts.lone_singles]]
    pool = [product for line in lines[counts.lone_singles :] for product in _some(line, counts.variants, rng)]
    wanted = counts.groups + counts.variant_singles + counts.variant_unseen
    if len(pool) < wanted:
        raise ValueError(f"{len(pool)} products are left for {wanted} roles.")
    pool = pool[:wanted]
    rng.shuffle(pool)
    unseen = [rng.choice(line) for line in unseen_lines]
    unseen += _other_kinds(pool, {product.kind for product in unseen}, counts.variant_unseen)
    rest = [product for product in pool if product not in unseen]
    single = lone + rest[: counts.variant_singles]
    return Roles(tuple(rest[counts.variant_singles :]), tuple(single), tuple(unseen))


def _lines(products: Iterable[Product]) -> list[list[Product]]:
    lines: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        lines[product.line_id].append(product)
    return list(lines.values())


def _some(line: list[Product], most: int, rng: random.Random) -> list[Product]:
    return rng.sample(line, min(most, len(line)))


def _one_line_a_kind(lines: Sequence[list[Product]], count: int) -> list[list[Product]]:
    first: dict[str, list[Product]] = {}
    for line in lines:
        first.setdefault(line[0].kind, line)
    return list(first.values())[:count]


def _other_kinds(products: Iterable[Product], taken: set[str], count: int) -> list[Product]:
    """The first product of each kind that is not taken yet, at most `count`."""
    first: dict[str, Product] = {}
    for product in products:
        if product.kind not in taken:
            first.setdefault(product.kind, product)
    return list(first.values())[:count]


def group_sizes(count: int) -> list[int]:
    """Sizes of so many groups, smallest first: the quantiles of `SIZE_SHARES`."""
    sizes: list[int] = []
    below = 0.0
    for size, share in SIZE_SHARES.items():
        below += share
        sizes += [size] * (round(below * count) - len(sizes))
    return sizes


def assign_parts(sizes: Iterable[tuple[Product, int]], rng: random.Random) -> dict[str, Part]:
    """Part of every line, so that the parts' shares of every kind's listings come close to `PART_SHARES`.

    Parameters
    ----------
    sizes
        Products and how many listings each has.
    rng
        Decides the order in which lines are dealt to the part that lacks most.

    Returns
    -------
    dict
        Part by line id: the variants of a line lie in one part.
    """
    of_line: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    for product, size in sizes:
        of_line[product.line_id] += size
        kinds[product.line_id] = product.kind
    lines = sorted(of_line)
    rng.shuffle(lines)
    missing = {kind: dict.fromkeys(PARTS, 0.0) for kind in kinds.values()}
    for line, size in of_line.items():
        for part, share in PART_SHARES.items():
            missing[kinds[line]][part] += share * size
    parts: dict[str, Part] = {}
    for line in sorted(lines, key=of_line.__getitem__, reverse=True):
        lacking = missing[kinds[line]]
        parts[line] = _most_lacking(lacking)
        lacking[parts[line]] -= of_line[line]
    return parts


def _most_lacking(missing: dict[Part, float]) -> Part:
    return max(PARTS, key=lambda part: missing[part] / PART_SHARES[part])
