"""Folders written whole or not at all: a new one is filled beside the old one and takes its place in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from product_matching.errors import InputError

try:
    import fcntl
except ImportError:  # Windows: what killed programs leave is not told from what others fill, and stays
    fcntl = None  # type: ignore[assignment]

#: Exchanges that are tried where several writers replace one folder at the same moment.
_EXCHANGES = 20
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)
#: No room on the disk, or none for this user, or for so large a file.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: What `renameat2` says where the system or its file system cannot exchange.
_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
#: Under this name the old folder waits where two names cannot be exchanged in one step.
_OLD = "old"


@contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Give a new empty folder to fill, and put it in place of `out` when all went well.

    Each call has its own temporary folder, so that several builds of one folder do not interfere; the last to finish
    stays. The two folders exchange their names in one step (``renameat2`` of Linux), so that one of them is at `out` at
    any moment. Elsewhere the old one is moved aside first; where a program is killed just then, the next call brings it
    back. What killed programs left beside `out` is removed.

    Parameters
    ----------
    out
        The folder; its parents are made. One that is there is replaced whole.

    Raises
    ------
    InputError
        The folder cannot be written there.
    """
    with ExitStack() as stack:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(out)
            scratch = stack.enter_context(_locked_scratch(out))
            new = scratch / out.name
            new.mkdir()
        except OSError as error:
            raise _unwritable(out, error) from error
        try:
            yield new
        except OSError as error:
            if error.errno in _FULL:
                raise _unwritable(out, error) from error
            raise
        try:
            _put_in_place(new, out, scratch)
        except OSError as error:
            raise _unwritable(out, error) from error


def remove_leftovers(out: Path) -> None:
    """Remove the temporary folders that killed programs left beside a folder, and bring it back if it was moved aside.

    Those of programs that run are locked and stay.
    """
    if fcntl is None:
        return
    name = re.compile(rf"\.{re.escape(out.name)}\.[^.]+\.partial")
    for path in sorted(path for path in out.parent.iterdir() if name.fullmatch(path.name)):
        with suppress(OSError):
            lock = os.open(path, os.O_RDONLY)
            try:
                if not _lock(lock, wait=False):
                    continue
                for old in sorted(path.glob(f"{_OLD}*")):
                    if not out.exists():
                        old.rename(out)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


@contextmanager
def _locked_scratch(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out`, locked as long as the program lives, and removed at the end."""
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
        try:
            lock = None if fcntl is None else os.open(scratch, os.O_RDONLY)
        except FileNotFoundError:  # another program took it for a leftover before it was locked
            continue
        try:
            if lock is not None:
                _lock(lock, wait=True)
            if not scratch.exists():
                continue
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            return
        finally:
            if lock is not None:
                os.close(lock)


def _lock(descriptor: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(f"The folder {out} cannot be written ({error.strerror or error}): give another one.")


def _put_in_place(new: Path, out: Path, scratch: Path) -> None:
    """Rename `new` to `out`; what is there goes to `scratch`."""
    for attempt in range(_EXCHANGES):
        if _rename(new, out):
            return
        with suppress(FileNotFoundError):  # another program has just moved it: once more
            if exchange_names(new, out) or _replace_in_two_steps(new, out, scratch / f"{_OLD}{attempt}"):
                return
    raise OSError(errno.EBUSY, "it is being replaced again and again")


def _rename(new: Path, out: Path) -> bool:
    """Rename a folder; False where something is at the new name."""
    try:
        new.rename(out)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        return False
    return True


def exchange_names(first: Path, second: Path) -> bool:
    """Exchange two names in one step; whether the system can.

    Raises
    ------
    OSError
        It can, but one of them is not there or may not be renamed.
    """
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNABLE:
        return False
    raise OSError(code, os.strerror(code), str(first), None, str(second))


def _replace_in_two_steps(new: Path, out: Path, aside: Path) -> bool:
    out.rename(aside)
    try:
        return _rename(new, out)
    except BaseException:
        if not out.exists():
            aside.rename(out)
        raise
