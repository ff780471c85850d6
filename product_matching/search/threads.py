"""Independent parts of some work on threads: NumPy, SciPy, LightGBM and RapidFuzz let go of the interpreter."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

#: Threads of one piece of work, as many as the cores that a small server has.
THREADS = 2
#: Parts for each thread that may be done before they are asked for.
_AHEAD = 2
Part = TypeVar("Part")
Result = TypeVar("Result")


def in_threads(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Do some work on each part, `THREADS` parts at a time; the results stand in the order of the parts."""
    parts = list(parts)
    if len(parts) <= 1:
        return [work(part) for part in parts]
    return list(each_in_threads(work, parts, THREADS))


def each_in_threads(
    work: Callable[[Part], Result], parts: Iterable[Part], threads: int
) -> Generator[Result, None, None]:
    """Do some work on each part, and yield the results in the order of the parts.

    Only a few parts are done ahead of the one that is asked for; those not begun when the caller stops are left.
    """
    pool, waiting = ThreadPoolExecutor(threads, thread_name_prefix="parts"), deque[Future[Result]]()
    try:
        for part in parts:
            waiting.append(pool.submit(work, part))
            if len(waiting) > _AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class _BlasThreads:
    """How many threads a matrix product takes, for all threads of the process; who wants one may overlap."""

    def __init__(self) -> None:
        self._lock, self._users, self._threads = Lock(), 0, 1
        self._limiter: Any = None

    def acquire(self) -> int:
        with self._lock:
            if self._users == 0:
                blas = ThreadpoolController().select(user_api="blas")
                self._threads = max((library["num_threads"] for library in blas.info()), default=1)
                self._limiter = blas.limit(limits=1)
            self._users += 1
            return self._threads

    def release(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._limiter.restore_original_limits()


_BLAS = _BlasThreads()


@contextmanager
def single_blas() -> Iterator[int]:
    """Let every matrix product take one thread while several blocks are multiplied side by side.

    The threads of a BLAS wait for one another after each product, spinning; blocks on threads of their own do not.

    Yields
    ------
    int
        Threads that a product would take otherwise, which the blocks may take: ``OMP_NUM_THREADS`` holds for them.
    """
    threads = _BLAS.acquire()
    try:
        yield threads
    finally:
        _BLAS.release()
