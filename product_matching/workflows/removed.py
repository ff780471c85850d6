"""The listings that an export without duplicates removes: by an accepted pair with the kept one, or through others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from product_matching.search.neighbours import RowArray
from product_matching.workflows.catalogue_groups import CatalogueGroups


@dataclass(frozen=True, kw_only=True)
class RemovedListings:
    """How many listings are removed, and why.

    Attributes
    ----------
    paired
        Those whose pair with the kept listing was accepted by itself, or by a person.
    through_others
        Those that are in the group of the kept listing only through others of it.
    """

    paired: int
    through_others: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.paired + self.through_others


def count_removed(found: CatalogueGroups, kept: RowArray) -> RemovedListings:
    """Count the listings that are removed.

    Parameters
    ----------
    found
        The groups of a catalogue.
    kept
        Row of the representative of each listing's group, shape (N,).
    """
    n, matches = len(kept), found.decided.matches
    removed = np.flatnonzero(kept != np.arange(n))
    queries = np.repeat(np.arange(n), np.diff(matches.offsets))
    is_paired = np.zeros(n, dtype=np.bool_)
    is_paired[queries[matches.rows == kept[queries]]] = True
    # A list of matches may name a pair from one side only.
    is_paired[matches.rows[queries == kept[matches.rows]]] = True
    paired = int(is_paired[removed].sum())
    return RemovedListings(paired=paired, through_others=len(removed) - paired)
