"""Pictures on their way from the browser to the app: data URLs, read defensively."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from product_matching.errors import InputError
from product_matching.listings.photos import MAX_PHOTO_BYTES

_HEAD = "data:image/"
#: Longest beginning of a data URL of a picture, and longest name of one.
_MAX_HEAD, _MAX_NAME = 100, 120
PASTED_NAME = "pasted picture"


@dataclass(frozen=True)
class Picture:
    """The file of a picture that came from the browser; whether it can be decoded is not known yet.

    Attributes
    ----------
    data
        The file, not empty, at most `MAX_PHOTO_BYTES`.
    name
        What it is called.
    """

    data: bytes
    name: str


def read_picture(sent: Any) -> Picture:
    """Read what the browser sent: ``{"url": "data:image/png;base64,...", "name": "..."}``.

    Raises
    ------
    InputError
        It is no picture, damaged, or too large.
    """
    url = sent.get("url") if isinstance(sent, dict) else None
    if not isinstance(url, str) or not url.startswith(_HEAD):
        raise InputError("What was pasted is no picture: copy one, then paste it.")
    head, comma, body = url.partition(",")
    if not comma or len(head) > _MAX_HEAD or not head.endswith(";base64"):
        raise InputError("The pasted picture arrived damaged: paste it again.")
    if len(body) > 4 * (MAX_PHOTO_BYTES // 3 + 1):
        raise InputError(f"The pasted picture is too large: at most {MAX_PHOTO_BYTES // 2**20} MB are accepted.")
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("The pasted picture arrived damaged: paste it again.") from error
    if not data or len(data) > MAX_PHOTO_BYTES:
        raise InputError(f"The pasted picture has {len(data):,} bytes: 1 to {MAX_PHOTO_BYTES:,} are accepted.")
    return Picture(data, _name(sent.get("name")))


def _name(name: Any) -> str:
    if not isinstance(name, str):
        return PASTED_NAME
    printable = "".join(filter(str.isprintable, name[:_MAX_NAME])).strip()
    return printable or PASTED_NAME
