"""The results as they come: a JSON file that a second run goes on with."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growth.tasks import OURS, TASKS
from product_matching.files import write_text

Result = dict[str, Any]


class Results:
    """Results by task, library and size.

    Parameters
    ----------
    path
        The file; what it holds is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.content: Result = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.content.setdefault("results", {})

    def get(self, task: str, library: str, n: int) -> Result | None:
        """One result; None if it was not measured."""
        found: Result | None = self.content["results"].get(task, {}).get(library, {}).get(str(n))
        return found

    def put(self, task: str, library: str, n: int, result: Result) -> None:
        """Keep one, and write the file."""
        self.content["results"].setdefault(task, {}).setdefault(library, {})[str(n)] = result
        self.note("machine", machine())

    def note(self, name: str, value: Any) -> None:
        """Keep something else, and write the file."""
        self.content[name] = value
        write_text(self._path, json.dumps(self.content, indent=1) + "\n", parents=True)

    def figures(self, task: str, library: str, sizes: Sequence[int]) -> list[tuple[int, float]]:
        """The sizes that were measured, and the figure of each."""
        name = TASKS[task].figure
        found = ((n, self.get(task, library, n)) for n in sizes)
        return [(n, result[name]) for n, result in found if result is not None and name in result]

    def slope(self, task: str, library: str, sizes: Sequence[int]) -> float | None:
        """The exponent with which the time grows: that of the line through the logarithms; None with one size."""
        points = self.figures(task, library, sizes)
        if len(points) < 2:
            return None
        logarithms = np.log(np.array(points))
        return round(float(np.polyfit(logarithms[:, 0], logarithms[:, 1], 1)[0]), 2)

    def not_tried(self, task: str, library: str, n: int, *, sizes: Sequence[int], seconds: float) -> str:
        """Why a library is not tried at a size: it did not end at a smaller one, or would take too long; else empty."""
        smaller = [size for size in sizes if size < n]
        for size in smaller:
            before = self.get(task, library, size)
            if before is not None and "stopped" in before:
                return f"not tried: at {size:,} {before['stopped']}"
        points = self.figures(task, library, smaller)
        if not points or TASKS[task].figure != "seconds":
            return ""
        exponent = self.slope(task, library, smaller[-2:]) or TASKS[task].exponent
        last, took = points[-1]
        expected = took * math.pow(n / last, exponent)
        return f"not tried: some {_round(expected):,} s, by the growth up to {last:,}" if expected > seconds else ""

    def compare_pairs(self, task: str, library: str, n: int, folder: Path) -> Result:
        """How the pairs that a library found differ from ours."""
        own, other = (folder / f"{task}.{name}.npy" for name in (OURS, library))
        if not own.is_file() or not other.is_file():
            return {}
        ours, theirs = np.load(own), np.load(other)
        return {
            "missing": len(np.setdiff1d(ours, theirs, assume_unique=True)),
            "extra": len(np.setdiff1d(theirs, ours, assume_unique=True)),
        }


def _round(number: float) -> int:
    digits = max(0, int(math.log10(number)) - 1)
    return int(round(number, -digits))


def machine() -> Result:
    """The machine, in words."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": cpu[0].split(":")[1].strip() if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "python": platform.python_version(),
    }
