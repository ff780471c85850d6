"""Builds in the background of the server: each belongs to the server, so that every visitor sees and can end it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import streamlit as st

from product_matching.app.catalogue.source import Opened
from product_matching.app.jobs import Job, JobRunner
from product_matching.app.resources import encoder_of
from product_matching.app.shared.catalogues import DEMO
from product_matching.app.shared.model_list import list_models
from product_matching.app.writing import cancel_writing, start_writing
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.presets import SHIPPED_MODEL
from product_matching.errors import InputError
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.places import embeddings_folder, models_folder
from product_matching.progress import Progress, stop_if_cancelled
from product_matching.store.bundle import check_target
from product_matching.store.manifest import Manifest
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.left_out_file import keep_left_out

#: The visitor that all builds belong to.
_BUILDER = "builds"
MAX_NAME_CHARS = 60
#: Builds that run or wait.
MAX_BUILDS = 5
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MAX_NAME_CHARS - 1}}}")
_REPLACE = "“Replace it”"


@dataclass(frozen=True, kw_only=True)
class BuildOrder:
    """What is built.

    Attributes
    ----------
    name
        Name of the catalogue, a folder of the embeddings folder.
    opened
        Gives the listings for as long as they are built.
    model
        Embeds the photos; None for a catalogue without.
    replace
        Whether a catalogue of this name is replaced.
    titles_alone
        Whether listings whose photo cannot be used are taken by their title.
    """

    name: str
    opened: Opened
    model: PhotoModel | None
    replace: bool = False
    titles_alone: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Built:
    """A catalogue that was built.

    Attributes
    ----------
    manifest
        Of its bundle.
    left_out
        Rows of the list that are not in it.
    """

    manifest: Manifest
    left_out: Sequence[FaultyRow] = ()


@st.cache_resource(show_spinner=False)
def build_runner() -> JobRunner:
    """Runs the builds, one at a time; they do not wait for other work, which may take minutes."""
    return JobRunner(max_running=1)


@st.cache_resource(show_spinner=False)
def _builds() -> dict[str, Job[Built]]:
    """The newest build of each name."""
    return {}


def start_build(order: BuildOrder) -> None:
    """Begin a build.

    Raises
    ------
    InputError
        The name cannot be used, a catalogue of this name is being built, or too many wait.
    """
    check_name(order.name, replace=order.replace)
    if order.name in running_builds():
        raise InputError(f"A catalogue {order.name!r} is being built already.")
    if len(running_builds()) >= MAX_BUILDS:
        raise InputError(f"{MAX_BUILDS} catalogues are being built or wait, the most that may: try again later.")
    key = f"build {order.name} {uuid4().hex}"
    _builds()[order.name] = start_writing(build_runner(), key, partial(run_build, order), _BUILDER)


def build_of(name: str) -> Job[Built] | None:
    """The newest build of a name since the server began; None where there was none."""
    return _builds().get(name)


def running_builds() -> dict[str, Job[Built]]:
    """The builds that run or wait, by the name of the catalogue."""
    return {name: job for name, job in list(_builds().items()) if not (job.finished or job.cancelled)}


def cancel_build(name: str) -> None:
    """End a build; nothing of the catalogue stays, and one that it should have replaced stays as it was."""
    job = build_of(name)
    if job is not None:
        cancel_writing(build_runner(), job.key, _BUILDER)


def run_build(order: BuildOrder, progress: Progress) -> Built:
    """Build a catalogue; for the job runner.

    Raises
    ------
    Cancelled
        Somebody ended it.
    InputError
        It cannot be built.
    """
    out = embeddings_folder() / order.name
    check_target(out, overwrite=order.replace, option=_REPLACE)
    progress.begin("reading the listings", 0)
    with order.opened(progress) as sifted:
        stop_if_cancelled(progress)
        catalogue, encoder = sifted.catalogue(titles_alone=order.titles_alone), None
        if catalogue.has_photos and order.model is not None:
            progress.begin("loading the photo model", 0)
            encoder = encoder_of(order.model)
        options = BuildOptions(overwrite=order.replace)
        manifest = build_bundle(catalogue, out, encoder=encoder, options=options, progress=progress)
        left_out = sifted.left_out(titles_alone=order.titles_alone)
        keep_left_out(out, left_out)
        return Built(manifest=manifest, left_out=left_out)


def check_name(name: str, *, replace: bool) -> Path:
    """Check the name of a new catalogue.

    Returns
    -------
    pathlib.Path
        Its folder.

    Raises
    ------
    InputError
        It has other signs than letters, digits, "-" and "_", is that of the demo, or is taken and not to be replaced.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"The name {name!r:.80} cannot be used: give 1 to {MAX_NAME_CHARS} letters, digits, “-” and “_”, the first "
            "one a letter or a digit."
        )
    if name == DEMO:
        raise InputError(f"The name {DEMO!r} is that of the catalogue that comes with the project: give another one.")
    out = embeddings_folder() / name
    check_target(out, overwrite=replace, option=_REPLACE)
    return out


def proposed_name(stem: str) -> str:
    """A name for the catalogue of a file: its own with other signs as "-", and a number where it is taken."""
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[: MAX_NAME_CHARS - 4] or "catalogue"
    taken = {path.name for path in embeddings_folder().iterdir()} if embeddings_folder().is_dir() else set()
    names = [cleaned, *(f"{cleaned}-{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in {*taken, DEMO})


def photo_models() -> dict[str, PhotoModel]:
    """The photo models that are here by name, the shipped one first."""
    found = {each.name: each.model for each in list_models(models_folder()) if each.model is not None}
    return dict(sorted(found.items(), key=lambda item: item[0] != SHIPPED_MODEL))
