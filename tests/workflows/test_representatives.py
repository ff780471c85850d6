"""Which listing of a group is kept, and the tables of an export."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_matches
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.groups_table import decisions_table, groups_table, representatives_table
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.representatives import Keep, KeepRule, choose_representatives
from product_matching.workflows.table_file import TableFormat, table_bytes

GROUPS = np.array([0, 0, 0, 3, 4, 4, 6])


def catalogue(bundle: Bundle, **columns: list[str]) -> Bundle:
    """Seven listings of a bundle with further columns."""
    return replace(bundle, listings=bundle.listings.iloc[:7].assign(**columns))


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


@pytest.fixture(scope="module")
def found(bundle: Bundle) -> CatalogueGroups:
    return group_matches(match_by_defaults(bundle, Thresholds()))


def kept(bundle: Bundle, *rules: Keep) -> list[int]:
    return choose_representatives(bundle, GROUPS, rules).tolist()


def test_without_a_rule_the_first_listing_is_kept(bundle: Bundle) -> None:
    assert kept(catalogue(bundle)) == [0, 0, 0, 3, 4, 4, 6]


def test_the_cheapest_is_kept_and_one_without_a_price_never(bundle: Bundle) -> None:
    priced = catalogue(bundle, price=["9.5", "10", "9", "1", "", "12", "3"])
    assert kept(priced, Keep(rule=KeepRule.cheapest, column="price")) == [2, 2, 2, 3, 5, 5, 6]


@pytest.mark.parametrize(
    "times", [["2024-05-01", "2023-01-02", "", "x", "2024-01-02", "2024-01-01T10:00", ""], list("7345210")]
)
def test_the_oldest_is_kept_by_date_or_number(bundle: Bundle, times: list[str]) -> None:
    dated = catalogue(bundle, listed=times)
    assert kept(dated, Keep(rule=KeepRule.oldest, column="listed")) == [1, 1, 1, 3, 5, 5, 6]


def test_further_rules_decide_among_equals(bundle: Bundle) -> None:
    sold = catalogue(bundle, seller=["a", "b", "b ", "c", "d", "e", "b"], price=["1", "3", "2", "1", "5", "4", "1"])
    rules = Keep(rule=KeepRule.preferred, column="seller", value="b"), Keep(rule=KeepRule.cheapest, column="price")
    assert kept(sold, *rules) == [2, 2, 2, 3, 5, 5, 6]


def test_the_fullest_title_has_most_distinct_words(bundle: Bundle) -> None:
    titled = catalogue(bundle, title=["a a a a", "red cup", "big red cup", "x", "one two", "one", ""])
    assert kept(titled, Keep(rule=KeepRule.fullest_title)) == [2, 2, 2, 3, 4, 4, 6]


def test_the_best_photo_is_the_sharpest(bundle: Bundle) -> None:
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    pictures = {}
    for row, sharp in ((0, noise // 4 + 90), (1, noise), (4, noise)):
        buffer = io.BytesIO()
        Image.fromarray(sharp.astype(np.uint8)).save(buffer, "JPEG")
        pictures[row] = buffer.getvalue()
    pictures[5] = b"damaged"
    with_photos = replace(catalogue(bundle), thumbnails=pictures)  # type: ignore[arg-type]
    assert kept(with_photos, Keep(rule=KeepRule.best_photo)) == [1, 1, 1, 3, 4, 4, 6]


def test_a_rule_on_what_is_not_there_is_one_sentence(bundle: Bundle) -> None:
    with pytest.raises(InputError, match="reads the column 'listed', which the catalogue small does not have"):
        kept(catalogue(bundle), Keep(rule=KeepRule.oldest, column="listed"))
    with pytest.raises(InputError, match="reads numbers, but the column 'title' of the catalogue small holds none"):
        kept(catalogue(bundle), Keep(rule=KeepRule.cheapest, column="title"))
    with pytest.raises(InputError, match="has no photos"):
        kept(replace(catalogue(bundle), thumbnails=None), Keep(rule=KeepRule.best_photo))


def test_the_tables_hold_every_listing_once(bundle: Bundle, found: CatalogueGroups) -> None:
    chosen = choose_representatives(bundle, found.numbers, [Keep(rule=KeepRule.fullest_title)])
    groups = groups_table(bundle, found, chosen)
    ids = bundle.listings["posting_id"]
    assert sorted(groups["posting_id"]) == sorted(ids)
    assert groups.groupby("group")["keep"].sum().eq(1).all()
    assert (groups.groupby("group")["size"].transform("size") == groups["size"]).all()
    assert groups["size"].tolist() == sorted(groups["size"], reverse=True)
    assert groups.loc[groups["keep"], "posting_id"].tolist() == groups.loc[groups["keep"], "group"].tolist()
    alone = representatives_table(bundle, found, chosen)
    assert len(alone) == groups["group"].nunique()
    named = [*alone["posting_id"], *(each for ids in alone["duplicates"] for each in ids.split())]
    assert sorted(named) == sorted(ids)
    assert "photo_sha256" not in alone


def test_decisions_are_a_table(bundle: Bundle) -> None:
    assert decisions_table(read_decisions(bundle)).empty
    record_decision(bundle, ("0a", "8a"), Word.same, score=0.25, who="me")
    table = decisions_table(read_decisions(bundle))
    assert table[["first", "second", "decision", "who", "score", "stale"]].to_numpy().tolist() == [
        ["0a", "8a", "same", "me", 0.25, False]
    ]


def test_every_format_reads_as_it_was_written() -> None:
    table = pd.DataFrame(
        {"posting_id": ["a", "=1+1"], "size": [1, 2], "farthest": [0.5, np.nan], "title": ["ä, b", "-x"]}
    )
    assert pd.read_parquet(io.BytesIO(table_bytes(table, TableFormat.parquet))).equals(table)
    assert json.loads(table_bytes(table, TableFormat.json))[1] == {
        "posting_id": "=1+1",
        "size": 2,
        "farthest": None,
        "title": "-x",
    }
    read = pd.read_csv(io.BytesIO(table_bytes(table, TableFormat.csv)), encoding="utf-8-sig")
    assert read["posting_id"].tolist() == ["a", "'=1+1"]  # no formula in a spreadsheet
    assert read["title"].tolist() == ["ä, b", "'-x"]
