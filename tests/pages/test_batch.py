"""Find, many at once: nothing uploaded, the example, files with problems, a table with a zip, filter and files."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app import resources
from product_matching.app.find.checked import CheckedList
from product_matching.app.shared.batches import SAMPLES_KEY, BatchStore
from product_matching.matching.bands import Bands
from product_matching.places import home_folder
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.table_file import TableFormat
from tests.pages.conftest import PROJECT, TIMEOUT, finish_jobs

FIND = "pages/find.py"
Open = Callable[..., AppTest]
#: Rows of which all but the first are faulty.
FAULTY = (
    "posting_id,image,title,price\n"
    "a,,Speaker Bluetooth Fleco F6,1\n"
    "a,,Tepung Terigu,2\n"
    ",,Jam *Tangan*,3\n"
    ",,,\n"
    "d,gone.jpg,Paper Bag Victoria Secret,5\n"
    "e,,Sepatu\n"
)
TABLE = (
    "posting_id,image,title,price\n"
    "new1,3b.jpg,Tepung Terigu Hana Emas 1 Kg,7\n"
    "new2,bad.jpg,=Speaker Fleco F6,8\n"
    "new3,,xyzzy *qwertz*,9\n"
)


@pytest.fixture
def photos(small_catalogue: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(small_catalogue / "images" / "3b.jpg", "3b.jpg")
        archive.writestr("bad.jpg", b"no photo")
    return buffer.getvalue()


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    return re.sub(r"\\(?=[\W_])", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def button(app: AppTest, key: str) -> object:
    return next(each for each in app.button if each.key == key)


def upload(app: AppTest, table: bytes, photos: bytes | None = None) -> AppTest:
    app.file_uploader(key="batch_table").set_value(("new.csv", table, "text/csv"))
    if photos is not None:
        app.file_uploader(key="batch_photos").set_value(("photos.zip", photos, "application/zip"))
    app.run()
    button(app, "batch_check").click().run()
    return finish_jobs(app)


def counts(app: AppTest) -> dict[str, int]:
    return {each.label: int(each.value) for each in app.metric}


def decided(app: AppTest) -> dict[str, str]:
    start = "batch_decision_"
    return {each.key.removeprefix(start): each.value for each in app.selectbox if str(each.key).startswith(start)}


def test_without_a_list_the_page_says_what_to_give_and_each_catalogue_can_be_asked(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo")
    next(each for each in app.button_group if each.key == "find_find_view").set_value("many").run()
    assert app.query_params["check"] == "many"
    assert "`posting_id`" in shown(app)
    assert button(app, "batch_check").disabled
    assert button(app, "batch_example")
    for bundle, uploads in (("titles", ["batch_table"]), ("photos", ["batch_table", "batch_photos"])):
        app = open_app(FIND, bundle=bundle, check="many", batch="0" * 20)
        assert "no longer kept" in shown(app)
        assert [each.key for each in app.file_uploader] == uploads
        assert not [each for each in app.button if each.key == "batch_example"]


def test_the_example_is_checked_filtered_decided_and_kept(open_app: Open, bundles: Path) -> None:
    app = open_app(FIND, bundle="demo", check="many")
    button(app, "batch_example").click().run()
    finish_jobs(app)
    assert app.query_params["batch"] == SAMPLES_KEY
    finder = Finder(open_bundle(bundles / "demo"))
    n = len(finder.bundle.samples)
    assert f"{n} listings" in shown(app)
    assert sum(counts(app).values()) == n == len(decided(app))
    thresholds = default_thresholds(finder.bundle)
    matched = {
        query_id: len(finder.matches(finder.sample_query(query_id, with_title=True), thresholds)) > 0
        for query_id in finder.bundle.samples.table["query_id"]
    }
    assert {name: decision != "reject" for name, decision in decided(app).items()} == matched
    assert counts(app)["New"] == sum(not one for one in matched.values())
    assert not [slider for slider in app.slider if slider.key == "batch_bands"]

    band = next(each for each in app.button_group if each.key == "find_proposal")
    band.set_value("same").run()
    assert app.query_params["band"] == "same"
    assert len(decided(app)) == counts(app)["Same product"]
    assert set(decided(app).values()) == {"accept"}
    first = next(iter(decided(app)))
    app.selectbox(key=f"batch_decision_{first}").set_value("open").run()
    other = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=TIMEOUT)
    other.query_params.update(app.query_params)
    other.switch_page(FIND).run()
    assert decided(other)[first] == "open"
    assert len(decided(other)) == len(decided(app))


def test_problems_of_both_files_are_told_together_and_others_can_be_chosen(open_app: Open, photos: bytes) -> None:
    app = open_app(FIND, bundle="small", check="many")
    upload(app, TABLE.replace("posting_id", "id").encode(), b"no zip")
    told = shown(app)
    assert "'new.csv' cannot be used because of 2 problems" in told
    assert "no column 'posting_id'" in told
    assert "no zip that can be read" in told
    assert "- - " not in told
    next(each for each in app.button if each.label == "Choose other files").click().run()
    assert "batch" not in app.query_params
    assert "**new.csv**" in shown(app)
    assert "**photos.zip**" in shown(app)
    upload(app, TABLE.encode())
    told = shown(app)
    assert "because of 1 problem" in told
    assert "no zip that can be read" in told
    next(each for each in app.button if each.label == "Choose other files").click().run()
    app.file_uploader(key="batch_photos").set_value(("better.zip", photos, "application/zip")).run()
    button(app, "remove_batch_table").click().run()
    assert button(app, "batch_check").disabled


def test_a_table_with_a_zip_is_checked_by_the_pair_scorer(
    open_app: Open,
    bundles: Path,
    photos: bytes,
    models_with_pairs: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(tiny_model, home_folder() / "models" / "tiny")
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    app = open_app(FIND, bundle="small", check="many")
    upload(app, TABLE.encode(), photos)
    told = shown(app)
    assert "new.csv: 3 listings" in told
    assert counts(app)["Not compared"] == 1
    assert "bad.jpg is no photo that can be read" in told
    assert "xyzzy *qwertz*" in told
    assert "Expected by these percentages" in told
    assert re.search(r"\*\*\d+ %\*\* same product", told)

    batch = resources.batches().get(app.query_params["batch"])
    (result,) = batch.results.values()
    best = {each.listing.posting_id: each.found[0].level for each in result if each.found}
    app.slider(key="batch_bands").set_value((0, 1)).run()
    assert (app.query_params["reject"], app.query_params["accept"]) == ("0", "1")
    assert counts(app)["Same product"] == sum(level >= 0.01 for level in best.values())

    batch.decisions["new1"] = "reject"
    finder = Finder(open_bundle(bundles / "small"))
    view = CheckedList(finder=finder, batch=batch, result=result, bands=Bands(accept=0.01, reject=0.0))
    text = view.file(TableFormat.csv).decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert table["posting_id"].drop_duplicates().tolist() == ["new1", "new2", "new3"]
    assert set(table.loc[table["posting_id"] == "new1", "decision"]) == {"reject"}
    assert set(table.loc[table["posting_id"] == "new2", "title"]) == {"'=Speaker Fleco F6"}
    assert float(table["probability"][0]) == best["new1"]
    rows = json.loads(view.file(TableFormat.json))
    parquet = pd.read_parquet(io.BytesIO(view.file(TableFormat.parquet)))
    assert len(rows) == len(parquet) == len(table)
    assert parquet["price"].tolist() == table["price"].tolist()
    assert len([each for each in app.get("download_button") if each.label == "Download"]) == 1


def test_rows_that_cannot_be_used_stand_in_the_result_and_the_file_with_their_reason(
    open_app: Open, bundles: Path, photos: bytes
) -> None:
    app = upload(open_app(FIND, bundle="small", check="many"), FAULTY.encode(), photos)
    told = shown(app)
    assert "new.csv: 5 listings" in told
    assert "3 lines cannot be used" in told
    assert "1 empty line is passed over." in told
    assert counts(app)["Not compared"] == 3
    assert "Line 3: duplicate posting_id: 'a' as in line 2." in told
    assert "Line 4: empty posting_id." in told
    assert "**Jam *Tangan***" in told
    assert "Line 6: no such photo in the zip: 'gone.jpg'." in told
    assert "Line 7: not 4 fields as in the header: 3." in told
    assert sorted(decided(app)) == ["a", "d"]
    batch = resources.batches().get(app.query_params["batch"])
    (result,) = batch.results.values()
    batch.decisions["a"] = "reject"
    finder = Finder(open_bundle(bundles / "small"))
    view = CheckedList(finder=finder, batch=batch, result=result, bands=Bands(accept=0.9, reject=0.1))
    table = pd.read_parquet(io.BytesIO(view.file(TableFormat.parquet)))
    lines = table.drop_duplicates(["posting_id", "title"])
    assert lines["posting_id"].tolist() == ["a", "a", "", "d", "e"]
    assert lines["proposal"].eq("not compared").tolist() == [False, True, True, False, True]
    assert lines["decision"].tolist()[:3] == ["reject", "open", "open"]
    assert lines["note"].tolist()[1] == "Line 3: duplicate posting_id: 'a' as in line 2."
    assert lines["price"].tolist()[:4] == ["1", "2", "3", "5"]


def test_lists_are_kept_by_content_and_the_oldest_are_dropped() -> None:
    store = BatchStore(max_batches=2, max_bytes=10)
    first = store.put(b"1234", "a.csv", None)
    assert store.put(b"1234", "again.csv", None) == first
    assert store.put(b"12", "a.csv", b"34") != first
    third = store.put(b"123", "c.csv", None)
    assert store.get(first) is None
    large = store.put(b"12345678", "d.csv", b"9")
    assert store.get(third) is None
    assert store.get(large).size == 9
    batch = store.get(SAMPLES_KEY)
    for number in range(5):
        batch.keep(str(number), [])
    assert list(batch.results) == ["2", "3", "4"]
