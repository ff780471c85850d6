"""Inputs of the find page: the region of a photo, and the field for a pasted picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from product_matching.app.components.picture_data import Picture
from product_matching.app.find import photo_inputs
from product_matching.encoders.keypoints import find_keypoints
from product_matching.encoders.photo import PhotoEncoder
from product_matching.listings.photos import decode_photo, phash
from product_matching.listings.regions import crop_region, read_region
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, Query, default_thresholds
from tests.pages.cards import result_rows
from tests.pages.drawn_components import given_to

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


def test_titles_alone_have_no_field_for_pictures(open_app: Open) -> None:
    app = open_app(FIND, bundle="titles")
    assert not app.exception
    assert given_to(app, "paste") is None
