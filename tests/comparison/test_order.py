"""Why the order of rows differs from the reported one: a reason is given only where it holds."""

from pathlib import Path

import numpy as np
import pytest

from product_matching.comparison.reported import TITLES, TRAINED, UNION
from product_matching.comparison.table import MeasuredRow, build_comparison
from product_matching.metrics.retrieval import QueryScores
from product_matching.store.comparison import Comparison, Protocols, read_comparison

PLANS = {plan.key: plan for plan in (*TRAINED, UNION, *TITLES)}
PROTOCOLS = Protocols(**dict.fromkeys(("reported", "reproduced", "demo", "groceries"), "as it was"))


def scored(key: str, f1: float) -> MeasuredRow:
    values = np.full(20, f1)
    scores = QueryScores(
        f1=values, recall_at_1=values, map_at_r=values, units=np.arange(20), threshold=0.3, n=20, n_queries=20
    )
    return MeasuredRow(PLANS[key], scores={"demo": scores})


def compared(*rows: MeasuredRow) -> Comparison:
    return build_comparison(rows, None, PROTOCOLS, made_by="compare")


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("glove", "softmax", "accuracies on the classes"),
        ("idf", "arcface", "reported figures of titles"),
        ("arcface", "arcface_sampler", "balances classes of different sizes"),
        ("tfidf", "idf", "Each figure was reported"),
        ("autoencoder", "arcface", "Each figure was reported"),
        ("arcface", "union", "Each figure was reported"),
    ],
)
def test_a_turned_pair_is_named_with_the_reason_that_holds_for_it(above: str, below: str, said: str) -> None:
    (text,) = compared(scored(below, 0.5), scored(above, 0.6)).order
    assert text.startswith(said) or said in text.partition(". ")[0]
    assert f"{PLANS[above].name} (reported" in text
    assert f"above {PLANS[below].name} (" in text


def test_a_pair_in_the_reported_order_is_not_named() -> None:
    assert not compared(scored("arcface_sampler", 0.6), scored("arcface", 0.5)).order


def test_what_is_written_is_what_the_app_reads(tmp_path: Path) -> None:
    reference = scored("softmax", 0.5)
    written = build_comparison(
        [scored("arcface", 0.6), reference, scored("idf", 0.7)], reference, PROTOCOLS, made_by="c"
    )
    path = tmp_path / "comparison.json"
    path.write_text(written.to_json(), encoding="utf-8")
    read = read_comparison(path)
    assert read == written
    assert [each.row for each in read.differences] == ["ArcFace"] * 3
    assert [(row.name, row.figure("demo", "f1").value) for row in read.rows] == [
        ("ArcFace", 0.6),
        ("Softmax", 0.5),
        ("Text IDF", 0.7),
    ]
    assert len(read.order) == 1
