"""The matches of a query as a CSV file."""

from __future__ import annotations

import pandas as pd

from product_matching.find import Finder, Query, describe_matches
from product_matching.matching.candidates import Thresholds


def matches_csv(finder: Finder, query: Query, thresholds: Thresholds) -> bytes:
    """Write every match, nearest first, with distances, by what it matched, and all further columns.

    The whole catalogue is searched, not only the candidates that the page keeps, so nothing is cut off.
    """
    matches = describe_matches(finder.bundle, finder.matches(query, thresholds), thresholds)
    columns = ["posting_id", "title", "photo_distance", "title_distance", "by"]
    table = pd.DataFrame(matches) if matches else pd.DataFrame(columns=columns)
    if finder.bundle.title_matrix is None:
        table = table.drop(columns="title")
    table["by"] = table["by"].map(" ".join)
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
