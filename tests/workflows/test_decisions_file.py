"""Decisions as a CSV file: what is written, what an import keeps, and everything that is wrong with a file."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.decisions_file import Imported, import_decisions, write_decisions


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def words(bundle: Bundle, store: DecisionStore | None = None) -> dict[tuple[str, str], Word | None]:
    return {change.decision.pair: change.decision.word for change in read_decisions(bundle, store).changes}


def given(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "d.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_three_columns_are_enough(bundle: Bundle, tmp_path: Path) -> None:
    done = import_decisions(bundle, given(tmp_path, "first,second,decision\n8a,0a,same\n1a,1b,different\n"))
    assert done == Imported(recorded=2, kept=0, stale=0)
    assert words(bundle) == {("0a", "8a"): Word.same, ("1a", "1b"): Word.different}
    assert read_decisions(bundle).pairs.same == ((0, 24),)


def test_further_columns_order_blank_lines_and_a_byte_order_mark_are_accepted(bundle: Bundle, tmp_path: Path) -> None:
    content = '﻿note,decision, second ,first\r\n"two\nlines",same,8a,0a\r\n\r\n,different,1a, 1b\r\n'
    assert import_decisions(bundle, given(tmp_path, content)).recorded == 2
    assert words(bundle) == {("0a", "8a"): Word.same, ("1a", "1b"): Word.different}


def test_what_is_exported_can_be_imported_elsewhere_with_all_that_is_known(bundle: Bundle, tmp_path: Path) -> None:
    record_decision(bundle, ("8a", "0a"), Word.same, who='Ayu, "A"', score=0.125)
    record_decision(bundle, ("1a", "1b"), Word.different)
    write_decisions(tmp_path / "d.csv", read_decisions(bundle))
    with (tmp_path / "d.csv").open(newline="") as stream:
        first, second = csv.DictReader(stream)
    assert list(first) == ["first", "second", "decision", "time", "who", "score", "stale"]
    assert (first["first"], first["second"], first["decision"]) == ("0a", "8a", "same")
    assert (first["who"], first["score"], first["stale"]) == ('Ayu, "A"', "0.125", "no")
    assert (second["decision"], second["who"], second["score"]) == ("different", "", "")
    elsewhere = DecisionStore(tmp_path / "elsewhere.sqlite")
    assert import_decisions(bundle, tmp_path / "d.csv", elsewhere) == Imported(recorded=2, kept=0, stale=0)
    ours, theirs = (read_decisions(bundle, store).changes for store in (None, elsewhere))
    assert [change.decision for change in theirs] == [
        replace(change.decision, time=change.decision.time.replace(microsecond=0)) for change in ours
    ]
    assert import_decisions(bundle, tmp_path / "d.csv", elsewhere) == Imported(recorded=0, kept=2, stale=0)


def test_stale_decisions_are_marked_and_not_imported_as_if_they_were_seen(bundle: Bundle, tmp_path: Path) -> None:
    record_decision(bundle, ("0a", "8a"), Word.same)
    record_decision(bundle, ("1a", "1b"), Word.same)
    later = replace(bundle, listings=bundle.listings.drop(index=24).reset_index(drop=True))
    write_decisions(tmp_path / "d.csv", read_decisions(later))
    with (tmp_path / "d.csv").open(newline="") as stream:
        assert [row["stale"] for row in csv.DictReader(stream)] == ["yes", "no"]
    elsewhere = DecisionStore(tmp_path / "elsewhere.sqlite")
    assert import_decisions(later, tmp_path / "d.csv", elsewhere) == Imported(recorded=1, kept=0, stale=1)
    assert words(later, elsewhere) == {("1a", "1b"): Word.same}


def test_an_import_takes_the_place_of_an_earlier_decision_which_stays_in_the_history(
    bundle: Bundle, tmp_path: Path
) -> None:
    record_decision(bundle, ("0a", "8a"), Word.same, who="Ayu")
    import_decisions(bundle, given(tmp_path, "first,second,decision,who\n0a,8a,different,Budi\n"))
    assert words(bundle) == {("0a", "8a"): Word.different}
    history = DecisionStore().history(bundle.manifest.catalogue_id, "0a", "8a")
    assert [change.decision.who for change in history] == ["Budi", "Ayu"]
    DecisionStore().undo(history[0].number)
    assert words(bundle) == {("0a", "8a"): Word.same}


def test_a_pair_may_stand_twice_with_the_same_decision(bundle: Bundle, tmp_path: Path) -> None:
    content = "first,second,decision\n0a,8a,same\n8a,0a,same\n"
    assert import_decisions(bundle, given(tmp_path, content)).recorded == 1


def test_a_file_without_decisions_is_accepted(bundle: Bundle, tmp_path: Path) -> None:
    assert import_decisions(bundle, given(tmp_path, "first,second,decision\n")) == Imported(recorded=0, kept=0, stale=0)


def test_every_problem_is_told_with_its_lines_and_nothing_is_imported(bundle: Bundle, tmp_path: Path) -> None:
    content = """first,second,decision,time,who,score
0a,8a,same,2026-01-01T00:00:00Z,Ayu,0.5
0a,nobody,same,,,
nowhere,nobody,same,,,
1a,1a,same,,,
1a,1b,Same,,,
8a,0a,different,,,
2a,2b,same,,,1.5
2a,2c,same,yesterday,,
"3a",3b
"""
    with pytest.raises(InputError) as failed:
        import_decisions(bundle, given(tmp_path, content))
    heading, *problems = str(failed.value).split("\n- ")
    assert heading == f"The decisions '{tmp_path / 'd.csv'}' cannot be imported because of 7 problems:"
    assert problems == [
        "no listing of this catalogue: line 3 ('nobody'), line 4 ('nowhere' and 'nobody')",
        "one listing on both sides: line 5 ('1a')",
        "neither same nor different: line 6 ('Same')",
        "another decision on the same pair: line 7 ('8a' and '0a' as in line 2)",
        "no score from 0 to 1: line 8 ('1.5')",
        "no time: line 9 ('yesterday')",
        "not 6 fields as in the header: line 10 (2)",
    ]
    assert words(bundle) == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no column 'first', 'second', 'decision'"),
        ("first,decision\n0a,same\n", "no column 'second'; needed are first, second, decision"),
        ("first,second,decision,first\n0a,8a,same,0a\n", "more than one column has the same name"),
        (b"first,second,decision\n0a,\xff,same\n", "not UTF-8 text"),
        ('first,second,decision\n0a,8a,"same\n', "quoting that cannot be read: line 2"),
        ("first,second,decision,score\n0a,8a,same,nan\n", r"no score from 0 to 1: line 2 \('nan'\)"),
        (
            'first,second,decision,note\n0a,8a,same,"1\n2\n"\n0a,8a,no,\n',
            r"neither same nor different: line 5 \('no'\)",
        ),
        ("first,second,decision,time\n0a,8a,same,0001-01-01T00:00:00+14:00\n", "no time: line 2"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    bundle: Bundle, tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        import_decisions(bundle, given(tmp_path, content))
    assert words(bundle) == {}


def test_a_missing_file_is_named(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.csv.*cannot be imported because of 1 problem:\n- it cannot be read"):
        import_decisions(bundle, tmp_path / "no.csv")
