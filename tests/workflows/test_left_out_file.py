"""Rows that were left out of a catalogue, as they are kept beside its bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from product_matching.listings.faulty_rows import FaultyRow
from product_matching.store.kept_pairs import LEFT_OUT_FILE
from product_matching.workflows import left_out_file
from product_matching.workflows.left_out_file import keep_left_out, read_left_out


def row(number: int) -> FaultyRow:
    return FaultyRow(
        row=number,
        line=number + 1,
        kinds=("empty posting_id",),
        reason="empty posting_id",
        cells={"title": f"Lamp {number}", "price": 3.5},
    )


def test_rows_are_read_as_they_were_kept_with_what_names_them(tmp_path: Path) -> None:
    keep_left_out(tmp_path, [row(1)])
    keep_left_out(tmp_path, [row(2)])
    found = read_left_out(tmp_path)
    assert [(each.row, each.line, each.kinds, each.title, each.posting_id) for each in found] == [
        (1, 2, ("empty posting_id",), "Lamp 1", ""),
        (2, 3, ("empty posting_id",), "Lamp 2", ""),
    ]


def test_the_last_rows_are_kept_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_out_file, "MAX_ROWS", 3)
    keep_left_out(tmp_path, [row(number) for number in range(5)])
    assert [each.row for each in read_left_out(tmp_path)] == [2, 3, 4]


@pytest.mark.parametrize("content", ["", "[{}]", '{"row": 1}', "[" * 100_000, '[{"row": "x"}]'])
def test_a_damaged_file_is_passed_over_and_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / LEFT_OUT_FILE).write_text(content)
    assert read_left_out(tmp_path) == []
    keep_left_out(tmp_path, [row(7)])
    assert [each.row for each in read_left_out(tmp_path)] == [7]


def test_nothing_is_written_where_nothing_was_left_out(tmp_path: Path) -> None:
    keep_left_out(tmp_path, [])
    assert list(tmp_path.iterdir()) == []
