"""Train tiny networks on handwritten digits, with softmax and with ArcFace of several margins and scales.

    python -m recipes.lessons.margins

Five digits of scikit-learn's set (8 x 8 pixels; UCI, CC BY 4.0) go through one hidden layer to two numbers. Each
network is trained with the library's own `SoftmaxHead` or `ArcFaceHead` from each of `SEEDS`; every third picture is
held out. It writes ``product_matching/workflows/lessons/margins.npz``: of each training the held-out embeddings and the
classes' weights from the first seed, and the means over all seeds of what the lesson claims, which it prints. Three
minutes on one core.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import nn

from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.softmax import SoftmaxHead
from product_matching.workflows.lessons.margins import (
    DIGITS,
    MARGINS,
    MARGINS_FILE,
    SCALES,
    SOFTMAX,
    Trained,
    read_trainings,
    trained_key,
)

HIDDEN, STEPS = 64, 600
SEEDS = (0, 1, 2, 3)
_HELD_OUT = 3


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures as rows of 64 numbers from 0 to 1, and the place of each one's digit in `DIGITS`."""

    pixels: torch.Tensor
    labels: torch.Tensor


def split_digits() -> tuple[Digits, Digits]:
    """The digits to train on, and those held out."""
    data = load_digits()
    wanted = np.isin(data.target, DIGITS)
    pixels = torch.tensor(data.data[wanted] / 16, dtype=torch.float32)
    labels = torch.tensor(np.searchsorted(DIGITS, data.target[wanted]))
    held_out = torch.arange(len(labels)) % _HELD_OUT == 0
    return Digits(pixels[~held_out], labels[~held_out]), Digits(pixels[held_out], labels[held_out])


def train_one(train: Digits, held_out: Digits, margin: float | None, scale: float, *, seed: int) -> Trained:
    """Train a network, with softmax where there is no margin; what it makes of the digits held out."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(64, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2))
    n = len(DIGITS)
    head = SoftmaxHead(2, n) if margin is None else ArcFaceHead(2, n, scale=scale, margin=margin)
    optimizer = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.01, weight_decay=1e-4)
    for _ in range(STEPS):  # of all digits at once
        optimizer.zero_grad()
        head(network(train.pixels), train.labels).backward()
        optimizer.step()
    network.eval()
    with torch.inference_mode():
        embeddings = network(held_out.pixels).numpy()
    if isinstance(head, SoftmaxHead):
        weights, bias = head.classifier.weight, head.classifier.bias.detach().numpy()
    else:
        weights, bias = head.weight, np.zeros(n, np.float32)
    return Trained(embeddings, weights.detach().numpy(), bias, held_out.labels.numpy(), spread=())


def train_from_all(train: Digits, held_out: Digits, margin: float | None, scale: float) -> Trained:
    """The training from the first seed, with the mean spread over all of them."""
    found = [train_one(train, held_out, margin, scale, seed=seed) for seed in SEEDS]
    mean = np.mean([[each.within(), each.closest(), each.right()] for each in found], axis=0)
    return replace(found[0], spread=tuple(mean.tolist()))


def train_all() -> dict[str, Trained]:
    """Every training by its key."""
    train, held_out = split_digits()
    found = {SOFTMAX: train_from_all(train, held_out, None, 1.0)}
    for margin in MARGINS:
        for scale in SCALES:
            found[trained_key(margin, scale)] = train_from_all(train, held_out, margin, scale)
    return found


def write(found: dict[str, Trained]) -> None:
    """Write the trainings; half precision is enough for a picture."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"labels": found[SOFTMAX].labels.astype(np.uint8)}
    for key, trained in found.items():
        arrays[f"{key}_embeddings"] = trained.embeddings.astype(np.float16)
        arrays[f"{key}_weights"] = trained.weights.astype(np.float32)
        arrays[f"{key}_bias"] = trained.bias.astype(np.float32)
        arrays[f"{key}_spread"] = np.array(trained.spread, np.float32)
    np.savez_compressed(MARGINS_FILE, **arrays)  # type: ignore[arg-type]


def main() -> None:
    """Train, write, and print how wide the classes are."""
    write(train_all())
    print(f"{'training':<16}{'within':>8}{'closest':>9}{'right':>7}")
    for key, trained in read_trainings().items():
        within, closest, right = trained.spread
        print(f"{key:<16}{within:>8.1f}{closest:>9.1f}{right:>7.3f}")


if __name__ == "__main__":
    main()
