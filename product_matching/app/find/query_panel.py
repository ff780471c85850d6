"""The panel of the query: a photo by file, camera or clipboard, a title, or a listing."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from product_matching.app.address import MAX_TITLE_CHARS, Address, as_typed
from product_matching.app.find.found_words import draw_mode
from product_matching.app.find.photo_inputs import draw_part_choice, draw_paste_field, draw_searched_photo
from product_matching.app.find.query import Asked
from product_matching.app.navigation import change_address, coupled, current_address, go_to
from product_matching.app.resources import uploads
from product_matching.app.shared.columns import card_lines
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.samples import is_title_of, sample_address, sample_name, title_as_typed
from product_matching.app.shared.uploads import PHOTO_HELP, PHOTO_MB
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.bundle import Bundle
from product_matching.store.sample_queries import SampleQuery

_FILE, _CAMERA, _SOURCE = "photo_file", "photo_camera", "photo_source"
_UPLOAD, _TAKE = "Upload", "Camera"
_PICTURE_WIDTH = 120


def draw_query_panel(bundle: Bundle, address: Address, asked: Asked) -> None:
    """Draw what is searched for and the inputs to change it; only those that the catalogue can answer."""
    row = _row_of(bundle, address.listing)
    if row is not None:
        _draw_listing(bundle, row)
        draw_paste_field(bundle, "Paste a picture instead")
        return
    photo, title = st.columns(2, gap="medium")
    with photo:
        if asked.sample is not None:
            _draw_sample(bundle, asked, asked.sample, address.title)
        elif bundle.photo_vectors is None:
            st.caption("This catalogue has titles only: photos cannot be searched in it.")
        elif asked.upload is not None:
            _draw_upload(asked, asked.upload.name)
        elif bundle.manifest.photo_model is not None and not draw_if_missing(bundle.manifest.photo_model):
            _draw_photo_inputs()
        draw_part_choice(asked, address)
        has_photo = asked.sample is not None or asked.upload is not None
        draw_paste_field(bundle, "Paste another picture" if has_photo else "Paste a picture")
    with title:
        if bundle.title_matrix is None:
            st.caption("This catalogue has photos only: titles cannot be searched in it.")
        else:
            _draw_title_input(address)
            draw_mode(asked)


def search_sample(bundle: Bundle, sample: SampleQuery) -> None:
    """Make a sample the query; for callbacks."""
    go_to(sample_address(current_address(), sample, bundle))


def search_listing(posting_id: str) -> None:
    """Make a listing of the catalogue the query; for callbacks."""
    go_to(current_address().of_listing(posting_id))


def _row_of(bundle: Bundle, posting_id: str | None) -> int | None:
    rows = np.flatnonzero((bundle.listings["posting_id"] == posting_id).to_numpy())
    return int(rows[0]) if len(rows) else None


def _draw_listing(bundle: Bundle, row: int) -> None:
    record = {str(name): value for name, value in bundle.listings.iloc[row].items()}
    with _beside():
        draw_picture(bundle, row, listing_name(record), _PICTURE_WIDTH)
        with st.container(gap="xsmall"):
            st.markdown(f"**{plain(shorten(listing_name(record), 160))}**")
            told = [f"Listing {record['posting_id']}", *card_lines(record)]
            st.caption(plain(" · ".join(told)))
            _draw_change("Search for something else", ":material/close:", listing=None)


def _beside() -> DeltaGenerator:
    """A frame for a picture with text beside it, at any width."""
    return st.container(horizontal=True, border=True, wrap=False, gap="small")


def _draw_sample(bundle: Bundle, asked: Asked, sample: SampleQuery, typed: str) -> None:
    """Draw the sample that is searched for, with the choice to search by its title too."""
    own = title_as_typed(sample)
    left = {"sample": None, "title": ""} if is_title_of(sample, typed) else {"sample": None}
    with _beside():
        draw_searched_photo(asked, _PICTURE_WIDTH)
        with st.container(gap="xsmall"):
            st.markdown(f"**{plain(shorten(sample_name(sample), 160))}**")
            st.caption(_searched_by(typed, part=asked.part is not None))
            with st.container(horizontal=True, gap="small"):
                if own and not typed and bundle.title_matrix is not None:
                    _draw_change("Search with its title too", ":material/title:", title=own)
                elif own and typed == own:
                    _draw_change("Search by its photo alone", ":material/image:", title="")
                _draw_change("Search for something else", ":material/close:", **left)


def _draw_change(label: str, icon: str, **changes: Any) -> None:
    st.button(label, icon=icon, type="tertiary", on_click=change_address, kwargs=changes)


def _searched_by(typed: str, *, part: bool) -> str:
    if part:
        return "Searched by a part of its photo and a title." if typed else "Searched by a part of its photo."
    return "Searched by photo and title." if typed else "Searched by its photo."


def _draw_upload(asked: Asked, name: str) -> None:
    with _beside():
        draw_searched_photo(asked, _PICTURE_WIDTH)
        with st.container(gap="xsmall"):
            st.caption(plain(shorten(name, 60)))
            _draw_change("Remove the photo", ":material/close:", upload=None)


def _draw_photo_inputs() -> None:
    source = st.segmented_control(
        "Photo from", [_UPLOAD, _TAKE], default=_UPLOAD, key=_SOURCE, required=True, label_visibility="collapsed"
    )
    if source == _TAKE:
        st.camera_input("Photo of the product", key=_CAMERA, on_change=_take_photo, args=(_CAMERA,))
    else:
        st.file_uploader(
            "Photo of the product",
            type="image",
            key=_FILE,
            max_upload_size=PHOTO_MB,
            on_change=_take_photo,
            args=(_FILE,),
            help=PHOTO_HELP,
        )


def _take_photo(key: str) -> None:
    photo = st.session_state.get(key)
    if photo is None:
        change_address(upload=None)
    else:
        go_to(current_address().of_upload(uploads().put(photo.getvalue(), photo.name)))


def _draw_title_input(address: Address) -> None:
    st.text_input(
        "Title",
        max_chars=MAX_TITLE_CHARS,
        placeholder="A title, or a few of its words",
        help="A few words find the listings whose titles hold them, a whole title finds its duplicates. Beside a photo "
        f"a listing within either threshold is a match. At most {MAX_TITLE_CHARS} characters: a longer text is not "
        "taken.",
        **coupled("title", address.title, to=as_typed, typed=True),
    )
