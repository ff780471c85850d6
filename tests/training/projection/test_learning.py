"""A projection that is learnt from vectors: its start, what it learns, and that it continues where it stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Cancelled
from product_matching.training.projection.recipe import ProjectionRecipe
from product_matching.training.projection.session import VectorTraining, begin_training
from product_matching.training.projection.task import build_projection_task, principal_directions
from product_matching.training.projection.vectors import LabelledVectors
from tests.recorded_progress import RecordedProgress
from tests.training.projection.conftest import projection_recipe

CPU = torch.device("cpu")
N_FEATURES, N_TELLING = 48, 12


def drawn(seed: int, groups: int, size: int = 4) -> LabelledVectors:
    """Vectors whose first values tell the group, and whose other values, three times as many, tell nothing."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(groups), size)
    telling = rng.normal(size=(groups, N_TELLING))[labels] + 0.3 * rng.normal(size=(len(labels), N_TELLING))
    other = rng.normal(size=(len(labels), N_FEATURES - N_TELLING))
    vectors = np.hstack([telling, other])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return LabelledVectors(vectors=vectors.astype(np.float32), labels=labels)


def begun(out: Path, recipe: ProjectionRecipe) -> VectorTraining:
    return begin_training(recipe, drawn(1, 150), drawn(2, 40), out=out, digest="drawn", device=CPU)


RECIPE = projection_recipe(epochs=25, batch_size=40)


def test_the_projection_learns_what_tells_products_apart_on_products_it_has_not_seen(tmp_path: Path) -> None:
    training = begun(tmp_path, RECIPE)
    before = training.score(training.validation)
    training.session.train(training, NO_PROGRESS)
    after = training.score(training.validation)
    assert before.mean("recall_at_1") < 0.3
    assert after.mean("recall_at_1") > 0.9
    assert after.mean("map_at_r") > 2 * before.mean("map_at_r")
    assert len(training.session.history) == 25


def test_at_its_start_the_projection_keeps_the_cosines() -> None:
    train = drawn(1, 60)
    whole = build_projection_task(projection_recipe(dimension=N_FEATURES), train).embed(train.vectors)
    assert np.allclose(whole @ whole.T, train.vectors @ train.vectors.T, atol=1e-5)
    assert np.allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-6)


def test_the_principal_directions_are_those_of_the_singular_vectors() -> None:
    vectors = drawn(3, 30).vectors
    found, expected = principal_directions(vectors, 5), np.linalg.svd(vectors, full_matrices=False)[2][:5]
    assert np.allclose(np.abs(found @ expected.T), np.eye(5), atol=1e-3)


def test_an_interrupted_training_continues_to_the_same_weights(tmp_path: Path) -> None:
    recipe = projection_recipe(dropout=0.3, sampler_exponent=0.5)
    whole, stopped = begun(tmp_path / "whole", recipe), begun(tmp_path / "stopped", recipe)
    whole.session.train(whole, NO_PROGRESS)
    with pytest.raises(Cancelled):
        stopped.session.train(stopped, RecordedProgress(cancel_in="epoch 3/4", cancel_after=2))
    continued = begun(tmp_path / "stopped", recipe)
    assert len(continued.session.history) == 2
    continued.session.train(continued, NO_PROGRESS)
    weights, others = whole.task.state_dict(), continued.task.state_dict()
    assert all(torch.equal(weights[name], others[name]) for name in weights)


def test_an_embedding_longer_than_the_vectors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"dimension is 64, but must be at most 48, the length of the vectors of tiny"):
        begun(tmp_path, projection_recipe(dimension=64))
