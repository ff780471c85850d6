"""Keep freed memory in the process during long encoding."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_KEPT_BYTES = 1 << 30


def keep_freed_memory() -> None:
    """Tell glibc to reuse large blocks instead of handing them back to the system after every forward pass.

    A convolution network allocates and frees tens of megabytes per layer; returned to the system, every page of them
    is zeroed and mapped again for the next layer, which costs more than the arithmetic. This holds for the whole
    process, so commands call it, never the library on import. Elsewhere than on Linux with glibc it does nothing.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
