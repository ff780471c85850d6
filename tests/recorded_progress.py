"""A progress for tests: remembers what it was told, and cancels or fails where it is asked to."""


class RecordedProgress:
    """Keeps the steps of each stage.

    Parameters
    ----------
    cancel_in, cancel_after
        The stage that is cancelled, and after how many of its steps.

    Attributes
    ----------
    stages
        Done and total steps by description.
    """

    def __init__(self, cancel_in: str = "", cancel_after: int = 0) -> None:
        self.stages: dict[str, list[int]] = {}
        self._cancel_in, self._cancel_after = cancel_in, cancel_after
        self._stage = ""

    @property
    def cancelled(self) -> bool:
        """Whether the stage to cancel has come so far."""
        came = self.stages.get(self._stage, [0, 0])[0]
        return bool(self._cancel_in) and self._stage == self._cancel_in and came >= self._cancel_after

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Begin to count."""
        self._stage = description
        self.stages[description] = [0, total]

    def advance(self, n: int = 1) -> None:
        """Count."""
        self.stages[self._stage][0] += n
