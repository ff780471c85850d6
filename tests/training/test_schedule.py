"""Learning rate and margin over time, and which parameters learn how fast."""

import numpy as np
import pytest
import torch

from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.build import build_network
from product_matching.training.batches import Batch
from product_matching.training.optimizer import build_optimizer, set_learning_rate
from product_matching.training.schedule import learning_rate_factor, margin_at
from product_matching.training.tasks import ClassTask
from tests.training.conftest import tiny_recipe


def test_the_rate_rises_over_the_warm_up_and_falls_as_a_cosine() -> None:
    recipe = tiny_recipe(epochs=12, warmup_epochs=2)
    assert [learning_rate_factor(recipe, time) for time in (0, 1, 2, 7, 12)] == pytest.approx([0, 0.5, 1, 0.5, 0])
    rates = np.array([learning_rate_factor(recipe, time) for time in np.linspace(2, 12, 50)])
    assert (np.diff(rates) < 0).all()


def test_the_rate_needs_no_warm_up_and_no_rest() -> None:
    assert learning_rate_factor(tiny_recipe(epochs=4, warmup_epochs=0), 0) == 1
    assert learning_rate_factor(tiny_recipe(epochs=4, warmup_epochs=4), 4) == 1


def test_the_margin_rises_and_stays() -> None:
    recipe = tiny_recipe(epochs=12, margin_start=0.2, margin_end=0.8, margin_epochs=6)
    assert [margin_at(recipe, time) for time in (0, 3, 6, 12)] == pytest.approx([0.2, 0.5, 0.8, 0.8])
    assert margin_at(tiny_recipe(margin_epochs=0, margin_end=0.5), 0) == 0.5


def test_class_weights_have_a_rate_of_their_own_and_vectors_no_decay() -> None:
    recipe = tiny_recipe(learning_rate=0.001, head_learning_rate=0.05, weight_decay=0.1)
    network = build_network("test_efficientnet", pooling="gem", neck="batchnorm")
    task = ClassTask(network, ArcFaceHead(network.dimension, 7))
    optimizer = build_optimizer(task, recipe)
    set_learning_rate(optimizer, 0.5)
    found = {id(p): (g["lr"], g["weight_decay"]) for g in optimizer.param_groups for p in g["params"]}
    for name, parameter in task.named_parameters():
        rate = 0.025 if name.startswith("head.") else 0.0005
        assert found.pop(id(parameter)) == pytest.approx((rate, 0.1 if parameter.ndim > 1 else 0.0)), name
    assert not found


def test_frozen_statistics_stay_while_scale_and_shift_learn() -> None:
    network = build_network("test_efficientnet", neck="batchnorm")
    task = ClassTask(network, ArcFaceHead(network.dimension, 3), freeze_batchnorm=True).train()
    before = {name: value.clone() for name, value in task.state_dict().items()}
    task(Batch(torch.randn(6, 3, 32, 32), torch.tensor([0, 1, 2] * 2), None)).backward()
    after = task.state_dict()
    assert torch.equal(after["network.backbone.bn1.running_mean"], before["network.backbone.bn1.running_mean"])
    neck = "network.neck.normalisation.running_mean"
    assert not torch.equal(after[neck], before[neck])
    assert task.network.backbone.get_parameter("bn1.weight").grad is not None
