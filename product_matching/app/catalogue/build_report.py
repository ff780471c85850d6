"""How a build ended: what the new catalogue holds, and what was left out of it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.address import FIND, OVERVIEW, REVIEW, Address, write_address
from product_matching.app.catalogue.builds import build_of
from product_matching.app.catalogue.faulty_rows import draw_faulty
from product_matching.app.catalogue.photos_view import draw_unreadable
from product_matching.app.frame import Frame
from product_matching.app.jobs import State
from product_matching.app.navigation import change_address, remembered_address
from product_matching.app.resources import bundle_of
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.wording import count_text, plain
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.store.manifest import Manifest


def built_catalogue(frame: Frame, name: str) -> Catalogue | None:
    """The catalogue of a name that can be opened; None where there is none."""
    return next((each for each in frame.catalogues if each.name == name and each.manifest is not None), None)


def draw_report(frame: Frame, name: str) -> None:
    """Draw how the newest build of a name ended; nothing where nothing is known of it."""
    job = build_of(name)
    if job is not None and job.cancelled and job.state is not State.DONE:
        st.info(f"The build of {plain(name)} was cancelled; nothing of it is left.", icon=":material/cancel:")
        return
    if job is not None and job.error:
        st.error(f"{plain(name)} was not built. {plain(job.error)}", icon=":material/error:")
        return
    built = built_catalogue(frame, name)
    if built is None or built.manifest is None:
        return
    done = job is not None and job.state is State.DONE
    with st.container(border=True):
        seconds = job.seconds if job is not None and done else None
        st.markdown(_say_built(built, built.manifest, seconds))
        _draw_ways(frame.address, built, is_open=built == frame.current)
        _draw_missing(built, list(job.result.left_out) if job is not None and done else None)


def _say_built(built: Catalogue, manifest: Manifest, seconds: float | None) -> str:
    took = "" if seconds is None else f" in {max(seconds, 1):.0f} s"
    counts = f"{count_text(manifest.n_listings, 'listing')}, {count_text(manifest.n_photos, 'photo')}"
    return f":green[:material/check_circle:] **{plain(built.name)}** is built{took}: {counts}."


def _draw_ways(address: Address, built: Catalogue, *, is_open: bool) -> None:
    """The ways on from the new catalogue."""
    with st.container(horizontal=True):
        if st.button("Search it", type="primary", icon=":material/search:"):
            place = remembered_address().in_catalogue(built.name).of_title("")
            st.switch_page(FIND, query_params=write_address(place, FIND))
        if st.button("Find its duplicates", icon=":material/rule:"):
            place = remembered_address().in_catalogue(built.name)
            st.switch_page(REVIEW, query_params=write_address(place, REVIEW))
        if not (is_open and address.view == OVERVIEW):
            st.button(
                "Open it",
                icon=":material/insights:",
                on_click=partial(change_address, bundle=built.name, view=OVERVIEW, report=built.name),
            )
        else:
            st.button(
                "Close this report",
                type="tertiary",
                icon=":material/close:",
                on_click=partial(change_address, report=None),
            )


def _draw_missing(built: Catalogue, left_out: list[FaultyRow] | None) -> None:
    """What is not in the catalogue; None where the build is not known any more."""
    if left_out:
        st.markdown(f":orange[:material/playlist_remove:] **{count_text(len(left_out), 'listing')} left out**")
        draw_faulty(left_out, key="left_out_of_build")
    if built.manifest is not None and built.manifest.unreadable_photos:
        st.caption("Listings whose photo could not be used are in the catalogue with their title alone.")
        draw_unreadable(bundle_of(built))
    elif left_out == []:
        st.caption("Nothing was left out.")
