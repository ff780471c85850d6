"""A product of short rows in bfloat16, on processors that have matrix units for it, where torch is there already."""

from __future__ import annotations

import sys
from threading import local

import numpy as np
from threadpoolctl import ThreadpoolController

from product_matching.search.joins.bounds import PairFilter
from product_matching.search.neighbours import RowArray

#: A product of two rows of norm 1 whose entries and result are rounded to 8 bits errs by at most three times 2^-9: by
#: Cauchy and Schwarz 2^-9 for each row, and 2^-9 for the result.
_SLACK = 2.0**-7
#: How many times longer a dimension takes in single precision.
FASTER = 6
#: Rows of the most that are multiplied at once.
_BLOCK_ROWS = 512


class HalfRows:
    """The rows of a filter in bfloat16; for pairs that may be within the distance, with more to spare than the filter.

    Parameters
    ----------
    chosen
        A filter with a positive `lowest`.

    Notes
    -----
    torch takes one thread in each thread that calls, for the product only: the blocks are side by side already.
    """

    columns = 1024

    def __init__(self, chosen: PairFilter) -> None:
        import torch

        self._rows = torch.from_numpy(chosen.rows).bfloat16()
        # Without the lower half of its bits a positive number is that of bfloat16 just below it.
        self._lowest = np.int16(np.float32(chosen.lowest - _SLACK).view(np.int32) >> 16)
        self._memory = local()

    def places(self, rows: slice, columns: slice) -> tuple[RowArray, RowArray]:
        """Pairs to measure, by places within both slices."""
        import torch

        if not hasattr(self._memory, "products"):
            self._memory.products = torch.empty(_BLOCK_ROWS * self.columns, dtype=torch.bfloat16)
            torch.get_num_threads()  # what torch sets for a new thread is set by now
            self._memory.openmp = ThreadpoolController().select(user_api="openmp")
        left, right = self._rows[rows], self._rows[columns]
        products = self._memory.products[: len(left) * len(right)].view(len(left), len(right))
        with self._memory.openmp.limit(limits=1):
            torch.matmul(left, right.T, out=products)
        # Positive numbers stand in the order of their bits, and those of negative ones are negative.
        places = np.flatnonzero(products.view(torch.int16).numpy().ravel() >= self._lowest)
        return np.divmod(places, len(right))


def has_half_units() -> bool:
    """Whether torch is imported and the processor multiplies matrices of bfloat16.

    torch is not imported for it: that takes longer than the join of most catalogues.
    """
    torch = sys.modules.get("torch")
    supported = getattr(getattr(torch, "cpu", None), "_is_amx_tile_supported", None)
    return supported is not None and bool(supported())


def half_rows(chosen: PairFilter) -> HalfRows | None:
    """The rows of a filter in bfloat16; None where that is not faster or the distance is too large for it."""
    return HalfRows(chosen) if has_half_units() and chosen.lowest > _SLACK else None
