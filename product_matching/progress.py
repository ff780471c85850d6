"""Progress and cancelling of long work: one protocol for the command line, the app and tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Cancelled(Exception):
    """The work was cancelled. Work that raises it leaves no partial files."""


class Progress(Protocol):
    """Shows how far the work is. One instance serves all stages of one piece of work, one stage after the other."""

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Begin a stage of the work; the stage before it is over.

        Parameters
        ----------
        description
            What is done, such as "comparing photos".
        total
            Number of its steps; 0 where it is not known.
        unit
            What one step is, such as "photo", or "B" for bytes.
        """

    def advance(self, n: int = 1) -> None:
        """Count `n` further steps of the stage as done."""


class NoProgress:
    """Shows nothing and never stops the work."""

    cancelled = False

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Show nothing."""

    def advance(self, n: int = 1) -> None:
        """Show nothing."""


#: The default wherever progress can be shown.
NO_PROGRESS = NoProgress()


def stop_if_cancelled(progress: Progress) -> None:
    """Stop the work if it was cancelled.

    Raises
    ------
    Cancelled
        Somebody did.
    """
    if progress.cancelled:
        raise Cancelled("The work was cancelled.")


def track(
    progress: Progress, items: Iterable[T], description: str, *, total: int | None = None, unit: str = ""
) -> Iterator[T]:
    """Iterate over one stage of the work, a step for each item.

    Parameters
    ----------
    progress
        Shows the stage.
    items
        What is worked on.
    description, total, unit
        See `Progress.begin`; without `total`, `items` must have a length.

    Yields
    ------
    object
        The items. A step is counted once the next item is requested.

    Raises
    ------
    Cancelled
        The work should stop; asked before each item.
    """
    progress.begin(description, len(items) if total is None else total, unit=unit)  # type: ignore[arg-type]
    for item in items:
        stop_if_cancelled(progress)
        yield item
        progress.advance()
