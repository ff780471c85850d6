"""Locks on a bundle: one program at a time changes it, and the manifest is replaced by one at a time."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from product_matching.errors import InputError
from product_matching.store.segments import LOCK_FILE

#: Not on every system: elsewhere one program at a time may write a bundle.
CAN_LOCK = importlib.util.find_spec("fcntl") is not None
#: Folders that are tried where others are put in its place at the same moment.
_TRIES = 20


@contextmanager
def change_lock(folder: Path) -> Iterator[Callable[[], bool]]:
    """Be the one program that changes a bundle's listings; readers are not kept out, nor are changes of its settings.

    A killed program holds it no longer. Gives what tells whether the bundle that stands there is still the locked one:
    a build may put another one in its place.

    Raises
    ------
    InputError
        Another program changes it now, or the folder cannot be written.
    """
    path = folder / LOCK_FILE
    with _locked(path, os.O_RDWR | os.O_CREAT, wait=False) as descriptor:
        yield partial(_is_same, descriptor, path)


@contextmanager
def manifest_lock(folder: Path) -> Iterator[None]:
    """Be the one that reads a bundle's manifest to replace it; waits for another, which takes a moment only.

    No other bundle is put in the place of this one meanwhile.

    Raises
    ------
    InputError
        The folder cannot be opened.
    """
    with _locked(folder, os.O_RDONLY, wait=True):
        yield


@contextmanager
def _locked(path: Path, flags: int, *, wait: bool) -> Iterator[int]:
    import fcntl  # not on every system

    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, flags, 0o644)
        except OSError as error:
            raise InputError(f"The bundle {_bundle(path)} cannot be changed ({error.strerror or error}).") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise InputError(
                    f"The bundle {_bundle(path)} is being changed by another program: try again when it is done."
                ) from None
            if _is_same(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)
    raise InputError(f"The bundle {_bundle(path)} is being replaced again and again: try again later.")


def _bundle(path: Path) -> Path:
    return path.parent if path.name == LOCK_FILE else path


def _is_same(descriptor: int, path: Path) -> bool:
    """Whether the locked file is still the one at this path; the folder may have been replaced meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
