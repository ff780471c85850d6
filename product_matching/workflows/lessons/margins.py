"""Softmax and ArcFace on five digits in two dimensions: trainings that ship, their angles, and their losses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Written by ``recipes/lessons/margins.py``.
MARGINS_FILE = Path(__file__).with_name("margins.npz")
SOFTMAX = "softmax"
#: Margins in radians, and scales, that were trained with.
#: The digits that were trained with.
DIGITS = (0, 1, 2, 3, 4)
MARGINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
SCALES = (4, 8, 16, 30)
_DEGREES_OF_CIRCLE = 720


@dataclass(frozen=True, eq=False)
class Trained:
    """The points of a training that were held out, and its classes.

    Attributes
    ----------
    embeddings
        Shape (N, 2).
    weights, bias
        Of the classes: shapes (C, 2) and (C,); ArcFace has no bias.
    labels
        Class of each point; shape (N,).
    spread
        `within`, `closest` and `right`, each as its mean over several trainings that began differently.
    """

    embeddings: npt.NDArray[np.floating]
    weights: npt.NDArray[np.floating]
    bias: npt.NDArray[np.floating]
    labels: npt.NDArray[np.integer]
    spread: tuple[float, ...]

    def directions(self) -> Floats:
        """The embeddings with norm 1."""
        return unit(self.embeddings)

    def centres(self) -> Floats:
        """Mean direction of each class; shape (C, 2)."""
        directions = self.directions()
        return unit(np.stack([directions[self.labels == label].mean(axis=0) for label in range(len(self.weights))]))

    def within(self) -> float:
        """Mean angle between a point and the mean direction of its class, in degrees."""
        return float(angle_between(self.directions(), self.centres()[self.labels]).mean())

    def closest(self) -> float:
        """Angle between the mean directions of the two classes that are closest, in degrees."""
        centres = self.centres()
        angles = angle_between(centres[:, None, :], centres[None, :, :])
        return float(angles[np.triu_indices(len(centres), 1)].min())

    def right(self) -> float:
        """Share of the points that the classifier gives to their class."""
        scores = self.embeddings.astype(np.float64) @ self._class_vectors().T + self.bias
        return float((scores.argmax(axis=1) == self.labels).mean())

    def boundaries(self) -> Floats:
        """Angles in degrees at which the class of a point of median norm changes."""
        around = np.arange(_DEGREES_OF_CIRCLE + 1) * (360 / _DEGREES_OF_CIRCLE)
        norm = np.median(np.linalg.norm(self.embeddings.astype(np.float64), axis=1))
        circle = norm * np.stack([np.cos(np.radians(around)), np.sin(np.radians(around))], axis=1)
        classes = (circle @ self._class_vectors().T + self.bias).argmax(axis=1)
        return np.asarray((around[:-1] + around[1:])[np.flatnonzero(np.diff(classes))] / 2)

    def _class_vectors(self) -> Floats:
        """What points are multiplied by: for ArcFace, which has no bias, the classes' directions."""
        return unit(self.weights) if not self.bias.any() else self.weights.astype(np.float64)


def unit(vectors: npt.NDArray[np.floating]) -> Floats:
    """Vectors as rows, scaled to norm 1."""
    wide = vectors.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12))


def angle_between(first: Floats, second: Floats) -> Floats:
    """Angles of rows of norm 1 with the rows of another array, in degrees."""
    return np.asarray(np.degrees(np.arccos(np.clip((first * second).sum(axis=-1), -1, 1))))


def trained_key(margin: float, scale: float) -> str:
    """Name of the ArcFace training with a margin and a scale."""
    return f"arcface_{margin:g}_{scale:g}"


@cache
def read_trainings() -> dict[str, Trained]:
    """The trainings that ship, by key."""
    with np.load(MARGINS_FILE, allow_pickle=False) as arrays:
        keys = [name.removesuffix("_embeddings") for name in arrays.files if name.endswith("_embeddings")]
        labels = arrays["labels"].astype(np.int64)
        return {key: _trained(arrays, key, labels) for key in keys}


def _trained(arrays: Mapping[str, npt.NDArray[np.floating]], key: str, labels: npt.NDArray[np.int64]) -> Trained:
    embeddings, weights, bias = (arrays[f"{key}_{name}"] for name in ("embeddings", "weights", "bias"))
    return Trained(embeddings, weights, bias, labels, spread=tuple(arrays[f"{key}_spread"].tolist()))


@dataclass(frozen=True, eq=False)
class Loss:
    """The loss of one point, step by step.

    Attributes
    ----------
    angles
        Between the point and each class, in degrees; shape (C,).
    scores
        What the classes get, for ArcFace with the margin on the point's own; shape (C,).
    own
        Its class.
    """

    angles: Floats
    scores: Floats
    own: int

    @property
    def probability(self) -> float:
        """What the softmax of the scores gives to the point's own class."""
        shifted = np.exp(self.scores - self.scores.max())
        return float(shifted[self.own] / shifted.sum())

    @property
    def value(self) -> float:
        """Minus the logarithm of that: the cross entropy."""
        top = float(self.scores.max())
        return float(top + np.log(np.exp(self.scores - top).sum()) - self.scores[self.own])


def softmax_loss(trained: Trained, point: int) -> Loss:
    """Cross entropy of a point by a linear classifier."""
    embedding = trained.embeddings[point].astype(np.float64)
    scores = trained.weights.astype(np.float64) @ embedding + trained.bias
    return Loss(_angles_to_classes(trained, point), scores, int(trained.labels[point]))


def arcface_loss(trained: Trained, point: int, margin: float, scale: float) -> Loss:
    """ArcFace of a point: the angle to its own class counts as wider by a margin (see `ArcFaceHead`)."""
    angles, own = _angles_to_classes(trained, point), int(trained.labels[point])
    cosines = np.cos(np.radians(angles))
    wider = np.radians(angles[own]) + margin
    cosines[own] = np.cos(wider) if wider < np.pi else cosines[own] - margin * np.sin(margin)
    return Loss(angles, scale * cosines, own)


def _angles_to_classes(trained: Trained, point: int) -> Floats:
    return angle_between(unit(trained.embeddings[point])[None, :], unit(trained.weights))


def doubtful_point(trainings: Collection[Trained]) -> int:
    """The point that is farthest off the middle of its class on average, of those never nearer to another class."""
    away = []
    for trained in trainings:
        directions, centres = trained.directions(), trained.centres()
        nearest = (directions @ centres.T).argmax(axis=1)
        away.append(np.where(nearest == trained.labels, angle_between(directions, centres[trained.labels]), -np.inf))
    return int(np.mean(away, axis=0).argmax())
