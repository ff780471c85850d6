"""One pair after another: side by side, answered by a button or a key, each answer kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.address import Address
from product_matching.app.jobs import State
from product_matching.app.resources import decisions_of, jobs
from product_matching.app.review.answering import answer_pair
from product_matching.app.review.pairs import ReviewPairs, queue_of
from product_matching.app.review.recording import draw_undo, postponed
from product_matching.app.shared.asked_rows import rows_asked_for
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import visitor
from product_matching.app.shared.scorers import predictions_of, prepared_key, version_of
from product_matching.app.shared.side_by_side import draw_probability, draw_side_by_side
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.calibration import percent_text
from product_matching.matching.decisions import Pair
from product_matching.store.decision import Word
from product_matching.workflows.find import Finder

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import Prediction

Step = Callable[[], None]
#: Widest pair in pixels: photos and titles of both stay in view below the answers, columns and reasons beside them.
_WIDTH = 1120


def draw_queue(
    finder: Finder,
    address: Address,
    deciding: Deciding,
    review: ReviewPairs,
    *,
    counted: Callable[[int], None],
    held: Sequence[Pair] = (),
) -> None:
    """Draw the first pair that is left to decide, those that groups wait for (`held`) before all others.

    `counted` is given how many are left, those for later among them, before the pair is drawn: what stands above it
    does not move it then.
    """
    bundle, later = finder.bundle, postponed()
    queue = queue_of(review, bundle, decisions_of(bundle).pairs, rows_asked_for(bundle, address), held=held)
    ids = bundle.listings["posting_id"]
    places = [
        place
        for place, (first, second) in enumerate(zip(queue.first.tolist(), queue.second.tolist(), strict=True))
        if not later or (str(ids.iloc[first]), str(ids.iloc[second])) not in later
    ]
    counted(len(queue))
    if not places:
        _draw_end(len(queue), address)
        return
    first, second = int(queue.first[places[0]]), int(queue.second[places[0]])
    score = float(queue.probability[places[0]])
    left = count_text(len(places), "pair")
    waiting = f" · {len(queue) - len(places):,} left for later" if len(queue) > len(places) else ""
    st.caption(say_duty(review))
    st.markdown(f"**Are these the same product?** {left} to review{waiting}")
    if (first, second) in held:
        st.caption(
            f":material/call_split: {plain(str(ids.iloc[second]))} was added and is like listings of groups that were "
            "apart. They stay apart until its pairs are decided."
        )
    answers = st.container()  # filled last: no key answers a pair that is not there to be seen yet
    known = score if review.are_probabilities else None
    draw_pair(finder, deciding, (first, second), score=known)
    named = (str(ids.iloc[first]), str(ids.iloc[second]))
    with answers:
        draw_answers(
            same=partial(answer_pair, bundle, named, Word.same, known),
            different=partial(answer_pair, bundle, named, Word.different, known),
            unsure=partial(answer_pair, bundle, named, None),
            key=f"queue_{first}_{second}",
        )


def say_duty(review: ReviewPairs) -> str:
    """Say that nothing of the queue must be done, and what a pair counts as that is left undecided."""
    start = "Review as many as you like, the most doubtful come first; then audit."
    if not review.are_probabilities:
        return f"{start} A pair left undecided counts as the distances and rules decide."
    accept, least = percent_text(review.bands.accept), percent_text(review.least)
    return (
        f"{start} Pairs from {accept} sure on are not asked about; one left undecided counts as the same product from "
        f"{least} on."
    )


def draw_answers(*, same: Step, different: Step, unsure: Step, key: str) -> None:
    """Draw the answers to a pair, each with its key, and the way back.

    Parameters
    ----------
    same, different, unsure
        Called with the answer.
    key
        Names the pair: with buttons of its own an answer is never taken for that of the next pair.
    """
    with st.container(horizontal=True, gap="small"):
        for label, name, icon, pressed, width, step in (
            ("Same product", "same", "check", "y", 150, same),
            ("Different", "different", "close", "n", 122, different),
            ("Can't tell", "unsure", "question_mark", "u", 124, unsure),
        ):
            st.button(
                label,
                key=f"{key}_{name}",
                icon=f":material/{icon}:",
                shortcut=pressed,
                type="primary" if name == "same" else "secondary",
                on_click=step,
                width=width,  # known beforehand: the buttons stand in the same rows before and after they are drawn
            )
        draw_undo()


def draw_pair(finder: Finder, deciding: Deciding, pair: Pair, *, score: float | None = None, wide: bool = True) -> None:
    """Draw two listings of the catalogue side by side, with the reasons of the pair scorer where it is at hand.

    `wide` is off where the page is not as wide as the screen, such as in a popover.
    """
    prediction = _prediction(finder, deciding, pair)
    with st.container(width=_WIDTH):
        if prediction is None and score is not None:
            draw_probability(score)
        draw_side_by_side(finder, *pair, key="{}_{}".format(*pair), prediction=prediction, wide=wide)


def _prediction(finder: Finder, deciding: Deciding, pair: Pair) -> Prediction | None:
    """What the pair scorer says of a pair; None where it is not prepared."""
    if deciding.chosen is None:
        return None
    name, bundle = deciding.chosen.name, finder.bundle
    job = jobs().find(prepared_key(bundle, name), visitor())
    if job is None or job.state is not State.DONE:
        return None
    query = finder.listing_query(pair[0])
    predictions = predictions_of(bundle.fingerprint, f"row {pair[0]}", version_of(name), job.result, query)
    return next((one for one in predictions if one.row == pair[1]), None)


def _draw_end(left_for_later: int, address: Address) -> None:
    with st.container(border=True):
        if left_for_later:
            st.markdown(
                f"Only the {count_text(left_for_later, 'pair')} that you left for later remain. Undo brings the last "
                "one back."
            )
        else:
            scope = f" with “{plain(address.text)}”" if address.text else ""
            scope += " under these filters" if address.where or address.area else ""
            st.markdown(f":material/task_alt: No pair{scope} is left to review. Audit the accepted ones next.")
        draw_undo()
