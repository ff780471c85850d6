"""One listing's raw photo: decoded defensively, turned upright, hashed, made into a thumbnail."""

from __future__ import annotations

import io
import math
from contextlib import suppress
from pathlib import Path
from typing import cast

import imagehash
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from product_matching.errors import InputError
from product_matching.listings.jpeg_scans import count_scans

#: Largest photo file that is read: 20 MiB.
MAX_PHOTO_BYTES = 20 * 2**20
#: Largest photo that is decoded, in pixels (about 7,000 x 7,000). Checked before anything is decompressed.
MAX_PHOTO_PIXELS = 50_000_000
#: Longest side that is decoded, in pixels: scaling a line of 50 million pixels takes gigabytes.
MAX_PHOTO_SIDE = 30_000
#: Scans of a JPEG: a progressive one has about ten. Each goes over all pixels, also where it takes a dozen bytes.
MAX_JPEG_SCANS = 100

#: Side of the grey picture that the pHash is of.
_HASHED_SIDE = 32
_THUMBNAIL_QUALITY = 82
_JPEG = b"\xff\xd8"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_ACCEPTED = "accepted are JPEG, PNG, WebP, GIF, BMP and TIFF"


class PhotoError(InputError):
    """A photo that cannot be used; the message names it and gives the reason."""


def read_photo(path: Path, *, name: str | None = None) -> bytes:
    """Read a photo file, no larger than `MAX_PHOTO_BYTES`; an error calls it by `name`, else by its path.

    Raises
    ------
    PhotoError
        If the file is missing, not a regular file, not readable, or too large.
    """
    called = str(path) if name is None else name
    shown = shown_photo(called)
    try:
        if not path.is_file():
            raise FileNotFoundError("it is not a file" if path.exists() else "there is no such file")
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PhotoError(f"{shown} cannot be read: {_reason(error)}.") from error
    check_photo_bytes(data, called)
    return data


def check_photo_bytes(data: bytes, name: str) -> None:
    """Refuse a photo that is empty or too large, before anything is looked at.

    Raises
    ------
    PhotoError
        It is.
    """
    if not data:
        raise PhotoError(f"{shown_photo(name)} is empty (0 bytes).")
    if len(data) > MAX_PHOTO_BYTES:
        raise PhotoError(f"{shown_photo(name)} is too large: at most {MAX_PHOTO_BYTES // 2**20} MB are accepted.")


def decode_photo(data: bytes, *, name: str = "photo") -> Image.Image:
    """Decode a photo of any accepted format into upright RGB pixels.

    The first frame of an animation is taken; the EXIF orientation is applied; transparency is laid on white;
    16-bit grey is scaled to 8 bits. Nothing but the pixels is kept of the file.

    Parameters
    ----------
    data
        The file's content. Its name's ending does not matter.
    name
        What an error message calls the photo: a file name, or "photo" if it has none.

    Raises
    ------
    PhotoError
        If the data is empty, beyond `MAX_PHOTO_BYTES`, `MAX_PHOTO_PIXELS`, `MAX_PHOTO_SIDE` or `MAX_JPEG_SCANS`, of
        another format, or damaged.
    """
    shown = shown_photo(name)
    check_photo_bytes(data, name)
    try:
        with _open(data) as image:
            _check_work(image.size, data, shown)
            image.load()
            with suppress(Exception):  # damaged EXIF data is no reason to refuse the pixels
                ImageOps.exif_transpose(image, in_place=True)
            photo = _to_rgb(image)
    except PhotoError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PhotoError(_refusal(data, shown, error)) from error
    except MemoryError as error:
        raise PhotoError(too_much_memory(name)) from error
    except Exception as error:  # Pillow documents no complete list of what a damaged file can raise
        raise PhotoError(f"{shown} is damaged or cut short: {_reason(error)}.") from error
    photo.info = {}
    return photo


def too_much_memory(name: str) -> str:
    """What is said of a photo that does not fit the memory."""
    return f"{shown_photo(name)} takes more memory to decode than is accepted: give it with fewer pixels."


def photo_problem(path: Path) -> str:
    """Why a photo file cannot be used, as far as its beginning tells; "" where nothing is found."""
    try:
        data = read_photo(path, name=path.name)
        with _open(data) as image:
            _check_work(image.size, data, shown_photo(path.name))
    except PhotoError as error:
        return str(error)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        return _refusal(data, shown_photo(path.name), error)
    except Exception as error:  # as in `decode_photo`
        return f"{shown_photo(path.name)} is damaged or cut short: {_reason(error)}."
    return ""


def thumbnail(image: Image.Image, edge: int = 256) -> bytes:
    """Write a photo as a JPEG of at most `edge` pixels, never enlarged, without metadata; same pixels, same bytes."""
    small = image.convert("RGB") if image.mode != "RGB" else image.copy()
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    small.info = {}
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_THUMBNAIL_QUALITY)
    return buffer.getvalue()


def phash(image: Image.Image) -> str:
    """Perceptual hash of a photo as 16 hexadecimal digits: `imagehash.phash`, as in the data set's `image_phash`."""
    return str(imagehash.phash(image))


def phash_grey(image: Image.Image) -> Image.Image:
    """The small grey picture that `phash` makes of a photo first: its pHash is that of the photo."""
    return image.convert("L").resize((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.LANCZOS)


def _open(data: bytes) -> Image.Image:
    # As Image.open(formats=...), less its warning for photos above 89 million pixels: the limit here is lower and
    # is an error, and a warning can be held back only by changing filters that all threads share.
    Image.init()
    for name in _FORMATS:
        open_format, accepts = Image.OPEN[name]
        if accepts is not None and accepts(data[:16]) is True:
            return open_format(io.BytesIO(data), "")
    raise UnidentifiedImageError("no accepted format begins like this")


def _check_work(size: tuple[int, int], data: bytes, shown: str) -> None:
    """Refuse by what the file says of itself, before any of it is decompressed."""
    width, height = size
    if width * height > MAX_PHOTO_PIXELS:
        limit = f"at most {MAX_PHOTO_PIXELS // 10**6} million are accepted"
        raise PhotoError(f"{shown} has {width} x {height} pixels: {limit}.")
    if max(size) > MAX_PHOTO_SIDE:
        raise PhotoError(f"{shown} has {width} x {height} pixels: at most {MAX_PHOTO_SIDE:,} a side are accepted.")
    scans = count_scans(data, MAX_JPEG_SCANS) if data.startswith(_JPEG) else 0
    if scans > MAX_JPEG_SCANS:
        raise PhotoError(f"{shown} is a JPEG of {scans:,} scans: at most {MAX_JPEG_SCANS} are accepted.")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) // 257).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        return _scale_to_own_range(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return image.convert("RGB")


def _scale_to_own_range(image: Image.Image) -> Image.Image:
    """Scale 32-bit grey, whose full scale no format states, from the photo's own darkest to its own lightest value."""
    low, high = cast(tuple[float, float], image.getextrema())
    spread = high - low
    scale = 255 / spread if spread > 0 and math.isfinite(spread) else 0.0
    offset = 0.5 - low * scale if scale else 0.0
    return image.point(lambda value: value * scale + offset).convert("RGB")


def _refusal(data: bytes, shown: str, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"{shown} has too many pixels: at most {MAX_PHOTO_PIXELS // 10**6} million are accepted."
    kind = _other_format(data)
    return f"{shown} is {kind or 'no photo that can be read'}: {_ACCEPTED}."


def _other_format(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return "an AVIF file" if data[8:12] in (b"avif", b"avis") else "a HEIC photo or a video"
    if data.startswith(b"%PDF"):
        return "a PDF file"
    return "an SVG drawing" if b"<svg" in data[:1024].lower() else None


def shown_photo(name: str) -> str:
    """What an error message calls a photo of a name; "photo" is that of one without."""
    return "The photo" if name == "photo" else f"The photo {name if name.isprintable() else ascii(name)}"


def _reason(error: Exception) -> str:
    text = " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())
    return text.rstrip(".")
