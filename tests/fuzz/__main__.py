"""Hostile input at every door: ``python -m tests.fuzz --cases 10000 --seed 1``.

Each door is tried in a process of its own, which is started anew where a case ends it; a defect is shown with the
options that try it again. The exit status is 1 with a defect.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.fuzz.cases import DEFECT, REFUSED, WORKED, Outcome, run_case
from tests.fuzz.doors import DOORS, Door
from tests.fuzz.page import page_of
from tests.fuzz.samples import make_samples

_SHOWN = 3_000


def main() -> int:
    """Run what the options say."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases over all doors")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--door", choices=[door.name for door in DOORS], help="only this one")
    parser.add_argument("--index", type=int, help="only this case of the door")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page", type=Path, help="write what it came to as a page of Markdown")
    parser.add_argument("--work", type=int, nargs=2, metavar=("FROM", "TO"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    doors = [door for door in DOORS if given.door in (None, door.name)]
    if given.work:
        return _work(doors[0], given.seed, range(*given.work))
    total = sum(door.share for door in doors)
    counts = {door.name: max(1, round(given.cases * door.share / total)) for door in doors}
    only = None if given.index is None else range(given.index, given.index + 1)
    plans = [(door, only or range(counts[door.name])) for door in doors]
    with ThreadPoolExecutor(given.processes) as pool:
        found = pool.map(partial(_try, seed=given.seed), *zip(*plans, strict=True))
        results = []
        for (door, _), outcomes in zip(plans, found, strict=True):
            results.append((door, outcomes))
            _report(door, outcomes, given.seed)
    if given.page is not None:
        given.page.write_text(page_of(results, seed=given.seed), encoding="utf-8")
    return 1 if any(outcome.kind == DEFECT for _, outcomes in results for outcome in outcomes) else 0


def _try(door: Door, cases: range, *, seed: int) -> list[Outcome]:
    """Try cases of a door in processes of its own; one that ends its process is a defect."""
    outcomes: list[Outcome] = []
    while cases:
        command = [sys.executable, "-m", "tests.fuzz", "--seed", str(seed), "--door", door.name]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        with subprocess.Popen(
            [*command, "--work", str(cases.start), str(cases.stop)], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            outcomes += [Outcome(**json.loads(line)) for line in process.stdout]
        done = len([outcome for outcome in outcomes if outcome.index >= cases.start])
        cases = range(cases.start + done, cases.stop)
        if cases:
            said = f"the process ended with status {process.returncode}"
            outcomes.append(Outcome(door=door.name, index=cases.start, kind=DEFECT, said=said))
            cases = cases[1:]
    return outcomes


def _work(door: Door, seed: int, cases: range) -> int:
    """Try cases in this process, and write what each came to as a line of JSON."""
    results = os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open("w") as nothing:  # where libraries write
        os.dup2(nothing.fileno(), 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="fuzz.") as name:
        folder = Path(name)
        os.environ["PRODUCT_MATCHING_HOME"] = str(folder / "home")
        samples = make_samples(folder / "samples")
        for index in cases:
            outcome = run_case(door, samples, folder / "case", seed=seed, index=index)
            results.write(json.dumps(asdict(outcome)) + "\n")
            results.flush()
    return 0


def _report(door: Door, outcomes: list[Outcome], seed: int) -> None:
    kinds = Counter(outcome.kind for outcome in outcomes)
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    sys.stdout.write(
        f"{door.name:10} tried {len(outcomes):6,}  worked {kinds[WORKED]:6,}  refused {kinds[REFUSED]:6,}  "
        f"defects {kinds[DEFECT]:4,}  slowest {slowest.seconds:5.1f} s\n"
    )
    for lines in _defects(outcomes, seed):
        sys.stdout.write(lines)
    sys.stdout.flush()


def _defects(outcomes: list[Outcome], seed: int) -> Iterator[str]:
    """The defects of a door, those that say the same once."""
    told: set[str] = set()
    for outcome in outcomes:
        last = outcome.said.strip().splitlines()[-1:]
        if outcome.kind != DEFECT or str(last)[:60] in told:
            continue
        told.add(str(last)[:60])
        again = f"python -m tests.fuzz --seed {seed} --door {outcome.door} --index {outcome.index}"
        yield f"  {again}\n{outcome.said[-_SHOWN:]}\n"


if __name__ == "__main__":
    sys.exit(main())
