"""Where new listings stand, as counts and as a CSV file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from product_matching.files import atomic_file
from product_matching.listings.spreadsheet_text import guard_cells
from product_matching.workflows.placing import Placed, Placement


def count_placements(placed: Sequence[Placed]) -> Mapping[Placement, int]:
    """Count new listings by where they stand; every placement is there."""
    counted = Counter(each.placement for each in placed)
    return {placement: counted[placement] for placement in Placement}


def write_placing(path: Path, posting_ids: Sequence[str], placed: Sequence[Placed]) -> None:
    """Write ``posting_id,placement,group,beside``, all of it or nothing.

    A group is named by the id of its first listing. ``beside`` has the nearest earlier match of each earlier group,
    separated by spaces: those of a listing that bridges groups wait for a decision.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    with atomic_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["posting_id", "placement", "group", "beside"])
        for each in placed:
            beside = " ".join(posting_ids[row] for row in each.beside)
            row = [posting_ids[each.row], each.placement.value, posting_ids[each.group], beside]
            writer.writerow(guard_cells(row))
