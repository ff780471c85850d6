"""What sellers do to a photo that they took from another seller."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

#: Edits that mostly keep the pHash, and how often each is chosen.
KEEPING: dict[str, float] = {"recompress": 3, "colour": 2, "resize": 2}
#: Edits that mostly change the pHash, and how often each is chosen.
CHANGING: dict[str, float] = {
    "crop": 2, "mirror": 1.5, "border": 1.5, "watermark": 1.5, "banner": 2, "sticker": 1, "collage": 1.5,
}  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """One edit: its kind (of `KEEPING` or `CHANGING`), the seed of its details, and the price that it may show."""

    kind: str
    seed: int
    price: str = ""


def apply_edits(photo: Image.Image, edits: tuple[Edit, ...], other: Image.Image | None) -> Image.Image:
    """Apply edits in order."""
    return photo
