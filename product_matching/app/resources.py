"""Objects that all sessions of the server share: opened bundles, their indexes, the networks, uploaded photos."""

from __future__ import annotations

import atexit
import gc
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from PIL import Image
from threadpoolctl import threadpool_limits

from product_matching.app.jobs import JobRunner
from product_matching.app.shared.allowance import Allowance
from product_matching.app.shared.batches import BatchStore
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.facets import Facet, find_facets
from product_matching.app.shared.samples import sample_order
from product_matching.app.shared.starts import starting_rows
from product_matching.app.shared.uploads import UploadStore
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.photo_workers import shared_workers
from product_matching.errors import InputError
from product_matching.matching.decisions import NO_DECISIONS
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decisions import DecisionStore
from product_matching.store.milvus_addresses import milvus_address
from product_matching.workflows.decisions import BundleDecisions, read_decisions

if TYPE_CHECKING:
    from product_matching.app.find.query import Asked
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.encoders.print_reader import PrintReader
    from product_matching.listings.prints import PhotoPrint
    from product_matching.matching.candidates import Candidates
    from product_matching.workflows.find import Finder
    from product_matching.workflows.find_words import WordFinder

log = logging.getLogger(__name__)

#: Listings retrieved per side and query; the sliders filter them.
CANDIDATES_PER_SIDE = 1000
#: Photos and lists of new listings that one visitor may give, and within how many minutes.
PHOTOS_A_VISITOR, LISTS_A_VISITOR = (120, 10), (10, 10)
#: Cache keys of these types; by name where importing them would delay the first page.
BY_CATALOGUE: dict[str | type[Any], Callable[[Any], Any]] = {
    Catalogue: lambda catalogue: (str(catalogue.folder), catalogue.version)
}
BY_BUNDLE: dict[str | type[Any], Callable[[Any], Any]] = {
    Bundle: lambda bundle: bundle.fingerprint,
    "product_matching.workflows.find.Finder": lambda finder: finder.bundle.fingerprint,
    "product_matching.app.find.query.Asked": lambda asked: asked.key,
}
#: The same where the settings of a bundle have no say.
BY_CONTENT: dict[str | type[Any], Callable[[Any], Any]] = {Bundle: lambda bundle: bundle.content}
_LOADING = threading.Lock()
#: Seconds that the preparation of a pair scorer may take before the rest of the warming up goes on without it.
_LONGEST_PREPARATION = 600.0


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CATALOGUE)
def bundle_of(catalogue: Catalogue) -> Bundle:
    """Open a catalogue's bundle, once for all sessions and again after it was rebuilt.

    Raises
    ------
    InputError
        The bundle cannot be used; the message gives the reason.
    """
    if catalogue.manifest is None:
        raise InputError(catalogue.problem)
    return open_bundle(catalogue.folder)


def finder_of(catalogue: Catalogue) -> Finder:
    """Build a catalogue's indexes, once for all sessions and again after it was rebuilt or published.

    Raises
    ------
    InputError
        The bundle cannot be used; the message gives the reason.
    """
    manifest = catalogue.manifest
    return _finder_of(catalogue, None if manifest is None else milvus_address(manifest.catalogue_id))


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CATALOGUE)
def _finder_of(catalogue: Catalogue, milvus: str | None) -> Finder:
    from product_matching.workflows.find import Finder

    finder = Finder(bundle_of(catalogue), milvus)
    finder.load()
    return finder


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_BUNDLE)
def words_of(bundle: Bundle) -> WordFinder:
    """Index the words of a bundle with titles, once for all sessions."""
    from product_matching.workflows.find_words import WordFinder

    return WordFinder(bundle)


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs={PhotoModel: lambda model: model.fingerprint})
def encoder_of(model: PhotoModel) -> PhotoEncoder:
    """Load the network that made a bundle's photo vectors, once for all sessions; it runs in one thread.

    Raises
    ------
    InputError
        The model is not here; the message names the places that were searched.
    """
    with _LOADING:
        import torch

        from product_matching.encoders.model_sources import open_photo_encoder

        torch.set_num_threads(1)  # two threads that share two cores with the server are slower than one
        return open_photo_encoder(model)


@st.cache_resource(show_spinner=False)
def print_reader() -> PrintReader:
    """The reader of print of all sessions: one photo at a time, in one thread.

    Raises
    ------
    InputError
        The extra ``ocr`` is not installed.
    """
    from product_matching.encoders.print_reader import RapidPrintReader

    return RapidPrintReader()


@st.cache_data(max_entries=256, show_spinner="Reading the print on the photo")
def print_on(photo: str, _read: Callable[[], PhotoPrint]) -> tuple[PhotoPrint, float]:
    """Read a photo once, however often the sliders move.

    Parameters
    ----------
    photo
        Names its content.
    _read
        Reads it.

    Returns
    -------
    tuple of PhotoPrint and float
        What was read, and the milliseconds that it took.
    """
    started = perf_counter()
    return _read(), 1000 * (perf_counter() - started)


@st.cache_resource(show_spinner=False)
def uploads() -> UploadStore:
    """The uploaded photos of all sessions."""
    return UploadStore()


@st.cache_resource(show_spinner=False)
def batches() -> BatchStore:
    """The uploaded lists of new listings of all sessions."""
    return BatchStore()


@st.cache_resource(show_spinner=False)
def photo_allowance() -> Allowance:
    """The photos that one visitor may have decoded."""
    return Allowance("photos", *PHOTOS_A_VISITOR)


@st.cache_resource(show_spinner=False)
def list_allowance() -> Allowance:
    """The lists that one visitor may have checked."""
    return Allowance("lists", *LISTS_A_VISITOR)


@st.cache_resource(show_spinner=False)
def jobs() -> JobRunner:
    """The long work of all sessions, with the results that are kept."""
    return JobRunner(max_running=2, max_kept=4)


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False, hash_funcs=BY_BUNDLE)
def candidates_of(finder: Finder, asked: Asked) -> tuple[Candidates, float]:
    """Retrieve the listings near a query, once per query: the sliders then filter what was retrieved.

    Returns
    -------
    tuple of Candidates and float
        The candidates, and the milliseconds that the search took.
    """
    started = perf_counter()
    return finder.candidates(asked.query, CANDIDATES_PER_SIDE, asked.joined), 1000 * (perf_counter() - started)


@st.cache_data(max_entries=32, ttl="1h", show_spinner=False, hash_funcs=BY_BUNDLE)
def distances_of(finder: Finder, asked: Asked) -> Candidates:
    """Measure all listings of a catalogue from a query, once per query: one product of the vectors a side."""
    return finder.measure(asked.query, np.arange(len(finder.bundle)))


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def facets_of(bundle: Bundle) -> list[Facet]:
    """The columns of a catalogue that results can be filtered by, read once for all sessions."""
    return find_facets(bundle.listings)


@st.cache_resource(show_spinner=False)
def group_jobs() -> JobRunner:
    """The groups that pages show beside their own work, made one after another."""
    return JobRunner(max_running=1, max_kept=8)


def decisions_of(bundle: Bundle) -> BundleDecisions:
    """The decisions on a catalogue as they are now, read again only when one was made or undone.

    Raises
    ------
    InputError
        They cannot be read.
    """
    store = DecisionStore()
    return _decisions(bundle, str(store.path), store.version(bundle.manifest.catalogue_id))


def decisions_or_none(bundle: Bundle) -> tuple[BundleDecisions, str]:
    """The decisions on a catalogue, and ""; none, and why, where they cannot be read."""
    try:
        return decisions_of(bundle), ""
    except InputError as error:
        return BundleDecisions(changes=(), stale=frozenset(), pairs=NO_DECISIONS), str(error)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _decisions(bundle: Bundle, path: str, version: str) -> BundleDecisions:
    return read_decisions(bundle, DecisionStore(Path(path)))


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_BUNDLE)
def starts_of(bundle: Bundle, count: int) -> list[int]:
    """Choose the listings to start from (see `starting_rows`), once for all sessions."""
    return starting_rows(bundle, count)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_BUNDLE)
def sample_order_of(bundle: Bundle) -> list[int]:
    """Put the samples in order (see `sample_order`), once for all sessions."""
    return sample_order(bundle)


@st.cache_resource(show_spinner=False)
def _warmed() -> set[str]:
    return set()


def warm_up(catalogue: Catalogue) -> None:
    """Load a catalogue's indexes, network and pair scorer in the background, so that the first query need not wait."""
    key = f"{catalogue.folder}:{catalogue.version}"
    if catalogue.manifest is None or key in _warmed():
        return
    _warmed().add(key)
    threading.Thread(target=_load_all, args=(catalogue,), name="warm-up", daemon=True).start()


def _prepare_scorer(bundle: Bundle) -> None:
    """Begin to prepare the pair scorer that decides by default; pages join this work."""
    from product_matching.app.shared.scorers import prepare_scorer, scorer_for

    chosen = scorer_for(bundle, None)
    if chosen is not None:
        prepare_scorer(bundle, chosen.name, visitor="server").wait(_LONGEST_PREPARATION)


def _load_all(catalogue: Catalogue) -> None:
    _one_blas_thread()
    try:
        shared_workers().start()
        finder_of(catalogue)
        if catalogue.manifest is not None and catalogue.manifest.photo_model is not None:
            encoder_of(catalogue.manifest.photo_model).encode(Image.new("RGB", (224, 224)))
        _freeze()
        _prepare_scorer(bundle_of(catalogue))
    except InputError as error:  # the page says so as well, when it comes to the query
        log.info("%s", error)
    _freeze()


def _freeze() -> None:
    """Exempt what is loaded by now from the collection of garbage.

    Streamlit collects garbage after every run of a page, and going through the objects of torch and its like takes
    300 ms each time. They stay for good.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # so that libraries find their objects freed at the end, and report no leaks


@st.cache_resource(show_spinner=False)
def _one_blas_thread() -> threadpool_limits:
    """Let each matrix product run in the thread that asks for it.

    With threads of its own OpenBLAS computes one product after the other: a search would wait for the large products of
    work in the background.
    """
    return threadpool_limits(1, user_api="blas")
