"""How far the best threshold moves with the size of a catalogue.

A larger catalogue has more listings that nearly match, so that the best distance falls with the logarithm of its size.
The slopes are those of `benchmarks/size_curve.py`: photos of the demo from 271 to 2,702 listings, titles of the demo
and of the Shopee competition from 271 to 34,250.
"""

from __future__ import annotations

import math
from typing import Literal

Side = Literal["photo", "title"]
#: Cosine distance by which the best threshold falls as the number of listings doubles.
FALL_PER_DOUBLING: dict[Side, float] = {"photo": 0.040, "title": 0.056}
#: Sizes that differ by less than this share have the same threshold.
_SAME_SIZE = 0.1


def shifted_threshold(distance: float, side: Side, *, tuned_for: int, n: int) -> float | None:
    """The threshold to try in a catalogue of another size than the one that it was tuned for.

    Parameters
    ----------
    distance
        Cosine distance.
    side
        Of photos or of titles.
    tuned_for, n
        Listings that it was tuned for, and listings that there are.

    Returns
    -------
    float or None
        From 0 to below 1, three decimals; None where the sizes differ by less than a tenth, or one of them is 0.

    Examples
    --------
    >>> shifted_threshold(0.41, "title", tuned_for=2_702, n=5_404)
    0.354
    >>> shifted_threshold(0.41, "title", tuned_for=2_702, n=2_800) is None
    True
    """
    if not tuned_for or not n or abs(n - tuned_for) < _SAME_SIZE * tuned_for:
        return None
    moved = distance - FALL_PER_DOUBLING[side] * math.log2(n / tuned_for)
    return round(min(max(moved, 0.0), 0.999), 3)
