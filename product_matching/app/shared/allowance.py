"""How much one visitor may ask of the server within some minutes."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from product_matching.errors import InputError

_MINUTE = 60


class Allowance:
    """So many of something for each visitor within so many minutes; safe for threads.

    Parameters
    ----------
    what
        Of what, in the plural: "photos".
    most, minutes
        So many, within so many minutes.
    clock
        Gives the time in seconds.
    """

    def __init__(self, what: str, most: int, minutes: int, clock: Callable[[], float] = monotonic) -> None:
        self._what, self._most, self._minutes, self._clock = what, most, minutes, clock
        self._taken: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, visitor: str) -> None:
        """Count one for a visitor.

        Raises
        ------
        InputError
            The visitor has had as many as are allowed; the message says for how long to wait.
        """
        with self._lock:
            now = self._clock()
            self._forget(now - _MINUTE * self._minutes)
            taken = self._taken.setdefault(visitor, deque())
            if len(taken) >= self._most:
                wait = max(1, math.ceil((taken[0] - now) / _MINUTE + self._minutes))
                raise InputError(
                    f"You have given {len(taken)} {self._what} within {self._minutes} minutes, the most that are "
                    f"accepted: wait {wait} {'minute' if wait == 1 else 'minutes'}."
                )
            taken.append(now)

    def _forget(self, before: float) -> None:
        for visitor, taken in list(self._taken.items()):
            while taken and taken[0] <= before:
                taken.popleft()
            if not taken:
                del self._taken[visitor]
