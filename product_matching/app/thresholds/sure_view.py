"""The page where the probability of a pair scorer decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.jobs import Job, State
from product_matching.app.navigation import change_address
from product_matching.app.resources import decisions_of, jobs
from product_matching.app.review.comparing import ComparedPairs, begin, groups_of, pairs_at_hand, running
from product_matching.app.review.pairs import queue_of, review_pairs
from product_matching.app.review.panel import sides_of
from product_matching.app.review.request import GroupRequest, request_groups
from product_matching.app.shared.charts import probability_chart
from product_matching.app.shared.deciding import Deciding, percent_of
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.scorers import version_of
from product_matching.app.shared.sureness_panel import draw_least, draw_sureness
from product_matching.app.shared.wording import plain
from product_matching.app.thresholds.answer import Share, draw_answer
from product_matching.app.thresholds.applying import draw_applying
from product_matching.app.thresholds.board import (
    SureBoard,
    best_sure,
    sure_board,
    sure_figures,
    sure_with_precision,
)
from product_matching.app.thresholds.charts import (
    OperatingPoint,
    curve_chart,
    describe_curves,
    describe_spread,
)
from product_matching.app.thresholds.counting import GroupCounts, counted_now
from product_matching.app.thresholds.figures_view import draw_audit_figure, draw_figures
from product_matching.app.thresholds.guarantee_view import draw_guarantee
from product_matching.app.thresholds.pair_pictures import ShownPair, draw_pairs, same_by_labels
from product_matching.app.thresholds.settings_table import draw_settings_table
from product_matching.app.thresholds.wording import F1_BESIDE, FOUND, RIGHT, say_counts, say_expected, say_measured
from product_matching.app.writing import use_sureness
from product_matching.matching.calibration import percent_text
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import Manifest
from product_matching.workflows.choose_scorer import ChosenScorer
from product_matching.workflows.find import Finder
from product_matching.workflows.threshold_curves import SURE_STEPS, PartFigures

if TYPE_CHECKING:
    from product_matching.matching.second_stage.scorer import PairScorer

_AXIS = "At least … % sure"
_EDGE_PAIRS = 6
_BEGUN = "thresholds_begun"
_WANTED = (0.95, 0.98)


def draw_sureness_side(finder: Finder, address: Address, deciding: Deciding, chosen: ChosenScorer) -> None:
    """Draw the page by the probability of the pair scorer; first how far scoring is, where the pairs are not scored."""
    request = request_groups(finder.bundle, address, deciding)
    compared = _compared(finder.bundle, deciding, request)
    if compared is None or compared.scored is None:
        draw_sureness(address, deciding, sides_of(finder.bundle))
        return
    bundle, version = finder.bundle, version_of(chosen.name)
    board = sure_board(bundle, version, compared.scored)
    counting = counted_now(
        f"counts {request.key} {deciding.least} {decisions_of(bundle).version}",
        partial(groups_of, bundle, request, compared),
    )
    figures = sure_figures(bundle, version, deciding.least, board)
    review = review_pairs(compared, address, deciding.least, request.key)
    left = len(queue_of(review, bundle, decisions_of(bundle).pairs))
    doubt = f"{100 * review.bands.reject:.0f} to {100 * review.bands.accept:.0f} % sure"
    _draw_answer(
        deciding,
        board=board,
        figures=figures,
        counting=counting,
        say=lambda grouped, touched: say_counts(grouped, touched, left, doubt),
    )
    draw_least(deciding)
    _draw_choices(deciding, board)
    _draw_applying(bundle, deciding, chosen=chosen, board=board, figures=figures)
    _draw_charts(deciding, chosen, board)
    accepted, rejected = (
        [_shown(bundle, board, place) for place in places.tolist()]
        for places in board.pairs.around(deciding.least, _EDGE_PAIRS)
    )
    draw_pairs(bundle, accepted, rejected)
    draw_settings_table(bundle, address, deciding, board, request=request)
    if figures is not None and board.parts is not None:
        draw_figures(figures, board.parts)
    draw_audit_figure(bundle)
    draw_guarantee(address, board.scored, decisions_of(bundle))


def _compared(bundle: Bundle, deciding: Deciding, request: GroupRequest) -> ComparedPairs | None:
    """The scored pairs; else scoring is begun, once by itself, and its progress drawn."""
    compared, job = pairs_at_hand(bundle, request, deciding), running(request)
    if compared is None and job is None and st.session_state.get(_BEGUN) != request.key:
        st.session_state[_BEGUN] = request.key
        begin(bundle, request)
        compared, job = pairs_at_hand(bundle, request, deciding), running(request)
    if compared is not None:
        return compared
    if job is not None and not job.finished:
        draw_job(job, "Scoring all pairs", partial(jobs().cancel, request.key, visitor()))
        return None
    if job is not None and job.error:
        st.error(plain(job.error), icon=":material/error:")
    st.markdown("The curves need the score of every pair of listings. Scoring them runs in the background, once.")
    st.button("Score all pairs", type="primary", icon=":material/play_arrow:", on_click=begin, args=(bundle, request))
    return None


def _draw_answer(
    deciding: Deciding,
    *,
    board: SureBoard,
    figures: PartFigures | None,
    counting: Job[GroupCounts],
    say: Callable[[GroupCounts | None, int], str],
) -> None:
    grouped = counting.result if counting.state is State.DONE else None
    start, touched = f"At {percent_text(deciding.least)} sure, ", board.touched(deciding.least)
    if figures is not None and board.parts is not None:
        right, found = figures.see.precision.value, figures.see.recall.value
        sentence = f"{start}{say_measured(right, found, board.parts.names[1])}."
        shares = [
            Share(share=right, colour=RIGHT, counts="right of 100 shown"),
            Share(share=found, colour=FOUND, counts="found of 100 true"),
        ]
        note = f"Measured on {figures.see.n_queries:,} listings of the {board.parts.names[1]}, which chose nothing."
    else:
        right = board.expected_precision(deciding.least)
        wrong = board.bands(deciding.least, deciding.least).expected_wrong
        sentence = f"{start}{say_expected(right, wrong)}."
        shares = [Share(share=right, colour=RIGHT, counts="right of 100 shown, expected")]
        note = "Expected by the percentages of the pair scorer, not measured: there are no labels to measure on."
    n = len(board.surest)
    shares.append(Share(share=touched / n, colour=RIGHT, counts="of 100 listings have a match"))
    draw_answer(sentence, say(grouped, touched), shares, note=note, counting=counting)


def _draw_choices(deciding: Deciding, board: SureBoard) -> None:
    """Draw the buttons that choose a percentage on the part that chooses."""
    if board.curves is None or board.parts is None:
        return
    named = {best_sure(board.curves): ["best F1"]}
    for precision in _WANTED:
        percent = sure_with_precision(board.curves, precision)
        if percent is not None:
            named.setdefault(percent, []).append(f"{100 * precision:.0f} of 100 right")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Chosen on the {board.parts.names[0]}:", width="content")
        for place, (percent, names) in enumerate(sorted(named.items())):
            st.button(
                f"{percent} %: {', '.join(names)}",
                key=f"choose_{place}",
                disabled=percent == deciding.sure,
                on_click=change_address,
                kwargs={"sure": percent},
            )


def _draw_applying(
    bundle: Bundle, deciding: Deciding, *, chosen: ChosenScorer, board: SureBoard, figures: PartFigures | None
) -> None:
    least = deciding.sure / 100

    def use() -> Manifest:
        if figures is None or board.parts is None:
            return use_sureness(bundle, chosen, least)
        return use_sureness(bundle, chosen, least, figures=figures.see, measured_on=f"the {board.parts.names[1]}")

    own = "chosen for this catalogue" if chosen.chosen_here is not None else say_own(chosen.scorer)
    best = None if board.curves is None else best_sure(board.curves)
    if best is not None and best != percent_of(chosen.least_probability):
        own += f"; {best} % is best on the {board.parts.names[0] if board.parts else ''} here, and you may take either"
    draw_applying(
        bundle,
        label=f"Use {deciding.sure} % in this catalogue",
        in_use=f"{percent_text(chosen.least_probability)}, {own}.",
        same=percent_of(chosen.least_probability) == deciding.sure,
        use=use,
        fields=("sure",),
    )


def say_own(scorer: PairScorer) -> str:
    """Say how a pair scorer's own least probability was chosen."""
    several = " mean F1 by photo and title, photo alone and title alone" if len(scorer.models) > 1 else " F1"
    return f"the pair scorer's own (the best{several} on its validation listings, in training)"


def _draw_charts(deciding: Deciding, chosen: ChosenScorer, board: SureBoard) -> None:
    if board.curves is not None and board.parts is not None:
        x = np.round(100 * SURE_STEPS)
        points = [
            OperatingPoint(name=preset.name, at=(percent_of(preset.probability),)) for preset in chosen.scorer.presets
        ]
        st.subheader("Right, found and F1 at every percentage", anchor=False)
        st.plotly_chart(
            curve_chart(board.curves, x, names=board.parts.names, current=deciding.sure, points=points, axis=_AXIS),
            key="curves",
            config={"displayModeBar": False},
            alt=describe_curves(board.curves, x, _AXIS),
        )
        st.caption(
            f"Lines: {board.parts.names[1]}; dotted: {board.parts.names[0]}. The upright is the percentage above; "
            f"diamonds are the presets of the pair scorer. {F1_BESIDE}"
        )
    with st.expander(
        "How the percentages are spread", icon=":material/bar_chart:", expanded=board.curves is None, key="spread"
    ):
        st.plotly_chart(
            probability_chart(board.pairs.rising, deciding.least, counted="Pairs"),
            key="spread_chart",
            config={"displayModeBar": False},
            alt=describe_spread(board.pairs.rising, deciding.least),
        )


def _shown(bundle: Bundle, board: SureBoard, place: int) -> ShownPair:
    first, second = int(board.pairs.first[place]), int(board.pairs.second[place])
    return ShownPair(
        rows=(first, second),
        says=percent_text(float(board.pairs.probability[place])),
        same=same_by_labels(bundle, first, second),
    )
