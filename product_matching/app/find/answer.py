"""The answer of the Find page to a query: what decides, which cards are shown, and the wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from product_matching.app.address import Address
from product_matching.app.find.no_match import IMPROBABLE, say_no_match, say_nothing_sure, say_remedy
from product_matching.app.find.outcome import Outcome, decide, decide_by_scores
from product_matching.app.find.query import Asked
from product_matching.app.shared.samples import describe_truth, is_title_of, true_rows
from product_matching.app.shared.settings import chosen_thresholds, pair_rules
from product_matching.app.shared.sureness import say_compared
from product_matching.app.shared.wording import count_text, duration_text
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, Mask, RowArray, vetoed
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Query, default_thresholds

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

#: Cards of listings that do not match, the nearest of them.
N_BEYOND = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """The candidates that a pair scorer has a probability for.

    Attributes
    ----------
    candidates
        With all distances; after those with a probability the ones that only a decision joins.
    predictions
        In their order, the highest probability first.
    least
        Least probability of a match.
    usual
        Least probability of the balanced preset: a listing below it is not likely the same product.
    """

    candidates: Candidates
    predictions: Sequence[Prediction]
    least: float
    usual: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """The content of the Find page for a query.

    Attributes
    ----------
    outcome
        All matches, and all candidates beyond.
    thresholds, rules
        What decided; empty where a pair scorer did.
    count, decided_by
        How many matches there are, and by what.
    shares
        Sides by which they match or were compared; empty for distances of a single side.
    truth
        What is known of a sample, beside what was found; else empty.
    shown, beyond
        Listings on cards: the first matches, and the first ones beyond.
    rest
        What of the matches is not on a card; empty if nothing.
    beyond_note
        Why the ones beyond do not match.
    true
        Rows of the same product as a sample whose product is known; None where nothing is known.
    missed
        Those of them that no match is and no card beyond shows, rising.
    hidden
        Number of matches that the filters leave out.
    no_match
        Why there is no match; empty if there is one.
    compared
        The sides by which a pair scorer compared most of the candidates; empty where distances decided.
    """

    outcome: Outcome
    thresholds: Thresholds
    rules: PairRules
    count: str
    decided_by: str
    shares: str
    truth: str
    shown: Candidates
    rest: str
    beyond: Candidates
    beyond_note: str
    no_match: str
    compared: str
    true: frozenset[int] | None = None
    missed: RowArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    hidden: int = 0

    @property
    def is_scored(self) -> bool:
        """Whether a pair scorer decided."""
        return self.outcome.predictions is not None

    def without_advice(self) -> Answer:
        """The same where the page has no distances to set yet: it is not said which one would accept the nearest."""
        return replace(self, beyond_note="Not matches at these distances.")


def answer_search(
    bundle: Bundle,
    address: Address,
    asked: Asked,
    candidates: Candidates,
    *,
    scored: Scored | None,
    retrieved: int,
    kept: Mask | None = None,
) -> Answer:
    """Decide which candidates match, and say what is to be said of them.

    Parameters
    ----------
    bundle
        The catalogue.
    address
        Which thresholds and rules decide, and how many cards are shown.
    asked
        The query.
    candidates
        The nearest by photo and the nearest by title.
    scored
        What a pair scorer predicts; None where distances and rules decide.
    retrieved
        How many candidates were retrieved per side.
    kept
        Which listings the filters leave on cards, shape (N,); None for all.
    """
    if scored is None:
        thresholds, rules = chosen_thresholds(address, bundle.manifest), pair_rules(address)
        outcome = decide(candidates, thresholds, rules, retrieved=retrieved).obeying(asked, candidates, thresholds)
    else:
        thresholds, rules = Thresholds(), NO_RULES
        outcome = decide_by_scores(scored.candidates, scored.predictions, scored.least)
        outcome = outcome.obeying(asked, scored.candidates, thresholds)
        if not scored.predictions:
            outcome = replace(outcome, beyond=_nearest(bundle, candidates, retrieved))
    matches, compared = outcome.matches, _usual_comparison(scored)
    visible = _filtered(matches, kept)
    true = _true_rows(bundle, address, asked)
    beyond, missed = _divide_missed(outcome, true, kept)
    shares = _say_shares(outcome, asked.query) if scored is None else say_compared(compared, read=asked.query.reads)
    return Answer(
        outcome=outcome,
        thresholds=thresholds,
        rules=rules,
        count=_say_count(outcome),
        decided_by="at these distances" if scored is None else f"with at least {percent_text(scored.least)}",
        shares=f"compared {shares}" if scored and shares else shares,
        truth=_say_truth(bundle, address, asked, outcome),
        shown=_first(visible, address.results),
        rest=_say_rest(len(visible), address.results),
        beyond=beyond,
        beyond_note=_say_beyond(asked.query, outcome, thresholds, rules),
        no_match="" if len(matches) else _say_no_match(outcome, rules, scored),
        compared=compared,
        true=true,
        missed=missed,
        hidden=len(matches) - len(visible),
    )


def _filtered(candidates: Candidates, kept: Mask | None) -> Candidates:
    return candidates if kept is None else candidates.take(kept[candidates.rows])


def _true_rows(bundle: Bundle, address: Address, asked: Asked) -> frozenset[int] | None:
    """Rows of a sample's product; None without a sample, beside a title of another product, and without labels."""
    if asked.sample is None or not is_title_of(asked.sample, address.title):
        return None
    return true_rows(bundle, asked.sample)


def _divide_missed(outcome: Outcome, true: frozenset[int] | None, kept: Mask | None) -> tuple[Candidates, RowArray]:
    """The cards beyond, and the rows that were missed; each listing once, the nearest one first where none matches."""
    missed = np.array(sorted((true or frozenset()) - set(outcome.matches.rows.tolist())), dtype=np.int64)
    if kept is not None:
        missed = missed[kept[missed]]
    beyond = _filtered(outcome.beyond, kept)
    if len(outcome.matches):
        return _first(beyond.take(~np.isin(beyond.rows, missed)), N_BEYOND), missed
    shown = _first(beyond, N_BEYOND)
    return shown, missed[~np.isin(missed, shown.rows)]


def _usual_comparison(scored: Scored | None) -> str:
    if scored is None or not scored.predictions:
        return ""
    return Counter(prediction.compared for prediction in scored.predictions).most_common(1)[0][0]


def _say_no_match(outcome: Outcome, rules: PairRules, scored: Scored | None) -> str:
    if scored is None:
        return say_no_match(outcome, rules)
    beyond = outcome.beyond.rows.tolist()
    best = next((prediction.score for prediction in scored.predictions if prediction.row in beyond), None)
    if best is None and beyond:
        return IMPROBABLE
    return say_nothing_sure(best, scored.least, scored.usual)


def used_thresholds(thresholds: Thresholds, query: Query) -> Thresholds:
    """The thresholds that a query is decided by: a search by photo alone has no title distances."""
    return Thresholds(
        None if query.photo is None else thresholds.photo,
        None if query.title is None else thresholds.title,
        None if query.photo is None or query.title is None else thresholds.fused,
    )


def say_timing(asked: Asked, search_ms: float) -> str:
    """Say what each part of a search took, as far as it was done."""
    parts = (
        ("decoded", asked.decode_ms),
        ("encoded", asked.encode_ms),
        ("read", asked.read_ms),
        ("searched", search_ms),
    )
    return ", ".join(f"{what} in {duration_text(took)}" for what, took in parts if took)


def _nearest(bundle: Bundle, candidates: Candidates, retrieved: int) -> Candidates:
    """The nearest candidate by distance, if any has anything in common with the query."""
    found = decide(candidates, default_thresholds(bundle), retrieved=retrieved)
    return _first(found.matches if len(found.matches) else found.beyond, 1)


def _first(candidates: Candidates, count: int) -> Candidates:
    return candidates.take(np.arange(min(count, len(candidates))))


def _say_count(outcome: Outcome) -> str:
    at_least = "At least " if outcome.at_least else ""
    return at_least + count_text(len(outcome.matches), "match", "matches")


def _say_shares(outcome: Outcome, query: Query) -> str:
    by_rule = f"{outcome.n_by_rule:,} by a rule alone" if outcome.n_by_rule else ""
    by_decision = f"{outcome.n_joined:,} by a decision alone" if outcome.n_joined else ""
    if query.photo is None or query.title is None or not len(outcome.matches):
        return ", ".join(filter(None, [by_rule, by_decision]))
    only_photo, only_title = outcome.n_photo - outcome.n_both, outcome.n_title - outcome.n_both
    sides = f"{outcome.n_both:,} by both, {only_photo:,} by photo alone, {only_title:,} by title alone"
    return ", ".join(filter(None, [sides, by_rule, by_decision]))


def _say_truth(bundle: Bundle, address: Address, asked: Asked, outcome: Outcome) -> str:
    """What is known of a sample; empty beside a title of another product."""
    if asked.sample is None or not is_title_of(asked.sample, address.title):
        return ""
    return describe_truth(bundle, asked.sample, outcome.matches.rows)


def _say_rest(count: int, shown: int) -> str:
    if count <= shown:
        return ""
    return f"The first {shown} of {count:,} are shown: show more cards, or download them all."


def _say_beyond(query: Query, outcome: Outcome, thresholds: Thresholds, rules: PairRules) -> str:
    if outcome.predictions is not None and not outcome.predictions:
        return "Too far away for the pair scorer to be asked."
    if outcome.predictions is not None:
        return "Below the least probability, the most probable first."
    if vetoed(outcome.beyond, rules).any():
        return "Not matches: their titles state other quantities, or their distances are above the thresholds."
    remedy = "" if len(outcome.matches) else say_remedy(query, outcome, thresholds, rules)
    return remedy or "Not matches at these thresholds. A larger threshold accepts the first of them first."
