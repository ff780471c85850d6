"""Bars of words: what each weighs in a title, and what each adds to the likeness of two."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from product_matching.app.shared.wording import count_text, shorten
from product_matching.matching.explanation import WordShare
from product_matching.workflows.lessons.words import WeighedWord

_KNOWN, _UNKNOWN = "#1f9a96", "rgba(128, 138, 143, 0.55)"  # readable on white and on near-black
_BAR, _MOST_BARS, _WORD_CHARS = 27, 16, 22


def weight_chart(words: Sequence[WeighedWord], n_titles: int) -> dict[str, Any]:
    """Draw the weights of a title's words, the heaviest on top."""
    shown = words[:_MOST_BARS]
    return _bars(
        [word.word for word in shown],
        [word.weight for word in shown],
        says=[f"in {word.titles:,}" if word.is_known else "unknown" for word in shown],
        hover=[f"in {word.titles:,} of {count_text(n_titles, 'title')}<br>IDF {word.idf:.2f}" for word in shown],
        colours=[_KNOWN if word.is_known else _UNKNOWN for word in shown],
        title="Weight in the title’s vector",
    )


def share_chart(words: Sequence[WordShare]) -> dict[str, Any]:
    """Draw the parts of shared words in the cosine, the largest on top."""
    shown = words[:_MOST_BARS]
    return _bars(
        [word.word for word in shown],
        [word.share for word in shown],
        says=[f"{word.share:.3f}" for word in shown],
        hover=["in both titles"] * len(shown),
        colours=[_KNOWN] * len(shown),
        title="Part of the cosine",
    )


def _bars(
    words: list[str], values: list[float], *, says: list[str], hover: list[str], colours: list[str], title: str
) -> dict[str, Any]:
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(words))),
        "text": says,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colours, "line": {"width": 0}},
        "customdata": [[html.escape(word), about] for word, about in zip(words, hover, strict=True)],
        "hovertemplate": "%{customdata[0]}: %{x:.3f}<br>%{customdata[1]}<extra></extra>",
    }
    layout = {
        "height": _BAR * len(words) + 66,
        "margin": {"l": 8, "r": 8, "t": 4, "b": 40},
        "showlegend": False,
        "dragmode": False,
        "xaxis": {
            "range": [0, 1.3 * max(values)],
            "title": {"text": title},
            "fixedrange": True,
            "nticks": 5,
            "zeroline": False,
        },
        "yaxis": {
            "tickvals": list(range(len(words))),
            "ticktext": [html.escape(shorten(word, _WORD_CHARS)) for word in words],
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "ticksuffix": " ",
        },
    }
    return {"data": [bars], "layout": layout}
