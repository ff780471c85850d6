"""What all sessions of the server share: opened bundles, their indexes, the networks, uploaded photos."""

from __future__ import annotations

import atexit
import gc
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.samples import sample_order
from product_matching.app.shared.starts import starting_rows
from product_matching.app.shared.uploads import UploadStore
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.model_folder import PhotoModel

if TYPE_CHECKING:
    from product_matching.app.review.review import ReviewStore
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.matching.candidates import Candidates
    from product_matching.workflows.find import Finder, Query

log = logging.getLogger(__name__)

#: Listings retrieved per side and query; the sliders filter them.
CANDIDATES_PER_SIDE = 1000
_LOADING = threading.Lock()
#: What bundles and models are told apart by in cache keys: Streamlit would hash their arrays by samples.
_BY_FINGERPRINT: dict[str | type, Callable[[Any], Any]] = {
    Bundle: lambda bundle: bundle.fingerprint,
    PhotoModel: lambda model: model.fingerprint,
}


def bundle_of(catalogue: Catalogue) -> Bundle:
    """Open a catalogue's bundle, once for all sessions and again after it was rebuilt.

    Raises
    ------
    InputError
        The bundle cannot be used; the sentence says why.
    """
    if catalogue.manifest is None:
        raise InputError(catalogue.problem)
    return _bundle(str(catalogue.folder), catalogue.version)


@st.cache_resource(max_entries=8, show_spinner=False)
def _bundle(folder: str, version: tuple[int, int]) -> Bundle:
    return open_bundle(Path(folder))


def finder_of(catalogue: Catalogue) -> Finder:
    """Build a catalogue's indexes, once for all sessions and again after it was rebuilt."""
    if catalogue.manifest is None:
        raise InputError(catalogue.problem)
    return _finder(str(catalogue.folder), catalogue.version)


@st.cache_resource(max_entries=4, show_spinner=False)
def _finder(folder: str, version: tuple[int, int]) -> Finder:
    from product_matching.workflows.find import Finder

    finder = Finder(_bundle(folder, version))
    finder.load()
    return finder


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=_BY_FINGERPRINT)
def encoder_of(model: PhotoModel) -> PhotoEncoder:
    """Load the network that made a bundle's photo vectors, once for all sessions; it runs in one thread.

    Raises
    ------
    InputError
        The model is not here; the sentence says where it is looked for.
    """
    with _LOADING:
        import torch

        from product_matching.encoders.model_sources import open_photo_encoder

        torch.set_num_threads(1)  # two threads that share two cores with the server are slower than one
        return open_photo_encoder(model)


@st.cache_resource(show_spinner=False)
def uploads() -> UploadStore:
    """The uploaded photos of all sessions."""
    return UploadStore()


@st.cache_resource(show_spinner=False)
def reviews() -> ReviewStore:
    """The groups of whole catalogues that were found last."""
    from product_matching.app.review.review import ReviewStore

    return ReviewStore()


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def candidates_of(fingerprint: str, query_key: str, _finder: Finder, _query: Query) -> tuple[Candidates, float]:
    """Retrieve the listings near a query, once per query: the sliders then filter what was retrieved.

    Parameters
    ----------
    fingerprint, query_key
        Name the bundle and the query; the query itself is not hashed.

    Returns
    -------
    tuple of Candidates and float
        The candidates, and the milliseconds that the search took.
    """
    started = perf_counter()
    return _finder.candidates(_query, CANDIDATES_PER_SIDE), 1000 * (perf_counter() - started)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=_BY_FINGERPRINT)
def starts_of(bundle: Bundle, count: int) -> list[int]:
    """Choose the listings to start from (see `starting_rows`), once for all sessions."""
    return starting_rows(bundle, count)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=_BY_FINGERPRINT)
def sample_order_of(bundle: Bundle) -> list[int]:
    """Put the samples in order (see `sample_order`), once for all sessions."""
    return sample_order(bundle)


@st.cache_resource(show_spinner=False)
def _warmed() -> set[str]:
    return set()


def warm_up(catalogue: Catalogue) -> None:
    """Load a catalogue's indexes and network in the background, so that the first query does not wait for them."""
    key = f"{catalogue.folder}:{catalogue.version}"
    if catalogue.manifest is None or key in _warmed():
        return
    _warmed().add(key)
    threading.Thread(target=_load_all, args=(catalogue,), name="warm-up", daemon=True).start()


def _load_all(catalogue: Catalogue) -> None:
    try:
        finder_of(catalogue)
        if catalogue.manifest is not None and catalogue.manifest.photo_model is not None:
            encoder_of(catalogue.manifest.photo_model).encode(Image.new("RGB", (224, 224)))
    except InputError as error:  # the page says so as well, when it comes to the query
        log.info("%s", error)
    # Streamlit collects garbage after every run of a page, and going through the objects of torch and its like takes
    # 300 ms each time. They stay for good: frozen, they are no longer gone through.
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # so that libraries find their objects freed at the end, and report no leaks
