"""Make the demo catalogue with one command: plan it, render its photos, edit them, write its listings.

A run that was stopped is continued by the same command; existing files are kept.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from pathlib import Path

from tqdm import tqdm

from demo_generator.photo_files import write_photo
from demo_generator.plan import make_plan, write_listings, write_queries
from demo_generator.plan_rows import Plan
from demo_generator.render_all import render_all

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
    started = time.monotonic()
    rendered = render_all(wanted, plan.products, work / "renders", work / "faces", workers)
    if rendered:
        _note_time(work, "render", time.monotonic() - started, rendered)
    if shots is not None:
        return plan
    started = time.monotonic()
    for photo in tqdm(plan.photos, desc="Photos", unit="photo"):
        write_photo(photo, work / "renders", out / IMAGES)
    for path in set((out / IMAGES).iterdir()) - {out / IMAGES / photo.image for photo in plan.photos}:
        path.unlink()
    _note_time(work, "edit", time.monotonic() - started, len(plan.photos))
    write_listings(plan, out / "listings.csv")
    write_queries(plan, out / "queries.csv")
    return plan


def _note_time(work: Path, stage: str, seconds: float, photos: int) -> None:
    """Keep how long the newest run of a stage took, and for how many photos."""
    path = work / TIMES
    times = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    times[stage] = {"seconds": round(seconds, 1), "photos": photos}
    path.write_text(json.dumps(times) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and make the catalogue."""
    parser = argparse.ArgumentParser(prog="python -m demo_generator.make", description=__doc__)
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
