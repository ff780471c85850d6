"""Keypoints of a bundle's photos: packed into one file that is mapped, or found in the thumbnails when asked for."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Protocol

from product_matching.encoders.keypoints import KEYPOINTS_NAME, Keypoints, find_keypoints
from product_matching.errors import InputError, said
from product_matching.listings.photos import decode_photo
from product_matching.store.manifest import KEYPOINT_OFFSETS_FILE, KEYPOINTS_FILE, Manifest
from product_matching.store.segments import LiveRows
from product_matching.store.thumbnails import PackedRows, open_parts

#: Photos whose keypoints are kept in memory where the bundle does not hold them: some 40 MB.
_KEPT = 4096


class KeypointSource(Protocol):
    """Keypoints by row."""

    def get(self, row: int) -> Keypoints | None:
        """Keypoints of one photo; None for a row without one."""


class StoredKeypoints:
    """Keypoints that the bundle holds; a row is read when it is asked for.

    Parameters
    ----------
    packed
        The rows' keypoints as bytes, packed as thumbnails are.
    origin
        The file, as an error about a damaged row names it.
    """

    def __init__(self, packed: PackedRows, origin: Path) -> None:
        self._packed, self._origin = packed, origin

    def get(self, row: int) -> Keypoints | None:
        """Keypoints of one photo; None for a row without one.

        Raises
        ------
        InputError
            They are damaged.
        """
        content = self._packed.get(row)
        if content is None:
            return None
        try:
            return Keypoints.from_bytes(content)
        except ValueError as error:
            raise InputError(
                f"{self._origin} is damaged (row {row}: {said(error)}): find the keypoints anew."
            ) from error


class ThumbnailKeypoints:
    """Keypoints found in the thumbnails of a bundle that does not hold any; those asked for last are kept.

    Parameters
    ----------
    thumbnails
        Pictures by row.
    """

    def __init__(self, thumbnails: PackedRows) -> None:
        self._thumbnails = thumbnails
        self._kept: OrderedDict[int, Keypoints] = OrderedDict()
        self._lock = Lock()

    def get(self, row: int) -> Keypoints | None:
        """Keypoints of one photo; None for a row without one."""
        with self._lock:
            if row in self._kept:
                self._kept.move_to_end(row)
                return self._kept[row]
        picture = self._thumbnails.get(row)
        if picture is None:
            return None
        found = find_keypoints(decode_photo(picture))
        with self._lock:
            self._kept[row] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def open_keypoints(
    folder: Path, manifest: Manifest, thumbnails: PackedRows | None, live: LiveRows
) -> KeypointSource | None:
    """The keypoints of a bundle; None for a catalogue without photos.

    Keypoints of another version of this package are left aside, as if there were none.

    Raises
    ------
    ValueError
        A file does not hold what it should.
    """
    if thumbnails is None:
        return None
    if manifest.keypoints != KEYPOINTS_NAME:
        return ThumbnailKeypoints(thumbnails)
    packed = open_parts(folder, manifest.parts, live, names=(KEYPOINTS_FILE, KEYPOINT_OFFSETS_FILE))
    return StoredKeypoints(packed, folder / KEYPOINTS_FILE)
