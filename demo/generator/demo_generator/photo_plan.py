"""The photo of each listing: a new one, or another listing's photo of the same product after edits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from demo_generator.edits import CHANGING, KEEPING, Edit
from demo_generator.products import Product
from demo_generator.shots import Shot


@dataclass(frozen=True)
class Photo:
    """One photo file of the catalogue.

    Attributes
    ----------
    image
        File name; "" before it has one.
    shot_id
        The shot that it is made from.
    edits
        What sellers did to it, in order.
    other_shot_id
        The second picture of a collage; "" without one.
    """

    image: str
    shot_id: str
    edits: tuple[Edit, ...] = ()
    other_shot_id: str = ""


@dataclass(frozen=True)
class PhotoMix:
    """How often sellers use each other's photos.

    Attributes
    ----------
    same
        Share of the listings after a group's first that show the very file of another one.
    keeping
        Share that show another's photo after edits that mostly keep its pHash.
    changing
        Share that show another's photo after edits that mostly change its pHash.
    second_edit
        Share of the changed photos with one more edit.
    """

    same: float = 0.105
    keeping: float = 0.125
    changing: float = 0.3
    second_edit: float = 0.25


class Photographer:
    """Takes the shots and decides what is done to them.

    A product's shots and edits come from its own seed: a changed mix leaves the shots as they are, only their number
    differs, and what is rendered already stays good.
    """

    def __init__(self, mix: PhotoMix) -> None:
        self.shots: list[Shot] = []
        self._mix = mix

    def take(self, product: Product, name: str) -> Photo:
        """Photograph a product anew; `name` distinguishes its shots."""
        seed = random.Random(f"{product.seed} shot {name}").randrange(2**31)
        self.shots.append(Shot(f"{product.product_id}_{name}", product.product_id, seed))
        return Photo("", self.shots[-1].shot_id)

    def photograph_group(self, product: Product, prices: list[str]) -> list[Photo]:
        """Photos of a product's listings, one for each of their prices as it would be printed on a photo."""
        rng = random.Random(f"{product.seed} photos")
        photos: list[Photo] = []
        for price in prices:
            photos.append(self._next(product, photos, price, rng))
        return photos

    def _next(self, product: Product, photos: list[Photo], price: str, rng: random.Random) -> Photo:
        mix, drawn = self._mix, rng.random()
        if not photos or drawn >= mix.same + mix.keeping + mix.changing:
            return self.take(product, str(len({photo.shot_id for photo in photos})))
        parent = rng.choice(photos)
        if drawn < mix.same:
            return parent
        changes = drawn >= mix.same + mix.keeping
        edits = (*parent.edits, *(_changes(mix, price, rng) if changes else [_edit(KEEPING, price, rng)]))
        other = parent.other_shot_id or _other(parent, photos, rng)
        return Photo("", parent.shot_id, edits, other if any(edit.kind == "collage" for edit in edits) else "")


def _changes(mix: PhotoMix, price: str, rng: random.Random) -> Iterator[Edit]:
    yield _edit(CHANGING, price, rng)
    if rng.random() < mix.second_edit:
        yield _edit(KEEPING, price, rng)


def _edit(kinds: dict[str, float], price: str, rng: random.Random) -> Edit:
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    return Edit(kind, rng.randrange(2**31), price)


def _other(parent: Photo, photos: list[Photo], rng: random.Random) -> str:
    """A shot of the same product to stand beside the parent's in a collage; its own where there is no other."""
    return rng.choice(sorted({photo.shot_id for photo in photos} - {parent.shot_id}) or [parent.shot_id])
