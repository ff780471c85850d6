"""The lesson on ArcFace: five digits on a circle, trained with softmax and with a margin."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import MARGINS, SCALES
from product_matching.app.lessons.circle_chart import circle_chart
from product_matching.app.lessons.place import lesson_address
from product_matching.app.navigation import coupled
from product_matching.workflows.lessons.margins import (
    DIGITS,
    SOFTMAX,
    Loss,
    Trained,
    arcface_loss,
    doubtful_point,
    read_trainings,
    softmax_loss,
    trained_key,
)

_NAMES = tuple(map(str, DIGITS))


@st.fragment
def draw_margins() -> None:
    """Draw the lesson."""
    st.markdown(
        "Training gives every product a direction, and its photos should lie close to it. Here handwritten digits take "
        "the place of photos: each dot is one that was **not** trained on, each line a class. **Softmax** is content "
        "when a dot is on the right side of the dotted line; **ArcFace** wants it there by a margin.",
        help="Five digits of a public set of 8 x 8 pixels, a network with one hidden layer and two outputs, and the "
        "loss functions that the photo models here are trained with.",
    )
    address, trainings = lesson_address(), read_trainings()
    margin, scale = address.margin, address.scale
    left, right = st.columns(2, gap="medium")
    softmax, arcface = trainings[SOFTMAX], trainings[trained_key(margin, scale)]
    marked = doubtful_point(trainings.values())
    with left:
        st.markdown("**Softmax**")
        _draw_training(softmax, marked, "Softmax")
    with right:
        st.markdown("**ArcFace**")
        _draw_training(arcface, marked, "ArcFace")
        st.select_slider("Margin in radians", MARGINS, help=_MARGIN_HELP, **coupled("margin", margin))
        st.select_slider("Scale", SCALES, help=_SCALE_HELP, **coupled("scale", scale))
    st.markdown(say_effect(trainings, margin, scale))
    _draw_formulas(softmax_loss(softmax, marked), arcface_loss(arcface, marked, margin, scale), margin, scale)


_MARGIN_HELP = "0.5 radians are 29 degrees. At 0 there is no margin."
_SCALE_HELP = (
    "The larger it is, the sooner a dot on the right side of the line counts as good. The photo models here train with "
    "30: a small scale cannot tell thousands of classes apart."
)


def say_effect(trainings: dict[str, Trained], margin: float, scale: int) -> str:
    """Say what the margin changed at this scale, and how softmax compares."""
    with_margin, without, softmax = (
        trainings[key].spread[0] for key in (trained_key(margin, scale), trained_key(0.0, scale), SOFTMAX)
    )
    beside = f"softmax has {softmax:.1f}°"
    if margin == 0:
        return f"Without a margin, dots are {without:.1f}° off the middle of their class on average; {beside}."
    return (
        f"At scale {scale}, a margin of {margin:g} brings the dots from {without:.1f}° to **{with_margin:.1f}°** off "
        f"the middle of their class; {beside}."
    )


def _draw_training(trained: Trained, marked: int, name: str) -> None:
    within, closest, right = trained.spread
    st.plotly_chart(
        circle_chart(trained, _NAMES, marked),
        key=f"circle_{name}",
        config={"displayModeBar": False},
        alt=f"{name}: {len(trained.labels)} digits on a circle in {len(_NAMES)} bundles, {within:.1f} degrees from the "
        f"middle of their bundle on average; the two closest bundles are {closest:.0f} degrees apart.",
    )
    with st.container(horizontal=True, gap="small"):
        st.metric("Within a class", f"{within:.1f}°", width="content", help=_WITHIN)
        st.metric("Closest two classes", f"{closest:.0f}°", width="content", help=_CLOSEST)
        st.metric("On the right side", f"{right:.1%}", width="content", help=_RIGHT)


_OVER = " Mean of four trainings that began differently; the picture shows one of them."
_WITHIN = "Mean angle between a dot and the middle direction of its class." + _OVER
_CLOSEST = "Angle between the middle directions of the two classes that are closest to each other." + _OVER
_RIGHT = "Share of the dots that the classifier gives to their own class." + _OVER


def _draw_formulas(softmax: Loss, arcface: Loss, margin: float, scale: int) -> None:
    with st.expander("The loss of the marked digit, with its numbers"):
        st.markdown(f"It is a {_NAMES[softmax.own]}. Softmax, with $z$ the scores of the classes:")
        st.latex(softmax_formula(softmax))
        st.markdown("ArcFace, with $\\theta$ the angles to the classes, $m$ the margin and $s$ the scale:")
        st.latex(arcface_formula(arcface, margin, scale))


def softmax_formula(loss: Loss) -> str:
    """Cross entropy with the numbers of one point, in TeX."""
    others = " + ".join(f"e^{{{score:.2f}}}" for score in loss.scores)
    own = f"e^{{{loss.scores[loss.own]:.2f}}}"
    return rf"-\ln\frac{{e^{{z_y}}}}{{\sum_j e^{{z_j}}}} = -\ln\frac{{{own}}}{{{others}}} = {loss.value:.3f}"


def arcface_formula(loss: Loss, margin: float, scale: int) -> str:
    """ArcFace with the numbers of one point, in TeX."""
    own, wider = loss.angles[loss.own], loss.angles[loss.own] + 57.29578 * margin
    terms = " + ".join(f"e^{{{score:.2f}}}" for score in loss.scores)
    return (
        r"\begin{aligned}"
        rf"s\cos(\theta_y + m) &= {scale}\cos({own:.1f}^\circ + {wider - own:.1f}^\circ)"
        rf" = {loss.scores[loss.own]:.2f}\\"
        rf"-\ln\frac{{e^{{s\cos(\theta_y + m)}}}}{{e^{{s\cos(\theta_y + m)}} + \sum_{{j \ne y}} e^{{s\cos\theta_j}}}}"
        rf" &= -\ln\frac{{e^{{{loss.scores[loss.own]:.2f}}}}}{{{terms}}} = {loss.value:.3f}"
        r"\end{aligned}"
    )
