"""Groups and decisions as CSV files."""

import csv
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.grouping.description import Group
from product_matching.workflows.groups_file import read_decisions, write_groups

IDS = ["a", "b", "c", "d"]


def test_groups_are_named_by_their_first_listing(tmp_path: Path) -> None:
    write_groups(tmp_path / "g.csv", IDS, np.array([0, 1, 0, 0]), [Group((0, 2, 3), 2 / 3, 0.5)])
    with (tmp_path / "g.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["group"] for row in rows] == ["a", "b", "a", "a"]
    assert [row["size"] for row in rows] == ["3", "1", "3", "3"]
    assert (rows[2]["density"], rows[2]["weakest_link"]) == ("0.667", "0.500")
    assert (rows[1]["density"], rows[1]["weakest_link"]) == ("", "")


def test_decisions_become_rows(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("first,second,decision\na,c,same\nb,d,different\n")
    assert read_decisions(tmp_path / "d.csv", IDS) == ([(0, 2)], [(1, 3)])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("one,two\na,b\n", "must have first, second, decision"),
        ("first,second,decision\na,b,maybe\n", "row 1: the decision is 'maybe', not same or different"),
        ("first,second,decision\na,b,same\na,x,same\n", "row 2: 'x' is no listing of this catalogue"),
        ("first,second,decision\na,a,same\n", "'a' is on both sides"),
        ("", "must have first, second, decision"),
    ],
)
def test_decisions_that_do_not_hold_are_refused(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "d.csv").write_text(content)
    with pytest.raises(InputError, match=sentence):
        read_decisions(tmp_path / "d.csv", IDS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_decisions(tmp_path / "no.csv", IDS)
