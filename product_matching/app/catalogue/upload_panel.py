"""A catalogue to build from uploaded files."""

from __future__ import annotations

import streamlit as st

from product_matching.app.catalogue.source import Source, upload_source
from product_matching.app.shared.uploads import upload_key

#: Megabytes of the list and of the photos; larger catalogues are built from a folder or by the command.
MAX_LIST_MB, MAX_PHOTOS_MB = 50, 300
_CHECKED = "checked_upload"


def draw_upload() -> Source | None:
    """Draw the fields for the files; returns what they hold, None while there is no list."""
    table_column, photos_column = st.columns(2, gap="medium")
    with table_column:
        table = st.file_uploader(
            "List of listings", type=["csv", "parquet"], max_upload_size=MAX_LIST_MB, key="build_list"
        )
    with photos_column:
        photos = st.file_uploader(
            "Photos, in a zip file",
            type="zip",
            max_upload_size=MAX_PHOTOS_MB,
            key="build_photos",
            help="The photos may lie in a folder of the zip file. Without photos the catalogue is one of titles. Build "
            "a larger catalogue from a folder of the server, or with the command `product-matching build`.",
        )
    if table is None:
        st.session_state.pop(_CHECKED, None)
        return None
    content = table.getvalue()
    packed = None if photos is None else photos.getvalue()
    key = (table.name, upload_key(content), None if packed is None else upload_key(packed))
    known = st.session_state.get(_CHECKED)
    if known is None or known[0] != key:
        with st.spinner("Checking the listings and photos"):
            known = (key, upload_source(table.name, content, packed))
        st.session_state[_CHECKED] = known
    source: Source = known[1]
    return source
