"""What was made of photos, kept on disk by the SHA-256 of their bytes: a second run makes only what is new."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from product_matching.errors import InputError, said
from product_matching.places import home_folder

log = logging.getLogger(__name__)
_QUERY_SIZE = 500
#: The beginning of a file of SQLite.
_MAGIC = b"SQLite format 3\0"
#: What SQLite says of a file that cannot be made or written.
_UNWRITABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


def cache_folder(name: str) -> Path:
    """Where the caches of one kind lie in the user's data folder."""
    return home_folder() / "cache" / name


class PhotoCache:
    """Bytes by photo (SHA-256, hexadecimal) in one file; threads and processes may share it.

    Parameters
    ----------
    path
        The file; it and the folders above it are made.
    what
        What an error calls it.
    spare
        Whether a temporary file takes its place where it cannot be written, which is said in the log: then nothing is
        kept for another run.

    Raises
    ------
    InputError
        The file cannot be made or used.
    """

    def __init__(self, path: Path, *, what: str, spare: bool = False) -> None:
        self._path, self._what = path, what
        try:
            self._begin()
        except InputError as error:
            if not (spare and _is_unwritable(error.__cause__)):
                raise
            log.warning("%s Nothing is kept for another run.", error)
            self._spare = tempfile.TemporaryDirectory(prefix="cache-")
            self._path = Path(self._spare.name) / path.name
            self._begin()

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self._path.parent

    def _begin(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder {self.folder} cannot be made ({error.strerror}): set PRODUCT_MATCHING_HOME."
            ) from error
        self._remove_other_files()
        with self._connect() as database:
            database.execute("BEGIN IMMEDIATE")  # so that a file that is only read is found out before the work
            database.execute("CREATE TABLE IF NOT EXISTS vectors (photo TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def _remove_other_files(self) -> None:
        """Remove what is no database, or not any more: it is a cache."""
        try:
            with self._path.open("rb") as stream:
                begins = stream.read(len(_MAGIC))
        except OSError:
            return
        if begins and begins != _MAGIC:
            log.warning("The %s %s is damaged: it is begun anew.", self._what, self._path)
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def keys(self) -> set[str]:
        """The photos that something is kept of."""
        with self._connect() as database:
            return {photo for (photo,) in database.execute("SELECT photo FROM vectors")}

    def get(self, photos: Iterable[str]) -> dict[str, bytes]:
        """What is kept of those of the given photos that are there."""
        keys = sorted(set(photos))
        found: dict[str, bytes] = {}
        with self._connect() as database:
            for start in range(0, len(keys), _QUERY_SIZE):
                block = keys[start : start + _QUERY_SIZE]
                marks = ",".join("?" * len(block))
                found.update(database.execute(f"SELECT photo, vector FROM vectors WHERE photo IN ({marks})", block))
        return found

    def drop(self, photos: Iterable[str]) -> None:
        """Forget what is kept of photos, as it is damaged, and say so in the log: it is made anew."""
        keys = sorted(set(photos))
        log.warning("The %s %s has damaged entries (%d): they are made anew.", self._what, self._path, len(keys))
        with self._connect() as database:
            database.executemany("DELETE FROM vectors WHERE photo = ?", [(key,) for key in keys])

    def put(self, values: Mapping[str, bytes]) -> None:
        """Keep values; those already there stay as they are."""
        with self._connect() as database:
            database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", values.items())

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=60)) as database, database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                yield database
        except sqlite3.DatabaseError as error:
            advice = "." if isinstance(error, sqlite3.OperationalError) else ": delete it."
            raise InputError(f"The {self._what} {self._path} cannot be used ({said(error)}){advice}") from error


def _is_unwritable(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return isinstance(error, OSError) or code & 0xFF in _UNWRITABLE
