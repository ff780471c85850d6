"""What a setting comes to, in words and as small pictures."""

from __future__ import annotations

import math

from product_matching.app.shared.wording import count_text
from product_matching.app.thresholds.counting import GroupCounts
from product_matching.metrics.setting_scores import Figure

#: Readable on white and on near-black.
RIGHT, FOUND, BALANCE, REST = "#1f9a96", "#d9822b", "#8276d6", "#9aa5ab"
#: Why F1 is not between right and found.
F1_BESIDE = (
    "F1 is the mean over listings, as the competition computes it, while right and found are shares of pairs: it need "
    "not lie between them."
)
#: Dots a side, pixels from one to the next and from the first to the edge, which is rounded when it is shown.
_DOTS, _STEP, _EDGE, _RADIUS = 10, 10, 8, 3.8


def of_hundred(share: float) -> str:
    """A share as a number of a hundred: "97", "over 99", "under 1"; "–" where there is none."""
    if math.isnan(share):
        return "–"
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return "over 99"
    return "under 1" if rounded == 0 and share > 0 else str(rounded)


def say_measured(right: float, found: float, part: str) -> str:
    """Say how many matches are right and how many of the true ones are found, on a part of the catalogue."""
    if math.isnan(right):
        return "no pair is accepted"
    return (
        f"**{of_hundred(right)} of 100** shown pairs are right, **{of_hundred(found)} of 100** true ones are found "
        f"({part})"
    )


def say_expected(right: float, wrong: float) -> str:
    """Say how many matches are expected to be right."""
    if math.isnan(right):
        return "no pair is accepted"
    return (
        f"about **{of_hundred(right)} of 100** shown pairs are expected to be right, "
        f"{count_text(round(wrong), 'wrong one')} in all"
    )


def say_counts(counts: GroupCounts | None, touched: int, review: int, doubt: str) -> str:
    """Say how many groups there are, and how many pairs Review asks about, which are in doubt for being `doubt`.

    The groups are left out as long as they are not counted.
    """
    left = f"{count_text(review, 'pair')} to review ({doubt})"
    if counts is None:
        return f"{count_text(touched, 'listing')} with a match; {left}."
    return (
        f"{count_text(counts.groups, 'group')}, {count_text(counts.listings, 'listing')}, largest "
        f"{counts.largest:,}; {left}."
    )


def figure_text(figure: Figure) -> str:
    """A measured share in percent with its interval."""
    if math.isnan(figure.value):
        return "–"
    return f"{100 * figure.value:.1f} % [{100 * figure.low:.1f}–{100 * figure.high:.1f}]"


def f1_text(figure: Figure) -> str:
    """A mean F1 with its interval."""
    return f"{figure.value:.3f} [{figure.low:.3f}–{figure.high:.3f}]"


def hundred_dots(share: float, colour: str) -> str:
    """A picture of a hundred dots, as many coloured as the share says, the others hollow; SVG."""
    filled = 0 if math.isnan(share) else round(100 * share)
    size = (_DOTS - 1) * _STEP + 2 * _EDGE
    dots = []
    for place in range(_DOTS * _DOTS):
        x, y = _STEP * (place % _DOTS) + _EDGE, _STEP * (place // _DOTS) + _EDGE
        look = f'fill="{colour}"' if place < filled else f'fill="none" stroke="{REST}" stroke-width="1.1"'
        dots.append(f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS}" {look}/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {size} {size}">'
        f"{''.join(dots)}</svg>"
    )
