"""Build a catalogue: its files are checked, all problems told, and what was left out is reported in the end."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.address import BUILD, OVERVIEW
from product_matching.app.catalogue.build_report import draw_report
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
from product_matching.app.catalogue.source import Source
from product_matching.app.catalogue.source_panel import draw_example, draw_problems, draw_source, draw_usable
from product_matching.app.catalogue.upload_panel import forget_upload
from product_matching.app.frame import Frame
from product_matching.app.jobs import State
from product_matching.app.navigation import change_address, go_to
from product_matching.app.shared.job_view import draw_job
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError

_MODEL = "build_model"
#: Name of the catalogue that the visitor has begun to build.
_BEGUN = "build_begun"


def draw_build(frame: Frame) -> None:
    """Draw the view."""
    if _draw_builds(frame):
        st.caption(
            "It is opened when it is ready, with a report of what was left out. Other pages can be used meanwhile."
        )
        return
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
    titles_alone = draw_usable(source)
    left_out = source.left_out(titles_alone=titles_alone)
    usable = bool(source.used_ids(titles_alone=titles_alone))
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
            say_build(len(left_out)),
            type="primary",
            icon=":material/construction:",
            disabled=not usable or bool(_problem(name, replace=replace)),
            on_click=_begin,
            args=(source, key, titles_alone),
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


def say_build(n_left_out: int) -> str:
    """What the button says that begins a build."""
    if not n_left_out:
        return "Build the catalogue"
    return f"Build without {'this listing' if n_left_out == 1 else f'these {n_left_out:,} listings'}"


def _begin(source: Source, key: str, titles_alone: bool) -> None:  # noqa: FBT001
    """Begin the build as the fields stand now, which the page may not have been drawn with yet."""
    if source.open is None:
        return
    name = str(st.session_state[key]).strip()
    model = photo_models()[st.session_state[_MODEL]] if source.n_photos else None
    replace = bool(st.session_state.get(_replace_key(name), False))
    try:
        start_build(BuildOrder(name=name, opened=source.open, model=model, replace=replace, titles_alone=titles_alone))
    except InputError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    st.session_state[_BEGUN] = name
    change_address(view=BUILD, report=name)


def _draw_builds(frame: Frame) -> bool:
    """Draw the builds that run, and how the one that the address names ended; whether it is the visitor's and runs.

    A catalogue that the visitor has built is opened, with its report.
    """
    running = running_builds()
    for name, job in running.items():
        draw_job(job, f"Building {plain(name)}", partial(cancel_build, name))
    report = frame.address.report
    if not report:
        return False
    own = st.session_state.get(_BEGUN) == report
    if report in running:
        return own
    if own:
        _open_built(frame, report)
    draw_report(frame, report)
    return False


def _open_built(frame: Frame, name: str) -> None:
    """Open the catalogue that the visitor has built, if it was."""
    del st.session_state[_BEGUN]
    job = build_of(name)
    if job is None or job.state is not State.DONE:
        return
    forget_upload()
    go_to(frame.address.changed(bundle=name, view=OVERVIEW))
    st.rerun()
