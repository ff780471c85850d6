"""Change the open catalogue: add listings to it, remove some, and make one piece of it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from product_matching.app.address import BUILD, CHANGE, REVIEW, Address, write_address
from product_matching.app.catalogue.changes import (
    REMOVE_IDS,
    Changed,
    adding,
    cancel_change,
    change_of,
    compacting,
    is_changeable,
    removing,
    running_change,
    start_change,
)
from product_matching.app.catalogue.faulty_rows import draw_faulty
from product_matching.app.catalogue.source import Source
from product_matching.app.catalogue.source_panel import draw_problems, draw_source, draw_usable
from product_matching.app.catalogue.upload_panel import forget_upload
from product_matching.app.jobs import State
from product_matching.app.navigation import change_address, remembered_address
from product_matching.app.shared.job_view import draw_job
from product_matching.app.shared.text_table import draw_text_table
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.listings.id_list import split_ids
from product_matching.progress import Progress
from product_matching.store.bundle import Bundle
from product_matching.store.listing_ids import name_ids
from product_matching.store.manifest import Manifest
from product_matching.workflows.place_new import PlacedListings
from product_matching.workflows.placing import Placement
from product_matching.workflows.placing_file import count_placements

_REPLACE = "add_replace"
#: Whether the visitor has begun to add the files that they gave.
_ADDING = "adding_files"
#: Most ids that are pasted at once; more are removed by the command.
_MAX_CHARS = 200_000
#: How each placement is told.
PLACED = {
    Placement.joins: "joined a group",
    Placement.founds: "founded a group",
    Placement.bridges: "between groups",
    Placement.alone: "like no other",
}
_COLUMNS = {
    "posting_id": "Listing",
    "placement": "Where it stands",
    "group": "Group",
    "beside": "Nearest of each group",
}
#: Rows of a table that are shown without scrolling.
_ROWS_IN_VIEW = 8


def draw_change(bundle: Bundle, address: Address) -> None:
    """Draw the view."""
    name = plain(bundle.folder.name)
    if not is_changeable(bundle.folder):
        st.info(
            f"{name} cannot be changed here: it comes with the project, or its folder cannot be written.",
            icon=":material/lock:",
        )
        st.button("Build one of your own", icon=":material/add_box:", on_click=partial(change_address, view=BUILD))
        return
    job = running_change(bundle.folder)
    if job is not None:
        draw_job(job, f"Changing {name}", partial(cancel_change, bundle.folder))
        st.caption("The catalogue stays as it is until the change is whole. Other pages can be used meanwhile.")
        return
    if address.report == bundle.folder.name:
        _draw_report(bundle)
    _draw_pieces(bundle)
    st.subheader(f"Add listings to {name}", anchor=False)
    _draw_adding(bundle)
    st.subheader("Remove listings", anchor=False)
    _draw_removing(bundle)


def _draw_adding(bundle: Bundle) -> None:
    st.markdown("Give a list as for a new catalogue. Only what is new is embedded; all else stays as it is.")
    source = draw_source()
    if source is None:
        return
    if source.problems:
        draw_problems(source)
        return
    titles_alone = draw_usable(source)
    used = source.used_ids(titles_alone=titles_alone)
    known = [each for each in used if each in bundle.rows]
    replace = False
    if known:
        what = f"{count_text(len(known), 'listing')} with an id that is in the catalogue already: {name_ids(known)}."
        st.warning(plain(what), icon=":material/content_copy:")
        replace = st.checkbox("Let them take the place of the old ones", key=_REPLACE)
    n_left_out = len(source.left_out(titles_alone=titles_alone))
    st.button(
        say_add(n_left_out),
        type="primary",
        icon=":material/playlist_add:",
        disabled=not used or (bool(known) and not replace),
        on_click=_begin_adding,
        args=(bundle.folder, source, bool(known), titles_alone),
    )


def say_add(n_left_out: int) -> str:
    """What the button says that adds listings."""
    if not n_left_out:
        return "Add the listings"
    return f"Add without {'this listing' if n_left_out == 1 else f'these {n_left_out:,} listings'}"


def _begin_adding(folder: Path, source: Source, asks: bool, titles_alone: bool) -> None:  # noqa: FBT001
    if source.open is not None:
        replace = asks and bool(st.session_state.get(_REPLACE, False))
        st.session_state[_ADDING] = True
        _begin(folder, adding(folder, source.open, replace=replace, titles_alone=titles_alone))


def _draw_removing(bundle: Bundle) -> None:
    typed = st.text_area(
        "Their ids",
        placeholder="One a line, or separated by spaces",
        help="Find them in Browse, where “Remove these…” puts those that are shown in here.",
        max_chars=_MAX_CHARS,
        key=REMOVE_IDS,
        width=560,
    )
    ids = split_ids(typed)
    unknown = [each for each in ids if each not in bundle.rows]
    if unknown:
        st.error(plain(f"The catalogue has no listing {name_ids(unknown)}."), icon=":material/error:")
    known = len(ids) - len(unknown)
    what = f"Remove {count_text(known, 'listing')}" if known else "Remove them"
    if not ids or unknown:
        st.button(what, icon=":material/delete:", disabled=True, key="remove_none")
        return
    with st.popover(what, icon=":material/delete:"):
        st.markdown("This cannot be undone but by adding the listings again.")
        st.button(
            f"{what} for good",
            key="remove_for_good",
            type="primary",
            on_click=_begin_removing,
            args=(bundle.folder,),
        )


def _begin_removing(folder: Path) -> None:
    """Begin with the ids as they stand in the field, which the page may not have been drawn with yet."""
    _begin(folder, removing(folder, split_ids(str(st.session_state.get(REMOVE_IDS, "")))))


def _draw_pieces(bundle: Bundle) -> None:
    told = say_pieces(bundle.manifest)
    if not told:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(told)
        st.button(
            "Compact",
            icon=":material/compress:",
            help="Make one piece of it: what was removed leaves the disk, and the words of titles are weighed anew. "
            "Decisions and settings stay.",
            on_click=_begin,
            args=(bundle.folder, compacting(bundle.folder)),
        )


def say_pieces(manifest: Manifest) -> str:
    """Say what was added and removed since a bundle was built or compacted; "" for nothing."""
    growth = manifest.growth
    if growth is None:
        return ""
    n_added = sum(segment.n_listings for segment in growth.segments)
    told = [f"{count_text(n_added, 'listing')} added"] if n_added else []
    told += [f"{growth.removed.n:,} removed"] if growth.removed is not None else []
    return f"Since it was built: {', '.join(told)}." if told else "It is not quite compacted yet."


def _begin(folder: Path, do: Callable[[Progress], Changed]) -> None:
    try:
        start_change(folder, do)
    except InputError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    change_address(view=CHANGE, report=folder.name)


def _draw_report(bundle: Bundle) -> None:
    job = change_of(bundle.folder)
    if job is None:
        return
    if job.cancelled and job.state is not State.DONE:
        st.info("The change was cancelled; the catalogue is as before.", icon=":material/cancel:")
    elif job.error:
        st.error(plain(job.error), icon=":material/error:")
    elif job.state is State.DONE:
        if job.result.added is not None and st.session_state.pop(_ADDING, False):
            forget_upload()  # its listings are in the catalogue now
        _draw_changed(job.result, job.seconds)


def _draw_changed(changed: Changed, seconds: float) -> None:
    with st.container(border=True):
        st.markdown(f":green[:material/check_circle:] {plain(say_changed(changed, seconds))}")
        added = changed.added
        if added is not None and added.unreadable_photos:
            problems = list(added.unreadable_photos.items())
            st.caption(
                f"{count_text(len(problems), 'photo')} could not be used: these listings have their titles alone."
            )
            table = pd.DataFrame(problems, columns=["Listing", "Problem"])
            draw_text_table(table, alt="Photos that could not be used")
        if changed.left_out:
            st.markdown(f"**{count_text(len(changed.left_out), 'listing')} left out**")
            draw_faulty(changed.left_out, key="not_added")
        if changed.placed is not None:
            _draw_placed(changed.placed)


def say_changed(changed: Changed, seconds: float) -> str:
    """Say what a change did."""
    took, left = f"in {seconds:.0f} s", f"The catalogue has {changed.manifest.n_listings:,} now."
    if changed.added is not None:
        replaced = f", {len(changed.added.replaced):,} of them in place of old ones" if changed.added.replaced else ""
        return f"{count_text(len(changed.added.ids), 'listing')} added {took}{replaced}. {left}"
    if changed.n_removed:
        return f"{count_text(changed.n_removed, 'listing')} removed {took}. {left}"
    return f"Compacted {took}. {left}"


def _draw_placed(placed: PlacedListings) -> None:
    counts = count_placements(placed.placed)
    st.markdown(" · ".join(f"{count:,} {PLACED[each]}" for each, count in counts.items() if count))
    table = placed_table(placed)
    st.dataframe(
        table,
        hide_index=True,
        column_config=_COLUMNS,
        height="auto" if len(table) <= _ROWS_IN_VIEW else 320,
        alt="Where each new listing stands among the groups",
    )
    if counts[Placement.bridges]:
        st.markdown("Those between groups merge nothing: their pairs are asked first in Review.")
        if st.button("Decide on them", type="primary", icon=":material/rule:"):
            st.switch_page(REVIEW, query_params=write_address(remembered_address(), REVIEW))


def placed_table(placed: PlacedListings) -> pd.DataFrame:
    """A row for each new listing: where it stands, its group, and its nearest match of each group from before."""
    ids = placed.posting_ids
    rows = [
        (ids[each.row], each.placement.value, ids[each.group], " ".join(ids[row] for row in each.beside))
        for each in placed.placed
    ]
    return pd.DataFrame(rows, columns=["posting_id", "placement", "group", "beside"])
