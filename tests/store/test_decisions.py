"""Decisions in SQLite: every change is kept, undoing restores, and writers do not disturb each other."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from product_matching.errors import InputError
from product_matching.store.decision import Decision, Seen, Word, listing_content
from product_matching.store.decisions import DecisionStore

CATALOGUE, OTHER = "11111111-1111-5111-8111-111111111111", "22222222-2222-5222-8222-222222222222"
N_WRITERS, N_WRITES = 3, 20


def decision(first: str, second: str, word: Word | None = Word.same, **more: object) -> Decision:
    return Decision(
        first=Seen(posting_id=first, content="x"), second=Seen(posting_id=second, content="y"), word=word, **more
    )


@pytest.fixture
def store(tmp_path: Path) -> DecisionStore:
    return DecisionStore(tmp_path / "home" / "decisions.sqlite")


def words(store: DecisionStore, catalogue: str = CATALOGUE) -> dict[tuple[str, str], Word | None]:
    return {change.decision.pair: change.decision.word for change in store.current(catalogue)}


def test_nothing_is_decided_and_no_file_made_by_looking(store: DecisionStore) -> None:
    assert store.current(CATALOGUE) == []
    assert store.history(CATALOGUE, "a", "b") == []
    assert not store.path.parent.exists()


def test_a_decision_is_kept_with_all_that_was_said(store: DecisionStore) -> None:
    time = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    given = decision("b", "a", Word.different, time=time, who="Ayu", score=0.25)
    (number,) = store.record(CATALOGUE, [given])
    (change,) = DecisionStore(store.path).current(CATALOGUE)
    assert (change.number, change.decision, change.undone) == (number, given, None)
    assert change.decision.pair == ("a", "b")
    assert (change.decision.first.content, change.decision.second.content) == ("y", "x")


def test_the_default_file_lies_in_the_data_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "mine"))
    DecisionStore().record(CATALOGUE, [decision("a", "b")])
    assert (tmp_path / "mine" / "decisions.sqlite").is_file()


def test_catalogues_do_not_share_decisions(store: DecisionStore) -> None:
    store.record(CATALOGUE, [decision("a", "b")])
    store.record(OTHER, [decision("a", "b", Word.different)])
    assert words(store) == {("a", "b"): Word.same}
    assert words(store, OTHER) == {("a", "b"): Word.different}


def test_undoing_restores_the_earlier_decision_and_history_keeps_all(store: DecisionStore) -> None:
    (first,) = store.record(CATALOGUE, [decision("a", "b", who="Ayu")])
    (second,) = store.record(CATALOGUE, [decision("b", "a", Word.different, who="Budi")])
    assert words(store) == {("a", "b"): Word.different}
    store.undo(second)
    assert words(store) == {("a", "b"): Word.same}
    store.undo(first)
    assert words(store) == {}
    history = store.history(CATALOGUE, "b", "a")
    assert [(change.number, change.decision.who) for change in history] == [(second, "Budi"), (first, "Ayu")]
    assert all(change.undone is not None for change in history)


def test_undoing_an_earlier_change_leaves_a_later_one_of_somebody_else(store: DecisionStore) -> None:
    (mine,) = store.record(CATALOGUE, [decision("a", "b")])
    store.record(CATALOGUE, [decision("a", "b", Word.different)])
    store.undo(mine)
    assert words(store) == {("a", "b"): Word.different}


def test_a_decision_can_be_taken_back_and_that_undone(store: DecisionStore) -> None:
    store.record(CATALOGUE, [decision("a", "b")])
    (back,) = store.record(CATALOGUE, [decision("a", "b", None)])
    assert words(store) == {}
    store.undo(back)
    assert words(store) == {("a", "b"): Word.same}


@pytest.mark.parametrize("times", [0, 1])
def test_what_cannot_be_undone_is_an_error(store: DecisionStore, times: int) -> None:
    numbers = store.record(CATALOGUE, [decision("a", "b")])
    for _ in range(times):
        store.undo(numbers[0])
    with pytest.raises(InputError, match="There is no change"):
        store.undo(numbers[0] if times else 99)


def test_only_new_decisions_are_added_where_that_is_asked_for(store: DecisionStore) -> None:
    held = [decision("a", "b"), decision("c", "d"), decision("e", "f")]
    store.record(CATALOGUE, held)
    seen_again = decision("a", "b", who="Ayu")
    changed = replace(held[1], first=Seen(posting_id="c", content="new"))
    given = [seen_again, changed, decision("e", "f", Word.different), decision("g", "h")]
    assert len(store.record(CATALOGUE, given, only_new=True)) == 3
    assert len(store.history(CATALOGUE, "a", "b")) == 1
    assert len(store.history(CATALOGUE, "c", "d")) == 2
    assert len(store.record(CATALOGUE, [seen_again])) == 1


def test_all_are_kept_or_none(store: DecisionStore) -> None:
    store.record(CATALOGUE, [decision("a", "b")])
    broken = decision("c", "d", who=object())  # what SQLite cannot keep
    with pytest.raises(InputError, match="cannot be used"):
        store.record(CATALOGUE, [decision("a", "c"), broken])
    assert words(store) == {("a", "b"): Word.same}


def test_a_listing_is_not_decided_on_with_itself() -> None:
    with pytest.raises(InputError, match="'a' is on both sides"):
        decision("a", "a")


def test_the_content_of_a_listing_is_its_photo_and_its_title() -> None:
    contents = {listing_content(photo, title) for photo in ("", "p", "q") for title in ("", "p", "q", '", "')}
    assert len(contents) == 12


def test_a_damaged_file_and_one_of_a_later_version_are_named(store: DecisionStore) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"not a database, but long enough to be read as the header of one" * 20)
    for call in (lambda: store.current(CATALOGUE), lambda: store.record(CATALOGUE, [decision("a", "b")])):
        with pytest.raises(InputError, match=r"decisions\.sqlite cannot be used .*: put a backup of it in its place"):
            call()
    store.path.unlink()
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(InputError, match="of a later version"):
        store.current(CATALOGUE)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        DecisionStore(tmp_path / "file" / "decisions.sqlite").record(CATALOGUE, [decision("a", "b")])


pairs = st.sampled_from([("a", "b"), ("b", "a"), ("b", "c"), ("c", "a")])
steps = st.lists(
    st.one_of(st.tuples(pairs, st.sampled_from([Word.same, Word.different, None])), st.integers(1, 8)), max_size=10
)


@settings(max_examples=25)
@given(steps)
def test_any_order_of_deciding_and_undoing_leaves_the_last_that_was_not_undone(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    store = DecisionStore(tmp_path_factory.mktemp("store") / "decisions.sqlite")
    kept: dict[int, tuple[tuple[str, ...], Word | None]] = {}
    for step in steps:
        if isinstance(step, int):
            if step in kept:
                store.undo(step)
                del kept[step]
        else:
            (first, second), word = step
            (number,) = store.record(CATALOGUE, [decision(first, second, word)])
            kept[number] = tuple(sorted((first, second))), word
    expected = {pair: word for _, (pair, word) in sorted(kept.items())}
    assert words(store) == {pair: word for pair, word in expected.items() if word is not None}


#: A process that records decisions as soon as it is told to.
WRITER = """
import sys
from pathlib import Path
from product_matching.store.decision import Decision, Seen, Word
from product_matching.store.decisions import DecisionStore
path, writer, count, catalogue = sys.argv[1:]
store = DecisionStore(Path(path))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(count)):
    first, second = (Seen(posting_id=name, content="x") for name in ("shared", f"x{number}"))
    own = Seen(posting_id=writer, content="x")
    store.record(catalogue, [Decision(first=one, second=second, word=Word.same, who=writer) for one in (first, own)])
"""


def check_written(store: DecisionStore) -> None:
    assert len(store.current(CATALOGUE)) == N_WRITES * (N_WRITERS + 1)
    for number in range(N_WRITES):
        history = store.history(CATALOGUE, "shared", f"x{number}")
        assert sorted(change.decision.who for change in history) == [f"w{writer}" for writer in range(N_WRITERS)]


def test_processes_that_write_a_new_file_at_once_lose_nothing(store: DecisionStore) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.path), f"w{writer}", str(N_WRITES), CATALOGUE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for writer in range(N_WRITERS)
    ]
    for process in writers:
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in writers:
        process.communicate(timeout=120)
    assert [process.returncode for process in writers] == [0] * N_WRITERS
    check_written(store)


def test_threads_that_share_a_store_lose_nothing(store: DecisionStore) -> None:
    barrier = threading.Barrier(N_WRITERS)

    def write(writer: str) -> None:
        barrier.wait()
        for number in range(N_WRITES):
            store.record(CATALOGUE, [decision(one, f"x{number}", who=writer) for one in ("shared", writer)])

    threads = [threading.Thread(target=write, args=(f"w{writer}",)) for writer in range(N_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    check_written(store)


def test_the_version_changes_with_every_change_and_only_then(store: DecisionStore) -> None:
    versions = [store.version(CATALOGUE)]
    (number,) = store.record(CATALOGUE, [decision("a", "b")])
    versions.append(store.version(CATALOGUE))
    store.record(OTHER, [decision("a", "b")])
    assert store.version(CATALOGUE) == versions[-1]
    store.undo(number)
    versions.append(store.version(CATALOGUE))
    store.record(CATALOGUE, [decision("a", "b")])
    versions.append(store.version(CATALOGUE))
    assert versions[0] == ""
    assert len(set(versions)) == len(versions)


def test_the_file_is_in_wal_mode_so_that_reading_does_not_wait_for_a_write(store: DecisionStore) -> None:
    store.record(CATALOGUE, [decision("a", "b")])
    writing = sqlite3.connect(store.path, isolation_level=None)
    try:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM changes")
        assert words(store) == {("a", "b"): Word.same}
    finally:
        writing.execute("ROLLBACK")
        writing.close()
