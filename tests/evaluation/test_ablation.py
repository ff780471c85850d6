from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest

from product_matching.evaluation.ablation import EXTRAS, STEPS, ablation_table, run_ablation
from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.methods import Settings
from product_matching.matching.chain import MEASURED_CHAIN, PLAIN

LABELS = np.repeat(np.arange(30), 3)
LISTINGS = LabelledListings(
    np.array([f"barang{label} jenis{label % 7} {copy}" for label in range(30) for copy in range(3)], dtype=object),
    np.array([f"{label * 2**50 + copy // 2:016x}" for label in range(30) for copy in range(3)], dtype=object),
    LABELS,
    LABELS,
)


def test_steps_go_from_nothing_to_the_whole_chain_one_rule_at_a_time() -> None:
    assert STEPS[1].rules == PLAIN
    assert STEPS[-2].rules == STEPS[-1].rules == MEASURED_CHAIN
    for before, after in pairwise(STEPS[1:-1]):
        ours, theirs = asdict(before.rules), asdict(after.rules)
        changed = [
            (part, name)
            for part in ("vectors", "pairs")
            for name in ours[part]
            if ours[part][name] != theirs[part][name]
        ]
        assert len(changed) == 1


def test_the_table_shows_each_gain() -> None:
    rows = list(run_ablation(LISTINGS, protocols=["fold", "half"], steps=[STEPS[0], STEPS[1], STEPS[6], EXTRAS[0]]))
    lines = ablation_table(rows).splitlines()
    assert len(lines) == 6
    assert all(line.count("|") == lines[0].count("|") for line in lines)
    assert "N = 18" in lines[0]
    assert "N = 90" in lines[0]
    gain = rows[1].reports[0].f1 - rows[0].reports[0].f1
    assert f"{rows[1].reports[0].f1:.4f} | {gain:+.4f} |" in lines[3]
    veto = rows[3].reports[1].f1 - rows[2].reports[1].f1
    assert f"| {veto:+.4f} |" in lines[5]
    expected = evaluate(LISTINGS, "chain", "fold", settings=Settings(EXTRAS[0].rules)).f1
    assert rows[3].reports[0].f1 == pytest.approx(expected)
    assert ablation_table([]) == ""
