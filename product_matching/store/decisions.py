"""Decisions of people on pairs of listings, with their history, in a SQLite file of the user's data folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from product_matching.errors import InputError
from product_matching.places import home_folder
from product_matching.store.database import Database
from product_matching.store.decision import Change, Decision, Seen, Word

DECISIONS_FILE = "decisions.sqlite"
_FORMAT = 1
_COLUMNS = "first, second, first_content, second_content, decision, time, who, score"
_SCHEMA = """
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    catalogue_id TEXT NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    first_content TEXT NOT NULL,
    second_content TEXT NOT NULL,
    decision TEXT CHECK (decision IN ('same', 'different')),
    time TEXT NOT NULL,
    who TEXT NOT NULL,
    score REAL,
    undone TEXT,
    CHECK (first < second)
)
"""
_INDEX = "CREATE INDEX pairs ON changes (catalogue_id, first, second)"
#: The last change of each pair that is not undone: SQLite takes the other columns from the row of the maximum.
_CURRENT = f"SELECT MAX(id), {_COLUMNS}, undone FROM changes WHERE catalogue_id = ? AND undone IS NULL"


class DecisionStore:
    """The decisions on all catalogues of a user; threads and processes can share the file.

    Parameters
    ----------
    path
        The file, which the first write makes; that of the user's data folder by default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = home_folder() / DECISIONS_FILE if path is None else path
        self._file = Database(self.path, (_SCHEMA, _INDEX), version=_FORMAT, what="decisions")

    def record(
        self, catalogue_id: str, decisions: Sequence[Decision], *, only_new: bool = False, only_open: bool = False
    ) -> list[int]:
        """Keep decisions, all of them or none.

        Parameters
        ----------
        catalogue_id
            The catalogue.
        decisions
            The decisions, in order.
        only_new
            Whether to leave out those that are kept already, on the same photos and titles.
        only_open
            Whether to leave out pairs that have a decision on the same photos and titles, whichever it is.

        Returns
        -------
        list of int
            Numbers of the changes, with which they can be undone.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        numbers = []
        with self._file.transaction() as connection:
            for decision in decisions:
                kept = _kept_on(connection, catalogue_id, decision) if only_new or only_open else None
                if kept is not None and (only_open or kept == decision.word):
                    continue
                values = (catalogue_id, *_to_row(decision))
                marks = ", ".join("?" * len(values))
                done = connection.execute(f"INSERT INTO changes (catalogue_id, {_COLUMNS}) VALUES ({marks})", values)
                numbers.append(int(done.lastrowid or 0))
        return numbers

    def undo(self, *numbers: int) -> None:
        """Undo changes, all of them or none: each pair has its last decision that is not undone, or none.

        Later changes of others stay.

        Raises
        ------
        InputError
            There is no such change, or it was undone before; or the file cannot be written.
        """
        now = _to_text(datetime.now(UTC))
        with self._file.transaction() as connection:
            for number in numbers:
                done = connection.execute(
                    "UPDATE changes SET undone = ? WHERE id = ? AND undone IS NULL", (now, number)
                )
                if done.rowcount == 0:
                    raise InputError(f"There is no change {number} of a decision that could be undone.")

    def back_up(self, path: Path) -> bool:
        """Copy the file as of one moment while others write (see `Database.back_up`)."""
        return self._file.back_up(path)

    def version(self, catalogue_id: str) -> str:
        """Names the state of the decisions on a catalogue, for keys of caches; "" where nothing is decided.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        rows = self._file.read("SELECT COUNT(*), COUNT(undone) FROM changes WHERE catalogue_id = ?", catalogue_id)
        return " ".join(map(str, rows[0])) if rows and rows[0][0] else ""

    def current(self, catalogue_id: str) -> list[Change]:
        """The decisions on a catalogue that hold now, one for each pair, the newest first.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        rows = self._file.read(
            f"{_CURRENT} GROUP BY first, second HAVING decision IS NOT NULL ORDER BY id DESC", catalogue_id
        )
        with self._file.understood():
            return [_to_change(row) for row in rows]

    def history(self, catalogue_id: str, first: str, second: str) -> list[Change]:
        """Every change of a pair, undone ones and those that take a decision back included, the newest first.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        query = f"SELECT id, {_COLUMNS}, undone FROM changes WHERE catalogue_id = ? AND first = ? AND second = ?"
        rows = self._file.read(f"{query} ORDER BY id DESC", catalogue_id, *sorted((first, second)))
        with self._file.understood():
            return [_to_change(row) for row in rows]


def _kept_on(connection: sqlite3.Connection, catalogue_id: str, decision: Decision) -> Word | None:
    """What is decided on a pair as it is now; None for nothing."""
    row = connection.execute(f"{_CURRENT} AND first = ? AND second = ?", (catalogue_id, *decision.pair)).fetchone()
    if row[0] is None:
        return None
    kept = _to_change(row).decision
    return kept.word if _to_row(kept)[:4] == _to_row(decision)[:4] else None


def _to_row(decision: Decision) -> tuple[object, ...]:
    """Values of `_COLUMNS`; the first five are what is decided on which content."""
    one, other = decision.first, decision.second
    return (
        *(one.posting_id, other.posting_id, one.content, other.content, decision.word),
        *(_to_text(decision.time), decision.who, decision.score),
    )


def _to_change(row: tuple[object, ...]) -> Change:
    number, first, second, first_content, second_content, word, time, who, score, undone = row
    decision = Decision(
        first=Seen(posting_id=str(first), content=str(first_content)),
        second=Seen(posting_id=str(second), content=str(second_content)),
        word=None if word is None else Word(str(word)),
        time=datetime.fromisoformat(str(time)),
        who=str(who),
        score=score if isinstance(score, float) else None,
    )
    undone_at = None if undone is None else datetime.fromisoformat(str(undone))
    return Change(number=int(str(number)), decision=decision, undone=undone_at)


def _to_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
