"""Two halves of the demo's training part."""

from pathlib import Path

import pandas as pd

from demo_generator.make import SEED
from demo_generator.plan import make_plan
from recipes.data.demo_halves import halves_of_lines, write_halves

DEMO = Path("demo/listings.csv")


def test_no_line_is_in_both_halves_and_they_are_even() -> None:
    plan, halves = make_plan(SEED), halves_of_lines()
    lines = {product.product_id: product.line_id for product in plan.products}
    training = [listing for listing in plan.listings if listing.part == "train"]
    of_line = pd.DataFrame([(lines[entry.product_id], halves[str(entry.label_group)]) for entry in training])
    assert of_line.groupby(0)[1].nunique().max() == 1
    assert abs(of_line[1].mean() - 0.5) < 0.01


def test_each_file_trains_on_its_half_and_keeps_the_other_parts(tmp_path: Path) -> None:
    listings = pd.read_csv(DEMO, dtype=str)
    listings.to_csv(tmp_path / "listings.csv", index=False)
    halves = [pd.read_csv(file, dtype=str) for file in write_halves(tmp_path)]
    training = [set(half.loc[half["part"] == "train", "posting_id"]) for half in halves]
    assert not training[0] & training[1]
    assert training[0] | training[1] == set(listings.loc[listings["part"] == "train", "posting_id"])
    assert all((half["part"] != "train").sum() == (listings["part"] != "train").sum() for half in halves)
