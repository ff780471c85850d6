"""An image folder on disk: which of a catalogue's photos lie in it, and which paths lead out of it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_UNFIT = re.compile(r"[\\\x00-\x1f\x7f]|^[A-Za-z]:")


def leads_out(photo: str) -> bool:
    """Whether a photo's path is absolute, climbs with "..", or holds backslashes or control characters."""
    place = PurePosixPath(photo)
    return bool(_UNFIT.search(photo)) or place.is_absolute() or ".." in place.parts


def find_photos(photos: Mapping[int, str], folder: Path) -> tuple[list[int], list[int]]:
    """Look for photos below a folder, each directory listed once instead of a look-up for each file.

    Parameters
    ----------
    photos
        For each row of a catalogue the photo's path, relative to `folder`, with forward slashes.

    Returns
    -------
    leaving
        Rows, rising, whose path is absolute, climbs with "..", holds backslashes or control characters, or follows
        a symbolic link out of `folder`.
    missing
        Rows, rising, whose path is no file.
    """
    leaving: list[int] = []
    missing: list[int] = []
    by_parent: defaultdict[PurePosixPath, dict[int, str]] = defaultdict(dict)
    for row, photo in photos.items():
        place = PurePosixPath(photo)
        if leads_out(photo):
            leaving.append(row)
        else:
            by_parent[place.parent][row] = place.name
    root = Path(os.path.realpath(folder))
    for parent, names in by_parent.items():
        present, outside = _list(root, root / parent, set(names.values()))
        leaving += [row for row, name in names.items() if name in outside]
        missing += [row for row, name in names.items() if name not in outside and name not in present]
    return sorted(leaving), sorted(missing)


def _list(root: Path, parent: Path, wanted: set[str]) -> tuple[set[str], set[str]]:
    """List `parent`: which of the `wanted` names are files in it, and which are links out of `root`."""
    if not _is_inside(parent, root):
        return set(), wanted
    present: set[str] = set()
    outside: set[str] = set()
    try:
        with os.scandir(parent) as entries:
            for entry in (entry for entry in entries if entry.name in wanted):
                if entry.is_symlink() and not _is_inside(Path(entry.path), root):
                    outside.add(entry.name)
                elif _is_file(entry):
                    present.add(entry.name)
    except OSError:
        return set(), set()
    return present, outside


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link in a circle, or to a place that may not be looked at
        return False


def _is_inside(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)
