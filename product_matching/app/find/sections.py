"""The sections of a search: matches, what was missed, what was decided to be different, and what comes next."""

from __future__ import annotations

import numpy as np

from product_matching.app.components.card import Card, Section
from product_matching.app.find.answer import Answer
from product_matching.app.find.query import Asked
from product_matching.app.find.results import Results, result_cards
from product_matching.matching.candidates import RowArray
from product_matching.workflows.find import Finder

#: Cards of listings that were missed, and of those that are different by a decision.
N_APART = 12


def make_sections(finder: Finder, asked: Asked, answer: Answer, results: Results) -> list[Section]:
    """Make the sections of an answer, those that have no card included."""
    beyond, note, nearest = answer.beyond, answer.beyond_note, answer.beyond.take(np.arange(0))
    if answer.no_match:  # the nearest one stands where the matches would
        one = min(1, len(beyond))
        nearest, beyond = beyond.take(np.arange(one)), beyond.take(np.arange(one, len(beyond)))
    shown = result_cards(results, answer.shown, matched=True)
    return [
        Section(cards=shown, note=answer.rest),
        Section(cards=result_cards(results, nearest, matched=False), note=note),
        Section(
            cards=_cards_apart(finder, asked, results, answer.missed),
            heading="Missed",
            note="Known to be the same product, and not among the matches.",
        ),
        Section(
            cards=result_cards(results, beyond, matched=False), heading="Just beyond", note="" if len(nearest) else note
        ),
        Section(
            cards=_cards_apart(finder, asked, results, np.array(sorted(results.parted), dtype=np.int64)),
            heading="Decided to be different",
            note="Left out of the matches by a decision, which can be taken back.",
        ),
    ]


def _cards_apart(finder: Finder, asked: Asked, results: Results, rows: RowArray) -> list[Card]:
    """Cards of listings that no search brought, measured for them."""
    if not len(rows):
        return []
    candidates = finder.compare(asked.query, finder.measure(asked.query, rows))
    ordered = candidates.nearest_first(results.thresholds)
    return result_cards(results, ordered.take(np.arange(min(len(ordered), N_APART))), matched=False)
