"""Make the demo catalogue with one command: plan it, render its photos, edit them, write its listings.

Stopped at any point it goes on from there when started again; what is there already is not made anew.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from tools.demo_catalogue.photo_files import ready, write_photo
from tools.demo_catalogue.plan import Plan, make_plan, write_listings, write_queries
from tools.demo_catalogue.render_all import render_all

SEED = 20261122
IMAGES = "images"
TIMES = "times.json"


def make_catalogue(out: Path, work: Path, *, seed: int, workers: int, shots: int | None = None) -> Plan:
    """Make the catalogue.

    Parameters
    ----------
    out
        Folder of ``listings.csv``, ``queries.csv`` and ``images/``.
    work
        Folder of what is not shipped: rendered shots, printed faces, times.
    seed
        Decides everything.
    workers
        Processes that render.
    shots
        Render only so many shots, spread over all of them, for a first look; no listings are written.
    """
    plan = make_plan(seed)
    wanted = plan.shots if shots is None else plan.shots[:: max(1, len(plan.shots) // shots)][:shots]
    for folder in (out / IMAGES, work):
        folder.mkdir(parents=True, exist_ok=True)
    with _timed(work, "render"):
        render_all(wanted, plan.products, work / "renders", work / "faces", workers)
    if shots is not None:
        return plan
    with _timed(work, "edit"):
        for photo in tqdm(ready(plan.photos, work / "renders"), desc="Photos", unit="photo"):
            write_photo(photo, work / "renders", out / IMAGES)
    write_listings(plan, out / "listings.csv")
    write_queries(plan, out / "queries.csv")
    return plan


@contextmanager
def _timed(work: Path, stage: str) -> Iterator[None]:
    """Add the seconds of a stage to those of earlier runs."""
    started = time.monotonic()
    try:
        yield
    finally:
        path = work / TIMES
        times = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        times[stage] = round(times.get(stage, 0.0) + time.monotonic() - started, 1)
        path.write_text(json.dumps(times) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and make the catalogue."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_catalogue.make", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder of the catalogue (%(default)s)")
    parser.add_argument("--work", type=Path, default=Path("build/demo"), help="folder of renders (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="decides everything (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes that render (%(default)s)")
    parser.add_argument("--shots", type=int, help="render only so many shots, for a first look")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    make_catalogue(chosen.out, chosen.work, seed=chosen.seed, workers=chosen.workers, shots=chosen.shots)


if __name__ == "__main__":
    main()
