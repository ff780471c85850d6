"""A zip of photos from outside: every entry is checked before the first one is written."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from product_matching.errors import said
from product_matching.listings.image_folder import leads_out
from product_matching.listings.list_problems import Problems
from product_matching.listings.photos import MAX_PHOTO_BYTES
from product_matching.progress import Progress, track

_CHUNK = 1 << 20
_UNFIT = re.compile(r"[\\\x00-\x1f\x7f]|^[A-Za-z]:")
#: What file managers add to a zip, and hidden files.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.[^./\\]|Thumbs\.db$|desktop\.ini$)")
_END, _END_64, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", b"PK\x06\x07", 22, 65_535
#: Largest table of contents that is read: about 100,000 entries.
_MAX_CONTENTS = 16 * 2**20
_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """The most that is taken of a zip of photos.

    Attributes
    ----------
    entries
        Files and folders in it.
    unpacked_bytes
        Bytes of all its files.
    photo_bytes
        Bytes of one file; a larger one is not unpacked.
    """

    entries: int = 50_000
    unpacked_bytes: int = 2 * 2**30
    photo_bytes: int = MAX_PHOTO_BYTES


class PhotoArchive:
    """The photos of a zip whose entries all passed their checks.

    Parameters
    ----------
    opened
        The zip.
    files
        Its files by path.
    limits
        The most that is taken; a larger file is there, but not unpacked.
    """

    def __init__(self, opened: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], limits: ArchiveLimits) -> None:
        self._opened = opened
        self._files = files
        self._limits = limits

    @property
    def files(self) -> Collection[str]:
        """Paths of its files."""
        return self._files.keys()

    def unpack(self, photos: Mapping[str, str], folder: Path, progress: Progress) -> dict[str, str]:
        """Write photos below a folder.

        Parameters
        ----------
        photos
            Their paths in the zip, by the path below the folder that each is written to.

        Returns
        -------
        dict
            Why photos cannot be unpacked, by the path that they should have been written to.

        Raises
        ------
        Cancelled
            The progress was cancelled.
        """
        failed = {}
        for target, place in track(progress, sorted(photos.items()), "unpacking photos", unit="photo"):
            if leads_out(target):
                raise ValueError(f"{target!r} leads out of the folder")
            try:
                if self._files[place].file_size > self._limits.photo_bytes:
                    raise ValueError(f"it has more than {_megabytes(self._limits.photo_bytes)}")
                self._write(self._files[place], folder / target)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
                (folder / target).unlink(missing_ok=True)
                failed[target] = said(error, 80)
        return failed

    def _write(self, entry: zipfile.ZipInfo, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._opened.open(entry) as packed, target.open("xb") as file:
            while chunk := packed.read(_CHUNK):  # at most the size that the entry states, which was checked
                file.write(chunk)


def open_archive(stream: BinaryIO, limits: ArchiveLimits, problems: Problems) -> PhotoArchive | None:
    """Open a zip and check all of its entries.

    Parameters
    ----------
    stream
        The file, which must stay open as long as the archive is used.
    limits
        The most that is taken.
    problems
        One sentence is appended for each kind of problem: no zip, too many files, too much in them, paths that lead
        out of it, links, encrypted files, names that occur twice.

    Returns
    -------
    PhotoArchive or None
        None if there was any problem.
    """
    try:
        refused = _refuse_contents(stream)
        if refused:
            problems.append(refused)
            return None
        opened = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        problems.append("the file of photos is no zip that can be read")
        return None
    entries = [entry for entry in opened.infolist() if not _LITTER.search(entry.filename)]
    found = _entry_problems(entries, limits)
    for problem in found:
        problems.append(problem)
    files = {str(PurePosixPath(entry.filename)): entry for entry in entries if not entry.is_dir()}
    if not files and not found:
        problems.append("the zip holds no photos")
    return None if found or not files else PhotoArchive(opened, files, limits)


def _refuse_contents(stream: BinaryIO) -> str:
    """Say why the table of contents is not read; `ZipFile` reads all of it, however large it states to be."""
    size = stream.seek(0, 2)
    start = stream.seek(max(size - _LONGEST_COMMENT - _END_BYTES - len(_END_64) - 16, 0))
    tail = stream.read()
    place = len(tail) - _END_BYTES
    if tail[place : place + 4] != _END or tail[-2:] != b"\0\0":
        place = tail.rfind(_END)
    if place < 0 or start + place + _END_BYTES > size:
        return "the file of photos is no zip that can be read"
    contents = int.from_bytes(tail[place + 12 : place + 16], "little")
    if contents > _MAX_CONTENTS or tail[max(place - 20, 0) :].startswith(_END_64):
        return "the zip has more files than are read, or is larger than 4 GB: split it"
    return ""


def _entry_problems(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> list[str]:
    if len(entries) > limits.entries:
        return [f"the zip has {len(entries):,} entries; at most {limits.entries:,} are read"]
    refused: dict[str, list[str]] = {}
    for entry in entries:
        why = _refuse(entry)
        if why:
            refused.setdefault(why, []).append(f"{entry.filename!r:.120}")
    problems = [_some(f"in the zip {why}", names) for why, names in refused.items()]
    paths = [str(PurePosixPath(entry.filename)) for entry in entries]
    counted = Counter(path.casefold() for path in paths)
    twice = sorted({path for path in paths if counted[path.casefold()] > 1})
    if twice:
        problems.append(_some("in the zip names occur twice, capitals aside", [f"{name!r:.120}" for name in twice]))
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        problems.append(
            f"the zip holds {_megabytes(total)} unpacked; at most {_megabytes(limits.unpacked_bytes)} are read"
        )
    return problems


def _refuse(entry: zipfile.ZipInfo) -> str:
    """Say what is wrong with an entry; "" for nothing."""
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    path = PurePosixPath(name)
    if _UNFIT.search(name) or path.is_absolute() or ".." in path.parts or not path.parts:
        return "paths lead out of it or hold backslashes or control characters"
    if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
        return "there are links or other special files"
    if entry.is_dir():
        return ""
    if entry.flag_bits & 1:
        return "files are encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "files are compressed in another way than by deflate"
    return ""


def _some(problem: str, names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{problem}: {', '.join(names[:_NAMED])}{more}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
