"""Place listings that were just added: the catalogue is compared as Review and `match` do, and the scores are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.store.bundle import Bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.decisions import read_decisions
from product_matching.workflows.groups import place_listings
from product_matching.workflows.match import match_by_defaults, match_by_scores
from product_matching.workflows.pair_scores import score_catalogue
from product_matching.workflows.placing import Placed

#: Largest catalogue that is compared after an addition without being asked to: some ten seconds.
PLACED_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedListings:
    """New listings among the groups of a catalogue.

    Attributes
    ----------
    bundle
        The catalogue with them.
    placed
        The new listings, in their order.
    """

    bundle: Bundle
    placed: Sequence[Placed]

    @property
    def posting_ids(self) -> list[str]:
        """Of every listing of the catalogue."""
        return [str(each) for each in self.bundle.listings["posting_id"]]


def place_new(bundle: Bundle, ids: Sequence[str], *, progress: Progress = NO_PROGRESS) -> PlacedListings:
    """Say where new listings stand, by the pair scorer or the distances that decide on this catalogue by default.

    Parameters
    ----------
    bundle
        The catalogue, opened after they were added.
    ids
        The new listings.
    progress
        Shows how far comparing is.

    Raises
    ------
    InputError
        The decisions cannot be read, or the catalogue cannot be compared.
    Cancelled
        Somebody stopped it.
    """
    decisions, chosen = read_decisions(bundle), choose_scorer(bundle)
    if chosen is None:
        decided = match_by_defaults(bundle, Thresholds(), progress=progress)
    else:
        scored = score_catalogue(bundle, chosen.scorer, progress=progress)
        decided = match_by_scores(scored, chosen.least_probability)
    placing = place_listings(decided.with_decisions(decisions.pairs))
    rows = (bundle.rows[each] for each in ids if each in bundle.rows)
    return PlacedListings(bundle=bundle, placed=[placing.placed[row] for row in rows if row in placing.placed])
