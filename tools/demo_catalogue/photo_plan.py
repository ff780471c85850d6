"""Whose photo a listing shows: a new one of its own, or another seller's photo of the same product after edits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tools.demo_catalogue.edits import CHANGING, KEEPING, Edit
from tools.demo_catalogue.products import Product
from tools.demo_catalogue.shots import Shot


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

    same: float = 0.095
    keeping: float = 0.115
    changing: float = 0.41
    second_edit: float = 0.25


class Photographer:
    """Takes the shots, numbered in order, and decides what is done to them."""

    def __init__(self, mix: PhotoMix, rng: random.Random) -> None:
        self.shots: list[Shot] = []
        self._mix = mix
        self._rng = rng

    def take(self, product: Product) -> Photo:
        """Photograph a product anew."""
        shot = Shot(f"s{len(self.shots):04d}", product.product_id, self._rng.randrange(2**31))
        self.shots.append(shot)
        return Photo("", shot.shot_id)

    def photograph_group(self, product: Product, prices: list[str]) -> list[Photo]:
        """Photos of a product's listings, one for each of their prices as it would be printed on a photo."""
        photos: list[Photo] = []
        for price in prices:
            photos.append(self._next(product, photos, price))
        return photos

    def _next(self, product: Product, photos: list[Photo], price: str) -> Photo:
        mix, drawn = self._mix, self._rng.random()
        if not photos or drawn >= mix.same + mix.keeping + mix.changing:
            return self.take(product)
        parent = self._rng.choice(photos)
        if drawn < mix.same:
            return parent
        changes = drawn >= mix.same + mix.keeping
        edits = (*parent.edits, *(self._changes(price) if changes else [self._edit(KEEPING, price)]))
        other = parent.other_shot_id or self._other(parent, photos)
        return Photo("", parent.shot_id, edits, other if any(edit.kind == "collage" for edit in edits) else "")

    def _changes(self, price: str) -> Iterator[Edit]:
        yield self._edit(CHANGING, price)
        if self._rng.random() < self._mix.second_edit:
            yield self._edit(KEEPING, price)

    def _edit(self, kinds: dict[str, float], price: str) -> Edit:
        kind = self._rng.choices(list(kinds), list(kinds.values()))[0]
        return Edit(kind, self._rng.randrange(2**31), price)

    def _other(self, parent: Photo, photos: list[Photo]) -> str:
        """A shot of the same product to stand beside the parent's in a collage; its own where there is no other."""
        return self._rng.choice(sorted({photo.shot_id for photo in photos} - {parent.shot_id}) or [parent.shot_id])
