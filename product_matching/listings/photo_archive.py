"""A zip archive of photos from outside: only the wanted photos are unpacked, below a folder, within limits."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import IO

from product_matching.errors import InputError
from product_matching.listings.photos import MAX_PHOTO_BYTES
from product_matching.progress import NO_PROGRESS, Progress, track

MAX_ENTRIES = 200_000
#: Most bytes of the photos that are unpacked together.
MAX_TOTAL = 4 * 2**30
_CHUNK = 1 << 20


def unpack_photos(
    archive: IO[bytes], wanted: Collection[str], folder: Path, *, progress: Progress = NO_PROGRESS
) -> list[str]:
    """Unpack the photos of a zip archive that are wanted.

    Photos may lie in the archive's root or below one of its folders: the one that holds the most of them is taken as
    the place that paths are relative to. Links, and photos larger than any that is read, are left out.

    Parameters
    ----------
    archive
        The archive, open for reading.
    wanted
        Paths of the photos, as a catalogue names them.
    folder
        An empty folder to write into; a photo has the path there that it is wanted by.
    progress
        Shows the stage "unpacking", a step for each photo.

    Returns
    -------
    list of str
        One phrase for each photo that is there but cannot be unpacked.

    Raises
    ------
    InputError
        It is no zip archive, or it holds too much.
    Cancelled
        Somebody ended it.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _wanted_entries(opened.infolist(), wanted)
            problems = []
            for path, entry in track(progress, list(entries.items()), "unpacking", unit="photo"):
                problem = _problem_of(entry) or _write(opened, entry, folder / path)
                if problem:
                    problems.append(f"{path!r:.80} in the zip file {problem}")
            return problems
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise InputError(f"The photos are not in a zip file that can be read ({error!s:.80}).") from error


def _wanted_entries(entries: list[zipfile.ZipInfo], wanted: Collection[str]) -> dict[str, zipfile.ZipInfo]:
    """Entry of each wanted photo that is there, by the path that it is wanted by."""
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"The zip file has {len(entries):,} entries; at most {MAX_ENTRIES:,} are read.")
    files = {entry.filename: entry for entry in entries if not entry.is_dir() and _is_inside(entry.filename)}
    names = {name for name in wanted if name and _is_inside(name)}
    place = _place_of(files, names)
    found = {name: files[place + name] for name in sorted(names) if place + name in files}
    total = sum(entry.file_size for entry in found.values())
    if total > MAX_TOTAL:
        raise InputError(
            f"The photos of the zip file have {total / 2**30:.1f} GB unpacked; at most {MAX_TOTAL // 2**30} GB are "
            "read."
        )
    return found


def _place_of(files: Collection[str], names: Collection[str]) -> str:
    """The folder of the archive, "" or ending in a slash, that holds the most of the names; the shortest of several."""
    places = Counter(file.removesuffix(name) for file in files for name in _ends_of(file) if name in names)
    return min(places, key=lambda place: (-places[place], len(place), place), default="")


def _ends_of(path: str) -> list[str]:
    """A path and what is left of it below each of its folders."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    unfit = "\\" in name or "\0" in name or ":" in name
    return bool(path.parts) and not unfit and not path.is_absolute() and ".." not in path.parts


def _problem_of(entry: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or another special file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.file_size > MAX_PHOTO_BYTES:
        return f"is larger than {MAX_PHOTO_BYTES // 2**20} MB"
    return ""


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
    """Write one entry, never more than its declared size; returns what is wrong with it, "" for nothing."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(entry) as packed, target.open("xb") as file:
            left = entry.file_size
            while left >= 0 and (chunk := packed.read(_CHUNK)):
                left -= len(chunk)
                file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        target.unlink(missing_ok=True)
        return f"is damaged ({error!s:.60})"
    except (FileExistsError, NotADirectoryError):
        return "has the path of another one"
    return ""
