"""What a photo worker is asked and answers, as bytes: a line of JSON, then files and pixels one after another.

Nothing is pickled: whatever a photo did to the worker, its answer is read as numbers and bytes, and checked.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from product_matching.encoders.colours import GRID
from product_matching.encoders.keypoints import EDGE, KeypointView
from product_matching.encoders.photo_views import PhotoViews, Wanted
from product_matching.encoders.preprocess import Square
from product_matching.encoders.print_size import MAX_SIDE
from product_matching.listings.regions import Region

_LENGTHS = struct.Struct(">II")
#: Largest head and body of a frame.
MAX_HEAD, MAX_BODY = 2**16, 64 * 2**20
#: Largest JPEG among the views.
_MAX_PICTURE = 4 * 2**20
_HASHED = (32, 32)
_FILES = ("thumbnail", "preview")
Arrays = dict[str, npt.NDArray[np.uint8]]


class FrameError(Exception):
    """The bytes are no frame, or not the answer to what was asked."""


def write_frame(stream: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    """Write a frame."""
    line = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(line), len(body)) + line)
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read a frame: its head and its body.

    Raises
    ------
    EOFError
        The stream ended.
    FrameError
        It is none.
    """
    n_head, n_body = _LENGTHS.unpack(_read(stream, _LENGTHS.size))
    if n_head > MAX_HEAD or n_body > MAX_BODY:
        raise FrameError(f"a frame of {n_head} and {n_body} bytes")
    line, body = _read(stream, n_head), _read(stream, n_body)
    try:
        head = json.loads(line)
    except ValueError as error:
        raise FrameError("no JSON") from error
    if not isinstance(head, dict):
        raise FrameError("no object")
    return head, body


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def wanted_to_json(wanted: Wanted) -> dict[str, Any]:
    """What is asked for, as JSON."""
    return asdict(wanted)


def wanted_from_json(asked: dict[str, Any]) -> Wanted:
    """What is asked for."""
    region, square = asked.pop("region"), asked.pop("square")
    return Wanted(
        **asked,
        region=None if region is None else Region(**region),
        square=None if square is None else Square(**square),
    )


def pack_views(views: PhotoViews) -> tuple[dict[str, Any], bytes]:
    """Head and body of the answer."""
    arrays = {"grey": views.grey, "square": views.square, "readable": views.readable}
    if views.for_keypoints is not None:
        arrays |= {"looked_at": views.for_keypoints.grey, "cells": views.for_keypoints.cells}
    arrays |= {name: np.frombuffer(getattr(views, name), np.uint8) for name in _FILES}
    there = {name: array for name, array in arrays.items() if array is not None}
    shapes = {name: list(array.shape) for name, array in there.items()}
    return {"shapes": shapes}, b"".join(array.tobytes() for array in there.values())


def unpack_views(head: dict[str, Any], body: bytes, wanted: Wanted) -> PhotoViews:
    """The views of an answer.

    Raises
    ------
    FrameError
        It does not hold what was wanted.
    """
    arrays = _arrays(head.get("shapes"), body)
    for name in ("grey", "thumbnail", "preview"):
        if name not in arrays:
            raise FrameError(f"no {name}")
    _check_shapes(arrays, wanted)
    looked_at = arrays.get("looked_at")
    return PhotoViews(
        thumbnail=arrays["thumbnail"].tobytes(),
        preview=arrays["preview"].tobytes(),
        grey=arrays["grey"],
        square=arrays.get("square"),
        for_keypoints=None if looked_at is None else KeypointView(looked_at, arrays["cells"]),
        readable=arrays.get("readable"),
    )


def _arrays(shapes: object, body: bytes) -> Arrays:
    if not isinstance(shapes, dict) or len(shapes) > MAX_HEAD:
        raise FrameError("no shapes")
    arrays: Arrays = {}
    start = 0
    for name, shape in shapes.items():
        if not isinstance(shape, list) or not all(isinstance(n, int) and 0 <= n <= MAX_BODY for n in shape):
            raise FrameError(f"no shape of {name:.20}")
        end = start + int(np.prod(shape, dtype=np.float64))
        if len(shape) > 3 or end > len(body):
            raise FrameError(f"too few bytes for {name:.20}")
        arrays[name] = np.frombuffer(body, np.uint8, end - start, start).reshape(shape).copy()
        start = end
    return arrays


def _check_shapes(arrays: Arrays, wanted: Wanted) -> None:
    """Hold the shape of each array against what was wanted."""
    edge = None if wanted.square is None else wanted.square.edge
    looked_at, readable = arrays.get("looked_at"), arrays.get("readable")
    fits = [
        arrays["grey"].shape == _HASHED,
        max(arrays[name].size for name in _FILES) <= _MAX_PICTURE,
        ("square" in arrays) == (edge is not None) and (edge is None or arrays["square"].shape == (edge, edge, 3)),
        (looked_at is not None) == wanted.keypoints,
        looked_at is None or (looked_at.ndim == 2 and max(looked_at.shape) == EDGE),
        looked_at is None or arrays["cells"].shape == (GRID, GRID, 3),
        (readable is not None) == wanted.readable,
        readable is None or (readable.ndim == 3 and readable.shape[2] == 3 and max(readable.shape) <= 2 * MAX_SIDE),
    ]
    if not all(fits):
        raise FrameError("other views than those wanted")
