"""Check of the free space on a disk before it is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from product_matching.errors import InputError


def check_room(folder: Path, needed: int, what: str) -> None:
    """Refuse to begin what will not fit.

    Parameters
    ----------
    folder
        An existing folder on the disk.
    needed
        Bytes.
    what
        What they are needed for.

    Raises
    ------
    InputError
        There are fewer bytes free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"{folder} has {in_megabytes(free)} free, but {in_megabytes(needed)} are needed for {what}: make room, or "
            "give --out on another disk."
        )


@contextmanager
def written_in(folder: Path) -> Iterator[None]:
    """Turn what goes wrong while a folder is written to into one sentence.

    Raises
    ------
    InputError
        The disk is full, or the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f"{folder} cannot be written to ({error.strerror or error}).") from error


def in_megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 1e6:,.0f} MB" if size >= 10_000_000 else f"{size / 1e6:,.1f} MB"
