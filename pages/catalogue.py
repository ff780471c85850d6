"""Catalogue: what it holds in numbers and pictures, its listings to browse, and ways to open or build another one."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import BROWSE, BUILD, CATALOGUE, CHANGE, OPEN, OVERVIEW
from product_matching.app.catalogue.browse import draw_browse
from product_matching.app.catalogue.build import draw_build
from product_matching.app.catalogue.build_report import draw_report
from product_matching.app.catalogue.builds import build_of
from product_matching.app.catalogue.change import draw_change
from product_matching.app.catalogue.changes import change_of, is_changeable
from product_matching.app.catalogue.opening import draw_opening
from product_matching.app.catalogue.overview import draw_overview
from product_matching.app.frame import Frame, draw_frame, draw_no_catalogue, draw_problems
from product_matching.app.navigation import coupled
from product_matching.app.resources import bundle_of, warm_up
from product_matching.app.shared.deciding import decide_how
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle

_VIEWS = {
    OVERVIEW: ":material/insights: Overview",
    BROWSE: ":material/grid_view: Browse",
    CHANGE: ":material/edit: Add or remove",
    OPEN: ":material/folder_open: Open another",
    BUILD: ":material/add_box: Build one",
}


def draw_catalogue(frame: Frame) -> None:
    """Draw the page."""
    st.title("Catalogue", anchor=False)
    st.segmented_control(
        "View",
        list(_VIEWS),
        format_func=lambda view: _VIEWS[view],
        required=True,
        label_visibility="collapsed",
        **coupled("view", frame.address.view),
    )
    draw_problems(frame)
    if frame.address.view == OPEN:
        draw_opening(frame)
    elif frame.address.view == BUILD:
        draw_build(frame)
    else:
        try:
            _draw_current(frame)
        except InputError as error:  # such as pictures that cannot be read any more
            st.error(plain(str(error)), icon=":material/error:")
    if frame.current is not None:
        warm_up(frame.current)


def _draw_current(frame: Frame) -> None:
    bundle = _open(frame)
    if bundle is None:
        return
    if frame.address.view == BROWSE:
        draw_browse(bundle, frame.address, removable=is_changeable(bundle.folder))
    elif frame.address.view == CHANGE:
        draw_change(bundle, frame.address)
    else:
        name = bundle.folder.name
        told = frame.address.report == name and build_of(name) is not None and change_of(bundle.folder) is None
        if told:
            draw_report(frame, name)
        draw_overview(bundle, decide_how(bundle, frame.address), with_unreadable=not told)


def _open(frame: Frame) -> Bundle | None:
    if frame.current is None or frame.problem:
        draw_no_catalogue(frame)
        return None
    try:
        return bundle_of(frame.current)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


draw_catalogue(draw_frame(CATALOGUE, "Catalogue"))
