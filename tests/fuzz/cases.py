"""One case of a door: it works, or is refused in one sentence; everything else is a defect. Time and memory count."""

from __future__ import annotations

import resource
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from random import Random

from product_matching.errors import InputError
from tests.fuzz.doors import Door, empty
from tests.fuzz.samples import Samples

WORKED, REFUSED, DEFECT = "worked", "refused", "defect"
#: The most that one case may take; the machine may be busy.
MOST_SECONDS, MOST_BYTES = 20.0, 400 * 2**20
_MOST_CHARACTERS = 2_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one case came to.

    Attributes
    ----------
    door, index
        Name the case, with the seed.
    kind
        `WORKED`, `REFUSED` or `DEFECT`.
    said
        The sentence, or what went wrong.
    seconds
        How long it took.
    """

    door: str
    index: int
    kind: str
    said: str = ""
    seconds: float = 0.0


def run_case(door: Door, samples: Samples, scratch: Path, *, seed: int, index: int) -> Outcome:
    """Try one case; the same seed and index give the same one."""
    rng, folder = Random(f"{seed} {door.name} {index}"), empty(scratch)
    before, started = _peak(), time.perf_counter()
    kind, said = WORKED, ""
    try:
        door.case(samples, rng, folder)
    except InputError as error:
        kind, said = (REFUSED, str(error)) if _is_sentence(str(error)) else (DEFECT, f"no sentence: {error}")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        kind, said = DEFECT, "".join(traceback.format_exception(error, limit=-6))
    seconds = time.perf_counter() - started
    if seconds > MOST_SECONDS:
        kind, said = DEFECT, f"it took {seconds:.1f} seconds ({said})"
    if _peak() - before > MOST_BYTES:
        kind, said = DEFECT, f"it took {(_peak() - before) >> 20} MB ({said})"
    return Outcome(door=door.name, index=index, kind=kind, said=said, seconds=seconds)


def _is_sentence(text: str) -> bool:
    """Whether it is one line, or a heading with a list of problems, and not endless."""
    first, *others = text.split("\n")
    listed = first.endswith(":") and all(line.startswith(("- ", "  ")) for line in others) if others else True
    return bool(first.strip()) and listed and len(text) <= _MOST_CHARACTERS


def _peak() -> int:
    """The most memory that the process has had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
