"""SQLite files of the user's data folder: short transactions in WAL mode; people and processes can write at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from product_matching.errors import InputError, said
from product_matching.files import atomic_file

#: Seconds that a write waits for those of others; and reading, which a write keeps out only in rare moments.
BUSY_SECONDS, READ_SECONDS = 30.0, 5.0


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
        with self.understood():
            if not self._is_there():
                return []
            with closing(self._open_to_read()) as connection:
                return connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write, all of it or nothing.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        with self._connection_to_write() as connection:
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
            The file cannot be read or is damaged, or the copy cannot be written; an earlier copy stays as it is.
        """
        with self.understood():
            if not self._is_there():
                return False
            with (
                atomic_file(path, what=f"copy of the {self._what}", durable=True) as partial,
                closing(self._open_to_read()) as connection,
                closing(sqlite3.connect(partial)) as copy,
            ):
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
                (found,) = copy.execute("PRAGMA integrity_check (1)").fetchone()
                if found != "ok":
                    raise sqlite3.DatabaseError(found)
        return True

    @contextmanager
    def understood(self) -> Iterator[None]:
        """Refuse what cannot be: what SQLite cannot use, and values of rows that are none of what they stand for.

        Raises
        ------
        InputError
            In one sentence, with what to do.
        """
        try:
            yield
        except InputError:
            raise
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise InputError(
                f"The {self._what} {self.path} cannot be used ({said(error, 100)}).{self._advice(error)}"
            ) from error

    def _is_there(self) -> bool:
        """Whether there is a file; a folder or a link that leads nowhere is refused, not taken for no file."""
        if not os.path.lexists(self.path):
            return False
        if not self.path.is_file():  # asked afterwards: another program may just have made it
            raise OSError("it is no file" if self.path.exists() else "it is a link to a file that is not there")
        return True

    def _open_to_read(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=READ_SECONDS, isolation_level=None)
        try:
            self._prepare(connection)
        except BaseException as error:
            connection.close()
            if not (_has_code(error, sqlite3.SQLITE_CANTOPEN) and not self._log.exists()):
                raise
        else:
            return connection
        # In a folder that is only read, SQLite cannot make the files that go with it: nor can another program.
        fixed = sqlite3.connect(f"{self.path.resolve().as_uri()}?immutable=1", uri=True, isolation_level=None)
        if _version(fixed) != self._version:
            fixed.close()
            raise OSError("its folder is only read, and it is of another version of this program")
        return fixed

    @property
    def _log(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    @contextmanager
    def _connection_to_write(self) -> Iterator[sqlite3.Connection]:
        with self.understood():
            self._is_there()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
                self._prepare(connection)
                yield connection

    def _advice(self, error: Exception) -> str:
        """What to do about it; "" where the error says enough."""
        if _has_code(error, sqlite3.SQLITE_BUSY):
            return " Another program is writing it: nothing was changed, try again when it is done."
        if _has_code(error, sqlite3.SQLITE_CANTOPEN) or _has_code(error, sqlite3.SQLITE_READONLY):
            return " The file or its folder may not be written."
        if isinstance(error, OSError | sqlite3.OperationalError):
            return ""
        return (
            f" The file is damaged: put a backup of it in its place, or move it aside, with {self.path.name}-wal and "
            f"{self.path.name}-shm where they are there, to begin without {self._what}."
        )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a new file, upgrade one of an earlier version, and refuse one of a later version."""
        if _version(connection) < 0:
            raise sqlite3.DatabaseError("it has a version that cannot be")
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


def _has_code(error: BaseException, code: int) -> bool:
    """Whether SQLite failed for this reason, or for one of its kinds."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF == code


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
