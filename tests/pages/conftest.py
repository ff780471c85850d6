"""The app under Streamlit's AppTest, on small bundles: photos and titles, photos alone, titles alone, damaged, demo."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from product_matching.app import resources
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import PhotoEncoder
from product_matching.listings.catalogue import read_catalogue
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.presets import PRESET_NAMES, Measured, Preset
from product_matching.store.bundle import open_bundle
from product_matching.store.kept_pairs import PAIR_DISTANCES_FILE
from product_matching.workflows.build import build_bundle
from tests.matching.second_stage.conftest import make_scorer, make_small, photo_vectors

PROJECT = Path(__file__).resolve().parents[2]
#: Popovers that are open: what they hold is drawn only then.
POPOVERS = ("review_settings", "filters_popover", "where_popover", "percentages", "basis")
#: More patient than needed: the first run imports torch on a machine that may be busy.
TIMEOUT = 60


@pytest.fixture(scope="session")
def bundles(
    tmp_path_factory: pytest.TempPathFactory,
    small_bundle: Path,
    sampled_bundle: Path,
    small_catalogue: Path,
    tiny_model: Path,
) -> Path:
    """A folder with the bundles ``small``, ``photos`` (no titles), ``titles`` (no photos), ``damaged`` and ``demo``.

    The last one is ``small`` with sample queries.
    """
    folder = tmp_path_factory.mktemp("bundles")
    shutil.copytree(small_bundle, folder / "small")
    shutil.copytree(sampled_bundle, folder / "demo")
    table = pd.read_csv(small_catalogue / "listings.csv", dtype=str, keep_default_na=False)
    files = tmp_path_factory.mktemp("catalogues")
    table.drop(columns="image").to_csv(files / "titles.csv", index=False)
    build_bundle(read_catalogue(files / "titles.csv"), folder / "titles")
    table[table["image"] != ""].drop(columns="title").to_csv(files / "photos.csv", index=False)
    encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)
    cache = EmbeddingCache(encoder.model, tmp_path_factory.mktemp("cache"))
    photos = read_catalogue(files / "photos.csv", images=small_catalogue / "images")
    build_bundle(photos, folder / "photos", encoder=encoder, cache=cache)
    (folder / "damaged").mkdir()
    (folder / "damaged" / "manifest.json").write_text('{"format": 99}', encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def models_with_pairs(tmp_path_factory: pytest.TempPathFactory, bundles: Path) -> Path:
    """A folder of models with the pair scorers ``tiny``, trained on 81 titles, and ``photos``, with photos too.

    The second one was calibrated on the catalogue ``small``, which has the id of the others with photos and titles.
    """
    from product_matching.matching.second_stage.scorer_file import write_scorer
    from product_matching.workflows.score_pairs import bundle_sides

    goods = [f"{brand} {good}" for brand in ("daia", "hana", "fleco") for good in ("bubuk", "tepung", "speaker")]
    titles = [
        f"{good} {size} {word}" for good in goods for size in ("1 kg", "2 kg", "50 g") for word in ("a", "b", "c")
    ]
    labels, small = np.repeat(np.arange(27), 3), open_bundle(bundles / "small")
    (side,) = bundle_sides(small)
    folder = tmp_path_factory.mktemp("pair_models")
    for name, dense in (("tiny", {}), ("photos", {"photo": photo_vectors(labels, side.dimension, 0.3)})):
        trained = make_scorer(make_small(ListingData(titles, [""] * len(titles), dense), labels))
        scorer = replace(
            trained,
            dense=(side,) if dense else (),
            presets=presets_of(trained.models),
            catalogue_id=small.manifest.catalogue_id if dense else "",
        )
        write_scorer(scorer, folder / "pairs" / name)
    return folder


def presets_of(comparisons: Iterable[str]) -> tuple[Preset, ...]:
    """Presets at 10, 50 and 90 percent, each with a precision and a recall of its own."""
    return tuple(
        Preset(
            name=name,
            probability=probability,
            measured=dict.fromkeys(comparisons, Measured(precision=precision, recall=recall, accepted=9)),
        )
        for name, probability, precision, recall in zip(
            PRESET_NAMES, (0.1, 0.5, 0.9), (0.7, 0.8, 0.98), (0.95, 0.85, 0.4), strict=True
        )
    )


@pytest.fixture
def open_app(bundles: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that opens a page of the app at an address, as a browser with a new session does."""
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(bundles))
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    st.cache_resource.clear()
    st.cache_data.clear()
    for kept in bundles.glob(f"*/{PAIR_DISTANCES_FILE}"):  # by other tests
        kept.unlink()

    def open_page(page: str | None = None, /, **params: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=TIMEOUT)
        app.query_params.update(params)
        for popover in POPOVERS:
            app.session_state[popover] = True
        if page is not None:
            app.switch_page(page)
        return app.run()

    return open_page


def finish_jobs(app: AppTest) -> AppTest:
    """Wait for the work in the background, and draw the page anew as the browser does."""
    assert resources.jobs().wait_for_all(TIMEOUT)
    return app.run()
