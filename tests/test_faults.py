"""Whatever is written is as before or as after, at whichever file operation the program is stopped or the disk is full.

Adding, removing and compacting have tests of their own in `tests/store/test_changing.py`, folders in
`tests/test_folders.py`.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from product_matching.encoders.model_folder import PhotoModel, write_model_folder
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.catalogue import Catalogue
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.matching.second_stage.scorer import PairScorer
from product_matching.matching.second_stage.scorer_file import read_scorer, write_scorer
from product_matching.matching.thresholds import Thresholds
from product_matching.places import models_folder
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import open_bundle
from product_matching.store.decisions import DecisionStore
from product_matching.store.pair_scores import write_pair_scores
from product_matching.training.checkpoint import write_checkpoint
from product_matching.training.export import write_report
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.bundle_settings import use_distances
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.decisions_file import write_decisions
from product_matching.workflows.groups_file import write_groups
from product_matching.workflows.left_out_file import keep_left_out
from product_matching.workflows.map_listings import add_map
from product_matching.workflows.match import write_submission
from product_matching.workflows.table_file import TableFormat, write_table
from product_matching.workflows.verify import verify_bundle
from tests.store import killing
from tests.store.killing import Killed, failing_at, killed_at

Act = Callable[[Path, bool], object]
IDS = [f"id{number}" for number in range(6)]
TITLES = ["red lamp", "red lamp 2", "blue chair", "green tea", "black tea", "tea"]


def build(folder: Path, new: bool) -> None:
    listings = pd.DataFrame({"posting_id": IDS, "title": [f"{title} new" if new else title for title in TITLES]})
    build_bundle(Catalogue(listings, None), folder / "bundle", options=BuildOptions(overwrite=True))


def settings(folder: Path, new: bool) -> None:
    use_distances(open_bundle(folder / "bundle"), Thresholds(None, 0.2 if new else 0.3))


def scores(folder: Path, new: bool) -> None:
    near = Neighbours(np.array([0, 1, 2]), np.array([1, 0]), np.array([0.25, 0.25]) / (2 if new else 1))
    write_pair_scores(folder / "bundle", "key", near)


def left_out(folder: Path, new: bool) -> None:
    if new:
        keep_left_out(folder, [FaultyRow(row=1, line=2, kinds=("empty title",), reason="empty title")])


def submission(folder: Path, new: bool) -> None:
    write_submission(folder / "matches.csv", IDS, [np.array([row])[: int(new)] for row in range(6)])


def groups(folder: Path, new: bool) -> None:
    write_groups(folder / "groups.csv", IDS, np.arange(6) if new else np.zeros(6, np.int64), [])


def decisions(folder: Path, new: bool) -> None:
    store = DecisionStore(folder.parent / ("some.sqlite" if new else "none.sqlite"))
    write_decisions(folder / "decisions.csv", read_decisions(open_bundle(folder / "bundle"), store))


def exported(kind: TableFormat) -> Act:
    return lambda folder, new: write_table(folder / f"t.{kind}", pd.DataFrame({"a": [2 if new else 1]}), kind)


def checkpoint(folder: Path, new: bool) -> None:
    write_checkpoint(folder / "c.safetensors", {"w": torch.full((3,), float(new))}, {"epoch": int(new)})


def listings_map(folder: Path, new: bool) -> None:
    if new:  # as keypoints and print, which are put beside a bundle's files in the same way
        add_map(folder / "bundle")


def model(folder: Path, new: bool) -> None:
    weights = Path(__file__) if new else Path(killing.__file__)  # any two files
    described = PhotoModel(name="m", backbone="b", weights_sha256=file_sha256(weights), dimension=3)
    write_model_folder(folder / "model", described, weights, card=f"# Card {new}\n")


@cache
def _shipped_scorer() -> PairScorer:
    return read_scorer(models_folder() / "pairs" / "demo")


def pair_scorer(folder: Path, new: bool) -> None:
    write_scorer(replace(_shipped_scorer(), threshold=0.5 if new else 0.25), folder / "scorer")


def report(folder: Path, new: bool) -> None:
    write_report({"f1": int(new)}, folder / "report.json")


ACTS: dict[str, Act] = {
    "build": build,
    "settings": settings,
    "scores": scores,
    "left out": left_out,
    "submission": submission,
    "groups": groups,
    "decisions": decisions,
    **{f"table as {kind}": exported(kind) for kind in TableFormat},
    "checkpoint": checkpoint,
    "map": listings_map,
    "model": model,
    "pair scorer": pair_scorer,
    "report": report,
}


def seen(folder: Path) -> dict[str, bytes]:
    """Every file that is not hidden, with its content."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    shown = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in shown}


def said_by(act: Callable[[], object]) -> str:
    """What an act says when it fails; "" where it does not, or is killed."""
    try:
        act()
    except Killed:
        return ""
    except InputError as error:
        return str(error)
    return ""


@contextmanager
def full_at(operation: int) -> Iterator[list[str]]:
    with failing_at(operation, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) as asked:
        yield asked


@pytest.mark.parametrize("fault", [killed_at, full_at], ids=["killed", "disk full"])
@pytest.mark.parametrize("name", ACTS)
def test_what_is_written_is_whole_at_every_fault(
    name: str, fault: Callable[[int], AbstractContextManager[list[str]]], tmp_path: Path
) -> None:
    act, whole = ACTS[name], tmp_path / "whole"
    whole.mkdir()
    build(whole, new=False)
    store = DecisionStore(tmp_path / "some.sqlite")
    record_decision(open_bundle(whole / "bundle"), ("id0", "id1"), "same", store=store)
    if act is not build:
        act(whole, False)
    before = seen(whole)
    shutil.copytree(whole, tmp_path / "after")
    act(tmp_path / "after", True)
    after, found = seen(tmp_path / "after"), before
    assert before != after
    for operation in range(200):
        place = tmp_path / f"fault{operation}"
        shutil.copytree(whole, place)
        with fault(operation) as asked:
            message = said_by(partial(act, place, True))
        assert re.fullmatch("(.*No space left on device.*)?", message), message
        found = seen(place)
        assert found in (before, after), asked
        assert verify_bundle(place / "bundle") == []
        if found == before:  # nothing that was left hinders the next try
            act(place, True)
            assert seen(place) == after
        shutil.rmtree(place)
        if len(asked) <= operation:
            break
    assert len(asked) <= operation
    assert operation >= 1
    assert found == after


_RECORDING = """
import sys
from pathlib import Path
from product_matching.store.bundle import open_bundle
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.decisions import record_decision
bundle, store = open_bundle(Path(sys.argv[1])), DecisionStore(Path(sys.argv[2]))
words = ["same", "different"]
for number in range(10_000):
    pair = ("id0", f"id{1 + number % 5}")
    print(record_decision(bundle, pair, words[number // 5 % 2], who="a", store=store), flush=True)
"""


def test_a_program_that_is_killed_while_it_records_loses_no_decision_that_it_told_of(tmp_path: Path) -> None:
    build(tmp_path, new=False)
    path = tmp_path / "decisions.sqlite"
    command = [sys.executable, "-c", _RECORDING, str(tmp_path / "bundle"), str(path)]
    for told_before_it_is_killed in (1, 7, 23):
        path.unlink(missing_ok=True)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            told = [int(next(program.stdout)) for _ in range(told_before_it_is_killed)]
            program.send_signal(signal.SIGKILL)
            told += [int(line) for line in program.stdout.read().split()]
        decisions = read_decisions(open_bundle(tmp_path / "bundle"), DecisionStore(path))
        held = [change.number for change in decisions.changes]
        assert max(held) in (told[-1], told[-1] + 1), "the last one may be kept without having been told"
        assert len(held) == min(5, max(held))
