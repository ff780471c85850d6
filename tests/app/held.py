"""Work that is held until a test releases it."""

import threading

from product_matching.progress import Progress, stop_if_cancelled

#: A test that waits so long has failed.
SECONDS = 60


class Held:
    """Work of two steps that stops between them until it is released.

    Parameters
    ----------
    result
        What it returns.

    Attributes
    ----------
    calls
        How often it has begun.
    begun, released
        Set by the work once it has begun, and by the test to let it go on.
    """

    def __init__(self, result: object = "result") -> None:
        self.result = result
        self.calls = 0
        self.begun, self.released = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> object:
        """Do the work."""
        self.calls += 1
        progress.begin("holding", 2)
        progress.advance()
        self.begun.set()
        assert self.released.wait(SECONDS)
        stop_if_cancelled(progress)
        progress.advance()
        return self.result
