"""Build a catalogue: its files are checked, all problems told, and what was left out is reported in the end."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.address import BUILD, FIND, OVERVIEW, Address, write_address
from product_matching.app.catalogue.builds import (
    BuildOrder,
    build_of,
    cancel_build,
    check_name,
    photo_models,
    proposed_name,
    running_builds,
    start_build,
)
from product_matching.app.catalogue.photos_view import draw_unreadable
from product_matching.app.catalogue.source import Source
from product_matching.app.catalogue.source_panel import draw_example, draw_problems, draw_source, draw_usable
from product_matching.app.frame import Frame
from product_matching.app.jobs import State
from product_matching.app.navigation import change_address, remembered_address
from product_matching.app.resources import bundle_of
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.job_view import draw_job
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError

_MODEL = "build_model"


def draw_build(frame: Frame) -> None:
    """Draw the view."""
    _draw_builds(frame)
    st.markdown(
        "Give a list of listings as CSV or Parquet, and their photos. Everything stays on this server; the "
        "catalogue is then in the choice at the top."
    )
    source = draw_source()
    if source is None:
        draw_example()
    elif source.problems:
        draw_problems(source)
    else:
        _draw_order(source, frame.address.report)


def _draw_order(source: Source, report: str | None) -> None:
    draw_usable(source)
    models = photo_models() if source.n_photos else {}
    if source.n_photos and not models:
        st.error("There is no photo model on this server, which photos are embedded with.", icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"build_name_{source.name}"
        name = st.text_input("Name", value=proposed_name(source.name), key=key, width=260).strip()
        if models:
            st.selectbox("Photo model", list(models), width=300, key=_MODEL)
        replace = _draw_replace(name)
        st.button(
            "Build the catalogue",
            type="primary",
            icon=":material/construction:",
            disabled=bool(_problem(name, replace=replace)),
            on_click=_begin,
            args=(source, key),
        )
    problem = _problem(name, replace=replace)
    if problem and name != report:
        st.error(plain(problem), icon=":material/error:")


def _draw_replace(name: str) -> bool:
    """A box to tick where there is a catalogue of this name."""
    if not _problem(name, replace=False) or _problem(name, replace=True):
        return False
    return st.checkbox("Replace it", key=_replace_key(name), help=f"Build {plain(name)} anew from this list.")


def _problem(name: str, *, replace: bool) -> str:
    try:
        check_name(name, replace=replace)
    except InputError as error:
        return str(error)
    return ""


def _replace_key(name: str) -> str:
    return f"build_replace_{name}"


def _begin(source: Source, key: str) -> None:
    """Begin the build as the fields stand now, which the page may not have been drawn with yet."""
    if source.open is None:
        return
    name = str(st.session_state[key]).strip()
    model = photo_models()[st.session_state[_MODEL]] if source.n_photos else None
    replace = bool(st.session_state.get(_replace_key(name), False))
    try:
        start_build(BuildOrder(name=name, opened=source.open, model=model, replace=replace))
    except InputError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    change_address(view=BUILD, report=name)


def _draw_builds(frame: Frame) -> None:
    """The builds that run, and how the one that the address names ended."""
    running = running_builds()
    for name, job in running.items():
        draw_job(job, f"Building {plain(name)}", partial(cancel_build, name))
    report = frame.address.report
    if report and report not in running:
        _draw_report(frame, report)


def _draw_report(frame: Frame, name: str) -> None:
    job = build_of(name)
    if job is not None and job.cancelled and job.state is not State.DONE:
        st.info(f"The build of {plain(name)} was cancelled; nothing of it is left.", icon=":material/cancel:")
        return
    if job is not None and job.error:
        st.error(f"{plain(name)} was not built. {plain(job.error)}", icon=":material/error:")
        return
    built = next((each for each in frame.catalogues if each.name == name and each.manifest is not None), None)
    if built is not None:
        _draw_built(frame.address, built, None if job is None else job.seconds)


def _draw_built(address: Address, built: Catalogue, seconds: float | None) -> None:
    manifest = built.manifest
    if manifest is None:
        return
    with st.container(border=True):
        took = "" if seconds is None else f" in {seconds:.0f} s"
        counts = f"{count_text(manifest.n_listings, 'listing')}, {count_text(manifest.n_photos, 'photo')}"
        st.markdown(f":green[:material/check_circle:] **{plain(built.name)}** is built{took}: {counts}.")
        with st.container(horizontal=True):
            if st.button("Search it", type="primary", icon=":material/search:"):
                place = remembered_address().in_catalogue(built.name).of_title("")
                st.switch_page(FIND, query_params=write_address(place, FIND))
            st.button(
                "Look at it",
                icon=":material/insights:",
                on_click=partial(change_address, bundle=built.name, view=OVERVIEW, report=None),
            )
        if manifest.unreadable_photos:
            st.caption("Listings whose photo could not be read are in the catalogue with their title alone.")
            draw_unreadable(bundle_of(built))
        else:
            st.caption("Nothing was left out.")
