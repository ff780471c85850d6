"""How print decides beside the photo that it was read on, without a pair scorer."""

from __future__ import annotations

import numpy as np

from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray

#: What a whole cosine of print and title takes off the photo distance, and the cosine that leaves it as it is. Chosen
#: on the validation part of the demo catalogue.
PRINT_SHARE, USUAL_COSINE = 0.5, 0.2


def with_print(photo: FloatArray, print_: FloatArray) -> FloatArray:
    """Photo distances moved by the print, which the photo threshold is compared with: a sum of both cosines.

    Parameters
    ----------
    photo
        Shape (M,): photo distances, NaN where there is none.
    print_
        Shape (M,): print distances (`Candidates.print`), NaN where there is none: the photo distance then stays.

    Examples
    --------
    >>> with_print(np.array([0.4, 0.4, 0.1]), np.array([0.3, 0.9, np.nan]))
    array([0.15, 0.45, 0.1 ])
    """
    moved = photo - PRINT_SHARE * ((1.0 - print_) - USUAL_COSINE)
    return np.where(np.isnan(print_), photo, np.round(np.maximum(moved, 0.0), DISTANCE_DECIMALS))
