"""Settings of the whole process for long encoding; commands call them, the library never on import."""

from __future__ import annotations

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_KEPT_BYTES = 1 << 30


def tune_process() -> None:
    """Let a network and the threads that decode its photos share the cores well; call it before torch is imported.

    Waiting OpenMP threads sleep instead of spinning: spinning, they take the core from the threads that decode, and
    on a busy machine from each other. And glibc reuses large blocks instead of handing them back to the system after
    every layer: handed back, each of their pages is zeroed and mapped again, which costs more than the arithmetic.
    Both are without effect where they do not apply; an `OMP_WAIT_POLICY` set by the user stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
