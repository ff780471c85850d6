"""Bundles that grow, and what they are compared with: one that was built at once under the same weights of words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import PhotoEncoder
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.listings.titles import title_words
from product_matching.store.bundle import open_bundle, write_titles
from product_matching.store.changing import describe_file
from product_matching.store.manifest import MANIFEST_FILE, TITLE_MATRIX_FILE, TITLE_VOCABULARY_FILE, read_manifest
from product_matching.workflows.build import build_bundle

#: Rows of `small_catalogue` that the base holds; the others are added. Titles of the latter have words of their own.
FIRST = 16


class Growing:
    """The small catalogue in two parts, with the model and the cache that its bundles are built with."""

    def __init__(self, source: Path, model: Path, work: Path) -> None:
        self.source, self.work = source, work
        self.encoder = PhotoEncoder.load(model, device="cpu", batch_size=8)
        self.cache = EmbeddingCache(self.encoder.model, work / "cache")
        self.whole = read_catalogue(source / "listings.csv", images=source / "images")
        self.base = work / "base" / "small"
        self.build(self.rows(0, FIRST), self.base)

    def rows(self, start: int, stop: int | None = None) -> Catalogue:
        """Some of the listings."""
        return self.of(self.whole.listings.iloc[start:stop])

    def of(self, listings: pd.DataFrame) -> Catalogue:
        """A catalogue of some listings with the photos of the whole."""
        return Catalogue(listings.reset_index(drop=True), self.whole.image_folder)

    def build(self, catalogue: Catalogue, out: Path) -> Path:
        """Build a bundle at once."""
        build_bundle(catalogue, out, encoder=self.encoder, cache=self.cache)
        return out

    def copy(self, to: Path) -> Path:
        """A copy of the base that may be changed."""
        shutil.copytree(self.base, to / "small")
        return to / "small"

    def rebuild(self, catalogue: Catalogue, out: Path, *added: Catalogue) -> Path:
        """Build a bundle at once with the weights of words and the thresholds of the base.

        Words that it does not hold stand behind its own in the order of what was `added`, at the weight of a word that
        no title of the base holds.
        """
        self.build(catalogue, out)
        base, built = open_bundle(self.base), read_manifest(out)
        assert base.title_encoder is not None
        words = list(base.title_encoder.words)
        for each in added:
            words += sorted({word for title in each.listings["title"] for word in title_words(title)} - set(words))
        new = len(words) - base.title_encoder.dimension
        idf = np.append(base.title_encoder.idf, np.full(new, np.log(1 + FIRST) + 1))
        encoder = replace(base.title_encoder, words=tuple(words), idf=idf)
        write_titles(out, encoder, encoder.encode(catalogue.listings["title"].tolist()))
        changed = {name: describe_file(out / name) for name in (TITLE_MATRIX_FILE, TITLE_VOCABULARY_FILE)}
        manifest = replace(
            built,
            files=built.files | changed,
            photo_threshold=base.manifest.photo_threshold,
            title_threshold=base.manifest.title_threshold,
        )
        (out / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
        return out


@pytest.fixture(scope="session")
def growing(small_catalogue: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Growing:
    return Growing(small_catalogue, tiny_model, tmp_path_factory.mktemp("growing"))


def draw_broken(folder: Path, make_photo: Callable[..., Image.Image]) -> None:
    """A folder of one photo and one file that is none."""
    make_photo(50, 96, 80).save(folder / "good.png")
    (folder / "broken.png").write_bytes(b"no picture")
