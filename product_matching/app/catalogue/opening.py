"""The catalogues that are here, to open one of them, and a field for the path of another."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from product_matching.app.address import OVERVIEW, Address
from product_matching.app.frame import Frame
from product_matching.app.navigation import change_address, go_to
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.wording import count_text, plain
from product_matching.app.writing import open_by_path
from product_matching.errors import InputError
from product_matching.places import embeddings_folder
from product_matching.store.manifest import Manifest
from product_matching.store.opening import paths_are_open


def draw_opening(frame: Frame) -> None:
    """Draw the view."""
    if frame.catalogues:
        st.subheader("On this server", anchor=False)
        with st.grid(min_column_width=260, border=True, gap="small") as grid:
            for catalogue in frame.catalogues:
                with grid.cell():
                    _draw_catalogue(catalogue, is_open=catalogue == frame.current)
    _draw_path(frame.address)


def _draw_catalogue(catalogue: Catalogue, *, is_open: bool) -> None:
    st.markdown(f"**{plain(catalogue.name)}**" + (" :green-badge[open]" if is_open else ""))
    if catalogue.manifest is None:
        st.error(plain(catalogue.problem), icon=":material/error:")
        return
    st.markdown("  \n".join(say_catalogue(catalogue, catalogue.manifest)))
    st.button(
        "Open",
        key=f"open_{catalogue.name}",
        icon=":material/folder_open:",
        disabled=is_open,
        on_click=partial(change_address, bundle=catalogue.name, view=OVERVIEW),
    )


def say_catalogue(catalogue: Catalogue, manifest: Manifest) -> list[str]:
    """Say what a catalogue holds, which model its photos were embedded with, and when it was written; as Markdown."""
    lines = [count_text(manifest.n_listings, "listing")]
    if manifest.photo_model is not None:
        photos = f"{count_text(manifest.n_photos, 'photo')} by {plain(manifest.photo_model.name)}"
        lines.append(f":material/image: {photos}")
    if manifest.title_weighting is not None:
        lines.append(f":material/title: {count_text(manifest.n_titles, 'title')}")
    written = datetime.fromtimestamp(catalogue.version[0] / 1e9, tz=UTC)
    lines.append(f":gray[Written {written.day} {written:%B %Y}]")
    return lines


def _draw_path(address: Address) -> None:
    st.subheader("From a folder", anchor=False)
    with st.form("open_path", border=False):
        where = "any folder of the server" if paths_are_open() else f"a folder in {embeddings_folder()}"
        path = st.text_input(
            "Folder of a bundle", placeholder=f"Path of {where}", help=_HELP, key="open_folder", width=560
        )
        asked = st.form_submit_button("Open the folder", icon=":material/folder_open:")
    if not asked or not path.strip():
        return
    try:
        name = open_by_path(path)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    go_to(address.changed(bundle=name, view=OVERVIEW))
    st.rerun()


_HELP = (
    "A bundle is the folder that `build` writes. One that lies elsewhere is linked into the folder of the catalogues, "
    "so that it stays in the choice at the top; whoever runs the app allows that with PRODUCT_MATCHING_OPEN_PATHS=1."
)
