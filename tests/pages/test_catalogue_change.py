"""Listings added to the open catalogue, placed among its groups, removed, and the catalogue compacted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.catalogue import changes
from product_matching.app.catalogue.change import say_pieces
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import read_manifest
from product_matching.workflows.verify import verify_bundle
from tests.pages.test_catalogue_page import (
    CATALOGUE,
    finish_builds,
    open_own,
    own_bundles,
    press,
    shown,
    upload,
    zipped,
)

__all__ = ["open_own", "own_bundles"]
Open = Callable[..., AppTest]


def new_listings(small_catalogue: Path) -> bytes:
    """A known id, a listing of two products, and one like no other."""
    with (small_catalogue / "listings.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["posting_id"]: row for row in csv.DictReader(stream)}
    between = {**rows["2a"], "posting_id": "between", "title": rows["5a"]["title"]}
    odd = {**rows["8a"], "posting_id": "odd", "title": "Kursi Taman Besi"}
    text = io.StringIO()
    writer = csv.DictWriter(text, rows["0a"])
    writer.writeheader()
    writer.writerows([{**rows["0a"], "price": "1"}, between, odd])
    return text.getvalue().encode()


def test_listings_are_added_placed_removed_and_the_catalogue_compacted(
    open_own: Open, own_bundles: Path, small_catalogue: Path
) -> None:
    folder = own_bundles / "small"
    app = open_own(CATALOGUE, bundle="small", view="change")
    assert "Add listings to small" in shown(app)
    upload(app, "build_list", "new.csv", new_listings(small_catalogue))
    upload(app, "build_photos", "photos.zip", zipped(small_catalogue / "images"))
    said = shown(app)
    assert "1 listing with an id that is in the catalogue already: '0a'" in said
    add = next(button for button in app.button if button.label == "Add the listings")
    assert add.disabled
    app.checkbox(key="add_replace").check().run()
    finish_builds(press(app, "Add the listings"))
    assert app.query_params["report"] == "small"
    said = shown(app)
    assert re.search(r"3 listings added in \d+ s, 1 of them in place of old ones. The catalogue has 27 now.", said)
    assert "already" not in said  # the files that were added are not offered again
    assert "1 joined a group · 1 between groups · 1 like no other" in said
    placed = app.dataframe[0].value.set_index("posting_id")
    assert placed.loc["0a", "group"] == "0b"
    assert set(placed.loc["between", "beside"].split()) == {"2a", "5a"}
    assert "Since it was built: 3 listings added, 1 removed." in said
    assert verify_bundle(folder) == []

    review = open_own("pages/review.py", bundle="small", by="distances")
    if "Compare the listings" in [button.label for button in review.button]:
        review = press(review, "Compare the listings")
    assert "between was added and is like listings of groups that were apart" in shown(review)

    app = open_own(CATALOGUE, bundle="small", view="browse", text="kursi")
    press(app, "Remove these…")
    assert app.query_params["view"] == "change"
    field = app.text_area(key="remove_ids")
    assert field.value == "odd"
    field.set_value("odd nobody").run()
    assert "The catalogue has no listing 'nobody'." in shown(app)
    app.text_area(key="remove_ids").set_value("odd between").run()
    finish_builds(press(app, "Remove 2 listings for good"))
    assert re.search(r"2 listings removed in \d+ s. The catalogue has 25 now.", shown(app))
    finish_builds(press(app, "Compact"))
    said = shown(app)
    assert re.search(r"Compacted in \d+ s. The catalogue has 25 now.", said)
    assert "Since it was built" not in said
    assert read_manifest(folder).growth is None
    assert open_bundle(folder).listings["posting_id"].iloc[-1] == "0a"


def test_the_catalogue_that_ships_is_not_changed_and_a_copy_of_it_may_be(
    open_app: Open, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "cannot be changed here" not in shown(open_app(CATALOGUE, bundle="demo", view="change"))
    monkeypatch.setattr(changes, "shipped_catalogue", lambda: (bundles / "demo").resolve())
    app = open_app(CATALOGUE, bundle="demo", view="change")
    assert "demo cannot be changed here" in shown(app)
    assert not app.text_area
    assert say_pieces(read_manifest(bundles / "demo")) == ""
    assert "Remove these…" not in [button.label for button in open_app(CATALOGUE, view="browse", text="emas").button]
    press(app, "Build one of your own")
    assert app.query_params["view"] == "build"
