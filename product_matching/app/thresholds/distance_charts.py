"""The charts of the page where distances decide: F1 over both, and each distance alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from product_matching.app.navigation import change_address
from product_matching.app.parameters import MAX_DISTANCE
from product_matching.app.shared.charts import distance_chart
from product_matching.app.shared.wording import distance_text
from product_matching.app.thresholds.board import DistanceBoard
from product_matching.app.thresholds.charts import OperatingPoint, curve_chart, describe_curves, surface_chart
from product_matching.app.thresholds.wording import F1_BESIDE
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.threshold_curves import CURVE_STEPS, SURFACE_STEPS, PartFigures

_SURFACE = "surface"


@dataclass(frozen=True, eq=False, kw_only=True)
class ShownDistances:
    """What is shown: the catalogue, its pairs, the thresholds, and what they come to where there are labels."""

    bundle: Bundle
    board: DistanceBoard
    thresholds: Thresholds
    figures: PartFigures | None

    @property
    def said(self) -> str:
        """The thresholds in words."""
        sides = (("photo", self.thresholds.photo), ("title", self.thresholds.title))
        return " or ".join(f"{side} distance {distance_text(value)}" for side, value in sides if value is not None)


def best_distances(board: DistanceBoard) -> dict[str, float]:
    """The thresholds with the best mean F1 on the part that chooses, of those on the charts."""
    if board.surface is not None:
        photo, title = board.found.steps("photo", SURFACE_STEPS), board.found.steps("title", SURFACE_STEPS)
        a, b = np.unravel_index(board.surface.choose.best(), board.surface.choose.f1.shape)
        return {"photo": float(photo[a]), "title": float(title[b])}
    return {
        side: float(board.found.steps(side, CURVE_STEPS + 1)[curves.choose.best()])
        for side, curves in board.curves.items()
    }


def draw_charts(shown: ShownDistances) -> None:
    """Draw the surface where the catalogue has both sides and labels, and the curves or histograms of each side."""
    board, thresholds = shown.board, shown.thresholds
    if board.surface is not None and board.parts is not None and None not in (thresholds.photo, thresholds.title):
        st.subheader("F1 of both distances together", anchor=False)
        _draw_surface(shown)
    st.subheader("Each distance alone", anchor=False)
    for side, column in zip(board.sides, st.columns(len(board.sides)), strict=True):
        current = getattr(thresholds, side)
        axis = f"Largest {side} distance"
        with column:
            if board.parts is None:
                distances = getattr(board.found.pairs, side)
                st.plotly_chart(
                    distance_chart(distances[~np.isnan(distances)], current, side, counted="Near pairs"),
                    key=f"{side}_spread",
                    config={"displayModeBar": False},
                    alt=f"Histogram of {side} distances of near pairs, logarithmic: "
                    f"{int((distances <= current).sum()):,} up to {current:.3f}",
                )
                continue
            curves, x = board.curves[side], board.found.steps(side, CURVE_STEPS + 1)
            best = float(x[curves.choose.best()])
            st.plotly_chart(
                curve_chart(
                    curves,
                    x,
                    names=board.parts.names,
                    current=current,
                    points=[OperatingPoint(name="best", at=(best,))],
                    axis=axis,
                ),
                key=f"{side}_curves",
                config={"displayModeBar": False},
                alt=describe_curves(curves, x, axis),
            )
    if board.parts is not None:
        st.caption(
            f"Lines: {board.parts.names[1]}; dotted: {board.parts.names[0]}. Diamond: best F1 on the "
            f"{board.parts.names[0]}, by this side alone. {F1_BESIDE}"
        )


def _draw_surface(shown: ShownDistances) -> None:
    board, manifest = shown.board, shown.bundle.manifest
    if board.surface is None or board.parts is None:
        return
    photo, title = board.found.steps("photo", SURFACE_STEPS), board.found.steps("title", SURFACE_STEPS)
    best, current = best_distances(board), shown.thresholds
    points = [
        OperatingPoint(name="", at=(current.title or 0.0, current.photo or 0.0)),
        OperatingPoint(name="best", at=(best["title"], best["photo"])),
    ]
    if manifest.photo_threshold is not None and manifest.title_threshold is not None:
        own = (manifest.title_threshold.distance, manifest.photo_threshold.distance)
        points.append(OperatingPoint(name="in use", at=own))
    scores = board.surface.choose
    st.plotly_chart(
        surface_chart(scores, photo, title, points),
        key=_SURFACE,
        config={"displayModeBar": False},
        on_select=_choose_on_surface,
        selection_mode="points",
        alt=f"F1 by photo and title distance, from {scores.f1.min():.2f} to {scores.f1.max():.2f}; best at photo "
        f"{best['photo']:.3f} and title {best['title']:.3f}",
    )
    st.caption(
        f"Brighter is better, on the {board.parts.names[0]}. The white dot is the setting above: tap another place to "
        "move it, or use the sliders."
    )


def _choose_on_surface() -> None:
    """Set the thresholds of the place that was chosen on the surface."""
    points = st.session_state[_SURFACE].selection.points
    if points:
        photo, title = (min(round(float(points[0][axis]), 3), MAX_DISTANCE) for axis in ("y", "x"))
        change_address(photo_threshold=photo, title_threshold=title)
