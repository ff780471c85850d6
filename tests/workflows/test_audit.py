"""An audit is drawn from the accepted pairs that no one decided on, and states what its answers show."""

from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.bands import ProbablePairs
from product_matching.matching.decisions import PairDecisions
from product_matching.store.audits import Answer, Audit, AuditPair, AuditStore
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.audit import accepted_pairs, begin_audit, say_audit
from product_matching.workflows.audit_setting import Setting, is_of_setting


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


PAIRS = ProbablePairs(
    first=np.array([0, 0, 1, 3, 5]), second=np.array([1, 2, 2, 4, 6]), probability=np.array([0.9, 0.6, 0.5, 0.8, 0.2])
)
SETTING = Setting(words="at 50 %", facts={"least probability": "50 %"})
NUMBERS = np.array([0, 0, 0, 3, 3, *range(5, 25)])


def test_only_accepted_pairs_without_a_decision_are_drawn(bundle: Bundle, tmp_path: Path) -> None:
    store = AuditStore(tmp_path / "audits.sqlite")
    decisions = PairDecisions(same=[(0, 1)], different=[(5, 6)])
    accepted = accepted_pairs(PAIRS, 0.5, decisions, NUMBERS)
    assert accepted[0].probability.tolist() == [0.6, 0.5, 0.8]
    assert accepted[1].tolist() == [0, 0, 3]
    sizes = np.bincount(NUMBERS, minlength=25)[NUMBERS]
    number = begin_audit(bundle, accepted, sizes, 10, setting=SETTING, seed=1, store=store)
    audit = store.latest(bundle.manifest.catalogue_id)
    assert audit is not None
    ids = bundle.listings["posting_id"].tolist()
    assert {(pair.first, pair.second, pair.score) for pair in audit.pairs} == {
        (ids[0], ids[2], 0.6),
        (ids[1], ids[2], 0.5),
        (ids[3], ids[4], 0.8),
    }
    assert (audit.number, audit.population, audit.what) == (number, 3, "at 50 %")
    assert is_of_setting(audit, SETTING)
    with pytest.raises(InputError, match="nothing to audit"):
        begin_audit(
            bundle, accepted_pairs(PAIRS, 0.95, decisions, NUMBERS), sizes, 10, setting=SETTING, seed=1, store=store
        )


def test_an_audit_states_the_bound_with_its_sample() -> None:
    def audit(*answers: Answer | None) -> Audit:
        from datetime import UTC, datetime

        pairs = [AuditPair(first="a", second="b", answer=answer) for answer in answers]
        return Audit(number=1, time=datetime.now(UTC), what="at 37 % sure", population=900, seed=0, pairs=pairs)

    assert say_audit(audit(None, None)) == "Nothing is reviewed yet of the 2 pairs drawn from 900."
    assert say_audit(audit(*[Answer.same] * 75, None)) == (
        "Of the 900 pairs accepted at 37 % sure, at least 96.0 of 100 are right, with 95 % confidence "
        "(n = 75, none wrong)."
    )
    assert "n = 3, 2 wrong" in say_audit(audit(Answer.same, Answer.different, Answer.unsure))
