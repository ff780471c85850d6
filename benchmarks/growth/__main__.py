r"""Query, self-join, build, add and app start at 10^4, 10^5 and 10^6 listings, beside what a user would take instead.

    python -m benchmarks.growth --others OTHER_ENVIRONMENT/bin/python --out docs/growth.json
    python -m benchmarks.growth --sizes 10000                           # small
    python -m benchmarks.growth --tasks photo_join --again              # one task, measured anew

Each (task, library, size) runs in its own process, one at a time, and its result is written at once: a second run
measures only what is missing. A library that took longer than `--limit` seconds or more than `--memory` at a size, or
that would by its growth so far, is not tried at a larger one. The catalogues are made (vectors like embeddings, titles
of the demo edited), so that no photo is embedded; the network is timed alone on 400 photos. Tables and plots are
written into `docs/growth.md`.

imagededup and string_grouper need versions of pandas of their own: `python -m venv build/others`, then
`build/others/bin/pip install -r requirements-benchmarks.txt`; without `--others` they are left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from benchmarks.growth.data import BUNDLE, ROOT, prepare
from benchmarks.growth.report import write_report
from benchmarks.growth.results import Results
from benchmarks.growth.running import Limits, run, watched
from benchmarks.growth.tasks import OURS, SIZES, TASKS

#: Tasks that need the bundle that `build` makes.
_NEED_BUNDLE = {"photo_query", "title_query", "title_join", "add", "app"}


def main() -> None:
    """Measure what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "growth.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "growth.md", help="page for tables and plots")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--libraries", nargs="+", help="only these")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds that a contender may take")
    parser.add_argument("--memory", type=float, default=12_000.0, help="megabytes that a contender may take")
    parser.add_argument("--others", default=sys.executable, help="Python with imagededup and string_grouper")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "growth", help="where the catalogues are made")
    parser.add_argument("--keep", action="store_true", help="keep the catalogues")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured")
    parser.add_argument("--report-only", action="store_true", help="measure nothing, write the page")
    options = parser.parse_args()
    results = Results(options.out)
    if not options.report_only:
        measure(results, options)
    write_report(results, options.page, SIZES)


def measure(results: Results, options: argparse.Namespace) -> None:
    """Measure what is missing, the smallest size first."""
    limits = Limits(options.limit, options.memory, options.others)
    if "network" not in results.content and "build" in options.tasks:
        results.note("network", watched([sys.executable, "-m", "benchmarks.growth.ours"], limits))
    for n in sorted(options.sizes):
        folder = options.folder / str(n)
        for name in options.tasks:
            for library in TASKS[name].libraries:
                if options.libraries is None or library in options.libraries:
                    measure_one(results, (name, library, n), folder, limits, again=options.again)
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def measure_one(results: Results, which: tuple[str, str, int], folder: Path, limits: Limits, *, again: bool) -> None:
    """Measure one contender, unless it was measured before."""
    name, library, n = which
    before = results.get(name, library, n)
    held_to = {"limits": [limits.seconds, limits.memory_mb]}
    if before is not None and not again and ("stopped" not in before or before.get("limits") == held_to["limits"]):
        return
    reason = results.not_tried(name, library, n, sizes=SIZES, seconds=limits.seconds)
    started = time.monotonic()
    if reason:
        result = {"stopped": reason} | held_to
    else:
        prepare(folder, n)
        if name in _NEED_BUNDLE and not (folder / BUNDLE).is_dir():
            built = run("build", OURS, folder, limits)
            if "stopped" in built:
                raise SystemExit(f"The bundle of {n:,} listings cannot be built: {built['stopped']}")
        result = run(name, library, folder, limits)
        if str(result.get("stopped", "")).startswith("more than"):
            result |= held_to
        if TASKS[name].pairs and library != OURS:
            result |= results.compare_pairs(name, library, n, folder)
    results.put(name, library, n, result)
    told = result.get("stopped") or f"{result[TASKS[name].figure]:,g} {TASKS[name].unit}"
    load = os.getloadavg()[0]
    print(f"{name} {library} {n:,}: {told} ({time.monotonic() - started:.0f} s in all, load {load:.1f})", flush=True)


if __name__ == "__main__":
    main()
