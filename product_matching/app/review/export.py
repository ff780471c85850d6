"""The matches of a whole catalogue as a file: as CSV in the competition's format, as the command line writes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.match import submission_rows, write_submission
from product_matching.workflows.table_file import TableFormat, table_bytes


def matches_file(bundle: Bundle, found: CatalogueGroups, kind: TableFormat) -> bytes:
    """Write ``posting_id`` and ``matches``: every match, the listing itself first.

    CSV has the competition's format, ids separated by spaces; JSON and Parquet have a list of ids.
    """
    ids, rows = bundle.listings["posting_id"].tolist(), submission_rows(found.decided.matches)
    if kind is not TableFormat.csv:
        matches = [[ids[row] for row in each.tolist()] for each in rows]
        return table_bytes(pd.DataFrame({"posting_id": ids, "matches": matches}), kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matches.csv"
        write_submission(path, ids, rows)
        return path.read_bytes()
