"""The results of a search as cards in a grid."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from product_matching.app.find.print_words import print_badge
from product_matching.app.find.reasons import describe_reasons
from product_matching.app.shared.explanation_view import draw_explanation, draw_shared_points
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.sureness import say_compared
from product_matching.app.shared.wording import distance_text, marked_title, plain, readable_title, shorten
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, vetoed
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.workflows.find import Finder, Query, describe_matches

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

#: Narrowest card in pixels: one column on a phone and three beside the panel on a laptop.
CARD_WIDTH = 200
#: What a search adds to the columns of a listing.
_OF_SEARCH = ("photo_distance", "title_distance", "by", "coverage", "missing")


@dataclass(frozen=True, eq=False, kw_only=True)
class Cards:
    """The data that the cards of one search share.

    Attributes
    ----------
    finder, query
        Where was searched, and for what.
    thresholds, rules
        What decided; a distance at or below its threshold is marked as a match.
    words
        Words of the query's title, marked in the titles.
    predictions
        Prediction of the pair scorer for each row.
    compared
        The sides by which it compared most of them.
    print_words
        Words of the print on the query's photo that the title of each row holds.
    picture
        The photo searched for as a small JPEG; None without one.
    joined
        Rows that a person decided to be the same product.
    search
        Callback of the button for a listing's own duplicates, called with its posting_id.
    """

    finder: Finder
    query: Query
    thresholds: Thresholds
    rules: PairRules
    words: frozenset[str]
    predictions: dict[int, Prediction]
    picture: bytes | None
    search: Callable[[str], None]
    joined: Collection[int] = ()
    print_words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    compared: str = ""


def draw_results(cards: Cards, candidates: Candidates, *, matched: bool) -> None:
    """Draw candidates as cards: photo, by what they match, title, their duplicates, details and reasons.

    Parameters
    ----------
    cards
        What they share.
    candidates
        Listings in the order of the cards.
    matched
        Whether they are the matches, or those beyond.
    """
    bundle = cards.finder.bundle
    records = describe_matches(bundle, candidates, cards.thresholds, cards.rules)
    kept_out = vetoed(candidates, cards.rules).tolist()
    with st.grid(min_column_width=CARD_WIDTH, border=True, gap="small") as grid:
        for row, record, veto in zip(candidates.rows.tolist(), records, kept_out, strict=True):
            with grid.cell():
                name = listing_name(record)
                draw_picture(bundle, row, name)
                _draw_decision(record, cards, row, veto=veto, matched=matched)
                st.markdown(marked_title(shorten(name), cards.words.union(cards.print_words.get(row, ()))))
                _draw_actions(row, record, cards)


def _draw_decision(record: dict[str, Any], cards: Cards, row: int, *, veto: bool, matched: bool) -> None:
    """The probability of the pair scorer; else by which distances and rules a listing matches."""
    if row in cards.joined:
        st.markdown(":green-badge[:material/how_to_reg: the same by a decision]")
    prediction = cards.predictions.get(row)
    if prediction is None:
        st.markdown(_badges(record, cards, row, veto=veto, matched=matched))
        return
    st.progress(min(max(prediction.score, 0.0), 1.0), text=f"**{percent_text(prediction.score)}** same product")
    if row in cards.print_words:
        st.markdown(print_badge(cards.print_words[row], matched=matched))


def _badges(record: dict[str, Any], cards: Cards, row: int, *, veto: bool, matched: bool) -> str:
    """The distances and the rules; green and with a tick where a listing matches by it."""
    badges = []
    for side in ("photo", "title"):
        distance = record[f"{side}_distance"]
        if distance is not None:
            badges.append(_badge(f"{side} {distance_text(distance)}", matched=side in record["by"] and not veto))
    if row in cards.print_words:
        badges.append(print_badge(cards.print_words[row], matched=matched and not veto))
    if "fused" in record["by"]:
        mean = (record["photo_distance"] + record["title_distance"]) / 2
        badges.append(_badge(f"both together {distance_text(mean)}", matched=not veto))
    if "phash" in record["by"]:
        badges.append(_badge("same photo", matched=not veto))
    if veto:
        badges.append(":red-badge[:material/block: other quantity]")
    if matched and not record["by"] and row not in cards.joined:
        badges.append(":orange-badge[nearest, above the threshold]")
    return " ".join(badges)


def _badge(text: str, *, matched: bool) -> str:
    return f":green-badge[:material/check: {text}]" if matched else f":gray-badge[{text}]"


def _draw_actions(row: int, record: dict[str, Any], cards: Cards) -> None:
    prediction = cards.predictions.get(row)
    if prediction is not None:
        st.caption(_reasons(prediction, cards.compared, read=cards.query.reads))
    with st.container(horizontal=True, gap="xsmall"):
        draw_duplicates_button(row, str(record["posting_id"]), cards.search)
        with st.popover("Details", key=f"details_{row}", on_change="rerun") as details:
            if details.open:  # explaining takes a moment: only what is looked at is explained
                st.markdown("**Why**")
                if prediction is not None:
                    st.markdown(_probability(prediction, read=cards.query.reads))
                draw_explanation(cards.finder.explain(cards.query, row), "the search", "this listing")
                _draw_shared(row, listing_name(record), cards)
                st.divider()
                st.markdown(column_text(record))


def _probability(prediction: Prediction, *, read: bool) -> str:
    """The probability of a pair, by which sides, and all its reasons; the distances stand after them."""
    how = say_compared(prediction.compared, read=read)
    told = f"**{percent_text(prediction.score)}** same product{f', compared {how}' if how else ''}"
    return "  \n".join(filter(None, [told, _reasons(prediction, prediction.compared, read=read)]))


def draw_duplicates_button(row: int, posting_id: str, search: Callable[[str], None]) -> None:
    """Draw the button of a card that searches for the duplicates of its listing."""
    st.button(
        "Duplicates",
        key=f"duplicates_{row}",
        icon=":material/search:",
        help="Find the duplicates of this listing",
        on_click=search,
        args=(posting_id,),
    )


def _draw_shared(row: int, name: str, cards: Cards) -> None:
    """What the photo searched for and that of a listing share, where both are there."""
    bundle = cards.finder.bundle
    other = None if bundle.thumbnails is None else bundle.thumbnails.get(row)
    [verification] = cards.finder.verify(cards.query, np.array([row]))
    if verification is not None and cards.picture is not None and other is not None:
        draw_shared_points(verification, (cards.picture, other), name)


def _reasons(prediction: Prediction, usual: str, *, read: bool) -> str:
    """The main reasons of the pair scorer, those for the same product first; how it compared where that is unusual."""
    told = sorted(describe_reasons(prediction.reasons), key=lambda reason: not reason[1])
    lines = [f":material/{'add' if speaks_for else 'remove'}: {words}" for words, speaks_for in told]
    how = say_compared(prediction.compared, read=read)
    if prediction.compared != usual and how:
        lines.append(f":material/info: compared {how}")
    return "  \n".join(lines)


def column_text(record: dict[str, Any]) -> str:
    """All that is known of a listing, one line a column."""
    known = {"title": readable_title(str(record.get("title") or "")), "posting_id": record["posting_id"]}
    known |= {name: value for name, value in record.items() if name not in {"title", "posting_id", *_OF_SEARCH}}
    shown = {name: str(value) for name, value in known.items() if value not in (None, "")}
    return "\n\n".join(f"**{plain(name)}**  \n{plain(shorten(value, 400))}" for name, value in shown.items())
