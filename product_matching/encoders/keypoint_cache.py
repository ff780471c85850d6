"""Keypoints already found, by photo content: a second build finds only those of new photos."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from product_matching.encoders.keypoints import KEYPOINTS_NAME, Keypoints, find_keypoints
from product_matching.encoders.photo_cache import PhotoCache, cache_folder


class KeypointCache:
    """Keypoints as bytes, by the SHA-256 of the photo's bytes; threads may share it.

    Parameters
    ----------
    folder
        Where the file lies; None takes the user's data folder, or a temporary one where that cannot be written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        path = (folder or cache_folder("photos")) / f"{KEYPOINTS_NAME}.sqlite"
        self._kept = PhotoCache(path, what="cache of keypoints", spare=folder is None)

    def find(self, sha256: str, photo: Image.Image) -> bytes:
        """Keypoints of a photo, from the cache if they are there (see `Keypoints.to_bytes`)."""
        kept = self.get(sha256)
        return self.put(sha256, find_keypoints(photo)) if kept is None else kept

    def get(self, sha256: str) -> bytes | None:
        """Keypoints of a photo that are in the cache; None where there are none, damaged ones are forgotten."""
        kept = self._kept.get([sha256]).get(sha256)
        if kept is None or _is_sound(kept):
            return kept
        self._kept.drop([sha256])
        return None

    def put(self, sha256: str, keypoints: Keypoints) -> bytes:
        """Keep the keypoints of a photo, and return them as bytes."""
        found = keypoints.to_bytes()
        self._kept.put({sha256: found})
        return found


def _is_sound(content: object) -> bool:
    try:
        return isinstance(content, bytes) and Keypoints.from_bytes(content) is not None
    except ValueError:
        return False
