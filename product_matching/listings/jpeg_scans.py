"""How many scans a JPEG file has: each goes over all of its pixels, however few bytes it takes."""

from __future__ import annotations

import re

#: The next marker, less those without a length: fill bytes, restarts, the start of a file.
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd8\xff])")
_SCAN, _END = 0xDA, 0xD9
#: A file with more segments than this is not looked through to its end; photos have some dozens.
_MAX_SEGMENTS = 50_000


def count_scans(data: bytes, most: int) -> int:
    """Count the scans of a JPEG file, without decoding it.

    Parameters
    ----------
    data
        The file.
    most
        Up to so many, an upper bound will do: it takes no time.

    Returns
    -------
    int
        The scans, exact where there are more than `most`; a scan that stands in a thumbnail or behind the end of the
        picture, as a video of a few seconds does, is none of its own.
    """
    bound = data.count(b"\xff\xda")
    return bound if bound <= most else _walk(data, most)


def _walk(data: bytes, most: int) -> int:
    scans = position = 0
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, position)
        if found is None or found[1][0] == _END:
            return scans
        scans += found[1][0] == _SCAN
        position = found.end() + max(int.from_bytes(data[found.end() : found.end() + 2], "big"), 2)
    return max(scans, most + 1)
