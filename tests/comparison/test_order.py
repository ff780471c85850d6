"""Why rows stand the other way round than reported: a reason is given only where it holds."""

import json
from pathlib import Path

import numpy as np
import pytest

from product_matching.comparison.reported import TITLES, TRAINED, UNION
from product_matching.comparison.scores import QueryScores
from product_matching.comparison.table import Comparison, Row
from product_matching.store.comparison_file import read_comparison

PLANS = {plan.key: plan for plan in (*TRAINED, UNION, *TITLES)}
PROTOCOLS = dict.fromkeys(("reported", "reproduced", "demo", "groceries"), "as it was")


def scored(key: str, f1: float) -> Row:
    values = np.full(20, f1)
    return Row(PLANS[key], scores={"demo": QueryScores(values, values, values, np.arange(20), 0.3, 20, 20)})


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("glove", "softmax", "accuracies on classes"),
        ("idf", "arcface", "reported figures of titles"),
        ("arcface", "arcface_sampler", "evens out the sizes of classes"),
        ("tfidf", "idf", "Each figure was reported"),
        ("autoencoder", "arcface", "Each figure was reported"),
        ("arcface", "union", "Each figure was reported"),
    ],
)
def test_a_turned_pair_is_named_with_the_reason_that_holds_for_it(above: str, below: str, said: str) -> None:
    (text,) = Comparison((scored(below, 0.5), scored(above, 0.6)), None, PROTOCOLS).order()
    assert text.startswith(said) or said in text.partition(". ")[0]
    assert f"{PLANS[above].name} (reported" in text and f"above {PLANS[below].name} (" in text


def test_a_pair_in_the_reported_order_is_not_named() -> None:
    assert Comparison((scored("arcface_sampler", 0.6), scored("arcface", 0.5)), None, PROTOCOLS).order() == []


def test_what_is_written_is_what_the_app_reads(tmp_path: Path) -> None:
    table = Comparison((scored("arcface", 0.6), scored("idf", 0.7)), None, PROTOCOLS)
    path = tmp_path / "comparison.json"
    path.write_text(json.dumps(table.to_json("compare")), encoding="utf-8")
    read = read_comparison(path)
    assert read is not None
    assert [(row.name, row.figure("demo", "f1").value) for row in read.rows] == [("ArcFace", 0.6), ("Text IDF", 0.7)]
    assert len(read.order) == 1
