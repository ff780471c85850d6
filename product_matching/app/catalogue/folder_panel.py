"""A catalogue to build from a folder of the server."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from product_matching.app.catalogue.source import Source, folder_source
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.listings.catalogue_folder import tables_in
from product_matching.places import embeddings_folder
from product_matching.store.opening import OPEN_PATHS, allowed_folder, paths_are_open

#: Seconds for which a folder that was checked is taken as unchanged.
_FRESH = 60


def draw_folder() -> Source | None:
    """Draw the field for a path; returns what lies there, None while there is none to speak of."""
    where = "of any folder of the server" if paths_are_open() else f"of a folder in {embeddings_folder()}"
    typed = st.text_input(
        "Folder with the list and the photos",
        placeholder=f"Path {where}",
        help="The photos lie beside the list or in a folder right below. Whoever runs the app allows folders outside "
        f"that of the catalogues with {OPEN_PATHS}=1.",
        key="build_folder",
        width=560,
    )
    if not typed.strip():
        return None
    try:
        folder = allowed_folder(typed)
        tables = tables_in(folder)
        if not tables:
            raise InputError(f"There is no CSV and no Parquet file in {typed.strip()!r:.80}.")
    except (InputError, OSError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    table = tables[0] if len(tables) == 1 else st.selectbox("List", tables, key="build_table", width=560)
    with st.spinner("Checking the listings and photos"):
        return _checked(folder, table, (folder / table).stat().st_mtime_ns)


@st.cache_resource(max_entries=4, ttl=_FRESH, show_spinner=False)
def _checked(folder: Path, table: str, written: int) -> Source:
    return folder_source(folder, table)
