"""SQLite files of the user's data folder: short transactions in WAL mode; people and processes can write at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from product_matching.errors import InputError, said
from product_matching.files import atomic_file

#: Seconds that a write waits for those of others.
BUSY_SECONDS = 30.0


class Database:
    """One SQLite file; threads and processes can share it.

    Parameters
    ----------
    path
        The file, which the first write makes.
    schema
        The statements that make its tables.
    version
        Version of the schema; a file of another one is refused.
    what
        What an error calls it.
    upgrades
        By an earlier version, the statement that makes the next one of it.
    """

    def __init__(
        self,
        path: Path,
        schema: Sequence[str],
        *,
        version: int,
        what: str,
        upgrades: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self.path = path
        self._schema, self._version, self._what, self._upgrades = schema, version, what, upgrades

    def read(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of a query; none where there is no file.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        if not self.path.is_file():
            return []
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write, all of it or nothing.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def back_up(self, path: Path) -> bool:
        """Copy the file as of one moment while others write; returns whether there is a file to copy.

        Raises
        ------
        InputError
            The file cannot be read, or the copy cannot be written.
        """
        if not self.path.is_file():
            return False
        with (
            atomic_file(path, what=f"copy of the {self._what}", durable=True) as partial,
            self._connection() as connection,
            closing(sqlite3.connect(partial)) as copy,
        ):
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
        return True

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
                self._prepare(connection)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise InputError(
                f"The {self._what} {self.path} cannot be used ({said(error, 100)}).{self._advice(error)}"
            ) from error

    def _advice(self, error: Exception) -> str:
        """What to do about a damaged file; "" where the file is sound, such as one that is locked."""
        if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.OperationalError):
            return ""
        return (
            f" The file is damaged: put a backup of it in its place, or move it aside, with {self.path.name}-wal and "
            f"{self.path.name}-shm where they are there, to begin without {self._what}."
        )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a new file, upgrade one of an earlier version, and refuse one of a later version."""
        if _version(connection) < self._version:
            connection.execute("BEGIN IMMEDIATE")
            version = _version(connection)  # another process may have come first
            statements = [self._upgrades[each] for each in range(version, self._version)] if version else self._schema
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(version, self._version)}")
            connection.execute("COMMIT")
        if _version(connection) != self._version:
            raise InputError(f"The {self._what} {self.path} are of a later version of this program: update it.")
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            with suppress(sqlite3.OperationalError):  # another process is writing: the next one to open it does it
                connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
