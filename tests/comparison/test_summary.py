"""The short table: which rows it has, and where it is put."""

from pathlib import Path

import pytest

from product_matching.comparison.summary import BEGIN, END, put_into, summary_table
from product_matching.errors import InputError
from product_matching.store.comparison import Comparison, Protocols, Reported, Reproduced, Row, Scores

FULL = Scores(
    f1=0.7,
    f1_interval=(0.65, 0.75),
    recall_at_1=0.9,
    recall_at_1_interval=(0.8, 0.95),
    map_at_r=0.6,
    map_at_r_interval=(0.5, 0.7),
    n=50,
    queries=40,
)
WORDS = Protocols(reported="", reproduced="", demo="", groceries="")


def test_each_row_has_its_figures_and_of_shipped_model_and_baselines_only_the_chosen_ones() -> None:
    again = Reproduced(f1=0.66, interval=(0.654, 0.667), protocol="full", n=34_250)
    rows = (
        Row(name="IDF", kind="title", section="comparison", reported=Reported(0.661, "full"), reproduced=again),
        Row(name="Softmax", kind="photo", section="comparison", reported=Reported(0.59, "classes", "accuracy")),
        Row(name="Shipped", kind="photo", section="shipped", demo=FULL, groceries=FULL),
        Row(name="Shipped + titles", kind="photo+title", section="shipped", demo=FULL),
        Row(name="pHash", kind="photo", section="baseline", demo=FULL),
        Row(name="AHash of imagededup", kind="photo", section="baseline", demo=FULL, groceries=FULL),
    )
    lines = summary_table(Comparison(made_by="", protocols=WORDS, rows=rows)).splitlines()
    assert lines[2:] == [
        "| IDF | 0.661 | - | - |",
        "| Softmax | 0.590 (accuracy) | - | - |",
        "| Shipped | - | 0.700 [0.650, 0.750] | 0.900 [0.800, 0.950] |",
        "| pHash | - | 0.700 [0.650, 0.750] | - |",
    ]


def test_it_replaces_what_stood_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    put_into(page, "| new |\n")
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["no marks", f"{BEGIN} alone", f"{END} {BEGIN}"])
def test_a_page_without_both_marks_is_left_alone(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="has no place for the table"):
        put_into(page, "| new |\n")
    assert page.read_text(encoding="utf-8") == text
