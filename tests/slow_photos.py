"""Small files that take much time or memory to decode."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def encoded(photo: Image.Image, file_format: str, **options: object) -> bytes:
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    photo.save(buffer, file_format, **options)
    return buffer.getvalue()


def jpeg_of_scans(edge: int, more: int) -> bytes:
    """A grey progressive JPEG whose last scan, some bytes that go over all pixels, stands there so many times more."""
    data = encoded(Image.new("L", (edge, edge), 128), "JPEG", progressive=True, quality=50)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + more * last + data[-2:]


def large_webp(edge: int) -> bytes:
    """A WebP of one colour, a few bytes for millions of pixels."""
    return encoded(Image.new("RGB", (edge, edge)), "WEBP", lossless=True, method=0)


def long_png(width: int = 50_000_000) -> bytes:
    """A PNG of one row of black pixels, one bit each."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 1, 0, 0, 0, 0))
    rows = zlib.compress(bytes(1 + -(-width // 8)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
