"""Long work in the background of the server: it survives a change of page, shows progress, and can be cancelled."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import Any, Generic, TypeVar

from product_matching.errors import InputError, is_out_of_memory
from product_matching.progress import Cancelled, Progress

log = logging.getLogger(__name__)
#: In what Python says where work is begun while the server stops.
_SHUTDOWN = "interpreter shutdown"
T = TypeVar("T")
#: So long a page waits for work that may be done in no time, before it shows how far it is.
PATIENCE_SECONDS = 0.3
#: What is said of an error that is no fault of the user's.
NO_MEMORY = "The memory of the server does not suffice for this: try again when it does less."
UNEXPECTED = "This ended with an unexpected error, which is in the log of the server."


class State(Enum):
    """State of a job."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    CANCELLED = auto()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Progress of a job: `done` of `total` steps of `description`."""

    description: str = ""
    done: int = 0
    total: int = 0

    @property
    def fraction(self) -> float:
        """Share of the steps that are done, from 0 to 1; 0 where their number is not known."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


class Job(Generic[T]):
    """One piece of work, shared by all visitors that start its key. It is the `Progress` that the work is given.

    Attributes
    ----------
    key
        Names the work and its input: the same key has the same result.
    state
        Where it stands.
    stage
        How far the running work is.
    error
        One sentence where it has failed, else empty.
    """

    def __init__(self, key: str, work: Callable[[Progress], T]) -> None:
        self.key = key
        self.state = State.WAITING
        self.stage = Stage()
        self.error = ""
        self._work = work
        self._result: T | None = None
        self._finished = threading.Event()
        self._cancelled = threading.Event()
        self._started: float | None = None
        self._seconds = 0.0

    @property
    def finished(self) -> bool:
        """Whether it is done, has failed or was cancelled."""
        return self._finished.is_set()

    @property
    def result(self) -> T:
        """The result of the work.

        Raises
        ------
        LookupError
            The job is not done.
        """
        if self.state is not State.DONE:
            raise LookupError(f"The job {self.key!r} has no result: it is {self.state.name.lower()}.")
        return self._result  # type: ignore[return-value]

    @property
    def seconds(self) -> float:
        """Seconds that it has been running, or that it took."""
        return self._seconds if self.finished or self._started is None else monotonic() - self._started

    def wait(self, seconds: float) -> bool:
        """Wait until it is finished, at most so long; returns whether it is."""
        return self._finished.wait(seconds)

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._cancelled.is_set()

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Begin a stage of the work."""
        self.stage = Stage(description=description, done=0, total=total)

    def advance(self, n: int = 1) -> None:
        """Count further steps."""
        stage = self.stage
        self.stage = Stage(description=stage.description, done=stage.done + n, total=stage.total)

    def cancel(self) -> None:
        """Make the work stop at its next step."""
        self._cancelled.set()

    def run(self) -> None:
        """Do the work; for `JobRunner`, in its own thread."""
        self._started = monotonic()
        self.state = State.RUNNING
        state = State.FAILED
        try:
            self._result = self._work(self)
            state = State.DONE
        except Cancelled:
            state = State.CANCELLED
        except InputError as error:
            self.error = str(error)
        except Exception as error:
            self.error = NO_MEMORY if is_out_of_memory(error) else UNEXPECTED
            if _SHUTDOWN in str(error):  # threads can no longer be started: no fault of the work
                log.warning("The job %s ended with the server", self.key)
            else:
                log.exception("The job %s failed", self.key)
        finally:
            self.finish(state)

    def finish(self, state: State) -> None:
        """Note how it ended."""
        self._seconds = 0.0 if self._started is None else monotonic() - self._started
        self._work = _nothing  # its input is not kept for as long as its result
        self.state = state
        self._finished.set()


class JobRunner:
    """Runs jobs, a few at a time, each key once; safe for threads.

    Parameters
    ----------
    max_running
        Jobs that run at once; further ones wait in their order.
    max_kept
        Finished jobs that are kept; beyond, the least recently used are dropped.
    """

    def __init__(self, max_running: int = 1, max_kept: int = 4) -> None:
        self._max_running = max_running
        self._max_kept = max_kept
        self._jobs: OrderedDict[str, Job[Any]] = OrderedDict()
        self._wanted: dict[str, set[str]] = {}
        self._waiting: deque[Job[Any]] = deque()
        self._running = 0
        self._lock = threading.Lock()

    def start(self, key: str, work: Callable[[Progress], T], visitor: str) -> Job[T]:
        """Begin a job, or join the one of this key that waits, runs or is done; one that ended otherwise begins anew.

        Parameters
        ----------
        key
            Names the work and its input.
        work
            Does it; reports to the progress that it is given, which raises `Cancelled` once it is cancelled.
        visitor
            Visitor that starts it: a job is cancelled once all of its visitors have dropped it.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.cancelled or job.state in (State.FAILED, State.CANCELLED):
                job = Job(key, work)
                self._jobs[key] = job
                self._wanted[key] = set()
                self._waiting.append(job)
            self._wanted[key].add(visitor)
            self._jobs.move_to_end(key)
            self._drop_oldest()
            self._run_next()
        return job

    def find(self, key: str, visitor: str) -> Job[Any] | None:
        """Return the job of a key if it is done, or if this visitor has started it; else None."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or (job.state is not State.DONE and visitor not in self._wanted[key]):
                return None
            self._jobs.move_to_end(key)
            return job

    def cancel(self, key: str, visitor: str) -> None:
        """Drop a job for a visitor; it is cancelled unless another visitor has started it."""
        with self._lock:
            job, wanted = self._jobs.get(key), self._wanted.get(key, set())
            wanted.discard(visitor)
            if job is None or job.finished or wanted:
                return
            job.cancel()
            if job in self._waiting:
                self._waiting.remove(job)
                job.finish(State.CANCELLED)

    def wait_for_all(self, seconds: float) -> bool:
        """Wait until every job is finished, each at most so long; returns whether they are."""
        with self._lock:
            jobs = list(self._jobs.values())
        return all(job.wait(seconds) for job in jobs)

    def _drop_oldest(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(len(finished) - self._max_kept, 0)]:
            del self._jobs[key], self._wanted[key]

    def _run_next(self) -> None:
        while self._waiting and self._running < self._max_running:
            job = self._waiting.popleft()
            self._running += 1
            threading.Thread(target=self._run, args=(job,), name=f"job {job.key:.40}", daemon=True).start()

    def _run(self, job: Job[Any]) -> None:
        job.run()
        with self._lock:
            self._running -= 1
            self._drop_oldest()
            self._run_next()


def _nothing(progress: Progress) -> Any:
    """Placeholder of work that has ended."""
