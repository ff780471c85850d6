"""What sellers do to a photo that they took from another seller: they crop it, mirror it, write on it, frame it."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from demo_generator.overlays import add_banner, add_frame, add_sticker, add_watermark

#: Side of every photo, in pixels.
SIDE = 256
#: How photos are saved.
JPEG: dict[str, int | bool] = {"quality": 88, "optimize": True, "progressive": False}

#: Edits that mostly keep the pHash, and how often each is chosen.
KEEPING: dict[str, float] = {"recompress": 3, "colour": 2, "resize": 2}
#: Edits that mostly change the pHash, and how often each is chosen.
CHANGING: dict[str, float] = {
    "crop": 2, "mirror": 1.5, "border": 1.5, "watermark": 1.5, "banner": 2.5, "sticker": 1, "collage": 1.5,
}  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """One edit: its kind (of `KEEPING` or `CHANGING`), the seed of its details, and the price that it may show."""

    kind: str
    seed: int
    price: str = ""


def apply_edits(photo: Image.Image, edits: tuple[Edit, ...], other: Image.Image | None) -> Image.Image:
    """Apply edits in order; the same edits of the same photo give the same picture.

    Parameters
    ----------
    photo
        The photo, of any size.
    edits
        What to do, in order.
    other
        The second picture of a collage; the photo itself where there is none.

    Returns
    -------
    Image
        RGB, `SIDE` by `SIDE` pixels.

    Raises
    ------
    ValueError
        There is no such edit.
    """
    photo = _to_square(photo)
    for edit in edits:
        rng = random.Random(edit.seed)
        if edit.kind == "collage":
            photo = _collage(photo, photo if other is None else _to_square(other), rng)
        elif edit.kind in _EDITS:
            photo = _to_square(_EDITS[edit.kind](photo, edit.price, rng))
        else:
            raise ValueError(f"The edit {edit.kind!r} is unknown; accepted are {', '.join([*_EDITS, 'collage'])}.")
    return photo


def save_photo(photo: Image.Image, path: Path, edits: tuple[Edit, ...] = ()) -> None:
    """Write a photo as JPEG, in the quality of its last edit where that is to recompress it."""
    quality = {"quality": _recompressed(random.Random(edits[-1].seed))} if _ends_recompressed(edits) else {}
    photo.convert("RGB").save(path, "JPEG", **{**JPEG, **quality})


def _ends_recompressed(edits: tuple[Edit, ...]) -> bool:
    return bool(edits) and edits[-1].kind == "recompress"


def _recompressed(rng: random.Random) -> int:
    return rng.randint(35, 75)


def _to_square(photo: Image.Image) -> Image.Image:
    return photo.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _recompress(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=_recompressed(rng))
    return Image.open(stream)


def _colour(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Color, ImageEnhance.Contrast):
        photo = enhance(photo).enhance(rng.uniform(0.92, 1.1))
    return photo


def _resize(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    side = rng.randint(110, 200)
    return photo.resize((side, side), Image.Resampling.BILINEAR)


def _crop(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    side = rng.uniform(0.72, 0.9) * SIDE
    left, top = rng.uniform(0, SIDE - side), rng.uniform(0, SIDE - side)
    return photo.crop((round(left), round(top), round(left + side), round(top + side)))


def _mirror(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    return _crop_slightly(ImageOps.mirror(photo), rng)


def _crop_slightly(photo: Image.Image, rng: random.Random) -> Image.Image:
    return ImageOps.crop(photo, rng.randint(0, 12))


def _collage(photo: Image.Image, other: Image.Image, rng: random.Random) -> Image.Image:
    """Two pictures side by side, one large and one small, or four with details of both."""
    layout = rng.choice(("halves", "inset", "four"))
    if layout == "four":
        return _paste_four([photo, other, _crop(other, "", rng), _crop(photo, "", rng)])
    sheet = Image.new("RGB", (SIDE, SIDE), "white")
    if layout == "halves":
        half = SIDE // 2 - 2
        upright = rng.random() < 0.7
        size = (half, SIDE) if upright else (SIDE, half)
        sheet.paste(ImageOps.fit(photo, size), (0, 0))
        sheet.paste(ImageOps.fit(other, size), (half + 4, 0) if upright else (0, half + 4))
        return sheet
    sheet.paste(photo, (0, 0))
    small = ImageOps.expand(_to_square(other).resize((88, 88)), 3, "white")
    sheet.paste(small, rng.choice(((4, SIDE - 98), (SIDE - 98, SIDE - 98), (SIDE - 98, 4))))
    return sheet


def _paste_four(photos: list[Image.Image]) -> Image.Image:
    sheet, half = Image.new("RGB", (SIDE, SIDE), "white"), SIDE // 2 - 1
    for number, photo in enumerate(photos):
        place = ((number % 2) * (half + 2), (number // 2) * (half + 2))
        sheet.paste(photo.resize((half, half), Image.Resampling.LANCZOS), place)
    return sheet


_EDITS: dict[str, Callable[[Image.Image, str, random.Random], Image.Image]] = {
    "recompress": _recompress,
    "colour": _colour,
    "resize": _resize,
    "crop": _crop,
    "mirror": _mirror,
    "border": lambda photo, price, rng: add_frame(photo, rng),
    "watermark": lambda photo, price, rng: add_watermark(photo, rng),
    "banner": add_banner,
    "sticker": lambda photo, price, rng: add_sticker(photo, rng),
}
