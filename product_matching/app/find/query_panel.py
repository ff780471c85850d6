"""The panel of the query: a photo by file or camera, a title, or a listing."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.address import MAX_TITLE_CHARS, Address, as_typed
from product_matching.app.find.found_words import draw_mode
from product_matching.app.find.query import Asked
from product_matching.app.navigation import change_address, coupled, current_address, go_to
from product_matching.app.resources import uploads
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.sample_gallery import draw_sample_picture
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
    st.subheader("Searched for", anchor=False)
    row = _row_of(bundle, address.listing)
    if row is not None:
        _draw_listing(bundle, row)
        return
    if asked.sample is not None:
        _draw_sample(bundle, asked.sample, address.title)
    elif bundle.photo_vectors is None:
        st.caption("This catalogue has titles only: photos cannot be searched in it.")
    elif asked.upload is not None and asked.upload.thumbnail is not None:
        _draw_upload(asked.upload.thumbnail, asked.upload.name)
    elif bundle.manifest.photo_model is not None and not draw_if_missing(bundle.manifest.photo_model):
        _draw_photo_inputs()
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
    with st.container(border=True):
        draw_picture(bundle, row, listing_name(record), _PICTURE_WIDTH)
        st.markdown(plain(shorten(listing_name(record), 160)))
        st.caption(f"Listing {plain(str(record['posting_id']))}")
    st.button("Search for something else", icon=":material/close:", on_click=change_address, kwargs={"listing": None})


def _draw_sample(bundle: Bundle, sample: SampleQuery, typed: str) -> None:
    """Draw the sample that is searched for, with the choice to search by its title too."""
    with st.container(border=True):
        draw_sample_picture(sample, _PICTURE_WIDTH)
        st.markdown(plain(shorten(sample_name(sample), 160)))
        st.caption("Searched by photo and title." if typed else "Searched by its photo.")
    own = title_as_typed(sample)
    if own and not typed and bundle.title_matrix is not None:
        st.button("Search with its title too", icon=":material/title:", on_click=change_address, kwargs={"title": own})
    elif own and typed == own:
        st.button("Search by its photo alone", icon=":material/image:", on_click=change_address, kwargs={"title": ""})
    left = {"sample": None, "title": ""} if is_title_of(sample, typed) else {"sample": None}
    st.button("Search for something else", icon=":material/close:", on_click=change_address, kwargs=left)


def _draw_upload(thumbnail: bytes, name: str) -> None:
    with st.container(border=True):
        st.image(shown_picture(thumbnail), width=_PICTURE_WIDTH, alt="Your photo")
        st.caption(plain(shorten(name, 60)))
    st.button("Remove the photo", icon=":material/close:", on_click=change_address, kwargs={"upload": None})


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
        **coupled("title", address.title, to=as_typed),
    )
