"""Groups and decisions as CSV files."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.matching.grouping.description import Group
from product_matching.search.neighbours import RowArray

Links = list[tuple[int, int]]
_COLUMNS = ("first", "second", "decision")


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
            writer.writerow([posting_id, posting_ids[number], *_describe(by_number.get(number))])


def _describe(group: Group | None) -> list[object]:
    if group is None:
        return [1, "", ""]
    link = f"{group.weakest_link:.3f}" if math.isfinite(group.weakest_link) else ""
    return [group.size, f"{group.density:.3f}", link]


def read_decisions(path: Path, posting_ids: Sequence[str]) -> tuple[Links, Links]:
    """Read decisions, pairs that are ``same`` or ``different``: ``first,second,decision``.

    Returns
    -------
    list, list
        Pairs of rows to join, and pairs of rows to keep apart.

    Raises
    ------
    InputError
        The file cannot be read, an id is not in the catalogue, or a decision is neither of the two words.
    """
    rows = {posting_id: row for row, posting_id in enumerate(posting_ids)}
    links: dict[str, Links] = {"same": [], "different": []}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise InputError(f"{path} has the columns {reader.fieldnames}, but must have {', '.join(_COLUMNS)}.")
            for number, entry in enumerate(reader, 1):
                links[_decision(entry, number, path)].append(_pair(entry, number, path, rows))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The decisions {path} cannot be read ({error!s:.100}).") from error
    return links["same"], links["different"]


def _decision(entry: dict[str, str], number: int, path: Path) -> str:
    if entry["decision"] not in ("same", "different"):
        raise InputError(f"{path}, row {number}: the decision is {entry['decision']!r:.40}, not same or different.")
    return entry["decision"]


def _pair(entry: dict[str, str], number: int, path: Path, rows: dict[str, int]) -> tuple[int, int]:
    for name in ("first", "second"):
        if entry[name] not in rows:
            raise InputError(f"{path}, row {number}: {entry[name]!r:.80} is no listing of this catalogue.")
    if entry["first"] == entry["second"]:
        raise InputError(f"{path}, row {number}: {entry['first']!r:.80} is on both sides.")
    return rows[entry["first"]], rows[entry["second"]]
