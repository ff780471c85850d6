"""Progress on the terminal: a bar for each stage of the work, on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm


class Bars:
    """The adapter of `product_matching.progress.Progress` for the terminal.

    The command line is interrupted by Ctrl-C, which raises KeyboardInterrupt wherever the work stands.

    Parameters
    ----------
    keep
        Whether the bar of a finished stage stays on the screen.
    """

    cancelled = False

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._bar: tqdm[None] | None = None

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Show a new bar."""
        self.close()
        self._bar = tqdm(
            desc=description,
            total=total,
            bar_format=None if total else "{desc} ...",  # the number of steps is not known
            unit=unit or "step",
            unit_scale=unit == "B",
            leave=self._keep,
            smoothing=0.05,
            mininterval=1.0,
        )

    def advance(self, n: int = 1) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(n)

    def close(self) -> None:
        """Remove the bar, or keep it."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextmanager
def bars(*, keep: bool = False) -> Iterator[Bars]:
    """Show progress within this block."""
    shown = Bars(keep=keep)
    try:
        yield shown
    finally:
        shown.close()
