"""Decisions on the listings of a bundle: recorded with what was seen, and read as pairs of rows that still hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.matching.decisions import Contradiction, PairDecisions
from product_matching.search.neighbours import RowArray
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.store.decision import Change, Decision, Seen, Word, listing_content
from product_matching.store.decisions import DecisionStore


@dataclass(frozen=True, eq=False, kw_only=True)
class BundleDecisions:
    """The decisions on a catalogue that hold now.

    Attributes
    ----------
    changes
        One for each pair, the newest first.
    stale
        Numbers of those that are not applied: the photo or title of a listing changed since, or the listing is gone.
    pairs
        The others as pairs of rows.
    """

    changes: Sequence[Change]
    stale: frozenset[int]
    pairs: PairDecisions

    def on(self, posting_id: str) -> BundleDecisions:
        """Those on one listing, the pairs as they are."""
        changes = [change for change in self.changes if posting_id in change.decision.pair]
        stale = self.stale.intersection(change.number for change in changes)
        return BundleDecisions(changes=changes, stale=stale, pairs=self.pairs)

    @property
    def version(self) -> str:
        """Names what is decided, for keys of what is computed with it; "" where nothing is."""
        return f"{self.pairs.version} {len(self.stale)}" if self.changes else ""

    @property
    def n_applied(self) -> int:
        """Number of decisions that are applied."""
        return len(self.changes) - len(self.stale)


def read_decisions(bundle: Bundle, store: DecisionStore | None = None) -> BundleDecisions:
    """Read the decisions on a bundle's listings.

    Parameters
    ----------
    bundle
        The catalogue.
    store
        Where they are kept; in the user's data folder by default.

    Raises
    ------
    InputError
        They cannot be read.
    """
    changes = (store or DecisionStore()).current(bundle.manifest.catalogue_id)
    see = seen_in(bundle)

    def is_there(seen: Seen) -> bool:
        return seen.posting_id in bundle.rows and see(seen.posting_id) == seen

    fresh = [change for change in changes if is_there(change.decision.first) and is_there(change.decision.second)]
    pairs: dict[Word | None, list[tuple[int, int]]] = {Word.same: [], Word.different: []}
    for change in fresh:
        first, second = (bundle.rows[posting_id] for posting_id in change.decision.pair)
        pairs[change.decision.word].append((min(first, second), max(first, second)))
    return BundleDecisions(
        changes=changes,
        stale=frozenset(change.number for change in changes) - {change.number for change in fresh},
        pairs=PairDecisions(same=tuple(pairs[Word.same]), different=tuple(pairs[Word.different]), added=bundle.added),
    )


def record_decision(
    bundle: Bundle,
    pair: tuple[str, str],
    word: Word | None,
    *,
    who: str = "",
    score: float | None = None,
    store: DecisionStore | None = None,
) -> int:
    """Keep a decision on two listings as they are in a bundle; see `record_decisions`.

    Returns
    -------
    int
        Number of the change, for `DecisionStore.undo`.
    """
    (number,) = record_decisions(bundle, [pair], word, who=who, scores=[score], store=store)
    return number


def record_decisions(
    bundle: Bundle,
    pairs: Sequence[tuple[str, str]],
    word: Word | None,
    *,
    who: str = "",
    scores: Sequence[float | None] | None = None,
    only_open: bool = False,
    store: DecisionStore | None = None,
) -> list[int]:
    """Keep one decision on several pairs of listings as they are in a bundle, all of them or none.

    Parameters
    ----------
    bundle
        The catalogue.
    pairs
        Ids of the listings of each pair.
    word
        What is decided; None takes an earlier decision back.
    who
        Who decided.
    scores
        Score of each pair at this time; none by default.
    only_open
        Whether to leave out pairs that have a decision already.
    store
        Where they are kept; in the user's data folder by default.

    Returns
    -------
    list of int
        Numbers of the changes, for `DecisionStore.undo`.

    Raises
    ------
    InputError
        There is no such listing, the two are one, or the file cannot be written.
    """
    see = seen_in(bundle)
    decisions = [
        Decision(first=see(first), second=see(second), word=word, who=who, score=score)
        for (first, second), score in zip(pairs, scores or [None] * len(pairs), strict=True)
    ]
    return (store or DecisionStore()).record(bundle.manifest.catalogue_id, decisions, only_open=only_open)


def decision_on(bundle: Bundle, pair: tuple[str, str], store: DecisionStore | None = None) -> Change | None:
    """The decision that holds on two listings as they are in a bundle; None for none.

    Raises
    ------
    InputError
        There is no such listing, or the decisions cannot be read.
    """
    changes = (store or DecisionStore()).history(bundle.manifest.catalogue_id, *pair)
    newest = next((change for change in changes if change.undone is None), None)
    if newest is None or newest.decision.word is None:
        return None
    see, seen = seen_in(bundle), (newest.decision.first, newest.decision.second)
    return newest if all(see(each.posting_id) == each for each in seen) else None


def seen_in(bundle: Bundle) -> Callable[[str], Seen]:
    """A function that gives a listing of a bundle as it is now, by its id; `InputError` where there is none."""
    listings = bundle.listings
    photos, titles = (
        listings[name].to_numpy() if name in listings else np.full(len(listings), "")
        for name in (PHOTO_SHA256, "title")
    )

    def see(posting_id: str) -> Seen:
        row = bundle.row_of(posting_id)
        return Seen(posting_id=posting_id, content=listing_content(str(photos[row]), str(titles[row])))

    return see


def mark_decided(
    described: list[dict[str, Any]], rows: RowArray, row: int | None, decisions: PairDecisions
) -> list[dict[str, Any]]:
    """Add ``decision`` to the described matches of a listing that a person decided.

    Parameters
    ----------
    described, rows
        Matches as `describe_matches` gives them, and their rows.
    row
        The listing; None for a query from outside the catalogue.
    decisions
        The decisions that hold.
    """
    same = set() if row is None else set(decisions.same_as(row))
    return [
        {**match, "decision": Word.same.value} if other in same else match
        for match, other in zip(described, rows.tolist(), strict=True)
    ]


def say_decisions(decisions: BundleDecisions) -> str:
    """Say how many decisions are applied and how many are stale; "" where nothing is decided."""
    if not decisions.changes:
        return ""
    count = "1 decision" if decisions.n_applied == 1 else f"{decisions.n_applied:,} decisions"
    stale = f", {len(decisions.stale):,} stale (a listing changed or is gone)" if decisions.stale else ""
    return f"{count} applied{stale}"


def say_contradictions(bundle: Bundle, contradictions: Sequence[Contradiction]) -> str:
    """Say where decisions contradict each other, in one sentence; "" where they do not."""
    if not contradictions:
        return ""
    ids = bundle.listings["posting_id"]
    first = contradictions[0]
    one, other, left, right = (repr(ids.iloc[row]) for row in (*first.different, *first.same))
    more = f" ({len(contradictions):,} contradictions like this one)" if len(contradictions) > 1 else ""
    return (
        f"By decisions {one} and {other} are different, but a chain of pairs makes them the same: each pair is as it "
        f"was decided, and groups keep {left} and {right} apart, too{more}."
    )
