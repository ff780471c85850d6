"""What people decided on the listing that ``find`` searches for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from product_matching.matching.decisions import NO_DECISIONS, PairDecisions

if TYPE_CHECKING:
    from product_matching.matching.candidates import RowArray
    from product_matching.store.bundle import Bundle


@dataclass(frozen=True, kw_only=True, eq=False)
class Decided:
    """The decisions on the listing that is the query.

    Attributes
    ----------
    row
        Its row; None for a query from outside the catalogue, on which nothing is decided.
    pairs
        The decisions that hold.
    counts
        How many of those on the listing are ``applied`` and how many ``stale``.
    said
        The same in words; "" where nothing is decided.
    """

    row: int | None
    pairs: PairDecisions
    counts: dict[str, int]
    said: str

    def mark(self, described: list[dict[str, Any]], rows: RowArray) -> list[dict[str, Any]]:
        """Add ``decision`` to the matches that a person decided (see `mark_decided`)."""
        from product_matching.workflows.decisions import mark_decided

        return mark_decided(described, rows, self.row, self.pairs)


def decisions_on(bundle: Bundle, row: int | None) -> Decided:
    """Read the decisions on a listing of a bundle."""
    if row is None:
        return Decided(row=None, pairs=NO_DECISIONS, counts={}, said="")
    from product_matching.workflows.decisions import read_decisions, say_decisions

    known = read_decisions(bundle).on(str(bundle.listings["posting_id"].iat[row]))
    counts = {"applied": known.n_applied, "stale": len(known.stale)}
    return Decided(row=row, pairs=known.pairs, counts=counts, said=say_decisions(known))
