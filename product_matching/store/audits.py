"""Audits: random samples of accepted pairs and what people said of them, in a SQLite file of the user's data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from product_matching.errors import InputError
from product_matching.places import home_folder
from product_matching.store.database import Database

AUDITS_FILE = "audits.sqlite"
_FORMAT = 3
_SCHEMA = (
    """
CREATE TABLE audits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    catalogue_id TEXT NOT NULL,
    time TEXT NOT NULL,
    what TEXT NOT NULL,
    population INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    setting TEXT NOT NULL DEFAULT '{}'
)
""",
    """
CREATE TABLE pairs (
    audit INTEGER NOT NULL REFERENCES audits (id),
    place INTEGER NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    score REAL,
    answer TEXT CHECK (answer IN ('same', 'different', 'unsure')),
    time TEXT,
    who TEXT,
    turn INTEGER,
    PRIMARY KEY (audit, place)
)
""",
    "CREATE INDEX of_catalogue ON audits (catalogue_id)",
)
_UPGRADES = {
    1: "ALTER TABLE audits ADD COLUMN setting TEXT NOT NULL DEFAULT '{}'",
    2: "ALTER TABLE pairs ADD COLUMN turn INTEGER",
}


class Answer(StrEnum):
    """What a person says of a pair of an audit."""

    same = "same"
    different = "different"
    unsure = "unsure"


@dataclass(frozen=True, kw_only=True)
class AuditPair:
    """A pair of an audit.

    Attributes
    ----------
    first, second
        Ids of the listings.
    score
        Probability of the pair when it was drawn; None without one.
    answer
        What was said of it; None as long as nothing was.
    """

    first: str
    second: str
    score: float | None = None
    answer: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class Audit:
    """A random sample of the pairs that were accepted at one time.

    Attributes
    ----------
    number
        Names it.
    time
        When it was drawn, in UTC.
    what
        What had accepted the pairs in a few words, as in "from 37 % on".
    population
        How many accepted pairs it was drawn from.
    seed
        Of the draw.
    pairs
        In random order, which is the order of review.
    setting
        All that accepts a pair, by name; empty for an audit of an earlier version, which did not keep it.
    """

    number: int
    time: datetime
    what: str
    population: int
    seed: int
    pairs: Sequence[AuditPair]
    setting: Mapping[str, str] = field(default_factory=dict)

    @property
    def reviewed(self) -> int:
        """How many pairs have an answer."""
        return sum(pair.answer is not None for pair in self.pairs)

    @property
    def is_finished(self) -> bool:
        """Whether every pair has an answer."""
        return self.reviewed == len(self.pairs)

    @property
    def wrong(self) -> int:
        """How many answers are not "same"."""
        return sum(pair.answer not in {None, Answer.same} for pair in self.pairs)


class AuditStore:
    """The audits of all catalogues of a user; threads and processes can share the file.

    Parameters
    ----------
    path
        The file, which the first write makes; that of the user's data folder by default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = home_folder() / AUDITS_FILE if path is None else path
        self._file = Database(self.path, _SCHEMA, version=_FORMAT, what="audits", upgrades=_UPGRADES)

    def begin(
        self,
        catalogue_id: str,
        pairs: Sequence[AuditPair],
        *,
        what: str,
        population: int,
        seed: int,
        setting: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Keep a new sample; returns its number.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        with self._file.transaction() as connection:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            values = (catalogue_id, now, what, population, seed, json.dumps(dict(setting)))
            insert = (
                "INSERT INTO audits (catalogue_id, time, what, population, seed, setting) VALUES (?, ?, ?, ?, ?, ?)"
            )
            number = int(connection.execute(insert, values).lastrowid or 0)
            rows = [(number, place, pair.first, pair.second, pair.score) for place, pair in enumerate(pairs)]
            connection.executemany(
                "INSERT INTO pairs (audit, place, first, second, score) VALUES (?, ?, ?, ?, ?)", rows
            )
        return number

    def answer(self, number: int, place: int, answer: Answer | None, *, who: str = "", only_open: bool = False) -> bool:
        """Keep what a person says of a pair; None takes it back.

        With `only_open` an answer that the pair has already stands.

        Returns
        -------
        bool
            Whether it was kept.

        Raises
        ------
        InputError
            There is no such pair, or the file cannot be written.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.transaction() as connection:
            done = connection.execute(
                "UPDATE pairs SET answer = ?, time = ?, who = ?, turn = (SELECT COALESCE(MAX(turn), 0) + 1 FROM pairs) "
                "WHERE audit = ? AND place = ? "
                "AND (NOT ? OR answer IS NULL)",
                (answer, now, who, number, place, only_open),
            )
            if done.rowcount:
                return True
            there = connection.execute("SELECT 1 FROM pairs WHERE audit = ? AND place = ?", (number, place))
            if there.fetchone() is None:
                raise InputError(f"There is no pair {place} in the audit {number}.")
            return False

    def back_up(self, path: Path) -> bool:
        """Copy the file as of one moment while others write (see `Database.back_up`)."""
        return self._file.back_up(path)

    def latest(self, catalogue_id: str, *, finished: bool = False) -> Audit | None:
        """The newest audit of a catalogue, with `finished` of those whose every pair has an answer; None for none.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        rows = self._file.read(
            "SELECT id, time, what, population, seed, setting FROM audits WHERE catalogue_id = ? "
            "AND (NOT ? OR NOT EXISTS (SELECT 1 FROM pairs WHERE pairs.audit = audits.id AND answer IS NULL)) "
            "ORDER BY id DESC LIMIT 1",
            catalogue_id,
            finished,
        )
        with self._file.understood():
            return self._audit(rows[0]) if rows else None

    def answered(self, catalogue_id: str) -> dict[tuple[str, str], Answer]:
        """What the newest answer on each pair of any audit of a catalogue is, the lower id of the pair first.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        rows = self._file.read(
            "SELECT first, second, answer FROM pairs JOIN audits ON audits.id = pairs.audit "
            "WHERE catalogue_id = ? AND answer IS NOT NULL ORDER BY pairs.turn, pairs.time, audits.id",
            catalogue_id,  # in turn, as the clock may have been set back
        )
        with self._file.understood():
            return {_in_order(str(first), str(second)): Answer(str(answer)) for first, second, answer in rows}

    def _audit(self, row: tuple[object, ...]) -> Audit:
        number, time, what, population, seed, setting = row
        rows = self._file.read("SELECT first, second, score, answer FROM pairs WHERE audit = ? ORDER BY place", number)
        return Audit(
            number=int(str(number)),
            time=datetime.fromisoformat(str(time)),
            what=str(what),
            population=int(str(population)),
            seed=int(str(seed)),
            pairs=[_pair(*pair) for pair in rows],
            setting=json.loads(str(setting)),
        )


def _in_order(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first < second else (second, first)


def _pair(first: object, second: object, score: object, answer: object) -> AuditPair:
    return AuditPair(
        first=str(first),
        second=str(second),
        score=score if isinstance(score, float) else None,
        answer=None if answer is None else Answer(str(answer)),
    )
