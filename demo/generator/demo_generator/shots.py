"""What one photo is of, and the seed that decides everything in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shot:
    """One photo to be taken.

    Attributes
    ----------
    shot_id
        Name of the photo, without ending.
    product_id
        The product that it shows.
    seed
        Seed of everything in the photo that is not the product: pieces, background, light, camera.
    """

    shot_id: str
    product_id: str
    seed: int
