"""The panel of the query: a photo by file, camera or clipboard, a title, or a listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from product_matching.app.address import MAX_TITLE_CHARS, Address, as_typed
from product_matching.app.find.found_words import draw_mode
from product_matching.app.find.photo_inputs import (
    draw_part_choice,
    draw_part_switch,
    draw_paste_field,
    draw_searched_photo,
)
from product_matching.app.find.print_words import draw_print, draw_print_switch
from product_matching.app.find.query import Asked
from product_matching.app.navigation import change_address, coupled, current_address, go_to
from product_matching.app.resources import uploads
from product_matching.app.shared.columns import card_lines
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.room import keep_room
from product_matching.app.shared.samples import is_title_of, sample_address, sample_name, title_as_typed
from product_matching.app.shared.uploads import PHOTO_HELP, PHOTO_MB
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.bundle import Bundle
from product_matching.store.sample_queries import SampleQuery

_FILE, _CAMERA, _SOURCE = "photo_file", "photo_camera", "photo_source"
_UPLOAD, _TAKE = "Upload", "Camera"
_PICTURE_WIDTH, _PASTE_WIDTH = 120, 168
#: Heights of the inputs for a photo and for a title, in pixels.
_PHOTO_ROOM, _TITLE_ROOM = 204, 68


def draw_query_panel(bundle: Bundle, address: Address, asked: Asked, matched: Mapping[int, tuple[str, ...]]) -> None:
    """Draw what is searched for and the inputs to change it; only those that the catalogue can answer.

    Parameters
    ----------
    bundle, address, asked
        What is searched for, and where.
    matched
        Words of the print on the photo by row of the listings that match.
    """
    photo, beside = st.columns(2, gap="medium")
    row = _row_of(bundle, address.listing)
    if row is not None:
        with photo:
            _draw_listing(bundle, row)
        with beside:
            draw_paste_field(bundle, "Paste a picture instead")
            draw_print_switch(bundle, address, asked)
            draw_print(bundle, asked, matched)
    elif asked.sample is None and asked.upload is None:
        with photo, keep_room(_PHOTO_ROOM if bundle.photo_vectors is not None else 0):
            _draw_no_photo(bundle)
        with beside, keep_room(_TITLE_ROOM if bundle.title_matrix is not None else 0):
            _draw_title(bundle, address)
            draw_mode(asked)
    else:
        with beside:
            with st.container(horizontal=True, wrap=False, gap="small"):
                _draw_title(bundle, address, short=True)
                draw_paste_field(bundle, "Paste another", width=_PASTE_WIDTH)
            with st.container(horizontal=True, gap="small"):
                is_part = draw_part_switch(asked, address)
                draw_print_switch(bundle, address, asked)
            draw_print(bundle, asked, matched)
        if is_part:
            with photo:
                draw_part_choice(asked, address)
        with beside if is_part else photo:
            _draw_photo(bundle, address, asked, with_picture=not is_part)


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
    record = bundle.listing(row)
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


def _draw_photo(bundle: Bundle, address: Address, asked: Asked, *, with_picture: bool) -> None:
    """Draw what the photo is that is searched for, and what can be searched for in its place."""
    with _beside() if with_picture else st.container(gap="xsmall"):
        if with_picture:
            draw_searched_photo(asked, _PICTURE_WIDTH)
        with st.container(gap="xsmall"):
            if asked.sample is not None:
                _draw_sample(bundle, asked, asked.sample, address.title)
            elif asked.upload is not None:
                st.caption(plain(shorten(asked.upload.name, 60)))
                _draw_change("Remove the photo", ":material/close:", upload=None)


def _draw_sample(bundle: Bundle, asked: Asked, sample: SampleQuery, typed: str) -> None:
    """Draw the sample that is searched for, with the choice to search by its title too."""
    own = title_as_typed(sample)
    left = {"sample": None, "title": ""} if is_title_of(sample, typed) else {"sample": None}
    st.markdown(f"**{plain(shorten(sample_name(sample), 160))}**")
    st.caption(_searched_by(typed, part=asked.part is not None))
    with st.container(horizontal=True, gap="small"):
        if own and not typed and bundle.title_matrix is not None:
            _draw_change("Add its title", ":material/title:", title=own)
        elif own and typed == own:
            _draw_change("Photo alone", ":material/image:", title="")
        _draw_change("Clear", ":material/close:", **left)


def _draw_change(label: str, icon: str, **changes: Any) -> None:
    st.button(label, icon=icon, type="tertiary", on_click=change_address, kwargs=changes)


def _searched_by(typed: str, *, part: bool) -> str:
    if part:
        return "Searched by a part of its photo and a title." if typed else "Searched by a part of its photo."
    return "Searched by photo and title." if typed else "Searched by its photo."


def _draw_no_photo(bundle: Bundle) -> None:
    """Draw the ways to give a photo, or why none can be searched for."""
    model = bundle.manifest.photo_model
    if bundle.photo_vectors is None:
        st.caption("This catalogue has titles only: photos cannot be searched in it.")
    elif model is not None and not draw_if_missing(model):
        _draw_photo_inputs()
    draw_paste_field(bundle, "Paste a picture")


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


def _draw_title(bundle: Bundle, address: Address, *, short: bool = False) -> None:
    """Draw the box for the title; `short` beside a photo, without its label."""
    if bundle.title_matrix is None:
        st.caption("This catalogue has photos only: titles cannot be searched in it.")
        return
    st.text_input(
        "Title",
        max_chars=MAX_TITLE_CHARS,
        placeholder="Add a title" if short else "A title, or a few of its words",
        help="A few words find the listings whose titles hold them, a whole title finds its duplicates. Beside a photo "
        f"a listing within either threshold is a match. At most {MAX_TITLE_CHARS} characters: a longer text is not "
        "taken.",
        label_visibility="collapsed" if short else "visible",
        **coupled("title", address.title, to=as_typed, typed=True),
    )
