"""Writes the catalogue's tables: the listings, and the queries that look for them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.demo_catalogue.plan import Plan

LISTING_COLUMNS = ("posting_id", "image", "title", "label_group", "part", "kind", "price")
QUERY_COLUMNS = ("query_id", "image", "title", "label_group", "kind")


def write_listings(plan: Plan, path: Path) -> None:
    """Write the listings as CSV, one row each, with the columns `LISTING_COLUMNS`."""
    _write(path, LISTING_COLUMNS, plan.listings)


def write_queries(plan: Plan, path: Path) -> None:
    """Write the queries as CSV; `label_group` is empty where the catalogue holds no match."""
    _write(path, QUERY_COLUMNS, plan.queries)


def _write(path: Path, columns: Sequence[str], rows: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([getattr(row, column) for column in columns] for row in rows)
