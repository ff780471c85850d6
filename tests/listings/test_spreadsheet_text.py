"""Texts that a spreadsheet would read as formulas: guarded in every CSV file, and read back as they were."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.listings.catalogue import read_catalogue
from product_matching.listings.spreadsheet_text import guard, unguard
from product_matching.store.bundle import open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.build import build_bundle
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.decisions_file import Imported, import_decisions, write_decisions
from product_matching.workflows.groups_file import write_groups
from product_matching.workflows.groups_table import decisions_table
from product_matching.workflows.match import write_submission
from product_matching.workflows.table_file import TableFormat, write_table

_STARTS = ("=", "+", "-", "@", "\t", "\r")


@given(st.text(alphabet="'=+-@\t\r1.a ", max_size=6) | st.text(max_size=20))
def test_a_guarded_text_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    written = guard(text)
    assert unguard(written) == text
    if written.startswith(_STARTS):
        float(written.replace(",", ".").replace(".", ""))  # a number alone


@pytest.mark.parametrize("text", ["-5", "+62", "-1,5", "'quoted'", "a=b", ""])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == text


def test_ids_and_titles_like_formulas_survive_every_file(tmp_path: Path) -> None:
    listings = pd.DataFrame(
        {
            "posting_id": ["=1+1", "@b", "'-c", "d"],
            "title": ["=cmd|'/c calc'!A0", "-10 % mug", "+mug", "mug"],
            "price": ["-5", "6", "7", "8"],
        }
    )
    write_table(tmp_path / "listings.csv", listings, TableFormat.csv)
    assert b"\n'=1+1," in (tmp_path / "listings.csv").read_bytes()
    catalogue = read_catalogue(tmp_path / "listings.csv")
    assert catalogue.listings[list(listings)].to_numpy().tolist() == listings.to_numpy().tolist()

    build_bundle(catalogue, tmp_path / "bundle")
    bundle, store = open_bundle(tmp_path / "bundle"), DecisionStore(tmp_path / "there.sqlite")
    record_decision(bundle, ("=1+1", "'-c"), Word.same, who="@me", store=store)
    record_decision(bundle, ("@b", "d"), Word.different, store=store)
    ids = listings["posting_id"].tolist()
    write_decisions(tmp_path / "command.csv", read_decisions(bundle, store))
    write_table(tmp_path / "app.csv", decisions_table(read_decisions(bundle, store)), TableFormat.csv)
    write_submission(tmp_path / "matches.csv", ids, [np.array([row]) for row in range(4)])
    write_groups(tmp_path / "groups.csv", ids, np.arange(4), [])
    for name in ("command", "app", "matches", "groups"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            assert not [cell for record in csv.reader(stream) for cell in record if cell.startswith(_STARTS)], name
    for name in ("command", "app"):
        elsewhere = DecisionStore(tmp_path / f"{name}.sqlite")
        assert import_decisions(bundle, tmp_path / f"{name}.csv", elsewhere) == Imported(recorded=2, kept=0, stale=0)
        read = {each.decision.pair: each.decision.who for each in read_decisions(bundle, elsewhere).changes}
        assert read == {("'-c", "=1+1"): "@me", ("@b", "d"): ""}


def test_a_stale_decision_in_a_table_of_the_app_is_not_imported(tmp_path: Path) -> None:
    table = pd.DataFrame({"posting_id": ["a", "b"], "title": ["mug", "pot"]})
    table.to_csv(tmp_path / "listings.csv", index=False)
    build_bundle(read_catalogue(tmp_path / "listings.csv"), tmp_path / "bundle")
    bundle, store = open_bundle(tmp_path / "bundle"), DecisionStore(tmp_path / "there.sqlite")
    record_decision(bundle, ("a", "b"), Word.same, store=store)
    table.assign(title=["cup", "pot"]).to_csv(tmp_path / "listings.csv", index=False)
    shutil.rmtree(tmp_path / "bundle")
    build_bundle(read_catalogue(tmp_path / "listings.csv"), tmp_path / "bundle")
    changed = open_bundle(tmp_path / "bundle")
    write_table(tmp_path / "d.csv", decisions_table(read_decisions(changed, store)), TableFormat.csv)
    done = import_decisions(changed, tmp_path / "d.csv", DecisionStore(tmp_path / "elsewhere.sqlite"))
    assert done == Imported(recorded=0, kept=0, stale=1)
