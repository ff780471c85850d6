"""The catalogue page: overview, browsing, opening another catalogue and building one, with every error state."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.catalogue import builds
from product_matching.progress import Progress
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import Manifest
from product_matching.store.opening import OPEN_PATHS
from tests.app.held import SECONDS, Held
from tests.pages.cards import choose
from tests.pages.conftest import TIMEOUT

CATALOGUE = "pages/catalogue.py"
Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.success, app.info)
    return re.sub(r"\\(?=[\W_])", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def wrong_rows(app: AppTest) -> pd.DataFrame:
    """The table of rows that cannot be used."""
    table: pd.DataFrame = app.table[0].value
    return table.map(lambda cell: re.sub(r"\\(?=[\W_])", "", cell) if isinstance(cell, str) else cell)


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of a label."""
    return next(button for button in app.button if button.label == label).click().run()


def finish_builds(app: AppTest) -> AppTest:
    """Wait for the builds, and draw the page anew as the browser does."""
    assert builds.build_runner().wait_for_all(TIMEOUT)
    return app.run()


def charts(app: AppTest) -> list[str]:
    """Alternative texts of the charts."""
    return [chart.proto.alt for chart in app.get("plotly_chart")]


@pytest.fixture
def own_bundles(bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundles that may be written: ``small``, and ``incoming`` with a list and its photos."""
    folder = tmp_path / "own"
    shutil.copytree(bundles / "small", folder / "small")
    monkeypatch.delenv(OPEN_PATHS, raising=False)
    return folder


@pytest.fixture
def open_own(open_app: Open, own_bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """As `open_app`, on `own_bundles`."""
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(own_bundles))
    return open_app


def test_the_overview_counts_groups_titles_photos_and_columns(open_app: Open) -> None:
    app = open_app(CATALOGUE, bundle="small")
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {
        "Listings": "25",
        "With a photo": "24 (96.0%)",
        "With a title": "25",
        "Search": "exact",
        "Known products": "9",
    }
    said = shown(app)
    assert "**Most label groups have 3 listings** (8 of 9, 89%)" in said
    assert len(charts(app)) == 4
    assert all(charts(app))
    assert "Label groups by size: 1 of 1, 8 of 3" in charts(app)
    table = app.dataframe[-1].value
    assert table["Column"].tolist()[:3] == ["posting_id", "image", "title"]
    assert dict(zip(table["Column"], table["Different values"], strict=True))["label_group"] == 9


@pytest.mark.parametrize(("bundle", "n_charts"), [("titles", 4), ("photos", 2)])
def test_a_catalogue_of_one_side_shows_what_it_has(open_app: Open, bundle: str, n_charts: int) -> None:
    app = open_app(CATALOGUE, bundle=bundle)
    assert len(charts(app)) == n_charts
    assert ("Titles" in shown(app)) == (bundle == "titles")
    assert not app.error


def test_a_damaged_catalogue_is_explained_and_leaves_the_other_views_whole(open_app: Open) -> None:
    app = open_app(CATALOGUE, bundle="damaged")
    assert "bundle format 99" in shown(app)
    app = open_app(CATALOGUE, bundle="damaged", view="open")
    assert "**damaged**" in shown(app)
    press(app, "Open")
    assert app.query_params["bundle"] == "photos"
    assert "view" not in app.query_params


def test_browsing_filters_orders_and_leads_to_find(
    open_app: Open, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(CATALOGUE, bundle="small", view="browse")
    assert "**25 listings**, 1 to 24 shown" in shown(app)
    app.text_input(key="catalogue_text").set_value("emas original").run()
    app.selectbox(key="catalogue_listing_order").set_value("-price").run()
    app.multiselect(key="catalogue_where_label_group").set_value(["group6"]).run()
    assert dict(app.query_params) == {
        "bundle": "small",
        "view": "browse",
        "text": "emas original",
        "where": "label_group:group6",
        "order": "-price",
    }
    assert "**1 listing**" in shown(app)
    row = open_bundle(bundles / "small").row_of("6c")
    again = open_app(CATALOGUE, **app.query_params)
    choose(again, monkeypatch, f"start_{row}")
    assert dict(again.query_params) == {"bundle": "small", "listing": "6c"}


def test_a_filter_is_taken_away_and_no_listing_is_said(open_app: Open) -> None:
    app = open_app(CATALOGUE, bundle="small", view="browse", where="label_group:nowhere;odd:x", at="7", order="colour")
    assert "No listing is like that" in shown(app)
    assert "no column 'odd' to filter by 'x'" in shown(app)
    assert "'order' in the address is 'colour', but must be one of" in shown(app)
    assert "'at' in the address is 7, but there is only 1 page" in shown(app)
    app.button(key="clear_filters").click().run()
    assert dict(app.query_params) == {"bundle": "small", "view": "browse", "order": "colour"}
    assert "**25 listings**" in shown(app)


def test_a_bundle_elsewhere_is_refused_unless_it_is_allowed(
    open_own: Open, own_bundles: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_own(CATALOGUE, bundle="small", view="open")
    app.text_input(key="open_folder").set_value(str(bundles / "titles"))
    press(app, "Open the folder")
    assert "lies outside" in shown(app)
    monkeypatch.setenv(OPEN_PATHS, "1")
    press(app, "Open the folder")
    assert dict(app.query_params) == {"bundle": "titles"}
    assert app.selectbox(key="catalogue_bundle").options == ["small · 25 listings", "titles · 25 listings"]


def test_a_folder_is_checked_and_built_and_the_report_names_what_was_left_out(
    open_own: Open, own_bundles: Path, small_catalogue: Path
) -> None:
    incoming = own_bundles / "incoming"
    incoming.mkdir()
    shutil.copytree(small_catalogue / "images", incoming / "photos")
    lines = (small_catalogue / "listings.csv").read_text(encoding="utf-8").splitlines()
    (incoming / "list.csv").write_text("\n".join([*lines, lines[1], "x,gone.jpg,A title,,1"]), encoding="utf-8")
    app = open_own(CATALOGUE, view="build")
    app.segmented_control(key="build_source").set_value("A folder of the server").run()
    app.text_input(key="build_folder").set_value(str(own_bundles.parent)).run()
    assert "lies outside" in shown(app)
    app.text_input(key="build_folder").set_value("incoming").run()
    said = shown(app)
    assert "2 of 27 rows have something wrong" in said
    assert "The photos were found in the folder “photos”." in said
    wrong = wrong_rows(app)
    assert wrong["Line"].tolist() == [27, 28]
    assert wrong["Listing"].tolist() == ["0a", "x"]
    assert wrong["What is wrong"][0] == "duplicate posting_id: '0a' as in line 2"
    assert ["taken by its title" in cell for cell in wrong["What is wrong"]] == [False, True]
    assert "Build without this listing" in [button.label for button in app.button]
    app.checkbox(key="take_titles_alone").uncheck().run()
    assert "Build without these 2 listings" in [button.label for button in app.button]
    (incoming / "photos" / "0a.png").write_bytes(b"no photo")
    (incoming / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    app.run()
    assert "25 listings, 25 titles, 23 photos" in shown(app)
    assert "1 of 25 rows has something wrong in the photo alone" in shown(app)
    assert wrong_rows(app)["What is wrong"][0].startswith("photo that cannot be read: '0a.png' is no photo")
    app.checkbox(key="take_titles_alone").check().run()
    name = app.text_input(key="build_name_list")
    assert name.value == "list"
    name.set_value("../up").run()
    assert "'../up' cannot be used" in shown(app)
    assert next(button for button in app.button if button.label == "Build the catalogue").disabled
    name.set_value("small").run()
    assert "is a bundle already" in shown(app)
    app.checkbox(key="build_replace_small").check().run()
    assert "is a bundle already" not in shown(app)
    name.set_value("list").run()
    finish_builds(press(app, "Build the catalogue"))
    assert app.query_params["report"] == "list"
    assert app.query_params["bundle"] == "list"
    assert "view" not in app.query_params
    assert "**list** is built" in shown(app)
    assert wrong_rows(app)["Listing"].tolist() == ["0a"]
    assert "list · 25 listings" in app.selectbox(key="catalogue_bundle").options
    press(app, "Show these listings")
    assert dict(app.query_params) == {"bundle": "list", "view": "browse", "only": "unreadable_photo"}
    assert "**1 listing**" in shown(app)


def test_the_report_of_a_build_is_shown_to_a_visitor_who_comes_later(open_app: Open) -> None:
    app = open_app(CATALOGUE, bundle="small", view="build", report="small")
    assert "**small** is built: 25 listings, 24 photos" in shown(app)
    assert "is built" not in shown(open_app(CATALOGUE, view="build", report="nowhere"))


def test_uploaded_files_are_checked_built_and_searched_and_a_cancelled_build_leaves_nothing(
    open_own: Open, own_bundles: Path, small_catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (small_catalogue / "listings.csv").read_bytes()
    scratch = own_bundles.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    app = open_own(CATALOGUE, view="build")
    assert "What the list looks like" in shown(app)
    upload(app, "build_list", "my list.csv", b"id,title\n1,A\n")
    assert "no column 'posting_id'" in shown(app)
    upload(app, "build_photos", "photos.zip", b"PK no zip")
    upload(app, "build_list", "my list.csv", lines)
    said = shown(app)
    assert "1 problem" in said
    assert "no zip that can be read" in said
    upload(app, "build_photos", "photos.zip", zipped(small_catalogue / "images"))
    upload(app, "build_list", "my list.csv", lines + b"0a,,A title,group0,1\n,,,,\n,,No id,,1\n")
    said = shown(app)
    assert "25 listings, 25 titles, 24 photos" in said
    assert "2 of 27 rows have something wrong" in said
    assert "**1** duplicate posting_id · **1** empty posting_id" in said
    assert wrong_rows(app)["Listing"].tolist() == ["0a", "No id"]

    with monkeypatch.context() as patched:
        held, build = Held(), builds.build_bundle

        def build_when_released(*given: Any, progress: Progress, **named: Any) -> Manifest:
            held(progress)
            return build(*given, progress=progress, **named)

        patched.setattr(builds, "build_bundle", build_when_released)
        press(app, "Build without these 2 listings")
        assert held.begun.wait(SECONDS)
        press(open_own(CATALOGUE, view="build"), "Cancel")  # a build belongs to the server, not to who began it
        held.released.set()
        finish_builds(app)
    assert "was cancelled" in shown(app)
    assert sorted(path.name for path in own_bundles.iterdir()) == ["small"]

    open_view(app, "open")
    open_view(app, "build")
    assert "**my list.csv**" in shown(app)  # both files are kept, as the fields were away meanwhile
    assert "**photos.zip**" in shown(app)
    finish_builds(press(app, "Build without these 2 listings"))
    said = shown(app)
    assert app.query_params["bundle"] == "my-list"
    assert "**my-list** is built" in said
    assert "**2 listings left out**" in said
    assert wrong_rows(app)["What is wrong"].tolist() == [
        "duplicate posting_id: '0a' as in line 2",
        "empty posting_id",
    ]
    assert "**my list.csv**" not in shown(open_view(app, "build"))
    open_view(app, "overview")
    press(app, "Search it")
    assert dict(app.query_params) == {"bundle": "my-list"}
    built, small = open_bundle(own_bundles / "my-list"), open_bundle(own_bundles / "small")
    assert built.listings.equals(small.listings)
    assert list(scratch.iterdir()) == []
    builds._builds().clear()  # as when the server is started anew
    later = open_own(CATALOGUE, bundle="my-list")
    assert "2 rows of the lists left out" in [each.label for each in later.expander]
    assert wrong_rows(later)["Listing"].tolist() == ["0a", "No id"]


def open_view(app: AppTest, view: str) -> AppTest:
    """Choose a view of the page."""
    return next(each for each in app.button_group if each.key == "catalogue_view").set_value(view).run()


def upload(app: AppTest, key: str, name: str, content: bytes) -> None:
    """Give a file."""
    app.file_uploader(key=key).set_value((name, content, "application/octet-stream")).run()


def zipped(folder: Path, without: str = "") -> bytes:
    """The files of a folder in a zip, below a folder of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in (each for each in sorted(folder.rglob("*.*")) if each.name != without):
            archive.write(path, Path("all of them") / path.relative_to(folder))
    return buffer.getvalue()
