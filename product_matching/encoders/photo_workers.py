"""Photos from outside, decoded in processes of their own: with limits, a few at a time, the others in a queue."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

from product_matching.encoders.photo_frames import FrameError, read_frame, unpack_views, wanted_to_json, write_frame
from product_matching.encoders.photo_views import PhotoViews, Wanted
from product_matching.errors import InputError
from product_matching.listings.photos import PhotoError, check_photo_bytes, shown_photo

log = logging.getLogger(__name__)
#: Characters of a name that a process is told.
_LONGEST_NAME = 1000
_MODULE = "product_matching.encoders.photo_worker"
#: One thread a process, and no reserve of memory for others.
_ENVIRONMENT = {"PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
#: How often a photo that waits is told its place, in seconds.
LOOK_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class PhotoLimits:
    """What one photo may take to decode; its bytes, pixels and scans are limited for everybody, in `listings.photos`.

    Attributes
    ----------
    seconds
        Processor time.
    wait_seconds
        Time that passes, on a machine that is busy.
    memory
        Bytes of address space of the process.
    queue
        Photos that wait; where somebody looks on, a further one is refused.
    """

    seconds: float = 2.0
    wait_seconds: float = 20.0
    memory: int = 3 * 2**29
    queue: int = 40


class _Overtime(Exception):
    """The photo took more time than is allowed."""


class _Ended(Exception):
    """The process ended before it answered."""


class _Worker:
    """One process; a thread at a time."""

    def __init__(self, limits: PhotoLimits) -> None:
        self._limits = limits
        environment = {**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", _MODULE, str(limits.seconds), str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the process that asks
        )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def view(self, data: bytes, wanted: Wanted, name: str) -> PhotoViews:
        """Ask the process for the views of a photo."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise _Ended
        late = threading.Event()
        clock = threading.Timer(self._limits.wait_seconds, self._end, [late])
        clock.daemon = True
        clock.start()
        try:
            write_frame(stdin, {"wanted": wanted_to_json(wanted), "name": name[:_LONGEST_NAME]}, data)  # type: ignore[arg-type]
            head, body = read_frame(stdout)  # type: ignore[arg-type]
        except (EOFError, FrameError, OSError) as error:
            self.close()
            if late.is_set() or self._process.returncode == -getattr(signal, "SIGPROF", 0):
                raise _Overtime from error
            raise _Ended from error
        except BaseException:
            self.close()
            raise
        finally:
            clock.cancel()
        if head.get("last"):
            self.close()
        return self._read(head, body, wanted)

    def _end(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _read(self, head: dict[str, Any], body: bytes, wanted: Wanted) -> PhotoViews:
        if "problem" in head:
            raise PhotoError(" ".join(str(head["problem"])[:1000].split()))
        try:
            return unpack_views(head, body, wanted)
        except (FrameError, ValueError, TypeError, LookupError) as error:
            self.close()
            raise _Ended from error

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # what was not written is of no use any more
                pass
        self._process.wait()


class PhotoWorkers:
    """Processes that decode photos: kept, replaced when they end, one photo each at a time. Safe for threads.

    Parameters
    ----------
    count
        Processes at most; None takes as many as there are cores.
    limits
        What a photo may take.
    """

    def __init__(self, count: int | None = None, limits: PhotoLimits | None = None) -> None:
        self._limits = limits or PhotoLimits()
        self._count = count or os.cpu_count() or 1
        self._free: list[_Worker | None] = [None] * self._count
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    def view(
        self, data: bytes, wanted: Wanted, *, name: str = "photo", told: Callable[[int], None] | None = None
    ) -> PhotoViews:
        """Make the views of a photo, as `product_matching.encoders.photo_views.view_photo` does.

        Parameters
        ----------
        data, wanted, name
            See there.
        told
            Given the number of photos before this one, about twice a second while it waits, and 0 when its turn comes;
            what it raises ends the waiting. With it the photo is refused where too many wait.

        Raises
        ------
        PhotoError
            The photo cannot be decoded, or takes more than is allowed.
        InputError
            Too many photos wait.
        """
        check_photo_bytes(data, name)
        with self._turn(told) as slot:
            for _ in range(2):  # a process may have been ended, or have ended itself, meanwhile
                try:
                    return slot.worker(self._limits).view(data, wanted, name)
                except _Overtime as error:
                    raise PhotoError(
                        f"{shown_photo(name)} takes more than {self._limits.seconds:g} seconds to decode, the most "
                        "that is accepted: save it smaller, or as another kind of file."
                    ) from error
                except _Ended:
                    log.info("A process that decoded a photo ended")
        raise PhotoError(
            f"{shown_photo(name)} ends what decodes it: accepted are whole files that take at most "
            f"{self._limits.memory // 2**20:,} MB of memory."
        )

    def start(self) -> None:
        """Start a process, so that the first photo need not wait for it."""
        with self._turn(None) as slot:
            slot.worker(self._limits)

    def close(self) -> None:
        """End the processes that have nothing to do."""
        with self._changed:
            for number, worker in enumerate(self._free):
                if worker is not None:
                    worker.close()
                    self._free[number] = None

    def pids(self) -> list[int]:
        """Numbers of the processes that have nothing to do."""
        with self._changed:
            return [worker.pid for worker in self._free if worker is not None and worker.alive]

    @contextmanager
    def _turn(self, told: Callable[[int], None] | None) -> Iterator[_Slot]:
        slot = _Slot(self._wait(told))
        try:
            if told is not None:
                told(0)
            yield slot
        finally:
            with self._changed:
                self._free.append(slot.held)
                self._changed.notify_all()

    def _wait(self, told: Callable[[int], None] | None) -> _Worker | None:
        """Wait for a process that is free, in the order of asking; the one that was busy last is the first."""
        ticket = object()
        self._queue(ticket, limited=told is not None)
        looked = monotonic()
        try:
            while True:
                with self._changed:
                    if self._free and self._waiting[0] is ticket:
                        return self._free.pop()
                    self._changed.wait(LOOK_SECONDS)
                    before = self._waiting.index(ticket) + self._count - len(self._free)
                if told is not None and before and monotonic() - looked >= LOOK_SECONDS:
                    told(before)
                    looked = monotonic()
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _queue(self, ticket: object, *, limited: bool) -> None:
        with self._changed:
            if limited and len(self._waiting) >= self._limits.queue:
                raise InputError(
                    f"{len(self._waiting)} photos wait to be decoded, the most that are accepted: try again in a "
                    "minute."
                )
            self._waiting.append(ticket)


class _Slot:
    """The right to one process; the process is started when it is needed."""

    def __init__(self, held: _Worker | None) -> None:
        self.held = held

    def worker(self, limits: PhotoLimits) -> _Worker:
        """The process: the one that is kept, or a new one where there is none any more."""
        if self.held is None or not self.held.alive:
            if self.held is not None:
                self.held.close()
            try:
                self.held = _Worker(limits)
            except OSError as error:
                self.held = None
                raise InputError(f"No process that decodes photos can be started ({error.strerror}).") from error
        return self.held


@cache
def shared_workers() -> PhotoWorkers:
    """The processes that decode photos for this one."""
    workers = PhotoWorkers()
    atexit.register(workers.close)
    return workers


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared_workers.cache_clear)  # two processes must not share a worker
