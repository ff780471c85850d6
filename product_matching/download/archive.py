"""A zip archive from elsewhere: every entry is checked before the first one is written."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from product_matching.download.disk import check_room, in_megabytes, written_in
from product_matching.errors import InputError, said
from product_matching.progress import Progress, stop_if_cancelled

_CHUNK = 1 << 20
_MAX_ENTRIES = 100_000
_MAX_PHOTO, _MAX_TABLE, _MAX_TOTAL = 50_000_000, 100_000_000, 10_000_000_000
_TABLE = re.compile(r"(train|test|sample_submission)\.csv")
_PHOTO = re.compile(r"(train|test)_images/[A-Za-z0-9_-]{1,100}\.(jpg|jpeg|png)")
_FOLDER = re.compile(r"(train|test)_images/")


class DamagedArchive(InputError):
    """An archive that cannot be used, apart from failures of disk or network."""


def unpack_archive(archive: Path, folder: Path, progress: Progress) -> None:
    """Write the files of the competition's archive below an existing empty folder.

    Raises
    ------
    DamagedArchive
        It is no zip archive, a file in it is damaged, or it holds anything but the competition's files: other names,
        paths outside, links, encrypted files, more or larger files than a data set of photos has.
    InputError
        The disk is full or too small, or the archive cannot be read.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = check_entries(opened.infolist(), archive)
            total = sum(entry.file_size for entry in entries)
            check_room(folder, total, "the unpacked files")
            progress.begin("unpacking", total, unit="B")
            with written_in(folder):
                _write_all(opened, entries, folder, progress)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"The archive {archive} cannot be read ({error.strerror or error}).") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise DamagedArchive(f"The archive {archive} is damaged or no zip archive ({said(error, 100)}).") from error


def check_entries(entries: Sequence[zipfile.ZipInfo], archive: Path) -> list[zipfile.ZipInfo]:
    """The files among the entries of an archive, if all of its entries may be unpacked.

    Raises
    ------
    DamagedArchive
        One may not; it is named.
    """
    if len(entries) > _MAX_ENTRIES:
        raise DamagedArchive(f"The archive {archive} has {len(entries):,} entries; at most {_MAX_ENTRIES:,} are read.")
    files = []
    for entry in entries:
        problem = _problem_of(entry)
        if problem:
            raise DamagedArchive(f"The archive {archive} is not the competition's: {entry.filename!r:.120} {problem}.")
        if not _FOLDER.fullmatch(entry.filename):
            files.append(entry)
    names = [entry.filename.lower() for entry in files]
    if len(set(names)) < len(names):
        raise DamagedArchive(f"The archive {archive} is not the competition's: it holds a file twice.")
    total = sum(entry.file_size for entry in files)
    if total > _MAX_TOTAL:
        raise DamagedArchive(
            f"The archive {archive} holds {in_megabytes(total)} unpacked; at most {in_megabytes(_MAX_TOTAL)} are read."
        )
    return files


def _problem_of(entry: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if _FOLDER.fullmatch(entry.filename):
        return "" if kind in (0, stat.S_IFDIR) and entry.file_size == 0 else "is no folder"
    table, photo = _TABLE.fullmatch(entry.filename), _PHOTO.fullmatch(entry.filename)
    if not table and not photo:
        return "is none of its files"
    if kind not in (0, stat.S_IFREG):
        return "is a link or another special file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in an unusual way"
    most = _MAX_TABLE if table else _MAX_PHOTO
    return f"has {in_megabytes(entry.file_size)}, but at most {in_megabytes(most)}" if entry.file_size > most else ""


def _write_all(opened: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], folder: Path, progress: Progress) -> None:
    for entry in entries:
        stop_if_cancelled(progress)
        target = folder / entry.filename
        target.parent.mkdir(exist_ok=True)
        with opened.open(entry) as packed, target.open("xb") as file:
            while chunk := packed.read(_CHUNK):
                file.write(chunk)
                progress.advance(len(chunk))
