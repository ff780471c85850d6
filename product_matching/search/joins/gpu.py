"""Pairs of dense vectors that may be within a distance, chosen on a GPU where there is one."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from product_matching.errors import is_out_of_memory, said
from product_matching.search.neighbours import RowArray, product_slack

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

#: What a driver puts into the file system: without it torch is not imported, which takes more than a second.
_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"), Path("C:/Windows/System32/nvcuda.dll"))
#: From so many multiplications on, the way to the GPU is the shorter one.
_WORTHWHILE = 1e11
#: Share of the free memory of the GPU that the vectors may take.
_MOST_MEMORY = 0.5
#: Largest error of a product of two unit vectors whose entries are rounded to the 11 bits of TF32, and summed so.
_TF32_SLACK = 2.0**-9


class GpuVectors:
    """Vectors in the memory of a device.

    Parameters
    ----------
    vectors
        Shape (N, D), float32.
    threshold
        Largest distance.
    device
        Of torch.
    """

    columns = 32_768

    def __init__(self, vectors: npt.NDArray[np.float32], threshold: float, device: torch.device) -> None:
        import torch

        self._vectors, self._rows = vectors, torch.from_numpy(vectors).to(device)
        self._lowest = 1.0 - threshold - product_slack(vectors.shape[1]) - _TF32_SLACK

    def places(self, rows: slice, columns: slice) -> tuple[RowArray, RowArray]:
        """Pairs to measure, by places within both slices; on the processor where the memory of the device is short."""
        try:
            places = self._on_device(rows, columns)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            log.info("The GPU has no memory left for a block of a join: it is computed on the processor.")
            places = np.argwhere(self._vectors[rows] @ self._vectors[columns].T >= self._lowest)
        return places[:, 0], places[:, 1]

    def _on_device(self, rows: slice, columns: slice) -> RowArray:
        products = self._rows[rows] @ self._rows[columns].T
        places: RowArray = (products >= self._lowest).nonzero().cpu().numpy()
        return places


def gpu_vectors(vectors: npt.NDArray[np.float32], threshold: float) -> GpuVectors | None:
    """Bring vectors to the GPU; None where there is none, it has too little free memory, or it is not worth it."""
    n, dimensions = vectors.shape
    if n * n * dimensions < _WORTHWHILE or not any(path.exists() for path in _DRIVERS) or find_spec("torch") is None:
        return None
    import torch

    if not torch.cuda.is_available() or vectors.nbytes > _MOST_MEMORY * torch.cuda.mem_get_info()[0]:
        return None
    try:
        return GpuVectors(vectors, threshold, torch.device("cuda"))
    except torch.OutOfMemoryError as error:  # another program was faster
        log.info("The GPU has no memory for the vectors of a join: it is computed on the processor (%s).", said(error))
        return None
