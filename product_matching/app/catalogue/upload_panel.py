"""A catalogue to build from uploaded files."""

from __future__ import annotations

import streamlit as st

from product_matching.app.catalogue.source import Source, upload_source
from product_matching.app.shared.file_field import draw_file, drop_file

#: Megabytes of the list and of the photos; larger catalogues are built from a folder or by the command.
MAX_LIST_MB, MAX_PHOTOS_MB = 50, 300
_LIST, _PHOTOS = "build_list", "build_photos"
_CHECKED = "checked_upload"


def draw_upload() -> Source | None:
    """Draw the fields for the files; returns what they hold, None while there is no list."""
    table_column, photos_column = st.columns(2, gap="medium")
    with table_column:
        table = draw_file("List of listings", _LIST, types=["csv", "parquet"], max_mb=MAX_LIST_MB, explained=None)
    with photos_column:
        photos = draw_file(
            "Photos, in a zip file",
            _PHOTOS,
            types=["zip"],
            max_mb=MAX_PHOTOS_MB,
            explained="The photos may lie in a folder of the zip file. Without photos the catalogue is one of titles. "
            "Build a larger catalogue from a folder of the server, or with the command `product-matching build`.",
        )
    if table is None:
        st.session_state.pop(_CHECKED, None)
        return None
    key = (table.name, table.key, None if photos is None else photos.key)
    known = st.session_state.get(_CHECKED)
    if known is None or known[0] != key:
        with st.spinner("Checking the listings and photos"):
            known = (key, upload_source(table.name, table.data, None if photos is None else photos.data))
        st.session_state[_CHECKED] = known
    source: Source = known[1]
    return source


def forget_upload() -> None:
    """Forget the files: the catalogue is built."""
    drop_file(_LIST, _PHOTOS)
    st.session_state.pop(_CHECKED, None)
