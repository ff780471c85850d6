"""Independent parts of some work on two threads: NumPy, SciPy, LightGBM and RapidFuzz let go of the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

#: Threads of one piece of work, as many as the cores that a small server has.
THREADS = 2
Part = TypeVar("Part")
Result = TypeVar("Result")


def in_threads(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Do some work on each part, `THREADS` parts at a time; the results stand in the order of the parts."""
    parts = list(parts)
    if len(parts) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="parts") as pool:
        return list(pool.map(work, parts))
