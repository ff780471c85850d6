"""The page of the documentation that says what a run came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.fuzz.cases import DEFECT, REFUSED, WORKED, Outcome
from tests.fuzz.doors import Door

_PAGE = """# Hostile input

What comes in from outside is damaged or made up at random, and then used: each case must work or be refused in one
sentence, within 20 seconds and 400 MB. Anything else is a defect: a traceback, several lines, a process that ends. Made
by `python -m tests.fuzz --cases {cases} --seed {seed} --page docs/hostile-input.md`, which shows each defect with the
options that try it again; the same seed gives the same cases. A small run is part of the tests, one with new seeds runs
every night.

| door | what is tried | tried | worked | refused in one sentence | defects | slowest |
|---|---|---|---|---|---|---|
{rows}

What a program that is killed, a full disk or another program leaves behind is tried in `tests/test_faults.py`,
`tests/store/test_changing.py` and `tests/test_folders.py`: the state before or the state after, at every file operation
in turn.
"""


def page_of(results: Sequence[tuple[Door, Sequence[Outcome]]], *, seed: int) -> str:
    """The page as Markdown."""
    everything = [outcome for _, outcomes in results for outcome in outcomes]
    rows = [_row(door.name, _first_line(door), outcomes) for door, outcomes in results]
    rows.append(_row("**all**", "", everything))
    return _PAGE.format(cases=len(everything), seed=seed, rows="\n".join(rows))


def _first_line(door: Door) -> str:
    return (door.case.__doc__ or "").splitlines()[0].rstrip(".")


def _row(name: str, tried: str, outcomes: Sequence[Outcome]) -> str:
    kinds = Counter(outcome.kind for outcome in outcomes)
    slowest = max(outcome.seconds for outcome in outcomes)
    counts = " | ".join(f"{number:,}" for number in (len(outcomes), kinds[WORKED], kinds[REFUSED], kinds[DEFECT]))
    return f"| {name} | {tried} | {counts} | {slowest:.1f} s |"
