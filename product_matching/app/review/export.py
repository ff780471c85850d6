"""The groups and matches of a whole catalogue as CSV files, as the command line writes them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.groups_file import write_groups
from product_matching.workflows.match import submission_rows, write_submission


def groups_csv(bundle: Bundle, found: CatalogueGroups) -> bytes:
    """Write ``posting_id,group,size,density,weakest_link`` for every listing (see `write_groups`)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "groups.csv"
        write_groups(path, bundle.listings["posting_id"].tolist(), found.numbers, found.groups)
        return path.read_bytes()


def submission_csv(bundle: Bundle, found: CatalogueGroups) -> bytes:
    """Write ``posting_id,matches`` in the competition's format, every match, the listing itself first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matches.csv"
        rows = submission_rows(found.decided.matches)
        write_submission(path, bundle.listings["posting_id"].tolist(), rows)
        return path.read_bytes()
