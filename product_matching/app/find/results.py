"""The results of a search as cards: how sure, the title, price and seller, and what was decided or is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from product_matching.app.components.card import BAD, GOOD, PLAIN, WARNING, Badge, Card
from product_matching.app.find.reasons import describe_reasons
from product_matching.app.shared.columns import card_lines
from product_matching.app.shared.gallery import listing_name, picture_alt
from product_matching.app.shared.pictures import card_picture
from product_matching.app.shared.wording import distance_text, shorten, title_parts
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, vetoed
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import describe_matches

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

#: Narrowest card in pixels: two in a row on a phone, four beside the settings on a laptop.
CARD_WIDTH = 170
#: So many stand in a row of a phone, where the settings follow; beside them the height does not matter.
ABREAST = 2
_RESULT = "result_"


@dataclass(frozen=True, eq=False, kw_only=True)
class Results:
    """The data that the cards of one search share.

    Attributes
    ----------
    bundle
        Where was searched.
    thresholds, rules
        What decided; a distance at or below its threshold is marked as a match.
    words
        Words of the query's title, marked in the titles.
    predictions
        Prediction of the pair scorer for each row.
    print_words
        Words of the print on the query's photo that the title of each row holds.
    joined, parted
        Rows that a person decided to be the same product, and another one.
    true
        Rows of the same product as a sample whose product is known; None where nothing is known.
    """

    bundle: Bundle
    thresholds: Thresholds
    rules: PairRules
    words: frozenset[str]
    predictions: Mapping[int, Prediction]
    print_words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    joined: Collection[int] = ()
    parted: Collection[int] = ()
    true: Collection[int] | None = None


def result_cards(results: Results, candidates: Candidates, *, matched: bool) -> list[Card]:
    """Make the cards of candidates, in their order.

    Parameters
    ----------
    results
        What they share.
    candidates
        Listings with their distances.
    matched
        Whether they are the matches, or others.
    """
    records = describe_matches(results.bundle, candidates, results.thresholds, results.rules)
    kept_out = vetoed(candidates, results.rules).tolist()
    return [
        _card(results, row, record, veto=veto, matched=matched)
        for row, record, veto in zip(candidates.rows.tolist(), records, kept_out, strict=True)
    ]


def card_of_row(row: int) -> str:
    """Key of the card of a listing."""
    return f"{_RESULT}{row}"


def row_of_card(key: str) -> int:
    """The row of the listing that a card shows."""
    return int(key.removeprefix(_RESULT))


def _card(results: Results, row: int, record: dict[str, Any], *, veto: bool, matched: bool) -> Card:
    name, prediction = listing_name(record), results.predictions.get(row)
    badges = [*_known(results, row, matched=matched), *_decided(results, row)]
    if prediction is None:
        badges += _measured(results, row, record, veto=veto, matched=matched)
    badges += _printed(results, row, matched=matched and not veto)
    return Card(
        key=card_of_row(row),
        title=title_parts(shorten(name), results.words.union(results.print_words.get(row, ()))),
        picture=card_picture(results.bundle, row),
        alt=picture_alt(results.bundle, row, name),
        share=None if prediction is None else prediction.score,
        share_text="" if prediction is None else f"{percent_text(prediction.score)} same product",
        badges=badges,
        lines=[*card_lines(record), *_reason(prediction, matched=matched)],
    )


def _known(results: Results, row: int, *, matched: bool) -> list[Badge]:
    """What is known of a sample: whether a match is right, and what was missed."""
    if results.true is None:
        return []
    if matched:
        return [Badge(text="✓ right", tone=GOOD) if row in results.true else Badge(text="✕ wrong", tone=BAD)]
    return [Badge(text="missed", tone=WARNING)] if row in results.true else []


def _decided(results: Results, row: int) -> list[Badge]:
    if row in results.joined:
        return [Badge(text="decided: same product", tone=GOOD)]
    return [Badge(text="decided: different", tone=BAD)] if row in results.parted else []


def _measured(results: Results, row: int, record: dict[str, Any], *, veto: bool, matched: bool) -> list[Badge]:
    """The distances and the rules; with a tick where a listing matches by it."""
    badges = []
    for side in ("photo", "title"):
        distance = record[f"{side}_distance"]
        if distance is not None:
            badges.append(_ticked(f"{side} {distance_text(distance)}", side in record["by"] and not veto))
    if "fused" in record["by"]:
        mean = (record["photo_distance"] + record["title_distance"]) / 2
        badges.append(_ticked(f"both together {distance_text(mean)}", not veto))
    if "phash" in record["by"]:
        badges.append(_ticked("same photo", not veto))
    if veto:
        badges.append(Badge(text="✕ other quantity", tone=BAD))
    if matched and not record["by"] and row not in results.joined:
        badges.append(Badge(text="nearest, above the threshold", tone=WARNING))
    return badges


def _printed(results: Results, row: int, *, matched: bool) -> list[Badge]:
    words = results.print_words.get(row)
    return [_ticked(f"print: {' '.join(words)}", matched)] if words else []


def _ticked(text: str, matched: bool) -> Badge:  # noqa: FBT001 - the text and whether it is ticked
    return Badge(text=f"✓ {text}", tone=GOOD) if matched else Badge(text=text, tone=PLAIN)


def _reason(prediction: Prediction | None, *, matched: bool) -> list[str]:
    """The strongest reason for a match, or against another listing."""
    told = [] if prediction is None else describe_reasons(prediction.reasons)
    words = next((words for words, speaks_for in told if speaks_for == matched), "")
    return [words[:1].upper() + words[1:]] if words else []
