"""Checked listings as a table for export: one row for each new listing and match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from product_matching.matching.bands import Bands
from product_matching.store.bundle import Bundle
from product_matching.workflows.check_listings import CheckedListing, Proposal

COLUMNS = (
    "posting_id",
    "title",
    "proposal",
    "decision",
    "rank",
    "match",
    "match_title",
    "probability",
    "photo_distance",
    "title_distance",
    "same_in_list",
    "note",
)
ACCEPT, REJECT, OPEN = "accept", "reject", "open"
#: The decision that a proposal comes to: whether the listing is the same product as its best match.
DECISIONS = {Proposal.same: ACCEPT, Proposal.review: OPEN, Proposal.new: REJECT, Proposal.unknown: OPEN}


def checked_table(
    bundle: Bundle,
    checked: Sequence[CheckedListing],
    bands: Bands,
    decisions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Make a table of checked listings.

    Parameters
    ----------
    bundle
        The catalogue.
    checked, bands
        The listings, and what divides the proposals.
    decisions
        What a person decided on a listing, by its id; on the others it is what `DECISIONS` says.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, then the other columns of the new listings. One row for each match, the best first (``rank`` 1), and
        one for a listing without any, among them rows of the list that cannot be used. ``probability`` is empty where
        distances decide; ``same_in_list`` has the ids of other new listings that are the same product, separated by
        spaces; ``note`` says what could not be used.
    """
    titles = bundle.listings.get("title")
    rows = []
    for each in checked:
        listing = each.listing
        own = {
            "posting_id": listing.posting_id,
            "title": listing.title or None,
            "proposal": str(each.proposal(bands)),
            "decision": _decision(each, bands, decisions or {}),
        }
        told = {
            "same_in_list": " ".join(repeat.posting_id for repeat in each.sure_repeats(bands)) or None,
            "note": note_on(each) or None,
            **{name: value for name, value in listing.columns.items() if name not in COLUMNS},
        }
        matches = [
            {
                "rank": rank,
                "match": found.posting_id,
                "match_title": None if titles is None else str(titles.iloc[found.row]) or None,
                "probability": found.level if found.by_probability else None,
                "photo_distance": found.photo_distance,
                "title_distance": found.title_distance,
            }
            for rank, found in enumerate(each.found, start=1)
        ]
        rows += [own | match | told for match in matches or [{}]]
    further = [name for row in rows for name in row if name not in COLUMNS]
    table = pd.DataFrame(rows, columns=[*COLUMNS, *dict.fromkeys(further)])
    numbers = {"probability": "float64", "photo_distance": "float64", "title_distance": "float64", "rank": "Int64"}
    return table.astype(numbers)


def _decision(checked: CheckedListing, bands: Bands, decisions: Mapping[str, str]) -> str:
    proposed = DECISIONS[checked.proposal(bands)]
    return decisions.get(checked.listing.posting_id, proposed) if checked.listing.usable else proposed


def note_on(checked: CheckedListing) -> str:
    """Say what could not be used of a listing, or is remarkable about it; "" for nothing."""
    listing, notes = checked.listing, []
    if listing.problem:
        place = "" if listing.line is None else f"Line {listing.line:,}: "
        notes.append(f"{place}{listing.problem.rstrip('.')}.")
    if not listing.usable:
        return " ".join(notes)
    if not listing.searchable:
        notes.append("Nothing of it can be compared: it has no photo that can be read and no word of the catalogue.")
    if checked.listed_already:
        notes.append("The catalogue has a listing of this posting_id already.")
    return " ".join(notes)
