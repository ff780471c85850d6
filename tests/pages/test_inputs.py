"""Inputs of the find page: the region of a photo, and the field for a pasted picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from product_matching.app.components.picture_data import Picture
from product_matching.app.find import photo_inputs, photo_queue
from product_matching.app.shared.allowance import Allowance
from product_matching.encoders.keypoints import find_keypoints
from product_matching.encoders.photo import PhotoEncoder
from product_matching.encoders.photo_views import PhotoViews, Wanted
from product_matching.listings.photos import decode_photo, phash
from product_matching.listings.regions import crop_region, read_region
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, Query, default_thresholds
from tests.pages.cards import result_rows
from tests.pages.drawn_components import given_to
from tests.slow_photos import jpeg_of_scans

FIND = "pages/find.py"
Open = Callable[..., AppTest]
REGION = "0.25,0.2,0.5,0.55"


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "demo"))


@pytest.fixture
def encoder(tiny_model: Path) -> PhotoEncoder:
    return PhotoEncoder.load(tiny_model, device="cpu")


def by_hand(finder: Finder, encoder: PhotoEncoder, data: bytes) -> list[int]:
    """Rows of the matches of the region of a photo, from the library alone."""
    crop = crop_region(decode_photo(data), read_region(REGION))
    query = Query(photo=encoder.encode(crop), phash=phash(crop), keypoints=find_keypoints(crop))
    return finder.matches(query, default_thresholds(finder.bundle)).rows.tolist()


def test_the_region_of_an_upload_is_searched_for_and_left_with_its_photo(
    open_app: Open, finder: Finder, encoder: PhotoEncoder, small_catalogue: Path, encode_photo: Callable[..., bytes]
) -> None:
    scene = Image.new("RGB", (400, 300), "white")
    scene.paste(Image.open(small_catalogue / "images" / "3a.png").resize((200, 165)), (100, 60))
    photo = encode_photo(scene)
    app = open_app(FIND, bundle="demo")
    app.file_uploader[0].set_value(("scene.png", photo, "image/png")).run()
    whole = result_rows(app)
    app.query_params["region"] = REGION
    rows, expected = result_rows(app.run()), by_hand(finder, encoder, photo)
    assert rows[: len(expected)] == expected
    assert rows != whole
    drawn = given_to(app, "region")
    assert (drawn["region"], drawn["alt"]) == (REGION, "Your photo")
    shown = Image.open(io.BytesIO(base64.b64decode(drawn["picture"].partition(",")[2])))
    assert shown.size == (400, 300), "the whole photo is drawn on"
    app.text_input(key="find_title").set_value("tepung terigu").run()
    assert app.query_params["region"] == REGION
    next(button for button in app.button if button.label == "Remove the photo").click().run()
    assert "region" not in app.query_params


def test_the_region_of_a_sample_is_embedded_and_its_truth_stays(
    open_app: Open, finder: Finder, encoder: PhotoEncoder
) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", region=REGION)
    expected = by_hand(finder, encoder, finder.bundle.sample("q3").picture)
    assert result_rows(app)[: len(expected)] == expected
    assert any("Known for this sample" in str(caption.value) for caption in app.caption)
    assert given_to(app, "region")["alt"].startswith("Sample photo of Hana Emas")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"sample": "q3", "region": "0.9,0,0.5,0.5"}, "'region' in the address is '0.9,0,0.5,0.5'"),
        ({"listing": "5b", "region": REGION}, "names a region without a photo of your own"),
    ],
)
def test_a_region_that_cannot_be_used_is_told_and_the_whole_is_searched_for(
    open_app: Open, params: dict[str, str], said: str
) -> None:
    app = open_app(FIND, bundle="demo", **params)
    assert [said in str(warning.value).replace("\\", "") for warning in app.warning] == [True]
    assert result_rows(app)
    drawn = given_to(app, "region")
    assert drawn is None or drawn["region"] is None


def test_a_pasted_picture_is_searched_for_as_an_upload(
    open_app: Open, small_catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(FIND, bundle="demo", listing="5b")
    assert given_to(app, "paste")["label"] == "Paste a picture instead"
    pasted = [Picture((small_catalogue / "images" / "3b.jpg").read_bytes(), "image.png")]
    monkeypatch.setattr(photo_inputs, "draw_paste", lambda *_, **__: pasted.pop() if pasted else None)
    app.run()
    assert set(app.query_params) == {"bundle", "upload"}
    assert result_rows(app)
    assert any(str(caption.value).replace("\\", "") == "image.png" for caption in app.caption)


def test_a_photo_that_is_refused_is_told_in_one_sentence_and_another_can_be_given(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo")
    app.file_uploader[0].set_value(("slow.jpg", jpeg_of_scans(16, 3000), "image/jpeg")).run()
    said = ["The photo slow.jpg is a JPEG of 3,006 scans: at most 100 are accepted."]
    assert [str(error.value).replace("\\", "") for error in app.error] == said
    assert not app.exception
    assert app.file_uploader


def test_a_photo_that_waits_shows_its_place(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(data: bytes, wanted: Wanted, *, name: str, told: Callable[[int], None]) -> PhotoViews:
        told(2)
        st.stop()

    app = open_app(FIND, bundle="demo")
    monkeypatch.setattr(photo_queue, "shared_workers", lambda: SimpleNamespace(view=wait))
    app.file_uploader[0].set_value(("a.png", b"anything", "image/png")).run()
    assert [info.value for info in app.info] == ["2 photos before yours."]


def test_too_many_photos_of_one_visitor_are_refused(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(FIND, bundle="demo")
    allowance = Allowance("photos", 1, 10)
    monkeypatch.setattr(photo_queue, "photo_allowance", lambda: allowance)
    for name, said in (("a.png", "The photo a.png is no photo"), ("b.png", "You have given 1 photos within 10")):
        app.file_uploader[0].set_value((name, name.encode(), "image/png")).run()
        assert [str(error.value).replace("\\", "").startswith(said) for error in app.error] == [True]


def test_titles_alone_have_no_field_for_pictures(open_app: Open) -> None:
    app = open_app(FIND, bundle="titles")
    assert not app.exception
    assert given_to(app, "paste") is None
