"""Damage to bytes, JSON and texts, the same for the same generator of numbers."""

from __future__ import annotations

import json
from random import Random
from typing import Any

_MAGIC = (
    b"\0" * 8,
    b"\xff" * 8,
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80\0\0\0",
    b"PK\x03\x04",
    b"\r\n",
    b"'\"",
)
#: Values that stand where others are expected.
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2**31, 2**63, 10**400, 0.5, 1e308, -1e308, float("nan"), float("inf")),
    *("", "x" * 10_000, "../../etc/passwd", "\0", "\ud800", "=1+1", [], {}, [[[]]], {"a": {}}, ["x"] * 1000),
)
_ODD_SIGNS = (
    *"\0\t\r\n\v\x1b\"'`\\/<>&;=+-@|%$#{}[]()*_~^",
    *("\u00ad", "\u200b", "\u202e", "\ufeff", "\ufffd", "\ud800", "\U0010ffff", "\ufdfa", "\u0130", "\u0301"),
    *(
        "<script>",
        "[a](javascript:1)",
        "![x](y)",
        "$$x$$",
        ":material/x:",
        "&lt;",
        "\\xe2\\x9d",
        "b'x'",
        "1.000 ml",
        "½",
    ),
)


def damage(content: bytes, rng: Random) -> bytes:
    """Change some bytes of a file: overwrite, cut, repeat, insert, or write numbers that are sizes elsewhere."""
    out = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place, length = rng.randrange(len(out) + 1), rng.choice((1, 1, 2, 8, 64, 1024))
        kind = rng.randrange(7)
        if kind == 0:
            del out[place:]
        elif kind == 1:
            del out[place : place + length]
        elif kind == 2:
            out[place:place] = out[place : place + length] * rng.choice((1, 3, 50))
        elif kind == 3:
            out[place : place + length] = rng.randbytes(length)
        elif kind == 4:
            magic = rng.choice(_MAGIC)
            out[place : place + len(magic)] = magic
        elif out:
            place = min(place, len(out) - 1)
            out[place] ^= 1 << rng.randrange(8)
    return bytes(out)


def damage_json(content: bytes, rng: Random) -> bytes:
    """Put an odd value somewhere into a JSON file, leave something out, or nest it too deeply."""
    if rng.random() < 0.02:
        return b"[" * 100_000
    value = json.loads(content)
    holder, key = _somewhere(value, rng)
    if isinstance(holder, dict) and rng.random() < 0.15:
        del holder[key]
    elif isinstance(holder, dict) and rng.random() < 0.15:
        holder[f"{key}x"] = holder[key]
    else:
        holder[key] = rng.choice(ODD_VALUES)
    return json.dumps(value).encode()


def _somewhere(value: Any, rng: Random) -> tuple[Any, Any]:
    holder, key = value, None
    while True:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        key = rng.choice(keys)
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.1:
            return holder, key
        holder = inner


def odd_text(rng: Random, most: int = 30) -> str:
    """A text of words, signs that mean something somewhere, and characters of any script."""
    parts = []
    for _ in range(rng.randint(0, most)):
        kind = rng.randrange(4)
        if kind == 0:
            parts.append(rng.choice(_ODD_SIGNS))
        elif kind == 1:
            parts.append(rng.choice(("lamp", "Red", "250 ml", "1kg", "tepung", "x2", " ", "READY")))
        elif kind == 2:
            parts.append(chr(rng.randrange(0x20, 0x3000)))
        else:
            parts.append(rng.choice((" ", " ", "a" * rng.choice((1, 300)), chr(rng.randrange(0x10000, 0x20000)))))
    return "".join(parts)
