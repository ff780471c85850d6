"""Audits are kept with their answers, for each catalogue its own."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.store.audits import Answer, AuditPair, AuditStore

PAIRS = [AuditPair(first="a", second="b", score=0.9), AuditPair(first="c", second="d")]


def test_an_audit_is_read_as_it_was_begun_and_answered(tmp_path: Path) -> None:
    store = AuditStore(tmp_path / "home" / "audits.sqlite")
    assert store.latest("x") is None
    number = store.begin("x", PAIRS, what="at 37 %", population=40, seed=7, setting={"least probability": "37 %"})
    audit = store.latest("x")
    assert audit is not None
    assert audit.setting == {"least probability": "37 %"}
    assert (audit.number, audit.what, audit.population, audit.seed, list(audit.pairs)) == (
        number,
        "at 37 %",
        40,
        7,
        PAIRS,
    )
    assert (audit.reviewed, audit.wrong) == (0, 0)
    assert store.answer(number, 0, Answer.same, only_open=True)
    assert not store.answer(number, 0, Answer.different, only_open=True), "an answer that is there stands"
    store.answer(number, 1, Answer.unsure, who="me")
    again = AuditStore(store.path).latest("x")
    assert again is not None
    assert (again.reviewed, again.wrong) == (2, 1)
    assert store.answered("x") == {("a", "b"): Answer.same, ("c", "d"): Answer.unsure}
    assert store.answered("y") == {}
    store.answer(number, 1, None)
    assert store.latest("x").reviewed == 1  # type: ignore[union-attr]


def test_the_newest_audit_of_a_catalogue_counts(tmp_path: Path) -> None:
    store = AuditStore(tmp_path / "audits.sqlite")
    store.begin("x", PAIRS, what="first", population=2, seed=0)
    newest = store.begin("x", PAIRS[:1], what="second", population=2, seed=1)
    store.begin("y", PAIRS, what="other", population=2, seed=0)
    latest = store.latest("x")
    assert latest is not None
    assert (latest.number, len(latest.pairs)) == (newest, 1)


def test_the_newest_finished_audit_is_found_behind_a_begun_one(tmp_path: Path) -> None:
    store = AuditStore(tmp_path / "audits.sqlite")
    first = store.begin("x", PAIRS[:1], what="first", population=2, seed=0)
    assert store.latest("x", finished=True) is None
    store.answer(first, 0, Answer.same)
    second = store.begin("x", PAIRS, what="second", population=2, seed=1)
    store.answer(second, 0, Answer.same)
    finished, latest = store.latest("x", finished=True), store.latest("x")
    assert finished is not None
    assert latest is not None
    assert (finished.number, finished.is_finished) == (first, True)
    assert (latest.number, latest.is_finished) == (second, False)
    store.answer(second, 1, Answer.unsure)
    assert store.latest("x", finished=True) == store.latest("x")


def test_an_answer_to_no_pair_and_a_damaged_file_are_refused(tmp_path: Path) -> None:
    store = AuditStore(tmp_path / "audits.sqlite")
    number = store.begin("x", PAIRS, what="", population=2, seed=0)
    with pytest.raises(InputError, match="no pair 2 in the audit"):
        store.answer(number, 2, Answer.same)
    (tmp_path / "damaged.sqlite").write_bytes(b"no database at all, but long enough to look like one" * 40)
    with pytest.raises(InputError, match=r"audits .* cannot be used"):
        AuditStore(tmp_path / "damaged.sqlite").latest("x")


@pytest.mark.parametrize("version", [1, 2])
def test_audits_of_an_earlier_version_of_the_file_are_read_and_written_on(tmp_path: Path, version: int) -> None:
    store = AuditStore(tmp_path / "audits.sqlite")
    old = store.begin("x", PAIRS, what="from 37 % on", population=2, seed=0)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE pairs DROP COLUMN turn")
        if version == 1:
            connection.execute("ALTER TABLE audits DROP COLUMN setting")
        connection.execute(f"PRAGMA user_version = {version}")
    read = AuditStore(store.path).latest("x")
    assert read is not None
    assert (read.number, read.what, read.setting) == (old, "from 37 % on", {})
    new = AuditStore(store.path).begin("x", PAIRS, what="", population=2, seed=0, setting={"photo distance": "0.3"})
    latest = AuditStore(store.path).latest("x")
    assert latest is not None
    assert (latest.number, latest.setting) == (new, {"photo distance": "0.3"})
    store.answer(new, 0, Answer.same)
    store.answer(old, 0, Answer.different)
    assert store.answered("x") == {("a", "b"): Answer.different}
