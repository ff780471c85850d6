"""Files of decisions and audits that are locked, damaged, only read, or written by a clock that is set back."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.store import audits, database
from product_matching.store.audits import Answer, AuditPair, AuditStore
from product_matching.store.bundle import open_bundle
from product_matching.store.decision import Decision, Seen, Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.build import build_bundle
from product_matching.workflows.decisions import read_decisions, record_decision

CATALOGUE = "11111111-1111-5111-8111-111111111111"
DAMAGED = "The file is damaged: put a backup of it in its place, or move it aside"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(database, "READ_SECONDS", 0.0)


def decision(number: int) -> Decision:
    first, second = (Seen(posting_id=f"{side}{number}", content="x") for side in "ab")
    return Decision(first=first, second=second, word=Word.same)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Decisions on 500 pairs, in one file."""
    store = DecisionStore(tmp_path / "decisions.sqlite")
    store.record(CATALOGUE, [decision(number) for number in range(500)])
    return store.path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the file, readers kept out as well."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE IF NOT EXISTS held (a)")
        yield
        connection.execute("ROLLBACK")


def said_by(use: Callable[[], object]) -> str:
    try:
        use()
    except InputError as error:
        return str(error)
    return ""


def uses(store: DecisionStore, copy: Path) -> list[Callable[[], object]]:
    return [
        lambda: store.version(CATALOGUE),
        lambda: store.current(CATALOGUE),
        lambda: store.record(CATALOGUE, [decision(0)], only_new=True),
        lambda: store.undo(3),
        lambda: store.history(CATALOGUE, "a1", "b1"),
        lambda: store.back_up(copy),
    ]


def test_any_damage_is_one_sentence_and_no_copy_of_it_replaces_a_sound_one(path: Path, tmp_path: Path) -> None:
    content, some, copy = path.read_bytes(), random.Random(0), tmp_path / "copy.sqlite"
    assert DecisionStore(path).back_up(copy)
    sound, refused = copy.read_bytes(), 0
    for case in range(16):
        start, length = some.randrange(len(content)), some.randrange(1, 3000)
        spoiled = tmp_path / f"{case}.sqlite"
        damage = b"" if case % 4 == 0 else some.randbytes(length) + content[start + length :]
        spoiled.write_bytes(content[:start] + damage)
        store = DecisionStore(spoiled)
        for use in uses(store, copy):
            said = said_by(use)
            refused += bool(said)
            assert str(spoiled) in said or said in ("", "There is no change 3 of a decision that could be undone.")
        assert [number for (number,) in _rows(copy)] == list(range(1, 501)), "a copy is sound, or as it was"
        copy.write_bytes(sound)
    assert refused > 32


def _rows(path: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT id FROM changes ORDER BY id").fetchall()[:500]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE changes SET time = 'soon' WHERE id = 7", f"Invalid isoformat string: 'soon'\\)\\. {DAMAGED}"),
        ("PRAGMA user_version = -3", f"it has a version that cannot be\\)\\. {DAMAGED}"),
    ],
)
def test_values_that_cannot_be_are_one_sentence(path: Path, statement: str, sentence: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    with pytest.raises(InputError, match=sentence):
        DecisionStore(path).current(CATALOGUE)


def test_what_is_no_file_is_refused_and_not_taken_for_nothing_decided(path: Path, tmp_path: Path) -> None:
    path.unlink()
    for make, sentence in (
        (path.mkdir, "it is no file"),
        (lambda: (path.rmdir(), path.symlink_to(tmp_path / "away.sqlite")), "it is a link to a file that is not there"),
    ):
        make()
        for use in uses(DecisionStore(path), tmp_path / "copy.sqlite"):
            with pytest.raises(InputError, match=f"cannot be used \\({sentence}\\)"):
                use()
    assert not (tmp_path / "away.sqlite").exists()


def test_a_file_that_another_program_holds_is_one_sentence_and_is_used_again_afterwards(path: Path) -> None:
    store = DecisionStore(path)
    with locked(path):
        for use in (lambda: store.current(CATALOGUE), lambda: store.record(CATALOGUE, [decision(1)])):
            with pytest.raises(InputError, match=r"database is locked\)\. Another program is writing it: nothing was"):
                use()
    assert store.record(CATALOGUE, [decision(1)]) == [501]


def test_decisions_in_a_folder_that_is_only_read_are_read_and_copied(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def refusing(name: object, *arguments: object, **options: object) -> sqlite3.Connection:
        """As where the files that go with it cannot be made; a user who may do anything cannot have such a folder."""
        is_kept = str(name) == str(path) and not options.get("uri")
        return connect(name, *arguments, **options, factory=_Refused if is_kept else sqlite3.Connection)

    store = DecisionStore(path)
    monkeypatch.setattr(sqlite3, "connect", refusing)
    assert len(store.current(CATALOGUE)) == 500
    assert store.back_up(tmp_path / "copy.sqlite")
    with pytest.raises(InputError, match=r"The file or its folder may not be written\.$"):
        store.record(CATALOGUE, [decision(1)])
    monkeypatch.undo()
    assert len(DecisionStore(tmp_path / "copy.sqlite").current(CATALOGUE)) == 500


class _Refused(sqlite3.Connection):
    """A connection that fails as SQLite does in a folder that is only read."""

    def execute(self, *_: object) -> sqlite3.Cursor:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error


COMMANDS = {
    "export": lambda bundle, out: ("decisions", "export", bundle, "--out", out / "new.csv"),
    "import": lambda bundle, out: ("decisions", "import", bundle, out / "decisions.csv"),
    "match": lambda bundle, out: ("match", bundle, "--out", out / "new.csv"),
    "find": lambda bundle, _: ("find", bundle, "--listing", "id0"),
}


@pytest.mark.parametrize("fault", ["locked", "damaged", "a folder"])
def test_commands_say_what_is_wrong_with_decisions_and_lose_none(fault: str, tmp_path: Path) -> None:
    listings = pd.DataFrame({"posting_id": ["id0", "id1", "id2"], "title": ["red lamp", "red lamp", "tea"]})
    build_bundle(Catalogue(listings, None), tmp_path / "bundle")
    bundle, path = open_bundle(tmp_path / "bundle"), DecisionStore().path
    record_decision(bundle, ("id0", "id2"), "same")
    (tmp_path / "decisions.csv").write_text("first,second,decision\nid1,id2,same\n", encoding="utf-8")
    shutil.copy(path, tmp_path / "kept")
    if fault == "damaged":
        os.truncate(path, path.stat().st_size // 2)
    elif fault == "a folder":
        path.unlink()
        path.mkdir()
    with locked(path) if fault == "locked" else closing(sqlite3.connect(":memory:")):
        for name, command in COMMANDS.items():
            done = CliRunner().invoke(app, [str(each) for each in command(bundle.folder, tmp_path)])
            assert isinstance(done.exception, InputError), name
            assert f"The decisions {path} cannot be used" in str(done.exception)
            assert "\n" not in str(done.exception)
    assert not (tmp_path / "new.csv").exists()
    if fault == "a folder":
        path.rmdir()
    if fault != "locked":
        shutil.copy(tmp_path / "kept", path)
    assert read_decisions(bundle).n_applied == 1


def test_the_newest_counts_where_the_clock_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 27, 4, 30, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return now

    monkeypatch.setattr(audits, "datetime", Clock)
    store, pair = AuditStore(tmp_path / "audits.sqlite"), AuditPair(first="a", second="b")
    decisions = DecisionStore(tmp_path / "decisions.sqlite")
    numbers = []
    for answer in (Answer.same, Answer.different, Answer.unsure):
        numbers.append(store.begin(CATALOGUE, [pair], what="", population=1, seed=0))
        store.answer(numbers[-1], 0, answer)
        assert store.answered(CATALOGUE) == {("a", "b"): answer}
        latest = store.latest(CATALOGUE, finished=True)
        assert latest is not None
        assert (latest.number, latest.time) == (numbers[-1], now)
        word = Word.same if answer is Answer.same else Word.different
        decisions.record(CATALOGUE, [replace(decision(0), word=word, time=now)])
        assert [change.decision.word for change in decisions.current(CATALOGUE)] == [word]
        now -= timedelta(days=400)
    store.answer(numbers[0], 0, Answer.same)  # an old audit, answered last
    assert store.answered(CATALOGUE) == {("a", "b"): Answer.same}
