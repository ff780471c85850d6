"""The groups of a catalogue as a CSV file."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from product_matching.files import atomic_file
from product_matching.listings.spreadsheet_text import guard_cells
from product_matching.matching.grouping.description import Group
from product_matching.search.neighbours import RowArray


def write_groups(path: Path, posting_ids: Sequence[str], numbers: RowArray, described: Sequence[Group]) -> None:
    """Write the partition: ``posting_id,group,size,density,weakest_link``, all of it or nothing.

    A group is named by the id of its first listing. The weakest link is a share of the threshold: 1 is exactly at it;
    it is empty where only a decision holds the group together. A singleton has size 1 and neither density nor weakest
    link.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    by_number = {int(numbers[group.rows[0]]): group for group in described}
    with atomic_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["posting_id", "group", "size", "density", "weakest_link"])
        for posting_id, number in zip(posting_ids, numbers.tolist(), strict=True):
            writer.writerow(guard_cells([posting_id, posting_ids[number], *_describe(by_number.get(number))]))


def _describe(group: Group | None) -> list[object]:
    if group is None:
        return [1, "", ""]
    link = f"{group.weakest_link:.3f}" if math.isfinite(group.weakest_link) else ""
    return [group.size, f"{group.density:.3f}", link]
