"""A checked list on the page, and what its proposals are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from product_matching.app.shared.batches import Batch
from product_matching.matching.bands import Bands
from product_matching.workflows.check_listings import CheckedListing, Proposal
from product_matching.workflows.checked_table import checked_table
from product_matching.workflows.table_file import TableFormat, table_bytes

if TYPE_CHECKING:
    from product_matching.workflows.find import Finder

NAMES = {
    Proposal.same: "Same product",
    Proposal.review: "To review",
    Proposal.new: "New",
    Proposal.unknown: "Not compared",
}
_COLOURS = {Proposal.same: "green", Proposal.review: "orange", Proposal.new: "blue", Proposal.unknown: "gray"}


@dataclass(frozen=True, eq=False, kw_only=True)
class CheckedList:
    """A list of new listings with the result of its check.

    Attributes
    ----------
    finder
        The catalogue.
    batch
        The list.
    result
        What was found, in its order.
    bands
        What divides the proposals.
    """

    finder: Finder
    batch: Batch
    result: Sequence[CheckedListing]
    bands: Bands

    def file(self, kind: TableFormat) -> bytes:
        """The result as a file, with what is decided at the moment it is written."""
        table = checked_table(self.finder.bundle, self.result, self.bands, dict(self.batch.decisions))
        return table_bytes(table, kind)

    @property
    def by_probability(self) -> bool:
        """Whether the pair scorer decided on any of it."""
        return any(found.by_probability for each in self.result for found in each.found)

    def say_unusable(self) -> list[str]:
        """Say how many rows of the list cannot be used, if any, and where they are."""
        count = sum(not each.listing.usable for each in self.result)
        if not count:
            return []
        are = "line cannot be used: it is" if count == 1 else "lines cannot be used: they are"
        return [f"{count:,} {are} among those not compared and in the download, with the reason."]

    def say_expected(self) -> str:
        """Say how many proposals are expected to be wrong, by the percentages themselves."""
        best = [each.found[0].level for each in self.result if each.found and each.found[0].by_probability]
        wrong = sum(1 - level for level in best if level >= self.bands.accept)
        missed = sum(level for level in best if level < self.bands.reject)
        return (
            f"Expected by these percentages, not measured: about {wrong:.1f} of the same are wrong, and about "
            f"{missed:.1f} of the new are in the catalogue."
        )


def badge_of(proposal: Proposal) -> str:
    """A proposal as a badge."""
    return f":{_COLOURS[proposal]}-badge[{NAMES[proposal]}]"
