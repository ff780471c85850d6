"""Groups as a CSV file."""

import csv
from pathlib import Path

import numpy as np

from product_matching.matching.grouping.description import Group
from product_matching.workflows.groups_file import write_groups

IDS = ["a", "b", "c", "d"]


def test_groups_are_named_by_their_first_listing(tmp_path: Path) -> None:
    write_groups(tmp_path / "g.csv", IDS, np.array([0, 1, 0, 0]), [Group((0, 2, 3), 2 / 3, 0.5)])
    with (tmp_path / "g.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["group"] for row in rows] == ["a", "b", "a", "a"]
    assert [row["size"] for row in rows] == ["3", "1", "3", "3"]
    assert (rows[2]["density"], rows[2]["weakest_link"]) == ("0.667", "0.500")
    assert (rows[1]["density"], rows[1]["weakest_link"]) == ("", "")
