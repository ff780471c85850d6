"""A copy of decisions and audits is whole while others write, and can be put in place of the originals."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.errors import InputError
from product_matching.places import home_folder
from product_matching.store.audits import AuditPair, AuditStore
from product_matching.store.decision import Decision, Seen, Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.backup import back_up


def decide(number: int) -> None:
    seen = [Seen(posting_id=f"{number}{letter}", content="c") for letter in "ab"]
    decision = Decision(first=seen[0], second=seen[1], word=Word.same, time=datetime.now(UTC), who="", score=None)
    DecisionStore().record("x", [decision])


def test_a_copy_is_that_of_one_moment_and_takes_the_place_of_the_originals(tmp_path: Path) -> None:
    decide(1)
    AuditStore().begin("x", [AuditPair(first="a", second="b")], what="", population=1, seed=0)
    out = tmp_path / "new" / "backup"
    with closing(sqlite3.connect(DecisionStore().path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # someone is writing
        other.execute("DELETE FROM changes")
        told = CliRunner().invoke(app, ["decisions", "backup", "--out", str(out)])
        other.execute("ROLLBACK")
    assert told.exit_code == 0, told.output
    assert told.output.split() == [str(out / "decisions.sqlite"), str(out / "audits.sqlite")]
    assert sorted(path.name for path in out.iterdir()) == ["audits.sqlite", "decisions.sqlite"]
    decide(2)
    assert len(DecisionStore(out / "decisions.sqlite").current("x")) == 1
    back_up(out)
    assert len(DecisionStore(out / "decisions.sqlite").current("x")) == 2
    shutil.rmtree(home_folder())
    shutil.copytree(out, home_folder())
    assert len(DecisionStore().current("x")) == 2
    assert AuditStore().latest("x") is not None
    decide(3)
    assert len(DecisionStore().current("x")) == 3


def test_nothing_to_copy_is_said_and_the_originals_are_not_their_own_copy(tmp_path: Path) -> None:
    assert "nothing to copy" in CliRunner().invoke(app, ["decisions", "backup", "--out", str(tmp_path)]).output
    decide(1)
    with pytest.raises(InputError, match="holds the decisions themselves"):
        back_up(home_folder() / ".." / home_folder().name)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        back_up(tmp_path / "file")
