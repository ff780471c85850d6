"""The matches of a query as a CSV file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from product_matching.app.find.outcome import Outcome
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.workflows.decisions import mark_decided
from product_matching.workflows.find import Finder, Query, describe_matches
from product_matching.workflows.find_print import tell_print
from product_matching.workflows.table_file import TableFormat, table_bytes


def matches_csv(
    finder: Finder,
    query: Query,
    thresholds: Thresholds,
    rules: PairRules = NO_RULES,
    *,
    decisions: PairDecisions = NO_DECISIONS,
) -> bytes:
    """Write every match, nearest first, with distances, by what it matched, and all further columns.

    Where the print was read, also with its distance and the words that the title holds. The whole catalogue is
    searched, not only the candidates that the page keeps, so nothing is cut off.
    """
    found = finder.matches(query, thresholds, rules, decisions)
    described = describe_matches(finder.bundle, found, thresholds, rules)
    described = mark_decided(described, found.rows, query.row, decisions)
    if query.print is not None:
        described = tell_print(finder.bundle, query.print, found, described)
        described = [match | {"print_words": " ".join(match["print_words"])} for match in described]
    return _csv(finder, described, "nearest")


def scored_csv(finder: Finder, outcome: Outcome, query: Query, decisions: PairDecisions = NO_DECISIONS) -> bytes:
    """Write the matches of the pair scorer, the highest score first, with the score, which a decided one may lack."""
    described = describe_matches(finder.bundle, outcome.matches, Thresholds())
    rows, predictions = outcome.matches.rows.tolist(), outcome.predictions or {}
    for row, record in zip(rows, described, strict=True):
        record["score"] = predictions[row].score if row in predictions else None
    described = mark_decided(described, outcome.matches.rows, query.row, decisions)
    return _csv(finder, described, "pair scorer")


def _csv(finder: Finder, matches: list[dict[str, Any]], otherwise: str) -> bytes:
    """Write described matches; `otherwise` is by what those match that match by nothing else."""
    columns = ["posting_id", "title", "photo_distance", "title_distance", "by"]
    table = pd.DataFrame(matches) if matches else pd.DataFrame(columns=columns)
    if finder.bundle.title_matrix is None:
        table = table.drop(columns="title")
    table["by"] = [" ".join(match["by"]) or ("decision" if "decision" in match else otherwise) for match in matches]
    return table_bytes(table, TableFormat.csv)
