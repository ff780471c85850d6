"""Softmax and ArcFace in two dimensions: angles and losses against torch and the library, and the lesson's claim."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from product_matching.app import address
from product_matching.networks.arcface import ArcFaceHead
from product_matching.workflows.lessons.margins import (
    DIGITS,
    MARGINS,
    SCALES,
    SOFTMAX,
    Trained,
    arcface_loss,
    doubtful_point,
    read_trainings,
    softmax_loss,
    trained_key,
)

TRAININGS = read_trainings()
SHOWN = [(margin, scale) for margin in MARGINS for scale in SCALES]


def on_circle(*degrees: float, norm: float = 1.0) -> np.ndarray:
    """Vectors in these directions."""
    return norm * np.array([[math.cos(math.radians(each)), math.sin(math.radians(each))] for each in degrees])


@pytest.fixture
def two_classes() -> Trained:
    """Points at 80, 100 and 110 degrees of a class at 95, and at 180 of another; the classifier points elsewhere."""
    points, weights = on_circle(80, 100, 105, 180, norm=3.0), on_circle(90, 200)
    return Trained(points, weights, np.zeros(2), np.array([0, 0, 0, 1]), spread=())


def test_angles_are_those_of_the_mean_directions(two_classes: Trained) -> None:
    assert two_classes.centres()[1] == pytest.approx([-1, 0])
    middle = np.degrees(np.arctan2(*two_classes.centres()[0][::-1]))
    assert middle == pytest.approx(95, abs=0.1)
    assert two_classes.within() == pytest.approx((15 + 5 + 10 + 0) / 4, abs=0.1)
    assert two_classes.closest() == pytest.approx(85, abs=0.1)
    assert two_classes.right() == 1.0


def test_boundaries_lie_halfway_between_classes_without_a_bias(two_classes: Trained) -> None:
    assert sorted(two_classes.boundaries()) == pytest.approx([145, 325], abs=0.51)


def test_boundaries_of_a_classifier_with_a_bias_are_where_torch_changes_its_mind() -> None:
    softmax = TRAININGS[SOFTMAX]
    norm = float(np.median(np.linalg.norm(softmax.embeddings.astype(np.float64), axis=1)))
    weights, bias = torch.tensor(softmax.weights), torch.tensor(softmax.bias)
    for boundary in softmax.boundaries():
        before, after = (
            F.linear(torch.tensor(on_circle(boundary + step, norm=norm), dtype=torch.float32), weights, bias).argmax()
            for step in (-0.3, 0.3)
        )
        assert before != after
    assert len(softmax.boundaries()) == len(DIGITS)


@pytest.mark.parametrize("point", [0, 77, 250])
def test_the_loss_of_softmax_is_torchs_cross_entropy(point: int) -> None:
    trained = TRAININGS[SOFTMAX]
    loss = softmax_loss(trained, point)
    scores = F.linear(
        torch.tensor(trained.embeddings[point : point + 1].astype(np.float64)),
        torch.tensor(trained.weights.astype(np.float64)),
        torch.tensor(trained.bias.astype(np.float64)),
    )
    expected = F.cross_entropy(scores, torch.tensor([int(trained.labels[point])]))
    assert loss.value == pytest.approx(float(expected), rel=1e-9)
    assert loss.probability == pytest.approx(math.exp(-loss.value), rel=1e-9)


@pytest.mark.parametrize(("margin", "scale"), [(0.0, 4), (0.2, 8), (0.5, 30), (3.0, 16)])
def test_the_loss_of_arcface_is_that_of_the_library(margin: float, scale: int) -> None:
    trained = TRAININGS[trained_key(0.2, 8)]
    head = ArcFaceHead(2, len(DIGITS), scale=scale, margin=margin)
    head.weight = torch.nn.Parameter(torch.tensor(trained.weights))
    for point in (0, 77, 250):
        embedding = torch.tensor(trained.embeddings[point : point + 1].astype(np.float32))
        expected = float(head(embedding, torch.tensor([int(trained.labels[point])])).detach())
        assert arcface_loss(trained, point, margin, scale).value == pytest.approx(expected, rel=2e-3, abs=1e-4)


def test_every_margin_and_scale_of_the_sliders_was_trained() -> None:
    assert (address.MARGINS, address.SCALES) == (MARGINS, SCALES)
    assert set(TRAININGS) == {SOFTMAX, *(trained_key(margin, scale) for margin, scale in SHOWN)}
    assert all(len(trained.embeddings) == len(trained.labels) == 301 for trained in TRAININGS.values())


def test_with_a_larger_margin_the_points_of_a_class_lie_closer_together_at_every_scale() -> None:
    for scale in SCALES:
        within = [TRAININGS[trained_key(margin, scale)].spread[0] for margin in MARGINS]
        assert within[-1] < 0.85 * within[0]
        assert all(later < earlier + 0.15 for earlier, later in pairwise(within))


def test_the_picture_of_a_training_is_close_to_the_mean_of_all() -> None:
    for trained in TRAININGS.values():
        within, closest, right = trained.spread
        assert trained.within() == pytest.approx(within, abs=2.5)
        assert trained.closest() == pytest.approx(closest, abs=15)
        assert trained.right() == pytest.approx(right, abs=0.02)


def test_the_marked_point_is_in_doubt_but_right_in_every_training() -> None:
    point = doubtful_point(TRAININGS.values())
    for trained in TRAININGS.values():
        nearest = (trained.directions()[point] @ trained.centres().T).argmax()
        assert nearest == trained.labels[point]
    away = [np.degrees(np.arccos(t.directions()[point] @ t.centres()[t.labels[point]])) for t in TRAININGS.values()]
    assert np.mean(away) > 1.5 * np.mean([trained.within() for trained in TRAININGS.values()])
