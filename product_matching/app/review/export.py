"""The matches of a whole catalogue as a CSV file, as the command line writes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.match import submission_rows, write_submission


def submission_csv(bundle: Bundle, found: CatalogueGroups) -> bytes:
    """Write ``posting_id,matches`` in the competition's format, every match, the listing itself first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matches.csv"
        rows = submission_rows(found.decided.matches)
        write_submission(path, bundle.listings["posting_id"].tolist(), rows)
        return path.read_bytes()
