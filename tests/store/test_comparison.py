"""The comparison table: what is read, and that nothing in it is trusted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from product_matching.errors import InputError
from product_matching.store.comparison import (
    MAX_COMPARISON_BYTES,
    MAX_ENTRIES,
    Figure,
    Reported,
    Scores,
    read_comparison,
)
from product_matching.validation import validate
from tests.store.comparison_example import example_comparison, write_comparison


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = example_comparison()
    read = read_comparison(write_comparison(tmp_path / "c.json", table))
    assert read is not None
    assert (read.made_by, list(read.order)) == (table["made_by"], table["order"])
    assert asdict(read.protocols) == table["protocols"]
    assert [row.name for row in read.rows] == [row["name"] for row in table["rows"]]
    arcface, written = read.rows[3], table["rows"][3]
    assert arcface.reported == Reported(0.70, written["reported"]["protocol"])
    assert arcface.reproduced is None
    assert arcface.figure("demo", "f1") == Figure(0.724, (0.681, 0.767))
    assert arcface.figure("groceries", "recall_at_1") == Figure(
        written["groceries"]["recall_at_1"], tuple(written["groceries"]["recall_at_1_interval"])
    )
    assert arcface.demo is not None
    assert (arcface.demo.n, arcface.demo.queries, arcface.demo.threshold) == (544, 504, 0.31)
    assert read.rows[6].figure("groceries", "f1") is None
    assert read.differences[0].to == "untrained backbone"
    assert read.differences[0].difference == table["differences"][0]["difference"]


def test_the_shipped_comparison_is_written_as_it_was_read() -> None:
    path = Path(__file__).parents[2] / "docs" / "comparison.json"
    read = read_comparison(path)
    assert read is not None
    assert read.to_json() == path.read_text(encoding="utf-8")


def test_without_a_file_there_is_no_table(tmp_path: Path) -> None:
    assert read_comparison(tmp_path / "none.json") is None


def test_what_was_not_measured_may_be_null(tmp_path: Path) -> None:
    table = example_comparison()
    table["rows"] = table["rows"][:1]
    table["rows"][0] |= {"reported": None, "groceries": None, "groceries_full": None}
    table["rows"][0]["demo"] |= {"threshold": None, "recall_at_1": None, "map_at_r": None, "f1_interval": None}
    table["differences"], table["order"] = [], []
    read = read_comparison(write_comparison(tmp_path / "c.json", table))
    assert read is not None
    assert read.rows[0].demo is not None
    assert read.rows[0].demo.figure("recall_at_1") is None
    assert read.rows[0].demo.figure("f1") == Figure(0.452)


Change = Callable[[dict[str, Any]], object]
DAMAGE: tuple[tuple[Change, str], ...] = (
    (lambda t: t.update(format=2), "has format 2, but this version reads 1"),
    (lambda t: t.pop("rows"), "rows is missing"),
    (lambda t: t.update(rows=t["rows"] * 30), f"rows is .* but must be of at most {MAX_ENTRIES} entries"),
    (lambda t: t["rows"].insert(1, "softmax"), r"rows\[1\] is 'softmax', but must be an object"),
    (lambda t: t["rows"][2].update(name=7), r"rows\[2\].name is 7, but must be a text"),
    (lambda t: t["rows"][2].update(name="x" * 5000), "must be a text of at most 4000 characters"),
    (lambda t: t["rows"][0].update(section="best"), r"rows\[0\].section is 'best', but must be 'comparison', 'beyond'"),
    (lambda t: t["rows"][0].update(kind="smell"), r"rows\[0\].kind is 'smell', but must be 'photo', 'title'"),
    (lambda t: t["rows"][0].update(speed=1), r"rows\[0\].speed is no field that is known here"),
    (lambda t: t["rows"][0]["demo"].update(f2=0.5), r"rows\[0\].demo.f2 is no field that is known here"),
    (lambda t: t["rows"][0]["demo"].update(f1="0.9"), r"rows\[0\].demo.f1 is '0.9', but must be a number"),
    (lambda t: t["rows"][0]["demo"].update(f1=1.2), r"rows\[0\].demo.f1 is 1.2, but must be at most 1"),
    (lambda t: t["rows"][0]["demo"].update(f1=float("nan")), "is not JSON in UTF-8 .NaN is no number"),
    (lambda t: t["rows"][0]["demo"].update(f1=10**400), r"rows\[0\].demo.f1 is 1000"),
    (lambda t: t["rows"][0]["demo"].update(f1=True), "f1 is True, but must be a number"),
    (lambda t: t["rows"][0]["demo"].update(f1_interval=[0.1]), r"demo.f1_interval\[1\] is missing"),
    (lambda t: t["rows"][0]["demo"].update(f1_interval=[0.9, 0.1]), "must be a lower and an upper bound"),
    (lambda t: t["rows"][0]["demo"].update(n=-1), "n is -1, but must be at least 0"),
    (lambda t: t["rows"][0]["demo"].update(queries=1.5), "queries is 1.5, but must be a whole number"),
    (lambda t: t["rows"][0].update(groceries=[]), r"rows\[0\].groceries is \[\], but must be an object"),
    (lambda t: t["rows"][0]["reported"].update(protocol=None), r"rows\[0\].reported.protocol is None"),
    (lambda t: t["rows"][6]["reproduced"].pop("f1"), r"rows\[6\].reproduced.f1 is missing"),
    (lambda t: t["differences"][0].update(measure="speed"), r"differences\[0\].measure is 'speed'"),
    (
        lambda t: t["differences"][0].update(difference=-3),
        r"differences\[0\].difference is -3, but must be at least -1",
    ),
    (lambda t: t.update(order=["a", {"b": 1}]), r"order\[1\] is {'b': 1}, but must be a text"),
    (lambda t: t["protocols"].pop("demo"), "protocols.demo is missing"),
)


@pytest.mark.parametrize(("change", "said"), DAMAGE, ids=[said for _, said in DAMAGE])
def test_a_damaged_table_is_refused_with_the_place_and_the_value(tmp_path: Path, change: Change, said: str) -> None:
    table = copy.deepcopy(example_comparison())
    change(table)
    with pytest.raises(InputError, match=said) as error:
        read_comparison(write_comparison(tmp_path / "c.json", table))
    assert "c.json" in str(error.value).split(" is ")[0].split(" has ")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON in UTF-8"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", r"c.json is \[\], but must be an object"),
        (b" " * (MAX_COMPARISON_BYTES + 1), "is too large"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "is not JSON"),
    ],
    ids=["empty", "not utf-8", "deep", "a list", "too large", "a long number"],
)
def test_what_is_no_table_at_all_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "c.json").write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_comparison(tmp_path / "c.json")


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_comparison(tmp_path)


def test_scores_stand_for_themselves_too() -> None:
    assert validate(Scores, {"f1": 0.5, "n": 3, "queries": 2}, "a model, test").figure("f1") == Figure(0.5)
    with pytest.raises(InputError, match="a model, test: n is missing"):
        validate(Scores, {"f1": 0.5}, "a model, test")
