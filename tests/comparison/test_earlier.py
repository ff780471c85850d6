"""Rows of an earlier comparison beside those measured now."""

from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.comparison.earlier import KEPT, keep_rows
from product_matching.comparison.run import Comparing, Inputs
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.store.comparison import (
    Comparison,
    Difference,
    Protocols,
    Reproduced,
    Row,
    Scores,
)

WORDS = Protocols(reported="", reproduced="", demo="", groceries="")
SCORED, OTHER = Scores(f1=0.7, n=50, queries=40), Scores(f1=0.6, n=50, queries=40)
AGAIN = Reproduced(f1=0.66, interval=(0.654, 0.667), protocol="full", n=34_250)


def _photo(name: str, section: str = "comparison", demo: Scores | None = None, **fields: object) -> Row:
    return Row(name=name, kind="photo", section=section, demo=demo, **fields)  # type: ignore[arg-type]


def _to_untrained(row: str) -> Difference:
    return Difference(row=row, to="untrained", data="demo", measure="f1", difference=0.1, interval=(0.0, 0.2))


EARLIER = Comparison(
    made_by="then",
    protocols=WORDS,
    rows=(
        _photo("ArcFace", demo=SCORED, remark="6 epochs"),
        _photo("pHash", "baseline", OTHER, reproduced=AGAIN),
        _photo("Shipped, old", "shipped", SCORED),
        _photo("DHash", "baseline", SCORED),
    ),
    differences=(_to_untrained("ArcFace"), _to_untrained("pHash"), _to_untrained("Shipped, old")),
    order=("A stands above B.",),
)
NOW = Comparison(
    made_by="now",
    protocols=WORDS,
    rows=(_photo("ArcFace"), _photo("pHash", "baseline", SCORED), _photo("Shipped, new", "shipped", OTHER)),
    differences=(_to_untrained("Shipped, new"),),
)


def test_rows_not_measured_now_are_kept_with_a_remark_and_the_shipped_models_never() -> None:
    rows = {row.name: row for row in keep_rows(NOW, EARLIER).rows}
    assert list(rows) == ["ArcFace", "pHash", "Shipped, new", "DHash"]
    assert (rows["ArcFace"].demo, rows["ArcFace"].remark) == (SCORED, f"6 epochs; {KEPT}")
    assert rows["DHash"].remark == KEPT
    assert (rows["pHash"].demo, rows["pHash"].reproduced, rows["pHash"].remark) == (SCORED, AGAIN, "")


def test_differences_and_the_order_follow_the_kept_rows() -> None:
    found = keep_rows(NOW, EARLIER)
    assert [each.row for each in found.differences] == ["ArcFace", "Shipped, new"]
    assert found.order == EARLIER.order
    measured = replace(NOW, rows=(_photo("ArcFace", demo=OTHER), *NOW.rows[1:]))
    assert keep_rows(measured, EARLIER).order == ()


def test_keeping_twice_changes_nothing() -> None:
    once = keep_rows(NOW, EARLIER)
    assert keep_rows(NOW, once) == once


def test_other_protocols_are_refused() -> None:
    with pytest.raises(InputError, match="other protocols"):
        keep_rows(replace(NOW, protocols=replace(WORDS, demo="otherwise")), EARLIER)


def test_a_comparison_without_trainings_keeps_what_one_with_them_had(
    demo: Catalogue, trainings: Path, backbone_weights: Path, tmp_path: Path
) -> None:
    shared = {"demo": demo, "groceries": None, "backbone": "test_efficientnet", "weights": backbone_weights}
    earlier = Comparing(Inputs(models=trainings, image_size=32, device="cpu", **shared)).run("then")  # type: ignore[arg-type]
    now = Comparing(Inputs(models=tmp_path, image_size=32, device="cpu", **shared)).run("now")  # type: ignore[arg-type]
    found = keep_rows(now, earlier)
    assert [(row.name, row.demo) for row in found.rows] == [(row.name, row.demo) for row in earlier.rows]
    assert sum(row.remark.endswith(KEPT) for row in found.rows) == 8
