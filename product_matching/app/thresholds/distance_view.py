"""The page where distances of photos and titles decide."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.navigation import change_address
from product_matching.app.resources import decisions_of, jobs
from product_matching.app.shared.controls import draw_distance
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.settings import chosen_thresholds, default_distance
from product_matching.app.shared.unusable import draw_unusable
from product_matching.app.shared.wording import count_text, distance_text, plain, tuned_on
from product_matching.app.thresholds.answer import Share, draw_answer
from product_matching.app.thresholds.applying import draw_applying
from product_matching.app.thresholds.board import DistanceBoard, measure_distances, measured_distances, scored_distances
from product_matching.app.thresholds.counting import GroupCounts, counted_now
from product_matching.app.thresholds.distance_charts import ShownDistances, best_distances, draw_charts
from product_matching.app.thresholds.figures_view import draw_audit_figure, draw_figures
from product_matching.app.thresholds.pair_pictures import ShownPair, draw_pairs, same_by_labels
from product_matching.app.thresholds.settings_table import draw_table
from product_matching.app.thresholds.wording import FOUND, RIGHT, say_counts, say_measured
from product_matching.app.writing import use_distances
from product_matching.matching.candidates import Candidates
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import Manifest
from product_matching.workflows.find import Finder

_BEGUN = "thresholds_distances_begun"
_EDGE_PAIRS = 6
#: Settings of the table, as shares of the thresholds that are shown.
_SHARES = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)


def draw_distance_side(finder: Finder, address: Address, deciding: Deciding) -> None:
    """Draw the page by distances; first how far measuring is."""
    bundle = finder.bundle
    board = _measured(bundle)
    if board is None:
        _draw_sliders(bundle.manifest, chosen_thresholds(address, bundle.manifest))
        return
    thresholds = _within_reach(address, bundle, board)
    draw_unusable(
        _say_cut("photo", address.photo_threshold, board.found.photo),
        _say_cut("title", address.title_threshold, board.found.title),
    )
    figures = measured_distances(bundle, thresholds.photo, thresholds.title, board)
    shown = ShownDistances(bundle=bundle, board=board, thresholds=thresholds, figures=figures)
    decisions = decisions_of(bundle)
    counting = counted_now(
        f"counts by distance {bundle.content} {thresholds} {decisions.version}",
        partial(board.found.groups, thresholds, decisions.pairs),
    )
    _draw_answer(shown, counting)
    _draw_sliders(bundle.manifest, thresholds)
    _draw_choice(shown)
    _draw_applying(shown, deciding)
    draw_charts(shown)
    _draw_edge(shown)
    _draw_table(shown)
    if figures is not None and board.parts is not None:
        draw_figures(figures, board.parts)
    draw_audit_figure(bundle)


def _measured(bundle: Bundle) -> DistanceBoard | None:
    """The measured pairs; else measuring is begun, once by itself, and its progress drawn."""
    key = f"distances {bundle.content}"

    def begin() -> None:
        jobs().start(key, partial(measure_distances, bundle), visitor()).wait(PATIENCE_SECONDS)

    job: Job[DistanceBoard] | None = jobs().find(key, visitor())
    if job is None and st.session_state.get(_BEGUN) != key:
        st.session_state[_BEGUN] = key
        begin()
        job = jobs().find(key, visitor())
    if job is not None and job.state is State.DONE:
        return job.result
    if job is not None and not job.finished:
        draw_job(job, "Measuring distances", partial(jobs().cancel, key, visitor()))
        return None
    if job is not None and job.error:
        st.error(plain(job.error), icon=":material/error:")
    st.markdown("The curves need the distance of every near pair of listings: measured in the background, once.")
    st.button("Measure distances", type="primary", icon=":material/play_arrow:", on_click=begin)
    return None


def _within_reach(address: Address, bundle: Bundle, board: DistanceBoard) -> Thresholds:
    """The thresholds of the address, the catalogue's own where it names none, cut at the largest that are measured."""
    manifest, found = bundle.manifest, board.found
    photo, title = (
        None if largest is None else min(default_distance(own) if asked is None else asked, largest)
        for asked, own, largest in (
            (address.photo_threshold, manifest.photo_threshold, found.photo),
            (address.title_threshold, manifest.title_threshold, found.title),
        )
    )
    return Thresholds(photo, title)


def _say_cut(side: str, asked: float | None, largest: float | None) -> str:
    """Say that a distance of the address is larger than any that is measured; "" where it is not."""
    if asked is None or largest is None or asked <= largest:
        return ""
    return f"The {side} distance {asked:.3f} of the address is cut to {largest:.3f}, the largest that is measured."


def _draw_answer(shown: ShownDistances, counting: Job[GroupCounts]) -> None:
    board, figures = shown.board, shown.figures
    near = board.within(shown.thresholds)
    grouped = counting.result if counting.state is State.DONE else None
    touched, n = board.touched(near), len(shown.bundle)
    shares = [Share(share=touched / n, colour=RIGHT, counts="of 100 listings have a match")]
    sentence = f"Within {shown.said}, {count_text(int(near.sum()), 'pair')} match."
    note = "The catalogue has no labels: how many pairs are right is not known. An audit in Review measures it."
    if figures is not None and board.parts is not None:
        right, found = figures.see.precision.value, figures.see.recall.value
        sentence = f"Within {shown.said}, {say_measured(right, found, board.parts.names[1])}."
        shares = [
            Share(share=right, colour=RIGHT, counts="right of 100 shown"),
            Share(share=found, colour=FOUND, counts="found of 100 true"),
            *shares,
        ]
        note = f"Measured on {figures.see.n_queries:,} listings of the {board.parts.names[1]}, which chose nothing."
    left = board.to_review(shown.thresholds, decisions_of(shown.bundle).pairs, n)
    counts = say_counts(grouped, touched, left, "at 80 % of a threshold or more")
    draw_answer(sentence, counts, shares, note=note, counting=counting)


def _draw_sliders(manifest: Manifest, thresholds: Thresholds) -> None:
    sides = (
        ("photo", thresholds.photo, manifest.photo_threshold),
        ("title", thresholds.title, manifest.title_threshold),
    )
    there = [side for side in sides if side[1] is not None]
    for (side, value, own), column in zip(there, st.columns(len(there)), strict=True):
        with column:
            draw_distance(f"{side}_threshold", f"Largest {side} distance", value or 0.0, default=default_distance(own))
            if own is not None:
                st.caption(plain(tuned_on(own, f"{side}s")))


def _draw_choice(shown: ShownDistances) -> None:
    """Draw the button for the best F1 on the part that chooses."""
    board = shown.board
    if board.parts is None:
        return
    best = best_distances(board)
    said = " and ".join(f"{side} {value:.3f}" for side, value in best.items())
    is_shown = all(getattr(shown.thresholds, side) == value for side, value in best.items())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Chosen on the {board.parts.names[0]}:", width="content")
        st.button(
            f"Best F1: {said}",
            key="choose_0",
            disabled=is_shown,
            on_click=change_address,
            kwargs={f"{side}_threshold": value for side, value in best.items()},
        )


def _draw_applying(shown: ShownDistances, deciding: Deciding) -> None:
    bundle, parts, figures = shown.bundle, shown.board.parts, shown.figures
    manifest = bundle.manifest

    def use() -> Manifest:
        if figures is None or parts is None:
            return use_distances(bundle, shown.thresholds)
        return use_distances(bundle, shown.thresholds, figures=figures.see, measured_on=f"the {parts.names[1]}")

    sides = (("photo", manifest.photo_threshold), ("title", manifest.title_threshold))
    own = [f"{side} {threshold.distance:.3f}" for side, threshold in sides if threshold is not None]
    by = "" if deciding.chosen is None else " where distances decide; sureness decides by default"
    draw_applying(
        bundle,
        label="Use these in this catalogue",
        in_use=f"{' and '.join(own) or 'none'}{by}.",
        same=all(
            threshold is None or getattr(shown.thresholds, side) == threshold.distance for side, threshold in sides
        ),
        use=use,
        fields=("photo_threshold", "title_threshold"),
    )


def _draw_edge(shown: ShownDistances) -> None:
    """Draw the pairs whose nearer side is next to its threshold."""
    pairs, thresholds = shown.board.found.pairs, shown.thresholds
    shares = Candidates(rows=pairs.second, photo=pairs.photo, title=pairs.title).relative(thresholds)
    order = np.lexsort((pairs.second, pairs.first, np.nan_to_num(shares, nan=np.inf)))
    start = int(np.searchsorted(shares[order], 1.0, side="right"))
    accepted, rejected = order[max(start - _EDGE_PAIRS, 0) : start][::-1], order[start : start + _EDGE_PAIRS]
    draw_pairs(
        shown.bundle,
        [_shown_pair(shown, int(place)) for place in accepted],
        [_shown_pair(shown, int(place)) for place in rejected],
    )


def _shown_pair(shown: ShownDistances, place: int) -> ShownPair:
    pairs = shown.board.found.pairs
    first, second = int(pairs.first[place]), int(pairs.second[place])
    sides = (("photo", pairs.photo[place]), ("title", pairs.title[place]))
    says = ", ".join(f"{side} {distance_text(float(value))}" for side, value in sides if not np.isnan(value))
    return ShownPair(rows=(first, second), says=says, same=same_by_labels(shown.bundle, first, second))


def _draw_table(shown: ShownDistances) -> None:
    """Draw the table of settings, each a share of the thresholds that are shown, as far as pairs are measured."""
    st.subheader("Settings compared", anchor=False)
    rows = [row for share in _SHARES if (row := _row(shown, share)) is not None]
    draw_table(rows)
    parts = shown.board.parts
    measured = "" if parts is None else f" Right, found and F1 are measured on the {parts.names[1]}."
    st.caption(f"To review: undecided matches at 80 % of their threshold or more, as Review asks them.{measured}")


def _row(shown: ShownDistances, share: float) -> dict[str, Any] | None:
    board, both = shown.board, shown.thresholds
    photo, title = (None if side is None else round(share * side, 3) for side in (both.photo, both.title))
    for side, largest in ((photo, board.found.photo), (title, board.found.title)):
        if side is not None and largest is not None and side > largest:
            return None
    thresholds = Thresholds(photo, title)
    near = board.within(thresholds)
    row: dict[str, Any] = {"Times": f"{share:g}{' ◂' if share == 1 else ''}"}
    row |= {f"{side[:1].upper()}{side[1:]}": getattr(thresholds, side) for side in board.sides}
    left = board.to_review(thresholds, decisions_of(shown.bundle).pairs, len(shown.bundle))
    row |= {"Pairs": int(near.sum()), "To review": left, "Listings": board.touched(near)}
    scores = scored_distances(shown.bundle, photo, title, board)
    if scores is not None:
        right = float(scores.see.precision[0])
        row |= {
            "Right of 100": None if np.isnan(right) else round(100 * right, 1),
            "Found of 100": round(100 * float(scores.see.recall[0]), 1),
            "F1": round(float(scores.see.f1[0]), 3),
        }
    return row
