"""Changes of catalogues in the background of the server: listings added and removed, bundles compacted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import streamlit as st

from product_matching.app.address import CHANGE
from product_matching.app.catalogue.builds import build_runner
from product_matching.app.catalogue.source import Opened
from product_matching.app.jobs import Job
from product_matching.app.navigation import change_address
from product_matching.app.resources import encoder_of
from product_matching.app.shared.catalogues import shipped_catalogue
from product_matching.app.writing import cancel_writing, start_writing
from product_matching.errors import InputError
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.progress import Progress, stop_if_cancelled
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import Manifest, read_manifest
from product_matching.workflows.add_listings import Added, add_listings
from product_matching.workflows.compact_bundle import compact_bundle
from product_matching.workflows.left_out_file import keep_left_out
from product_matching.workflows.place_new import PLACED_AT_ONCE, PlacedListings, place_new
from product_matching.workflows.remove_listings import remove_listings

#: The visitor that all changes belong to.
_CHANGER = "changes"
#: The field for ids to remove.
REMOVE_IDS = "remove_ids"


@dataclass(frozen=True, eq=False, kw_only=True)
class Changed:
    """A catalogue after a change.

    Attributes
    ----------
    manifest
        Of its bundle.
    added
        What was added; None for another change.
    placed
        Where the added listings stand; None for a large catalogue, which is compared when Review is opened.
    n_removed
        Listings that were removed.
    left_out
        Rows of the list that were not added.
    """

    manifest: Manifest
    added: Added | None = None
    placed: PlacedListings | None = None
    n_removed: int = 0
    left_out: Sequence[FaultyRow] = ()


@st.cache_resource(show_spinner=False)
def _changes() -> dict[str, Job[Changed]]:
    """The newest change of each catalogue."""
    return {}


def is_changeable(folder: Path) -> bool:
    """Whether visitors may change a catalogue: it is not the one that ships, and its folder can be written."""
    return folder.resolve() != shipped_catalogue() and os.access(folder, os.W_OK)


def change_of(folder: Path) -> Job[Changed] | None:
    """The newest change of a catalogue since the server began."""
    return _changes().get(str(folder))


def running_change(folder: Path) -> Job[Changed] | None:
    """The change of a catalogue that runs or waits; None where there is none."""
    job = change_of(folder)
    return None if job is None or job.finished or job.cancelled else job


def start_change(folder: Path, do: Callable[[Progress], Changed]) -> None:
    """Begin a change.

    Raises
    ------
    InputError
        The catalogue may not be changed, or is being changed.
    """
    if not is_changeable(folder):
        raise InputError(f"The catalogue {folder.name} may not be changed here.")
    if running_change(folder) is not None:
        raise InputError(f"The catalogue {folder.name} is being changed already.")
    _changes()[str(folder)] = start_writing(build_runner(), f"change {folder.name} {uuid4().hex}", do, _CHANGER)


def cancel_change(folder: Path) -> None:
    """End a change; the catalogue is as before."""
    job = change_of(folder)
    if job is not None:
        cancel_writing(build_runner(), job.key, _CHANGER)


def adding(folder: Path, opened: Opened, *, replace: bool, titles_alone: bool) -> Callable[[Progress], Changed]:
    """The work of adding listings and, where that takes no long time, of placing them among the groups."""

    def add(progress: Progress) -> Changed:
        progress.begin("reading the listings", 0)
        read_manifest(folder)
        with opened(progress) as sifted:
            stop_if_cancelled(progress)
            new = sifted.catalogue(titles_alone=titles_alone)
            added = add_listings(folder, new, open_encoder=encoder_of, replace_known=replace, progress=progress)
        placed = None
        if added.manifest.n_listings <= PLACED_AT_ONCE:
            placed = place_new(open_bundle(folder), added.ids, progress=progress)
        left_out = sifted.left_out(titles_alone=titles_alone)
        keep_left_out(folder, left_out)
        return Changed(manifest=added.manifest, added=added, placed=placed, left_out=left_out)

    return add


def removing(folder: Path, ids: Sequence[str]) -> Callable[[Progress], Changed]:
    """The work of removing listings."""

    def remove(progress: Progress) -> Changed:
        progress.begin("removing listings", 0)
        return Changed(manifest=remove_listings(folder, ids), n_removed=len(ids))

    return remove


def compacting(folder: Path) -> Callable[[Progress], Changed]:
    """The work of making one piece of a bundle."""
    return lambda progress: Changed(manifest=compact_bundle(folder, progress=progress))


def ask_to_remove(ids: Sequence[str]) -> None:
    """Put ids into the field of those to remove, and show it."""
    st.session_state[REMOVE_IDS] = "\n".join(ids)
    change_address(view=CHANGE)
