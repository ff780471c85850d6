"""A small run of the program: the same cases every time; `python -m tests.fuzz` tries more."""

from __future__ import annotations

from pathlib import Path

import pytest

from product_matching.errors import InputError
from tests.fuzz.cases import DEFECT, REFUSED, WORKED, run_case
from tests.fuzz.doors import DOORS, Door
from tests.fuzz.samples import Samples, make_samples

SEED = 20
#: Cases that were defects: ends of Parquet files that end the process or name no column, and words without weight.
FOUND = [("tables", 4, 697), ("tables", 3, 103), ("tables", 3, 251), ("bundles", 4, 377)]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make_samples(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_hostile_input_works_or_is_refused_in_one_sentence(door: Door, samples: Samples, tmp_path: Path) -> None:
    outcomes = [run_case(door, samples, tmp_path / "case", seed=SEED, index=index) for index in range(12)]
    assert [outcome.said for outcome in outcomes if outcome.kind == DEFECT] == []


@pytest.mark.parametrize(("name", "seed", "index"), FOUND)
def test_what_was_found_once_is_refused(name: str, seed: int, index: int, samples: Samples, tmp_path: Path) -> None:
    [door] = [door for door in DOORS if door.name == name]
    assert run_case(door, samples, tmp_path / "case", seed=seed, index=index).kind == REFUSED


def test_the_small_run_sees_defects(samples: Samples, tmp_path: Path) -> None:
    def case(error: BaseException | None) -> str:
        def fail(*_: object) -> None:
            if error is not None:
                raise error

        return run_case(Door("none", fail), samples, tmp_path / "case", seed=1, index=0).kind

    assert case(None) == WORKED
    assert case(InputError("A sentence.")) == REFUSED
    assert case(InputError("Two problems:\n- one\n- two")) == REFUSED
    for error in (KeyError("x"), MemoryError(), InputError(""), InputError("two\nlines"), InputError("x" * 9_999)):
        assert case(error) == DEFECT
