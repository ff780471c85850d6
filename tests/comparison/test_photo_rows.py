"""Photo vectors: of a training, of a model folder, and those kept between runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.comparison.lookup import demo_set
from product_matching.comparison.photos import PhotoSource, VectorStore, model_source, trained_source
from product_matching.encoders.photo import FloatVectors
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.progress import NO_PROGRESS


def test_a_training_embeds_as_the_model_that_it_exported(demo: Catalogue, trainings: Path) -> None:
    data = demo_set(demo)
    own = trained_source(trainings / "arcface_sampler", "cpu", NO_PROGRESS).embed(data.paths)
    exported = model_source(trainings / "arcface_sampler" / "model", "cpu", NO_PROGRESS).embed(data.paths)
    assert own.shape == exported.shape
    assert (own * exported).sum(axis=1).min() > 0.999  # the export is in half precision


def test_an_autoencoder_embeds_by_its_latent_vectors(demo: Catalogue, trainings: Path) -> None:
    source = trained_source(trainings / "autoencoder", "cpu", NO_PROGRESS)
    vectors = source.embed(demo_set(demo).paths[:5])
    assert vectors.shape == (5, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert "32 px" in source.remark


def test_an_unfinished_training_is_refused(trainings: Path) -> None:
    with pytest.raises(InputError, match="no finished training"):
        trained_source(trainings / "softmax", "cpu", NO_PROGRESS)


def test_vectors_are_made_once_for_the_same_photos_and_model(demo: Catalogue, tmp_path: Path) -> None:
    made: list[int] = []

    def embed(paths: object) -> FloatVectors:
        made.append(1)
        return np.eye(3, dtype=np.float32)

    data = demo_set(demo)
    store, source = VectorStore(tmp_path), PhotoSource("a model", "key", embed)
    first = store.vectors(source, data)
    assert np.array_equal(first, VectorStore(tmp_path).vectors(source, data))
    assert len(made) == 1
    store.vectors(replace(source, key="another"), data)
    store.vectors(source, replace(data, paths=data.paths[1:]))
    assert len(made) == 3
